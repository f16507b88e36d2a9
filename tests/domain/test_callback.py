"""Is a ticket closed only by somebody independent, on the customer's word (R16)?"""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, callback, dispatching, linking
from portal.domain.tickets.lifecycle import had_a_hand
from portal.domain.tickets.models import CallBack, Ticket
from portal.domain.tickets.orders import running_orders
from portal.domain.tickets.states import State
from tests.domain.lives import MORNING, Life
from tests.factories import _loaded, a_department, a_person, a_ticket, again, an_agent


@pytest.fixture
def solved(app) -> Life:
    """A ticket whose closure was applied for by a handler, after the desk dispatched it."""
    return Life().do(1, "accept", "dispatch").do(3, "handler applies")


OUTCOMES = [
    # outcome, the ticket then, its outcome, how often sent back
    ("solved_satisfied", State.CLOSED, "solved_satisfied", 0),
    ("explanation_accepted", State.CLOSED, "explanation_accepted", 0),
    ("solved_unsatisfied", State.CLOSED, "solved_unsatisfied", 0),
    ("not_solved", State.OPEN, None, 1),
    ("unreachable", State.VERIFYING, None, 0),
]


def call(life: Life, outcome: str, hours: float = 4, body: str = "客户这样说。", by: int | None = None, **facts):
    with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
        return callback.call_back(life.ticket, life._person(by or life.caller), outcome, body, **facts)


@pytest.mark.parametrize(("outcome", "state", "kept", "sent_back"), OUTCOMES)
def test_each_outcome_leads_where_the_policy_says(solved, outcome, state, kept, sent_back):
    call(solved, outcome)

    ticket = solved.ticket
    assert (ticket.state, ticket.outcome, ticket.sent_back) == (state, kept, sent_back)
    assert [row.outcome for row in callback.of(ticket)] == [outcome]


HANDS = [
    # what somebody did to the ticket who is also a call-back officer
    lambda ticket, by: actions.accept(ticket, by),
    lambda ticket, by: actions.reply(ticket, by, "说明", stage="progress"),
    lambda ticket, by: dispatching.contact(ticket, by, "phone", False),
    lambda ticket, by: dispatching.dispatch(ticket, by, a_department("billing"), "请看"),
]


@pytest.mark.parametrize("did", range(len(HANDS)))
def test_whoever_had_a_hand_in_it_cannot_call_even_after_passing_it_on(app, did):
    life = Life()
    with clock.frozen_at(MORNING):
        both, other = a_person(Role.AGENT, Role.CALLER).id, an_agent().id
    if did:
        life.do(1, "accept")
    with clock.frozen_at(MORNING + timedelta(hours=1)), transaction():
        HANDS[did](life.ticket, life._person(both))
        if not did:
            actions.assign(life.ticket, life._person(both), life._person(other))
    if did:
        life.do(2, "apply")
    else:
        life.agent = other
        life.do(2, "apply")

    with pytest.raises(Refused, match="another call-back officer"):
        call(life, "solved_satisfied", by=both)
    assert life.ticket.state == State.VERIFYING


def test_only_a_noting_colleague_may_still_call(solved):
    with clock.frozen_at(MORNING + timedelta(hours=2)), transaction():
        actions.note(solved.ticket, solved._person(solved.caller), "客户白天不方便")

    call(solved, "solved_satisfied")

    assert solved.ticket.state == State.CLOSED


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ((0,), State.VERIFYING),
        ((0, 0, 0, 0), State.VERIFYING),
        ((0, 1), State.VERIFYING),
        ((0, 1, 1), State.VERIFYING),
        ((0, 1, 2), State.CLOSED),
        ((0, 3, 9), State.CLOSED),
    ],
)
def test_nobody_reached_closes_only_on_the_third_different_day(solved, days, state):
    for n, day in enumerate(days):
        call(solved, "unreachable", hours=4 + day * 24 + n * 0.1, body="")

    assert solved.ticket.state == state
    assert len(callback.of(solved.ticket)) == len(days)


