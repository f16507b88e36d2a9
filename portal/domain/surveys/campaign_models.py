"""Tables of campaigns (调查活动): the campaign, whom it asks, who wants no more surveys, calls made for it."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Contact, Customer, Person, Project
from portal.domain.surveys.models import QuestionnaireVersion
from portal.i18n import Words

DRAFT, RUNNING, CLOSED, CANCELLED = "draft", "running", "closed", "cancelled"
NAMED, ANONYMOUS = "named", "anonymous"
STATES = ("drawn", "skipped", "invited", "begun", "answered", "refused", "withdrawn", "ended")


class Campaign(Base):
    """One survey wave (一次调查): this version, these customers, these days.

    `population` is the rule of who is meant, `strata` how they are divided and how many are drawn of each; `seed` makes
    the draw repeatable. `anonymity` is promised to whoever answers and never changes once it runs: «named» answers stand
    under their names, of «anonymous» ones only who took part is kept (Participation), apart from what was said.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'running', 'closed', 'cancelled')", "known_state"),
        CheckConstraint("anonymity in ('named', 'anonymous')", "known_anonymity"),
        CheckConstraint("closes_at is null or opens_at is null or closes_at > opens_at", "closes_after_it_opens"),
        CheckConstraint("state <> 'running' or (opens_at is not null and closes_at is not null)", "period_if_it_runs"),
        Index("ix_campaign_state", "state", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    plan: Mapped[str] = mapped_column(String(20), default="other")
    """What of the standing plan it fulfils (R25): gold · silver · project · yearly · other."""
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    topic: Mapped[str] = mapped_column(Text, default="")
    questionnaire_version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"), index=True)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    """The wave before it."""
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    anonymity: Mapped[str] = mapped_column(String(10), default=NAMED)
    population: Mapped[dict] = mapped_column(JSON, default=dict)
    strata: Mapped[list] = mapped_column(JSON, default=list)
    seed: Mapped[int | None]
    sample_size: Mapped[int | None]
    """How many customers are drawn; none for a census."""
    reserve_size: Mapped[int] = mapped_column(default=0)
    drawn_at: Mapped[Moment | None]
    opens_at: Mapped[Moment | None]
    closes_at: Mapped[Moment | None]
    channels: Mapped[list] = mapped_column(JSON, default=list)
    """portal · link · phone"""
    reminders: Mapped[list] = mapped_column(JSON, default=list)
    """Days after the invitation on which whoever has not answered is reminded."""
    quotas: Mapped[dict] = mapped_column(JSON, default=dict)
    target_rate: Mapped[int | None]
    """Share of those asked that should answer, in percent."""
    letter: Mapped[dict] = mapped_column(JSON, default=dict)
    """Words of the invitation in both languages."""
    script: Mapped[dict] = mapped_column(JSON, default=dict)
    """Words of the hotline in both languages."""
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[Moment]
    launched_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    launched_at: Mapped[Moment | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[Moment | None]
    ended_why: Mapped[str] = mapped_column(Text, default="")

    questionnaire_version: Mapped[QuestionnaireVersion] = relationship(lazy="raise")
    made_by: Mapped[Person | None] = relationship(foreign_keys=[made_by_id], lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def words(self) -> Words:
        return Words(self.title, self.title_en or self.title)

    @property
    def is_anonymous(self) -> bool:
        return self.anonymity == ANONYMOUS

    def is_open(self, at: datetime) -> bool:
        """Are answers taken now?"""
        if self.state != RUNNING or self.opens_at is None or self.closes_at is None:
            return False
        return self.opens_at <= at < self.closes_at


class Invitation(Base):
    """One contact of a campaign's sample: drawn (or in reserve, in `draw_order`), skipped by a rule, invited, heard.

    The link is derived from the row and the installation's key (links.py); the row keeps its SHA-256 and `link_no`,
    which rises when a new link replaces a withdrawn one. `outcome` is a key of outcomes.OUTCOMES (AAPOR).
    """

    __tablename__ = "survey_invitation"
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id"),
        CheckConstraint(f"state in ({', '.join(map(repr, STATES))})", "known_state"),
        CheckConstraint("(state = 'skipped') = (skipped <> '')", "rule_if_skipped"),
        Index("ix_survey_invitation_state", "campaign_id", "state", "id"),
        Index("ix_survey_invitation_customer", "customer_id", "sent_at"),
        Index("ix_survey_invitation_contact", "contact_id", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    language: Mapped[str] = mapped_column(String(12), default="zh_Hans_CN")
    stratum: Mapped[str] = mapped_column(String(80), default="")
    weight: Mapped[float] = mapped_column(default=1.0)
    """How many customers of the population this one stands for (formulas 3.7)."""
    draw_order: Mapped[int] = mapped_column(default=0)
    is_reserve: Mapped[bool] = mapped_column(default=False)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("survey_invitation.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="drawn")
    skipped: Mapped[str] = mapped_column(String(20), default="")
    """The rule by which this contact was not asked (formulas 3.14)."""
    kept_why: Mapped[str] = mapped_column(Text, default="")
    """Why they are asked although a rule says no."""
    outcome: Mapped[str] = mapped_column(String(20), default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_no: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]
    reminders: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[Moment | None]
    withdrawn_at: Mapped[Moment | None]
    next_call_at: Mapped[Moment | None] = mapped_column(index=True)
    call_agreed: Mapped[bool] = mapped_column(default=False)
    """`next_call_at` was agreed with them, not set by the rule of an outcome."""
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who called last, or calls now."""
    held_at: Mapped[Moment | None]
    """Since when the caller has the case in hand; nobody else is given it meanwhile."""

    campaign: Mapped[Campaign] = relationship(lazy="raise")
    customer: Mapped[Customer] = relationship(lazy="raise")
    contact: Mapped[Contact] = relationship(lazy="raise")
    project: Mapped[Project | None] = relationship(lazy="raise")
    caller: Mapped[Person | None] = relationship(lazy="raise")


class CallAttempt(Base):
    """One call for an invitation: who, when, how it ended (a key of OUTCOMES), what was agreed for the next one."""

    __tablename__ = "survey_call"
    __table_args__ = (
        Index("ix_survey_call_invitation", "invitation_id", "at"),
        Index("ix_survey_call_by", "by_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("survey_invitation.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    seconds: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    next_at: Mapped[Moment | None]
    is_appointment: Mapped[bool] = mapped_column(default=False)
    """`next_at` was agreed with them, not set by the rule of the outcome."""

    invitation: Mapped[Invitation] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(lazy="raise")


_LIVE = text("ended_at is null")


class OptOut(Base):
    """A contact who wants no more surveys (谢绝调查), until they say otherwise."""

    __tablename__ = "survey_opt_out"
    __table_args__ = (
        Index("ix_survey_opt_out_live", "contact_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("survey_invitation.id"), index=True)
    at: Mapped[Moment]
    how: Mapped[str] = mapped_column(String(10))
    """portal · link · phone · staff"""
    why: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[Moment | None]

    contact: Mapped[Contact] = relationship(lazy="raise")
