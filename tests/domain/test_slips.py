"""A wrong key on the telephone is taken back for a moment (R28): the case stands as before, the journal keeps both."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Person
from portal.domain.refusals import Refused
from portal.domain.surveys import answering, calling, fatigue, letters, slips
from portal.domain.surveys.campaign_models import CallAttempt, OptOut
from tests.domain.test_calling import MONDAY, a_caller, a_case, called
from tests.factories import a_person, again
from tests.survey_cast import a_campaign, an_invitation, invitation


@pytest.fixture(autouse=True)
def _a_monday():
    with clock.frozen_at(MONDAY):
        yield


def stands(key: int) -> tuple:
    row = invitation(key)
    return row.state, row.outcome, row.next_call_at, row.call_agreed


def taken_back(key: int, by: int) -> None:
    with transaction():
        slips.take_back(invitation(key), db.session.get_one(Person, by))


@pytest.mark.parametrize(
    ("outcome", "note"),
    [
        ("no_answer", ""),
        ("busy", ""),
        ("refused", "不愿意"),
        ("opted_out", ""),
        ("wrong_number", "号码是别人的"),
        ("call_later", ""),
    ],
)
def test_whatever_was_pressed_the_case_stands_as_before_and_is_in_hand_again(app, outcome, note):
    key, by = a_case(), a_caller()
    called(key, by, "not_there")
    before = stands(key)
    with clock.frozen_at(MONDAY + timedelta(hours=5)):
        called(key, by, outcome, note)
        taken_back(key, by)
    assert stands(key) == before
    assert invitation(key).held_at is not None
    assert [one.outcome for one in calling.attempts(invitation(key))] == ["not_there"]
    assert db.session.scalars(db.select(OptOut).where(OptOut.ended_at.is_(None))).all() == []
    rows = db.select(Entry.verb).where(
        Entry.record == "survey_invitation", Entry.record_id == key, Entry.verb.startswith("survey.call")
    )
    told = list(db.session.scalars(rows.order_by(Entry.id)))
    assert told == ["survey.called", "survey.called", "survey.call_taken_back"]


def test_the_last_try_that_was_none_is_not_the_last_try(app):
    key, by = a_case(), a_caller()
    days = settings.policy().surveys.phone_days
    for day in range(days - 1):
        with clock.frozen_at(MONDAY + timedelta(days=day)):
            called(key, by, "no_answer")
    before = stands(key)
    with clock.frozen_at(MONDAY + timedelta(days=days)):
        called(key, by, "no_answer")
        assert invitation(key).outcome == "most_tried"
        taken_back(key, by)
    assert stands(key) == before


def test_a_letter_that_was_held_back_leaves_after_all(app):
    person = a_person()
    key, _ = an_invitation(a_campaign(), again(person), reminders=0, sent_at=clock.now() - timedelta(days=6))
    by = a_caller()
    with transaction():
        row = invitation(key)
        letters.invite(row, row.campaign, db.session.get_one(Person, by), clock.now() + timedelta(hours=2))
    called(key, by, "wrong_number", "不是他")
    assert db.session.scalars(db.select(Letter.state)).all() == ["cancelled"]
    taken_back(key, by)
    db.session.rollback()
    assert db.session.scalars(db.select(Letter.state)).all() == ["waiting"]


def test_nobody_takes_back_what_another_pressed_or_what_is_long_past_or_was_followed_by_a_call(app):
    key, by, other = a_case(), a_caller(), a_caller()
    called(key, by, "no_answer")
    with pytest.raises(Refused):
        taken_back(key, other)
    with clock.frozen_at(MONDAY + slips.MOMENT), pytest.raises(Refused):
        taken_back(key, by)
    with transaction():
        calling.take(invitation(key), db.session.get_one(Person, other))
    with pytest.raises(Refused):
        taken_back(key, by)
    assert len(db.session.scalars(db.select(CallAttempt)).all()) == 1


def test_of_two_outcomes_only_the_last_is_taken_back_and_that_once(app):
    first, second, by = a_case(), a_case(), a_caller()
    called(first, by, "no_answer")
    called(second, by, "busy")
    with pytest.raises(Refused):
        taken_back(first, by)
    taken_back(second, by)
    with pytest.raises(Refused):
        taken_back(second, by)


def test_who_answered_by_the_link_meanwhile_has_answered(app):
    key, by = a_case(), a_caller()
    called(key, by, "no_answer")
    with transaction():
        given = {"q.overall": ["4"], "q.nps": ["9"]}
        assert not answering.send(answering.held(invitation(key)), "link", given, ["overall", "nps"]).errors
    with pytest.raises(Refused):
        taken_back(key, by)
    assert invitation(key).state == "answered"


def test_who_wanted_no_more_surveys_by_a_wrong_key_may_be_asked_by_the_next_campaign(app):
    key, by = a_case(), a_caller()
    called(key, by, "opted_out")
    taken_back(key, by)
    contact = invitation(key).contact_id
    hit = fatigue.rules_hit(db.select(Contact.id).where(Contact.id == contact), clock.now() + timedelta(days=200), True)
    assert contact not in hit
