"""Bases, scores and their words: the worked figures of the formulas (§3.1–3.6), and an independent package's intervals."""

from decimal import Decimal

import pytest
from flask_babel import force_locale, gettext
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from portal.domain.statistics import (
    LINEAR,
    MAPPINGS,
    STEPS,
    Comparison,
    Indicator,
    Interval,
    Missing,
    Nps,
    acsi,
    base,
    ces,
    compare_shares,
    index,
    interval_shown,
    linear,
    mean,
    nps,
    percent_shown,
    rounded,
    said_difference,
    said_mean,
    said_nps,
    said_share,
    satisfaction,
    satisfied,
    share,
    valid,
    wilson,
)

NINETY = (30, 40, 10, 8, 2)


def told(said) -> str:
    return said.text.format(**said.facts)


def shown(interval: Interval, places: int = 0) -> tuple[Decimal, Decimal]:
    return rounded(interval.low * 100, places), rounded(interval.high * 100, places)


def test_only_answers_are_in_the_base_and_the_others_say_why():
    answers = [5, Missing.NOT_APPLICABLE, 4, Missing.REFUSED, Missing.SKIPPED, Missing.REFUSED, 0]
    found = base(answers)
    assert valid(answers) == [5, 4, 0]
    assert found.n == 3
    assert found.missing == {Missing.NOT_APPLICABLE: 1, Missing.REFUSED: 2, Missing.SKIPPED: 1}


@pytest.mark.parametrize(
    ("hits", "n", "said"),
    [
        (0, 0, "no answers"),
        (4, 4, "too few answers (n = 4)"),
        (5, 5, "100% (5/5)"),
        (18, 20, "90% (18/20)"),
        (121, 128, "94.5% (n = 128)"),
        (99, 99, "100% (99/99)"),
        (100, 100, "100.0% (n = 100)"),
        (1500, 3000, "50.0% (n = 3,000)"),
    ],
)
def test_a_share_is_said_by_how_many_answers_it_has(hits, n, said):
    assert told(said_share(share(hits, n))) == said


def test_a_percent_and_its_interval_stand_in_the_same_places():
    assert percent_shown(None) == "—"
    assert percent_shown(share(121, 128).percent) == "94.5%"
    assert interval_shown(share(121, 128).interval, 128) == "89.1–97.3%"
    assert interval_shown(share(18, 20).interval, 20) == "70–97%"
    assert interval_shown(None, 0) == ""


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((46, 50), (28, 40), "up 22.0 points"),
        ((28, 40), (46, 50), "down 22.0 points"),
        ((91, 100), (86, 100), "no reliable change (+5.0 points)"),
        ((86, 100), (91, 100), "no reliable change (−5.0 points)"),
        ((50, 100), (50, 100), "no reliable change (±0.0 points)"),
    ],
)
def test_a_change_is_said_in_points_and_up_or_down_only_when_tested(now, before, said):
    assert told(said_difference(compare_shares(share(*now), share(*before)))) == said


def test_what_was_not_tested_says_so():
    assert (
        told(said_difference(Comparison(0.1, None, None, None, "none"))) == "+10.0 points, too few answers for a test"
    )
    assert said_difference(compare_shares(share(0, 0), share(1, 2))) is None


def test_the_rate_and_the_score_of_the_same_ninety_answers_are_three_figures():
    assert satisfied(NINETY).percent == 78
    assert rounded(satisfied(NINETY).value * 100, 1) == Decimal("77.8")
    assert rounded(satisfaction(NINETY, STEPS).value, 1) == Decimal("78.2")
    assert rounded(satisfaction(NINETY, LINEAR).value, 1) == Decimal("74.4")
    assert told(said_mean(satisfaction(NINETY, STEPS))) == "78.2 (n = 90)"
    assert set(MAPPINGS) == {"steps", "linear"}


def test_equal_steps_fit_any_scale_and_a_mapping_must_fit_the_answers():
    assert linear(5) == LINEAR
    assert linear(3) == (100, 50, 0)
    with pytest.raises(ValueError, match="no scale"):
        linear(1)
    with pytest.raises(ValueError, match="4 answers, 5 worths"):
        satisfaction((1, 2, 3, 4), LINEAR)


def test_a_score_has_the_interval_of_the_independent_package():
    values = [worth for worth, count in zip(STEPS, NINETY, strict=True) for _ in range(count)]
    low, high = DescrStatsW(values).tconfint_mean()
    for found in (satisfaction(NINETY, STEPS), mean(values)):
        assert (found.interval.low, found.interval.high) == (pytest.approx(low), pytest.approx(high))


