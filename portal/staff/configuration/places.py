"""The places of a settings document as people call them: «limits.reopen_days» is the days a ticket may be reopened."""

import re
from collections.abc import Iterator

from portal.domain.policy import Policy, Promise, Unit
from portal.domain.policy_reading import Mistake
from portal.i18n import LANGUAGES, N_
from portal.staff.configuration.sections import LABELS
from portal.staff.configuration.wording import title
from portal.web.filters import kept, promise, told, words_in
from portal.web.words import gettext

COMPANY = {
    "name": N_("Name of the company"), "short_name": N_("Short name"), "accent": N_("Colour"), "logo": N_("Logo"),
    "hotline": N_("Service line"), "hotline_hours": N_("Hours of the service line"),
    "mail_from": N_("Letters come from"), "language": N_("Language for whoever has not chosen one"),
    "zone": N_("Time zone of dates and times"),
}  # fmt: skip
STEP = re.compile(r"(\w+)|\[([^\]]*)\]")
LENGTH = re.compile(rf"([0-9.]+) ({'|'.join(Unit)})")
"""A promised time as it was kept: 5 working_days."""
DAYS = ("years", "days")
"""Lists of the calendar: a year or a day says itself what it is."""


def called(place: str, policy: Policy) -> str:
    """What people call this place: «Limits › Days in which a closed ticket may be reopened»."""
    return " › ".join(_steps(place, policy)) or place


def value_said(said: object) -> str:
    """What a place said, kept as a text, in words: yes and no, units, languages, days; any other text as it is."""
    text = str(said or "")
    if text in ("True", "False"):
        return gettext("Yes") if text == "True" else gettext("No")
    if text in LANGUAGES:
        return LANGUAGES[text]
    if length := LENGTH.fullmatch(text):
        return promise(Promise(float(length[1]), Unit(length[2])))
    return kept(text) or "—"


def _steps(place: str, policy: Policy) -> Iterator[str]:
    listed = ""
    for number, (name, key) in enumerate(STEP.findall(place)):
        if key:
            yield _item(listed, key, policy)
            continue
        if name not in DAYS and name != "retired":
            yield title(name) if number == 0 else gettext(LABELS.get(name, name))
        listed = name


def _item(listed: str, key: str, policy: Policy) -> str:
    try:
        return words_in(policy.called(listed, key))
    except KeyError:
        return kept(key)


def wrong_said(mistake: Mistake, policy: Policy) -> str:
    """What is wrong, in the reader's words; codes by what they are called."""
    facts = dict(mistake.facts)
    if "into" in facts:
        facts |= {"code": _item(facts["into"], facts["code"], policy), "into": title(facts["into"])}
    if "kind" in facts:
        facts["kind"] = _item("kinds", facts["kind"], policy)
    return told(mistake.text, facts)
