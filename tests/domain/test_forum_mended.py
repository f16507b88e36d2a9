"""The forum (R38) at its edges: seats that stay counted, people who hear, calendars that follow, desks that agree."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from portal import clock
from portal.db import db, transaction
from portal.domain.forum import desk, events, hotels, invitations, offers, programme, queries, registering, tidying
from portal.domain.forum.after_models import CheckIn
from portal.domain.forum.models import Event, Hotel
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.forum.registering import Coming
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.web import enclosures, mail
from tests.factories import a_customer, a_person, a_supervisor
from tests.forum_cast import (
    MORNING,
    a_party,
    a_session,
    a_supervisor_here,
    an_event,
    an_invitation,
    coming,
    fresh,
    people,
)


def act(verb, row, *args, **facts):
    with transaction():
        return verb(db.session.get_one(type(row), row.id), *args, **facts)


def change(event: Event, **facts) -> None:
    """New facts about the event; `capacity` among them or as it is."""
    with transaction():
        row = db.session.get_one(Event, event.id)
        capacity = facts.pop("capacity", row.capacity)
        kept = {name: getattr(row, name) for name in events.FIELDS} | facts
        events.change(row, a_supervisor_here(), row.version, capacity, row.seats, **kept)


def letters(template: str) -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Letter).where(Letter.template == template).order_by(Letter.id)))


def text_of(letter: Letter) -> str:
    return mail.rendered(letter, db.session.get_one(Person, letter.to_id)).text


# Seats


def test_somebody_else_with_a_companion_takes_the_companions_seat_or_is_refused(app):
    event = an_event(capacity=2, companions_max=1)
    party = a_party(event, 1)
    act(registering.replace, people(party)[0], None, coming(1, companions=("秘书",))[0])
    assert fresh(event).taken == 2
    full = an_event(capacity=1, companions_max=1)
    alone = a_party(full, 1)
    with pytest.raises(Refused, match="no free seat for another companion"):
        act(registering.replace, people(alone)[0], None, coming(1, companions=("秘书",))[0])
    assert (fresh(full).taken, fresh(people(alone)[0]).cancelled_at) == (1, None)


def test_somebody_else_with_a_companion_needs_a_place_of_the_organisation(app):
    event = an_event(capacity=9, companions_max=1, tiers={"ordinary": 1})
    party = a_party(event, 1)
    with pytest.raises(Refused, match=r"Places of .*: 1,"):
        act(registering.replace, people(party)[0], None, coming(1, companions=("秘书",))[0])
    assert fresh(event).taken == 1


def test_somebody_else_without_the_companion_gives_that_seat_to_whoever_waits(app):
    event = an_event(capacity=2, companions_max=1)
    party = a_party(event, 1, who={"companions": ("秘书",)})
    waiting = a_party(event, 1)
    act(registering.replace, people(party)[0], None, coming(1)[0])
    assert (fresh(waiting).state, fresh(event).taken) == ("offered", 2)


def test_somebody_else_who_wants_a_full_session_is_refused_and_nothing_changes(app):
    event = an_event()
    session = a_session(event, capacity=1)
    a_party(event, 1, who={"sessions": (session.id,)})
    party = a_party(event, 1)
    with pytest.raises(Refused, match="is full"):
        act(registering.replace, people(party)[0], None, coming(1, sessions=(session.id,))[0])
    assert fresh(people(party)[0]).cancelled_at is None


def test_where_companions_begin_to_take_seats_all_are_counted_anew(app):
    event = an_event(capacity=3, companions_max=1, companions_take_seats=False)
    party = a_party(event, 1, who={"companions": ("秘书",)})
    a_party(event, 1)
    assert fresh(event).taken == 2
    with pytest.raises(Refused, match="3 seats are taken"):
        change(event, companions_take_seats=True, capacity=2)
    change(event, companions_take_seats=True)
    assert fresh(event).taken == 3
    act(registering.cancel, party, None)
    assert fresh(event).taken == 1


def test_where_companions_cease_to_take_seats_the_list_moves_up(app):
    event = an_event(capacity=2, companions_max=1)
    party = a_party(event, 1, who={"companions": ("秘书",)})
    waiting = a_party(event, 1)
    change(event, companions_take_seats=False)
    assert (fresh(event).taken, fresh(waiting).state) == (2, "offered")
    act(registering.cancel, party, None)
    assert fresh(event).taken == 1


def test_an_offer_is_not_taken_once_the_event_has_begun(app):
    with clock.frozen_at(MORNING):
        event = an_event(capacity=1)
        held, waiting = a_party(event, 1), a_party(event, 1)
        act(registering.cancel, held, None)
        assert fresh(waiting).state == "offered"
        begins = MORNING + timedelta(minutes=30)
        change(
            event, begins_at=begins, ends_at=begins + timedelta(hours=8), closes_at=begins, change_until=begins,
        )  # fmt: skip
    with clock.frozen_at(begins), pytest.raises(Refused, match="has begun"):
        act(offers.accept, waiting, None)


def test_a_hotel_keeps_the_rooms_and_nights_that_are_booked(app):
    event = an_event()
    day = event.begins_at.date()
    held = {"night_from": day - timedelta(days=1), "night_to": day + timedelta(days=1)}
    facts = {"name": "申江宾馆", "name_en": "", "address": "", "address_en": "", "rooms": 3, **held}
    with transaction():
        row = db.session.get_one(Event, event.id)
        hotel = programme.keep_part(row, "hotels", a_supervisor_here(), None, **facts).id
    a_party(event, 2, who={"hotel_id": hotel, "night_from": held["night_from"], "night_to": day})

    def keep(**new):
        with transaction():
            row = db.session.get_one(Event, event.id)
            programme.keep_part(row, "hotels", a_supervisor_here(), programme.part(row, "hotels", hotel), **facts | new)

    with pytest.raises(Refused, match="2 rooms are booked"):
        keep(rooms=1)
    with pytest.raises(Refused, match="2 rooms are booked"):
        keep(night_from=day)
    keep(rooms=2)


# What people hear


def test_a_wished_session_that_is_full_is_named_in_the_offer(app):
    event = an_event(capacity=2)
    session = a_session(event, capacity=1, title="网络保障", title_en="Networks")
    held = a_party(event, 2)
    waiting = a_party(event, 1, who={"sessions": (session.id,)})
    act(registering.cancel_attendee, people(held)[0], None)  # the wish finds its seat taken meanwhile
    act(registering.cancel, waiting, None)
    act(registering.change, people(held)[0], None, coming(1, sessions=(session.id,))[0])
    late = a_party(event, 1, who={"sessions": (session.id,)})
    other = a_party(event, 1, who={"sessions": (session.id,)})
    act(registering.cancel, late, None)
    offered = [one for one in letters("forum_party") if one.facts["what"] == "offered" and one.facts["dropped"]]
    assert [one.facts["registration"] for one in offered] == [other.id]
    assert "Networks" in text_of(offered[0]) or "网络保障" in text_of(offered[0])


def test_called_off_everybody_who_has_to_do_with_it_hears_why(app):
    event = an_event(capacity=3, needs_approval=False)
    admin, waiter, guest = a_person(Role.ORG_ADMIN), a_person(Role.ORG_ADMIN), a_person()
    party = a_party(event, 1, by=admin, who={"email": "li@example.test"})
    a_party(event, 2)
    waiting = a_party(event, 1, by=waiter)
    an_invitation(event, guest)
    said_no = an_invitation(event, name="周总", email="zhou@example.test")
    act(invitations.answer, said_no, None, "not_coming", how="link")
    coming_alone = an_event(capacity=1)
    with pytest.raises(Refused, match="say why"):
        act(events.move, event, "call_off", a_supervisor_here(), "  ")
    act(events.move, event, "call_off", a_supervisor_here(), "台风")
    to_parties = {one.to_id for one in letters("forum_party") if one.facts["what"] == "called_off"}
    assert {admin.id, waiter.id} <= to_parties
    others = letters("forum_called_off")
    assert guest.id in {one.to_id for one in others}
    assert "li@example.test" in {one.to_address for one in others}
    assert "zhou@example.test" not in {one.to_address for one in others}
    assert all("台风" in text_of(one) for one in others)
    assert (fresh(party).state, fresh(waiting).state, fresh(event).taken) == ("cancelled", "cancelled", 0)
    assert fresh(coming_alone).state == "published"


def test_nobody_is_reminded_of_a_forum_that_was_called_off(app):
    event = an_event()
    row = an_invitation(event)
    act(events.move, event, "call_off", a_supervisor_here(), "台风")
    with pytest.raises(Refused), transaction():
        invitations.remind(db.session.get_one(Event, event.id), [db.session.get_one(Invitation, row.id)])
    assert fresh(row).reminders == 0


def test_one_invitation_names_one_substitute(app):
    event, person = an_event(), a_person()
    row = an_invitation(event, person)

    def other(name, email):
        return invitations.Invited(name=name, customer_id=person.customer_id, email=email)

    act(invitations.substitute, row, None, other("代表", "dai@example.test"), how="link")
    for answer in ("coming", "unsure"):
        with pytest.raises(Refused, match="代表"):
            act(invitations.answer, row, None, answer, how="link")
    with pytest.raises(Refused, match="代表"):
        act(invitations.substitute, row, None, other("又一位", "you@example.test"), how="link")
    with pytest.raises(Refused, match="代表"):
        act(invitations.substitute, row, None, other("代表", "dai@example.test"), how="link")
    assert fresh(event).taken == 1
    named = db.session.scalars(db.select(Invitation).where(Invitation.substitute_of_id == row.id)).one()
    act(invitations.answer, named, None, "not_coming", how="link")
    act(invitations.substitute, row, None, other("代表", "DAI@example.test"), how="link")
    assert (fresh(named).state, fresh(event).taken) == ("coming", 1)
    assert db.session.scalar(db.select(db.func.count()).select_from(Invitation)) == 2


def test_the_same_mailbox_written_otherwise_is_invited_once(app):
    event, customer = an_event(), a_customer()
    an_invitation(event, name="李总", email="Li@example.test", customer_id=customer.id)
    with transaction():
        again = invitations.Invited(name="李总", customer_id=customer.id, email="li@EXAMPLE.test")
        assert invitations.add(db.session.get_one(Event, event.id), a_supervisor_here(), [again]) == []


@pytest.mark.parametrize("days", [-1, 31, 9999])
def test_whoever_does_not_know_yet_tells_by_a_day_before_the_event(app, days):
    event = an_event()
    row = an_invitation(event)
    day = (clock.now() + timedelta(days=days)).date()
    with pytest.raises(Refused, match="between today and the event"):
        act(invitations.answer, row, None, "unsure", how="link", decides_on=day)


# Time


def test_on_another_day_the_programme_falls_on_that_day_too(app):
    event = an_event()
    session = a_session(event, begins_after=1)
    week = timedelta(days=7)
    change(event, begins_at=event.begins_at + week, ends_at=event.ends_at + week)
    assert fresh(session).begins_at == session.begins_at + week


def test_sessions_follow_a_later_beginning_only_where_they_would_lie_outside(app):
    event = an_event()
    session = a_session(event, begins_after=1)
    hour = timedelta(hours=1)
    change(event, begins_at=event.begins_at + hour / 2)
    assert fresh(session).begins_at == session.begins_at
    change(event, begins_at=event.begins_at + hour * 2, ends_at=event.ends_at + hour * 2)
    assert fresh(session).begins_at == session.begins_at + hour * 1.5


def test_a_session_is_never_left_outside_its_event(app):
    event = an_event()
    session = a_session(event, begins_after=7)
    with pytest.raises(Refused, match="would lie outside the event"):
        change(event, ends_at=event.ends_at - timedelta(hours=1))
    assert fresh(event).ends_at >= fresh(session).ends_at


def test_a_session_that_moves_is_told_to_whoever_chose_it(app):
    event = an_event()
    session, other = a_session(event, title_en="Networks"), a_session(event, begins_after=3)
    chosen = a_party(event, 1, who={"email": "li@example.test", "sessions": (session.id,)})
    a_party(event, 1, who={"email": "wang@example.test", "sessions": (other.id,)})
    before = len(letters("forum_confirmed"))
    old = calendar(people(chosen)[0])
    facts = {
        name: getattr(session, name)
        for name in (
            "title",
            "title_en",
            "about",
            "about_en",
            "track_id",
            "room_id",
            "capacity",
            "begins_at",
            "ends_at",
        )
    }
    later = session.begins_at + timedelta(minutes=15)
    with transaction():
        row = db.session.get_one(Event, event.id)
        programme.keep_session(
            row, a_supervisor_here(), programme.session(row, session.id), (), **facts | {"begins_at": later}
        )
    new = letters("forum_confirmed")[before:]
    assert [one.to_address for one in new] == ["li@example.test"]
    assert "“" in text_of(new[0])
    moved = calendar(people(chosen)[0])
    assert [one.start for one in moved.events] == [event.begins_at, later]
    assert moved.events[1]["SEQUENCE"] > old.events[1]["SEQUENCE"]


def calendar(attendee: Attendee) -> Calendar:
    return Calendar.from_ical(enclosures.calendar_of(attendee, "http://portal.test"))


def test_a_session_that_was_given_up_is_taken_out_of_the_calendar(app):
    event = an_event()
    session = a_session(event)
    party = a_party(event, 1, who={"sessions": (session.id,)})
    old = calendar(people(party)[0])
    act(registering.change, people(party)[0], None, coming(1)[0])
    new = calendar(people(party)[0])
    assert [str(one["STATUS"]) for one in new.events] == ["CONFIRMED", "CANCELLED"]
    assert new.events[1]["UID"] == old.events[1]["UID"]
    assert new.events[1]["SEQUENCE"] > old.events[1]["SEQUENCE"]
    act(registering.change, people(party)[0], None, coming(1, sessions=(session.id,))[0])
    assert [str(one["STATUS"]) for one in calendar(people(party)[0]).events] == ["CONFIRMED", "CONFIRMED"]


@pytest.mark.parametrize("way", ["alone", "one of two", "replaced", "called off"])
def test_cancelled_the_calendar_loses_event_and_sessions_under_a_higher_number(app, way):
    event = an_event()
    session = a_session(event, capacity=4)
    party = a_party(event, 1 if way == "alone" else 2, who={"sessions": (session.id,)})
    one = people(party)[0]
    old = calendar(one)
    if way == "called off":
        act(events.move, event, "call_off", a_supervisor_here(), "台风")
    elif way == "replaced":
        act(registering.replace, one, None, coming(1)[0])
    else:
        act(registering.cancel_attendee, one, None)
    gone = calendar(fresh(one))
    assert str(gone["METHOD"]) == "CANCEL"
    assert [each["UID"] for each in gone.events] == [each["UID"] for each in old.events]
    assert {str(each["STATUS"]) for each in gone.events} == {"CANCELLED"}
    assert all(new["SEQUENCE"] > each["SEQUENCE"] for new, each in zip(gone.events, old.events, strict=True))


def test_whoever_cancels_their_own_registration_gets_the_file_that_takes_it_out(app):
    event = an_event()
    person = a_person(Role.ORG_ADMIN)
    party = a_party(event, 1, by=person, who={"person_id": person.id})
    act(registering.cancel, party, None)
    letter = next(one for one in letters("forum_party") if one.facts["what"] == "cancelled")
    assert "METHOD:CANCEL" in enclosures.of(letter, "http://portal.test")[0].content.decode()


def test_a_new_forum_begins_in_the_future(app):
    event = an_event()
    with pytest.raises(Refused, match="in the future"), transaction():
        events.copy(db.session.get_one(Event, event.id), a_supervisor_here(), clock.now() - timedelta(days=1))
    draft = an_event(publish=False)
    with clock.frozen_at(draft.begins_at), pytest.raises(Refused, match="have begun already"):
        act(events.move, draft, "publish", a_supervisor_here())


# At the door


def report(event, by, scans, name):
    with transaction():
        return desk.check_in(db.session.get_one(Event, event.id), db.session.get_one(Person, by), scans, name)


def test_the_count_at_the_door_leaves_out_whoever_cancelled(app):
    event = an_event()
    party, by = a_party(event, 2), a_supervisor().id
    with clock.frozen_at(event.begins_at):
        report(event, by, [desk.Scan(f"key-{n}", event.begins_at, one.id) for n, one in enumerate(people(party))], "A")
        act(registering.cancel_attendee, people(party)[0], a_supervisor_here())
        assert desk.counts(fresh(event)) == (1, 1)


def test_one_key_used_for_two_people_checks_in_both_and_each_once(app):
    event = an_event()
    one, two = people(a_party(event, 2))
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at):
        both = [desk.Scan("the-same-key", event.begins_at, each.id) for each in (one, two)]
        assert [each.code for each in report(event, by, both, "A")] == ["in", "in"]
        again = report(event, by, both, "A")
        assert [(each.key, each.code) for each in again] == [("the-same-key", "in")] * 2
        assert report(event, by, both[1:], "A")[0].code == "in"
        assert desk.counts(fresh(event)) == (2, 2)


def test_the_earliest_sighting_counts_with_the_desk_that_made_it(app):
    event = an_event()
    one = people(a_party(event))[0]
    early, late = a_supervisor().id, a_supervisor().id
    at = event.begins_at
    with clock.frozen_at(at + timedelta(minutes=10)):
        report(event, late, [desk.Scan("from-late", at + timedelta(minutes=5), one.id)], "late")
        report(event, early, [desk.Scan("from-early", at, one.id, how="scan")], "early")
    row = db.session.scalars(db.select(CheckIn)).one()
    assert (row.at, row.desk, row.by_id, row.how) == (at, "early", early, "scan")


def test_the_parts_of_a_divided_party_know_each_other(app):
    event = an_event(capacity=2)
    party = a_party(event, 3, all_or_none=False)
    front = db.session.scalars(db.select(Registration).where(Registration.split_from_id == party.id)).one()
    rows = db.select(Registration)
    assert [one.row.id for one in queries.parts_of(rows, fresh(party))] == [front.id]
    assert [one.row.id for one in queries.parts_of(rows, fresh(front))] == [party.id]


def test_on_another_day_the_hotel_nights_move_along_and_whoever_booked_them_hears_so(app):
    event = an_event(capacity=2)
    begins = programme.local(event.begins_at).date()
    nights = {"night_from": begins - timedelta(days=1), "night_to": begins + timedelta(days=1)}
    with transaction():
        row = db.session.get_one(Event, event.id)
        hotel = programme.keep_part(
            row, "hotels", a_supervisor_here(), None, name="江景酒店", name_en="River Hotel", address="", address_en="", rooms=2, **nights
        ).id  # fmt: skip
    stays = {
        "hotel_id": hotel,
        "night_from": begins,
        "night_to": begins + timedelta(days=1),
        "email": "guest@example.test",
    }
    party = a_party(event, 1, who=stays)
    change(event, **{name: getattr(event, name) + timedelta(days=7) for name in ("begins_at", "ends_at")})

    one = people(party)[0]
    week = timedelta(days=7)
    assert (one.night_from, one.night_to) == (begins + week, begins + timedelta(days=8))
    held = db.session.get_one(Hotel, hotel)
    assert (held.night_from, held.night_to) == tuple(day + week for day in nights.values())
    told = text_of(letters("forum_confirmed")[-1])
    assert f"from {begins + week} to {begins + timedelta(days=8)}" in told or f"{begins + week} 至" in told
    assert hotels.booked(held)[begins + week] == 1


def test_an_hour_later_no_night_moves_and_nobody_hears_of_nights(app):
    event = an_event(capacity=2)
    begins = programme.local(event.begins_at).date()
    nights = {"night_from": begins, "night_to": begins + timedelta(days=1)}
    with transaction():
        hotel = programme.keep_part(
            db.session.get_one(Event, event.id), "hotels", a_supervisor_here(), None, name="江景酒店", name_en="", address="", address_en="", rooms=2, **nights
        ).id  # fmt: skip
    party = a_party(event, 1, who={"hotel_id": hotel, "email": "guest@example.test"} | nights)
    change(event, begins_at=event.begins_at + timedelta(hours=1))
    assert people(party)[0].night_from == begins
    assert "nights" not in letters("forum_confirmed")[-1].facts


def test_whoever_waits_or_has_not_answered_hears_of_the_new_day_too_each_time(app):
    event = an_event(capacity=1)
    a_party(event)
    waits = a_party(event)
    an_invitation(event, a_person())
    an_invitation(event, a_person(), send=False)
    for days in (7, 14):
        week = timedelta(days=days)
        change(event, begins_at=event.begins_at + week, ends_at=event.ends_at + week)
    heard = [one for one in letters("forum_party") if one.facts["what"] == "moved"]
    assert [one.facts["registration"] for one in heard] == [waits.id, waits.id]
    assert len(letters("forum_moved")) == 2
    assert all(text_of(one) for one in (*heard, *letters("forum_moved")))
    change(event, travel="地铁二号线", begins_at=event.begins_at + week, ends_at=event.ends_at + week)
    assert len(letters("forum_moved")) == 2


def test_whoever_was_reminded_of_the_old_day_is_reminded_of_the_new_one(app):
    event = an_event()
    a_party(event, 1, who={"email": "guest@example.test"})
    with clock.frozen_at(event.begins_at - timedelta(hours=30)):
        act(tidying.remind_attendees, event)
        week = timedelta(days=21)
        change(event, **{name: getattr(event, name) + week for name in ("begins_at", "ends_at")})
        act(tidying.remind_attendees, event)
    assert len(letters("forum_reminder")) == 1
    with clock.frozen_at(event.begins_at + week - timedelta(hours=30)):
        act(tidying.remind_attendees, event)
    assert len(letters("forum_reminder")) == 2


def test_a_copy_begins_at_the_hour_that_was_asked_for_and_all_of_it_with_it(app):
    event = an_event()
    session = a_session(event)
    begins = event.begins_at + timedelta(weeks=52, hours=3)
    made = act(events.copy, event, a_supervisor_here(), begins)
    assert (made.begins_at, made.ends_at - made.begins_at) == (begins, event.ends_at - event.begins_at)
    assert made.begins_at - made.closes_at == event.begins_at - event.closes_at
    (copied,) = programme.agenda(made)
    assert copied.begins_at - begins == session.begins_at - event.begins_at


# People who just come, registered twice


def arrives(event: Event, key: str, desk_name="A", at=None, customer=None, **facts) -> desk.Came:
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at + timedelta(minutes=20)), transaction():
        one = Coming(**{"name": "王伟", "organisation": "临江港务"} | facts)
        row = db.session.get_one(Event, event.id)
        return desk.walk_in(row, db.session.get_one(Person, by), customer, one, key, desk_name, at or event.begins_at)


def entries() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.select(Attendee.name, CheckIn.desk).join(CheckIn, CheckIn.attendee_id == Attendee.id)
    return [tuple(row) for row in db.session.execute(rows.order_by(Attendee.id))]


def test_a_newcomer_whom_two_desks_registered_apart_is_one_entry_with_the_earlier_moment(app):
    event = an_event(capacity=5)
    early = event.begins_at + timedelta(minutes=2)
    assert not arrives(event, "key-of-a", "A", event.begins_at + timedelta(minutes=5)).is_known
    second = arrives(
        event, "key-of-b", "B", early, name="王 伟", organisation="临江港务 ", phone="138 0000 0001", title="主任"
    )
    again_sent = arrives(event, "key-of-b", "B", early, name="王 伟", organisation="临江港务")
    assert (second.is_known, second.result.code, second.result.at) == (True, "already", early)
    assert again_sent.attendee.id == second.attendee.id
    assert entries() == [("王伟", "B")]
    one = fresh(second.attendee)
    assert (one.phone, one.title) == ("138 0000 0001", "主任")
    assert (fresh(event).taken, desk.counts(fresh(event))) == (1, (1, 1))


def test_two_newcomers_of_one_name_are_told_apart_by_telephone_organisation_or_an_addition(app):
    event = an_event(capacity=9)
    arrives(event, "key-number-1", phone="13800000001")
    assert not arrives(event, "key-number-2", phone="13800000002").is_known
    assert not arrives(event, "key-number-3", organisation="华东能源").is_known
    assert not arrives(event, "key-number-4", name="王伟（财务部）").is_known
    assert arrives(event, "key-number-5", phone="+86 138-0000-0002").is_known
    assert len(entries()) == 4


def test_whoever_is_on_the_list_and_was_not_found_there_is_checked_in_as_who_they_are(app):
    event, customer = an_event(capacity=1), a_customer()
    one = people(a_party(event, 1, customer, who={"name": "周敏"}))[0]
    came = arrives(event, "key-of-zhou", name="周敏", organisation=customer.name)
    assert (came.attendee.id, came.is_known, came.result.code) == (one.id, True, "in")
    assert entries() == [("周敏", "A")]


def test_a_newcomer_belongs_to_the_customer_called_as_their_organisation(app):
    event, customer = an_event(capacity=5), a_customer()
    came = arrives(event, "key-of-theirs", organisation=customer.name)
    other = arrives(event, "key-of-others", organisation="市工商联")
    parties = [db.session.get_one(Registration, one.attendee.registration_id) for one in (came, other)]
    assert [party.customer_id for party in parties] == [customer.id, None]
