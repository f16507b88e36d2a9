"""Do orders go to one lead, come back with a reason, and end with the work (R13)?"""

import pytest

from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Department, Provider
from portal.domain.refusals import Refused
from portal.domain.tickets import dispatching
from portal.domain.tickets.lifecycle import HANDLING, LEADING, parties
from portal.domain.tickets.orders import orders, running_orders
from portal.domain.tickets.states import State
from tests.domain.lives import Life
from tests.factories import a_handler, a_provider


@pytest.fixture
def life(app) -> Life:
    return Life().do(1, "accept", "dispatch")


def send(life: Life, to, lead: bool = True):
    model, key = type(to), to.id
    with transaction():
        party = db.session.get_one(model, key)
        return dispatching.dispatch(life.ticket, life._person(life.agent), party, "请看。", lead=lead).id


def another(code: str = "billing") -> Department:
    return db.session.scalars(db.select(Department).where(Department.code == code)).one()


def test_a_new_lead_takes_the_lead(life):
    send(life, another())

    leads = {order.party.code: order.is_lead for order in orders(life.ticket)}
    assert leads == {"service_center": False, "billing": True}


def test_who_assists_does_not_take_the_lead_and_does_not_apply(life):
    provider = a_provider()
    handler = a_handler(provider).id
    send(life, db.session.merge(provider), lead=False)

    with transaction():
        assert parties(life.ticket, life._person(handler)) == {HANDLING}
        assert parties(life.ticket, life._person(life.handler)) == {HANDLING, LEADING}


def test_one_party_has_one_running_order(life):
    with pytest.raises(Refused, match="running order"):
        send(life, another("service_center"))
    life.do(2, "hand back")
    send(life, another("service_center"))
    assert len(orders(life.ticket)) == 2


def test_only_its_own_party_confirms_and_hands_back(life):
    stranger = a_handler(another()).id
    with transaction():
        (order,) = orders(life.ticket)
        for act in (lambda: dispatching.confirm(order, life.ticket, life._person(stranger)),
                    lambda: dispatching.hand_back(order, life.ticket, life._person(stranger), "不是我")):  # fmt: skip
            with pytest.raises(Refused, match="not for you"):
                act()


def test_an_order_is_confirmed_once(life):
    life.do(2, "confirm order")
    with pytest.raises(Refused, match="already"):
        life.do(3, "confirm order")


@pytest.mark.parametrize("step", ["handler contacts", "handler replies", "handler applies"])
def test_whoever_works_on_an_order_has_confirmed_it(life, step):
    life.do(2, step)

    (order,) = orders(life.ticket)
    assert (order.handler_id, order.confirmed_at is not None) == (life.handler, True)


def test_handed_back_the_owner_hears_why(life):
    life.do(2, "hand back")

    letter = db.session.scalars(db.select(Letter).where(Letter.template == "order_handed_back")).one()
    assert (letter.to_id, letter.facts["why"]) == (life.agent, "不归我们。")


def test_called_back_before_anybody_read_it_the_letter_does_not_leave(life):
    life.do(1.1, "recall")

    assert set(db.session.scalars(db.select(Letter.state).where(Letter.template == "order_arrived"))) == {"cancelled"}
    with pytest.raises(Refused, match="over"):
        life.do(2, "confirm order")


def test_orders_end_with_the_ticket(life):
    life.do(2, "withdraw")

    assert all(order.done_at for order in orders(life.ticket))


@pytest.mark.parametrize("step", ["ask", "apply"])
def test_only_a_ticket_in_hand_is_dispatched(life, step):
    life.do(2, step)
    with pytest.raises(Refused, match="in hand"):
        send(life, another())


def test_dispatching_a_new_ticket_accepts_it(app):
    life = Life().do(1, "dispatch")

    assert (life.ticket.state, life.ticket.owner_id) == (State.OPEN, life.agent)


def test_a_closed_party_takes_no_orders(life):
    from datetime import date

    with transaction():
        another().closed_on = date(2026, 1, 1)
    with pytest.raises(Refused, match="no orders"):
        send(life, another())


def test_a_handler_takes_the_own_application_back(life):
    life.do(3, "handler applies").do(4, "handler takes back")

    assert life.ticket.state == State.OPEN
    assert len(running_orders(life.ticket)) == 1


def test_the_department_of_the_class_leads(app):
    assert dispatching.lead_for("complaint", "price_charge", None) == "billing"
    assert dispatching.lead_for("praise", None, None) == "supervision"
    assert db.session.scalar(db.select(Provider.id)) is None


def give_lead(life: Life, code: str):
    with transaction():
        order = next(one for one in orders(life.ticket) if one.party.code == code)
        dispatching.give_lead(order, life.ticket, life._person(life.agent))


def leads(life: Life) -> dict:
    return {order.party.code: order.is_lead for order in running_orders(life.ticket)}


def test_the_desk_gives_the_lead_to_another_and_it_is_kept(life):
    send(life, another(), lead=False)
    give_lead(life, "billing")

    assert leads(life) == {"service_center": False, "billing": True}
    entry = db.session.scalars(db.select(Entry).where(Entry.verb == "ticket.lead")).one()
    names = {one.party.code: one.party.name for one in orders(life.ticket)}
    assert (entry.was, entry.became) == (names["service_center"], names["billing"])
    with pytest.raises(Refused, match="already"):
        give_lead(life, "billing")


@pytest.mark.parametrize("step", ["hand back", "recall"])
def test_when_the_lead_leaves_the_oldest_of_the_others_leads(life, step):
    send(life, another(), lead=False)
    send(life, another("network"), lead=False)
    life.do(2, step)

    assert leads(life) == {"billing": True, "network": False}
    assert db.session.scalars(db.select(Entry.verb).where(Entry.verb == "ticket.lead")).all() == ["ticket.lead"]
