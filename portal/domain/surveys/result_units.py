"""What a survey's means and intervals are reckoned from (R29): one row an answer, or an account's mean of its answers, read
once and held in columns, so that a hundred thousand of them are summed in the blink of an eye."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from portal.domain.statistics import PER_ANSWER, Sums
from portal.domain.surveys import result_rows as stored
from portal.domain.surveys.result_lines import Key, Paper
from portal.domain.surveys.result_rows import WHOLE, Asked

Move = tuple[Key, str, str, float, float]
"""A line and a group, the side of the service it enters, by how much an answer moves that side, the mean it moves from."""


@dataclass(frozen=True)
class Units:
    """Columns of equal length: the place of its line in `lines` and of its group in `groups`, whose it is (an answer's or an
    account's), its weight, the answers behind it, the share of them satisfied (0 to 1), what they are worth."""

    lines: list[Key]
    groups: list[str]
    line: np.ndarray
    group: np.ndarray
    whose: np.ndarray
    weight: np.ndarray
    answers: np.ndarray
    hit: np.ndarray
    points: np.ndarray

    def sums(self) -> dict[tuple[Key, str], tuple[Sums, Sums]]:
        """Of each line and group: the sums of who is satisfied, and of what the answers are worth."""
        cell = self.line * len(self.groups) + self.group

        def total(values: np.ndarray | None = None) -> list[float]:
            return np.bincount(cell, values, len(self.lines) * len(self.groups)).tolist()

        w, answers, units = self.weight, total(self.answers), total()
        weights, squares = total(w), total(w * w)
        hits, hits_squared = total(w * self.hit), total(w * self.hit * self.hit)
        worth, worth_squared = total(w * self.points), total(w * self.points * self.points)
        found = {}
        for at, key in enumerate((line, group) for line in self.lines for group in self.groups):
            if units[at]:
                base = (int(answers[at]), int(units[at]), weights[at], squares[at])
                found[key] = (Sums(*base, hits[at], hits_squared[at]), Sums(*base, worth[at], worth_squared[at]))
        return found

    def spreads(self, moves: Iterable[Move]) -> dict[tuple[str, str], tuple[int, float]]:
        """Of each side and group how many units there are, and the sum of the squares of how far each moves its value.

        The value is linear in the answers: its variance is that of the sum over the units (the delta method), which knows
        that a unit's answers hang together and that not everybody answered everything.
        """
        places = {key: at for at, key in enumerate(self.lines)}, {key: at for at, key in enumerate(self.groups)}
        shape, by_side = (len(self.lines), len(self.groups)), {}
        for line, group, side, part, middle in moves:
            parts, middles = by_side.setdefault(side, (np.zeros(shape), np.zeros(shape)))
            at = places[0][line], places[1][group]
            parts[at], middles[at] = part, middle
        (group_of, _), owner = _pairs(self.group, self.whose)
        found = {}
        for side, (parts, middles) in by_side.items():
            part = parts[self.line, self.group]
            counts = part != 0
            move = self.weight * part * (self.points - middles[self.line, self.group])
            moved = np.bincount(owner[counts], move[counts], len(group_of))
            there = np.bincount(owner[counts], minlength=len(group_of)) > 0
            number = np.bincount(group_of[there], minlength=len(self.groups))
            squares = np.bincount(group_of, moved * moved, len(self.groups))
            for at, group in enumerate(self.groups):
                if number[at]:
                    found[side, group] = (int(number[at]), float(squares[at]))
        return found


def read(what: Asked, paper: Paper, codes: Sequence[str] | None = None) -> Units:
    """All that is averaged, by group and as a whole, read once."""
    columns = list(zip(*stored.rows_of(stored.units(what, paper, codes)), strict=True)) or [()] * 9
    lines: dict[Key, int] = {}
    groups: dict[str, int] = {}
    line = [lines.setdefault(key, len(lines)) for key in zip(*columns[:3], strict=True)]
    group = [groups.setdefault(key, len(groups)) for key in columns[3]]
    units = Units(
        list(lines), list(groups), np.array(line, int), np.array(group, int), np.array(columns[4], int),
        *(np.array(one, float) for one in columns[5:]),
    )  # fmt: skip
    return _with_whole(units, what.level) if what.by else units


def _with_whole(units: Units, level: str) -> Units:
    """The same units once more as one group of all; an account with answers in several groups is one unit of it."""
    line, whose, weight = units.line, units.whose, units.weight
    answers, hit, points = units.answers, units.hit, units.points
    if level != PER_ANSWER and len(line):
        (line, whose), place = _pairs(line, whose)
        number = np.bincount(place, answers)
        hit, points = np.bincount(place, answers * hit) / number, np.bincount(place, answers * points) / number
        heaviest = np.zeros(len(line))
        np.maximum.at(heaviest, place, weight)
        weight, answers = heaviest, number
    joined = [
        np.concatenate(pair)
        for pair in (
            (units.line, line), (units.group, np.full(len(line), len(units.groups))), (units.whose, whose),
            (units.weight, weight), (units.answers, answers), (units.hit, hit), (units.points, points),
        )
    ]  # fmt: skip
    return Units(units.lines, [*units.groups, WHOLE], *joined)


def _pairs(one: np.ndarray, other: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """The different pairs there are, and of each row which it is."""
    least = other.min(initial=0)
    wide = other.max(initial=0) - least + 1
    pairs, place = np.unique(one * wide + (other - least), return_inverse=True)
    return (pairs // wide, pairs % wide + least), place
