"""Verification (R16): an independent officer calls back, or the customer says it here; nobody closes his own work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.db import db
from portal.domain import files, journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.policy import Outcome
from portal.domain.refusals import Refused
from portal.domain.tickets import call_times, deadlines
from portal.domain.tickets.models import CallBack, Ticket
from portal.domain.tickets.orders import running_orders
from portal.domain.tickets.steps import (
    attach,
    back_to_work,
    end,
    expect,
    move,
    need_verifier,
    say,
    tell_closed,
    tell_watchers,
    touch,
)
from portal.domain.tickets.voices import Speaker, author, said_by
from portal.i18n import N_

CONFIRMED, CONFIRMED_UNSATISFIED = "solved_satisfied", "solved_unsatisfied"
"""As what a customer's own «it is solved» is kept: with satisfaction or without; nobody is taken to be satisfied."""
NOT_SOLVED, UNREACHABLE = "not_solved", "unreachable"
PORTAL, LINK = "portal", "link"
"""By what means the customer says it: signed in, or through the one-time link of a letter."""
LATEST = timedelta(days=31)
"""No call is put off for longer than this."""


def call_back(
    ticket: Ticket, by: Person, outcome: str, body: str, *, call_at: datetime | None = None, false_reply: bool = False,
    false_reply_reason: str = "", version: int | None = None,
) -> CallBack:  # fmt: skip
    """An independent officer spoke with the customer, or tried to. The customer's word is the only basis.

    An outcome that closes closes; «not solved» goes back and is counted; «unreachable» closes only after the
    policy's number of tries on different days at sensible hours; another time is agreed as often as the customer
    wishes (`call_at`).
    Raises Refused for whoever had a hand in the ticket.
    """
    expect(ticket, version)
    at, chosen = clock.now(), settings.policy().outcome(outcome)
    if false_reply and not false_reply_reason.strip():
        raise Refused(N_("Please say what was untrue in the reply."))
    if not chosen.again and not body.strip():
        raise Refused(N_("Please write down what the customer said: it is the only basis."))
    row = CallBack(
        means="phone", outcome=outcome, body=body, false_reply=false_reply, false_reply_reason=false_reply_reason,
        call_at=_agreed(chosen, call_at, at),
    )  # fmt: skip
    if chosen.again and (chosen.appointment or not _is_last_try(ticket, at)):
        need_verifier(ticket, by)
        _try_again(ticket, by, row, at, row.call_at if chosen.appointment else None)
        return row
    row.call_at = None
    move(ticket, "send_back" if chosen.back else "close", by, why=body[:500])
    _keep(ticket, by, at, row)
    journal.write("ticket.called_back", ticket, by, became=outcome, false_reply=false_reply)
    _conclude(ticket, at, outcome, chosen.back, body)
    return row


def _agreed(outcome: Outcome, call_at: datetime | None, at: datetime) -> datetime | None:
    """When to call again, where the outcome asks for another try."""
    if outcome.appointment and call_at is None:
        raise Refused(N_("Please say when to call again."))
    if not outcome.again or call_at is None:
        return None
    if call_at <= at:
        raise Refused(N_("That time is over; please choose a later one.")).beside("call_at")
    if call_at > at + LATEST:
        raise Refused(N_("Please choose a time within the next {days} days."), days=LATEST.days)
    return call_at


def _try_again(ticket: Ticket, by: Person, row: CallBack, at: datetime, from_when: datetime | None) -> None:
    """Nothing is decided: another try is owed, from now or from the time that was agreed; the officer is reminded of it.

    A try in vain at an hour at which nobody answers is kept, and is none that was promised: the promise stays.
    """
    _keep(ticket, by, at, row)
    touch(ticket, at)
    ticket.call_at = row.call_at
    journal.write("ticket.called_back", ticket, by, became=row.outcome)
    if from_when or call_times.is_sensible(at):
        deadlines.try_again(ticket, at, from_when or at)
    outbox.cancel(ticket, ":call:")
    if row.call_at:
        before = timedelta(minutes=settings.policy().calls.remind_minutes)
        outbox.post(
            "call_due", by, key=f"ticket:{ticket.id}:call:{row.id}", ticket=ticket, at=row.call_at - before,
            number=ticket.number, subject=ticket.subject, call_at=row.call_at.isoformat(), agreed=from_when is not None, case=ticket.id,
        )  # fmt: skip


