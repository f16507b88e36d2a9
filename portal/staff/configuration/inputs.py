"""How a part of the policy is typed: an input for each type of its dataclasses, read back as a plain document.

An input knows its fields, reads its value from the sent form, and finds the field a mistake belongs to. Those that
hold others stand in tables.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    DecimalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain.policy import Policy, Unit
from portal.i18n import N_
from portal.staff.configuration.choices import SIGNS, choices_of, signs
from portal.staff.configuration.sections import BOUNDS, PLAIN_SAID
from portal.web.fields import AmountField
from portal.web.forms import AtMost, Between
from portal.web.words import gettext

LONG = ("body", "help", "first_suggestion")
BOUNDS_SAID = N_("Please give a number in these bounds.")
NONE = {"parent": N_("none: it is a group itself")}
BLANK = N_("Please fill this in.")
FEW = 12
NOT_A_CODE = re.compile(r"[^a-z0-9]+")


@dataclass
class Input:
    """What is typed at one place: `at` begins its fields' names, `name` is the dataclass field it fills."""

    at: str
    name: str
    label: str
    value: Any
    needed: bool
    policy: Policy

    look: ClassVar[str] = "field"

    def fields(self) -> dict:
        """The form fields by name."""
        return {self.at: self.field()}

    def field(self):
        raise NotImplementedError

    def read(self, form) -> Any:
        """The value as a plain document."""
        return form[self.at].data

    def is_said(self, form) -> bool:
        """Was anything typed here?"""
        return form[self.at].data not in (None, "")

    def blanks(self, form) -> Iterator[str]:
        """The names of fields that had to be filled and were not."""
        if self.needed and not self.is_said(form):
            yield self.at

    def spot(self, steps: list[str]) -> str | None:
        """The field a mistake at these steps below belongs to; none if it is about no field here."""
        return self.at


class Line(Input):
    """A line of text; several lines where the name says so."""

    def field(self):
        kind = TextAreaField if self.name in LONG else StringField
        return kind(
            self.label, [AtMost(4000 if self.name in ("body", "first_suggestion") else 300)], default=self.value or ""
        )

    def read(self, form):
        return form[self.at].data or ""


class Code(Line):
    """The code of an item of a list: kept as it is once given, made of the English name where left blank."""

    has_words = True

    def field(self):
        said = N_("Small letters; made from the English name if left blank.") if self.has_words else ""
        return StringField(self.label, [AtMost(60)], default=self.value or "", description=said)

    def blanks(self, form):
        return iter(()) if self.has_words else super().blanks(form)


class Tick(Input):
    """Yes or no."""

    def field(self):
        return BooleanField(self.label, default=bool(self.value))

    def is_said(self, form):
        return False

    def blanks(self, form):
        yield from ()


class Number(Input):
    """A number within its bounds; whole where the policy wants it whole."""

    whole = False

    def field(self):
        low, high = BOUNDS.get(self.name, (0, 1_000_000))
        rules = [Optional(), Between(low, high, BOUNDS_SAID)]
        said = f"{low}–{high}" if self.name in BOUNDS and self.name != "amount" else ""
        if self.name.endswith("_yuan"):
            return AmountField(self.label, rules, default=self.value, description=said)
        if self.whole:
            return IntegerField(self.label, rules, default=self.value, description=said)
        shown = None if self.value is None else Decimal(f"{self.value:g}")
        return DecimalField(self.label, rules, places=None, default=shown, description=said)

    def read(self, form):
        data = form[self.at].data
        if data is None or self.whole:
            return data
        return int(data) if data == int(data) else float(data)


class WholeNumber(Number):
    whole = True


class Clock(Input):
    """A time of day."""

    def field(self):
        return TimeField(self.label, [Optional()], default=time.fromisoformat(self.value) if self.value else None)

    def read(self, form):
        data = form[self.at].data
        return data.isoformat("minutes") if data else None


class One(Input):
    """One of several."""

    def field(self):
        pairs = choices_of(self.name, self.policy, self.value) or {}
        return SelectField(
            self.label,
            choices=pairs if self.needed else {"": gettext(NONE.get(self.name, "—")), **pairs},
            default=self.value or "",
        )

    def read(self, form):
        return form[self.at].data or None

    def is_said(self, form):
        return False

    def blanks(self, form):
        yield from ()


class OneWord(One):
    """One of the words of an enumeration."""

    def field(self):
        pairs = {str(one): gettext(PLAIN_SAID.get(str(one), str(one))) for one in self.words}
        return SelectField(self.label, choices=pairs, default=str(self.value or self.words[0]))

    words: tuple = ()


class Sign(One):
    """One of the portal's icons."""

    def field(self):
        return SelectField(self.label, choices=signs(self.value), default=self.value or next(iter(SIGNS)))


