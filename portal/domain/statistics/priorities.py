"""Importance and performance: what to improve first (formulas.md 3.11)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

from portal.domain.statistics.tails import student_tail

LEAST_DERIVED = 30
"""Importance is derived from so many answers on; from fewer, people are asked to rank."""
LEAST_PLOTTED = 10
"""An attribute with fewer answers is not drawn."""
IMPROVE, KEEP, WATCH, SPARE = "improve", "keep", "watch", "spare"
"""优先改进 · 继续保持 · 次要改进 · 锦上添花"""


@dataclass(frozen=True)
class Correlation:
    """How far two answers of the same people go together, −1 to 1, and the chance of it if they do not."""

    value: float
    p: float
    n: int


def spearman(xs: Sequence[float], ys: Sequence[float]) -> Correlation | None:
    """By ranks, for answers on scales; none of fewer than three pairs, or where one side is always the same."""
    n = len(xs)
    if n < 3:
        return None
    one, other = standardised(ranks(xs)), standardised(ranks(ys))
    if one is None or other is None:
        return None
    value = max(-1.0, min(1.0, sum(a * b for a, b in zip(one, other, strict=True)) / (n - 1)))
    rest = 1 - value * value
    return Correlation(value, student_tail(value * sqrt((n - 2) / rest), n - 2) if rest > 1e-15 else 0.0, n)


def importance(attribute: Sequence[float], overall: Sequence[float]) -> Correlation | None:
    """Derived importance of an attribute: how it goes with overall satisfaction, of people who answered both; none
    below thirty of them."""
    return spearman(attribute, overall) if len(attribute) >= LEAST_DERIVED else None


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value, 1 the least; equals share the middle of theirs."""
    order = sorted(values)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, value in enumerate(order, 1):
        first.setdefault(value, place)
        last[value] = place
    return [(first[value] + last[value]) / 2 for value in values]


def standardised(values: Sequence[float]) -> list[float] | None:
    """Each value in standard deviations from their mean, so that scales of any length share one chart; none where all
    are alike."""
    n = len(values)
    if n < 2:
        return None
    middle = sum(values) / n
    spread = sqrt(sum((value - middle) ** 2 for value in values) / (n - 1))
    return [(value - middle) / spread for value in values] if spread else None


@dataclass(frozen=True)
class Attribute:
    """What is plotted: performance (a mean or 满意率) across, importance upwards, from n answers."""

    key: Hashable
    performance: float
    importance: float
    n: int


@dataclass(frozen=True)
class Chart:
    """The quadrant of each attribute, and where the cross-hairs stand; later waves are given those of the first."""

    quadrants: dict[Hashable, str]
    performance: float | None
    importance: float | None
    left_out: tuple[Hashable, ...]
    """Attributes with fewer than ten answers."""


def quadrants(attributes: Sequence[Attribute], cross: tuple[float, float] | None = None) -> Chart:
    """Cross-hairs at the means of what is plotted, or at `cross` (performance, importance): the middle of the scales,
    or an earlier wave's. The chart says which. What lies on a line counts as high."""
    plotted = [one for one in attributes if one.n >= LEAST_PLOTTED]
    left_out = tuple(one.key for one in attributes if one.n < LEAST_PLOTTED)
    if not plotted:
        return Chart({}, *(cross or (None, None)), left_out)
    x, y = cross or (
        sum(one.performance for one in plotted) / len(plotted), sum(one.importance for one in plotted) / len(plotted),
    )  # fmt: skip
    return Chart({one.key: _quadrant(one, x - 1e-9, y - 1e-9) for one in plotted}, x, y, left_out)


def _quadrant(one: Attribute, x: float, y: float) -> str:
    if one.importance >= y:
        return KEEP if one.performance >= x else IMPROVE
    return SPARE if one.performance >= x else WATCH
