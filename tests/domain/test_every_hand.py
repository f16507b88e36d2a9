"""Whoever had any hand in a ticket closes it in no way at all (R16, R17): not alone, not in bulk, not by a link.

One person here holds every role of staff. Each thing that handles a ticket is done by that person and passed on; then
each way to close is tried. A colleague with the same roles and no hand in it closes it in each of those ways.
"""

from types import SimpleNamespace

import pytest

from portal.db import db, transaction
from portal.domain.people.models import Department, Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, bulk, callback, confirm_links, dispatching, forced, lifecycle, linking
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.orders import orders
from portal.domain.tickets.states import State
from tests import factories
from tests.factories import a_person, again, shape_of

EVERYTHING = (Role.AGENT, Role.HANDLER, Role.CALLER, Role.SUPERVISOR, Role.MANAGER)


def _order(ticket):
    return orders(ticket)[0]


# What a hand in a ticket is: each done by the person while an agent owns it and an order of the person's party runs.
HANDS = {
    "owned it and passed it on": lambda world, t, by: (
        actions.assign(t, world.agent(), by), actions.assign(t, by, world.agent()),
    ),
    "preliminary reply": lambda world, t, by: actions.reply(t, by, "我们在查。", stage="preliminary"),
    "progress": lambda world, t, by: actions.reply(t, by, "还在查。", stage="progress"),
    "final reply": lambda world, t, by: actions.reply(t, by, "查明了。", shape=shape_of(t)),
    "asked the customer": lambda world, t, by: actions.ask(t, by, "请补充。"),
    "went on without an answer": lambda world, t, by: (
        actions.ask(t, world.agent(), "请补充。"),
        actions.resume(t, by),
    ),
    "tried to contact": lambda world, t, by: dispatching.contact(t, by, "phone", False),
    "contacted": lambda world, t, by: dispatching.contact(t, by, "phone", True, "沈经理", "已联系"),
    "dispatched": lambda world, t, by: dispatching.dispatch(t, by, world.other_party(), "请协助。"),
    "confirmed the order": lambda world, t, by: dispatching.confirm(_order(t), t, by),
    "reported the state": lambda world, t, by: dispatching.report_state(_order(t), t, by, "备件明天到。", False),
    "handed the order back": lambda world, t, by: dispatching.hand_back(_order(t), t, by, "不归我们。"),
    "handed back what a colleague took on": lambda world, t, by: (
        dispatching.confirm(_order(t), t, world.handler()), dispatching.hand_back(_order(t), t, by, "不归我们。"),
    ),
    "applied for closure": lambda world, t, by: actions.apply(t, by, "修好了。", shape=shape_of(t)),
    "took the application back": lambda world, t, by: (
        actions.apply(t, world.agent(), "修好了。", shape=shape_of(t)), actions.take_application_back(t, by, "早了。"),
    ),
    "asked to force": lambda world, t, by: forced.withdraw(
        forced.ask(t, by, "excessive", "要求明显过高。", "我们按合同处理。"), t, by
    ),
    "worked on what was merged into it": lambda world, t, by: _merged(world, t, by),
}  # fmt: skip


def _merged(world, ticket, by):
    other = factories._loaded(actions.open_ticket(world.customer(), "complaint", "同一件事", "再报一次。"))
    actions.reply(other, by, "我们在查。", stage="progress")
    linking.merge(other, ticket, world.agent(), "同一件事")


# The ways to close, or to send back what others applied for.
def _call(outcome):
    return lambda t, by: callback.call_back(t, by, outcome, "客户这样说。", call_at=None)


def _in_bulk(t, by):
    """Through the savepoints of several at once, which tell a refusal instead of raising it."""
    result = bulk.each([bulk.Chosen(t)], lambda one: _call("solved_satisfied")(one.ticket, by))
    for refusal, _ in result.refused:
        raise refusal


def _by_force(t, by):
    forced.decide(forced.of(t)[0], t, by, True, "已核实。")


CLOSINGS = {
    **{outcome: _call(outcome) for outcome in ("solved_satisfied", "explanation_accepted", "solved_unsatisfied")},
    "not_solved": _call("not_solved"),
    "unreachable": _call("unreachable"),
    "in bulk": _in_bulk,
    "by force": _by_force,
}
ARRIVES = {"not_solved": State.OPEN, "unreachable": State.VERIFYING}
"""Where else than to «closed» each way leads, for those who may."""


