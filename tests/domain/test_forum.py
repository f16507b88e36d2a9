"""The forum (R38): events and copies, invitations and answers, the door, topics, what happens by itself."""

import random
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from portal import clock
from portal.db import db, transaction
from portal.domain.forum import (
    calendar_file,
    desk,
    events,
    invitations,
    links,
    minutes,
    programme,
    queries,
    registering,
    tidying,
    topics,
)
from portal.domain.forum.after_models import CheckIn, Topic
from portal.domain.forum.lifecycle import EVENT_MOVES, EVENT_STATES
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer, Department, Person
from portal.domain.people.roles import Role
from portal.domain.quality.days import today
from portal.domain.quality.improvement import open_action
from portal.domain.quality.improvement_models import Improvement
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.models import Ticket
from portal.web import enclosures, mail
from tests.factories import a_class, a_customer, a_department, a_person, a_supervisor, again, live
from tests.forum_cast import a_party, a_session, a_supervisor_here, an_event, an_invitation, coming, fresh, people

SHANGHAI = ZoneInfo("Asia/Shanghai")


def act(verb, row, *args, **facts):
    with transaction():
        return verb(db.session.get_one(type(row), row.id), *args, **facts)


def letters(template: str) -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).where(Letter.template == template).order_by(Letter.id)))


def read(letter: Letter) -> mail.Rendered:
    return mail.rendered(letter, db.session.get_one(Person, letter.to_id))


# The event


@pytest.mark.parametrize("state", EVENT_STATES)
@pytest.mark.parametrize("verb", [move.verb for move in EVENT_MOVES])
def test_an_event_moves_only_as_the_table_says(app, state, verb):
    event = an_event(publish=state != "draft")
    move = next(one for one in EVENT_MOVES if one.verb == verb)
    with clock.frozen_at(event.ends_at):
        if state == "closed":
            act(events.move, event, "close", a_supervisor_here())
        if state == "cancelled":
            act(events.move, event, "call_off", a_supervisor_here(), "疫情")
    with clock.frozen_at(event.begins_at - timedelta(days=1) if verb == "publish" else event.ends_at):
        if state in move.leaves:
            act(events.move, event, verb, a_supervisor_here(), "场地")
            assert fresh(event).state == move.enters
        else:
            with pytest.raises(Refused):
                act(events.move, event, verb, a_supervisor_here(), "场地")


def test_a_copy_falls_on_the_same_weekday_and_keeps_all_distances(app):
    event = an_event()
    with transaction():
        by, row = a_supervisor_here(), db.session.get_one(Event, event.id)
        room = programme.keep_part(row, "rooms", by, None, name="一号厅", name_en="Hall 1", capacity=40)
        speaker = programme.keep_part(row, "speakers", by, None, name="沈总", name_en="", title="总经理", title_en="")
        programme.keep_part(
            row, "hotels", by, None, name="申江宾馆", name_en="", address="", rooms=9,
            night_from=row.begins_at.date(), night_to=row.begins_at.date() + timedelta(days=1),
        )  # fmt: skip
        room_id, speaker_id = room.id, speaker.id
    a_session(event, room_id=room_id, speakers=[speaker_id])
    a_party(event, 2)
    with transaction():
        row = db.session.get_one(Event, event.id)
        begins = events.first_moment(row)
        copy = events.copy(row, a_supervisor_here(), begins).id
    old, new = fresh(event), db.session.get_one(Event, copy)
    assert new.begins_at.astimezone(SHANGHAI).weekday() == old.begins_at.astimezone(SHANGHAI).weekday()
    assert new.begins_at - old.begins_at == timedelta(weeks=52)
    assert {getattr(new, name) - getattr(old, name) for name in events.MOMENTS} == {timedelta(weeks=52)}
    assert (new.state, new.taken, new.title, new.seats) == (
        "draft",
        0,
        "2026 年大客户服务质量座谈会".replace("2026", str(new.begins_at.year)),
        old.seats,
    )
    session = programme.agenda(new)[0]
    assert (session.room.name, [one.name for one in session.speakers], session.taken) == ("一号厅", ["沈总"], 0)
    assert programme.parts(new, "hotels")[0].night_from == new.begins_at.date()
    assert db.session.scalars(db.select(Registration).where(Registration.event_id == copy)).all() == []


