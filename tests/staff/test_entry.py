"""A ticket entered by staff: every way it may come asks what it must, a proxy speaks, it is dispatched at once."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from portal.db import db
from portal.domain.files import Attachment
from portal.domain.people.models import Department
from portal.domain.tickets.models import Dispatch, Ticket
from portal.domain.tickets.proxies import Proxy
from tests.pages import Browser
from tests.staff.desk_cast import a_customer, a_person, a_provider, an_agent

NEW = "/staff/tickets/new"


def facts(customer, **more):
    given = {
        "customer": customer, "kind": "complaint", "channel": "hotline", "asked_by": 0, "project": 0,
        "subject": "专线中断", "body": "上午九点起中断。", "class_code": "product_down",
        "ask_happened_at": "2026-11-20T09:00", "ask_wish": "尽快恢复",
    }  # fmt: skip
    return given | more


def screenshot():
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    out.seek(0)
    return out, "帖子.png"


WEB = {
    "channel": "web", "ask_url": "https://weibo.example/u/1?a=2", "ask_platform": "微博", "ask_author": "夜航船",
}  # fmt: skip
CHANNELS = {
    "hotline": {"ask_caller_number": "021 5888 0000"},
    "visit": {"ask_visited_on": "2026-11-19", "ask_visited_whom": "行政部沈经理"},
    "letter": {"ask_received_on": "2026-11-18", "ask_letter_number": "海物函〔2026〕12 号"},
    "email": {"ask_sender": "shen@example.test"},
}

SHOWN = {"hotline": "021 5888 0000", "visit": "19 Nov", "letter": "海物函", "email": "shen@example.test"}


@pytest.fixture
def customer(app):
    return a_customer(name="海川物流集团").id


@pytest.fixture
def desk(sign_in, customer) -> Browser:
    return sign_in(an_agent())


def opened() -> Ticket:
    db.session.expunge_all()
    return db.session.scalars(db.select(Ticket).order_by(Ticket.id.desc())).first()


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_way_keeps_what_it_asks(desk, customer, channel):
    answer = desk.post(NEW, facts(customer, channel=channel, **CHANNELS[channel]))

    ticket = opened()
    assert answer.location == f"/staff/tickets/{ticket.id}"
    assert ticket.channel == channel
    asked = {name.removeprefix("ask_"): value for name, value in CHANNELS[channel].items()}
    assert {name: ticket.answers[name] for name in asked} == asked
    shown = desk.page(answer.location).select_one("#facts").get_text()
    assert SHOWN[channel] in shown


@pytest.mark.parametrize("missing", ["ask_visited_on", "ask_received_on"])
def test_a_visit_and_a_letter_have_their_day(desk, customer, missing):
    channel = "visit" if "visit" in missing else "letter"
    assert desk.post(NEW, facts(customer, channel=channel)).status_code == 422


def test_a_post_on_the_web_is_kept_with_its_screenshot(desk, customer):
    answer = desk.post(NEW, facts(customer, **WEB, files=screenshot()), content_type="multipart/form-data")

    ticket = opened()
    assert ticket.answers["url"] == WEB["ask_url"]
    files = db.session.scalars(db.select(Attachment).where(Attachment.ticket_id == ticket.id)).all()
    assert [row.file.name for row in files] == ["帖子.png"]
    link = desk.page(answer.location).select_one("#facts a")
    assert (link["href"], link["rel"]) == (WEB["ask_url"], ["noopener", "noreferrer"])


def test_without_its_screenshot_a_post_is_not_taken_and_what_was_typed_stays(desk, customer):
    answer = desk.post(NEW, facts(customer, **WEB))

    assert answer.status_code == 422
    assert "Please attach it: Screenshot of the post." in answer.text
    assert "夜航船" in answer.text
    assert opened() is None


def test_a_screenshot_that_lies_in_the_draft_is_enough(desk, customer):
    wrong = facts(customer, **WEB, subject="", files=screenshot())
    assert desk.post(NEW, wrong, content_type="multipart/form-data").status_code == 422
    assert desk.post(NEW, facts(customer, **WEB)).status_code == 303
    assert db.session.scalars(db.select(Attachment.ticket_id)).all() == [opened().id]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "weibo.example/1", "https://", "http://[::1", "https://a b", "ftp://x/y"]
)
def test_what_is_no_web_address_becomes_no_link(desk, customer, url):
    answer = desk.post(NEW, facts(customer, **(WEB | {"ask_url": url}), files=screenshot()), content_type="multipart/form-data")  # fmt: skip
    assert answer.status_code == 422
    assert opened() is None


# ---- a proxy ----

PROXY = {
    "proxy_kind": "lawyer",
    "proxy_name": "方律师",
    "proxy_office": "中浦律师事务所",
    "proxy_phone": "139 0000 1111",
}


@pytest.mark.parametrize("power", [True, False])
def test_who_speaks_for_the_customer_is_shown_whole_to_us_and_to_the_customer_only_with_a_power(
    app, sign_in, desk, power
):
    person = a_person()
    given = PROXY | ({"proxy_power": "y"} if power else {})
    location = desk.post(NEW, facts(person.customer_id, asked_by=person.id, **given)).location

    ticket = opened()
    proxy = db.session.scalars(db.select(Proxy)).one()
    assert (proxy.ticket_id, proxy.kind, proxy.has_power) == (ticket.id, "lawyer", power)
    ours = desk.page(location).select_one("#who").get_text()
    assert all(word in ours for word in ("Lawyer", "方律师", "中浦律师事务所", "139 0000 1111"))
    theirs = sign_in(person).page(f"/tickets/{ticket.id}").get_text()
    assert "Lawyer" in theirs
    assert ("方律师" in theirs) is power
    assert "139 0000 1111" not in theirs


def test_a_proxy_has_a_name(desk, customer):
    assert desk.post(NEW, facts(customer, proxy_kind="media")).status_code == 422
    assert opened() is None


# ---- to whom it goes ----


def test_a_class_proposes_its_department_and_a_first_suggestion(desk, customer):
    page = desk.page(f"{NEW}?customer={customer}&kind=complaint&class_code=price_charge")

    chosen = page.select_one("select[name=lead] option[selected]").get_text()
    assert chosen == db.session.scalars(db.select(Department.name_en).where(Department.code == "billing")).one()
    assert "contract, the billing records" in page.select_one("textarea[name=suggestion]").get_text()


def test_another_class_proposes_anew_but_leaves_what_was_written(desk, customer):
    first = desk.page(f"{NEW}?customer={customer}&class_code=price_charge")
    suggested = first.select_one("textarea[name=suggestion]").get_text().strip()
    lead, proposed = (first.select_one(s) for s in ("select[name=lead] option[selected]", "[name=proposed]"))
    asked = {"customer": customer, "class_code": "product_rate", "lead": lead["value"], "proposed": proposed["value"]}

    untouched = desk.page(NEW, query_string=asked | {"suggestion": suggested})
    written = desk.page(NEW, query_string=asked | {"suggestion": "请先电话联系。"})

    network = db.session.scalars(db.select(Department.name_en).where(Department.code == "network")).one()
    assert untouched.select_one("select[name=lead] option[selected]").get_text() == network
    assert "end-to-end test" in untouched.select_one("textarea[name=suggestion]").get_text()
    assert written.select_one("textarea[name=suggestion]").get_text().strip() == "请先电话联系。"


@pytest.mark.parametrize("script", [True, False])
def test_another_choice_draws_its_questions_however_long_the_words_are_and_opens_nothing(desk, customer, script):
    words = "网友发帖称上午专线中断。" * 800
    typed = facts(customer, **{"channel": "web", "body": words, "signs": ["injury", "media"], "step": "choice"})
    headers = {"HX-Request": "true", "HX-Target": "entry"} if script else {}

    answer = desk.post(NEW, typed, headers=headers)

    page = BeautifulSoup(answer.text, "html.parser")
    assert (answer.status_code, opened()) == (200, None)
    assert page.select_one("#ask_url"), "what a post on the web asks"
    assert page.select_one("[name=body]").get_text().strip() == words
    assert [box["value"] for box in page.select("[name=signs][checked]")] == ["injury", "media"]
    assert not page.select("[role=alert]")
    step = page.select_one("button[name=step]")
    assert "formmethod" not in step.attrs, "an address would not hold the words"


def test_it_is_opened_accepted_and_dispatched_to_several_at_once_and_one_leads(desk, customer):
    lead = db.session.scalars(db.select(Department.id).where(Department.code == "network")).one()
    helper = a_provider().id
    sent = {"lead": f"d{lead}", "assisting": [f"p{helper}"], "suggestion": "请先远程定位。", "dispatch": "1"}

    desk.post(NEW, facts(customer, **sent))

    ticket = opened()
    assert ticket.owner_id is not None
    orders = db.session.scalars(db.select(Dispatch).order_by(Dispatch.id)).all()
    assert [(o.department_id, o.provider_id, o.is_lead) for o in orders] == [(lead, None, True), (None, helper, False)]


@pytest.mark.parametrize("gap", [{"lead": ""}, {"suggestion": ""}])
def test_without_a_party_or_a_suggestion_nothing_is_opened(desk, customer, gap):
    lead = db.session.scalars(db.select(Department.id).where(Department.code == "network")).one()
    given = {"lead": f"d{lead}", "suggestion": "请看。", "dispatch": "1"} | gap
    assert desk.post(NEW, facts(customer, **given)).status_code == 422
    assert opened() is None


# ---- repair requests ----

REPAIR = {
    "kind": "repair", "ask_circuit": "SH-0021", "ask_site": "浦东张江机房", "ask_phenomenon": "down",
    "ask_since": "2026-11-20T09:00", "ask_on_site_contact": "沈工", "ask_on_site_phone": "13900000000",
}  # fmt: skip


def test_a_complaint_says_what_would_make_it_a_repair_request(desk, customer):
    page = desk.page(f"{NEW}?customer={customer}&kind=complaint")
    assert "nobody has looked at it yet" in page.get_text()
    assert page.select_one(f"a[href='{NEW}?customer={customer}&kind=repair']")


def test_a_repair_request_says_which_condition_holds(desk, customer):
    assert desk.post(NEW, facts(customer, **REPAIR)).status_code == 422
    location = desk.post(NEW, facts(customer, **REPAIR, ask_reason="ability")).location
    assert opened().answers["reason"] == "ability"
    assert "another one has to help" in desk.page(location).select_one("#facts").get_text()
