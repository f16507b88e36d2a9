"""Told before a promise is missed, when it is missed, and when it stays so: each once (R14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import staff, supervisors
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Deadline, Dispatch, Ticket


def remind(limit: int = 200) -> int:
    """Warn before a promise is missed, tell at the breach, then the supervisors: each once.

    A short promise is warned of when half of it is over, not in the minute it is given. Warned is the owner; of an order's promise its handler, and at the breach the owner too.
    Gives how many reminders were posted. Call in a transaction of its own; the worker does, every minute.
    """
    at, warnings = clock.now(), settings.policy().warnings
    early = timedelta(hours=warnings.before_hours)
    soon = at + early
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
    due = list(db.session.scalars(rows))
    hands = _hands(due)
    told = [
        one
        for deadline in due
        if at >= deadline.due_at - min(early, (deadline.due_at - deadline.started_at) / 2)
        for one in _tellings(deadline, at, long_ago, hands.get(deadline.dispatch_id or 0, []))
    ]
    return _tell(told, supervisors()) if told else 0


@dataclass(frozen=True)
class Telling:
    """One thing to be told about a promise: in which letter, by which verb of the journal, whether passed up."""

    deadline: Deadline
    template: str
    verb: str
    hands: Sequence[Person] = ()
    """Who works on the order it belongs to."""
    is_passed_up: bool = False

    def readers(self, above: list[Person]) -> list[Person]:
        """The handlers, and once it is missed the owner; the supervisors (`above`) where there is none, or when it is
        passed up."""
        if self.is_passed_up:
            return above
        if self.hands and self.verb == "warned":
            return list(self.hands)
        owner = self.deadline.ticket.active_owner
        owners = [owner] if owner else above
        return owners + [person for person in self.hands if person not in owners]

    @property
    def key(self) -> str:
        return f"deadline:{self.deadline.id}:{self.verb}"


def _hands(due: Sequence[Deadline]) -> dict[int, list[Person]]:
    """By order of these promises its handler, or all of its party while nobody has taken it on."""
    ids = {deadline.dispatch_id for deadline in due if deadline.dispatch_id is not None}
    if not ids:
        return {}
    along = map(joinedload, (Dispatch.handler, Dispatch.department, Dispatch.provider))
    rows = db.select(Dispatch).where(Dispatch.id.in_(ids)).options(*along).execution_options(populate_existing=True)
    everybody = staff(Role.HANDLER)
    return {
        order.id: [order.handler]
        if order.handler and order.handler.is_active
        else [person for person in everybody if order.party.is_party_of(person)]
        for order in db.session.scalars(rows)
    }


def _tellings(deadline: Deadline, at: datetime, long_ago: datetime, hands: Sequence[Person]) -> list[Telling]:
    """What has to be told of this promise now; it is kept that it is."""
    found = []
    if deadline.warned_at is None:
        deadline.warned_at = at
        if deadline.due_at >= at:
            found.append(Telling(deadline, "deadline_near", "warned", hands))
    if deadline.due_at < at and deadline.breached_at is None:
        deadline.breached_at = at
        found.append(Telling(deadline, "deadline_missed", "breached", hands))
    if deadline.due_at < long_ago and deadline.escalated_at is None:
        deadline.escalated_at = at
        found.append(Telling(deadline, "deadline_escalated", "escalated", is_passed_up=True))
    return found


def _tell(told: list[Telling], above: list[Person]) -> int:
    """Post the letters of all these, and write it down; gives how many letters there are."""
    letters = [(one, person) for one in told for person in one.readers(above)]
    outbox.look_up(outbox.key_of(one.template, one.key, person) for one, person in letters)
    for one, person in letters:
        ticket = one.deadline.ticket
        outbox.post(
            one.template, person, key=one.key, ticket=ticket, number=ticket.number, subject=ticket.subject,
            promise=one.deadline.code, due=one.deadline.due_at.isoformat(),
        )  # fmt: skip
    for one in told:
        journal.write(f"ticket.{one.verb}", one.deadline.ticket, None, became=one.deadline.code)
    return len(letters)
