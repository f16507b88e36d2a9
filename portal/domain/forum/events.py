"""What we do with an event: prepare, copy from last year, change, publish, call off, close; its seats and places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import selectinload

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.forum import calling_off, confirming, letters, programme, seats
from portal.domain.forum.lifecycle import EVENT_MOVES, LIVE, UNANSWERED
from portal.domain.forum.models import Allotment, Event, Hotel, Room, Session, Speaker, Track
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.people.models import Customer, Person
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.numbers import next_number
from portal.i18n import N_

FIELDS = (
    "title", "title_en", "summary", "summary_en", "place", "place_en", "address", "address_en", "map_url", "travel",
    "travel_en", "contact", "contact_en", "begins_at", "ends_at", "opens_at", "closes_at", "change_until", "offer_hours",
    "needs_approval", "may_pass", "companions_max", "companions_take_seats", "is_public",
)  # fmt: skip
IN_CALENDARS = ("title", "place", "address", "begins_at", "ends_at")
"""What stands in people's calendars: a change of it is told to everybody who comes."""
ASKED_ABOUT = ("begins_at", "place")
"""What of it somebody who waits or has not answered has to know."""
MOMENTS = ("begins_at", "ends_at", "opens_at", "closes_at", "change_until")
CHANGED = N_("Somebody changed this meanwhile. Please look at the news and send again.")


@dataclass(frozen=True)
class Beginning:
    """What the form of a new event begins with, by the policy."""

    offer_hours: int
    companions_max: int
    seats: dict[str, int]


def beginning() -> Beginning:
    rules = settings.policy().forum
    return Beginning(rules.offer_hours, rules.companions, rules.seats_by_tier())


