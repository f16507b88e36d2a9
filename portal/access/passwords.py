"""Passwords: hashed slowly, compared at equal cost, refused when others would guess them first."""

import itertools
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app, g, request
from wtforms.validators import ValidationError

from portal.access.door import me
from portal.domain import settings
from portal.domain.people.models import Person
from portal.i18n import N_
from portal.web.words import gettext

LONGEST = 128
TOO_SHORT = N_("Use at least {number} characters; a few words in a row are easy to keep in mind.")
TOO_LONG = N_("Use at most {number} characters.")
TOO_COMMON = N_("This is one of the passwords that are tried first. Please think of another one.")
TOO_NEAR = N_("Leave out “{word}”: names of people, of companies and of this portal are tried first.")
AROUND = "0123456789!@#$%^&*()_+-=[]{}|;:'\",.<>/?`~ ！＠＃￥％…＆＊（）—。，、？；：“”‘’"
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


def hash_ahead() -> None:
    """Hash the new password of a form before the transaction begins; the action then finds it done."""
    new = request.form.get("new_password", "")
    if 0 < len(new) <= LONGEST:
        hash_of(new)
    if me().is_authenticated and (present := request.form.get("password")):
        matches(me(), present)


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


class Good:
    """A validator for a new password; `whose` gives the person it is for, None before there is one."""

    def __init__(self, whose=None):
        self.whose = whose

    def __call__(self, form, field):
        if fault := fault_of(field.data or "", self.whose(form) if self.whose else None):
            text, facts = fault
            raise ValidationError(gettext(text).format(**facts))


def fault_of(password: str, person: Person | None) -> tuple[str, dict] | None:
    """Why this cannot be a password of this person: too short, too long, guessed first, or made of known names."""
    least = settings.security().password_min
    if len(password) < least:
        return TOO_SHORT, {"number": least}
    if len(password) > LONGEST:
        return TOO_LONG, {"number": LONGEST}
    if _is_common(password):
        return TOO_COMMON, {}
    if word := _known_word(password, person):
        return TOO_NEAR, {"word": word}
    return None


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split())


def _is_common(password: str) -> bool:
    """In the list, as it is, without the figures and signs around it, or repeated; or a run of one kind."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    core = plain.strip(AROUND)
    ways = {plain, core, _unit(plain), _unit(core)} - {""}
    return any(way in _common() or _is_run(way) for way in ways)


def _unit(text: str) -> str:
    """What a text repeats: abcabcabc → abc."""
    return text[: (text + text).find(text, 1)]


def _is_run(text: str) -> bool:
    """aaaaaaaa, zyxwvut, 7890123: every character as far from the one before; after 9 comes 0."""
    ring = 10 if text.isdecimal() else 0x110000
    steps = {(ord(b) - ord(a)) % ring for a, b in itertools.pairwise(text)}
    return len(steps) <= 1 and steps <= {0, 1, ring - 1}


def _known_word(password: str, person: Person | None) -> str | None:
    """A name it holds: of the portal's list, of our company, of the person and the person's organisation."""
    company = settings.company()
    words = [*settings.security().words_refused, company.name, company.short_name]
    if person is not None:
        words += [person.name, person.email.partition("@")[0]]
        words += [person.customer.name, person.customer.short_name] if person.customer else []
        words += [party.name for party in (person.department, person.provider) if party]
    said = unicodedata.normalize("NFKC", password).casefold()
    long_enough = (word for word in words if len(word) >= (2 if not word.isascii() else 4))
    return next((word for word in long_enough if word.casefold() in said), None)
