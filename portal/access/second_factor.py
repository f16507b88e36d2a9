"""The second factor: a code of an authenticator app that works once, or one of ten recovery codes."""

import hashlib
import secrets
from urllib.parse import quote

import segno
from pyotp import random_base32
from pyotp.totp import TOTP

from portal import clock
from portal.access import attempts
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Person

STEP = 30
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another


def new_secret() -> str:
    """160 bits for an authenticator app."""
    return random_base32()


def address_of(person: Person, secret: str) -> str:
    """What the app reads from the square."""
    company = settings.company()
    issuer = company.short_name or company.name
    return f"otpauth://totp/{quote(issuer)}:{quote(person.email)}?secret={secret}&issuer={quote(issuer)}"


def square(text: str) -> str:
    """The QR code as an address of an SVG picture, for <img src>."""
    return segno.make(text, error="m").svg_data_uri(border=3, scale=5, dark="#000", light="#fff")


def step_of(secret: str, code: str, last_step: int | None) -> int | None:
    """The step a code belongs to: the present one or a neighbour, and none that was used before."""
    code = "".join(code.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    now = int(clock.now().timestamp()) // STEP
    app = TOTP(secret)
    for step in (now, now - 1, now + 1):
        fits = secrets.compare_digest(app.generate_otp(step), code)
        if fits and (last_step is None or step > last_step):
            return step
    return None


def proves(person: Person, typed: str) -> bool:
    """Does this code prove it? It is used up by that. Counts a failure; ask `attempts.wait` first.

    What was used up is read with the row locked: of two requests with one code at the same time, one proves it.
    """
    if person.totp_secret is None:
        return False
    used = db.select(Person.totp_last_step, Person.recovery_hashes).where(Person.id == person.id).with_for_update()
    kept = db.session.execute(used).one()
    step = step_of(person.totp_secret, typed, kept.totp_last_step) if person.totp_secret else None
    if step is not None:
        person.totp_last_step = step
        return True
    hashed = hash_of(typed)
    if hashed in kept.recovery_hashes:
        person.recovery_hashes = [other for other in kept.recovery_hashes if other != hashed]
        return True
    attempts.note(attempts.code(person))
    return False


def new_recovery_codes() -> list[str]:
    """Ten codes of 79 bits each, to be shown once: abcd-efgh-jkmn-pqrs."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)
    ]


def hash_of(code: str) -> str:
    """What is kept of a recovery code; blanks, hyphens and capitals do not count. 79 bits need no slow hash."""
    plain = "".join(c for c in code.lower() if c in _LETTERS)
    return hashlib.sha256(f"recovery:{plain}".encode()).hexdigest()
