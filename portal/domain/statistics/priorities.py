"""Importance and performance: what to improve first (formulas.md 3.11)."""

from collections import Counter
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


def spearman(xs: Sequence[float], ys: Sequence[float], times: Sequence[int] | None = None) -> Correlation | None:
    """By ranks, for answers on scales; none of fewer than three pairs, or where one side is always the same.

    `times`: how many people gave each pair; one each, where it is left out.
    """
    n = len(xs) if times is None else sum(times)
    if n < 3:
        return None
    one, other = standardised(ranks(xs, times), times), standardised(ranks(ys, times), times)
    if one is None or other is None:
        return None
    together = sum(a * b * number for a, b, number in zip(one, other, _each(xs, times), strict=True))
    value = max(-1.0, min(1.0, together / (n - 1)))
    rest = 1 - value * value
    return Correlation(value, student_tail(value * sqrt((n - 2) / rest), n - 2) if rest > 1e-15 else 0.0, n)


def importance(
    attribute: Sequence[float], overall: Sequence[float], times: Sequence[int] | None = None
) -> Correlation | None:
    """Derived importance of an attribute: how it goes with overall satisfaction, of people who answered both; none
    below thirty of them."""
    n = len(attribute) if times is None else sum(times)
    return spearman(attribute, overall, times) if n >= LEAST_DERIVED else None


def ranks(values: Sequence[float], times: Sequence[int] | None = None) -> list[float]:
    """The rank of each value, 1 the least; equals share the middle of theirs."""
    counts: Counter[float] = Counter()
    for value, number in zip(values, _each(values, times), strict=True):
        counts[value] += number
    below, found = 0, {}
    for value in sorted(counts):
        found[value] = below + (counts[value] + 1) / 2
        below += counts[value]
    return [found[value] for value in values]


def standardised(values: Sequence[float], times: Sequence[int] | None = None) -> list[float] | None:
    """Each value in standard deviations from their mean, so that scales of any length share one chart; none where all
    are alike."""
    each = _each(values, times)
    n = sum(each)
    if n < 2:
        return None
    middle = sum(value * number for value, number in zip(values, each, strict=True)) / n
    squares = sum((value - middle) ** 2 * number for value, number in zip(values, each, strict=True))
    spread = sqrt(squares / (n - 1))
    return [(value - middle) / spread for value in values] if spread else None


def _each(values: Sequence[float], times: Sequence[int] | None) -> Sequence[int]:
    return [1] * len(values) if times is None else times


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
