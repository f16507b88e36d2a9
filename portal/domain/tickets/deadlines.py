"""Promises to a moment (R14): begun, kept, paused and dropped by the events of a ticket's life, as the policy says."""

from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.queries import supervisors
from portal.domain.policy import ClockRule
from portal.domain.tickets.models import NEVER, Deadline, Dispatch, Pause, Ticket
from portal.working_time import Promise, Unit


def of(ticket: Ticket) -> list[Deadline]:
    """All promises of a ticket, oldest first."""
    db.session.flush()
    return list(db.session.scalars(db.select(Deadline).where(Deadline.ticket_id == ticket.id).order_by(Deadline.id)))


def happen(ticket: Ticket, event: str, at: datetime, order: Dispatch | None = None) -> None:
    """An event of the ticket's life: promises it keeps are kept, promises it begins are begun; then wind the ticket."""
    policy = settings.policy()
    known = of(ticket)
    for rule in policy.clocks_for(ticket.kind, ticket.class_code):
        if event == rule.met or event in rule.stops_too:
            kept = [d for d in known if d.code == rule.code and not d.is_over and _concerns(d, order)]
            for deadline in kept:
                _keep(deadline, at)
                if rule.repeats and event == rule.met and event not in rule.stops_too:
                    known.append(_begin(ticket, rule, at, deadline.dispatch_id))
        if event == rule.starts:
            known.append(_begin(ticket, rule, at, order.id if order else None))
    wind(ticket, known)


def _concerns(deadline: Deadline, order: Dispatch | None) -> bool:
    return order is None or deadline.dispatch_id in (None, order.id)


def _keep(deadline: Deadline, at: datetime) -> None:
    _resume(deadline, at)
    deadline.met_at, deadline.is_open = at, False


def _begin(ticket: Ticket, rule: ClockRule, at: datetime, dispatch_id: int | None) -> Deadline:
    reckoning = rule.reckon(
        settings.calendar(), at, _klass(ticket), ticket.customer.tier, ticket.customer.card, ticket.severity
    )
    deadline = Deadline(
        ticket_id=ticket.id, dispatch_id=dispatch_id, code=rule.code, round=ticket.round,
        policy_id=settings.policy_id(), amount=reckoning.promise.amount, unit=reckoning.promise.unit,
        pauses=rule.pauses, started_at=at, due_at=reckoning.due, is_open=True,
    )  # fmt: skip
    db.session.add(deadline)
    return deadline


def _klass(ticket: Ticket):
    policy = settings.policy()
    if ticket.service_code:
        return policy.service(ticket.service_code)
    return policy.ticket_class(ticket.class_code) if ticket.class_code else None


def promise_of(deadline: Deadline) -> Promise:
    """What was promised, as it was given."""
    return Promise(deadline.amount, Unit(deadline.unit))


def pause(ticket: Ticket, at: datetime, reason: str) -> None:
    """From now on we wait for the customer: promises that pause stop running, and it is kept that they did."""
    known = of(ticket)
    for deadline in known:
        if deadline.pauses and not deadline.is_over and deadline.paused_at is None:
            deadline.paused_at, deadline.is_open = at, False
            db.session.add(Pause(deadline_id=deadline.id, began_at=at, due_was=deadline.due_at, reason=reason))
    wind(ticket, known)


def resume(ticket: Ticket, at: datetime) -> None:
    """We go on: the due moments move by the working time that passed while we waited."""
    known = of(ticket)
    for deadline in known:
        if not deadline.is_over:
            _resume(deadline, at)
    wind(ticket, known)


def _resume(deadline: Deadline, at: datetime) -> None:
    if deadline.paused_at is None:
        return
    calendar = settings.calendar(deadline.policy_id)
    due = calendar.stretched(deadline.due_at, promise_of(deadline), deadline.paused_at, at)
    running = db.select(Pause).where(Pause.deadline_id == deadline.id, Pause.ended_at.is_(None))
    for row in db.session.scalars(running):
        row.ended_at, row.due_became = at, due
    deadline.due_at, deadline.paused_at, deadline.is_open = due, None, True


