"""Tables of who comes (参会): invitations, registrations by party, their attendees, chosen sessions, offers of seats."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.forum.models import Event, Hotel, Session
from portal.domain.people.models import Customer, Person
from portal.domain.sealed import Sealed


class Invitation(Base):
    """One person of an organisation is asked to come; answered in the portal, by a link, or by telephone through us.

    What travels in the link is derived (links.py); `token_hash` is its SHA-256.
    """

    __tablename__ = "forum_invitation"
    __table_args__ = (
        UniqueConstraint("event_id", "customer_id", "name", "email"),
        Index("ix_forum_invitation_state", "event_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Where the invited person has an account."""
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(12), default="zh_Hans_CN")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    """draft · sent · coming · not_coming · unsure"""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]
    reminders: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[Moment | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_how: Mapped[str] = mapped_column(String(12), default="")
    """portal · link · phone (entered by us) · substitute (named by whoever was invited)"""
    said: Mapped[str] = mapped_column(String(500), default="")
    """What they said along with the answer."""
    decides_on: Mapped[date | None]
    """Not sure yet: until when they will tell."""
    substitute_of_id: Mapped[int | None] = mapped_column(ForeignKey("forum_invitation.id"), index=True)

    event: Mapped[Event] = relationship(lazy="raise")
    customer: Mapped[Customer] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    made_by: Mapped[Person | None] = relationship(foreign_keys=[made_by_id], lazy="raise")


class Registration(Base):
    """A party (报名): people of one organisation who register together, or a single one; one state for all of them.

    `queue_no` is its place on the waiting list: given once, kept while it waits.
    """

    __tablename__ = "forum_registration"
    __table_args__ = (Index("ix_forum_registration_queue", "event_id", "state", "queue_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    """None for guests who belong to no customer."""
    number: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    """waiting · offered · requested · confirmed · declined · lapsed · cancelled"""
    queue_no: Mapped[int]
    all_or_none: Mapped[bool] = mapped_column(default=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Whoever of the organisation registered; none by link or by us."""
    made_at: Mapped[Moment]
    approved_at: Mapped[Moment | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(String(500), default="")
    """Why it was declined or cancelled."""
    ended_at: Mapped[Moment | None]
    sequence: Mapped[int] = mapped_column(default=0)
    """Rises when the calendar entry of its people changes."""
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("forum_registration.id"))
    """The part of a party that got seats before the rest."""
    is_on_site: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id], lazy="raise")


class Attendee(Base):
    """Somebody who is to come (参会人员). `number` is said and typed at the door, unique within the event.

    `access` (what they need to take part) and `diet_words` are sealed: read by whoever runs the forum, each look noted.
    """

    __tablename__ = "forum_attendee"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint("night_to is null or night_to > night_from", "nights"),
        Index("ix_forum_attendee_name", "event_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("forum_event.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("forum_registration.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("forum_invitation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_at: Mapped[Moment]
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(60), default="")
    organisation: Mapped[str] = mapped_column(String(120), default="")
    """As it stands on the badge."""
    email: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(12), default="zh_Hans_CN")
    badge_name: Mapped[str] = mapped_column(String(60), default="")
    companions: Mapped[list] = mapped_column(JSON, default=list)
    diet: Mapped[str] = mapped_column(String(40), default="")
    diet_words: Mapped[str | None] = mapped_column(Sealed("forum-diet", 800))
    access: Mapped[str | None] = mapped_column(Sealed("forum-access", 1600))
    transport: Mapped[str] = mapped_column(String(40), default="")
    travel: Mapped[str] = mapped_column(String(200), default="")
    """Number plate, train or flight with its time."""
    hotel_id: Mapped[int | None] = mapped_column(ForeignKey("forum_hotel.id"), index=True)
    night_from: Mapped[date | None]
    night_to: Mapped[date | None]
    allows_photos: Mapped[bool] = mapped_column(default=False)
    allows_list: Mapped[bool] = mapped_column(default=False)
    """Their name may stand in the list other attendees get."""
    consented_at: Mapped[Moment | None]
    replaced_id: Mapped[int | None] = mapped_column(ForeignKey("forum_attendee.id"))
    """Comes in the place of this one."""
    cancelled_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]
    left_sessions: Mapped[list] = mapped_column(JSON, default=list)
    """Sessions they gave up, by id: a calendar that holds one has to be told."""

    registration: Mapped[Registration] = relationship(lazy="raise")
    event: Mapped[Event] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")
    hotel: Mapped[Hotel | None] = relationship(lazy="raise")

    @property
    def called(self) -> str:
        """The name on the badge."""
        return self.badge_name or self.name

    @property
    def latin(self) -> str:
        """The name in Latin letters, where it is another than the one on the badge."""
        return "" if self.name_en.casefold() in (self.called.casefold(), "") else self.name_en

    @property
    def shown_number(self) -> str:
        return f"{self.number:03}"


class Choice(Base):
    """A session somebody chose; `holds`: one of its seats is theirs. While the party waits it is a wish."""

    __tablename__ = "forum_choice"
    __table_args__ = (UniqueConstraint("attendee_id", "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("forum_attendee.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("forum_session.id"), index=True)
    holds: Mapped[bool] = mapped_column(default=False)

    session: Mapped[Session] = relationship(lazy="raise")


class Offer(Base):
    """Seats held for a waiting party until `until_at`; then they go on by themselves."""

    __tablename__ = "forum_offer"
    __table_args__ = (Index("ix_forum_offer_open", "outcome", "until_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("forum_registration.id"), index=True)
    seats: Mapped[int]
    made_at: Mapped[Moment]
    until_at: Mapped[Moment]
    outcome: Mapped[str] = mapped_column(String(10), default="open")
    """open · accepted · declined · lapsed · cancelled"""
    settled_at: Mapped[Moment | None]

    registration: Mapped[Registration] = relationship(lazy="raise")
