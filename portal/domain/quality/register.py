"""Complaints in a row: the register of a month (投诉月度清单), and the complaint card of a customer (投诉管理卡, R5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import UTCDateTime, db
from portal.domain.people.models import Customer
from portal.domain.quality import complaint_counts
from portal.domain.quality.days import bounds
from portal.domain.quality.major_models import COMPENSATION, MajorApproval, MajorCase
from portal.domain.quality.unclosed import COMPLAINT, leading
from portal.domain.tickets.models import Message, Ticket
from portal.i18n import Words

NOBODY = Words("")
CAUSE, AMOUNT = "cause", "amount"
"""The reply fields (R15) that say why, and how much was given back or compensated; what was granted besides to a major
complaint (R20) is in its approvals."""


@dataclass(frozen=True)
class Line:
    """One complaint of a register: who worked on it, and how many days it took."""

    ticket: Ticket
    party: Words
    days: int


@dataclass(frozen=True)
class CardLine(Line):
    """One complaint of a card: besides, why it came about, and what was compensated (yuan, if known)."""

    cause: str
    amount: Decimal | None


def register(
    tickets: Select, month: date, after: tuple[datetime, int] | None, limit: int, part: tuple[str, str] | None = None
) -> list[Line]:
    """The complaints (visible ones) opened in a month, in their order, with customer; `after`: (opened, id) of the last.

    `part`: only those that the analysis counts there (a side and a code).
    """
    rows = _in_month(tickets, month, part).options(joinedload(Ticket.customer))
    if after is not None:
        mark = tuple_(literal(after[0], UTCDateTime), literal(after[1]))
        rows = rows.where(tuple_(Ticket.opened_at, Ticket.id) > mark)
    return _lines(db.session.scalars(rows.order_by(Ticket.opened_at, Ticket.id).limit(limit)).all())


def registered(tickets: Select, month: date, part: tuple[str, str] | None = None) -> int:
    """How many complaints (visible ones) were opened in a month, or counted in a part of it."""
    return _counted(_in_month(tickets, month, part))


def _in_month(tickets: Select, month: date, part: tuple[str, str] | None) -> Select:
    begin, end = bounds(month)
    if part is not None:
        tickets = tickets.where(Ticket.id.in_(complaint_counts.records(month, *part)))
    return tickets.where(Ticket.kind == COMPLAINT, Ticket.opened_at >= begin, Ticket.opened_at < end)


def card(tickets: Select, customer: Customer, before: int | None, limit: int) -> list[CardLine]:
    """All complaints (visible ones) of a customer, the newest first; `before`: the id of the last one seen."""
    rows = _of_customer(tickets, customer)
    if before is not None:
        rows = rows.where(Ticket.id < before)
    lines = _lines(db.session.scalars(rows.order_by(Ticket.id.desc()).limit(limit)).all())
    ids = [line.ticket.id for line in lines]
    said, granted = _solutions(ids), _granted(ids)
    return [_card_line(line, said.get(line.ticket.id, {}), granted.get(line.ticket.id)) for line in lines]


def _card_line(line: Line, said: dict, granted: Decimal | None) -> CardLine:
    amount = _together(_amount(said.get(AMOUNT)), granted)
    return CardLine(line.ticket, line.party, line.days, str(said.get(CAUSE) or ""), amount)


def on_card(tickets: Select, customer: Customer) -> int:
    """How many complaints stand on a customer's card."""
    return _counted(_of_customer(tickets, customer))


def _of_customer(tickets: Select, customer: Customer) -> Select:
    return tickets.where(Ticket.customer_id == customer.id, Ticket.kind == COMPLAINT)


def _counted(rows: Select) -> int:
    return db.session.scalar(rows.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def _lines(tickets: Sequence[Ticket]) -> list[Line]:
    at, parties = clock.now(), leading([ticket.id for ticket in tickets])
    return [
        Line(ticket, parties.get(ticket.id, NOBODY), ((ticket.closed_at or at) - ticket.opened_at) // timedelta(days=1))
        for ticket in tickets
    ]


def _solutions(ids: list[int]) -> dict[int, dict]:
    """The parts of the last solution of each ticket."""
    rows = select(Message.ticket_id, Message.shape).where(
        Message.ticket_id.in_(ids), Message.sort.in_(("solution", "reply")), Message.taken_back_at.is_(None)
    )
    found: dict[int, dict] = {}
    for ticket, shape in db.session.execute(rows.order_by(Message.id)):
        found[ticket] = found.get(ticket, {}) | (shape or {})
    return found


def _granted(ids: list[int]) -> dict[int, Decimal]:
    """The special compensations that a manager granted, by ticket."""
    total = func.sum(MajorApproval.amount_yuan)
    rows = select(MajorCase.ticket_id, total).join(MajorApproval.case).group_by(MajorCase.ticket_id)
    granted = rows.where(
        MajorApproval.what == COMPENSATION, MajorApproval.is_granted.is_(True), MajorCase.ticket_id.in_(ids)
    )
    return {ticket: Decimal(yuan) for ticket, yuan in db.session.execute(granted) if yuan is not None}


def _together(*amounts: Decimal | None) -> Decimal | None:
    """Their sum; none where none of them is known."""
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal(0)) if known else None


def _amount(given) -> Decimal | None:
    """A number as somebody typed it; none where it is none."""
    try:
        amount = Decimal(str(given).replace(",", "").strip()) if given not in (None, "") else None
    except InvalidOperation:
        return None
    return amount if amount is None or amount.is_finite() else None
