"""Table of ratings."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Person
from portal.domain.tickets.models import Ticket


class Rating(Base):
    """Stars 1–5 for one round of a ticket, per dimension if wished, with a comment (R23). Withdrawn on reopening."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round"),
        CheckConstraint("stars between 1 and 5", "stars_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment] = mapped_column(index=True)
    stars: Mapped[int]
    dimensions: Mapped[dict] = mapped_column(JSON, default=dict)
    comment: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[Moment | None]

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(lazy="raise")
