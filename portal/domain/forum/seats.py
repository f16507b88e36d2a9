"""Seats (名额): one conserved count an event and one a session, and the waiting list that moves up in its order.

Whoever changes them holds the event's row first: on PostgreSQL the row is locked, on SQLite a writing transaction is
alone anyway. The count itself changes by a conditional update, and the table refuses more than there are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.forum import letters
from portal.domain.forum.lifecycle import HOLDING, LIVE
from portal.domain.forum.models import Allotment, Event, Session
from portal.domain.forum.party_models import Attendee, Choice, Offer, Registration
from portal.domain.people.models import Customer
from portal.domain.policy import Promise, Unit
from portal.domain.refusals import Refused
from portal.domain.tickets.numbers import next_number
from portal.i18n import N_

PREFIX = "HY"


def lock(event_id: int) -> Event:
    """The event, as it stands now and until this transaction ends."""
    rows = db.select(Event).where(Event.id == event_id).with_for_update()
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def weight(attendee: Attendee, event: Event) -> int:
    """Seats that an attendee takes: one, and one for each companion where they count."""
    return 1 + (len(attendee.companions) if event.companions_take_seats else 0)


def people_of(registration: Registration) -> list[Attendee]:
    """Who of a party has not cancelled, in the order they were named."""
    rows = db.select(Attendee).where(Attendee.registration_id == registration.id, Attendee.cancelled_at.is_(None))
    return list(db.session.scalars(rows.order_by(Attendee.id)))


def seats_of(people: Sequence[Attendee], event: Event) -> int:
    return sum(weight(one, event) for one in people)


# The count


def hold(event: Event, seats: int) -> bool:
    """Take so many seats, if there are so many; the one place where they are taken."""
    fits = db.update(Event).where(Event.id == event.id, Event.taken + seats <= Event.capacity)
    return _changed(fits.values(taken=Event.taken + seats), event)


def release(event: Event, seats: int) -> None:
    """Give seats back."""
    _changed(db.update(Event).where(Event.id == event.id).values(taken=Event.taken - seats), event)


def recount(event: Event) -> int:
    """The seats that are held, counted one by one by the event's rules as they are now: what `taken` has to be."""
    rows = db.select(Attendee).join(Registration, Attendee.registration_id == Registration.id)
    rows = rows.where(
        Registration.event_id == event.id, Registration.state.in_(HOLDING), Attendee.cancelled_at.is_(None)
    )
    return seats_of(list(db.session.scalars(rows)), event)


def next_of(event: Event, column) -> int:
    """The next number of a series of the event (its column); the editor's version stays what it was."""
    bump = db.update(Event).where(Event.id == event.id).values({column: column + 1}).returning(column)
    return db.session.execute(bump, execution_options={"synchronize_session": False}).scalar_one()


def hold_session(session: Session) -> bool:
    """Take a seat of a session, if there is one."""
    free = db.update(Session).where(Session.id == session.id, Session.taken < Session.capacity)
    return _changed(free.values(taken=Session.taken + 1), session)


def release_session(session: Session) -> None:
    _changed(db.update(Session).where(Session.id == session.id).values(taken=Session.taken - 1), session)


def _changed(statement, row: Event | Session) -> bool:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.refresh(row, ["taken"])
    return cast(CursorResult, done).rowcount == 1


# Places of an organisation


def allotted(event: Event, customer: Customer) -> int:
    """How many places this organisation has: by hand, else by its tier."""
    by_hand = db.select(Allotment.seats).where(Allotment.event_id == event.id, Allotment.customer_id == customer.id)
    found = db.session.scalar(by_hand)
    return event.seats.get(customer.tier, 0) if found is None else found


def used(event: Event, customer_id: int) -> int:
    """How many places of this organisation are taken or waited for."""
    rows = db.select(Attendee).join(Registration).where(
        Registration.event_id == event.id, Registration.customer_id == customer_id, Registration.state.in_(LIVE),
        Attendee.cancelled_at.is_(None),
    )  # fmt: skip
    return seats_of(list(db.session.scalars(rows)), event)


def need_places(event: Event, customer: Customer, seats: int) -> None:
    """Raises Refused where the organisation has not so many places left."""
    places, taken = allotted(event, customer), used(event, customer.id)
    if taken + seats > places:
        raise Refused(
            N_("Places of {name}: {places}, used: {taken}; asked for now: {seats}. Your account manager can help."),
            name=customer.short_name, places=places, taken=taken, seats=seats,
        )  # fmt: skip


# Sessions


def take_sessions(people: Sequence[Attendee]) -> list[Session]:
    """The sessions these people wished for become theirs, as far as there are seats; gives those that were full."""
    rows = db.select(Choice, Session).join(Session, Choice.session_id == Session.id)
    rows = rows.where(Choice.attendee_id.in_([one.id for one in people]), Choice.holds.is_(False))
    full = []
    for choice, session in map(tuple, db.session.execute(rows.order_by(Choice.id)).all()):
        if session.capacity is None or hold_session(session):
            choice.holds = True
        else:
            db.session.delete(choice)
            full.append(session)
    db.session.flush()
    return full


