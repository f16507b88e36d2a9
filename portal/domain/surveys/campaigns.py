"""Campaigns (调查活动, R27): prepared as a draft, drawn, tried dry, launched; nobody is asked before what stands in the way is said."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.people.models import Contact, Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused, Stale
from portal.domain.surveys import fatigue, letters, links, piping, sampling
from portal.domain.surveys import population as populations
from portal.domain.surveys.answer_models import LINK, PHONE, PORTAL
from portal.domain.surveys.campaign_models import (
    ANONYMOUS,
    CANCELLED,
    CLOSED,
    DRAFT,
    NAMED,
    RUNNING,
    Campaign,
    Invitation,
)
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.population import Population
from portal.domain.tickets.numbers import next_number
from portal.i18n import N_

STATES = {
    DRAFT: N_("Being prepared"), RUNNING: N_("Under way"), CLOSED: N_("Ended"), CANCELLED: N_("Called off"),
}  # fmt: skip
TONES = {DRAFT: "warn", RUNNING: "info", CLOSED: "good", CANCELLED: "quiet"}
PLANS = {
    "gold": N_("Gold cards, every half-year"), "silver": N_("Silver cards, a sample a year"), "project": N_("A finished project a month"),
    "yearly": N_("Everybody once a year"), "other": N_("Outside the plan"),
}  # fmt: skip
CHANNELS = {PORTAL: N_("In the portal"), LINK: N_("By link, without signing in"), PHONE: N_("By telephone")}
ANONYMITY = {NAMED: N_("Answers stand under their names"), ANONYMOUS: N_("Answers are kept apart from names")}
TOLD = {
    "survey.made": N_("{by} prepared the survey “{became}”"),
    "survey.set": N_("{by} changed {part} of the survey"),
    "survey.drawn": N_("{by} drew {number} of {size} customers with the seed {became}"),
    "survey.kept": N_("{by} has {contact} asked although a rule says no: {why}"),
    "survey.launched": N_("{by} launched the survey; {number} invitations leave"),
    "survey.called_off": N_("{by} called the survey off: {why}"),
    "survey.ended": N_("{by} ended the survey: {why}"),
    "survey.ran_out": N_("The survey ended on its last day"),
    "survey.prolonged": N_("{by} moved the end of the survey to {became}: {why}"),
    "survey.reminded": N_("{number} people who had not answered were reminded"),
    "survey.bounced": N_("The letter to {contact} came back"),
    "survey.quota": N_("The quota is full; {number} people are no longer asked"),
    "survey.replaced": N_("{by} replaced {was} by {became} ({outcome}): {why}"),
    "survey.relinked": N_("{by} sent {contact} a new link"),
    "survey.opted_in": N_("{by} noted that {contact} may be asked again: {why}"),
}
PARTS = {
    "title": N_("the title"), "title_en": N_("the English title"), "topic": N_("what it is about"), "plan": N_("its place in the plan"),
    "questionnaire_version_id": N_("the questionnaire"), "anonymity": N_("what is promised about names"),
    "population": N_("whom it means"), "sample_size": N_("the sample"), "reserve_size": N_("the reserve"),
    "opens_at": N_("its beginning"), "closes_at": N_("its end"), "channels": N_("the channels"), "reminders": N_("the reminders"),
    "quotas": N_("the quotas"), "target_rate": N_("the target"), "letter": N_("the letter"),
    "script": N_("the words of the hotline"),
}  # fmt: skip
OF_DRAW = ("population", "sample_size", "reserve_size", "opens_at", "channels")
"""What the sample depends on: changed, it has to be drawn anew."""
WHILE_RUNNING = ("target_rate", "quotas", "topic", "script")
OLD_AFTER = 14
"""Days after which a sample is drawn anew before it is asked."""
CHANGED = N_("Somebody changed this campaign while you were writing. Look at what is new; your text is kept.")


def make(by: Person | None, version: QuestionnaireVersion, rule: Population, *, title: str, **facts: Any) -> Campaign:
    """A draft; its letter begins with our usual words."""
    need_runner(by)
    at = clock.now()
    row = Campaign(
        number=next_number("DC", at), title=title, questionnaire_version_id=version.id, state=DRAFT, made_at=at,
        made_by_id=by.id if by else None, population=populations.write(rule),
        **{"letter": letters.beginning(rule), "channels": [PORTAL, LINK], "anonymity": NAMED, "plan": "other"} | facts,
    )  # fmt: skip
    _fits(row)
    db.session.add(row)
    db.session.flush()
    journal.write("survey.made", row, by, became=title)
    return row


def change(row: Campaign, by: Person, version: int | None, rule: Population | None = None, **facts: Any) -> None:
    """Say it differently: all of a draft, a little of one that runs. A sample that no longer fits goes."""
    need_runner(by)
    if version is not None and row.version != version:
        raise Stale(CHANGED)
    if row.state not in (DRAFT, RUNNING):
        raise Refused(N_("This campaign is over."))
    if rule is not None:
        facts["population"] = populations.write(rule)
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if row.state == RUNNING and changed.keys() - set(WHILE_RUNNING):
        raise Refused(N_("The campaign runs; whom it asks and what it promised stays as it is."))
    for name, value in changed.items():
        journal.write("survey.set", row, by, part=PARTS[name])
        setattr(row, name, value)
    _fits(row)
    if changed.keys() & set(OF_DRAW):
        _forget_sample(row)


def _forget_sample(row: Campaign) -> None:
    db.session.execute(db.delete(Invitation).where(Invitation.campaign_id == row.id))
    row.drawn_at, row.seed, row.strata = None, None, []


def _fits(row: Campaign) -> None:
    if row.opens_at and row.closes_at and row.closes_at <= row.opens_at:
        raise Refused(N_("It must end after it begins."))


def draw(row: Campaign, by: Person | None, seed: int | None = None) -> None:
    """Draw the sample, by lot or by a seed that was drawn before."""
    need_runner(by)
    sampling.draw(row, by, seed)


def keep(invitation: Invitation, campaign: Campaign, by: Person, why: str) -> None:
    """Ask this contact although a rule says no; not against a rule that stands."""
    need_runner(by)
    if campaign.state != DRAFT or invitation.state != "skipped":
        raise Refused(N_("Only somebody who is passed over by a draft can be put on its list."))
    if fatigue.RULES[invitation.skipped].stands:
        raise Refused(N_("This rule stands: they cannot be asked."))
    if not why.strip():
        raise Refused(N_("Please say why they are asked all the same."))
    colleagues = db.select(Invitation.id).where(
        Invitation.campaign_id == campaign.id, Invitation.customer_id == invitation.customer_id,
        Invitation.state == "drawn", Invitation.is_reserve.is_(False),
    )  # fmt: skip
    more = 0 if db.session.scalar(colleagues.limit(1)) else 1  # customers are counted, not contacts
    invitation.state, invitation.skipped, invitation.kept_why = "drawn", "", why
    invitation.weight = 1.0
    campaign.strata = [
        one | ({"asked": one["asked"] + more} if one["key"] == invitation.stratum else {}) for one in campaign.strata
    ]
    contact = db.session.get_one(Contact, invitation.contact_id)
    journal.write("survey.kept", campaign, by, why=why, contact=contact.name)


@dataclass
class Trial:
    """What launching it would do now; nothing is written (试运行)."""

    problems: list[str]
    """Marked sentences: it cannot be launched before these are put right."""
    warnings: list[str]
    """Marked sentences worth a thought."""
    letters: int
    by_phone_only: int
    customers: int
    reserve: int
    skipped: Counter = field(default_factory=Counter)
    """Contacts by the rule that keeps them back."""
    kept: Counter = field(default_factory=Counter)
    """Contacts by why they are asked all the same."""
    leaves_at: datetime | None = None
    expected: int | None = None
    """Answers, if the target is met."""


def try_dry(row: Campaign) -> Trial:
    """What would happen: how many letters, who is skipped by which rule, what stands in the way."""
    counted = db.session.execute(
        db.select(
            Invitation.state, Invitation.skipped, Invitation.kept_why, Invitation.is_reserve,
            db.case((db.or_(Contact.person_id.is_not(None), Contact.email != ""), 1), else_=0).label("reached"),
            db.func.count(), db.func.count(db.distinct(Invitation.customer_id)),
        )
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(Invitation.campaign_id == row.id)
        .group_by(Invitation.state, Invitation.skipped, Invitation.kept_why, Invitation.is_reserve, "reached")
    )  # fmt: skip
    found = Trial([], [], 0, 0, 0, 0)
    for state, skipped, kept_why, is_reserve, reached, contacts, customers in map(tuple, counted):
        if state == "skipped":
            found.skipped[skipped] += contacts
        elif is_reserve:
            found.reserve += customers
        else:
            found.letters += contacts if reached else 0
            found.by_phone_only += 0 if reached else contacts
            found.customers += customers
            if kept_why:
                found.kept[kept_why if kept_why in fatigue.KEPT else ""] += contacts
    at = clock.now()
    found.leaves_at = letters.leaves_at(max(at, row.opens_at or at))
    if row.target_rate:
        found.expected = round((found.letters + found.by_phone_only) * row.target_rate / 100)
    found.problems, found.warnings = problems(row), _warnings(row, found)
    return found


def problems(row: Campaign) -> list[str]:
    """What keeps it from being launched, in words; nothing of it needs to be tried."""
    said = []
    version = db.session.get_one(QuestionnaireVersion, row.questionnaire_version_id)
    if not version.is_published:
        said.append(N_("Its questionnaire is not published."))
    if row.drawn_at is None:
        said.append(N_("Nobody is drawn yet."))
    elif (clock.now() - row.drawn_at).days >= OLD_AFTER:
        said.append(N_("The sample is too old; draw it again."))
    elif not any(one["asked"] for one in row.strata):
        said.append(N_("Nobody would be asked: the rules keep everybody back."))
    if row.closes_at is None:
        said.append(N_("It has no end yet."))
    elif row.closes_at <= max(clock.now(), row.opens_at or clock.now()):
        said.append(N_("Its end is over already."))
    if not row.channels:
        said.append(N_("No channel is chosen."))
    if any(not row.letter.get(name, "").strip() for name in ("subject", "subject_en", "body", "body_en")):
        said.append(N_("The letter lacks words in one of the languages."))
    if any(piping.wrong(text) for text in row.letter.values()):
        said.append(N_("The letter speaks of a name that is not known, or does not say what stands there otherwise."))
    return said


def _warnings(row: Campaign, found: Trial) -> list[str]:
    said = []
    if found.letters and PHONE not in row.channels and found.by_phone_only:
        said.append(N_("Some can be reached by telephone only, and the telephone is no channel of it."))
    if row.sample_size and not row.reserve_size:
        said.append(N_("There is no reserve for whoever cannot be reached."))
    if row.anonymity == ANONYMOUS and found.customers < 10:
        said.append(N_("So few are asked that answers can be guessed at although they are kept apart from names."))
    return said


def launch(row: Campaign, by: Person) -> int:
    """It runs: whoever a rule keeps back by now is skipped, everybody else gets a link and a letter; gives how many.

    Once for a contact of a campaign, by the database's word; a second launch is refused.
    """
    need_runner(by)
    db.session.execute(db.select(Campaign.id).where(Campaign.id == row.id).with_for_update())
    db.session.refresh(row, ["state", "version"])
    if row.state != DRAFT:
        raise Refused(N_("This campaign is “{state}”; that is not possible now."), state=STATES[row.state])
    for no in problems(row):
        raise Refused(no)
    at = clock.now()
    leaves = letters.leaves_at(max(at, row.opens_at or at))
    sampling.look_again(row, leaves)
    row.state, row.launched_at, row.launched_by_id = RUNNING, at, by.id
    row.opens_at = row.opens_at if row.opens_at and row.opens_at > at else at
    sent = send(row, _to_send(row), by, leaves)
    if not sent:
        raise Refused(N_("Nobody would be asked: the rules keep everybody back."))
    journal.write("survey.launched", row, by, number=sent)
    return sent


def _to_send(row: Campaign) -> list[Invitation]:
    rows = db.select(Invitation).where(
        Invitation.campaign_id == row.id, Invitation.state == "drawn", Invitation.is_reserve.is_(False)
    )
    return list(db.session.scalars(rows.options(*letters.along()).order_by(Invitation.id)))


def send(row: Campaign, rows: list[Invitation], host: Person, at: datetime) -> int:
    """These are invited at this moment; the rows come with letters.along()."""
    languages = _languages(rows)
    letters.look_up(row, rows, "sent", host)
    for one in rows:
        one.state, one.sent_at = "invited", at
        one.language = languages.get(one.contact.person_id or 0, one.language)
        links.give(one)
        letters.invite(one, row, host, at)
        if PHONE in row.channels and not one.contact.person_id and not one.contact.email:
            one.next_call_at = at
    return len(rows)


def _languages(rows: list[Invitation]) -> Mapping[int, str]:
    ids = [one.contact.person_id for one in rows if one.contact.person_id]
    people = db.select(Person.id, Person.language).where(Person.id.in_(ids))
    return dict(map(tuple, db.session.execute(people)))


def call_off(row: Campaign, by: Person, why: str) -> None:
    """A draft that is not pursued; it stays readable."""
    need_runner(by)
    if row.state != DRAFT:
        raise Refused(N_("Only a draft is called off; a campaign that runs is ended."))
    row.state, row.ended_at, row.ended_by_id, row.ended_why = CANCELLED, clock.now(), by.id, why
    journal.write("survey.called_off", row, by, why=why)


def need_runner(by: Person | None) -> None:
    """Raises Refused for whoever does not run surveys."""
    if by is not None and not by.has(Role.SUPERVISOR):
        raise Refused(N_("The quality supervisors run surveys."))


def of(key: int) -> Campaign:
    """The campaign with its questionnaire, as letters need it."""
    version = joinedload(Campaign.questionnaire_version)
    rows = db.select(Campaign).where(Campaign.id == key).options(version.joinedload(QuestionnaireVersion.questionnaire))
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()
