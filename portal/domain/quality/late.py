"""Who is late today, and why: running promises that are missed, or due before the day is over, by party and person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Integer, Row, Select, TextualSelect, bindparam, case, func, select, true, tuple_
from sqlalchemy.orm import aliased

from portal import clock
from portal.db import UTCDateTime, db, spelled_out, takes_all
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.tickets.models import CallBack, Deadline, Dispatch, Ticket
from portal.domain.tickets.states import State
from portal.i18n import N_

_Owner, _Handler = aliased(Person, name="owner"), aliased(Person, name="handler")
_Other, _Lead = aliased(Deadline, name="other"), aliased(Dispatch, name="lead")
_LEADS = (_Lead.ticket_id == Deadline.ticket_id, _Lead.done_at.is_(None), _Lead.is_lead)
"""The order that has the lead of a promise's ticket now; the last one, should there be several."""
_NOW, _DAY_ENDS = (bindparam(name, type_=UTCDateTime) for name in ("now", "day_ends"))
_LAST = bindparam("last_due", type_=UTCDateTime), bindparam("last_id", type_=BigInteger)
CAP = 1000
"""A count of late promises stops here."""
DESK, CALLERS = "desk", "callers"


@dataclass(frozen=True)
class Who:
    """With whom late promises lie: a party, or the desk; how many are missed, how many are due today."""

    code: str
    """department-3, provider-2, desk, or callers: whoever calls back"""
    name: str
    name_en: str
    missed: int
    today: int


def day_ends() -> datetime:
    """The midnight that ends today, where the company is."""
    zone = ZoneInfo(settings.company().zone)
    today = clock.now().astimezone(zone).date()
    return datetime.combine(today + timedelta(days=1), datetime.min.time(), zone)


def _due(tickets: Select) -> Select:
    """Promises of these tickets that run and are missed or due today."""
    return tickets.join(Deadline, Deadline.ticket_id == Ticket.id).where(Deadline.is_open, Deadline.due_at < _DAY_ENDS)


def _order():
    """The order a promise lies with: its own, or the lead's. Once closure was applied for, no order runs any more."""
    lead = select(func.max(_Lead.id)).where(*_LEADS).correlate(Deadline).scalar_subquery()
    return func.coalesce(Deadline.dispatch_id, lead)


def people() -> list[Who]:
    """With whom they lie, the most missed first; what waits for a call lies with whoever calls back. One statement."""
    asked = {"now": clock.now(), "day_ends": day_ends()}
    found = [_who(*row) for row in db.session.execute(_people(db.engine.dialect.name), asked)]
    return sorted(found, key=lambda who: (-who.missed, -who.today, who.code))


@cache
def _people(_dialect: str) -> TextualSelect:
    """The statement for `people`, made once."""
    calls = Ticket.state == State.VERIFYING
    # One number for the party, a provider's below nought. Looked up one by one: a join makes PostgreSQL read every order.
    party = func.coalesce(_Lead.department_id, -_Lead.provider_id)
    own = select(party).where(_Lead.id == Deadline.dispatch_id).correlate(Deadline).scalar_subquery()
    lead = select(party).where(*_LEADS).order_by(_Lead.id.desc()).limit(1).correlate(Deadline).scalar_subquery()
    whose = (
        _due(select(Ticket))
        .with_only_columns(
            case((calls, 1), else_=0).label("calls"),
            case((calls, None), (Deadline.dispatch_id.is_not(None), own), else_=lead).label("party"),
            case((Deadline.due_at < _NOW, 1), else_=0).label("missed"),
        )
        .subquery()
    )
    counted = (
        select(whose.c.calls, whose.c.party, func.sum(whose.c.missed).label("missed"), func.count().label("all"))
        .group_by(whose.c.calls, whose.c.party)
        .subquery()
    )
    rows = (
        select(
            counted.c.calls, Department.id.label("department"), Department.name.label("department_name"), Department.name_en,
            Provider.id.label("provider"), Provider.name.label("provider_name"), counted.c.missed, counted.c.all,
        )
        .select_from(counted)
        .outerjoin(Department, Department.id == counted.c.party)
        .outerjoin(Provider, Provider.id == -counted.c.party)
    )  # fmt: skip
    return spelled_out(rows)


def _who(calls, department, name, name_en, provider, provider_name, missed, count) -> Who:
    if calls:
        return Who(CALLERS, "", "", missed, count - missed)
    if department:
        return Who(f"department-{department}", name, name_en or name, missed, count - missed)
    if provider:
        return Who(f"provider-{provider}", provider_name, provider_name, missed, count - missed)
    return Who(DESK, "", "", missed, count - missed)


def count() -> Select:
    """How many promises are missed by now and still run, up to a thousand; as a statement."""
    some = select(Deadline.id).where(Deadline.is_open, Deadline.due_at < clock.now()).limit(CAP).subquery()
    return select(func.count()).select_from(some)


