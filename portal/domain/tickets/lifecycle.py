"""The life of a ticket as a table (R12–R21): what may be done, from where, by whom, and how it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Select,
    TextualSelect,
    and_,
    bindparam,
    false,
    or_,
    select,
    true,
    union,
)

from portal.db import IDS, db, spelled_out
from portal.domain import settings
from portal.domain.journal import Entry
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.tickets.models import ContactRecord, Dispatch, Message, Ticket
from portal.domain.tickets.states import State
from portal.domain.tickets.voices import Speaker, Voice
from portal.i18n import N_

NEW, OPEN, WAITING, VERIFYING, CLOSED, WITHDRAWN, MERGED = State

# Who somebody is to one ticket.
CUSTOMER, COLLEAGUE = "customer", "colleague"
DESK, HANDLING, LEADING, VERIFIER = "desk", "handling", "leading", "verifier"
APPROVER = "approver"
"""A manager without a hand in a ticket whose forced closure was asked for (R17)."""
THEIRS = {CUSTOMER, COLLEAGUE}
"""Whoever asked and the organisation's administrator decide; colleagues who may see a ticket add words to it."""
WORKING = {DESK, HANDLING}
SOLVING = {DESK, LEADING}
"""Closure is applied for by the desk or by the party in the lead; who assists tells the customer or the desk."""


@dataclass(frozen=True)
class Move:
    """One step of a life: its verb, the word on its button, its sentence in the history, and who may take it."""

    verb: str
    label: str
    said: str
    leaves: frozenset[State]
    enters: State
    who: frozenset[str]
    closing: str | None = None
    """Only for kinds that are closed this way: «callback» or «answer»."""


def _row(verb, label, said, leaves, enters, who, closing=None):
    return Move(verb, label, said, frozenset(leaves), enters, frozenset(who), closing)


MOVES = (
    # verb, on the button, in the history, leaves, enters, who may, only for kinds closed by
    _row("accept", N_("Accept"), N_("{by} accepted it and is its owner from now on"), {NEW}, OPEN, {DESK}),
    _row("ask", N_("Ask the customer"), N_("{by} asked the customer for more"), {OPEN}, WAITING, WORKING),
    _row("answer", N_("Answer"), N_("{by} answered our question"), {WAITING}, OPEN, THEIRS),
    _row("resume", N_("Go on without an answer"), N_("{by} went on without waiting any longer"), {WAITING}, OPEN, WORKING),
    _row("apply", N_("Apply for closure"), N_("{by} applied for closure"), {OPEN}, VERIFYING, SOLVING, "callback"),
    _row("finish", N_("Answer and close"), N_("{by} answered and closed it"), {OPEN}, CLOSED, {DESK}, "answer"),
    _row("take_back", N_("Withdraw the application"), N_("{by} took the application back"), {VERIFYING}, OPEN, SOLVING),
    _row("send_back", N_("Not solved, back"), N_("{by} found it not solved and sent it back"), {VERIFYING}, OPEN, {VERIFIER}),
    _row("close", N_("Close"), N_("{by} verified the result and closed it"), {VERIFYING}, CLOSED, {VERIFIER}),
    _row("confirm", N_("Yes, it is solved"), N_("{by} confirmed the result"), {VERIFYING}, CLOSED, {CUSTOMER}),
    _row("reject", N_("No, not yet"), N_("{by} said it is not solved"), {VERIFYING}, OPEN, {CUSTOMER}),
    _row("force", N_("Close by force"), N_("{by} approved the forced closure, and it was closed"), {OPEN, WAITING, VERIFYING}, CLOSED, {APPROVER}, "callback"),
    _row("withdraw", N_("Withdraw"), N_("{by} withdrew it"), {NEW, OPEN, WAITING, VERIFYING}, WITHDRAWN, {CUSTOMER}),
    _row("reopen", N_("Reopen"), N_("{by} reopened it"), {CLOSED}, OPEN, {CUSTOMER, DESK}),
    _row("merge", N_("Merge"), N_("{by} merged it into another ticket"), {NEW, OPEN, WAITING}, MERGED, {DESK}),
    _row("unmerge", N_("Undo the merge"), N_("{by} undid the merge"), {MERGED}, OPEN, {DESK}),
)  # fmt: skip
BY_VERB = {move.verb: move for move in MOVES}

# The sorts of messages that are ours.
OUR_WORDS = ("reply", "question", "solution")

# In which states the promises that pause do not run (R14).
PAUSED_IN = frozenset({WAITING})

