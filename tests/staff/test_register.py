"""The pages of the month's register, the complaint card and what was reopened; the same as PDF and workbook."""

import io
import zipfile

import pytest
from sqlalchemy.orm import joinedload

from portal import clock
from portal.access import papers
from portal.db import db
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Ticket
from portal.reports.making import make_next
from tests.domain.test_register import NOVEMBER, opened
from tests.factories import a_customer, a_person, a_supervisor, a_ticket, again, an_agent
from tests.reports.test_paper import text

REGISTER = "/staff/quality/register"


def made(browser, app, **asked) -> str:
    """The words of a document that is asked for and made."""
    answer = browser.post("/documents", asked)
    assert answer.status_code == 303
    assert make_next(papers)
    db.session.rollback()
    rows = db.select(Document).options(joinedload(Document.file)).order_by(Document.id.desc())
    document = db.session.scalars(rows).first()
    assert document.state == "ready", document.error
    words = text(app.extensions["files"].path(document.file.key).read_bytes())
    assert browser.get(answer.location).status_code == 200
    return words


def test_a_month_is_read_and_taken_along(app, sign_in):
    with clock.frozen_at(NOVEMBER):
        number = opened(0, "accept", "apply", "close", subject="账单多计两千元").number
        opened(-20)
        browser = sign_in(a_supervisor())
        page = browser.page(f"{REGISTER}?month=2026-11")
        assert [row.text for row in page.select("tbody th a")] == ["账单多计两千元"]
        assert len(browser.page(f"{REGISTER}?month=2026-10").select("tbody tr")) == 1
        book = zipfile.ZipFile(io.BytesIO(browser.get(f"{REGISTER}/list.xlsx?month=2026-11").data))
        assert any(number.encode() in book.read(name) for name in book.namelist())
        words = made(browser, app, report="complaint-register", month="2026-11")
    assert number in words


def test_posts_on_the_web_have_their_own_list_with_their_closing_share(app, sign_in):
    with clock.frozen_at(NOVEMBER):
        post = {"url": "https://bbs.example/1", "platform": "某论坛", "author": "路人甲"}
        number = opened(0, "accept", "apply", "close", subject="论坛发帖投诉", channel="web", answers=post).number
        other = opened(0, "accept").number
        browser = sign_in(a_supervisor())
        page = browser.page("/staff/quality/web?month=2026-11")
        assert [row.text for row in page.select("tbody th a")] == ["论坛发帖投诉"]
        assert "某论坛" in page.select_one("tbody").text
        assert "100" in page.select_one(".figure-value").text
        for link in page.select("p.small a"):
            assert number in browser.page(link["href"]).text
        book = zipfile.ZipFile(io.BytesIO(browser.get("/staff/quality/web/list.xlsx?month=2026-11").data))
        assert any(b"https://bbs.example/1" in book.read(name) for name in book.namelist())
        words = made(browser, app, report="complaint-register", month="2026-11", channel="web")
    assert number in words
    assert other not in words


@pytest.mark.parametrize("month", ["2027-05", "x", "2026-13", ""])
def test_a_month_that_is_none_or_not_begun_shows_the_running_one(app, sign_in, month):
    with clock.frozen_at(NOVEMBER):
        page = sign_in(a_supervisor()).page(f"{REGISTER}?month={month}")
    assert page.select_one("#month option[selected]")["value"] == "2026-11"


def test_a_customers_card_is_read_and_taken_along_by_whoever_sees_the_customer(app, sign_in):
    customer = a_customer().id
    number = a_ticket(by=a_person(customer=db.session.get_one(Customer, customer)), moved=("accept",)).number
    browser = sign_in(an_agent())
    page = browser.page(f"/staff/customers/{customer}/complaints")
    assert number in page.text
    assert "Complaint card" in [tab.text for tab in page.select(".tabs .tab")]
    assert browser.get(f"/staff/customers/{customer}/complaints.xlsx").status_code == 200
    assert number in made(browser, app, report="complaint-card", customer=customer)

    manager = a_person(Role.ACCOUNT_MANAGER)
    other = sign_in(manager, check=False)
    assert other.get(f"/staff/customers/{customer}/complaints").status_code == 404
    assert other.post("/documents", {"report": "complaint-card", "customer": customer}).status_code == 404


def test_lists_on_paper_are_for_those_who_read_their_page(app, sign_in):
    agent = sign_in(an_agent(), check=False)
    assert agent.post("/documents", {"report": "complaint-register", "month": "2026-11"}).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_lists_cost_the_same_however_long_they_are(app, sign_in, statements, count):
    person = a_person()
    for _ in range(count):
        a_ticket(by=person, moved=("accept", "apply", "close", "reopen"))
    customer, browser = person.customer_id, sign_in(a_supervisor())
    for address in (REGISTER, "/staff/quality/reopened", f"/staff/customers/{customer}/complaints"):
        db.session.expunge_all()
        statements.clear()
        assert len(browser.page(address).select("tbody tr")) == count
        assert len(statements) <= 8, address


def test_both_sides_read_the_rounds_of_a_reopened_ticket(app, sign_in):
    ticket = a_ticket(moved=("accept", "apply", "close", "reopen", "apply"))
    key, asked = ticket.id, ticket.asked_by_id
    theirs = sign_in(again(db.session.get_one(Person, asked))).page(f"/tickets/{key}")
    ours = sign_in(an_agent()).page(f"/staff/tickets/{key}")
    assert len(ours.select("#rounds li")) == 2
    assert "又断了。" in ours.select("#rounds li")[1].text
    assert "又断了。" in theirs.select_one("[aria-labelledby=rounds-title]").text

    first = a_ticket(moved=("accept",)).id
    assert not sign_in(an_agent()).page(f"/staff/tickets/{first}").select("#rounds")
    assert db.session.get_one(Ticket, first).round == 1


def test_the_sort_of_cause_that_we_count_by_is_not_told_to_the_customer(app, sign_in):
    ticket = a_ticket(moved=("accept", "apply"))
    key, asked = ticket.id, ticket.asked_by_id
    assert "Sort of cause" in sign_in(an_agent()).page(f"/staff/tickets/{key}").text
    assert "Sort of cause" not in sign_in(again(db.session.get_one(Person, asked))).page(f"/tickets/{key}").text