def page(tickets: Select, who: str | None, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row]:
    """The promises in the order they are due, of one party or of all; `tickets`: those somebody may see.

    Of the promises of one ticket that lie with the same party only the first stands here, with how many `more` there are.
    """
    sort, _, key = (who or "").partition("-")
    party = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 0
    asked = {"day_ends": day_ends(), "party": party, "limit": limit}
    if after:
        asked |= {"last_due": after[0], "last_id": after[1]}
    every = takes_all(tickets)
    rows = _whole(sort, bool(after), db.engine.dialect.name) if every else _page(tickets, sort, bool(after))
    return db.session.execute(rows, asked).all()


@cache
def _whole(sort: str, goes_on: bool, _dialect: str) -> TextualSelect:
    """The statement for somebody who sees every ticket, made once."""
    return spelled_out(_page(select(Ticket), sort, goes_on))


def _page(tickets: Select, sort: str, goes_on: bool) -> Select:
    same = (
        _Other.ticket_id == Deadline.ticket_id, _Other.dispatch_id.is_not_distinct_from(Deadline.dispatch_id),
        # open, said so that it is looked up by its ticket and not among all open ones
        _Other.met_at.is_(None), _Other.dropped_at.is_(None), _Other.paused_at.is_(None),
    )  # fmt: skip
    others = select(func.count()).where(*same, _Other.due_at < _DAY_ENDS, _Other.id != Deadline.id)
    sooner = tuple_(_Other.due_at, _Other.id) < tuple_(Deadline.due_at, Deadline.id)
    is_first = ~select(_Other.id).where(*same, sooner).correlate(Deadline).exists()
    calls = (
        select(func.count()).where(CallBack.ticket_id == Ticket.id, CallBack.at >= Ticket.applied_at)
        .correlate(Ticket).scalar_subquery()
    )  # fmt: skip
    rows = (
        _due(tickets)
        .outerjoin(Dispatch, Dispatch.id == _order())
        .join(Customer, Customer.id == Ticket.customer_id)
        .outerjoin(Department, Department.id == Dispatch.department_id)
        .outerjoin(Provider, Provider.id == Dispatch.provider_id)
        .outerjoin(_Owner, _Owner.id == Ticket.owner_id)
        .outerjoin(_Handler, _Handler.id == Dispatch.handler_id)
        .with_only_columns(
            Deadline.id, Deadline.code, Deadline.due_at, Ticket.id.label("ticket_id"), Ticket.number, Ticket.subject,
            Ticket.state, Ticket.replied_at, Ticket.sent_back, Customer.short_name.label("customer"),
            Department.name.label("department"), Department.name_en, Provider.name.label("provider"),
            _Owner.name.label("owner"), _Handler.name.label("handler"), Dispatch.at.label("dispatched_at"),
            Dispatch.id.label("order_id"), Dispatch.confirmed_at, Dispatch.contacted_at, calls.label("calls"),
            Ticket.opened_at, Ticket.applied_at, Ticket.touched_at, others.correlate(Deadline).scalar_subquery().label("more"),
        )
        .where(_with(sort), is_first)
    )  # fmt: skip
    if goes_on:
        rows = rows.where(tuple_(Deadline.due_at, Deadline.id) > tuple_(*_LAST))
    return rows.order_by(Deadline.due_at, Deadline.id).limit(bindparam("limit", type_=Integer))


def _with(sort: str):
    party = bindparam("party", type_=BigInteger)
    if sort == "department":
        return Dispatch.department_id == party
    if sort == "provider":
        return Dispatch.provider_id == party
    if sort == CALLERS:
        return Ticket.state == State.VERIFYING
    return (Dispatch.id.is_(None) & (Ticket.state != State.VERIFYING)) if sort == DESK else true()


def why(row: Row) -> tuple[str, dict]:
    """What it waits for, as a marked sentence with its facts: how far the ticket is and who has not acted."""
    if row.state == State.NEW:
        return N_("Nobody has accepted it since {at}."), {"at": row.opened_at}
    if row.state == State.WAITING:
        return N_("It waits for the customer's answer; this promise does not pause."), {}
    if row.state == State.VERIFYING:
        said = N_("Closure was applied for {at}; called back {times} times so far.")
        return said, {"at": row.applied_at, "times": row.calls}
    if row.order_id is None:
        return N_("It is with the desk and was not dispatched; last touched {at}."), {"at": row.touched_at}
    if row.confirmed_at is None:
        return N_("Dispatched {at}; the order is not confirmed by anybody."), {"at": row.dispatched_at}
    if row.contacted_at is None and row.replied_at is None:
        return N_("Order confirmed {at}; neither contact nor reply is recorded."), {"at": row.confirmed_at}
    if row.sent_back:
        return N_("Sent back {times} times after a call-back; being worked on again."), {"times": row.sent_back}
    return N_("Being worked on; last touched {at}."), {"at": row.touched_at}
