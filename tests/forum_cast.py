"""Events and who comes to them, for tests: made through the actions."""

from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import inspect

from portal import clock
from portal.db import db, transaction
from portal.domain.forum import desk, events, invitations, minutes, programme, registering, topics
from portal.domain.forum.after_models import Topic
from portal.domain.forum.models import Event, Session
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.forum.registering import Coming
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from tests.factories import a_customer, a_person, a_supervisor, again

_names = count(1)


def an_event(capacity=10, publish=True, by: Person | None = None, **facts) -> Event:
    """A published forum that begins in thirty days, ten in the morning, and takes registrations now."""
    begins = (clock.now() + timedelta(days=30)).replace(hour=2, minute=0, second=0, microsecond=0)
    given = {
        "title": "2026 年大客户服务质量座谈会", "title_en": "Key customer forum 2026", "place": "申江会议中心", "place_en": "Shenjiang Centre",
        "begins_at": begins, "ends_at": begins + timedelta(hours=8), "opens_at": clock.now() - timedelta(days=1),
        "closes_at": begins - timedelta(days=2), "change_until": begins - timedelta(days=1), "offer_hours": 8,
    }  # fmt: skip
    tiers = facts.pop("tiers", {"strategic": 100, "key": 100, "ordinary": 100})
    with transaction():
        by = again(by) if by else _supervisor()
        event = events.make(by, capacity, tiers, **(given | facts))
        if publish:
            events.move(event, "publish", by)
    return loaded(event)


def _supervisor() -> Person:
    person = Person(
        name="宋督导",
        email=f"song{next(_names)}@example.test",
        roles=[Role.SUPERVISOR],
        made_at=clock.now(),
        language="en",
    )
    db.session.add(person)
    db.session.flush()
    return person


def coming(n: int, **facts) -> list[Coming]:
    """So many people nobody knows yet."""
    return [Coming(**{"name": f"来宾{next(_names)}"} | facts) for _ in range(n)]


def a_party(event: Event, n=1, customer: Customer | None = None, by: Person | None = None, **facts) -> Registration:
    """A party of so many, registered by somebody of the customer's."""
    by = by or a_person(Role.ORG_ADMIN, **({"customer": customer} if customer else {}))
    who, key = facts.pop("who", {}), by.customer_id
    with transaction():
        event = db.session.get_one(Event, event.id)
        party = registering.register(event, again(by), db.session.get_one(Customer, key), coming(n, **who), **facts)
    return loaded(party)


def a_session(
    event: Event, capacity: int | None = 2, begins_after=1.0, hours=1.0, title="网络保障", **facts
) -> Session:
    """A session that begins so many hours after the event does."""
    begins = event.begins_at + timedelta(hours=begins_after)
    given = {
        "title": title, "title_en": "", "about": "", "about_en": "", "track_id": None, "room_id": None, "capacity": capacity,
        "begins_at": begins, "ends_at": begins + timedelta(hours=hours),
    }  # fmt: skip
    with transaction():
        speakers = facts.pop("speakers", ())
        session = programme.keep_session(event, a_supervisor_here(), None, speakers, **(given | facts))
    return loaded(session)


def a_supervisor_here() -> Person:
    return db.session.scalars(db.select(Person).where(Person.email.like("song%"))).first() or _supervisor()


def loaded(row):
    """The row with its columns, apart from the session: nothing a browser does makes it unreadable."""
    db.session.refresh(row)
    db.session.expunge(row)
    return row


def fresh(row):
    """The row as it lies in the database now."""
    kind, key = type(row), inspect(row).identity[0]
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(kind, key)


def people(party: Registration) -> list[Attendee]:
    db.session.rollback()
    rows = db.select(Attendee).where(Attendee.registration_id == party.id, Attendee.cancelled_at.is_(None))
    return [loaded(one) for one in db.session.scalars(rows.order_by(Attendee.id))]


def an_invitation(event: Event, person: Person | None = None, send=True, **facts):
    """Somebody invited, with an account or without."""
    customer_id = facts.pop("customer_id", None) or (person.customer_id if person else a_customer().id)
    given = {
        "name": person.name if person else f"来宾{next(_names)}",
        "email": person.email if person else "",
        "person_id": person.id if person else None,
    }
    with transaction():
        by = again(a_supervisor_here())
        rows = invitations.add(event, by, [invitations.Invited(customer_id=customer_id, **(given | facts))])
        if send:
            invitations.send(db.session.get_one(Event, event.id), rows, by)
    return loaded(rows[0])


MORNING = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
"""Monday, nine in the morning in Shanghai."""
__all__ = ["MORNING", "a_party", "a_session", "a_supervisor", "an_event", "an_invitation", "coming", "fresh", "people"]


def who_came(event: Event) -> tuple[Person, Registration, Person, Registration]:
    """Two who were to come, each with a party: the first asks a question and was at the desk, the second stayed away."""
    one, two = (loaded(a_person(Role.ORG_ADMIN)) for _ in range(2))
    there = a_party(event, 1, by=one, who={"person_id": one.id, "question": "资费？"})
    away = a_party(event, 1, by=two, who={"person_id": two.id})
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at), transaction():
        row, staff = db.session.get_one(Event, event.id), db.session.get_one(Person, by)
        desk.check_in(row, staff, [desk.Scan("key-1", clock.now(), people(there)[0].id)])
    return one, there, two, away


def minuted(event: int, by: int) -> tuple[Event, Person]:
    """Within a transaction: its minutes are published and its question is answered for all. Gives both as loaded now."""
    row, staff = db.session.get_one(Event, event), db.session.get_one(Person, by)
    minutes.keep(row, staff, "一、网络保障", None)
    minutes.publish(row, staff)
    topics.answer(db.session.scalars(db.select(Topic)).one(), staff, "一季度公布。", is_shared=True)
    return row, staff
