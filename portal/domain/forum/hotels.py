"""Hotels of a forum: so many rooms a night and no more."""

from datetime import timedelta

from portal.db import db
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
        raise Refused(N_("Please choose a hotel and both days."))
    if not hotel.night_from <= one.night_from < one.night_to <= hotel.night_to:
        raise Refused(
            N_("Rooms at {hotel} are held from {first} to {last}."),
            hotel=hotel.words,
            first=hotel.night_from,
            last=hotel.night_to,
        )
    night = one.night_from
    while night < one.night_to:
        booked = db.select(db.func.count()).select_from(Attendee).join(Registration).where(
            Attendee.hotel_id == hotel.id, Attendee.night_from <= night, Attendee.night_to > night, Attendee.id != but,
            Attendee.cancelled_at.is_(None), Registration.state.in_(LIVE),
        )  # fmt: skip
        if db.session.scalar(booked) >= hotel.rooms:
            raise Refused(N_("{hotel} has no room left in the night of {night}."), hotel=hotel.words, night=night)
        night += timedelta(days=1)
