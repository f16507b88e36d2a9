"""Does a figure rise or fall over waves? Said only by a test, from three waves on (formulas.md 3.10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from portal.domain.statistics.comparisons import DOWN, FLAT, REAL, UP
from portal.domain.statistics.scores import Mean
from portal.domain.statistics.shares import Share
from portal.domain.statistics.tails import normal_tail, student_tail

LEAST_WAVES = 3


@dataclass(frozen=True)
class Trend:
    """By how much a figure changes from wave to wave (a share in parts of one), and what the test says of it.

    All none with fewer than three waves with answers, or where nothing varies.
    """

    slope: float | None = None
    p: float | None = None

    @property
    def direction(self) -> str | None:
        """up, flat or down"""
        if self.p is None or self.slope is None:
            return None
        return FLAT if self.p >= REAL or not self.slope else UP if self.slope > 0 else DOWN


def share_trend(waves: Sequence[Share]) -> Trend:
    """Shares, the oldest first, as far apart as they stand here: the Cochran–Armitage test, on effective bases."""
    known = [(at, one.effective, one.value) for at, one in enumerate(waves) if one.value is not None and one.effective]
    if len(known) < LEAST_WAVES:
        return Trend()
    middle, spread = _line(known)
    n = sum(weight for _, weight, _ in known)
    overall = sum(weight * value for _, weight, value in known) / n
    lean = sum(weight * (at - middle) * (value - overall) for at, weight, value in known)
    variance = overall * (1 - overall) * spread
    if variance <= 1e-12:
        return Trend()
    return Trend(lean / spread, normal_tail(lean / sqrt(variance)))


def mean_trend(waves: Sequence[Mean]) -> Trend:
    """Means, the oldest first: the straight line through all their answers, and the t-test of its slope."""
    known = [(at, one.effective, one.value) for at, one in enumerate(waves) if one.value is not None and one.effective]
    if len(known) < LEAST_WAVES:
        return Trend()
    middle, spread = _line(known)
    n = sum(weight for _, weight, _ in known)
    overall = sum(weight * value for _, weight, value in known) / n
    slope = sum(weight * (at - middle) * (value - overall) for at, weight, value in known) / spread
    inside = sum((one.effective - 1) * one.spread**2 for one in waves if one.spread is not None)
    around = sum(weight * (value - overall - slope * (at - middle)) ** 2 for at, weight, value in known)
    df = n - 2
    if df <= 0 or inside + around <= 0:
        return Trend(slope)
    return Trend(slope, student_tail(slope / sqrt((inside + around) / df / spread), df))


def _line(known: Sequence[tuple[int, float, float]]) -> tuple[float, float]:
    """The middle of the waves and how far they spread, each with its base."""
    n = sum(weight for _, weight, _ in known)
    middle = sum(at * weight for at, weight, _ in known) / n
    return middle, sum(weight * (at - middle) ** 2 for at, weight, _ in known)
