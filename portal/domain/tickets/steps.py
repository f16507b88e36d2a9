"""What the actions on a ticket are made of: steps of the table, words, letters, and what must be so beforehand."""

from collections.abc import Sequence

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import files, journal, outbox, settings
from portal.domain.people.models import Customer, Person
from portal.domain.people.queries import staff
from portal.domain.people.roles import SEES_ALL, Role
from portal.domain.policy import ReplyField
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import confirm_links, deadlines, forced_requests, search
from portal.domain.tickets.lifecycle import (
    BY_VERB,
    COLLEAGUE,
    DESK,
    THEIRS,
    Move,
    has_order,
    parties,
    running_order_of,
)
from portal.domain.tickets.models import Dispatch, Message, Note, Ticket, Watcher
from portal.domain.tickets.orders import end_running, rerun
from portal.domain.tickets.states import FOR_CUSTOMERS, FOR_STAFF, LIVE, State
from portal.domain.tickets.voices import Speaker, author, said_by
from portal.i18n import N_

ONLY_WHO_ASKED = N_("Only whoever asked this, or the administrator of your organisation, can decide that.")
CHANGED = N_("This ticket changed while you were writing. Look at what is new; your text is kept.")


def expect(ticket: Ticket, version: int | None) -> None:
    """Stop when the ticket changed since the form was drawn; nothing is overwritten."""
    if version is not None and ticket.version != version:
        raise Stale(CHANGED)


def move(
    ticket: Ticket, verb: str, by: Speaker, why: str = "", *, back_to: State | None = None, **facts
) -> Move:  # fmt: skip
    """Take one step of the table, with its entry in the journal. Raises Refused when the table says no.

    `back_to`: the state it enters in place of the table's, where a step undoes another.
    """
    chosen = BY_VERB[verb]
    _need(ticket, chosen, by)
    was = ticket.state
    touch(ticket)
    ticket.enters(back_to or chosen.enters, ticket.touched_at)
    if was == State.VERIFYING:
        outbox.cancel(ticket, ":call:")
        confirm_links.end(ticket)
    if ticket.forced_asked_at and not ticket.is_live:
        forced_requests.lapse(ticket)
    journal.write(f"ticket.{verb}", ticket, by, was=was, became=ticket.state, why=why, **said_by(by), **facts)
    return chosen


def why_not(ticket: Ticket, verb: str, by: Speaker) -> Refused | None:
    """The refusal with which this step would be answered now; nothing where it may be taken."""
    wanted = BY_VERB[verb]
    if (no := _why_not(ticket, wanted, by)) is None:
        return None
    states = FOR_STAFF if by.is_staff else FOR_CUSTOMERS
    return Refused(no, state=states[State(ticket.state)], what=wanted.label)


def _need(ticket: Ticket, wanted: Move, by: Speaker) -> None:
    """Refuse with the reason, where the table does not give this move to this person now."""
    if (no := why_not(ticket, wanted.verb, by)) is not None:
        raise no


_CLOSED = N_("It is closed already. If it is not solved after all, reopen it: it goes back to work.")
_AT_WORK = N_("We are working on it again: there is nothing to decide now. You can add what you want to tell us.")
OVER = {
    ("confirm", State.CLOSED): N_("It is closed already; there is nothing more to confirm."),
    ("withdraw", State.CLOSED): N_("It is closed already and need not be withdrawn."),
    ("reject", State.CLOSED): _CLOSED, ("answer", State.CLOSED): _CLOSED,
    **{(verb, state): _AT_WORK for verb in ("confirm", "reject") for state in (State.NEW, State.OPEN, State.WAITING)},
    **{("reopen", state): N_("It is open already. You can add what you want to tell us.") for state in LIVE},
}  # fmt: skip
"""Why a customer's step is no longer possible, and how to go on; by verb and by where the ticket stands."""
_OVER_FOR_GOOD = {
    State.WITHDRAWN: N_("It was withdrawn; nobody works on it. If you need it again, please open a new ticket."),
    State.MERGED: N_("It goes on in another ticket; please decide there."),
}


def _why_not(ticket: Ticket, wanted: Move, by: Speaker) -> str | None:
    is_their_step = bool(wanted.who & THEIRS) and not by.is_staff and ticket.customer_id == by.customer_id
    if ticket.state not in wanted.leaves and is_their_step:
        state = State(ticket.state)
        if (plain := OVER.get((wanted.verb, state)) or _OVER_FOR_GOOD.get(state)) is not None:
            return plain
    if ticket.state not in wanted.leaves:
        return N_("“{what}” is not possible while the ticket is “{state}”.")
    who = parties(ticket, by)
    is_theirs = not wanted.who.isdisjoint(who)
    if is_theirs and wanted.closing in (None, settings.policy().kind(ticket.kind).closing):
        return None
    if COLLEAGUE in who:
        return ONLY_WHO_ASKED
    if wanted.verb in ("close", "send_back") and by.has(Role.CALLER):
        return N_("Whoever handled a ticket cannot verify it; another call-back officer has to.")
    if is_theirs:
        return N_("Tickets of this kind are closed in another way.")
    return N_("“{what}” is not yours to do here.")


def end(ticket: Ticket, at, outcome: str) -> None:
    """The ticket is over: its closing promises are judged, the rest stops to matter, running orders end."""
    ticket.enters(State.CLOSED, at)
    ticket.outcome = outcome
    for event in ("verified", "closed"):
        deadlines.happen(ticket, event, at)
    deadlines.drop(ticket, at)
    end_running(ticket, at)


def back_to_work(ticket: Ticket, at) -> None:
    """Handling goes on after an application: the order that was done is running again, progress is owed again."""
    rerun(ticket)
    ticket.applied_at = None
    deadlines.owe_again(ticket, at)