class Ticks(SelectMultipleField):
    """Several of many, as boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Many(Input):
    """Any of several; none ticked is none, or all where the policy can say so."""

    look = "many"
    or_none = False

    @property
    def is_open(self) -> bool:
        """Is it drawn open? A long list of which nothing is chosen is not."""
        return bool(self.value) or len(choices_of(self.name, self.policy, ()) or ()) <= FEW

    def field(self):
        pairs = choices_of(self.name, self.policy, self.value or ())
        said = N_("None ticked means all of them.") if self.or_none else ""
        return Ticks(self.label, choices=pairs, default=list(self.value or ()), description=said)

    def read(self, form):
        kept = list(self.value or ())  # what was chosen before stays in the order it has
        chosen = sorted(form[self.at].data or [], key=lambda code: kept.index(code) if code in kept else len(kept))
        return None if self.or_none and not chosen else chosen

    def is_said(self, form):
        return bool(form[self.at].data)


class Lines(Input):
    """Several short texts, one a line."""

    def field(self):
        said = N_("One a line.")
        return TextAreaField(self.label, [AtMost(4000)], default="\n".join(self.value or ()), description=said)

    def read(self, form):
        return [line.strip() for line in (form[self.at].data or "").splitlines() if line.strip()]


class NamedLines(Lines):
    """Codes with their names in both languages, one a line."""

    look = "lines"

    def field(self):
        shown = [" | ".join((one["code"], one["words"]["zh"], one["words"].get("en", ""))) for one in self.value or ()]
        said = N_("One a line: code | Chinese | English")
        return TextAreaField(self.label, [AtMost(4000)], default="\n".join(shown), description=said)

    def read(self, form):
        parts = [[part.strip() for part in line.split("|")] for line in super().read(form)]
        given = [(*one, "", "")[:3] if len(one) > 1 else ("", one[0], "") for one in parts]
        codes: list[str] = []
        for code, zh, en in given:
            codes.append(code or made_code(en or zh, set(codes)))
        return [{"code": code, "words": {"zh": zh, "en": en}} for code, (_, zh, en) in zip(codes, given, strict=True)]


class Bilingual(Input):
    """A text in both languages, side by side."""

    look = "pair"

    def fields(self):
        value, kind = self.value or {}, TextAreaField if self.name in LONG else StringField
        label, rules = gettext(self.label), [AtMost(4000 if self.name == "body" else 300)]
        return {
            f"{self.at}-zh": kind(gettext("%(what)s, Chinese", what=label), rules, default=value.get("zh", "")),
            f"{self.at}-en": kind(gettext("%(what)s, English", what=label), rules, default=value.get("en", "")),
        }

    def read(self, form):
        return {"zh": form[f"{self.at}-zh"].data or "", "en": form[f"{self.at}-en"].data or ""}

    def is_said(self, form):
        return bool(form[f"{self.at}-zh"].data or form[f"{self.at}-en"].data)

    def blanks(self, form):
        if self.needed and not form[f"{self.at}-zh"].data:
            yield f"{self.at}-zh"

    def spot(self, steps):
        return f"{self.at}-en" if steps[:1] == ["en"] else f"{self.at}-zh"


class Time(Input):
    """A promise: so much of a unit."""

    look = "pair"

    def fields(self):
        value = self.value or {}
        amount = Number(f"{self.at}-amount", "amount", self.label, value.get("amount"), self.needed, self.policy)
        pairs = {str(unit): gettext(PLAIN_SAID[unit]) for unit in Unit}
        default = str(value.get("unit", Unit.WORKING_DAYS))
        unit = SelectField(gettext("%(what)s, unit", what=gettext(self.label)), choices=pairs, default=default)
        return {f"{self.at}-amount": amount.field(), f"{self.at}-unit": unit}

    def read(self, form):
        unit, amount = form[f"{self.at}-unit"].data, form[f"{self.at}-amount"].data
        if unit == Unit.SAME_DAY:
            return {"amount": 0, "unit": unit}
        if amount is None:
            return None
        return {"amount": int(amount) if amount == int(amount) else float(amount), "unit": unit}

    def is_said(self, form):
        return form[f"{self.at}-amount"].data is not None or form[f"{self.at}-unit"].data == Unit.SAME_DAY

    def blanks(self, form):
        if self.needed and not self.is_said(form):
            yield f"{self.at}-amount"

    def spot(self, steps):
        return f"{self.at}-amount"


def made_code(words: str, taken: set[str]) -> str:
    """A code made of English words, unlike those that are taken."""
    plain = NOT_A_CODE.sub("_", words.lower()).strip("_")[:18].strip("_")
    stem = plain if plain[:1].isalpha() else "item"
    numbered = (stem, *(f"{stem[:16]}_{number}" for number in range(2, 999)))
    return next(code for code in numbered if code not in taken)
