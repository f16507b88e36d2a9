"""Which major complaints there are, and what waits in them (R20)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain.quality.major import ACCEPTED, PROPOSED
from portal.domain.quality.major_models import MajorApproval, MajorCase
from portal.domain.tickets.models import Deadline, Ticket
from portal.domain.tickets.queue import is_number

ALONG = (
    joinedload(MajorCase.ticket).joinedload(Ticket.customer), joinedload(MajorCase.ticket).joinedload(Ticket.owner),
    joinedload(MajorCase.decided_by), joinedload(MajorCase.proposed_by), joinedload(MajorCase.closed_by),
)  # fmt: skip


def listing(rows: Select, state: str, before: int | None, limit: int) -> list[MajorCase]:
    """Major cases (visible ones) of a state, the newest first, with ticket and people."""
    rows = rows.where(MajorCase.state == state).options(*ALONG)
    if before is not None:
        rows = rows.where(MajorCase.id < before)
    return list(db.session.scalars(rows.order_by(MajorCase.id.desc()).limit(limit)))


def promises(cases: Sequence[MajorCase]) -> dict[int, Deadline]:
    """The promise to report of each of these cases, by ticket."""
    ids = [case.ticket_id for case in cases]
    rows = db.select(Deadline).where(Deadline.ticket_id.in_(ids), Deadline.code == "major_report").order_by(Deadline.id)
    return {one.ticket_id: one for one in db.session.scalars(rows)} if ids else {}


def about(rows: Select, ticket: Ticket) -> int | None:
    """The case about this ticket, by id, if it is among these rows."""
    return db.session.scalar(rows.with_only_columns(MajorCase.id).where(MajorCase.ticket_id == ticket.id))


def numbered(rows: Select, wanted: str) -> int | None:
    """The ticket of the case that has this number, if the case is among these rows."""
    number = wanted.strip().upper()
    found = rows.with_only_columns(MajorCase.ticket_id).where(MajorCase.number == number)
    return db.session.scalar(found) if is_number(number) else None


def proposed_count() -> Select:
    """How many proposals wait for a decision, as a statement."""
    return db.select(func.count()).select_from(MajorCase).where(MajorCase.state == PROPOSED)


def to_approve_count(by_id: int) -> Select:
    """How much waits for a manager's approval that this one did not ask for, as a statement."""
    rows = db.select(func.count()).select_from(MajorApproval).join(MajorApproval.case)
    waiting = (MajorCase.state == ACCEPTED, MajorApproval.decided_at.is_(None), MajorApproval.asked_by_id != by_id)
    return rows.where(*waiting)


def overdue_count(at: datetime | None = None) -> Select:
    """How many reports are past their promise and were not sent up, as a statement."""
    rows = db.select(func.count()).select_from(Deadline).where(Deadline.is_open, Deadline.due_at < (at or clock.now()))
    return rows.where(Deadline.code == "major_report")
