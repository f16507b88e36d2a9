"""What is done to departments and providers: whom an order may go to."""

from datetime import date

from sqlalchemy import Select

from portal.db import db
from portal.domain import journal, revisions, settings
from portal.domain.people import actions, queries
from portal.domain.people.models import Department, Person, Provider
from portal.domain.policy import Policy
from portal.domain.refusals import Refused
from portal.i18n import N_, Words

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
    if provider.closed_on is None:
        _end(provider, by, on, why)
        journal.write("party.closed", provider, by, why=why)


def close_department(department: Department, by: Person, on: date, why: str) -> None:
    """There is no such department any more: as with a provider; whoever has other work beside its orders keeps that.

    Raises Refused while it leads: another one takes that over first.
    """
    if department.closed_on is not None:
        return
    if (no := why_not_close(department)) is not None:
        raise no
    _end(department, by, on, why)
    journal.write("party.dissolved", department, by, why=why)


def why_not_close(department: Department) -> Refused | None:
    """Why it cannot be closed now: it leads open tickets, or a rule that holds or is planned names it as the one that leads."""
    from portal.domain.tickets import dispatching  # that room knows this one's tables

    if led := dispatching.led_by(department):
        no = N_("{name} leads {count} open tickets, the oldest is {number}. Let others lead them first.")
        return Refused(no, name=department.words, count=len(led), number=led[0])
    if routes := _routes(department.code):
        no = N_(
            "{name} leads by the rules for: {routes}. Name another department there first, under promises and classes."
        )
        return Refused(no, name=department.words, routes=routes)
    return None


def _routes(code: str) -> Words | None:
    """The kinds, classes and services for which this department leads, by what holds now and what is planned."""
    known = (settings.policy(), *(settings.policy(plan.id) for plan in revisions.plans("policy")))
    found = {
        one.words: None
        for policy in known
        for one in (*policy.kinds, *policy.classes, *policy.services)
        if one.department == code
    }
    return Words("、".join(one.zh for one in found), ", ".join(one.in_("en") for one in found)) if found else None


def need_open_leads(policy: Policy) -> None:
    """Raises Refused where a rule lets a department lead that is closed."""
    leads = {one.department for one in (*policy.kinds, *policy.classes, *policy.services)}
    closed = db.select(Department).where(Department.code.in_(leads), Department.closed_on.is_not(None))
    if (gone := db.session.scalars(closed.order_by(Department.id)).first()) is not None:
        raise Refused(N_("{name} is closed and cannot lead. Choose another department."), name=gone.words)


def _end(party: Department | Provider, by: Person, on: date, why: str) -> None:
    from portal.domain.tickets import dispatching  # that room knows this one's tables

    party.closed_on = on
    dispatching.end_with(party, by, why)
    actions.shut_all([one for one in queries.handlers_of(party) if one.only_handles], by, why)


def open_again(party: Department | Provider, by: Person) -> None:
    """There again from today on: orders may go there; its people are enabled one by one. The days between stay known."""
    if party.closed_on is None:
        return
    today = settings.today()
    if party.closed_on < today:
        party.absences = [*party.absences, (f"{party.closed_on}", f"{today}")]
    party.closed_on = None
    journal.write("party.opened", party, by)


def departments(rows: Select) -> list[Department]:
    """The departments: those that are there first, by number."""
    return list(db.session.scalars(rows.order_by(Department.closed_on.is_not(None), Department.id)))


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
