"""Tables of the words of surveys (R29, R30): issues with their cue words, comments coded into them, hot issues, answers given."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Department, Person
from portal.domain.quality.improvement_models import Improvement
from portal.domain.surveys.answer_models import Response
from portal.i18n import Words


class Issue(Base):
    """What comments are about (问题点): a name in both languages, and cue words by which it is suggested."""

    __tablename__ = "survey_issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(60), unique=True)
    title_en: Mapped[str] = mapped_column(String(80), default="")
    cues: Mapped[list] = mapped_column(JSON, default=list)
    """Words that suggest it, of either language."""
    class_code: Mapped[str | None] = mapped_column(String(60))
    """The class of complaints it belongs to; none where there is none."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    """Who would improve it."""
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    retired_at: Mapped[Moment | None]

    department: Mapped[Department | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def words(self) -> Words:
        return Words(self.title, self.title_en or self.title)


class Coded(Base):
    """A comment that somebody has read (已归类); sent again by whoever answered, it is read anew."""

    __tablename__ = "survey_comment"
    __table_args__ = (Index("ix_survey_comment_campaign", "campaign_id", "coded_at"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("survey_response.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    coded_at: Mapped[Moment]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Mention(Base):
    """A comment raises an issue. Customer and day are the answer's; of an anonymous one there is no customer."""

    __tablename__ = "survey_mention"
    __table_args__ = (
        Index("ix_survey_mention_issue", "issue_id", "raised_on", "customer_id"),
        Index("ix_survey_mention_customer", "customer_id", "issue_id"),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("survey_response.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("survey_issue.id"), primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    raised_on: Mapped[date]

    issue: Mapped[Issue] = relationship(lazy="raise")
    response: Mapped[Response] = relationship(lazy="raise")


class HotIssue(Base):
    """An issue that was out of the ordinary (热点问题): taken up with an improvement action, or dismissed with a reason.

    `begins` to `ends` are the days of the comments that stand behind it: whoever raised it then is asked again.
    """

    __tablename__ = "survey_hot_issue"
    __table_args__ = (
        UniqueConstraint("issue_id", "month"),
        CheckConstraint("(settled_at is null) = (improvement_id is null and reason = '')", "settled_by_something"),
        CheckConstraint("ends >= begins", "ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("survey_issue.id"))
    month: Mapped[date]
    rules: Mapped[list] = mapped_column(JSON, default=list)
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    begins: Mapped[date]
    ends: Mapped[date]
    raised_at: Mapped[Moment]
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[Moment | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    improvement_id: Mapped[int | None] = mapped_column(ForeignKey("improvement.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why nothing is done about it."""

    issue: Mapped[Issue] = relationship(lazy="raise")
    improvement: Mapped[Improvement | None] = relationship(lazy="raise")
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id], lazy="raise")


class Reply(Base):
    """Our answer to somebody who asked for one; once an answer sheet, sent to whoever gave it."""

    __tablename__ = "survey_reply"

    response_id: Mapped[int] = mapped_column(ForeignKey("survey_response.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person] = relationship(lazy="raise")
