"""Who is invited, comes, waits and was there; all that pages, exports and paper show of a forum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.forum import seats
from portal.domain.forum.after_models import CheckIn
from portal.domain.forum.lifecycle import HOLDING, LIVE
from portal.domain.forum.models import Allotment, Event, Session
from portal.domain.forum.party_models import Attendee, Choice, Invitation, Offer, Registration
from portal.domain.people.models import Contact, Customer, Person


@dataclass
class Party:
    """A registration with its people, as pages show it."""

    row: Registration
    people: list[Attendee] = field(default_factory=list)
    offer: Offer | None = None
    position: int | None = None
    seats: int = 0

    @property
    def state(self) -> str:
        return self.row.state


@dataclass(frozen=True)
class Answers:
    """How invitations were answered, and how seats stand: the figures of an event."""

    by_state: dict[str, int]
    parties: dict[str, int]
    people: dict[str, int]
    here: int

    @property
    def invited(self) -> int:
        return sum(count for state, count in self.by_state.items() if state != "draft")


def events(rows: Select, limit: int = 50) -> list[Event]:
    """Events among `rows`, the latest first."""
    return list(db.session.scalars(rows.order_by(Event.begins_at.desc(), Event.id.desc()).limit(limit)))


def figures(event: Event, invitations: Select, registrations: Select) -> Answers:
    """Invitations and parties among these rows by state, people who come, people who are or were there: three statements."""
    of_event = invitations.where(Invitation.event_id == event.id).with_only_columns(Invitation.state, db.func.count())
    by_state = {
        str(state): int(count) for state, count in map(tuple, db.session.execute(of_event.group_by(Invitation.state)))
    }
    parties, people = by_states(event, registrations)
    listed = (
        registrations.where(Registration.event_id == event.id)
        .with_only_columns(Registration.id, Registration.state)
        .subquery()
    )
    here = db.select(db.func.count()).select_from(CheckIn).join(Attendee, CheckIn.attendee_id == Attendee.id)
    here = here.join(listed, listed.c.id == Attendee.registration_id)
    here = here.where(CheckIn.undone_at.is_(None), Attendee.cancelled_at.is_(None), listed.c.state == "confirmed")
    return Answers(by_state, parties, people, db.session.scalar(here) or 0)


def by_states(event: Event, registrations: Select) -> tuple[dict[str, int], dict[str, int]]:
    """Parties and people among these registrations by state: one statement."""
    listed = registrations.where(Registration.event_id == event.id)
    listed = listed.with_only_columns(Registration.id, Registration.state).subquery()
    there = db.and_(Attendee.registration_id == listed.c.id, Attendee.cancelled_at.is_(None))
    counted = db.select(listed.c.state, db.func.count(listed.c.id.distinct()), db.func.count(Attendee.id))
    found = list(map(tuple, db.session.execute(counted.outerjoin(Attendee, there).group_by(listed.c.state))))
    return {state: parties for state, parties, _ in found}, {state: people for state, _, people in found}


def invitations(rows: Select, event: Event, state: str = "", customer: int = 0, limit: int = 500) -> list[Invitation]:
    """Invitations of an event among `rows`, by organisation and name."""
    rows = rows.where(Invitation.event_id == event.id)
    rows = rows.where(Invitation.state == state) if state else rows
    rows = rows.where(Invitation.customer_id == customer) if customer else rows
    rows = rows.join(Customer, Invitation.customer_id == Customer.id).options(joinedload(Invitation.customer))
    return list(db.session.scalars(rows.order_by(Customer.name, Invitation.name, Invitation.id).limit(limit)))


def parties(
    rows: Select, event: Event, states: Sequence[str] = (), said: str = "", after: int | None = None, limit: int = 200
) -> list[Party]:
    """Parties of an event among `rows`, in the order they asked, with their people and open offers: three statements."""
    rows = rows.where(Registration.event_id == event.id)
    rows = rows.where(Registration.state.in_(states)) if states else rows
    rows = rows.where(Registration.id > after) if after else rows
    if said:
        named = db.select(Attendee.registration_id).where(
            Attendee.event_id == event.id,
            db.or_(*(column.icontains(said, autoescape=True) for column in (Attendee.name, Attendee.organisation))),
        )
        rows = rows.where(db.or_(Registration.id.in_(named), Registration.number.icontains(said, autoescape=True)))
    along = (joinedload(Registration.customer), joinedload(Registration.asked_by))
    found = list(db.session.scalars(rows.options(*along).order_by(Registration.queue_no, Registration.id).limit(limit)))
    return whole(found, event)


def whole(rows: Iterable[Registration], event: Event | None = None) -> list[Party]:
    """These registrations with their people, offers and seats."""
    found = {row.id: Party(row) for row in rows}
    if not found:
        return []
    people = db.select(Attendee).where(Attendee.registration_id.in_(found), Attendee.cancelled_at.is_(None))
    for one in db.session.scalars(people.order_by(Attendee.id)):
        party = found[one.registration_id]
        party.people.append(one)
        party.seats += seats.weight(one, event) if event else 1
    for offer in db.session.scalars(db.select(Offer).where(Offer.registration_id.in_(found), Offer.outcome == "open")):
        found[offer.registration_id].offer = offer
    return list(found.values())


def parts_of(rows: Select, party: Registration) -> list[Party]:
    """The other parts of a party that was divided, among `rows`: who got seats before, who waits still."""
    related = [Registration.split_from_id == party.id]
    if party.split_from_id:
        related += [Registration.id == party.split_from_id, Registration.split_from_id == party.split_from_id]
    found = rows.where(db.or_(*related), Registration.id != party.id).order_by(Registration.id)
    return [one for one in whole(db.session.scalars(found)) if one.people]


def with_positions(found: list[Party]) -> list[Party]:
    """The same, each that waits with its place on the list: one statement."""
    waiting = {party.row.event_id for party in found if party.row.state == "waiting"}
    if waiting:
        order: dict[int, list[int]] = {}
        rows = db.select(Registration.event_id, Registration.id).where(
            Registration.event_id.in_(waiting), Registration.state == "waiting"
        )
        for event_id, key in map(tuple, db.session.execute(rows.order_by(Registration.queue_no, Registration.id))):
            order.setdefault(event_id, []).append(key)
        for party in found:
            if party.row.state == "waiting":
                party.position = order[party.row.event_id].index(party.row.id) + 1
    return found


def of_customer(rows: Select, events: Sequence[Event]) -> dict[int, list[Party]]:
    """The parties among `rows` of these events, by event, live ones first."""
    by_id = {event.id: event for event in events}
    if not by_id:
        return {}
    found = rows.where(Registration.event_id.in_(by_id)).options(joinedload(Registration.asked_by))
    order = db.case((Registration.state.in_(LIVE), 0), else_=1)
    listed = with_positions(whole(db.session.scalars(found.order_by(order, Registration.id))))
    by_event: dict[int, list[Party]] = {}
    for party in listed:
        party.seats = seats.seats_of(party.people, by_id[party.row.event_id])
        by_event.setdefault(party.row.event_id, []).append(party)
    return by_event


def sessions_of(attendee: Attendee) -> list[Session]:
    """The chosen sessions of an attendee, with their rooms, in their order."""
    rows = db.select(Session).join(Choice, Choice.session_id == Session.id).where(Choice.attendee_id == attendee.id)
    return list(db.session.scalars(rows.options(joinedload(Session.room)).order_by(Session.begins_at, Session.id)))


def left_sessions_of(attendee: Attendee) -> list[Session]:
    """Sessions the attendee has given up and does not have again."""
    again = db.select(Choice.session_id).where(Choice.attendee_id == attendee.id)
    rows = db.select(Session).where(Session.id.in_(attendee.left_sessions or ()), Session.id.not_in(again))
    return list(db.session.scalars(rows.options(joinedload(Session.room)).order_by(Session.begins_at, Session.id)))


def chosen(people: Iterable[Attendee]) -> dict[int, list[Session]]:
    """The chosen sessions of these people, by attendee."""
    ids = [one.id for one in people]
    if not ids:
        return {}
    rows = db.select(Choice.attendee_id, Session).join(Session, Choice.session_id == Session.id)
    rows = rows.where(Choice.attendee_id.in_(ids)).order_by(Session.begins_at, Session.id)
    found: dict[int, list[Session]] = {}
    for key, session in map(tuple, db.session.execute(rows)):
        found.setdefault(key, []).append(session)
    return found


def checked(people: Iterable[Attendee]) -> dict[int, CheckIn]:
    """Who of these people is or was there."""
    ids = [one.id for one in people]
    rows = db.select(CheckIn).where(CheckIn.attendee_id.in_(ids), CheckIn.undone_at.is_(None))
    return {row.attendee_id: row for row in db.session.scalars(rows)} if ids else {}


def coming(event: Event, rows: Select | None = None, states: Sequence[str] = ("confirmed",)) -> list[Attendee]:
    """Everybody with a confirmed seat, by organisation and number, with party and hotel; among these registrations only."""
    found = db.select(Attendee).join(Registration, Attendee.registration_id == Registration.id)
    found = found.where(Attendee.event_id == event.id, Attendee.cancelled_at.is_(None), Registration.state.in_(states))
    if rows is not None:
        found = found.where(Registration.id.in_(rows.with_only_columns(Registration.id)))
    along = (joinedload(Attendee.registration).joinedload(Registration.customer), joinedload(Attendee.hotel))
    return list(db.session.scalars(found.options(*along).order_by(Attendee.organisation, Attendee.number)))


def allotments(event: Event) -> dict[int, Allotment]:
    """Places by hand, by organisation."""
    rows = db.select(Allotment).where(Allotment.event_id == event.id).options(joinedload(Allotment.customer))
    return {row.customer_id: row for row in db.session.scalars(rows)}


def places(event: Event, customers: Select, limit: int = 300) -> list[tuple[Customer, int, int, Allotment | None]]:
    """These customers with their places and how many are used: (customer, places, used, by hand)."""
    by_hand = allotments(event)
    used = db.select(Registration.customer_id, Attendee).join(Attendee, Attendee.registration_id == Registration.id)
    used = used.where(Registration.event_id == event.id, Registration.state.in_(LIVE), Attendee.cancelled_at.is_(None))
    taken: dict[int | None, int] = {}
    for key, attendee in map(tuple, db.session.execute(used)):
        taken[key] = taken.get(key, 0) + seats.weight(attendee, event)
    rows = customers.where(Customer.closed_on.is_(None)).order_by(Customer.name).limit(limit)
    return [
        (
            one,
            by_hand[one.id].seats if one.id in by_hand else event.seats.get(one.tier, 0),
            taken.get(one.id, 0),
            by_hand.get(one.id),
        )
        for one in db.session.scalars(rows)
    ]


def invitable(
    event: Event, customers: Select, tier: str = "", limit: int = 300
) -> list[tuple[Customer, Person | Contact]]:
    """People of these customers who are not invited yet: accounts first, then contacts without one."""
    rows = customers.where(Customer.closed_on.is_(None))
    rows = rows.where(Customer.tier == tier) if tier else rows
    among = rows.with_only_columns(Customer.id)
    asked = {
        (row.customer_id, row.person_id, row.name)
        for row in db.session.scalars(db.select(Invitation).where(Invitation.event_id == event.id))
    }
    known = {(customer, name) for customer, _, name in asked}
    people = (
        db.select(Customer, Person).join(Person, Person.customer_id == Customer.id).where(Person.disabled_at.is_(None))
    )
    contacts = (
        db.select(Customer, Contact)
        .join(Contact, Contact.customer_id == Customer.id)
        .where(Contact.person_id.is_(None))
    )
    found = []
    for kind, rows in ((Person, people), (Contact, contacts)):
        rows = rows.where(Customer.id.in_(among)).order_by(Customer.name, kind.name, kind.id).limit(limit)
        found += [
            (customer, one)
            for customer, one in map(tuple, db.session.execute(rows))
            if (customer.id, one.name) not in known
        ]
    return sorted(found, key=lambda pair: (pair[0].name, pair[0].id))[:limit]


def attendance(customer: Customer) -> list[tuple[Event, Attendee, CheckIn | None]]:
    """Who of a customer was registered for which forum, and who was there: for the customer's file."""
    rows = (
        db.select(Event, Attendee, CheckIn)
        .join(Attendee, Attendee.event_id == Event.id)
        .join(Registration, Attendee.registration_id == Registration.id)
        .outerjoin(CheckIn, db.and_(CheckIn.attendee_id == Attendee.id, CheckIn.undone_at.is_(None)))
        .where(
            Registration.customer_id == customer.id, Attendee.cancelled_at.is_(None), Registration.state.in_(HOLDING)
        )
        .order_by(Event.begins_at.desc(), Attendee.number)
        .limit(200)
    )
    return [tuple(row) for row in db.session.execute(rows)]  # pyright: ignore[reportReturnType]


def customers(rows: Select, limit: int = 500) -> list[Customer]:
    """Of these customers those that are not closed, by name: for a choice."""
    return list(db.session.scalars(rows.where(Customer.closed_on.is_(None)).order_by(Customer.name).limit(limit)))
