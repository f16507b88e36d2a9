"""The funnel of a league table as numbers to draw: places, limits, the share of all."""

from dataclasses import dataclass
from math import sqrt

from portal.domain.statistics import Z95, League, ranking

STEPS = 40


@dataclass(frozen=True)
class Drawn:
    """What a funnel shows: the widest n, lowest and highest share, limits as [(n, low, high)], dots (n, share, name, verdict)."""

    most: int
    bottom: float
    top: float
    share: float
    inner: tuple[tuple[float, float, float], ...]
    outer: tuple[tuple[float, float, float], ...]
    dots: tuple[tuple[int, float, str, str], ...]

    def x(self, n: float) -> float:
        return round(52 + n / self.most * 400, 1)

    def y(self, share: float) -> float:
        return round(min(230, 230 - (share * 100 - self.bottom) / ((self.top - self.bottom) or 1) * 210), 1)

    def path(self, limits: tuple, end: int) -> str:
        """The line of a limit; `end`: 1 the lower, 2 the upper one."""
        return " ".join(
            f"{'L' if number else 'M'}{self.x(one[0])} {self.y(one[end])}" for number, one in enumerate(limits)
        )


def funnel(league: League, names: dict[int, str]) -> Drawn | None:
    """The drawing of a table; none where there is nothing to compare."""
    if league.share is None or not 0 < league.share < 1:
        return None
    most = max(place.unit.n for place in league.places)
    least = max(1.0, most / 200)
    at = [least * (sqrt(most / least) ** (2 * step / STEPS)) for step in range(STEPS + 1)]
    inner, outer = (_limits(league.share, at, z) for z in (Z95, ranking.Z998))
    dots = tuple((one.unit.n, one.raw, names[one.unit.key], one.verdict or "unranked") for one in league.places)
    lowest = min([one[1] for one in dots] + [league.share - 0.15])
    bottom = max(0, int(lowest * 20) * 5)
    return Drawn(most, bottom, 100, league.share, inner, outer, dots)


def _limits(share: float, at: list[float], z: float) -> tuple:
    inside = ((n, ranking.funnel(share, n, z)) for n in at)
    return tuple((n, one.low, one.high) for n, one in inside)
