"""What people do with a ticket: open, accept, write, ask, apply, finish, withdraw, reopen.

Each action changes rows, writes the journal, posts letters and lets the promises hear of it, in the transaction
of its caller. Dispatching stands in dispatching.py, verifying in callback.py, merging and linking in linking.py.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import files, journal, outbox, settings
from portal.domain.people.models import Customer, Person
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.policy import CAUSE_KIND
from portal.domain.refusals import Refused
from portal.domain.tickets import confirm_links, deadlines, search
from portal.domain.tickets.lifecycle import OUR_WORDS, THEIRS, parties
from portal.domain.tickets.models import Dispatch, Message, Note, Ticket, Watcher
from portal.domain.tickets.numbers import next_number
from portal.domain.tickets.orders import end_running, taken_on
from portal.domain.tickets.proxies import Proxy
from portal.domain.tickets.states import State
from portal.domain.tickets.steps import (
    attach,
    back_to_work,
    end,
    expect,
    given,
    goes_on_in,
    letter,
    letters,
    move,
    need_desk,
    need_shape,
    order_of,
    say,
    tell_closed,
    tell_customer,
    tell_watchers,
    touch,
    working_on,
)
from portal.domain.tickets.voices import Speaker, said_by
from portal.i18n import N_

# What a reply of each stage does for the promises: progress tells, a final reply reports the result too; from a
# handler each of them says how the order stands.
TELLS = {
    "preliminary": ("replied", "told", "stated"), "final": ("replied", "reported", "told", "stated"),
    "progress": ("told", "stated"),
}  # fmt: skip


def open_ticket(
    by: Person, kind: str, subject: str, body: str, *, customer: Customer | None = None,
    asked_by: Person | None = None, class_code: str | None = None, service_code: str | None = None,
    answers: dict | None = None, wish: str = "", channel: str = "portal", severity: str | None = None,
    project_id: int | None = None, contact_name: str = "", contact_phone: str = "", contact_email: str = "", is_shared: bool = False,
    proxy: dict | None = None, attached: Sequence[files.StoredFile] = (),
) -> Ticket:  # fmt: skip
    """A new ticket with its first words (R10), its number and its promises; letters to customer and desk.

    `proxy`: who speaks for the customer, as the columns of Proxy.
    """
    from portal.domain.quality import major  # that room knows this one's tables

    at, policy = clock.now(), settings.policy()
    chosen = policy.kind(kind)
    klass = policy.ticket_class(class_code) if class_code else None
    buyer = customer or by.customer
    if buyer is None:
        raise Refused(N_("Please say for which customer this is."))
    ticket = Ticket(
        number=next_number(chosen.prefix, at), kind=kind, class_code=class_code or None,
        service_code=service_code or None, channel=channel, subject=subject, wish=wish, answers=answers or {},
        severity=severity or (klass.severity if klass else "normal"), customer=buyer, project_id=project_id,
        opened_by=by, asked_by=asked_by or (None if by.is_staff else by), contact_name=contact_name,
        contact_phone=contact_phone, contact_email=contact_email.strip().lower(), is_shared=is_shared, opened_at=at, touched_at=at, round=1, sent_back=0,
    )  # fmt: skip
    ticket.enters(State.NEW, at)
    ticket.proxy = Proxy(**proxy) if proxy else None
    db.session.add(ticket)
    db.session.flush()
    message = say(ticket, by, "opening", body, at)
    attach(attached, ticket, message=message)
    search.remember(ticket.id, shown=f"{ticket.number} {subject} {buyer.name} {buyer.short_name} {wish}")
    journal.write("ticket.opened", ticket, by, became=State.NEW, kind=kind)
    deadlines.happen(ticket, "opened", at)
    if ticket.asked_by:
        letter("ticket_opened", ticket.asked_by, ticket, "opened")
    agents = [agent for agent in staff(Role.AGENT) if agent.id != by.id]
    letters("ticket_arrived", agents, ticket, "arrived", customer=buyer.short_name)
    major.consider(ticket, proxy=proxy["kind"] if proxy else None)
    return ticket


def accept(ticket: Ticket, by: Person) -> None:
    """Take it up: whoever accepts is the named owner from now on (R12)."""
    move(ticket, "accept", by)
    at = clock.now()
    ticket.owner, ticket.accepted_at = by, at
    deadlines.happen(ticket, "accepted", at)
    if ticket.asked_by:
        letter("ticket_accepted", ticket.asked_by, ticket, "accepted", owner=by.name)


def assign(ticket: Ticket, by: Person, owner: Person, why: str = "", *, version: int | None = None) -> None:
    """Hand the ownership to another agent; the promises stay as they are."""
    expect(ticket, version)
    need_desk(ticket, by)
    if not ticket.is_live:
        raise Refused(N_("A ticket that is over keeps its owner."))
    if not owner.is_active or not owner.has(Role.AGENT, Role.SUPERVISOR):
        raise Refused(N_("{name} is not an agent."), name=owner.name)
    if owner.id == ticket.owner_id:
        raise Refused(N_("{name} is the owner already."), name=owner.name)
    if ticket.state == State.NEW:
        move(ticket, "accept", by)
        ticket.accepted_at = ticket.touched_at
        deadlines.happen(ticket, "accepted", ticket.touched_at)
    was = ticket.owner.name if ticket.owner else None
    ticket.owner = owner
    touch(ticket)
    journal.write("ticket.assigned", ticket, by, was=was, became=owner.name, why=why)
    if owner.id != by.id:
        letter("ticket_assigned", owner, ticket, f"assigned:{ticket.touched_at.isoformat()}", by=by.name, why=why)


def release(person: Person, by: Person | None) -> None:
    """Somebody's account is closed: the live tickets of theirs have no owner, and lie before the desk (R12)."""
    owned = db.select(Ticket).where(Ticket.owner_id == person.id, Ticket.is_live).options(joinedload(Ticket.owner))
    for ticket in db.session.scalars(owned.order_by(Ticket.id)):
        ticket.owner = None
        touch(ticket)
        journal.write("ticket.released", ticket, by, was=person.name)


