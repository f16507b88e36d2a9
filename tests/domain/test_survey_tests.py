"""Tests of differences, cross-tabs, trends, priorities: each agrees with an independent package; figures of §3.10–3.11."""

import random
from collections import Counter

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import Table, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from portal.domain.statistics import (
    DOWN,
    FLAT,
    UP,
    Attribute,
    chi_square,
    compare_means,
    compare_same,
    compare_shares,
    corrected,
    count_moved,
    fisher,
    importance,
    letter,
    letters,
    mann_whitney,
    mean,
    mean_trend,
    newcombe,
    paired_means,
    quadrants,
    share,
    share_trend,
    spearman,
    standardised,
    weighted_share,
)
from portal.domain.statistics.tails import chi_square_tail, normal_tail, student_limit, student_tail

near = pytest.approx
ALPHA = 2 * stats.norm.sf(1.96)


@given(st.floats(-30, 30), st.floats(0.5, 2000))
def test_tails_agree_with_the_independent_package(x, df):
    assert normal_tail(x) == near(2 * stats.norm.sf(abs(x)), rel=1e-9, abs=1e-300)
    assert student_tail(x, df) == near(2 * stats.t.sf(abs(x), df), rel=1e-7, abs=1e-12)
    assert chi_square_tail(abs(x) * 5, df) == near(stats.chi2.sf(abs(x) * 5, df), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("df", [1, 2.5, 4, 30, 1000])
def test_the_limit_of_students_t_agrees(df):
    assert student_limit(df) == near(stats.t.ppf(0.975, df), rel=1e-8)


def some(dice: random.Random, n: int, lean: float = 0) -> list[int]:
    """Answers 1 to 5, many of them alike."""
    return [max(1, min(5, round(dice.gauss(3.3 + lean, 1.2)))) for _ in range(n)]


@given(st.integers(1, 150), st.integers(1, 150), st.floats(0, 1), st.floats(0, 1))
def test_newcombe_agrees_with_the_independent_package(n, m, p, q):
    hits, others = round(n * p), round(m * q)
    low, high = confint_proportions_2indep(hits, n, others, m, method="newcomb", alpha=ALPHA)
    found = newcombe(hits, n, others, m)
    assert (found.low, found.high) == (near(low, abs=1e-9), near(high, abs=1e-9))


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 1), st.floats(0, 1))
def test_fisher_agrees_with_the_independent_package(n, m, p, q):
    hits, others = round(n * p), round(m * q)
    theirs = stats.fisher_exact([[hits, n - hits], [others, m - others]]).pvalue
    assert fisher(hits, n, others, m) == near(theirs, rel=1e-7)


def test_two_shares_are_compared_by_interval_and_small_ones_exactly():
    real, chance = compare_shares(share(46, 50), share(28, 40)), compare_shares(share(91, 100), share(86, 100))
    assert (real.direction, chance.direction) == (UP, FLAT)
    assert real.difference == near(0.22)
    assert (real.interval.low, real.interval.high) == (near(0.06, abs=0.005), near(0.38, abs=0.005))
    assert real.p == near(proportions_ztest([46, 28], [50, 40])[1])
    small = compare_shares(share(1, 10), share(8, 10))
    assert (small.method, small.direction, small.p) == ("fisher", DOWN, near(fisher(1, 10, 8, 10)))
    assert compare_shares(share(0, 0), share(1, 2)).direction is None
    assert compare_shares(share(50, 50), share(40, 40)).p == 1


def test_weighted_shares_are_tested_on_their_effective_bases_and_not_at_all_when_small():
    weights = [1.0, 3.0] * 40
    one = weighted_share([1] * 72 + [0] * 8, weights)
    other = weighted_share([1] * 48 + [0] * 32, weights)
    found = compare_shares(one, other)
    assert one.effective == near(64)
    assert found.direction == UP
    assert found.p == near(proportions_ztest([0.9 * 64, 0.6 * 64], [64, 64])[1])
    few = weighted_share([1] * 10, [1, 9] * 5)
    assert compare_shares(few, other).direction is None


def test_a_share_heard_of_nearly_all_customers_is_surer():
    loose = compare_shares(share(36, 40), share(30, 40))
    tight = compare_shares(share(36, 40, 44), share(30, 40, 44))
    assert (loose.direction, tight.direction) == (FLAT, UP)


def test_welch_agrees_with_the_independent_package():
    dice = random.Random(7)
    one, other = some(dice, 40, 0.8), some(dice, 25)
    found, theirs = compare_means(mean(one), mean(other)), stats.ttest_ind(one, other, equal_var=False)
    between = theirs.confidence_interval()
    assert found.p == near(theirs.pvalue)
    assert (found.interval.low, found.interval.high) == (near(between.low), near(between.high))
    assert compare_means(mean([1, 2]), mean(other)).direction is None
    assert compare_means(mean([3] * 9), mean([3] * 9)).direction is None


