"""Is a difference real? Two groups, the same members twice, two counts, many tests at once (formulas.md 3.10).

A single difference of shares is judged by its interval (small groups by the exact test); the p-value is for tables of
many differences, where it is corrected first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

from portal.domain.statistics.scores import Mean, mean
from portal.domain.statistics.shares import FEWEST, Interval, Share, stretch, wilson
from portal.domain.statistics.tails import normal_tail, student_limit, student_tail

UP, FLAT, DOWN = "up", "flat", "down"
REAL = 0.05
"""A chance smaller than this is taken for none."""
EXACT_BELOW = 30
"""Below so many on either side two shares are compared exactly (Fisher), not by intervals (formulas.md 3.10)."""


def newcombe(hits: float, n: float, hits_before: float, n_before: float) -> Interval | None:
    """Where the difference of two shares lies: Newcombe's hybrid of the two Wilson intervals (formulas.md 3.10)."""
    now, then = wilson(hits, n), wilson(hits_before, n_before)
    if now is None or then is None:
        return None
    p, q = hits / n, hits_before / n_before
    low = p - q - sqrt((p - now.low) ** 2 + (then.high - q) ** 2)
    high = p - q + sqrt((now.high - p) ** 2 + (q - then.low) ** 2)
    return Interval(max(-1.0, low), min(1.0, high))


def newcombe_paired(both: int, only_now: int, only_then: int, neither: int) -> Interval | None:
    """Where the difference of two shares of the same members lies (now less then): Newcombe's interval for pairs.

    As for two groups, but what the two shares have in common narrows it.
    """
    n = both + only_now + only_then + neither
    now, then = wilson(both + only_now, n), wilson(both + only_then, n)
    if now is None or then is None:
        return None
    p, q = (both + only_now) / n, (both + only_then) / n
    shared = _correlation(both, only_now, only_then, neither)
    a, b, c, d = p - now.low, now.high - p, q - then.low, then.high - q
    low = p - q - sqrt(max(0.0, a * a - 2 * shared * a * d + d * d))
    high = p - q + sqrt(max(0.0, b * b - 2 * shared * b * c + c * c))
    return Interval(max(-1.0, low), min(1.0, high))


def _correlation(both: int, only_now: int, only_then: int, neither: int) -> float:
    """How much alike the two answers of a member are (phi), made a little less where it is above nothing."""
    sides = (both + only_now) * (only_then + neither) * (both + only_then) * (only_now + neither)
    if not sides:
        return 0.0
    more = both * neither - only_now * only_then
    if more > 0:
        more = max(0.0, more - (both + only_now + only_then + neither) / 2)
    return more / sqrt(sides)


def fisher(hits: int, n: int, hits_before: int, n_before: int) -> float:
    """How likely a difference at least as unlikely as this one is, if nothing changed: Fisher's exact test, both sides."""
    total, whole = hits + hits_before, n + n_before
    ways = comb(whole, total)
    chances = [
        comb(n, k) * comb(n_before, total - k) / ways for k in range(max(0, total - n_before), min(n, total) + 1)
    ]
    seen = comb(n, hits) * comb(n_before, hits_before) / ways
    return min(1.0, sum(chance for chance in chances if chance <= seen * (1 + 1e-9)))


def moved(hits: int, n: int, hits_before: int, n_before: int) -> str | None:
    """Did a share go up or down, tested at 95%? Flat when chance explains it; None when one side has nothing."""
    if not n or not n_before:
        return None
    if min(n, n_before) < EXACT_BELOW:
        real = fisher(hits, n, hits_before, n_before) < REAL
    else:
        between = newcombe(hits, n, hits_before, n_before)
        real = between is not None and not between.low <= 0 <= between.high
    if not real:
        return FLAT
    return UP if hits * n_before > hits_before * n else DOWN


@dataclass(frozen=True)
class Comparison:
    """Now less then (or one group less the other): the difference, where it lies, and what the test says.

    `direction` is up, flat or down; none where there is nothing to test or too little. `p` is the chance of so large a
    difference if there is none.
    """

    difference: float | None
    interval: Interval | None
    p: float | None
    direction: str | None
    method: str


NOTHING = Comparison(None, None, None, None, "none")


def compare_shares(now: Share, then: Share) -> Comparison:
    """Two groups' shares, on their effective bases: Fisher's exact test below 30 answers, else Newcombe's interval and
    the p of the two-proportion z-test. Weighted shares of fewer than 30 are not tested: no exact test knows weights."""
    if now.value is None or then.value is None:
        return NOTHING
    n, m = _base(now), _base(then)
    between, difference = newcombe(now.value * n, n, then.value * m, m), now.value - then.value
    if min(now.effective, then.effective) < EXACT_BELOW:
        if now.hits is None or then.hits is None:
            return Comparison(difference, between, None, None, "none")
        p = fisher(now.hits, now.n, then.hits, then.n)
        return Comparison(difference, between, p, _direction(difference, p < REAL), "fisher")
    real = between is not None and not between.low <= 0 <= between.high
    p = two_proportions(now.value * n, n, then.value * m, m)
    return Comparison(difference, between, p, _direction(difference, real), "newcombe")


def _base(share: Share) -> float:
    """The effective base, larger for a small population; a census is as sure as any."""
    return share.effective * (1.0 if share.is_census else stretch(share.n, share.population))


def _direction(difference: float, real: bool) -> str:
    return FLAT if not real or not difference else UP if difference > 0 else DOWN


