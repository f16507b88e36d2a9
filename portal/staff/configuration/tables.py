"""Inputs that hold inputs: a dataclass, a list of rows, a span of time; and which input a type gets.

Which input a field gets follows from its type alone; names decide only what may be chosen.
"""

import re
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import time
from enum import StrEnum
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from flask import request
from wtforms import BooleanField, IntegerField
from wtforms.validators import Optional

from portal.domain.policy import Named, Policy, Promise, Words
from portal.domain.policy_reading import write
from portal.i18n import N_
from portal.staff.configuration.choices import choices_of
from portal.staff.configuration.inputs import (
    Bilingual,
    Clock,
    Code,
    Input,
    Line,
    Lines,
    Many,
    NamedLines,
    Number,
    One,
    OneWord,
    Sign,
    Tick,
    Time,
    WholeNumber,
    made_code,
)
from portal.staff.configuration.sections import LABELS

SPARE = 2
"""Blank rows at the end of a list, to be filled or left."""
MOST_ROWS = 80
STEP = re.compile(r"(\w+)|\[([^\]]*)\]")


@dataclass
class Table(Input):
    """A dataclass: an input for each of its fields."""

    kind: type = object
    inside: bool = False
    """In a row of a list: what is itself a list is then typed in lines."""
    look: ClassVar[str] = "table"

    def __post_init__(self):
        hints, value = get_type_hints(self.kind), self.value if isinstance(self.value, dict) else {}
        self.inputs = [
            made(hints[one.name], f"{self.at}-{one.name}", one.name, value.get(one.name, _default(one)),
                 one.default is MISSING and one.default_factory is MISSING, self.policy, self.inside)
            for one in fields(self.kind)
        ]  # fmt: skip
        for one in self.inputs:
            if isinstance(one, Code):
                one.has_words = "words" in hints

    def fields(self):
        return {name: field for one in self.inputs for name, field in one.fields().items()}

    def read(self, form):
        if not self.needed and not self.is_said(form):
            return None
        document = {one.name: one.read(form) for one in self.inputs}
        for key in ("code", "name"):
            if document.get(key) == "" and isinstance(document.get("words"), dict):
                document[key] = made_code(document["words"]["en"], set())
        return {name: value for name, value in document.items() if value is not None or name in self._nullable()}

    def _nullable(self) -> set[str]:
        return {one.name for one in fields(self.kind) if one.default is None}

    def is_said(self, form):
        return any(one.is_said(form) for one in self.inputs)

    def blanks(self, form):
        if not self.needed and not self.is_said(form):
            return iter(())
        return (name for one in self.inputs for name in one.blanks(form))

    def spot(self, steps):
        if not steps:
            return next(name for one in self.inputs for name in one.fields())
        found = next((one for one in self.inputs if one.name == steps[0]), None)
        return found.spot(steps[1:]) if found else None


@dataclass
class Rows(Input):
    """A list: its rows in their order, some blank ones at the end."""

    item: Any = None
    look: ClassVar[str] = "rows"

    def __post_init__(self):
        given = list(self.value or ())
        sent = request.form.get(f"{self.at}-n", "") if request.method == "POST" else ""
        more = SPARE + 1 if request.form.get("more") == self.at else 0
        count = int(sent) + more if sent.isascii() and sent.isdigit() and len(sent) < 4 else len(given) + SPARE
        self.count = min(count, MOST_ROWS)
        self.rows = [self._row(number, given[number] if number < len(given) else None) for number in range(self.count)]
        self.found: dict[str, Input] = {}

    def _row(self, number: int, value: Any) -> Input:
        return made(self.item, f"{self.at}-{number}", self.name, value, True, self.policy, True)

    def fields(self):
        found = {}
        for number, row in enumerate(self.rows):
            found |= row.fields()
            found[f"{self.at}-{number}-order"] = IntegerField(N_("Order"), [Optional()], default=number + 1)
            found[f"{self.at}-{number}-gone"] = BooleanField(N_("Remove"))
        return found

    def _kept(self, form) -> list[tuple[int, Input]]:
        said = [
            (number, row) for number, row in enumerate(self.rows)
            if row.is_said(form) and not form[f"{self.at}-{number}-gone"].data
        ]  # fmt: skip
        typed = {number: form[f"{self.at}-{number}-order"].data for number, _ in said}
        return sorted(said, key=lambda one: one[0] + 1 if typed[one[0]] is None else typed[one[0]])

    def read(self, form):
        kept = self._kept(form)
        values = [row.read(form) for _, row in kept]
        _coded(values)
        self.found = {
            _place(value, number): row for number, (value, (_, row)) in enumerate(zip(values, kept, strict=True))
        }
        return values

    def is_said(self, form):
        return bool(self._kept(form))

    def blanks(self, form):
        return (name for _, row in self._kept(form) for name in row.blanks(form))

    def spot(self, steps):
        row = self.found.get(steps[0]) if steps else None
        first = next(iter(self.rows[0].fields())) if self.rows else None
        return (row.spot(steps[1:]) or next(iter(row.fields()))) if row else first