def test_a_new_place_reaches_every_calendar(app):
    event = an_event()
    party = a_party(event, 1, who={"email": "li@example.test"})
    first = letters("forum_confirmed")
    old = enclosures.of(first[0], "http://portal.test")[0].content.decode()
    facts = {name: getattr(event, name) for name in events.FIELDS} | {"place": "新会场"}
    with transaction():
        row = db.session.get_one(Event, event.id)
        events.change(row, a_supervisor_here(), row.version, row.capacity, row.seats, **facts)
    assert len(letters("forum_confirmed")) == len(first) + 1
    new = enclosures.of(letters("forum_confirmed")[-1], "http://portal.test")[0].content.decode()
    assert value(new, "UID") == value(old, "UID")
    assert int(value(new, "SEQUENCE")) > int(value(old, "SEQUENCE"))
    assert "新会场" in unfolded(new)
    act(registering.cancel, party, None, "改期")
    gone = calendar(people_ever(party)[0])
    assert (value(gone, "METHOD"), value(gone, "STATUS"), value(gone, "UID")) == (
        "CANCEL",
        "CANCELLED",
        value(old, "UID"),
    )
    assert int(value(gone, "SEQUENCE")) > int(value(new, "SEQUENCE"))


def test_somebody_else_s_change_is_not_overwritten(app):
    event = an_event()
    facts = {name: getattr(event, name) for name in events.FIELDS}
    with pytest.raises(Stale), transaction():
        events.change(db.session.get_one(Event, event.id), a_supervisor_here(), 99, 10, {}, **facts)


def test_a_session_fits_its_room_and_the_room_is_free(app):
    event = an_event()
    with transaction():
        row = db.session.get_one(Event, event.id)
        room = programme.keep_part(row, "rooms", a_supervisor_here(), None, name="二号厅", name_en="", capacity=20).id
    with pytest.raises(Refused, match="takes 20"):
        a_session(event, capacity=21, room_id=room)
    a_session(event, capacity=20, room_id=room)
    with pytest.raises(Refused, match="is used by"):
        a_session(event, capacity=5, room_id=room, begins_after=1.5)
    with pytest.raises(Refused, match="lies within the event"):
        a_session(event, begins_after=7.5)
    with pytest.raises(Refused, match="still used"):
        act(remove_room, event, room)


def remove_room(event: Event, room: int) -> None:
    programme.remove_part(event, "rooms", a_supervisor_here(), programme.part(event, "rooms", room))


# Calendar files


def calendar(attendee: Attendee) -> str:
    return enclosures.calendar_of(attendee, "http://portal.test")


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


def value(text: str, name: str) -> str:
    return re.search(rf"^{name}[^:\r\n]*:(.*?)\r?$", unfolded(text), re.M)[1]


def people_ever(party: Registration) -> list[Attendee]:
    return list(db.session.scalars(db.select(Attendee).where(Attendee.registration_id == party.id)))


def test_the_calendar_file_is_what_calendars_read(app):
    event = an_event(address="申江路 1 号, 三楼; 东侧")
    session = a_session(event, title="网络保障与应急，" * 6)
    party = a_party(event, 1, who={"sessions": (session.id,)})
    text = calendar(people(party)[0])
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    plain = unfolded(text)
    zone = plain[plain.index("BEGIN:VTIMEZONE") : plain.index("END:VTIMEZONE")]
    assert "TZID:Asia/Shanghai" in zone
    assert "TZOFFSETTO:+0800" in zone
    local = fresh(event).begins_at.astimezone(SHANGHAI)
    assert f"DTSTART;TZID=Asia/Shanghai:{local:%Y%m%dT%H%M%S}" in plain
    assert local.hour == 10
    assert plain.count("BEGIN:VEVENT") == 2
    assert r"申江路 1 号\, 三楼\; 东侧" in plain
    assert len(set(re.findall(r"^UID:(.*)\r$", plain, re.M))) == 2


