"""Who leaves a survey (R27): whoever wants none, whoever is gone; a window left open; answers to what was not asked."""

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people import actions as people
from portal.domain.people import customers as file
from portal.domain.people.models import GONE, Contact, Customer, Person
from portal.domain.people.roles import Role
from portal.domain.surveys import answering, letters, links, plan, running, slips
from portal.domain.surveys.campaign_models import Invitation, OptOut
from portal.domain.surveys.results import results
from tests import survey_cast
from tests.campaign_cast import a_campaign, customers, invitations, launch, the
from tests.domain.test_calling import a_caller, a_case, called
from tests.factories import _quick, a_person, again


def letters_waiting(row: Invitation) -> int:
    rows = db.select(Letter).where(Letter.state == "waiting", letters.of_campaign(row.campaign, row))
    return len(db.session.scalars(rows).all())


def of_two_campaigns() -> tuple[int, int]:
    """Two that run and ask the same contact."""
    customers(1)
    one = a_campaign(launched=True)
    return one, a_campaign(launched=True)


def test_whoever_wants_no_more_surveys_is_asked_by_none_that_runs(app):
    one, two = of_two_campaigns()
    assert letters_waiting(invitations(two, "invited")[0]) == 1
    with transaction():
        answering.opt_out(invitations(one)[0], "link")
    other = invitations(two)[0]
    assert (other.state, other.outcome) == ("refused", "opted_out")
    assert letters_waiting(other) == 0
    assert links.behind(links.secret_of(other)) is None


def test_a_slip_of_the_key_that_took_them_off_puts_them_back_everywhere(app):
    key = a_case(survey_cast.a_campaign())
    contact = survey_cast.invitation(key).contact_id
    second = survey_cast.a_campaign()
    with transaction():
        row = survey_cast.invitation(key)
        other = Invitation(
            campaign_id=second, customer_id=row.customer_id, contact_id=contact, state="invited", made_at=clock.now(), sent_at=clock.now()
        )  # fmt: skip
        db.session.add(other)
        db.session.flush()
        other_key = other.id
    caller = a_caller()
    called(key, caller, "opted_out")
    assert survey_cast.invitation(other_key).state == "refused"
    with transaction():
        slips.take_back(survey_cast.invitation(key), db.session.get_one(Person, caller))
    assert [survey_cast.invitation(one).state for one in (key, other_key)] == ["invited", "invited"]


def test_nobody_comes_in_from_the_reserve_whom_a_rule_keeps_back_by_now(app):
    customers(5)
    key = a_campaign(launched=True, sample_size=2, reserve_size=3)
    reserve = sorted((one for one in invitations(key) if one.is_reserve), key=lambda one: one.draw_order)
    with transaction():
        db.session.add(OptOut(contact_id=reserve[0].contact_id, at=clock.now(), how="staff"))
    with transaction():
        came = running.replace(invitations(key, "invited")[0], the(key), _quick(Role.SUPERVISOR), "refused", "不愿意")
        assert [one.id for one in came] == [reserve[1].id]
    passed_over = survey_cast.invitation(reserve[0].id)
    assert (passed_over.state, passed_over.skipped) == ("skipped", "opted_out")


def test_the_link_of_whoever_has_left_works_no_more(app):
    member = a_person(Role.ORG_MEMBER)
    campaign = survey_cast.a_campaign()
    _, secret = survey_cast.an_invitation(campaign, member)
    assert links.behind(secret) is not None
    with transaction():
        people.disable(again(member), _quick(Role.ADMINISTRATOR), "离职")
    assert links.behind(secret) is None


def removed(contact_id: int) -> None:
    with transaction():
        contact = db.session.get_one(Contact, contact_id)
        file.remove_contact(db.session.get_one(Customer, contact.customer_id), _quick(Role.ACCOUNT_MANAGER), contact)


def test_a_contact_who_was_asked_can_be_taken_out_of_the_file_and_stays_counted(app):
    customers(2)
    key = a_campaign(launched=True)
    row = invitations(key, "invited")[0]
    assert letters_waiting(row) == 1
    customer = db.session.get_one(Customer, row.customer_id)
    removed(row.contact_id)
    gone = survey_cast.invitation(row.id)
    assert (gone.contact.role, gone.contact.name, gone.contact.email, gone.contact.phone) == (GONE, "—", "", "")
    assert file.contacts_of(customer) == []
    assert (gone.state, gone.outcome) == ("invited", "left")
    assert letters_waiting(gone) == 0
    assert links.behind(links.secret_of(gone)) is None


