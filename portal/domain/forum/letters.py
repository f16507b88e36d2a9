"""Letters of the forum: to an attendee or invited person, with or without an account, and to whoever speaks for a party."""

from collections.abc import Sequence

from portal.db import db
from portal.domain import outbox
from portal.domain.forum.models import Event, Session
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.people.models import Person


def to_attendee(template: str, attendee: Attendee, event: Event, key: str, **facts) -> None:
    """To an attendee: into their account, or to their address; nothing where there is neither."""
    facts |= {
        "event": event.id,
        "title": event.title,
        "title_en": event.title_en,
        "attendee": attendee.id,
        "addressee": "",
    }
    _post(template, attendee, event, f"forum:{event.id}:{attendee.id}:{key}", facts)


def to_invited(template: str, invitation: Invitation, event: Event, key: str, **facts) -> None:
    """To somebody invited."""
    facts |= {
        "event": event.id, "title": event.title, "title_en": event.title_en, "invitation": invitation.id,
        "place": event.place, "place_en": event.place_en, "begins_at": event.begins_at.isoformat(),
    }  # fmt: skip
    _post(template, invitation, event, f"forum:{event.id}:i{invitation.id}:{key}", facts)


def to_party(
    registration: Registration, event: Event, what: str, people: list[Attendee], full: Sequence[Session] = (), **facts
) -> None:
    """What became of a party, to whoever registered it; where that was nobody with an account, to its first person.

    `full`: sessions they had wished for and cannot have.
    """
    key = f"forum:{event.id}:r{registration.id}:{what}:{registration.sequence}"
    facts |= {"dropped": [one.title for one in full], "dropped_en": [one.words.in_("en") for one in full]}
    facts = {"why": "", "attendee": 0, "addressee": ""} | facts | {
        "event": event.id, "title": event.title, "title_en": event.title_en, "what": what,
        "names": [one.name for one in people], "number": registration.number, "registration": registration.id,
    }  # fmt: skip
    if registration.asked_by_id:
        outbox.post("forum_party", db.session.get_one(Person, registration.asked_by_id), key=key, **facts)
    elif people:
        _post("forum_party", people[0], event, key, facts | {"attendee": people[0].id})


def reader_of(registration: Registration, people: list[Attendee]) -> Attendee | None:
    """Who of a party reads the letter to the party, if they come themselves: it takes the place of their own."""
    if registration.asked_by_id is None:
        return people[0] if people else None
    return next((one for one in people if one.person_id == registration.asked_by_id), None)


def to_staff(template: str, person: Person, event: Event, key: str, **facts) -> None:
    """To one of us."""
    facts |= {"event": event.id, "title": event.title, "title_en": event.title_en, "addressee": ""}
    outbox.post(template, person, key=f"forum:{event.id}:{key}", **facts)


def _post(template: str, to: Attendee | Invitation, event: Event, key: str, facts: dict) -> None:
    if to.person_id:
        outbox.post(template, db.session.get_one(Person, to.person_id), key=key, **facts)
    elif to.email and event.made_by_id:
        host = db.session.get_one(Person, event.made_by_id)
        facts |= {"addressee": to.name, "language": to.language}
        outbox.post(template, host, key=f"{key}:{to.email}", to_address=to.email, **facts)
