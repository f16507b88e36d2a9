"""The orders of a ticket as they run: read, taken on, ended with it, running again."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain import journal, settings
from portal.domain.people.models import Person
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import Dispatch, Ticket


def orders(ticket: Ticket) -> list[Dispatch]:
    """All orders of a ticket with their parties and people, the lead first, then by number."""
    db.session.flush()
    found = db.session.scalars(_OF_TICKET, {"ticket": ticket.id})
    return sorted(found, key=lambda order: (not order.is_lead, order.id))


_ALONG = (Dispatch.department, Dispatch.provider, Dispatch.by, Dispatch.handler)
_OF_TICKET = db.select(Dispatch).where(Dispatch.ticket_id == bindparam("ticket")).options(*map(joinedload, _ALONG))


def running_orders(ticket: Ticket) -> list[Dispatch]:
    """The orders still worked on, the lead first."""
    return [order for order in orders(ticket) if order.done_at is None]


def end_running(ticket: Ticket, at) -> None:
    """The ticket is over: what is still running ends with it."""
    for order in running_orders(ticket):
        order.done_at = at


def rerun(ticket: Ticket, ended_at: datetime | None = None) -> None:
    """Not solved, or unmerged: the orders that ended with the application (or at `ended_at`) are running again.

    Not those of a party that has gone meanwhile: the desk dispatches anew.
    """
    ended_at = ended_at or ticket.applied_at
    for order in orders(ticket):
        if order.done_at is None or order.done_at != ended_at or order.handed_back is not None:
            continue
        if order.party.is_open_on(settings.today()):
            order.done_at = None


def taken_on(order: Dispatch, ticket: Ticket, by: Person, at) -> None:
    """Whoever works on an order has taken it on: it is confirmed, and has a handler."""
    if order.handler_id is None:
        order.handler = by
    if order.confirmed_at is None:
        order.confirmed_at = at
        journal.write("ticket.order_confirmed", ticket, by, order=order.number)
        deadlines.happen(ticket, "order_confirmed", at, order)
