"""The register of a month, the complaint card of a customer (R5), the rounds of a ticket (R21)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.people.models import Customer
from portal.domain.people.roles import Role
from portal.domain.quality import major, major_approvals, register
from portal.domain.tickets import actions, rounds
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.rounds import Happened
from tests.factories import (
    _agent,
    _loaded,
    a_customer,
    a_department,
    a_person,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
    live,
    shape_of,
)

NOVEMBER = datetime(2026, 11, 4, 2, tzinfo=UTC)
ALL = db.select(Ticket)


def opened(days: float = 0, *moved, **facts) -> Ticket:
    with clock.frozen_at(NOVEMBER + timedelta(days=days)):
        return a_ticket(moved=moved, **facts)


def test_a_months_register_holds_the_complaints_opened_in_it_in_their_order(app):
    ids = [opened(day).id for day in (3, 1, 2)]
    opened(0, kind="repair")
    opened(-30)
    with clock.frozen_at(datetime(2026, 10, 31, 16, 30, tzinfo=UTC)):  # half past midnight of 1 November in Shanghai
        ids.append(a_ticket().id)

    lines = register.register(ALL, date(2026, 11, 1), None, 50)

    assert [line.ticket.id for line in lines] == [ids[3], ids[1], ids[2], ids[0]]
    last = lines[1].ticket
    after = register.register(ALL, date(2026, 11, 1), (last.opened_at, last.id), 50)
    assert [line.ticket.id for line in after] == [ids[2], ids[0]]
    assert register.registered(ALL, date(2026, 11, 1)) == 4


def test_a_line_says_who_handled_it_how_long_why_and_what_was_compensated(app):
    ticket = opened(0, "accept", "dispatch", class_code="price_bill")
    with clock.frozen_at(NOVEMBER + timedelta(days=4)), transaction():
        row = _loaded(db.session.get_one(Ticket, ticket.id))
        shape = shape_of(row) | {"cause": "重复出账", "amount": "1,200.50", "cause_kind": "billing"}
        actions.apply(row, again(_agent(row, None)), "已退费。", shape=shape)
    with clock.frozen_at(NOVEMBER + timedelta(days=5)):
        live(ticket, "close")

    customer = db.session.get_one(Customer, db.session.get_one(Ticket, ticket.id).customer_id)
    line = register.card(ALL, customer, None, 50)[0]

    assert (line.days, line.cause, line.amount) == (5, "重复出账", Decimal("1200.50"))
    assert line.ticket.cause_code == "billing"
    assert line.party.zh == a_department().name
    assert register.on_card(ALL, customer) == 1


def test_what_was_granted_to_a_major_complaint_stands_on_the_card(app):
    ticket = opened(0, "accept", "dispatch")
    supervisor, manager, agent = a_supervisor(), a_person(Role.MANAGER), an_agent()
    with transaction():
        case = major.propose(_loaded(ticket), again(supervisor), [], 60_000, "五家支行全停")
        major.accept(case, _loaded(ticket), again(supervisor), "属实")
        for words, yuan in (("应急支出", 38_600), ("额外要求", 90_000)):
            asked = major_approvals.ask(
                case, _loaded(ticket), again(agent), major_approvals.COMPENSATION, words=words, amount=yuan
            )
            major_approvals.decide(asked, _loaded(ticket), again(manager), yuan < 50_000, "按协议核定")
    [line] = register.card(ALL, db.session.get_one(Customer, ticket.customer_id), None, 50)
    assert line.amount == Decimal(38_600)


@pytest.mark.parametrize("typed", ["", None, "约两百", "NaN", "-"])
def test_what_is_no_amount_is_not_known(typed):
    assert register._amount(typed) is None


def test_a_card_goes_back_page_by_page(app):
    customer = a_customer().id
    for day in range(5):
        opened(day, by=a_person(customer=db.session.get_one(Customer, customer)))
    seen, before = [], None
    while page := register.card(ALL, db.session.get_one(Customer, customer), before, 2):
        seen += [line.ticket.id for line in page]
        before = seen[-1]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


def test_the_rounds_of_a_ticket_each_with_its_result_and_why_it_came_back():
    at = NOVEMBER
    told = [
        ("opening", "专线中断", ""), ("solution", "已换尾纤", ""), ("rejection", "还是不通", ""), ("call_back", "", "not_solved"),
        ("solution", "已换光缆", ""), ("call_back", "", "solved_satisfied"), ("reopening", "又断了", ""), ("solution", "已换板卡", ""),
    ]  # fmt: skip
    happened = [Happened(sort, at + timedelta(hours=n), body, outcome) for n, (sort, body, outcome) in enumerate(told)]

    first, second = rounds.rounds(reversed(happened))

    assert (first.number, first.why, first.result, first.outcome) == (1, "", "已换光缆", "solved_satisfied")
    assert (first.proposed, first.rejected) == (2, ["还是不通"])
    assert (second.why, second.result, second.outcome) == ("又断了", "已换板卡", "")
    assert second.begun_at == at + timedelta(hours=6)


def test_what_was_reopened_is_listed_with_its_reason_the_latest_first(app):
    one = a_ticket(moved=("accept", "apply", "close", "reopen"))
    other = a_ticket(moved=("accept", "apply", "close", "reopen", "apply", "close", "reopen"))
    a_ticket(moved=("accept", "apply", "close"))

    found = rounds.reopened(db.select(Entry), ALL, None, 50)

    assert [(line.ticket.id, line.why) for line in found] == [(other.id, "又断了。")] * 2 + [(one.id, "又断了。")]
    assert [line.ticket.id for line in rounds.reopened(db.select(Entry), ALL, found[1].id, 50)] == [one.id]
