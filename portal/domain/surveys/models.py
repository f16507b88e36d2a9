"""Tables of questionnaires (问卷): the questionnaire, its versions, the bank of questions to take from.

A version is one document: sections with their questions, the scale, both languages (document.py says its shape and
reads it). Published, it never changes; answers keep its number, so each version is reported for itself.
"""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, inspect, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Person
from portal.i18n import Words

DRAFT, PUBLISHED = "draft", "published"
_DRAFT = text("state = 'draft'")


class Questionnaire(Base):
    """A questionnaire (问卷) through all its versions; `retired_at`: no campaign takes it any more."""

    __tablename__ = "questionnaire"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    retired_at: Mapped[Moment | None]

    made_by: Mapped[Person | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def words(self) -> Words:
        return Words(self.title, self.title_en or self.title)


class QuestionnaireVersion(Base):
    """One version: a draft that is worked on, or published for good. A questionnaire has at most one draft.

    `document` is read by document.py. `broken` are the codes of questions whose answers cannot be compared with the
    version before, and why (comparing.py); `minutes` the time it takes, as reckoned when it was published.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "number"),
        CheckConstraint("state in ('draft', 'published')", "known_state"),
        CheckConstraint("(state = 'published') = (published_at is not null)", "moment_if_published"),
        Index(
            "ix_questionnaire_version_draft",
            "questionnaire_id",
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    document: Mapped[dict] = mapped_column(JSON)
    minutes: Mapped[int | None]
    broken: Mapped[dict] = mapped_column(JSON, default=dict)
    change: Mapped[str] = mapped_column(Text, default="")
    """What was changed and why, in words."""
    made_at: Mapped[Moment]
    published_at: Mapped[Moment | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    questionnaire: Mapped[Questionnaire] = relationship(lazy="raise")
    published_by: Mapped[Person | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def is_published(self) -> bool:
        return self.state == PUBLISHED


class BankItem(Base):
    """A question in the bank (题库), to be taken into questionnaires; `question` as in a version's document."""

    __tablename__ = "survey_bank_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[dict] = mapped_column(JSON)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    retired_at: Mapped[Moment | None] = mapped_column(index=True)

    by: Mapped[Person | None] = relationship(lazy="raise")


@event.listens_for(Session, "before_flush")
def _never_changes(session: Session, *_):
    """What is published is what was asked: nobody changes it or takes it away afterwards."""
    for row in (*session.dirty, *session.deleted):
        if not isinstance(row, QuestionnaireVersion):
            continue
        state = inspect(row).attrs.state.history
        was = state.deleted[0] if state.deleted else row.state
        if was == PUBLISHED and (row in session.deleted or session.is_modified(row)):
            raise RuntimeError("a published version of a questionnaire never changes")
