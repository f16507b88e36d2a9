"""The queue (工单池): columns and orders as tables, pages by keyset, numbers of views that stay cheap.

Every list of tickets that staff works on is read here, in plain columns: no entities, no total, no offset.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache

from sqlalchemy import (
    CompoundSelect,
    Row,
    Select,
    TextualSelect,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased, joinedload

from portal.db import UTCDateTime, db, spelled_out, takes_all
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.tickets import search
from portal.domain.tickets.models import Dispatch, Ticket
from portal.domain.tickets.queue_filters import (
    LARGEST_KEY,
    VIEWS,
    Asked,
    Filters,
    Later,
    View,
    conditions,
    only_live,
    running_for,
)
from portal.domain.tickets.states import LIVE, State
from portal.i18n import N_

SIZE, FOUND = 50, 20
"""Rows of a page: of a list, and of what words found, where the newest few are what one looks for."""
COUNTED_TO = 100
"""A view's number stops here: nobody works on more, and counting on would cost."""
_NUMBER = re.compile(r"[A-Za-z]{1,6}-\d{6}-\d{4,9}")


@dataclass(frozen=True)
class Column:
    """One column of the queue: its word, the order its head offers, whether who only handles needs it."""

    code: str
    label: str
    order: str | None = None
    for_handlers: bool = True
    at_first: bool = True
    """Shown to somebody who has chosen nothing yet."""


COLUMNS = {
    column.code: column
    for column in (
        # code, word, order, for handlers, at first
        Column("customer", N_("Customer")),
        Column("class", N_("Kind and class")),
        Column("severity", N_("Severity"), at_first=False),
        Column("state", N_("State")),
        Column("due", N_("Next due"), "due"),
        Column("owner", N_("Owner")),
        Column("party", N_("Handled by"), at_first=False),
        Column("opened", N_("Opened"), "opened", at_first=False),
        Column("touched", N_("Last touched"), "touched"),
        Column("closed", N_("Closed at"), "closed", at_first=False),
        Column("channel", N_("Channel"), for_handlers=False, at_first=False),
        Column("region", N_("Region"), at_first=False),
        Column("rounds", N_("Sent back"), at_first=False),
    )
}

ORDERS = {
    "due": Ticket.due_at,
    "opened": Ticket.opened_at,
    "touched": Ticket.touched_at,
    "closed": Ticket.closed_at,
}
"""What the queue can be ordered by; a minus before the name: latest first."""
FIRST_TURN = {"due": "due", "opened": "-opened", "touched": "-touched", "closed": "-closed"}
"""The direction a column's head offers first."""

_Owner = aliased(Person, name="owner")
FIELDS = (
    Ticket.id, Ticket.version, Ticket.number, Ticket.subject, Ticket.kind, Ticket.class_code, Ticket.service_code, Ticket.severity,
    Ticket.channel, Ticket.state, Ticket.is_live, Ticket.is_major, Ticket.round, Ticket.sent_back, Ticket.due_at,
    Ticket.due_code, Ticket.opened_at, Ticket.touched_at, Ticket.closed_at, Ticket.owner_id,
    Customer.short_name.label("customer"), Customer.number.label("customer_number"), Customer.tier, Customer.card,
    Customer.region, _Owner.name.label("owner"),
)  # fmt: skip