def confirm(ticket: Ticket, by: Speaker, body: str = "", *, satisfied: bool, means: str = PORTAL) -> None:
    """The customer says it is solved, and whether it was handled well: here, or through the link of a letter (`means`)."""
    at, outcome = clock.now(), CONFIRMED if satisfied else CONFIRMED_UNSATISFIED
    move(ticket, "confirm", by, why=body[:500])
    _keep(ticket, by, at, CallBack(means=means, outcome=outcome, body=body))
    _tell_means(ticket, by, means)
    _conclude(ticket, at, outcome, False, body)
    say(ticket, by, "confirmation", body, at)


def reject(
    ticket: Ticket, by: Speaker, why: str, attached: Sequence[files.StoredFile] = (), *, means: str = PORTAL
) -> None:
    """The customer says it is not solved, and why; it goes back to work and is counted."""
    at = clock.now()
    move(ticket, "reject", by, why=why[:500])
    _keep(ticket, by, at, CallBack(means=means, outcome=NOT_SOLVED, body=why))
    _tell_means(ticket, by, means)
    message = say(ticket, by, "rejection", why, at)
    attach(attached, ticket, message=message)
    _conclude(ticket, at, NOT_SOLVED, True, why)
    tell_watchers(ticket, by, f"rejected:{message.id}", but=_handling(ticket))


def of(ticket: Ticket) -> list[CallBack]:
    """The verifications of a ticket, oldest first."""
    db.session.flush()
    return list(db.session.scalars(db.select(CallBack).where(CallBack.ticket_id == ticket.id).order_by(CallBack.id)))


@dataclass(frozen=True)
class Tries:
    """How often nobody was reached since the solution was applied for: tries on different days that are left, and today's."""

    left: int
    today: bool
    """It was tried today already, at a sensible hour: another try today does not count."""


def tries(ticket: Ticket) -> Tries:
    """The tries in vain of a ticket; one statement."""
    days, today = _days_tried(ticket), settings.today()
    return Tries(max(0, settings.policy().limits.call_attempts - len(days)), today in days)


def _conclude(ticket: Ticket, at: datetime, outcome: str, back: bool, body: str) -> None:
    if back:
        ticket.sent_back += 1
        deadlines.happen(ticket, "verified", at)
        back_to_work(ticket, at)
        for person in _handling(ticket):
            outbox.post(
                "ticket_sent_back", person, key=f"ticket:{ticket.id}:back:{ticket.round}:{ticket.sent_back}",
                ticket=ticket, number=ticket.number, subject=ticket.subject, why=body[:500],
                **deadlines.nearest_for(ticket, person),
            )  # fmt: skip
        return
    end(ticket, at, outcome)
    tell_closed(ticket, f"closed:{ticket.round}")


def _handling(ticket: Ticket) -> list[Person]:
    """Who goes on with it: the owner, and the handlers of the orders that run again."""
    people = [order.handler for order in running_orders(ticket) if order.handler and order.handler.is_active]
    return list(dict.fromkeys(([ticket.active_owner] if ticket.active_owner else staff(Role.AGENT)) + people))


def _tell_means(ticket: Ticket, by: Speaker, means: str) -> None:
    if means == LINK:
        journal.write("ticket.by_link", ticket, by, **said_by(by))


def _keep(ticket: Ticket, by: Speaker, at: datetime, row: CallBack) -> None:
    row.ticket_id, row.round, row.at = ticket.id, ticket.round, at
    for name, value in author(by).items():
        setattr(row, name, value)
    db.session.add(row)
    db.session.flush()


def _days_tried(ticket: Ticket) -> set:
    zone = ZoneInfo(settings.company().zone)
    since = ticket.applied_at
    return {
        row.at.astimezone(zone).date()
        for row in of(ticket)
        if row.outcome == UNREACHABLE and row.round == ticket.round and since and row.at >= since
        and call_times.is_sensible(row.at)
    }  # fmt: skip


def _is_last_try(ticket: Ticket, at: datetime) -> bool:
    if not call_times.is_sensible(at):
        return False
    today = at.astimezone(ZoneInfo(settings.company().zone)).date()
    return len(_days_tried(ticket) | {today}) >= settings.policy().limits.call_attempts
