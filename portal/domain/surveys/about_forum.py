"""A survey of whoever was at a forum (会后调查, R38): a draft in one click, which asks exactly those who were checked in."""

from datetime import datetime, timedelta

from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.forum import attended
from portal.domain.forum.models import Event
from portal.domain.people.models import Person
from portal.domain.quality.days import today, zone
from portal.domain.refusals import Refused
from portal.domain.surveys import campaigns, questionnaires
from portal.domain.surveys.campaign_models import CANCELLED, CLOSED, RUNNING, Campaign
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.plan import CLOSES
from portal.domain.surveys.population import Population
from portal.i18n import N_, Words

CUES = ("座谈会", "forum")
"""Words in the title of a questionnaire that was written for forums."""


def of(rows: Select, event: Event) -> list[Campaign]:
    """The campaigns (of these rows) that ask who was at this forum, the newest first."""
    about = Campaign.population["attended"].as_integer() == event.id
    return list(db.session.scalars(rows.where(about, Campaign.state != CANCELLED).order_by(Campaign.id.desc())))


def usable() -> list[QuestionnaireVersion]:
    """The published questionnaires: first the one the last forum was asked about by, then those written for forums."""
    before = _last()
    asked = db.session.get_one(QuestionnaireVersion, before.questionnaire_version_id) if before else None

    def order(one: QuestionnaireVersion) -> tuple[bool, bool]:
        paper = one.questionnaire
        about = any(cue in text.lower() for cue in CUES for text in (paper.title, paper.title_en))
        return asked is None or paper.id != asked.questionnaire_id, not about

    return sorted(questionnaires.published(), key=order)


def make(event: Event, by: Person, version: QuestionnaireVersion) -> Campaign:
    """The campaign, drawn and still a draft: nothing is sent."""
    if not attended.present(event).to_ask:
        raise Refused(N_("Nobody of a customer was checked in at this forum; nobody would be asked."))
    if of(db.select(Campaign), event):
        raise Refused(N_("There is a campaign for this already."))
    rules, before, title = settings.policy().surveys, _last(), _title(event)
    closes = datetime.combine(today() + timedelta(days=rules.open_days), CLOSES, zone())
    row = campaigns.make(
        by, version, Population(attended=event.id, divided_by=()), title=title.zh, title_en=title.en,
        closes_at=closes.astimezone(clock.now().tzinfo), follows_id=before.id if before else None,
        reminders=[rules.remind_after_days * n for n in range(1, rules.reminders + 1)], target_rate=rules.target_percent,
    )  # fmt: skip
    campaigns.draw(row, by)
    return row


def _last() -> Campaign | None:
    """The newest campaign about a forum that was launched: the wave before."""
    rows = db.select(Campaign).where(
        Campaign.population["attended"].as_integer().is_not(None), Campaign.state.in_((RUNNING, CLOSED))
    )
    return db.session.scalar(rows.order_by(Campaign.id.desc()).limit(1))


def _title(event: Event) -> Words:
    words = event.words
    return Words(f"{words.zh[:100]}会后调查", f"After the forum: {words.en[:120]}")
