"""Who a survey asks (R25, R27): the rule, strata and lots by a stored seed, and who is left in peace by which rule."""

from datetime import date, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.forum.party_models import Attendee
from portal.domain.people.models import Customer, Project
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.surveys import answering, campaigns, drawing
from portal.domain.surveys import population as populations
from portal.domain.surveys.population import Population
from tests.campaign_cast import a_campaign, a_contact, answered, customers, invitations, launch, the
from tests.factories import _quick, a_customer, a_person, a_supervisor, a_ticket, again, kept
from tests.forum_cast import a_party, an_event


def drawn(key: int) -> list[int]:
    return [one.customer_id for one in invitations(key, "drawn") if not one.is_reserve]


def passed_over(key: int) -> list[str]:
    return sorted(one.skipped for one in invitations(key, "skipped"))


# The arithmetic


def test_lots_are_divided_in_proportion_and_no_stratum_is_forgotten():
    assert drawing.proportional({"a": 50, "b": 30, "c": 20}, 10) == {"a": 5, "b": 3, "c": 2}
    assert drawing.proportional({"a": 97, "b": 2, "c": 1}, 10) == {"a": 8, "b": 1, "c": 1}
    assert drawing.proportional({"a": 3, "b": 2}, 9) == {"a": 3, "b": 2}
    assert sum(drawing.proportional({"a": 3, "b": 2, "c": 9}, 2).values()) == 2


def test_of_gold_cards_everybody_is_taken_beside_the_draw():
    found = drawing.divided({"gold|north": 4, "silver|north": 10, "silver|south": 20}, 6)
    assert {key: one.drawn for key, one in found.items()} == {"gold|north": 4, "silver|north": 2, "silver|south": 4}
    assert [key for key, one in found.items() if one.is_census] == ["gold|north"]
    assert all(one.is_census for one in drawing.divided({"silver|north": 10}, None).values())


def test_a_lot_is_what_anybody_can_reckon_from_seed_and_number():
    import hashlib

    assert drawing.lot(7, "K0001") == hashlib.sha256(b"7:K0001").hexdigest()
    numbers = [f"K{n:04}" for n in range(40)]
    assert drawing.in_order(7, numbers) == drawing.in_order(7, numbers[::-1])
    assert drawing.in_order(7, numbers) != drawing.in_order(8, numbers)


# The rule


def test_the_rule_says_who_is_meant_and_tells_it_in_words(app):
    gold, _, _ = (
        customers(1, card="gold", region="north"),
        customers(2, card="silver"),
        customers(1, card="gold", closed_on=date(2026, 1, 1)),
    )
    key = a_campaign(Population(cards=("gold",), regions=("north",)))
    assert drawn(key) == [gold[0].id]
    said = populations.in_words(populations.read(the(key).population), {})
    assert next(facts["names"].en for _, facts in said) == "Gold"


def test_what_is_kept_of_a_rule_reads_as_it_was():
    rule = Population(cards=("gold",), managers=(3,), finished_from=date(2026, 1, 1), only_unheard=True, divided_by=())
    assert populations.read(populations.write(rule)) == rule


def test_of_finished_projects_each_is_asked_about_once(app):
    (one,) = customers(1)
    customers(2)
    project = kept(Project(customer_id=one.id, name="专线扩容", finished_on=date(2026, 11, 3)))
    rule = Population(finished_from=date(2026, 11, 1), finished_until=date(2026, 11, 30))
    key = a_campaign(rule, launched=True)
    assert [(row.customer_id, row.project_id) for row in invitations(key)] == [(one.id, project.id)]
    with pytest.raises(Refused, match="No customer fits"):
        a_campaign(rule)


# The draw


def test_the_same_seed_draws_the_same_customers_again(app):
    customers(6, card="silver", region="north"), customers(6, card="silver", region="south")
    first = a_campaign(sample_size=4, reserve_size=2, seed=11)
    kept_so = [(one.customer_id, one.is_reserve, one.draw_order) for one in invitations(first)]
    assert len(drawn(first)) == 4
    assert len([one for one in kept_so if one[1]]) == 2
    with transaction():
        campaigns.draw(the(first), None, 11)
    assert [(one.customer_id, one.is_reserve, one.draw_order) for one in invitations(first)] == kept_so
    assert the(first).seed == 11
    assert {one["key"]: (one["size"], one["asked"]) for one in the(first).strata} == {
        "silver|north": (6, 2),
        "silver|south": (6, 2),
    }


def test_who_is_drawn_stands_for_as_many_as_the_stratum_has_for_each(app):
    customers(6, card="silver", region="north")
    key = a_campaign(sample_size=2)
    assert [one.weight for one in invitations(key, "drawn")] == [3.0, 3.0]
    two = a_customer(card="gold")
    a_contact(two), a_contact(two)
    both = a_campaign(Population(cards=("gold",), per_customer=2))
    assert [one.weight for one in invitations(both)] == [0.5, 0.5]


def test_a_sample_that_no_longer_fits_goes(app):
    customers(3)
    key = a_campaign()
    with transaction():
        row = the(key)
        campaigns.change(row, again(a_supervisor()), row.version, Population(cards=("gold",)))
    assert (invitations(key), the(key).drawn_at) == ([], None)
    assert "Nobody is drawn yet." in campaigns.problems(the(key))


# Who is left in peace


