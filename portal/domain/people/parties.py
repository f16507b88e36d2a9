"""What is done to departments and providers: whom an order may go to."""

from datetime import date

from sqlalchemy import Select

from portal.db import db
from portal.domain import journal
from portal.domain.people import actions, queries
from portal.domain.people.models import Department, Person, Provider
from portal.domain.refusals import Refused
from portal.i18n import N_

SAME_CODE = N_("This code is taken already.")


def found_departments(departments, by: Person | None) -> None:
    """A department for each of the policy's that has none yet."""
    known = set(db.session.scalars(db.select(Department.code)))
    for department in departments:
        if department.code not in known:
            row = Department(code=department.code, name=department.words.zh, name_en=department.words.en)
            db.session.add(row)
            journal.write("party.registered", row, by, became=row.name)


def register_provider(by: Person, code: str, name: str, region: str) -> Provider:
    """A new provider; its people are invited as handlers."""
    if db.session.scalar(db.select(Provider.id).where(Provider.code == code)):
        raise Refused(SAME_CODE)
    provider = Provider(code=code, name=name, region=region)
    db.session.add(provider)
    journal.write("party.registered", provider, by, became=name)
    return provider


def change_provider(provider: Provider, by: Person, name: str, region: str) -> None:
    """Another name or region."""
    journal.write("party.changed", provider, by, was=f"{provider.name} {provider.region}", became=f"{name} {region}")
    provider.name, provider.region = name, region


def change_department(department: Department, by: Person, name: str, name_en: str) -> None:
    """Another name; the code stays, the policy speaks of it."""
    journal.write("party.changed", department, by, was=department.name, became=name)
    department.name, department.name_en = name, name_en


def close_provider(provider: Provider, by: Person, on: date, why: str) -> None:
    """The contract has ended: no new orders, those that run go back to the desk, its people are disabled at once."""
    from portal.domain.tickets import dispatching  # that room knows this one's tables

    if provider.closed_on is not None:
        return
    provider.closed_on = on
    dispatching.end_with(provider, by, why)
    actions.shut_all(queries.handlers_of(provider), by, why)
    journal.write("party.closed", provider, by, why=why)


def open_provider(provider: Provider, by: Person) -> None:
    """A contract again: orders may go there; its people are enabled one by one."""
    if provider.closed_on is not None:
        provider.closed_on = None
        journal.write("party.opened", provider, by)


def departments(rows: Select) -> list[Department]:
    """The departments, by number."""
    return list(db.session.scalars(rows.order_by(Department.id)))


def providers(rows: Select) -> list[Provider]:
    """The providers: those with a contract first, by name."""
    return list(db.session.scalars(rows.order_by(Provider.closed_on.is_not(None), Provider.name).limit(300)))


def heads(column) -> dict[int, int]:
    """How many people who may sign in belong to each department (or provider)."""
    mine = Person.department_id if column == "department" else Person.provider_id
    rows = (
        db.select(mine.label("party"), db.func.count().label("heads"))
        .where(mine.is_not(None), Person.disabled_at.is_(None))
        .group_by(mine)
    )
    return {row.party: row.heads for row in db.session.execute(rows)}