Key = tuple[datetime, int]


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see: filters, words, order, and where the page begins (after) or ends (before)."""

    filters: Filters
    order: str = "due"
    words: str = ""
    after: Key | None = None
    before: Key | None = None


@dataclass(frozen=True)
class Leaf:
    """A page of the queue: its rows, and the keys of the rows its neighbours begin after and end before."""

    rows: Sequence[Row]
    after: Key | None
    before: Key | None


def narrowed(tickets: Select, filters: Filters, asked: Asked, words: str = "") -> Select:
    """Of these tickets (a select of Ticket that somebody may see), those the filters and words leave."""
    rows = tickets.join(Customer, Customer.id == Ticket.customer_id)
    rows = rows.where(*conditions(filters, asked, bool(words)))
    return search.matching(rows, words, internal=not asked.by.provider_id) if words else rows


def leaf(tickets: Select, wanted: Wanted, asked: Asked, size: int | None = None) -> Leaf:
    """One page; one statement, whose cost does not grow with how deep the page lies."""
    size = size or (FOUND if wanted.words else SIZE)
    name, descending = wanted.order.lstrip("-"), wanted.order.startswith("-")
    column = ORDERS[name]
    rows = narrowed(tickets, wanted.filters, asked, wanted.words)
    if name == "closed":
        rows = rows.where(column.is_not(None))
    back = wanted.before is not None
    downwards = descending is not back
    key = wanted.before or wanted.after
    if key:
        place, mark = tuple_(column, Ticket.id), tuple_(literal(key[0], UTCDateTime), literal(key[1]))
        rows = rows.where(place < mark if downwards else place > mark)
    by = func.coalesce(column, column) if _are_few(wanted) else column
    turned = (by.desc(), Ticket.id.desc()) if downwards else (by, Ticket.id)
    found = list(db.session.execute(told(rows).order_by(*turned).limit(size + 1)))
    more, shown = len(found) > size, found[:size]
    if back:
        shown.reverse()
    return _leaf(shown, more, name, wanted)


def _are_few(wanted: Wanted) -> bool:
    """One customer's live tickets are found by the customer and then sorted, not by walking along the order."""
    return "customer" in wanted.filters and wanted.order != "due" and only_live(wanted.filters, bool(wanted.words))


def _leaf(shown: list, more: bool, name: str, wanted: Wanted) -> Leaf:
    if not shown:
        return Leaf(shown, None, None)
    moment = f"{name}_at"
    first, last = ((getattr(row, moment), row.id) for row in (shown[0], shown[-1]))
    back = wanted.before is not None
    return Leaf(shown, last if more or back else None, first if (more if back else wanted.after) else None)


def told(rows: Select) -> Select:
    """The rows as the queue's columns, customer (joined already) and owner by name."""
    return rows.with_only_columns(*FIELDS).outerjoin(_Owner, _Owner.id == Ticket.owner_id)


def views_for(person: Person) -> list[View]:
    """The built-in views that mean something to this person, the one to begin with first."""
    if person.only_handles:
        ours = [VIEWS[code] for code in ("ours", "overdue", "today", "waiting")]
        theirs = [replace(view, filters={**view.filters, **VIEWS["ours"].filters}) for view in ours]
        return [VIEWS["open"], *theirs, VIEWS["watched"], VIEWS["closed"]]
    codes = ["open"]
    codes += ["mine", "unowned"] if person.has(Role.AGENT, Role.SUPERVISOR) else []
    codes += ["ours"] if person.has(Role.HANDLER) else []
    codes += ["my_customers"] if person.has(Role.ACCOUNT_MANAGER) else []
    codes += ["overdue", "today", "waiting", "verifying", "serious", "watched", "closed"]
    return [VIEWS[code] for code in codes]


def numbers(tickets: Select, views: Iterable[View], asked: Asked) -> dict[str, int]:
    """How many tickets lie in each counted view, up to 100: one statement, each part ends at its hundredth row."""
    counted = tuple(view for view in views if view.counted)
    if not counted:
        return {}
    if takes_all(tickets):
        codes = tuple(view.code for view in counted)
        statement = _counting(codes, settings.policy_id(), db.engine.dialect.name)
    else:
        statement = _numbers(tickets, counted, asked)
    return {row.view: row.number for row in db.session.execute(statement, Later.said(asked))}


@lru_cache(maxsize=32)
def _counting(codes: tuple[str, ...], _policy: int, _dialect: str) -> TextualSelect:
    """The statement for somebody who sees every ticket, made once: who asks and when are given as it is sent."""
    return spelled_out(_numbers(select(Ticket), [VIEWS[code] for code in codes], Later()))


def _numbers(tickets: Select, views: Iterable[View], asked) -> CompoundSelect:
    parts = []
    for view in views:
        some = tickets.where(*conditions(view.filters, asked)).with_only_columns(literal_column("1").label("one"))
        few = some.limit(COUNTED_TO).subquery()
        parts.append(select(literal(view.code).label("view"), func.count().label("number")).select_from(few))
    return union_all(*parts)


def is_number(words: str) -> bool:
    """Has this the shape of a number of ours: a ticket's, an order's, a major case's?"""
    return _NUMBER.fullmatch(words) is not None


