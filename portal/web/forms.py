"""Forms: shape only. A form lives in the module of the view that shows it; whether the rules agree is the action's business."""

import secrets
from functools import cache
from typing import ClassVar

from flask import request
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, i18n
from wtforms.validators import StopValidation, ValidationError

from portal.domain.refusals import Refused
from portal.web import uploads, words

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

    def facts(self) -> dict:
        """What was given, as the keyword arguments of the action."""
        return {name: field.data for name, field in self._fields.items() if not isinstance(field, HiddenField)}


@cache
def _messages(language: str):
    """WTForms' own words; read once, not for each form."""
    return i18n.get_translations([language])


STRIPPED = {"StringField", "TextAreaField", "EmailField", "TelField", "SearchField", "URLField"}


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


class AtMost:
    """A validator: no longer than this many characters; says how many too many there are."""

    def __init__(self, limit: int):
        self.limit = limit

    def __call__(self, form, field):
        if (over := len(field.data or "") - self.limit) > 0:
            text = gettext("%(over)s characters too many; at most %(limit)s fit.", over=over, limit=self.limit)
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
