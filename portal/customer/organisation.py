"""The own organisation, run by its administrator: who is in, who sees what, what signing in takes."""

from flask import redirect, url_for
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from portal.access.door import Door, attempted, me
from portal.access.links import say_invited
from portal.access.permissions import Permission
from portal.access.proof import freshly
from portal.domain.people import actions, customers, queries
from portal.domain.people.models import Sharing
from portal.domain.people.roles import LABELS, Role
from portal.i18n import N_
from portal.web.forms import Form
from portal.web.pages import page, say

door = Door("organisation", __name__, url_prefix="/organisation")

ADDRESS = Regexp(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,255}\Z", message=N_("This is no e-mail address."))
ROLES = {str(role): LABELS[role] for role in (Role.ORG_MEMBER, Role.ORG_ADMIN)}
SHARINGS = {
    Sharing.OWN.value: N_("Only their own tickets"),
    Sharing.SHARED.value: N_("Their own, and those a colleague has shared"),
    Sharing.ALL.value: N_("All tickets of the organisation"),
}


class InviteForm(Form):
    name = StringField(N_("Full name"), [DataRequired(), Length(max=60)])
    email = StringField(N_("E-mail address"), [DataRequired(), Length(max=120), ADDRESS])
    title = StringField(N_("What they do"), [Length(max=60)])
    role = RadioField(N_("Role"), [DataRequired()], choices=ROLES, default=Role.ORG_MEMBER)


class RulesForm(Form):
    sharing = RadioField(N_("What members see"), [DataRequired()], choices=SHARINGS)
    second_factor_required = BooleanField(N_("Everybody needs a second factor to sign in"))


@door.get("", needs=Permission.ORGANISATION_RUN)
def index():
    return _page(RulesForm(obj=me().customer))


@door.post("/rules", needs=Permission.ORGANISATION_RUN)
@freshly
def rules():
    form = RulesForm()
    if not form.validate():
        return _page(form, 422)
    customers.set_rules(me().customer, me(), Sharing(form.sharing.data), form.second_factor_required.data)
    say(N_("Kept. It holds from now on."))
    return redirect(url_for(".index"), 303)


@door.get("/invite", needs=Permission.ORGANISATION_RUN)
def new():
    return page("customer/organisation_invite.html", form=InviteForm())


@door.post("/invite", needs=Permission.ORGANISATION_RUN)
@freshly
def invite():
    form = InviteForm()
    if form.validate():
        facts = {"title": form.title.data, "customer": me().customer}
        roles = [Role(form.role.data)]
        person = attempted(form, "email", actions.invite, me(), form.email.data, form.name.data, roles, **facts)
        if person is not False:
            say_invited(form.email.data, person if person is not True else None)
            return redirect(url_for(".index"), 303)
    return page("customer/organisation_invite.html", 422, form=form)


@door.post("/people/<int:person>/invite", needs=Permission.ORGANISATION_RUN)
def invite_again(person):
    actions.invite_again(person, me())
    say_invited(person.email, person)
    return redirect(url_for(".index"), 303)


@door.post("/people/<int:person>/admin", needs=Permission.ORGANISATION_RUN)
@freshly
def make_admin(person):
    return _made(person, Role.ORG_ADMIN)


@door.post("/people/<int:person>/member", needs=Permission.ORGANISATION_RUN)
@freshly
def make_member(person):
    return _made(person, Role.ORG_MEMBER)


@door.post("/people/<int:person>/disable", needs=Permission.ORGANISATION_RUN)
def disable(person):
    actions.disable(person, me(), "")
    say(N_("{name} can no longer sign in."), name=person.name)
    return redirect(url_for(".index"), 303)


@door.post("/people/<int:person>/enable", needs=Permission.ORGANISATION_RUN)
def enable(person):
    actions.enable(person, me())
    say(N_("{name} can sign in again."), name=person.name)
    return redirect(url_for(".index"), 303)


def _made(person, role: Role):
    actions.give_roles(person, me(), [role])
    say(N_("{name} has a new role: {role}."), name=person.name, role=LABELS[role])
    return redirect(url_for(".index"), 303)


def _page(form: RulesForm, status: int = 200):
    people = customers.people_of(me().customer)
    seen = queries.last_seen([person.id for person in people])
    return page("customer/organisation.html", status, form=form, people=people, seen=seen, admin=Role.ORG_ADMIN)
