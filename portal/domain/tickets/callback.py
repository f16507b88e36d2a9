"""Verification (R16): an independent officer calls back, or the customer says it here; nobody closes his own work."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from portal import clock
from portal.db import db
from portal.domain import files, journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import CallBack, Message, Ticket
from portal.domain.tickets.orders import running_orders
from portal.domain.tickets.steps import back_to_work, end, expect, move, need_verifier, touch
from portal.i18n import N_

CONFIRMED = "solved_satisfied"
UNREACHABLE = "unreachable"


def call_back(
    ticket: Ticket, by: Person, outcome: str, body: str, *, false_reply: bool = False, false_reply_reason: str = "",
    version: int | None = None,
) -> CallBack:  # fmt: skip
    """An independent officer spoke with the customer, or tried to. The customer's word is the only basis.

    An outcome that closes closes; «not solved» goes back and is counted; «unreachable» closes only after the
    policy's number of tries on different days. Raises Refused for whoever had a hand in the ticket.
    """
    expect(ticket, version)
    chosen = settings.policy().outcome(outcome)
    if false_reply and not false_reply_reason.strip():
        raise Refused(N_("Please say what was untrue in the reply."))
    at = clock.now()
    if not chosen.again and not body.strip():
        raise Refused(N_("Please write down what the customer said: it is the only basis."))
    if chosen.again and not _is_last_try(ticket, at):
        need_verifier(ticket, by)
        row = _keep(ticket, by, at, "phone", outcome, body, false_reply, false_reply_reason)
        touch(ticket, at)
        journal.write("ticket.called_back", ticket, by, became=outcome)
        deadlines.try_again(ticket, at)
        return row
    move(ticket, "send_back" if chosen.back else "close", by, why=body[:500])
    row = _keep(ticket, by, at, "phone", outcome, body, false_reply, false_reply_reason)
    journal.write("ticket.called_back", ticket, by, became=outcome, false_reply=false_reply)
    _conclude(ticket, at, outcome, chosen.back, body)
    return row


def confirm(ticket: Ticket, by: Person, body: str = "") -> None:
    """The customer says it is solved."""
    at = clock.now()
    move(ticket, "confirm", by, why=body[:500])
    _keep(ticket, by, at, "portal", CONFIRMED, body, False, "")
    _conclude(ticket, at, CONFIRMED, False, body)


def reject(ticket: Ticket, by: Person, why: str, attached: Sequence[files.StoredFile] = ()) -> None:
    """The customer says it is not solved, and why; it goes back to work and is counted."""
    at = clock.now()
    move(ticket, "reject", by, why=why[:500])
    _keep(ticket, by, at, "portal", "not_solved", why, False, "")
    message = Message(ticket_id=ticket.id, by=by, sort="rejection", body=why, shape={}, at=at, shown_at=at)
    db.session.add(message)
    db.session.flush()
    for file in attached:
        db.session.add(files.Attachment(file=file, ticket_id=ticket.id, message_id=message.id))
    _conclude(ticket, at, "not_solved", True, why)


def of(ticket: Ticket) -> list[CallBack]:
    """The verifications of a ticket, oldest first."""
    db.session.flush()
    return list(db.session.scalars(db.select(CallBack).where(CallBack.ticket_id == ticket.id).order_by(CallBack.id)))


def tries_left(ticket: Ticket) -> int:
    """How many tries on different days are left before «unreachable» closes."""
    return max(0, settings.policy().limits.call_attempts - len(_days_tried(ticket)))


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
    if ticket.asked_by:
        outbox.post(
            "ticket_closed", ticket.asked_by, key=f"ticket:{ticket.id}:closed:{ticket.round}", ticket=ticket,
            number=ticket.number, subject=ticket.subject,
        )  # fmt: skip


def _handling(ticket: Ticket) -> list[Person]:
    """Who goes on with it: the owner, and the handlers of the orders that run again."""
    people = [order.handler for order in running_orders(ticket) if order.handler]
    return list(dict.fromkeys(([ticket.owner] if ticket.owner else []) + people))


def _keep(ticket, by, at, means, outcome, body, false_reply, reason) -> CallBack:
    row = CallBack(
        ticket_id=ticket.id, round=ticket.round, by=by, at=at, means=means, outcome=outcome, body=body,
        false_reply=false_reply, false_reply_reason=reason,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _days_tried(ticket: Ticket) -> set:
    zone = ZoneInfo(settings.company().zone)
    since = ticket.applied_at
    return {
        row.at.astimezone(zone).date()
        for row in of(ticket)
        if row.outcome == UNREACHABLE and row.round == ticket.round and since and row.at >= since
    }


def _is_last_try(ticket: Ticket, at: datetime) -> bool:
    today = at.astimezone(ZoneInfo(settings.company().zone)).date()
    return len(_days_tried(ticket) | {today}) >= settings.policy().limits.call_attempts
