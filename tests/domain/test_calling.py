"""Surveys by telephone (R28): whose turn it is, how a call ends, when it is tried again; rates after AAPOR."""

from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Person
from portal.domain.people.roles import Role
from portal.domain.quality.days import zone
from portal.domain.refusals import Refused
from portal.domain.statistics import Outcomes
from portal.domain.surveys import answering, call_desk, calling, outcomes, scripts
from portal.domain.surveys.campaign_models import CallAttempt, Campaign, Invitation, OptOut
from tests.factories import a_person
from tests.survey_cast import a_campaign, an_invitation, invitation

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai, in the first stretch of the day."""


def a_case(campaign: int | None = None, **facts) -> int:
    key, _ = an_invitation(
        campaign or a_campaign(), **{"reminders": 0, "sent_at": clock.now() - timedelta(days=6)} | facts
    )
    with transaction():
        db.session.get_one(Contact, db.session.get_one(Invitation, key).contact_id).phone = "021-5555"
    return key


def a_caller() -> int:
    return a_person(Role.CALLER).id


def called(key: int, by: int, outcome: str, *more) -> CallAttempt:
    with transaction():
        return calling.record(invitation(key), db.session.get_one(Person, by), outcome, *more)


def next_for(by: int) -> int | None:
    with transaction():
        campaigns = call_desk.campaigns(db.select(Campaign))
        row = call_desk.next_case(db.select(Invitation), campaigns, db.session.get_one(Person, by))
        if row is not None:
            calling.take(call_desk.case(row.id), db.session.get_one(Person, by))
        return row.id if row else None


def local(at: datetime) -> str:
    return at.astimezone(zone()).strftime("%a %H:%M")


@pytest.mark.parametrize(("outcome", "when"), [
    ("busy", "Mon 10:30"), ("no_answer", "Mon 14:00"), ("call_later", "Tue 10:00"), ("link_wanted", "Wed 10:00"),
    ("refused_by_other", "Mon 10:00"), ("break_off", "Tue 10:00"), ("machine", "Mon 14:00"),
])  # fmt: skip
def test_each_outcome_knows_when_to_call_again(app, outcome, when):
    with clock.frozen_at(MONDAY):
        key = a_case()
        one = called(key, a_caller(), outcome, "听说在开会")
        assert local(one.next_at) == when
        assert invitation(key).next_call_at == one.next_at


def test_whoever_is_not_reached_is_tried_on_other_days_at_other_hours_and_then_left(app):
    with clock.frozen_at(MONDAY):
        key, by, at, moments = a_case(a_campaign(closes_at=clock.now() + timedelta(days=60))), a_caller(), MONDAY, []
    while at is not None:
        with clock.frozen_at(at + timedelta(minutes=5)):
            moments.append(local(clock.now()))
            at = called(key, by, "no_answer").next_at
    days = [one.split()[0] for one in moments]
    hours = {one.split()[1][:2] for one in moments}
    assert len(set(days)) == 5
    assert hours == {"10", "09", "14"}
    assert max(days.count(day) for day in days) == 2
    row = invitation(key)
    assert (row.state, row.outcome, row.next_call_at) == ("invited", "most_tried", None)


def test_an_appointment_needs_a_time_ahead_and_comes_before_all_others(app):
    with clock.frozen_at(MONDAY):
        campaign, by = a_campaign(), a_caller()
        other, key = a_case(campaign), a_case(campaign)
        for wrong in (None, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=40)):
            with pytest.raises(Refused):
                called(key, by, "appointment", "", wrong)
        called(key, by, "appointment", "下午三点", MONDAY + timedelta(hours=5))
        assert next_for(by) == other
    with clock.frozen_at(MONDAY + timedelta(hours=5)):
        assert next_for(by) == key


def test_what_was_agreed_with_one_is_left_to_them_until_it_is_late(app):
    with clock.frozen_at(MONDAY):
        key, mine, other = a_case(), a_caller(), a_caller()
        called(key, mine, "appointment", "", MONDAY + timedelta(hours=5))
    with clock.frozen_at(MONDAY + timedelta(hours=5, minutes=1)):
        assert next_for(other) is None
    with clock.frozen_at(MONDAY + timedelta(hours=5, minutes=40)):
        assert next_for(other) == key


def test_a_case_is_in_one_pair_of_hands_and_free_again_after_a_while(app):
    with clock.frozen_at(MONDAY):
        key, mine, other = a_case(), a_caller(), a_caller()
        assert next_for(mine) == key
        assert next_for(other) is None
        with pytest.raises(Refused, match="Somebody else"):
            called(key, other, "no_answer")
    with clock.frozen_at(MONDAY + timedelta(minutes=61)):
        assert next_for(other) == key


def test_only_who_kept_silent_to_letters_is_called_and_only_who_has_a_number(app):
    with clock.frozen_at(MONDAY):
        campaign, by = a_campaign(reminders=[5, 10]), a_caller()
        a_case(campaign, reminders=1, reminded_at=MONDAY - timedelta(days=9))
        a_case(campaign, reminders=2, reminded_at=MONDAY - timedelta(days=2))
        an_invitation(campaign, reminders=2, reminded_at=MONDAY - timedelta(days=9))
        assert next_for(by) is None
        a_case(
            campaign,
            reminders=2,
            reminded_at=MONDAY - timedelta(days=6),
            state="begun",
            begun_at=MONDAY - timedelta(hours=1),
        )
        silent = a_case(campaign, reminders=2, reminded_at=MONDAY - timedelta(days=6))
        assert next_for(by) == silent


def test_a_break_off_keeps_what_was_said_and_another_goes_on_and_the_link_too(app):
    with clock.frozen_at(MONDAY):
        key, mine, other = a_case(), a_caller(), a_caller()
        with transaction():
            by = db.session.get_one(Person, mine)
            answering.save(
                answering.held(invitation(key)), "phone", {"q.overall": ["4"]}, ["overall"], section="s1", by=by
            )
        called(key, mine, "break_off")
    with clock.frozen_at(MONDAY + timedelta(days=1)):
        assert next_for(other) == key
        found = answering.sheet(invitation(key))
        assert found.answers["overall"][0].number == 4
        with transaction():
            by = db.session.get_one(Person, other)
            sent = answering.send(
                answering.held(invitation(key)),
                "phone",
                {"q.nps": ["9"], "q.sides.speed": ["5"], "q.sides.price": ["4"]},
                ["nps", "sides"],
                by=by,
            )
            assert not sent.errors
            calling.completed(sent.invitation, by)
    row = invitation(key)
    assert (row.state, row.outcome, sent.response.mode, sent.response.taken_by_id) == (
        "answered",
        "complete",
        "phone",
        other,
    )
    assert [one.outcome for one in calling.attempts(row)] == ["complete", "break_off"]
    with pytest.raises(Refused, match="answered meanwhile"):
        called(key, other, "no_answer")


def test_who_refuses_needs_a_word_and_is_not_asked_again_in_this_campaign(app):
    with clock.frozen_at(MONDAY):
        key, by = a_case(), a_caller()
        with pytest.raises(Refused, match="note"):
            called(key, by, "refused")
        called(key, by, "refused", "不愿意")
        row = invitation(key)
        assert (row.state, row.outcome, row.next_call_at) == ("refused", "refused", None)
        assert next_for(by) is None


def test_who_wants_no_more_surveys_is_left_in_peace_for_good(app):
    with clock.frozen_at(MONDAY):
        key, by = a_case(), a_caller()
        called(key, by, "opted_out", "不再参加")
    row = invitation(key)
    kept = db.session.scalars(db.select(OptOut)).one()
    assert (row.state, row.outcome) == ("refused", "opted_out")
    assert (kept.contact_id, kept.how, kept.by_id) == (row.contact_id, "phone", by)


def test_who_prefers_the_link_gets_it_once_more(app):
    with clock.frozen_at(MONDAY):
        key, by = a_case(), a_caller()
        with transaction():
            db.session.get_one(Contact, invitation(key).contact_id).email = "li@example.test"
        called(key, by, "link_wanted")
    assert [letter.to_address for letter in db.session.scalars(db.select(Letter))] == ["li@example.test"]
    assert invitation(key).reminders == 1


def test_a_refusal_stays_one_whatever_is_found_later_and_an_answer_goes_before_all(app):
    assert outcomes.stronger("refused_by_other", "no_answer") == "refused_by_other"
    assert outcomes.stronger("no_answer", "not_there") == "not_there"
    assert outcomes.stronger("busy", "no_answer") == "no_answer"
    assert outcomes.stronger("refused_by_other", "wrong_number") == "wrong_number"
    assert outcomes.stronger("", "busy") == "busy"
    assert outcomes.stronger("complete", "left") == "complete"


def test_the_rates_are_those_of_aapor():
    """The worked example of an independent package for AAPOR's rates: 4 I, 2 P, and one each of R, NC, O, UH, UO and X."""
    found = outcomes.summed([
        ("answered", "complete", 4), ("ended", "partial", 2), ("refused", "refused", 1), ("ended", "most_tried", 1),
        ("invited", "ill", 1), ("invited", "no_answer", 1), ("invited", "", 1), ("invited", "wrong_number", 1),
    ])  # fmt: skip
    assert found == Outcomes(4, 2, 1, 1, 1, 1, 1, 1)
    assert found.response_rate(1) == pytest.approx(4 / 11)
    assert found.cooperation == pytest.approx(4 / 8)
    assert found.contact == pytest.approx(8 / 11)
    assert found.refusal == pytest.approx(1 / 11)


