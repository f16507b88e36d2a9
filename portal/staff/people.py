"""People (security administrator's): who may sign in, as what, since when; inviting; accounts nobody uses."""

from datetime import timedelta

from flask import redirect, request, url_for
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from portal import clock
from portal.access import devices, sessions
from portal.access.door import Door, attempted, me
from portal.access.links import say_invited
from portal.access.permissions import Permission
from portal.access.proof import freshly
from portal.access.scopes import visible
from portal.domain.people import actions, parties, queries
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.roles import CUSTOMER_ROLES, LABELS, STAFF_ROLES, Role
from portal.i18n import N_
from portal.web.filters import words_in
from portal.web.forms import Form
from portal.web.pages import page
from portal.web.paging import key_of, name_and_id
from portal.web.words import gettext

door = Door("people", __name__, url_prefix="/staff/people")

PAGE = 50
UNUSED = timedelta(days=90)
ADDRESS = Regexp(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,255}\Z", message=N_("This is no e-mail address."))
STATES = (("", N_("All accounts")), ("active", N_("Active")), ("invited", N_("Invited")), ("disabled", N_("Disabled")))


class RolesForm(Form):
    """Roles, and the department or provider somebody belongs to."""

    roles = SelectMultipleField(
        N_("Roles"), [DataRequired(N_("Choose at least one role."))], option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    party = SelectField(N_("Department or provider"))

    def __init__(self, *args, customer=False, **facts):
        super().__init__(*args, **facts)
        known = CUSTOMER_ROLES if customer else STAFF_ROLES
        self.roles.choices = {str(role): LABELS[role] for role in Role if role in known}
        self.party.choices = party_choices()
        if customer:
            del self.party

    def of_party(self) -> dict:
        """The department or provider chosen, as keyword arguments of the action."""
        if self.party is None or not self.party.data:
            return {}
        kind, _, key = self.party.data.partition("-")
        rows = {"department": departments, "provider": providers}[kind]()
        return {kind: next(row for row in rows if row.id == int(key))}


class InviteForm(RolesForm):
    name = StringField(N_("Full name"), [DataRequired(), Length(max=60)])
    email = StringField(N_("E-mail address"), [DataRequired(), Length(max=120), ADDRESS])
    title = StringField(N_("What they do"), [Length(max=60)])


def departments() -> list[Department]:
    return parties.departments(parties.open_ones(visible(Department, me())))


def providers() -> list[Provider]:
    return parties.providers(parties.open_ones(visible(Provider, me())))


def party_choices() -> dict[str, str | dict[str, str]]:
    """Neither, then departments and providers in two groups."""
    ours = {f"department-{row.id}": words_in(row.words) for row in departments()}
    theirs = {f"provider-{row.id}": row.name for row in providers()}
    return {"": gettext("neither"), gettext("Departments"): ours, gettext("Providers"): theirs}


@door.get("", needs=Permission.PEOPLE_RUN)
def index():
    asked = {name: request.args.get(name, "")[:80] for name in ("side", "role", "party", "state", "said")}
    after = name_and_id(request.args.get("after"))
    found = queries.people(visible(Person, me()), **asked, after=after, limit=PAGE + 1)
    people, last = found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None
    older = url_for(".index", **asked, after=key_of(last.name, last.id)) if last else None
    return page(
        "staff/people.html", people=people, asked=asked, older=older, first=after is None, labels=LABELS,
        seen=queries.last_seen([person.id for person in people]), states=STATES, parties=party_choices(),
        roles=[(role, LABELS[role]) for role in Role if (role in CUSTOMER_ROLES) == (asked["side"] == "customers")],
    )  # fmt: skip


@door.get("/unused", needs=Permission.PEOPLE_RUN)
def unused():
    people = queries.unused_since(visible(Person, me()), clock.now() - UNUSED)
    seen = queries.last_seen([person.id for person in people])
    return page("staff/people_unused.html", people=people, seen=seen, labels=LABELS, days=UNUSED.days)


@door.get("/invite", needs=Permission.PEOPLE_RUN)
def new():
    return page("staff/people_invite.html", form=InviteForm())


@door.post("/invite", needs=Permission.PEOPLE_RUN)
@freshly
def invite():
    form = InviteForm()
    if form.validate():
        facts = {"title": form.title.data} | form.of_party()
        roles = [Role(role) for role in form.roles.data]
        if person := attempted(form, "roles", actions.invite, me(), form.email.data, form.name.data, roles, **facts):
            say_invited(person.email, person)
            return redirect(url_for(".show", person=person.id), 303)
    return page("staff/people_invite.html", 422, form=form)


@door.get("/<int:person>", needs=Permission.PEOPLE_RUN)
def show(person):
    rows = [(row, devices.called(row.device)) for row in sessions.live_of(person)]
    return page(
        "staff/person.html", person=person, labels=LABELS, sessions=rows, approval=queries.open_approval(person),
    )  # fmt: skip