def test_a_calendar_library_reads_it_in_the_right_zone_and_takes_the_newer_one(app):
    event = an_event(address="申江路 1 号, 三楼; 东侧")
    session = a_session(event, title="网络保障与应急，" * 6)
    party = a_party(event, 1, who={"sessions": (session.id,)})
    attendee = people(party)[0].id
    read = Calendar.from_ical(calendar(db.session.get_one(Attendee, attendee)))
    whole, part = read.events
    assert read.errors == whole.errors == part.errors == []
    assert whole.start == fresh(event).begins_at
    assert whole.start.utcoffset() == timedelta(hours=8)
    assert str(whole["LOCATION"]).endswith("申江路 1 号, 三楼; 东侧")
    assert str(part["SUMMARY"]) == session.title

    with transaction():
        row = db.session.get_one(Event, event.id)
        facts = {name: getattr(row, name) for name in events.FIELDS} | {"place": "新会场"}
        events.change(row, a_supervisor_here(), row.version, row.capacity, row.seats, **facts)
    newer = Calendar.from_ical(calendar(db.session.get_one(Attendee, attendee))).events[0]
    assert newer["UID"] == whole["UID"]
    assert newer["SEQUENCE"] > whole["SEQUENCE"]
    assert "新会场" in newer["LOCATION"]

    week = timedelta(days=7)
    with transaction():
        row = db.session.get_one(Event, event.id)
        facts = {name: getattr(row, name) for name in events.FIELDS}
        facts |= {name: facts[name] + week for name in ("begins_at", "ends_at")}
        events.change(row, a_supervisor_here(), row.version, row.capacity, row.seats, **facts)
    later, its_session = Calendar.from_ical(calendar(db.session.get_one(Attendee, attendee))).events
    assert (later["UID"], its_session["UID"]) == (whole["UID"], part["UID"])
    assert later["SEQUENCE"] > newer["SEQUENCE"]
    assert (later.start, later.end) == (whole.start + week, whole.end + week)
    assert its_session.start == part.start + week
    assert later.start.utcoffset() == timedelta(hours=8)


def test_a_zone_with_summer_time_tells_its_changes():
    from datetime import UTC, datetime

    lines = list(calendar_file._zone(ZoneInfo("Europe/Berlin"), datetime(2026, 5, 1, tzinfo=UTC)))
    text = "\n".join(lines)
    assert "BEGIN:DAYLIGHT\nDTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nTZNAME:CEST" in text
    assert "BEGIN:STANDARD\nDTSTART:20261025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nTZNAME:CET" in text


# Invitations


def test_an_invitation_without_an_account_leaves_in_the_guests_language_with_a_link(app):
    event = an_event()
    row = an_invitation(event, name="Anna Berg", email="anna@example.test", language="en")
    letter = letters("forum_invitation")[0]
    said = read(letter)
    assert letter.to_address == "anna@example.test"
    assert "Dear Anna Berg" in said.text
    assert "Key customer forum 2026" in said.subject
    secret = links.secret_of(fresh(row))
    assert f"/events/invitation/{secret}" in said.text
    assert links.invitation(secret).id == row.id
    assert secret not in mail.rendered(letter, db.session.get_one(Person, letter.to_id), secrets=False).text
    assert links.invitation(secret[:-1] + "x") is None


