"""Browsers: what they are called in words, and which of them a person has signed in with before."""

import re

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.domain.people.models import Person
from portal.i18n import N_

YEAR = 365 * 24 * 3600
PEOPLE_A_BROWSER = 8

BROWSERS = (
    ("MicroMessenger", N_("WeChat")), ("DingTalk", N_("DingTalk")), ("Lark|Feishu", N_("Feishu")),
    ("Edg", "Edge"), ("OPR|Opera", "Opera"), ("QQBrowser", N_("QQ Browser")), ("QIHU|360SE|360EE", N_("360 Browser")),
    ("HuaweiBrowser", N_("Huawei Browser")), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS|OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def called(device: str) -> tuple[str, str]:
    """Browser and system of a user agent, as words to be translated: ("Chrome", "Windows")."""
    return _first(device, BROWSERS, N_("Another browser")), _first(device, SYSTEMS, N_("an unknown system"))


def _first(device: str, table: tuple, otherwise: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, device)), otherwise)


def knows(person: Person) -> bool:
    """Has this person signed in with this browser within a year? It says so itself, under our signature."""
    return person.id in _people()


def is_known() -> bool:
    """Has anybody?"""
    return bool(_people())


def remember(response, person: Person) -> None:
    """Let the browser say next time that it was here."""
    people = [person.id, *(n for n in _people() if n != person.id)][:PEOPLE_A_BROWSER]
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(_name(), _signer().dumps(people), max_age=YEAR, secure=secure, httponly=True, samesite="Lax")


def _people() -> list[int]:
    try:
        found = _signer().loads(request.cookies.get(_name(), ""), max_age=YEAR)
    except BadData:
        return []
    return [n for n in found if isinstance(n, int)] if isinstance(found, list) else []


def _name() -> str:
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="known browser")
