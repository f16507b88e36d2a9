"""Tickets that live at named moments: for the rules of promises, on either pack."""

from datetime import UTC, datetime, timedelta

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Department, Person
from portal.domain.tickets import actions, callback, deadlines, dispatching
from portal.domain.tickets.models import Deadline, Message, Ticket
from portal.domain.tickets.orders import orders, running_orders
from tests import factories
from tests.factories import again

MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Tuesday, 10:00 in Shanghai; no day off for weeks around."""


class Life:
    """One ticket; every step happens so many hours after it was opened."""

    def __init__(self, kind: str = "complaint", **facts):
        with clock.frozen_at(MORNING):
            self.customer = factories.a_person().id
            self.agent, self.caller = factories.an_agent().id, factories.a_caller().id
            self.department = db.session.scalars(db.select(Department.id).order_by(Department.id)).first()
            self.handler = factories.a_handler(db.session.get_one(Department, self.department)).id
            facts = {"severity": "normal"} | facts
            self.id = factories.a_ticket(self._person(self.customer), kind, **facts).id

    def _person(self, key: int) -> Person:
        return again(db.session.get_one(Person, key))

    @property
    def ticket(self) -> Ticket:
        return factories._loaded(db.session.get_one(Ticket, self.id))

    def do(self, hours: float, *steps: str) -> "Life":
        """Take these steps at this hour."""
        for step in steps:
            with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
                STEPS[step](self, self.ticket)
        return self

    def promises(self, code: str) -> list[Deadline]:
        """The promises of this rule, oldest first."""
        return [one for one in deadlines.of(self.ticket) if one.code == code]

    def stands(self, code: str, hours: float | None = None) -> list[str]:
        """How each promise of this rule stands: open, paused, met, late, dropped."""
        at = MORNING + timedelta(hours=hours or 0)
        return [_stand(one, at) for one in self.promises(code)]


def _stand(one: Deadline, at: datetime) -> str:
    if one.dropped_at:
        return "dropped"
    if one.met_at:
        return "late" if one.is_late(at) else "met"
    if one.paused_at:
        return "paused"
    return "open"


def _reply(stage):
    def reply(life, ticket):
        shape = factories.shape_of(ticket) if stage == "final" else None
        actions.reply(ticket, life._person(life.agent), "我们在处理。", stage=stage, shape=shape)

    return reply


def _contact(who, reached=True):
    def contact(life, ticket):
        person = life._person(getattr(life, who))
        order = running_orders(ticket)[0] if who == "handler" else None
        dispatching.contact(ticket, person, "phone", reached, "沈经理", "已联系", order)

    return contact


def _call(outcome):
    def call(life, ticket):
        callback.call_back(ticket, life._person(life.caller), outcome, "客户这样说。")

    return call


def _order(life, ticket):
    return orders(ticket)[0]


def _take_back(life, ticket):
    message = db.session.scalars(db.select(Message).where(Message.sort == "reply").order_by(Message.id.desc())).first()
    actions.take_back(message, ticket, life._person(life.agent))


STEPS = {
    "accept": lambda life, t: actions.accept(t, life._person(life.agent)),
    "contact": _contact("agent"),
    "try to contact": _contact("agent", reached=False),
    "handler contacts": _contact("handler"),
    "progress": _reply("progress"),
    "preliminary": _reply("preliminary"),
    "final": _reply("final"),
    "take back": _take_back,
    "ask": lambda life, t: actions.ask(t, life._person(life.agent), "请补充。"),
    "answer": lambda life, t: actions.add(t, life._person(life.customer), "补充如下。"),
    "resume": lambda life, t: actions.resume(t, life._person(life.agent)),
    "apply": lambda life, t: actions.apply(t, life._person(life.agent), "已解决。", shape=factories.shape_of(t)),
    "handler applies": lambda life, t: actions.apply(
        t, life._person(life.handler), "已解决。", shape=factories.shape_of(t)
    ),
    "handler takes back": lambda life, t: actions.take_application_back(t, life._person(life.handler), "早了。"),
    "handler replies": lambda life, t: actions.reply(t, life._person(life.handler), "在修。", stage="progress"),
    "take application back": lambda life, t: actions.take_application_back(t, life._person(life.agent), "早了。"),
    "finish": lambda life, t: actions.finish(t, life._person(life.agent), "答复如下。"),
    "close": _call("solved_satisfied"),
    "send back": _call("not_solved"),
    "nobody": _call("unreachable"),
    "confirm": lambda life, t: callback.confirm(t, life._person(life.customer), satisfied=True),
    "reject": lambda life, t: callback.reject(t, life._person(life.customer), "没好。"),
    "reopen": lambda life, t: actions.reopen(t, life._person(life.customer), "又坏了。"),
    "withdraw": lambda life, t: actions.withdraw(t, life._person(life.customer), "不用了。"),
    "dispatch": lambda life, t: dispatching.dispatch(
        t, life._person(life.agent), db.session.get_one(Department, life.department), "请看。"
    ),
    "confirm order": lambda life, t: dispatching.confirm(_order(life, t), t, life._person(life.handler)),
    "hand back": lambda life, t: dispatching.hand_back(_order(life, t), t, life._person(life.handler), "不归我们。"),
    "recall": lambda life, t: dispatching.recall(_order(life, t), t, life._person(life.agent), "派错了。"),
}
