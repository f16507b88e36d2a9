"""A forum that is called off: every party ends, and everybody who has to do with it hears why."""

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.forum import confirming, letters, seats
from portal.domain.forum.lifecycle import LIVE
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.people.models import Person

CALLED_OFF = "forum_called_off"
ASKED = ("sent", "coming", "unsure")
"""Invitations whose people wait for the day; who said no has nothing to hear."""


def told(event: Event, by: Person, why: str) -> None:
    """End all parties of an event that is called off (it is locked), then tell them and whoever else was asked."""
    known: set[tuple[str, int]] = set()
    for party in _parties(event):
        known |= _end(event, party, by, why)
    for one in _asked(event):
        if not {("invitation", one.id), ("person", one.person_id or 0)} & known:
            letters.to_invited(CALLED_OFF, one, event, "called_off", why=why)


def _parties(event: Event) -> list[Registration]:
    rows = db.select(Registration).where(Registration.event_id == event.id, Registration.state.in_(LIVE))
    return list(db.session.scalars(rows.order_by(Registration.id)))


def _end(event: Event, party: Registration, by: Person, why: str) -> set[tuple[str, int]]:
    """One party ends; gives whom it has told, so that nobody hears it twice."""
    people, had = seats.people_of(party), party.state
    seats.let_go(event, party, people)
    party.state, party.why, party.ended_at = "cancelled", why[:500], clock.now()
    party.sequence += 1
    db.session.flush()
    journal.write("forum.cancelled", party, by, party=party.number, why=why)
    reader = letters.reader_of(party, people) if had == "confirmed" else None
    letters.to_party(party, event, "called_off", people, why=why[:300], calendar=reader.id if reader else 0)
    if had == "confirmed":
        confirming.each_gone(event, party, people, why, CALLED_OFF)
    told = people if had == "confirmed" or (party.asked_by_id is None and len(people) == 1) else []
    return {("person", party.asked_by_id or 0), *_named(told)} - {("person", 0)}


def _named(people: list[Attendee]) -> set[tuple[str, int]]:
    named = {("person", one.person_id) for one in people if one.person_id}
    return named | {("invitation", one.invitation_id) for one in people if one.invitation_id}


def _asked(event: Event) -> list[Invitation]:
    rows = db.select(Invitation).where(Invitation.event_id == event.id, Invitation.state.in_(ASKED))
    return list(db.session.scalars(rows.order_by(Invitation.id)))