def test_every_code_is_of_the_list_and_counts_as_its_first_digits_say(app):
    """AAPOR: 1.1 and 1.2 interviews, 2.1 refusals, 2.2 non-contact, 2.3 other, 3 unknown, 4 not eligible."""
    families = {
        "1.1": {"I"},
        "1.2": {"P"},
        "2.1": {"R"},
        "2.2": {"NC"},
        "2.3": {"O"},
        "3.1": {"UH", "UO"},
        "3.3": {"UO"},
    }
    for one in outcomes.OUTCOMES.values():
        expected = {"X"} if one.aapor.startswith("4") else families[one.aapor[:3]]
        assert one.letters in expected, one.code
    keys = [one.key for one in outcomes.OUTCOMES.values() if one.key]
    assert len(set(keys)) == len(keys)


def test_the_script_stands_with_names_in_it_in_both_languages(app):
    key, officer = a_case(), a_person(Role.CALLER, name="何静").id
    said = scripts.filled(invitation(key), db.session.get_one(Person, officer))
    assert "李经理" in said["greeting"].zh
    assert "何静" in said["greeting"].zh
    assert "September wave" in said["greeting"].en
    assert all("{" not in words.zh + words.en for words in said.values())
    assert scripts.wrong("{nobody|x} {officer|y}") == ["{nobody}"]
