"""The funnel of a league table as numbers to draw: places, limits, the share of all."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from portal.domain.statistics import Z95, League, ranking

STEPS = 40


OUTSIDE = ("above", "below")


@dataclass(frozen=True)
class Box:
    """A place on the drawing that is taken."""

    x: float
    y: float
    width: float
    height: float

    def touches(self, other: "Box") -> bool:
        beside = self.x >= other.x + other.width or other.x >= self.x + self.width
        return not (beside or self.y >= other.y + other.height or other.y >= self.y + self.height)


@dataclass(frozen=True)
class Label:
    """A name and where it begins or ends, on its line."""

    x: float
    y: float
    anchor: str
    name: str

    @property
    def box(self) -> Box:
        """About what it covers: Han are as wide as they are high, others half of it."""
        width = sum(12 if ord(letter) > 0x2E7F else 6.8 for letter in self.name)
        return Box(self.x if self.anchor == "start" else self.x - width, self.y - 10, width, 13)

    def fits(self, taken: list[Box]) -> bool:
        """Does it lie inside the drawing, on nothing else?"""
        box = self.box
        inside = box.x >= 54 and box.x + box.width <= 498 and box.y >= 0 and box.y + box.height <= 238
        return inside and not any(box.touches(one) for one in taken)


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

    @property
    def labels(self) -> list["Label"]:
        """The names beside their dots: of units outside the limits first, of all where they are few; a name that finds
        no free place is left to the table."""
        few = len(self.dots) < 9
        shown = [dot for dot in self.dots if few or dot[3] in OUTSIDE]
        taken = [Box(self.x(n) - 6, self.y(share) - 6, 12, 12) for n, share, _, _ in self.dots]
        taken += [Box(52, self.y(one) - 1, 400, 2) for one in (self.bottom / 100, self.top / 100, self.share)]
        taken.append(Box(456, self.y(self.share) - 8, 44, 16))
        found = []
        for n, share, name, _ in sorted(shown, key=lambda dot: dot[3] not in OUTSIDE):
            label = next((one for one in _beside(self.x(n), self.y(share), name) if one.fits(taken)), None)
            if label is not None:
                taken.append(label.box)
                found.append(label)
        return found

    def x(self, n: float) -> float:
        return round(52 + n / self.most * 400, 1)

    def y(self, share: float) -> float:
        return round(min(230, 230 - (share * 100 - self.bottom) / ((self.top - self.bottom) or 1) * 210), 1)

    def path(self, limits: tuple, end: int) -> str:
        """The line of a limit; `end`: 1 the lower, 2 the upper one."""
        return " ".join(
            f"{'L' if number else 'M'}{self.x(one[0])} {self.y(one[end])}" for number, one in enumerate(limits)
        )


def _beside(x: float, y: float, name: str) -> Iterator[Label]:
    """The places a name may stand at, the best first: right or left of its dot, then a line above or below."""
    for lower in (4, -9, 17, -20, 28):
        yield Label(x + 8, y + lower, "start", name)
        yield Label(x - 8, y + lower, "end", name)


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
