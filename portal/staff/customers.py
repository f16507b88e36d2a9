"""Customers (大客户): the list, the file's heading, who looks after them, projects, contacts, people with an account."""

from flask import redirect, request, url_for
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from portal.access.door import Door, attempted, me
from portal.access.links import say_invited
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people import actions, customers, queries, sales
from portal.domain.people.models import Customer
from portal.domain.people.roles import LABELS, Role
from portal.i18n import N_
from portal.web.fields import TEN_THOUSAND, AmountField
from portal.web.filters import words_in
from portal.web.forms import Form, Needed
from portal.web.pages import page, say
from portal.web.paging import key_of, name_and_id
from portal.web.words import gettext

door = Door("customers", __name__, url_prefix="/staff/customers")

PAGE = 50
ADDRESS = Regexp(r"([^@\s,;<>]{1,64}@[^@\s,;<>]{1,255})?\Z", message=N_("This is no e-mail address."))
ROLES = {str(role): LABELS[role] for role in (Role.ORG_ADMIN, Role.ORG_MEMBER)}


def named(kind: str) -> dict[str, str]:
    """The policy's tiers, cards or regions as choices."""
    return {item.code: words_in(item.words) for item in getattr(settings.policy(), kind)}


class CustomerForm(Form):
    name = StringField(N_("Name"), [DataRequired(), Length(max=120)])
    short_name = StringField(N_("Short name"), [DataRequired(), Length(max=40)])
    industry = StringField(N_("Trade"), [Length(max=40)])
    tier = SelectField(N_("Tier"), choices=lambda: named("tiers"))
    card = SelectField(N_("Card"), choices=lambda: named("cards"))
    region = SelectField(N_("Region"), choices=lambda: {"": gettext("none")} | named("regions"))
    account_manager_id = SelectField(N_("Account manager"), choices=lambda: {"": gettext("nobody yet")} | managers())
    version = HiddenField()

    def facts(self) -> dict:
        """As the action takes them; the account manager by id."""
        facts = super().facts()
        return facts | {"account_manager_id": int(facts["account_manager_id"] or 0) or None}


class InviteForm(Form):
    name = StringField(N_("Full name"), [DataRequired(), Length(max=60)])
    email = StringField(N_("E-mail address"), [DataRequired(), Length(max=120), ADDRESS])
    title = StringField(N_("What they do"), [Length(max=60)])
    role = RadioField(N_("Role"), [DataRequired()], choices=ROLES, default=Role.ORG_ADMIN)


class SalesForm(Form):
    """The sales of a year."""

    year = IntegerField(N_("Year"), [InputRequired(N_("Please give a year."))])
    amount = AmountField(N_("Sales, 10,000 yuan"), [Needed()], whole=False, unit=TEN_THOUSAND)


class CloseForm(Form):
    on = DateField(N_("Customer until"), [DataRequired()])
    why = TextAreaField(N_("Why?"), [DataRequired(), Length(max=500)])


def managers() -> dict[str, str]:
    """The account managers, by name."""
    return {str(person.id): person.name for person in queries.staff(Role.ACCOUNT_MANAGER)}


