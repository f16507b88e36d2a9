"""Table of documents."""

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.files import StoredFile
from portal.domain.people.models import Customer, Person
from portal.domain.tickets.models import Ticket


class Document(Base):
    """One PDF (文档): of which report, about what, from which frozen facts; its file when it is ready."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_waiting", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report: Mapped[str] = mapped_column(String(40))
    """Code of the report in reports/registry.py."""
    params: Mapped[dict] = mapped_column(JSON, default=dict)
    language: Mapped[str] = mapped_column(String(12))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """waiting · working · ready · failed"""
    step: Mapped[int] = mapped_column(default=0)
    """How far it is: 0 waiting, 1 facts gathered, 2 typeset, 3 kept."""
    tries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[Moment | None]
    snapshot: Mapped[dict | None] = mapped_column(JSON)
    snapshot_at: Mapped[Moment | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    ready_at: Mapped[Moment | None]
    error: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Person] = relationship(lazy="raise")
    ticket: Mapped[Ticket | None] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")
