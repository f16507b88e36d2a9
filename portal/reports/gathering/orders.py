"""A dispatch order for the party that works on it, from the rows that the reader may see."""

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.policy import AskType, ReplyField
from portal.domain.tickets import deadlines, steps
from portal.domain.tickets.models import Deadline, Dispatch, Message, Ticket
from portal.i18n import N_
from portal.reports.dispatch_order import DispatchOrder, Required
from portal.reports.dispatch_order import ReplyField as Part
from portal.reports.gathering.plain import as_read, orders_among, plain_facts, rule_as_kept, ticket_among

LINES = {AskType.LONG: 2}
"""Lines to write on for a part of a blank reply; one for all others."""


def dispatch_order(orders: Select, order_id: int, address: str = "") -> DispatchOrder | None:
    """A dispatch order for the party that works on it; none if it is not among `orders`."""
    order = next(iter(orders_among(orders.where(Dispatch.id == order_id))), None)
    if order is None:
        return None
    ticket = ticket_among(select(Ticket), order.ticket_id)
    assert ticket is not None  # noqa: S101 - an order has a ticket
    policy = settings.policy()
    others = orders_among(select(Dispatch).where(Dispatch.ticket_id == ticket.id, Dispatch.handed_back.is_(None)))
    reply = _reply_to(order)
    facts = plain_facts(ticket, clock.now())
    known = ("subject", "kind", "class_name", "severity", "project", "contact_name", "contact_phone", "wish",
             "opened_at", "customer_name", "customer_short", "made_at", "zone")  # fmt: skip
    return DispatchOrder(
        number=order.number,
        ticket_number=ticket.number,
        issued_at=order.at,
        issued_by=order.by.name,
        issued_by_phone=order.by.phone,
        to=order.party.name,
        is_provider=order.provider_id is not None,
        is_lead=order.is_lead,
        handler=order.handler.name if order.handler else "",
        others=() if order.provider_id else tuple(one.party.name for one in others if one.id != order.id),
        is_urgent=policy.severity(ticket.severity).rank == max(one.rank for one in policy.severities),
        is_major=ticket.is_major,
        card=policy.called("cards", ticket.customer.card),
        description=_opening(ticket),
        suggestion=order.suggestion,
        required=_owed(ticket, order),
        reply=_parts(steps.shape_of(ticket), reply.shape if reply else {}, reply.body if reply else ""),
        replied_at=reply.at if reply else order.replied_at,
        replied_by=reply.by.name if reply and reply.by else "",
        handed_back=order.handed_back or "",
        is_recalled=order.is_recalled,
        address=address,
        **{name: facts[name] for name in known},
    )


def _opening(ticket: Ticket) -> str:
    rows = select(Message.body).where(Message.ticket_id == ticket.id, Message.sort == "opening")
    return db.session.scalar(rows.order_by(Message.id).limit(1)) or ""


def _reply_to(order: Dispatch):
    """The last reply or solution that this order's handler wrote, if it has replied."""
    if order.replied_at is None or order.handler_id is None:
        return None
    rows = select(Message).where(
        Message.ticket_id == order.ticket_id,
        Message.by_id == order.handler_id,
        Message.sort.in_(("reply", "solution")),
        Message.taken_back_at.is_(None),
    )
    return db.session.scalars(rows.options(joinedload(Message.by)).order_by(Message.id.desc()).limit(1)).first()


def _concerns(deadline: Deadline, order: Dispatch) -> bool:
    """Promises of this order, and the closure of the whole ticket."""
    mine = deadline.dispatch_id == order.id
    whole = deadline.dispatch_id is None and deadlines.rule_of(deadline).met in (
        "replied",
        "contacted",
        "closed",
    )
    return (mine or whole) and deadline.dropped_at is None


def _required(deadline: Deadline) -> Required:
    rule = deadlines.rule_of(deadline)
    return Required(rule.desk_words, deadline.due_at, rule_as_kept(deadline), deadline.met_at)


def _owed(ticket: Ticket, order: Dispatch) -> tuple[Required, ...]:
    """What this party owes; of what is owed again and again only the newest."""
    owed = [one for one in deadlines.of(ticket) if _concerns(one, order)]
    newest = {one.code: one.id for one in sorted(owed, key=lambda one: (one.due_at, one.id))}
    return tuple(_required(one) for one in owed if not deadlines.rule_of(one).repeats or newest[one.code] == one.id)


def _parts(shape: Iterable[ReplyField], given: dict, body: str) -> tuple[Part, ...]:
    """The required parts of the reply, filled as far as they are; without a shape, room for the reply."""
    parts = tuple(
        Part(one.words, as_read(one, given[one.code]) if one.code in given else "", LINES.get(one.type, 1))
        for one in shape
    )
    return (*parts, Part(N_("Reply in words"), body, 1 if parts else 6)) if body or not parts else parts
