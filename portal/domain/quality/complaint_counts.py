"""What a month's complaints are made of, counted: by class, party, tier, channel, cause; closed months are kept.

Counted are the complaints opened in the month that were neither withdrawn nor merged, as the figures count them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.quality.days import bounds, first, following, today
from portal.domain.quality.fact_models import COUNTED, TicketFacts
from portal.domain.quality.records import ComplaintCount
from portal.domain.quality.unclosed import COMPLAINT
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State
from portal.working_time import Promise, Unit

SIDES = ("total", "group", "class", "party", "tier", "channel", "cause")
AGAIN = "again"
"""Beside the sides: who complained again, by «customer|class»."""
DAYS, REPEATS, MOST = 90, 2, 50
NONE = "-"
"""Where nothing is said: no class, nobody in charge, no cause named."""


@dataclass(frozen=True)
class Count:
    """So many complaints, of so many different customers."""

    complaints: int = 0
    customers: int = 0


Counts = dict[str, dict[str, Count]]
"""By side, then by code."""


def _facts(months: Sequence[date]) -> Select:
    counted = (TicketFacts.month.in_(months), TicketFacts.kind == COMPLAINT, TicketFacts.standing == COUNTED)
    return select(TicketFacts).where(*counted)


def live(months: Sequence[date]) -> dict[date, Counts]:
    """Months counted now, from their complaints: one statement over those months alone."""
    rows = _facts(months).with_only_columns(
        TicketFacts.month, TicketFacts.customer_id, TicketFacts.class_code, TicketFacts.department_id,
        TicketFacts.provider_id, TicketFacts.channel, Ticket.cause_code, Customer.tier,
    ).join(Ticket, Ticket.id == TicketFacts.ticket_id).join(Customer, Customer.id == TicketFacts.customer_id)  # fmt: skip
    groups = {one.code: one.parent or one.code for one in settings.policy().classes}
    complaints, customers = Counter(), defaultdict(set)
    for month, customer, code, department, provider, channel, cause, tier in db.session.execute(rows):
        party = f"provider-{provider}" if provider else f"department-{department}" if department else NONE
        parts = (
            ("total", NONE), ("group", groups.get(code or NONE, code or NONE)), ("class", code or NONE), ("party", party),
            ("tier", tier or NONE), ("channel", channel), ("cause", cause or NONE),
        )  # fmt: skip
        for side, part in parts:
            complaints[month, side, part] += 1
            customers[month, side, part].add(customer)
    found: dict[date, Counts] = {month: {side: {} for side in SIDES} for month in months}
    for (month, side, code), number in complaints.items():
        found[month][side][code] = Count(number, len(customers[month, side, code]))
    return found


def of_months(months: Iterable[date], earliest: date | None) -> dict[date, Counts]:
    """The counts of these months: kept ones as they were kept, the others from the `earliest` on counted now.

    Of the last of them also who complained again, if it is kept.
    """
    wanted = list(months)
    found: dict[date, Counts] = {}
    kept = select(ComplaintCount).where(
        ComplaintCount.month.in_(wanted), (ComplaintCount.side != AGAIN) | (ComplaintCount.month == wanted[-1])
    )
    for row in db.session.scalars(kept):
        sides = found.setdefault(row.month, {side: {} for side in (*SIDES, AGAIN)})
        sides[row.side][row.code] = Count(row.complaints, row.customers)
    missing = [month for month in wanted if month not in found]
    known = [month for month in missing if earliest and month >= earliest]
    found |= {month: {side: {} for side in SIDES} for month in missing}
    return found | (live(known) if known else {})


def again(month: date) -> list[tuple[Customer, str, int]]:
    """Who complained again, twice at least, in a class after such a complaint was closed: in the ninety days up to the
    month's end; how many times, the most often first. Asked by an index for each complaint of those days."""
    since, until = window(month)
    later, closed = aliased(Ticket), aliased(Ticket)
    earlier = select(closed.id).where(
        closed.customer_id == later.customer_id, closed.class_code == later.class_code,
        closed.closed_at >= since, closed.closed_at < later.opened_at, closed.kind == COMPLAINT,
    )  # fmt: skip
    times = func.count().label("times")
    repeated = (
        select(later.customer_id, later.class_code, times)
        .where(
            later.kind == COMPLAINT, later.opened_at >= since, later.opened_at < until, later.class_code.is_not(None)
        )
        .where(later.state.not_in((State.WITHDRAWN, State.MERGED)), earlier.exists())
        .group_by(later.customer_id, later.class_code)
        .having(func.count() >= REPEATS)
        .order_by(times.desc(), later.customer_id, later.class_code)
        .limit(MOST)
        .subquery()
    )
    rows = select(Customer, repeated.c.class_code, repeated.c.times).join(
        repeated, repeated.c.customer_id == Customer.id
    )
    order = (repeated.c.times.desc(), Customer.id, repeated.c.class_code)
    return [(customer, code, times) for customer, code, times in db.session.execute(rows.order_by(*order))]


