"""What the queue can be narrowed to, and the views everybody has: a row each.

A filter takes the values of an address as they come. What makes no sense narrows nothing or finds nothing; it never
fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from portal import clock
from portal.db import UTCDateTime
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.tickets.models import Dispatch, Ticket, Watcher
from portal.domain.tickets.states import LIVE, State
from portal.i18n import N_

ANY = "any"
"""The value that lifts what a view would narrow to."""
RAISED = "raised"
LARGEST_KEY = 2**31 - 1

Values = tuple[str, ...]
Filters = Mapping[str, Values]


@dataclass(frozen=True)
class Asked:
    """Who asks, and when: what «mine», «late» and «today» mean. Moments in UTC, days in the company's zone."""

    by: Person
    at: datetime = field(default_factory=clock.now)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(settings.company().zone))

    def begin_of(self, on: date) -> datetime:
        """The moment this day begins here."""
        return datetime.combine(on, time.min, self.zone)

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    @property
    def today_begins(self) -> datetime:
        return self.begin_of(self.today)

    @property
    def tomorrow_begins(self) -> datetime:
        return self.begin_of(self.today + timedelta(days=1))

    @property
    def soon(self) -> datetime:
        """Until when what is due is due soon."""
        return self.at + timedelta(hours=settings.policy().warnings.before_hours)


class Later:
    """Like Asked, but who asks and when are said only as the statement is sent: for statements that are made once."""

    class _Whoever:
        id = bindparam("me", type_=Integer)

    by = _Whoever()
    at = bindparam("now", type_=UTCDateTime)
    soon = bindparam("soon", type_=UTCDateTime)
    today_begins = bindparam("today", type_=UTCDateTime)
    tomorrow_begins = bindparam("tomorrow", type_=UTCDateTime)

    @staticmethod
    def said(asked: Asked) -> dict:
        """What such a statement is told as it is sent."""
        return {
            "me": asked.by.id, "now": asked.at, "soon": asked.soon, "today": asked.today_begins,
            "tomorrow": asked.tomorrow_begins,
        }  # fmt: skip


Where = Callable[[Values, Asked], ColumnElement[bool] | None]


@dataclass(frozen=True)
class Filter:
    """One way to narrow the queue: its name in the address, its word, its condition; `listed`: a list of the policy."""

    name: str
    label: str
    where: Where
    listed: str | None = None
    for_handlers: bool = False
    """Whether somebody who only handles is offered it: what they need, no more."""


def _one_of(column) -> Where:
    return lambda values, _: column.in_(values)


def _stage(values: Values, _: Asked):
    return {"live": Ticket.is_live, "over": ~Ticket.is_live}.get(values[0])


def _state(values: Values, _: Asked):
    live = {value in LIVE for value in values}
    same = Ticket.state == values[0] if len(values) == 1 else Ticket.state.in_(values)
    if len(live) > 1:
        return same
    return and_(same, Ticket.is_live if True in live else ~Ticket.is_live)


def _severity(values: Values, _: Asked):
    """A severity of the policy, or «raised»: any above the lowest."""
    codes = set(values)
    if RAISED in codes:
        known = settings.policy().known("severities")
        lowest = min(one.rank for one in known)
        codes |= {one.code for one in known if one.rank > lowest}
    return Ticket.severity.in_(sorted(codes))


def _class(values: Values, _: Asked):
    policy = settings.policy()
    inside = [one.code for group in values for one in policy.known("classes") if one.parent == group]
    return Ticket.class_code.in_([*values, *inside])


def _due(values: Values, asked: Asked):
    now, soon = asked.at, asked.soon
    spans = {
        "late": Ticket.due_at < now,
        "soon": and_(Ticket.due_at >= now, Ticket.due_at <= soon),
        "today": and_(Ticket.due_at >= now, Ticket.due_at < asked.tomorrow_begins),
    }
    found = [spans[value] for value in values if value in spans]
    return or_(*found) if found else None


def _owner(values: Values, asked: Asked):
    ways = {"me": Ticket.owner_id == asked.by.id, "none": Ticket.owner_id.is_(None)}
    found = [ways[value] for value in values if value in ways]
    ids = [int(value) for value in values if value.isdecimal() and int(value) <= LARGEST_KEY]
    if ids:
        found.append(Ticket.owner_id.in_(ids))
    return or_(*found) if found else None


def _customer(values: Values, _: Asked):
    """By number or by one of the names, as they are written."""
    named = aliased(Customer)
    same = or_(named.number.in_(values), named.short_name.in_(values), named.name.in_(values))
    ids = select(named.id).where(same)
    return Ticket.customer_id == ids.limit(1).scalar_subquery() if len(values) == 1 else Ticket.customer_id.in_(ids)


def _dispatched(party, link) -> Where:
    """An order, not handed back, to the party of this code or name.

    Each ticket is asked for its orders: a party that has many is met soon along any order, and no list of all its
    tickets is built first. A party that is not there ends the search before it begins.
    """

    def where(values: Values, _: Asked):
        ids = select(party.id).where(or_(party.code.in_(values), party.name.in_(values)))
        orders = select(Dispatch.id).where(Dispatch.ticket_id == Ticket.id, Dispatch.handed_back.is_(None))
        if len(values) > 1:
            return orders.where(link.in_(ids)).exists()
        one = ids.limit(1).scalar_subquery()
        return and_(one.is_not(None), orders.where(link == one).exists())

    return where


