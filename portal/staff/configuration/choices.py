"""What may be chosen in a field of the policy, by the field's name: items of another list, events, zones, icons."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import gettext

from portal.domain.policy import EVENTS, Policy
from portal.staff.configuration.company import ZONES
from portal.staff.configuration.sections import EVENT_FIELDS, EVENTS_SAID, REFERS_TO
from portal.web.filters import words_in

SPRITE = Path(__file__).resolve().parents[2] / "static" / "icons.svg"


@cache
def _icons() -> tuple[str, ...]:
    return tuple(sorted(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text("utf-8"))))


ICONS = _icons()


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
    if listed is None:
        return None
    if policy is None:
        return {}
    kept = {chosen} if isinstance(chosen, str) else set(chosen or ())
    gone = [item for item in policy.retired.get(listed, ()) if item.code in kept]
    return {item.code: words_in(item.words) for item in (*_offered(name, listed, policy), *gone)}


def _offered(name: str, listed: str, policy: Policy) -> tuple:
    if name in ("parent", "groups"):
        return tuple(klass for klass in policy.classes if klass.is_group)
    return getattr(policy, listed)
