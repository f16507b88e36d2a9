"""What must hold between the parts of a policy, beyond the type of each; the first mistake is named."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, is_dataclass
from datetime import UTC, datetime
from itertools import pairwise
from string import Formatter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfoNotFoundError

from portal.domain.policy_calls import FORCED, SCRIPT_PLACES
from portal.domain.policy_parts import EVENTS, TEMPLATE_PLACES, Ask, AskType, ReplyField
from portal.domain.policy_reading import Mistake
from portal.i18n import N_

if TYPE_CHECKING:
    from portal.domain.policy import Policy

CODE = re.compile(r"[a-z][a-z0-9_]*\Z")
PREFIX = re.compile(r"[A-Z]{1,4}\Z")
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)  # any: only to see that the calendar works

# The outcomes that the customer's own word and the tries in vain are kept as (R16).
NEEDED_OUTCOMES = ("solved_satisfied", "solved_unsatisfied", "not_solved", "unreachable")

Found = Iterator[Mistake]


def check(policy: "Policy") -> None:
    """Raises Mistake (a ValueError) for the first thing that does not fit."""
    for wrong in mistakes(policy):
        raise wrong


def mistakes(policy: "Policy") -> Found:
    """Everything that does not fit, each with its place."""
    for rule in RULES:
        yield from rule(policy)


def _codes(policy: "Policy") -> Found:
    for listed, field in policy.__dataclass_fields__.items():
        items = getattr(policy, listed)
        if not isinstance(items, tuple):
            if is_dataclass(items):
                yield from _codes_inside(listed, items)
            continue
        if not items and field.default is MISSING:
            yield Mistake(listed, N_("at least one is wanted"))
        yield from _well_coded(listed, [item.code for item in policy.known(listed) if hasattr(item, "code")])
    yield from _twice("kinds", "prefix", [kind.prefix for kind in (*policy.kinds, *policy.retired.get("kinds", ()))])
    yield from _twice("file_types", "extension", [one.extension for one in policy.file_types])
    for kind in policy.kinds:
        if not PREFIX.match(kind.prefix):
            yield Mistake(f"kinds[{kind.code}].prefix", N_("one to four capital letters are wanted"))


def _codes_inside(place: str, part: Any) -> Found:
    """The lists within a part that is no list itself: the checklist of major complaints, the degrees of liability."""
    for name, items in vars(part).items():
        if isinstance(items, tuple) and hasattr(next(iter(items), None), "code"):
            yield from _well_coded(f"{place}.{name}", [item.code for item in items])


def _references(policy: "Policy") -> Found:
    for listed, field, into in REFERENCES:
        gone = policy.retired.get(into, ()) if into in MAY_BE_RETIRED else ()
        known = {item.code for item in (*getattr(policy, into), *gone)}
        for item in getattr(policy, listed):
            value = getattr(item, field)
            for code in [value] if isinstance(value, str) else value or ():
                if code not in known:
                    yield Mistake(f"{listed}[{item.code}].{field}", NOT_AMONG, code=code, into=into)


def _questions(policy: "Policy") -> Found:
    for listed in ("kinds", "services", "classes", "channels"):
        for item in getattr(policy, listed):
            place = f"{listed}[{item.code}].asks"
            yield from _well_coded(place, [ask.name for ask in item.asks])
            for ask in item.asks:
                yield from _choices(f"{place}[{ask.name}]", ask)
    for kind in policy.kinds:
        yield from _well_coded(f"kinds[{kind.code}].conditions", [one.code for one in kind.conditions])
    for field in policy.reply_fields:
        yield from _choices(f"reply_fields[{field.code}]", field)


def _choices(place: str, ask: Ask | ReplyField) -> Found:
    if (ask.type is AskType.CHOICE) != bool(ask.choices):
        yield Mistake(f"{place}.choices", N_("a choice needs them, and nothing else does"))
    yield from _well_coded(f"{place}.choices", [one.code for one in ask.choices])


def _class_tree(policy: "Policy") -> Found:
    groups = {klass.code for klass in policy.classes if klass.is_group}
    for klass in policy.classes:
        if not klass.is_group and klass.parent not in groups:
            yield Mistake(f"classes[{klass.code}].parent", N_("'{code}' is not a group"), code=klass.parent)
    for kind in policy.kinds:
        if kind.takes_class and not policy.groups(kind.code):
            yield Mistake(f"kinds[{kind.code}].takes_class", N_("no class is for this kind"))


def _clocks(policy: "Policy") -> Found:
    for rule in policy.clocks:
        place = f"clocks[{rule.code}]"
        for field, events in (
            ("starts", [rule.starts]),
            ("met", [rule.met]),
            ("stops_too", rule.stops_too),
            ("lapses", rule.lapses),
        ):
            yield from (
                Mistake(f"{place}.{field}", N_("'{event}' is no event"), event=one)
                for one in events
                if one not in EVENTS
            )
        for number, one in enumerate(rule.shorter):
            for field, into in (("tier", "tiers"), ("card", "cards"), ("severity", "severities")):
                code, known = getattr(one, field), {item.code for item in getattr(policy, into)}
                if code is not None and code not in known:
                    yield Mistake(f"{place}.shorter[{number}].{field}", NOT_AMONG, code=code, into=into)
            if one.tier is one.card is one.severity is None:
                yield Mistake(f"{place}.shorter[{number}]", N_("for which tier, card or severity?"))
    for kind in policy.kinds:
        if not any(rule.starts == "opened" and rule.classes is None for rule in policy.clocks_for(kind.code)):
            yield Mistake("clocks", N_("nothing is promised when a {kind} is opened"), kind=kind.code)


def _templates(policy: "Policy") -> Found:
    for listed, known in (("reply_templates", TEMPLATE_PLACES), ("call_script", SCRIPT_PLACES)):
        for one in getattr(policy, listed):
            for locale in ("zh", "en"):
                place = f"{listed}[{one.code}].body.{locale}"
                try:
                    used = {name for _, name, _, _ in Formatter().parse(one.body.in_(locale)) if name is not None}
                except ValueError as wrong:
                    yield Mistake(place, str(wrong))
                    continue
                yield from (Mistake(place, N_("{{{name}}} is not known"), name=name) for name in sorted(used - known))


def _calls(policy: "Policy") -> Found:
    edges = [edge for span in policy.calls.call_hours for edge in span]
    if not edges or any(earlier >= later for earlier, later in pairwise(edges)):
        yield Mistake("calls.call_hours", N_("hours must follow each other without overlap"))
    codes = {outcome.code: outcome for outcome in policy.outcomes}
    for one in policy.outcomes:
        if one.closes + one.back + one.again != 1:
            yield Mistake(f"outcomes[{one.code}]", N_("it closes, sends back or asks for another try: one of them"))
        if one.appointment and not one.again:
            yield Mistake(f"outcomes[{one.code}].appointment", N_("an appointment is another try"))
    if FORCED.code in codes:
        yield Mistake(f"outcomes[{FORCED.code}]", N_("this code is the portal's own"))
    for code in NEEDED_OUTCOMES:
        if code not in codes:
            yield Mistake("outcomes", N_("'{code}' is needed"), code=code)


def _figures(policy: "Policy") -> Found:
    try:
        policy.calendar_of((), ()).cut_offs(MOMENT, MOMENT)
    except ZoneInfoNotFoundError:
        yield Mistake("calendar.zone", N_("there is no zone '{zone}'"), zone=policy.calendar.zone)
    except ValueError as wrong:
        yield Mistake("calendar", str(wrong))
    for listed in ("limits", "warnings", "calls"):
        for name, figure in vars(getattr(policy, listed)).items():
            if isinstance(figure, int | float) and figure <= 0:
                yield Mistake(f"{listed}.{name}", N_("more than nothing is wanted"))
    for target in policy.targets:
        if target.value < 0:
            yield Mistake(f"targets[{target.code}].value", N_("less than nothing cannot be reached"))
    yield from _support(policy)
    yield from _forum(policy)
    yield from _twice("surveys.sides", "code", [one.code for one in policy.surveys.sides])
    for tier in policy.tiers:
        if tier.share_below is not None and tier.share_below <= tier.share_from:
            yield Mistake(f"tiers[{tier.code}].share_below", N_("must be more than the share it begins from"))


def _support(policy: "Policy") -> Found:
    rules, groups = policy.support, {one.code for one in policy.classes if one.is_group}
    for code in rules.groups:
        if code not in groups:
            yield Mistake("support.groups", N_("'{code}' is not a group of classes"), code=code)
    begins = [step.visits_from for step in rules.steps]
    if not begins or begins[0] != 0 or begins != sorted(set(begins)):
        yield Mistake("support.steps", N_("the steps begin at 0 visits and rise"))
    if any(step.per_hundred < 0 for step in rules.steps) or rules.month_yuan < 0 or rules.stars < 1:
        yield Mistake("support", N_("less than nothing is not possible"))
    if not 0 < rules.penalty_from_yuan <= rules.penalty_to_yuan:
        yield Mistake("support.penalty_to_yuan", N_("must be at least the lowest fine"))


def _forum(policy: "Policy") -> Found:
    rules, tiers = policy.forum, {tier.code for tier in policy.tiers}
    yield from _twice("forum.seats", "code", [one.tier for one in rules.seats])
    for one in rules.seats:
        if one.tier not in tiers:
            yield Mistake("forum.seats", NOT_AMONG, code=one.tier, into="tiers")
        if one.seats < 0:
            yield Mistake("forum.seats", N_("less than nothing is not possible"))
    for name in ("offer_hours", "remind_after_days", "remind_before_days", "purge_days"):
        if getattr(rules, name) <= 0:
            yield Mistake(f"forum.{name}", N_("more than nothing is wanted"))
    for name in ("change_days", "reminders", "companions"):
        if getattr(rules, name) < 0:
            yield Mistake(f"forum.{name}", N_("less than nothing is not possible"))


def _well_coded(place: str, codes: Iterable[str]) -> Found:
    codes = list(codes)
    yield from _twice(place, "code", codes)
    for code in codes:
        if not CODE.match(code):
            yield Mistake(f"{place}[{code}]", N_("a code is made of small letters, digits and _"))


def _twice(place: str, field: str, values: list[Any]) -> Found:
    for value in values:
        if values.count(value) > 1:
            yield Mistake(f"{place}[{value}]", TWICE[field])


NOT_AMONG = N_("'{code}' is not among {into}")
TWICE = {
    "code": N_("this code is there twice"),
    "prefix": N_("this prefix is there twice"),
    "extension": N_("this extension is there twice"),
}
MAY_BE_RETIRED = ("kinds", "classes")
"""Lists whose retired items may still be named: open tickets of them keep their promises and texts."""

#    list          field          must be among
REFERENCES = (
    ("kinds", "department", "departments"),
    ("services", "department", "departments"),
    ("classes", "department", "departments"),
    ("classes", "kinds", "kinds"),
    ("classes", "severity", "severities"),
    ("classes", "reply_shape", "reply_fields"),
    ("clocks", "kinds", "kinds"),
    ("clocks", "classes", "classes"),
    ("reply_templates", "kinds", "kinds"),
    ("ready_answers", "kinds", "kinds"),
    ("call_script", "kinds", "kinds"),
    ("call_script", "classes", "classes"),
)
RULES = (_codes, _references, _questions, _class_tree, _clocks, _templates, _calls, _figures)
