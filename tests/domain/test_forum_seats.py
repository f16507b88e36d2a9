"""Seats of the forum (R38): one conserved count, whatever happens, and a waiting list that moves in its order."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from portal import clock
from portal.db import db, transaction
from portal.domain.forum import desk, events, offers, registering, seats
from portal.domain.forum.after_models import CheckIn
from portal.domain.forum.lifecycle import HOLDING, PARTY_MOVES, PARTY_STATES
from portal.domain.forum.models import Event, Session
from portal.domain.forum.party_models import Attendee, Choice, Offer, Registration
from portal.domain.forum.registering import Coming
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from tests.factories import a_customer, a_person, a_supervisor, again
from tests.forum_cast import (
    MORNING,
    a_party,
    a_session,
    a_supervisor_here,
    an_event,
    coming,
    fresh,
    people,
)


def counted(event: Event) -> int:
    """The seats that are held, counted one by one."""
    rows = (
        db.select(Attendee)
        .join(Registration)
        .where(Registration.event_id == event.id, Registration.state.in_(HOLDING), Attendee.cancelled_at.is_(None))
    )
    return sum(seats.weight(one, event) for one in db.session.scalars(rows))


def do(act, party_or_attendee, *args):
    with transaction():
        row = db.session.get_one(type(party_or_attendee), party_or_attendee.id)
        act(row, *args)


def test_a_party_has_its_seats_at_once_and_everybody_gets_a_ticket(app):
    event = an_event(capacity=5)
    member = a_person(Role.ORG_ADMIN)
    party = a_party(event, 3, by=member, who={"email": ""})
    assert (fresh(party).state, fresh(event).taken) == ("confirmed", 3)
    assert all(one.token_hash for one in people(party))
    assert db.session.scalars(db.select(Letter.template).where(Letter.to_id == member.id)).all() == ["forum_party"]


def test_where_there_are_no_seats_the_party_waits_and_is_told_its_place(app):
    event = an_event(capacity=3)
    a_party(event, 3)
    first, second = a_party(event, 2), a_party(event, 1)
    assert [fresh(one).state for one in (first, second)] == ["waiting", "waiting"]
    assert [registering.position(one) for one in (fresh(first), fresh(second))] == [1, 2]
    letter = db.session.scalars(db.select(Letter).where(Letter.to_id == second.asked_by_id)).one()
    assert (letter.facts["what"], letter.facts["position"]) == ("waiting", 2)


def test_newcomers_do_not_overtake_those_who_wait(app):
    event = an_event(capacity=3)
    held = a_party(event, 2)
    waiting = a_party(event, 2)
    late = a_party(event, 1)
    assert [fresh(one).state for one in (held, waiting, late)] == ["confirmed", "waiting", "waiting"]
    do(registering.cancel, held, again(a_supervisor_here()))
    assert [fresh(one).state for one in (waiting, late)] == ["offered", "offered"]


def test_where_the_event_allows_it_a_smaller_party_passes_one_that_does_not_fit(app):
    event = an_event(capacity=3, may_pass=True)
    a_party(event, 2)
    large, small = a_party(event, 2), a_party(event, 1)
    assert [fresh(one).state for one in (large, small)] == ["waiting", "confirmed"]


def test_a_party_that_takes_a_part_is_divided_and_the_rest_keeps_its_place(app):
    event = an_event(capacity=3)
    party = a_party(event, 4, all_or_none=False)
    rest = fresh(party)
    front = db.session.scalars(db.select(Registration).where(Registration.split_from_id == party.id)).one()
    assert (front.state, len(people(front)), rest.state, len(people(rest))) == ("confirmed", 3, "waiting", 1)
    assert front.queue_no == fresh(party).queue_no
    do(registering.cancel_attendee, people(front)[0], again(a_supervisor_here()))
    assert (fresh(party).state, fresh(event).taken) == ("offered", 3)


def test_an_offer_holds_for_working_hours_and_moves_on_by_itself(app):
    with clock.frozen_at(MORNING):
        event = an_event(capacity=2)
        held, first, second = a_party(event, 2), a_party(event, 2), a_party(event, 1)
        do(registering.cancel, held, again(a_supervisor_here()))
        offer = db.session.scalars(db.select(Offer)).one()
        assert offer.until_at > MORNING + timedelta(hours=8)  # there is a break at noon
    with clock.frozen_at(offer.until_at - timedelta(seconds=1)), transaction():
        assert offers.lapse_due() == 0
    with clock.frozen_at(offer.until_at), transaction():
        assert offers.lapse_due() == 1
    assert [fresh(one).state for one in (first, second)] == ["lapsed", "offered"]
    assert fresh(event).taken == 1
    with clock.frozen_at(offer.until_at), pytest.raises(Refused, match="no open offer"):
        do(offers.accept, first, None)


def test_an_offer_is_taken_in_time_or_let_go(app):
    with clock.frozen_at(MORNING):
        event = an_event(capacity=2)
        held, first, second, third = (a_party(event, n) for n in (2, 1, 1, 1))
        do(registering.cancel, held, again(a_supervisor_here()))
        do(offers.accept, first, None)
        do(offers.pass_on, second, None)
        assert [fresh(one).state for one in (first, second, third)] == ["confirmed", "cancelled", "offered"]
        assert fresh(event).taken == 2
        until = db.session.scalars(db.select(Offer.until_at).order_by(Offer.id.desc())).first()
    with clock.frozen_at(until), pytest.raises(Refused, match="seats have gone on"):
        do(offers.accept, third, None)


def test_more_seats_go_to_the_waiting_list_and_fewer_than_are_taken_are_refused(app):
    event = an_event(capacity=1)
    a_party(event, 1)
    waiting = a_party(event, 1)
    facts = {name: getattr(event, name) for name in events.FIELDS}
    with transaction():
        row = db.session.get_one(Event, event.id)
        events.change(row, again(a_supervisor_here()), row.version, 2, {}, **facts)
    assert (fresh(waiting).state, fresh(event).taken) == ("offered", 2)
    with pytest.raises(Refused, match="2 seats are taken"):
        do(lambda row: events.change(row, again(a_supervisor_here()), row.version, 1, {}, **facts), event)


def test_an_organisation_has_places_by_tier_and_by_hand(app):
    event, customer = an_event(tiers={"ordinary": 2}), a_customer()
    a_party(event, 2, customer)
    with pytest.raises(Refused, match="2, used: 2"):
        a_party(event, 1, customer)
    with transaction():
        events.allot(
            db.session.get_one(Event, event.id), db.session.merge(customer, load=True), a_supervisor_here(), 3, "新签约"
        )
    assert fresh(a_party(event, 1, customer)).state == "confirmed"
    with pytest.raises(Refused, match="3, used: 3"):
        a_party(event, 1, customer)


def test_companions_take_seats_where_they_count(app):
    event = an_event(capacity=3, companions_max=1)
    party = a_party(event, 1, who={"companions": ("秘书",)})
    assert fresh(event).taken == 2
    do(registering.cancel, party, again(a_supervisor_here()))
    assert fresh(event).taken == 0
    free = an_event(capacity=1, companions_max=1, companions_take_seats=False)
    a_party(free, 1, who={"companions": ("秘书",)})
    assert fresh(free).taken == 1


def test_a_session_has_seats_of_its_own(app):
    event = an_event()
    session, other = a_session(event, capacity=1), a_session(event, capacity=5, begins_after=3)
    one = a_party(event, 1, who={"sessions": (session.id,)})
    late = a_party(event, 1, who={"sessions": (session.id, other.id)})
    assert (fresh(session).taken, fresh(other).taken) == (1, 1)
    attendee = people(late)[0]
    with pytest.raises(Refused, match="is full"):
        do(registering.change, attendee, None, coming(1, sessions=(session.id,))[0])
    do(registering.cancel_attendee, people(one)[0], None)
    assert fresh(session).taken == 0
    do(registering.change, attendee, None, coming(1, sessions=(session.id,))[0])
    assert (fresh(session).taken, fresh(other).taken) == (1, 0)


def test_two_sessions_at_one_time_are_refused(app):
    event = an_event()
    one, other = a_session(event), a_session(event, begins_after=1.5)
    with pytest.raises(Refused, match="at the same time"):
        a_party(event, 1, who={"sessions": (one.id, other.id)})
    assert fresh(event).taken == 0


def test_somebody_else_comes_in_the_seat_and_the_old_ticket_is_worth_nothing(app):
    event = an_event(capacity=1)
    session = a_session(event, capacity=1)
    party = a_party(event, 1, who={"sessions": (session.id,)})
    waiting = a_party(event, 1)
    old = people(party)[0]
    do(registering.replace, old, None, coming(1, name="新人")[0])
    new = people(party)[0]
    assert (new.name, new.token_hash != old.token_hash, fresh(event).taken, fresh(session).taken) == (
        "新人",
        True,
        1,
        1,
    )
    assert fresh(old).cancelled_at
    assert fresh(waiting).state == "waiting"


def test_where_we_approve_seats_are_held_until_we_have_decided(app):
    event = an_event(capacity=2, needs_approval=True)
    one, two, three = a_party(event, 1), a_party(event, 1), a_party(event, 1)
    assert [fresh(each).state for each in (one, two, three)] == ["requested", "requested", "waiting"]
    by = a_supervisor_here()
    do(registering.approve, one, by)
    do(registering.decline, two, by, "名额有限")
    assert [fresh(each).state for each in (one, two, three)] == ["confirmed", "declined", "offered"]
    do(offers.accept, three, None)
    assert fresh(three).state == "requested"


def test_nobody_registers_twice_nor_outside_the_period(app):
    event = an_event()
    a_party(event, 1, who={"email": "li@example.test"})
    with pytest.raises(Refused, match="registered already"):
        a_party(event, 1, who={"email": "LI@example.test"})
    with clock.frozen_at(event.closes_at), pytest.raises(Refused, match="Registration closed"):
        a_party(event, 1)
    with clock.frozen_at(event.change_until), pytest.raises(Refused, match="Changes were possible"):
        do(registering.cancel, db.session.scalars(db.select(Registration)).first(), None)


@pytest.mark.parametrize("state", PARTY_STATES)
@pytest.mark.parametrize("verb", ["accept", "pass_on", "approve", "decline", "cancel"])
def test_a_party_moves_only_as_the_table_says(app, state, verb):
    with clock.frozen_at(MORNING):
        party = in_state(state)
        act = {
            "accept": (offers.accept, None), "pass_on": (offers.pass_on, None), "cancel": (registering.cancel, None),
            "approve": (registering.approve, a_supervisor_here()), "decline": (registering.decline, a_supervisor_here(), "名额"),
        }[verb]  # fmt: skip
        move = next(one for one in PARTY_MOVES if one.verb == verb)
        if verb == "approve" and state == "waiting":  # it goes on waiting, and needs no approval later
            do(act[0], party, *act[1:])
            assert fresh(party).state == "waiting"
        elif state in move.leaves:
            do(act[0], party, *act[1:])
            assert fresh(party).state == move.enters
        else:
            with pytest.raises(Refused):
                do(act[0], party, *act[1:])
            assert fresh(party).state == state


def in_state(state: str) -> Registration:
    event = an_event(capacity=1, needs_approval=state in ("requested", "declined"))
    by = a_supervisor_here()
    if state in ("waiting", "offered", "lapsed"):
        held, party = a_party(event), a_party(event)
        if state != "waiting":
            do(registering.cancel, held, by)
        if state == "lapsed":
            row = db.session.scalars(db.select(Offer)).one()
            with clock.frozen_at(row.until_at), transaction():
                offers.lapse_due()
    else:
        party = a_party(event)
        if state == "cancelled":
            do(registering.cancel, party, by)
        if state == "declined":
            do(registering.decline, party, by, "名额")
    assert fresh(party).state == state
    return party


# Whatever happens, one after the other

DEEDS = st.one_of(
    st.tuples(st.just("register"), st.integers(1, 4), st.booleans()),
    st.tuples(
        st.sampled_from(["cancel", "drop", "approve", "decline", "accept", "pass_on", "companion"]),
        st.integers(0, 30),
        st.just(True),
    ),
    st.tuples(st.sampled_from(["lapse", "raise", "lower"]), st.integers(1, 3), st.just(True)),
)


@pytest.mark.parametrize("may_pass", [False, True], ids=["strict", "passing"])
@pytest.mark.parametrize("needs_approval", [False, True], ids=["open", "approved"])
def test_seats_never_oversell_and_the_list_moves_in_its_order(app, may_pass, needs_approval):
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(st.integers(1, 6), st.lists(DEEDS, min_size=4, max_size=18))
    def whatever(capacity, deeds):
        with clock.frozen_at(MORNING):
            event = an_event(capacity=capacity, may_pass=may_pass, needs_approval=needs_approval, companions_max=1)
            session = a_session(event, capacity=2)
            by, at = a_supervisor_here().id, MORNING
        for deed in deeds:
            before = waiting(event)
            at += timedelta(minutes=30)
            with clock.frozen_at(at), suppress(Refused):
                perform(event, session, by, *deed)
            holds(event, session)
            in_order(event, before, may_pass)

    whatever()


def perform(event, session, by, what, n, flag):
    with transaction():
        row, staff = db.session.get_one(Event, event.id), again(db.session.get_one(Person, by))
        if what == "register":
            registering.register(row, None, None, coming(n, sessions=(session.id,) if n % 2 else ()), all_or_none=flag)
        elif what == "lapse":
            with clock.frozen_at(clock.now() + timedelta(days=n)):
                offers.lapse_due()
        elif what in ("raise", "lower"):
            row = seats.lock(row.id)
            events.set_capacity(row, staff, max(0, row.capacity + (n if what == "raise" else -n)))
        else:
            parties = list(
                db.session.scalars(
                    db.select(Registration).where(Registration.event_id == row.id).order_by(Registration.id)
                )
            )
            if not parties:
                return
            party = parties[n % len(parties)]
            inside = seats.people_of(party)
            acts = {
                "cancel": lambda: registering.cancel(party, staff), "decline": lambda: registering.decline(party, staff, "名额"),
                "approve": lambda: registering.approve(party, staff), "accept": lambda: offers.accept(party, None),
                "pass_on": lambda: offers.pass_on(party, None),
                "drop": lambda: inside and registering.cancel_attendee(inside[n % len(inside)], staff),
                "companion": lambda: inside and registering.change(
                    inside[0], staff, coming(1, name=inside[0].name, companions=("同伴",) if n % 2 else ())[0]
                ),
            }  # fmt: skip
            acts[what]()


def waiting(event) -> dict[int, tuple]:
    db.session.rollback()
    return {one.id: (one.queue_no, one.all_or_none) for one in seats.queue(event)}


def holds(event, session):
    """The counts say what is true, and no more than there is."""
    event, session = fresh(event), fresh(session)
    assert 0 <= event.taken <= event.capacity
    assert event.taken == counted(event)
    held = db.session.scalars(db.select(Choice).where(Choice.session_id == session.id, Choice.holds)).all()
    assert session.taken == len(held) <= session.capacity
    alive = (
        db.select(Attendee.id)
        .join(Registration)
        .where(Registration.state.in_(HOLDING), Attendee.cancelled_at.is_(None))
    )
    assert {one.attendee_id for one in held} <= set(db.session.scalars(alive))


def in_order(event, before, may_pass):
    """Nobody who asked earlier was left behind, and no seat is kept from whoever is next."""
    event = fresh(event)
    still = seats.queue(event)
    left = set(before) - {one.id for one in still}
    got = {key for key in left if db.session.get_one(Registration, key).state in HOLDING}
    for key in got:
        ahead = [one for one in still if one.id in before and before[one.id][0] < before[key][0]]
        assert may_pass or not ahead
    for one in still if may_pass else still[:1]:
        inside = seats.people_of(one)
        needed = seats.seats_of(inside, event) if one.all_or_none else seats.weight(inside[0], event)
        assert needed > event.free


# All at once


def test_fifty_who_register_at_once_for_five_seats_never_get_more_and_leave_none_that_fits(app):
    event = an_event(capacity=8)
    leaving = [a_party(event, 1).id for _ in range(3)]  # five seats are left, and three come free meanwhile
    asking, event_id = [a_person(Role.ORG_ADMIN).id for _ in range(50)], event.id
    db.session.remove()
    start, troubles = threading.Barrier(53), []

    def act(n):
        with app.app_context():
            start.wait()
            try:
                sends(n)
            except OperationalError:  # on a slow machine the wait for one's turn runs out: they press the button again
                db.session.remove()
                sends(n)
            except Exception as trouble:
                troubles.append(trouble)
            finally:
                db.session.remove()

    def sends(n):
        if n >= 50:
            with transaction():
                registering.cancel(db.session.get_one(Registration, leaving[n - 50]), None)
            return
        with transaction():
            person = again(db.session.get_one(Person, asking[n]))
            row, party = db.session.get_one(Event, event_id), coming(2 if n % 5 == 0 else 1)
            registering.register(row, person, person.customer, party, all_or_none=n % 2 == 0)

    threads = [threading.Thread(target=act, args=(n,)) for n in range(53)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert troubles == []
    event = db.session.get_one(Event, event_id)
    head = seats.queue(event)[0]
    empty = event.capacity - event.taken
    assert event.taken == counted(event) <= event.capacity == 8
    # a seat stays empty only while the party in front wants all or none of more
    assert empty == 0 or (head.all_or_none and len(seats.people_of(head)) > empty)
    states = dict(db.session.execute(db.select(Registration.state, db.func.count()).group_by(Registration.state)).all())
    assert states["cancelled"] == 3
    assert db.session.scalar(db.select(db.func.count()).select_from(Attendee)) == 3 + 40 + 10 * 2
    granted = db.select(db.func.max(Registration.queue_no)).where(Registration.state.in_(HOLDING))
    assert db.session.scalar(granted) <= head.queue_no
    assert db.session.scalars(db.select(Session)).all() == []


def test_two_desks_that_tell_at_one_moment_make_one_entry_a_person(app):
    """Both were without a connection and come back together: the same guests, some twice, and one newcomer at both."""
    event = an_event(capacity=30)
    guests = [one.id for one in people(a_party(event, 12, a_customer()))]
    event_id, at, by = event.id, event.begins_at, a_supervisor().id
    db.session.remove()
    start, troubles = threading.Barrier(4), []

    def tells(n):
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    row, staff = db.session.get_one(Event, event_id), db.session.get_one(Person, by)
                    scans = [desk.Scan(f"desk-{n % 2}-{one}", at + timedelta(seconds=n), one) for one in guests]
                    desk.check_in(row, staff, scans, f"{n % 2}")
                    one = Coming(name="钱来", organisation="市工商联")
                    desk.walk_in(row, staff, None, one, f"arrival-{n % 2}", f"{n % 2}", at)
            except Exception as trouble:
                troubles.append(trouble)
            finally:
                db.session.remove()

    with clock.frozen_at(at + timedelta(minutes=5)):
        threads = [threading.Thread(target=tells, args=(n,)) for n in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert troubles == []
    entries = db.session.scalars(db.select(CheckIn)).all()
    assert len(entries) == len({one.attendee_id for one in entries}) == 13
    assert desk.counts(fresh(event)) == (13, 13)
    assert fresh(event).taken == 13 == counted(event)
