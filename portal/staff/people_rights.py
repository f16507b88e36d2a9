"""What the security administrator does to an account: roles, disabling, ending sessions, a lost second factor."""

from flask import redirect, url_for
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from portal.access.door import attempted, me
from portal.access.links import say_invited
from portal.access.permissions import Permission
from portal.access.proof import freshly
from portal.access.scopes import visible
from portal.domain.people import actions, queries
from portal.domain.people.models import Approval
from portal.domain.people.roles import Role
from portal.i18n import N_
from portal.staff.people import RolesForm, door
from portal.web.forms import Form
from portal.web.pages import page, say


class WhyForm(Form):
    why = TextAreaField(N_("Why?"), [DataRequired(), Length(max=500)])


@door.get("/<int:person>/roles", needs=Permission.PEOPLE_RUN)
@freshly
def roles(person):
    party = f"department-{person.department_id}" if person.department_id else f"provider-{person.provider_id}"
    form = RolesForm(customer=not person.is_staff, roles=person.roles, party=party)
    return page("staff/person_roles.html", person=person, form=form)


@door.post("/<int:person>/roles", needs=Permission.PEOPLE_RUN)
@freshly
def give_roles(person):
    form = RolesForm(customer=not person.is_staff)
    if form.validate():
        given = [Role(role) for role in form.roles.data]
        if attempted(form, "roles", actions.give_roles, person, me(), given, **form.of_party()):
            say(N_("The roles of {name} are changed; they sign in anew."), name=person.name)
            return _back(person)
    return page("staff/person_roles.html", 422, person=person, form=form)


@door.get("/<int:person>/disable", needs=Permission.PEOPLE_RUN)
def ask_disable(person):
    return page("staff/person_why.html", person=person, form=WhyForm(), purpose="disable")


@door.post("/<int:person>/disable", needs=Permission.PEOPLE_RUN)
def disable(person):
    form = WhyForm()
    if form.validate() and attempted(form, "why", actions.disable, person, me(), form.why.data):
        say(N_("{name} can no longer sign in."), name=person.name)
        return _back(person)
    return page("staff/person_why.html", 422, person=person, form=form, purpose="disable")


@door.post("/<int:person>/enable", needs=Permission.PEOPLE_RUN)
def enable(person):
    actions.enable(person, me())
    say(N_("{name} can sign in again."), name=person.name)
    return _back(person)


@door.post("/<int:person>/end-sessions", needs=Permission.PEOPLE_RUN)
def end_sessions(person):
    actions.end_sessions_of(person, me())
    say(N_("{name} is signed out everywhere."), name=person.name)
    return _back(person)


@door.post("/<int:person>/invite", needs=Permission.PEOPLE_RUN)
def invite_again(person):
    actions.invite_again(person, me())
    say_invited(person.email, person)
    return _back(person)


@door.get("/<int:person>/factor-reset", needs=Permission.PEOPLE_RUN)
def ask_factor_reset(person):
    return page("staff/person_why.html", person=person, form=WhyForm(), purpose="factor")


@door.post("/<int:person>/factor-reset", needs=Permission.PEOPLE_RUN)
@freshly
def factor_reset(person):
    form = WhyForm()
    if form.validate() and attempted(form, "why", actions.ask_factor_reset, person, me(), form.why.data):
        say(N_("A second person has been asked to agree."))
        return _back(person)
    return page("staff/person_why.html", 422, person=person, form=form, purpose="factor")


@door.get("/approvals", needs=Permission.APPROVE)
def approvals():
    return page("staff/approvals.html", approvals=queries.open_approvals(visible(Approval, me())))


@door.post("/approvals/<int:approval>/grant", needs=Permission.APPROVE)
@freshly
def grant(approval):
    return _decided(approval, True)


@door.post("/approvals/<int:approval>/decline", needs=Permission.APPROVE)
def decline(approval):
    return _decided(approval, False)


def _decided(approval, granted: bool):
    actions.decide_factor_reset(approval, me(), granted)
    name = approval.person.name
    say(
        N_("The second factor of {name} is off.") if granted else N_("Declined: the second factor of {name} stays."),
        name=name,
    )
    return redirect(url_for(".approvals"), 303)


def _back(person):
    return redirect(url_for("people.show", person=person.id), 303)