def test_the_plan_knows_that_nobody_is_left_to_be_asked(app):
    customers(1)
    key = a_campaign(launched=True)
    assert [one.to_do for one in plan.unheard(db.select(Customer), None, 9)] == ["asked"]
    removed(invitations(key, "invited")[0].contact_id)
    assert [one.to_do for one in plan.unheard(db.select(Customer), None, 9)] == ["no_contact"]
    assert [(one.asked, one.open) for one in plan.covered(db.select(Customer))] == [(0, 1)]


def test_a_draft_that_drew_somebody_who_left_meanwhile_asks_the_next_one(app):
    customers(3)
    key = a_campaign(sample_size=1, reserve_size=2)
    drawn = next(one for one in invitations(key) if not one.is_reserve)
    removed(drawn.contact_id)
    launch(key)
    asked = invitations(key, "invited")
    assert len(asked) == 1
    assert asked[0].id != drawn.id
    assert survey_cast.invitation(drawn.id).skipped == "left"


def test_a_contact_nobody_ever_asked_is_gone_altogether(app):
    customer = customers(1)[0]
    removed(file.contacts_of(customer)[0].id)
    assert db.session.scalar(db.select(db.func.count()).select_from(Contact)) == 0


def saved(key: int, posted: dict, codes=("nps", "words")) -> str:
    """Kept as a window sends it; gives what that window shows from then on."""
    with transaction():
        found = answering.held(survey_cast.invitation(key))
        answering.save(found, "link", posted, codes, section="s2")
        return found.marks(codes)


def test_a_window_left_open_takes_nothing_away_that_was_answered_elsewhere(app):
    key, _ = survey_cast.an_invitation(survey_cast.a_campaign())
    old = answering.sheet(survey_cast.invitation(key)).marks(("nps", "words"))
    saved(key, {"q.nps": ["9"], "q.words": ["在手机上写了很长的一段"], "seen": [old]})
    old = saved(key, {"q.nps": ["8"], "q.words": [""], "seen": [old]})
    saved(key, {"q.nps": ["7"], "q.words": [""], "seen": [old]})
    answers = answering.sheet(survey_cast.invitation(key)).answers
    assert answers["words"][0].text == "在手机上写了很长的一段"
    assert answers["nps"][0].number == 7


def test_what_a_window_itself_takes_away_is_gone(app):
    key, _ = survey_cast.an_invitation(survey_cast.a_campaign())
    mine = saved(key, {"q.nps": ["9"], "q.words": ["写错了"]})
    saved(key, {"q.nps": ["9"], "q.words": [""], "seen": [mine]})
    assert "words" not in answering.sheet(survey_cast.invitation(key)).answers


@pytest.mark.parametrize("seen", ["", "nps", "nps:", ":::", "words:" + "f" * 10_000, "x:y z"])
def test_marks_that_make_no_sense_count_for_nothing(app, seen):
    key, _ = survey_cast.an_invitation(survey_cast.a_campaign())
    saved(key, {"q.nps": ["9"], "seen": [seen]})
    assert answering.sheet(survey_cast.invitation(key)).answers["nps"][0].number == 9


def test_answers_to_what_was_not_asked_in_the_end_are_in_no_base(app):
    campaign = survey_cast.a_campaign()
    for _ in range(5):
        key, _ = survey_cast.an_invitation(campaign)
        for stars in ("2", "5"):
            saved(key, {"q.overall": [stars], "q.why": ["slow"]}, ("overall", "why"))
    with transaction():
        running.end(the(campaign), _quick(Role.SUPERVISOR), "提前结束")
    found = results(the(campaign))
    bases = {one.question.code: found.distributions(one)[0].n for one in found.paper.blocks}
    assert (found.partial, bases["overall"], bases["why"]) == (5, 5, 0)


def test_whoever_only_turned_the_pages_has_answered_nothing_in_part(app):
    campaign = survey_cast.a_campaign()
    key, _ = survey_cast.an_invitation(campaign)
    saved(key, {})
    with transaction():
        running.end(the(campaign), _quick(Role.SUPERVISOR), "提前结束")
    assert survey_cast.invitation(key).outcome == "no_reply"
