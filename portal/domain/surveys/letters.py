"""Letters of a campaign (邀请信, R27): the invitation and its reminders, to whoever has an account and whoever has none.

The words are the campaign's own, in both languages, with names of customer and contact in them (piping.py); how long it
takes, until when, what is promised about names and how to be left in peace stands under them in every letter.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import outbox, settings
from portal.domain.forum.models import Event
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.quality.days import zone
from portal.domain.surveys import piping
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.population import Population
from portal.i18n import Words

INVITATION = "survey_invitation"
AT = time(9)
"""Letters leave in the morning of a working day."""
SUBJECT = Words(
    "请您评价我们的服务：{short_name|贵单位}满意度调查", "How do we serve {short_name|you}? Our satisfaction survey"
)
BODY = Words(
    "感谢{customer|贵单位}一直以来的信任。为了把服务做得更好，诚邀您抽几分钟谈谈近期的感受。\n\n您的每一条意见都会有人阅读；集中反映的问题会列入整改，并向您回访。",
    "Thank you for the trust {customer|you} place in us. Please take a few minutes and tell us how you see our service.\n\n"
    "Every comment is read; what several customers raise becomes an improvement action, and we come back to you about it.",
)
ABOUT = Words(
    "感谢{customer|贵单位}的信任。“{project|我们为您完成的项目}”已经完工，想听听您对这个项目的看法。\n\n您的每一条意见都会有人阅读，需要改进的地方我们会给您答复。",
    "Thank you for the trust {customer|you} place in us. “{project|Our project for you}” is finished, and we would like to hear "
    "what you think of it.\n\nEvery comment is read, and you will hear what we make of it.",
)


AFTER_SUBJECT = Words("请您评价%s", "How was our forum? %s")
AFTER = Words(
    "感谢您在百忙之中出席“%s”。会议办得怎么样，哪些内容对您有用，明年希望谈些什么，请抽几分钟告诉我们。\n\n"
    "您的每一条意见都会有人阅读，并用在下一次会议的筹备中。",
    "Thank you for coming to “%s”. Please take a few minutes and tell us how it was, what was of use to you and what we "
    "should talk about next year.\n\nEvery comment is read, and used when we prepare the next forum.",
)


def beginning(rule: Population) -> dict:
    """The words a campaign begins with."""
    subject, body = SUBJECT, ABOUT if rule.of_projects else BODY
    if rule.attended:
        event = db.session.get_one(Event, rule.attended).words
        subject, body = _about(AFTER_SUBJECT, event), _about(AFTER, event)
    return {"subject": subject.zh, "subject_en": subject.en, "body": body.zh, "body_en": body.en}


def _about(words: Words, event: Words) -> Words:
    """The words with the forum's title in them; a brace in it is no place for a name."""
    said = (title.translate({ord("{"): "（", ord("}"): "）"}) for title in (event.zh, event.en))
    return Words(*(text % title for text, title in zip((words.zh, words.en), said, strict=True)))


def invite(row: Invitation, campaign: Campaign, host: Person, at: datetime) -> None:
    """The invitation, at this moment; nothing where neither an account nor an address is known."""
    _post(row, campaign, host, "sent", at, reminder=0)


def remind(row: Invitation, campaign: Campaign, host: Person) -> None:
    """The same again, saying that it is a reminder, and the how manyth."""
    _post(row, campaign, host, f"again{row.reminders}", clock.now(), reminder=row.reminders)


def facts_of(
    campaign: Campaign, row: Invitation | None, minutes: int | None, reminder: int = 0, words: Mapping[str, str] | None = None
) -> dict:  # fmt: skip
    """What the letter says; without an invitation as it would be to anybody, with other words as they would be.

    The row comes with what along() names.
    """
    known, said = piping.known_of(row) if row else {}, words or campaign.letter
    piped = {name: piping.filled(said.get(name, ""), known) for name in ("subject", "subject_en", "body", "body_en")}
    closes = campaign.closes_at.isoformat() if campaign.closes_at else None
    return piped | {
        "campaign": campaign.id, "invitation": row.id if row else 0, "closes_at": closes, "minutes": minutes or 0,
        "is_anonymous": campaign.is_anonymous, "reminder": reminder, "has_link": "link" in campaign.channels,
    }  # fmt: skip


def along() -> tuple:
    """What an invitation is read with before a letter is written to it."""
    customer = joinedload(Invitation.customer)
    return (
        customer.joinedload(Customer.account_manager), joinedload(Invitation.contact), joinedload(Invitation.project),
    )  # fmt: skip


def of_campaign(campaign: Campaign, row: Invitation | None = None) -> ColumnElement[bool]:
    """What holds of the letters of this campaign, or of one invitation of it: how their keys begin."""
    begins = f"{INVITATION}:survey:{campaign.id}:" + (f"{row.id}:" if row else "")
    return db.and_(Letter.key >= begins, Letter.key < begins[:-1] + ";")  # after a colon comes a semicolon


def look_up(campaign: Campaign, rows: Iterable[Invitation], event: str, host: Person) -> None:
    """Many of them follow: find out in one statement which were posted before."""
    outbox.look_up(_key(campaign, row, event, row.contact, host)[1] for row in rows)


def take_back(campaign: Campaign, row: Invitation | None = None) -> None:
    """Letters of the campaign, or of one invitation, that have not left yet do not leave."""
    waiting = db.update(Letter).where(Letter.state == "waiting", of_campaign(campaign, row))
    db.session.execute(waiting.values(state="cancelled"), execution_options={"synchronize_session": False})


def give_back(campaign: Campaign, row: Invitation) -> None:
    """Letters of one invitation that were taken back leave after all."""
    held = db.update(Letter).where(Letter.state == "cancelled", of_campaign(campaign, row))
    db.session.execute(held.values(state="waiting"), execution_options={"synchronize_session": False})


def _key(campaign: Campaign, row: Invitation, event: str, contact: Contact, host: Person) -> tuple[str, str]:
    key = f"survey:{campaign.id}:{row.id}:{event}"
    return key, f"{INVITATION}:{key}:{contact.person_id or host.id}"


def _post(row: Invitation, campaign: Campaign, host: Person, event: str, at: datetime, reminder: int) -> None:
    contact = row.contact
    facts = facts_of(campaign, row, campaign.questionnaire_version.minutes, reminder)
    key, _ = _key(campaign, row, event, contact, host)
    if contact.person_id:
        outbox.post(INVITATION, db.session.get_one(Person, contact.person_id), key=key, at=at, **facts)
    elif contact.email:
        facts |= {"addressee": contact.name, "language": row.language}
        outbox.post(INVITATION, host, key=key, at=at, to_address=contact.email, **facts)


def leaves_at(at: datetime) -> datetime:
    """When a letter of this moment leaves: at once on a working day, else in the morning of the next one (formulas 3.14)."""
    calendar, local = settings.calendar(), at.astimezone(zone())
    if calendar.is_working_day(local.date()):
        return at
    day = local.date()
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, AT, zone()).astimezone(at.tzinfo)
