"""The calendar file (RFC 5545) of an attendee: one entry that stays the same, with its zone, newer at each change.

`UID` never changes, `SEQUENCE` rises with every change of event or party, so that a calendar replaces what it holds;
what was cancelled is taken out by METHOD:CANCEL, a session that was given up by its STATUS.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from portal import clock
from portal.domain import settings
from portal.domain.forum.models import Event, Session
from portal.domain.forum.party_models import Attendee, Registration

LONGEST = 75
"""Octets of a line (RFC 5545, 3.1)."""
REMIND = timedelta(days=1)


def of(
    event: Event, party: Registration, attendee: Attendee, sessions: Sequence[Session], left: Sequence[Session],
    host: str, url: str,
) -> str:  # fmt: skip
    """The file for this attendee: the event, each chosen session and each that was given up, in their language."""
    english = attendee.language == "en"
    zone = ZoneInfo(settings.company().zone)
    gone = attendee.cancelled_at is not None or party.state != "confirmed" or event.state == "cancelled"
    sequence = event.sequence + party.sequence
    common = {
        "DTSTAMP": _utc(clock.now()), "SEQUENCE": str(sequence), "STATUS": "CANCELLED" if gone else "CONFIRMED",
        "LOCATION": _text(_where(event, english)), "URL": url, "ORGANIZER;CN=" + _parameter(settings.company().name): f"mailto:{settings.company().mail_from}",
    }  # fmt: skip
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//portal//forum//EN",
        f"METHOD:{'CANCEL' if gone else 'PUBLISH'}",
        *_zone(zone, event.begins_at),
    ]
    lines += _entry(f"forum-{event.id}-{attendee.id}@{host}", event.title_en or event.title if english else event.title,
                    event.begins_at, event.ends_at, zone, common | {"DESCRIPTION": _text(f"{event.number} · {attendee.shown_number} {attendee.name}\n{url}")}, alarm=not gone)  # fmt: skip
    for one in [*sessions, *left]:
        status = {"STATUS": "CANCELLED" if gone or one in left else "CONFIRMED"}
        title = one.title_en or one.title if english else one.title
        room = ""
        if one.room is not None:
            room = one.room.words.in_("en" if english else "zh")
        where = {"LOCATION": _text(", ".join(filter(None, (room, _where(event, english)))))}
        lines += _entry(
            f"forum-{event.id}-{attendee.id}-{one.id}@{host}",
            title,
            one.begins_at,
            one.ends_at,
            zone,
            common | where | status,
        )
    return "".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def _where(event: Event, english: bool) -> str:
    said = "en" if english else "zh"
    return ", ".join(filter(None, (event.place_words.in_(said), event.address_words.in_(said))))


def _entry(
    uid: str, title: str, begins: datetime, ends: datetime, zone: ZoneInfo, facts: dict, alarm=False
) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTART;TZID={zone.key}:{_local(begins, zone)}"
    yield f"DTEND;TZID={zone.key}:{_local(ends, zone)}"
    yield f"SUMMARY:{_text(title)}"
    yield from (f"{name}:{value}" for name, value in facts.items())
    if alarm:
        yield from (
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_text(title)}",
            f"TRIGGER:-P{REMIND.days}D",
            "END:VALARM",
        )
    yield "END:VEVENT"


def _zone(zone: ZoneInfo, about: datetime) -> Iterator[str]:
    """The zone as it is around this moment: its offset, and where clocks are changed the changes of two years."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    first = datetime(about.year - 1, 1, 1, tzinfo=UTC)
    before = first.astimezone(zone)
    changes = [(before, before), *_changes(zone, first, first + timedelta(days=3 * 366))]
    for was, now in changes:
        kind = "DAYLIGHT" if now.dst() else "STANDARD"
        begins = (
            "19700101T000000" if (was, now) == (before, before) else was.replace(tzinfo=None).strftime("%Y%m%dT%H%M%S")
        )
        yield f"BEGIN:{kind}"
        yield f"DTSTART:{begins}"
        yield f"TZOFFSETFROM:{was:%z}"
        yield f"TZOFFSETTO:{now:%z}"
        yield f"TZNAME:{now.tzname()}"
        yield f"END:{kind}"
    yield "END:VTIMEZONE"


def _changes(zone: ZoneInfo, at: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each change of the clocks: the local moment before it and the one it becomes."""
    hour = timedelta(hours=1)
    while at < until:
        later = at + hour
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            was = later.astimezone(zone)
            yield later.astimezone(timezone(at.astimezone(zone).utcoffset() or timedelta())), was
        at = later


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y%m%dT%H%M%S")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    """A text as RFC 5545 writes it (3.3.11)."""
    for sign, said in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        words = words.replace(sign, said)
    return "".join(c for c in words if c.isprintable() or c == " ")


def _parameter(words: str) -> str:
    return '"' + "".join(c for c in words if c.isprintable() and c != '"') + '"'


def folded(line: str) -> str:
    """A line no longer than 75 octets, never broken within a character; what follows begins with a blank."""
    out, room = [], LONGEST
    for sign in line:
        size = len(sign.encode())
        if size > room:
            out.append("\r\n ")
            room = LONGEST - 1
        out.append(sign)
        room -= size
    return "".join(out) + "\r\n"
