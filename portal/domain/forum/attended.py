"""Whoever was at a forum (到会人员), as contacts of their organisations: a survey about it asks exactly them.

Checked in at the door and not taken back. Companions have left no address and guests of no customer belong to nobody's
answers: neither is asked. Newcomers are, once it is known whose they are and how to reach them.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.forum.after_models import CheckIn
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.people.models import Contact, Person

ROLE = "user"
"""Of somebody whom we know from the forum alone."""


@dataclass(frozen=True)
class Present:
    """How many were there; how many of them belong to a customer and can be asked, of how many customers; who else came."""

    people: int
    to_ask: int
    customers: int
    guests: int
    companions: int


def there(event_id: int) -> Select:
    """The attendees (with their registrations) who were there."""
    rows = db.select(Attendee).join(Registration, Attendee.registration_id == Registration.id)
    return rows.join(CheckIn, CheckIn.attendee_id == Attendee.id).where(
        Attendee.event_id == event_id, Attendee.cancelled_at.is_(None), CheckIn.undone_at.is_(None)
    )


def present(event: Event) -> Present:
    """The figures of whoever was there: one statement."""
    rows = db.session.execute(there(event.id).with_only_columns(Registration.customer_id, Attendee.companions))
    found: list[tuple] = [tuple(row) for row in rows]
    ours = [customer for customer, _ in found if customer]
    companions = [one for _, named in found for one in named or ()]
    return Present(len(found), len(ours), len(set(ours)), len(found) - len(ours), len(companions))


def held(also: int | None = None, limit: int = 20) -> list[Event]:
    """The forums that have begun, the latest first; and one of this id."""
    begun = db.and_(Event.begins_at <= clock.now(), Event.state.in_(("published", "closed")))
    rows = db.select(Event).where(db.or_(begun, Event.id == (also or 0)))
    return list(db.session.scalars(rows.order_by(Event.begins_at.desc()).limit(limit)))


def customers(event_id: int) -> Select:
    """The ids of the customers of whom somebody was there."""
    return there(event_id).with_only_columns(Registration.customer_id).where(Registration.customer_id.is_not(None))


def contacts(event_id: int) -> Select:
    """The ids of the contacts who were there."""
    return there(event_id).with_only_columns(Contact.id).join(Contact, _is_known_as())


def _is_known_as() -> ColumnElement[bool]:
    """This attendee is this contact: of one customer, by account or address; by name, where no other telephone or address
    speaks against it."""
    unsaid = db.and_(
        db.or_(Attendee.email == "", Contact.email == ""), db.or_(Attendee.phone == "", Contact.phone == ""),
        db.or_(Attendee.person_id.is_(None), Contact.person_id.is_(None)),
    )  # fmt: skip
    by_phone = db.and_(Attendee.phone != "", Attendee.phone == Contact.phone)
    by_name = db.and_(Contact.name == Attendee.name, db.or_(by_phone, unsaid))
    by_address = db.and_(Attendee.email != "", db.func.lower(Contact.email) == db.func.lower(Attendee.email))
    return db.and_(
        Contact.customer_id == Registration.customer_id,
        db.or_(Contact.person_id == Attendee.person_id, by_address, by_name),
    )


def note_contacts(event: Event, by: Person | None) -> int:
    """Who was there and is no contact of their customer yet becomes one; an address that a contact lacks is filled in.

    Gives how many are new. Whoever came with others and stood in no file can be asked, and met again, only so.
    """
    pairs = list(map(tuple, db.session.execute(there(event.id).add_columns(Contact).join(Contact, _is_known_as()))))
    for one, contact in pairs:
        contact.email, contact.phone = contact.email or one.email, contact.phone or one.phone
    known = {one.id for one, _ in pairs}
    rows = there(event.id).add_columns(Registration.customer_id).where(Registration.customer_id.is_not(None))
    new = [(one, customer) for one, customer in map(tuple, db.session.execute(rows)) if one.id not in known]
    accounts = [one.person_id for one, _ in new if one.person_id is not None]
    taken = set(db.session.scalars(db.select(Contact.person_id).where(Contact.person_id.in_(accounts))))
    for one, customer in new:
        contact = Contact(
            customer_id=customer, name=one.name, title=one.title, role=ROLE, phone=one.phone, email=one.email
        )
        contact.person_id = one.person_id if one.person_id not in taken else None
        db.session.add(contact)
    db.session.flush()
    if new:
        journal.write(
            "forum.contacts_noted", event, by, number=len(new), became="、".join(one.name for one, _ in new)[:200]
        )
    return len(new)
