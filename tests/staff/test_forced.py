"""Forced closure through its doors: asked for on the desk, decided by managers, listed by the month (R17)."""

import io
import json
import re

import openpyxl
import pytest
from sqlalchemy import inspect

from portal import clock
from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain.documents.models import Document
from portal.domain.people.models import Provider
from portal.domain.people.roles import Role
from portal.domain.tickets import dispatching, forced
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State
from portal.reports.gathering.lists import forced_month
from tests.factories import (
    _loaded,
    a_handler,
    a_manager,
    a_person,
    a_provider,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
    asked_to_force,
    decided_by_force,
    live,
)
from tests.reports.test_gathering import ours, theirs

FORM = {
    "reason": "third_party",
    "words": "路由在第三方管道内。",
    "told": "故障点在物业管道内，须由物业处理，我们已告知物业。",
}


def the(ticket: Ticket) -> Ticket:
    """The ticket as it is now."""
    return db.session.get_one(Ticket, inspect(ticket).identity[0], populate_existing=True)


def request_of(ticket: Ticket) -> ForcedClosure:
    """The newest request about it as it is now."""
    found = forced.of(the(ticket))[0]
    db.session.refresh(found)
    return found


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_the_desk_asks_on_the_tickets_page_and_the_page_says_so(app, sign_in, role):
    ticket = a_ticket(moved=("accept",))
    browser = sign_in(a_person(role))
    menu = browser.page(f"/staff/tickets/{ticket.id}")

    page = browser.page(f"/staff/tickets/{ticket.id}/forced")
    version = page.select_one("[name=version]")["value"]
    answer = browser.post(f"/staff/tickets/{ticket.id}/forced", FORM | {"version": version})

    assert menu.select(f"a[href='/staff/tickets/{ticket.id}/forced']")
    assert len(page.select("[name=reason]")) == 5
    assert answer.status_code == 303
    shown = browser.page(f"/staff/tickets/{ticket.id}")
    assert "Forced closure asked for" in shown.select_one(".desk-head").text
    assert FORM["words"] in shown.select_one("#forced").text
    assert not shown.select(f"a[href='/staff/tickets/{ticket.id}/forced']")
    assert the(ticket).state == State.OPEN


def test_a_form_with_gaps_comes_back_with_what_was_typed(app, sign_in):
    ticket = a_ticket(moved=("accept",))

    answer = sign_in(an_agent()).post(f"/staff/tickets/{ticket.id}/forced", FORM | {"told": ""})

    assert answer.status_code == 422
    assert FORM["words"] in answer.text
    assert the(ticket).forced_asked_at is None


def test_where_it_cannot_be_asked_for_the_page_says_why(app, sign_in):
    enquiry = a_ticket(kind="enquiry", moved=("accept",))
    browser = sign_in(an_agent())

    answer = browser.get(f"/staff/tickets/{enquiry.id}/forced")
    assert (answer.status_code, "closed by their answer" in answer.text) == (409, True)
    assert not browser.page(f"/staff/tickets/{enquiry.id}").select(f"a[href='/staff/tickets/{enquiry.id}/forced']")


def test_whoever_asked_takes_it_back_on_the_tickets_page(app, sign_in):
    ticket, agent = a_ticket(moved=("accept",)), an_agent()
    asked_to_force(ticket, by=agent)
    browser = sign_in(agent)

    assert browser.page(f"/staff/tickets/{ticket.id}").select(
        f"form[action='/staff/tickets/{ticket.id}/forced/withdrawal']"
    )
    assert browser.post(f"/staff/tickets/{ticket.id}/forced/withdrawal").status_code == 303
    assert request_of(ticket).state == "withdrawn"