def _with_us(_: Values, asked: Asked):
    """Running orders of the asking person's own party."""
    return Ticket.id.in_(select(Dispatch.ticket_id).where(running_for(asked.by)))


def running_for(person: Person) -> ColumnElement[bool]:
    """The orders this person's department or provider is working on; none for who belongs to neither."""
    if person.provider_id:
        party = Dispatch.provider_id == person.provider_id
    else:
        party = Dispatch.department_id == (person.department_id or 0)
    return and_(party, Dispatch.done_at.is_(None))


def _watched(_: Values, asked: Asked):
    """Live tickets this person watches. A short list: it is found by the watcher, so no index may promise more."""
    theirs = select(Watcher.ticket_id).where(Watcher.person_id == asked.by.id)
    return and_(Ticket.id.in_(theirs), Ticket.state.not_in([state for state in State if state not in LIVE]))


def _my_customers(_: Values, asked: Asked):
    theirs = aliased(Customer)
    return Ticket.customer_id.in_(select(theirs.id).where(theirs.account_manager_id == asked.by.id))


def _day(column, sign: int) -> Where:
    """From the beginning of a day, or (sign 1) to its end."""

    def where(values: Values, asked: Asked):
        on = day_of(values[0])
        if on is None:
            return None
        if sign == 0:
            return column >= asked.begin_of(on)
        return column < asked.begin_of(on + timedelta(days=1))

    return where


def day_of(written: str) -> date | None:
    """A day as 2026-09-28, of a year that a calendar can hold; none for anything else."""
    try:
        on = date.fromisoformat(written)
    except ValueError:
        return None
    return on if 2000 <= on.year <= 2100 else None


def _lately(_: Values, asked: Asked):
    return Ticket.closed_at >= asked.at - timedelta(days=14)


FILTERS = {
    each.name: each
    for each in (
        # name, word, condition, list of the policy, offered to handlers
        Filter("stage", N_("Stage"), _stage, None, True),
        Filter("state", N_("State"), _state, None, True),
        Filter("kind", N_("Kind"), _one_of(Ticket.kind), "kinds", True),
        Filter("class", N_("Class"), _class, "classes", True),
        Filter("severity", N_("Severity"), _severity, "severities", True),
        Filter("due", N_("Next due"), _due, None, True),
        Filter("owner", N_("Owner"), _owner),
        Filter("customer", N_("Customer"), _customer),
        Filter("tier", N_("Tier"), _one_of(Customer.tier), "tiers"),
        Filter("card", N_("Card"), _one_of(Customer.card), "cards"),
        Filter("region", N_("Region"), _one_of(Customer.region), "regions", True),
        Filter("channel", N_("Channel"), _one_of(Ticket.channel), "channels"),
        Filter("department", N_("Department"), _dispatched(Department, Dispatch.department_id), "departments"),
        Filter("provider", N_("Provider"), _dispatched(Provider, Dispatch.provider_id)),
        Filter("with", N_("Orders"), _with_us, None, True),
        Filter("watched", N_("Watched"), _watched, None, True),
        Filter("my_customers", N_("My customers"), _my_customers),
        Filter("from", N_("Opened from"), _day(Ticket.opened_at, 0), None, True),
        Filter("to", N_("Opened to"), _day(Ticket.opened_at, 1), None, True),
        Filter("lately", N_("Closed lately"), _lately, None, True),
    )
}  # fmt: skip


def conditions(filters: Filters, asked: Asked, searching: bool = False) -> list[ColumnElement[bool]]:
    """The conditions of these filters; live tickets only, unless a state, a stage or a search says otherwise."""
    given = {name: values for name, values in filters.items() if name in FILTERS and values and ANY not in values}
    found: list = [FILTERS[name].where(values, asked) for name, values in given.items()]
    if only_live(filters, searching) and "stage" not in filters:
        found.append(Ticket.is_live)
    return [condition for condition in found if condition is not None]


def only_live(filters: Filters, searching: bool = False) -> bool:
    """Do these filters leave nothing but live tickets?"""
    if "stage" in filters:
        return filters["stage"] == ("live",)
    return not searching and not {"state", "lately"} & set(filters)


@dataclass(frozen=True)
class View:
    """A queue everybody has (内置视图): its word and what it narrows to; `counted`: its number is shown."""

    code: str
    label: str
    filters: Filters
    order: str = "due"
    counted: bool = True


VIEWS = {
    view.code: view
    for view in (
        View("open", N_("All open"), {"stage": ("live",)}, counted=False),
        View("mine", N_("Mine"), {"owner": ("me",), "stage": ("live",)}),
        View("ours", N_("With us"), {"with": ("us",), "stage": ("live",)}),
        View("my_customers", N_("My customers"), {"my_customers": ("yes",), "stage": ("live",)}),
        View("unowned", N_("Without owner"), {"owner": ("none",), "stage": ("live",)}),
        View("overdue", N_("Overdue"), {"due": ("late",), "stage": ("live",)}),
        View("today", N_("Due today"), {"due": ("today",), "stage": ("live",)}),
        View("waiting", N_("With the customer"), {"state": (State.WAITING,)}),
        View("verifying", N_("To be verified"), {"state": (State.VERIFYING,)}),
        View("serious", N_("Serious"), {"severity": (RAISED,), "stage": ("live",)}),
        View("watched", N_("Watched"), {"watched": ("yes",), "stage": (ANY,)}),
        View("closed", N_("Closed lately"), {"lately": ("yes",)}, "-closed", counted=False),
    )
}
