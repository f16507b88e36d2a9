"""Does everybody hear of a ticket who has to, and nobody who may no longer know of it?"""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people import actions as people
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.tickets import actions, reminders, search
from portal.domain.tickets.models import Ticket
from tests.domain.lives import MORNING, Life
from tests.factories import a_person, a_supervisor, again, an_agent


def heard(template: str) -> set[int]:
    return set(db.session.scalars(db.select(Letter.to_id).where(Letter.template == template)))


def watches(life: Life, person: int) -> None:
    with transaction():
        actions.watch(life.ticket, life._person(person), True)


@pytest.fixture
def life(app) -> Life:
    """A ticket dispatched to a department whose handler watches it."""
    found = Life().do(1, "accept", "dispatch")
    watches(found, found.handler)
    return found


def test_a_handler_hears_while_the_order_is_theirs(life):
    life.do(2, "handler applies").do(3, "send back")
    with clock.frozen_at(MORNING + timedelta(hours=4)), transaction():
        actions.add(life.ticket, life._person(life.customer), "还有一点。")

    assert life.handler in heard("ticket_added")


@pytest.mark.parametrize("ended", ["recall", "hand back"])
def test_what_came_back_is_no_longer_told_to_the_party_that_watched(life, ended):
    life.do(2, ended)
    with clock.frozen_at(MORNING + timedelta(hours=3)), transaction():
        actions.add(life.ticket, life._person(life.customer), "不该让他们知道的。")
    life.do(4, "apply").do(5, "close").do(6, "reopen")

    assert heard("ticket_added") == {life.agent}
    assert life.handler not in heard("ticket_reopened")


def test_other_roles_take_what_was_watched_along(life):
    administrator = a_person(Role.SECURITY_ADMIN).id
    with transaction():
        people.give_roles(life._person(life.handler), life._person(administrator), [Role.ADMINISTRATOR])
    with clock.frozen_at(MORNING + timedelta(hours=3)), transaction():
        actions.add(life.ticket, life._person(life.customer), "补充。")

    assert heard("ticket_added") == {life.agent}


def shut(person: int) -> None:
    administrator = a_person(Role.SECURITY_ADMIN).id
    with transaction():
        people.disable(
            again(db.session.get_one(Person, person)), again(db.session.get_one(Person, administrator)), "离职"
        )


def test_an_owner_who_left_owns_nothing_and_the_desk_hears(app):
    life, colleague, supervisor = Life().do(1, "accept"), an_agent().id, a_supervisor().id
    shut(life.agent)

    assert life.ticket.owner_id is None
    told = db.session.scalars(db.select(Entry).where(Entry.verb == "ticket.released")).one()
    assert told.record_id == life.id
    with clock.frozen_at(MORNING + timedelta(hours=3)), transaction():
        actions.add(life.ticket, life._person(life.customer), "有人吗？")
    assert heard("ticket_added") == {colleague}
    with clock.frozen_at(MORNING + timedelta(days=3)), transaction():
        reminders.remind()
    assert heard("deadline_missed") == {supervisor}


def test_an_order_handed_back_to_nobody_comes_to_the_desk(life):
    colleague = an_agent().id
    shut(life.agent)
    life.do(3, "hand back")

    assert heard("order_handed_back") == {colleague}


def test_what_is_over_keeps_its_owner(app):
    life = Life().do(1, "accept").do(2, "apply").do(3, "close")
    shut(life.agent)
    assert life.ticket.owner_id == life.agent


def test_a_rejection_is_found_and_told_to_whoever_watches(app):
    life, watching = Life().do(1, "accept"), a_supervisor().id
    watches(life, watching)
    watches(life, life.agent)
    life.do(2, "apply").do(3, "reject")

    assert heard("ticket_moved") == {watching}
    assert heard("ticket_sent_back") == {life.agent}
    found = search.matching(db.select(Ticket), "没好", internal=False)
    assert [ticket.id for ticket in db.session.scalars(found)] == [life.id]
