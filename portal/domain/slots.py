"""What the worker does every minute, hour or day: once for each, however many workers there are (F23)."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import Base, Moment, db, transaction


class JobRun(Base):
    """One job's run of one slot of time. Its key lets a single worker in; `at` is also the workers' sign of life."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(String(24), primary_key=True)
    """The beginning of the minute, hour or day it was for, in UTC."""
    at: Mapped[Moment]


def slot_of(at: datetime, every: timedelta) -> str:
    """The slot a moment lies in: 2026-11-22T02:25."""
    seconds = int(every.total_seconds())
    begin = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
    return begin.strftime("%Y-%m-%dT%H:%M")


def take(name: str, slot: str) -> bool:
    """Is this run mine? The row is written first, in a transaction of its own; whoever comes second gets False."""
    if db.session.get(JobRun, (name, slot)):
        return False
    try:
        with transaction():
            db.session.add(JobRun(name=name, slot=slot, at=clock.now()))
        return True
    except IntegrityError:
        return False


def give_back(name: str, slot: str) -> None:
    """The run failed: the slot is free again, for whoever tries next."""
    with transaction():
        db.session.execute(db.delete(JobRun).where(JobRun.name == name, JobRun.slot == slot))


def last_run(name: str) -> datetime | None:
    """When this job was last begun by any worker."""
    runs = db.select(JobRun.at).where(JobRun.name == name)
    return db.session.scalar(runs.order_by(JobRun.slot.desc()).limit(1))
