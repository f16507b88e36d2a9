"""One-time links (security.md A, G): invitation, reset, set-up, the second step of a sign-in, a rating.

What travels is derived from the row and the installation's key, so it lies nowhere: not in the row (which keeps
its SHA-256), not in a letter (which keeps the row's id). The worker derives it again when the letter leaves.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Person, SecretLink

INVITATION, RESET, SET_UP, SECOND_STEP = "invitation", "reset", "set_up", "second_step"
RATING, CONFIRM = "rating", "confirm"
_key = b""


def arm(key: str) -> None:
    """The key of this installation, handed over once at start."""
    global _key
    _key = key.encode()


def lifetime(purpose: str) -> timedelta:
    """How long a link of this purpose works."""
    if purpose == RATING:
        return timedelta(days=settings.policy().ratings.link_days)
    if purpose == CONFIRM:
        return timedelta(days=settings.policy().calls.link_days)
    rules = settings.security()
    return {
        INVITATION: timedelta(hours=rules.invitation_hours),
        RESET: timedelta(minutes=rules.reset_minutes),
        SET_UP: timedelta(hours=72),
        SECOND_STEP: timedelta(minutes=5),
    }[purpose]


def make(purpose: str, person: Person | None, beside: bool = False) -> SecretLink:
    """A new link of this purpose; it ends the older ones of the same purpose and person, unless it stands `beside` them."""
    if not beside:
        end(purpose, person)
    at = clock.now()
    ends = at + lifetime(purpose)
    whose = person.id if person else None
    # its number is part of what travels, so the hash comes after the row
    link = SecretLink(purpose=purpose, person_id=whose, made_at=at, expires_at=ends, token_hash=secrets.token_hex())
    db.session.add(link)
    db.session.flush()
    link.token_hash = _hash(secret_of(link))
    return link


def secret_of(link: SecretLink) -> str:
    """What travels: 256 bits that only this installation can derive."""
    said = f"{link.purpose}\n{link.id}\n{link.made_at.isoformat()}".encode()
    return base64.urlsafe_b64encode(hmac.digest(_key, said, "sha256")).decode().rstrip("=")


def secret(link_id: int) -> str | None:
    """What travels, for the letter that carries it; nothing once the link is used or has run out."""
    link = db.session.get(SecretLink, link_id)
    return secret_of(link) if link and _is_open(link) else None


def open_secret(purpose: str, person: Person) -> str | None:
    """What travels in the person's open link of this purpose, to be handed over where there is no mail server."""
    row = db.select(SecretLink).where(SecretLink.person_id == person.id, SecretLink.purpose == purpose)
    link = db.session.scalar(row.where(SecretLink.used_at.is_(None)).order_by(SecretLink.id.desc()))
    return secret_of(link) if link and _is_open(link) else None


def find(purpose: str, secret: object) -> SecretLink | None:
    """The open link of this purpose; unknown, used, run out or of another purpose all look alike."""
    if not isinstance(secret, str) or not 20 <= len(secret) <= 100:
        return None
    link = db.session.scalar(
        db.select(SecretLink).where(SecretLink.token_hash == _hash(secret), SecretLink.purpose == purpose)
    )
    return link if link and _is_open(link) else None


def use(link: SecretLink) -> None:
    """It worked, and never will again."""
    link.used_at = clock.now()


def end(purpose: str | None, person: Person | None) -> None:
    """End the open links of this person (of one purpose, or of all)."""
    mine = SecretLink.person_id == person.id if person else SecretLink.person_id.is_(None)
    rows = db.update(SecretLink).where(mine, SecretLink.used_at.is_(None))
    if purpose:
        rows = rows.where(SecretLink.purpose == purpose)
    db.session.execute(rows.values(used_at=clock.now()))


def _is_open(link: SecretLink) -> bool:
    return link.used_at is None and clock.now() < link.expires_at


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
