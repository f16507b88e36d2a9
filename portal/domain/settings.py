"""What the company that runs the portal has decided (设置): revisions with a history, one area each, never edited.

The policy pack, the calendar, the company's looks and the rules of security are areas. A revision is immutable,
so what was read once may be kept by its id; a promise names the revision it was given under. A revision may be
decided for a day to come: in force is the newest one whose time has come (revisions.py tells the plans).
"""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, String, Text, event, or_
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from portal import clock
from portal.db import Base, Moment, db
from portal.domain import differences, journal
from portal.domain.people.models import Person
from portal.domain.policy import Policy, dump, parse
from portal.working_time import WorkingCalendar

ZONES = (
    "Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Dubai",
    "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "UTC",
)  # fmt: skip
"""The time zones a company may choose, wherever it is asked."""


class Revision(Base):
    """One decision: the whole document of an area, from when it holds, who decided it and why."""

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_area", "area", "id"),
        Index("ix_revision_in_force", "area", "holds_from", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(String(20))
    """policy · calendar · company · security"""
    document: Mapped[dict] = mapped_column(JSON)
    at: Mapped[Moment]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(Text, default="")
    holds_from: Mapped[Moment | None]
    """Its effective date (生效日期), where it was decided for a day to come; none: from its deciding on."""
    base_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    """The revision that was changed to make this one: what it changed is the difference between the two."""

    by: Mapped[Person | None] = relationship(lazy="raise")


@dataclass(frozen=True)
class Company:
    """How the company shows itself (公司信息)."""

    name: str = "大客户服务门户"
    short_name: str = ""
    accent: str = "#1f5f8b"
    """The company's colour, #rrggbb."""
    logo: str | None = None
    """Key of the stored logo file (PNG)."""
    language: str = "zh_Hans_CN"
    zone: str = "Asia/Shanghai"
    hotline: str = ""
    hotline_hours: str = ""
    mail_from: str = "portal@localhost"
    is_set_up: bool = False
    is_demo: bool = False
    """The demo world: one button per role on the sign-in page, and a page of all components."""


@dataclass(frozen=True)
class Security:
    """Rules of signing in (安全设置); minutes and counts."""

    staff_second_factor: bool = True
    customer_idle_minutes: int = 60
    staff_idle_minutes: int = 30
    admin_idle_minutes: int = 15
    absolute_hours: int = 12
    admin_absolute_hours: int = 8
    sessions_at_once: int = 10
    """One sign-in more ends the oldest session; the three administrations have three."""
    password_min: int = 12
    failures_allowed: int = 5
    failure_window_minutes: int = 15
    failures_a_day: int = 20
    address_failures_allowed: int = 20
    invitation_hours: int = 72
    reset_minutes: int = 30
    words_refused: tuple[str, ...] = field(default=("portal", "password", "mima", "kehu", "dakehu"))


_KINDS = {"company": Company, "security": Security}


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("holding", None)


def _held() -> dict[str, Any]:
    """What was found to hold in this transaction: a page asks for it in each of its lines."""
    return db.session.info.setdefault("holding", {})


def _ids() -> dict[str, int]:
    """The revision of every area that holds now: one statement a transaction, answered by an index alone."""
    held = _held()
    if "revisions" not in held:
        has_come = or_(Revision.holds_from.is_(None), Revision.holds_from <= clock.now())
        rows = db.select(Revision.area, db.func.max(Revision.id)).where(has_come).group_by(Revision.area)
        held["revisions"] = dict(map(tuple, db.session.execute(rows)))
    return held["revisions"]


@lru_cache(maxsize=64)
def _document(engine: str, revision: int) -> dict:
    row = db.session.execute(db.select(Revision.document).where(Revision.id == revision)).scalar_one()
    return row


@lru_cache(maxsize=32)
def _policy(engine: str, revision: int) -> Policy:
    return _parsed(json.dumps(_document(engine, revision), sort_keys=True))


@lru_cache(maxsize=32)
def _parsed(text: str) -> Policy:
    """A policy by its whole text: two revisions that say the same are one."""
    return parse(json.loads(text))


@lru_cache(maxsize=16)
def _calendar(engine: str, policy: int, calendar: int) -> WorkingCalendar:
    return _policy(engine, policy).working_calendar(_document(engine, calendar))


def _engine() -> str:
    return str(id(db.engine))


def policy_id() -> int:
    """The revision of the policy that holds now; promises keep it. Raises LookupError before set-up."""
    return _ids()["policy"]


def policy(revision: int | None = None) -> Policy:
    """The policy that holds now, or the one of an earlier revision."""
    if revision:
        return _policy(_engine(), revision)
    held = _held()
    if "policy" not in held:
        held["policy"] = _policy(_engine(), policy_id())
    return held["policy"]


def policy_at(moment: datetime) -> Policy:
    """The policy that held at a moment, or will as things are planned; before the first one that one."""
    policies = db.select(Revision.id).where(Revision.area == "policy")
    come = policies.where(db.func.coalesce(Revision.holds_from, Revision.at) <= moment)
    latest = db.session.scalar(come.order_by(Revision.id.desc()).limit(1))
    return policy(latest or db.session.scalar(policies.order_by(Revision.id).limit(1)))


def calendar(policy_revision: int | None = None) -> WorkingCalendar:
    """The working calendar: the hours of this policy and the days as they are known now."""
    return _calendar(_engine(), policy_revision or policy_id(), _ids()["calendar"])


def calendar_by(other: Policy) -> WorkingCalendar:
    """The working calendar by the hours of a policy that nobody decided yet, over the days as they are known now."""
    return other.working_calendar(calendar_document())


def holding(area: str) -> int:
    """The revision of an area that holds now. Raises LookupError where nothing was decided yet."""
    return _ids()[area]


def calendar_id() -> int:
    """The revision of the calendar that holds now. Raises LookupError before set-up."""
    return _ids()["calendar"]


def calendar_document() -> dict:
    """The calendar as it is kept: years with their special days. Not to be changed in place."""
    return _document(_engine(), calendar_id())


def company() -> Company:
    """How the company shows itself now."""
    return _as(Company, "company")


def today() -> date:
    """The day it is where the company is."""
    return clock.now().astimezone(ZoneInfo(company().zone)).date()


def security() -> Security:
    """The rules of signing in that hold now."""
    return _as(Security, "security")


def _as(kind, area: str):
    held = _held()
    if area not in held:
        revision = _ids().get(area)
        held[area] = kind() if revision is None else _values(_engine(), revision, kind)
    return held[area]


@lru_cache(maxsize=64)
def _values(engine: str, revision: int, kind):
    known = {k: tuple(v) if isinstance(v, list) else v for k, v in _document(engine, revision).items()}
    return kind(**{name: value for name, value in known.items() if name in kind.__dataclass_fields__})


def change(area: str, by: Person | None, why: str = "", **values) -> None:
    """Decide something of an area («company», «security»): a new revision, and its entry in the journal."""
    old = _as(_KINDS[area], area)
    new = replace(old, **values)
    changed = {
        name: [getattr(old, name), getattr(new, name)] for name in values if getattr(old, name) != getattr(new, name)
    }
    if changed or area not in _ids():
        _revise(area, asdict(new), by, why, changed)


def adopt(
    area: str,
    document: dict,
    by: Person | None,
    why: str = "",
    holds_from: datetime | None = None,
    base: int | None = None,
) -> int:
    """Lay down a whole document: «policy» (checked first; raises ValueError) or «calendar». Gives its revision.

    Made of the revision `base`, or of the one that holds; for a moment to come where `holds_from` is given.
    """
    if area == "policy":
        parsed(document)
    before = base or _ids().get(area)
    changed = differences.between(_whole(area, document_of(before)), _whole(area, document)) if before else {}
    return _revise(area, document, by, why, changed, holds_from, before)


def parsed(document: dict) -> Policy:
    """The policy of a document, read once for each text. ValueError names the place of the first mistake."""
    return _parsed(json.dumps(document, sort_keys=True))


def document_of(revision: int) -> dict:
    """The document of a revision, as it was laid down. Not to be changed in place."""
    return _document(_engine(), revision)


def _whole(area: str, document: dict) -> dict:
    """A document with all it leaves unsaid, so that two of them can be compared."""
    return dump(parse(document)) if area == "policy" else document


def _revise(
    area: str,
    document: dict,
    by: Person | None,
    why: str,
    changed: dict,
    holds_from: datetime | None = None,
    base: int | None = None,
) -> int:
    row = Revision(
        area=area, document=document, at=clock.now(), by_id=by.id if by else None, why=why, holds_from=holds_from,
        base_id=base or _ids().get(area),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _forget(db.session())
    facts: dict = {"changed": {k: [str(a), str(b)] for k, (a, b) in changed.items()}}
    if holds_from:
        facts["day"] = holds_from.astimezone(ZoneInfo(company().zone)).date().isoformat()
    journal.write("settings.planned" if holds_from else f"settings.{area}", row, by, why=why or None, **facts)
    return row.id


def changes(area: str, limit: int = 20) -> list[tuple[Revision, dict[str, tuple]]]:
    """The decisions of a flat area, newest first, each with what it changed: name → (was, became)."""
    newest = db.select(Revision).where(Revision.area == area).options(joinedload(Revision.by))
    rows = list(db.session.scalars(newest.order_by(Revision.id.desc()).limit(limit + 1)))
    kind = _KINDS[area]
    before = [*(asdict(kind()) | row.document for row in rows[1:]), asdict(kind())]
    return [(row, _difference(old, row.document)) for row, old in zip(rows, before, strict=True)][:limit]


def _difference(old: dict, new: dict) -> dict[str, tuple]:
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in old.items()}
    return {name: (plain.get(name), value) for name, value in new.items() if plain.get(name) != value}
