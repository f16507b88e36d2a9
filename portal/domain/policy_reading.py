"""Plain documents (JSON, TOML) into frozen dataclasses and back, naming the place of every mistake."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import time
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from portal.i18n import N_

PLAIN = {
    str: N_("a text is wanted"),
    bool: N_("true or false is wanted"),
    int: N_("a whole number is wanted"),
    float: N_("a number is wanted"),
}


class Mistake(ValueError):
    """Something in a document cannot be: where (`classes[roads].closure`), and a marked text with its facts."""

    def __init__(self, place: str, text: str, **facts: object):
        super().__init__(f"{place or 'document'}: {text.format(**facts) if facts else text}")
        self.place, self.text, self.facts = place, text, facts


def read(wanted: Any, value: Any, place: str = "") -> Any:
    """`value` as a `wanted` (a dataclass, tuple[…, ...], X | None, StrEnum, time, plain). Raises Mistake."""
    return _reader(wanted)(wanted, value, place)


def write(thing: Any) -> Any:
    """The plain document of a dataclass, fit for JSON; `read` makes an equal one of it."""
    if is_dataclass(thing):
        return {field.name: write(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, Mapping):
        return {name: write(item) for name, item in thing.items()}
    if isinstance(thing, tuple):
        return [write(item) for item in thing]
    if isinstance(thing, time):
        return thing.isoformat("minutes")
    return str(thing) if isinstance(thing, StrEnum) else thing


def places(items: list, place: str) -> list[str]:
    """The name of each item's place: its code or name where it has one, else its number."""

    def label(number: int, item: Any) -> str:
        named = item.get("code") or item.get("name") if isinstance(item, dict) else None
        return named if isinstance(named, str) else str(number)

    return [f"{place}[{label(number, item)}]" for number, item in enumerate(items)]


@cache
def _reader(wanted: Any) -> Callable[[Any, Any, str], Any]:
    """What reads a value of this kind: a policy has thousands of values and a few dozen kinds."""
    if get_origin(wanted) in (Union, UnionType):
        return _read_either
    if get_origin(wanted) is tuple:
        return _read_list
    if is_dataclass(wanted):
        return _read_fields
    return _read_plain if wanted in PLAIN else _read_named


@cache
def _parts(wanted: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The fields of a dataclass with their kinds, and which of them have to be given."""
    hints, known = get_type_hints(wanted), fields(wanted)
    needed = (one.name for one in known if one.default is MISSING and one.default_factory is MISSING)
    return {one.name: hints[one.name] for one in known}, frozenset(needed)


def _read_either(wanted: Any, value: Any, place: str) -> Any:
    kinds = [kind for kind in get_args(wanted) if kind is not type(None)]
    if value is None and len(kinds) < len(get_args(wanted)):
        return None
    if len(kinds) > 1:  # int | float is the only choice there is
        return value if type(value) is int else read(float, value, place)
    return read(kinds[0], value, place)


def _read_list(wanted: Any, value: Any, place: str) -> tuple:
    if not isinstance(value, list | tuple):
        raise Mistake(place, N_("a list is wanted"))
    kinds = get_args(wanted)
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise Mistake(place, N_("{number} values are wanted"), number=len(kinds))
    named = places(list(value), place)
    return tuple(read(kind, item, at) for kind, item, at in zip(kinds, value, named, strict=True))


def _read_fields(wanted: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise Mistake(place, N_("a table of values is wanted"))
    known, needed = _parts(wanted)
    for name in value:
        if name not in known:
            raise Mistake(_inside(place, name), N_("nobody knows this"))
    given = {name: read(kind, value[name], _inside(place, name)) for name, kind in known.items() if name in value}
    for name in known:
        if name in needed and name not in given:
            raise Mistake(_inside(place, name), N_("is missing"))
    try:
        return wanted(**given)
    except Mistake:
        raise
    except ValueError as wrong:
        raise Mistake(place, str(wrong)) from wrong


def _read_plain(wanted: type, value: Any, place: str) -> Any:
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise Mistake(place, PLAIN[wanted])
    return value


def _read_named(wanted: Any, value: Any, place: str) -> Any:
    try:
        return time.fromisoformat(value) if wanted is time else wanted(value)
    except (TypeError, ValueError) as wrong:
        if wanted is time:
            raise Mistake(place, N_("'{value}' is not a time like 16:30"), value=value) from wrong
        words: Any = wanted
        allowed = ", ".join(str(one) for one in words)
        raise Mistake(place, N_("'{value}' is not one of {allowed}"), value=value, allowed=allowed) from wrong


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
