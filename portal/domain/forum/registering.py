"""What people do about coming: register a party, change it, send somebody else, cancel; we approve or decline.

Each action locks the event first; what it frees goes to the waiting list in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.forum import confirming, hotels, letters, links, seats
from portal.domain.forum.coming import KEPT
from portal.domain.forum.coming import Coming as Coming
from portal.domain.forum.lifecycle import CUSTOMER, HOLDING, IS_OVER, LIVE, STAFF, moves_of
from portal.domain.forum.models import Event, Session
from portal.domain.forum.party_models import Attendee, Choice, Registration
from portal.domain.people.models import Customer, Person
from portal.domain.refusals import Refused
from portal.domain.tickets.numbers import next_number
from portal.i18n import N_

MOST_AT_ONCE = 20
FULL = N_("“{title}” is full.")


def register(
    event: Event, by: Person | None, customer: Customer | None, people: Sequence[Coming], *, all_or_none: bool = True,
    on_site: bool = False, invited: bool = False,
) -> Registration:  # fmt: skip
    """A party registers: its seats at once where they are free and nobody waits, else a place on the waiting list.

    Without `all_or_none` as many as fit get their seats, and the rest waits. `invited`: one step from an invitation.
    Raises Refused outside the period, beyond the organisation's places, for people who are registered already.
    """
    event, at = seats.lock(event.id), clock.now()
    ours = by is not None and by.is_staff
    _need_open(event, at, ours or invited, on_site)
    if not people or len(people) > MOST_AT_ONCE:
        raise Refused(N_("Please register 1 to {most} people at once."), most=MOST_AT_ONCE)
    party = Registration(
        event_id=event.id, customer_id=customer.id if customer else None, number=next_number(seats.PREFIX, at),
        state="waiting", queue_no=seats.next_of(event, Event.last_queue), all_or_none=all_or_none, made_at=at, is_on_site=on_site,
        asked_by_id=by.id if by and not ours else None, sequence=0,
    )  # fmt: skip
    if ours and not on_site:
        party.approved_at, party.approved_by_id = at, by.id if by else None
    wanted = sum(1 + (len(one.companions) if event.companions_take_seats else 0) for one in people)
    if customer is not None and not on_site:
        seats.need_places(event, customer, wanted)
    db.session.add(party)
    db.session.flush()
    rows = [add(event, party, one, customer) for one in people]
    journal.write("forum.registered", party, by, number=len(rows), became="、".join(one.name for one in people)[:200])
    if on_site:
        party.approved_at = at
        seats.give(event, party, rows)
    else:
        seats.move_up(event, party)
    if party.state == "waiting":
        left = seats.people_of(party)
        letters.to_party(party, event, "waiting", left, position=position(party))
    for row, one in zip(rows, people, strict=True):
        ask(event, row, one.question, by)
    return party


def _need_open(event: Event, at: datetime, ours: bool, on_site: bool) -> None:
    if event.state != "published":
        raise Refused(N_("There is no registration for this event now."))
    if on_site:
        return
    if at >= event.begins_at:
        raise Refused(N_("The event has begun; people who come now are registered at the door."))
    if not ours and at < event.opens_at:
        raise Refused(N_("Registration opens {time}."), time=event.opens_at)
    if not ours and at >= event.closes_at:
        raise Refused(N_("Registration closed {time}. Please call your account manager."), time=event.closes_at)


def why_not_open(event: Event) -> str | None:
    """Why organisations cannot register now, as a marked sentence; none if they can."""
    at = clock.now()
    if event.state == "published" and at < event.opens_at:
        return N_("Registration is not open yet.")
    if event.is_over(at):
        return IS_OVER
    return None if event.is_open(at) else N_("Registration is closed. Please call your account manager.")


def place_of(event: Event, person: Person) -> Attendee | None:
    """The live place of somebody with an account."""
    rows = (
        db.select(Attendee)
        .join(Registration)
        .where(
            Attendee.event_id == event.id,
            Attendee.person_id == person.id,
            Attendee.cancelled_at.is_(None),
            Registration.state.in_(LIVE),
        )
    )
    return db.session.scalar(rows.limit(1))


def add(event: Event, party: Registration, one: Coming, customer: Customer | None) -> Attendee:
    """Somebody becomes an attendee of a party; their wishes are kept, their seats are not taken yet."""
    _refuse_twice(event, one)
    _need_companions(event, one.companions)
    hotels.need_room(event, one)
    row = Attendee(
        event_id=event.id, registration_id=party.id, invitation_id=one.invitation_id, person_id=one.person_id,
        number=seats.next_of(event, Event.last_attendee), made_at=clock.now(), companions=list(one.companions), language=one.language,
        consented_at=clock.now() if one.allows_photos or one.allows_list else None,
        **{name: getattr(one, name) for name in KEPT},
    )  # fmt: skip
    row.organisation = one.organisation or (customer.short_name if customer else "")
    db.session.add(row)
    db.session.flush()
    links.give(row)
    for session in _sessions(event, one.sessions):
        db.session.add(Choice(attendee_id=row.id, session_id=session.id))
    db.session.flush()
    return row


def _refuse_twice(event: Event, one: Coming, but: int = 0) -> None:
    live = (
        db.select(Attendee.id)
        .join(Registration)
        .where(
            Attendee.event_id == event.id,
            Attendee.cancelled_at.is_(None),
            Registration.state.in_(LIVE),
            Attendee.id != but,
        )
    )
    same = [db.false()]
    if one.email:
        same.append(db.func.lower(Attendee.email) == one.email.lower())
    if one.person_id:
        same.append(Attendee.person_id == one.person_id)
    if db.session.scalar(live.where(db.or_(*same)).limit(1)):
        raise Refused(N_("{name} is registered already."), name=one.name)


def _need_companions(event: Event, companions: Sequence[str]) -> None:
    if len(companions) > event.companions_max:
        raise Refused(N_("At most {most} companions can be named for one person."), most=event.companions_max).beside(
            "companions"
        )


def _sessions(event: Event, wanted: Sequence[int]) -> list[Session]:
    """The chosen sessions of this event, at different times."""
    rows = db.select(Session).where(Session.event_id == event.id, Session.id.in_(wanted), Session.capacity.is_not(None))
    found = list(db.session.scalars(rows.order_by(Session.begins_at, Session.id)))
    for n, one in enumerate(found):
        for other in found[n + 1 :]:
            if one.overlaps(other):
                raise Refused(
                    N_("“{one}” and “{other}” are at the same time; please choose one of them."),
                    one=one.words,
                    other=other.words,
                ).beside("sessions")
    return found


def ask(event: Event, row: Attendee, question: str, by: Person | None) -> None:
    """A question to us beforehand becomes a topic of the forum."""
    if question.strip():
        from portal.domain.forum import topics

        topics.ask_beforehand(event, row, question, by)


def position(party: Registration) -> int | None:
    """Its place on the waiting list, 1 for the next; none if it does not wait."""
    if party.state != "waiting":
        return None
    ahead = (
        db.select(db.func.count())
        .select_from(Registration)
        .where(
            Registration.event_id == party.event_id,
            Registration.state == "waiting",
            Registration.queue_no < party.queue_no,
        )
    )
    return db.session.scalar(ahead) + 1


# Changes


def why_not_change(event: Event, party: Registration, by: Person | None) -> str | None:
    """Why nothing about this party can be changed now, as a marked sentence; none if it can."""
    if party.state not in LIVE:
        return N_("This registration is over.")
    if by is not None and by.is_staff:
        return None
    if event.is_over(clock.now()):
        return IS_OVER
    if event.state != "published" or clock.now() >= event.change_until:
        return N_("Changes were possible until {time}. Please call your account manager.")
    return None


def _party_of(attendee: Attendee) -> Registration:
    """The party as it stands now that the event is locked; the attendee is read again too."""
    db.session.refresh(attendee)
    return db.session.get_one(Registration, attendee.registration_id, populate_existing=True)


def _need_change(event: Event, party: Registration, by: Person | None) -> None:
    if (no := why_not_change(event, party, by)) is not None:
        raise Refused(no, time=event.change_until)


def change(attendee: Attendee, by: Person | None, one: Coming) -> None:
    """New facts about an attendee, other sessions, other companions; what has no seat is refused and nothing changes."""
    event = seats.lock(attendee.event_id)
    party = _party_of(attendee)
    _need_change(event, party, by)
    if attendee.cancelled_at is not None:
        raise Refused(N_("This registration is over."))
    _refuse_twice(event, one, attendee.id)
    _need_companions(event, one.companions)
    hotels.need_room(event, one, attendee.id)
    was = seats.weight(attendee, event)
    shown = (attendee.name, attendee.organisation)
    for name in KEPT:
        setattr(attendee, name, getattr(one, name))
    attendee.companions = list(one.companions)
    if attendee.consented_at is None and (one.allows_photos or one.allows_list):
        attendee.consented_at = clock.now()
    _weigh(event, party, by, seats.weight(attendee, event) - was)
    moved = _choose(event, attendee, party, one.sessions)
    journal.write("forum.attendee_changed", attendee, by, name=attendee.name)
    if moved or shown != (attendee.name, attendee.organisation):
        party.sequence += 1
        if party.state == "confirmed":
            confirming.ticket(event, party, attendee)
    seats.move_up(event)


def _weigh(event: Event, party: Registration, by: Person | None, more: int) -> None:
    """The party takes so many seats more, or fewer, than before. Raises Refused where there are none.

    Whoever it is for stands in the rows already: the places of the organisation are counted with them.
    """
    db.session.flush()
    customer = db.session.get(Customer, party.customer_id) if party.customer_id else None
    if more > 0 and customer is not None and not (by and by.is_staff):
        seats.need_places(event, customer, 0)
    if party.state not in HOLDING:
        return
    if more > 0 and (seats.queue(event) or not seats.hold(event, more)):
        raise Refused(N_("There is no free seat for another companion.")).beside("companions")
    if more < 0:
        seats.release(event, -more)


def _choose(event: Event, attendee: Attendee, party: Registration, wanted: Sequence[int]) -> bool:
    """The sessions of an attendee become these; raises Refused for one that is full. Gives whether any changed."""
    chosen = {one.id: one for one in _sessions(event, wanted)}
    had = {
        row.session_id: row for row in db.session.scalars(db.select(Choice).where(Choice.attendee_id == attendee.id))
    }
    for key, row in had.items():
        if key not in chosen:
            if row.holds:
                seats.release_session(db.session.get_one(Session, key))
                seats.note_left(attendee, key)
            db.session.delete(row)
    for key, session in chosen.items():
        if key in had:
            continue
        holds = party.state in HOLDING
        if holds and not seats.hold_session(session):
            raise Refused(FULL, title=session.words).beside("sessions")
        db.session.add(Choice(attendee_id=attendee.id, session_id=key, holds=holds))
    db.session.flush()
    return set(had) != set(chosen)


def replace(attendee: Attendee, by: Person | None, one: Coming) -> Attendee:
    """Somebody of the same organisation comes in this one's place: the seat stays, the old ticket is worth nothing."""
    event = seats.lock(attendee.event_id)
    party = _party_of(attendee)
    _need_change(event, party, by)
    if attendee.cancelled_at is not None:
        raise Refused(N_("This registration is over."))
    was = seats.weight(attendee, event)
    attendee.cancelled_at = clock.now()
    db.session.flush()
    customer = db.session.get(Customer, party.customer_id) if party.customer_id else None
    row = add(event, party, one, customer)
    row.replaced_id = attendee.id
    _weigh(event, party, by, seats.weight(row, event) - was)
    _inherit(party, attendee, row, own_choice=bool(one.sessions))
    party.sequence += 1
    journal.write("forum.attendee_replaced", row, by, was=attendee.name, became=row.name)
    confirming.told_gone(event, attendee, "")
    if party.state == "confirmed":
        confirming.ticket(event, party, row)
    seats.move_up(event)
    return row


