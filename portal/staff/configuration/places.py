"""The places of a settings document as people call them: «limits.reopen_days» is the days a ticket may be reopened."""

import re

from flask_babel import gettext

from portal.domain.policy import Policy
from portal.i18n import N_
from portal.web.filters import words_in

FIGURES = {
    "limits.reopen_days": N_("Days in which a closed ticket may be reopened"),
    "limits.call_attempts": N_("Call-backs on different days before “could not be reached” closes"),
    "limits.undo_seconds": N_("Seconds in which a reply can be taken back"),
    "limits.low_score": N_("Stars up to which the supervisors are told"),
    "warnings.before_hours": N_("Hours before a deadline at which the owner is warned"),
    "warnings.escalate_after_hours": N_("Hours after a missed deadline at which the supervisors are told"),
    "calendar.hours": N_("Opening hours"),
    "calendar.cut_off": N_("Daily cut-off"),
    "calendar.zone": N_("Time zone of the opening hours"),
    "name": N_("Policy pack"),
}
COMPANY = {
    "name": N_("Name of the company"), "short_name": N_("Short name"), "accent": N_("Colour"), "logo": N_("Logo"),
    "hotline": N_("Service line"), "hotline_hours": N_("Hours of the service line"),
    "mail_from": N_("Letters come from"), "language": N_("Language for whoever has not chosen one"),
    "zone": N_("Time zone of dates and times"),
}  # fmt: skip
PARTS = {
    "amount": N_("amount"), "unit": N_("unit"), "closure": N_("to be closed within"), "promise": N_("promise"),
    "words": N_("name"), "confirmed": N_("confirmed"), "source": N_("announced by"), "work": N_("working day"),
    "zh": N_("Chinese name"), "en": N_("English name"), "days": N_("days"),
}  # fmt: skip
ITEM = re.compile(r"(\w+)\[([^\]]+)\]\.?(.*)")


def called(place: str, policy: Policy) -> str:
    """What people call this place; the place itself where nobody ever calls it anything."""
    if place in FIGURES:
        return gettext(FIGURES[place])
    if match := ITEM.fullmatch(place):
        listed, code, rest = match.groups()
        return " ".join(filter(None, (_item(listed, code, policy), _rest(rest, policy))))
    return place


def _item(listed: str, code: str, policy: Policy) -> str:
    if listed in ("years", "days"):
        return code
    try:
        return words_in(policy.called(listed, code))
    except KeyError:
        return f"{listed} {code}"


def _rest(rest: str, policy: Policy) -> str:
    if ITEM.fullmatch(rest):
        return called(rest, policy)
    return " ".join(gettext(PARTS[part]) if part in PARTS else part for part in rest.split(".") if part)
