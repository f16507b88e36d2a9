"""Surveys for tests: a published questionnaire, customers with contacts, campaigns lived through by fitting people."""

from datetime import timedelta

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.people.roles import Role
from portal.domain.surveys import answering, campaigns, questionnaires
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.document import Document, Question, Section
from portal.domain.surveys.links import along
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.population import Population
from portal.i18n import Words
from tests.factories import _quick, a_customer, again, kept

OVERALL = Question("overall", "stars", Words("总体满意吗？", "Satisfied overall?"), required=True)


def a_version() -> QuestionnaireVersion:
    """A published questionnaire of one question."""
    with transaction():
        document = Document(sections=(Section("one", Words("总体", "Overall"), questions=(OVERALL,)),))
        draft = questionnaires.make(None, "大客户满意度问卷", "Key customers", document)
        return questionnaires.publish(draft.questionnaire, None)


def a_contact(customer: Customer, **facts) -> Contact:
    n = db.session.scalar(db.select(db.func.count()).select_from(Contact))
    given = {"name": f"联系人{n}", "email": f"c{n}@example.test", "role": "manager"} | facts
    return kept(Contact(customer_id=customer.id, **given))


def customers(number: int, **facts) -> list[Customer]:
    """So many, each with a contact that has an address and no account."""
    made = [a_customer(**facts) for _ in range(number)]
    for one in made:
        a_contact(one)
    return made


def a_campaign(
    rule: Population | None = None, *, seed: int = 7, drawn: bool = True, launched: bool = False, **facts
) -> int:
    """A draft, drawn if wished, launched if wished; gives its id."""
    version = db.session.scalar(db.select(QuestionnaireVersion).limit(1)) or a_version()
    with transaction():
        given = {"closes_at": clock.now() + timedelta(days=21), "title": "客户满意度调查", "reminders": [5, 10]} | facts
        row = campaigns.make(None, db.session.merge(version), rule or Population(), **given)
        if drawn:
            campaigns.draw(row, None, seed)
        key = row.id
    if launched:
        launch(key)
    return key


def launch(key: int, by: Person | None = None) -> int:
    with transaction():
        return campaigns.launch(campaigns.of(key), again(by) if by else _quick(Role.SUPERVISOR))


def invitations(key: int, *states: str) -> list[Invitation]:
    rows = db.select(Invitation).where(Invitation.campaign_id == key).order_by(Invitation.id)
    rows = rows.where(Invitation.state.in_(states)) if states else rows
    return list(db.session.scalars(rows.options(*along()).execution_options(populate_existing=True)))


def the(key: int) -> Campaign:
    db.session.rollback()
    return campaigns.of(key)


def answered(row: Invitation, stars: str = "5") -> None:
    """This invitation is answered in full, by its link."""
    with transaction():
        fresh = db.session.scalars(db.select(Invitation).where(Invitation.id == row.id).options(*along())).one()
        assert not answering.send(answering.held(fresh), "link", {"q.overall": [stars]}, ["overall"]).errors