@dataclass
class Span(Input):
    """From a time to a time."""

    look: ClassVar[str] = "pair"

    def __post_init__(self):
        begin, end = self.value or (None, None)
        self.ends = [
            Clock(f"{self.at}-from", "from", N_("From"), begin, True, self.policy),
            Clock(f"{self.at}-until", "until", N_("Until"), end, True, self.policy),
        ]

    def fields(self):
        return {name: field for one in self.ends for name, field in one.fields().items()}

    def read(self, form):
        return [one.read(form) for one in self.ends]

    def is_said(self, form):
        return any(one.is_said(form) for one in self.ends)

    def blanks(self, form):
        return (name for one in self.ends for name in one.blanks(form))


def made(hint: Any, at: str, name: str, value: Any, needed: bool, policy: Policy, inside: bool = False) -> Input:
    """The input for a type."""
    label = LABELS.get(name, name.replace("_", " "))
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        found = made(
            float if len(kinds) > 1 else kinds[0],
            at,
            name,
            value,
            needed and len(kinds) == len(get_args(hint)),
            policy,
            inside,
        )
        if isinstance(found, Many):
            found.or_none = True
        return found
    given = (at, name, label, value, needed, policy)
    if get_origin(hint) is tuple:
        return _list(get_args(hint), given, inside)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        found = OneWord(*given)
        found.words = tuple(hint)
        return found
    if is_dataclass(hint) and hint not in (Words, Promise):
        return Table(*given, kind=hint, inside=inside)  # pyright: ignore[reportArgumentType]
    if hint is str:
        return _text(name)(*given)
    return {Words: Bilingual, Promise: Time, bool: Tick, int: WholeNumber, float: Number, time: Clock}[hint](*given)


def _text(name: str) -> type[Input]:
    if name == "code" or name == "name":
        return Code
    if name == "icon":
        return Sign
    return One if choices_of(name, None, None) is not None else Line


def _list(kinds: tuple, given: tuple, inside: bool) -> Input:
    item, name = kinds[0], given[1]
    if kinds[-1] is not Ellipsis:
        return Span(*given)
    if item is str:
        return Many(*given) if choices_of(name, None, None) is not None else Lines(*given)
    if inside and item is Named:
        return NamedLines(*given)
    return Rows(*given, item=item)


def _coded(values: list) -> None:
    """Codes that were made, made unlike each other."""
    taken: set[str] = set()
    for value in values:
        for key in ("code", "name"):
            if isinstance(value, dict) and isinstance(value.get(key), str):
                if value[key] in taken and value[key] == made_code(value.get("words", {}).get("en", ""), set()):
                    value[key] = made_code(value[key], taken)
                taken.add(value[key])


def _place(value: Any, number: int) -> str:
    named = (value.get("code") or value.get("name")) if isinstance(value, dict) else None
    return named if isinstance(named, str) else str(number)


def _default(field: Any) -> Any:
    return None if field.default is MISSING else write(field.default)


def steps_of(place: str) -> list[str]:
    """«asks[site].choices» as its steps."""
    return [name or key for name, key in STEP.findall(place)]
