"""The staff's page of one ticket put together: what is shown, and which verbs are offered to whom."""

from dataclasses import dataclass

from flask import redirect, request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import sees_all, visible
from portal.access.scopes_of_the_loop import RATED
from portal.domain.journal import Entry
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines, dispatching, forced, kinds, steps, thread
from portal.domain.tickets.lifecycle import DESK, HANDLING, Move, handled_by, is_of, moves_for, parties
from portal.domain.tickets.models import (
    CallBack,
    ContactRecord,
    Deadline,
    Dispatch,
    Message,
    Note,
    Ticket,
)
from portal.domain.tickets.orders import orders as orders_of
from portal.domain.tickets.states import State
from portal.i18n import N_
from portal.staff.offering import form_page
from portal.web.words import gettext

door = Door("desk", __name__, url_prefix="/staff/tickets")


@dataclass(frozen=True)
class Sheet:
    """All that was read for the page of a ticket, and what the reader may do."""

    ticket: Ticket
    items: list[thread.Item]
    around: dict[str, list[thread.Thing]]
    orders: list[Dispatch]
    deadlines: list[Deadline]
    files: dict
    who: frozenset[str]
    hands: set[int]
    """Everybody who had a hand in it; empty for readers who neither verify nor judge."""
    moves: dict[str, Move]
    narrow: bool
    """The reader belongs to a provider: sees the order, the ticket's contact and conversation, nothing else."""
    why_no_call: str | None

    @property
    def at_the_desk(self) -> bool:
        return DESK in self.who

    @property
    def works(self) -> bool:
        return bool(self.who & {DESK, HANDLING}) and self.ticket.is_live

    @property
    def may_dispatch(self) -> bool:
        return self.at_the_desk and self.ticket.state in (State.NEW, State.OPEN)

    @property
    def own_orders(self) -> list[Dispatch]:
        """The orders of the reader's own party that are worked on."""
        return [o for o in self.orders if is_of(o, me()) and me().has(Role.HANDLER) and o.done_at is None]

    def drafts(self) -> dict[str, thread.Thing]:
        """One's own drafts, by what they are for: «reply», «note»."""
        return {thing.name.rpartition("/")[2]: thing for thing in self.around.get("draft", ())}


def seen() -> thread.Seen:
    """The rows the asking person may see."""
    messages, notes, contacts, calls = (visible(one, me()) for one in (Message, Note, ContactRecord, CallBack))
    entries, tickets = visible(Entry, me()), visible(Ticket, me())
    untold = frozenset() if may(me(), P.QUALITY_READ) else frozenset(RATED)
    return thread.Seen(messages, notes, contacts, calls, entries, tickets, everything=sees_all(me()), untold=untold)


def is_narrow() -> bool:
    """Does whoever asks belong to a provider?"""
    return me().provider_id is not None


def read(ticket: Ticket) -> Sheet:
    """Everything of a ticket that the asking person may see: five statements, six for whoever verifies or judges."""
    rows, narrow = seen(), is_narrow()
    around = thread.around(ticket, me(), rows, narrow)
    ids = [ticket.id, *(thing.id for thing in around.get("merged", ()))]
    items = thread.stream(ids, rows)
    all_orders = orders_of(ticket)
    orders = [o for o in all_orders if is_of(o, me())] if me().only_handles else all_orders
    owed = _owed(deadlines.with_pauses(ticket), orders)
    drafts = [thing.id for thing in around.get("draft", ())]
    files = thread.files_of(items, drafts)
    judges = me().has(Role.CALLER, Role.SUPERVISOR) or (ticket.forced_asked_at and me().has(Role.MANAGER))
    hands = handled_by(ticket) if judges else set[int]()
    who = parties(ticket, me(), all_orders, hands)
    moves = {move.verb: move for move in moves_for(ticket, me(), who)}
    return Sheet(
        ticket, items, around, orders, owed, files, who, hands, moves, narrow, _why_no_call(ticket, "close" in moves)
    )


def _owed(all_of_them: list[Deadline], orders: list[Dispatch]) -> list[Deadline]:
    ids = {order.id for order in orders} | {None}
    return [deadline for deadline in all_of_them if deadline.dispatch_id in ids]


def _why_no_call(ticket: Ticket, may_call: bool) -> str | None:
    if may_call or ticket.state != State.VERIFYING or not me().has(Role.CALLER):
        return None
    return N_("You had a hand in this ticket; another call-back officer has to call.")


def sheet_page(ticket: Ticket, form, title: str, submit: str, status: int = 200, **facts):
    """A verb's own small page, shown in the sheet beside the ticket; posts to where it stands."""
    template = facts.pop("template", "staff/ticket_form.html")
    facts = {"help": None, "danger": False, "action": request.path} | facts
    no, on = (
        why_not_offered(ticket, facts.pop("order", None)),
        (url_for("desk.show", ticket=ticket.id), gettext("To the ticket")),
    )
    return form_page(template, status, no=no, on=on, ticket=ticket, form=form, title=title, submit=submit, **facts)


def why_not_offered(ticket: Ticket, order: Dispatch | None = None) -> Refused | str | None:
    """Why the form at this address would be refused whatever is filled in; nothing where it may be sent.

    A form that cannot be taken is not offered: what its verb asks first is asked before it is drawn.
    """
    asks = OFFERED.get((request.endpoint or "").rpartition(".")[2])
    return asks(ticket, order) if asks else None


def _step(verb: str):
    return lambda ticket, order: steps.why_not(ticket, verb, me())


OFFERED = {
    "application": _step("take_back"),
    "reopening": _step("reopen"),
    "merging": _step("merge"),
    "owner": lambda ticket, order: None if ticket.is_live else Refused(N_("A ticket that is over keeps its owner.")),
    "kinds_of": lambda ticket, order: kinds.why_not(ticket),
    "new_dispatch": lambda ticket, order: dispatching.why_not_dispatch(ticket, me()),
    "new_contact": lambda ticket, order: dispatching.why_not_contact(ticket, me()),
    "handing_back": lambda ticket, order: dispatching.why_not_work_on(order, me()),
    "state_of": lambda ticket, order: dispatching.why_not_work_on(order, me()),
    "forcing": lambda ticket, order: forced.why_not_ask(ticket),
    "recalling": lambda ticket, order: dispatching.why_not_recall(order, ticket, me()),
}
"""What each verb's own form asks before it is drawn, by the name of its view."""


def to_ticket(ticket: Ticket):
    """Back to the ticket's page, once something was done."""
    return redirect(url_for("desk.show", ticket=ticket.id), 303)
