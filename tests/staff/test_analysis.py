"""The page of the analysis, its workbook, and what becomes of its signals."""

import io
import zipfile

import pytest

from portal import clock
from portal.db import db
from portal.domain.people.roles import Role
from portal.domain.quality.records import Signal
from portal.domain.tickets.models import Problem
from tests.domain.test_analysis import NOON, a_history, a_signal, opened
from tests.factories import a_person, a_supervisor, an_agent

WHERE = "/staff/quality/analysis"


@pytest.mark.parametrize("count", [1, 12])
def test_every_number_opens_the_complaints_behind_it_and_costs_the_same(app, sign_in, statements, count):
    a_history()
    with clock.frozen_at(NOON):
        for _ in range(count):
            opened(NOON, None, "accept", "dispatch", class_code="product_down")
        browser = sign_in(a_person(Role.MANAGER))
        statements.clear()
        page = browser.page(f"{WHERE}?month=2026-11")
        assert len(statements) <= 16
        numbers = page.select(
            "#by-class td a, #by-group td a, #by-party td a, #by-tier td a, #by-channel td a, #by-cause td a"
        )
        assert len(numbers) == 6
        for number in numbers:
            assert number.text == str(count)
            assert len(browser.page(number["href"]).select("tbody tr")) == count
    assert page.select_one("#control-chart svg")
    state = page.select_one("#control tbody tr .badge").text
    assert state == ("above the limit" if count == 12 else "within limits")


def test_a_month_without_complaints_says_so(app, sign_in):
    with clock.frozen_at(NOON):
        page = sign_in(a_supervisor()).page(f"{WHERE}?month=2026-03")
    assert "No complaint in this month" in page.text


def test_the_workbook_has_a_sheet_for_each_side(app, sign_in):
    with clock.frozen_at(NOON):
        opened(NOON, None, "accept")
        answer = sign_in(a_supervisor()).get(f"{WHERE}/list.xlsx?month=2026-11")
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    assert len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]) == 8


def test_a_signal_becomes_a_problem_with_one_click(app, sign_in):
    key = a_signal()
    browser = sign_in(a_supervisor())
    form = browser.page("/staff/quality/signals").select_one("form[action$='/problem']")
    answer = browser.post(form["action"])
    problem = db.session.scalars(db.select(Problem)).one()
    assert answer.location == f"/staff/quality/problems/{problem.id}"
    assert problem.class_code == "price_bill"
    assert "Above the control limit" in problem.title
    assert db.session.get_one(Signal, key).problem_id == problem.id
    assert "No signal waits" in browser.page("/staff/quality/signals").text


def test_a_dismissed_signal_stays_with_its_reason(app, sign_in):
    key = a_signal()
    browser = sign_in(a_supervisor())
    assert browser.post(f"/staff/quality/signals/{key}/dismissal", {"reason": ""}).status_code == 422
    assert browser.post(f"/staff/quality/signals/{key}/dismissal", {"reason": "割接期间"}).status_code == 303
    with clock.frozen_at(NOON):
        assert "割接期间" in sign_in(a_supervisor()).page(f"{WHERE}?month=2026-11").select_one("#signals").text


def test_managers_read_and_supervisors_decide(app, sign_in):
    key = a_signal()
    manager = sign_in(a_person(Role.MANAGER), check=False)
    assert not manager.page("/staff/quality/signals").select("form[action$='/problem']")
    assert manager.post(f"/staff/quality/signals/{key}/problem").status_code == 403
    assert sign_in(an_agent(), check=False).get(WHERE).status_code == 403
