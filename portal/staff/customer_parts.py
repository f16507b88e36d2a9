"""Parts of a customer's file: projects, and contacts with or without an account."""

from flask import abort, redirect, url_for
from wtforms import DateField, EmailField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.domain import settings
from portal.domain.people import customers
from portal.i18n import N_
from portal.staff.customers import ADDRESS, door
from portal.web.asks import telephone
from portal.web.forms import AtMost, Form
from portal.web.pages import page, say

CONTACT_ROLES = {
    "principal": N_("Principal"),
    "buyer": N_("Decides on purchases"),
    "manager": N_("In charge"),
    "user": N_("User"),
}


class ProjectForm(Form):
    name = StringField(N_("Name of the project"), [DataRequired(), Length(max=120)])


class FinishForm(Form):
    on = DateField(N_("Finished on"), [DataRequired()])


class ContactForm(Form):
    name = StringField(N_("Full name"), [DataRequired(), Length(max=60)])
    title = StringField(N_("What they do"), [Length(max=60)])
    role = SelectField(N_("Part in the business"), choices=CONTACT_ROLES, default="user")
    phone = StringField(N_("Phone"), [Optional(), AtMost(40), telephone()])
    email = EmailField(N_("E-mail address"), [Length(max=120), ADDRESS])


@door.get("/<int:customer>/projects/new", needs=P.CUSTOMER_EDIT)
def new_project(customer):
    return page("staff/customer_project.html", form=ProjectForm(), customer=customer, project=None)


@door.post("/<int:customer>/projects/new", needs=P.CUSTOMER_EDIT)
def add_project(customer):
    form = ProjectForm()
    if not form.validate():
        return page("staff/customer_project.html", 422, form=form, customer=customer, project=None)
    customers.add_project(customer, me(), form.name.data)
    return _kept(customer)


@door.get("/<int:customer>/projects/<int:project>/finish", needs=P.CUSTOMER_EDIT)
def ask_finish(customer, project):
    _belongs(project, customer)
    return page(
        "staff/customer_project.html",
        form=FinishForm(on=project.finished_on or settings.today()),
        customer=customer,
        project=project,
    )


@door.post("/<int:customer>/projects/<int:project>/finish", needs=P.CUSTOMER_EDIT)
def finish(customer, project):
    _belongs(project, customer)
    form = FinishForm()
    if not form.validate():
        return page("staff/customer_project.html", 422, form=form, customer=customer, project=project)
    customers.finish_project(project, me(), form.on.data)
    return _kept(customer)


@door.get("/<int:customer>/contacts/new", needs=P.CUSTOMER_EDIT)
def new_contact(customer):
    return page("staff/customer_contact.html", form=ContactForm(), customer=customer, contact=None)


@door.post("/<int:customer>/contacts/new", needs=P.CUSTOMER_EDIT)
def add_contact(customer):
    return _keep(customer, None)


@door.get("/<int:customer>/contacts/<int:contact>", needs=P.CUSTOMER_EDIT)
def edit_contact(customer, contact):
    _belongs(contact, customer)
    return page("staff/customer_contact.html", form=ContactForm(obj=contact), customer=customer, contact=contact)


@door.post("/<int:customer>/contacts/<int:contact>", needs=P.CUSTOMER_EDIT)
def change_contact(customer, contact):
    _belongs(contact, customer)
    return _keep(customer, contact)


@door.post("/<int:customer>/contacts/<int:contact>/remove", needs=P.CUSTOMER_EDIT)
def remove_contact(customer, contact):
    _belongs(contact, customer)
    customers.remove_contact(customer, me(), contact)
    return _kept(customer)


def _keep(customer, contact):
    form = ContactForm()
    if not form.validate():
        return page("staff/customer_contact.html", 422, form=form, customer=customer, contact=contact)
    customers.keep_contact(customer, me(), contact, **form.facts())
    return _kept(customer)


def _belongs(part, customer) -> None:
    if part.customer_id != customer.id:
        abort(404)


def _kept(customer):
    say(N_("Kept."))
    return redirect(url_for(".show", customer=customer.id), 303)