# How the history tells what happened to a ticket; every verb that is written has its sentence.
TOLD = {
    "ticket.opened": N_("{by} opened it"),
    "ticket.added": N_("{by} added something"),
    "ticket.replied": N_("{by} replied to the customer"),
    "ticket.reply_taken_back": N_("{by} took a reply back before it was shown"),
    "ticket.stated": N_("{by} reported how the order stands"),
    "ticket.noted": N_("{by} wrote an internal note"),
    "ticket.assigned": N_("{by} made {became} the owner"),
    "ticket.released": N_("{by} closed the account of {was}; it needs a new owner"),
    "ticket.classified": N_("{by} classified it anew: {became}"),
    "ticket.kind": N_("{by} made it a {became} (it was taken for a {was})"),
    "ticket.severity": N_("{by} changed the severity to {became}"),
    "ticket.shared": N_("{by} shared it with colleagues"),
    "ticket.unshared": N_("{by} stopped sharing it with colleagues"),
    "ticket.dispatched": N_("{by} dispatched it to {became}"),
    "ticket.lead": N_("{by} gave the lead to {became}"),
    "ticket.order_confirmed": N_("{by} confirmed the order"),
    "ticket.handed_back": N_("{by} handed the order back"),
    "ticket.handed_over": N_("{by} handed the order of {was} over to {became}: {why}"),
    "ticket.recalled": N_("{by} called the order to {was} back"),
    "ticket.misdirected": N_("{by} says the order went to {was} by mistake: {why}"),
    "ticket.contacted": N_("{by} recorded a contact with the customer"),
    "ticket.called_back": N_("{by} called back: {became}"),
    "ticket.linked": N_("{by} linked it with {became}"),
    "ticket.unlinked": N_("{by} removed the link with {was}"),
    "ticket.merged_here": N_("{by} merged {became} into it"),
    "ticket.unmerged_here": N_("{by} took {was} out of it again"),
    "ticket.problem": N_("{by} put it under the problem “{became}”"),
    "ticket.rated": N_("{by} rated the service: {became} of 5"),
    "ticket.made_major": N_("{by} accepted it as a major complaint"),
    "ticket.major_closed": N_("{by} closed the dossier of the major complaint"),
    "ticket.by_link": N_("{by} answered through the one-time link of the letter"),
    "ticket.force_asked": N_("{by} asked for forced closure: {became}"),
    "ticket.force_withdrawn": N_("{by} withdrew the request for forced closure"),
    "ticket.force_declined": N_("{by} declined the forced closure"),
    "ticket.warned": N_("A promise is due soon: {became}"),
    "ticket.breached": N_("A promise was missed: {became}"),
    "ticket.escalated": N_("The supervisors were told of a missed promise: {became}"),
    **{f"ticket.{move.verb}": move.said for move in MOVES},
}


# Writing any of these makes somebody a handler of the ticket, who never verifies it (R16).
HANDLING_VERBS = tuple(
    f"ticket.{verb}"
    for verb in (
        "accept", "assigned", "ask", "resume", "apply", "take_back", "finish", "replied", "contacted", "dispatched",
        "order_confirmed", "stated", "handed_back", "force_asked",
    )
)  # fmt: skip


# What of the history people of a provider read: the plain course, nothing of who else works on it and why.
TOLD_TO_PROVIDERS = tuple(
    f"ticket.{verb}"
    for verb in (
        "opened", "accept", "ask", "answer", "added", "resume", "replied", "apply", "finish", "take_back", "send_back",
        "close", "confirm", "reject", "withdraw", "reopen", "order_confirmed", "contacted",
    )
)  # fmt: skip


def parties(
    ticket: Ticket, person: Speaker, orders: Iterable[Dispatch] | None = None, hands: set[int] | None = None
) -> frozenset[str]:
    """Who this person is to this ticket. Whoever handled it never verifies it (R16).

    `orders` and `hands`: the ticket's orders and everybody who had a hand in it, where the caller knows them.
    """
    if isinstance(person, Voice) or not person.is_staff:
        if person.customer_id != ticket.customer_id:
            return frozenset()
        return frozenset({CUSTOMER if decides(ticket, person) else COLLEAGUE})
    found = set()
    if person.has(Role.AGENT, Role.SUPERVISOR):
        found.add(DESK)
    order = _own_order(ticket, person, orders) if person.has(Role.HANDLER) else None
    if order is not None:
        found |= {HANDLING, LEADING} if order.is_lead else {HANDLING}
    if person.has(Role.CALLER) and person.id not in (handled_by(ticket) if hands is None else hands):
        found.add(VERIFIER)
    if ticket.forced_asked_at and person.has(Role.MANAGER):
        found |= set() if person.id in (handled_by(ticket) if hands is None else hands) else {APPROVER}
    return frozenset(found)


def decides(ticket: Ticket, person: Speaker) -> bool:
    """Does this person of the customer confirm, reject, withdraw, reopen and rate it? Seeing it is not enough."""
    own = person.customer_id == ticket.customer_id and not person.is_staff
    return own and (ticket.asked_by_id == person.id or person.is_org_admin)


