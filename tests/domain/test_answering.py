"""Answering (R26, R27): kept while typed, one response an invitation, parted from names where that was promised."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.refusals import Refused
from portal.domain.surveys import answering, links, questionnaires
from portal.domain.surveys.answer_models import Answer, Participation, Response
from portal.domain.surveys.campaign_models import Invitation, OptOut
from portal.domain.surveys.models import Questionnaire
from tests.factories import a_person
from tests.survey_cast import a_campaign, a_runner, an_invitation, invitation, q

ALL = ("overall", "why", "sides", "nps", "words")
WHOLE = {"q.overall": ["4"], "q.nps": ["9"], "q.words": ["都好"]}


def send(key: int, posted=WHOLE, codes=ALL, mode="link", **facts):
    row = invitation(key)
    with transaction():
        row = invitation_in(key)
        return answering.send(answering.held(row), mode, posted, codes, **facts)


def invitation_in(key: int) -> Invitation:
    return db.session.scalars(db.select(Invitation).where(Invitation.id == key).options(*links.along())).one()


def save(key: int, posted, codes, mode="link", **facts):
    with transaction():
        return answering.save(answering.held(invitation_in(key)), mode, posted, codes, **facts)


def kept() -> set:
    return {(one.question, one.item, one.choice, one.number, one.text) for one in db.session.scalars(db.select(Answer))}


def test_what_is_typed_is_kept_and_goes_on_in_the_portal(app):
    key, _ = an_invitation(a_campaign())
    save(key, {"q.overall": ["1"], "q.why": ["slow"]}, ALL[:3], section="s1")
    found = answering.sheet(invitation(key))
    assert (found.done, found.total, found.goes_on_at) == (2, 5, "s1")
    assert found.invitation.state == "begun"
    sent = send(key, {"q.nps": ["3"]}, ALL[3:], mode="portal")
    assert not sent.errors
    row = db.session.scalars(db.select(Response)).one()
    assert (row.state, row.mode, row.invitation_id) == ("sent", "portal", key)
    assert kept() == {("overall", "", None, 1, None), ("why", "slow", "slow", None, None), ("nps", "", None, 3, None)}


def test_what_is_missing_is_said_and_what_was_given_is_kept(app):
    key, _ = an_invitation(a_campaign())
    found = send(key, {"q.overall": ["2"], "q.nps": ["12"]})
    assert set(found.errors) == {"why", "nps"}
    assert (invitation(key).state, db.session.scalar(db.select(Participation))) == ("begun", None)
    assert kept() == {("overall", "", None, 2, None)}


def test_a_hidden_question_is_neither_needed_nor_counted(app):
    key, _ = an_invitation(a_campaign())
    save(key, {"q.overall": ["1"], "q.why": ["slow"]}, ALL[:3])
    assert not send(key).errors
    assert not {one for one in kept() if one[0] == "why"}


def test_sent_again_it_changes_and_stays_one_response(app):
    key, _ = an_invitation(a_campaign())
    send(key)
    assert save(key, {"q.nps": ["0"]}, ("nps",)).is_sent
    assert ("nps", "", None, 9, None) in kept()
    send(key, WHOLE | {"q.nps": ["10"]})
    assert ("nps", "", None, 10, None) in kept()
    assert (
        len(list(db.session.scalars(db.select(Response))))
        == len(list(db.session.scalars(db.select(Participation))))
        == 1
    )


def test_of_an_anonymous_one_nothing_leads_to_a_person(app):
    key, _ = an_invitation(a_campaign(anonymity="anonymous"))
    save(key, {"q.overall": ["4"]}, ("overall",))
    send(key, wants_answer=True)
    row = db.session.scalars(db.select(Response)).one()
    assert (row.invitation_id, row.customer_id, row.manager_id, row.sent_at, row.begun_at, row.saved_at, row.wants_answer) == (
        None, None, None, None, None, None, False,
    )  # fmt: skip
    assert row.id >= 2**30
    assert len(kept()) == 3
    assert invitation(key).state == "answered"
    assert db.session.get_one(Participation, key).on == row.sent_on
    with pytest.raises(Refused):
        send(key)
    assert len(kept()) == 3


def test_a_response_stays_with_the_version_it_was_begun_with(app):
    campaign, runner = a_campaign(), a_runner()
    early, _ = an_invitation(campaign)
    late, _ = an_invitation(campaign)
    save(early, {"q.overall": ["5"]}, ("overall",))
    with transaction():
        row = invitation_in(early)
        paper = db.session.get_one(Questionnaire, row.campaign.questionnaire_version.questionnaire_id)
        questionnaires.next_version(paper, runner)
        from portal.domain.surveys import editing

        questionnaires.change(
            paper, runner, lambda document: editing.put_question(document, "s2", q("fresh", required=True))
        )
        row.campaign.questionnaire_version = questionnaires.publish(paper, runner, "加一题")
    assert not send(early).errors
    assert set(send(late).errors) == {"fresh"}
    assert not send(late, WHOLE | {"q.fresh": ["3"]}, (*ALL, "fresh")).errors
    versions = {one.questionnaire_version_id for one in db.session.scalars(db.select(Answer))}
    assert len(versions) == 2


def test_whoever_opts_out_is_noted_once_and_the_link_ends(app):
    key, secret = an_invitation(a_campaign())
    for _ in range(2):
        with transaction():
            answering.opt_out(invitation_in(key), "link", "太多了")
    assert (invitation(key).state, invitation(key).outcome) == ("refused", "opted_out")
    assert len(list(db.session.scalars(db.select(OptOut)))) == 1
    assert links.behind(secret) is None


@pytest.mark.parametrize(
    "facts", [{"state": "drawn"}, {"state": "withdrawn"}, {"state": "skipped", "skipped": "recent"}, {"state": "ended"}]
)
def test_a_link_that_does_not_count_is_none(app, facts):
    _, secret = an_invitation(a_campaign(), **facts)
    assert links.behind(secret) is None


def test_a_link_works_while_its_campaign_is_open(app):
    campaign = a_campaign()
    key, secret = an_invitation(campaign)
    assert links.behind(secret).id == key
    with clock.shifted_by(timedelta(days=21)):
        assert links.behind(secret) is None
    with transaction():
        links.renew(db.session.get_one(Invitation, key))
    assert links.behind(secret) is None
    assert links.behind(links.secret(key)).id == key


def test_one_is_asked_what_is_ones_own_and_open(app):
    person, other = a_person(), a_person()
    key, _ = an_invitation(a_campaign(), person)
    assert [one.id for one in answering.asked_of(person)] == [key]
    assert answering.asked_of(other) == []
