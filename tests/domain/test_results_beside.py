"""A survey beside others (R29): groups, waves, priorities, league tables, and who took part."""

import pytest

from portal.db import db, transaction
from portal.domain.people.masking import masked
from portal.domain.people.models import Customer
from portal.domain.people.roles import Role
from portal.domain.statistics import PER_ANSWER
from portal.domain.surveys import result_answers, result_groups, result_priorities, result_response, result_waves
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.campaign_lists import figures
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.results import results
from tests.factories import a_person
from tests.results_cast import a_named_customer, answers, customers_of, rated, the
from tests.survey_cast import a_campaign, an_invitation


def read(campaign: int, **how):
    db.session.rollback()
    return results(the(campaign), **how)


def test_a_letter_stands_where_a_group_is_higher_beyond_chance(app):
    campaign = a_campaign()
    rated(campaign, *[5] * 20, tier="strategic")
    rated(campaign, *[2] * 15, *[5] * 5, tier="key")
    found = read(campaign, by="tier", level=PER_ANSWER)
    marks = result_groups.letters_of(found)
    at = found.shown_groups.index("key")
    assert marks == {("overall", "strategic"): "AB"[at]}
    [table] = result_groups.crosstabs(found, found.paper.block("overall"))
    assert table.association.p < 0.001
    assert {group: column.n for group, column in table.columns.items()} == {"strategic": 20, "key": 20}


def test_a_wave_rises_only_where_a_test_says_so_and_the_same_customers_are_compared_pair_by_pair(app):
    first = a_campaign()
    mine = [a_named_customer() for _ in range(8)]
    for customer in mine:
        answers(first, {"overall": "3", "nps": "5"}, customer)
    rated(first, *[2] * 12)
    second = a_campaign_after(first)
    for customer in mine:
        answers(second, {"overall": "4", "nps": "5"}, customer)
    rated(second, *[5] * 12, *[4] * 4)
    seen = result_waves.waves(read(second, level=PER_ANSWER))
    overall = next(one for one in seen.courses if one.line.code == "overall")
    assert [one.id for one in seen.campaigns] == [first, second]
    assert overall.change.direction == "up"
    assert (overall.same_n, overall.same.difference) == (8, pytest.approx(20.0))
    nps = next(one for one in seen.courses if one.line.code == "nps")
    assert nps.change is None


def a_campaign_after(first: int) -> int:
    """Another wave of the same questionnaire."""
    row = the(first)
    second = a_campaign(follows_id=first)
    with transaction():
        db.session.get_one(Campaign, second).questionnaire_version_id = row.questionnaire_version_id
    return second


def test_what_goes_with_satisfaction_and_is_bad_comes_first(app):
    campaign = a_campaign()
    for number in range(32):
        overall = 1 + number % 5
        price = 4 + number % 2
        answers(campaign, {"overall": str(overall), "sides.speed": str(max(1, overall - 1)), "sides.price": str(price), "nps": "7", "why": "slow"})  # fmt: skip
    chart = result_priorities.priorities(read(campaign, level=PER_ANSWER))
    assert chart.how == result_priorities.DERIVED
    assert [(one.key, one.quadrant) for one in chart.points] == [("sides-speed", "improve"), ("sides-price", "spare")]


def test_of_fewer_than_thirty_answers_no_importance_is_derived(app):
    campaign = a_campaign()
    rated(campaign, *[4] * 20)
    assert result_priorities.priorities(read(campaign)).how is None


def test_a_league_table_names_no_group_of_fewer_than_five(app):
    campaign = a_campaign()
    for stars, number in ((5, 12), (3, 11), (1, 3)):
        manager = a_person(Role.ACCOUNT_MANAGER)
        with_manager(campaign, manager.id, stars, number)
    found = read(campaign, by="manager", level=PER_ANSWER)
    table = result_groups.table(found, "manager", found.paper.overall())
    assert table.number_hidden == 2
    assert [(one.raw, one.unit.n, one.unit.customers) for one in table.places] == [(1.0, 12, 12)]


def test_of_a_rated_person_nothing_follows_from_a_region_without_the_others(app):
    campaign = a_campaign()
    few, beside, north, more = (a_person(Role.ACCOUNT_MANAGER).id for _ in range(4))
    for manager, region, number in ((few, "south", 3), (beside, "south", 9), (north, "north", 7), (more, "north", 20)):
        with_manager(campaign, manager, 5, number, region=region)
    split = read(campaign, by="manager", level=PER_ANSWER)
    assert split.shown_groups == [str(more)]
    table = result_groups.table(split, "manager", split.paper.overall())
    assert [one.unit.key for one in table.places] == [str(more)]
    assert len(read(campaign, by="region", level=PER_ANSWER).shown_groups) == 2


def with_manager(campaign: int, manager: int, stars: int, number: int, **facts) -> None:
    for _ in range(number):
        customer = a_named_customer(**facts)
        with transaction():
            db.session.get_one(Customer, customer).account_manager_id = manager
        answers(campaign, {"overall": str(stars), "nps": "7", "why": "slow"}, customer)


def test_rates_follow_aapor_and_agree_with_the_campaigns_own_page(app):
    campaign = a_campaign()
    rated(campaign, *[5] * 6)
    for state, outcome in (("invited", ""), ("ended", "no_reply"), ("refused", "refused"), ("withdrawn", "away"), ("withdrawn", "left"), ("ended", "partial"), ("skipped", "")):  # fmt: skip
        an_invitation(campaign, state=state, outcome=outcome, skipped="recent" if state == "skipped" else "")
    part = result_response.taking_part(the(campaign))
    one = part.outcomes
    assert (one.complete, one.partial, one.refused, one.not_reached, one.unknown_other, one.ineligible) == (
        6,
        1,
        1,
        1,
        2,
        1,
    )
    assert (part.rate("RR1"), part.rate("COOP1"), part.rate("RR2")) == ("55%", "75%", "64%")
    shown = figures(db.select(Invitation), [campaign])[campaign]
    assert (shown.answered, shown.asked) == (6, 11)


def test_silent_customers_of_another_tier_are_seen_and_weighted_in(app):
    campaign = a_campaign()
    rated(campaign, *[5] * 12, tier="strategic")
    rated(campaign, *[2] * 6, tier="key")
    for _ in range(20):
        an_invitation(campaign, customer_id=a_named_customer(tier="key"))
    part = result_response.taking_part(the(campaign))
    assert "tier" in part.differs
    found = read(campaign, level=PER_ANSWER)
    weighted = result_response.as_asked(the(campaign), part, found.paper.overall(), "tier")
    assert (str(weighted.raw.percent), str(weighted.weighted.percent)) == ("67", "32")


def test_words_are_masked_without_touching_the_rest():
    said = "王工昨天电话021-5555 0000没人接，见 www.firma.cn，第3次了"
    assert masked(said, ["王工"]) == "×××昨天电话×××没人接，见 ×××，第3次了"


def test_the_answers_behind_are_those_of_the_customers_one_may_see(app):
    campaign = a_campaign()
    rated(campaign, *[5] * 6, *[1] * 2)
    found = read(campaign)
    low = result_answers.sheets(db.select(Response), found, ("overall", "", "1"), None, 10)
    assert len(low) == 2
    assert {one.response.customer_id for one in low} <= {one.id for one in customers_of(campaign)}
    assert [one.number for one in low[0].said][:1] == [1.0]
