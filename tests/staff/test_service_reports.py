"""Service reports: who makes them, in which versions they stay, how they reach the customer and come back read."""

from datetime import UTC, date, datetime

import pytest

from portal import clock
from portal.access import papers
from portal.db import db, transaction
from portal.domain.documents.models import Document
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.reports.making import make_next
from tests.factories import a_customer, a_handler, a_person, a_supervisor, a_ticket

AUTUMN = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _autumn(app):
    with clock.frozen_at(AUTUMN):
        yield


@pytest.fixture
def customer(app) -> int:
    found = a_customer(number="K0001", name="澜汇银行股份有限公司", short_name="澜汇银行").id
    member = a_person(customer=db.session.get_one(Customer, found))
    with clock.frozen_at(AUTUMN.replace(month=10)):
        a_ticket(by=member, moved=("accept", "reply"))
    return found


def of(customer: int, *roles: Role) -> Person:
    return a_person(*roles, customer=db.session.get_one(Customer, customer))


def form(customer: int, **more) -> dict:
    return {"customer": customer, "month": "2026-10", "language": "en"} | more


def made(browser, customer: int, **more) -> str:
    """Ask for a report and have it made; gives the address of its page."""
    answer = browser.post("/staff/reports", form(customer, **more))
    assert answer.status_code == 303
    assert make_next(papers)
    db.session.rollback()
    document = db.session.scalars(db.select(Document).order_by(Document.id.desc())).first()
    assert document.state == "ready", document.error
    return answer.location


def publish(browser, where: str):
    return browser.post(where.replace("/documents/", "/staff/reports/") + "/publication")


def test_a_report_is_made_listed_and_downloaded(app, sign_in, customer):
    browser = sign_in(a_supervisor())
    where = made(browser, customer)
    page = browser.page("/staff/reports")
    row = page.select_one("#list tbody tr")
    assert "FW-202610-K0001-01" in row.text
    assert "ready" in row.text
    paper = browser.get(f"{where}/file")
    assert paper.data.startswith(b"%PDF")
    assert "Service report-FW-202610-K0001-01.pdf" in paper.headers["Content-Disposition"]


def test_closed_months_are_offered_and_the_running_one_as_a_draft(app, sign_in, customer):
    page = sign_in(a_supervisor()).page("/staff/reports")
    months = page.select("#month option")
    assert [months[0]["value"], months[1]["value"]] == ["2026-11", "2026-10"]
    assert "draft" in months[0].text
    assert page.select_one("#month option[selected]")["value"] == "2026-10"


def test_a_draft_is_marked_and_not_published(app, sign_in, customer):
    browser = sign_in(a_supervisor())
    where = made(browser, customer, month="2026-11")
    assert "A draft" in browser.page(where).text
    assert publish(browser, where).status_code == 409


def test_a_second_report_is_a_second_version_and_both_stay(app, sign_in, customer):
    browser = sign_in(a_supervisor())
    first = made(browser, customer)
    before = browser.get(f"{first}/file").data
    made(browser, customer, correction="补上一件漏计的投诉")
    rows = [row.text for row in browser.page("/staff/reports").select("#list tbody tr")]
    assert "FW-202610-K0001-02" in rows[0]
    assert "followed by a later version" in rows[1]
    assert browser.get(f"{first}/file").data == before


