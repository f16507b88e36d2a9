"""Weights: of the design, of accounts, of sales; post-stratification; the effective base (formulas.md 3.7, 3.8).

Three published versions that are never mixed: per answer, per account (the default), per sales.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from portal.domain.statistics.scores import Mean
from portal.domain.statistics.shares import Share, share

PER_ANSWER, PER_ACCOUNT, PER_SALES = "answer", "account", "sales"
LEVELS = (PER_ANSWER, PER_ACCOUNT, PER_SALES)


def design_weights(strata: Mapping[Hashable, tuple[int, int]]) -> dict[Hashable, float | None]:
    """How many each respondent stands for, of {stratum: (how many there are, how many answered)}: N ÷ r.

    None where nobody answered: that stratum is not represented, which the method note must say.
    """
    return {stratum: size / answered if answered else None for stratum, (size, answered) in strata.items()}


def kish(weights: Sequence[float]) -> float:
    """The effective base of weighted answers: (Σw)² ÷ Σw². Unequal weights make it smaller than the count."""
    squares = sum(one * one for one in weights)
    return sum(weights) ** 2 / squares if squares else 0.0


def weighted_share(hits: Sequence[float], weights: Sequence[float], n: int | None = None) -> Share:
    """The weighted share of hits (1 or 0; an account's own share between); `n` answers stand behind it."""
    whole = sum(weights)
    n = len(hits) if n is None else n
    if not whole:
        return Share(None, n, 0)
    value = sum(hit * weight for hit, weight in zip(hits, weights, strict=True)) / whole
    return Share(min(1.0, max(0.0, value)), n, kish(weights))


def weighted_mean(values: Sequence[float], weights: Sequence[float], n: int | None = None) -> Mean:
    """The weighted mean; its interval stands on the effective base."""
    whole, effective = sum(weights), kish(weights)
    n = len(values) if n is None else n
    if not whole:
        return Mean(None, n, 0, None)
    middle = sum(value * weight for value, weight in zip(values, weights, strict=True)) / whole
    square = sum(weight * (value - middle) ** 2 for value, weight in zip(values, weights, strict=True)) / whole
    spread = sqrt(square * effective / (effective - 1)) if effective > 1 + 1e-9 else None
    return Mean(middle, n, effective, spread)


@dataclass(frozen=True)
class Answer:
    """A valid answer, as 1 or 0 for a share or as a score, of somebody of an account."""

    account: Hashable
    value: float
    weight: float = 1.0
    """Its design weight; an account's answers share one."""


@dataclass(frozen=True)
class Level:
    """Answers at a level: what is averaged and with which weights, of so many answers of so many accounts."""

    values: tuple[float, ...]
    weights: tuple[float, ...]
    n: int
    accounts: int

    @property
    def share(self) -> Share:
        """Of values that are 1 or 0, or an account's share of them."""
        plain = all(weight == 1 for weight in self.weights) and len(self.values) == self.n
        if plain and all(value in (0, 1) for value in self.values):
            return share(int(sum(self.values)), self.n)
        return weighted_share(self.values, self.weights, self.n)

    @property
    def mean(self) -> Mean:
        return weighted_mean(self.values, self.weights, self.n)


def at_level(answers: Sequence[Answer], level: str = PER_ACCOUNT, sales: Mapping[Hashable, float] | None = None):
    """These answers at a level. Per account: the mean of its contacts first, each account counts once. Per sales: that
    mean counts as much as the account's sales; accounts without (positive) sales are not in it."""
    if level == PER_ANSWER:
        weights = tuple(one.weight for one in answers)
        return Level(tuple(one.value for one in answers), weights, len(answers), len({one.account for one in answers}))
    if level not in LEVELS:
        raise ValueError(level)
    by_account: dict[Hashable, list[Answer]] = {}
    for one in answers:
        by_account.setdefault(one.account, []).append(one)
    if level == PER_SALES:
        bought = sales or {}
        by_account = {account: own for account, own in by_account.items() if bought.get(account, 0) > 0}
        weights = tuple(bought[account] for account in by_account)
    else:
        weights = tuple(own[0].weight for own in by_account.values())
    values = tuple(sum(one.value for one in own) / len(own) for own in by_account.values())
    return Level(values, weights, sum(map(len, by_account.values())), len(by_account))


@dataclass(frozen=True)
class Sums:
    """What was summed of answers at a level: enough for the same share and mean as at_level() gives.

    `units` are what is averaged (answers, or accounts), `n` the answers behind them; `w`, `ww` the sums of their weights
    and of the squares, `wx`, `wxx` of weight times value and times its square.
    """

    n: int
    units: int
    w: float
    ww: float
    wx: float
    wxx: float

    @property
    def effective(self) -> float:
        return self.w**2 / self.ww if self.ww else 0.0

    @property
    def share(self) -> Share:
        """Of values that are 1 or 0, or an account's share of them."""
        if not self.w:
            return Share(None, self.n, 0)
        if self.units == self.n == self.w == self.ww and self.wx == self.wxx:
            return share(round(self.wx), self.n)
        return Share(min(1.0, max(0.0, self.wx / self.w)), self.n, self.effective)

    @property
    def mean(self) -> Mean:
        if not self.w:
            return Mean(None, self.n, 0, None)
        middle, effective = self.wx / self.w, self.effective
        square = max(0.0, self.wxx / self.w - middle * middle)
        spread = sqrt(square * effective / (effective - 1)) if effective > 1 + 1e-9 else None
        return Mean(middle, self.n, effective, spread)


def revenue_coverage(sales: Mapping[Hashable, float], heard: set) -> float | None:
    """Of all sales of the frame, the share of accounts with at least one valid answer; none without sales."""
    bought = {account: amount for account, amount in sales.items() if amount > 0}
    whole = sum(bought.values())
    return sum(amount for account, amount in bought.items() if account in heard) / whole if whole else None


@dataclass(frozen=True)
class Stratum:
    """A group of the population: how many there are, and hits of n answers."""

    population: int
    hits: int
    n: int


@dataclass(frozen=True)
class PostStratified:
    """A share as it came in and as it is when each group counts as in the population; both are shown.

    `unheard` are the groups without an answer, which no weight can bring in.
    """

    raw: Share
    weighted: Share
    unheard: tuple[Hashable, ...]


def post_stratified(strata: Mapping[Hashable, Stratum]) -> PostStratified:
    """Weight each group of respondents to its part of the population."""
    heard = [one for one in strata.values() if one.n]
    hits = [float(at < one.hits) for one in heard for at in range(one.n)]
    weights = [one.population / one.n for one in heard for _ in range(one.n)]
    raw = share(sum(one.hits for one in heard), sum(one.n for one in heard))
    return PostStratified(raw, weighted_share(hits, weights), tuple(key for key, one in strata.items() if not one.n))
