"""What a measure did (整改效果, formulas 3.13): the same customers before it and after it, and the months that follow.

Counted are customers with a complaint of the action's class, never complaints: one who writes ten times is one.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.quality.days import begins, bounds, first, following, today
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.records import ComplaintCount
from portal.domain.quality.signals_behind import complaints
from portal.domain.statistics import BASE, DOWN, UP, Comparison, Interval, compare_same, control, wilson
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

VERDICTS = {
    "early": N_("too early to say"),
    "better": N_("better, beyond chance"),
    "inside": N_("back within limits"),
    "none": N_("no evidence of a change"),
    "worse": N_("worse, beyond chance"),
}
TONES = {"early": "", "better": "good", "inside": "good", "none": "warn", "worse": "bad"}
PROVEN = ("better", "inside")
MONTH_STATES = {
    "ahead": N_("not counted yet"), "normal": N_("within limits"), "above": N_("above the limit"),
    "run": N_("shifted upwards"), "too_few": N_("too few months"),
}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One side of the measure: from the first day up to, not including, the last; customers and complaints."""

    begin: date
    end: date
    customers: int
    complaints: int
    n: int

    @property
    def share(self) -> float | None:
        return self.customers / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        return wilson(self.customers, self.n)


@dataclass(frozen=True)
class Month:
    """A whole month after the measure against the control limit of its class; figures once the month is kept."""

    month: date
    state: str
    customers: int | None = None
    alert: int | None = None
    """From how many customers on it would be a signal."""


@dataclass(frozen=True)
class Effect:
    """Before and after over stretches of the same length, of the customers there were all the time."""

    before: Side
    after: Side
    only_before: int
    only_after: int
    judged_on: date
    """The day on which the stretch after the measure is over."""
    is_over: bool
    """Has that day come?"""
    months: tuple[Month, ...]

    @property
    def compared(self) -> Comparison:
        """The same customers twice, by the exact test of pairs: of those who complained on one side only, which side
        had more?"""
        both = self.after.customers - self.only_after
        neither = self.after.n - both - self.only_after - self.only_before
        return compare_same(both, self.only_after, self.only_before, neither)

    @property
    def difference(self) -> float | None:
        """After less before, as a share of the customers."""
        return self.compared.difference

    @property
    def interval(self) -> Interval | None:
        return self.compared.interval

    @property
    def direction(self) -> str | None:
        """Up, flat or down; none where there are no customers."""
        return self.compared.direction

    @property
    def verdict(self) -> str:
        """A key of VERDICTS. Down by the test is proof; so are the months back within limits, unless the test says up."""
        if self.is_over and self.direction == UP:
            return "worse"
        if self.is_over and self.direction == DOWN:
            return "better"
        if self.months and all(one.state == "normal" for one in self.months):
            return "inside"
        waits = any(one.state == "ahead" for one in self.months)
        return "none" if self.is_over and not waits else "early"


def effect(row: Improvement) -> Effect | None:
    """What the measure did, as far as it can be told today; none where nothing was done yet or no class shows it."""
    if row.effective_on is None or row.class_code is None:
        return None
    whole = timedelta(days=settings.policy().improvement.effect_days)
    over = row.effective_on + whole
    length = min(whole, max(today() - row.effective_on, timedelta(0)))
    since, until = row.effective_on - length, row.effective_on + length
    there = _active(since, until)
    counted = db.session.execute(_counting(row, since, until, there)).one()
    n, before, after, only_before, only_after, told_before, told_after = (int(value or 0) for value in counted)
    return Effect(
        Side(since, row.effective_on, before, told_before, n), Side(row.effective_on, until, after, told_after, n),
        only_before, only_after, over, over <= today(), _months(row),
    )  # fmt: skip


def _active(since: date, until: date) -> ColumnElement[bool]:
    """Customers of ours over the whole time."""
    return (Customer.closed_on.is_(None)) | (Customer.closed_on >= until)


def _in(since: date, until: date) -> ColumnElement[bool]:
    return and_(Ticket.opened_at >= begins(since), Ticket.opened_at < min(begins(until), clock.now()))


def _counting(row: Improvement, since: date, until: date, there: ColumnElement[bool]) -> Select:
    """Customers with a complaint before, after, on one side only; and the complaints: one row."""
    assert row.effective_on is not None  # noqa: S101  asked before
    early = func.sum(case((Ticket.opened_at < begins(row.effective_on), 1), else_=0)).label("early")
    late = func.sum(case((Ticket.opened_at >= begins(row.effective_on), 1), else_=0)).label("late")
    told = (
        select(Ticket.customer_id, early, late)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(complaints(row.class_code), _in(since, until), there)
        .group_by(Ticket.customer_id)
        .subquery()
    )
    b, a = told.c.early, told.c.late
    everybody = select(func.count()).select_from(Customer).where(there).scalar_subquery()
    kinds = (b > 0, a > 0, and_(b > 0, a == 0), and_(a > 0, b == 0))
    return select(everybody, *(func.sum(case((kind, 1), else_=0)) for kind in kinds), func.sum(b), func.sum(a))


def behind(row: Improvement, side: str) -> ColumnElement[bool] | None:
    """The complaints counted on a side («before», «after»), as a condition on tickets; none where nothing is counted."""
    found = effect(row)
    if found is None:
        return None
    part = found.before if side == "before" else found.after
    there = Ticket.customer_id.in_(select(Customer.id).where(_active(found.before.begin, found.after.end)))
    return and_(complaints(row.class_code), _in(part.begin, part.end), there)


def _months(row: Improvement) -> tuple[Month, ...]:
    """The whole months after the measure against the limit of the class: from the kept counts alone, one statement."""
    assert row.effective_on is not None  # noqa: S101  asked before
    begin = row.effective_on if row.effective_on.day == 1 else following(first(row.effective_on))
    wanted = [following(begin, n) for n in range(settings.policy().improvement.limit_months)]
    if not any(bounds(month)[1] <= clock.now() for month in wanted):
        return tuple(Month(month, "ahead") for month in wanted)
    counts = _kept(row.class_code or "", following(begin, -BASE), wanted[-1])
    return tuple(_judged(month, counts) for month in wanted)


def _kept(code: str, since: date, until: date) -> dict[date, int]:
    """The customers with such a complaint of each month that is kept; 0 of a month without any."""
    its_class = and_(ComplaintCount.side == "class", ComplaintCount.code == code)
    rows = (
        select(ComplaintCount.month, func.sum(case((its_class, ComplaintCount.customers), else_=0)))
        .where(ComplaintCount.month >= since, ComplaintCount.month <= until)
        .where(its_class | (ComplaintCount.side == "total"))
        .group_by(ComplaintCount.month)
    )
    return {month: int(number) for month, number in db.session.execute(rows)}


def _judged(month: date, counts: dict[date, int]) -> Month:
    if month not in counts:
        return Month(month, "ahead")
    line = [following(month, back) for back in range(-BASE, 1)]
    chart = control("", [counts.get(one, 0) for one in line], line[0] in counts)
    return Month(month, chart.state, counts[month], chart.alert)
