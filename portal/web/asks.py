"""What a kind, class or service of the policy asks, as fields of a form, and the answers as plain data."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlsplit

from markupsafe import Markup
from wtforms import (
    DateField,
    Field,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.validators import Optional, Regexp, ValidationError

from portal import clock
from portal.domain.policy import Ask, AskType
from portal.i18n import N_, Words
from portal.web import filters
from portal.web.fields import AmountField, MomentField
from portal.web.forms import AtMost, Needed
from portal.web.words import gettext

LINE, TEXT, ADDRESS, LARGEST_NUMBER = 200, 4_000, 1_000, 10**12
PREFIX = "ask_"


def fields_of(asks: Iterable[Ask]) -> dict:
    """A field for each question, named `ask_…`; labels in the reader's language. Made for one request."""
    return {PREFIX + ask.name: _field(ask) for ask in asks}


def answers_in(form, asks: Iterable[Ask]) -> dict:
    """What was answered, fit for JSON: texts, numbers, truth values, days and moments (UTC) as ISO texts."""
    given = {ask.name: _plain(ask, form[PREFIX + ask.name].data) for ask in asks}
    return {name: value for name, value in given.items() if value not in (None, "")}


def answers_told(asks: Iterable[Ask], answers: dict) -> list[tuple[str, str]]:
    """Questions and answers in the reader's words, for those that were answered."""
    return [
        (_said(ask.words), _told(ask, answers[ask.name])) for ask in asks if answers.get(ask.name) not in (None, "")
    ]


def _field(ask: Ask):
    facts = {
        "label": _said(ask.words),
        "description": _said(ask.help),
        "validators": [Needed() if ask.required else Optional()],
    }
    if ask.past and ask.type in (AskType.DATE, AskType.DATETIME):
        facts["validators"].append(_is_over)
    return _MADE[ask.type](ask, facts)


def _line(_ask: Ask, facts: dict):
    facts["validators"].append(AtMost(LINE))
    return StringField(**facts)


def _long(_ask: Ask, facts: dict):
    facts["validators"].append(AtMost(TEXT))
    return TextAreaField(**facts)


def telephone() -> Regexp:
    """Says no to what nobody can dial: digits, blanks, + - and brackets, and an extension."""
    words = N_("Please give a telephone number: digits, spaces, + and -.")
    return Regexp(
        r"^(?=.*[0-9].*[0-9].*[0-9])[0-9+()（） #*,;\-—转]{3,}(?:(?:分机|ext\.?|x) ?[0-9]{1,6})?$", re.I, message=words
    )


def _phone(_ask: Ask, facts: dict):
    facts["validators"] += [AtMost(40), telephone()]
    return TelField(**facts)


def _number(_ask: Ask, facts: dict):
    facts["validators"].append(_reasonable)
    return AmountField(whole=False, **facts)


def _reasonable(_form, field: Field) -> None:
    if field.data is not None and not (field.data.is_finite() and abs(field.data) <= LARGEST_NUMBER):
        raise ValidationError(gettext("Please give a number of ordinary size."))
    if field.data is not None and field.data < 0:
        raise ValidationError(gettext("Please give a number that is not below zero."))


def _is_over(_form, field: Field) -> None:
    now = filters.here(clock.now())
    if field.data is not None and field.data > (now if isinstance(field.data, datetime) else now.date()):
        raise ValidationError(gettext("This lies in the future; please give when it really was."))


def _url(_ask: Ask, facts: dict):
    facts["validators"] += [AtMost(ADDRESS), _web_address]
    return URLField(**facts)


def _web_address(_form, field: Field) -> None:
    if field.data and not is_web_address(field.data):
        raise ValidationError(gettext("Please give the whole address, beginning with http:// or https://."))


def is_web_address(text: str) -> bool:
    """May this be made a link: http or https, with a host, nothing hidden in it?"""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable() and " " not in text
    except ValueError:
        return False


def outside_link(address: str) -> Markup | str:
    """A link out of the portal that tells the other side nothing; the plain text of what is no web address."""
    if not is_web_address(address):
        return address
    link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>')
    return link.format(address)


def _choice(ask: Ask, facts: dict):
    choices = {choice.code: _said(choice.words) for choice in ask.choices}
    if len(choices) <= 5 and ask.required:
        return RadioField(choices=choices, **facts)
    return SelectField(choices={"": gettext("Please choose")} | choices, **facts)


def _yes_no(_ask: Ask, facts: dict):
    return RadioField(choices={"yes": gettext("Yes"), "no": gettext("No")}, **facts)


_MADE = {
    AskType.TEXT: _line,
    AskType.LONG: _long,
    AskType.PHONE: _phone,
    AskType.NUMBER: _number,
    AskType.URL: _url,
    AskType.CHOICE: _choice,
    AskType.YES_NO: _yes_no,
    AskType.DATE: lambda _ask, facts: DateField(**facts),
    AskType.DATETIME: lambda _ask, facts: MomentField(**facts),
}


def _plain(ask: Ask, value):
    if value in (None, "", "None"):
        return None
    if isinstance(value, date):  # a moment too
        return value.isoformat()
    if ask.type is AskType.YES_NO:
        return value == "yes"
    if ask.type is AskType.NUMBER:
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _told(ask: Ask, value) -> str:
    if ask.type is AskType.CHOICE:
        return next((_said(choice.words) for choice in ask.choices if choice.code == value), str(value))
    if ask.type is AskType.URL:
        return outside_link(str(value))
    if ask.type is AskType.YES_NO and isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    try:
        if ask.type is AskType.DATETIME:
            return filters.moment(datetime.fromisoformat(value))
        if ask.type is AskType.DATE:
            return filters.day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
    return filters.number(value, 0 if value == int(value) else 2) if isinstance(value, int | float) else str(value)


def _said(words: Words) -> str:
    return filters.words_in(words)
