"""The scores of a survey: 满意率 and 满意度, means, indexes, NPS, CES, the three-question index (formulas.md 3.2–3.5).

满意率 is a share of people, 满意度 a mean of what their answers are worth. The two never stand for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from portal.domain.statistics.shares import FEWEST, Z95, Interval, Share, share
from portal.domain.statistics.tails import student_limit

STEPS = (100, 80, 60, 30, 0)
"""The usual Chinese worth of five answers, best first; the steps are not equal."""
LINEAR = (100, 75, 50, 25, 0)
MAPPINGS = {"steps": STEPS, "linear": LINEAR}
"""What a questionnaire's version keeps by name and prints; figures of two mappings are never compared."""
NPS_LEAST = 20
"""Below so many answers NPS is not printed without its interval."""


@dataclass(frozen=True)
class Mean:
    """A mean of `n` valid answers; none of nothing. `spread` is the standard deviation, none of a single answer.

    `effective` is the base of the interval: n itself, or Kish's when weighted.
    """

    value: float | None
    n: int
    effective: float
    spread: float | None

    @property
    def interval(self) -> Interval | None:
        """Student's, at 95%; none of one answer."""
        if self.value is None or self.spread is None or self.effective <= 1:
            return None
        half = student_limit(self.effective - 1) * self.spread / sqrt(self.effective)
        return Interval(self.value - half, self.value + half)

    @property
    def is_too_few(self) -> bool:
        return self.n < FEWEST


def mean(values: Sequence[float]) -> Mean:
    """The plain mean of answers."""
    n = len(values)
    if not n:
        return Mean(None, 0, 0, None)
    middle = sum(values) / n
    spread = sqrt(sum((value - middle) ** 2 for value in values) / (n - 1)) if n > 1 else None
    return Mean(middle, n, n, spread)


def satisfied(counts: Sequence[int], top: int = 2) -> Share:
    """满意率: the share of the best `top` answers. `counts` of each answer, best first."""
    return share(sum(counts[:top]), sum(counts))


def satisfaction(counts: Sequence[int], mapping: Sequence[float]) -> Mean:
    """满意度: the mean worth of the answers, 0 to 100. `counts` of each answer, best first; `mapping` the worth of each."""
    if len(counts) != len(mapping):
        raise ValueError(f"{len(counts)} answers, {len(mapping)} worths")
    n = sum(counts)
    if not n:
        return Mean(None, 0, 0, None)
    middle = sum(count * worth for count, worth in zip(counts, mapping, strict=True)) / n
    square = sum(count * (worth - middle) ** 2 for count, worth in zip(counts, mapping, strict=True))
    return Mean(middle, n, n, sqrt(square / (n - 1)) if n > 1 else None)


def linear(options: int) -> tuple[float, ...]:
    """Equal steps from 100 to 0 for a scale of so many answers, best first."""
    if options < 2:
        raise ValueError(f"{options} answers are no scale")
    return tuple(100 * (options - 1 - at) / (options - 1) for at in range(options))


@dataclass(frozen=True)
class Indicator:
    """A node of the indicator tree: its weight among its neighbours, and its mean or its own indicators."""

    weight: float
    mean: float | None = None
    parts: tuple["Indicator", ...] = ()

    @property
    def value(self) -> float | None:
        return index(self.parts) if self.parts else self.mean


def index(indicators: Sequence[Indicator]) -> float | None:
    """Σ weight × mean ÷ Σ weight, of the indicators with answers only; none when none has any.

    A dimension none of whose indicators has answers leaves with its whole weight.
    """
    known = [(one.weight, value) for one in indicators if (value := one.value) is not None]
    whole = sum(weight for weight, _ in known)
    return sum(weight * value for weight, value in known) / whole if whole else None


@dataclass(frozen=True)
class Nps:
    """Net promoter score, −100 to 100, without a percent sign; the interval is the adjusted Wald one."""

    promoters: int
    detractors: int
    n: int

    @property
    def value(self) -> float | None:
        return (self.promoters - self.detractors) * 100 / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        if not self.n:
            return None
        n = self.n + 3
        p, d = (self.promoters + 0.75) / n, (self.detractors + 0.75) / n
        half = Z95 * sqrt((p + d - (p - d) ** 2) / n)
        return Interval(max(-100.0, (p - d - half) * 100), min(100.0, (p - d + half) * 100))

    @property
    def is_too_few(self) -> bool:
        return self.n < FEWEST

    @property
    def needs_interval(self) -> bool:
        """So few that it is never printed without its interval."""
        return self.n < NPS_LEAST


def nps(scores: Sequence[int]) -> Nps:
    """Of answers 0 to 10: promoters say 9 or 10, detractors 0 to 6."""
    _within(scores, 0, 10)
    return Nps(sum(one >= 9 for one in scores), sum(one <= 6 for one in scores), len(scores))


@dataclass(frozen=True)
class Ces:
    """Customer effort, variant CES 2.0: agreement 1 to 7 that it was easy; the share of 5–7, and the mean."""

    easy: Share
    mean: Mean


def ces(scores: Sequence[int]) -> Ces:
    """Of answers 1 (strongly disagree) to 7 (strongly agree)."""
    _within(scores, 1, 7)
    return Ces(share(sum(one >= 5 for one in scores), len(scores)), mean(scores))


def acsi(overall: float, expected: float, ideal: float, weights: Sequence[float] = (1, 1, 1)) -> float:
    """The three-question index, 0 to 100, of three means on scales of 1 to 10: overall, against what was expected,
    against the ideal. The weights come from a model; equal ones give the public form."""
    _within((overall, expected, ideal), 1, 10)
    pairs = zip((overall, expected, ideal), weights, strict=True)
    return sum((one - 1) * weight for one, weight in pairs) / sum(weights) / 9 * 100


def _within(scores: Sequence[float], low: int, high: int) -> None:
    for one in scores:
        if not low <= one <= high:
            raise ValueError(f"{one} is not from {low} to {high}")
