"""What every report's facts share: words in two languages, the way to JSON and back for kept snapshots."""

from __future__ import annotations

import types
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

from portal.i18n import Words

Fact = str | int | float | Words | date | datetime | time | timedelta
_TAGS = {"moment": datetime, "day": date, "time": time, "span": timedelta, "words": Words}


@dataclass(frozen=True)
class Filled:
    """A marked text (N_) with `{braces}`, filled with text, number, Words, day, moment, span."""

    text: str
    facts: dict[str, Fact] = field(default_factory=dict)


Said = str | Words | Filled
"""A marked word (N_), the company's own Words, or a Filled text. Never what a person typed: that is
a plain `str` field and is printed as it is."""


Shown = str | Words | Filled
"""What was answered: a person's words as they are, or one of the company's choices, a day, a moment."""


class Facts:
    """A frozen dataclass that can be kept as JSON: moments with their zone, durations in seconds."""

    def to_json(self) -> dict:
        return _out(self)

    @classmethod
    def from_json(cls, kept: dict) -> Self:
        """What was kept, typed again. A field added since takes its default, one dropped is passed over."""
        return _in(cls, kept)


def _out(value: Any) -> Any:
    if isinstance(value, Filled):
        return {"text": value.text, "facts": {name: _tagged(fact) for name, fact in value.facts.items()}}
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _out(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple | list):
        return [_out(each) for each in value]
    if isinstance(value, dict):
        return {key: _out(each) for key, each in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a report's facts cannot hold {type(value).__name__}")


def _tagged(fact: Fact) -> Any:
    """A fact in a text keeps its kind: {"day": "2026-03-15"}."""
    for tag, kind in _TAGS.items():
        if isinstance(fact, kind):
            return {tag: _out(fact)}
    return _out(fact)


def _untagged(kept: Any) -> Fact:
    if not isinstance(kept, dict):
        return kept
    tag, value = next(iter(kept.items()))
    return _in(_TAGS[tag], value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _in(kind: Any, kept: Any) -> Any:
    if kept is None:
        return None
    if get_origin(kind) in (Union, types.UnionType):
        return _in_one_of(get_args(kind), kept)
    if get_origin(kind) is tuple:
        return tuple(_in(get_args(kind)[0], each) for each in kept)
    if get_origin(kind) is dict:
        return {key: _in(get_args(kind)[1], each) for key, each in kept.items()}
    if kind is Filled:
        return Filled(kept["text"], {name: _untagged(fact) for name, fact in kept.get("facts", {}).items()})
    if is_dataclass(kind):
        known = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: _in(known[name], value) for name, value in kept.items() if name in known})  # type: ignore[operator]
    if kind is timedelta:
        return timedelta(seconds=kept)
    if kind in (datetime, date, time):
        return kind.fromisoformat(kept)
    if kind is float:
        return float(kept)
    return kept


def _in_one_of(kinds: tuple, kept: Any) -> Any:
    """Of several kinds the one that fits: for an object the dataclass with its fields, else the plain one."""
    wanted = [kind for kind in kinds if kind is not types.NoneType]
    if isinstance(kept, dict):
        return _in(next(kind for kind in wanted if is_dataclass(kind) and set(kept) <= set(_hints(kind))), kept)
    return _in(next(kind for kind in wanted if not is_dataclass(kind)), kept)
