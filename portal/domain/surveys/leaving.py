"""A contact who leaves (R27): what they are asked ends, their link works no more; how they were counted stays."""

from portal.db import db
from portal.domain.people.models import Contact
from portal.domain.surveys import answering, letters
from portal.domain.surveys.campaign_models import Invitation, OptOut


def was_asked(contact: Contact) -> bool:
    """Does a survey, or the list of those who want none, speak of this contact?"""
    asked = db.select(Invitation.id).where(Invitation.contact_id == contact.id)
    declined = db.select(OptOut.id).where(OptOut.contact_id == contact.id)
    return any(db.session.scalar(rows.limit(1)) is not None for rows in (asked, declined))


def let_go(contact: Contact) -> None:
    """Nobody writes to them or calls them any more; somebody else of their customer can be asked instead."""
    for row in answering.live_of(contact.id):
        row.outcome, row.next_call_at, row.call_agreed = "left", None, False
        letters.take_back(row.campaign, row)
    db.session.flush()
