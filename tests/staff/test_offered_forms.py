"""A form that would be refused is not offered; opened as a page of its own, it stays one."""

import pytest

from tests.staff.desk_cast import a_ticket, an_agent


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