def _make_world():
    department = db.session.scalars(db.select(Department).order_by(Department.id)).first()
    agent, customer = factories.an_agent(), a_person()
    handler = factories.a_handler(department)
    ids = SimpleNamespace(
        agent=agent.id, customer=customer.id, handler=handler.id, department=department.id,
        one=a_person(*EVERYTHING, department_id=department.id).id,
        other=a_person(*EVERYTHING, department_id=department.id).id,
    )  # fmt: skip
    ids.ticket = factories.a_ticket(customer, severity="normal").id
    factories.live(db.session.get_one(Ticket, ids.ticket), "accept", by=agent)
    with transaction():
        ticket = factories._loaded(db.session.get_one(Ticket, ids.ticket))
        dispatching.dispatch(ticket, again(agent), db.session.get_one(Department, ids.department), "请排查。")
    return ids


@pytest.fixture(params=["telecom", "cars"])
def world(app, ground, request):
    ids = ground.world(f"every_hand_{request.param}", _make_world, request.param)

    def the(key):
        return again(db.session.get_one(Person, key))

    departments = db.select(Department).where(Department.id != ids.department).order_by(Department.id)
    return SimpleNamespace(
        agent=lambda: the(ids.agent), customer=lambda: the(ids.customer), one=lambda: the(ids.one),
        handler=lambda: the(ids.handler), other=lambda: the(ids.other),
        other_party=lambda: db.session.scalars(departments).first(),
        ticket=lambda: factories._loaded(db.session.get_one(Ticket, ids.ticket)),
    )  # fmt: skip


def _passed_on_and_applied_for(world):
    """An agent owns it, applied for closure and asked for forced closure too: every way to close stands open."""
    with transaction():
        ticket, agent = world.ticket(), world.agent()
        if ticket.state == State.WAITING:
            actions.resume(ticket, agent)
        if ticket.state != State.VERIFYING:
            actions.apply(ticket, agent, "修好了。", shape=shape_of(ticket))
        forced.ask(ticket, agent, "excessive", "要求明显过高。", "我们按合同处理。")


@pytest.mark.parametrize("hand", HANDS)
def test_whoever_had_this_hand_in_it_closes_it_in_no_way_and_a_colleague_in_each(world, hand):
    with transaction():
        HANDS[hand](world, world.ticket(), world.one())
    _passed_on_and_applied_for(world)

    assert lifecycle.had_a_hand([world.ticket().id], world.one()) == {world.ticket().id}
    assert lifecycle.had_a_hand([world.ticket().id], world.other()) == set()
    for way, close in CLOSINGS.items():
        for who, arrives in ((world.one, State.VERIFYING), (world.other, ARRIVES.get(way, State.CLOSED))):
            db.session.rollback()
            db.session.connection(execution_options={"writes": True})
            ticket = world.ticket()
            if who is world.one:
                with pytest.raises(Refused, match=r"another call-back officer has to|another manager does"):
                    close(ticket, who())
            else:
                close(ticket, who())
            assert ticket.state == arrives, (way, hand)
    db.session.rollback()


def test_accepting_and_passing_it_on_is_a_hand(world):
    """Of a ticket nobody has accepted: the first who is asked (R12), even if another owns it a minute later."""
    with transaction():
        ticket = factories._loaded(actions.open_ticket(world.customer(), "complaint", "新的一件", "新的一件事。"))
        key = ticket.id
        actions.accept(ticket, world.one())
        actions.assign(ticket, world.one(), world.agent())
    with transaction():
        ticket = factories._loaded(db.session.get_one(Ticket, key))
        actions.apply(ticket, world.agent(), "修好了。", shape=shape_of(ticket))

    for way in ("solved_satisfied", "not_solved", "unreachable", "in bulk"):
        with pytest.raises(Refused, match="another call-back officer"):
            CLOSINGS[way](factories._loaded(db.session.get_one(Ticket, key)), world.one())


def test_nobody_of_ours_says_the_customers_word(world):
    """Neither in the portal nor by a link: a contact's address that is one of ours gets none."""
    _passed_on_and_applied_for(world)
    for who in (world.one, world.other, world.agent, world.handler):
        for say in (
            lambda t, by: callback.confirm(t, by, satisfied=True),
            lambda t, by: callback.reject(t, by, "没好。"),
        ):
            with pytest.raises(Refused):
                say(world.ticket(), who())
    db.session.rollback()

    with transaction():
        ours = world.one().email
        ticket = actions.open_ticket(
            world.agent(), "complaint", "电话投诉", "来电投诉。", customer=world.customer().customer, contact_email=ours
        )
        assert not confirm_links.reaches_contact(ticket)


def test_bulk_knows_no_way_to_close():
    ways = {
        name for name, one in vars(bulk).items() if callable(one) and getattr(one, "__module__", "") == bulk.__name__
    }
    assert ways == {"Result", "Chosen", "each", "accept", "assign", "hand_over", "judge", "watch"}
