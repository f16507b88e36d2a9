"""Cross-tabs: do answers hang together with the group, and which columns differ (formulas.md 3.10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from string import ascii_uppercase

from portal.domain.statistics.comparisons import REAL, compare_shares, corrected
from portal.domain.statistics.shares import share
from portal.domain.statistics.tails import chi_square_tail

LEAST_EXPECTED, ENOUGH_CELLS = 5, 0.8


@dataclass(frozen=True)
class Association:
    """Pearson's chi-square of a table, and how strong it is: Cramér's V, 0 not at all, 1 wholly.

    All none where fewer than two rows or columns have answers.
    """

    statistic: float | None
    df: int
    p: float | None
    cramers_v: float | None
    is_reliable: bool
    """Are at least five expected in four of five cells, and one in each? If not the p-value is only a hint."""


def chi_square(table: Sequence[Sequence[int]]) -> Association:
    """Of counts, rows by columns. Rows and columns without any answer are left out."""
    rows = [row for row in table if sum(row)]
    columns = [at for at in range(len(rows[0]) if rows else 0) if sum(row[at] for row in rows)]
    if len(rows) < 2 or len(columns) < 2:
        return Association(None, 0, None, None, False)
    n = sum(map(sum, rows))
    across = {at: sum(row[at] for row in rows) for at in columns}
    cells = [(row[at], sum(row) * across[at] / n) for row in rows for at in columns]
    statistic = sum((seen - expected) ** 2 / expected for seen, expected in cells)
    df = (len(rows) - 1) * (len(columns) - 1)
    enough = sum(expected >= LEAST_EXPECTED for _, expected in cells) >= ENOUGH_CELLS * len(cells)
    reliable = enough and all(expected >= 1 for _, expected in cells)
    v = sqrt(statistic / (n * (min(len(rows), len(columns)) - 1)))
    return Association(statistic, df, chi_square_tail(statistic, df), min(1.0, v), reliable)


def letters(table: Sequence[Sequence[int]]) -> list[list[str]]:
    """For each cell the letters (A the first column, B the second …) of the columns whose share in this row is lower,
    beyond chance. Every pair of columns of every row is tested, and all together corrected."""
    whole = [sum(row[at] for row in table) for at in range(len(table[0]) if table else 0)]
    pairs, chances = [], []
    for number, row in enumerate(table):
        for one, other in combinations(range(len(whole)), 2):
            found = compare_shares(share(row[one], whole[one]), share(row[other], whole[other]))
            if found.p is not None and found.difference is not None:
                pairs.append((number, one, other) if found.difference > 0 else (number, other, one))
                chances.append(found.p)
    said = [["" for _ in row] for row in table]
    for (number, higher, lower), chance in sorted(zip(pairs, corrected(chances), strict=True)):
        if chance < REAL:
            said[number][higher] += letter(lower)
    return said


def letter(at: int) -> str:
    """The letter in the head of a column: A to Z, then A2 to Z2."""
    again, place = divmod(at, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(again + 1) if again else "")
