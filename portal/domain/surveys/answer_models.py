"""Tables of answers (答卷): one response per invitation, its answers, and who took part where names are kept apart."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Customer, Person
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.models import QuestionnaireVersion

OPEN, SENT = "open", "sent"
PORTAL, LINK, PHONE = "portal", "link", "phone"
MODES = (PORTAL, LINK, PHONE)


class Response(Base):
    """What one contact answers: saved while they type, `sent` when they are done, changeable until the campaign ends.

    Of an anonymous campaign it loses its invitation, customer and moments when it is sent (answering.send) and gets a
    number by lot; then nothing in the database leads from it to a person, and it cannot be changed any more. How the
    customer stood then is kept here for the results.
    """

    __tablename__ = "survey_response"
    __table_args__ = (
        UniqueConstraint("invitation_id"),
        CheckConstraint("state in ('open', 'sent')", "known_state"),
        CheckConstraint("mode in ('portal', 'link', 'phone')", "known_mode"),
        CheckConstraint("state = 'sent' or invitation_id is not null", "of_somebody_until_sent"),
        Index("ix_survey_response_campaign", "campaign_id", "state"),
        Index("ix_survey_response_customer", "customer_id", "campaign_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("survey_invitation.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    questionnaire_version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    mode: Mapped[str] = mapped_column(String(10))
    """Where it was sent, or last saved: portal · link · phone."""
    language: Mapped[str] = mapped_column(String(12), default="zh_Hans_CN")
    section: Mapped[str] = mapped_column(String(40), default="")
    """The section they were at last: there it goes on."""
    begun_at: Mapped[Moment | None]
    saved_at: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    sent_on: Mapped[date | None]
    """The day, in the company's zone; all that is kept of an anonymous one."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who cared for the customer then."""
    tier: Mapped[str] = mapped_column(String(20), default="")
    card: Mapped[str] = mapped_column(String(20), default="")
    region: Mapped[str] = mapped_column(String(40), default="")
    stratum: Mapped[str] = mapped_column(String(80), default="")
    weight: Mapped[float] = mapped_column(default=1.0)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who wrote it down, on the telephone."""
    wants_answer: Mapped[bool] = mapped_column(default=False)
    """They asked to be answered; never of an anonymous one."""

    invitation: Mapped[Invitation | None] = relationship(lazy="raise")
    campaign: Mapped[Campaign] = relationship(lazy="raise")
    questionnaire_version: Mapped[QuestionnaireVersion] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id], lazy="raise")
    taken_by: Mapped[Person | None] = relationship(foreign_keys=[taken_by_id], lazy="raise")


class Answer(Base):
    """One answer: to a question, or to one row of a matrix, one option of several, one place of a ranking (`item`).

    A choice has its `choice`, a rating and a number its `number`, words and a day (ISO) their `text`; a ranking the
    place in `number`. «Not applicable» stands alone. It has no number of its own, so that nothing tells the order in
    which answers came; campaign and version are repeated for results over very many.
    """

    __tablename__ = "survey_answer"
    __table_args__ = (
        CheckConstraint(
            "not is_not_applicable or (choice is null and number is null and text is null)", "nothing_if_not_applicable"
        ),
        Index("ix_survey_answer_results", "campaign_id", "question", "item", "number", "choice"),
        Index("ix_survey_answer_version", "questionnaire_version_id", "question", "item"),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("survey_response.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    questionnaire_version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"))
    choice: Mapped[str | None] = mapped_column(String(40))
    number: Mapped[float | None]
    text: Mapped[str | None] = mapped_column(Text)
    is_not_applicable: Mapped[bool] = mapped_column(default=False)


class Participation(Base):
    """This invitation was answered, on this day, in this way: once, by the database's word. Nothing of what was said."""

    __tablename__ = "survey_participation"
    __table_args__ = (Index("ix_survey_participation_campaign", "campaign_id", "on"),)

    invitation_id: Mapped[int] = mapped_column(ForeignKey("survey_invitation.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    mode: Mapped[str] = mapped_column(String(10))
    on: Mapped[date]

    invitation: Mapped[Invitation] = relationship(lazy="raise")
