"""The form of a campaign (R27): whom it means, how many are drawn, when, by which channels, what is promised."""

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from portal.domain import settings
from portal.domain.forum import attended
from portal.domain.people import queries
from portal.domain.people.roles import Role
from portal.domain.surveys import campaigns, population, questionnaires
from portal.domain.surveys.campaign_models import NAMED, Campaign
from portal.domain.surveys.campaigns import ANONYMITY, CHANNELS, PLANS
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.population import DIVISIONS, Population
from portal.domain.surveys.running import EACH, EVERYWHERE
from portal.i18n import N_
from portal.staff.customer_parts import CONTACT_ROLES
from portal.staff.desk_parties import Ticks
from portal.web.fields import MomentField
from portal.web.filters import words_in
from portal.web.forms import AtMost, Between, Form, Needed
from portal.web.words import gettext

LONG = 2000
REMINDERS = (("first", N_("First reminder after days")), ("second", N_("Second reminder after days")))


def _number(label: str, least: int, most: int) -> IntegerField:
    return IntegerField(label, [Optional(), Between(least, most)])


class CampaignForm(Form):
    """All a campaign says, but for its letter. What it asks of the sample is blank for everybody."""

    title = StringField(N_("Title in Chinese"), [Needed(), AtMost(120)])
    title_en = StringField(N_("Title in English"), [AtMost(160)])
    topic = TextAreaField(N_("What it shall find out"), [AtMost(LONG)])
    questionnaire = SelectField(N_("Questionnaire"), [Needed()], coerce=int)
    plan = SelectField(N_("Place in the plan"), choices=PLANS)
    cards = Ticks(N_("Card level"))
    tiers = Ticks(N_("Tier"))
    regions = Ticks(N_("Region"))
    managers = Ticks(N_("Account manager"), coerce=int)
    finished_from = DateField(N_("A project finished from"), [Optional()])
    finished_until = DateField(N_("A project finished until"), [Optional()])
    only_unheard = BooleanField(N_("Only customers not heard for a year and not being asked"))
    attended = SelectField(N_("Only whoever was at a forum, and all of them"), coerce=int, default=0)
    role = SelectField(N_("Who of a customer is asked first"), choices={"": N_("the usual order"), **CONTACT_ROLES})
    per_customer = IntegerField(N_("Contacts of one customer at most"), [Needed(), Between(1, 20)], default=1)
    sample_size = _number(N_("Customers to be drawn"), 1, 100_000)
    reserve_size = _number(N_("Customers in reserve"), 0, 100_000)
    divided_by = Ticks(N_("Strata, beside the card level"), choices=DIVISIONS)
    opens_at = MomentField(N_("Begins"), [Optional()])
    closes_at = MomentField(N_("Ends"), [Needed()])
    channels = Ticks(N_("Ways of answering"), [Needed()], choices=CHANNELS)
    first = _number(REMINDERS[0][1], 1, 60)
    second = _number(REMINDERS[1][1], 1, 90)
    anonymity = RadioField(N_("What is promised about names"), choices=ANONYMITY, default=NAMED)
    most = _number(N_("Answers wanted at most"), 1, 100_000)
    most_each = _number(N_("Answers wanted at most of each stratum"), 1, 100_000)
    target_rate = _number(N_("Share of those asked that should answer, in percent"), 1, 100)
    version = HiddenField()

    def rule(self) -> Population:
        """Whom it means."""
        return Population(
            cards=tuple(self.cards.data or ()), tiers=tuple(self.tiers.data or ()), regions=tuple(self.regions.data or ()),
            managers=tuple(self.managers.data or ()), finished_from=self.finished_from.data,
            finished_until=self.finished_until.data, only_unheard=bool(self.only_unheard.data), role=self.role.data or "",
            per_customer=self.per_customer.data or 1, divided_by=tuple(self.divided_by.data or ()),
            attended=self.attended.data or None,
        )  # fmt: skip

    def said(self) -> dict:
        """The rest, as a campaign keeps it."""
        quotas = {EVERYWHERE: self.most.data, EACH: self.most_each.data}
        days = {field.data for field in (self.first, self.second) if field.data}
        return {
            "title": self.title.data, "title_en": self.title_en.data or "", "topic": self.topic.data or "", "plan": self.plan.data,
            "sample_size": self.sample_size.data, "reserve_size": self.reserve_size.data or 0, "opens_at": self.opens_at.data,
            "closes_at": self.closes_at.data, "channels": list(self.channels.data or ()), "reminders": sorted(days),
            "anonymity": self.anonymity.data, "target_rate": self.target_rate.data,
            "quotas": {name: number for name, number in quotas.items() if number},
        }  # fmt: skip


def campaign_form(row: Campaign | None = None) -> tuple[CampaignForm, list[QuestionnaireVersion]]:
    """The form with its choices, as a campaign stands or as one begins; and the versions one may choose."""
    form = CampaignForm(**(_standing(row) if row else _beginning()))
    policy, usable = settings.policy(), questionnaires.published()
    if row is not None and row.questionnaire_version_id not in {one.id for one in usable}:
        usable = [campaigns.of(row.id).questionnaire_version, *usable]
    form.cards.choices = [(one.code, words_in(one.words)) for one in policy.cards]
    form.tiers.choices = [(one.code, words_in(one.words)) for one in policy.tiers]
    form.regions.choices = [(one.code, words_in(one.words)) for one in policy.regions]
    form.managers.choices = [(one.id, one.name) for one in queries.staff(Role.ACCOUNT_MANAGER)]
    form.attended.choices = [
        (0, gettext("whoever the other rules mean")),
        *((one.id, words_in(one.words)) for one in attended.held(form.attended.data)),
    ]
    form.questionnaire.choices = [
        (one.id, gettext("%(title)s, version %(n)s", title=words_in(one.questionnaire.words), n=one.number))
        for one in usable
    ]
    return form, usable


def _beginning() -> dict:
    rules = settings.policy().surveys
    return {
        "per_customer": 1, "divided_by": ["region"], "channels": ["portal", "link"], "first": rules.remind_after_days,
        "second": rules.remind_after_days * 2, "target_rate": rules.target_percent, "plan": "other",
    }  # fmt: skip


def _standing(row: Campaign) -> dict:
    rule = population.read(row.population)
    days = dict(zip(("first", "second"), sorted(row.reminders), strict=False))
    return {
        "title": row.title, "title_en": row.title_en, "topic": row.topic, "questionnaire": row.questionnaire_version_id,
        "plan": row.plan, "cards": rule.cards, "tiers": rule.tiers, "regions": rule.regions, "managers": rule.managers,
        "finished_from": rule.finished_from, "finished_until": rule.finished_until, "only_unheard": rule.only_unheard,
        "role": rule.role, "per_customer": rule.per_customer, "attended": rule.attended or 0, "divided_by": rule.divided_by, "sample_size": row.sample_size,
        "reserve_size": row.reserve_size, "opens_at": row.opens_at, "closes_at": row.closes_at, "channels": row.channels,
        "anonymity": row.anonymity, "most": row.quotas.get(EVERYWHERE), "most_each": row.quotas.get(EACH),
        "target_rate": row.target_rate, "version": row.version, **days,
    }  # fmt: skip
