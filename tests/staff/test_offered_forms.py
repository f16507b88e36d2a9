"""A form that would be refused is not offered; opened as a page of its own, it stays one."""

import pytest

from tests.domain.test_liability import CLOSED, decide
from tests.domain.test_major import a_case, the_case
from tests.domain.test_problems import a_problem, solve
from tests.staff.desk_cast import a_supervisor, a_ticket, an_agent


@pytest.mark.parametrize(
    ("path", "moved"),
    [
        ("application", ("accept",)),
        ("reopening", ("accept",)),
        ("owner", ("accept", "apply", "close")),
        ("kind", ("accept", "apply", "close")),
        ("dispatches/new", ("accept", "apply")),
        ("contacts/new", ("accept", "apply", "close")),
        ("merge", ("accept", "apply", "close")),
        ("forced", ("accept", "apply", "close")),
    ],
)
def test_a_form_whose_sending_would_be_refused_says_why_instead(app, sign_in, path, moved):
    ticket = a_ticket(moved=moved)
    answer = sign_in(an_agent()).get(f"/staff/tickets/{ticket.id}/{path}")

    assert answer.status_code == 409
    assert f'action="/staff/tickets/{ticket.id}/{path}"' not in answer.text
    assert "notice-warn" in answer.text


@pytest.mark.parametrize(("path", "moved"), [("application", ("accept", "apply")), ("owner", ("accept",))])
def test_a_form_opened_as_a_page_is_sent_as_a_page_and_one_in_the_sheet_stays_there(app, sign_in, path, moved):
    ticket = a_ticket(moved=moved)
    browser = sign_in(an_agent())
    url = f"/staff/tickets/{ticket.id}/{path}"

    assert f'hx-post="{url}"' not in browser.get(url).text
    assert f'hx-post="{url}"' in browser.htmx(url, "sheet").text


@pytest.mark.parametrize(
    ("path", "is_solved"), [("edit", True), ("solution", True), ("merge", True), ("reopening", False)]
)
def test_a_step_that_a_problem_cannot_take_now_is_not_offered(app, sign_in, path, is_solved):
    problem = a_problem(a_ticket())
    if is_solved:
        solve(problem)
    url = f"/staff/quality/problems/{problem}/{path}"
    answer = sign_in(a_supervisor()).get(url)

    assert answer.status_code == 409
    assert f'action="{url}"' not in answer.text
    assert "notice-warn" in answer.text


def test_an_enquiry_and_a_major_complaint_cannot_be_proposed_as_one(app, sign_in):
    enquiry, major = a_ticket(kind="enquiry").id, the_case(a_case()).ticket_id
    browser = sign_in(an_agent())
    for ticket, why in ((enquiry, "Only a complaint or a repair"), (major, "a major complaint already")):
        answer = browser.get(f"/staff/quality/major/new/{ticket}")
        assert answer.status_code == 409
        assert why in answer.text
        assert 'name="reason"' not in answer.text


def test_liability_that_is_decided_is_not_decided_again(app, sign_in):
    ticket = a_ticket(moved=CLOSED)
    decide(ticket)
    answer = sign_in(a_supervisor()).get(f"/staff/quality/liability/new/{ticket.id}")

    assert answer.status_code == 409
    assert 'name="reason"' not in answer.text
    assert "is decided already" in answer.text
