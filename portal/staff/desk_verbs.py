"""The plain verbs on a ticket: accept, hand over, classify, go on, take back, reopen, watch."""

from flask import request
from wtforms import IntegerField, SelectField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.tickets import actions, kinds, steps
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.staff.desk_page import door, sheet_page, to_ticket
from portal.web.filters import words_in as said
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import say
from portal.web.words import gettext

WHY = 500


class WhyForm(Form):
    """A reason, and nothing else."""

    why = TextAreaField(N_("Reason"), validators=[Needed(), AtMost(WHY)])
    version = IntegerField()


class OwnerForm(Form):
    """Who is to be the owner."""

    owner = SelectField(N_("New owner"), coerce=int, validators=[Needed()])
    why = TextAreaField(N_("Reason"), validators=[AtMost(WHY)])
    version = IntegerField()


class ClassForm(Form):
    """Class and severity."""

    class_code = SelectField(N_("Class"))
    severity = SelectField(N_("Severity"), validators=[Needed()])
    version = IntegerField()


@door.post("/<int:ticket>/accept", needs=Permission.DESK_WORK)
def accept(ticket):
    """Take it up and be its owner."""
    actions.accept(ticket, me())
    say(N_("{number} is yours now."), number=ticket.number)
    return to_ticket(ticket)


@door.get("/<int:ticket>/owner", needs=Permission.DESK_WORK)
def owner(ticket):
    """Who else could own it."""
    return _owner_sheet(ticket, _owner_form(ticket))


@door.post("/<int:ticket>/owner", needs=Permission.DESK_WORK)
def assign(ticket):
    """Hand the ownership over."""
    form = _owner_form(ticket)
    if not form.validate():
        return _owner_sheet(ticket, form, 422)
    person = next(one for one in _agents() if one.id == form.owner.data)
    why, version = form.why.data or "", form.version.data
    if attempted(form, "owner", actions.assign, ticket, me(), person, why, version=version) is False:
        return _owner_sheet(ticket, form, 422)
    say(N_("{name} is the owner now."), name=person.name)
    return to_ticket(ticket)


def _agents() -> list[Person]:
    return [person for person in staff(Role.AGENT, Role.SUPERVISOR) if not person.provider_id]


def _owner_form(ticket: Ticket) -> OwnerForm:
    form = OwnerForm()
    form.owner.choices = [(person.id, person.name) for person in _agents() if person.id != ticket.owner_id]
    return form


def _owner_sheet(ticket: Ticket, form: OwnerForm, status: int = 200):
    help_text = gettext("The owner answers for the ticket until it is closed; the customer sees the name.")
    return sheet_page(ticket, form, gettext("Hand over to"), gettext("Hand over"), status, help=help_text)


@door.get("/<int:ticket>/class", needs=Permission.DESK_WORK)
def classes(ticket):
    """Class and severity as they are."""
    form = _class_form(ticket)
    form.class_code.data, form.severity.data = ticket.class_code or "", ticket.severity
    return _class_sheet(ticket, form)


@door.post("/<int:ticket>/class", needs=Permission.DESK_WORK)
def classify(ticket):
    """Put it in another class, or judge its severity anew."""
    form = _class_form(ticket)
    if not form.validate():
        return _class_sheet(ticket, form, 422)
    chosen, severity, version = form.class_code.data or None, form.severity.data, form.version.data
    if attempted(form, "class_code", actions.classify, ticket, me(), chosen, severity, version=version) is False:
        return _class_sheet(ticket, form, 422)
    say(N_("Class and severity are kept."))
    return to_ticket(ticket)


def _class_form(ticket: Ticket) -> ClassForm:
    form, policy = ClassForm(), settings.policy()
    groups = {
        said(group.words): [(one.code, said(one.words)) for one in policy.classes_in(group.code, ticket.kind)]
        for group in policy.groups(ticket.kind)
    }
    form.class_code.choices = groups if ticket.class_code else {"—": [("", "—")], **groups}
    if not policy.kind(ticket.kind).takes_class:
        form.class_code.choices = [("", "—")]
    form.severity.choices = [(one.code, said(one.words)) for one in policy.severities]
    return form


def _class_sheet(ticket: Ticket, form: ClassForm, status: int = 200):
    help_text = gettext("Promises that were given stay as they were given.")
    return sheet_page(ticket, form, gettext("Class and severity"), gettext("Save"), status, help=help_text)


class KindForm(WhyForm):
    """Which kind it is, why, and the condition where the kind asks for one."""

    kind = SelectField(N_("The right kind"), validators=[Needed()])
    condition = SelectField(N_("What makes it one"), default="")
    why = TextAreaField(N_("Reason"), validators=[Needed(), AtMost(WHY)])