def drop(ticket: Ticket, at: datetime, order: Dispatch | None = None) -> None:
    """What is still open stops to matter: the ticket is closed, withdrawn or merged, or the order handed back."""
    known = of(ticket)
    for deadline in known:
        if not deadline.is_over and (order is None or deadline.dispatch_id == order.id):
            _resume(deadline, at)
            deadline.dropped_at, deadline.is_open = at, False
    wind(ticket, known)


def revive(ticket: Ticket, dropped_at: datetime) -> None:
    """Undo a drop: a merge was undone, the promises of then hold again."""
    known = of(ticket)
    for deadline in known:
        if deadline.dropped_at == dropped_at:
            deadline.dropped_at, deadline.is_open = None, True
    wind(ticket, known)


def unmeet(ticket: Ticket, at: datetime) -> None:
    """Undo what a reply of exactly this moment kept: it was taken back before anybody saw it."""
    known = of(ticket)
    for deadline in known:
        if deadline.started_at == at and not deadline.is_over:
            db.session.delete(deadline)
        elif deadline.met_at == at:
            deadline.met_at, deadline.is_open = None, True
    db.session.flush()
    wind(ticket)


def wind(ticket: Ticket, known: list[Deadline] | None = None) -> None:
    """Keep the nearest open due moment on the ticket, where the queue sorts by it."""
    running = [d for d in (of(ticket) if known is None else known) if d.is_open]
    nearest = min(running, key=lambda d: d.due_at, default=None)
    ticket.due_at = nearest.due_at if nearest else NEVER
    ticket.due_code = nearest.code if nearest else None


def remind(limit: int = 200) -> int:
    """Warn the owner before a promise is missed, tell at the breach, then the supervisors: each once.

    Gives how many reminders were posted. Call in a transaction of its own; the worker does, every minute.
    """
    at, warnings = clock.now(), settings.policy().warnings
    soon = at + timedelta(hours=warnings.before_hours)
    long_ago = at - timedelta(hours=warnings.escalate_after_hours)
    told = 0
    rows = (
        db.select(Deadline)
        .where(Deadline.is_open, Deadline.due_at <= soon, Deadline.escalated_at.is_(None))
        .where(
            Deadline.warned_at.is_(None)
            | (Deadline.breached_at.is_(None) & (Deadline.due_at < at))
            | (Deadline.due_at < long_ago)
        )
        .options(joinedload(Deadline.ticket).joinedload(Ticket.owner))
        .order_by(Deadline.due_at)
        .limit(limit)
    )
    for deadline in db.session.scalars(rows):
        told += _remind(deadline, at, long_ago)
    return told


def _remind(deadline: Deadline, at: datetime, long_ago: datetime) -> int:
    ticket = deadline.ticket
    owners = [ticket.owner] if ticket.owner else supervisors()
    if deadline.due_at >= at:
        if deadline.warned_at is None:
            deadline.warned_at = at
            return _tell(deadline, "deadline_near", "warned", owners)
        return 0
    told = 0
    if deadline.breached_at is None:
        deadline.warned_at = deadline.warned_at or at
        deadline.breached_at = at
        told += _tell(deadline, "deadline_missed", "breached", owners)
    if deadline.due_at < long_ago and deadline.escalated_at is None:
        deadline.escalated_at = at
        told += _tell(deadline, "deadline_escalated", "escalated", supervisors())
    return told


def _tell(deadline: Deadline, template: str, verb: str, to) -> int:
    ticket = deadline.ticket
    for person in to:
        outbox.post(
            template, person, key=f"deadline:{deadline.id}:{verb}", ticket=ticket,
            number=ticket.number, subject=ticket.subject, promise=deadline.code, due=deadline.due_at.isoformat(),
        )  # fmt: skip
    journal.write(f"ticket.{verb}", ticket, None, became=deadline.code)
    return len(to)
