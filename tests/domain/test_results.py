"""Results of surveys (R29): every figure from the stored answers, with its base; small groups hidden, also by subtraction."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.statistics import PER_ACCOUNT, PER_ANSWER, Answer, at_level
from portal.domain.surveys import questionnaires
from portal.domain.surveys.answer_models import Answer as Kept
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.campaign_models import Campaign
from portal.domain.surveys.document import write
from portal.domain.surveys.models import Questionnaire
from portal.domain.surveys.result_rows import WHOLE
from portal.domain.surveys.results import INDEX, results
from portal.i18n import Words
from tests.domain.test_answering import save
from tests.results_cast import a_named_customer, answers, ended, rated, the
from tests.survey_cast import a_campaign, a_document, a_runner, an_invitation


def read(campaign: int, **how):
    db.session.rollback()
    return results(the(campaign), **how)


def line(found, name: str):
    return next(one for one in found.paper.lines if one.name == name)


def test_the_worked_example_of_rate_and_score(app):
    """formulas.md 3.2: 90 answers 30/40/10/8/2 are 77.8% 满意率 and 78.2 满意度."""
    campaign = a_campaign()
    rated(campaign, *[5] * 30, *[4] * 40, *[3] * 10, *[2] * 8, *[1] * 2)
    cell = (found := read(campaign, level=PER_ANSWER)).cell(line(found, "overall"))
    assert (cell.n, cell.rate.hits, f"{cell.rate.value:.3f}", cell.score_shown) == (90, 70, "0.778", "78.2")
    assert (cell.rate_shown, cell.count_shown, cell.rate_between) == ("78%", "70/90", "68–85%")


def test_per_customer_each_customer_counts_once(app):
    campaign, big = a_campaign(), a_named_customer()
    for stars in ("5", "5", "5", "1"):
        answers(campaign, {"overall": stars, "nps": "9", "why": "slow"}, big)
    rated(campaign, 1, 1)
    by_account, by_answer = read(campaign), read(campaign, level=PER_ANSWER)
    assert by_account.cell(line(by_account, "overall")).rate.value == pytest.approx((0.75 + 0 + 0) / 3)
    assert by_answer.cell(line(by_answer, "overall")).rate.value == pytest.approx(3 / 6)


def test_sums_of_the_database_give_what_the_statistics_give(app):
    dice, campaign = random.Random(4), a_campaign()
    given: dict[str, list[Answer]] = {"overall": [], "sides-speed": []}
    for _ in range(14):
        customer = a_named_customer()
        for _ in range(dice.randint(1, 3)):
            overall, speed = dice.randint(1, 5), dice.randint(1, 5)
            said = {"overall": str(overall), "sides.speed": str(speed), "sides.price": "na", "nps": "7", "why": "slow"}
            answers(campaign, said, customer)
            for name, stars in (("overall", overall), ("sides-speed", speed)):
                given[name].append(Answer(customer, (0, 30, 60, 80, 100)[stars - 1]))
    for level in (PER_ACCOUNT, PER_ANSWER):
        found = read(campaign, level=level)
        for name, said in given.items():
            mean = at_level(said, level).mean
            cell = found.cell(line(found, name))
            assert (cell.n, cell.score.n) == (len(said), mean.n)
            assert cell.score.value == pytest.approx(mean.value)
            assert cell.score.interval.low == pytest.approx(mean.interval.low)
            share = at_level([Answer(one.account, float(one.value >= 80)) for one in said], level).share
            assert cell.rate.value == pytest.approx(share.value)
            assert cell.rate.interval.high == pytest.approx(share.interval.high)


def test_not_applicable_and_hidden_questions_leave_the_base(app):
    campaign = a_campaign()
    rated(campaign, 5, 5, 4, 4, 2)
    answers(campaign, {"overall": "na", "nps": "9"})
    found = read(campaign)
    overall, why = found.paper.block("overall"), found.paper.block("why")
    [of_overall], [of_why] = found.distributions(overall), found.distributions(why)
    assert (of_overall.n, of_overall.not_applicable, of_overall.unanswered) == (5, 1, 0)
    assert (of_why.n, of_why.unanswered, of_why.is_hidden) == (1, 5, True)


def test_fewer_than_five_answers_are_no_figure(app):
    campaign = a_campaign()
    rated(campaign, 5, 4, 4, 1)
    found = read(campaign)
    cell = found.cell(line(found, "overall"))
    assert (found.is_hidden, cell.is_hidden, cell.rate_shown, cell.score_shown, cell.n_shown) == (
        True,
        True,
        "—",
        "—",
        "",
    )


def test_a_small_group_is_hidden_and_a_second_one_with_it(app):
    """From the whole and all groups but one the small one would follow: the next larger is hidden too (R29)."""
    campaign = a_campaign()
    rated(campaign, *[5] * 9, tier="strategic")
    rated(campaign, *[4] * 6, tier="key")
    rated(campaign, 1, 2, tier="ordinary")
    found = read(campaign, by="tier")
    shown = {group: found.cell(line(found, "overall"), group).rate_shown for group in found.groups}
    assert shown == {"strategic": "100%", "key": "—", "ordinary": "—"}
    assert found.shown_groups == ["strategic"]
    assert found.cell(line(found, "overall")).rate_shown == "88%"


def test_a_group_large_enough_is_hidden_where_few_of_it_answered_the_question(app):
    campaign = a_campaign()
    for number in range(12):
        speed = "5" if number not in (0, 1, 2) else "na"
        tier = "key" if number < 6 else "strategic"
        answers(campaign, {"overall": "5", "nps": "9", "sides.speed": speed, "sides.price": "4"}, tier=tier)
    found = read(campaign, by="tier")
    speed = {group: found.cell(line(found, "sides-speed"), group).is_hidden for group in ("key", "strategic")}
    assert speed == {"key": True, "strategic": True}
    assert not found.cell(line(found, "sides-price"), "key").is_hidden


def test_a_mean_of_figures_of_which_one_is_hidden_is_hidden_too(app):
    campaign = a_campaign()
    for number in range(12):
        speed = "5" if number not in (0, 1, 2) else "na"
        answers(campaign, {"overall": "5", "nps": "9", "sides.speed": speed, "sides.price": "4"}, tier="key" if number < 6 else "strategic")  # fmt: skip
    found = read(campaign, by="tier")
    assert found.side(INDEX, "key").is_hidden
    assert not found.side(INDEX, WHOLE).is_hidden


def test_the_index_is_the_mean_of_means_and_knows_how_sure_it_is(app):
    campaign = a_campaign()
    said = [(5, 4, 3), (4, 4, 4), (3, 2, 5), (5, 5, 5), (2, 3, 4), (4, 5, 2)]
    for overall, speed, price in said:
        answers(campaign, {"overall": str(overall), "sides.speed": str(speed), "sides.price": str(price), "nps": "8", "why": "slow"})  # fmt: skip
    found = read(campaign, level=PER_ANSWER)
    worth = {1: 0, 2: 30, 3: 60, 4: 80, 5: 100}
    each = [(worth[a] + (worth[b] + worth[c]) / 2) / 2 for a, b, c in said]
    mean = at_level([Answer(number, value) for number, value in enumerate(each)], PER_ANSWER).mean
    assert found.side().mean.value == pytest.approx(mean.value)
    assert found.side().mean.interval.low == pytest.approx(mean.interval.low)


def test_what_broke_off_counts_where_it_was_answered(app):
    campaign = a_campaign()
    rated(campaign, 5, 5, 5, 5)
    key, _ = an_invitation(campaign)
    save(key, {"q.overall": ["1"]}, ["overall"])
    assert read(campaign).n == 4
    ended(campaign)
    found = read(campaign, level=PER_ANSWER)
    assert (found.n, found.partial) == (5, 1)
    assert found.cell(line(found, "overall")).rate_shown == "80%"


def test_an_anonymous_survey_has_no_customers_and_shows_no_groups_while_it_runs(app):
    campaign = a_campaign(anonymity="anonymous")
    rated(campaign, *[4] * 12)
    found = read(campaign, by="tier", level=PER_ACCOUNT)
    assert (found.level, found.asked.by, found.n) == (PER_ANSWER, "", 0)
    ended(campaign)
    found = read(campaign, by="tier")
    assert (found.n, found.asked.by) == (12, "tier")


def test_answers_to_a_running_anonymous_survey_are_shown_in_lots_of_five_days_later(app):
    """Nobody who looks each morning can subtract yesterday's page and read one answer."""
    campaign, seen = a_campaign(anonymity="anonymous"), []
    for day, stars in enumerate(([5] * 3, [4] * 3, [3] * 2, [2] * 4, [1])):
        with clock.shifted_by(timedelta(days=day)):
            rated(campaign, *stars)
            seen.append(read(campaign).n)
    assert seen == [0, 0, 0, 6, 6]
    ended(campaign)
    assert read(campaign).n == 13


