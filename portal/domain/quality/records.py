"""Tables of what is kept about complaints: weekly lists, supervised projects, months' counts, signals."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Person
from portal.domain.quality.improvement_models import Improvement
from portal.domain.tickets.models import Problem, Ticket
from portal.i18n import Words


class UnclosedWeek(Base):
    """The complaints that were not closed on a Monday (未关闭投诉周报, R18): kept as they stood, never made anew."""

    __tablename__ = "unclosed_week"

    id: Mapped[int] = mapped_column(primary_key=True)
    monday: Mapped[date] = mapped_column(unique=True)
    made_at: Mapped[Moment]
    count: Mapped[int]
    oldest_days: Mapped[int] = mapped_column(default=0)
    projects: Mapped[int] = mapped_column(default=0)
    """How many of them are supervised projects."""


class UnclosedLine(Base):
    """One complaint of a week's list, the oldest first."""

    __tablename__ = "unclosed_line"
    __table_args__ = (Index("ix_unclosed_line_week", "week_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    week_id: Mapped[int] = mapped_column(ForeignKey("unclosed_week.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    days: Mapped[int]
    """Whole days since it was opened."""
    state: Mapped[str] = mapped_column(String(20))
    class_code: Mapped[str | None] = mapped_column(String(60))
    party: Mapped[str] = mapped_column(String(120), default="")
    party_en: Mapped[str] = mapped_column(String(120), default="")
    """Who works on it: the party of the order in the lead, else the owner."""
    why: Mapped[str] = mapped_column(Text, default="")
    """Why it cannot be closed yet, as the last reply said (R15)."""
    report: Mapped[str] = mapped_column(Text, default="")
    """The last state report to the customer (进展汇报)."""
    report_at: Mapped[Moment | None]
    is_project: Mapped[bool] = mapped_column(default=False)

    week: Mapped[UnclosedWeek] = relationship(lazy="raise")
    ticket: Mapped[Ticket] = relationship(lazy="raise")

    @property
    def party_words(self) -> Words:
        """Who works on it, in both languages."""
        return Words(self.party, self.party_en or self.party)


class SupervisedProject(Base):
    """A complaint open for more than three months (立项督办, R18): owner, plan, milestones. Lives as long as its ticket."""

    __tablename__ = "supervised_project"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    plan: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[Moment]

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    owner: Mapped[Person | None] = relationship(lazy="raise")
    milestones: Mapped[list["Milestone"]] = relationship(order_by="Milestone.due_on, Milestone.id", lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Milestone(Base):
    """A step of a project's plan (里程碑): until when; done, with evidence; late, raised once."""

    __tablename__ = "milestone"
    __table_args__ = (Index("ix_milestone_due", "done_at", "late_at", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("supervised_project.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    done_at: Mapped[Moment | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evidence: Mapped[str] = mapped_column(Text, default="")
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))
    """The internal note that carries the evidence's files."""
    late_at: Mapped[Moment | None]
    """When it was raised as late."""

    project: Mapped[SupervisedProject] = relationship(lazy="raise", overlaps="milestones")
    done_by: Mapped[Person | None] = relationship(lazy="raise")

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due_on < today

    def state(self, today: date) -> str:
        """«reached», «late» or «ahead»."""
        return "reached" if self.done_at else "late" if self.is_late(today) else "ahead"


class ComplaintCount(Base):
    """How many complaints a closed month had in one part of one side, and of how many customers (月度快照).

    `side`: total · group · class · party · tier · channel · cause; `code`: which of them.
    """

    __tablename__ = "complaint_count"
    __table_args__ = (UniqueConstraint("month", "side", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    side: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(80))
    complaints: Mapped[int]
    customers: Mapped[int]


class Signal(Base):
    """Something in the complaints that asks for a look (热点信号, formulas 3.13): became a problem or an improvement action, or dismissed."""

    __tablename__ = "quality_signal"
    __table_args__ = (UniqueConstraint("key"), Index("ix_quality_signal_open", "settled_at", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    """Rule, month, class and customer: the same thing is raised once."""
    rule: Mapped[str] = mapped_column(String(20))
    """limit · run · important · repeat · pareto"""
    month: Mapped[date] = mapped_column(index=True)
    class_code: Mapped[str | None] = mapped_column(String(60))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    """The figures it was raised on: count, mean, limit, months, share."""
    raised_at: Mapped[Moment]
    settled_at: Mapped[Moment | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"), index=True)
    improvement_id: Mapped[int | None] = mapped_column(ForeignKey("improvement.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was dismissed."""

    improvement: Mapped[Improvement | None] = relationship(lazy="raise")
    problem: Mapped[Problem | None] = relationship(lazy="raise")
    settled_by: Mapped[Person | None] = relationship(lazy="raise")
