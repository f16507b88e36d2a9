"""Which complaints wait for a decision on liability, which appeals wait, which decisions there are (R19)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, tuple_
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.quality.liability import KIND, LIABLE
from portal.domain.quality.models import Liability
from portal.domain.tickets.models import Dispatch, Ticket

_UNJUDGED = (Ticket.kind == KIND, Ticket.closed_at.is_not(None), Ticket.judged_at.is_(None))
_OPEN_APPEAL = (Liability.appealed_at.is_not(None), Liability.appeal_decided_at.is_(None))
WITH = (
    joinedload(Liability.ticket).joinedload(Ticket.customer), *map(joinedload, (
        Liability.department, Liability.provider, Liability.person, Liability.decided_by, Liability.appealed_by,
        Liability.appeal_decided_by,
    )),
)  # fmt: skip
MANY = 100
"""So far waiting things are counted."""


def undecided(tickets: Select, after: tuple[datetime, int] | None, limit: int) -> list[Ticket]:
    """Closed complaints (visible ones) without a decision, the longest closed first, with customer and owner."""
    rows = tickets.where(*_UNJUDGED).options(joinedload(Ticket.customer), joinedload(Ticket.owner))
    if after:
        rows = rows.where(tuple_(Ticket.closed_at, Ticket.id) > after)
    return list(db.session.scalars(rows.order_by(Ticket.closed_at, Ticket.id).limit(limit)))


def leads(tickets: Sequence[Ticket]) -> dict[int, Dispatch]:
    """The last order in the lead of each of these tickets, with its party: whom a decision is most likely about."""
    ids = [ticket.id for ticket in tickets]
    rows = db.select(Dispatch).where(Dispatch.ticket_id.in_(ids), Dispatch.is_lead).order_by(Dispatch.id)
    along = (joinedload(Dispatch.department), joinedload(Dispatch.provider))
    return {order.ticket_id: order for order in db.session.scalars(rows.options(*along))} if ids else {}


def appeals(rows: Select, limit: int = 200) -> list[Liability]:
    """Appeals that wait for another supervisor, the oldest first."""
    waiting = rows.where(*_OPEN_APPEAL).options(*WITH).order_by(Liability.appealed_at, Liability.id)
    return list(db.session.scalars(waiting.limit(limit)))


def decided(rows: Select, which: str, before: int | None, limit: int) -> list[Liability]:
    """Decisions, the newest first: «all», those that count as «liable», or «not»."""
    rows = rows.where({"liable": LIABLE, "not": ~LIABLE}[which]) if which != "all" else rows
    if before is not None:
        rows = rows.where(Liability.id < before)
    return list(db.session.scalars(rows.options(*WITH).order_by(Liability.id.desc()).limit(limit)))


def undecided_count() -> Select:
    """How many closed complaints wait for a decision; at most MANY are counted; as a statement."""
    some = db.select(Ticket.id).where(*_UNJUDGED).limit(MANY).subquery()
    return db.select(func.count()).select_from(some)


def appeals_count(by_id: int) -> Select:
    """How many appeals wait that this supervisor may decide, not those against the own decisions; as a statement."""
    return db.select(func.count()).select_from(Liability).where(*_OPEN_APPEAL, Liability.decided_by_id != by_id)


def seen(rows: Select, ticket: Ticket) -> Liability | None:
    """The decision about this ticket, if it is among these rows; with everybody it names."""
    return db.session.scalar(rows.where(Liability.ticket_id == ticket.id).options(*WITH[1:]))


def is_among(rows: Select, ticket_id: int) -> bool:
    """Is this ticket among these rows?"""
    return db.session.scalar(rows.with_only_columns(Ticket.id).where(Ticket.id == ticket_id)) is not None
