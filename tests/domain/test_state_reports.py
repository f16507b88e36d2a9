"""Every day the handler says how the order stands, until closure is applied for (R14, R15)."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.refusals import Refused
from portal.domain.tickets import dispatching, reminders
from portal.domain.tickets.models import Message, Note
from portal.domain.tickets.orders import orders, running_orders
from tests.domain.lives import MORNING, Life
from tests.factories import a_handler, a_provider, a_supervisor


@pytest.fixture
def life(app) -> Life:
    return Life().do(1, "accept", "dispatch")


def report(life: Life, hours: float, to_customer: bool = False, by: int | None = None):
    with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
        order = orders(life.ticket)[0]
        dispatching.report_state(order, life.ticket, life._person(by or life.handler), "正在熔接。", to_customer)


def remind(life: Life, hours: float) -> list[tuple[str, int]]:
    with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
        reminders.remind()
    told = db.session.scalars(db.select(Letter).where(Letter.template.startswith("deadline_")).order_by(Letter.id))
    return [(one.template, one.to_id) for one in told if one.facts["promise"] == "state_report"]


def test_it_is_due_the_next_working_day_and_again_after_each_report(life):
    (first,) = life.promises("state_report")
    assert (first.due_at - MORNING) == timedelta(days=1, hours=6.5)  # the next day's cut-off, 16:30
    report(life, 3)

    assert life.stands("state_report") == ["met", "open"]
    assert db.session.scalars(db.select(Note.dispatch_id)).all() == [running_orders(life.ticket)[0].id]
    assert db.session.scalars(db.select(Message.id).where(Message.stage == "progress")).all() == []


def test_told_to_the_customer_it_is_progress_and_keeps_that_promise_too(life):
    report(life, 3, to_customer=True)

    assert life.stands("state_report") == ["met", "open"]
    assert life.stands("progress") == ["met", "open"]
    assert db.session.scalars(db.select(Message.body).where(Message.stage == "progress")).all() == ["正在熔接。"]


@pytest.mark.parametrize("step", ["handler replies"])
def test_whatever_else_the_handler_tells_says_it_as_well(life, step):
    life.do(3, step)
    assert life.stands("state_report") == ["met", "open"]


def test_what_the_desk_says_is_no_report_of_the_handler(life):
    life.do(3, "progress")
    assert life.stands("state_report") == ["open"]


def test_it_ends_with_the_application_and_begins_again_when_it_was_not_solved(life):
    life.do(3, "handler applies")
    assert life.stands("state_report") == ["met"]
    life.do(4, "send back")
    assert life.stands("state_report") == ["met", "open"]
    assert life.promises("state_report")[-1].dispatch_id == running_orders(life.ticket)[0].id


def test_it_ends_with_the_order(life):
    life.do(3, "hand back")
    assert life.stands("state_report") == ["dropped"]


def test_it_stands_still_while_we_wait_for_the_customer(life):
    life.do(3, "ask")
    assert life.stands("state_report") == ["paused"]


def test_the_handler_is_reminded_before_the_owner_hears_of_the_breach_and_then_the_supervisors(life):
    supervisor = a_supervisor().id
    life.do(2, "confirm order")
    assert remind(life, 27) == [("deadline_near", life.handler)]
    missed = remind(life, 31)[1:]
    assert sorted(missed) == sorted([("deadline_missed", life.agent), ("deadline_missed", life.handler)])
    assert remind(life, 40)[3:] == [("deadline_escalated", supervisor)]
    assert len(remind(life, 41)) == 4


def test_only_its_own_party_reports(life):
    stranger = a_handler(a_provider()).id
    with pytest.raises(Refused, match="not for you"):
        report(life, 3, by=stranger)
