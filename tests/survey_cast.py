"""A questionnaire, a campaign that runs and its invitations, for tests; made by living them where there is a way to."""

from datetime import timedelta

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Contact, Customer
from portal.domain.surveys import links, questionnaires
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.document import Document, Option, Question, Rule, Section
from portal.domain.surveys.models import Questionnaire, QuestionnaireVersion
from portal.i18n import Words
from tests.factories import a_customer, a_supervisor, again


def q(code: str, kind: str = "stars", zh: str = "", **more) -> Question:
    return Question(code, kind, Words(zh or f"问题{code}", f"Question {code}"), **more)


def options(*codes: str) -> tuple[Option, ...]:
    return tuple(Option(code, Words(f"选{code}", f"Choice {code}")) for code in codes)


def a_document(**more) -> Document:
    """Two sections: a required rating, why it was low, a matrix; then NPS and words."""
    return Document(
        sections=(
            Section("s1", Words("服务", "Service"), questions=(
                q("overall", required=True, may_not_apply=True),
                q("why", "several", options=options("slow", "wrong"), required=True, show_if=Rule("overall", "at_most", ("2",))),
                q("sides", "matrix", rows=options("speed", "price"), may_not_apply=True),
            )),
            Section("s2", Words("其他", "Other"), questions=(
                q("nps", "nps", required=True),
                Question("words", "text", Words("请{customer|贵公司}的{contact|您}说说", "A word of {customer|your company}")),
            )),
        ), **more,
    )  # fmt: skip


def a_published(document: Document | None = None) -> QuestionnaireVersion:
    with transaction():
        draft = questionnaires.make(None, "年度满意度", "Yearly satisfaction", document or a_document())
        row = db.session.get_one(Questionnaire, draft.questionnaire_id)
        return questionnaires.publish(row, None)


def a_campaign(document: Document | None = None, **facts) -> int:
    version = a_published(document)
    at = clock.now()
    with transaction():
        row = Campaign(**{
            "number": f"DC-{version.id}", "title": "九月调查", "title_en": "September wave", "questionnaire_version_id": version.id,
            "state": "running", "opens_at": at - timedelta(days=1), "closes_at": at + timedelta(days=20), "made_at": at,
            "channels": ["portal", "link", "phone"],
        } | facts)  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return row.id


def an_invitation(campaign: int, person=None, **facts) -> tuple[int, str]:
    """Its id and the secret of its link."""
    customer = person.customer_id if person else a_customer().id
    with transaction():
        contact = Contact(customer_id=customer, person_id=person.id if person else None, name="李经理")
        db.session.add(contact)
        db.session.flush()
        row = Invitation(**{
            "campaign_id": campaign, "customer_id": customer, "contact_id": contact.id, "state": "invited", "language": "en",
            "made_at": clock.now(), "sent_at": clock.now(),
        } | facts)  # fmt: skip
        db.session.add(row)
        db.session.flush()
        links.give(row)
        return row.id, links.secret_of(row)


def invitation(key: int) -> Invitation:
    """As it stands now, with all that is read along."""
    db.session.rollback()
    rows = db.select(Invitation).where(Invitation.id == key).options(*links.along())
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def the_customer(key: int) -> Customer:
    return db.session.get_one(Customer, key)


def a_runner():
    return again(a_supervisor())
