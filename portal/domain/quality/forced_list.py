"""Forced closures in a row (R17): what waits for a manager, and the list of a month (强制关闭清单)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import joinedload

from portal.db import UTCDateTime, db
from portal.domain.people.models import Person
from portal.domain.quality.days import bounds
from portal.domain.quality.unclosed import leading
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.lifecycle import with_a_hand_of
from portal.domain.tickets.models import Ticket
from portal.i18n import Words

WAITING = (ForcedClosure.decided_at.is_(None), ForcedClosure.ended_at.is_(None))
ALONG = (
    joinedload(ForcedClosure.ticket).joinedload(Ticket.customer), joinedload(ForcedClosure.asked_by),
    joinedload(ForcedClosure.decided_by),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One forced closure of a month with the party in the lead; and whether the customer reopened the ticket since."""

    row: ForcedClosure
    party: Words
    is_reopened: bool


def waiting(rows: Select, limit: int = 200) -> list[ForcedClosure]:
    """Requests (visible ones) that nobody has decided, the oldest first, with ticket, customer and people."""
    return list(db.session.scalars(rows.where(*WAITING).options(*ALONG).order_by(ForcedClosure.id).limit(limit)))


def to_decide(rows: Select, by: Person) -> list[ForcedClosure]:
    """Of those that wait, the ones this manager may decide."""
    own = with_a_hand_of(by.id, select(ForcedClosure.ticket_id).where(*WAITING))
    return waiting(rows.where(ForcedClosure.asked_by_id != by.id, ForcedClosure.ticket_id.not_in(own)))


def waiting_count(by_id: int) -> Select:
    """How many wait that this manager did not ask for, as a statement."""
    return db.select(func.count()).select_from(ForcedClosure).where(*WAITING, ForcedClosure.asked_by_id != by_id)


def month_list(rows: Select, month: date, after: tuple[datetime, int] | None, limit: int) -> list[Line]:
    """The forced closures (visible ones) granted in a month, in their order; `after`: (decided, id) of the last."""
    found = _in_month(rows, month).options(*ALONG)
    if after is not None:
        mark = tuple_(literal(after[0], UTCDateTime), literal(after[1]))
        found = found.where(tuple_(ForcedClosure.decided_at, ForcedClosure.id) > mark)
    return _lines(db.session.scalars(found.order_by(ForcedClosure.decided_at, ForcedClosure.id).limit(limit)).all())


def listed(rows: Select, month: date) -> int:
    """How many forced closures (visible ones) were granted in a month."""
    counted = _in_month(rows, month).with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(counted) or 0


def _in_month(rows: Select, month: date) -> Select:
    begin, end = bounds(month)
    return rows.where(
        ForcedClosure.is_granted.is_(True), ForcedClosure.decided_at >= begin, ForcedClosure.decided_at < end
    )


def _lines(rows: Sequence[ForcedClosure]) -> list[Line]:
    parties = leading([row.ticket_id for row in rows])
    return [Line(row, parties.get(row.ticket_id, Words("")), row.ticket.round > row.round) for row in rows]


def of_ticket(rows: Select, ticket_id: int) -> list[ForcedClosure]:
    """What of this ticket was granted, declined or waits (visible ones), oldest first: for its record."""
    kept = or_(ForcedClosure.decided_at.is_not(None), ForcedClosure.ended_at.is_(None))
    found = rows.where(ForcedClosure.ticket_id == ticket_id, kept).options(*ALONG[1:])
    return list(db.session.scalars(found.order_by(ForcedClosure.id)))
