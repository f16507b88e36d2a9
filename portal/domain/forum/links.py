"""Links of the forum that work without signing in: a person's invitation, an attendee's ticket.

What travels is derived from the row and the installation's key and lies nowhere; the row keeps its SHA-256.
Looking at a link changes nothing. After the event it still tells what was; minutes and photos for a while only.
"""

import base64
import hashlib
import hmac
from datetime import timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration

AFTERWARDS = timedelta(days=60)
"""So long after its end a ticket still shows minutes, photos and answers; then they are read signed in."""
_key = b""


def arm(key: str) -> None:
    """The key of this installation, handed over once at start."""
    global _key
    _key = key.encode()


def give(row: Invitation | Attendee) -> None:
    """The row, which has its id, gets its link."""
    row.token_hash = hashed(secret_of(row))


def secret_of(row: Invitation | Attendee) -> str:
    """What travels: 192 bits that only this installation can derive."""
    said = f"{row.__tablename__}\n{row.id}\n{row.made_at.isoformat()}".encode()
    return base64.urlsafe_b64encode(hmac.digest(_key, said, "sha256")[:24]).decode()


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def secret(kind: str, key: int) -> str | None:
    """What travels, for the letter that carries it: «invitation» or «ticket»."""
    row = db.session.get(Invitation if kind == "invitation" else Attendee, key)
    return secret_of(row) if row and row.token_hash else None


def invitation(secret: object) -> Invitation | None:
    """The invitation of this link, also after its event."""
    along = (Invitation.event, Invitation.customer, Invitation.person, Invitation.made_by)
    rows = db.select(Invitation).where(Invitation.token_hash == _looked_for(secret)).options(*map(joinedload, along))
    found = db.session.scalar(rows)
    return found if found and found.state != "draft" else None


def ticket(secret: object) -> Attendee | None:
    """The attendee of this ticket, with party and event; also one who has cancelled and after the event, so that
    the page can say so."""
    along = (
        joinedload(Attendee.registration).joinedload(Registration.customer),
        joinedload(Attendee.event).joinedload(Event.made_by),
        joinedload(Attendee.hotel),
        joinedload(Attendee.person),
    )
    return db.session.scalar(db.select(Attendee).where(Attendee.token_hash == _looked_for(secret)).options(*along))


def shows_papers(event: Event) -> bool:
    """Does a ticket of this event show minutes, photos and answers still?"""
    return clock.now() < event.ends_at + AFTERWARDS


def _looked_for(secret: object) -> str:
    return hashed(secret) if isinstance(secret, str) and 20 <= len(secret) <= 100 else ""