def _inherit(party: Registration, old: Attendee, new: Attendee, own_choice: bool) -> None:
    """Whoever comes instead takes over the sessions, unless they chose others; raises Refused for one that is full."""
    if not own_choice:
        theirs = db.select(Choice).where(Choice.attendee_id == old.id)
        for choice in db.session.scalars(theirs).all():
            if choice.holds:
                seats.note_left(old, choice.session_id)
            choice.attendee_id = new.id
        db.session.flush()
        return
    seats.leave_sessions([old], forget=True)
    if party.state in HOLDING:
        for full in seats.take_sessions([new]):
            raise Refused(FULL, title=full.words).beside("sessions")


# Ends


def cancel_attendee(attendee: Attendee, by: Person | None, why: str = "") -> None:
    """One of a party does not come; with the last one the party ends. What is free moves the list up."""
    event = seats.lock(attendee.event_id)
    party = _party_of(attendee)
    if attendee.cancelled_at is not None or party.state not in LIVE:
        raise Refused(N_("This registration is over."))
    _need_change(event, party, by)
    people = seats.people_of(party)
    if len(people) == 1:
        end(event, party, by, "cancel", why)
        return
    if party.state in HOLDING:
        seats.release(event, seats.weight(attendee, event))
    seats.leave_sessions([attendee], forget=True)
    attendee.cancelled_at = clock.now()
    party.sequence += 1
    db.session.flush()
    journal.write("forum.attendee_cancelled", attendee, by, name=attendee.name, why=why)
    confirming.told_gone(event, attendee, why)
    seats.move_up(event)


