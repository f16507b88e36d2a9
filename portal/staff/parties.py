"""Departments and providers: whom an order may go to."""

from flask import redirect, url_for
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people import parties
from portal.domain.people.models import Department, Provider
from portal.i18n import N_
from portal.staff.customers import named
from portal.web.forms import Form
from portal.web.pages import page, say
from portal.web.words import gettext

door = Door("parties", __name__, url_prefix="/staff/parties")


class DepartmentForm(Form):
    name = StringField(N_("Name"), [DataRequired(), Length(max=80)])
    name_en = StringField(N_("Name in English"), [Length(max=80)])


class ProviderForm(Form):
    name = StringField(N_("Name"), [DataRequired(), Length(max=80)])
    region = SelectField(N_("Region"), choices=lambda: {"": gettext("none")} | named("regions"))


class NewProviderForm(ProviderForm):
    code = StringField(
        N_("Code"),
        [DataRequired(), Length(max=40), Regexp(r"[A-Za-z0-9-]+\Z", message=N_("Letters, figures and hyphens only."))],
    )


class CloseForm(Form):
    on = DateField(N_("Contract until"), [DataRequired()])
    why = TextAreaField(N_("Why?"), [DataRequired(), Length(max=500)])


class DissolveForm(CloseForm):
    on = DateField(N_("Its last day"), [DataRequired()])


@door.get("", needs=P.SETTINGS_RUN)
def index():
    return page(
        "staff/parties.html", departments=parties.departments(visible(Department, me())),
        providers=parties.providers(visible(Provider, me())), in_departments=parties.heads("department"),
        in_providers=parties.heads("provider"), regions=named("regions"),
    )  # fmt: skip


@door.get("/departments/<int:department>", needs=P.SETTINGS_RUN)
def edit_department(department):
    return page("staff/party_form.html", form=DepartmentForm(obj=department), party=department, purpose="department")


@door.post("/departments/<int:department>", needs=P.SETTINGS_RUN)
def change_department(department):
    form = DepartmentForm()
    if not form.validate():
        return page("staff/party_form.html", 422, form=form, party=department, purpose="department")
    parties.change_department(department, me(), **form.facts())
    return _kept()


@door.get("/departments/<int:department>/close", needs=P.SETTINGS_RUN)
def ask_dissolve(department):
    return _dissolve_page(department, DissolveForm(on=settings.today()))


@door.post("/departments/<int:department>/close", needs=P.SETTINGS_RUN)
def dissolve(department):
    form = DissolveForm()
    closing = (parties.close_department, department, me(), form.on.data, form.why.data)
    if not form.validate() or attempted(form, "on", *closing) is False:
        return _dissolve_page(department, form, 422)
    say(N_("{name} is closed; whoever only worked on its orders can no longer sign in."), name=department.words)
    return redirect(url_for(".index"), 303)


@door.post("/departments/<int:department>/open", needs=P.SETTINGS_RUN)
def found_again(department):
    parties.open_again(department, me())
    return _kept()


def _dissolve_page(department: Department, form: Form, status: int = 200):
    """The form; while it leads, what has to be done first instead."""
    return page(
        "staff/party_form.html", status, form=form, party=department, purpose="dissolve", no=parties.why_not_close(department),
    )  # fmt: skip


@door.get("/providers/new", needs=P.SETTINGS_RUN)
def new_provider():
    return page("staff/party_form.html", form=NewProviderForm(), party=None, purpose="new")


@door.post("/providers/new", needs=P.SETTINGS_RUN)
def register():
    form = NewProviderForm()
    if form.validate() and attempted(form, "code", parties.register_provider, me(), **form.facts()):
        return _kept()
    return page("staff/party_form.html", 422, form=form, party=None, purpose="new")


@door.get("/providers/<int:provider>", needs=P.SETTINGS_RUN)
def edit_provider(provider):
    return page("staff/party_form.html", form=ProviderForm(obj=provider), party=provider, purpose="provider")


@door.post("/providers/<int:provider>", needs=P.SETTINGS_RUN)
def change_provider(provider):
    form = ProviderForm()
    if not form.validate():
        return page("staff/party_form.html", 422, form=form, party=provider, purpose="provider")
    parties.change_provider(provider, me(), **form.facts())
    return _kept()


@door.get("/providers/<int:provider>/close", needs=P.SETTINGS_RUN)
def ask_close(provider):
    return page("staff/party_form.html", form=CloseForm(on=settings.today()), party=provider, purpose="close")


@door.post("/providers/<int:provider>/close", needs=P.SETTINGS_RUN)
def close(provider):
    form = CloseForm()
    if not form.validate():
        return page("staff/party_form.html", 422, form=form, party=provider, purpose="close")
    parties.close_provider(provider, me(), form.on.data, form.why.data)
    say(N_("The contract with {name} has ended; its people can no longer sign in."), name=provider.name)
    return redirect(url_for(".index"), 303)


@door.post("/providers/<int:provider>/open", needs=P.SETTINGS_RUN)
def reopen(provider):
    parties.open_again(provider, me())
    return _kept()


def _kept():
    say(N_("Kept."))
    return redirect(url_for(".index"), 303)
