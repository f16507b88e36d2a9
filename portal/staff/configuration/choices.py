"""What may be chosen in a field of the policy, by the field's name: items of another list, events, zones, icons."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from portal.domain.policy import EVENTS, AskType, Policy
from portal.domain.settings import ZONES
from portal.i18n import N_
from portal.staff.configuration.sections import EVENT_FIELDS, EVENTS_SAID, QUESTIONS, REFERS_TO
from portal.web.filters import words_in
from portal.web.words import gettext

SPRITE = Path(__file__).resolve().parents[2] / "static" / "icons.svg"


@cache
def _icons() -> tuple[str, ...]:
    return tuple(sorted(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text("utf-8"))))


ICONS = _icons()
SIGNS = {
    "alert-circle": N_("Exclamation mark"), "alert-triangle": N_("Warning triangle"), "award": N_("Medal"), "bell": N_("Bell"),
    "book": N_("Book"), "building": N_("Building"), "bulb": N_("Light bulb"), "calendar": N_("Calendar"), "camera": N_("Camera"),
    "chart-bar": N_("Chart"), "checklist": N_("Checklist"), "clipboard-list": N_("Clipboard"), "clock": N_("Clock"),
    "file-text": N_("Sheet of paper"), "flag": N_("Flag"), "headset": N_("Headset"), "heart": N_("Heart"), "help-circle": N_("Question mark"),
    "info-circle": N_("Letter i"), "key": N_("Key"), "link": N_("Chain link"), "mail": N_("Envelope"), "map-pin": N_("Pin on a map"),
    "message": N_("Speech bubble"), "messages": N_("Two speech bubbles"), "news": N_("Newspaper"), "phone": N_("Telephone"),
    "photo": N_("Picture"), "settings": N_("Cog wheel"), "shield": N_("Shield"), "speakerphone": N_("Megaphone"), "star": N_("Star"),
    "tag": N_("Tag"), "thumb-up": N_("Thumb up"), "ticket": N_("Ticket slip"), "tool": N_("Spanner"), "users": N_("People"), "world": N_("Globe"),
}  # fmt: skip
"""The signs one may choose from, in words."""


def signs(chosen: str | None) -> dict[str, str]:
    """Sign → its words; one that is chosen already stays choosable."""
    other = {chosen: gettext("The present one")} if chosen and chosen not in SIGNS else {}
    return other | {name: gettext(words) for name, words in SIGNS.items()}


def choices_of(name: str, policy: Policy | None, chosen: Any) -> dict[str, str] | None:
    """Code → words of what may be chosen under this name; none where it is typed freely.

    What is chosen already stays choosable, even if it is no longer offered.
    """
    if name in EVENT_FIELDS:
        return {one: gettext(EVENTS_SAID.get(one, one)) for one in EVENTS}
    if name == "zone":
        known = dict.fromkeys((chosen, *ZONES)) if chosen else dict.fromkeys(ZONES)
        return {zone: zone for zone in known}
    listed = REFERS_TO.get(name)
    if listed is None and name not in QUESTIONS:
        return None
    if policy is None:
        return {}
    kept = {chosen} if isinstance(chosen, str) else set(chosen or ())
    if listed is None:
        return _questions(policy, QUESTIONS[name], kept)
    gone = [item for item in policy.retired.get(listed, ()) if item.code in kept]
    return {item.code: words_in(item.words) for item in (*_offered(name, listed, policy), *gone)}


def _questions(policy: Policy, answered: AskType, kept: set[str]) -> dict[str, str]:
    """The questions of our forms that take this sort of answer, and those chosen already."""
    gone = {name: name for name in kept if name not in policy.questions}
    asked = policy.questions.items()
    return {name: words_in(ask.words) for name, ask in asked if ask.type is answered or name in kept} | gone


def _offered(name: str, listed: str, policy: Policy) -> tuple:
    if name in ("parent", "groups"):
        return tuple(klass for klass in policy.classes if klass.is_group)
    return getattr(policy, listed)