def test_coming_is_one_step_and_not_coming_gives_the_seat_to_whoever_waits(app):
    event, person = an_event(capacity=1), a_person()
    row = an_invitation(event, person)
    act(invitations.answer, row, again(person), "coming", how="portal")
    attendee = db.session.scalars(db.select(Attendee)).one()
    assert (attendee.person_id, fresh(row).state, fresh(event).taken) == (person.id, "coming", 1)
    waiting = a_party(event)
    act(invitations.answer, row, again(person), "not_coming", how="portal", words="出差")
    assert (fresh(row).state, fresh(waiting).state, fresh(attendee).cancelled_at is None) == (
        "not_coming",
        "offered",
        True,
    )
    assert db.session.get_one(Registration, attendee.registration_id).state == "cancelled"


def test_a_substitute_takes_the_seat_without_a_new_approval(app):
    event, person = an_event(capacity=1), a_person()
    row = an_invitation(event, person)
    act(invitations.answer, row, None, "coming", how="link")
    other = invitations.Invited(name="代表", customer_id=person.customer_id, email="dai@example.test")
    act(invitations.substitute, row, None, other, how="link")
    there = db.session.scalars(db.select(Attendee).where(Attendee.cancelled_at.is_(None))).one()
    assert (there.name, fresh(event).taken, fresh(row).state) == ("代表", 1, "not_coming")
    new = db.session.scalars(db.select(Invitation).where(Invitation.substitute_of_id == row.id)).one()
    assert (new.state, new.answered_how) == ("coming", "substitute")
    assert letters("forum_confirmed")[-1].to_address == "dai@example.test"


def test_reminders_go_to_whoever_has_not_answered_and_not_too_often(app):
    event, person = an_event(), a_person()
    silent, later = an_invitation(event), an_invitation(event, person)
    decides = (clock.now() + timedelta(days=12)).date()
    act(invitations.answer, later, again(person), "unsure", how="portal", decides_on=decides)
    for days, reminded in ((4, 0), (5, 1), (9, 1), (10, 2), (13, 2), (20, 2)):
        with clock.frozen_at(silent.sent_at + timedelta(days=days)), transaction():
            tidying.every_hour()
        assert fresh(silent).reminders == reminded, days
    assert fresh(later).reminders == 2


def test_the_account_manager_hears_the_answer(app):
    manager = a_person(Role.ACCOUNT_MANAGER)
    customer = a_customer(account_manager_id=manager.id)
    event = an_event()
    row = an_invitation(event, a_person(customer=customer))
    act(invitations.answer, row, None, "unsure", how="link", words="要看行程")
    assert [(one.to_id, one.facts["answer"]) for one in letters("forum_answered")] == [(manager.id, "unsure")]
    with pytest.raises(Refused, match="sent already"):
        act(invitations.remove, row, manager)


# At the door


def test_two_desks_and_a_bad_connection_never_count_anybody_twice(app):
    """300 people, two desks, three in ten check-ins made offline, sent later, out of order, some twice, some from both desks."""
    event = an_event(capacity=300, tiers={"ordinary": 400})
    customer = a_customer()
    for _ in range(15):
        a_party(event, 20, customer)
    crowd = db.session.scalars(db.select(Attendee).order_by(Attendee.number)).all()
    dice, by = random.Random(7), a_supervisor().id
    crowd = [(one.id, one.token_hash) for one in crowd]
    assert len(crowd) == 300
    first, queues, sent = {}, {"A": [], "B": []}, 0
    for n, (key, ticket) in enumerate(crowd):
        desks = ["A", "B"] if n % 10 == 0 else [dice.choice("AB")]
        for name in desks:
            at = event.begins_at - timedelta(minutes=60) + timedelta(seconds=n * 10 + dice.randint(0, 8))
            scan = desk.Scan(f"{name}-{n}", at, None if n % 3 else key, ticket if n % 3 else "", "scan")
            first[key] = min(first.get(key, at), at)
            if dice.random() < 0.3:
                queues[name].append(scan)
                continue
            with clock.frozen_at(at):
                sent += sum(one.code == "in" for one in report(event, by, [scan], name))
    for name, queue in queues.items():
        dice.shuffle(queue)
        with clock.frozen_at(event.begins_at + timedelta(minutes=30)):
            sent += sum(one.code == "in" for one in report(event, by, queue, name))
            again_sent = report(event, by, queue, name)
            assert {one.code for one in again_sent} <= {"in", "already"}
    rows = db.session.scalars(db.select(CheckIn)).all()
    assert len(rows) == len({row.attendee_id for row in rows}) == 300
    assert sent == 300
    assert {row.attendee_id: row.at for row in rows} == first
    assert desk.counts(fresh(event)) == (300, 300)


