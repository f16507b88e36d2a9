"""Do the pages of figures open exactly the tickets behind each number, tell who is late and why, and correct by revision?"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Department
from portal.domain.people.roles import Role
from portal.domain.quality import snapshots
from portal.domain.quality.counting import TOTAL
from portal.domain.quality.fact_models import FigureSnapshot
from portal.domain.quality.units import EVERYBODY
from portal.domain.tickets.models import Deadline, Dispatch, Ticket
from portal.reports import registry
from portal.reports.gathering.figures_month import figures_month
from portal.reports.gathering.plain import house
from tests import factories
from tests.domain.lives import MORNING, Life

ROOM = "/staff/quality/figures"
LATER = MORNING + timedelta(hours=40)
AFTER = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)


def a_month() -> tuple[Life, Life]:
    """One complaint all well, one answered late."""
    good = Life().do(1, "accept", "dispatch", "contact", "final", "apply").do(2, "close")
    late = Life().do(1, "accept", "contact").do(30, "final", "apply").do(31, "close")
    return good, late


def number_of(life: Life) -> str:
    return db.session.get_one(Ticket, life.id).number


def test_why_a_figure_is_not_100_percent_is_one_click_with_the_reason(app, sign_in):
    good, late = a_month()
    wanted, other = number_of(late), number_of(good)
    with clock.frozen_at(LATER):
        browser = sign_in(factories.a_supervisor())
        page = browser.page(f"{ROOM}?month=2026-11")
        link = page.select_one("a[href*='/figures/timely_reply/tickets'][href*='side=missing']")["href"]
        behind = browser.page(link)

    rows = behind.select("#tickets tbody tr")
    assert [wanted in str(row) for row in rows] == [True]
    assert other not in str(behind)
    assert "6 hours late" in rows[0].get_text(" ", strip=True)


@pytest.mark.parametrize(("side", "count"), [("numerator", 1), ("denominator", 2), ("missing", 1)])
def test_each_side_opens_and_exports_exactly_its_tickets(app, sign_in, side, count):
    a_month()
    with clock.frozen_at(LATER):
        browser = sign_in(factories.a_supervisor())
        page = browser.page(f"{ROOM}/timely_reply/tickets?month=2026-11&side={side}")
        csv = browser.get(f"{ROOM}/timely_reply/tickets.csv?month=2026-11&side={side}").text

    assert len(page.select("#tickets tbody tr")) == count
    assert len(csv.strip().splitlines()) == count + 1


def test_a_department_sees_its_own_figures_and_a_customer_is_found_by_number(app, sign_in):
    good, _ = a_month()
    department = db.session.scalars(db.select(Department.id).order_by(Department.id)).first()
    customer = db.session.get_one(Ticket, good.id).customer_id
    number = db.session.get_one(factories.Customer, customer).number
    with clock.frozen_at(LATER):
        browser = sign_in(factories.a_supervisor())
        for asked in (f"of=department-{department}", f"customer={number}"):
            page = browser.page(f"{ROOM}?month=2026-11&{asked}")
            row = next(row for row in page.select("tbody tr") if "/figures/complaints/" in str(row.th))
            assert row.select_one("td").get_text(strip=True) == "1", asked


@pytest.mark.parametrize("asked", ["of=department-99999", "of=customer-0", "of=provider-x"])
def test_figures_of_nobody_do_not_exist(app, sign_in, asked):
    assert sign_in(factories.a_supervisor()).get(f"{ROOM}?{asked}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/nothing/tickets", "/complaints/tickets?side=missing", "/league?measure=complaints", "/league?sort=x"]
)
def test_what_is_no_measure_does_not_exist(app, sign_in, path):
    assert sign_in(factories.a_supervisor()).get(f"{ROOM}{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/timely_reply/tickets?side=denominator", "/late", "/league", "/closed"])
def test_many_tickets_cost_no_more_statements_than_few(app, sign_in, statements, path):
    browser = sign_in(factories.a_supervisor())
    spent = []
    for more in (1, 6):
        for _ in range(more):
            a_month()
        with clock.frozen_at(LATER):
            browser.get(f"{ROOM}{path}")
            statements.clear()
            browser.get(f"{ROOM}{path}")
        spent.append(len(statements))

    assert spent[0] == spent[1]
    assert spent[0] <= 8, "\n".join(statements)


def test_who_is_late_is_told_with_the_reason_two_clicks_from_the_workbench(app, sign_in):
    Life()
    Life().do(1, "accept", "dispatch")
    with clock.frozen_at(MORNING + timedelta(hours=26)):
        browser = sign_in(factories.a_supervisor())
        home = browser.page("/staff/quality/")
        link = home.select_one("a[href='/staff/quality/figures/late']")
        page = browser.page(link["href"])

    words = page.get_text(" ", strip=True)
    assert "Nobody has accepted it since" in words
    assert "the order is not confirmed by anybody" in words
    assert any("The desk" in row.get_text() for row in page.select(".figures-who tr"))


def test_why_a_share_is_what_it_is_is_told_two_clicks_from_the_workbench(app, sign_in):
    Life().do(1, "accept", "dispatch")
    with clock.frozen_at(MORNING + timedelta(hours=26)):
        browser = sign_in(factories.a_supervisor())
        assert browser.page("/staff/").select_one("nav a[href='/staff/quality/']")
        share = browser.page("/staff/quality/").select_one("#shares a[href*='/timely_reply/']")
        page = browser.page(share["href"]).get_text(" ", strip=True)

    assert share.text == "Timely reply"
    assert db.session.scalar(db.select(Ticket.number)) in page


def test_a_ticket_that_is_late_with_all_stands_once_and_says_how_many_promises_it_owes(app, sign_in):
    Life()
    with clock.frozen_at(MORNING + timedelta(days=30)):
        page = sign_in(factories.a_supervisor()).page(f"{ROOM}/late")

    rows = page.select(".figures-tickets tbody tr")
    assert len(rows) == 1
    assert "more promise" in rows[0].get_text(" ", strip=True)


def test_whoever_calls_back_stands_once_whichever_departments_did_the_work(app, sign_in):
    one, other = (Life().do(1, "accept", "dispatch", "contact", "final", "apply") for _ in range(2))
    order = db.session.scalar(db.select(Dispatch).where(Dispatch.ticket_id == other.id))
    order.department_id = db.session.scalar(db.select(Department.id).where(Department.id != order.department_id))
    for life in (one, other):
        mine = db.select(Dispatch.id).where(Dispatch.ticket_id == life.id).scalar_subquery()
        db.session.execute(db.update(Deadline).where(Deadline.ticket_id == life.id).values(dispatch_id=mine))
    db.session.commit()
    with clock.frozen_at(MORNING + timedelta(days=30)):
        page = sign_in(factories.a_supervisor()).page(f"{ROOM}/late")

    assert [row.select_one("th").get_text(strip=True) for row in page.select(".figures-who tbody tr")] == [
        "Call-back officers"
    ]


def test_nobody_late_is_said(app, sign_in):
    assert "Nobody is late" in sign_in(factories.a_supervisor()).page(f"{ROOM}/late").get_text()


def test_a_correction_needs_a_reason_and_becomes_the_next_revision(app, sign_in):
    good, _ = a_month()
    with clock.frozen_at(AFTER):
        snapshots.close_due()
        good.do(24 * 15, "reopen")
        first = snapshots.newest(date(2026, 11, 1)).id
        browser = sign_in(factories.a_supervisor())
        assert "What today would say" in browser.page(f"{ROOM}/closed/{first}").get_text()

        empty = browser.post(f"{ROOM}/closed/{first}/corrections", {"why": "", "revision": 1})
        done = browser.post(f"{ROOM}/closed/{first}/corrections", {"why": "回访复核。", "revision": 1})
        stale = browser.post(f"{ROOM}/closed/{first}/corrections", {"why": "又一次。", "revision": 1})
        page = browser.page(done.location)

    assert (empty.status_code, done.status_code, stale.status_code) == (422, 303, 422)
    assert "又一次。" in stale.text
    assert "回访复核。" in page.get_text()
    assert "What this revision changed" in page.get_text()
    assert db.session.scalars(db.select(FigureSnapshot.revision).order_by(FigureSnapshot.id)).all() == [1, 2]


def test_a_manager_reads_figures_and_does_not_correct_them(app, sign_in):
    a_month()
    with clock.frozen_at(AFTER):
        snapshots.close_due()
        first = snapshots.newest(date(2026, 11, 1)).id
        browser = sign_in(factories.a_person(Role.MANAGER))
        assert browser.page(f"{ROOM}/closed/{first}").select("form[action$=corrections]") == []
        assert browser.post(f"{ROOM}/closed/{first}/corrections", {"why": "x", "revision": 1}).status_code == 403


@pytest.mark.parametrize("role", [Role.AGENT, Role.HANDLER, Role.CALLER, Role.ACCOUNT_MANAGER])
def test_others_have_no_figures(app, sign_in, role):
    facts = {"department": factories.a_department()} if role is Role.HANDLER else {}
    assert sign_in(factories.a_person(role, **facts)).get(ROOM).status_code == 403


def test_a_liable_complaint_counts_for_the_party_found_liable(app):
    from portal.domain.quality import figures, liability

    good, _ = a_month()
    party = db.session.scalars(db.select(Department).join(Dispatch).where(Dispatch.ticket_id == good.id)).one()
    other = db.session.scalars(db.select(Department).where(Department.id != party.id)).first()
    with clock.frozen_at(LATER), transaction():
        degree = liability.settings.policy().liability.degrees[0].code
        liability.decide(
            factories._loaded(db.session.get_one(Ticket, good.id)), factories.a_supervisor(), party, True, "测试",
            degree=degree,
        )  # fmt: skip

    with clock.frozen_at(LATER):
        found = [figures.month(date(2026, 11, 1), party=one)["liable"].numerator for one in (other, party)]
        behind = db.session.scalars(
            figures.records(date(2026, 11, 1), figures.MEASURES["liable"], "numerator", party=party)
        ).all()
    assert found == [0, 1]
    assert behind == [good.id]


@pytest.mark.parametrize(
    "path", ["?month=2026-11", "/timely_reply/tickets?month=2026-11", "/late", "/league", "/closed"]
)
def test_a_chinese_reader_reads_chinese(app, sign_in, path):
    a_month()
    with clock.frozen_at(AFTER):
        snapshots.close_due()
        page = sign_in(factories.a_supervisor(language="zh_Hans_CN")).page(f"{ROOM}{path}")

    words = page.select_one("main").get_text(" ", strip=True)
    assert set(re.findall(r"[A-Za-z]{4,}", words)) <= {"XLSX", "Wilson"}


def test_the_paper_is_chinese_too(app):
    a_month()
    with clock.frozen_at(AFTER):
        facts = figures_month("ZB-202611", date(2026, 11, 1), TOTAL, EVERYBODY.words)
        html = registry.render_html("figures-month", facts, "zh_Hans_CN", house())

    words = BeautifulSoup(html, "html.parser").get_text(" ", strip=True)
    assert "一次关闭率" in words
    assert set(re.findall(r"[A-Za-z]{4,}", words)) <= {"Wilson"}
