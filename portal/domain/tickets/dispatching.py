"""Dispatch orders (服务派工单, R13): sent, confirmed, worked on, handed back."""

from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.queries import handlers_of
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, deadlines
from portal.domain.tickets.lifecycle import DESK, parties
from portal.domain.tickets.models import ContactRecord, Dispatch, Ticket
from portal.domain.tickets.numbers import next_number
from portal.domain.tickets.orders import running_orders, taken_on
from portal.domain.tickets.states import State
from portal.domain.tickets.steps import expect, touch
from portal.i18n import N_

MEANS = {
    "phone": N_("Telephone"),
    "visit": N_("Visit"),
    "chat": N_("Chat"),
    "email": N_("E-mail"),
    "portal": N_("Portal"),
    "link": N_("One-time link"),
}
"""How somebody was spoken with: of a contact the first four, of a verification the telephone and the last two."""
CONTACT_MEANS = ("phone", "visit", "chat", "email")


def dispatch(
    ticket: Ticket, by: Person, to: Department | Provider, suggestion: str, *, lead: bool = True,
    version: int | None = None,
) -> Dispatch:  # fmt: skip
    """Send an order with a first handling suggestion. A new lead takes the lead from the one before."""
    expect(ticket, version)
    if DESK not in parties(ticket, by):
        raise Refused(N_("Only the desk dispatches."))
    if ticket.state == State.NEW:
        actions.accept(ticket, by)
    if ticket.state != State.OPEN:
        raise Refused(N_("Only a ticket in hand can be dispatched."))
    running = running_orders(ticket)
    if to.closed_on is not None:
        raise Refused(N_("{name} takes no orders any longer."), name=to.name)
    if any(order.party == to for order in running):
        raise Refused(N_("{name} has a running order for this ticket already."), name=to.name)
    at = clock.now()
    if lead:
        for order in running:
            order.is_lead = False
    order = Dispatch(
        ticket=ticket, number=next_number("PG", at), department=to if isinstance(to, Department) else None,
        provider=to if isinstance(to, Provider) else None, is_lead=lead or not running, suggestion=suggestion,
        by=by, at=at,
    )  # fmt: skip
    db.session.add(order)
    db.session.flush()
    touch(ticket, at)
    journal.write("ticket.dispatched", ticket, by, became=to.name, order=order.number)
    deadlines.happen(ticket, "dispatched", at, order)
    for handler in handlers_of(to):
        _tell("order_arrived", handler, ticket, order, "arrived")
    return order


def confirm(order: Dispatch, ticket: Ticket, by: Person) -> None:
    """The handler has read the order and takes it on, the same day (R14)."""
    _need_party(order, by)
    if order.confirmed_at is not None:
        raise Refused(N_("This order was confirmed already."))
    at = clock.now()
    order.handler = by
    taken_on(order, ticket, by, at)
    touch(ticket, at)


def contact(
    ticket: Ticket, by: Person, means: str, reached: bool, spoke_with: str = "", body: str = "",
    order: Dispatch | None = None,
) -> ContactRecord:  # fmt: skip
    """Record a contact with the customer; the first one that reached somebody keeps the contact promise (R14)."""
    if not parties(ticket, by) & {"desk", "handling"}:
        raise Refused(N_("This ticket is not in your hands."))
    if not ticket.is_live:
        raise Refused(N_("This ticket is over."))
    if ticket.state == State.NEW:
        actions.accept(ticket, by)
    at = clock.now()
    record = ContactRecord(
        ticket_id=ticket.id, dispatch_id=order.id if order else None, by=by, at=at, means=means, reached=reached,
        spoke_with=spoke_with, body=body,
    )  # fmt: skip
    db.session.add(record)
    if order:
        taken_on(order, ticket, by, at)
    if order and reached:
        order.contacted_at = order.contacted_at or at
    touch(ticket, at)
    journal.write("ticket.contacted", ticket, by, means=means, reached=reached)
    if reached:
        deadlines.happen(ticket, "contacted", at, order)
    return record


def hand_back(order: Dispatch, ticket: Ticket, by: Person, why: str) -> None:
    """The party cannot do it and says why; the owner hears of it and dispatches anew."""
    _need_party(order, by)
    at = clock.now()
    order.handed_back, order.done_at, order.handler = why, at, order.handler or by
    deadlines.drop(ticket, at, order)
    touch(ticket, at)
    journal.write("ticket.handed_back", ticket, by, was=order.party.name, why=why)
    if ticket.owner:
        _tell("order_handed_back", ticket.owner, ticket, order, "handed_back", why=why, by=by.name)


def recall(order: Dispatch, ticket: Ticket, by: Person, why: str = "") -> None:
    """The desk calls an order back: it went to the wrong party, or is not needed. The party's access ends with it."""
    if DESK not in parties(ticket, by):
        raise Refused(N_("Only the desk dispatches."))
    if order.done_at is not None:
        raise Refused(N_("This order is over."))
    at = clock.now()
    order.handed_back, order.done_at = why, at
    deadlines.drop(ticket, at, order)
    touch(ticket, at)
    journal.write("ticket.recalled", ticket, by, was=order.party.name, why=why, order=order.number)
    if order.confirmed_at is None:
        outbox.cancel(ticket, f":order:{order.id}:arrived:")


def open_to(rows: Select) -> list:
    """Of these departments or providers (visible ones) those that take orders, in their order."""
    return [party for party in db.session.scalars(rows) if party.closed_on is None]


def lead_for(ticket: Ticket) -> str:
    """The code of the department that leads for the ticket's service, class or kind (R11)."""
    klass = deadlines.class_of(ticket)
    return klass.department if klass else settings.policy().kind(ticket.kind).department


def _need_party(order: Dispatch, by: Person) -> None:
    if not by.has(Role.HANDLER) or not order.party.is_party_of(by):
        raise Refused(N_("This order is not for you."))
    if order.done_at is not None:
        raise Refused(N_("This order is over."))


def _tell(template: str, to: Person, ticket: Ticket, order: Dispatch, event: str, **facts) -> None:
    outbox.post(
        template, to, key=f"order:{order.id}:{event}", ticket=ticket, number=ticket.number, subject=ticket.subject,
        order=order.number, suggestion=order.suggestion[:500], **deadlines.nearest_for(ticket, to), **facts,
    )  # fmt: skip
