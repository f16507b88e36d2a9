"""Numbers shown to customers: unique for ever, running by day, never given twice."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, db
from portal.domain import settings


class NumberSeries(Base):
    """The last number given under a prefix and day; a number is never given twice."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    last: Mapped[int]


def next_number(prefix: str, at: datetime) -> str:
    """The next number of this prefix on this day of the company: TS-261122-0007."""
    day = at.astimezone(ZoneInfo(settings.company().zone)).strftime("%y%m%d")
    name = f"{prefix}-{day}"
    bump = (
        db.update(NumberSeries)
        .where(NumberSeries.name == name)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
    )
    last = db.session.execute(bump).scalar()
    if last is None:
        last = _first(name)
    return f"{name}-{last:04}"


def _first(name: str) -> int:
    """Begin the day's series; two who begin at once agree on it."""
    if db.session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    begin = insert(NumberSeries).values(name=name, last=1)
    begin = begin.on_conflict_do_update(index_elements=["name"], set_={"last": NumberSeries.last + 1})
    return db.session.execute(begin.returning(NumberSeries.last)).scalar_one()
