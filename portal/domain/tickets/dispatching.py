"""Dispatch orders (服务派工单, R13): sent, confirmed, worked on, handed back."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.parties import open_ones
from portal.domain.people.queries import handlers_of, staff
from portal.domain.people.roles import Role
from portal.domain.policy import TicketClass
from portal.domain.policy_parts import NO_WORDS
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, deadlines
from portal.domain.tickets.lifecycle import DESK, parties
from portal.domain.tickets.models import ContactRecord, Dispatch, Ticket
from portal.domain.tickets.numbers import next_number
from portal.domain.tickets.orders import running_orders, taken_on
from portal.domain.tickets.states import State
from portal.domain.tickets.steps import expect, touch
from portal.i18n import N_, Words

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
    return _send(ticket, by, to, suggestion, lead)


def _send(ticket: Ticket, by: Person, to: Department | Provider, suggestion: str, lead: bool) -> Dispatch:
    if ticket.state != State.OPEN:
        raise Refused(N_("Only a ticket in hand can be dispatched."))
    running = running_orders(ticket)
    if not to.is_open_on(settings.today()):
        raise Refused(N_("{name} takes no orders any longer."), name=to.name)
    if any(order.party == to for order in running):
        raise Refused(N_("{name} has a running order for this ticket already."), name=to.name)
    at = clock.now()
    order = Dispatch(
        ticket=ticket, number=next_number("PG", at), department=to if isinstance(to, Department) else None,
        provider=to if isinstance(to, Provider) else None, is_lead=not running, suggestion=suggestion,
        by=by, at=at,
    )  # fmt: skip
    db.session.add(order)
    db.session.flush()
    touch(ticket, at)
    journal.write("ticket.dispatched", ticket, by, became=to.name, order=order.number)
    if lead and running:
        _leads(order, running, ticket, by)
    deadlines.happen(ticket, "dispatched", at, order)
    for handler in handlers_of(to):
        _tell("order_arrived", handler, ticket, order, "arrived")
    return order


def give_lead(order: Dispatch, ticket: Ticket, by: Person, *, version: int | None = None) -> None:
    """Of several parties another one leads from now on; the others assist it (R13)."""
    expect(ticket, version)
    if DESK not in parties(ticket, by):
        raise Refused(N_("Only the desk dispatches."))
    if order.done_at is not None:
        raise Refused(N_("This order is over."))
    if order.is_lead:
        raise Refused(N_("{name} is in the lead already."), name=order.party.name)
    touch(ticket)
    _leads(order, running_orders(ticket), ticket, by)


def _leads(order: Dispatch, running: Sequence[Dispatch], ticket: Ticket, by: Person | None) -> None:
    """Make this order the one in the lead, and keep that it changed."""
    was = next((one for one in running if one.is_lead and one is not order), None)
    for one in running:
        one.is_lead = False
    order.is_lead = True
    journal.write("ticket.lead", ticket, by, was=was.party.name if was else None, became=order.party.name)


def _left(order: Dispatch, ticket: Ticket, by: Person | None) -> None:
    """An order ended early: if it led and others run, the oldest of them leads, until the desk says otherwise."""
    others = [one for one in running_orders(ticket) if one is not order]
    if order.is_lead and others:
        order.is_lead = False
        _leads(min(others, key=lambda one: one.id), others, ticket, by)


def confirm(order: Dispatch, ticket: Ticket, by: Person) -> None:
    """The handler has read the order and takes it on, the same day (R14)."""
    _need_party(order, by)
    if order.confirmed_at is not None:
        raise Refused(N_("This order was confirmed already."))
    at = clock.now()
    order.handler = by
    taken_on(order, ticket, by, at)
    touch(ticket, at)


def why_not_dispatch(ticket: Ticket, by: Person) -> Refused | None:
    """Why no order can be sent now, to whomever; nothing where one can."""
    if DESK not in parties(ticket, by):
        return Refused(N_("Only the desk dispatches."))
    if ticket.state not in (State.NEW, State.OPEN):
        return Refused(N_("Only a ticket in hand can be dispatched."))
    return None


def why_not_contact(ticket: Ticket, by: Person) -> Refused | None:
    """Why no contact with the customer can be written down here now; nothing where it can."""
    if not parties(ticket, by) & {"desk", "handling"}:
        return Refused(N_("This ticket is not in your hands."))
    return None if ticket.is_live else Refused(N_("This ticket is over."))


def contact(
    ticket: Ticket, by: Person, means: str, reached: bool, spoke_with: str = "", body: str = "",
    order: Dispatch | None = None,
) -> ContactRecord:  # fmt: skip
    """Record a contact with the customer; the first one that reached somebody keeps the contact promise (R14)."""
    if (no := why_not_contact(ticket, by)) is not None:
        raise no
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


def report_state(order: Dispatch, ticket: Ticket, by: Person, body: str, to_customer: bool) -> None:
    """How the order stands now, every day until it is closed (R15): a progress message to the customer, or for the desk.

    Either begins the next day's promise; the owner reads it on the ticket.
    """
    _need_party(order, by)
    at = clock.now()
    if to_customer:
        actions.reply(ticket, by, body, stage="progress")
        return
    if not ticket.is_live:
        raise Refused(N_("This ticket is over."))
    taken_on(order, ticket, by, at)
    actions.note(ticket, by, body, order=order)
    deadlines.happen(ticket, "stated", at, order)


def hand_back(order: Dispatch, ticket: Ticket, by: Person, why: str) -> None:
    """The party cannot do it and says why; the owner hears of it and dispatches anew."""
    _need_party(order, by)
    order.handler = order.handler or by
    _given_up(order, ticket, by, why)


def hand_over(
    order: Dispatch, ticket: Ticket, by: Person, to: Department | Provider, why: str, *, version: int | None = None,
) -> Dispatch:  # fmt: skip
    """Its party is going: another one takes the order over as it is, the lead too. It still counts for the first (R32)."""
    expect(ticket, version)
    at = clock.now()
    taken = _send(ticket, by, to, order.suggestion, order.is_lead)
    order.handed_back, order.done_at = why, at
    deadlines.drop(ticket, at, order)
    journal.write("ticket.handed_over", ticket, by, was=order.party.name, became=to.name, why=why, order=taken.number)
    if order.confirmed_at is None:
        outbox.cancel(ticket, f":order:{order.id}:arrived:")
    return taken


def running_of(party: Department | Provider, limit: int | None = None) -> list[Dispatch]:
    """What a party works on now, with the tickets, their customers and owners, the oldest order first."""
    mine = Dispatch.department_id if isinstance(party, Department) else Dispatch.provider_id
    along = (
        joinedload(Dispatch.ticket).options(joinedload(Ticket.customer), joinedload(Ticket.owner)),
        *map(joinedload, (Dispatch.department, Dispatch.provider)),
    )
    rows = db.select(Dispatch).where(mine == party.id, Dispatch.done_at.is_(None)).options(*along)
    return list(db.session.scalars(rows.order_by(Dispatch.id).limit(limit)))


def count_of(party: Department | Provider) -> int:
    """How many orders a party works on now."""
    mine = Dispatch.department_id if isinstance(party, Department) else Dispatch.provider_id
    rows = db.select(db.func.count()).select_from(Dispatch)
    return db.session.scalar(rows.where(mine == party.id, Dispatch.done_at.is_(None))) or 0


def works_still(party: type[Department] | type[Provider]):
    """Of these departments or providers: is there an order it works on? For a statement about several of them."""
    mine = Dispatch.department_id if party is Department else Dispatch.provider_id
    return db.select(Dispatch.id).where(mine == party.id, Dispatch.done_at.is_(None)).exists()


def end_with(party: Department | Provider, by: Person | None, why: str) -> None:
    """The party has gone: what it still worked on goes back to the desk, which hears why. It still counts for it (R32)."""
    for order in running_of(party):
        _given_up(order, order.ticket, by, why)


def due_after_it_ends(party: Department | Provider, ticket: Ticket) -> datetime | None:
    """When the last promise of this ticket is due, where its party is to end before that."""
    last = max((one.due_at for one in deadlines.of(ticket) if one.is_open), default=None)
    if party.closed_on is None or last is None:
        return None
    return last if last.astimezone(ZoneInfo(settings.company().zone)).date() > party.closed_on else None


def led_by(department: Department) -> list[str]:
    """The numbers of the live tickets this department leads, the oldest first."""
    leads = db.select(Dispatch.ticket_id).where(
        Dispatch.department_id == department.id, Dispatch.is_lead, Dispatch.done_at.is_(None)
    )
    rows = db.select(Ticket.number).where(Ticket.id.in_(leads), Ticket.is_live).order_by(Ticket.opened_at, Ticket.id)
    return list(db.session.scalars(rows))


def _given_up(order: Dispatch, ticket: Ticket, by: Person | None, why: str) -> None:
    at = clock.now()
    order.handed_back, order.done_at = why, at
    deadlines.drop(ticket, at, order)
    touch(ticket, at)
    journal.write("ticket.handed_back", ticket, by, was=order.party.name, why=why)
    _left(order, ticket, by)
    for person in [ticket.active_owner] if ticket.active_owner else staff(Role.AGENT):
        _tell(
            "order_handed_back", person, ticket, order, "handed_back", why=why, by=by.name if by else order.party.name
        )


def why_not_recall(order: Dispatch, ticket: Ticket, by: Person) -> Refused | None:
    """Why this order cannot be called back; nothing where it can."""
    if DESK not in parties(ticket, by):
        return Refused(N_("Only the desk dispatches."))
    is_over = order.done_at is not None and not is_refusal(order)
    return Refused(N_("This order is over.")) if is_over else None


def recall(order: Dispatch, ticket: Ticket, by: Person, why: str = "") -> None:
    """The desk calls an order back: it went to the wrong party, or is not needed. The party's access ends with it.

    Of an order its party handed back unread, it is the desk's word that it went wrong: a refusal alone is none (R32).
    """
    if (no := why_not_recall(order, ticket, by)) is not None:
        raise no
    at = clock.now()
    if is_refusal(order):
        order.is_recalled = True
        touch(ticket, at)
        journal.write("ticket.misdirected", ticket, by, was=order.party.name, why=why, order=order.number)
        return
    order.handed_back, order.done_at, order.is_recalled = why, at, True
    deadlines.drop(ticket, at, order)
    touch(ticket, at)
    journal.write("ticket.recalled", ticket, by, was=order.party.name, why=why, order=order.number)
    _left(order, ticket, by)
    if order.confirmed_at is None:
        outbox.cancel(ticket, f":order:{order.id}:arrived:")


def is_refusal(order: Dispatch) -> bool:
    """Did its party hand it back without having taken it on, and the desk has not said that it went wrong?"""
    return order.handed_back is not None and order.confirmed_at is None and not order.is_recalled


def open_to(rows: Select) -> list:
    """Of these departments or providers (visible ones) those that take orders, in their order."""
    return list(db.session.scalars(open_ones(rows)))


def lead_for(kind: str, class_code: str | None, service_code: str | None) -> str:
    """The code of the department that leads for a service, class or kind (R11)."""
    klass = deadlines.class_or_service(class_code, service_code)
    return klass.department if klass else settings.policy().kind(kind).department


def suggestion_for(class_code: str | None) -> Words:
    """What an order of this class begins with (R13); nothing without a class, or for one without words."""
    klass = deadlines.class_or_service(class_code, None)
    return klass.first_suggestion if isinstance(klass, TicketClass) else NO_WORDS


def why_not_work_on(order: Dispatch, by: Person) -> Refused | None:
    """Why this person can do nothing under this order; nothing where they can."""
    if not by.has(Role.HANDLER) or not order.party.is_party_of(by):
        return Refused(N_("This order is not for you."))
    return Refused(N_("This order is over.")) if order.done_at is not None else None


def _need_party(order: Dispatch, by: Person) -> None:
    if (no := why_not_work_on(order, by)) is not None:
        raise no


def _tell(template: str, to: Person, ticket: Ticket, order: Dispatch, event: str, **facts) -> None:
    outbox.post(
        template, to, key=f"order:{order.id}:{event}", ticket=ticket, number=ticket.number, subject=ticket.subject,
        order=order.number, suggestion=order.suggestion[:500], **deadlines.nearest_for(ticket, to), **facts,
    )  # fmt: skip