def goes_on_in(ticket: Ticket) -> Ticket:
    """The ticket itself, or the one it was merged into, at the end of the chain; with what actions look at."""
    if ticket.merged_into_id is None:
        return ticket
    along = (Ticket.customer, Ticket.owner, Ticket.asked_by)
    rows = db.select(Ticket).where(Ticket.id == ticket.merged_into_id).options(*map(joinedload, along))
    return goes_on_in(db.session.scalars(rows.execution_options(populate_existing=True)).one())


def touch(ticket: Ticket, at=None) -> None:
    """Something happened to it: the row changes, so that forms drawn before know."""
    ticket.touched_at = at or clock.now()


def need_verifier(ticket: Ticket, by: Person) -> None:
    """Refuse whoever may not verify this ticket now."""
    _need(ticket, BY_VERB["close"], by)


def need_desk(ticket: Ticket, by: Person) -> None:
    if DESK not in parties(ticket, by):
        raise Refused(N_("This is the desk's work."))


def need_shape(ticket: Ticket, shape: dict) -> None:
    """R15: what a reply of this class must say. Raises Refused naming the first thing missing."""
    for part in shape_of(ticket):
        if part.required and not part.when_open and str(shape.get(part.code, "")).strip() in ("", "None"):
            raise Refused(N_("A final reply of this class must say: {part}."), part=part.words)


def shape_of(ticket: Ticket) -> tuple[ReplyField, ...]:
    """The parts that a final reply to this ticket is made of (R15); none for kinds that their answer closes."""
    policy = settings.policy()
    known = ticket.class_code in {one.code for one in policy.known("classes")}
    return policy.reply_shape(ticket.class_code, ticket.kind) if known else ()


def given(shape: dict | None) -> dict:
    return {code: value for code, value in (shape or {}).items() if value not in (None, "", [])}


def order_of(ticket: Ticket, by: Person) -> Dispatch | None:
    """The running order of this handler's party, for what is done under it."""
    return running_order_of(ticket, by) if by.has(Role.HANDLER) else None


def say(ticket: Ticket, by: Speaker, sort: str, body: str, at, *, shown_at=None, stage=None, shape=None) -> Message:
    message = Message(
        ticket_id=ticket.id, sort=sort, stage=stage, body=body, shape=shape or {}, at=at, shown_at=shown_at or at, **author(by)
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    search.remember(ticket.id, shown=body)
    return message


def attach(
    attached: Sequence[files.StoredFile], ticket: Ticket, message: Message | None = None, note: Note | None = None
) -> None:
    for file in attached:
        db.session.add(files.Attachment(
            file=file, ticket_id=ticket.id, message_id=message.id if message else None, note_id=note.id if note else None
        ))  # fmt: skip


def working_on(ticket: Ticket) -> list[Person]:
    """Who hears of what the customer does: the owner (or the desk) and the watchers."""
    people = [ticket.active_owner] if ticket.active_owner else staff(Role.AGENT)
    return people + [person for person in watchers(ticket) if person not in people]


def watchers(ticket: Ticket) -> list[Person]:
    """Who watches this ticket and may still know of it."""
    rows = db.select(Person).join(Watcher, Watcher.person_id == Person.id).where(Watcher.ticket_id == ticket.id)
    found = db.session.scalars(rows.where(Person.disabled_at.is_(None)).order_by(Person.id))
    return [person for person in found if concerns(ticket, person)]


def concerns(ticket: Ticket, person: Person) -> bool:
    """May somebody of staff hear of it: everybody at the desk, the account manager, a party that has an order of it?

    An order called back or handed back takes the party's knowledge along, and other roles take their own.
    """
    if person.has(*SEES_ALL):
        return True
    cares = db.select(Customer.id).where(Customer.id == ticket.customer_id, Customer.account_manager_id == person.id)
    if person.has(Role.ACCOUNT_MANAGER) and db.session.scalar(cares):
        return True
    return person.has(Role.HANDLER) and has_order(ticket, person)


def letter(template: str, to: Person, ticket: Ticket, event: str, at=None, **facts) -> None:
    outbox.post(
        template, to, key=_key(ticket, event), ticket=ticket, at=at, number=ticket.number,
        subject=ticket.subject, **deadlines.nearest_for(ticket, to), **facts,
    )  # fmt: skip


def letters(template: str, to: Sequence[Person], ticket: Ticket, event: str, at=None, **facts) -> None:
    """The same letter to each of them."""
    outbox.look_up(outbox.key_of(template, _key(ticket, event), one) for one in to)
    for one in to:
        letter(template, one, ticket, event, at, **facts)


def _key(ticket: Ticket, event: str) -> str:
    return f"ticket:{ticket.id}:{event}"


def tell_customer(template: str, ticket: Ticket, event: str, at=None, **facts) -> None:
    if ticket.asked_by:
        letter(template, ticket.asked_by, ticket, event, at, **facts)


def tell_closed(ticket: Ticket, event: str) -> None:
    """It is closed, and how was it? The letter carries a link to rate it, where the person may be asked now (R23)."""
    from portal.domain.ratings import requests  # that room knows this one's tables

    if ticket.asked_by:
        letter("ticket_closed", ticket.asked_by, ticket, event, link_id=requests.ask(ticket.asked_by, ticket=ticket))


def tell_watchers(ticket: Ticket, by: Speaker, event: str, at=None, but: Sequence[Person] = ()) -> None:
    """There is news for whoever watches it; `but`: who hears of it in another letter."""
    others = [person for person in watchers(ticket) if person.id != by.id and person not in but]
    letters("ticket_moved", others, ticket, event, at, by=by.name)
