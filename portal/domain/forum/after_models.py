"""Tables of the day itself and of afterwards: check-ins, topics (议题), minutes (会议纪要)."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee
from portal.domain.people.models import Customer, Department, Person
from portal.domain.tickets.models import Ticket


class CheckIn(Base):
    """Somebody is there (签到): one row an attendee, whichever desk came first and however often it was sent.

    `key` is made by the device for each deed, so that sending it again changes nothing. `at` is the device's moment
    of the earliest sighting, as far as it can be true; `arrived_at` when we heard of it.
    """

    __tablename__ = "forum_check_in"
    __table_args__ = (
        UniqueConstraint("attendee_id"),
        UniqueConstraint("key"),
        Index("ix_forum_check_in_event", "event_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    attendee_id: Mapped[int] = mapped_column(ForeignKey("forum_attendee.id"))
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]
    arrived_at: Mapped[Moment]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    desk: Mapped[str] = mapped_column(String(40), default="")
    how: Mapped[str] = mapped_column(String(10), default="search")
    """scan · search · on_site"""
    undone_at: Mapped[Moment | None]
    """Taken back: a mistake at the desk."""

    attendee: Mapped[Attendee] = relationship(lazy="raise")
    by: Mapped[Person | None] = relationship(lazy="raise")


class Topic(Base):
    """What somebody wants to know or raised (议题): asked beforehand or at the forum, owned, answered to whoever raised it."""

    __tablename__ = "forum_topic"
    __table_args__ = (
        CheckConstraint("(answered_at is null) = (answer = '')", "answer_with_its_moment"),
        Index("ix_forum_topic_state", "event_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    source: Mapped[str] = mapped_column(String(10))
    """before (asked beforehand) · there (raised at the forum)"""
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text, default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("forum_attendee.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Whoever raised it, where they have an account."""
    raised_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(10), default="open")
    """open · given (to an owner) · ticket · action · answered"""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[Moment | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Of common interest: every attendee reads question and answer, without the asker's name."""

    event: Mapped[Event] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    attendee: Mapped[Attendee | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id], lazy="raise")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id], lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")
    ticket: Mapped[Ticket | None] = relationship(lazy="raise")


class Minutes(Base):
    """The minutes of an event; attendees read them once they are published."""

    __tablename__ = "forum_minutes"
    __table_args__ = (UniqueConstraint("event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    body: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    published_at: Mapped[Moment | None]

    by: Mapped[Person] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