def classify(ticket: Ticket, by: Person, class_code: str | None, severity: str, *, version: int | None = None) -> None:
    """Put it in another class, or judge its severity anew; promises already given stay as they were given.

    The closing promise of a ticket without a class was a provisional one: it becomes the class's.
    """
    expect(ticket, version)
    need_desk(ticket, by)
    policy = settings.policy()
    if class_code and class_code != ticket.class_code:
        klass = policy.ticket_class(class_code)
        if klass.is_group or ticket.kind not in klass.kinds:
            raise Refused(N_("“{name}” is no class for this kind."), name=klass.words)
        was, ticket.class_code = ticket.class_code, klass.code
        journal.write("ticket.classified", ticket, by, was=was, became=klass.code)
        if was is None:
            deadlines.class_known(ticket)
    if severity != ticket.severity:
        policy.find("severities", severity)
        journal.write("ticket.severity", ticket, by, was=ticket.severity, became=severity)
        ticket.severity = severity
    touch(ticket)


def reply(
    ticket: Ticket, by: Person, body: str, *, stage: str = "final", shape: dict | None = None,
    version: int | None = None, attached: Sequence[files.StoredFile] = (),
) -> Message:  # fmt: skip
    """Answer the customer (R14, R15). Shown after the undo time; until then it can be taken back.

    Raises Stale when the ticket is no longer at `version`, Refused when a final reply lacks what its class requires.
    """
    expect(ticket, version)
    _need_work(ticket, by)
    if stage == "final":
        need_shape(ticket, shape or {})
    at, order = clock.now(), order_of(ticket, by)
    shown = at + timedelta(seconds=settings.policy().limits.undo_seconds)
    message = say(ticket, by, "reply", body, at, shown_at=shown, stage=stage, shape=given(shape))
    attach(attached, ticket, message=message)
    if stage != "progress":
        ticket.replied_at = ticket.replied_at or at
    if order:
        taken_on(order, ticket, by, at)
        order.replied_at = order.replied_at or at
    touch(ticket, at)
    journal.write("ticket.replied", ticket, by, stage=stage)
    for event in TELLS[stage]:
        deadlines.happen(ticket, event, at, order)
    tell_customer("ticket_replied", ticket, f"reply:{message.id}", shown)
    tell_watchers(ticket, by, f"reply:{message.id}", shown)
    return message


def take_back(message: Message, ticket: Ticket, by: Person) -> None:
    """Take a reply back within the undo time: nobody has seen it, and what it kept is open again."""
    if message.by_id != by.id or message.sort != "reply" or message.taken_back_at is not None:
        raise Refused(N_("Only the writer can take a reply back."))
    at, order = clock.now(), order_of(ticket, by)
    if at >= message.shown_at:
        raise Refused(N_("The customer can see it already; please write another reply."))
    if _wrote_since(message):
        raise Refused(N_("Something newer went to the customer since; only the newest words can be taken back."))
    message.taken_back_at = at
    outbox.cancel(ticket, f":reply:{message.id}:")
    if ticket.is_live:
        deadlines.unmeet(ticket, message.at)
    for kept in (ticket, order):
        if kept is not None and kept.replied_at == message.at:
            kept.replied_at = None
    touch(ticket, at)
    journal.write("ticket.reply_taken_back", ticket, by)


