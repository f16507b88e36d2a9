"""A ticket entered by staff for whoever rang, wrote or was visited: for whom, which way, then what kinds ask."""

from flask import redirect, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import MultipleFileField, SelectField, StringField, TelField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.access.scopes import find, visible
from portal.domain import drafts, files, settings
from portal.domain.people.models import Contact, Customer, Project
from portal.domain.people.queries import colleagues
from portal.domain.policy import Ask
from portal.domain.tickets import actions, entering
from portal.i18n import N_
from portal.staff import desk_drafts, desk_telling
from portal.staff.desk_page import door
from portal.web.asks import answers_in, fields_of
from portal.web.filters import words_in as said
from portal.web.forms import BODY, TITLE, AtMost, Form, Needed, Uploads
from portal.web.pages import page, say


class EntryForm(Form):
    """What every ticket has; the questions of kind, class, service and channel are added."""

    channel = SelectField(N_("How it came"), validators=[Needed()])
    asked_by = SelectField(N_("Whose ticket it is"), coerce=int, default=0)
    contact_name = StringField(N_("Contact"), validators=[AtMost(60)])
    contact_phone = TelField(N_("Telephone"), validators=[AtMost(40)])
    class_code = SelectField(N_("Class"), default="")
    service_code = SelectField(N_("Service"), default="")
    severity = SelectField(N_("Severity"), default="")
    project = SelectField(N_("Project"), coerce=int, default=0)
    subject = StringField(N_("Subject"), validators=[Needed(), AtMost(TITLE)])
    body = TextAreaField(N_("What it is about"), validators=[Needed(), AtMost(BODY)])
    files = MultipleFileField(N_("Files"), validators=[Uploads()])


@door.get("/new", needs=Permission.DESK_WORK)
def enter():
    """For whom, then the form; choosing a class or channel draws its questions, what was typed stays."""
    customer = _customer(request.args)
    if customer is None:
        wanted = request.args.get("q", "").strip()[:60]
        return page("staff/entry_customer.html", found=entering.named(visible(Customer, me()), wanted), wanted=wanted)
    kept = drafts.find(me(), place_of(customer))
    given = MultiDict((kept.fields if kept else {}) | request.args.to_dict())
    form, asks = _form(customer, given)
    return _page(customer, form, asks, _kind(given))


@door.post("/new", needs=Permission.DESK_WORK, files=True)
def open_for():
    """Open it in the customer's name, and accept it if whoever enters it stays with it."""
    customer = _customer(request.form) or find("customer", 0, me())
    form, asks = _form(customer, request.form)
    ticket = form.validate() and attempted(form, "subject", _open, customer, form, asks)
    if not ticket:
        desk_drafts.keep(place_of(customer), form)
        return _page(customer, form, asks, _kind(request.form), 422)
    drafts.discard(me(), place_of(customer))
    say(N_("{number} is opened."), number=ticket.number)
    return redirect(url_for("desk.show", ticket=ticket.id), 303)


def _open(customer: Customer, form: EntryForm, asks: list[Ask]):
    answers = answers_in(form, asks)
    ticket = actions.open_ticket(
        me(), _kind(request.form).code, form.subject.data, form.body.data, customer=customer,
        asked_by=_person(customer, form.asked_by.data), class_code=_chosen(form, "class_code"),
        service_code=_chosen(form, "service_code"), answers=answers, wish=str(answers.pop("wish", "")),
        channel=form.channel.data, severity=form.severity.data or None, project_id=form.project.data or None,
        contact_name=form.contact_name.data or "", contact_phone=form.contact_phone.data or "",
        attached=desk_drafts.all_files(place_of(customer), form),
    )  # fmt: skip
    if request.form.get("accept"):
        actions.accept(ticket, me())
    return ticket


def _customer(given) -> Customer | None:
    key = given.get("customer", type=int)
    return find("customer", key, me()) if key else None


def _kind(given):
    kinds = settings.policy().kinds
    return next((kind for kind in kinds if kind.code == given.get("kind")), kinds[0])


def _person(customer: Customer, key: int):
    return next((person for person in colleagues(customer.id) if person.id == key), None)


def _form(customer: Customer, given: MultiDict) -> tuple[EntryForm, list[Ask]]:
    """The form for this customer, kind, class, service and channel, with what was typed so far."""
    kind, policy = _kind(given), settings.policy()
    asks = entering.asks(kind, given.get("class_code"), given.get("service_code"), given.get("channel"))
    made = type("EntryForm", (EntryForm,), fields_of(asks))
    form = made(formdata=given)
    people = [(person.id, f"{person.name} {person.title}".strip()) for person in colleagues(customer.id)]
    form.asked_by.choices = [(0, gettext("Somebody without an account")), *people]
    form.channel.choices = [(one.code, said(one.words)) for one in policy.channels if not one.by_customer]
    form.severity.choices = [
        ("", gettext("As the class says")),
        *((one.code, said(one.words)) for one in policy.severities),
    ]
    form.class_code.choices = _classes(kind)
    form.service_code.choices = [
        ("", gettext("Please choose")),
        *((one.code, said(one.words)) for one in policy.services),
    ]
    form.project.choices = [
        (0, "—"),
        *((one.id, one.name) for one in entering.projects(visible(Project, me()), customer)),
    ]
    for name, wanted in (("class_code", kind.takes_class), ("service_code", entering.is_catalogue(kind))):
        if not wanted:
            del form[name]
    return form, asks


def _chosen(form: EntryForm, name: str) -> str | None:
    return (form[name].data or None) if name in form else None


def _classes(kind) -> dict:
    policy = settings.policy()
    groups = {
        said(group.words): [(one.code, said(one.words)) for one in policy.classes_in(group.code, kind.code)]
        for group in policy.groups(kind.code)
    }
    return {"—": [("", gettext("Not known yet"))], **groups}


def place_of(customer: Customer) -> str:
    """Where the draft of a ticket for this customer lies."""
    return f"new/entry/{customer.id}"


def _page(customer: Customer, form: EntryForm, asks: list[Ask], kind, status: int = 200):
    return page(
        "staff/entry.html", status, customer=customer, form=form, kind=kind, kinds=settings.policy().kinds,
        asks=asks, accepted_files=desk_drafts.ACCEPTED, file_limit=files.ONE_LIMIT,
        place=place_of(customer), contacts=entering.contacts(visible(Contact, me()), customer),
        lying=desk_telling.files(drafts.attached(drafts.find(me(), place_of(customer)))),
    )  # fmt: skip