@door.get("/<int:ticket>/kind", needs=Permission.DESK_WORK)
def kinds_of(ticket):
    """What else it could have been meant as, and what makes it that."""
    return _kind_sheet(ticket, _kind_form(ticket))


@door.post("/<int:ticket>/kind", needs=Permission.DESK_WORK)
def correct_kind(ticket):
    """Put a mistaken kind right; the promises of the right one begin when it was opened."""
    form = _kind_form(ticket)
    if not form.validate():
        return _kind_sheet(ticket, form, 422)
    condition = form["condition"].data or None if "condition" in form else None
    facts = {"condition": condition, "version": form.version.data}
    if attempted(form, "kind", kinds.correct, ticket, me(), form.kind.data, form.why.data, **facts) is False:
        return _kind_sheet(ticket, form, 422)
    say(N_("The kind is put right; its promises run from the moment it was opened."))
    return to_ticket(ticket)


def _kind_form(ticket: Ticket) -> KindForm:
    form, others = KindForm(), kinds.others(ticket)
    form.kind.choices = [(one.code, said(one.words)) for one in others]
    asked = [one for one in others if one.conditions]
    form.condition.choices = {"—": [("", gettext("Please choose"))]} | {
        said(one.words): [(choice.code, said(choice.words)) for choice in one.conditions] for one in asked
    }
    if not asked:
        del form["condition"]
    return form


def _kind_sheet(ticket: Ticket, form: KindForm, status: int = 200):
    help_text = gettext("Possible once. The number stays; promises that only the old kind made are dropped.")
    return sheet_page(ticket, form, gettext("Put the kind right"), gettext("Put right"), status, help=help_text)


@door.post("/<int:ticket>/resume", needs=Permission.DESK_HANDLE)
def resume(ticket):
    """Go on without the customer's answer."""
    actions.resume(ticket, me())
    say(N_("We go on; promises that stood still run again."))
    return to_ticket(ticket)


@door.get("/<int:ticket>/application", needs=Permission.DESK_HANDLE)
def application(ticket):
    """Why the application for closure is taken back."""
    return _application_sheet(ticket, WhyForm())


@door.post("/<int:ticket>/application", needs=Permission.DESK_HANDLE)
def take_application_back(ticket):
    """The application was too early: handling goes on."""
    form = WhyForm()
    if not form.validate() or attempted(form, "why", _take_back, ticket, form) is False:
        return _application_sheet(ticket, form, 422)
    say(N_("The application is taken back; handling goes on."))
    return to_ticket(ticket)


def _take_back(ticket: Ticket, form: WhyForm) -> None:
    steps.expect(ticket, form.version.data)
    actions.take_application_back(ticket, me(), form.why.data)


def _application_sheet(ticket: Ticket, form: WhyForm, status: int = 200):
    return sheet_page(ticket, form, gettext("Withdraw the application"), gettext("Withdraw"), status)


class ReopenForm(WhyForm):
    """What the customer says, in whose name it is reopened."""

    why = TextAreaField(N_("What the customer says"), validators=[Needed(), AtMost(WHY)])


@door.get("/<int:ticket>/reopening", needs=Permission.DESK_WORK)
def reopening(ticket):
    """What the customer says is not solved after all."""
    return _reopening_sheet(ticket, ReopenForm())


@door.post("/<int:ticket>/reopening", needs=Permission.DESK_WORK)
def reopen(ticket):
    """Reopen it on behalf of the customer: a new round begins."""
    form = ReopenForm()
    if not form.validate() or attempted(form, "why", actions.reopen, ticket, me(), form.why.data) is False:
        return _reopening_sheet(ticket, form, 422)
    say(N_("{number} is open again, round {round}."), number=ticket.number, round=ticket.round)
    return to_ticket(ticket)


def _reopening_sheet(ticket: Ticket, form: ReopenForm, status: int = 200):
    help_text = gettext("On behalf of the customer. The first round's result stays; a new closing promise begins.")
    return sheet_page(ticket, form, gettext("Reopen"), gettext("Reopen"), status, help=help_text)


@door.post("/<int:ticket>/watch", needs=Permission.DESK_NOTE)
def watch(ticket):
    """Hear of what happens here, or no longer."""
    on = request.form.get("on") == "1"
    actions.watch(ticket, me(), on)
    say(N_("You will hear of what happens here.") if on else N_("You no longer watch this ticket."))
    return to_ticket(ticket)
