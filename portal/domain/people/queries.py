"""Who there is: staff by role, people of a party, people of a customer."""

from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.people.models import Dispatchable, Person
from portal.domain.people.roles import Role


def staff(*roles: Role) -> list[Person]:
    """Staff who may sign in and hold one of these roles (any, if none is named), by name."""
    rows = db.select(Person).where(Person.customer_id.is_(None), Person.disabled_at.is_(None)).order_by(Person.name)
    return [person for person in db.session.scalars(rows) if not roles or person.has(*roles)]


def supervisors() -> list[Person]:
    """The quality supervisors."""
    return staff(Role.SUPERVISOR)


def handlers_of(party: Dispatchable) -> list[Person]:
    """The handlers of a department or a provider."""
    return [person for person in staff(Role.HANDLER) if party.is_party_of(person)]


def colleagues(customer_id: int) -> list[Person]:
    """The people of a customer who may sign in, by name."""
    rows = db.select(Person).where(Person.customer_id == customer_id, Person.disabled_at.is_(None))
    return list(db.session.scalars(rows.order_by(Person.name)))


def by_email(email: str | None) -> Person | None:
    """Whoever signs in with this address; capitals do not count."""
    return db.session.scalar(db.select(Person).where(Person.email == (email or "").strip().lower()))


def person(key: int | None) -> Person:
    """The person of this id, known to exist, with organisation and party."""
    along = (Person.customer, Person.department, Person.provider)
    return db.session.scalars(db.select(Person).where(Person.id == key).options(*map(joinedload, along))).one()


def first_of(role: Role) -> Person | None:
    """The first person there was who holds this role and may sign in."""
    rows = db.select(Person).where(Person.disabled_at.is_(None)).order_by(Person.id)
    return next((person for person in db.session.scalars(rows) if person.has(role)), None)
