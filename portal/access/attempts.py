"""How often something may be tried (security.md §6.1): counted in the database, for all nodes together."""

import hashlib
import ipaddress
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from portal import clock
from portal.db import db, in_turn
from portal.domain import settings
from portal.domain.people.models import Attempt, Person
from portal.web.pages import page

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERYWHERE, EVERYWHERE_ALLOWED, EVERYWHERE_WITHIN = "sign-in", 300, timedelta(minutes=5)
CODES = ((5, timedelta(minutes=5)), (20, HOUR))
LINKS_ASKED = ((3, HOUR), (5, DAY))
LINKS_ASKED_BY_ADDRESS = ((20, HOUR),)
LINKS_GUESSED = ((20, HOUR),)


def note(*keys: str) -> None:
    """Remember that it was tried, under each of these keys."""
    db.session.add_all(Attempt(key=key, at=clock.now()) for key in keys)


def forget(key: str) -> None:
    """It went well: the earlier tries do not count any more."""
    db.session.execute(db.delete(Attempt).where(Attempt.key == key))


def wait(key: str, *limits: tuple[int, timedelta]) -> timedelta | None:
    """How long until another try is allowed; none when it is now. Each limit: how many, within what."""
    in_turn(key)
    times = _latest(key, max(n for n, _ in limits), max(within for _, within in limits))
    waits = [_left(times, *limit) for limit in limits]
    return max((left for left in waits if left), default=None)


def sign_in_wait(email: str, is_known: bool) -> timedelta | None:
    """How long this account must wait from this network: after five failures a growing delay, twenty a day.

    The address has its own limit; a flood from everywhere stops browsers that were never signed in here.
    """
    rules = settings.security()
    window = timedelta(minutes=rules.failure_window_minutes)
    times = _latest(account(email), rules.failures_a_day, DAY)
    waits = [
        _grown(times, rules.failures_allowed, window),
        _left(times, rules.failures_a_day, DAY),
        wait(address(), (rules.address_failures_allowed, window)),
        None if is_known else wait(EVERYWHERE, (EVERYWHERE_ALLOWED, EVERYWHERE_WITHIN)),
    ]
    return max((left for left in waits if left), default=None)


def sign_in_failed(email: str) -> None:
    """One failure more: of the account from this network, of the address, of all."""
    note(account(email), address(), EVERYWHERE)


def too_often(left: timedelta) -> Response:
    """429, with the time to wait in the header and in plain words."""
    response = page("access/too_often.html", 429, wait=left)
    response.headers["Retry-After"] = str(int(left.total_seconds()) + 1)
    return response


def account(email: str) -> str:
    """An account as tried from this network; what was typed as its name is not kept."""
    return f"sign-in:{_short(email.lower())}:{network()}"


def address() -> str:
    return f"address:{request.remote_addr}"


def code(person: Person) -> str:
    return f"code:{person.id}"


def link_asked(email: str) -> str:
    return f"link:{_short(email.lower())}"


def link_asked_by_address() -> str:
    return f"link-address:{request.remote_addr}"


def link_guessed() -> str:
    return f"link-guess:{request.remote_addr}"


def network() -> str:
    """Where a request comes from, as wide as one household or office: /24, /64."""
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "nowhere"
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))


def _short(text_: str) -> str:
    return hashlib.sha256(text_.encode()).hexdigest()[:32]


def _latest(key: str, count: int, within: timedelta) -> list:
    rows = db.select(Attempt.at).where(Attempt.key == key, Attempt.at > clock.now() - within)
    return list(db.session.scalars(rows.order_by(Attempt.at.desc()).limit(count)))


def _left(times: list, allowed: int, within: timedelta) -> timedelta | None:
    """Until fewer than `allowed` lie within."""
    if len(times) < allowed:
        return None
    left = times[allowed - 1] + within - clock.now()
    return left if left > timedelta(0) else None


def _grown(times: list, free: int, window: timedelta) -> timedelta | None:
    """After `free` failures each further one doubles the wait, from a minute up to the window."""
    if len(times) < free or times[free - 1] < clock.now() - window:
        return None
    delay = min(window, MINUTE * 2 ** min(len(times) - free, 10))
    left = times[0] + delay - clock.now()
    return left if left > timedelta(0) else None