def report(event, by, scans, name):
    with transaction():
        return desk.check_in(db.session.get_one(Event, event.id), db.session.get_one(Person, by), scans, name)


def test_the_desk_says_why_somebody_is_not_let_in(app):
    event, other = an_event(capacity=2), an_event()
    here, gone = a_party(event), a_party(event)
    waiting, elsewhere = a_party(event), a_party(other)
    for party in (gone,):
        act(registering.cancel, party, None)
    by = a_supervisor().id
    gone_id = people_ever(gone)[0].id
    with clock.frozen_at(event.begins_at):

        def said(**facts):
            return report(event, by, [desk.Scan("k" + str(facts), event.begins_at, **facts)], "A")[0].code

        assert said(attendee_id=people(here)[0].id) == "in"
        assert said(ticket=people(here)[0].token_hash) == "already"
        assert said(attendee_id=gone_id) == "cancelled"
        assert said(attendee_id=people(waiting)[0].id) == "not_confirmed"
        assert said(ticket=people(elsewhere)[0].token_hash) == "other_event"
        assert said(attendee_id=people(elsewhere)[0].id) == "unknown"
        assert said(ticket="0" * 64) == "unknown"
    late = a_party(event)
    assert fresh(late).state == "waiting"


def test_a_check_in_taken_back_stays_so_however_often_the_device_sends_it(app):
    event = an_event()
    party = a_party(event)
    by, key = a_supervisor().id, people(party)[0].id
    with clock.frozen_at(event.begins_at):
        scan = desk.Scan("one", event.begins_at, key)
        report(event, by, [scan], "A")
        act(desk.undo, people(party)[0], db.session.get_one(Person, by), "认错人")
        assert report(event, by, [scan], "A")[0].code == "already"
        assert desk.counts(fresh(event))[0] == 0
        report(event, by, [desk.Scan("two", event.begins_at, key)], "B")
        assert desk.counts(fresh(event)) == (1, 1)


def test_whoever_just_comes_is_registered_if_there_is_a_seat(app):
    event = an_event(capacity=1)
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at):
        with transaction():
            desk.walk_in(
                db.session.get_one(Event, event.id),
                db.session.get_one(Person, by),
                None,
                coming(1, organisation="临江港务")[0],
                "w1",
            )
        assert desk.counts(fresh(event)) == (1, 1)
        with pytest.raises(Refused, match="not so many seats"), transaction():
            desk.walk_in(db.session.get_one(Event, event.id), db.session.get_one(Person, by), None, coming(1)[0], "w2")
    assert fresh(event).taken == 1


def test_the_list_of_a_desk_holds_no_more_than_is_needed_to_greet(app):
    event = an_event()
    a_party(
        event, 1, who={"access": "轮椅", "diet_words": "花生过敏", "phone": "13800000000", "email": "a@example.test"}
    )
    assert set(desk.Line.__dataclass_fields__) == {
        "id", "number", "name", "name_en", "organisation", "title", "ticket", "state", "companions", "at",
    }  # fmt: skip
    line = desk.listing(fresh(event))[0]
    assert not {"轮椅", "花生过敏", "13800000000", "a@example.test"} & set(map(str, vars(line).values()))
    raw = db.session.execute(db.text("select access, diet_words from forum_attendee")).one()
    assert all(value.startswith("v1:") for value in raw)


# Afterwards