def test_the_same_accounts_are_compared_in_pairs():
    dice = random.Random(3)
    then = some(dice, 20)
    now = [one + dice.choice([0, 0, 1]) for one in then]
    found, theirs = paired_means(now, then), stats.ttest_rel(now, then)
    assert (found.p, found.interval.low) == (near(theirs.pvalue), near(theirs.confidence_interval().low))
    assert found.direction == UP
    assert paired_means([], []).direction is None


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_the_same_members_twice_agree_with_the_independent_package(both, now, then, neither):
    found = compare_same(both, now, then, neither)
    if both + now + then + neither == 0:
        assert found.direction is None
        return
    theirs = float(mcnemar([[both, now], [then, neither]], exact=True).pvalue) if now + then else 1.0
    assert found.p == near(theirs)
    assert found.direction == (FLAT if theirs >= 0.05 else UP if now > then else DOWN)
    assert found.interval.low <= found.difference <= found.interval.high


@given(st.integers(0, 60), st.integers(0, 60))
def test_two_counts_agree_with_the_independent_package(count, before):
    theirs = stats.binomtest(count, count + before).pvalue if count + before else 1.0
    assert (count_moved(count, before) == FLAT) == (theirs >= 0.05)


@pytest.mark.parametrize(("n", "m"), [(40, 25), (31, 200), (20, 15)])
def test_mann_whitney_of_many_agrees_with_the_independent_package(n, m):
    dice = random.Random(n)
    one, other = some(dice, n, 0.5), some(dice, m)
    theirs = stats.mannwhitneyu(one, other, method="asymptotic")
    found = mann_whitney(one, other)
    assert found.p == near(theirs.pvalue)
    assert found.difference == near(2 * theirs.statistic / (n * m) - 1)


@given(st.permutations(range(14)), st.integers(5, 9))
def test_mann_whitney_of_few_is_exact(values, n):
    theirs = stats.mannwhitneyu(values[:n], values[n:], method="exact").pvalue
    assert mann_whitney(values[:n], values[n:]).p == near(theirs)


@settings(max_examples=15)
@given(st.lists(st.integers(1, 4), min_size=5, max_size=6), st.lists(st.integers(1, 4), min_size=5, max_size=6))
def test_mann_whitney_of_few_is_exact_with_ties_too(now, then):
    def far(one, other, axis):
        above = (one[..., :, None] > other[..., None, :]).sum((-1, -2))
        return numpy.abs(above - (one[..., :, None] < other[..., None, :]).sum((-1, -2)))

    both = (numpy.array(now), numpy.array(then))
    every = {"vectorized": True, "n_resamples": numpy.inf, "alternative": "greater"}
    theirs = stats.permutation_test(both, far, **every).pvalue
    assert mann_whitney(now, then).p == near(theirs)


def test_too_few_on_a_scale_are_not_tested():
    assert mann_whitney([1, 2, 3], [5] * 50).direction is None
    assert mann_whitney([], [1]).difference is None
    assert mann_whitney([3] * 40, [3] * 40).direction == FLAT


@given(st.lists(st.floats(0, 1), max_size=12))
def test_the_correction_of_many_tests_agrees(chances):
    theirs = multipletests(chances, method="fdr_bh")[1] if chances else []
    assert corrected(chances) == near(list(theirs))


@given(st.lists(st.lists(st.integers(1, 60), min_size=3, max_size=3), min_size=2, max_size=5))
def test_chi_square_and_cramers_v_agree_with_the_independent_package(table):
    found, theirs = chi_square(table), stats.chi2_contingency(table, correction=False)
    assert (found.statistic, found.df) == (near(theirs.statistic, abs=1e-9), theirs.dof)
    assert found.p == near(theirs.pvalue, rel=1e-6)
    assert found.cramers_v == near(stats.contingency.association(numpy.array(table)), abs=1e-7)


def test_empty_rows_of_a_table_are_left_out_and_thin_cells_make_it_a_hint():
    assert chi_square([[10, 20], [0, 0], [20, 10]]).p == near(chi_square([[10, 20], [20, 10]]).p)
    assert chi_square([[10, 20], [20, 10]]).is_reliable
    assert not chi_square([[1, 2], [2, 1]]).is_reliable
    assert chi_square([[3, 4], [0, 0]]).p is None
    assert chi_square([]).p is None


