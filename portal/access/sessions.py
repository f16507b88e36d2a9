"""Sessions live on the server: the cookie carries a random reference, the row says what it is worth (security.md B)."""

import hashlib
import secrets
from datetime import timedelta
from functools import cache

from flask import g, request, session
from flask_login import LoginManager
from sqlalchemy import Select, bindparam
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import UTCDateTime, db, transaction
from portal.domain import outbox, settings
from portal.domain.mailroom import waiting
from portal.domain.people import queries
from portal.domain.people.models import Person, SignIn
from portal.domain.people.roles import APART

login = LoginManager()
login.session_protection = None  # pyright: ignore[reportAttributeAccessIssue]  # it trusts X-Forwarded-For; our sessions are rows
login.login_message = None  # pyright: ignore[reportAttributeAccessIssue]

TOUCH_EVERY = timedelta(minutes=1)
REFERENCE = "reference"


def begin(person: Person) -> None:
    """Start a fresh session for this person; whatever reference the browser held before is worth nothing."""
    end_current()
    reference, at = secrets.token_urlsafe(32), clock.now()
    row = SignIn(
        token_hash=_hash(reference), person_id=person.id, begun_at=at, seen_at=at, proved_at=at,
        address=(request.remote_addr or "")[:64], device=(request.user_agent.string or "")[:200],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _end_oldest(person)
    session.clear()
    session[REFERENCE] = reference


def _end_oldest(person: Person) -> None:
    """So many sessions a person may have at once (security.md 7.1.2): the longest unseen ones end."""
    allowed = 3 if person.has(*APART) else settings.security().sessions_at_once
    live = db.select(SignIn.id).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
    oldest = list(db.session.scalars(live.order_by(SignIn.seen_at.desc(), SignIn.id.desc()).offset(allowed)))
    if oldest:
        db.session.execute(db.update(SignIn).where(SignIn.id.in_(oldest)).values(ended_at=clock.now()))


def renew() -> None:
    """The password was given again: the session goes on under a new reference, the old one is worth nothing."""
    row = current()
    if row is None:
        return
    reference = secrets.token_urlsafe(32)
    row.token_hash, row.proved_at = _hash(reference), clock.now()
    session[REFERENCE] = reference


def end_current() -> None:
    """End the session of this browser."""
    row = current()
    if row:
        row.ended_at = clock.now()
    session.clear()


@cache
def _current() -> Select:
    """The statement of every request, made once: the session with its person, unread letters, mail to be sorted."""
    along = joinedload(SignIn.person).options(
        joinedload(Person.customer), joinedload(Person.department), joinedload(Person.provider)
    )
    unread = outbox.unread_of(SignIn.person_id, bindparam("now", type_=UTCDateTime)).label("unread")
    rows = db.select(SignIn, unread, waiting.now().label("mails"))
    rows = rows.where(SignIn.token_hash == bindparam("token"), SignIn.ended_at.is_(None))
    return rows.options(along).execution_options(populate_existing=True)


def current() -> SignIn | None:
    """The live session of this request, its person loaded along; none if there is none or it has run out."""
    reference = session.get(REFERENCE)
    if not isinstance(reference, str):
        return None
    found = db.session.execute(_current(), {"token": _hash(reference), "now": clock.now()}).first()
    if found is None or _has_run_out(found[0], found[0].person):
        return None
    g.unread, g.counts = found.unread, {"mail.index": found.mails or None}
    return found[0]


def live_of(person: Person) -> list[SignIn]:
    """The sessions of a person that have not run out, the last seen first."""
    return [row for row in queries.sessions_of(person) if not _has_run_out(row, person)]


def _has_run_out(row: SignIn, person: Person) -> bool:
    rules, at = settings.security(), clock.now()
    idle, hours = rules.customer_idle_minutes, rules.absolute_hours
    if person.is_staff:
        idle = rules.staff_idle_minutes
    if person.has(*APART):
        idle, hours = rules.admin_idle_minutes, rules.admin_absolute_hours
    return (
        not person.may_sign_in_on(settings.today())
        or at - row.seen_at > timedelta(minutes=idle)
        or at - row.begun_at > timedelta(hours=hours)
    )


@login.request_loader
def _who(_request):
    row = current()
    g.sign_in = row
    return row.person if row else None


def reload() -> None:
    """Read the asking person again, inside the transaction that is going to write: rights are judged there."""
    g.pop("_login_user", None)


def touch() -> None:
    """Move the idle clock on, at most once a minute and in a transaction of its own.

    The one thing a GET may write: it is no fact of the business. Polling (X-Background) does not count as activity.
    """
    row = g.get("sign_in")
    if row is None or request.headers.get("X-Background") or clock.now() - row.seen_at < TOUCH_EVERY:
        return
    found = row.id
    with transaction():
        db.session.execute(db.update(SignIn).where(SignIn.id == found).values(seen_at=clock.now()))


def is_fresh(minutes: int = 10) -> bool:
    """Was the password given within these minutes? Asked before delicate things."""
    row = g.get("sign_in")
    return row is not None and clock.now() - row.proved_at < timedelta(minutes=minutes)


def unread() -> int:
    """How many notices wait for whoever asks, 99 at most: read along with the session."""
    return g.get("unread", 0) if g.get("sign_in") else 0


def _hash(reference: str) -> str:
    return hashlib.sha256(reference.encode()).hexdigest()


def needs_second_factor(person: Person) -> bool:
    """Must this person still set up a second factor before anything else?"""
    return not person.has_second_factor and must_have_second_factor(person)


def must_have_second_factor(person: Person) -> bool:
    """Do the company's rules (for staff), or the organisation's (for its people), ask for one?"""
    if person.is_staff:
        return settings.security().staff_second_factor
    return bool(person.customer and person.customer.second_factor_required)
