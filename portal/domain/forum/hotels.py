"""Hotels of a forum: so many rooms a night and no more."""

from collections import Counter
from datetime import date, timedelta

from portal.db import db
from portal.domain import journal
from portal.domain.forum.lifecycle import LIVE
from portal.domain.forum.models import Event, Hotel
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.refusals import Refused
from portal.i18n import N_


def need_room(event: Event, one, but: int = 0) -> None:
    """Raises Refused where the chosen hotel has no room for every night; `one` says hotel and days. The event is locked."""
    if one.hotel_id is None:
        return
    hotel = db.session.get(Hotel, one.hotel_id)
    if hotel is None or hotel.event_id != event.id or one.night_from is None or one.night_to is None:
        raise Refused(N_("Please choose a hotel and both days.")).beside("hotel_id")
    if not hotel.night_from <= one.night_from < one.night_to <= hotel.night_to:
        raise Refused(
            N_("Rooms at {hotel} are held from {first} to {last}."),
            hotel=hotel.words,
            first=hotel.night_from,
            last=hotel.night_to,
        ).beside("night_from")
    full = booked(hotel, but)
    for night in _nights(one.night_from, one.night_to):
        if full[night] >= hotel.rooms:
            raise Refused(
                N_("{hotel} has no room left in the night of {night}."), hotel=hotel.words, night=night
            ).beside("night_from")


def booked(hotel: Hotel, but: int = 0) -> Counter[date]:
    """How many rooms of it are taken, night by night; without those of one attendee."""
    rows = db.select(Attendee.night_from, Attendee.night_to).join(Registration).where(
        Attendee.hotel_id == hotel.id, Attendee.night_from.is_not(None), Attendee.night_to.is_not(None), Attendee.id != but,
        Attendee.cancelled_at.is_(None), Registration.state.in_(LIVE),
    )  # fmt: skip
    stays = map(tuple, db.session.execute(rows).all())
    return Counter(night for first, last in stays for night in _nights(first, last))


def move_along(event: Event, days: timedelta) -> int:
    """The event is on another day: the rooms held for it and the nights booked in them move by as many days.

    All move alike, so nobody loses a room. Gives how many people have nights that moved. The event is locked.
    """
    held = list(db.session.scalars(db.select(Hotel).where(Hotel.event_id == event.id)))
    for hotel in held:
        hotel.night_from, hotel.night_to = hotel.night_from + days, hotel.night_to + days
    rows = db.select(Attendee).where(Attendee.event_id == event.id, Attendee.hotel_id.in_([one.id for one in held]))
    booked_by = list(db.session.scalars(rows))
    for one in booked_by:
        if one.night_from and one.night_to:
            one.night_from, one.night_to = one.night_from + days, one.night_to + days
    db.session.flush()
    if held:
        journal.write(
            "forum.nights_moved", event, None, number=len(booked_by), became=", ".join(_said(one) for one in held)
        )
    return len(booked_by)


def _said(hotel: Hotel) -> str:
    return f"{hotel.name} {hotel.night_from} – {hotel.night_to}"


def need_bookings(hotel: Hotel) -> None:
    """Raises Refused where people have booked more than the hotel has now. The event is locked."""
    for night, rooms in sorted(booked(hotel).items()):
        if rooms > hotel.rooms or not hotel.night_from <= night < hotel.night_to:
            raise Refused(
                N_("{rooms} rooms are booked in the night of {night}; the hotel cannot have fewer."),
                rooms=rooms,
                night=night,
            ).beside("rooms")


def _nights(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days)]
