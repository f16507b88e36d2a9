"""The arithmetic of figures people act on: shares with interval, median, percentile, rounding. No records."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import floor, sqrt

Z95 = 1.96
FEWEST = 5
"""Below so many answers a share is not shown as a score ("too few answers")."""


@dataclass(frozen=True)
class Interval:
    """Where the true share lies, 95 times out of 100; both ends between 0 and 1."""

    low: float
    high: float


def wilson(hits: int, n: int, z: float = Z95) -> Interval | None:
    """Wilson's interval of a share (formulas.md 3.6); None when there is nothing to reckon with."""
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n}")
    if n == 0:
        return None
    p = hits / n
    below = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / below
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / below
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


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
    return exact.quantize(Decimal(1) if n < 100 else Decimal("0.1"), rounding=ROUND_HALF_UP)
