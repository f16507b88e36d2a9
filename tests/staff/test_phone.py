"""The telephone console at the staff's door (R28): the next case, the script, the sheet, outcomes; the supervisor's view."""

from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.surveys import answering
from portal.domain.surveys.campaign_models import CallAttempt, Campaign
from tests.domain.test_calling import MONDAY, a_case
from tests.factories import a_person, a_supervisor, a_ticket, again
from tests.survey_cast import a_campaign, an_invitation, invitation

HOME = "/staff/phone/"


def of(key: int, more: str = "") -> str:
    return f"{HOME}{key}{more}"


def a_caller(**facts):
    return a_person(Role.CALLER, **facts)


@pytest.fixture(autouse=True)
def _a_monday():
    with clock.frozen_at(MONDAY):
        yield


def test_the_desk_says_how_many_wait_and_leads_to_the_first(app, sign_in):
    campaign = a_campaign()
    first, second = a_case(campaign), a_case(campaign)
    browser = sign_in(a_caller())
    assert "2" in browser.page(HOME).select_one("tbody td.num").get_text()
    assert browser.post(HOME + "next").location == of(first)
    assert browser.post(HOME + "next", {"but": first}).location == of(second)


def test_a_case_shows_number_script_open_tickets_and_the_questions(app, sign_in):
    person = a_person(phone="13912345678")
    number = a_ticket(by=person, subject="专线中断").number
    campaign = a_campaign()
    key, _ = an_invitation(campaign, again(person), reminders=0, sent_at=clock.now() - timedelta(days=6))
    page = sign_in(a_caller(name="何静")).page(of(key))
    assert [a["href"] for a in page.select(".call-reach a")] == ["tel:13912345678"]
    script = page.select_one("#script").get_text()
    assert "何静" in script
    assert "{" not in script
    assert number in page.select_one("#tickets").get_text()
    assert len(page.select("#questions .survey-question")) == 3
    keys = [button["data-key"] for button in page.select(".phone-outcome")]
    assert len(keys) == len(set(keys)) == 16
    assert "14:00" in page.select_one("button[value=no_answer]").get_text()


def test_an_interview_is_written_down_section_by_section_and_leads_to_the_parting_and_the_next(app, sign_in):
    campaign, caller = a_campaign(), a_caller().id
    key, second = a_case(campaign), a_case(campaign)
    browser = sign_in(db.session.get_one(Person, caller))
    browser.post(HOME + "next")
    given = {"section": "s1", "step": "next", "q.overall": "4", "q.sides.speed": "5", "q.sides.price": "na"}
    with clock.frozen_at(MONDAY + timedelta(minutes=4)):
        assert browser.post(of(key), given).location.endswith("section=s2")
        refused = browser.post(of(key), {"section": "s2", "step": "send"})
        assert refused.status_code == 422
        assert "Please answer this question." in refused.text
        last = {"section": "s2", "step": "send", "q.nps": "9", "q.words": "很好", "wants_answer": "y"}
        answer = browser.post(of(key), last)
    assert answer.location == of(key, "/thanks")
    over = browser.page(answer.location)
    assert "All answers are kept" in over.get_text()
    row = invitation(key)
    sheet = answering.sheet(row)
    assert (row.state, sheet.response.mode, sheet.response.taken_by_id, sheet.response.wants_answer) == (
        "answered",
        "phone",
        caller,
        True,
    )
    call = db.session.scalars(db.select(CallAttempt)).one()
    assert (call.outcome, call.seconds, call.by_id) == ("complete", 240, caller)
    assert browser.post(HOME + "next", {"but": key}).location == of(second)


def test_what_is_being_said_is_kept_at_once_and_goes_on_by_the_link(app, sign_in):
    key = a_case()
    kept = sign_in(a_caller()).post(of(key, "/kept"), {"section": "s1", "q.overall": "2"})
    assert "answered" in kept.text
    assert answering.sheet(invitation(key)).answers["overall"][0].number == 2


def test_one_outcome_is_kept_and_the_next_case_comes(app, sign_in):
    campaign = a_campaign()
    first, second = a_case(campaign), a_case(campaign)
    browser = sign_in(a_caller())
    answer = browser.post(of(first, "/outcome"), {"outcome": "no_answer"})
    assert answer.location == of(second)
    assert "14:00" in browser.page(answer.location).get_text()
    assert invitation(first).outcome == "no_answer"


@pytest.mark.parametrize("given", [
    {"outcome": "appointment"}, {"outcome": "refused"}, {"outcome": "nonsense"}, {},
    {"outcome": "appointment", "call_at": "2020-01-01T10:00"},
])  # fmt: skip
def test_an_outcome_that_lacks_something_comes_back_and_nothing_is_kept(app, sign_in, given):
    key = a_case()
    answer = sign_in(a_caller()).post(of(key, "/outcome"), given)
    assert answer.status_code == 422
    assert db.session.scalars(db.select(CallAttempt)).all() == []


def test_an_appointment_is_kept_where_the_company_is_and_stands_on_the_desk(app, sign_in):
    key = a_case()
    browser = sign_in(a_caller())
    browser.post(of(key, "/outcome"), {"outcome": "appointment", "call_at": "2026-11-24T15:30", "note": "下午在"})
    assert invitation(key).next_call_at == datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    assert "15:30" in browser.page(HOME).get_text()
    assert browser.post(of(key, "/take")).location == of(key)