def test_a_mean_of_next_to_nothing_says_no_more_than_it_knows():
    assert mean([]).value is None
    assert mean([3]).value == 3
    assert mean([3]).interval is None
    assert told(said_mean(mean([3]))) == "too few answers (n = 1)"
    assert satisfaction((0, 0, 0, 0, 0), STEPS).value is None


def test_an_index_counts_only_indicators_with_answers():
    assert index([Indicator(2, 90), Indicator(1, 60), Indicator(5, None)]) == 80
    assert index([Indicator(2, None)]) is None
    assert index([]) is None


def test_a_dimension_without_answers_leaves_with_its_weight():
    heard = Indicator(60, parts=(Indicator(1, 80), Indicator(3, 100)))
    unheard = Indicator(40, parts=(Indicator(1), Indicator(1)))
    assert index([heard, unheard]) == 95
    assert index([heard, Indicator(40, 70)]) == pytest.approx(0.6 * 95 + 0.4 * 70)


@pytest.mark.parametrize(
    ("promoters", "detractors", "n", "value", "low", "high"), [(36, 9, 67, 40, 22, 55), (5, 1, 10, 40, -7, 69)]
)
def test_the_worked_net_promoter_scores(promoters, detractors, n, value, low, high):
    found = Nps(promoters, detractors, n)
    assert (rounded(found.value), rounded(found.interval.low), rounded(found.interval.high)) == (value, low, high)
    assert found.needs_interval == (n == 10)


def test_promoters_passives_and_detractors_are_told_apart():
    assert nps([0, 6, 7, 8, 9, 10]) == Nps(2, 2, 6)
    assert told(said_nps(Nps(36, 9, 67))) == "40, between 22 and 55 (n = 67)"
    assert told(said_nps(Nps(5, 1, 10))) == "40, between −7 and 69 (n = 10)"
    assert told(said_nps(Nps(1, 1, 3))) == "too few answers (n = 3)"
    assert nps([]).value is None
    with pytest.raises(ValueError, match="11 is not from 0 to 10"):
        nps([11])


def test_effort_is_a_share_of_five_to_seven_and_a_mean():
    found = ces([7, 6, 5, 4, 1, 7, 7, 5, 3, 5])
    assert (found.easy.hits, found.easy.n, found.mean.value) == (7, 10, 5)
    with pytest.raises(ValueError, match="0 is not from 1 to 7"):
        ces([0])


def test_three_questions_make_an_index_with_equal_and_with_published_weights():
    assert acsi(10, 10, 10) == 100
    assert acsi(1, 1, 1) == 0
    assert acsi(8, 7, 9) == pytest.approx((8 + 7 + 9 - 3) / 27 * 100)
    published = (0.3885, 0.3190, 0.2925)
    assert acsi(8, 7, 9, published) == pytest.approx((7 * 0.3885 + 6 * 0.3190 + 8 * 0.2925) / 9 * 100)


def test_few_customers_narrow_the_interval_as_worked():
    assert shown(wilson(27, 30)) == (74, 97)
    assert shown(wilson(27, 30, population=40)) == (83, 94)
    assert share(27, 30, 40).interval == wilson(27, 30, population=40)


def test_a_census_has_no_sampling_error():
    found = share(27, 30, 30)
    assert found.is_census
    assert found.interval == wilson(27, 30, population=30) == Interval(0.9, 0.9)
    with pytest.raises(ValueError, match="31 answers of 30"):
        wilson(3, 31, population=30)


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_agrees_with_the_independent_package(hits, n):
    hits = min(hits, n)
    low, high = proportion_confint(hits, n, method="wilson", alpha=2 * stats.norm.sf(1.96))
    found = wilson(hits, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        (said_share(share(18, 20)), "90%（18/20）"),
        (said_share(share(121, 128)), "94.5%（n = 128）"),
        (said_share(share(2, 2)), "样本不足（n = 2）"),
        (said_share(share(0, 0)), "无有效回答"),
        (said_nps(Nps(36, 9, 67)), "40，区间 22～55（n = 67）"),
        (said_difference(compare_shares(share(46, 50), share(28, 40))), "上升 22.0 个百分点"),
    ],
)
def test_the_same_is_said_in_chinese(app, said, chinese):
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert gettext(said.text).format(**said.facts) == chinese