def leave_sessions(people: Sequence[Attendee], forget: bool) -> None:
    """Their seats in sessions are free again; `forget`: their wishes too."""
    by_id = {one.id: one for one in people}
    rows = db.select(Choice, Session).join(Session, Choice.session_id == Session.id)
    for choice, session in map(tuple, db.session.execute(rows.where(Choice.attendee_id.in_(by_id))).all()):
        if choice.holds and session.capacity is not None:
            release_session(session)
        if choice.holds:
            note_left(by_id[choice.attendee_id], session.id)
        choice.holds = False
        if forget:
            db.session.delete(choice)
    db.session.flush()


def note_left(attendee: Attendee, session_id: int) -> None:
    """The attendee has given this session up; their calendar may hold it still."""
    attendee.left_sessions = [*(one for one in attendee.left_sessions or () if one != session_id), session_id]


# The waiting list


def queue(event: Event) -> list[Registration]:
    """The parties that wait, in the order that was promised: the order in which they asked."""
    rows = db.select(Registration).where(Registration.event_id == event.id, Registration.state == "waiting")
    return list(db.session.scalars(rows.order_by(Registration.queue_no, Registration.id)))


def move_up(event: Event, newcomer: Registration | None = None) -> None:
    """Give free seats to the waiting list, from its front. The event is locked.

    A party that takes part of its seats gets them one after the other; one that wants all or none waits until they
    are all there. Nobody goes before such a party, unless the event lets smaller ones pass. Whoever has waited is
    offered the seats for some working hours; a `newcomer` gets them at once.
    """
    at = clock.now()
    if event.state != "published" or at >= event.begins_at:
        return
    for party in queue(event):
        people = people_of(party)
        fitting = _fitting(people, event)
        if len(fitting) == len(people):
            _grant(event, party, people, at, at_once=party is newcomer)
        elif fitting and not party.all_or_none:
            front = split(event, party, fitting)
            _grant(event, front, fitting, at, at_once=party is newcomer)
            if not event.may_pass:
                return
        elif not event.may_pass:
            return


def _fitting(people: Sequence[Attendee], event: Event) -> list[Attendee]:
    """Those from the front of a party for whom there are seats."""
    free, found = event.free, []
    for one in people:
        free -= weight(one, event)
        if free < 0:
            break
        found.append(one)
    return found


def split(event: Event, party: Registration, front: Sequence[Attendee]) -> Registration:
    """The front of a party goes on as a party of its own; the rest keeps its place."""
    at = clock.now()
    part = Registration(
        event_id=event.id, customer_id=party.customer_id, number=next_number(PREFIX, at), state="waiting",
        queue_no=party.queue_no, all_or_none=party.all_or_none, asked_by_id=party.asked_by_id, made_at=at,
        approved_at=party.approved_at, approved_by_id=party.approved_by_id, split_from_id=party.id,
    )  # fmt: skip
    db.session.add(part)
    db.session.flush()
    for one in front:
        one.registration_id = part.id
    db.session.flush()
    return part


def _grant(event: Event, party: Registration, people: Sequence[Attendee], at: datetime, at_once: bool) -> None:
    if at_once:
        give(event, party, people)
    else:
        offer(event, party, people, at)


def give(event: Event, party: Registration, people: Sequence[Attendee]) -> None:
    """The party has its seats: confirmed, or to be approved first where the event asks for it."""
    if not hold(event, seats_of(people, event)):
        raise Refused(N_("There are not so many seats any more."))
    full = take_sessions(people)
    seated(event, party, people, full)


def seated(event: Event, party: Registration, people: Sequence[Attendee], full: Sequence[Session]) -> None:
    """Seats are held; what follows from it for the party."""
    from portal.domain.forum import confirming  # it tells people; this module counts

    confirming.seated(event, party, list(people), list(full))


def offer(event: Event, party: Registration, people: Sequence[Attendee], at: datetime) -> Offer:
    """Hold the seats for a waiting party, for so many working hours, and say so."""
    seats = seats_of(people, event)
    if not hold(event, seats):
        raise Refused(N_("There are not so many seats any more."))
    full = take_sessions(people)
    until = settings.calendar().after(at, Promise(event.offer_hours, Unit.WORKING_HOURS))
    row = Offer(registration_id=party.id, seats=seats, made_at=at, until_at=min(until, event.begins_at))
    db.session.add(row)
    party.state = "offered"
    party.sequence += 1
    db.session.flush()
    journal.write("forum.offered", party, None, party=party.number, number=seats)
    letters.to_party(party, event, "offered", list(people), full, until=row.until_at.isoformat())
    return row


def let_go(event: Event, party: Registration, people: Sequence[Attendee], forget: bool = True) -> None:
    """A party gives back what it holds, if it holds anything; its open offer ends. Does not move the list up."""
    if party.state in HOLDING:
        release(event, seats_of(people, event))
    leave_sessions(people, forget)
    open_offer = db.select(Offer).where(Offer.registration_id == party.id, Offer.outcome == "open")
    for row in db.session.scalars(open_offer):
        row.outcome, row.settled_at = "cancelled", clock.now()
