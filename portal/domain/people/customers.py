"""What is done to customers: the file's heading, who looks after them, their projects and contacts."""

from datetime import date

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.people import actions, queries
from portal.domain.people.models import GONE, Contact, Customer, Person, Project, Sharing
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.numbers import next_number
from portal.i18n import N_

KEPT = {
    "name": N_("Name"),
    "short_name": N_("Short name"),
    "industry": N_("Trade"),
    "tier": N_("Tier"),
    "card": N_("Card"),
    "region": N_("Region"),
    "account_manager_id": N_("Account manager"),
}
"""The heading of a file, field by field, as the journal calls it."""
CHANGED = N_("Somebody changed this meanwhile. Please look at the news and send again.")


def register(by: Person, **facts) -> Customer:
    """A new customer under the next number."""
    _refuse_same_name(facts["name"])
    customer = Customer(number=next_number("K", clock.now()), **{name: facts[name] for name in KEPT})
    db.session.add(customer)
    db.session.flush()
    journal.write("customer.registered", customer, by, became=customer.name)
    return customer


def change(customer: Customer, by: Person, version: int, **facts) -> None:
    """The heading of the file; every change is an entry, what it was and what it became. Raises Stale."""
    if customer.version != version:
        raise Stale(CHANGED)
    if facts["name"] != customer.name:
        _refuse_same_name(facts["name"])
    for name in KEPT:
        was, became = getattr(customer, name), facts[name]
        if was != became:
            setattr(customer, name, became)
            told = {"was": _called(name, was), "became": _called(name, became)}
            journal.write("customer.changed", customer, by, field=KEPT[name], **told)


def close(customer: Customer, by: Person, on: date, why: str) -> None:
    """No customer any more: its people cannot sign in from now on; tickets and papers stay. Raises Refused for a day to
    come: nobody is shut out before their time."""
    if customer.closed_on is not None:
        return
    if on > settings.today():
        raise Refused(
            N_("Its people can no longer sign in as soon as this is kept: choose today or a day that is over.")
        )
    customer.closed_on = on
    actions.shut_all(queries.colleagues(customer.id), by, why)
    journal.write("customer.closed", customer, by, why=why)


def set_rules(customer: Customer, by: Person, sharing: Sharing, second_factor_required: bool) -> None:
    """Whose tickets the members see of each other, and whether each needs a second factor."""
    if sharing != customer.sharing:
        journal.write("customer.sharing_set", customer, by, was=customer.sharing, became=sharing)
        customer.sharing = sharing
    if second_factor_required != customer.second_factor_required:
        journal.write("customer.factor_required", customer, by, became=second_factor_required)
        customer.second_factor_required = second_factor_required


def add_project(customer: Customer, by: Person, name: str) -> Project:
    """A project done for the customer."""
    project = Project(customer_id=customer.id, name=name)
    db.session.add(project)
    journal.write("customer.project_added", customer, by, became=name)
    return project


def finish_project(project: Project, by: Person, on: date) -> None:
    """The project is done (R25 asks about it then); a wrong day is put right by finishing it again."""
    journal.write("customer.project_finished", project, by, was=project.finished_on, became=on, name=project.name)
    project.finished_on = on


def keep_contact(customer: Customer, by: Person, contact: Contact | None, **facts) -> Contact:
    """A new contact, or the new facts of one."""
    verb = "customer.contact_changed" if contact else "customer.contact_added"
    contact = contact or Contact(customer_id=customer.id)
    for name in ("name", "title", "role", "phone", "email"):
        setattr(contact, name, facts[name])
    db.session.add(contact)
    journal.write(verb, customer, by, became=contact.name)
    return contact


def remove_contact(customer: Customer, by: Person, contact: Contact) -> None:
    """Take a contact out of the file: the personal data goes, the entry says only that it was done.

    Of whoever was asked in a survey an empty row stays, so that the survey still counts whom it asked.
    """
    from portal.domain.surveys import leaving  # that room knows this one's tables

    if leaving.was_asked(contact):
        leaving.let_go(contact)
        contact.name, contact.role = "—", GONE
        contact.title = contact.phone = contact.email = ""
        contact.person_id = None
    else:
        db.session.delete(contact)
    journal.write("customer.contact_removed", customer, by)


def listing(
    rows: Select, *, said="", tier="", region="", manager=0, closed=False, after=None, limit=50
) -> list[Customer]:  # fmt: skip
    """Customers by name, at most `limit`. `after`: (name, id) of the last one seen."""
    if said:
        found = (Customer.name, Customer.short_name, Customer.number)
        rows = rows.where(db.or_(*(column.icontains(said, autoescape=True) for column in found)))
    for column, value in (
        (Customer.tier, tier),
        (Customer.region, region),
        (Customer.account_manager_id, manager),
    ):
        rows = rows.where(column == value) if value else rows
    rows = rows.where(Customer.closed_on.is_not(None) if closed else Customer.closed_on.is_(None))
    if after:
        rows = rows.where(db.tuple_(Customer.name, Customer.id) > after)
    rows = rows.options(joinedload(Customer.account_manager)).order_by(Customer.name, Customer.id)
    return list(db.session.scalars(rows.limit(limit)))


def projects_of(customer: Customer) -> list[Project]:
    """Projects, running ones first."""
    rows = db.select(Project).where(Project.customer_id == customer.id)
    return list(db.session.scalars(rows.order_by(Project.finished_on.is_not(None), Project.id.desc()).limit(200)))


def contacts_of(customer: Customer) -> list[Contact]:
    """Contacts by name."""
    rows = db.select(Contact).where(Contact.customer_id == customer.id, Contact.role != GONE)
    return list(db.session.scalars(rows.order_by(Contact.name, Contact.id).limit(200)))


def people_of(customer: Customer) -> list[Person]:
    """Everybody of this customer who has or had an account, by name."""
    rows = db.select(Person).where(Person.customer_id == customer.id)
    return list(db.session.scalars(rows.order_by(Person.disabled_at.is_not(None), Person.name, Person.id).limit(500)))


def _called(field: str, value) -> str:
    """A value of the heading in words that outlive the policy's codes and the people's ids."""
    lists = {"tier": "tiers", "card": "cards", "region": "regions"}
    if field in lists and value:
        return settings.policy().called(lists[field], value).zh
    if field == "account_manager_id" and value:
        return queries.person(value).name
    return value or "—"


def _refuse_same_name(name: str) -> None:
    if db.session.scalar(db.select(Customer.id).where(Customer.name == name)):
        raise Refused(N_("There is a customer of this name already."))
