"""The call-back desk: whom to call, how often it was tried and on which days, and who may not call."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.tickets import callback, dispatching
from portal.domain.tickets.models import Ticket
from tests.factories import _loaded, a_caller, a_customer, a_person, a_ticket, again, an_agent, live


def lines(page) -> dict[str, str]:
    rows = page.select(".calls-table tbody tr")
    return {row.select_one("th a").get_text(strip=True): " ".join(row.get_text(" ").split()) for row in rows}


def test_it_lists_what_waits_for_the_customers_word_most_pressing_first(app, sign_in):
    a_ticket(subject="后申请的", moved=("accept", "apply"))
    with clock.shifted_by(-timedelta(days=3)):
        a_ticket(subject="先申请的", moved=("accept", "apply"))
    a_ticket(subject="处理中的", moved=("accept",))

    page = sign_in(a_caller()).page("/staff/calls/")

    assert list(lines(page)) == ["先申请的", "后申请的"]
    assert page.select_one(".calls-table tbody tr")["class"][0] == "late"


def test_the_number_to_call_stands_there_whole(app, sign_in):
    a_ticket(a_person(phone="13912345678"), subject="甲", moved=("accept", "apply"))
    a_ticket(subject="乙", contact_name="赵经理", contact_phone="021-5555", moved=("accept", "apply"))

    page = sign_in(a_caller()).page("/staff/calls/")

    assert {link["href"] for link in page.select(".at-call a")} == {"tel:13912345678", "tel:021-5555"}
    assert "赵经理" in lines(page)["乙"]


def test_vain_tries_are_told_by_day_and_how_many_are_left(app, sign_in):
    caller = a_caller().id
    earlier, today = a_ticket(subject="前天试过"), a_ticket(subject="今天试过")
    with clock.shifted_by(-timedelta(days=4)):
        live(earlier, "accept", "apply")
    live(today, "accept", "apply")
    for ticket, shift in ((earlier, timedelta(days=-2)), (today, timedelta())):
        with clock.shifted_by(shift), transaction():
            callback.call_back(_loaded(ticket), again(db.session.get(Person, caller)), "unreachable", "没人接")

    said = lines(sign_in(db.session.get(Person, caller)).page("/staff/calls/"))

    assert "2 tries left" in said["前天试过"]
    assert "tried today" in said["今天试过"]


def test_what_the_officer_handled_is_shown_but_for_others(app, sign_in):
    both = a_person(Role.AGENT, Role.CALLER, phone="1").id
    mine = a_ticket(a_person(phone="13900000001"), subject="我受理的")
    live(mine, "accept", by=again(db.session.get(Person, both)))
    live(mine, "apply", by=again(db.session.get(Person, both)))
    touched = a_ticket(subject="我只打过电话的", moved=("accept",))
    with transaction():
        dispatching.contact(_loaded(touched), again(db.session.get(Person, both)), "phone", True, "王工", "说明了情况")
    live(touched, "apply")
    a_ticket(subject="别人的", moved=("accept", "apply"))

    page = sign_in(db.session.get(Person, both)).page("/staff/calls/")

    said = lines(page)
    assert "to be called by others" in said["我受理的"]
    assert "to be called by others" in said["我只打过电话的"]
    assert "to be called by others" not in said["别人的"]
    assert not page.select("a[href='tel:13900000001']")


def test_how_often_it_was_sent_back_is_told(app, sign_in):
    a_ticket(subject="退过的", moved=("accept", "apply", "send_back", "apply"))

    assert "sent back once" in lines(sign_in(a_caller()).page("/staff/calls/"))["退过的"]


@pytest.mark.parametrize("count", [1, 3, 20])
def test_a_long_list_costs_no_more_than_a_short_one(app, sign_in, statements, count):
    customer = a_customer()
    for n in range(count):
        a_ticket(a_person(customer=customer), subject=f"第{n}件", moved=("accept", "apply"))
    browser = sign_in(a_caller())
    browser.get("/staff/calls/")
    statements.clear()

    page = browser.page("/staff/calls/")

    assert len(lines(page)) == count
    # what is decided, who asks, what is agreed, the page, tries and contacts, hands in it, whom to call
    assert len(statements) == 7


@pytest.mark.parametrize(
    "address", ["after=zzz", "before=9999-12-31T23:59:59-14:00~1", "after=2026-01-01T00:00:00%2B00:00~99999999999"]
)
def test_a_wild_address_gives_a_plain_page(app, sign_in, address):
    a_ticket(moved=("accept", "apply"))

    assert sign_in(a_caller()).page(f"/staff/calls/?{address}").select_one("#calls")


def test_with_nothing_to_verify_it_says_so(app, sign_in):
    assert "Nothing to verify" in sign_in(a_caller()).page("/staff/calls/").get_text()


def test_agents_do_not_call_back(app, sign_in):
    assert sign_in(an_agent()).get("/staff/calls/").status_code == 403
    assert db.session.scalar(db.select(Ticket.id)) is None