def test_of_an_answered_case_nothing_more_is_written_down(app, sign_in):
    key = a_case()
    with transaction():
        given = {"q.overall": ["5"], "q.nps": ["10"], "q.sides.speed": ["5"], "q.sides.price": ["5"]}
        assert not answering.send(answering.held(invitation(key)), "link", given, ["overall", "nps", "sides"]).errors
    browser = sign_in(a_caller(), check=False)
    assert "All answers are kept" in browser.get(of(key)).text
    assert browser.post(of(key), {"section": "s1", "step": "next", "q.overall": "1"}).status_code == 409
    assert browser.post(of(key, "/kept"), {"section": "s1", "q.overall": "1"}).status_code == 409
    assert answering.sheet(invitation(key)).answers["overall"][0].number == 5


def test_whoever_neither_calls_nor_supervises_has_no_console_and_what_is_not_asked_by_telephone_is_not_there(
    app, sign_in
):
    key = a_case()
    letters_only = a_case(a_campaign(channels=["portal", "link"]))
    assert sign_in(a_person(Role.ACCOUNT_MANAGER), check=False).get(of(key)).status_code == 403
    assert sign_in(a_caller(), check=False).get(of(letters_only)).status_code == 404


def test_a_supervisor_sees_rates_outcomes_and_what_each_interviewer_did(app, sign_in):
    campaign, one, other = a_campaign(), a_caller(name="何静").id, a_caller(name="陆洋").id
    cases = [a_case(campaign) for _ in range(4)]
    for caller, key, outcome in ((one, cases[0], "no_answer"), (other, cases[3], "refused"), (one, cases[1], "busy")):
        sign_in(db.session.get_one(Person, caller)).post(of(key, "/outcome"), {"outcome": outcome, "note": "说了"})
    page = sign_in(a_supervisor()).page(f"/staff/surveys/campaigns/{campaign}/telephone")
    lines = {
        row.th.get_text(strip=True): [td.get_text(strip=True) for td in row.select("td")]
        for row in page.select("#interviewers tbody tr")
    }
    assert lines["何静"][:5] == ["2", "2", "0", "0", "0"]
    assert lines["陆洋"][:5] == ["1", "1", "1", "0", "1"]
    declined = page.select_one("#outcomes abbr[title='AAPOR 2.11: refused or broke off']")
    assert declined.find_parent("th").get_text(" ", strip=True) == "Does not want to answer 2.11"
    assert "0 of 4" in " ".join(page.get_text().split())


def test_the_words_of_the_hotline_are_changed_while_it_runs_and_unknown_names_are_refused(app, sign_in):
    campaign = a_campaign()
    where = f"/staff/surveys/campaigns/{campaign}/script"
    browser = sign_in(a_supervisor())
    form = browser.page(where)
    given = {field["name"]: field.get_text() for field in form.select("textarea")}
    given["version"] = form.select_one("[name=version]")["value"]
    assert "Nothing is known" in browser.post(where, given | {"greeting": "{nobody|x}"}).text
    assert browser.post(where, given | {"greeting": "您好{contact|}，我是{officer|}"}).status_code == 303
    assert db.session.get_one(Campaign, campaign, populate_existing=True).script["greeting"].startswith("您好")


@pytest.mark.parametrize("count", [1, 20])
def test_desk_and_case_cost_the_same_however_many_wait(app, sign_in, statements, count):
    campaign, caller = a_campaign(), a_caller().id
    keys = [a_case(campaign) for _ in range(count)]
    with transaction():
        calls = [CallAttempt(invitation_id=keys[0], by_id=caller, at=clock.now(), outcome="busy") for _ in range(count)]
        db.session.add_all(calls)
    browser = sign_in(db.session.get_one(Person, caller))
    browser.get(HOME)
    statements.clear()
    browser.page(HOME)
    desk = len(statements)
    statements.clear()
    browser.page(of(keys[0]))
    assert (desk, len(statements)) == (7, 8)


def test_a_wrong_key_is_taken_back_from_the_next_case_and_the_one_in_hand_goes_back(app, sign_in):
    campaign = a_campaign()
    first, second = a_case(campaign), a_case(campaign)
    browser = sign_in(a_caller())
    assert browser.page(HOME).select_one("#slip") is None
    shown = browser.post(of(first, "/outcome"), {"outcome": "wrong_number", "note": "说是打错了"}).location
    assert shown == of(second)
    slip = browser.page(shown).select_one("#slip")
    assert "Wrong number" in slip.get_text()
    assert slip.select_one("form")["action"] == of(first, "/taken-back")
    answer = browser.post(of(first, "/taken-back"), {"but": slip.select_one("[name=but]")["value"]})
    assert answer.location == of(first)
    page = browser.page(of(first))
    assert "Your note was: 说是打错了" in page.get_text()
    assert page.select_one("#slip") is None
    assert invitation(first).state == "invited"
    assert invitation(second).held_at is None
    refused = sign_in(a_caller(), check=False).post(of(first, "/taken-back"))
    assert refused.status_code == 409


def test_what_was_still_being_kept_when_all_was_sent_changes_nothing_and_is_no_mistake(app, sign_in):
    key = a_case(a_campaign())
    browser = sign_in(a_caller())
    sent = {"q.overall": "4", "q.nps": "9", "section": "s2", "step": "send"}
    browser.post(of(key), {"q.overall": "4", "section": "s1", "step": "next"})
    assert browser.post(of(key), sent).location == of(key, "/thanks")
    assert browser.post(of(key, "/kept"), {"section": "s2", "q.nps": "2"}).status_code == 200
    assert answering.sheet(invitation(key)).answers["nps"][0].number == 9
