"""Are the rules of a ticket's life right?"""

import pytest

from portal.db import db, transaction
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines
from portal.domain.tickets.lifecycle import MOVES
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State
from tests.factories import LIVES, a_ticket, live

ROADS = {
    State.NEW: (),
    State.OPEN: ("accept",),
    State.WAITING: ("accept", "ask"),
    State.VERIFYING: ("accept", "apply"),
    State.CLOSED: ("accept", "apply", "close"),
    State.WITHDRAWN: ("withdraw",),
}


@pytest.mark.parametrize("state", ROADS)
@pytest.mark.parametrize("verb", [m.verb for m in MOVES if m.verb in LIVES])
def test_a_ticket_moves_only_as_the_table_says(app, verb, state):
    ticket = a_ticket(moved=ROADS[state])
    move = next(m for m in MOVES if m.verb == verb)

    if state in move.leaves and move.closing in (None, "callback"):
        live(ticket, verb)
        assert db.session.get_one(Ticket, ticket.id).state == move.enters
    elif verb == "answer" and state in (State.NEW, State.OPEN, State.VERIFYING):
        live(ticket, verb)
        assert db.session.get_one(Ticket, ticket.id).state == state
    else:
        with pytest.raises(Refused):
            live(ticket, verb)
        assert db.session.get_one(Ticket, ticket.id).state == state


def test_whoever_handled_a_ticket_cannot_verify_it(app):
    from portal.domain.people.models import Person
    from portal.domain.people.roles import Role
    from tests.factories import a_person

    both = a_person(Role.AGENT, Role.CALLER)
    ticket = a_ticket()
    live(ticket, "accept", "apply", by=both)

    with pytest.raises(Refused, match="Whoever handled"):
        live(ticket, "close", by=db.session.get_one(Person, both.id))


def test_the_queue_knows_the_nearest_promise(app):
    ticket = a_ticket()
    with transaction():
        found = db.session.get_one(Ticket, ticket.id)
        open_ones = [d for d in deadlines.of(found) if d.is_open]
        assert open_ones
        assert found.due_at == min(d.due_at for d in open_ones)
