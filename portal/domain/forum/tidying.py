"""What happens by itself: offers run out, reminders leave, topics follow their tickets, delicate data is deleted in time."""

from datetime import timedelta

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.forum import invitations, letters, offers, topics
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Registration

DELICATE = {
    "diet": "", "diet_words": None, "access": None, "transport": "", "travel": "", "hotel_id": None, "night_from": None,
    "night_to": None,
}  # fmt: skip
"""What is needed for the day itself and for nothing afterwards, and what it is emptied to."""


def every_minute() -> int:
    """Offers whose time is over; gives how many."""
    return offers.lapse_due()


def every_hour() -> int:
    """Reminders that are due, topics whose tickets are closed, data whose time is over."""
    coming = db.select(Event).where(Event.state == "published", Event.begins_at > clock.now())
    done = topics.follow()
    for event in db.session.scalars(coming.order_by(Event.id)):
        done += invitations.remind(event, invitations.due_for_reminder(event))
        done += remind_attendees(event)
    return done + purge()


def remind_attendees(event: Event) -> int:
    """Once, some days before: when, where, the ticket."""
    days = settings.policy().forum.remind_before_days
    if clock.now() < event.begins_at - timedelta(days=days):
        return 0
    rows = db.select(Attendee).join(Registration).where(
        Attendee.event_id == event.id, Attendee.cancelled_at.is_(None), Registration.state == "confirmed",
        Attendee.reminded_at.is_(None),
    )  # fmt: skip
    found = list(db.session.scalars(rows.order_by(Attendee.id)))
    for one in found:
        one.reminded_at = clock.now()
        letters.to_attendee(
            "forum_reminder", one, event, f"reminder:{event.sequence}", begins_at=event.begins_at.isoformat(), place=event.place,
            place_en=event.place_en, address=event.address, address_en=event.address_en,
        )  # fmt: skip
    return len(found)


def purge() -> int:
    """Delete diet, needs, travel and hotel of people whose event lies so many days back; gives how many people."""
    before = clock.now() - timedelta(days=settings.policy().forum.purge_days)
    over = db.select(Event).where(Event.ends_at < before).order_by(Event.id)
    gone = 0
    for event in db.session.scalars(over):
        kept = db.or_(
            Attendee.diet != "", Attendee.diet_words.is_not(None), Attendee.access.is_not(None), Attendee.transport != "",
            Attendee.travel != "", Attendee.hotel_id.is_not(None),
        )  # fmt: skip
        rows = list(db.session.scalars(db.select(Attendee).where(Attendee.event_id == event.id, kept)))
        for one in rows:
            for name, value in DELICATE.items():
                setattr(one, name, value)
            one.companions = ["" for _ in one.companions]
        if rows:
            journal.write("forum.purged", event, None, number=len(rows))
        gone += len(rows)
    return gone