def test_whoever_wants_no_surveys_is_never_asked_and_it_cannot_be_overruled(app):
    customers(2)
    before = a_campaign(launched=True)
    with transaction():
        answering.opt_out(invitations(before)[0], "link")
    with clock.shifted_by(timedelta(days=400)):
        key = a_campaign()
        assert passed_over(key) == ["opted_out"]
        with pytest.raises(Refused, match="This rule stands"):
            campaigns.keep(invitations(key, "skipped")[0], the(key), again(a_supervisor()), "再问一次")


def test_whoever_cannot_be_reached_is_passed_over_unless_the_telephone_is_a_channel(app):
    one = a_customer()
    a_contact(one, email="", phone="13800000001")
    assert passed_over(a_campaign()) == ["no_address"]
    assert drawn(a_campaign(channels=["link", "phone"])) == [one.id]


def test_a_colleague_is_asked_where_the_first_contact_is_left_in_peace(app):
    person = a_person()
    person.disabled_at = clock.now()
    customer = db.session.get(Customer, person.customer_id)
    first = a_contact(customer, person_id=person.id)
    second = a_contact(customer, role="user")
    key = a_campaign()
    assert [(one.contact_id, one.skipped) for one in invitations(key)] == [(second.id, ""), (first.id, "left")]


def test_nobody_is_surveyed_twice_in_ninety_days_if_the_customer_was_heard(app):
    customers(2)
    before = a_campaign(launched=True)
    answered(invitations(before)[0])
    with clock.shifted_by(timedelta(days=60)):
        key = a_campaign()
        heard = invitations(before)[0].customer_id
        assert [(one.customer_id, one.skipped) for one in invitations(key, "skipped")] == [(heard, "recent")]
        asked = invitations(key, "drawn")[0]
        assert (asked.customer_id != heard, asked.kept_why) == (True, "coverage")
    with clock.shifted_by(timedelta(days=91)):
        assert passed_over(a_campaign()) == []


def test_a_severe_complaint_is_called_about_and_not_surveyed(app):
    person = a_person()
    a_contact(db.session.get(Customer, person.customer_id))
    a_ticket(by=person, severity="serious")
    assert passed_over(a_campaign()) == []
    a_ticket(by=person, severity="critical")
    assert passed_over(a_campaign()) == ["severe"]


def test_nobody_is_asked_around_a_forum_they_come_to(app):
    event = an_event()
    party = a_party(event)
    guest = db.session.scalars(db.select(Attendee).where(Attendee.registration_id == party.id)).first()
    customer = a_customer()
    a_contact(customer, email=guest.email or "x@example.test")
    with transaction():
        db.session.get_one(Attendee, guest.id).email = guest.email or "x@example.test"
    with clock.frozen_at(event.begins_at - timedelta(days=3)):
        assert passed_over(a_campaign()) == ["forum"]
    with clock.frozen_at(event.begins_at - timedelta(days=9)):
        assert passed_over(a_campaign()) == []


def test_somebody_is_asked_all_the_same_by_a_supervisor_who_says_why(app):
    person = a_person()
    a_contact(db.session.get(Customer, person.customer_id))
    a_ticket(by=person, severity="critical")
    key = a_campaign()
    row = invitations(key, "skipped")[0]
    with pytest.raises(Refused, match="say why"):
        campaigns.keep(row, the(key), again(a_supervisor()), " ")
    with pytest.raises(Refused, match="supervisors run"):
        campaigns.keep(row, the(key), _quick(Role.MANAGER), "x")
    with transaction():
        campaigns.keep(invitations(key, "skipped")[0], the(key), again(a_supervisor()), "客户主动要求参加")
    assert [(one.state, one.kept_why) for one in invitations(key)] == [("drawn", "客户主动要求参加")]
    assert launch(key) == 1


def test_a_second_contact_of_a_customer_who_is_asked_all_the_same_is_no_second_customer(app):
    customer = customers(1)[0]
    a_contact(customer)
    before = a_campaign()
    with transaction():
        invitations(before)[0].sent_at = clock.now()
        invitations(before)[0].state = "invited"
    key = a_campaign(Population(per_customer=2))
    assert [one["asked"] for one in the(key).strata] == [1]
    with transaction():
        campaigns.keep(invitations(key, "skipped")[0], the(key), again(a_supervisor()), "客户主动要求参加")
    assert len(invitations(key, "drawn")) == 2
    assert [one["asked"] for one in the(key).strata] == [1]


def test_a_customer_whose_contacts_are_all_passed_over_makes_room_for_the_next_lot(app):
    customers(4, card="silver", region="north")
    full = a_campaign(sample_size=2, seed=3)
    first = invitations(full, "drawn")[0]
    with transaction():
        answering.opt_out(first, "staff")
    key = a_campaign(sample_size=2, seed=3)
    assert first.customer_id not in drawn(key)
    assert (len(drawn(key)), passed_over(key)) == (2, ["opted_out"])


def test_whoever_a_rule_keeps_back_by_the_launch_is_replaced_from_the_reserve(app):
    customers(4, card="silver", region="north")
    key = a_campaign(sample_size=2, reserve_size=2, seed=3)
    gone, spare = invitations(key, "drawn")[0], next(one for one in invitations(key) if one.is_reserve)
    with transaction():
        answering.opt_out(gone, "staff")
        gone.state, gone.outcome = "drawn", ""
    assert launch(key) == 2
    by_customer = {one.customer_id: one for one in invitations(key)}
    assert by_customer[gone.customer_id].skipped == "opted_out"
    assert (by_customer[spare.customer_id].state, by_customer[spare.customer_id].replaces_id) == ("invited", gone.id)
