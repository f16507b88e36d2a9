"""Small groups are hidden so that nobody can reckon them out of what is shown (R29): not by subtraction either.

What is hidden shows neither its count nor its score: from a total and the other groups' scores the missing one follows.
A group without any answer hides nothing and is never hidden.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from enum import Enum
from typing import Any

import numpy as np

from portal.domain.statistics.shares import FEWEST

Cell = tuple[Hashable, Hashable]


class Whole(Enum):
    """Like no name or id of a group, none among them."""

    ALL = "all"


ALL = Whole.ALL
"""In place of a row or column: the total over all of them."""


def hidden(groups: Mapping[Any, int], least: int = FEWEST) -> set[Hashable]:
    """Which groups of {group: answers} stay hidden beside a shown total: the small ones, and as many of the next larger
    as are needed so that what is hidden is at least two groups and together no small group.

    Holds ALL where even the total may not be shown.
    """
    small = {group for group, n in groups.items() if 0 < n < least}
    if sum(groups.values()) < least:
        return small | {ALL}
    larger = sorted(
        (group for group in groups if groups[group] >= least), key=lambda group: (groups[group], str(group))
    )
    while small and (len(small) < 2 or sum(groups[group] for group in small) < least):
        small.add(larger.pop(0))  # there is one: the total is no small group
    return small


def hidden_across(cells: Mapping[tuple, int], way: int, least: int = FEWEST) -> set[Hashable]:
    """Which groups of one way to divide answers stay hidden where the same answers are shown divided in other ways too.

    `cells`: how many answers by all ways at once; `way`: the place of the one that is asked about. A region with two
    account managers tells what one of them is not shown for, once it and the other are: then the other is hidden too.
    """
    ways = [Counter() for _ in next(iter(cells), ())]
    for groups, n in cells.items():
        for counts, group in zip(ways, groups, strict=True):
            counts[group] += n
    if not ways:
        return {ALL}
    gone = hidden(ways[way], least)
    if not gone or ALL in gone:
        return gone

    def told_by(at: int, group: Hashable) -> np.ndarray:
        return np.array([groups[at] == group for groups in cells], float)

    known = [np.ones(len(cells))]
    for at, counts in enumerate(ways):
        off = hidden(counts, least) if at != way else {ALL}
        known += [] if ALL in off else [told_by(at, group) for group in counts if group not in off]
    small = [told_by(way, group) for group, n in ways[way].items() if 0 < n < least]
    shown = sorted(
        (group for group in ways[way] if group not in gone), key=lambda group: (ways[way][group], str(group))
    )
    while shown and any(_is_a_sum_of(one, [*known, *(told_by(way, group) for group in shown)]) for one in small):
        gone.add(shown.pop(0))
    return gone


def _is_a_sum_of(wanted: np.ndarray, known: Sequence[np.ndarray]) -> bool:
    """Can it be reckoned from these by adding and subtracting?"""
    lines = np.array(known).T
    found, *_ = np.linalg.lstsq(lines, wanted, rcond=None)
    return bool(np.abs(lines @ found - wanted).max() < 1e-6)


def hidden_table(table: Mapping[Cell, int], least: int = FEWEST) -> set[Cell]:
    """Which cells of {(row, column): answers} stay hidden where rows, columns and the whole have totals: those are cells
    too, (row, ALL), (ALL, column) and (ALL, ALL).

    Hidden are the small ones; then more, the smallest first, until in each row and column at least two are hidden, which
    together are no small group, and no hidden cell follows from the others over several lines: each lies on a ring of
    hidden cells that can be shifted without any shown figure changing.
    """
    cells = _with_totals(table)
    rows = list(dict.fromkeys(row for row, _ in cells))
    columns = list(dict.fromkeys(column for _, column in cells))
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    gone = {cell for cell, n in cells.items() if 0 < n < least}
    while gone:
        weak = next((line for line in lines if _is_weak(line, gone, cells, least)), None)
        if weak is None:
            told = next((cell for cell in sorted(gone, key=str) if _follows(cell, gone)), None)
            if told is None:
                break
            weak = [cell for cell in cells if cell[0] == told[0] or cell[1] == told[1]]
        more = [cell for cell in weak if cells[cell] and cell not in gone]
        if not more:  # nothing left to hide behind: the table is not shown at all
            return {cell for cell, n in cells.items() if n}
        gone.add(min(more, key=lambda cell: ((cell[0] is ALL) + (cell[1] is ALL), cells[cell], str(cell))))
    return gone


def _with_totals(table: Mapping[Cell, int]) -> dict[Cell, int]:
    rows = list(dict.fromkeys(row for row, _ in table))
    columns = list(dict.fromkeys(column for _, column in table))
    cells = {(row, column): table.get((row, column), 0) for row in rows for column in columns}
    cells |= {(row, ALL): sum(cells[row, column] for column in columns) for row in rows}
    cells |= {(ALL, column): sum(cells[row, column] for row in rows) for column in columns}
    return cells | {(ALL, ALL): sum(table.values())}


def _is_weak(line: Sequence[Cell], gone: set[Cell], cells: Mapping[Cell, int], least: int) -> bool:
    """Does this line give its hidden cells away: only one, or, its total being shown, a small group together?"""
    there = [cell for cell in line if cell in gone]
    if len(there) < 2:
        return bool(there)
    return line[-1] not in gone and sum(cells[cell] for cell in there) < least


def _follows(cell: Cell, gone: set[Cell]) -> bool:
    """Can this hidden cell be reckoned out? It can where no other way of hidden cells joins its row to its column."""
    others = gone - {cell}
    rows, columns, grown = {cell[0]}, set(), True
    while grown and cell[1] not in columns:
        more = {one for one in others if (one[0] in rows) != (one[1] in columns)}
        rows |= {row for row, _ in more}
        columns |= {column for _, column in more}
        grown = bool(more)
    return cell[1] not in columns
