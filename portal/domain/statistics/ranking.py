"""League tables that do not crown chance (formulas.md §3.9): test, shrink, rank with an interval, judge by the funnel.

Units with how many of their tickets or answers were hits. The simulation of ranks has a seed, which is shown.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from portal.domain.statistics.shares import Z95, Interval, wilson

FEWEST_COUNTED, FEWEST_CUSTOMERS = 10, 5
"""Fewer than these, and a unit is listed without a rank."""
FALLBACK_K = 10.0
Z998 = 3.09
DRAWS = 4000
SEED = 20260901
ABOVE, BELOW, NO_EVIDENCE = "above", "below", "no_evidence"


@dataclass(frozen=True)
class Unit:
    """What is compared: a name or id, hits of n, from so many customers."""

    key: object
    hits: int
    n: int
    customers: int

    @property
    def is_ranked(self) -> bool:
        """Enough tickets or answers from enough customers to be ranked."""
        return self.n >= FEWEST_COUNTED and self.customers >= FEWEST_CUSTOMERS


@dataclass(frozen=True)
class Place:
    """A unit's place: raw share, shrunk share, where its rank lies 95 times of 100, and the funnel's verdict."""

    unit: Unit
    raw: float
    interval: Interval
    shrunk: float
    low_rank: int | None
    high_rank: int | None
    z: float
    verdict: str | None


@dataclass(frozen=True)
class League:
    """A league table: the overall share, how alike tickets of one unit are (ICC), and the places, best first.

    `differs` is false when the units differ no more than chance does: then nothing is ranked.
    """

    share: float | None
    icc: float | None
    k: float
    differs: bool
    places: tuple[Place, ...]
    seed: int = SEED
    draws: int = DRAWS

    @property
    def ranked(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.low_rank is not None)

    @property
    def unranked(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.low_rank is None)


def league(units: Sequence[Unit], seed: int = SEED, draws: int = DRAWS) -> League:
    """The league table of these units; those without a ticket are left out."""
    units = [unit for unit in units if unit.n]
    total, hits = sum(unit.n for unit in units), sum(unit.hits for unit in units)
    if not total:
        return League(None, None, FALLBACK_K, False, (), seed, draws)
    share, rho = hits / total, icc(units)
    k = (1 - rho) / rho if rho is not None and rho > 0 else FALLBACK_K
    differs = rho is not None and rho > 0
    ranks = _ranks(units, share, k, seed, draws) if differs else {}
    places = [_place(unit, share, k, ranks.get(number)) for number, unit in enumerate(units)]
    ordered = sorted(places, key=lambda place: (place.low_rank is None, -place.shrunk, -place.unit.n))
    return League(share, rho, k, differs, tuple(ordered), seed, draws)


def icc(units: Sequence[Unit]) -> float | None:
    """How much of the variance lies between units (one-way ANOVA for yes and no); None where it cannot be told."""
    groups, total = len(units), sum(unit.n for unit in units)
    if groups < 2 or total <= groups:
        return None
    overall = sum(unit.hits for unit in units) / total
    shares = [(unit.n, unit.hits / unit.n) for unit in units]
    between = sum(n * (p - overall) ** 2 for n, p in shares) / (groups - 1)
    within = sum(n * p * (1 - p) for n, p in shares) / (total - groups)
    typical = (total - sum(n * n for n, _ in shares) / total) / (groups - 1)
    below = between + (typical - 1) * within
    return (between - within) / below if below else None


def funnel(share: float, n: float, z: float) -> Interval:
    """Within which limits a unit of n tickets or answers lies by chance alone."""
    half = z * sqrt(share * (1 - share) / n)
    return Interval(max(0.0, share - half), min(1.0, share + half))


def _place(unit: Unit, share: float, k: float, ranks: tuple[int, int] | None) -> Place:
    raw = unit.hits / unit.n
    error = sqrt(share * (1 - share) / unit.n)
    z = (raw - share) / error if error else 0.0
    verdict = (ABOVE if z > Z95 else BELOW if z < -Z95 else NO_EVIDENCE) if unit.is_ranked else None
    low, high = ranks if ranks and unit.is_ranked else (None, None)
    between = wilson(unit.hits, unit.n) or Interval(0, 1)
    return Place(unit, raw, between, (unit.hits + k * share) / (unit.n + k), low, high, z, verdict)


def _ranks(units: Sequence[Unit], share: float, k: float, seed: int, draws: int) -> dict[int, tuple[int, int]]:
    """For each unit the ranks it took in the middle 95% of the draws from what is known of every unit."""
    dice = random.Random(seed)  # noqa: S311  a simulation that can be repeated
    known = [(unit.hits + k * share, unit.n - unit.hits + k * (1 - share)) for unit in units]
    taken: list[list[int]] = [[] for _ in units]
    for _ in range(draws):
        drawn = [dice.betavariate(max(a, 1e-9), max(b, 1e-9)) for a, b in known]
        order = sorted(range(len(units)), key=lambda number: -drawn[number])
        for rank, number in enumerate(order, 1):
            taken[number].append(rank)
    cut = round(draws * 0.025)
    return {number: (sorted(ranks)[cut], sorted(ranks)[draws - 1 - cut]) for number, ranks in enumerate(taken)}