def _wrote_since(message: Message) -> bool:
    """Did a later word of ours go out? What the message kept, that one would have to keep now."""
    later = (Message.ticket_id == message.ticket_id, Message.id > message.id, Message.sort.in_(OUR_WORDS))
    return db.session.scalar(db.select(Message.id).where(*later, Message.taken_back_at.is_(None)).limit(1)) is not None


def ask(
    ticket: Ticket, by: Person, body: str, *, version: int | None = None, attached: Sequence[files.StoredFile] = (),
) -> None:  # fmt: skip
    """Ask the customer for something we need; while we wait, promises that pause stand still (R14)."""
    expect(ticket, version)
    at, order = clock.now(), order_of(ticket, by)
    move(ticket, "ask", by)
    message = say(ticket, by, "question", body, at)
    attach(attached, ticket, message=message)
    if order:
        taken_on(order, ticket, by, at)
    for event in ("told", "stated"):
        deadlines.happen(ticket, event, at, order)
    deadlines.pause(ticket, at, body[:200])
    tell_customer("ticket_question", ticket, f"question:{message.id}", still=deadlines.stands_still(ticket))


def resume(ticket: Ticket, by: Person) -> None:
    """Go on without waiting for the customer's answer."""
    move(ticket, "resume", by)
    deadlines.resume(ticket, clock.now())


def add(ticket: Ticket, by: Speaker, body: str, attached: Sequence[files.StoredFile] = ()) -> Message:
    """The customer adds something; a word to a ticket that waits for it lets the work go on. Nobody speaks for them."""
    ticket = goes_on_in(ticket)
    if not ticket.is_live:
        raise Refused(N_("This ticket is closed. If it is not solved, please reopen it."))
    at = clock.now()
    if ticket.state == State.WAITING:
        move(ticket, "answer", by)
        deadlines.resume(ticket, at)
        message = say(ticket, by, "answer", body, at)
    elif not parties(ticket, by) & THEIRS:
        raise Refused(N_("This is for the customer to say."))
    else:
        message = say(ticket, by, "addition", body, at)
        journal.write("ticket.added", ticket, by, **said_by(by))
    attach(attached, ticket, message=message)
    touch(ticket, at)
    letters("ticket_added", working_on(ticket), ticket, f"added:{message.id}", by=by.name)
    return message


