"""Tables of ratings, of the requests for them, and of what follows a low one."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.tickets.models import Ticket

TICKET, REPORT, MANAGER, VISIT, SERVICE = "ticket", "report", "manager", "visit", "service"
OF_MANAGER = (MANAGER, VISIT)
"""What rates the account manager in person: followed up, and read with names, by somebody else."""


class Rating(Base):
    """Stars 1–5 by one of a customer's people, per dimension if wished, with a comment (R23).

    Of a ticket's round, a published service report, the account manager, a visit, or our service as a whole. Whose work it was
    is kept as it was then. Withdrawn when its ticket is reopened: kept in the history, out of all figures.
    """

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round"),
        UniqueConstraint("document_id", "by_id"),
        CheckConstraint("stars between 1 and 5", "stars_in_range"),
        CheckConstraint("(kind = 'ticket') = (ticket_id is not null and round is not null)", "ticket_if_of_ticket"),
        CheckConstraint("(kind = 'report') = (document_id is not null)", "document_if_of_report"),
        CheckConstraint("kind <> 'manager' or manager_id is not null", "manager_if_of_manager"),
        Index("ix_rating_customer", "customer_id", "at"),
        Index("ix_rating_by", "by_id", "kind", "at"),
        Index("ix_rating_owner", "owner_id", "at"),
        Index("ix_rating_manager", "manager_id", "at"),
        Index("ix_rating_department", "department_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    """A key of KINDS."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who owned the ticket then."""
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who cared for the customer then."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    """Whose order was in the lead."""
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment] = mapped_column(index=True)
    by_link: Mapped[bool] = mapped_column(default=False)
    """Given by a one-time link, without a sign-in."""
    stars: Mapped[int]
    dimensions: Mapped[dict] = mapped_column(JSON, default=dict)
    comment: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[Moment | None]

    customer: Mapped[Customer] = relationship(lazy="raise")
    ticket: Mapped[Ticket | None] = relationship(lazy="raise")
    document: Mapped[Document | None] = relationship(lazy="raise")
    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id], lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")
    provider: Mapped[Provider | None] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="raise")


class RatingRequest(Base):
    """Somebody was asked to rate something, or was not, and by which rule (formulas 3.14); reminded once."""

    __tablename__ = "rating_request"
    __table_args__ = (
        UniqueConstraint("person_id", "ticket_id", "round"),
        UniqueConstraint("person_id", "document_id"),
        UniqueConstraint("link_id"),
        CheckConstraint("(ticket_id is null) <> (document_id is null)", "one_subject"),
        CheckConstraint("(skipped = '') = (link_id is not null)", "link_if_asked"),
        Index("ix_rating_request_person", "person_id", "asked_at"),
        Index("ix_rating_request_open", "reminded_at", "answered_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    asked_at: Mapped[Moment]
    skipped: Mapped[str] = mapped_column(String(20), default="")
    """The rule by which nobody was asked: «recent»; empty where somebody was."""
    link_id: Mapped[int | None] = mapped_column(ForeignKey("secret_link.id"))
    reminded_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]
    withdrawn_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship(lazy="raise")
    ticket: Mapped[Ticket | None] = relationship(lazy="raise")
    document: Mapped[Document | None] = relationship(lazy="raise")


class FollowUp(Base):
    """What follows a low rating (低分跟进, R24): opened once a rating, for the supervisors and the account manager.

    Whoever takes it speaks with the customer and writes down what was done. Reopening a ticket withdraws the
    rating, never this.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("rating_id"),
        CheckConstraint("done_at is null or owner_id is not null", "done_by_somebody"),
        Index("ix_follow_up_done_at", "done_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"))
    opened_at: Mapped[Moment]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[Moment | None]
    done: Mapped[str] = mapped_column(Text, default="")
    """What was done, in words."""
    done_at: Mapped[Moment | None]

    rating: Mapped[Rating] = relationship(lazy="raise")
    owner: Mapped[Person | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