@pytest.mark.parametrize(
    ("verb", "state", "kept"), [("approve", State.CLOSED, "granted"), ("decline", State.OPEN, "declined")]
)
def test_a_manager_finds_it_and_decides(app, sign_in, verb, state, kept):
    ticket = a_ticket(moved=("accept",))
    asked_to_force(ticket)
    manager = sign_in(a_manager())
    key = request_of(ticket).id

    assert f"/staff/quality/forced/{key}" in str(manager.page("/staff/").select_one("#to-force"))
    assert "Forced closures to decide" in manager.page("/staff/quality/").text
    assert f"/staff/quality/forced/{key}" in str(manager.page("/staff/quality/forced"))
    page = manager.page(f"/staff/quality/forced/{key}")
    assert page.select("#deciding")
    answer = manager.post(f"/staff/quality/forced/{key}/{verb}", {"decision": "已核实。"})

    assert answer.status_code == 303
    assert (the(ticket).state, request_of(ticket).state) == (state, kept)
    page = manager.page(f"/staff/quality/forced/{key}").main.text
    assert "已核实。" in page
    assert "Approval decided by" in page, "who decided changed nothing, as 修改人 would say"
    assert not manager.page("/staff/").select("#to-force")


def test_declining_without_a_word_comes_back(app, sign_in):
    ticket = a_ticket(moved=("accept",))
    asked_to_force(ticket)
    key = request_of(ticket).id

    answer = sign_in(a_manager()).post(f"/staff/quality/forced/{key}/decline", {"decision": ""})

    assert answer.status_code == 422
    assert "say why" in answer.text
    assert request_of(ticket).state == "open"


@pytest.mark.parametrize("verb", ["approve", "decline"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_nobody_else_may_post_a_decision(app, sign_in, role, verb):
    ticket = a_ticket(moved=("accept",))
    asked_to_force(ticket)
    key = request_of(ticket).id

    assert sign_in(a_person(role), check=False).post(
        f"/staff/quality/forced/{key}/{verb}", {"decision": "x"}
    ).status_code in (403, 404)
    assert request_of(ticket).state == "open"


def test_a_manager_who_handled_it_reads_why_another_one_has_to(app, sign_in):
    both = a_person(Role.AGENT, Role.MANAGER)
    ticket = a_ticket()
    live(ticket, "accept", by=again(both))
    asked_to_force(ticket, by=a_supervisor())
    key = request_of(ticket).id
    browser = sign_in(both)

    page = browser.page(f"/staff/quality/forced/{key}")
    answer = browser.post(f"/staff/quality/forced/{key}/approve", {"decision": "同意"})

    assert "another manager does" in page.text
    assert not page.select("#deciding")
    assert answer.status_code == 422
    assert the(ticket).state == State.OPEN


def test_no_bulk_door_closes_by_force(app, sign_in):
    ticket = a_ticket(moved=("accept",))
    asked_to_force(ticket)
    browser = sign_in(a_person(Role.AGENT, Role.MANAGER), check=False)

    for verb in ("force", "forced", "close", "approve"):
        assert browser.post(f"/staff/queue/bulk/{verb}", {"ids": f"{ticket.id}."}).status_code in (404, 405)
    assert the(ticket).state == State.OPEN


def test_handlers_do_not_open_the_request_and_a_provider_reads_nothing_of_it(app, sign_in):
    ticket = a_ticket(moved=("accept", "dispatch"))
    provider = a_provider()
    with transaction():
        row = _loaded(the(ticket))
        dispatching.dispatch(row, again(row.owner), db.session.get_one(Provider, provider.id), "请看。")
    asked_to_force(ticket)
    key, of = request_of(ticket).id, the(ticket).id
    handler, outside = sign_in(a_handler(), check=False), sign_in(a_handler(db.session.get_one(Provider, provider.id)))

    assert handler.get(f"/staff/quality/forced/{key}").status_code in (403, 404)
    page = outside.page(f"/staff/tickets/{of}")
    assert "客户要求明显超出" not in page.text
    assert "Forced closure" not in page.text


def test_the_customer_reads_plain_words_and_the_way_to_disagree(app, sign_in):
    customer = a_person()
    ticket = a_ticket(customer, moved=("accept",))
    asked_to_force(ticket)
    decided_by_force(ticket)
    browser = sign_in(customer)

    page = browser.page(f"/tickets/{ticket.id}")
    now = page.select_one(".ticket-now").text

    assert "Closed by us" in now
    assert "without your agreement" in now
    assert "Solved" not in now
    assert "您的要求超出合同约定" in page.select_one("#conversation").text
    assert "客户要求明显超出" not in page.text
    assert page.select("#reopen")
    assert "Closed by us" in browser.page("/tickets/").text
    assert "Rate how we did" not in browser.page("/home").text
    assert browser.post(f"/tickets/{ticket.id}/reopening", {"body": "不认可。"}).status_code == 303
    assert the(ticket).state == State.OPEN


def test_the_month_is_listed_as_page_workbook_and_paper(app, sign_in):
    ticket, other = a_ticket(moved=("accept",)), a_ticket(moved=("accept",))
    agent = an_agent(name="秦受理")
    manager = a_manager(name="冯领导")
    asked_to_force(ticket, by=agent)
    decided_by_force(ticket, by=manager)
    asked_to_force(other)
    decided_by_force(other, granted=False)
    number, declined, month = the(ticket).number, the(other).number, f"{clock.now():%Y-%m}"
    browser = sign_in(a_supervisor())

    page = browser.page(f"/staff/quality/forced/month?month={month}")
    row = re.sub(r"\s+", " ", page.select_one("tbody tr").text)
    for word in (number, "秦受理", "冯领导", "excessive"):
        assert word in row, word
    assert declined not in page.text
    assert page.select_one("form[action='/documents'] [name=report]")["value"] == "forced-month"
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"/staff/quality/forced/list.xlsx?month={month}").data))
    head, *lines = book.worksheets[0].iter_rows(values_only=True)
    assert [line[0] for line in lines] == [number]
    assert {"秦受理", "冯领导"} <= set(lines[0])
    assert len(head) == len(lines[0])
    made = browser.post("/documents", {"report": "forced-month", "month": month})
    assert made.status_code == 303
    assert browser.page(made.location).select(f"a[href='/staff/quality/forced/month?month={month}']")
    _the_paper_says_the_same(number, month)


