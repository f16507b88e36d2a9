"""Do tickets that belong together keep their way back (R21)?"""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, deadlines, linking
from portal.domain.tickets.models import Message, Pause, TicketLink
from portal.domain.tickets.orders import orders, running_orders
from portal.domain.tickets.states import State
from tests.domain.lives import MORNING, Life
from tests.factories import a_caller, an_agent


class Pair:
    """Two tickets of one customer; the second is worked on."""

    def __init__(self, *steps: str):
        self.into = Life().do(0.5, "accept")
        self.one = Life.__new__(Life)
        self.one.__dict__.update(self.into.__dict__)
        from tests import factories

        with clock.frozen_at(MORNING):
            self.one.id = factories.a_ticket(self.one._person(self.one.customer), severity="normal").id
        for hours, step in enumerate(steps, 1):
            self.one.do(hours, step)

    def merge(self, hours: float = 10):
        with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
            linking.merge(self.one.ticket, self.into.ticket, self.one._person(self.one.agent))

    def unmerge(self, hours: float = 12):
        with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
            linking.unmerge(self.one.ticket, self.one._person(self.one.agent))

    def stood(self):
        ticket = self.one.ticket
        promises = [(d.code, d.due_at, d.met_at, d.dropped_at, d.paused_at, d.is_open) for d in deadlines.of(ticket)]
        ran = [(order.number, order.done_at) for order in orders(ticket)]
        return ticket.state, ticket.is_live, ticket.due_at, ticket.due_code, promises, ran


@pytest.mark.parametrize(
    "steps",
    [
        (),
        ("accept",),
        ("accept", "ask"),
        ("accept", "preliminary"),
        ("accept", "dispatch"),
        ("accept", "dispatch", "hand back", "dispatch"),
    ],
)
def test_undoing_a_merge_restores_everything(app, steps):
    pair = Pair(*steps)
    before = pair.stood()

    pair.merge()
    assert pair.one.ticket.state == State.MERGED
    assert not [d for d in deadlines.of(pair.one.ticket) if d.is_open or d.paused_at]
    assert not running_orders(pair.one.ticket)
    with clock.frozen_at(MORNING + timedelta(hours=11)), transaction():
        actions.note(pair.one.ticket, pair.one._person(pair.one.agent), "合并后的备注")
    pair.unmerge()

    assert pair.stood() == before
    told = db.session.scalars(db.select(Entry).where(Entry.verb == "ticket.unmerge")).one()
    assert (told.was, told.became) == (State.MERGED, pair.one.ticket.state)


def test_a_pause_runs_on_as_if_it_had_never_been_merged(app):
    pair = Pair("accept", "ask")
    pair.merge()
    pair.unmerge()
    pair.one.do(60, "answer")

    assert all(row.ended_at == MORNING + timedelta(hours=60) for row in db.session.scalars(db.select(Pause)))


def test_later_words_go_to_the_ticket_at_the_end_of_the_chain(app):
    pair = Pair()
    pair.merge()
    last = Pair.__new__(Pair)
    last.one, last.into = pair.into, Pair().into
    with transaction():
        last.into.ticket.customer_id = pair.into.ticket.customer_id
    last.merge(11)

    with clock.frozen_at(MORNING + timedelta(hours=13)), transaction():
        actions.add(pair.one.ticket, pair.one._person(pair.one.customer), "还有一点补充")

    said = db.session.scalars(db.select(Message).where(Message.body == "还有一点补充")).one()
    assert said.ticket_id == last.into.id
    assert (
        db.session.scalars(db.select(Letter.ticket_id).where(Letter.template == "ticket_added")).all()[-1]
        == last.into.id
    )


def test_a_word_to_a_merged_ticket_wakes_the_one_that_waits(app):
    pair = Pair()
    pair.merge()
    pair.into.do(11, "ask")

    with clock.frozen_at(MORNING + timedelta(hours=12)), transaction():
        actions.add(pair.one.ticket, pair.one._person(pair.one.customer), "这是答案")

    assert pair.into.ticket.state == State.OPEN


@pytest.mark.parametrize("step", ["apply", "withdraw"])
def test_a_ticket_is_not_merged_into_one_that_is_over(app, step):
    pair = Pair()
    pair.into.do(2, "withdraw")

    with pytest.raises(Refused, match="is over"):
        pair.merge()


def test_only_tickets_of_one_customer_are_merged(app):
    one, other = Life(), Life().do(1, "accept")

    with pytest.raises(Refused, match="same customer"), transaction():
        linking.merge(one.ticket, other.ticket, one._person(one.agent))
    with pytest.raises(Refused, match="different"), transaction():
        linking.merge(one.ticket, one.ticket, one._person(one.agent))


def test_only_the_desk_merges_and_links(app):
    pair = Pair()
    caller = a_caller().id

    for act in (linking.merge, linking.link):
        with pytest.raises(Refused), transaction():
            act(pair.one.ticket, pair.into.ticket, pair.one._person(caller))


def test_the_customer_hears_of_a_merge_unless_it_was_undone_at_once(app):
    pair = Pair()
    pair.merge()
    pair.unmerge(10.001)

    assert db.session.scalars(db.select(Letter.state).where(Letter.template == "ticket_merged")).all() == ["cancelled"]


def test_a_link_stands_once_whichever_side_it_is_made_from(app):
    one, two, agent = Life(), Life(), an_agent().id
    for left, right in ((one, two), (two, one), (one, two)):
        with transaction():
            linking.link(left.ticket, right.ticket, left._person(agent))

    assert len(db.session.scalars(db.select(TicketLink)).all()) == 1
    assert [ticket.id for ticket in linking.linked(two.ticket)] == [one.id]