def cancel(party: Registration, by: Person | None, why: str = "") -> None:
    """The whole party does not come."""
    event = seats.lock(party.event_id)
    db.session.refresh(party)
    _need_change(event, party, by)
    end(event, party, by, "cancel", why)


def decline(party: Registration, by: Person, why: str) -> None:
    """We say no, and why."""
    event = seats.lock(party.event_id)
    db.session.refresh(party)
    end(event, party, by, "decline", why)


def end(event: Event, party: Registration, by: Person | None, verb: str, why: str) -> None:
    side = STAFF if by is not None and by.is_staff else CUSTOMER
    move = moves_of(party.state, side).get(verb)
    if move is None:
        raise Refused(N_("This registration is over."))
    people = seats.people_of(party)
    had = party.state
    seats.let_go(event, party, people)
    party.state, party.why, party.ended_at = move.enters, why[:500], clock.now()
    party.sequence += 1
    db.session.flush()
    told = {"cancel": "forum.cancelled", "decline": "forum.declined", "pass_on": "forum.passed_on"}[verb]
    journal.write(told, party, by, party=party.number, why=why)
    reader = letters.reader_of(party, people) if had == "confirmed" else None
    letters.to_party(party, event, move.enters, people, why=why[:300], calendar=reader.id if reader else 0)
    if had == "confirmed":
        confirming.each_gone(event, party, people, why)
    seats.move_up(event)


def approve(party: Registration, by: Person) -> None:
    """We say yes: tickets go out. One that waits still waits, but needs no approval later."""
    event = seats.lock(party.event_id)
    db.session.refresh(party)
    if party.state not in ("requested", "waiting"):
        raise Refused(N_("There is nothing to approve."))
    party.approved_at, party.approved_by_id = clock.now(), by.id
    journal.write("forum.approved", party, by, party=party.number)
    if party.state == "requested":
        party.state = "confirmed"
        party.sequence += 1
        db.session.flush()
        confirming.confirmed(event, party, seats.people_of(party), [])
