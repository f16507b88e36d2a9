"""What differs between two documents of settings: each place with what it was and what it became."""

from collections.abc import Iterator
from typing import Any

MOST = 60
"""More than so many places are counted, not named: another policy was laid down whole."""
NOTHING = ""


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
    return isinstance(items, list) and bool(items) and all(_name(item) is not None for item in items)


def _named(items: Any) -> dict[str, Any]:
    return {str(_name(item)): item for item in items}


def _name(item: Any) -> Any:
    if not isinstance(item, dict):
        return None
    return next((item[key] for key in ("code", "name", "extension", "on", "year") if key in item), None)


def _plain(value: Any) -> str:
    """A value as people read it: bilingual words by their Chinese, days by what they are."""
    if value is None or value == []:
        return NOTHING
    if isinstance(value, dict) and "zh" in value:
        return str(value["zh"])
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    if isinstance(value, dict):
        return " ".join(_plain(one) for one in value.values())
    return str(value)