def test_a_question_asked_beforehand_is_answered_to_whoever_asked(app):
    event, person = an_event(), a_person(Role.ORG_ADMIN)
    a_party(event, 1, by=person, who={"question": "明年专线资费怎么调整？", "person_id": person.id})
    topic = db.session.scalars(db.select(Topic)).one()
    assert (topic.source, topic.customer_id, topic.state) == ("before", person.customer_id, "open")
    owner = a_person(Role.AGENT)
    act(topics.give, topic, a_supervisor_here(), owner)
    assert [one.to_id for one in letters("forum_topic_given")] == [owner.id]
    act(topics.answer, topic, owner, "一季度公布方案。")
    told = letters("forum_topic_answered")
    assert [one.to_id for one in told] == [person.id]
    assert "一季度公布方案。" in read(told[0]).text
    with pytest.raises(Refused, match="answered already"):
        act(topics.answer, topic, owner, "再答")


def test_a_topic_becomes_a_ticket_and_its_solution_is_the_answer(app):
    event, person = an_event(), a_person(Role.ORG_ADMIN)
    party = a_party(event, 1, by=person, who={"person_id": person.id})
    with transaction():
        topic = topics.note(
            db.session.get_one(Event, event.id),
            a_supervisor_here(),
            "机房温度高",
            "夏天常超过 28 度",
            attendee=people_ever(party)[0],
        )
    act(topics.to_ticket, topic, a_supervisor_here(), "complaint", a_class())
    ticket = db.session.scalars(db.select(Ticket)).one()
    assert (ticket.channel, ticket.asked_by_id, ticket.customer_id) == ("forum", person.id, person.customer_id)
    assert [one.to_id for one in letters("forum_topic_ticket")] == [person.id]
    with pytest.raises(Refused, match="gone on already"):
        act(topics.give, topic, a_supervisor_here(), a_supervisor())
    live(ticket, "accept", "apply", "close")
    with transaction():
        assert topics.follow() == 1
    assert (fresh(topic).state, fresh(topic).answer) == ("answered", "光缆已经修复，测试正常。")
    assert [one.to_id for one in letters("forum_topic_answered")] == [person.id]


def test_a_topic_becomes_an_improvement_action_and_its_measure_is_the_answer(app):
    event, person, department = an_event(), a_person(Role.ORG_ADMIN), a_department("network").id
    party = a_party(event, 1, by=person, who={"person_id": person.id})
    with transaction():
        found = db.session.get_one(Event, event.id)
        first, second = (
            topics.note(found, a_supervisor_here(), title, "", attendee=people_ever(party)[0])
            for title in ("割接通知太晚", "账单看不懂")
        )
        opened = [
            open_action(
                a_supervisor_here(), "forum", topic, title=topic.title, measure="提前五天通知",
                department=db.session.get_one(Department, department), due_on=today(),
            )
            for topic in (first, second)
        ]  # fmt: skip
        first, second, opened = first.id, second.id, [one.id for one in opened]
    assert [one.to_id for one in letters("forum_topic_action")] == [person.id, person.id]
    with transaction():
        assert topics.follow() == 0
        for key, state in zip(opened, ("closed", "dropped"), strict=True):
            row = db.session.get_one(Improvement, key)
            row.state, row.ended_at, row.effective_on = state, clock.now(), today()
    with transaction():
        assert topics.follow() == 1
    one, other = db.session.get_one(Topic, first), db.session.get_one(Topic, second)
    assert (one.state, one.answer, other.state) == ("answered", "提前五天通知", "open")
    assert [one.to_id for one in letters("forum_topic_answered")] == [person.id]


def test_a_topic_of_nobody_s_customer_becomes_no_ticket(app):
    event = an_event()
    with transaction():
        topic = topics.note(db.session.get_one(Event, event.id), a_supervisor_here(), "停车难", "")
    with pytest.raises(Refused, match="which customer"):
        act(topics.to_ticket, topic, a_supervisor_here(), "enquiry", None)


