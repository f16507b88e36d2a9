"""The figures are those of the worked examples (formulas.md 3.1, 3.6)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.statistics import Interval, median, percent, percentile, rounded, wilson


@pytest.mark.parametrize(
    ("hits", "n", "share", "low", "high"),
    [
        (2, 2, "100", "34", "100"),
        (5, 5, "100", "57", "100"),
        (9, 10, "90", "60", "98"),
        (18, 20, "90", "70", "97"),
        (45, 50, "90", "79", "96"),
        (121, 128, "94.5", "89.1", "97.3"),
    ],
)
def test_the_worked_intervals_come_out(hits, n, share, low, high):
    places = 1 if n >= 100 else 0
    interval = wilson(hits, n)
    assert interval is not None
    assert percent(hits, n) == Decimal(share)
    assert rounded(interval.low * 100, places) == Decimal(low)
    assert rounded(interval.high * 100, places) == Decimal(high)


def test_of_nothing_nothing_is_said():
    assert wilson(0, 0) is None
    assert median([]) is None
    assert percentile([], 0.9) is None
    assert percent(0, 0) is None


def test_more_hits_than_answers_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_a_percentile_outside_nought_and_one_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no share"):
        percentile([1], 90)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7], 0.9, 7),
        ([1, 2, 3], 0.5, 2),
        ([4, 1, 3, 2], 0.5, 2.5),
        ([15, 20, 35, 40, 50], 0.4, 29),  # the example of the spreadsheet's own handbook
        (list(range(1, 11)), 0.9, 9.1),
        ([1, 2, 3], 1, 3),
        ([1, 2, 3], 0, 1),
    ],
)
def test_percentiles_are_those_of_a_spreadsheet(values, share, expected):
    assert percentile(values, share) == pytest.approx(expected)


def test_a_half_is_rounded_away_from_zero():
    assert rounded(2.5) == 3
    assert rounded(-2.5) == -3
    assert rounded(0.285, 2) == Decimal("0.29")
    assert percent(1, 8) == 13


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_share_itself_lies_in_its_interval(hits, n):
    hits = min(hits, n)
    interval = wilson(hits, n)
    assert isinstance(interval, Interval)
    assert 0 <= interval.low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= interval.high <= 1


@given(st.lists(st.integers(-1000, 1000), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_between_the_least_and_the_most(values, share):
    assert min(values) <= percentile(values, share) <= max(values)