def test_days_are_those_of_the_company(solved):
    call(solved, "unreachable", hours=4, body="")  # 14:00 in Shanghai
    call(solved, "unreachable", hours=23.1, body="")  # 09:06, the next day

    assert callback.tries(solved.ticket).left == 1


@pytest.mark.parametrize(
    ("hours", "when"), [(18.98, "04:59"), (2.5, "12:30"), (13.9, "23:54"), (4 + 4 * 24, "Saturday")]
)
def test_a_try_nobody_could_answer_is_kept_but_counts_as_none_and_moves_no_promise(solved, hours, when):
    for day in (0, 7, 14):
        call(solved, "unreachable", hours=hours + day * 24, body="无人接听")

    assert solved.ticket.state == State.VERIFYING
    assert len(callback.of(solved.ticket)) == 3
    assert callback.tries(solved.ticket).left == 3
    (owed,) = solved.promises("call_back")
    assert (owed.started_at, owed.met_at) == (hour(3), None)


def test_what_was_agreed_outside_the_hours_still_moves_the_promise(solved):
    call(solved, "call_again", hours=9, body="晚上接了，约明天", call_at=hour(24))

    assert solved.promises("call_back")[-1].started_at == hour(24)


def test_tries_begin_anew_after_it_was_sent_back(solved):
    call(solved, "unreachable", hours=4, body="")
    call(solved, "unreachable", hours=28, body="")
    call(solved, "not_solved", hours=29)
    solved.do(30, "handler applies")
    call(solved, "unreachable", hours=31, body="")

    assert solved.ticket.state == State.VERIFYING
    assert callback.tries(solved.ticket).left == 2


@pytest.mark.parametrize("outcome", ["solved_satisfied", "explanation_accepted", "solved_unsatisfied", "not_solved"])
def test_the_customers_word_is_the_only_basis(solved, outcome):
    with pytest.raises(Refused, match="only basis"):
        call(solved, outcome, body=" ")


def test_a_false_reply_is_marked_with_its_reason(solved):
    with pytest.raises(Refused, match="untrue"):
        call(solved, "not_solved", false_reply=True)
    call(solved, "not_solved", false_reply=True, false_reply_reason="并未到现场")

    row = db.session.scalars(db.select(CallBack)).one()
    assert (row.false_reply, row.false_reply_reason) == (True, "并未到现场")


def test_a_refused_call_leaves_nothing(app):
    life = Life().do(1, "accept")

    with pytest.raises(Refused):
        call(life, "solved_satisfied")
    assert callback.of(life.ticket) == []


def test_sent_back_the_order_runs_again_and_its_handler_hears_of_it(solved):
    call(solved, "not_solved")

    (order,) = running_orders(solved.ticket)
    assert order.handler_id == solved.handler
    to = set(db.session.scalars(db.select(Letter.to_id).where(Letter.template == "ticket_sent_back")))
    assert to == {solved.agent, solved.handler}


@pytest.mark.parametrize(("step", "state"), [("confirm", State.CLOSED), ("reject", State.OPEN)])
def test_the_customer_decides_alone(solved, step, state):
    solved.do(4, step)

    assert solved.ticket.state == state
    assert callback.of(solved.ticket)[-1].means == "portal"


def test_what_happened_before_stays_when_it_is_reopened(solved):
    call(solved, "solved_satisfied")
    solved.do(30, "reopen")

    ticket = solved.ticket
    assert (ticket.round, ticket.outcome, ticket.applied_at, ticket.closed_at) == (2, None, None, None)
    assert ticket.solution
    assert [row.round for row in callback.of(ticket)] == [1]


@pytest.mark.parametrize(("days", "may"), [(29, True), (31, False)])
def test_it_is_reopened_within_thirty_days(solved, days, may):
    call(solved, "solved_satisfied")
    if may:
        solved.do(4 + days * 24, "reopen")
    else:
        with pytest.raises(Refused, match="30 days"):
            solved.do(4 + days * 24, "reopen")
    assert (solved.ticket.state == State.OPEN) is may


