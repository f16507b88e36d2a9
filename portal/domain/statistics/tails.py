"""How likely so large a statistic is by chance: tails of the normal, Student's and chi-square distributions.

Three functions of the textbook, agreeing with an independent package in the tests to eight places: so that no process
that serves pages has to carry such a package (90 MB, a second to start).
"""

from functools import cache
from math import erfc, exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_STEPS, _NEAR, _TINY = 1000, 1e-15, 1e-300


def normal_tail(z: float) -> float:
    """How likely a standard normal value is at least so far from nought, on either side."""
    return erfc(abs(z) / sqrt(2))


def student_tail(t: float, df: float) -> float:
    """How likely Student's t of `df` degrees of freedom is at least so far from nought, on either side."""
    return _beta_part(df / (df + t * t), df / 2, 0.5)


@cache
def student_limit(df: float, chance: float = 0.05) -> float:
    """The t beyond which, on either side, lies no more than `chance`: 1.96 of very many answers, more of few.

    Newton's way from the normal limit, which is never above it: the tail bends one way only, so no step goes too far.
    """
    t = NormalDist().inv_cdf(1 - chance / 2)
    front = lgamma((df + 1) / 2) - lgamma(df / 2) - log(df * pi) / 2
    for _ in range(_STEPS):
        density = exp(front - (df + 1) / 2 * log1p(t * t / df))
        step = (student_tail(t, df) - chance) / (2 * density)
        t += step
        if step <= t * 1e-12:
            break
    return t


def chi_square_tail(x: float, df: float) -> float:
    """How likely a chi-square value of `df` degrees of freedom is at least so large."""
    if x <= 0:
        return 1.0
    a, x = df / 2, x / 2
    front = exp(-x + a * log(x) - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, _STEPS):
            term *= x / (a + step)
            total += term
            if term < total * _NEAR:
                break
        return max(0.0, 1 - front * total)
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value = d
    for step in range(1, _STEPS):
        factor = -step * (step - a)
        b += 2
        c, d, change = _lentz(factor, b, c, d)
        value *= change
        if abs(change - 1) < _NEAR:
            break
    return min(1.0, front * value)


def _lentz(factor: float, b: float, c: float, d: float) -> tuple[float, float, float]:
    """A step of Lentz's way through a continued fraction."""
    d = factor * d + b
    c = b + factor / c
    d = 1 / (d if abs(d) > _TINY else _TINY)
    c = c if abs(c) > _TINY else _TINY
    return c, d, c * d


def _beta_part(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x >= (a + 1) / (a + b + 2):
        return 1 - front * _beta_fraction(1 - x, b, a) / b
    return front * _beta_fraction(x, a, b) / a


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        c, d, change = _lentz(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1, c, d)
        value *= change
        c, d, change = _lentz(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1, c, d)
        value *= change
        if abs(change - 1) < _NEAR:
            break
    return value
