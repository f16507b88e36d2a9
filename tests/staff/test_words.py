"""The words of surveys at the supervisors' door (R29, R30): comments read, issues edited, hot issues taken up, answers given."""

import pytest

from portal import clock
from portal.db import db
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.word_models import HotIssue, Issue, Mention, Reply
from tests.domain.test_words import NOW, a_hot_issue, an_issue, first, listed, mentions, said, today
from tests.factories import a_person, a_supervisor, again
from tests.survey_cast import a_campaign

HOME = "/staff/surveys/words"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen_at(NOW):
        yield


def test_a_comment_comes_with_its_suggestions_ticked_and_is_coded_as_it_is_sent(app, sign_in):
    invoice, delay = an_issue("账单不清", "账单"), an_issue("开通延迟", "晚了")
    response = said(a_campaign(), "账单看不懂")
    browser = sign_in(a_supervisor())
    page = browser.page(HOME)
    assert "One comment waits" in page.get_text()
    assert [box["value"] for box in page.select(".word-issues input[checked]")] == [str(invoice)]
    answer = browser.post(f"{HOME}/{response}/words?which=open", {"issue": [invoice, delay]})
    assert answer.location == f"{HOME}?which=open"
    assert {row.issue_id for row in db.session.scalars(db.select(Mention))} == {invoice, delay}
    assert "Every comment has been read" in browser.page(HOME).get_text()
    assert listed("coded")


def test_the_list_of_issues_is_edited_and_a_name_taken_comes_back(app, sign_in):
    an_issue("账单不清")
    browser = sign_in(a_supervisor())
    refused = browser.post(f"{HOME}/issues/new", {"title": "账单不清", "department": "0", "class_code": ""})
    assert refused.status_code == 422
    browser.post(
        f"{HOME}/issues/new",
        {"title": "开通延迟", "title_en": "Late delivery", "cues": "晚了\n延迟", "department": "0", "class_code": ""},
    )
    row = db.session.scalars(db.select(Issue).where(Issue.title == "开通延迟")).one()
    assert row.cues == ["晚了", "延迟"]
    where = f"{HOME}/issues/{row.id}"
    version = browser.page(where).select_one("[name=version]")["value"]
    given = {"title": "开通太晚", "title_en": "", "cues": "晚", "department": "0", "class_code": "", "version": version}
    assert browser.post(where, given).status_code == 303
    assert "开通太晚" in browser.page(f"{HOME}/issues").get_text()
    browser.post(f"{where}/retirement")
    assert "not offered any more" in browser.page(f"{HOME}/issues").get_text()


def test_a_hot_issue_is_looked_at_and_leads_to_an_action_that_begins_with_its_words(app, sign_in):
    issue = an_issue("账单不清")
    mentions(issue, first(today()), 2, a_campaign())
    browser = sign_in(a_supervisor())
    page = browser.page(f"{HOME}/hot")
    assert "账单不清" in page.get_text()
    where = browser.post(f"{HOME}/hot", {"issue": issue, "month": "2026-11"}).location
    shown = browser.page(where)
    assert len(shown.select("#customers li")) == 2
    begins = browser.page(shown.select_one("a[href*='source=hot_issue']")["href"])
    assert begins.select_one("[name=title]")["value"] == "账单不清"
    assert "2 customers in the month" in begins.select_one("[name=problem]").get_text()


def test_the_action_is_opened_by_the_form_as_it_is_drawn(app, sign_in):
    hot, _, _ = a_hot_issue(a_campaign())
    browser = sign_in(a_supervisor())
    form = browser.page(f"/staff/quality/improvements/new?source=hot_issue&record={hot}").select_one("main form")
    drawn = {one["name"]: one.get("value", "") for one in form.select("input[name]")}
    drawn |= {one["name"]: one.get_text() for one in form.select("textarea[name]")}
    department = form.select("[name=department] option")[1]["value"]
    answer = browser.post(
        form["action"], drawn | {"department": department, "person": "0", "class_code": "", "due_on": "2026-12-10"}
    )
    assert answer.status_code == 303
    assert db.session.get_one(HotIssue, hot, populate_existing=True).improvement_id is not None


def test_a_hot_issue_may_be_left_with_a_reason(app, sign_in):
    hot, _, _ = a_hot_issue(a_campaign())
    browser = sign_in(a_supervisor())
    assert browser.post(f"{HOME}/hot/{hot}/dismissal", {"reason": ""}).status_code == 422
    assert browser.post(f"{HOME}/hot/{hot}/dismissal", {"reason": "季节性"}).status_code == 303
    assert db.session.get_one(HotIssue, hot, populate_existing=True).reason == "季节性"


def test_who_asked_for_an_answer_is_answered_and_sees_it(app, sign_in):
    person = a_person()
    asker = person.id
    response = said(a_campaign(), "请答复账单", again(person), wants_answer=True)
    browser = sign_in(a_supervisor())
    assert "waiting" in browser.page(f"{HOME}/answers").get_text()
    page = browser.page(f"{HOME}/answers/{response}")
    assert "请答复账单" in page.select_one("#said").get_text()
    assert browser.post(f"{HOME}/answers/{response}", {"answer": ""}).status_code == 422
    assert browser.post(f"{HOME}/answers/{response}", {"answer": "下月改版。"}).status_code == 303
    assert db.session.scalars(db.select(Reply)).one().words == "下月改版。"
    assert "Answered" in browser.page(f"{HOME}/answers?which=given").get_text()
    survey = db.session.get_one(Response, response).invitation_id
    assert "下月改版。" in sign_in(db.session.get_one(Person, asker)).page(f"/surveys/{survey}/thanks").get_text()


def test_who_is_rated_reads_no_words_and_managers_read_figures_alone(app, sign_in):
    said(a_campaign(), "账单")
    assert sign_in(a_person(Role.ACCOUNT_MANAGER), check=False).get(HOME).status_code == 403
    manager = sign_in(a_person(Role.MANAGER), check=False)
    assert manager.get(HOME).status_code == 403
    assert manager.get(f"{HOME}/hot").status_code == 200


@pytest.mark.parametrize("count", [1, 12])
def test_comments_cost_the_same_however_many_there_are(app, sign_in, statements, count):
    campaign = a_campaign()
    an_issue("账单不清", "账单")
    for n in range(count):
        said(campaign, f"账单{n}")
    browser = sign_in(a_supervisor())
    browser.get(HOME)
    statements.clear()
    browser.page(HOME)
    words = len(statements)
    statements.clear()
    browser.page(f"{HOME}/hot")
    assert (words, len(statements)) == (9, 8)