def _the_paper_says_the_same(number: str, month: str) -> None:
    document = db.session.scalars(db.select(Document).where(Document.report == "forced-month")).one()
    assert document.number == f"QZGB-{month.replace('-', '')}"
    person = again(a_supervisor())
    facts = forced_month(document, person, lambda model: visible(model, person))
    assert facts is not None
    assert [row.cells[0] for row in facts.rows] == [number]
    assert {"秦受理", "冯领导"} <= set(facts.rows[0].cells)


@pytest.mark.parametrize("count", [1, 12])
def test_a_long_list_costs_no_more_than_a_short_one(app, sign_in, statements, count):
    for _ in range(count):
        ticket = a_ticket(moved=("accept",))
        asked_to_force(ticket)
        decided_by_force(ticket)
    browser = sign_in(a_supervisor())
    statements.clear()

    browser.page("/staff/quality/forced/month")

    assert len(statements) <= 6


def test_the_record_of_the_ticket_says_who_asked_and_who_approved(app):
    ticket = a_ticket(moved=("accept",))
    asked_to_force(ticket, by=an_agent(name="秦受理"))
    decided_by_force(ticket, by=a_manager(name="冯领导"))

    record = ours(the(ticket), again(a_supervisor()))

    fact = record.forced[0]
    assert (fact.asked_by, fact.decided_by, fact.decision) == ("秦受理", "冯领导", "已核实。")


def test_the_customers_record_says_it_plainly_and_nothing_internal(app):
    ticket = a_ticket(moved=("accept",))
    asked_to_force(ticket)
    decided_by_force(ticket)

    record = theirs(the(ticket))

    assert (record.state, record.outcome) == ("Closed by us", "Closed by us, without agreement")
    assert record.steps[-1].label == "We closed it without your agreement"
    assert record.conversation[-1].text == "您的要求超出合同约定，我们已按合同处理。"
    assert "客户要求明显超出" not in json.dumps(record.to_json(), ensure_ascii=False)
