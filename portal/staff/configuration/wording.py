"""Values and differences of the policy in words: what is it called, what was it, what does it become."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import time
from enum import StrEnum
from typing import Any

from portal.domain.differences import OFFERED, ORDER, RETIRED, Difference, between_policies
from portal.domain.policy import Policy, Promise, Target, Words
from portal.domain.quality.measures import MEASURES
from portal.staff.configuration.sections import (
    EVENT_FIELDS,
    EVENTS_SAID,
    LABELS,
    PLAIN_SAID,
    QUESTIONS,
    REFERS_TO,
    SECTIONS,
)
from portal.web.filters import number, words_in
from portal.web.filters import promise as in_words
from portal.web.words import gettext

NOTHING = "—"


@dataclass(frozen=True)
class Told:
    """A difference in words: what, was, becomes."""

    what: str
    was: str
    became: str


def told_differences(old: Policy, new: Policy) -> list[Told]:
    """What two policies say differently, in the reader's words."""
    return [_told(one, old, new) for one in between_policies(old, new)]


def _told(one: Difference, old: Policy, new: Policy) -> Told:
    name = next((step for step in reversed(one.place) if isinstance(step, str)), "")
    if one.place[-1] == ORDER:
        return Told(place(one.place, new), _names(one.was, old), _names(one.became, new))
    return Told(place(one.place, new), value(one.was, name, old), value(one.became, name, new))


def place(steps: tuple[Any, ...], policy: Policy) -> str:
    """«Classes › Private line down › Closed within»."""
    return " › ".join(_step(step, number, policy) for number, step in enumerate(steps))


def _step(step: Any, number: int, policy: Policy) -> str:
    if isinstance(step, str):
        return title(step) if number == 0 else label(step)
    return named(step, policy)


def title(section: str) -> str:
    """What a section is called; its own name where it has no row in the table yet."""
    return gettext(SECTIONS[section].title) if section in SECTIONS else section.replace("_", " ")


def label(name: str) -> str:
    """What a field is called; its own name where nobody gave it another yet."""
    return gettext(LABELS.get(name, name.replace("_", " ")))


def called(item: Any) -> str:
    """What an item of a list is called."""
    words = getattr(item, "words", None)
    if isinstance(words, Words):
        return words_in(words)
    if isinstance(item, Target) and item.code in MEASURES:
        return gettext(MEASURES[item.code].words)
    return str(getattr(item, "extension", None) or getattr(item, "code", None) or item)


def named(item: Any, policy: Policy) -> str:
    """What an item is called; where it has no name, what its first field says."""
    if not is_row(item):
        return called(item)
    first = fields(item)[0].name
    return gettext("%(name)s: %(state)s", name=label(first), state=value(getattr(item, first), first, policy))


def is_row(item: Any) -> bool:
    """Is it the row of a small table: a few plain fields without a name or code?"""
    return is_dataclass(item) and not any(
        hasattr(item, name) for name in ("words", "code", "extension", "zh", "amount")
    )


def _names(items: tuple, policy: Policy) -> str:
    return " → ".join(named(item, policy) for item in items)


def value(given: Any, name: str, policy: Policy) -> str:
    """A value in words; codes by what they are called."""
    if given is None or given == () or given == "" or given == Words(""):
        return NOTHING
    if given in (OFFERED, RETIRED):
        return gettext(given)
    if isinstance(given, bool):
        return gettext("Yes") if given else gettext("No")
    if isinstance(given, Words):
        return f"{given.zh} / {given.en}" if given.en else given.zh
    if isinstance(given, Promise):
        return in_words(given)
    if isinstance(given, StrEnum):
        return gettext(PLAIN_SAID.get(str(given), str(given)))
    if isinstance(given, tuple):
        return _several(given, name, policy)
    if isinstance(given, Mapping):
        return NOTHING
    if is_dataclass(given):
        return _whole(given, policy)
    return _plain(given, name, policy)


def _plain(given: Any, name: str, policy: Policy) -> str:
    if isinstance(given, time):
        return given.isoformat("minutes")
    if isinstance(given, int | float):
        return number(given) if given == int(given) else number(given, 1)
    if name in EVENT_FIELDS:
        return gettext(EVENTS_SAID.get(given, given))
    if name in QUESTIONS:
        return words_in(policy.questions[given].words) if given in policy.questions else str(given)
    return words_in(policy.called(REFERS_TO[name], given)) if name in REFERS_TO else str(given)


def _several(given: tuple, name: str, policy: Policy) -> str:
    if all(isinstance(one, time) for one in given):
        return "–".join(one.isoformat("minutes") for one in given)
    mark = gettext("; ") if any(is_dataclass(one) for one in given) else gettext(", ")
    return mark.join(value(one, name, policy) for one in given)


def _whole(given: Any, policy: Policy) -> str:
    """A whole item: each of its fields that says something beyond the usual."""
    said = [one for one in fields(given) if getattr(given, one.name) != one.default and one.name != "words"]
    usual = (None, (), Words(""), False)
    parts = [
        gettext("%(name)s: %(state)s", name=label(one.name), state=value(getattr(given, one.name), one.name, policy))
        for one in said
        if getattr(given, one.name) not in usual or one.default is MISSING
    ]
    words = getattr(given, "words", None)
    return gettext("; ").join([value(words, "words", policy), *parts] if words else parts)
