"""The workbench: each role finds its own work, the most pressing first, and why it is there."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.ratings import actions as ratings
from portal.domain.tickets import dispatching, orders, reminders
from portal.domain.tickets.models import Dispatch, Ticket
from portal.staff.lines import DUE
from tests.factories import (
    _loaded,
    a_caller,
    a_customer,
    a_department,
    a_handler,
    a_person,
    a_provider,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
    asked_to_force,
    live,
)


def part(page, name) -> list[str]:
    return [link.get_text(strip=True) for link in page.select(f"#{name} .line-title a")]


def test_an_agents_own_tickets_are_parted_by_what_they_ask_for(app, sign_in):
    me = an_agent().id

    def mine(subject, *moved):
        ticket = a_ticket(subject=subject)
        live(ticket, "accept", by=again(db.session.get(Person, me)))
        live(ticket, *moved)
        return ticket

    with clock.shifted_by(-timedelta(days=3)):
        mine("拖了的")
    mine("顺利的")
    mine("客户回了话的", "ask", "answer")
    mine("回访退回的", "apply", "send_back")
    mine("客户说没好的", "apply", "reject")
    mine("已经答复的", "ask", "answer", "reply")
    a_ticket(subject="没人管的")
    a_ticket(subject="别人的", moved=("accept",))

    page = sign_in(db.session.get(Person, me)).page("/staff/")

    assert sorted(part(page, "waits")) == sorted(["客户回了话的", "回访退回的", "客户说没好的"])
    assert part(page, "late") == ["拖了的"]
    assert sorted(part(page, "next")) == sorted(["顺利的", "已经答复的"])
    assert part(page, "unowned") == ["没人管的"]
    marks = {mark.get_text() for mark in page.select("#waits .line-mark")}
    assert marks == {"The customer wrote", "Sent back by the verification", "The customer says: not solved"}


def test_an_order_handed_back_waits_for_the_owner(app, sign_in):
    ticket = a_ticket(subject="派错了的", moved=("dispatch",))
    owner = db.session.get_one(Ticket, ticket.id).owner_id
    handler = a_handler(a_department())
    with transaction():
        order = orders.orders(_loaded(ticket))[0]
        dispatching.hand_back(order, _loaded(ticket), again(handler), "不归我们管")

    page = sign_in(db.session.get(Person, owner)).page("/staff/")

    assert part(page, "waits") == ["派错了的"]
    assert page.select_one("#waits .line-mark").get_text() == "The order was handed back"


def test_an_order_we_called_back_ourselves_waits_for_nothing(app, sign_in):
    ticket = a_ticket(subject="派错了的", moved=("dispatch",))
    key = ticket.id
    owner = db.session.get_one(Ticket, key).owner_id
    with transaction():
        order = orders.orders(_loaded(ticket))[0]
        dispatching.recall(order, _loaded(ticket), again(db.session.get_one(Person, owner)), "派错了")

    assert part(sign_in(db.session.get(Person, owner)).page("/staff/"), "waits") == []
    page = sign_in(db.session.get(Person, owner)).page(f"/staff/tickets/{key}")
    assert "Called back" in page.get_text()
    assert "Handed back" not in page.get_text()


def test_a_new_ticket_is_accepted_where_it_stands(app, sign_in):
    ticket, me = a_ticket(subject="没人管的").id, an_agent().id
    browser = sign_in(db.session.get(Person, me))
    form = browser.page("/staff/").select_one("#unowned form")

    answer = browser.post(
        form["action"],
        {field["name"]: field["value"] for field in form.select("input") if field["name"] != "csrf_token"},
    )

    assert answer.headers["Location"] == "/staff/"
    assert db.session.get_one(Ticket, ticket).owner_id == me
    assert part(browser.page("/staff/"), "next") == ["没人管的"]


def test_a_handlers_orders_stand_at_the_step_that_is_next(app, sign_in):
    handler = a_handler(a_department()).id
    subjects = ("待确认", "待联系", "待回复", "处理中")
    tickets = [a_ticket(subject=subject, moved=("dispatch",)) for subject in subjects]
    a_ticket(subject="没派给我们的")
    with transaction():
        by = again(db.session.get(Person, handler))
        for steps, ticket in enumerate(tickets):
            row, order = _loaded(ticket), orders.orders(_loaded(ticket))[0]
            if steps > 0:
                dispatching.confirm(order, row, by)
            if steps > 1:
                dispatching.contact(row, by, "phone", True, "王工", "约了上门", order)
            if steps > 2:
                order.replied_at = clock.now()

    page = sign_in(db.session.get(Person, handler)).page("/staff/")

    assert [part(page, f"step-{step}") for step in ("confirm", "contact", "reply", "progress")] == [
        [s] for s in subjects
    ]
    assert len(page.select(".deadline-label")) == 4
    assert not page.select("#unowned, #next")


def test_a_call_back_officer_finds_what_is_to_be_verified(app, sign_in):
    a_ticket(subject="待回访的", moved=("accept", "apply"))
    a_ticket(subject="还没完的", moved=("accept",))

    assert part(sign_in(a_caller()).page("/staff/"), "verifying") == ["待回访的"]


def test_an_account_manager_finds_the_own_customers_open_tickets(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER).id
    a_ticket(a_person(customer=a_customer(account_manager_id=manager)), subject="我客户的")
    a_ticket(subject="别人客户的")

    page = sign_in(db.session.get(Person, manager)).page("/staff/")

    assert part(page, "cared-for") == ["我客户的"]
    assert "别人客户的" not in page.get_text()


def test_a_supervisor_finds_what_went_wrong(app, sign_in):
    with clock.shifted_by(-timedelta(days=3)):
        a_ticket(subject="早就超时的")
    bad = a_ticket(subject="评价低的", moved=("accept", "apply", "confirm"))
    number = bad.number
    with transaction():
        reminders.remind()
    with transaction():
        row = _loaded(bad)
        ratings.rate(row, again(db.session.get(Person, row.asked_by_id)), 1, comment="没人管")

    page = sign_in(a_supervisor()).page("/staff/")

    assert "早就超时的" in part(page, "escalated")
    assert part(page, "ratings") == [f"{number} 评价低的"]


def test_every_promise_of_the_policy_is_said_in_two_words_and_never_by_its_code(app):
    policy = settings.policy()
    assert {rule.met for rule in (*policy.known("clocks"), policy.major_report)} <= set(DUE)


EVERY_ROLE = [Role.AGENT, Role.HANDLER, Role.ACCOUNT_MANAGER, Role.CALLER, Role.SUPERVISOR, Role.MANAGER]


@pytest.mark.parametrize("count", [1, 3, 20])
@pytest.mark.parametrize("roles", [EVERY_ROLE, EVERY_ROLE[:3], EVERY_ROLE[3:]])
def test_whatever_the_roles_the_page_costs_the_same(app, sign_in, statements, count, roles):
    department = a_department()
    me = a_person(*roles, department=department).id
    customer = a_customer(account_manager_id=me)
    for n in range(count):
        ticket = a_ticket(a_person(customer=customer), subject=f"第{n}件")
        desk = again(db.session.get(Person, me)) if Role.AGENT in roles else an_agent()
        live(ticket, "accept", by=desk)
        live(ticket, "dispatch", by=again(desk))
    for _ in range(count):
        asked_to_force(a_ticket(moved=("accept",)))
    browser = sign_in(db.session.get(Person, me))
    browser.get("/staff/")
    statements.clear()

    page = browser.page("/staff/")

    assert page.select(".line, .empty")
    # what is decided, who asks, all lists of tickets, why they wait, orders with their promises, low ratings, forced
    # closures to decide, improvement actions with customers to be asked again: as far as the roles have them
    assert len(statements) <= 8


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_overview_of_quality_costs_the_same_for_whoever_has_every_role(app, sign_in, statements, count):
    for _ in range(count):
        a_provider()
        asked_to_force(a_ticket(moved=("accept", "dispatch")))
    browser = sign_in(a_person(*EVERY_ROLE, department=a_department()))
    browser.get("/staff/quality/")
    statements.clear()

    browser.page("/staff/quality/")

    # what is decided, who asks, all that waits, providers, what is noted of them, their complaints, the month's figures;
    # where a policy counts open web complaints again, those
    assert len(statements) <= 8 - (not settings.policy().support.web_carries)


@pytest.mark.parametrize(
    "role", [Role.AGENT, Role.HANDLER, Role.CALLER, Role.SUPERVISOR, Role.MANAGER, Role.ACCOUNT_MANAGER]
)
def test_with_nothing_to_do_it_says_what_comes_next(app, sign_in, role):
    person = a_handler() if role == Role.HANDLER else a_person(role)

    page = sign_in(person).page("/staff/")

    assert page.select(".empty-title, .card .muted")
    assert not page.select(".line")


def test_who_has_no_part_in_tickets_does_not_get_in(app, sign_in):
    assert sign_in(a_person(Role.AUDITOR)).get("/staff/").status_code == 403
    assert db.session.scalar(db.select(Dispatch.id)) is None
