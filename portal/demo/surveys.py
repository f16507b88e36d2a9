"""The yearly questionnaire of the demo company (年度满意度问卷), written by a supervisor, published, its questions in the bank, tried on a few."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from portal import clock
from portal.db import db
from portal.demo.lives import Troupe
from portal.domain.people.models import Contact, Person
from portal.domain.surveys import links, questionnaires
from portal.domain.surveys.campaign_models import RUNNING, Campaign, Invitation
from portal.domain.surveys.document import read
from portal.domain.surveys.models import Questionnaire
from portal.domain.tickets.numbers import next_number

IN_BANK = ("satisfaction", "quality", "service", "nps", "improve")


def written(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Written before the first wave of the year: begun, and published two days later."""
    begun = until - timedelta(days=290)
    yield begun
    paper = troupe.told("surveys")
    document = read(paper["document"])
    supervisor = db.session.get_one(Person, troupe.first("supervisor"))
    draft = questionnaires.make(supervisor, paper["title"], paper["title_en"], document)
    number = draft.questionnaire_id
    yield begun + timedelta(days=2)
    supervisor = db.session.get_one(Person, troupe.first("supervisor"))
    questionnaires.publish(db.session.get_one(Questionnaire, number), supervisor)
    for code in IN_BANK:
        questionnaires.put_in_bank(document.by_code[code], supervisor)
    yield until - timedelta(days=6)
    project = paper["project"]
    supervisor = db.session.get_one(Person, troupe.first("supervisor"))
    questionnaires.make(supervisor, project["title"], project["title_en"], read(project["document"]))
    after = paper["after"]
    draft = questionnaires.make(supervisor, after["title"], after["title_en"], read(after["document"]))
    questionnaires.publish(db.session.get_one(Questionnaire, draft.questionnaire_id), supervisor)
    yield until - timedelta(days=2)
    _try_on_a_few(troupe, until, db.session.get_one(Questionnaire, number), supervisor)


def _try_on_a_few(troupe: Troupe, until: datetime, paper: Questionnaire, by: Person) -> None:
    """A pilot (试测): the first customers with an account answer it before it goes to everybody."""
    version, at = questionnaires.newest_published(paper), clock.now()
    pilot = Campaign(
        number=next_number("DC", at), title="年度满意度问卷试测", title_en="Pilot of the yearly questionnaire", topic="正式调查前请少数客户试答，看题目是否清楚。",
        questionnaire_version_id=version.id if version else 0, state=RUNNING, opens_at=at, closes_at=until + timedelta(days=30),
        channels=["portal", "link"], made_by_id=by.id, made_at=at, launched_by_id=by.id, launched_at=at,
    )  # fmt: skip
    db.session.add(pilot)
    db.session.flush()
    customers = [key for key, _ in troupe.customers if troupe.people.get(key)][:3]
    rows = db.select(Contact).where(Contact.customer_id.in_(customers), Contact.person_id.is_not(None))
    for contact in list(db.session.scalars(rows.order_by(Contact.id))):
        asked = Invitation(
            campaign_id=pilot.id,
            customer_id=contact.customer_id,
            contact_id=contact.id,
            state="invited",
            made_at=at,
            sent_at=at,
        )
        db.session.add(asked)
        db.session.flush()
        links.give(asked)
