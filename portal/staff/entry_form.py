"""The form in which staff enter a ticket: what every ticket has, what this choice asks, who speaks, to whom it goes."""

import re

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    MultipleFileField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import Optional, ValidationError

from portal.access.door import me
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people.models import Customer, Project
from portal.domain.people.queries import by_email, colleagues
from portal.domain.policy import Ask, Channel, Kind
from portal.domain.quality import major
from portal.domain.tickets import dispatching, entering
from portal.i18n import N_
from portal.staff import desk_parties
from portal.staff.desk_parties import Ticks
from portal.web.asks import fields_of, telephone
from portal.web.fields import AmountField
from portal.web.filters import words_in as said
from portal.web.forms import BODY, TITLE, AtMost, Between, Form, Needed, Uploads
from portal.web.words import gettext

OFFICE, MOST_YUAN = 120, 1_000_000_000
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class EntryForm(Form):
    """What every ticket has; the questions of kind, class, service and channel are added."""

    channel = SelectField(N_("How it came"), validators=[Needed()])
    asked_by = SelectField(N_("Whose ticket it is"), coerce=int, default=0)
    contact_name = StringField(N_("Contact"), validators=[AtMost(60)])
    contact_phone = TelField(N_("Telephone"), validators=[Optional(), AtMost(40), telephone()])
    contact_email = EmailField(N_("E-mail of the contact"), validators=[AtMost(120)])
    class_code = SelectField(N_("Class"), default="")
    service_code = SelectField(N_("Service"), default="")
    severity = SelectField(N_("Severity"), default="")
    project = SelectField(N_("Project"), coerce=int, default=0)
    subject = StringField(N_("Subject"), validators=[Needed(), AtMost(TITLE)])
    body = TextAreaField(N_("What it is about"), validators=[Needed(), AtMost(BODY)])
    signs = Ticks(N_("Signs of a major complaint"))
    amount = AmountField(N_("Amount in dispute (yuan)"), [Optional(), Between(0, MOST_YUAN)])
    proxy_kind = SelectField(N_("Who speaks for the customer"), default="")
    proxy_name = StringField(N_("Their name"), validators=[AtMost(60)])
    proxy_office = StringField(N_("Office or organisation"), validators=[AtMost(OFFICE)])
    proxy_phone = TelField(N_("Their telephone"), validators=[Optional(), AtMost(40), telephone()])
    proxy_power = BooleanField(N_("The power of attorney is on file"))
    lead = SelectField(N_("In the lead"), default="")
    assisting = Ticks(N_("Assisting"))
    suggestion = TextAreaField(N_("First handling suggestion"), validators=[AtMost(4_000)])
    proposed = HiddenField()
    files = MultipleFileField(N_("Files"), validators=[Uploads()])

    sends, has_files = False, False
    """Is it to be dispatched at once; do files lie in the draft already?"""
    evidence = ""
    customer_id = 0
    """For whom it is entered."""

    def validate_proxy_name(self, field):
        if self.proxy_kind.data and not field.data:
            raise ValidationError(gettext("Please give the name of who speaks for the customer."))

    def validate_contact_email(self, field):
        if field.data and not ADDRESS.fullmatch(field.data):
            raise ValidationError(gettext("This does not look like an e-mail address."))
        known = by_email(field.data) if field.data else None
        if known is not None and known.customer_id != self.customer_id:
            raise ValidationError(gettext("This address belongs to somebody else's account here; please check it."))

    def validate_lead(self, field):
        if self.sends and not (field.data or self.assisting.data):
            raise ValidationError(gettext("Please choose a department or a provider."))

    def validate_suggestion(self, field):
        if self.sends and not field.data:
            raise ValidationError(gettext("Please fill this in."))

    def validate_files(self, field):
        if self.evidence and not field.data and not self.has_files:
            raise ValidationError(gettext("Please attach it: %(what)s.", what=self.evidence))

    def proxy(self) -> dict | None:
        """Who speaks for the customer, if anybody does."""
        if not self.proxy_kind.data:
            return None
        return {
            "kind": self.proxy_kind.data, "name": self.proxy_name.data, "office": self.proxy_office.data or "",
            "phone": self.proxy_phone.data or "", "has_power": bool(self.proxy_power.data),
        }  # fmt: skip


