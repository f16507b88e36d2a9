"""What the policy is made of, read from its dataclasses: which sections are lists, of what, and how a list is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from portal.domain import settings
from portal.domain.policy import Policy, Promise, Words, item_type
from portal.staff.configuration.wording import called, is_row, label, title, value
from portal.web.words import gettext

KEYS = ("code", "extension")
SHOWN = 4
"""So many fields of an item stand in the table; the rest on its page."""


@dataclass(frozen=True)
class Grid:
    """A small table among facts: rows of figures that have no names."""

    head: list[str]
    rows: list[list[str]]


@cache
def hint_of(section: str) -> Any:
    """The type of a section."""
    return get_type_hints(Policy)[section]


def is_list(section: str) -> bool:
    """Is it a list of items with a page each?"""
    kinds = get_args(hint_of(section))
    return len(kinds) == 2 and kinds[1] is Ellipsis and is_dataclass(kinds[0]) and kinds[0] is not Words


def item_hint(section: str) -> type:
    """What a list is made of."""
    return item_type(section)


def key_of(item: Any) -> str:
    """What an item goes by in addresses and records."""
    return next((str(getattr(item, name)) for name in KEYS if hasattr(item, name)), "")


def columns_of(section: str) -> list[str]:
    """The fields of an item that a table shows: those told in a word or two."""
    short = [
        one.name
        for one in fields(item_hint(section))
        if one.name not in ("code", "extension", "words", "help", "body", "parent", "icon", "rule_words")
    ]
    hints = get_type_hints(item_hint(section))
    plain = [name for name in short if not _is_long(hints[name])]
    return plain[:SHOWN]


def _is_long(hint: Any) -> bool:
    kinds = get_args(hint)
    return bool(kinds) and kinds[-1] is Ellipsis and is_dataclass(kinds[0])


def tree(items: Sequence[Any]) -> list[Any]:
    """A list in the order it is read: where items have groups, each group before its items."""
    if not items or not hasattr(items[0], "parent"):
        return list(items)
    return [one for top in items if top.parent is None for one in (top, *(k for k in items if k.parent == top.code))]


def rows_of(section: str) -> dict:
    """A list as its table: its columns, its rows, and the rows that are no longer offered."""
    policy, columns = settings.policy(), columns_of(section)

    def row(item: Any) -> dict:
        return {
            "code": key_of(item), "called": called(item), "inside": bool(getattr(item, "parent", None)),
            "is_group": getattr(item, "is_group", False),
            "cells": [(label(name), value(getattr(item, name), name, policy)) for name in columns],
        }  # fmt: skip

    return {
        "head": [label(name) for name in columns],
        "offered": [row(one) for one in tree(getattr(policy, section))],
        "retired": [row(one) for one in policy.retired.get(section, ())],
    }


def facts_of(section: str) -> list[tuple[str, str | Grid]]:
    """A section that is one thing, as facts."""
    policy = settings.policy()
    whole = getattr(policy, section)
    if not is_dataclass(whole) or isinstance(whole, Words | Promise):
        return [(title(section), value(whole, section, policy))]
    return [(label(one.name), _fact(getattr(whole, one.name), one.name, policy)) for one in fields(whole)]


def _fact(given: Any, name: str, policy: Policy) -> str | Grid:
    """A value; of items, what they are called; of rows without a name, a small table."""
    if isinstance(given, tuple) and given and all(map(is_row, given)):
        names = [one.name for one in fields(given[0])]
        return Grid(
            [label(one) for one in names], [[value(getattr(row, one), one, policy) for one in names] for row in given]
        )
    return gettext(", ").join(map(called, given)) if _are_items(given) else value(given, name, policy)


def in_short(section: str) -> list[tuple[str, str | Grid]]:
    """The first facts of a section that is one thing, its lists left out."""
    whole, facts = getattr(settings.policy(), section), facts_of(section)
    if not is_dataclass(whole) or isinstance(whole, Words | Promise):
        return facts
    return [fact for one, fact in zip(fields(whole), facts, strict=True) if not _are_items(getattr(whole, one.name))][
        :SHOWN
    ]


def _are_items(given: Any) -> bool:
    return isinstance(given, tuple) and bool(given) and all(hasattr(one, "words") for one in given)
