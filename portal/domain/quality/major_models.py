"""Tables of major complaints (重大投诉, R20): the case, what its dossier says, its own timeline, what was approved."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.documents.models import Document
from portal.domain.people.models import Person
from portal.domain.tickets.models import Ticket

PLAN_OF, COMPENSATION, REPORT = "plan", "compensation", "report"
"""What a manager is asked to approve."""


class MajorCase(Base):
    """A complaint that is proposed as, or is, a major one. One a ticket; proposed again after a rejection, it is the same."""

    __tablename__ = "major_case"
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (closed_at is not null)", "closed_at_if_closed"),
        Index("ix_major_case_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    """proposed · accepted · rejected · closed"""
    signs: Mapped[list] = mapped_column(JSON, default=list)
    amount_yuan: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Nobody: a rule of the policy proposed it."""
    proposed_at: Mapped[Moment]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    decision: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[Moment | None]
    """When its report was first sent up: what the promise of two days is judged by."""
    review: Mapped[str] = mapped_column(Text, default="")
    lessons: Mapped[str] = mapped_column(Text, default="")
    improvement: Mapped[str] = mapped_column(Text, default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[Moment | None]

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id], lazy="raise")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id], lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class MajorItem(Base):
    """One thing the dossier (档案) says: a line of its checklist, or why a photo or paper is missing; who wrote it when."""

    __tablename__ = "major_item"
    __table_args__ = (UniqueConstraint("case_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    case_id: Mapped[int] = mapped_column(ForeignKey("major_case.id"))
    place: Mapped[str] = mapped_column(String(60))
    """`item/cause`, `photo/front`, `paper/licence`"""
    body: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]

    by: Mapped[Person] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class MajorEntry(Base):
    """An entry of the dossier's timeline (事情经过): what happened when; put right by another entry, never changed."""

    __tablename__ = "major_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("major_case.id"), index=True)
    happened_at: Mapped[Moment]
    body: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]

    by: Mapped[Person] = relationship(lazy="raise")


class MajorApproval(Base):
    """Something of a major case that a manager approves (审批): the plan, a special compensation, the report."""

    __tablename__ = "major_approval"
    __table_args__ = (
        CheckConstraint("(decided_at is null) = (is_granted is null)", "granted_if_decided"),
        Index("ix_major_approval_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("major_case.id"))
    what: Mapped[str] = mapped_column(String(20))
    """plan · compensation · report"""
    words: Mapped[str] = mapped_column(Text, default="")
    """What was asked for, as it stood then: the plan's text, why the compensation, a word to the report."""
    amount_yuan: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[Moment]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    is_granted: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[MajorCase] = relationship(lazy="raise")
    document: Mapped[Document | None] = relationship(lazy="raise")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="raise")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")