def numbered(tickets: Select, wanted: str) -> int | None:
    """The ticket whose number, or whose order's number, this is, among those somebody may see."""
    number = wanted.strip().upper()
    if not is_number(number):
        return None
    order = select(Dispatch.ticket_id).where(Dispatch.number == number)
    found = tickets.with_only_columns(Ticket.id).where((Ticket.number == number) | Ticket.id.in_(order))
    return db.session.scalar(found.limit(1))


@dataclass(frozen=True)
class Order:
    """A running order of a ticket, as a row tells it: who has it, and how far they are."""

    ticket_id: int
    department: str | None
    """Code of the department."""
    provider: str | None
    confirmed_at: datetime | None
    contacted_at: datetime | None
    replied_at: datetime | None


def orders_of(ids: Sequence[int], by: Person) -> dict[int, list[Order]]:
    """The running orders of these tickets, the lead first; who only handles sees those of the own party."""
    rows = (
        select(
            Dispatch.ticket_id, Department.code, Provider.name, Dispatch.confirmed_at, Dispatch.contacted_at,
            Dispatch.replied_at,
        )
        .outerjoin(Department, Department.id == Dispatch.department_id)
        .outerjoin(Provider, Provider.id == Dispatch.provider_id)
        .where(Dispatch.ticket_id.in_(ids), Dispatch.done_at.is_(None))
        .order_by(Dispatch.is_lead.desc(), Dispatch.id)
    )  # fmt: skip
    if by.only_handles:
        rows = rows.where(running_for(by))
    found: dict[int, list[Order]] = {}
    for row in db.session.execute(rows):
        found.setdefault(row[0], []).append(Order(*row))
    return found


def agents() -> list[tuple[int, str]]:
    """Who can own tickets: agents and supervisors who may sign in, by name."""
    wanted, rows = {Role.AGENT, Role.SUPERVISOR}, db.session.execute(_staff(db.engine.dialect.name))
    return [(row.id, row.name) for row in rows if wanted & set(row.roles)]


@cache
def _staff(_dialect: str) -> TextualSelect:
    rows = select(Person.id, Person.name, Person.roles).order_by(Person.name)
    return spelled_out(rows.where(Person.customer_id.is_(None), Person.disabled_at.is_(None)))


def person(people: Select, key: int | None) -> Person | None:
    """Of the people somebody may see, the one with this id."""
    return db.session.scalar(people.where(Person.id == key)) if key and key <= LARGEST_KEY else None


def named(rows: Select, at_most: int = 300) -> list[tuple[str, str]]:
    """Customers or parties somebody may see, as (number or code, name), by name: what a name field proposes."""
    model = rows.column_descriptions[0]["entity"]
    if model is Customer:
        code, name, still = Customer.number, Customer.short_name, Customer.closed_on.is_(None)
    else:
        code, name, still = model.code, model.name, model.is_open_on(settings.today())
    listed = rows.with_only_columns(code, name).where(still).order_by(name).limit(at_most)
    return [(row[0], row[1]) for row in db.session.execute(listed)]


def chosen(tickets: Select, ids: Iterable[int], *along) -> list[Ticket]:
    """Of the tickets somebody may see, those with these ids, in the order of their ids; loaded with relations."""
    keys = [key for key in ids if 0 < key <= LARGEST_KEY]
    relations = along or (Ticket.customer, Ticket.owner, Ticket.asked_by, Ticket.merged_into)
    rows = tickets.where(Ticket.id.in_(keys)).options(*map(joinedload, relations)).order_by(Ticket.id)
    return list(db.session.scalars(rows)) if keys else []


CANNOT = {
    "accept": N_("{n} of them cannot be accepted: they were accepted before, or are over"),
    "owner": N_("{n} of them cannot be assigned: they are over and keep their owner"),
}
"""What a selection cannot do, said before it is tried; the rules themselves stand in lifecycle.py and actions.py."""


def open_of(tickets: Select, customer_id: int, limit: int) -> list[Ticket]:
    """What is open of a customer (of these tickets), the newest first."""
    mine = tickets.where(Ticket.customer_id == customer_id, Ticket.state.in_(LIVE))
    return list(db.session.scalars(mine.order_by(Ticket.id.desc()).limit(limit)))


def cannot(state: str, is_live: bool) -> str:
    """Which of the bulk verbs this ticket's state rules out, with blanks between."""
    if not is_live:
        return "accept owner"
    return "" if state == State.NEW else "accept"