def test_a_report_in_the_language_that_was_chosen(app, sign_in, customer):
    browser = sign_in(a_supervisor())
    where = made(browser, customer, language="zh_Hans_CN")
    assert "%E6%9C%8D%E5%8A%A1%E6%8A%A5%E5%91%8A" in browser.get(f"{where}/file").headers["Content-Disposition"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer": ""},
        {"customer": "99999"},
        {"month": "2026-12"},
        {"month": "x"},
        {"language": "fr"},
        {"correction": "长" * 501},
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_is_made(app, sign_in, customer, wrong):
    answer = sign_in(a_supervisor()).post("/staff/reports", form(customer) | wrong)
    assert answer.status_code == 422
    assert db.session.scalar(db.select(db.func.count(Document.id))) == 0


def test_who_reads_no_reports_sees_none(app, sign_in, customer):
    where = made(sign_in(a_supervisor()), customer)
    for role in (Role.AGENT, Role.HANDLER, Role.CALLER, Role.ADMINISTRATOR, Role.ORG_ADMIN):
        browser = sign_in(a_handler() if role is Role.HANDLER else a_person(role))
        assert browser.get("/staff/reports").status_code == 403, role
        assert browser.post("/staff/reports", form(customer)).status_code == 403, role
        assert publish(browser, where).status_code == 403, role
        assert browser.get(f"{where}/file").status_code == 404, role


def test_an_account_manager_sees_own_customers_reports_only(app, sign_in, customer):
    where = made(sign_in(a_supervisor()), customer)
    browser = sign_in(a_person(Role.ACCOUNT_MANAGER))
    assert "FW-202610" not in browser.page("/staff/reports").text
    assert browser.get(where).status_code == 404
    assert browser.get(f"{where}/file").status_code == 404
    assert publish(browser, where).status_code == 404
    assert browser.post("/staff/reports", form(customer)).status_code == 422


def test_the_customer_has_a_report_once_it_is_published_and_others_never(app, sign_in, customer):
    administrator, member = of(customer, Role.ORG_ADMIN).id, of(customer, Role.ORG_MEMBER)
    theirs = sign_in(member)
    staff = sign_in(a_supervisor())
    where = made(staff, customer)
    assert theirs.get(where).status_code == 404
    assert theirs.get(f"{where}/file").status_code == 404
    assert "No service report yet" in theirs.page("/reports").text

    assert publish(staff, where).status_code == 303
    assert "published" in staff.page(where).text
    letter = db.session.scalars(db.select(Letter).where(Letter.template == "report_published")).one()
    assert letter.to_id == administrator

    page = theirs.page("/reports")
    assert "FW-202610-K0001-01" in page.text
    assert theirs.get(f"{where}/file").data.startswith(b"%PDF")
    stranger = sign_in(a_person(Role.ORG_ADMIN))
    assert "FW-202610" not in stranger.page("/reports").text
    for address in (where, f"{where}/file"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(where.replace("/documents/", "/reports/") + "/acknowledgement").status_code == 404


def test_the_customer_confirms_having_read_it_and_staff_see_who(app, sign_in, customer):
    member = of(customer, Role.ORG_MEMBER)
    name, theirs, staff = member.name, sign_in(member), sign_in(a_supervisor())
    where = made(staff, customer)
    publish(staff, where)
    address = where.replace("/documents/", "/reports/") + "/acknowledgement"
    assert theirs.page("/reports").select_one(f"form[action='{address}']")
    assert theirs.post(address).status_code == 303
    assert not theirs.page("/reports").select(f"form[action='{address}']")
    assert name in staff.page("/staff/reports").select_one("#list tbody tr").text


def test_a_later_published_version_is_named_on_the_earlier_one(app, sign_in, customer):
    theirs, staff = sign_in(of(customer, Role.ORG_MEMBER)), sign_in(a_supervisor())
    publish(staff, made(staff, customer))
    second = made(staff, customer, correction="补上一件漏计的投诉")
    assert "A later version" not in theirs.page("/reports").text
    publish(staff, second)
    page = theirs.page("/reports")
    assert "A later version stands for it: FW-202610-K0001-02" in page.text
    assert "补上一件漏计的投诉" in page.text


def test_the_account_manager_who_lost_the_customer_gets_nothing_made(app, sign_in, customer):
    manager = a_person(Role.ACCOUNT_MANAGER).id
    with transaction():
        db.session.get_one(Customer, customer).account_manager_id = manager
    browser = sign_in(db.session.get_one(Person, manager))
    where = browser.post("/staff/reports", form(customer)).location
    with transaction():
        db.session.get_one(Customer, customer).account_manager_id = None
    make_next(papers)
    assert browser.get(where).status_code == 404
    assert db.session.scalars(db.select(Document)).one().state == "failed"


def test_the_list_goes_on_page_by_page_with_few_statements(app, sign_in, customer, statements):
    by = a_supervisor().id
    with transaction():
        for n in range(60):
            number = f"FW-{n:03}"
            db.session.add(Document(
                report="service-month", params={}, language="en", customer_id=customer, period=date(2020, 1, 1),
                version=n + 1, number=number, by_id=by, asked_at=clock.now(), state="failed",
            ))  # fmt: skip
    browser = sign_in(a_supervisor())
    seen, address = [], "/staff/reports"
    while address:
        page = browser.page(address)
        seen += [row.select_one("th .nowrap").text for row in page.select("#list tbody tr")]
        older = page.select_one("a[rel=next]")
        address = older["href"] if older else None
    assert seen == [f"FW-{n:03}" for n in reversed(range(60))]
    statements.clear()
    browser.page("/staff/reports")
    assert len(statements) <= 6
    assert browser.page(f"/staff/reports?customer={a_customer().id}").select("#list tbody tr") == []
