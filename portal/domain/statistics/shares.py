"""Shares with their interval, median, percentile, rounding (formulas.md 3.1, 3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import floor, sqrt

Z95 = 1.96
FEWEST = 5
"""Below so many answers a share is not shown as a score ("too few answers")."""


@dataclass(frozen=True)
class Interval:
    """Where the true value lies, 95 times out of 100; both ends between 0 and 1 for a share."""

    low: float
    high: float


@dataclass(frozen=True)
class Share:
    """A share of `n` valid answers. `value` is between 0 and 1, none of nothing.

    `hits` is none where answers are weighted: then no count belongs to the share. `effective` is the base intervals and
    tests stand on: n itself, or Kish's when weighted. `population` is how many there are to ask, where that is few.
    """

    value: float | None
    n: int
    effective: float
    hits: int | None = None
    population: int | None = None

    @property
    def percent(self) -> Decimal | None:
        """As shown: whole below 100 answers, one decimal from there on."""
        if self.hits is not None:
            return percent(self.hits, self.n)
        return None if self.value is None else rounded(self.value * 100, places(self.n))

    @property
    def interval(self) -> Interval | None:
        """Wilson's interval; a single point for a census, which has no sampling error."""
        if self.value is None or self.effective <= 0:
            return None
        if self.is_census:
            return Interval(self.value, self.value)
        base = self.effective * stretch(self.n, self.population)
        return wilson(min(base, self.value * base), base)

    @property
    def is_census(self) -> bool:
        """Did everybody answer? Then there is no interval to print, but the non-response to show: none."""
        return self.population is not None and self.n >= self.population

    @property
    def is_too_few(self) -> bool:
        """Fewer than five answers are no figure (样本不足)."""
        return self.n < FEWEST


def share(hits: int, n: int, population: int | None = None) -> Share:
    """The unweighted share of `hits` in `n` valid answers."""
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n}")
    return Share(hits / n if n else None, n, n, hits, population)


def wilson(hits: float, n: float, z: float = Z95, population: int | None = None) -> Interval | None:
    """Wilson's interval of a share (formulas.md 3.6); None when there is nothing to reckon with.

    With `population`, of so few customers, n × (N − 1) / (N − n) stands in place of n: who has heard nearly all of them
    knows nearly all. Numbers need not be whole: a weighted share has an effective base.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n}")
    if n == 0:
        return None
    p = hits / n
    if population is not None and n >= population:
        stretch(n, population)  # refuses more answers than customers
        return Interval(p, p)
    n = n * stretch(n, population)
    below = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / below
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / below
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def stretch(n: float, population: int | None) -> float:
    """By how much n answers of a small population count for more than of an endless one: (N − 1) / (N − n).

    1 without a population; endless for a census, which those who ask look out for first.
    """
    if population is None:
        return 1.0
    if n > population:
        raise ValueError(f"{n} answers of {population}")
    return float("inf") if n == population else (population - 1) / (population - n)


def median(values: Sequence[float]) -> float | None:
    """The middle one, or the mean of the two in the middle; None of nothing."""
    return percentile(values, 0.5)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the values lie, in a straight line between neighbours.

    The rule of spreadsheets (PERCENTILE.INC): place (n - 1) * share + 1 in order. None of nothing.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    at = floor(place)
    if at + 1 >= len(ordered) or place == at:
        return ordered[at]
    return ordered[at] + (ordered[at + 1] - ordered[at]) * (place - at)


def rounded(value: float, places: int = 0) -> Decimal:
    """Half away from zero, as people round; the rule printed under every report."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def percent(hits: int, n: int) -> Decimal | None:
    """In percent: whole below 100 answers, one decimal from there on (formulas.md 3.1); None of nothing."""
    if n == 0:
        return None
    exact = Decimal(hits) * 100 / Decimal(n)
    return exact.quantize(Decimal(1).scaleb(-places(n)), rounding=ROUND_HALF_UP)


def places(n: float) -> int:
    """How many decimals a percent of so many answers bears."""
    return 0 if n < 100 else 1