def test_an_answered_enquiry_needs_no_call(app):
    life = Life("enquiry").do(1, "accept").do(2, "finish")

    assert (life.ticket.state, life.ticket.outcome) == (State.CLOSED, "answered")
    with pytest.raises(Refused):
        call(life, "solved_satisfied")


def test_two_officers_at_once_close_it_once(solved):
    version = solved.ticket.version
    call(solved, "not_solved", version=version)

    with pytest.raises(Refused):
        call(solved, "solved_satisfied", version=version)
    assert db.session.get_one(Ticket, solved.id).state == State.OPEN
    assert again(db.session.merge(solved._person(solved.caller))).id == solved.caller


def test_who_worked_on_what_was_merged_into_it_does_not_verify_it(app):
    life = Life().do(1, "accept")
    officer = a_person(Role.AGENT, Role.CALLER).id
    with clock.frozen_at(MORNING):
        other = a_ticket(life._person(life.customer)).id
    with clock.frozen_at(MORNING + timedelta(hours=2)), transaction():
        merged = _loaded(db.session.get_one(Ticket, other))
        actions.reply(merged, life._person(officer), "我们在查。", stage="progress")
    with clock.frozen_at(MORNING + timedelta(hours=3)), transaction():
        linking.merge(_loaded(db.session.get_one(Ticket, other)), life.ticket, life._person(life.agent))
    life.caller = officer
    life.do(4, "apply")

    assert had_a_hand([life.id], life._person(officer)) == {life.id}
    with pytest.raises(Refused, match="cannot verify"):
        life.do(5, "close")


# ---- another time, as the customer wishes ----


def hour(hours: float):
    return MORNING + timedelta(hours=hours)


def test_an_appointment_is_kept_and_is_no_try_in_vain(solved):
    for n in range(4):
        call(solved, "call_again", hours=4 + n * 24, body="", call_at=hour(24 + n * 24))

    ticket = solved.ticket
    assert ticket.state == State.VERIFYING
    assert ticket.call_at == hour(96)
    assert callback.tries(ticket).left == 3


@pytest.mark.parametrize("when", [None, 3.9, 4 + 32 * 24])
def test_an_appointment_needs_a_time_to_come(solved, when):
    with pytest.raises(Refused):
        call(solved, "call_again", call_at=when and hour(when))
    assert callback.of(solved.ticket) == []


def test_the_call_is_promised_from_the_time_that_was_agreed(solved):
    call(solved, "call_again", call_at=hour(48))

    done, owed = solved.promises("call_back")
    assert done.met_at == hour(4)
    assert (owed.started_at, owed.is_open) == (hour(48), True)
    assert owed.due_at > hour(48)


def test_an_officers_own_intention_puts_no_promise_off(solved):
    call(solved, "unreachable", body="", call_at=hour(72))

    assert solved.promises("call_back")[-1].started_at == hour(4)
    assert solved.ticket.call_at == hour(72)


def reminders() -> list[tuple[int, object, str]]:
    rows = db.select(Letter).where(Letter.template == "call_due").order_by(Letter.id)
    return [(one.to_id, one.due_at, one.state) for one in db.session.scalars(rows)]


def test_the_officer_is_reminded_a_quarter_of_an_hour_before(solved):
    call(solved, "call_again", call_at=hour(24))
    call(solved, "call_again", hours=24, call_at=hour(26))

    assert reminders() == [(solved.caller, hour(23.75), "cancelled"), (solved.caller, hour(25.75), "waiting")]


@pytest.mark.parametrize("step", ["confirm", "reject", "withdraw", "handler takes back"])
def test_nobody_is_reminded_of_what_is_over(solved, step):
    call(solved, "call_again", call_at=hour(24))

    solved.do(5, step)

    assert solved.ticket.call_at is None
    assert [state for _, _, state in reminders()] == ["cancelled"]


def test_an_outcome_that_decides_takes_no_appointment(solved):
    row = call(solved, "solved_satisfied", call_at=hour(24))

    assert row.call_at is None
    assert reminders() == []
