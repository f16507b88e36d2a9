"""The table of forced closures (强制关闭, R17): each request, and what a manager decided."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Person
from portal.domain.tickets.models import Ticket

_OPEN = text("decided_at is null and ended_at is null")
_GRANTED = text("is_granted")


class ForcedClosure(Base):
    """Somebody at the desk asks to close a ticket that the customer does not agree to; a manager decides."""

    __tablename__ = "forced_closure"
    __table_args__ = (
        CheckConstraint("(decided_at is null) = (is_granted is null)", "granted_if_decided"),
        CheckConstraint("(decided_at is null) = (decided_by_id is null)", "decided_by_if_decided"),
        CheckConstraint("decided_at is null or ended_at is null", "decided_or_ended"),
        CheckConstraint("decided_by_id <> asked_by_id", "decided_by_another"),
        Index("ix_forced_closure_open", "ticket_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_forced_closure_ticket", "ticket_id", "id"),
        Index("ix_forced_closure_granted", "decided_at", "id", sqlite_where=_GRANTED, postgresql_where=_GRANTED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]
    """The ticket's round it was asked for in."""
    reason_code: Mapped[str] = mapped_column(String(60))
    """Of the policy's list `forced_reasons`."""
    words: Mapped[str] = mapped_column(Text)
    """For the manager: what is demanded, what we can do, on what basis."""
    told: Mapped[str] = mapped_column(Text)
    """For the customer, in plain words: why we close it. Said once it is granted."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[Moment]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    is_granted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[Moment | None]
    """When it stopped to matter undecided: withdrawn by whoever asked, or the ticket was over in another way."""
    is_withdrawn: Mapped[bool] = mapped_column(default=False)

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="raise")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")

    @property
    def state(self) -> str:
        """open · granted · declined · withdrawn · lapsed (the ticket was over before anybody decided)"""
        if self.decided_at is not None:
            return "granted" if self.is_granted else "declined"
        if self.ended_at is None:
            return "open"
        return "withdrawn" if self.is_withdrawn else "lapsed"