def test_both_versions_of_a_questionnaire_stay_right(app):
    """Changed while answers come in: what means the same is put together, what does not stands for itself."""
    campaign = a_campaign()
    rated(campaign, *[5] * 6)
    document, by = a_document(), a_runner()
    key = the(campaign).questionnaire_version.questionnaire_id
    first = document.sections[0]
    changed = replace(first, questions=(replace(first.questions[0], words=Words("您会再选我们吗？", "Would you?")), *first.questions[1:]))  # fmt: skip
    with transaction():
        paper = db.session.get_one(Questionnaire, key)
        questionnaires.next_version(paper, by).document = write(document.with_section(changed))
        db.session.flush()
        version = questionnaires.publish(paper, by, "换了说法")
        db.session.get_one(Campaign, campaign).questionnaire_version_id = version.id
    rated(campaign, *[1] * 5)
    found = read(campaign, level=PER_ANSWER)
    shown = {one.name: (found.cell(one).n, found.cell(one).rate_shown) for one in found.paper.lines if one.code == "overall"}  # fmt: skip
    assert shown == {"overall-1": (5, "0%"), "overall": (6, "100%")}
    assert found.cell(line(found, "nps")).n == 11
    assert {one.versions for one in found.paper.lines if one.code == "overall"} == {(2,), (1,)}


def test_the_number_of_answers_is_no_matter_for_the_number_of_statements(app, statements):
    campaign = a_campaign()
    counts = []
    for number in (6, 9):
        rated(campaign, *[4] * number, tier="key")
        rated(campaign, *[3] * number, tier="strategic")
        row = the(campaign)
        statements.clear()
        found = results(row, by="tier")
        [found.cell(one, group) for one in found.paper.lines for group in found.groups]
        assert found.side().shown != "—"
        counts.append(len(statements))
    assert counts[0] == counts[1] == 5


def test_nothing_of_another_campaign_is_counted(app):
    one, other = a_campaign(), a_campaign()
    rated(one, *[5] * 6)
    rated(other, *[1] * 6)
    assert read(one).n == 6
    assert read(one).cell(line(read(one), "overall")).rate_shown == "100%"
    assert db.session.scalar(db.select(db.func.count()).select_from(Response)) == 12
    assert db.session.scalar(db.select(db.func.count()).select_from(Kept)) > 12
