"""Table of documents."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.files import StoredFile
from portal.domain.people.models import Customer, Person
from portal.domain.tickets.models import Dispatch, Ticket


class Document(Base):
    """One PDF (文档): of which report, about what, from which frozen facts; its file when it is ready.

    A service report has a customer, a month (`period`), a number and a version; it is never replaced, only followed.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_waiting", "state", "id"),
        UniqueConstraint("customer_id", "period", "version"),
        UniqueConstraint("major_id", "version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report: Mapped[str] = mapped_column(String(40))
    """Code of the report in reports/registry.py."""
    params: Mapped[dict] = mapped_column(JSON, default=dict)
    language: Mapped[str] = mapped_column(String(12))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatch.id"), index=True)
    major_id: Mapped[int | None] = mapped_column(ForeignKey("major_case.id"))
    period: Mapped[date | None]
    """The first day of the month a service report is about."""
    version: Mapped[int] = mapped_column(default=1)
    number: Mapped[str] = mapped_column(String(60), default="")
    """FW-202610-C0001-02: month, customer, version; of a ticket or an order its own number."""
    is_draft: Mapped[bool] = mapped_column(default=False)
    """The month was still running."""
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
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    ready_at: Mapped[Moment | None]
    error: Mapped[str] = mapped_column(Text, default="")
    """Why it could not be made, as a marked sentence."""
    published_at: Mapped[Moment | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    acknowledged_at: Mapped[Moment | None]
    """When somebody of the customer said that they have read it."""
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="raise")
    published_by: Mapped[Person | None] = relationship(foreign_keys=[published_by_id], lazy="raise")
    acknowledged_by: Mapped[Person | None] = relationship(foreign_keys=[acknowledged_by_id], lazy="raise")
    ticket: Mapped[Ticket | None] = relationship(lazy="raise")
    dispatch: Mapped[Dispatch | None] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")

    @property
    def is_being_made(self) -> bool:
        return self.state in ("waiting", "working")

    @property
    def is_service_report(self) -> bool:
        return self.period is not None
