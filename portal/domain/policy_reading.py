"""Plain documents (JSON, TOML) into frozen dataclasses and back, naming the place of every mistake."""

from dataclasses import MISSING, fields, is_dataclass
from datetime import time
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

PLAIN = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


class Mistake(ValueError):
    """Something in a document cannot be; the text begins with its place."""

    def __init__(self, place: str, wrong: str):
        super().__init__(f"{place or 'document'}: {wrong}")


def read(wanted: Any, value: Any, place: str = "") -> Any:
    """`value` as a `wanted` (a dataclass, tuple[…, ...], X | None, StrEnum, time, plain). Raises Mistake."""
    if get_origin(wanted) in (Union, UnionType):
        return _read_either(wanted, value, place)
    if get_origin(wanted) is tuple:
        return _read_list(wanted, value, place)
    if is_dataclass(wanted):
        return _read_fields(wanted, value, place)
    if wanted in PLAIN:
        return _read_plain(wanted, value, place)
    return _read_named(wanted, value, place)


def write(thing: Any) -> Any:
    """The plain document of a dataclass, fit for JSON; `read` makes an equal one of it."""
    if is_dataclass(thing):
        return {field.name: write(getattr(thing, field.name)) for field in fields(thing)}
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


def _read_either(wanted: Any, value: Any, place: str) -> Any:
    kinds = [kind for kind in get_args(wanted) if kind is not type(None)]
    if value is None and len(kinds) < len(get_args(wanted)):
        return None
    if len(kinds) > 1:  # int | float is the only choice there is
        return value if type(value) is int else read(float, value, place)
    return read(kinds[0], value, place)


def _read_list(wanted: Any, value: Any, place: str) -> tuple:
    if not isinstance(value, list | tuple):
        raise Mistake(place, "a list is wanted")
    kinds = get_args(wanted)
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise Mistake(place, f"{len(kinds)} values are wanted")
    named = places(list(value), place)
    return tuple(read(kind, item, at) for kind, item, at in zip(kinds, value, named, strict=True))


def _read_fields(wanted: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise Mistake(place, "a table of values is wanted")
    hints, known = get_type_hints(wanted), {field.name: field for field in fields(wanted)}
    for name in value:
        if name not in known:
            raise Mistake(_inside(place, name), "nobody knows this")
    given = {name: read(hints[name], value[name], _inside(place, name)) for name in known if name in value}
    for name, field in known.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            raise Mistake(_inside(place, name), "is missing")
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
        raise Mistake(place, f"{PLAIN[wanted]} is wanted")
    return value


def _read_named(wanted: Any, value: Any, place: str) -> Any:
    allowed = "a time like 16:30" if wanted is time else f"one of {', '.join(map(str, wanted))}"
    try:
        return time.fromisoformat(value) if wanted is time else wanted(value)
    except (TypeError, ValueError) as wrong:
        raise Mistake(place, f"{value!r} is not {allowed}") from wrong


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