def test_letters_name_the_columns_that_are_lower_beyond_chance():
    assert letters([[46, 28, 20], [4, 12, 20]]) == [["BC", "", ""], ["", "A", "A"]]
    assert letters([[50, 51], [50, 49]]) == [["", ""], ["", ""]]
    assert [letter(0), letter(25), letter(26)] == ["A", "Z", "A2"]


def test_one_false_alarm_among_many_tests_gets_no_letter():
    columns = [50] * 11 + [60]
    table = [columns, [100 - one for one in columns]]
    alone = compare_shares(share(65, 100), share(50, 100))
    assert alone.direction == UP
    table[0][-1], table[1][-1] = 65, 35
    assert letters(table)[0][-1] == ""


def test_a_trend_of_shares_is_the_test_of_cochran_and_armitage():
    waves = [(30, 50), (33, 52), (40, 55), (45, 54)]
    found = share_trend([share(*one) for one in waves])
    theirs = Table(numpy.array([[hits, n - hits] for hits, n in waves]), shift_zeros=False)
    theirs = theirs.test_ordinal_association(col_scores=numpy.array([1, 0]))
    n = sum(n for _, n in waves)
    assert found.p == near(normal_tail(theirs.zscore * (n / (n - 1)) ** 0.5))  # their variance is of a sample
    assert found.direction == UP
    assert share_trend([share(*one) for one in waves[::-1]]).direction == DOWN


def test_a_trend_is_said_from_three_waves_on_and_only_if_tested():
    assert share_trend([share(10, 50), share(40, 50)]).direction is None
    assert share_trend([share(25, 50), share(0, 0), share(26, 50), share(24, 50)]).direction == FLAT
    assert share_trend([share(50, 50)] * 3).direction is None
    assert mean_trend([mean([1, 2, 3])] * 2).direction is None


def test_a_trend_of_means_is_the_line_through_all_answers():
    dice = random.Random(11)
    waves = [some(dice, n, 0.25 * at) for at, n in enumerate((30, 25, 40, 35))]
    found = mean_trend([mean(one) for one in waves])
    theirs = stats.linregress([at for at, one in enumerate(waves) for _ in one], [x for one in waves for x in one])
    assert (found.slope, found.p) == (near(theirs.slope), near(theirs.pvalue))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=4, max_size=60))
def test_spearman_agrees_with_the_independent_package(pairs):
    xs, ys = zip(*pairs, strict=True)
    found = spearman(xs, ys)
    if len(set(xs)) == 1 or len(set(ys)) == 1:
        assert found is None
        return
    theirs = stats.spearmanr(xs, ys)
    assert found.value == near(theirs.statistic, abs=1e-9)
    assert found.p == near(theirs.pvalue, abs=1e-7)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=4, max_size=60))
def test_counted_pairs_go_together_as_the_pairs_one_by_one(pairs):
    counted = Counter(pairs)
    found = spearman([x for x, _ in counted], [y for _, y in counted], list(counted.values()))
    alone = spearman(*zip(*pairs, strict=True))
    assert (found is None) == (alone is None)
    if found and alone:
        assert (found.value, found.p, found.n) == (near(alone.value, abs=1e-9), near(alone.p, abs=1e-7), alone.n)


def test_importance_is_derived_from_thirty_answers_on():
    dice = random.Random(5)
    overall = some(dice, 30)
    assert importance(overall, overall).value == near(1)
    assert importance(overall[:29], overall[:29]) is None


def test_standardised_values_are_those_of_the_independent_package():
    assert standardised([1, 2, 3, 10]) == near(list(stats.zscore([1, 2, 3, 10], ddof=1)))
    assert standardised([4, 4]) is None


FOUR = (
    Attribute("speed", 60, 0.8, 50), Attribute("quality", 90, 0.9, 50), Attribute("bills", 65, 0.3, 50),
    Attribute("parties", 95, 0.2, 50), Attribute("rare", 10, 1.0, 9),
)  # fmt: skip


def test_quadrants_lie_around_the_means_of_what_is_plotted():
    found = quadrants(FOUR)
    assert found.quadrants == {"speed": "improve", "quality": "keep", "bills": "watch", "parties": "spare"}
    assert (found.performance, found.importance) == (77.5, near(0.55))
    assert found.left_out == ("rare",)


def test_later_waves_keep_the_cross_hairs_of_the_first():
    assert quadrants(FOUR, (50, 0.1)).quadrants["bills"] == "keep"
    assert quadrants([]).performance is None
    assert quadrants([Attribute("a", 4, 5, 10), Attribute("b", 4, 5, 10)]).quadrants == {"a": "keep", "b": "keep"}
