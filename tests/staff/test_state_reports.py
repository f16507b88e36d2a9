"""The box in which a handler says how an order stands: in the order, and on the workbench."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Provider
from portal.domain.tickets import dispatching
from portal.domain.tickets.models import Dispatch, Note
from tests.factories import a_department, again
from tests.staff.desk_cast import a_handler, a_provider, a_ticket, an_agent, at, whole


@pytest.fixture(params=["department", "provider"])
def cast(app, request):
    """A ticket dispatched to somebody's department or provider."""
    provider = a_provider()
    handler = a_handler(a_department("network") if request.param == "department" else provider)
    ticket = a_ticket(moved=("accept",))
    with transaction():
        to = a_department("network") if request.param == "department" else db.session.get_one(Provider, provider.id)
        dispatching.dispatch(whole(ticket), again(an_agent()), to, "请现场排查。")
    return ticket, handler, db.session.scalars(db.select(Dispatch.id)).one()


def test_the_order_says_until_when_and_takes_the_report(cast, sign_in):
    ticket, handler, order = cast
    browser = sign_in(handler)
    box = browser.page(at(ticket)).select_one("#orders .state-report")
    assert "Your state report is due by" in box.get_text()

    answer = browser.post(at(ticket, f"/dispatches/{order}/state"), {"body": "已到现场。", "reader": "desk"})

    assert answer.location == at(ticket)
    assert db.session.scalars(db.select(Note.body)).all() == ["已到现场。"]
    shown = browser.page(at(ticket)).select_one(".entry-note").get_text()
    assert "State report" in shown
    assert "已到现场。" in shown
    assert "已到现场。" in sign_in(an_agent()).page(at(ticket)).select_one(".entry-note").get_text()


def test_the_customer_reads_only_what_is_for_the_customer(cast, sign_in):
    ticket, handler, order = cast
    browser = sign_in(handler)
    browser.post(at(ticket, f"/dispatches/{order}/state"), {"body": "内部：备件不足。", "reader": "desk"})
    browser.post(at(ticket, f"/dispatches/{order}/state"), {"body": "备件明天到。", "reader": "customer"})

    with clock.shifted_by(timedelta(minutes=1)):
        theirs = sign_in(again_asker(ticket)).page(f"/tickets/{ticket.id}").get_text()
    assert "备件明天到。" in theirs
    assert "备件不足" not in theirs


def again_asker(ticket):
    from portal.domain.people.models import Person

    return db.session.get_one(Person, ticket.asked_by_id)


def test_an_empty_report_comes_back(cast, sign_in):
    ticket, handler, order = cast
    answer = sign_in(handler).post(at(ticket, f"/dispatches/{order}/state"), {"body": " ", "reader": "desk"})
    assert answer.status_code == 422
    assert db.session.scalars(db.select(Note.id)).all() == []


def test_on_the_workbench_it_is_asked_for_the_day_it_is_due(cast, sign_in):
    ticket, handler, order = cast
    browser = sign_in(handler)
    with clock.shifted_by(timedelta(days=12)):
        browser = sign_in(handler)
        card = browser.page("/staff/").select_one("#state-reports")
        assert ticket.number in card.get_text()
        assert "overdue" in card.get_text()
        form = {"body": "仍在等备件。", "reader": "desk", "back": "workbench"}
        assert browser.post(card.select_one("form")["action"], form).location == "/staff/"
        assert browser.page("/staff/").select_one("#state-reports") is None


def test_the_order_of_another_ticket_is_not_found_here(cast, sign_in):
    ticket, handler, order = cast
    other = a_ticket(moved=("accept",))
    assert sign_in(an_agent()).get(at(other, f"/dispatches/{order}/state")).status_code == 404
