"""At the door (现场签到): the list for a desk, check-ins that may arrive late, twice or from two desks, people who just come."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.forum import registering, seats
from portal.domain.forum.after_models import CheckIn
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.forum.registering import Coming
from portal.domain.people.models import Customer, Person
from portal.domain.refusals import Refused
from portal.i18n import N_

BEFORE, AFTER = timedelta(hours=12), timedelta(hours=12)
"""So long before and after the event people are checked in."""
AHEAD = timedelta(minutes=2)
"""A device's clock may be so much ahead of ours and is still believed."""
MOST_AT_ONCE = 500

RESULTS = {
    "in": N_("Welcome"),
    "already": N_("Is here already"),
    "cancelled": N_("Has cancelled"),
    "not_confirmed": N_("Has no confirmed seat"),
    "other_event": N_("The ticket is for another event"),
    "unknown": N_("This ticket is not known"),
    "too_early": N_("Not on this day"),
}


@dataclass(frozen=True)
class Scan:
    """A deed of a desk as it reports it: which attendee (by id, or by the hash of the ticket), and the device's moment."""

    key: str
    at: datetime
    attendee_id: int | None = None
    ticket: str = ""
    how: str = "search"


@dataclass(frozen=True)
class Result:
    """What came of a scan; `at` is the check-in that counts."""

    key: str
    code: str
    attendee_id: int | None = None
    name: str = ""
    at: datetime | None = None
    desk: str = ""


@dataclass(frozen=True)
class Came:
    """Somebody who just came. `is_known`: they stood on the list already, by this or another desk; one entry it stays."""

    attendee: Attendee
    result: Result
    is_known: bool = False


@dataclass(frozen=True)
class Line:
    """Somebody on the desk's list: what is needed to greet them, and no more."""

    id: int
    number: str
    name: str
    name_en: str
    organisation: str
    title: str
    ticket: str
    state: str
    companions: int
    at: datetime | None


def is_on(event: Event, at: datetime) -> bool:
    """Are people checked in now?"""
    return event.state in ("published", "closed") and event.begins_at - BEFORE <= at <= event.ends_at + AFTER


def listing(event: Event) -> list[Line]:
    """Everybody the desk may meet, by number; whoever cancelled too, so that the desk can say so."""
    rows = (
        db.select(Attendee, Registration.state, CheckIn.at, CheckIn.undone_at)
        .join(Registration, Attendee.registration_id == Registration.id)
        .outerjoin(CheckIn, CheckIn.attendee_id == Attendee.id)
        .where(Attendee.event_id == event.id)
        .order_by(Attendee.number)
    )
    return [
        Line(
            one.id, one.shown_number, one.called, one.name_en, one.organisation, one.title, one.token_hash or "",
            "cancelled" if one.cancelled_at else state, len(one.companions), None if undone else at,
        )
        for one, state, at, undone in map(tuple, db.session.execute(rows))
    ]  # fmt: skip


def check_in(event: Event, by: Person | None, scans: Sequence[Scan], desk: str = "") -> list[Result]:
    """Take over what a desk did, in any order, as often as it is sent: one entry an attendee, the earliest moment counts."""
    if len(scans) > MOST_AT_ONCE:
        raise Refused(N_("At most {most} check-ins at once."), most=MOST_AT_ONCE)
    event = seats.lock(event.id)
    people = _people(event, scans)
    of_these = db.and_(CheckIn.event_id == event.id, CheckIn.attendee_id.in_([one.id for one in people.values()]))
    known = list(db.session.scalars(db.select(CheckIn).where(db.or_(of_these, CheckIn.key.in_(_keys(scans))))))
    found = {row.attendee_id: row for row in known if row.event_id == event.id}
    taken = {row.key: row.attendee_id for row in known}
    results = []
    for scan in scans:
        who = people.get(_named(scan))
        if who is not None and taken.setdefault(scan.key, who.id) != who.id:
            scan = replace(scan, key=_apart(scan.key, who.id))
        results.append(_one(event, by, scan, who, found, desk))
    return [replace(one, key=scan.key) for one, scan in zip(results, scans, strict=True)]


def _keys(scans: Iterable[Scan]) -> list[str]:
    return [scan.key for scan in scans]


