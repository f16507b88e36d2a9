"""What differs between two documents of settings, or two policies: each place with what it was and what it became."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from portal.i18n import N_, Words
from portal.working_time import Promise

MOST = 60
"""More than so many places are counted, not named: another policy was laid down whole."""
NOTHING = ""
OFFERED, RETIRED = N_("offered"), N_("no longer offered")
ORDER = "order"
KEYS = ("code", "name", "extension", "tier", "visits_from")
"""What an item of a list goes by."""
WHOLE = (Words, Promise)
"""Parts that are one thing to whoever reads: told whole, not field by field."""


def between(old: Any, new: Any) -> dict[str, list[str]]:
    """{"limits.reopen_days": ["30", "14"]}; a list's items go by code, name, day or year. Empty when nothing differs."""
    found = list(_walk("", old, new))
    kept = {place: [_plain(was), _plain(became)] for place, was, became in found[:MOST]}
    return kept | ({"…": ["", f"+{len(found) - MOST}"]} if len(found) > MOST else {})


def _walk(place: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys(), key=str):
            yield from _walk(f"{place}.{name}" if place else str(name), old.get(name), new.get(name))
    elif _has_names(old) and _has_names(new):
        before, after = _named(old), _named(new)
        for name in sorted(before.keys() | after.keys()):
            yield from _walk(f"{place}[{name}]", before.get(name), after.get(name))
    else:
        yield place, old, new


def _has_names(items: Any) -> bool:
    return isinstance(items, list) and bool(items) and all(name_of(item) is not None for item in items)


def _named(items: Any) -> dict[str, Any]:
    return {str(name_of(item)): item for item in items}


def name_of(item: Any) -> Any:
    """What an item of a list goes by: its code, name, extension, day or year; none where it has nothing of the kind."""
    if not isinstance(item, dict):
        return None
    return next((item[key] for key in ("code", "name", "extension", "on", "year") if key in item), None)


def _plain(value: Any) -> str:
    """A value as people read it: bilingual words by their Chinese, days by what they are."""
    if value is None or value == []:
        return NOTHING
    if isinstance(value, dict) and "zh" in value:
        return str(value["zh"])
    if isinstance(value, dict) and isinstance(value.get("words"), dict):
        return _plain(value["words"])
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    if isinstance(value, dict):
        return " ".join(_plain(one) for one in value.values())
    return str(value)


@dataclass(frozen=True)
class Difference:
    """Something two policies say differently: the way to it (names of fields, and the items on it), was, became."""

    place: tuple[Any, ...]
    was: Any
    became: Any


def between_policies(old: Any, new: Any) -> list[Difference]:
    """What differs, field by field. An item that was retired or is offered again is told as that."""
    found = [one for one in _parts((), old, new) if one.place[0] != "retired"]
    return [_told_retired(one, old.retired, new.retired) for one in found]


def _told_retired(one: Difference, before: Mapping, after: Mapping) -> Difference:
    if len(one.place) == 2 and one.became is None and _is_among(one.place[1], after.get(one.place[0], ())):
        return Difference(one.place, OFFERED, RETIRED)
    if len(one.place) == 2 and one.was is None and _is_among(one.place[1], before.get(one.place[0], ())):
        return Difference(one.place, RETIRED, OFFERED)
    return one


def _is_among(item: Any, items: tuple) -> bool:
    return any(_key(item) == _key(one) for one in items)


def _parts(place: tuple[Any, ...], old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if type(old) is type(new) and _has_fields(new):
        for field in fields(new):
            yield from _parts((*place, field.name), getattr(old, field.name), getattr(new, field.name))
    elif _are_keyed(old) and _are_keyed(new) and (old or new):
        yield from _items(place, {_key(one): one for one in old}, {_key(one): one for one in new})
    else:
        yield Difference(place, old, new)


def _items(place: tuple[Any, ...], before: dict[Any, Any], after: dict[Any, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        yield from _parts((*place, after.get(key) or before[key]), before.get(key), after.get(key))
    stayed = [key for key in before if key in after]
    if stayed != [key for key in after if key in before]:
        yield Difference((*place, ORDER), tuple(before.values()), tuple(after.values()))


def _has_fields(thing: Any) -> bool:
    return is_dataclass(thing) and not isinstance(thing, WHOLE)


def _are_keyed(items: Any) -> bool:
    return isinstance(items, tuple) and all(is_dataclass(item) and _key(item) is not None for item in items)


def _key(item: Any) -> Any:
    return next((getattr(item, name) for name in KEYS if hasattr(item, name)), None)