@door.get("", needs=P.CUSTOMER_READ)
def index():
    asked = {name: request.args.get(name, "")[:80] for name in ("said", "tier", "region", "manager")}
    closed, after = request.args.get("closed") == "1", name_and_id(request.args.get("after"))
    narrowed = asked | {"manager": int(asked["manager"][:9]) if asked["manager"].isdecimal() else 0}
    found = customers.listing(visible(Customer, me()), **narrowed, closed=closed, after=after, limit=PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = (
        url_for(".index", **asked, closed="1" if closed else None, after=key_of(last.name, last.id)) if last else None
    )
    return page(
        "staff/customers.html", customers=found[:PAGE], asked=asked, closed=closed, older=older, first=after is None,
        tiers=named("tiers"), regions=named("regions"), managers=managers(), edits=may(me(), P.CUSTOMER_EDIT),
    )  # fmt: skip


@door.get("/new", needs=P.CUSTOMER_EDIT)
def new():
    mine = str(me().id) if me().has(Role.ACCOUNT_MANAGER) else ""
    return page(
        "staff/customer_form.html",
        form=CustomerForm(tier="ordinary", card="standard", account_manager_id=mine),
        customer=None,
    )


@door.post("/new", needs=P.CUSTOMER_EDIT)
def create():
    form = CustomerForm()
    if form.validate() and (customer := attempted(form, "name", customers.register, me(), **form.facts())):
        say(N_("{name} is a customer now. Invite its administrator next."), name=customer.name)
        return _onward(customer)
    return page("staff/customer_form.html", 422, form=form, customer=None)


@door.get("/<int:customer>", needs=P.CUSTOMER_READ)
def show(customer):
    return _file(customer, SalesForm(year=settings.today().year - 1))


@door.post("/<int:customer>/sales", needs=P.CUSTOMER_EDIT)
def enter_sales(customer):
    """What they spent with us in a year; entered again it takes the place of what was."""
    form = SalesForm()
    if form.validate() and attempted(form, "amount", _enter, customer, form) is not False:
        say(N_("Kept."))
        return redirect(url_for(".show", customer=customer.id), 303)
    return _file(customer, form, 422)


def _enter(customer: Customer, form: SalesForm) -> None:
    sales.enter(customer, me(), form.year.data, float(form.amount.data))


def _file(customer: Customer, form: SalesForm, status: int = 200):
    people = customers.people_of(customer)
    return page(
        "staff/customer.html", status, form=form, sales=sales.of(customer) if may(me(), P.SALES_READ) else None, customer=customer, people=people, seen=queries.last_seen([p.id for p in people]),
        projects=customers.projects_of(customer), contacts=customers.contacts_of(customer), admin=Role.ORG_ADMIN,
        edits=may(me(), P.CUSTOMER_EDIT), queues=may(me(), P.DESK_READ), policy=settings.policy(),
    )  # fmt: skip


@door.get("/<int:customer>/edit", needs=P.CUSTOMER_EDIT)
def edit(customer):
    form = CustomerForm(**_drawn(customer))
    return page("staff/customer_form.html", form=form, customer=customer)


@door.post("/<int:customer>/edit", needs=P.CUSTOMER_EDIT)
def update(customer):
    form = CustomerForm()
    version = int(form.version.data) if (form.version.data or "").isdecimal() else 0
    if form.validate() and attempted(form, "name", customers.change, customer, me(), version, **form.facts()):
        say(N_("Kept."))
        return _onward(customer)
    return page("staff/customer_form.html", 422, form=form, customer=customer)


@door.get("/<int:customer>/close", needs=P.CUSTOMER_EDIT)
def ask_close(customer):
    return page("staff/customer_close.html", form=CloseForm(on=settings.today()), customer=customer)


@door.post("/<int:customer>/close", needs=P.CUSTOMER_EDIT)
def close(customer):
    form = CloseForm()
    closing = (customers.close, customer, me(), form.on.data, form.why.data)
    if not form.validate() or attempted(form, "on", *closing) is False:
        return page("staff/customer_close.html", 422, form=form, customer=customer)
    say(N_("{name} is closed; its people can no longer sign in."), name=customer.name)
    return redirect(url_for(".show", customer=customer.id), 303)


@door.get("/<int:customer>/invite", needs=P.CUSTOMER_EDIT)
def ask_invite(customer):
    return page("staff/customer_invite.html", form=InviteForm(), customer=customer)


@door.post("/<int:customer>/invite", needs=P.CUSTOMER_EDIT)
def invite(customer):
    form = InviteForm()
    if form.validate():
        facts = {"title": form.title.data, "customer": customer}
        roles = [Role(form.role.data)]
        if person := attempted(form, "email", actions.invite, me(), form.email.data, form.name.data, roles, **facts):
            say_invited(person.email, person)
            return redirect(url_for(".show", customer=customer.id), 303)
    return page("staff/customer_invite.html", 422, form=form, customer=customer)


def _drawn(customer: Customer) -> dict:
    """What its form begins with."""
    facts = {name: getattr(customer, name) for name in (*customers.KEPT, "version")}
    return facts | {"account_manager_id": str(customer.account_manager_id or "")}


def _onward(customer: Customer):
    """To its page; to the list for an account manager who has just given it away."""
    seen = customers.listing(visible(Customer, me()).where(Customer.id == customer.id), limit=1)
    return redirect(url_for(".show", customer=customer.id) if seen else url_for(".index"), 303)
