"""The programme (会议日程): tracks, rooms, speakers, hotels and sessions, kept and removed; the agenda day by day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain import journal, settings
from portal.domain.forum import confirming, hotels, seats
from portal.domain.forum.models import Event, Hotel, Room, Session, Speaker, Track
from portal.domain.forum.party_models import Attendee, Choice, Registration
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.i18n import N_

PARTS: dict[str, type[Track | Room | Speaker | Hotel]] = {
    "tracks": Track, "rooms": Room, "speakers": Speaker, "hotels": Hotel,
}  # fmt: skip


def parts(event: Event, kind: str) -> list:
    """The tracks, rooms, speakers or hotels of an event, in the order they were named."""
    model = PARTS[kind]
    return list(db.session.scalars(db.select(model).where(model.event_id == event.id).order_by(model.id)))


def part(event: Event, kind: str, key: int):
    """One of them, or none."""
    model = PARTS[kind]
    return db.session.scalar(db.select(model).where(model.event_id == event.id, model.id == key))


def keep_part(event: Event, kind: str, by: Person, row, **facts):
    """A new one, or new facts of one."""
    event = seats.lock(event.id)
    row = row or PARTS[kind](event_id=event.id)
    for name, value in facts.items():
        setattr(row, name, value)
    if isinstance(row, Hotel) and row.night_to <= row.night_from:
        raise Refused(N_("The last departure is after the first arrival.")).beside("night_to")
    if isinstance(row, Hotel) and row.id:
        hotels.need_bookings(row)
    if isinstance(row, Room) and row.id:
        for session in db.session.scalars(db.select(Session).where(Session.room_id == row.id)):
            _need_room(session, row)
    db.session.add(row)
    db.session.flush()
    journal.write("forum.part_kept", event, by, became=row.name)
    return row


def remove_part(event: Event, kind: str, by: Person, row) -> None:
    """Take one out that nothing uses."""
    uses = {
        "tracks": db.select(Session.id).where(Session.track_id == row.id),
        "rooms": db.select(Session.id).where(Session.room_id == row.id),
        "speakers": db.select(Session.id).where(Session.speakers.any(Speaker.id == row.id)),
        "hotels": db.select(Attendee.id).where(Attendee.hotel_id == row.id),
    }[kind]
    if db.session.scalar(uses.limit(1)):
        raise Refused(N_("“{name}” is still used; change that first."), name=row.words)
    db.session.delete(row)
    journal.write("forum.part_removed", event, by, was=row.name)


def session(event: Event, key: int) -> Session | None:
    """One session with its room, track and speakers."""
    rows = db.select(Session).where(Session.event_id == event.id, Session.id == key)
    return db.session.scalars(rows.options(*_along())).unique().first()


def _along():
    return joinedload(Session.track), joinedload(Session.room), joinedload(Session.speakers)


def keep_session(event: Event, by: Person, row: Session | None, speakers: Sequence[int], **facts) -> Session:
    """A new session or new facts of one. Its seats are never fewer than are taken, nor more than its room has."""
    event = seats.lock(event.id)
    if row is None:
        row = Session(event_id=event.id, taken=0, speakers=[])
    else:
        db.session.refresh(row)
    moved = row.id and any(getattr(row, name) != facts[name] for name in ("title", "begins_at", "ends_at", "room_id"))
    for name, value in facts.items():
        setattr(row, name, value)
    if row.ends_at <= row.begins_at:
        raise Refused(N_("A session must end after it begins.")).beside("ends_at")
    if not _within(row, event):
        raise Refused(
            N_("A session lies within the event: {first} to {last}."), first=event.begins_at, last=event.ends_at
        )
    if row.taken and (row.capacity is None or row.capacity < row.taken):
        raise Refused(
            N_("{taken} people have chosen this session; it cannot have fewer seats."), taken=row.taken
        ).beside("capacity")
    room = part(event, "rooms", row.room_id) if row.room_id else None
    if row.room_id and room is None:
        raise Refused(N_("This room is not of this event."))
    if room is not None:
        _need_room(row, room)
        _need_free_room(row, room)
    wanted = db.select(Speaker).where(Speaker.event_id == event.id, Speaker.id.in_(speakers))
    row.speakers = list(db.session.scalars(wanted.order_by(Speaker.id)))
    db.session.add(row)
    db.session.flush()
    journal.write("forum.part_kept", event, by, became=row.title)
    if moved and event.state == "published":
        event.sequence += 1
        db.session.flush()
        for party, attendee in _who_chose(row):
            confirming.ticket(event, party, attendee, row)
    return row


def _who_chose(row: Session) -> list[tuple[Registration, Attendee]]:
    """Whoever has a seat in it: their calendars hold it."""
    rows = db.select(Registration, Attendee).join(Attendee, Attendee.registration_id == Registration.id)
    rows = rows.join(Choice, Choice.attendee_id == Attendee.id).where(
        Choice.session_id == row.id, Choice.holds, Registration.state == "confirmed", Attendee.cancelled_at.is_(None)
    )
    return [(party, attendee) for party, attendee in map(tuple, db.session.execute(rows.order_by(Attendee.id)).all())]


def move_along(event: Event, was: datetime) -> None:
    """The event began at `was` and begins at another moment now: its sessions follow, and the nights at its hotels.

    On another day they fall on that day, at the same hours; where they would lie outside the event then, they keep
    their distance from its beginning. Raises Refused for what lies outside even so.
    """
    days = days_since(event, was)
    if days:
        hotels.move_along(event, days)
    sessions = list(db.session.scalars(db.select(Session).where(Session.event_id == event.id)))
    for row in sessions:
        row.begins_at, row.ends_at = moved(row.begins_at, days), moved(row.ends_at, days)
    if not all(_within(row, event) for row in sessions):
        for row in sessions:
            row.begins_at += event.begins_at - moved(was, days)
            row.ends_at += event.begins_at - moved(was, days)
    for row in sorted(sessions, key=lambda one: one.begins_at):
        if not _within(row, event):
            raise Refused(
                N_("“{title}” ({first} to {last}) would lie outside the event. Move it in the programme first."),
                title=row.words, first=row.begins_at, last=row.ends_at,
            ).beside("ends_at")  # fmt: skip
    db.session.flush()


def days_since(event: Event, was: datetime) -> timedelta:
    """By how many days the event has moved since it began at `was`."""
    return local(event.begins_at).date() - local(was).date()


def _within(row: Session, event: Event) -> bool:
    return event.begins_at <= row.begins_at and row.ends_at <= event.ends_at


def local(at: datetime) -> datetime:
    """The moment as clocks show it where the company is."""
    return at.astimezone(ZoneInfo(settings.company().zone))


def moved(at: datetime, days: timedelta) -> datetime:
    """The same hour of the day, so many days later, whatever clocks are changed in between."""
    day = local(at) + days
    return local(at).replace(year=day.year, month=day.month, day=day.day)


def _need_room(row: Session, room: Room) -> None:
    if row.capacity is not None and row.capacity > room.capacity:
        raise Refused(N_("{room} takes {capacity} people."), room=room.words, capacity=room.capacity).beside("capacity")


def _need_free_room(row: Session, room: Room) -> None:
    others = db.select(Session).where(Session.room_id == room.id, Session.id != (row.id or 0))
    for other in db.session.scalars(others):
        if row.overlaps(other):
            raise Refused(N_("{room} is used by “{title}” at that time."), room=room.words, title=other.words).beside(
                "room_id"
            )


def remove_session(event: Event, by: Person, row: Session) -> None:
    """Take a session out that nobody has chosen."""
    if db.session.scalar(db.select(Choice.id).where(Choice.session_id == row.id).limit(1)):
        raise Refused(N_("“{name}” is still used; change that first."), name=row.words)
    db.session.delete(row)
    journal.write("forum.part_removed", event, by, was=row.title)


def agenda(event: Event) -> list[Session]:
    """All sessions in their order, with room, track and speakers: one statement."""
    rows = db.select(Session).where(Session.event_id == event.id).options(*_along())
    return list(db.session.scalars(rows.order_by(Session.begins_at, Session.track_id, Session.id)).unique())


def size(event: Event) -> int:
    """How many sessions there are."""
    return db.session.scalar(db.select(db.func.count()).where(Session.event_id == event.id)) or 0


def by_day(sessions: Sequence[Session]) -> dict[date, list[Session]]:
    """The agenda by the company's days."""
    zone = ZoneInfo(settings.company().zone)
    found: dict[date, list[Session]] = {}
    for one in sessions:
        found.setdefault(one.begins_at.astimezone(zone).date(), []).append(one)
    return found


def choosable(sessions: Sequence[Session]) -> list[Session]:
    """Those people sign up for."""
    return [one for one in sessions if one.is_chosen]