def make(by: Person, capacity: int, tiers: Mapping[str, int], **facts) -> Event:
    """A new event, not published yet; `facts` are FIELDS."""
    _in_order(facts)
    at = clock.now()
    event = Event(
        number=next_number("ZT", at), state="draft", made_by_id=by.id, made_at=at, capacity=capacity, seats=dict(tiers),
        **facts,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    journal.write("forum.made", event, by, became=event.title)
    return event


def change(event: Event, by: Person, version: int, capacity: int, tiers: Mapping[str, int], **facts) -> None:
    """New facts; more seats go to the waiting list at once. A new time or place is told to whoever comes.

    The programme and the nights at the hotels follow the beginning; where companions begin or cease to take seats, all are counted
    anew. Raises Stale when somebody else changed it, Refused for fewer seats than are taken, for sessions left outside.
    """
    event = seats.lock(event.id)
    if event.version != version:
        raise Stale(CHANGED)
    _in_order(facts)
    was, rule = event.begins_at, event.companions_take_seats
    moved = [name for name in IN_CALENDARS if name in facts and getattr(event, name) != facts[name]]
    for name, value in facts.items():
        setattr(event, name, value)
    event.seats = dict(tiers)
    if "begins_at" in moved:
        db.session.execute(db.update(Attendee).where(Attendee.event_id == event.id).values(reminded_at=None))
    if moved and event.state == "published":
        event.sequence += 1
    journal.write("forum.changed", event, by, became=event.title)
    db.session.flush()
    programme.move_along(event, was)
    taken = event.taken if event.companions_take_seats == rule else seats.recount(event)
    set_capacity(event, by, capacity, taken)
    if moved and event.state == "published":
        _tell_moved(event, moved, nights=bool(programme.days_since(event, was)))


def _tell_moved(event: Event, moved: Sequence[str], nights: bool) -> None:
    """Everybody concerned hears what is new: whoever comes by a new ticket, whoever waits or is asked where it matters to them.

    `nights`: those at the hotels moved along.
    """
    for party, attendee in _confirmed(event):
        confirming.ticket(event, party, attendee, nights=nights)
    if not set(moved) & set(ASKED_ABOUT):
        return
    waiting = db.select(Registration).where(
        Registration.event_id == event.id, Registration.state.in_(LIVE), Registration.state != "confirmed"
    )
    for party in db.session.scalars(waiting.order_by(Registration.id)).all():
        people = seats.people_of(party)
        party.sequence += 1
        letters.to_party(
            party, event, "moved", people, begins_at=event.begins_at.isoformat(), place=event.place,
            place_en=event.place_en, nights=nights and any(one.hotel_id for one in people),
        )  # fmt: skip
    asked = db.select(Invitation).where(Invitation.event_id == event.id, Invitation.state.in_(UNANSWERED))
    for one in db.session.scalars(asked.order_by(Invitation.id)).all():
        letters.to_invited("forum_moved", one, event, f"moved:{event.sequence}")


def set_capacity(event: Event, by: Person | None, capacity: int, taken: int | None = None) -> None:
    """More or fewer seats, never fewer than are taken. The event is locked; what is new goes to the waiting list.

    `taken`: what is taken when it was counted anew.
    """
    taken = event.taken if taken is None else taken
    if capacity == event.capacity and taken == event.taken:
        return
    if capacity < taken:
        raise Refused(N_("{taken} seats are taken; there cannot be fewer."), taken=taken)
    if capacity != event.capacity:
        journal.write("forum.capacity", event, by, was=event.capacity, became=capacity)
    event.capacity, event.taken = capacity, taken
    db.session.flush()
    seats.move_up(event)


def _in_order(facts: Mapping) -> None:
    if facts["ends_at"] <= facts["begins_at"]:
        raise Refused(N_("The event must end after it begins.")).beside("ends_at")
    if facts["closes_at"] <= facts["opens_at"]:
        raise Refused(N_("Registration must close after it opens.")).beside("closes_at")
    for name in ("closes_at", "change_until"):
        if facts[name] > facts["begins_at"]:
            raise Refused(N_("Registration and changes end before the event begins.")).beside(name)


def _confirmed(event: Event) -> list[tuple[Registration, Attendee]]:
    rows = db.select(Registration, Attendee).join(Attendee, Attendee.registration_id == Registration.id)
    rows = rows.where(
        Registration.event_id == event.id, Registration.state == "confirmed", Attendee.cancelled_at.is_(None)
    )
    return [(party, attendee) for party, attendee in map(tuple, db.session.execute(rows.order_by(Attendee.id)).all())]


def move(event: Event, verb: str, by: Person, why: str = "") -> None:
    """Publish, call off (everybody who has to do with it hears why), close."""
    event = seats.lock(event.id)
    chosen = next((one for one in EVENT_MOVES if one.verb == verb and event.state in one.leaves), None)
    if chosen is None:
        raise Refused(N_("This cannot be done with the forum now."))
    if verb == "close" and clock.now() < event.ends_at:
        raise Refused(N_("The forum can be closed once it is over."))
    if verb == "call_off" and not why.strip():
        raise Refused(N_("Please say why: everybody who has to do with it reads it."))
    if verb == "publish" and event.begins_at <= clock.now():
        raise Refused(N_("The event would have begun already. Give it another day first."))
    event.state = chosen.enters
    if verb == "call_off":
        event.called_off_why, event.sequence = why[:500], event.sequence + 1
        db.session.flush()
        calling_off.told(event, by, why)
    told = {"publish": "forum.published", "call_off": "forum.called_off", "close": "forum.closed"}[verb]
    journal.write(told, event, by, why=why)


def allot(event: Event, customer: Customer, by: Person, places: int | None, why: str) -> None:
    """Places of an organisation by hand; none: by its tier again."""
    event = seats.lock(event.id)
    was = seats.allotted(event, customer)
    rows = db.select(Allotment).where(Allotment.event_id == event.id, Allotment.customer_id == customer.id)
    row = db.session.scalar(rows)
    if places is None:
        if row is not None:
            db.session.delete(row)
    else:
        row = row or Allotment(event_id=event.id, customer_id=customer.id)
        row.seats, row.why = places, why[:300]
        db.session.add(row)
    db.session.flush()
    became = seats.allotted(event, customer)
    journal.write("forum.allotted", event, by, was=was, became=became, why=why, customer=customer.short_name)


# Copies


def first_moment(of: Event) -> datetime:
    """When a copy would begin: the same weekday and hour, 52 weeks later, and in the future."""
    begins, week = of.begins_at, timedelta(weeks=52)
    while begins + week <= clock.now():
        week += timedelta(weeks=52)
    return begins + week


def copy(of: Event, by: Person, begins_at: datetime) -> Event:
    """An event like an earlier one: its texts, programme, rooms, speakers, hotels and places; moments keep their distance.

    Whoever came, was invited or raised something is not copied.
    """
    if begins_at <= clock.now():
        raise Refused(N_("A new forum begins in the future."))
    days = programme.local(begins_at).date() - programme.local(of.begins_at).date()
    later = begins_at - programme.moved(of.begins_at, days)
    event = Event(
        number=next_number("ZT", clock.now()), state="draft", made_by_id=by.id, made_at=clock.now(), capacity=of.capacity,
        seats=dict(of.seats), copied_from_id=of.id, sequence=0,
        **{name: getattr(of, name) for name in FIELDS if name not in MOMENTS},
        **{name: programme.moved(getattr(of, name), days) + later for name in MOMENTS},
    )  # fmt: skip
    event.title, event.title_en = _year(of, event, of.title), _year(of, event, of.title_en)
    db.session.add(event)
    db.session.flush()
    _copy_programme(of, event, days, later)
    journal.write("forum.copied", event, by, became=event.title, was=of.title)
    return event


def _copy_programme(of: Event, event: Event, days: timedelta, later: timedelta) -> None:
    """`days` further, and so much `later` on the day."""
    new: dict[tuple[type, int], int] = {}
    for kind, names in (
        (Track, ()),
        (Room, ("capacity",)),
        (Speaker, ("title", "title_en")),
        (Hotel, ("address", "address_en", "rooms")),
    ):
        for row in db.session.scalars(db.select(kind).where(kind.event_id == of.id).order_by(kind.id)):
            facts = {name: getattr(row, name) for name in ("name", "name_en", *names)}
            if isinstance(row, Hotel):
                facts |= {"night_from": row.night_from + days, "night_to": row.night_to + days}
            made = kind(event_id=event.id, **facts)
            db.session.add(made)
            db.session.flush()
            new[kind, row.id] = made.id
    plain = ("title", "title_en", "about", "about_en", "capacity")
    rows = db.select(Session).where(Session.event_id == of.id).order_by(Session.id)
    for row in db.session.scalars(rows.options(selectinload(Session.speakers))):
        made = Session(
            event_id=event.id, **{name: getattr(row, name) for name in plain},
            begins_at=programme.moved(row.begins_at, days) + later, ends_at=programme.moved(row.ends_at, days) + later,
            track_id=new.get((Track, row.track_id or 0)), room_id=new.get((Room, row.room_id or 0)),
            speakers=[db.session.get_one(Speaker, new[Speaker, one.id]) for one in row.speakers],
        )  # fmt: skip
        db.session.add(made)
    db.session.flush()


def _year(of: Event, event: Event, title: str) -> str:
    return title.replace(str(programme.local(of.begins_at).year), str(programme.local(event.begins_at).year))


def taken_by(event: Event) -> dict[int | None, int]:
    """Seats that are held, by organisation: they add up to `taken`."""
    rows = db.select(Registration.customer_id, Attendee).join(Attendee, Attendee.registration_id == Registration.id)
    rows = rows.where(Registration.event_id == event.id, Registration.state.in_(LIVE), Registration.state != "waiting")
    found: dict[int | None, int] = {}
    for customer, attendee in map(tuple, db.session.execute(rows.where(Attendee.cancelled_at.is_(None))).all()):
        found[customer] = found.get(customer, 0) + seats.weight(attendee, event)
    return found
