"""Tables of quality supervision: Liability."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Department, Person, Provider
from portal.domain.tickets.models import Ticket

_APPEALED = text("appealed_at is not null and appeal_decided_at is null")


class Liability(Base):
    """Whether a party is liable for a complaint (责任认定, R19): decided by one supervisor, after an appeal by another."""

    __tablename__ = "liability"
    __table_args__ = (
        CheckConstraint("(department_id is null) <> (provider_id is null)", "one_party"),
        CheckConstraint("(appeal_decided_at is null) = (is_upheld is null)", "upheld_if_appeal_decided"),
        Index("ix_liability_appeals", "appealed_at", "id", sqlite_where=_APPEALED, postgresql_where=_APPEALED),
        Index("ix_liability_decided", "decided_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who of the party, where it is one person's doing."""
    is_liable: Mapped[bool]
    """What the first supervisor decided; what counts in the end is `counts`."""
    degree: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment]
    appeal_until: Mapped[Moment]
    appealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    appealed_at: Mapped[Moment | None]
    appeal: Mapped[str] = mapped_column(Text, default="")
    """Why the party thinks otherwise (申诉)."""
    appeal_decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    appeal_decided_at: Mapped[Moment | None]
    appeal_reason: Mapped[str] = mapped_column(Text, default="")
    is_upheld: Mapped[bool | None]
    """After an appeal: the decision stands (维持), or it is overturned (改判无责)."""

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")
    provider: Mapped[Provider | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    decided_by: Mapped[Person] = relationship(foreign_keys=[decided_by_id], lazy="raise")
    appealed_by: Mapped[Person | None] = relationship(foreign_keys=[appealed_by_id], lazy="raise")
    appeal_decided_by: Mapped[Person | None] = relationship(foreign_keys=[appeal_decided_by_id], lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def party(self) -> Department | Provider:
        """Whom it is about."""
        found = self.department or self.provider
        assert found is not None  # noqa: S101  the check constraint one_party
        return found

    @property
    def counts(self) -> bool:
        """Is the party liable in the end? A decision counts until an appeal overturns it."""
        return self.is_liable and self.is_upheld is not False

    @property
    def why_it_counts(self) -> str:
        """The reason of what counts in the end: the first supervisor's, or that of whoever overturned it."""
        return self.appeal_reason if self.is_upheld is False else self.reason

    @property
    def stage(self) -> str:
        """«decided», «appealed» (waits for another supervisor), «upheld», «overturned»."""
        if self.appeal_decided_at is not None:
            return "upheld" if self.is_upheld else "overturned"
        return "appealed" if self.appealed_at is not None else "decided"
