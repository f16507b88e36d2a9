"""Liability at the door (R19): what waits, deciding, appealing, and who sees what."""

import io

import pytest
from openpyxl import load_workbook

from portal.db import db
from portal.domain.people.models import Department
from portal.domain.people.roles import Role
from portal.domain.quality.models import Liability
from tests.domain.test_liability import CLOSED, appeal, decide
from tests.factories import a_department, live
from tests.staff.desk_cast import a_handler, a_person, a_provider, a_supervisor, a_ticket

LIST = "/staff/quality/liability"


def decision(ticket_id: int) -> Liability:
    db.session.rollback()
    return db.session.scalars(db.select(Liability).where(Liability.ticket_id == ticket_id)).one()


def test_a_supervisor_decides_from_the_list_and_it_leaves_it(app, sign_in):
    ticket = a_ticket(moved=CLOSED)
    browser = sign_in(a_supervisor())
    listed = browser.page(LIST)
    assert ticket.number in listed.select_one("table").get_text()
    assert "1" in browser.page("/staff/quality/").select_one(".waiting-row").get_text()

    form = browser.page(f"{LIST}/new/{ticket.id}")
    party = form.select_one("#party option[selected]")["value"]
    assert party == f"department-{a_department().id}"
    given = {"party": party, "liable": "yes", "degree": "main", "person": "0", "reason": "到场超过承诺四小时。"}
    answer = browser.post(f"{LIST}/new/{ticket.id}", given)

    row = decision(ticket.id)
    assert answer.status_code == 303
    assert answer.location == f"{LIST}/{row.id}"
    assert (row.department_id, row.is_liable, row.degree, row.reason) == (
        a_department().id,
        True,
        "main",
        given["reason"],
    )
    assert browser.page(LIST).select_one("table") is None
    assert given["reason"] in browser.page(f"{LIST}/{row.id}").get_text()
    assert "Mainly" in browser.page(f"/staff/tickets/{ticket.id}").select_one("#liability").get_text()


def test_a_gap_comes_back_with_what_was_typed(app, sign_in):
    ticket = a_ticket(moved=CLOSED)
    browser = sign_in(a_supervisor())
    party = f"department-{a_department().id}"
    answer = browser.post(
        f"{LIST}/new/{ticket.id}", {"party": party, "liable": "yes", "person": "0", "reason": "到场超时。"}
    )
    assert answer.status_code == 422
    assert "Please say in which degree" in answer.text
    assert "到场超时。" in answer.text
    assert db.session.scalars(db.select(Liability)).all() == []


def test_what_is_being_typed_is_there_again(app, sign_in):
    ticket = a_ticket(moved=CLOSED)
    browser = sign_in(a_supervisor())
    typed = {"place": f"liability/new/{ticket.id}", "reason": "先记下来", "liable": "no", "person": "0"}
    assert browser.post("/drafts", typed).status_code == 200
    form = browser.page(f"{LIST}/new/{ticket.id}")
    assert form.select_one("#reason").get_text(strip=True) == "先记下来"
    assert form.select_one("[name=liable][checked]")["value"] == "no"


def test_the_party_appeals_with_evidence_and_another_supervisor_decides(app, sign_in):
    first, second, handler = a_supervisor(), a_supervisor(), a_handler()
    ticket = a_ticket(moved=CLOSED)
    key = decide(ticket, by=first)
    theirs = sign_in(handler)
    assert theirs.page(f"/staff/tickets/{ticket.id}").select_one(f"#liability a[href='{LIST}/{key}']")
    evidence = {"said": "客户改约，录音为证。", "files": (io.BytesIO(b"call record"), "录音记录.txt")}
    assert theirs.post(f"{LIST}/{key}/appeal", evidence, content_type="multipart/form-data").status_code == 303
    page = theirs.page(f"{LIST}/{key}")
    assert "录音记录.txt" in page.select_one("#appeal").get_text()
    assert theirs.get(page.select_one("#appeal .files a")["href"]).status_code == 200
    assert page.select_one("form[action$=appeal]") is None

    ours = sign_in(first)
    assert ours.page(f"{LIST}/{key}").select_one("form[action$=appeal-decision]") is None
    other = sign_in(second)
    assert ticket.number in other.page(f"{LIST}/appeals").select_one("table").get_text()
    assert other.post(f"{LIST}/{key}/appeal-decision", {"upheld": "no", "reason": "改约属实。"}).status_code == 303
    assert decision(ticket.id).is_upheld is False
    assert "Not liable" in other.page(f"{LIST}/decided?which=not").select_one("tbody").get_text()
    assert other.page(f"{LIST}/decided?which=liable").select_one("tbody") is None