def kind_of(given) -> Kind:
    """The kind that is entered; the first one where none is named."""
    kinds = settings.policy().kinds
    return next((kind for kind in kinds if kind.code == given.get("kind")), kinds[0])


def entry_form(customer: Customer, given: MultiDict, sent: bool = False) -> tuple[EntryForm, list[Ask]]:
    """The form for this customer, kind, class, service and channel, with what was typed so far.

    Nothing is proposed into a form that was `sent`: what is empty there was left empty.
    """
    kind = kind_of(given)
    asks = entering.asks(kind, given.get("class_code"), given.get("service_code"), given.get("channel"))
    made = type("EntryForm", (EntryForm,), fields_of(asks))
    form = made(formdata=given)
    form.customer_id = customer.id
    _offer_people(form, customer)
    _offer_lists(form, kind)
    may_be_major = kind.code in major.KINDS
    for name, wanted in (
        ("signs", may_be_major), ("amount", may_be_major), ("class_code", kind.takes_class),
        ("service_code", entering.is_catalogue(kind)),
    ):  # fmt: skip
        if not wanted:
            del form[name]
    if not sent:
        _propose(form, kind, given)
    if channel := _channel(given.get("channel") or next(iter(dict(form.channel.choices)), None)):
        form.evidence = said(channel.evidence)
        form.files.label.text = form.evidence or form.files.label.text
    return form, asks


def chosen(form: EntryForm, name: str) -> str | None:
    """What was chosen in a field that not every kind has."""
    return (form[name].data or None) if name in form else None


def _channel(code: str | None) -> Channel | None:
    return next((one for one in settings.policy().channels if one.code == code), None)


def _offer_people(form: EntryForm, customer: Customer) -> None:
    people = [(person.id, f"{person.name} {person.title}".strip()) for person in colleagues(customer.id)]
    projects = [(one.id, one.name) for one in entering.projects(visible(Project, me()), customer)]
    form.asked_by.choices = [(0, gettext("Somebody without an account")), *people]
    form.project.choices = [(0, "—"), *projects]
    desk_parties.offer(form, desk_parties.parties(), gettext("Not yet"))


def _offer_lists(form: EntryForm, kind: Kind) -> None:
    policy = settings.policy()
    form.channel.choices = [(one.code, said(one.words)) for one in policy.channels if not one.by_customer]
    form.severity.choices = [("", gettext("As the class says")), *_words(policy.severities)]
    form.class_code.choices = _classes(kind)
    form.service_code.choices = [("", gettext("Please choose")), *_words(policy.services)]
    form.signs.choices = _words(policy.major.signs)
    form.proxy_kind.choices = [("", gettext("Nobody, it is the customer")), *_words(policy.proxies)]


def _words(items) -> list[tuple[str, str]]:
    return [(one.code, said(one.words)) for one in items]


def _classes(kind: Kind) -> dict:
    policy = settings.policy()
    groups = {said(group.words): _words(policy.classes_in(group.code, kind.code)) for group in policy.groups(kind.code)}
    return {"—": [("", gettext("Not known yet"))], **groups}


def _propose(form: EntryForm, kind: Kind, given: MultiDict) -> None:
    """The lead and the first suggestion of this choice (R11, R13), as long as nobody chose or wrote another."""
    class_code, service_code = chosen(form, "class_code"), chosen(form, "service_code")
    choice = f"{kind.code}/{class_code or service_code or ''}"
    before = given.get("proposed", "")
    if before == choice:
        return
    suggested, suggested_before = (
        said(dispatching.suggestion_for(code)) for code in (class_code, before.partition("/")[2])
    )
    form.proposed.data = choice
    wanted = dispatching.lead_for(kind.code, class_code, service_code)
    form.lead.data = desk_parties.proposed(desk_parties.parties(), wanted)
    if not form.suggestion.data or form.suggestion.data == suggested_before:
        form.suggestion.data = suggested
