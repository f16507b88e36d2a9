"""What must hold between the parts of a policy, beyond the type of each; the first mistake is named."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from string import Formatter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfoNotFoundError

from portal.domain.policy_parts import EVENTS, TEMPLATE_PLACES, Ask, AskType, ReplyField
from portal.domain.policy_reading import Mistake

if TYPE_CHECKING:
    from portal.domain.policy import Policy

CODE = re.compile(r"[a-z][a-z0-9_]*\Z")
PREFIX = re.compile(r"[A-Z]{1,4}\Z")
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)  # any: only to see that the calendar works

Found = Iterator[tuple[str, str]]  # places and what is wrong there


def check(policy: "Policy") -> None:
    """Raises Mistake (a ValueError) for the first thing that does not fit."""
    for rule in RULES:
        for place, wrong in rule(policy):
            raise Mistake(place, wrong)


def _codes(policy: "Policy") -> Found:
    for listed, items in vars(policy).items():
        if isinstance(items, tuple) and listed != "file_types":
            yield from _well_coded(listed, [item.code for item in items])
            if not items:
                yield listed, "at least one is wanted"
    yield from _twice("kinds", "prefix", [kind.prefix for kind in policy.kinds])
    yield from _twice("file_types", "extension", [one.extension for one in policy.file_types])
    for kind in policy.kinds:
        if not PREFIX.match(kind.prefix):
            yield f"kinds[{kind.code}].prefix", "one to four capital letters are wanted"


def _references(policy: "Policy") -> Found:
    for listed, field, into in REFERENCES:
        known = {item.code for item in getattr(policy, into)}
        for item in getattr(policy, listed):
            value = getattr(item, field)
            for code in [value] if isinstance(value, str) else value or ():
                if code not in known:
                    yield f"{listed}[{item.code}].{field}", f"{code!r} is not among {into}"


def _questions(policy: "Policy") -> Found:
    for listed in ("kinds", "services", "classes", "channels"):
        for item in getattr(policy, listed):
            place = f"{listed}[{item.code}].asks"
            yield from _well_coded(place, [ask.name for ask in item.asks])
            for ask in item.asks:
                yield from _choices(f"{place}[{ask.name}]", ask)
    for field in policy.reply_fields:
        yield from _choices(f"reply_fields[{field.code}]", field)


def _choices(place: str, ask: Ask | ReplyField) -> Found:
    if (ask.type is AskType.CHOICE) != bool(ask.choices):
        yield f"{place}.choices", "a choice needs them, and nothing else does"
    yield from _well_coded(f"{place}.choices", [one.code for one in ask.choices])


def _class_tree(policy: "Policy") -> Found:
    groups = {klass.code for klass in policy.classes if klass.is_group}
    for klass in policy.classes:
        if not klass.is_group and klass.parent not in groups:
            yield f"classes[{klass.code}].parent", f"{klass.parent!r} is not a group"
        if klass.is_group and not policy.classes_in(klass.code):
            yield f"classes[{klass.code}]", "a group without classes cannot be chosen"
    for kind in policy.kinds:
        if kind.takes_class and not policy.groups(kind.code):
            yield f"kinds[{kind.code}].takes_class", "no class is for this kind"


def _clocks(policy: "Policy") -> Found:
    for rule in policy.clocks:
        place = f"clocks[{rule.code}]"
        for field, events in (("starts", [rule.starts]), ("met", [rule.met]), ("stops_too", rule.stops_too)):
            yield from ((f"{place}.{field}", f"{one!r} is no event") for one in events if one not in EVENTS)
        for number, one in enumerate(rule.shorter):
            for field, into in (("tier", "tiers"), ("card", "cards"), ("severity", "severities")):
                code, known = getattr(one, field), {item.code for item in getattr(policy, into)}
                if code is not None and code not in known:
                    yield f"{place}.shorter[{number}].{field}", f"{code!r} is not among {into}"
            if one.tier is one.card is one.severity is None:
                yield f"{place}.shorter[{number}]", "for which tier, card or severity?"
    for kind in policy.kinds:
        if not any(rule.starts == "opened" and rule.classes is None for rule in policy.clocks_for(kind.code)):
            yield "clocks", f"nothing is promised when a {kind.code} is opened"


def _templates(policy: "Policy") -> Found:
    for one in policy.reply_templates:
        for locale in ("zh", "en"):
            place = f"reply_templates[{one.code}].body.{locale}"
            try:
                used = {name for _, name, _, _ in Formatter().parse(one.body.in_(locale)) if name is not None}
            except ValueError as wrong:
                yield place, str(wrong)
                continue
            yield from ((place, f"{{{name}}} is not known") for name in sorted(used - TEMPLATE_PLACES))


def _figures(policy: "Policy") -> Found:
    try:
        policy.calendar_of((), ()).cut_offs(MOMENT, MOMENT)
    except ZoneInfoNotFoundError:
        yield "calendar.zone", f"there is no zone {policy.calendar.zone!r}"
    except ValueError as wrong:
        yield "calendar", str(wrong)
    for name, figure in [*vars(policy.limits).items(), *vars(policy.warnings).items()]:
        if figure <= 0:
            yield (
                f"{'limits' if name in vars(policy.limits) else 'warnings'}.{name}",
                "more than nothing is wanted",
            )
    for tier in policy.tiers:
        if tier.share_below is not None and tier.share_below <= tier.share_from:
            yield f"tiers[{tier.code}].share_below", "must be more than share_from"


def _well_coded(place: str, codes: Iterable[str]) -> Found:
    codes = list(codes)
    yield from _twice(place, "code", codes)
    for code in codes:
        if not CODE.match(code):
            yield f"{place}[{code}]", "a code is made of small letters, digits and _"


def _twice(place: str, field: str, values: list[Any]) -> Found:
    for value in values:
        if values.count(value) > 1:
            yield f"{place}[{value}]", f"this {field} is there twice"


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
)
RULES = (_codes, _references, _questions, _class_tree, _clocks, _templates, _figures)