def test_an_appeal_without_words_keeps_its_files(app, sign_in):
    ticket, handler = a_ticket(moved=CLOSED), a_handler()
    key = decide(ticket)
    browser = sign_in(handler)
    gap = {"said": "", "files": (io.BytesIO(b"call record"), "录音记录.txt")}
    answer = browser.post(f"{LIST}/{key}/appeal", gap, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "录音记录.txt" in answer.text
    assert browser.post(f"{LIST}/{key}/appeal", {"said": "客户改约。"}).status_code == 303
    assert "录音记录.txt" in browser.page(f"{LIST}/{key}").select_one("#appeal").get_text()


def another_department() -> Department:
    return db.session.scalars(db.select(Department).order_by(Department.id.desc())).first()


@pytest.mark.parametrize(
    "who",
    [
        lambda: a_handler(a_provider()),
        lambda: a_handler(another_department()),
        lambda: a_person(Role.AGENT),
        lambda: a_person(Role.CALLER),
        lambda: a_person(Role.ACCOUNT_MANAGER),
        lambda: a_person(Role.ORG_ADMIN),
    ],
    ids=["provider", "department", "agent", "caller", "account manager", "customer"],
)
def test_nobody_else_sees_a_decision_or_appeals(app, sign_in, who):
    ticket = a_ticket(moved=CLOSED)
    key = decide(ticket)
    browser = sign_in(who(), check=False)
    for url in (f"{LIST}/{key}", f"{LIST}/decided", LIST, f"{LIST}/new/{ticket.id}"):
        assert browser.get(url).status_code in (403, 404), url
    assert browser.post(f"{LIST}/{key}/appeal", {"said": "不服"}).status_code in (403, 404)
    page = browser.get(f"/staff/tickets/{ticket.id}")
    assert "到场超时。" not in page.text
    assert f"{LIST}/{key}" not in page.text


def test_the_customer_whose_complaint_it_is_hears_nothing_of_it(app, sign_in):
    customer = a_person()
    ticket = a_ticket(by=customer, moved=CLOSED)
    decide(ticket)
    assert "liab" not in sign_in(customer).get(f"/tickets/{ticket.id}").text.lower()


def test_a_manager_reads_and_does_not_decide(app, sign_in):
    ticket = a_ticket(moved=CLOSED)
    browser = sign_in(a_person(Role.MANAGER))
    assert browser.page(LIST).select_one(f"a[href='{LIST}/new/{ticket.id}']") is None
    assert browser.get(f"{LIST}/new/{ticket.id}").status_code == 403
    assert browser.get(f"{LIST}/{decide(ticket)}").status_code == 200


def test_whoever_handled_it_is_told_why_they_cannot_decide(app, sign_in):
    supervisor = a_supervisor()
    ticket = a_ticket(moved=("accept",))
    live(ticket, "reply", by=supervisor)
    live(ticket, "apply", "close")
    browser = sign_in(supervisor)
    for url, status in ((f"/staff/tickets/{ticket.id}", 200), (f"{LIST}/new/{ticket.id}", 409)):
        answer = browser.get(url)
        assert answer.status_code == status
        assert "another supervisor has to decide" in answer.text
        assert 'action="/staff/quality/liability/new/' not in answer.text


def test_the_list_goes_out_as_a_workbook(app, sign_in):
    waiting, judged = a_ticket(moved=CLOSED), a_ticket(moved=CLOSED)
    appeal(decide(judged), a_handler())
    book = load_workbook(io.BytesIO(sign_in(a_supervisor()).get(f"{LIST}/list.xlsx").data))
    assert [row[0].value for row in book["To judge"].iter_rows(min_row=2)] == [waiting.number]
    assert [(row[0].value, row[10].value) for row in book["Judged"].iter_rows(min_row=2)] == [
        (judged.number, "Appealed")
    ]


@pytest.mark.parametrize("count", [1, 5])
def test_a_long_list_costs_no_more_than_a_short_one(app, sign_in, statements, count):
    for _ in range(count):
        decide(a_ticket(moved=CLOSED))
        a_ticket(moved=CLOSED)
    browser = sign_in(a_supervisor())
    for url, most in ((LIST, 4), (f"{LIST}/decided", 3)):
        statements.clear()
        browser.get(url)
        assert len(statements) == most, statements
