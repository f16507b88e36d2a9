"""What goes along with a letter: the calendar file with a confirmation for the forum (R38)."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from portal.db import db
from portal.domain.forum import calendar_file, links, queries
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.outbox import Letter

CALENDAR = ("forum_confirmed", "forum_cancelled", "forum_called_off", "forum_party")


@dataclass(frozen=True)
class Enclosure:
    """A file in a letter: name, bytes, parameters of its type."""

    name: str
    content: bytes
    parameters: dict[str, str] = field(default_factory=dict)


def of(letter: Letter, base_url: str) -> list[Enclosure]:
    """The files that go along with this letter, made when it leaves."""
    if letter.template not in CALENDAR:
        return []
    about = letter.facts.get("calendar" if letter.template == "forum_party" else "attendee")
    attendee = db.session.get(Attendee, about) if about else None
    if attendee is None or attendee.token_hash is None:
        return []
    text = calendar_of(attendee, base_url)
    method = "CANCEL" if "METHOD:CANCEL" in text else "PUBLISH"
    return [Enclosure("forum.ics", text.encode(), {"method": method, "charset": "utf-8"})]


def calendar_of(attendee: Attendee, base_url: str) -> str:
    """The attendee's calendar file; its address leads to the ticket."""
    event = db.session.get_one(Event, attendee.event_id)
    party = db.session.get_one(Registration, attendee.registration_id)
    host = urlsplit(base_url).hostname or "portal"
    url = f"{base_url}/events/ticket/{links.secret_of(attendee)}"
    return calendar_file.of(
        event, party, attendee, queries.sessions_of(attendee), queries.left_sessions_of(attendee), host, url
    )
