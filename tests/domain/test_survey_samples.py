"""Samples, weights and response: the worked sizes of the formulas (§3.6–3.8), draws that stay, weights that agree."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from portal.domain.statistics import (
    PER_ACCOUNT,
    PER_ANSWER,
    PER_SALES,
    Answer,
    Outcomes,
    Stratum,
    allocate,
    at_level,
    design_weights,
    draw,
    kish,
    nonresponse_by_amount,
    nonresponse_by_group,
    post_stratified,
    response,
    revenue_coverage,
    sample_size,
    weighted_mean,
    weighted_share,
    wilson,
)


@pytest.mark.parametrize(
    ("population", "five", "ten"), [(50, 45, 34), (100, 80, 50), (200, 132, 66), (500, 218, 81), (1000, 278, 88)]
)
def test_the_worked_sample_sizes(population, five, ten):
    assert (sample_size(population, 0.05), sample_size(population, 0.10)) == (five, ten)


def test_a_sample_is_never_larger_than_its_population():
    assert sample_size(3, 0.01) == 3
    assert sample_size(0, 0.05) == 0
    assert sample_size(10**9, 0.05) == 385


def test_strata_are_asked_in_proportion_and_the_small_one_is_heard():
    assert allocate({"north": 60, "south": 30, "west": 10}, 20) == {"north": 12, "south": 6, "west": 2}
    assert allocate({"north": 97, "south": 2, "west": 1}, 10) == {"north": 8, "south": 1, "west": 1}
    assert allocate({"north": 1, "south": 1, "west": 1}, 10) == {"north": 1, "south": 1, "west": 1}
    assert allocate({"north": 5, "empty": 0}, 2) == {"north": 2, "empty": 0}
    assert allocate({}, 5) == {}


@given(st.lists(st.integers(0, 80), min_size=1, max_size=8), st.integers(0, 200), st.integers(0, 3))
def test_an_allocation_asks_so_many_and_nobody_twice(sizes, n, least):
    strata = dict(enumerate(sizes))
    found = allocate(strata, n, least)
    assert all(0 <= found[one] <= size for one, size in strata.items())
    if n:
        assert all(found[one] >= min(size, least) for one, size in strata.items())
        assert sum(found.values()) == max(min(n, sum(sizes)), sum(min(size, least) for size in sizes))


MEMBERS = {"华东": [f"K{number:03}" for number in range(12)], "华南": [f"K{number:03}" for number in range(5)]}
DRAW = """
import json, sys
from portal.domain.statistics import draw
members, wanted, seed = json.loads(sys.stdin.read())
print(json.dumps({key: [one.chosen, one.reserve] for key, one in draw(members, wanted, seed).items()}))
"""


def test_a_draw_has_so_many_and_everybody_else_in_reserve():
    found = draw(MEMBERS, {"华东": 4, "华南": 2}, "2026-09")
    for stratum, members in MEMBERS.items():
        assert sorted(found[stratum].chosen + found[stratum].reserve) == members
    assert [len(one.chosen) for one in found.values()] == [4, 2]


def test_a_draw_is_this_one_on_every_machine():
    found = draw(MEMBERS, {"华东": 4, "华南": 2}, "2026-09")
    assert found["华东"].chosen == ("K001", "K003", "K009", "K007")
    for hashing in ("0", "4711"):
        out = subprocess.run(
            [sys.executable, "-c", DRAW], input=json.dumps([MEMBERS, {"华东": 4, "华南": 2}, "2026-09"]),
            capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hashing, "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert json.loads(out.stdout) == {key: [list(one.chosen), list(one.reserve)] for key, one in found.items()}


def test_the_order_of_a_draw_asks_neither_how_the_list_came_nor_who_left():
    whole, wanted = draw(MEMBERS, {"华东": 4}, "s")["华东"], {"华东": 4}
    assert draw({"华东": MEMBERS["华东"][::-1]}, wanted, "s")["华东"] == whole
    left = whole.chosen[1]
    fewer = draw({"华东": [one for one in MEMBERS["华东"] if one != left]}, wanted, "s")["华东"]
    assert fewer.chosen == (whole.chosen[0], *whole.chosen[2:], whole.reserve[0])
    assert draw(MEMBERS, wanted, "another")["华东"] != whole


def test_nobody_is_in_a_stratum_twice():
    with pytest.raises(ValueError, match="twice"):
        draw({"a": ["x", "x"]}, {"a": 1}, "s")


def test_every_member_is_drawn_as_often_as_any_other():
    drawn = [draw({"a": list("abcdef")}, {"a": 2}, str(seed))["a"].chosen for seed in range(1200)]
    times = [sum(member in chosen for chosen in drawn) for member in "abcdef"]
    assert stats.chisquare(times).pvalue > 0.001


def test_a_respondent_stands_for_its_part_of_the_stratum():
    assert design_weights({"gold": (20, 20), "silver": (100, 25), "plain": (5, 0)}) == {
        "gold": 1,
        "silver": 4,
        "plain": None,
    }


def test_unequal_weights_make_the_base_smaller():
    assert kish([2, 2, 2]) == 3
    assert kish([1, 1, 4]) == 36 / 18
    assert kish([]) == 0


def test_a_weighted_share_stands_on_its_effective_base():
    found = weighted_share([1, 0, 1, 1], [1, 1, 2, 4])
    assert found.value == 7 / 8
    assert found.effective == pytest.approx(64 / 22)
    assert found.interval == wilson(7 / 8 * found.effective, found.effective)
    assert (found.n, found.hits) == (4, None)
    assert weighted_share([], []).value is None


def test_weighted_means_and_spreads_agree_with_the_independent_package():
    values, weights = [80.0, 100, 60, 30, 80, 100, 0], [1.0, 2, 4, 1.5, 1, 3, 2]
    found, theirs = weighted_mean(values, weights), DescrStatsW(values, weights)
    n = found.effective
    assert found.value == pytest.approx(theirs.mean)
    assert found.spread == pytest.approx(theirs.std * (n / (n - 1)) ** 0.5)
    half = stats.t.ppf(0.975, n - 1) * found.spread / n**0.5
    assert found.interval.low == pytest.approx(found.value - half, abs=1e-3)


def test_equal_weights_change_nothing():
    values = [80.0, 100, 60, 30, 80]
    found = weighted_mean(values, [3] * 5)
    low, high = DescrStatsW(values).tconfint_mean()
    assert (found.interval.low, found.interval.high) == (pytest.approx(low), pytest.approx(high))


BIG_AND_SMALL = [Answer("big", 0), Answer("big", 0), Answer("big", 0), Answer("big", 1), Answer("small", 1)]


def test_the_three_levels_are_three_figures():
    sales = {"big": 300.0, "small": 100.0}
    assert at_level(BIG_AND_SMALL, PER_ANSWER).share.value == 0.4
    assert at_level(BIG_AND_SMALL, PER_ACCOUNT).share.value == (0.25 + 1) / 2
    assert at_level(BIG_AND_SMALL, PER_SALES, sales).share.value == (0.25 * 300 + 100) / 400
    assert at_level(BIG_AND_SMALL).share.n == 5
    assert at_level(BIG_AND_SMALL).share.effective == 2
    assert at_level(BIG_AND_SMALL, PER_ANSWER).share.hits == 2


def test_accounts_without_sales_are_not_in_the_figure_per_sales():
    found = at_level(BIG_AND_SMALL, PER_SALES, {"big": -5.0, "small": 10.0})
    assert (found.accounts, found.n, found.share.value) == (1, 1, 1)
    with pytest.raises(ValueError, match="contact"):
        at_level(BIG_AND_SMALL, "contact")


def test_design_weights_reach_both_levels():
    answers = [Answer("a", 1, 4.0), Answer("b", 0, 1.0)]
    assert at_level(answers, PER_ANSWER).share.value == 0.8
    assert at_level(answers, PER_ACCOUNT).mean.value == 0.8


def test_revenue_coverage_is_the_part_of_sales_that_was_heard():
    assert revenue_coverage({"a": 70, "b": 20, "c": 10, "d": -5}, {"a", "c", "d"}) == 0.8
    assert revenue_coverage({}, set()) is None


CASES = Outcomes(complete=60, partial=5, refused=10, not_reached=15, other=2, unknown=6, unknown_other=2, ineligible=8)


@pytest.mark.parametrize(
    ("number", "rate"),
    [(1, 60 / 100), (2, 65 / 100), (3, 60 / (92 + 0.92 * 8)), (4, 65 / (92 + 0.92 * 8)), (5, 60 / 92), (6, 65 / 92)],
)
def test_the_six_response_rates(number, rate):
    assert CASES.response_rate(number) == pytest.approx(rate)


def test_cooperation_refusal_and_contact():
    assert CASES.cooperation == 60 / 77
    assert CASES.refusal == 10 / 100
    assert CASES.contact == 77 / 100
    assert CASES.response_rate(3, e=0.5) == 60 / 96
    assert Outcomes().response_rate(1) is None
    with pytest.raises(ValueError, match="RR7"):
        CASES.response_rate(7)


def test_one_contact_is_enough_for_an_account():
    found = response([("a", True), ("a", False), ("b", False), ("c", True)])
    assert (found.accounts.hits, found.accounts.n) == (2, 3)
    assert (found.contacts.hits, found.contacts.n) == (2, 4)


def test_post_stratification_gives_each_group_its_part():
    found = post_stratified({"gold": Stratum(20, 18, 20), "silver": Stratum(80, 5, 10), "plain": Stratum(50, 0, 0)})
    assert found.raw.value == pytest.approx(23 / 30)
    assert found.weighted.value == pytest.approx((20 * 0.9 + 80 * 0.5) / 100)
    assert found.weighted.effective == pytest.approx(kish([1] * 20 + [8] * 10))
    assert found.unheard == ("plain",)


def test_those_who_did_not_answer_are_compared_by_group_and_by_amount():
    answered, silent = {"gold": 40, "silver": 20}, {"gold": 15, "silver": 45}
    found = nonresponse_by_group(answered, silent)
    assert found.differs
    assert found.p == pytest.approx(stats.chi2_contingency([[40, 15], [20, 45]], correction=False).pvalue)
    assert not nonresponse_by_group({"gold": 20, "silver": 20}, {"gold": 21, "silver": 19}).differs
    sold, not_sold = [float(n * n) for n in range(20, 60)], [float(n * n) for n in range(40)]
    assert nonresponse_by_amount(sold, not_sold).differs
    assert nonresponse_by_amount([], [1.0]).p is None
