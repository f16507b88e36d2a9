"""Tables of improvement actions (整改, R33): the action, its steps, the customers to be asked again."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Customer, Department, Person

OPEN, DONE, WATCHED, CLOSED, DROPPED = "open", "done", "watched", "closed", "dropped"
LIVE = (OPEN, DONE, WATCHED)


class Improvement(Base):
    """An improvement action: what is wrong, why, what is done about it, by whom and until when; proven by its effect.

    `source` is a row of SOURCES and `source_id` the record it came from, where that source keeps records.
    """

    __tablename__ = "improvement"
    __table_args__ = (
        CheckConstraint("state in ('open', 'done', 'watched', 'closed', 'dropped')", "known_state"),
        CheckConstraint("(state in ('closed', 'dropped')) = (ended_at is not null)", "ended_if_over"),
        CheckConstraint("state not in ('done', 'watched', 'closed') or effective_on is not null", "effective_if_done"),
        Index("ix_improvement_due", "state", "due_on", "id"),
        Index("ix_improvement_department", "department_id", "state", "due_on"),
        Index("ix_improvement_person", "person_id", "state", "due_on"),
        Index("ix_improvement_source", "source", "source_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    source: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200))
    problem: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    """The root cause (根本原因)."""
    measure: Mapped[str] = mapped_column(Text, default="")
    class_code: Mapped[str | None] = mapped_column(String(60))
    """The class whose complaints show the effect; none where no figure can."""
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    """open · done (waits for verification) · watched (verified: revisits and effect) · closed · dropped"""
    round: Mapped[int] = mapped_column(default=1)
    """Found not to be enough, it begins another round."""
    risen: Mapped[int] = mapped_column(default=0)
    """How far it has risen in this round: so many of the levels of RISES were told."""
    done_at: Mapped[Moment | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    result: Mapped[str] = mapped_column(Text, default="")
    """What was done, in words."""
    effective_on: Mapped[date | None]
    """From which day the measure works: before it and after it are compared."""
    verified_at: Mapped[Moment | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    finding: Mapped[str] = mapped_column(Text, default="")
    """What the verification found."""
    answered_at: Mapped[Moment | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    """What those who raised it were told."""
    ended_at: Mapped[Moment | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    conclusion: Mapped[str] = mapped_column(Text, default="")
    """Why it could be closed, or was dropped."""

    department: Mapped[Department] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="raise")
    done_by: Mapped[Person | None] = relationship(foreign_keys=[done_by_id], lazy="raise")
    verified_by: Mapped[Person | None] = relationship(foreign_keys=[verified_by_id], lazy="raise")
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id], lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def is_late(self, today: date) -> bool:
        """Is the measure not taken, and its day over?"""
        return self.state == OPEN and self.due_on < today

    def is_in_hands_of(self, person: Person) -> bool:
        """Is this person responsible, or did this person do it? Then somebody else judges it."""
        return person.id in (self.person_id, self.done_by_id)


class ImprovementStep(Base):
    """A step on the way (整改步骤): until when; done, with what shows it."""

    __tablename__ = "improvement_step"
    __table_args__ = (Index("ix_improvement_step", "improvement_id", "due_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    improvement_id: Mapped[int] = mapped_column(ForeignKey("improvement.id"))
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    done_at: Mapped[Moment | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text, default="")

    done_by: Mapped[Person | None] = relationship(lazy="raise")

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due_on < today


class Revisit(Base):
    """A customer who raised it, asked again after the measure (回访): what they say now. One row a customer."""

    __tablename__ = "improvement_revisit"
    __table_args__ = (
        UniqueConstraint("improvement_id", "customer_id"),
        Index("ix_improvement_revisit_customer", "customer_id", "recorded_at"),
        CheckConstraint("recorded_at is null or outcome is not null", "outcome_if_recorded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    improvement_id: Mapped[int] = mapped_column(ForeignKey("improvement.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    tickets: Mapped[list] = mapped_column(JSON, default=list)
    """The tickets with which they raised it, by id; none of a customer put on the list by hand."""
    outcome: Mapped[str | None] = mapped_column(String(20))
    """A key of OUTCOMES; of somebody not reached yet, too."""
    means: Mapped[str | None] = mapped_column(String(10))
    """call · visit"""
    spoke_with: Mapped[str] = mapped_column(String(60), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    tries: Mapped[int] = mapped_column(default=0)
    """On how many days they could not be reached."""
    tried_on: Mapped[date | None]
    recorded_at: Mapped[Moment | None]
    """When it was settled what they say; none while somebody has to ask (again)."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    customer: Mapped[Customer] = relationship(lazy="raise")
    by: Mapped[Person | None] = relationship(lazy="raise")
    improvement: Mapped[Improvement] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
