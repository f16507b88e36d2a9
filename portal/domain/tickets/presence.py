"""Who has a ticket open just now (在场), and who is writing: heartbeats, worth a minute."""

from datetime import timedelta

from sqlalchemy import delete, select

from portal import clock
from portal.db import db
from portal.domain.drafts import Draft
from portal.domain.people.models import Person
from portal.domain.tickets.models import Presence, Ticket

HERE_FOR = 60
"""Seconds that a heartbeat is worth; they come every twenty."""
WRITING_FOR = 45
"""Seconds for which somebody whose draft was kept counts as writing."""
FORGOTTEN_AFTER = timedelta(hours=1)


def beat(ticket: Ticket, person: Person) -> None:
    """This person has the ticket open; writing, if a draft of theirs was kept just now."""
    at = clock.now()
    gone = delete(Presence).where(Presence.person_id == person.id, Presence.seen_at < at - FORGOTTEN_AFTER)
    db.session.execute(gone)
    mine = select(Presence).where(Presence.ticket_id == ticket.id, Presence.person_id == person.id)
    row = db.session.scalar(mine) or Presence(ticket_id=ticket.id, person_id=person.id)
    row.seen_at, row.writing = at, _is_writing(ticket, person)
    db.session.add(row)


def _is_writing(ticket: Ticket, person: Person) -> bool:
    since = clock.now() - timedelta(seconds=WRITING_FOR)
    places = (f"ticket/{ticket.id}/reply", f"ticket/{ticket.id}/note")
    kept = select(Draft.id).where(Draft.person_id == person.id, Draft.place.in_(places), Draft.saved_at >= since)
    return db.session.scalar(kept) is not None


def others(ticket: Ticket, person: Person) -> list[tuple[str, bool]]:
    """The others who have it open, by name, and whether each is writing."""
    since = clock.now() - timedelta(seconds=HERE_FOR)
    rows = select(Person.name, Presence.writing).join(Presence, Presence.person_id == Person.id)
    here = rows.where(Presence.ticket_id == ticket.id, Presence.seen_at >= since, Person.id != person.id)
    return [(row.name, row.writing) for row in db.session.execute(here.order_by(Person.name))]
