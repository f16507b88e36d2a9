"""The service report's figures, counted from tickets that have lived; what belongs to others is not in it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import joinedload

from portal import clock
from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.ratings import actions as ratings
from portal.domain.ratings.models import Rating
from portal.domain.tickets.models import Message, Ticket
from portal.reports import registry
from portal.reports.gathering.month_rows import Rows, after, before
from portal.reports.gathering.plain import house
from portal.reports.gathering.service_month import service_month
from portal.reports.service_month import ALERT, NORMAL, ServiceMonth
from tests import factories
from tests.factories import a_customer, a_person, a_supervisor, a_ticket, again, live
from tests.reports.test_paper import text

OCTOBER = date(2026, 10, 1)
TUESDAY = datetime(2026, 10, 13, 2, tzinfo=UTC)
"""Ten in the morning in Shanghai, on a working day."""
REPORTED = datetime(2026, 11, 2, 2, tzinfo=UTC)


@pytest.fixture
def customer(app):
    manager = a_person(Role.ACCOUNT_MANAGER, name="沈一鸣")
    found = a_customer(number="K0001", account_manager_id=manager.id)
    return found.id


def a_member(customer_id: int) -> Person:
    return a_person(customer=db.session.get_one(Customer, customer_id))


def lived(by: Person, at: datetime, **steps: datetime) -> Ticket:
    """A ticket opened at a moment; each step (a move of the factories) at its own."""
    with clock.frozen_at(at):
        ticket = a_ticket(by=by)
    for verb, moment in steps.items():
        with clock.frozen_at(moment):
            live(ticket, verb)
    return ticket


def report(customer_id: int, month: date = OCTOBER, reader: Person | None = None, at=REPORTED) -> ServiceMonth:
    reader = again(reader or a_supervisor())
    whose = db.session.scalars(
        db.select(Customer).where(Customer.id == customer_id).options(joinedload(Customer.account_manager))
    ).one()
    rows = Rows(*(visible(model, reader) for model in (Ticket, Message, Rating, Entry)))
    with clock.frozen_at(at):
        return service_month(rows, whose, month, number="FW-202610-K0001-01", snapshot_id="1")


def hours(n: float) -> datetime:
    return TUESDAY + timedelta(hours=n)


def test_a_month_of_nothing_says_nothing_and_breaks_nowhere(customer):
    empty = report(customer)
    assert (empty.opened, empty.closed, empty.complaints) == (0, 0, 0)
    assert empty.verdict == NORMAL
    assert all(figure.value in (None, 0) for figure in empty.figures)
    assert empty.first_reply.median is None
    assert len(empty.by_month) == 6
    assert (empty.manager, empty.customer_code) == ("沈一鸣", "K0001")


def test_a_kept_month_is_on_track_and_says_so_with_counts(customer):
    member = a_member(customer)
    lived(member, TUESDAY, accept=hours(0.2), reply=hours(1), apply=hours(2), close=hours(3))
    month = report(customer)
    assert (month.opened, month.closed, month.complaints) == (1, 1, 1)
    assert month.verdict == NORMAL
    assert month.overdue == 0
    assert all(one.kept == one.of for one in month.commitments)
    assert month.commitments
    assert month.went_well
    assert month.went_badly == ()
    assert month.first_reply.median == timedelta(hours=1)
    assert month.tickets[0].in_time is True


def test_a_promise_missed_stands_with_its_ticket_its_delay_and_the_verdict(customer):
    member = a_member(customer)
    ticket = lived(member, TUESDAY, accept=hours(0.2), reply=hours(24 * 10))
    month = report(customer)
    missed = [breach for one in month.commitments for breach in one.breaches]
    assert {breach.ticket for breach in missed} == {ticket.number}
    assert all(breach.late_by for breach in missed)
    assert month.verdict == ALERT
    assert month.overdue == 1
    assert month.tickets[0].in_time is False
    assert month.open_cases[0].number == ticket.number
    assert month.went_badly


def test_withdrawn_after_its_moment_a_promise_counts_as_missed_and_before_it_not_at_all(customer):
    lived(a_member(customer), TUESDAY, accept=hours(0.2), withdraw=hours(24 * 6))
    late = report(customer)
    assert sum(one.of - one.kept for one in late.commitments) > 0

    another = a_customer(
        number="K0002", account_manager_id=db.session.get_one(Customer, customer).account_manager_id
    ).id
    lived(a_member(another), TUESDAY, accept=hours(0.2), withdraw=hours(1))
    assert all(one.of == one.kept for one in report(another).commitments)


def test_a_request_belongs_to_the_companys_month_to_the_second(customer):
    member = a_member(customer)
    first = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    lived(member, first - timedelta(seconds=1))
    inside = lived(member, first)
    last = lived(member, datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC))
    lived(member, datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    assert [line.number for line in report(customer).tickets] == [inside.number, last.number]


def test_last_month_and_a_year_ago_stand_beside(customer):
    member = a_member(customer)
    for at in (TUESDAY, TUESDAY - timedelta(days=30), TUESDAY - timedelta(days=31), TUESDAY.replace(year=2025)):
        lived(member, at)
    complaints = report(customer).figures[3]
    assert (complaints.value, complaints.last, complaints.year_ago) == (1, 2, 1)


def test_ratings_count_where_they_were_given_and_words_are_theirs(customer):
    member = a_member(customer)
    ticket = lived(member, TUESDAY, accept=hours(0.2), reply=hours(1), apply=hours(2), close=hours(3))
    with clock.frozen_at(hours(4)), transaction():
        row = factories._loaded(db.session.get_one(Ticket, ticket.id))
        ratings.rate(row, again(member), 2, "修了三次才好。")
    felt = report(customer).satisfaction
    assert felt.stars == (0, 1, 0, 0, 0)
    assert felt.verbatims[0].text == "修了三次才好。"
    assert felt.is_small


def test_what_waits_for_the_customer_is_asked_on_the_first_page(customer):
    member = a_member(customer)
    ticket = lived(member, TUESDAY, accept=hours(0.2), ask=hours(1))
    decision = report(customer).decisions[0]
    assert decision.text.facts["number"] == ticket.number
    assert decision.whom == member.name


def test_an_issue_that_came_twice_is_named(customer):
    member = a_member(customer)
    numbers = [lived(member, hours(n)).number for n in (0, 1)]
    assert report(customer).repeats[0].tickets == tuple(numbers)


def test_other_customers_are_not_in_it(customer):
    member, other = a_member(customer), a_person()
    lived(member, TUESDAY)
    stranger = lived(other, TUESDAY, accept=hours(1), reply=hours(200))
    written = json.dumps(report(customer).to_json(), ensure_ascii=False)
    assert stranger.number not in written
    assert report(customer).opened == 1


def test_who_may_not_see_the_tickets_counts_none(customer):
    lived(a_member(customer), TUESDAY)
    assert report(customer, reader=a_person(Role.ACCOUNT_MANAGER)).opened == 0


def test_the_figures_come_out_on_paper_and_back_from_the_snapshot(customer):
    member = a_member(customer)
    lived(member, TUESDAY, accept=hours(0.2), reply=hours(1), apply=hours(2), close=hours(3))
    lived(member, hours(5), accept=hours(6), ask=hours(7))
    month = report(customer)
    assert ServiceMonth.from_json(json.loads(json.dumps(month.to_json()))) == month
    for language, words in (("zh_Hans_CN", "承诺兑现率"), ("en", "Promises kept")):
        paper = text(registry.print_report("service-month", month, language, house()))
        assert words in paper
        assert "{" not in paper


def test_a_year_costs_the_same_few_statements_however_much_happened(customer, statements):
    member = a_member(customer)
    reader = again(a_supervisor())
    lived(member, TUESDAY, accept=hours(0.2), reply=hours(300))
    report(customer, reader=reader)
    db.session.rollback()
    statements.clear()
    report(customer, reader=reader)
    few = len(statements)
    for n in range(3):
        lived(member, hours(n), accept=hours(n + 0.2), reply=hours(n + 300))
    db.session.rollback()
    statements.clear()
    report(customer, reader=reader)
    assert len(statements) == few


def test_months_follow_and_precede_one_another():
    assert after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert after(date(2027, 1, 1)) == date(2027, 2, 1)
    assert before(date(2026, 1, 1)) == date(2025, 12, 1)
    assert before(OCTOBER, 12) == date(2025, 10, 1)