def kept_again(kept: dict[str, Count]) -> list[tuple[Customer, str, int]]:
    """The same of a kept month, as it was kept."""
    keys = [(int(customer), code, one.complaints) for key, one in kept.items() for customer, code in [key.split("|")]]
    rows = select(Customer).where(Customer.id.in_({customer for customer, _, _ in keys}))
    customers = {one.id: one for one in db.session.scalars(rows)} if keys else {}
    order = sorted(keys, key=lambda key: (-key[2], key[0], key[1]))
    return [(customers[customer], code, times) for customer, code, times in order]


def window(month: date) -> tuple[datetime, datetime]:
    """The ninety days up to the end of a month, or up to now while it runs."""
    until = min(bounds(month)[1], clock.now())
    return until - timedelta(days=DAYS), until


def first_month() -> date | None:
    """The month of the first complaint there is."""
    return db.session.scalar(select(func.min(TicketFacts.month)))


def is_closed(month: date) -> bool:
    """Is its time over, with the working days after it in which the figures of a month settle?"""
    days = settings.policy().limits.snapshot_working_days
    settled = settings.calendar().after(bounds(month)[1], Promise(days, Unit.WORKING_DAYS))
    return clock.now() >= settled


def keep_next() -> date | None:
    """Keep the counts of the earliest closed month that is not kept yet; none when all are. The worker's daily part.

    A month at a time, each in a transaction of its own: nobody who writes waits for long.
    """
    month, running = first_month(), first(today())
    kept = set(db.session.scalars(select(ComplaintCount.month).where(ComplaintCount.side == "total")))
    while month and month < running:
        if month not in kept and is_closed(month):
            _keep(month, live([month])[month] | {AGAIN: _again_counted(month)})
            return month
        month = following(month)
    return None


def _again_counted(month: date) -> dict[str, Count]:
    return {f"{customer.id}|{code}": Count(times, 1) for customer, code, times in again(month)}


def _keep(month: date, counts: Counts) -> None:
    counts["total"] = counts["total"] or {NONE: Count()}
    for side, codes in counts.items():
        for code, count in codes.items():
            db.session.add(
                ComplaintCount(
                    month=month, side=side, code=code, complaints=count.complaints, customers=count.customers
                )
            )


def records(month: date, side: str, code: str) -> Select:
    """The ids of exactly the complaints that a count counted; of kept months, as they stand now."""
    ids = _facts([month]).with_only_columns(TicketFacts.ticket_id)
    if side == "total":
        return ids
    wanted = None if code == NONE else code
    if side == "class":
        return ids.where(TicketFacts.class_code.is_not_distinct_from(wanted))
    if side == "channel":
        return ids.where(TicketFacts.channel == code)
    if side == "cause":
        return ids.join(Ticket, Ticket.id == TicketFacts.ticket_id).where(
            Ticket.cause_code.is_not_distinct_from(wanted)
        )
    if side == "tier":
        return ids.join(Customer, Customer.id == TicketFacts.customer_id).where(Customer.tier == code)
    if side == "group":
        return ids.where(_in_group(code))
    return ids.where(*_of_party(code))


def _in_group(code: str):
    classes = settings.policy().classes
    if code == NONE:
        return TicketFacts.class_code.is_(None)
    return TicketFacts.class_code.in_([code, *(one.code for one in classes if one.parent == code)])


def _of_party(code: str) -> tuple:
    sort, _, key = code.partition("-")
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 0
    if sort == "provider":
        return (TicketFacts.provider_id == number,)
    if sort == "department":
        return (TicketFacts.department_id == number, TicketFacts.provider_id.is_(None))
    return (TicketFacts.department_id.is_(None), TicketFacts.provider_id.is_(None))
