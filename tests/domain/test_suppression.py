"""Can a hidden group be reckoned out of what is shown? Asked of an algebra that knows nothing of how it was hidden."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.statistics import ALL, hidden, hidden_across, hidden_table


@pytest.mark.parametrize(
    ("groups", "gone"),
    [
        ({"a": 9, "b": 8}, set()),
        ({"a": 9, "b": 4, "c": 20}, {"b", "a"}),  # with b alone hidden, the total would tell
        ({"a": 3, "b": 4, "c": 20}, {"a", "b"}),
        ({"a": 1, "b": 2, "c": 20, "d": 7}, {"a", "b", "d"}),  # three together are still a small group
        ({"a": 4, "b": 0, "c": 9}, {"a", "c"}),
        ({"a": 9, "b": 0}, set()),
        ({"a": 2, "b": 2}, {"a", "b", ALL}),
        ({"a": 3}, {"a", ALL}),
        ({}, {ALL}),
    ],
)
def test_small_groups_hide_behind_the_next_larger(groups, gone):
    assert hidden(groups) == gone


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 15), max_size=8), st.integers(2, 8))
def test_what_is_hidden_beside_a_total_is_no_small_group(groups, least):
    gone = hidden(groups, least)
    assert {group for group, n in groups.items() if 0 < n < least} <= gone
    if gone and ALL not in gone:
        assert len(gone) >= 2
        assert sum(groups[group] for group in gone) >= least


def test_a_group_that_follows_from_another_division_hides_more():
    # A small manager in the south with one other; two large ones in the north.
    cells = {("m1", "south"): 3, ("m2", "south"): 9, ("m3", "north"): 7, ("m4", "north"): 20}
    assert hidden({"m1": 3, "m2": 9, "m3": 7, "m4": 20}) == {"m1", "m3"}  # and m1 is the south without m2
    assert hidden_across(cells, 0) == {"m1", "m3", "m2"}
    assert hidden_across(cells | {("m4", "north"): 2}, 1) == set()
    assert hidden_across({("m1",): 3, ("m2",): 9}, 0) == {"m1", "m2"}
    assert hidden_across({}, 0) == {ALL}


@given(st.dictionaries(st.tuples(*[st.integers(0, 3)] * 3), st.integers(1, 12), min_size=1, max_size=12))
def test_no_small_group_follows_from_what_is_shown_of_all_divisions(cells):
    gone = hidden_across(cells, 0)
    counts = [
        {group: sum(n for key, n in cells.items() if key[at] == group) for group in {key[at] for key in cells}}
        for at in range(3)
    ]
    if ALL in gone or gone >= set(counts[0]):
        return
    shown = [(0, group) for group in counts[0] if group not in gone]
    shown += [(at, group) for at in (1, 2) for group in counts[at] if group not in hidden(counts[at])]
    known = numpy.array([[1] * len(cells), *([key[at] == group for key in cells] for at, group in shown)], dtype=float)
    for group in [one for one, n in counts[0].items() if n < 5]:
        told = numpy.vstack([known, [key[0] == group for key in cells]])
        assert numpy.linalg.matrix_rank(told) > numpy.linalg.matrix_rank(known), f"{group} follows from the others"


def test_a_table_without_small_cells_is_shown_whole():
    assert hidden_table({("a", "x"): 5, ("a", "y"): 9, ("b", "x"): 0, ("b", "y"): 30}) == set()


def test_a_small_cell_takes_three_others_with_it():
    table = {(row, column): 20 for row in "abc" for column in "xyz"} | {("a", "x"): 2, ("b", "y"): 9}
    gone = hidden_table(table)
    assert {("a", "x"), ("b", "y")} <= gone
    assert len(gone) == 4
    assert (ALL, ALL) not in gone


def test_a_table_with_nothing_to_hide_behind_is_not_shown():
    assert hidden_table({("a", "x"): 3}) == {("a", "x"), ("a", ALL), (ALL, "x"), (ALL, ALL)}


def tables():
    sizes = st.tuples(st.integers(1, 5), st.integers(1, 5))
    return sizes.flatmap(
        lambda size: st.lists(
            st.lists(st.sampled_from([0, 0, 1, 3, 4, 5, 6, 9, 20, 40]), min_size=size[1], max_size=size[1]),
            min_size=size[0],
            max_size=size[0],
        )
    )


@given(tables(), st.integers(2, 6))
def test_no_hidden_cell_of_a_table_follows_from_what_is_shown(counts, least):
    table = {(row, column): n for row, line in enumerate(counts) for column, n in enumerate(line)}
    gone = sorted(hidden_table(table, least), key=str)
    small = {cell for cell, n in table.items() if 0 < n < least}
    assert small <= set(gone)
    if not gone or (ALL, ALL) in gone:
        return
    rows, columns = sorted({row for row, _ in table}), sorted({column for _, column in table})
    # What a reader knows: each row and each column adds up to its total, the totals to the whole.
    lines = [[((row, c), 1) for c in columns] + [((row, ALL), -1)] for row in [*rows, ALL]]
    lines += [[((r, column), 1) for r in rows] + [((ALL, column), -1)] for column in [*columns, ALL]]
    known = numpy.array([[dict(line).get(cell, 0) for cell in gone] for line in lines], dtype=float)
    rank = numpy.linalg.matrix_rank(known)
    for at in range(len(gone)):
        told = numpy.vstack([known, numpy.eye(len(gone))[at]])
        assert numpy.linalg.matrix_rank(told) > rank, f"{gone[at]} follows from the others"
    whole = table | {(row, ALL): sum(table[row, c] for c in columns) for row in rows}
    whole |= {(ALL, column): sum(table[r, column] for r in rows) for column in columns}
    for line in lines:
        there = [cell for cell, _ in line if cell in gone]
        if there and line[-1][0] not in gone:
            assert sum(whole[cell] for cell in there) >= least
