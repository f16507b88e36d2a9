"""Tables of the mailroom: every mail that came in, and how the mailbox stands."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

import portal.domain.tickets.proxies  # noqa: F401  a ticket is whole only with it
from portal.db import Base, Moment
from portal.domain.files import StoredFile
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.tickets.models import Ticket

NEW, WAITING, PLACED, ENTERED, ASIDE, AUTOMATIC = "new", "waiting", "placed", "entered", "aside", "automatic"
OPEN = (NEW, WAITING, AUTOMATIC)
"""As long as it is in one of these somebody may still make a ticket of it, attach it or set it aside."""


class IncomingMail(Base):
    """One mail that came in. Its file holds it byte by byte as it came, whatever could be read of it.

    `fingerprint` makes it unique: Message-ID and SHA-256 of what its writer sent, without the marks of its way.
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        Index("ix_incoming_mail_state", "state", "id"),
        Index("ix_incoming_mail_sender", "from_address", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    message_id: Mapped[str] = mapped_column(String(200), default="", index=True)
    """As its writer named it, without brackets; blank when it has none."""
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    is_whole: Mapped[bool] = mapped_column(default=True)
    """False: larger than we take; only its beginning is kept, the whole of it stays in the mailbox."""
    received_at: Mapped[Moment]
    """When we took it in."""
    sent_at: Mapped[Moment | None]
    """When its writer says it was sent."""
    from_address: Mapped[str] = mapped_column(String(200), default="")
    from_name: Mapped[str] = mapped_column(String(120), default="")
    to_addresses: Mapped[str] = mapped_column(String(400), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    """What is new in it, as plain text."""
    quoted: Mapped[str] = mapped_column(Text, default="")
    """What it repeats of earlier mail, cut off and kept."""
    refused: Mapped[list] = mapped_column(JSON, default=list)
    """Attachments that were not taken: [sentence, facts]; they are still in the mail as it came."""
    state: Mapped[str] = mapped_column(String(12), default=NEW)
    """new · waiting (in triage) · placed (in a ticket) · entered (made a ticket) · aside · automatic"""
    reason: Mapped[str] = mapped_column(String(20), default="")
    """Why it is where it is: a code of words.REASONS."""
    trouble: Mapped[str] = mapped_column(Text, default="")
    """What went wrong when it was read, or what a bounce said."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    """The ticket it is in; before that the one it seems to be about."""
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"), index=True)
    """The letter of ours that it answers, or that came back with it."""
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who dealt with it; nobody: the portal itself, or nobody yet."""
    settled_at: Mapped[Moment | None]
    why: Mapped[str] = mapped_column(Text, default="")
    """Why it was set aside, in somebody's words."""

    file: Mapped[StoredFile] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    contact: Mapped[Contact | None] = relationship(lazy="raise")
    ticket: Mapped[Ticket | None] = relationship(lazy="raise")
    letter: Mapped[Letter | None] = relationship(lazy="raise")
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id], lazy="raise")

    @property
    def is_open(self) -> bool:
        """May it still be dealt with?"""
        return self.state in OPEN

    @property
    def sender(self) -> str:
        """Whoever wrote it, by name if there is one."""
        return self.from_name or self.from_address


class Mailbox(Base):
    """How the mailbox stands that PORTAL_IMAP_URL names: one row for each that was ever read."""

    __tablename__ = "mailbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    """user@host/folder, never the password."""
    validity: Mapped[int] = mapped_column(BigInteger, default=0)
    """The server's UIDVALIDITY: when it changes, the numbers of its mails mean nothing any more."""
    next_uid: Mapped[int] = mapped_column(BigInteger, default=1)
    """Everything below was taken in; above it also what somebody else has read meanwhile is fetched."""
    read_at: Mapped[Moment | None]
    failed_at: Mapped[Moment | None]
    failure: Mapped[str] = mapped_column(Text, default="")
