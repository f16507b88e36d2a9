"""What another policy would mean for the tickets of today: nothing. They keep their promises; here is what it spares them.

The promises given are counted and shown beside what the other policy would have promised from the same start, by
the very functions that promise (R14). Nothing here changes a row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, tuple_
from sqlalchemy.orm import joinedload, selectinload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.policy import ClockRule, Policy, Service, TicketClass
from portal.domain.tickets.models import Deadline, Ticket
from portal.working_time import WorkingCalendar

# What a promise depends on, beside its start.
ON = (
    Deadline.code, Ticket.kind, func.coalesce(Ticket.class_code, ""), func.coalesce(Ticket.service_code, ""),
    Customer.tier, Customer.card, Ticket.severity,
)  # fmt: skip
GIVEN = and_(Ticket.is_live, Deadline.met_at.is_(None), Deadline.dropped_at.is_(None))
MOST_COMPARED = 1000
MOST_EXAMPLES = 12
SERVICE = "service"
"""The kind whose tickets are of the service catalogue (R10)."""


@dataclass(frozen=True)
class Case:
    """A promise given, and what the other policy would have given from the same start; none if nothing at all."""

    ticket: Ticket
    code: str
    due_at: datetime
    would_be: datetime | None
    id: int


@dataclass(frozen=True)
class Spared:
    """The open promises that stay as they were given although the rule changes, the most pressing first."""

    cases: tuple[Case, ...] = ()
    uncompared: int = 0
    """Promises of the same rules beyond the thousand that were compared."""

    @property
    def tickets(self) -> int:
        """How many tickets they are of."""
        return len({one.ticket.id for one in self.cases})


@dataclass(frozen=True)
class Example:
    """What an ordinary ticket opened now is promised: as it holds, and by the other policy; none if nothing."""

    rule: ClockRule
    item: TicketClass | Service | None
    holds: datetime | None
    fresh: datetime | None


def spared(old: Policy, new: Policy) -> Spared:
    """The open promises that the new policy would have given otherwise than the old one, from the same start."""
    if old.clocks == new.clocks and old.calendar == new.calendar and not _closures_differ(old, new):
        return Spared()
    may_differ = [tuple(row) for row in db.session.execute(_given(*ON).distinct()) if _differs(old, new, *row)]
    if not may_differ:
        return Spared()
    chosen = _given(Deadline).where(tuple_(*ON).in_(may_differ)).order_by(Deadline.due_at, Deadline.id)
    along = (joinedload(Deadline.ticket).joinedload(Ticket.customer), selectinload(Deadline.pauses_kept))
    rows = list(
        db.session.scalars(chosen.options(*along).limit(MOST_COMPARED).execution_options(populate_existing=True))
    )
    by_old, by_new = settings.calendar_by(old), settings.calendar_by(new)
    found = []
    for one in rows:
        would_be = _would_be(new, by_new, one)
        if would_be != _would_be(old, by_old, one):
            found.append(Case(one.ticket, one.code, one.due_at, would_be, one.id))
    return Spared(tuple(found), _uncompared(may_differ) if len(rows) == MOST_COMPARED else 0)


def _uncompared(may_differ: list[tuple]) -> int:
    all_of_them = _given(func.count(Deadline.id)).where(tuple_(*ON).in_(may_differ))
    return (db.session.scalar(all_of_them) or 0) - MOST_COMPARED


def subjects(readable: Select, ids: list[int]) -> dict[int, str]:
    """The subjects of those tickets among these that somebody may read."""
    rows = readable.with_only_columns(Ticket.id, Ticket.subject).where(Ticket.id.in_(ids))
    return {number: subject for number, subject in db.session.execute(rows)}


def examples(old: Policy, new: Policy) -> list[Example]:
    """What ordinary tickets opened now are promised, where the two policies differ: by clock, class or service."""
    at, found = clock.now(), []
    calendars = settings.calendar_by(old), settings.calendar_by(new)
    for item in (None, *new.classes, *new.services):
        if isinstance(item, TicketClass) and item.is_group:
            continue
        for rule in new.clocks:
            if rule.starts != "opened" or rule.by_class == (item is None) or not _concerns(new, rule, item):
                continue
            before = _ordinary(old, calendars[0], rule.code, item, at)
            after = _ordinary(new, calendars[1], rule.code, item, at)
            if before != after:
                found.append(Example(rule, item, before, after))
    return found[:MOST_EXAMPLES]


def _concerns(policy: Policy, rule: ClockRule, item: TicketClass | Service | None) -> bool:
    if isinstance(item, TicketClass):
        return any(rule in policy.clocks_for(kind, item.code) for kind in item.kinds)
    return item is None or SERVICE in rule.kinds


def _ordinary(
    policy: Policy, calendar: WorkingCalendar, code: str, item: TicketClass | Service | None, at: datetime
) -> datetime | None:
    rule = next((one for one in policy.clocks if one.code == code), None)
    listed = "services" if isinstance(item, Service) else "classes"
    known = item and next((one for one in policy.known(listed) if one.code == item.code), None)
    if rule is None or (item is not None and known is None):
        return None
    return rule.reckon(calendar, at, known).due


def _given(*columns) -> Select:
    joined = db.select(*columns).select_from(Deadline).join(Ticket, Deadline.ticket_id == Ticket.id)
    return joined.join(Customer, Ticket.customer_id == Customer.id).where(GIVEN)


def _closures_differ(old: Policy, new: Policy) -> bool:
    return any(_closures(old.known(one)) != _closures(new.known(one)) for one in ("classes", "services"))


def _closures(items: Iterable[TicketClass | Service]) -> dict:
    return {item.code: item.closure for item in items}


def _differs(
    old: Policy, new: Policy, code: str, kind: str, klass: str, service: str, tier: str, card: str, severity: str
) -> bool:
    if old.calendar != new.calendar:
        return True
    case = (code, kind, klass, service, tier, card, severity)
    return _promises(old, *case) != _promises(new, *case)


def _promises(
    policy: Policy, code: str, kind: str, klass: str, service: str, tier: str, card: str, severity: str
) -> frozenset | None:
    rule = _rule(policy, code, kind, klass)
    return frozenset(rule.promises(_item(policy, klass, service), tier, card, severity)) if rule else None


def _rule(policy: Policy, code: str, kind: str, klass: str | None) -> ClockRule | None:
    return next((rule for rule in policy.clocks_for(kind, klass or None) if rule.code == code), None)


def _item(policy: Policy, klass: str | None, service: str | None) -> TicketClass | Service | None:
    listed, code = ("services", service) if service else ("classes", klass)
    return next((one for one in policy.known(listed) if one.code == code), None)


def _would_be(policy: Policy, calendar: WorkingCalendar, given: Deadline) -> datetime | None:
    """What this policy would have given from the same start, moved by the same pauses."""
    ticket = given.ticket
    rule = _rule(policy, given.code, ticket.kind, ticket.class_code)
    if rule is None:
        return None
    reckoning = rule.reckon(
        calendar, given.started_at, _item(policy, ticket.class_code, ticket.service_code),
        ticket.customer.tier, ticket.customer.card, ticket.severity,
    )  # fmt: skip
    due = reckoning.due
    for pause in given.pauses_kept:
        if pause.ended_at and rule.pauses:
            due = calendar.stretched(due, reckoning.promise, pause.began_at, pause.ended_at)
    return due
