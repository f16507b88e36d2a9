"""Is a ticket closed only by somebody independent, on the customer's word (R16)?"""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, callback, dispatching
from portal.domain.tickets.models import CallBack, Ticket
from portal.domain.tickets.orders import orders, running_orders
from portal.domain.tickets.states import State
from tests.domain.lives import MORNING, Life
from tests.factories import a_department, a_person, again, an_agent


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
    call(solved, "unreachable", hours=13.9, body="")  # 23:54 in Shanghai
    call(solved, "unreachable", hours=14.1, body="")  # 00:06, the next day

    assert callback.tries_left(solved.ticket) == 1


def test_tries_begin_anew_after_it_was_sent_back(solved):
    call(solved, "unreachable", hours=4, body="")
    call(solved, "unreachable", hours=28, body="")
    call(solved, "not_solved", hours=29)
    solved.do(30, "handler applies")
    call(solved, "unreachable", hours=31, body="")

    assert solved.ticket.state == State.VERIFYING
    assert callback.tries_left(solved.ticket) == 2


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


def test_the_page_reckons_the_hands_as_the_rules_do(solved):
    from portal.access.scopes import visible
    from portal.domain.journal import Entry
    from portal.domain.tickets import thread
    from portal.domain.tickets.lifecycle import handled_by
    from portal.domain.tickets.models import ContactRecord, Message, Note

    solved.do(4, "send back").do(5, "contact", "ask").do(6, "answer")
    officer = solved._person(solved.caller)
    seen = thread.Seen(*(visible(model, officer) for model in (Message, Note, ContactRecord, CallBack, Entry, Ticket)))

    items = thread.stream([solved.id], seen)
    assert thread.hands(solved.ticket, items, orders(solved.ticket)) == handled_by(solved.ticket)
