"""Passwords: hashed slowly, compared at equal cost, refused when others would guess them first."""

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app, g

from portal.domain import settings
from portal.domain.people.models import Person

LONGEST = 128
_COMMON = Path(__file__).with_name("common_passwords.txt")


@cache
def _hasher(quick: bool) -> PasswordHasher:
    """OWASP's second set (19 MiB, two passes); in tests as little as the library allows."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if quick else PasswordHasher(2, 19456, 1)


@cache
def _nobodys(quick: bool) -> str:
    """A hash that fits no account, so that an unknown one costs the same work."""
    return _hasher(quick).hash("nobody has this password")


def _typed(password: str) -> str:
    """Blanks, letters and signs count as typed; only how a keyboard composes a character does not."""
    return unicodedata.normalize("NFC", password)


def _done() -> dict:
    """What was reckoned in this request already: hashing is done before the transaction, read inside it."""
    return g.setdefault("passwords", {})


def hash_of(password: str) -> str:
    """The hash to keep. About 40 ms."""
    kept = _done()
    if password not in kept:
        kept[password] = _hasher(current_app.testing).hash(_typed(password))
    return kept[password]


def matches(person: Person | None, password: str) -> bool:
    """Is this the person's password? The same work for nobody; nothing is hashed above 128 characters."""
    if len(password) > LONGEST:
        return False
    known = (person.password_hash if person else None) or _nobodys(current_app.testing)
    kept = _done()
    if (known, password) not in kept:
        kept[known, password] = _verified(known, password)
    return kept[known, password] and person is not None and person.password_hash == known


def _verified(known: str, password: str) -> bool:
    try:
        return _hasher(current_app.testing).verify(known, _typed(password))
    except (VerificationError, InvalidHashError):
        return False


def strengthen(person: Person, password: str) -> None:
    """Hash it again if it was hashed more weakly than we hash today."""
    if _hasher(current_app.testing).check_needs_rehash(person.password_hash or ""):
        person.password_hash = hash_of(password)
