"""Control charts and Pareto: when a count is no chance any more (formulas.md 3.13). Counted are distinct customers."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, floor, sqrt

BASE = 12
"""So many months before the judged one are its base line; with fewer nothing is said."""
RUN = 8
"""So many months in a row above the mean are a shift."""
LEAST_HOT = 2
"""A single customer is no hot issue, however rare the class."""


def poisson_tail(count: int, mean: float) -> float:
    """How likely so many or more are where `mean` is usual: P(X ≥ count), exact."""
    if count <= 0:
        return 1.0
    term = below = exp(-mean)
    for k in range(1, count):
        term *= mean / k
        below += term
    return max(0.0, 1.0 - below)


RARE = 0.01
SMALL_MEAN = 4
"""Below this mean the limit of the c-chart is too rough, and the exact tail decides (formulas.md 3.13)."""


def c_limit(mean: float) -> float:
    """The upper limit of a c-chart: mean + 3 √mean."""
    return mean + 3 * sqrt(mean)


def alarming(mean: float) -> int:
    """From how many on a count is no chance any more: above the c-chart's limit; of small means, rarer than one in a hundred."""
    if mean >= SMALL_MEAN:
        return floor(c_limit(mean)) + 1
    count = 1
    while poisson_tail(count, mean) >= RARE:
        count += 1
    return count


@dataclass(frozen=True)
class Control:
    """The control chart of a class or issue: its customers month by month, the judged month last.

    `mean` and what follows from it are of the twelve months before; empty where there are too few.
    """

    code: str
    customers: tuple[int, ...]
    mean: float | None
    limit: float | None
    """The upper limit of the c-chart."""
    alert: int | None
    """From how many customers on it is a signal."""
    run: int
    """How many months in a row, up to the judged one, lie above the mean."""

    @property
    def state(self) -> str:
        """too_few · above · run · normal"""
        if self.mean is None or self.alert is None:
            return "too_few"
        if self.customers[-1] >= max(self.alert, LEAST_HOT):
            return "above"
        return "run" if self.run >= RUN else "normal"


def control(code: str, customers: Sequence[int], enough: bool = True) -> Control:
    """The chart of a class or issue from its customers month by month; `enough`: the months before are really known."""
    base = customers[:-1]
    if not enough or len(base) < BASE:
        return Control(code, tuple(customers), None, None, None, 0)
    mean, run = sum(base) / len(base), 0
    for value in reversed(customers):
        if value <= mean:
            break
        run += 1
    return Control(code, tuple(customers), mean, c_limit(mean), alarming(mean), run)


def vital_few(values: Sequence[float], share: float = 0.8) -> int:
    """How many of these values, the largest first, make up `share` of the whole (Pareto); none of nothing."""
    whole, gathered = sum(values), 0.0
    for number, value in enumerate(sorted(values, reverse=True), 1):
        gathered += value
        if whole and gathered >= share * whole - 1e-9:
            return number
    return 0


def distinct(mentions: Iterable[tuple[Hashable, Hashable]]) -> dict[Hashable, int]:
    """How many customers raised each issue, of pairs (issue, customer): one who says it ten times is one."""
    by_issue: dict[Hashable, set[Hashable]] = {}
    for issue, customer in mentions:
        by_issue.setdefault(issue, set()).add(customer)
    return {issue: len(customers) for issue, customers in by_issue.items()}


def per_hundred(customers: int, active: int) -> float | None:
    """Of a hundred active customers so many raised an issue; none where there are none."""
    return customers * 100 / active if active else None
