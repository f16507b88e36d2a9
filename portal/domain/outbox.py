"""Letters (通知信, R40): posted with the change, in its transaction; delivered after it, once, or kept readable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    ScalarSelect,
    Select,
    String,
    Text,
    UniqueConstraint,
    event,
    literal,
    literal_column,
    text,
    tuple_,
)
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from portal import clock
from portal.db import Base, Moment, db
from portal.domain import journal
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.i18n import N_

BACKOFF = tuple(timedelta(minutes=n) for n in (1, 2, 5, 15, 30))
GIVE_UP_AFTER = timedelta(hours=72)
LEASE = timedelta(minutes=3)
UNSENT = text("state in ('waiting', 'leased')")


class Letter(Base):
    """One letter to one person: also what they find under their notices in the portal.

    `key` makes it unique: the same event, person and template post nothing twice. Rendered in the reader's
    language when it is delivered or looked at.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_letter_waiting", "state", "due_at"),
        Index("ix_letter_notices", "to_id", "due_at", "id"),
        Index("ix_letter_ahead", "to_id", "ticket_id", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
        Index(
            "ix_letter_unread", "to_id", sqlite_where=text("read_at is null"), postgresql_where=text("read_at is null")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    template: Mapped[str] = mapped_column(String(60))
    """Name under templates/mail/, without ending."""
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    to_address: Mapped[str | None] = mapped_column(String(120))
    """Another address than the person's present one (the old one, after a change)."""
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    posted_at: Mapped[Moment]
    due_at: Mapped[Moment]
    """Not sent, and not shown, before this moment."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """waiting · leased · sent · kept (there is no mail server) · failed · cancelled"""
    tries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    read_at: Mapped[Moment | None]
    error: Mapped[str] = mapped_column(Text, default="")

    to: Mapped[Person] = relationship(lazy="raise")


def post(
    template: str, to: Person, *, key: str, ticket=None, at: datetime | None = None, to_address: str | None = None, **facts
) -> None:  # fmt: skip
    """Post a letter with this change. `key` names the event; `at` holds it back until that moment;
    `to_address` is another address than the person's present one.

    Facts are what the letter says (plain JSON). Posting the same key to the same person again does nothing.
    """
    whole = key_of(template, key, to)
    posted = db.session.info.setdefault("posted", set())
    if whole in posted or not _is_new(whole):
        return
    posted.add(whole)
    moment = clock.now()
    db.session.add(Letter(
        key=whole, template=template, to_id=to.id, to_address=to_address, facts=facts, ticket_id=ticket.id if ticket else None,
        posted_at=moment, due_at=max(at or moment, moment),
    ))  # fmt: skip


def _is_new(whole: str) -> bool:
    """Was no such letter posted by an earlier change? What this one posted waits for its end, to be written at once."""
    if whole in db.session.info.get("unposted", ()):
        return True
    with db.session.no_autoflush:
        return db.session.scalar(db.select(Letter.id).where(Letter.key == whole)) is None


def key_of(template: str, key: str, to: Person) -> str:
    """What makes a letter unique: its template, its event, its reader."""
    return f"{template}:{key}:{to.id}"


def look_up(keys: Iterable[str]) -> None:
    """Many letters are about to be posted in this transaction: find out in one statement which were posted before."""
    wanted = set(keys)
    known = db.session.scalars(db.select(Letter.key).where(Letter.key.in_(wanted))) if wanted else ()
    db.session.info.setdefault("unposted", set()).update(wanted - set(known))


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("posted", None)
    session.info.pop("unposted", None)


def cancel(ticket, key_part: str) -> None:
    """Take back letters of a ticket that have not left yet and whose key holds `key_part`."""
    waiting = db.select(Letter).where(
        Letter.ticket_id == ticket.id, Letter.state == "waiting", Letter.key.contains(key_part, autoescape=True)
    )
    for letter in db.session.scalars(waiting):
        letter.state = "cancelled"


@dataclass(frozen=True)
class Lease:
    """A letter in one worker's hands: which try it is, and until when. Only who still holds it may settle it."""

    letter_id: int
    attempt: int
    until: datetime


def claim() -> Lease | None:
    """Lease the next letter that is due, to one worker; none when nothing waits. Call in a transaction of its own.

    A letter waits behind an earlier one about the same ticket to the same person: they arrive in order.
    """
    at = clock.now()
    letter = db.session.scalar(_due(at).limit(1).with_for_update(skip_locked=True))
    if letter is None:
        return None
    letter.state, letter.tries, letter.leased_until = "leased", letter.tries + 1, at + LEASE
    return Lease(letter.id, letter.tries, letter.leased_until)


def _due(at: datetime):
    earlier = aliased(Letter)
    before = (
        db.select(earlier.id)
        .where(earlier.to_id == Letter.to_id, earlier.ticket_id == Letter.ticket_id, earlier.id < Letter.id)
        .where(earlier.state.in_([literal_column("'waiting'"), literal_column("'leased'")]))  # as ix_letter_ahead says
        .where(
            (earlier.state == "leased")
            | ((earlier.state == "waiting") & ((earlier.due_at <= at) | (earlier.tries > 0)))
        )
    )
    is_due = (Letter.state == "waiting") & (Letter.due_at <= at)
    was_dropped = (Letter.state == "leased") & (Letter.leased_until < at)
    return db.select(Letter).where(is_due | was_dropped, ~before.exists()).order_by(Letter.id)


def settle(lease: Lease, state: str, error: str = "") -> bool:
    """What became of a leased letter: «sent», «kept» (readable in the portal), «failed» or «cancelled».

    False, and nothing is written, when the lease has gone to somebody else meanwhile (R40: nothing twice).
    """
    letter = _held(lease)
    if letter is None:
        return False
    letter.state, letter.leased_until, letter.error = state, None, error[:2000]
    if state in ("sent", "kept"):
        letter.sent_at = clock.now()
    return True


def put_off(lease: Lease, error: str, wait: timedelta | None = None) -> bool:
    """It could not leave now: tried again after `wait`, or ever more slowly; after three days it has failed."""
    letter, at = _held(lease), clock.now()
    if letter is None:
        return False
    if at - letter.posted_at > GIVE_UP_AFTER:
        return settle(lease, "failed", error)
    slower = BACKOFF[lease.attempt - 1] if lease.attempt <= len(BACKOFF) else timedelta(hours=1)
    letter.state, letter.leased_until, letter.error = "waiting", None, error[:2000]
    letter.due_at = at + (wait or slower)
    return True


def _held(lease: Lease) -> Letter | None:
    row = db.select(Letter).where(
        Letter.id == lease.letter_id, Letter.state == "leased", Letter.tries == lease.attempt,
        Letter.leased_until == lease.until,
    )  # fmt: skip
    return db.session.scalar(row.with_for_update().execution_options(populate_existing=True))


def again(letter: Letter, by: Person) -> None:
    """Send a failed letter once more, now."""
    if letter.state != "failed":
        raise Refused(N_("Only a letter that could not be delivered can be sent again."))
    letter.state, letter.due_at, letter.posted_at = "waiting", clock.now(), clock.now()
    journal.write("letter.sent_again", letter, by, was="failed", became="waiting", why=letter.error[:300])


def came_back(letter: Letter, said: str) -> None:
    """A mail server took it and could not deliver it after all (a bounce): it has failed, with what the server said."""
    if letter.state != "sent":
        return
    letter.state, letter.error = "failed", f"Bounced: {said}"[:2000]
    journal.write("letter.came_back", letter, None, was="sent", became="failed", why=said[:300])


def with_reader(letter_id: int) -> Letter:
    """A letter with whom it is for, as it stands now."""
    row = db.select(Letter).where(Letter.id == letter_id).options(joinedload(Letter.to))
    return db.session.scalars(row.execution_options(populate_existing=True)).one()


# What a person may have kept out of their mail; it still lies in their portal. All other letters are always mailed.
MAY_BE_MUTED = {
    "ticket_opened": N_("My ticket was received"),
    "ticket_accepted": N_("My ticket has an owner"),
    "ticket_closed": N_("My ticket was closed"),
    "rating_asked": N_("Please rate our service"),
    "ticket_merged": N_("My ticket goes on in another one"),
    "ticket_arrived": N_("A new ticket arrived"),
    "ticket_added": N_("A customer added something"),
    "ticket_moved": N_("There is news in a ticket I watch"),
    "ticket_to_verify": N_("A ticket waits for its call-back"),
    "mentioned": N_("Somebody mentioned me in a note"),
    "deadline_near": N_("A promise is due soon"),
    "rating_low": N_("A customer was not satisfied"),
}


# What the names of failures mean, for whoever looks after the mail server.
TROUBLES = {
    "Bounced": N_("It was handed over and came back: it could not be delivered."),
    "ConnectionRefusedError": N_("Nobody answers at this address and port."),
    "TimeoutError": N_("The server did not answer in time."),
    "gaierror": N_("The server's name is not known to the network."),
    "SSLCertVerificationError": N_("The server's certificate could not be checked."),
    "SSLError": N_("An encrypted connection could not be made."),
    "SMTPAuthenticationError": N_("The server refuses the user name or password."),
    "SMTPServerDisconnected": N_("The server ended the connection."),
    "ConnectionResetError": N_("The server ended the connection."),
    "OSError": N_("The network did not carry the letter to the server."),
}


def meaning(error: str) -> str:
    """What a kept failure means, as a marked sentence; the failure itself where the server said it in its own words."""
    return next((words for name, words in TROUBLES.items() if f"{name}: " in error), error)


def is_muted(letter: Letter, reader: Person) -> bool:
    """Did this reader say no to such letters by mail? `preferences["letters_muted"]` lists their templates."""
    return letter.template in MAY_BE_MUTED and letter.template in reader.preferences.get("letters_muted", ())


def unread_of(person_id, now) -> ScalarSelect:
    """How many letters this person (a column) has not looked at by now, 99 at most, as part of another statement."""
    mine = db.select(Letter.id).where(
        Letter.to_id == person_id,
        Letter.read_at.is_(None),
        Letter.due_at <= now,
        Letter.state != "cancelled",
        Letter.to_address.is_(None),
    )
    some = mine.limit(99).correlate(person_id.table).subquery()
    return db.select(db.func.count()).select_from(some).scalar_subquery()


def notices(
    rows: Select, reader: Person, only_new: bool, after: tuple[datetime, int] | None, limit: int
) -> list[Letter]:
    """What a person finds under the notices: their letters that are due, newest first. `after`: moment and id."""
    rows = rows.where(Letter.to_id == reader.id, Letter.due_at <= clock.now(), Letter.state != "cancelled")
    rows = rows.where(Letter.to_address.is_(None))  # what went to an old address is no notice
    if only_new:
        rows = rows.where(Letter.read_at.is_(None))
    if after:
        rows = rows.where(tuple_(Letter.due_at, Letter.id) < tuple_(literal(after[0], Letter.due_at.type), after[1]))
    return list(db.session.scalars(rows.order_by(Letter.due_at.desc(), Letter.id.desc()).limit(limit)))


def mark_read(reader: Person, letter: Letter | None = None) -> None:
    """The reader has seen this notice, or all that are due."""
    mine = db.update(Letter).where(Letter.to_id == reader.id, Letter.read_at.is_(None), Letter.due_at <= clock.now())
    if letter is not None:
        mine = mine.where(Letter.id == letter.id)
    db.session.execute(mine.values(read_at=clock.now()))


# The states of letters as the administrator looks at them.
SHOWN_STATES = {
    "failed": N_("Could not be delivered"),
    "waiting": N_("Waiting to leave"),
    "sent": N_("Sent"),
    "kept": N_("Only in the portal"),
    "cancelled": N_("Taken back"),
}
_OF_STATE = {"waiting": ("waiting", "leased")}


def listed(rows: Select, state: str, to: str, before: int | None, limit: int) -> list[Letter]:
    """Letters of these rows in one of SHOWN_STATES, newest first, older than `before`; `to`: part of name or address."""
    found = rows.where(Letter.state.in_(_OF_STATE.get(state, (state,)))).options(joinedload(Letter.to))
    if to:
        named = Person.name.contains(to, autoescape=True) | Person.email.contains(to.lower(), autoescape=True)
        found = found.where(Letter.to_id.in_(db.select(Person.id).where(named)))
    if before is not None:
        found = found.where(Letter.id < before)
    return list(db.session.scalars(found.order_by(Letter.id.desc()).limit(limit)))


def backlog() -> dict[str, int]:
    """How many letters wait, and how many could not be delivered."""
    counted = db.select(Letter.state, db.func.count()).where(Letter.state.in_(("waiting", "leased", "failed")))
    found = dict(map(tuple, db.session.execute(counted.group_by(Letter.state))))
    return {"waiting": found.get("waiting", 0) + found.get("leased", 0), "failed": found.get("failed", 0)}


def last_trouble() -> Letter | None:
    """The waiting or failed letter whose sending went wrong last: what the mail server said."""
    rows = db.select(Letter).where(Letter.error != "", Letter.state.in_(("waiting", "leased", "failed")))
    return db.session.scalar(rows.order_by(Letter.due_at.desc()).limit(1))
