"""Letters (通知信, R40): posted with the change, in its transaction; delivered after it, once, or kept readable."""

from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal import clock
from portal.db import Base, Moment, db
from portal.domain.people.models import Person

BACKOFF = tuple(timedelta(minutes=n) for n in (1, 2, 5, 15, 30))
GIVE_UP_AFTER = timedelta(hours=72)
LEASE = timedelta(minutes=3)


class Letter(Base):
    """One letter to one person: also what they find under their notices in the portal.

    `key` makes it unique: the same event, person and template post nothing twice. Rendered in the reader's
    language when it is delivered or looked at.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_letter_waiting", "state", "due_at"),
        Index("ix_letter_to", "to_id", "id"),
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


def post(template: str, to: Person, *, key: str, ticket=None, at: datetime | None = None, **facts) -> None:
    """Post a letter with this change. `key` names the event; `at` holds it back until that moment.

    Facts are what the letter says (plain JSON). Posting the same key to the same person again does nothing.
    """
    whole = f"{template}:{key}:{to.id}"
    posted = db.session.info.setdefault("posted", set())
    if whole in posted or db.session.scalar(db.select(Letter.id).where(Letter.key == whole)):
        return
    posted.add(whole)
    moment = clock.now()
    db.session.add(Letter(
        key=whole, template=template, to_id=to.id, facts=facts, ticket_id=ticket.id if ticket else None,
        posted_at=moment, due_at=max(at or moment, moment),
    ))  # fmt: skip


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("posted", None)


def cancel(ticket, key_part: str) -> None:
    """Take back letters of a ticket that have not left yet and whose key holds `key_part`."""
    waiting = db.select(Letter).where(
        Letter.ticket_id == ticket.id, Letter.state == "waiting", Letter.key.contains(key_part, autoescape=True)
    )
    for letter in db.session.scalars(waiting):
        letter.state = "cancelled"


def claim(limit: int = 10) -> list[int]:
    """Lease letters that are due, each to one worker; gives their ids. Call in a transaction of its own."""
    at = clock.now()
    due = (
        db.select(Letter.id)
        .where(
            ((Letter.state == "waiting") & (Letter.due_at <= at))
            | ((Letter.state == "leased") & (Letter.leased_until < at))
        )
        .order_by(Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.session.scalars(due))
    if ids:
        db.session.execute(
            db.update(Letter)
            .where(Letter.id.in_(ids))
            .values(state="leased", leased_until=at + LEASE, tries=Letter.tries + 1)
        )
    return ids


def settle(letter: Letter, error: str | None, *, kept: bool = False, final: bool = False) -> None:
    """What became of a leased letter: sent, kept readable, tried again later, or visibly failed."""
    at = clock.now()
    letter.leased_until = None
    if error is None:
        letter.state, letter.sent_at, letter.error = ("kept" if kept else "sent"), at, ""
        return
    letter.error = error[:2000]
    if final or at - letter.posted_at > GIVE_UP_AFTER:
        letter.state = "failed"
    else:
        wait = BACKOFF[letter.tries - 1] if letter.tries <= len(BACKOFF) else timedelta(hours=1)
        letter.state, letter.due_at = "waiting", at + wait


def again(letter: Letter) -> None:
    """Send a failed letter once more."""
    letter.state, letter.due_at, letter.tries, letter.posted_at = "waiting", clock.now(), 0, clock.now()
