"""What the customer says leads where the rules say (R16): every answer, by every means, for both kinds, on both packs."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, callback
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.states import State
from portal.domain.tickets.voices import Voice
from tests import factories
from tests.conftest import BEGIN
from tests.factories import again, shape_of

ENDS = {
    # how it could be closed, where it then stands, its outcome, how often it was sent back
    "solved, satisfied": ("solved_satisfied", State.CLOSED, "solved_satisfied", 0),
    "explanation accepted": ("explanation_accepted", State.CLOSED, "explanation_accepted", 0),
    "solved, not satisfied": ("solved_unsatisfied", State.CLOSED, "solved_unsatisfied", 0),
    "not solved": ("not_solved", State.OPEN, None, 1),
    "nobody there": ("unreachable", State.VERIFYING, None, 0),
    "another time": ("call_again", State.VERIFYING, None, 0),
}


class Told:
    """A ticket whose closure was applied for, and everybody who could say something about it."""

    def __init__(self, kind: str = "complaint", *, applied: bool = True):
        self.people = {
            "asker": factories.a_person().id,
            "agent": factories.an_agent().id,
            "caller": factories.a_caller().id,
            "manager": factories.a_manager().id,
        }
        self.id = factories.a_ticket(self.who("asker"), kind, severity="normal").id
        with transaction():
            actions.accept(self.ticket, self.who("agent"))
        if applied:
            with transaction():
                actions.apply(self.ticket, self.who("agent"), "已修复。", shape=shape_of(self.ticket))

    @property
    def ticket(self) -> Ticket:
        return factories._loaded(db.session.get_one(Ticket, self.id))

    def who(self, name: str) -> Person:
        return again(db.session.get_one(Person, self.people[name]))

    def call(self, outcome: str, at: datetime | None = None) -> None:
        with clock.frozen_at(at or clock.now()), transaction():
            call_at = clock.now() + timedelta(days=1) if outcome == "call_again" else None
            callback.call_back(self.ticket, self.who("caller"), outcome, "客户这样说。", call_at=call_at)


@pytest.fixture(params=["telecom", "cars"])
def pack(app, ground, request) -> str:
    if request.param != "telecom":
        ground.lay(request.param)
    return request.param


@pytest.mark.parametrize("kind", ["complaint", "repair"])
@pytest.mark.parametrize("end", ENDS)
def test_each_answer_of_the_customer_leads_where_the_rules_say(pack, kind, end):
    outcome, state, kept, sent_back = ENDS[end]
    one = Told(kind)

    one.call(outcome)

    ticket = one.ticket
    assert (ticket.state, ticket.outcome, ticket.sent_back) == (state, kept, sent_back)
    assert [(row.outcome, row.by_id) for row in callback.of(ticket)] == [(outcome, one.people["caller"])]


@pytest.mark.parametrize("kind", ["complaint", "repair"])
def test_nobody_there_on_a_third_day_closes_it_as_unreachable(pack, kind):
    one = Told(kind)
    for day, state in ((0, State.VERIFYING), (0.2, State.VERIFYING), (1, State.VERIFYING), (2, State.CLOSED)):
        one.call("unreachable", BEGIN + timedelta(days=day, hours=1))
        assert one.ticket.state == state, day

    assert one.ticket.outcome == "unreachable"


@pytest.mark.parametrize("kind", ["complaint", "repair"])
@pytest.mark.parametrize(
    ("says", "state", "outcome"),
    [
        (partial(callback.confirm, satisfied=True), State.CLOSED, "solved_satisfied"),
        (partial(callback.confirm, satisfied=False), State.CLOSED, "solved_unsatisfied"),
        (callback.reject, State.OPEN, None),
    ],
)
@pytest.mark.parametrize("means", [callback.PORTAL, callback.LINK])
def test_the_customers_own_word_decides_by_either_means(pack, kind, says, state, outcome, means):
    one = Told(kind)

    with transaction():
        says(one.ticket, one.who("asker"), "是这样。", means=means)

    assert (one.ticket.state, one.ticket.outcome) == (state, outcome)
    assert [row.means for row in callback.of(one.ticket)] == [means]


def test_a_contact_without_an_account_decides_what_nobody_else_asked_and_nothing_more(pack):
    one = Told()
    voice, stranger = (Voice("沈经理", customer) for customer in (one.ticket.customer_id, one.ticket.customer_id + 1))
    with pytest.raises(Refused, match="Only whoever asked"), transaction():
        callback.confirm(one.ticket, voice, satisfied=True, means=callback.LINK)

    with transaction():
        one.ticket.asked_by_id = None
    with pytest.raises(Refused, match="not yours"), transaction():
        callback.confirm(one.ticket, stranger, satisfied=True, means=callback.LINK)
    with transaction():
        callback.confirm(one.ticket, voice, satisfied=True, means=callback.LINK)
    assert one.ticket.state == State.CLOSED


@pytest.mark.parametrize("kind", ["enquiry", "suggestion", "praise", "service"])
def test_what_its_answer_closes_is_closed_by_the_desk_alone(pack, kind):
    one = Told(kind, applied=False)
    for by in (one.who("caller"), one.who("manager"), one.who("asker")):
        with pytest.raises(Refused), transaction():
            actions.finish(one.ticket, by, "答复。")
    with pytest.raises(Refused, match="closed in another way"), transaction():
        actions.apply(one.ticket, one.who("agent"), "好了。", shape=shape_of(one.ticket))
    with transaction():
        actions.finish(one.ticket, one.who("agent"), "答复。")

    assert (one.ticket.state, one.ticket.outcome) == (State.CLOSED, "answered")


@pytest.mark.parametrize("step", [None, "ask", "apply"])
def test_nobody_puts_words_into_the_customers_mouth(pack, step):
    one = Told(applied=False)
    if step:
        factories.live(one.ticket, step)
    for by in ("agent", "caller", "manager"):
        with pytest.raises(Refused, match=r"customer|not yours"), transaction():
            actions.add(one.ticket, one.who(by), "客户让我代写。")

    said = db.session.scalars(db.select(Message.sort).where(Message.ticket_id == one.id)).all()
    assert not {"addition", "answer"} & set(said)
