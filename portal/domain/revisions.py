"""The revisions of an area in their order: which holds, which is planned, which never came, and what each changed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import differences, settings
from portal.domain.people.models import Person
from portal.domain.refusals import Refused, Stale
from portal.domain.settings import Revision
from portal.i18n import N_

CHANGED = N_("Somebody decided something here meanwhile. Look at what holds now; what you typed is kept.")
AREAS = ("policy", "calendar", "company")
"""Areas whose history is shown and whose revisions can be restored; security keeps its own page."""


class Standing(StrEnum):
    """How a revision stands now: it holds, is to hold, has held, or was overtaken before its day came."""

    HOLDS = "holds"
    PLANNED = "planned"
    PAST = "past"
    OVERTAKEN = "overtaken"


def head(area: str) -> int:
    """The newest decision about an area, planned ones too: what is decided next is drawn from it."""
    return db.session.scalar(db.select(db.func.max(Revision.id)).where(Revision.area == area)) or 0


def find(area: str, number: int) -> Revision | None:
    """A revision of this area, with who decided it; none where there is no such one."""
    rows = db.select(Revision).where(Revision.area == area, Revision.id == number)
    return db.session.scalar(rows.options(joinedload(Revision.by)))


def listed(area: str, before: int | None = None, limit: int = 50) -> list[Revision]:
    """The decisions about an area with who took them, newest first; `before` this number."""
    rows = db.select(Revision).where(Revision.area == area).options(joinedload(Revision.by))
    rows = rows.where(Revision.id < before) if before else rows
    return list(db.session.scalars(rows.order_by(Revision.id.desc()).limit(limit)))


def plans(area: str) -> list[Revision]:
    """What is decided for days to come and not overtaken, the soonest first."""
    standing = standings(area)
    ids = [number for number, how in standing.items() if how is Standing.PLANNED]
    rows = db.select(Revision).where(Revision.id.in_(ids)).options(joinedload(Revision.by)).order_by(Revision.id)
    return list(db.session.scalars(rows)) if ids else []


def standings(area: str) -> dict[int, Standing]:
    """How every revision of an area stands now.

    Newer decisions are made for earlier days only together with what is planned later (policy_changes.py), so of
    those whose time has come the newest holds, and a plan stands unless a newer one holds as early.
    """
    rows = db.select(Revision.id, Revision.holds_from, Revision.at).where(Revision.area == area)
    now, found, earliest, holds = clock.now(), {}, None, None
    for number, holds_from, at in map(tuple, db.session.execute(rows.order_by(Revision.id.desc()))):
        since = holds_from or at
        if earliest is not None and since >= earliest and holds_from:
            found[number] = Standing.OVERTAKEN
        elif holds_from and holds_from > now:
            found[number] = Standing.PLANNED
        else:
            found[number] = Standing.PAST if holds else Standing.HOLDS
            holds = holds or number
        earliest = since if earliest is None else min(earliest, since)
    return found


def in_force_at(area: str, moment: datetime) -> int:
    """The revision that will hold at a moment to come, as things are planned."""
    come = [plan.id for plan in plans(area) if plan.holds_from and plan.holds_from <= moment]
    return come[-1] if come else settings.holding(area)


def steps(area: str, before: int | None = None, limit: int = 20) -> list[tuple[Revision, dict | None]]:
    """The decisions about an area, newest first, each with the document it was made from; none for the first.

    Two statements, however many there are: where the base was not kept, it is the revision before.
    """
    rows = listed(area, before, limit + 1)
    based = {
        row.id: row.base_id or older for row, older in zip(rows, [*(one.id for one in rows[1:]), None], strict=True)
    }
    known = {row.id: row.document for row in rows}
    missing = {base for base in based.values() if base} - known.keys()
    if missing:
        found = db.select(Revision.id, Revision.document).where(Revision.id.in_(missing))
        known |= {number: document for number, document in map(tuple, db.session.execute(found))}
    return [(row, known.get(based[row.id] or 0)) for row in rows[:limit]]


def restore(area: str, number: int, by: Person, why: str, drawn_from: int) -> None:
    """Let an area say again what an earlier revision said: a new revision. The policy goes by policy_changes.py."""
    if drawn_from != head(area):
        raise Stale(CHANGED)
    if not differences.between(settings.document_of(settings.holding(area)), settings.document_of(number)):
        raise Refused(N_("Nothing would change."))
    if area == "company":
        settings.change(area, by, why, **settings.document_of(number))
    else:
        settings.adopt(area, settings.document_of(number), by, why)
