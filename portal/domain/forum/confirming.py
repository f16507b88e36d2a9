"""What follows when a party has its seats, is approved or loses them: state, journal, tickets and letters."""

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.forum import letters
from portal.domain.forum.lifecycle import PARTY_STATES
from portal.domain.forum.models import Event, Hotel, Session
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.people.queries import supervisors


def seated(event: Event, party: Registration, people: list[Attendee], full: list[Session]) -> None:
    """Seats are held: confirmed, or waiting for our approval."""
    waits = event.needs_approval and party.approved_at is None
    party.state = "requested" if waits else "confirmed"
    party.sequence += 1
    db.session.flush()
    journal.write("forum.seated", party, None, party=party.number, became=PARTY_STATES[party.state])
    if waits:
        letters.to_party(party, event, "requested", people, full)
        for one in supervisors():
            names = [person.name for person in people]
            letters.to_staff("forum_to_approve", one, event, f"approve:{party.id}", registration=party.id, names=names)
        return
    confirmed(event, party, people, full)


def confirmed(event: Event, party: Registration, people: list[Attendee], full: list[Session]) -> None:
    """Everybody of the party gets their ticket; whoever registered them hears that it is so."""
    for one in people:
        ticket(event, party, one)
    alone = len(people) == 1 and people[0].person_id == party.asked_by_id
    if not alone and party.asked_by_id:
        letters.to_party(party, event, "confirmed", people, full)


def ticket(
    event: Event, party: Registration, one: Attendee, moved: Session | None = None, nights: bool = False
) -> None:
    """The confirmation with ticket and calendar entry; again, under a new number, when something in it changes.

    `moved`: the session of theirs that is the reason. `nights`: those at the hotel moved along with the event.
    """
    about = {"moved": moved.title, "moved_en": moved.title_en, "moved_at": moved.begins_at.isoformat()} if moved else {}
    if nights and one.hotel_id:
        hotel = db.session.get_one(Hotel, one.hotel_id)
        about |= {"hotel": hotel.name, "hotel_en": hotel.name_en, "nights": [f"{one.night_from}", f"{one.night_to}"]}
    letters.to_attendee(
        "forum_confirmed", one, event, f"ticket:{event.sequence + party.sequence}", number=party.number,
        begins_at=event.begins_at.isoformat(), place=event.place, place_en=event.place_en, **about,
    )  # fmt: skip


def told_gone(event: Event, one: Attendee, why: str, template: str = "forum_cancelled") -> None:
    """The ticket of this attendee is worth nothing any more."""
    letters.to_attendee(template, one, event, f"gone:{clock.now().isoformat()}", why=why)


def each_gone(
    event: Event, party: Registration, people: list[Attendee], why: str, template: str = "forum_cancelled"
) -> None:
    """The same to everybody of a party, but whoever hears it for the party."""
    reader = letters.reader_of(party, people)
    for one in people:
        if one is not reader:
            told_gone(event, one, why, template)
