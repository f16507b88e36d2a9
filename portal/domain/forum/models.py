"""Tables of the event (座谈会) itself: the programme with its tracks, rooms, sessions and speakers; hotels; places by hand."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Customer, Person
from portal.i18n import Words


def both(zh: str, en: str) -> Words:
    """A name in both languages; the Chinese one where there is no English."""
    return Words(zh, en or zh)


class Event(Base):
    """One forum. `taken` is the one count of its seats: it changes in seats.py alone, and never beyond `capacity`.

    `sequence` rises when what stands in a calendar changes (RFC 5545); `last_queue` and `last_attendee` are the last
    numbers given.
    """

    __tablename__ = "forum_event"
    __table_args__ = (
        CheckConstraint("taken >= 0 and taken <= capacity", "seats"),
        CheckConstraint("ends_at > begins_at", "ends_after_it_begins"),
        CheckConstraint("closes_at > opens_at", "registration_closes_after_it_opens"),
        Index("ix_forum_event_state", "state", "begins_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    """draft · published · closed · cancelled"""
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(120))
    place_en: Mapped[str] = mapped_column(String(160), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    address_en: Mapped[str] = mapped_column(String(240), default="")
    map_url: Mapped[str] = mapped_column(String(400), default="")
    travel: Mapped[str] = mapped_column(Text, default="")
    travel_en: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    """Whom to ask about it: name, telephone."""
    contact_en: Mapped[str] = mapped_column(String(240), default="")
    begins_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    opens_at: Mapped[Moment]
    closes_at: Mapped[Moment]
    """Registration is open between the two."""
    change_until: Mapped[Moment]
    """Parties change and cancel by themselves until then."""
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    seats: Mapped[dict] = mapped_column(JSON, default=dict)
    """Places of an organisation by its tier; those by hand are rows of Allotment."""
    offer_hours: Mapped[int]
    """Working hours for which a seat offered to a waiting party is held."""
    needs_approval: Mapped[bool] = mapped_column(default=False)
    may_pass: Mapped[bool] = mapped_column(default=False)
    """May a party that fits go before one that wants more seats than are free?"""
    companions_max: Mapped[int] = mapped_column(default=0)
    companions_take_seats: Mapped[bool] = mapped_column(default=True)
    is_public: Mapped[bool] = mapped_column(default=True)
    """Its page is open without signing in."""
    sequence: Mapped[int] = mapped_column(default=0)
    last_queue: Mapped[int] = mapped_column(default=0)
    last_attendee: Mapped[int] = mapped_column(default=0)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("forum_event.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    called_off_why: Mapped[str] = mapped_column(Text, default="")

    made_by: Mapped[Person | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def words(self) -> Words:
        return both(self.title, self.title_en)

    @property
    def place_words(self) -> Words:
        return both(self.place, self.place_en)

    @property
    def address_words(self) -> Words:
        return both(self.address, self.address_en)

    @property
    def contact_words(self) -> Words:
        return both(self.contact, self.contact_en)

    @property
    def free(self) -> int:
        """Seats nobody holds."""
        return self.capacity - self.taken

    @property
    def is_published(self) -> bool:
        return self.state == "published"

    def is_open(self, at: datetime) -> bool:
        """Do organisations register now?"""
        return self.state == "published" and self.opens_at <= at < self.closes_at

    def is_over(self, at: datetime) -> bool:
        """Has it been held?"""
        return self.state == "closed" or (self.state == "published" and at >= self.ends_at)


class Named:
    """A part of an event with a name in both languages."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")

    @property
    def words(self) -> Words:
        return both(self.name, self.name_en)


class Track(Named, Base):
    """A row of sessions on one theme (分论坛)."""

    __tablename__ = "forum_track"

    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"), index=True)


class Room(Named, Base):
    """A room (会场) and how many people it takes."""

    __tablename__ = "forum_room"

    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"), index=True)
    capacity: Mapped[int]


class Speaker(Named, Base):
    """Whoever speaks (发言嘉宾)."""

    __tablename__ = "forum_speaker"

    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"), index=True)
    title: Mapped[str] = mapped_column(String(120), default="")
    title_en: Mapped[str] = mapped_column(String(160), default="")

    @property
    def title_words(self) -> Words:
        return both(self.title, self.title_en)


class Hotel(Named, Base):
    """A hotel whose rooms we hold for the nights around the event; `rooms` a night."""

    __tablename__ = "forum_hotel"

    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    address_en: Mapped[str] = mapped_column(String(240), default="")
    rooms: Mapped[int]
    night_from: Mapped[date]
    night_to: Mapped[date]
    """The day of the last departure."""

    @property
    def address_words(self) -> Words:
        return both(self.address, self.address_en)


speaks = Table(
    "forum_speaks",
    Base.metadata,
    Column("session_id", ForeignKey("forum_session.id"), primary_key=True),
    Column("speaker_id", ForeignKey("forum_speaker.id"), primary_key=True, index=True),
)


class Session(Base):
    """A session (议程). With a `capacity` people sign up for it and hold one of its seats; without one it is for all."""

    __tablename__ = "forum_session"
    __table_args__ = (
        CheckConstraint("taken >= 0 and (capacity is null or taken <= capacity)", "seats"),
        CheckConstraint("ends_at > begins_at", "ends_after_it_begins"),
        Index("ix_forum_session_event", "event_id", "begins_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    track_id: Mapped[int | None] = mapped_column(ForeignKey("forum_track.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("forum_room.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    about_en: Mapped[str] = mapped_column(Text, default="")
    begins_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)

    track: Mapped[Track | None] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise")
    speakers: Mapped[list[Speaker]] = relationship(secondary=speaks, order_by=Speaker.id, lazy="raise")

    @property
    def words(self) -> Words:
        return both(self.title, self.title_en)

    @property
    def is_chosen(self) -> bool:
        """Do people sign up for it?"""
        return self.capacity is not None

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else self.capacity - self.taken

    def overlaps(self, other: "Session") -> bool:
        return self.begins_at < other.ends_at and other.begins_at < self.ends_at


class Allotment(Base):
    """Places of one organisation, set by hand (按单位核定名额), with the reason."""

    __tablename__ = "forum_allotment"
    __table_args__ = (UniqueConstraint("event_id", "customer_id"), CheckConstraint("seats >= 0", "seats"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    seats: Mapped[int]
    why: Mapped[str] = mapped_column(String(300), default="")

    customer: Mapped[Customer] = relationship(lazy="raise")
