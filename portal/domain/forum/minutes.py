"""Afterwards: the minutes, photos and slides, and that attendees hear of them."""

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.files import Attachment, StoredFile
from portal.domain.forum import attended, letters
from portal.domain.forum.after_models import Minutes
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee
from portal.domain.people.models import Person
from portal.domain.refusals import Refused, Stale
from portal.i18n import N_

PLACES = {"photo": N_("Photos"), "slides": N_("Slides and papers")}


def of(event: Event) -> Minutes | None:
    """The minutes of an event, with their writer."""
    rows = db.select(Minutes).where(Minutes.event_id == event.id).options(joinedload(Minutes.by))
    return db.session.scalar(rows)


def keep(event: Event, by: Person, body: str, version: int | None) -> Minutes:
    """Write the minutes, or write them anew. Raises Stale when somebody else did meanwhile."""
    if clock.now() < event.begins_at:
        raise Refused(N_("Minutes are written once the forum has begun."))
    row = db.session.scalar(db.select(Minutes).where(Minutes.event_id == event.id))
    if row is not None and row.version != version:
        raise Stale(N_("Somebody changed this meanwhile. Please look at the news and send again."))
    row = row or Minutes(event_id=event.id)
    row.body, row.by_id, row.at = body, by.id, clock.now()
    db.session.add(row)
    db.session.flush()
    journal.write("forum.minutes_kept", event, by)
    return row


def publish(event: Event, by: Person) -> int:
    """Whoever was there may read the minutes now, and gets a letter; gives how many."""
    row = db.session.scalar(db.select(Minutes).where(Minutes.event_id == event.id))
    if row is None or not row.body.strip():
        raise Refused(N_("Write the minutes first."))
    if row.published_at is not None:
        raise Refused(N_("The minutes are published already."))
    row.published_at = clock.now()
    journal.write("forum.minutes_published", event, by)
    there = list(db.session.scalars(attended.there(event.id).order_by(Attendee.id)))
    for one in there:
        letters.to_attendee("forum_minutes", one, event, "minutes")
    return len(there)


def add_file(event: Event, by: Person, file: StoredFile, place: str) -> Attachment:
    """A photo or a paper for whoever was there."""
    row = Attachment(file=file, event_id=event.id, place=place)
    db.session.add(row)
    db.session.flush()
    journal.write("forum.file_added", event, by, became=file.name)
    return row


def remove_file(event: Event, by: Person, row: Attachment) -> None:
    journal.write("forum.file_removed", event, by, was=row.file.name)
    db.session.delete(row)


def files_of(event: Event) -> dict[str, list[Attachment]]:
    """Photos and papers, oldest first."""
    rows = db.session.scalars(db.select(Attachment).where(Attachment.event_id == event.id).order_by(Attachment.id))
    found: dict[str, list[Attachment]] = {place: [] for place in PLACES}
    for row in rows:
        found.setdefault(row.place or "slides", []).append(row)
    return found


def file_of(event: Event, key: int) -> Attachment | None:
    """A photo or paper of this event, with its file."""
    rows = db.select(Attachment).where(Attachment.event_id == event.id, Attachment.id == key)
    return db.session.scalar(rows.options(joinedload(Attachment.file)))


def shown(rows: Select, event: Event) -> list[Attachment]:
    """The files of an event among `rows`."""
    return list(db.session.scalars(rows.where(Attachment.event_id == event.id).order_by(Attachment.id)))
