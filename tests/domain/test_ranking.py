"""Does a league table say no more than its numbers bear? The worked table of formulas.md §3.9, reckoned there by hand."""

import pytest

from portal.domain.statistics import DOWN, FLAT, UP, Unit, count_moved, fisher, moved, newcombe, ranking

WORKED = (
    Unit("A", 2, 2, 2), Unit("B", 19, 20, 9), Unit("C", 46, 50, 20), Unit("D", 7, 10, 6), Unit("E", 28, 40, 15),
)  # fmt: skip


def by_key():
    return {place.unit.key: place for place in ranking.league(WORKED).places}


def test_the_worked_table_has_its_share_likeness_and_weight():
    league = ranking.league(WORKED)

    assert league.share == pytest.approx(0.836, abs=0.0005)
    assert league.icc == pytest.approx(0.09, abs=0.005)
    assert league.k == pytest.approx(10, abs=0.2)
    assert league.differs


@pytest.mark.parametrize(
    ("key", "lower", "shrunk", "ranks", "verdict"),
    [
        ("B", 0.76, 91.2, (1, 4), "no_evidence"),
        ("C", 0.81, 90.6, (1, 4), "no_evidence"),
        ("A", 0.34, 86.3, (None, None), None),
        ("D", 0.40, 76.9, (2, 5), "no_evidence"),
        ("E", 0.55, 72.8, (3, 5), "below"),
    ],
)
def test_the_worked_table_unit_by_unit(key, lower, shrunk, ranks, verdict):
    place = by_key()[key]

    assert place.interval.low == pytest.approx(lower, abs=0.005)
    assert place.shrunk * 100 == pytest.approx(shrunk, abs=0.1)
    assert (place.low_rank, place.high_rank) == ranks
    assert place.verdict == verdict


def test_the_worst_of_the_worked_table_is_as_far_out_as_reckoned():
    assert by_key()["E"].z == pytest.approx(-2.3, abs=0.05)


def test_two_answers_never_crown_anybody():
    assert [place.unit.key for place in ranking.league(WORKED).places] == ["B", "C", "D", "E", "A"]


def test_many_tickets_of_few_customers_are_not_ranked():
    league = ranking.league((Unit("one customer", 50, 50, 1), Unit("many", 20, 60, 30), Unit("more", 30, 60, 30)))

    assert [place.unit.key for place in league.unranked] == ["one customer"]


def test_units_that_differ_no_more_than_chance_are_not_ranked():
    league = ranking.league((Unit("a", 8, 10, 9), Unit("b", 8, 10, 9), Unit("c", 8, 10, 9)))

    assert not league.differs
    assert league.ranked == ()


def test_the_same_seed_gives_the_same_ranks():
    assert ranking.league(WORKED) == ranking.league(WORKED)


@pytest.mark.parametrize(
    "units", [(), (Unit("a", 0, 0, 0),), (Unit("a", 3, 3, 3),), (Unit("a", 9, 9, 9), Unit("b", 9, 9, 9))]
)
def test_next_to_nothing_is_a_table_without_ranks(units):
    assert not ranking.league(units).differs


def test_the_difference_of_two_shares_as_worked_in_the_formulas():
    real, not_real = newcombe(46, 50, 28, 40), newcombe(91, 100, 86, 100)

    assert (real.low, real.high) == (pytest.approx(0.06, abs=0.005), pytest.approx(0.38, abs=0.005))
    assert (not_real.low, not_real.high) == (pytest.approx(-0.04, abs=0.005), pytest.approx(0.14, abs=0.005))


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((46, 50), (28, 40), UP), ((28, 40), (46, 50), DOWN), ((91, 100), (86, 100), FLAT),
        ((1, 10), (8, 10), DOWN), ((8, 10), (9, 10), FLAT), ((1, 1), (0, 0), None),
    ],
)  # fmt: skip
def test_a_share_moved_only_if_tested(now, before, said):
    assert moved(*now, *before) == said


def test_a_count_moved_only_if_tested():
    assert count_moved(20, 6) == UP
    assert count_moved(12, 8) == FLAT
    assert count_moved(0, 6) == DOWN


def test_the_exact_test_of_the_lady_tasting_tea():
    assert fisher(3, 4, 1, 4) == pytest.approx(0.486, abs=0.001)