def _apart(key: str, attendee_id: int) -> str:
    """A device that used one key for two people: the second one is a deed of its own, told apart by whom it was."""
    return f"{key[:50]}#{attendee_id}"


def _named(scan: Scan) -> str:
    return scan.ticket or f"#{scan.attendee_id}"


def _people(event: Event, scans: Iterable[Scan]) -> dict[str, Attendee]:
    """Who was scanned, by what the desk called them; tickets of other events too."""
    ids = [scan.attendee_id for scan in scans if scan.attendee_id and not scan.ticket]
    hashes = [scan.ticket for scan in scans if scan.ticket]
    theirs = db.or_(db.and_(Attendee.id.in_(ids), Attendee.event_id == event.id), Attendee.token_hash.in_(hashes))
    rows = db.session.scalars(db.select(Attendee).where(theirs).options(joinedload(Attendee.registration)))
    found: dict[str, Attendee] = {}
    for one in rows:
        found[f"#{one.id}"] = one
        if one.token_hash:
            found[one.token_hash] = one
    return found


def _one(event: Event, by, scan: Scan, who: Attendee | None, found: dict[int, CheckIn], desk: str) -> Result:
    if who is None:
        return Result(scan.key, "unknown")
    if who.event_id != event.id:
        return Result(scan.key, "other_event")
    at = _believed(event, scan.at)
    row = found.get(who.id)
    if row is not None and row.undone_at is None:
        again = row.key == scan.key
        if at < row.at and not again:  # another desk saw them earlier and could not tell us
            row.at, row.desk, row.how, row.by_id = at, desk[:40], scan.how, by.id if by else None
        return Result(scan.key, "in" if again else "already", who.id, who.called, row.at, row.desk)
    if row is not None and row.key == scan.key:
        return Result(scan.key, "already", who.id, who.called, row.at, row.desk)  # was taken back since
    if who.cancelled_at is not None or who.registration.state in ("cancelled", "declined", "lapsed"):
        return Result(scan.key, "cancelled", who.id, who.called)
    if who.registration.state != "confirmed":
        return Result(scan.key, "not_confirmed", who.id, who.called)
    if not is_on(event, clock.now()):
        return Result(scan.key, "too_early", who.id, who.called)
    row = row or CheckIn(event_id=event.id, attendee_id=who.id)
    row.key, row.at, row.arrived_at, row.by_id = scan.key, at, clock.now(), by.id if by else None
    row.desk, row.how, row.undone_at = desk[:40], scan.how, None
    db.session.add(row)
    db.session.flush()
    found[who.id] = row
    journal.write("forum.checked_in", who, by, name=who.called, desk=desk)
    return Result(scan.key, "in", who.id, who.called, at, row.desk)


def _believed(event: Event, at: datetime) -> datetime:
    """The device's moment as far as it can be true: on the day, and not in the future."""
    now = clock.now()
    return at if event.begins_at - BEFORE <= at <= now + AHEAD else now


def undo(attendee: Attendee, by: Person, why: str) -> None:
    """The desk took the wrong person."""
    row = db.session.scalar(db.select(CheckIn).where(CheckIn.attendee_id == attendee.id, CheckIn.undone_at.is_(None)))
    if row is None:
        raise Refused(N_("{name} is not checked in."), name=attendee.called)
    row.undone_at = clock.now()
    journal.write("forum.check_in_undone", attendee, by, name=attendee.called, why=why)


