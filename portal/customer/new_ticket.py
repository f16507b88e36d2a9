"""A new ticket: choose what it is, tell it once; drafts, files, likely duplicates meanwhile (R10, R22)."""

from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import BooleanField, MultipleFileField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Optional

from portal import clock
from portal.access import draft_files
from portal.access.door import me
from portal.access.permissions import Permission
from portal.access.scopes import visible
from portal.customer import showing
from portal.customer.begun import begun
from portal.customer.tickets import door
from portal.domain import drafts, settings
from portal.domain.people import queries
from portal.domain.people.models import Project, Sharing
from portal.domain.policy import Ask, Kind, Service
from portal.domain.tickets import actions, outlook, similar
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import as_customers_read
from portal.i18n import N_
from portal.web import asks
from portal.web.forms import BODY, TITLE, AtMost, Form, Needed, Uploads
from portal.web.pages import page
from portal.web.words import gettext

SERVICE = "service"
"""The kind whose form is chosen from the catalogue of services (R10)."""
WISH = "wish"
"""The question whose answer is the ticket's own: the outcome the customer wishes for."""


@dataclass(frozen=True)
class Wanted:
    """What is to be opened: a kind, for a service request with the service."""

    kind: Kind
    service: Service | None = None

    @property
    def place(self) -> str:
        """Where its draft lies."""
        return f"new/{self.kind.code}" + (f"/{self.service.code}" if self.service else "")

    @property
    def url(self) -> dict:
        """The parts of its address."""
        return {"kind": self.kind.code} | ({"service": self.service.code} if self.service else {})

    def asks(self, class_code: str | None) -> list[Ask]:
        """All it asks: of the kind, the service, the class; a question of the same name is asked once."""
        klass = self.klass(class_code)
        found = [
            *(klass.asks if klass else ()),
            *self.kind.asks,
            *(self.service.asks if self.service else ()),
        ]
        return list({ask.name: ask for ask in reversed(found)}.values())[::-1]

    def klass(self, code: str | None):
        """The class of this code, if tickets of this kind may have it."""
        classes = settings.policy().classes if self.kind.takes_class else ()
        return next((c for c in classes if c.code == code and not c.is_group and self.kind.code in c.kinds), None)


class TicketForm(Form):
    """What every ticket says; questions, classes and projects are added for each request."""

    shown = ("subject", "body", "files", "class_code", "ask_", "project_id", "contact_name", "contact_phone")

    subject = StringField(N_("In one line: what is it about"), [Needed(), AtMost(TITLE)])
    body = TextAreaField(N_("Please tell us more"), [Needed(), AtMost(BODY)])
    contact_name = StringField(N_("Whom we may ask"), [AtMost(60)])
    contact_phone = TelField(N_("Telephone"), [Optional(), AtMost(40), asks.telephone()])
    is_shared = BooleanField(N_("My colleagues may see it"))
    files = MultipleFileField(N_("Photos and files"), [Uploads()])


def form_of(wanted: Wanted, said: MultiDict | None = None) -> TicketForm:
    """The form for this kind, with the questions of the class that was chosen in it."""
    chosen = wanted.klass(said.get("class_code") if said else None)
    fields = asks.fields_of(wanted.asks(chosen.code if chosen else None))
    if wanted.kind.takes_class:
        fields["class_code"] = SelectField(N_("What kind of problem"), [Needed()], choices=_classes(wanted.kind))
    if projects := queries.projects(visible(Project, me())):
        choices = {"": "—"} | {str(project.id): project.name for project in projects}
        fields["project_id"] = SelectField(N_("Project it belongs to"), choices=choices)
    person = {"contact_name": me().name, "contact_phone": me().phone}
    return type("TicketForm", (TicketForm,), fields)(said, data=person)


def _classes(kind: Kind) -> dict:
    policy, words = settings.policy(), showing.in_words
    choices: dict = {"": gettext("Please choose")}
    for group in policy.groups(kind.code):
        choices[words(group.words)] = {c.code: words(c.words) for c in policy.classes_in(group.code, kind.code)}
    return choices


