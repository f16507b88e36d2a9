"""What happened to one customer in the months up to one: rows read once, then cut by month."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.journal import Entry
from portal.domain.policy import ClockRule
from portal.domain.ratings.kinds import LOADED
from portal.domain.ratings.models import OF_MANAGER, Rating
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import Deadline, Message, Ticket
from portal.domain.tickets.states import State

REOPENED = "ticket.reopen"


@dataclass(frozen=True)
class Owed:
    """A promise told to the customer that fell due, with its rule and its ticket."""

    deadline: Deadline
    rule: ClockRule
    ticket: Ticket

    @property
    def is_kept(self) -> bool:
        return self.deadline.met_at is not None and self.deadline.met_at <= self.deadline.due_at


@dataclass(frozen=True)
class Month:
    """One month: tickets opened and closed in it, promises that fell due, ratings given, how many were reopened."""

    first: date
    opened: list[Ticket]
    closed: list[Ticket]
    owed: list[Owed]
    ratings: list[Rating]
    reopened: int

    @property
    def complaints(self) -> list[Ticket]:
        return [ticket for ticket in self.opened if ticket.kind == "complaint"]

    @property
    def kept(self) -> int:
        return sum(one.is_kept for one in self.owed)


@dataclass(frozen=True)
class Rows:
    """The rows that the reader may see."""

    tickets: Select
    messages: Select
    ratings: Select
    entries: Select


class Year:
    """The thirteen months that end with one, as known at a moment: merged tickets count as what they go on in."""

    def __init__(self, rows: Rows, customer_id: int, last: date, zone: ZoneInfo, at: datetime):
        self.rows, self.customer_id, self.last, self.zone, self.at = rows, customer_id, last, zone, at
        self.since, self.until = self._moment(last.replace(year=last.year - 1)), self._moment(after(last))
        self._ids = rows.tickets.where(Ticket.customer_id == customer_id).with_only_columns(Ticket.id)

    def _moment(self, first: date) -> datetime:
        return datetime.combine(first, time(), self.zone)

    def month(self, first: date) -> Month:
        """What fell into this month."""
        begin, end = self._moment(first), self._moment(after(first))
        return Month(
            first,
            [one for one in self.tickets if begin <= one.opened_at < end],
            [one for one in self.tickets if one.closed_at and begin <= one.closed_at < end],
            [one for one in self.owed if begin <= one.deadline.due_at < end],
            [one for one in self.ratings if begin <= one.at < end],
            sum(begin <= moment < end for moment in self.reopenings),
        )

    @cached_property
    def tickets(self) -> list[Ticket]:
        """Those that were opened, closed or worked on within the year, oldest first."""
        touched = or_(Ticket.opened_at >= self.since, Ticket.closed_at >= self.since, Ticket.is_live)
        found = select(Ticket).where(Ticket.id.in_(self._ids), touched, Ticket.state != State.MERGED)
        found = found.where(Ticket.opened_at < self.until).order_by(Ticket.opened_at, Ticket.id)
        along = (Ticket.project, Ticket.problem, Ticket.asked_by)
        return list(db.session.scalars(found.options(*map(joinedload, along))))

    @cached_property
    def owed(self) -> list[Owed]:
        """Promises to the customer whose moment has come, oldest first; one that waits for the customer has not."""
        due = (Deadline.due_at >= self.since, Deadline.due_at < self.until, Deadline.due_at <= self.at)
        missed_or_not_dropped = or_(Deadline.dropped_at.is_(None), Deadline.dropped_at > Deadline.due_at)
        found = select(Deadline).where(Deadline.ticket_id.in_(self._ids), *due, missed_or_not_dropped)
        found = found.where(or_(Deadline.met_at.is_not(None), Deadline.paused_at.is_(None)))
        known = {ticket.id: ticket for ticket in self.tickets}
        told = [
            Owed(one, deadlines.rule_of(one), known[one.ticket_id])
            for one in db.session.scalars(found.order_by(Deadline.due_at, Deadline.id))
            if one.ticket_id in known
        ]
        return [one for one in told if one.rule.shown_to_customer]

    @cached_property
    def ratings(self) -> list[Rating]:
        """What was said of tickets, reports and the service as a whole; of the account manager it is no matter of this paper."""
        found = self.rows.ratings.where(Rating.customer_id == self.customer_id, Rating.withdrawn_at.is_(None))
        found = found.where(Rating.kind.not_in(OF_MANAGER))
        found = found.where(Rating.at >= self.since, Rating.at < self.until).order_by(Rating.at, Rating.id)
        return list(db.session.scalars(found.options(joinedload(Rating.by), *map(joinedload, LOADED))))

    @cached_property
    def reopenings(self) -> list[datetime]:
        found = self.rows.entries.where(Entry.record == "ticket", Entry.record_id.in_(self._ids))
        found = found.where(Entry.verb == REOPENED, Entry.at >= self.since, Entry.at < self.until)
        return list(db.session.scalars(found.with_only_columns(Entry.at)))

    def running(self) -> dict[int, Deadline]:
        """The nearest promise to the customer that still runs, by ticket."""
        found = select(Deadline).where(Deadline.ticket_id.in_(self._ids), Deadline.is_open)
        nearest: dict[int, Deadline] = {}
        for one in db.session.scalars(found.order_by(Deadline.due_at, Deadline.id)):
            if deadlines.rule_of(one).shown_to_customer:
                nearest.setdefault(one.ticket_id, one)
        return nearest

    def words_of(self, tickets: list[Ticket]) -> dict[int, list[Message]]:
        """What the customer and we said in these tickets, oldest first, by ticket."""
        found = self.rows.messages.where(Message.ticket_id.in_([one.id for one in tickets]))
        found = found.where(Message.taken_back_at.is_(None), Message.shown_at <= self.at)
        said: dict[int, list[Message]] = {one.id: [] for one in tickets}
        for message in db.session.scalars(found.order_by(Message.id)):
            said[message.ticket_id].append(message)
        return said


def after(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def before(first: date, months: int = 1) -> date:
    """The first day of the month so many before."""
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