def walk_in(
    event: Event,
    by: Person,
    customer: Customer | None,
    one: Coming,
    key: str,
    desk: str = "",
    at: datetime | None = None,
) -> Came:
    """Somebody who just comes: registered and checked in at once, if there is a seat; once for each `key`.

    Whoever is on the list already is checked in as who they are: another desk registered them too, or this one did not
    find them. Where nobody said which customer they are of, it is the one called as their organisation.
    `at`: the moment of a device that could not tell us then.
    """
    event = seats.lock(event.id)
    known = db.select(Attendee).join(CheckIn, CheckIn.attendee_id == Attendee.id)
    known = known.where(CheckIn.key == key, CheckIn.how == "on_site", CheckIn.event_id == event.id)
    if (before := db.session.scalar(known.options(joinedload(Attendee.registration)))) is not None:
        return Came(before, Result(key, "in", before.id, before.called, at, desk))
    if not is_on(event, clock.now()):
        raise Refused(N_("People are registered at the door on the day itself."))
    same = _on_the_list(event, one)
    if same is None:
        party = registering.register(event, by, customer or _called(one.organisation), [one], on_site=True)
        attendee = seats.people_of(party)[0]
        attendee.registration = party
    else:
        attendee = same
        attendee.phone, attendee.title = attendee.phone or one.phone, attendee.title or one.title
    scan = Scan(key=key, at=at or clock.now(), attendee_id=attendee.id, how="on_site")
    return Came(attendee, check_in(event, by, [scan], desk)[0], is_known=same is not None)


def _on_the_list(event: Event, one: Coming) -> Attendee | None:
    """Who of those with a seat has this name and organisation, and no other telephone; none where that is several people."""
    rows = db.select(Attendee).join(Registration, Attendee.registration_id == Registration.id)
    rows = rows.where(Attendee.event_id == event.id, Attendee.cancelled_at.is_(None), Registration.state == "confirmed")
    rows = rows.options(joinedload(Attendee.registration).joinedload(Registration.customer)).order_by(Attendee.id)
    found = [row for row in db.session.scalars(rows) if _is_same(row, one)]
    by_phone = [row for row in found if one.phone and row.phone]
    found = by_phone or found
    return found[0] if len(found) == 1 else None


def _is_same(row: Attendee, one: Coming) -> bool:
    customer = row.registration.customer
    organisations = {row.organisation, *((customer.name, customer.short_name) if customer else ())}
    names = {_plain(name) for name in (row.name, row.badge_name, row.name_en) if name}
    apart = row.phone and one.phone and _digits(row.phone) != _digits(one.phone)
    return (
        _plain(one.name) in names and _plain(one.organisation) in {_plain(each) for each in organisations} and not apart
    )


def _plain(text: str) -> str:
    """A name as people mean it: neither blanks nor capitals nor the width of letters tell two apart."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digits(phone: str) -> str:
    """A telephone number without what is written between its digits, and without our country's code."""
    return "".join(sign for sign in phone if sign.isdecimal()).removeprefix("0086")[-11:]


def _called(organisation: str) -> Customer | None:
    """The customer of this name or short name, if it is one and no more."""
    rows = db.select(Customer).where(
        db.or_(Customer.name == organisation, Customer.short_name == organisation), Customer.closed_on.is_(None)
    )
    found = list(db.session.scalars(rows.limit(2)))
    return found[0] if len(found) == 1 else None


def counts(event: Event) -> tuple[int, int]:
    """How many are here, of how many who have a confirmed seat; companions come along, and count where they take seats."""
    one = db.literal(1)
    if event.companions_take_seats:
        one += db.func.coalesce(db.func.json_array_length(Attendee.companions), 0)
    confirmed = db.select(db.func.coalesce(db.func.sum(one), 0)).select_from(Attendee).join(Registration)
    confirmed = confirmed.where(
        Attendee.event_id == event.id, Attendee.cancelled_at.is_(None), Registration.state == "confirmed"
    )
    here = confirmed.join(CheckIn, CheckIn.attendee_id == Attendee.id).where(CheckIn.undone_at.is_(None))
    both = db.session.execute(db.select(here.scalar_subquery(), confirmed.scalar_subquery()))
    return tuple(both.one())


def hash_of(ticket: str) -> str:
    """What the desk's list keeps of a ticket."""
    return hashlib.sha256(ticket.encode()).hexdigest()


def moment(milliseconds: int | float) -> datetime:
    """A device's moment, as scripts tell it; now for what cannot be one."""
    try:
        return datetime.fromtimestamp(float(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return clock.now()


def by_number(event: Event, number: int) -> Attendee | None:
    """The attendee of this number, with party."""
    if not 0 < number < 2**31:
        return None
    rows = db.select(Attendee).where(Attendee.event_id == event.id, Attendee.number == number)
    return db.session.scalar(rows.options(joinedload(Attendee.registration)))
