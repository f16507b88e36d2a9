"""Forms: shape only. A form lives in the module of the view that shows it; whether the rules agree is the action's business."""

import secrets
from functools import cache
from typing import ClassVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, i18n
from wtforms.validators import NumberRange, StopValidation, ValidationError

from portal.domain.refusals import Refused
from portal.i18n import N_
from portal.web import uploads, words
from portal.web.words import gettext, ngettext

TITLE, BODY = 200, 20_000


def submission_key() -> str:
    """A fresh key for a form: its second sending leads where the first one led."""
    return secrets.token_urlsafe(18)


def _stripped(value):
    """Without blanks around, with plain line ends, without the one character no database takes."""
    return value.replace("\0", "").replace("\r\n", "\n").strip() if isinstance(value, str) else value


class Form(FlaskForm):
    """Texts come in without blanks around; what is posted beyond the fields is nothing to us."""

    class Meta(FlaskForm.Meta):
        csrf = False  # pyright: ignore[reportAssignmentType]  # checked for every unsafe request by CSRFProtect, before any view

        def bind_field(self, form, unbound_field, options):
            kind = getattr(unbound_field.field_class, "strips", True)
            if kind and issubclass(unbound_field.field_class, Field):
                filters = list(unbound_field.kwargs.get("filters", ()))
                if _stripped not in filters and unbound_field.field_class.__name__ in STRIPPED:
                    options = dict(options) | {"filters": (*filters, _stripped)}
            return super().bind_field(form, unbound_field, options)

        def get_translations(self, form):
            return _messages("zh" if words.chinese() else "en")

        def wrap_formdata(self, form, formdata):
            if formdata is not None:
                return super().wrap_formdata(form, formdata)
            return request.form if request.method not in ("GET", "HEAD") else None

    shown: ClassVar[tuple[str, ...]] = ()
    """The fields in the order in which the page draws them, where that is another than the form's; `ask_` stands for
    all that begin so."""

    def errors_in_order(self) -> list[tuple]:
        """What is wrong, from the top of the page to its end."""
        places = {name: n for n, name in enumerate(self.shown)}
        last = len(places)

        def place(name) -> int:
            head = f"{str(name).partition('_')[0]}_"
            return places.get(name, places.get(head, last))

        return sorted(self.errors.items(), key=lambda one: place(one[0]))

    def facts(self) -> dict:
        """What was given, as the keyword arguments of the action."""
        return {name: field.data for name, field in self._fields.items() if not isinstance(field, HiddenField)}


HOUSE = {
    "This field is required.": N_("Please fill this in."),
    "Input is required.": N_("Please fill this in."),
    "Not a valid choice.": N_("Please choose one of the list."),
    "Not a valid choice": N_("Please choose one of the list."),
    "Invalid Choice: could not coerce.": N_("Please choose one of the list."),
    "'%(value)s' is not a valid choice for this field.": N_("Please choose one of the list."),
    "Not a valid integer value.": N_("Please give a whole number, like 3."),
    "Not a valid decimal value.": N_("Please give a number, like 3 or 2.5."),
    "Not a valid float value.": N_("Please give a number, like 3 or 2.5."),
    "Not a valid date value.": N_("Please give a day, like 2026-03-15."),
    "Not a valid datetime value.": N_("Please give a day and a time, like 2026-03-15 16:30."),
    "Not a valid time value.": N_("Please give a time of day, like 16:30."),
    "Not a valid month value.": N_("Please give a month, like 2026-03."),
    "Invalid email address.": N_("Please give an e-mail address, like name@company.cn."),
    "Number must be between %(min)s and %(max)s.": N_("Please give a number from %(min)s to %(max)s."),
    "Number must be at least %(min)s.": N_("Please give a number of at least %(min)s."),
    "Number must be at most %(max)s.": N_("Please give a number of at most %(max)s."),
}
"""One mistake, one sentence: what WTForms says of its own, as the house says it."""


class _Messages:
    """What fields and validators say: the house's words, else WTForms' own in the reader's language."""

    def __init__(self, language: str):
        self._own = i18n.get_translations([language])

    def gettext(self, text: str) -> str:
        return words.gettext(HOUSE[text]) if text in HOUSE else self._own.gettext(text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return words.gettext(HOUSE[one]) if one in HOUSE else self._own.ngettext(one, many, n)


@cache
def _messages(language: str) -> _Messages:
    """WTForms' own words; read once, not for each form."""
    return _Messages(language)


STRIPPED = {"StringField", "TextAreaField", "EmailField", "TelField", "SearchField", "URLField"}


class Version(IntegerField):
    """The version of a record that its form was drawn from; a form of something new sends it empty."""

    def process_formdata(self, valuelist):
        super().process_formdata([one for one in valuelist if one.strip()])


class Needed:
    """A validator: something has to be given here."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form, field):
        if field.data not in (None, "", [], "None"):
            return
        if field.errors and any(str(raw).strip() for raw in field.raw_data or ()):
            raise StopValidation()  # what was given could not be read: that is said already
        field.errors = []
        raise StopValidation(gettext("Please fill this in."))


class Between(NumberRange):
    """A number between two, which are said; of what could not be read as a number nothing more is said."""

    def __call__(self, form, field):
        if field.data is None and field.errors:
            return
        try:
            super().__call__(form, field)
        except ValidationError:
            if self.message:
                raise
            said = gettext("Please give a number from %(least)s to %(most)s.", least=self.min, most=self.max)
            raise ValidationError(said) from None


class AtMost:
    """A validator: no longer than this many characters; says how many too many there are."""

    def __init__(self, limit: int):
        self.limit = limit

    def __call__(self, form, field):
        if (over := len(field.data or "") - self.limit) > 0:
            text = ngettext(
                "One character too many; at most %(limit)s fit.",
                "%(over)s characters too many; at most %(limit)s fit.",
                over,
                over=over,
                limit=self.limit,
            )
            raise ValidationError(text)


class Uploads:
    """A validator for a file field: the files were staged already; what was wrong with one is said here."""

    def __init__(self, required: bool = False):
        self.required = required

    def __call__(self, form, field):
        field.data = uploads.of(field.name)
        for refusal in uploads.errors(field.name):
            raise ValidationError(said(refusal))
        if self.required and not field.data:
            raise ValidationError(gettext("Please choose a file."))


def errors_of(form) -> list[tuple]:
    """What is wrong with a form, in the order of its page."""
    return form.errors_in_order() if isinstance(form, Form) else list(form.errors.items())


NOT_TYPED = ("place", "next", "csrf_token", "submission_key", "version", "password")


def typed() -> dict[str, str]:
    """The fields of the posted form as they were typed, for a draft: without what belongs to the sending."""
    said = request.form.items()
    return {name[:80]: value.replace("\0", "") for name, value in said if name not in NOT_TYPED}


def said(refusal: Refused) -> str:
    """A refusal in the reader's language."""
    from portal.web.filters import told

    return told(refusal.text, refusal.facts)


def refuse(form, field: str, refusal: Refused) -> None:
    """Put the rules' no beside the field it is about, so that what was typed stays."""
    found = form._fields[field]
    found.errors = [*found.errors, said(refusal)]
