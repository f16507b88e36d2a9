"""The reference of a letter: it stands in its Message-ID and in the address answers go to, and leads back to it.

It holds a proof made with the key of this installation: nobody can name a letter they did not receive.
"""

import hmac
import re
from collections.abc import Iterable

from portal.db import db
from portal.domain.outbox import Letter

REFERENCE = re.compile(r"(?<![0-9])([1-9][0-9]{0,8})\.([0-9a-f]{24})(?![0-9a-f])")
_key = b""


def arm(key: str) -> None:
    """The key of this installation, handed over once at start; references are made with one of its own."""
    global _key
    _key = hmac.digest(key.encode(), b"letters", "sha256")


def of(letter: Letter) -> str:
    """The reference of this letter, the same as long as it lives: 4711.0f3a…"""
    return f"{letter.id}.{_proof(letter.id)}"


def find(said: Iterable[str]) -> Letter | None:
    """The letter that one of these Message-IDs or addresses names, the first that names any; one statement."""
    named = [int(number) for text in said for number, proof in REFERENCE.findall(text) if _fits(number, proof)]
    known = {row.id: row for row in db.session.scalars(db.select(Letter).where(Letter.id.in_(named)))} if named else {}
    return next((known[number] for number in named if number in known), None)


def _proof(number: int) -> str:
    return hmac.digest(_key, str(number).encode(), "sha256").hex()[:24]


def _fits(number: str, proof: str) -> bool:
    return hmac.compare_digest(_proof(int(number)), proof)
