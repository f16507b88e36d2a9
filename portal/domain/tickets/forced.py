"""Forced closure (强制关闭, R17): asked for at the desk, approved by a manager who had no part in it, told to the customer.

Only for clearly excessive demands and special cases: the customer's word is the only other way to close (R16). A
promise that is kept by closing or by calling back is not kept by this: it is dropped, or missed where it is late.
"""

from datetime import timedelta

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.policy import Closing
from portal.domain.policy_calls import FORCED
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.forced_requests import ASKED, no_longer_asked
from portal.domain.tickets.lifecycle import BY_VERB, handled_by
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.orders import end_running
from portal.domain.tickets.steps import expect, move, need_desk, say, tell_customer, tell_watchers, touch
from portal.i18n import N_, Words

STATES = {
    "open": N_("Waits for a manager"),
    "granted": N_("Approved"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
    "lapsed": N_("No longer needed"),
}
TONES = {"open": "warn", "granted": "", "declined": "bad", "withdrawn": "quiet", "lapsed": "quiet"}


def of(ticket: Ticket) -> list[ForcedClosure]:
    """Every request about this ticket with its people, the newest first."""
    db.session.flush()
    along = (joinedload(ForcedClosure.asked_by), joinedload(ForcedClosure.decided_by))
    rows = db.select(ForcedClosure).where(ForcedClosure.ticket_id == ticket.id).options(*along)
    return list(db.session.scalars(rows.order_by(ForcedClosure.id.desc())))


def is_among(rows: Select, row: ForcedClosure) -> bool:
    """Is this request among the rows?"""
    return db.session.scalar(rows.where(ForcedClosure.id == row.id).with_only_columns(ForcedClosure.id)) is not None


def reason_words(code: str) -> Words:
    """For what it was asked; the code itself where the policy no longer knows it."""
    return settings.policy().called("forced_reasons", code)


def why_not_ask(ticket: Ticket) -> str | None:
    """Why forced closure cannot be asked for now, as a marked sentence; none if it can. Who may ask: the desk."""
    if settings.policy().kind(ticket.kind).closing is not Closing.CALLBACK:
        return N_("Tickets of this kind are closed by their answer; nobody has to be asked.")
    if ticket.state not in BY_VERB["force"].leaves:
        return N_("Only a ticket that is being worked on can be closed by force.")
    if ticket.forced_asked_at is not None:
        return N_("Forced closure is asked for already; a manager decides first.")
    return None


def ask(
    ticket: Ticket, by: Person, reason: str, words: str, told: str, *, version: int | None = None
) -> ForcedClosure:  # fmt: skip
    """Ask a manager to close it by force. `words`: for the manager; `told`: what the customer is told if it is granted."""
    expect(ticket, version)
    need_desk(ticket, by)
    if (no := why_not_ask(ticket)) is not None:
        raise Refused(no)
    if reason not in {one.code for one in settings.policy().forced_reasons}:
        raise Refused(N_("Please choose the reason."))
    if not words.strip() or not told.strip():
        raise Refused(N_("Please write down why, for the manager and for the customer."))
    at = clock.now()
    row = ForcedClosure(
        ticket_id=ticket.id, round=ticket.round, reason_code=reason, words=words, told=told, asked_by=by, asked_at=at
    )
    db.session.add(row)
    db.session.flush()
    ticket.forced_asked_at = at
    touch(ticket, at)
    journal.write("ticket.force_asked", ticket, by, became=reason, why=words[:500])
    hands = handled_by(ticket) | {by.id}
    for one in staff(Role.MANAGER):
        if one.id not in hands:
            _letter("forced_asked", one, row, ticket, ASKED, by=by.name, why=words[:500])
    return row


def withdraw(row: ForcedClosure, ticket: Ticket, by: Person) -> None:
    """Whoever asked takes it back; the ticket goes on as before."""
    _look_again(row)
    if row.asked_by_id != by.id:
        raise Refused(N_("Only whoever asked for it can take it back."))
    if row.state != "open":
        raise Refused(N_("This is decided already, or over."))
    at = clock.now()
    row.ended_at, row.is_withdrawn = at, True
    no_longer_asked(ticket)
    touch(ticket, at)
    journal.write("ticket.force_withdrawn", ticket, by)


def why_not_decide(row: ForcedClosure, ticket: Ticket, by: Person, hands: set[int] | None = None) -> str | None:
    """Why this person cannot decide, as a marked sentence; none if they can. `hands`: who handled it, where known."""
    if not by.has(Role.MANAGER):
        return N_("A manager decides.")
    if row.state != "open":
        return N_("This is decided already, or over.")
    if by.id == row.asked_by_id or by.id in (handled_by(ticket) if hands is None else hands):
        return N_("Whoever handled the ticket, or asked, does not decide; another manager does.")
    return None


def decide(row: ForcedClosure, ticket: Ticket, by: Person, is_granted: bool, decision: str) -> None:
    """A manager approves, and it is closed; or says why not, and it stays where it stands."""
    _look_again(row)
    if (no := why_not_decide(row, ticket, by)) is not None:
        raise Refused(no)
    if not is_granted and not decision.strip():
        raise Refused(N_("Please say why it is not approved."))
    at = clock.now()
    row.decided_by, row.decided_at, row.is_granted, row.decision = by, at, is_granted, decision
    if is_granted:
        _close(row, ticket, by, at)
    else:
        no_longer_asked(ticket)
        touch(ticket, at)
        journal.write("ticket.force_declined", ticket, by, why=decision[:500])
    heard = {one.id: one for one in (row.asked_by, ticket.active_owner) if one is not None and one.is_active}
    for one in heard.values():
        _letter(
            "forced_decided", one, row, ticket, "forced-decided", by=by.name, granted=is_granted, why=decision[:500]
        )


def _close(row: ForcedClosure, ticket: Ticket, by: Person, at) -> None:
    """Closed without the customer's agreement, who is told why and how to disagree (R21)."""
    move(ticket, "force", by, why=row.decision[:500], reason=row.reason_code)
    ticket.outcome = FORCED.code
    deadlines.drop(ticket, at)
    end_running(ticket, at)
    say(ticket, row.asked_by, "forced", row.told, at)
    until = at + timedelta(days=settings.policy().limits.reopen_days)
    tell_customer("ticket_forced", ticket, f"forced:{row.id}", told=row.told, until=until.isoformat())
    tell_watchers(ticket, by, f"forced:{row.id}")


def _look_again(row: ForcedClosure) -> None:
    """As it stands now, and nobody else decides meanwhile."""
    db.session.refresh(row, ["decided_at", "is_granted", "ended_at", "is_withdrawn"], with_for_update=True)


def _letter(template: str, to: Person, row: ForcedClosure, ticket: Ticket, event: str, **facts) -> None:
    outbox.post(
        template, to, key=f"ticket:{ticket.id}:{event}:{row.id}", ticket=ticket, number=ticket.number,
        subject=ticket.subject, customer=ticket.customer.short_name, forced=row.id, reason_code=row.reason_code, **facts,
    )  # fmt: skip
