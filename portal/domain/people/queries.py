"""Who there is: staff by role, people of a party, people of a customer, sessions, accounts nobody uses."""

from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.people.models import GONE, Approval, Contact, Dispatchable, Person, Project, SignIn
from portal.domain.people.roles import Role

ALONG = tuple(joinedload(part) for part in (Person.customer, Person.department, Person.provider))
PARTIES = {"department": Person.department_id, "provider": Person.provider_id}
STATES = {
    "active": (Person.disabled_at.is_(None), db.or_(Person.password_hash.is_not(None), Person.invited_at.is_(None))),
    "invited": (Person.disabled_at.is_(None), Person.password_hash.is_(None), Person.invited_at.is_not(None)),
    "disabled": (Person.disabled_at.is_not(None),),
}
ONLY_HANDLES = db.cast(Person.roles, db.String) == f'["{Role.HANDLER}"]'
"""Of staff: a handler and nothing else, as `Person.only_handles` says of one."""


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
    return db.session.scalar(db.select(Person).where(Person.email == (email or "").strip().lower()).options(*ALONG))


def person(key: int | None) -> Person:
    """The person of this id, known to exist, with organisation and party."""
    return db.session.scalars(db.select(Person).where(Person.id == key).options(*ALONG)).one()


def who_left() -> Select:
    """The ids of the contacts who are there no more: taken out of the file, or their account is closed."""
    rows = db.select(Contact.id).outerjoin(Person, Person.id == Contact.person_id)
    return rows.where(db.or_(Contact.role == GONE, Person.disabled_at.is_not(None)))


def first_of(role: Role, *, of_provider: bool = False, besides: Person | None = None) -> Person | None:
    """The first person there was who holds this role and no other, may sign in, and is not the one `besides` whom we look.

    Nobody of a provider, or somebody of one; where there is no such person, whoever comes nearest.
    """
    theirs = Person.provider_id.is_(None) if of_provider else Person.provider_id.is_not(None)
    rows = db.select(Person).where(Person.disabled_at.is_(None)).order_by(theirs, Person.id)
    return min(
        (person for person in db.session.scalars(rows) if person.has(role) and person is not besides),
        key=lambda one: len(one.roles),
        default=None,
    )


def open_approval(person: Person) -> Approval | None:
    """What was asked for about this person and waits for a second one."""
    return db.session.scalar(db.select(Approval).where(Approval.person_id == person.id, Approval.decided_at.is_(None)))


def open_approvals(rows: Select) -> list[Approval]:
    """What waits for a second person, oldest first."""
    along = (joinedload(Approval.person), joinedload(Approval.asked_by))
    return list(db.session.scalars(rows.where(Approval.decided_at.is_(None)).options(*along).order_by(Approval.id)))


def sessions_of(person: Person) -> list[SignIn]:
    """The sessions of a person that were not ended, newest first."""
    rows = db.select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
    return list(db.session.scalars(rows.order_by(SignIn.seen_at.desc(), SignIn.id.desc())))


def has_been_here(person: Person) -> bool:
    """Did this person ever sign in?"""
    return db.session.scalar(db.select(SignIn.id).where(SignIn.person_id == person.id).limit(1)) is not None


def last_seen(ids: list[int]) -> dict[int, datetime]:
    """When these people were last seen here; those who never were are missing."""
    seen = db.select(SignIn.person_id, db.func.max(SignIn.seen_at).label("at")).where(SignIn.person_id.in_(ids))
    return {row.person_id: row.at for row in db.session.execute(seen.group_by(SignIn.person_id))}


def unused_since(rows: Select, since: datetime) -> list[Person]:
    """People who may sign in and were not seen since then, nor invited since: accounts to ask about."""
    seen = db.select(SignIn.id).where(SignIn.person_id == Person.id, SignIn.seen_at > since).exists()
    idle = rows.where(Person.disabled_at.is_(None), Person.made_at < since, ~seen)
    return list(db.session.scalars(idle.options(*ALONG).order_by(Person.name, Person.id).limit(500)))


def people(rows: Select, *, side="staff", role="", party="", state="", said="", after=None, limit=50) -> list[Person]:
    """People by name, at most `limit`; each filter narrows, an empty one does not. `after`: (name, id) of the last."""
    rows = rows.where(Person.customer_id.is_not(None) if side == "customers" else Person.customer_id.is_(None))
    kind, _, key = party.partition("-")
    if kind in PARTIES and key.isdecimal():
        rows = rows.where(PARTIES[kind] == int(key[:9]))
    if role:
        rows = rows.where(db.cast(Person.roles, db.String).contains(f'"{role}"', autoescape=True))
    if said:
        rows = rows.where(db.or_(*(c.icontains(said, autoescape=True) for c in (Person.name, Person.email))))
    if after:
        rows = rows.where(db.tuple_(Person.name, Person.id) > after)
    rows = rows.where(*STATES.get(state, ())).options(*ALONG).order_by(Person.name, Person.id)
    return list(db.session.scalars(rows.limit(limit)))


def projects(rows: Select) -> list[Project]:
    """Of these projects (the visible ones), the newest first."""
    return list(db.session.scalars(rows.order_by(Project.id.desc()).limit(100)))