def _wanted(kind: str) -> Wanted:
    """The kind and service of the address; 404 for what the policy does not know."""
    try:
        chosen, service = settings.policy().kind(kind), request.args.get("service")
        return Wanted(chosen, settings.policy().service(service) if service and kind == SERVICE else None)
    except KeyError:
        abort(404)


@door.get("/new", needs=Permission.TICKET_OPEN)
def choose():
    """What is it about?"""
    return page(
        "customer/choose.html", begun=begun(), kinds=settings.policy().kinds, services=settings.policy().services
    )


@door.get("/new/<kind>", needs=Permission.TICKET_OPEN)
def new(kind):
    """The form, as it was left."""
    wanted = _wanted(kind)
    if wanted.kind.code == SERVICE and wanted.service is None:
        return page(
            "customer/services.html",
            kind=wanted.kind,
            services=settings.policy().services,
            closure_words=showing.closure_words,
        )
    draft = drafts.find(me(), wanted.place)
    form = form_of(wanted, MultiDict(draft.fields) if draft else None)
    return _page(wanted, form, draft=draft, restored=draft is not None)


@door.post("/new/<kind>", needs=Permission.TICKET_OPEN, files=True)
def create(kind):
    """Open it; or, until everything is in order, keep what was typed and sent, and say what is missing."""
    wanted = _wanted(kind)
    form = form_of(wanted, request.form)
    if {"step", "remove"} & request.form.keys() or not draft_files.in_order(form, wanted.place):
        draft_files.take_out(wanted.place)
        draft_files.keep_for_later(form, wanted.place)
        return _page(wanted, form, 422 if form.errors else 200, drafts.find(me(), wanted.place))
    ticket = actions.open_ticket(me(), kind, **_facts(wanted, form), attached=draft_files.all_of(form, wanted.place))
    draft_files.done(wanted.place)
    return redirect(url_for("tickets.show", ticket=ticket.id, opened=1), 303)


@door.post("/new/<kind>/similar", needs=Permission.TICKET_OPEN)
def alike(kind):
    """What may be the same thing, while it is typed."""
    said = request.form
    subject, body = said.get("subject", ""), said.get("body", "")
    fitting = similar.answers(kind, subject, body)
    return page("customer/similar.html", similar=_similar(subject, body), answers=fitting)


def _facts(wanted: Wanted, form: TicketForm) -> dict:
    """The form as the keyword arguments of the action."""
    chosen = form["class_code"].data if "class_code" in form else None
    answers = asks.answers_in(form, wanted.asks(chosen))
    project = form["project_id"].data if "project_id" in form else None
    return {
        "subject": form.subject.data, "body": form.body.data, "class_code": chosen or None,
        "service_code": wanted.service.code if wanted.service else None, "wish": answers.pop(WISH, ""),
        "answers": answers, "project_id": int(project) if project else None,
        "contact_name": form.contact_name.data or "", "contact_phone": form.contact_phone.data or "",
        "is_shared": form.is_shared.data,
    }  # fmt: skip


def _page(wanted: Wanted, form: TicketForm, status=200, draft=None, restored=False) -> Response:
    klass = wanted.klass(form["class_code"].data) if "class_code" in form else None
    return page(
        "customer/new.html",
        status,
        wanted=wanted,
        form=form,
        questions=[asks.PREFIX + ask.name for ask in wanted.asks(klass.code if klass else None)],
        klass=klass,
        draft=draft,
        restored=restored,
        lying=[showing.file_line(row) for row in drafts.attached(draft)],
        similar=_similar(form.subject.data or "", form.body.data or ""),
        answers=similar.answers(wanted.kind.code, form.subject.data or "", form.body.data or ""),
        coming=outlook.expected(wanted.kind, klass or wanted.service, showing.organisation(), clock.now()),
        shareable=showing.organisation().sharing == Sharing.SHARED,
        accepted=draft_files.ACCEPTED,
    )


def _similar(subject: str, body: str) -> list[tuple]:
    """What may be the same, with its state in words: nothing while hardly anything is typed."""
    found = similar.alike(visible(Ticket, me()), subject, body) if subject or body else []
    return [(one.ticket, as_customers_read(one.ticket.state, one.ticket.outcome)[0]) for one in found]
