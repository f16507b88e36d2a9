"""Whom figures can be about, by name: departments, providers, account managers, customers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, String, cast, literal, null, union_all

from portal.db import db
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.quality.counting import TOTAL, Scope
from portal.i18n import Words


@dataclass(frozen=True)
class Named:
    """A scope with its name."""

    scope: Scope
    words: Words
    closed_on: date | None = None
    """Since when it is no more: what was counted for it stays."""


EVERYBODY = Named(TOTAL, Words("全部", "In total"))


def choices(departments: Select, providers: Select, people: Select) -> list[Named]:
    """The departments, providers and account managers among these (visible ones), by name; one statement."""
    managers = people.where(cast(Person.roles, String).like(f'%"{Role.ACCOUNT_MANAGER}"%'))
    parts = [
        departments.with_only_columns(
            literal("department").label("sort"),
            Department.id,
            Department.name,
            Department.name_en,
            Department.closed_on,
        ),
        providers.with_only_columns(literal("provider"), Provider.id, Provider.name, Provider.name, Provider.closed_on),
        managers.with_only_columns(literal("manager"), Person.id, Person.name, Person.name, null()),
    ]
    rows = map(tuple, db.session.execute(union_all(*parts)))
    found = [Named(Scope(sort, key), Words(name, other or name), ended) for sort, key, name, other, ended in rows]
    return sorted(found, key=lambda one: (one.scope.sort, one.words.zh))


def customer(customers: Select, number: str) -> Named | None:
    """The customer of this number, or of exactly this name, among these."""
    named = customers.where((Customer.number == number) | (Customer.short_name == number) | (Customer.name == number))
    return _customer(named) if number else None


def customer_of(customers: Select, key: int) -> Named | None:
    """The customer with this id among these."""
    return _customer(customers.where(Customer.id == key))


def named(scope: Scope, departments: Select, providers: Select, people: Select, customers: Select) -> Named | None:
    """A scope with its name, if whoever it is about is among these rows."""
    if scope == TOTAL:
        return EVERYBODY
    if scope.sort == "customer":
        return customer_of(customers, scope.id)
    return next((one for one in choices(departments, providers, people) if one.scope == scope), None)


def _customer(rows: Select) -> Named | None:
    columns = rows.with_only_columns(Customer.id, Customer.short_name, Customer.number, Customer.closed_on)
    row = db.session.execute(columns.limit(1)).first()
    return Named(Scope("customer", row[0]), Words(row[1], row[1]), row[3]) if row else None