def test_minutes_reach_whoever_was_there_and_nobody_else(app):
    event, one, two = an_event(), a_person(Role.ORG_ADMIN), a_person(Role.ORG_ADMIN)
    there = a_party(event, 1, by=one, who={"person_id": one.id})
    a_party(event, 1, by=two, who={"person_id": two.id})
    by = a_supervisor().id
    with pytest.raises(Refused, match="has begun"):
        act(minutes.keep, event, db.session.get_one(Person, by), "纪要", None)
    with clock.frozen_at(event.begins_at):
        report(event, by, [desk.Scan("k", event.begins_at, people(there)[0].id)], "A")
        with pytest.raises(Refused, match="Write the minutes"):
            act(minutes.publish, event, db.session.get_one(Person, by))
        act(minutes.keep, event, db.session.get_one(Person, by), "一、网络保障…", None)
        assert act(minutes.publish, event, db.session.get_one(Person, by)) == 1
    assert [letter.to_id for letter in letters("forum_minutes")] == [one.id]


def test_delicate_data_is_deleted_when_its_time_is_over(app):
    event = an_event()
    party = a_party(event, 1, who={"access": "轮椅", "diet": "halal", "travel": "沪A12345", "transport": "own_car"})
    with clock.frozen_at(event.ends_at + timedelta(days=89)), transaction():
        assert tidying.purge() == 0
    with clock.frozen_at(event.ends_at + timedelta(days=91)), transaction():
        assert tidying.purge() == 1
    one = people_ever(party)[0]
    db.session.refresh(one)
    assert (one.access, one.diet, one.travel, one.transport, one.name != "") == (None, "", "", "", True)


def test_a_hotel_has_so_many_rooms_a_night(app):
    event = an_event()
    day = event.begins_at.date()
    with transaction():
        hotel = programme.keep_part(
            db.session.get_one(Event, event.id), "hotels", a_supervisor_here(), None, name="申江宾馆", name_en="", address="", rooms=1,
            night_from=day - timedelta(days=1), night_to=day + timedelta(days=1),
        ).id  # fmt: skip
    stays = {"hotel_id": hotel, "night_from": day - timedelta(days=1), "night_to": day}
    a_party(event, 1, who=stays)
    with pytest.raises(Refused, match="no room left"):
        a_party(event, 1, who=stays)
    a_party(event, 1, who=stays | {"night_from": day, "night_to": day + timedelta(days=1)})


def test_every_letter_of_the_forum_can_be_read_in_both_languages(app):
    event = an_event(capacity=2, needs_approval=True)
    supervisor, person = a_supervisor(), a_person(Role.ORG_ADMIN)
    one, two, three = (a_party(event, 1, by=person, who={"email": f"x{n}@example.test"}) for n in range(3))
    an_invitation(event, person)
    act(registering.approve, one, supervisor)
    act(registering.decline, two, supervisor, "名额有限")
    act(registering.cancel, one, None, "改期")
    with clock.frozen_at(event.begins_at - timedelta(hours=3)), transaction():
        tidying.every_minute()
    assert fresh(three).state == "lapsed"
    for letter in db.session.scalars(db.select(Letter).where(Letter.template.like("forum_%"))):
        reader = db.session.get_one(Person, letter.to_id)
        for language in ("en", "zh_Hans_CN"):
            reader.language = language
            assert mail.rendered(letter, reader).subject
    db.session.rollback()


def test_attendance_stands_on_the_customers_file(app):
    event, person = an_event(), a_person(Role.ORG_ADMIN)
    party = a_party(event, 2, by=person)
    with clock.frozen_at(event.begins_at):
        report(event, a_supervisor().id, [desk.Scan("k", event.begins_at, people(party)[0].id)], "A")
    found = queries.attendance(db.session.get_one(Customer, person.customer_id))
    assert [(one.id, row is not None) for _, one, row in found] == [
        (people(party)[0].id, True),
        (people(party)[1].id, False),
    ]
