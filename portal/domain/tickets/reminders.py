"""Told before a promise is missed, when it is missed, and when it stays so: each once (R14)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import supervisors
from portal.domain.tickets.models import Deadline, Ticket


def remind(limit: int = 200) -> int:
    """Warn the owner before a promise is missed, tell at the breach, then the supervisors: each once.

    Gives how many reminders were posted. Call in a transaction of its own; the worker does, every minute.
    """
    at, warnings = clock.now(), settings.policy().warnings
    soon = at + timedelta(hours=warnings.before_hours)
    long_ago = at - timedelta(hours=warnings.escalate_after_hours)
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
    return sum(_remind(deadline, at, long_ago) for deadline in db.session.scalars(rows))


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


def _tell(deadline: Deadline, template: str, verb: str, to: list[Person]) -> int:
    ticket = deadline.ticket
    for person in to:
        outbox.post(
            template, person, key=f"deadline:{deadline.id}:{verb}", ticket=ticket,
            number=ticket.number, subject=ticket.subject, promise=deadline.code, due=deadline.due_at.isoformat(),
        )  # fmt: skip
    journal.write(f"ticket.{verb}", ticket, None, became=deadline.code)
    return len(to)