def two_proportions(hits: float, n: float, hits_before: float, n_before: float) -> float:
    """How likely so large a difference of two shares is if there is none: the z-test with the common share."""
    common = (hits + hits_before) / (n + n_before)
    error = sqrt(common * (1 - common) * (1 / n + 1 / n_before))
    return normal_tail((hits / n - hits_before / n_before) / error) if error else 1.0


def compare_means(now: Mean, then: Mean) -> Comparison:
    """Two groups' means, on their effective bases: Welch's t-test, for spreads need not be alike."""
    if now.value is None or then.value is None:
        return NOTHING
    difference = now.value - then.value
    if now.spread is None or then.spread is None or min(now.n, then.n) < FEWEST:
        return Comparison(difference, None, None, None, "none")
    a, b = now.spread**2 / now.effective, then.spread**2 / then.effective
    if not a + b:
        return Comparison(difference, None, None, None, "none")
    df = (a + b) ** 2 / (a * a / (now.effective - 1) + b * b / (then.effective - 1))
    return _by_t(difference, sqrt(a + b), df, "welch")


def paired_means(now: Sequence[float], then: Sequence[float]) -> Comparison:
    """The same accounts twice, in the same order: Student's t-test of their differences."""
    differences = mean([one - other for one, other in zip(now, then, strict=True)])
    if differences.value is None:
        return NOTHING
    if differences.n < FEWEST or not differences.spread:
        return Comparison(differences.value, None, None, None, "none")
    return _by_t(differences.value, differences.spread / sqrt(differences.n), differences.n - 1, "paired")


def _by_t(difference: float, error: float, df: float, method: str) -> Comparison:
    half, p = student_limit(df) * error, student_tail(difference / error, df)
    between = Interval(difference - half, difference + half)
    return Comparison(difference, between, p, _direction(difference, p < REAL), method)


def compare_same(both: int, only_now: int, only_then: int, neither: int) -> Comparison:
    """The same members twice, yes or no: Newcombe's interval for pairs, and the exact test of those who changed
    (McNemar's). What a measure did (formulas.md 3.13) and overlapping respondents of two waves are judged by it."""
    n = both + only_now + only_then + neither
    if not n:
        return NOTHING
    between = newcombe_paired(both, only_now, only_then, neither)
    p = _coin(only_now, only_then)
    return Comparison((only_now - only_then) / n, between, p, count_moved(only_now, only_then), "mcnemar")


def mann_whitney(now: Sequence[float], then: Sequence[float]) -> Comparison:
    """Answers on a scale whose steps need not be equal: are those of one group higher? By ranks.

    Exact where both together are at most thirty; else approximate, corrected for ties. `difference` is how much more
    often an answer of now beats one of then than the other way round (−1 to 1, Cliff's delta).
    """
    n, m = len(now), len(then)
    if not n or not m:
        return NOTHING
    ties, before, rank = Counter([*now, *then]), 0, {}
    for value in sorted(ties):
        rank[value] = before + (ties[value] + 1) / 2
        before += ties[value]
    above = sum(rank[value] for value in now) - n * (n + 1) / 2
    difference = 2 * above / (n * m) - 1
    if min(n, m) < FEWEST:
        return Comparison(difference, None, None, None, "none")
    if n + m <= EXACT_BELOW:
        p = _rank_chance(above, n, m, [(rank[value], ties[value]) for value in ties])
        return Comparison(difference, None, p, _direction(difference, p < REAL), "mann_whitney")
    total = n + m
    spread = sqrt(n * m / 12 * (total + 1 - sum(one**3 - one for one in ties.values()) / (total * (total - 1))))
    p = normal_tail(max(0.0, abs(above - n * m / 2) - 0.5) / spread) if spread else 1.0
    return Comparison(difference, None, p, _direction(difference, p < REAL), "mann_whitney")


def _rank_chance(above: float, n: int, m: int, ranks: Sequence[tuple[float, int]]) -> float:
    """How likely a sum of ranks so far from its middle is, over all ways to choose n of n + m (ranks doubled: whole)."""
    ways = Counter({(0, 0): 1})
    for rank, times in ranks:
        more: Counter[tuple[int, int]] = Counter()
        for (taken, total), number in ways.items():
            for k in range(min(times, n - taken) + 1):
                more[taken + k, total + k * round(2 * rank)] += number * comb(times, k)
        ways = more
    far = abs(2 * above - n * m)
    hit = sum(number for (taken, total), number in ways.items() if taken == n and abs(total - n * (n + m + 1)) >= far)
    return hit / comb(n + m, n)


def corrected(chances: Sequence[float]) -> list[float]:
    """The p-values of a whole table, corrected after Benjamini and Hochberg: of what stays below 0.05, at most one in
    twenty is expected to be false."""
    order = sorted(range(len(chances)), key=lambda at: -chances[at])
    found, least = [1.0] * len(chances), 1.0
    for behind, at in enumerate(order):
        least = min(least, chances[at] * len(chances) / (len(chances) - behind))
        found[at] = least
    return found


def count_moved(count: int, before: int) -> str:
    """Did a count go up or down, tested at 95%? Two counts of chance events share out their sum like a fair coin."""
    return _direction(count - before, _coin(count, before) < REAL)


def _coin(count: int, other: int) -> float:
    """How likely a fair coin shares out the sum at least so unevenly; of more than a thousand, by the normal curve."""
    total, most = count + other, max(count, other)
    if total > 1000:
        return normal_tail((count - other) / sqrt(total))
    ways = far = comb(total, most)
    for k in range(most, total):
        ways = ways * (total - k) // (k + 1)  # the next of the row in Pascal's triangle, without reckoning it anew
        far += ways
    return min(1.0, 2 * far / 2**total)