def note(
    ticket: Ticket, by: Person, body: str, mentioned: Sequence[Person] = (),
    attached: Sequence[files.StoredFile] = (), order: Dispatch | None = None,
) -> Note:  # fmt: skip
    """An internal note; whoever is mentioned in it hears of it. Under an `order` it is a state report to the desk."""
    if not by.is_staff or (by.provider_id and order is None):
        raise Refused(N_("Notes are internal."))
    row = Note(
        ticket_id=ticket.id, dispatch_id=order.id if order else None, by=by, at=clock.now(), body=body,
        mentions=[p.id for p in mentioned],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    attach(attached, ticket, note=row)
    search.remember(ticket.id, internal=body)
    touch(ticket, row.at)
    journal.write("ticket.stated" if order else "ticket.noted", ticket, by)
    others = [person for person in mentioned if person.id != by.id]
    letters("mentioned", others, ticket, f"note:{row.id}", by=by.name, note=body[:300])
    return row


def apply(
    ticket: Ticket, by: Person, solution: str, *, shape: dict | None = None, version: int | None = None,
    attached: Sequence[files.StoredFile] = (),
) -> None:  # fmt: skip
    """Apply for closure with the solution in words (R16): the customer confirms, or an independent officer calls back."""
    expect(ticket, version)
    need_shape(ticket, shape or {})
    at, order = clock.now(), order_of(ticket, by)
    move(ticket, "apply", by)
    message = say(ticket, by, "solution", solution, at, stage="final", shape=given(shape))
    attach(attached, ticket, message=message)
    ticket.solution, ticket.applied_at, ticket.replied_at = solution, at, ticket.replied_at or at
    ticket.cause_code = str((shape or {}).get(CAUSE_KIND) or "") or None
    if order:
        taken_on(order, ticket, by, at)
        order.replied_at, order.done_at = order.replied_at or at, at
    for event in ("replied", "reported", "told", "applied"):
        deadlines.happen(ticket, event, at, None if event == "applied" else order)
    link = confirm_links.make(ticket, message)
    tell_customer(
        "ticket_solved", ticket, f"solution:{message.id}", link_id=link, days=settings.policy().calls.link_days
    )
    if link is not None and ticket.asked_by is None:
        confirm_links.tell_contact(ticket, by, message, link)
    letters("ticket_to_verify", staff(Role.CALLER), ticket, f"verify:{message.id}")


def take_application_back(ticket: Ticket, by: Person, why: str) -> None:
    """The application was too early: handling goes on."""
    move(ticket, "take_back", by, why=why)
    at = clock.now()
    deadlines.drop_begun_by(ticket, "applied", at)
    back_to_work(ticket, at)


def finish(
    ticket: Ticket, by: Person, body: str, *, version: int | None = None, attached: Sequence[files.StoredFile] = ()
) -> None:
    """Answer and close in one, for kinds that need no verification; the customer may reopen (R21)."""
    expect(ticket, version)
    at = clock.now()
    move(ticket, "finish", by)
    message = say(ticket, by, "solution", body, at, stage="final")
    attach(attached, ticket, message=message)
    ticket.solution, ticket.replied_at = body, ticket.replied_at or at
    for event in ("replied", "reported", "told", "applied"):
        deadlines.happen(ticket, event, at)
    end(ticket, at, "answered")
    tell_closed(ticket, f"closed:{message.id}")


def withdraw(ticket: Ticket, by: Person, why: str) -> None:
    """The customer takes it back; who did and why stands in the conversation, for colleagues too."""
    move(ticket, "withdraw", by, why=why)
    at = clock.now()
    say(ticket, by, "withdrawal", why, at)
    deadlines.drop(ticket, at)
    end_running(ticket, at)
    letters("ticket_withdrawn", working_on(ticket), ticket, f"withdrawn:{at.isoformat()}", why=why)


def reopen(ticket: Ticket, by: Person, why: str, attached: Sequence[files.StoredFile] = ()) -> None:
    """Not solved after all (R21): a new round with its own closing promise; the first round's result stays."""
    from portal.domain.ratings import actions as ratings  # that room knows this one's tables

    limit = settings.policy().limits.reopen_days
    at = clock.now()
    if ticket.closed_at and at - ticket.closed_at > timedelta(days=limit):
        raise Refused(
            N_("It was closed more than {days} days ago. Please open a new ticket and name this one."), days=limit
        )
    move(ticket, "reopen", by, why=why)
    ticket.outcome, ticket.applied_at, ticket.round = None, None, ticket.round + 1
    ratings.withdraw_for(ticket, ticket.round - 1)
    message = say(ticket, by, "reopening", why, at)
    attach(attached, ticket, message=message)
    deadlines.happen(ticket, "reopened", at)
    letters("ticket_reopened", working_on(ticket), ticket, f"reopened:{ticket.round}", why=why)


def share(ticket: Ticket, by: Person, shared: bool) -> None:
    """Show it to the organisation's other members, or no longer."""
    if ticket.asked_by_id != by.id and not by.is_org_admin:
        raise Refused(N_("Only its author or your administrator can share it."))
    ticket.is_shared = shared
    touch(ticket)
    journal.write("ticket.shared" if shared else "ticket.unshared", ticket, by)


def watch(ticket: Ticket, person: Person, on: bool) -> None:
    """Hear of what happens to this ticket, or no longer."""
    row = db.session.scalar(db.select(Watcher).where(Watcher.ticket_id == ticket.id, Watcher.person_id == person.id))
    if on and row is None:
        db.session.add(Watcher(ticket_id=ticket.id, person_id=person.id))
    elif row is not None and not on:
        db.session.delete(row)


def _need_work(ticket: Ticket, by: Person) -> None:
    """Live, and mine to work on; a new ticket is accepted by the agent who first answers it."""
    if not ticket.is_live:
        raise Refused(N_("This ticket is over; there is nobody to reply to."))
    who = parties(ticket, by)
    if not who & {"desk", "handling"}:
        raise Refused(N_("This ticket is not in your hands."))
    if ticket.state == State.NEW:
        accept(ticket, by)


def files_of_message(message: Message) -> list[files.StoredFile]:
    """The files that were sent with a message, oldest first."""
    rows = db.select(files.Attachment).where(files.Attachment.message_id == message.id)
    return [row.file for row in db.session.scalars(rows.order_by(files.Attachment.id))]
