"""The pages of problems: the list, one with its tickets and customers, and the steps of its life."""

import io
import zipfile
from datetime import timedelta

import pytest

from portal import clock
from portal.db import db
from portal.domain.outbox import Letter, with_reader
from portal.domain.people.models import Person
from portal.domain.tickets.models import Problem, Ticket
from portal.web import mail
from tests.domain.test_problems import a_problem, solve
from tests.factories import a_department, a_handler, a_person, a_provider, a_supervisor, a_ticket, an_agent
from tests.staff.test_settings_pages import sent

WHERE = "/staff/quality/problems"


def test_a_problem_is_opened_filled_with_tickets_and_solved(app, sign_in):
    ticket = a_ticket(subject="浦东专线又中断")
    number, asked = ticket.number, ticket.asked_by_id
    browser = sign_in(a_supervisor())
    opened = browser.post(f"{WHERE}/new", {"title": "主干光缆老化", "department": 0, "person": 0})
    assert opened.status_code == 303

    found = browser.page(f"{opened.location}?said=专线")
    assert found.select_one(f"input[name=number][value='{number}']")
    browser.post(f"{opened.location}/tickets", {"number": number, "said": "专线"})
    shown = browser.page(opened.location)
    assert shown.select_one("#tickets tbody tr th a").text == "浦东专线又中断"
    assert len(shown.select("#customers li")) == 1

    assert browser.post(f"{opened.location}/solution", {"words": "已更换光缆。"}).status_code == 303
    assert db.session.scalars(db.select(Letter.to_id).where(Letter.template == "problem_solved")).all() == [asked]
    assert "已更换光缆。" in browser.page(opened.location).select_one(".notice-good").text


def test_a_letter_about_a_solution_says_what_was_done_and_nothing_from_inside(app):
    person = a_person()
    solve(a_problem(a_ticket(by=person, subject="专线中断"), title="内部代号红海", cause="施工方漏报"))

    letter = db.session.scalar(db.select(Letter.id).where(Letter.template == "problem_solved"))
    with app.test_request_context():
        text = mail.rendered(with_reader(letter), with_reader(letter).to).text
    assert "主干光缆已更换。" in text
    assert "内部代号红海" not in text
    assert "施工方漏报" not in text


def test_a_problem_is_opened_and_changed_by_the_form_as_it_is_drawn_with_or_without_a_day(app, sign_in):
    browser = sign_in(a_supervisor())
    drawn = sent(browser.page(f"{WHERE}/new"), f"{WHERE}/new")
    assert browser.post(f"{WHERE}/new", drawn | {"title": "同一部件反复渗油"}).status_code == 303
    problem = db.session.scalars(db.select(Problem.id)).one()
    edit = f"{WHERE}/{problem}/edit"
    assert browser.post(edit, sent(browser.page(edit), edit) | {"cause": "密封圈错位"}).status_code == 303
    stored = db.session.scalars(db.select(Problem).execution_options(populate_existing=True)).one()
    assert (stored.title, stored.cause, stored.due_on) == ("同一部件反复渗油", "密封圈错位", None)


def test_a_form_with_a_gap_keeps_what_was_typed(app, sign_in):
    browser = sign_in(a_supervisor())
    answer = browser.post(f"{WHERE}/new", {"title": "", "cause": "老化", "department": 0, "person": 0})
    assert answer.status_code == 422
    assert "老化" in answer.text
    assert not db.session.scalars(db.select(Problem)).all()


def test_a_day_that_is_over_is_not_taken_and_one_that_was_taken_may_stay(app, sign_in):
    browser, facts = sign_in(a_supervisor()), {"title": "反复渗油", "department": 0, "person": 0}
    over = browser.post(f"{WHERE}/new", facts | {"due_on": "2020-01-01"})
    assert (over.status_code, "This day is over" in over.text) == (422, True)
    assert not db.session.scalars(db.select(Problem)).all()

    with clock.frozen_at(clock.now() - timedelta(days=9)):
        problem = a_problem(due_on=(clock.now() + timedelta(days=2)).date())
    edit = f"{WHERE}/{problem}/edit"
    drawn = sent(browser.page(edit), edit)
    assert browser.post(edit, drawn | {"due_on": "2020-01-01"}).status_code == 422
    assert browser.post(edit, drawn | {"cause": "密封圈错位"}).status_code == 303


def test_whoever_answers_for_a_problem_can_read_it(app, sign_in):
    handler, provider = a_handler(a_department()).id, a_handler(a_provider()).id
    browser = sign_in(a_supervisor())
    offered = {option["value"] for option in browser.page(f"{WHERE}/new").select("[name=person] option")}
    assert f"{handler}" in offered
    assert f"{provider}" not in offered, "what is said inside is not for a provider"

    browser.post(f"{WHERE}/new", {"title": "反复渗油", "department": 0, "person": handler})
    problem = db.session.scalars(db.select(Problem.id)).one()
    assert "反复渗油" in sign_in(db.session.get_one(Person, handler)).page(f"{WHERE}/{problem}").text
    assert sign_in(a_handler(a_department())).get(f"{WHERE}/{problem}").status_code == 404


@pytest.mark.parametrize("count", [1, 12])
def test_a_long_list_costs_no_more_statements_than_a_short_one(app, sign_in, statements, count):
    for _ in range(count):
        a_problem(a_ticket())
    browser = sign_in(a_supervisor())
    db.session.expunge_all()
    statements.clear()
    page = browser.page(WHERE)
    assert len(page.select("tbody tr")) == count
    assert len(statements) <= 6

    statements.clear()
    browser.page(f"{WHERE}/{db.session.scalars(db.select(Problem.id)).first()}")
    assert len(statements) <= 9


def test_agents_read_and_add_but_do_not_solve_and_handlers_see_none(app, sign_in):
    problem, number = a_problem(), a_ticket().number
    browser = sign_in(an_agent(), check=False)
    assert browser.get(f"{WHERE}/{problem}").status_code == 200
    assert browser.post(f"{WHERE}/{problem}/tickets", {"number": number}).status_code == 303
    assert db.session.scalar(db.select(Ticket.problem_id).where(Ticket.number == number)) == problem
    assert browser.post(f"{WHERE}/{problem}/solution", {"words": "x"}).status_code == 403
    browser = sign_in(a_handler(a_provider()), check=False)
    assert browser.get(f"{WHERE}/{problem}").status_code == 404


def test_the_workbook_has_a_sheet_for_each_state(app, sign_in):
    a_problem(a_ticket(), title="=HYPERLINK(1)")
    answer = sign_in(a_supervisor()).get(f"{WHERE}/list.xlsx")
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    assert len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]) == 3
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_what_is_past_its_day_waits_on_the_overview(app, sign_in):
    with clock.frozen_at(clock.now() - timedelta(days=9)):
        a_problem(due_on=(clock.now() + timedelta(days=2)).date())
    page = sign_in(a_supervisor()).page("/staff/quality/")
    row = next(row for row in page.select(".waiting-row") if "past their day" in row.text)
    assert row.select_one("strong").text == "1"
