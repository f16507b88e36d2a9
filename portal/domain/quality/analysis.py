"""Complaint analysis of a month (投诉分析, R36): parts with Pareto, control charts with limits, repeat complaints.

`month` gives all of it as data, for the page and for the monthly report alike; the formulas are formulas.md 3.13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.people.models import Customer
from portal.domain.quality import complaint_counts as counts
from portal.domain.quality.complaint_counts import NONE, Count, Counts
from portal.domain.quality.days import following
from portal.domain.statistics import BASE, Control, control, vital_few

FEWEST = 2
"""A single complaint of a quarter is none of its vital few."""


@dataclass(frozen=True)
class Part:
    """One part of a side: how many complaints of how many customers, how many the month before, and in the Pareto
    order its share, the share cumulated, and whether it belongs to the few that make 80%."""

    code: str
    complaints: int
    customers: int
    before: int
    share: float
    cumulated: float
    is_vital: bool
    of_known: float = 0
    """Its share, cumulated, among those of which it is said; nothing for what is not said."""


@dataclass(frozen=True)
class Repeat:
    """A customer that complained again in the same class after such a complaint was closed."""

    customer: Customer
    class_code: str
    times: int


@dataclass(frozen=True)
class Analysis:
    """A month's complaints, analysed."""

    month: date
    is_closed: bool
    total: Count
    before: Count
    sides: dict[str, list[Part]]
    months: tuple[date, ...]
    controls: list[Control]
    repeats: list[Repeat]


def month(first: date) -> Analysis:
    """The analysis of a month (its first day)."""
    months = tuple(following(first, back) for back in range(-BASE, 1))
    earliest = counts.first_month()
    counted = counts.of_months(months, earliest)
    now, before = counted[first], counted[months[-2]]
    again = counts.kept_again(now[counts.AGAIN]) if counts.AGAIN in now else counts.again(first)
    return Analysis(
        first, counts.is_closed(first), _total(now), _total(before),
        {side: parts(now[side], before[side]) for side in counts.SIDES[1:]},
        months, controls(months, counted, earliest), [Repeat(*one) for one in again],
    )  # fmt: skip


def _total(of: Counts) -> Count:
    return of["total"].get(NONE, Count())


def parts(now: dict[str, Count], before: dict[str, Count]) -> list[Part]:
    """The parts of a side, the largest first, cumulated (Pareto); what is not said stands last and is never vital.

    The vital few make 80% of what is known; a part as large as the last of them is one of them too.
    """
    order = sorted(now, key=lambda code: (code == NONE, -now[code].complaints, code))
    known = {code: now[code].complaints for code in order if code != NONE}
    vital, of_known = vital_with_ties(known), sum(known.values())
    whole, gathered, found = sum(one.complaints for one in now.values()), 0, []
    for code in order:
        gathered += now[code].complaints
        found.append(Part(
            code, now[code].complaints, now[code].customers, before.get(code, Count()).complaints,
            now[code].complaints / whole, gathered / whole, code in vital,
            gathered / of_known if code != NONE else 0,
        ))  # fmt: skip
    return found


def vital_with_ties(known: Mapping[str, int]) -> set[str]:
    """The few that make 80%, and every other that is as large as the smallest of them."""
    sizes = sorted(known.values(), reverse=True)
    few = vital_few(sizes)
    return {code for code, size in known.items() if few and size >= sizes[few - 1]}


@dataclass(frozen=True)
class Headline:
    """What a Pareto says: so many parts make this share of those of which it is said."""

    parts: int
    share: float
    n: int
    unknown: int


def headline(found: Sequence[Part]) -> Headline:
    """The vital few of a side, their real share, over how many of which it is said, and of how many it is not."""
    vital = [one for one in found if one.is_vital]
    n = sum(one.complaints for one in found if one.code != NONE)
    unknown = sum(one.complaints for one in found if one.code == NONE)
    return Headline(len(vital), vital[-1].of_known if vital else 0, n, unknown)


def controls(months: Sequence[date], counted: dict[date, Counts], earliest: date | None) -> list[Control]:
    """A control chart for each class there was a complaint of, what is out of control first.

    `earliest`: the month of the first complaint there is.
    """
    enough = earliest is not None and earliest <= months[0]
    codes = {code for month in months for code in counted[month]["class"]} - {NONE}
    found = [
        control(code, [counted[m]["class"].get(code, Count()).customers for m in months], enough) for code in codes
    ]
    order = ("above", "run", "normal", "too_few")
    return sorted(found, key=lambda one: (order.index(one.state), -one.customers[-1], one.code))