def moves_for(ticket: Ticket, person: Speaker, known: frozenset[str] | None = None) -> list[Move]:
    """The moves this person may make now; the buttons a page shows. `known`: parties found before."""
    who = parties(ticket, person) if known is None else known
    closing = settings.policy().kind(ticket.kind).closing
    return [m for m in MOVES if ticket.state in m.leaves and m.who & who and m.closing in (None, closing)]


def _own_order(ticket: Ticket, person: Person, orders: Iterable[Dispatch] | None) -> Dispatch | None:
    if orders is None:
        return running_order_of(ticket, person)
    own = [order for order in orders if is_of(order, person) and is_running(order, ticket)]
    return max(own, key=lambda order: order.id, default=None)


def is_of(order: Dispatch, person: Person) -> bool:
    """Is this order for this person's department or provider?"""
    own = person.provider_id if order.provider_id else person.department_id
    return own is not None and own == (order.provider_id or order.department_id)


def is_running(order: Dispatch, ticket: Ticket) -> bool:
    """Is it worked on? An order whose solution waits for verification still is: its party may take that back."""
    applied_for = order.done_at is not None and order.done_at == ticket.applied_at and order.handed_back is None
    return order.done_at is None or applied_for


def has_order(ticket: Ticket, person: Person) -> bool:
    """Has this person's party an order of this ticket that did not come back, running or done?"""
    rows = select(Dispatch.id).where(Dispatch.ticket_id == ticket.id, _for_party_of(person))
    return db.session.scalar(rows.where(Dispatch.handed_back.is_(None)).limit(1)) is not None


def _for_party_of(person: Person):
    if not (person.department_id or person.provider_id):
        return false()
    if person.provider_id:
        return Dispatch.provider_id == person.provider_id
    return Dispatch.department_id == person.department_id


def running_order_of(ticket: Ticket, person: Person) -> Dispatch | None:
    """The running order of this ticket for this person's party, if there is one."""
    if not (person.department_id or person.provider_id):
        return None
    running = Dispatch.done_at.is_(None)
    if ticket.applied_at is not None:
        running = or_(running, (Dispatch.done_at == ticket.applied_at) & Dispatch.handed_back.is_(None))
    rows = select(Dispatch).where(Dispatch.ticket_id == ticket.id, _for_party_of(person), running)
    return db.session.scalars(rows.order_by(Dispatch.id.desc()).limit(1)).first()


def handled_by(ticket: Ticket) -> set[int]:
    """Everybody who had a hand in this ticket or in one merged into it: owned it, dispatched it, worked on an order,
    spoke or wrote to the customer.

    The journal knows those too who passed it on before they did anything else.
    """
    return {who for _, who in db.session.execute(_every_hand(db.engine.dialect.name), {"ids": (ticket.id,)})}


def had_a_hand(ids: Sequence[int], person: Person) -> set[int]:
    """Which of these tickets this person had a hand in, and so cannot verify."""
    asked = {"ids": ids, "me": person.id}
    return set(db.session.scalars(_with_my_hand(db.engine.dialect.name), asked)) if ids else set()


def with_a_hand_of(who: int | BindParameter, ids: Select | BindParameter) -> Select:
    """The ids, among these, of tickets that this person had a hand in; as a statement."""
    mine = [part.where(part.selected_columns.who == who) for part in _hands(ids)]
    return select(union(*mine).subquery().c.ticket)


@cache
def _every_hand(_dialect: str) -> TextualSelect:
    """(ticket, who) of the tickets given as «ids»; made once."""
    return spelled_out(union(*_hands(IDS)))


@cache
def _with_my_hand(_dialect: str) -> TextualSelect:
    """Those of «ids» that «me» had a hand in; made once."""
    return spelled_out(with_a_hand_of(bindparam("me", type_=BigInteger), IDS))


def _hands(ids: Select | BindParameter) -> list[Select]:
    """(ticket, who) of every hand in these tickets, and in those merged into them: their work is this one's now."""
    family = select(Ticket.id.label("ticket"), Ticket.id.label("part")).where(Ticket.id.in_(ids))
    family = family.cte("family", recursive=True)
    merged = select(family.c.ticket, Ticket.id).where(Ticket.merged_into_id == family.c.part)
    family = family.union(merged)
    pairs = (
        (Ticket.id, Ticket.owner_id, true()),
        (Dispatch.ticket_id, Dispatch.handler_id, true()),
        (Dispatch.ticket_id, Dispatch.by_id, true()),
        (ContactRecord.ticket_id, ContactRecord.by_id, true()),
        (Message.ticket_id, Message.by_id, Message.sort.in_(OUR_WORDS)),
        (Entry.record_id, Entry.by_id, and_(Entry.record == "ticket", Entry.verb.in_(HANDLING_VERBS))),
    )
    return [
        select(family.c.ticket.label("ticket"), who.label("who"))
        .join(family, family.c.part == part)
        .where(who.is_not(None), where)
        for part, who, where in pairs
    ]
