"""Surveys at the staff's doors (R25, R27): the plan, a campaign prepared, drawn, tried, launched, looked after; who may what."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer
from portal.domain.people.roles import Role
from portal.domain.surveys import answering
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.web.filters import zone
from tests.campaign_cast import a_campaign, a_contact, a_version, customers, invitations, the
from tests.factories import a_customer, a_person, a_supervisor, a_ticket
from tests.staff.test_forum import form_of

HOME = "/staff/surveys"


def of(key: int, more: str = "") -> str:
    return f"{HOME}/campaigns/{key}{more}"


def local(days: int) -> str:
    return (clock.now() + timedelta(days=days)).astimezone(zone()).strftime("%Y-%m-%dT%H:%M")


def test_a_campaign_is_prepared_drawn_read_tried_and_launched(app, sign_in):
    a_version()
    customers(4, card="silver", region="pudong")
    browser = sign_in(a_supervisor())
    assert "No campaign runs" in browser.page(HOME).get_text()
    given = form_of(browser.page(f"{HOME}/campaigns/new"), f"{HOME}/campaigns/new")
    assert (given["first"], given["second"], given["target_rate"]) == ("5", "10", "60")
    given |= {"title": "银卡满意度", "closes_at": local(20), "sample_size": "2", "reserve_size": "1"}
    given |= {"cards": ["silver"], "channels": ["portal", "link"], "divided_by": ["region"]}
    answer = browser.post(f"{HOME}/campaigns/new", given)
    row = db.session.scalars(db.select(Campaign)).one()
    assert answer.location == of(row.id)
    assert "All key customers with a card of level Silver" in " ".join(browser.page(of(row.id)).get_text().split())
    browser.post(of(row.id, "/draw"), {"seed": "12"})
    said = browser.page(of(row.id)).get_text()
    assert "12" in said
    assert (the(row.id).seed, len(invitations(row.id))) == (12, 3)
    assert "The letters leave" in browser.page(of(row.id, "/dry-run")).get_text()
    letter = browser.page(of(row.id, "/letter"))
    assert "Our satisfaction survey" in letter.select_one("#preview").get_text()
    browser.post(of(row.id, "/launch"))
    assert the(row.id).state == "running"
    assert "0/2" in browser.page(HOME).get_text()
    assert len(browser.page(of(row.id, "/people")).select("tbody tr")) == 2


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(app, sign_in):
    a_version()
    browser = sign_in(a_supervisor())
    given = form_of(browser.page(f"{HOME}/campaigns/new"), f"{HOME}/campaigns/new")
    answer = browser.post(f"{HOME}/campaigns/new", given | {"title": "金卡", "closes_at": "", "channels": ["link"]})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert 'value="金卡"' in answer.text
    wrong = given | {"title": "金卡", "opens_at": local(9), "closes_at": local(3), "channels": ["link"]}
    assert "It must end after it begins." in browser.post(f"{HOME}/campaigns/new", wrong).text
    many = given | {"title": "金卡", "closes_at": local(3), "channels": ["link"], "per_customer": "21"}
    assert "Please give a number from 1 to 20." in browser.post(f"{HOME}/campaigns/new", many).text
    assert db.session.scalars(db.select(Campaign)).all() == []


def test_a_change_says_what_it_was_drawn_from(app, sign_in):
    customers(2)
    key = a_campaign()
    browser = sign_in(a_supervisor())
    given = form_of(browser.page(of(key, "/edit")), of(key, "/edit"))
    given |= {"channels": ["portal", "link"], "divided_by": ["region"]}
    assert browser.post(of(key, "/edit"), given | {"title": "改过的题目"}).status_code == 303
    assert (the(key).title, the(key).drawn_at is not None) == ("改过的题目", True)
    assert browser.post(of(key, "/edit"), given | {"title": "再改"}).status_code == 422
    given = form_of(browser.page(of(key, "/edit")), of(key, "/edit")) | {"channels": ["phone"], "divided_by": []}
    assert browser.post(of(key, "/edit"), given).status_code == 303
    assert the(key).drawn_at is None


def test_the_letter_is_seen_as_it_is_typed_in_both_languages_and_nothing_is_kept(app, sign_in):
    customers(1, short_name="临港物流")
    key = a_campaign()
    browser = sign_in(a_supervisor())
    typed = {
        "subject": "{short_name|贵单位}：请评价",
        "subject_en": "{short_name|you}: please",
        "body": "您好",
        "body_en": "Hello there",
    }
    seen = browser.htmx(of(key, "/letter/preview"), "preview", "POST", typed)
    assert (seen.status_code, "临港物流：请评价" in seen.text, "Hello there" in seen.text) == (200, True, True)
    assert "<h1" not in seen.text
    seen = browser.htmx(of(key, "/letter/preview"), "preview", "POST", typed | {"body": "{nobody|x}"})
    assert "Nothing is known under the name" in seen.text
    assert the(key).letter["body"] != "您好"
    assert browser.post(of(key, "/letter"), typed | {"step": "look"}).status_code == 200
    assert browser.post(of(key, "/letter"), typed | {"version": the(key).version}).status_code == 303
    assert the(key).letter["body_en"] == "Hello there"
    assert "opt-out" in browser.page(of(key, "/letter")).get_text()


def test_who_is_passed_over_and_why_is_seen_before_it_runs_and_may_be_overruled(app, sign_in):
    person = a_person()
    a_contact(db.session.get(Customer, person.customer_id), name="闻国栋")
    a_ticket(by=person, severity="critical")
    key = a_campaign()
    browser = sign_in(a_supervisor())
    assert "A severe complaint is open" in browser.page(of(key, "/dry-run")).get_text()
    lines = browser.page(of(key, "/people?which=skipped"))
    assert "闻国栋" in lines.get_text()
    where = lines.select_one("tbody a.button")["href"]
    assert browser.post(where, {"why": ""}).status_code == 422
    assert browser.post(where, {"why": "客户主动要求"}).status_code == 303
    assert [one.state for one in invitations(key)] == ["drawn"]


def test_somebody_is_replaced_gets_a_new_link_and_the_campaign_ends_early(app, sign_in):
    customers(3, card="silver", region="north")
    key = a_campaign(sample_size=1, reserve_size=1, launched=True)
    gone = invitations(key, "invited")[0]
    browser = sign_in(a_supervisor())
    assert browser.post(f"{HOME}/people/{gone.id}/link").status_code == 303
    assert "Somebody else" in browser.page(f"{HOME}/people/{gone.id}/replacement").get_text()
    assert browser.post(f"{HOME}/people/{gone.id}/replacement", {"outcome": "left", "why": ""}).status_code == 422
    answer = browser.post(f"{HOME}/people/{gone.id}/replacement", {"outcome": "left", "why": "已离职"})
    assert answer.status_code == 303
    assert sorted(one.state for one in invitations(key)) == ["invited", "withdrawn"]
    assert browser.post(of(key, "/last-day"), {"closes_at": local(-3), "why": "x"}).status_code == 422
    assert browser.post(of(key, "/last-day"), {"closes_at": local(40), "why": "假期"}).status_code == 303
    assert browser.post(of(key, "/ending"), {"why": "已够"}).status_code == 303
    assert the(key).state == "closed"
    assert "已够" in browser.page(of(key)).get_text()


def test_a_draft_is_called_off_with_a_reason(app, sign_in):
    key = a_campaign(drawn=False)
    browser = sign_in(a_supervisor())
    assert browser.post(of(key, "/call-off"), {"why": ""}).status_code == 422
    assert browser.post(of(key, "/call-off"), {"why": "与座谈会重叠"}).status_code == 303
    assert the(key).state == "cancelled"


def test_whoever_wants_none_is_listed_and_may_be_asked_again(app, sign_in):
    customers(1)
    key = a_campaign(launched=True)
    with transaction():
        answering.opt_out(invitations(key)[0], "link", "太忙")
    browser = sign_in(a_supervisor())
    lines = browser.page(f"{HOME}/opt-outs")
    assert "太忙" in lines.get_text()
    where = lines.select_one("tbody a.button")["href"]
    assert browser.post(where, {"why": "电话同意"}).status_code == 303
    assert "Nobody declined" in browser.page(f"{HOME}/opt-outs").get_text()


def test_the_year_is_one_page_and_one_click_makes_what_is_due(app, sign_in):
    a_version()
    customers(2, card="gold"), customers(3, card="silver")
    browser = sign_in(a_supervisor())
    lines = browser.page(f"{HOME}/plan")
    assert "0 of 5 key customers were heard" in lines.get_text()
    assert "Was never asked: make the campaign" in lines.get_text()
    answer = browser.post(f"{HOME}/plan/gold/2026/2")
    row = db.session.scalars(db.select(Campaign)).one()
    assert (answer.location, row.plan, len(invitations(row.id))) == (of(row.id), "gold", 2)
    assert (
        row.title in browser.page(f"{HOME}/plan").get_text() or row.title_en in browser.page(f"{HOME}/plan").get_text()
    )
    assert browser.get(f"{HOME}/plan?year=1").status_code == 404
    assert browser.page(f"{HOME}/plan?year=2027")


def test_an_account_manager_sees_campaigns_and_of_the_people_only_the_own_customers(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER)
    own, other = a_customer(account_manager_id=manager.id, short_name="自家"), a_customer(short_name="别家")
    for one in (own, other):
        a_contact(db.session.merge(one))
    mine = own.id
    key = a_campaign(launched=True)
    browser = sign_in(manager)
    said = browser.page(of(key, "/people")).get_text()
    assert ("自家" in said, "别家" in said) == (True, False)
    assert "别家" not in browser.page(f"{HOME}/plan").get_text()
    theirs = next(one for one in invitations(key) if one.customer_id == mine)
    for url in (of(key, "/launch"), of(key, "/draw"), f"{HOME}/people/{theirs.id}/link", f"{HOME}/plan/gold/2026/2"):
        assert browser.post(url).status_code == 403


@pytest.mark.parametrize("role", [Role.AGENT, Role.HANDLER, Role.CALLER, Role.ADMINISTRATOR, Role.ORG_ADMIN])
def test_others_do_not_see_surveys(app, sign_in, role):
    key = a_campaign(drawn=False)
    browser = sign_in(a_person(role))
    assert {browser.get(url).status_code for url in (HOME, f"{HOME}/plan", of(key), of(key, "/people"))} <= {403, 404}


def test_a_page_costs_the_same_for_one_row_and_for_fifty(app, sign_in, statements):
    customers(1)
    key = a_campaign(launched=True)
    browser = sign_in(a_supervisor())
    pages = (HOME, f"{HOME}/plan", of(key), of(key, "/people"), of(key, "/letter"), f"{HOME}/opt-outs")

    def costs() -> list[int]:
        found = []
        for url in pages:
            browser.get(url)
            statements.clear()
            browser.get(url)
            found.append(len(statements))
        return found

    few = costs()
    customers(40)
    with clock.shifted_by(timedelta(days=100)):
        for _ in range(5):
            a_campaign(launched=True)
    key = db.session.scalars(db.select(Campaign.id).order_by(Campaign.id.desc())).first()
    pages = (HOME, f"{HOME}/plan", of(key), of(key, "/people"), of(key, "/letter"), f"{HOME}/opt-outs")
    assert costs() == few
    assert max(few) <= 8, dict(zip(pages, few, strict=True))


def test_looking_sends_nothing(app, sign_in):
    customers(2)
    key = a_campaign()
    browser = sign_in(a_supervisor())
    for more in ("", "/people", "/letter", "/dry-run", "/edit", "/call-off"):
        browser.page(of(key, more))
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count()).select_from(Letter)) == 0
    assert db.session.scalar(db.select(db.func.count()).where(Invitation.sent_at.is_not(None))) == 0
