"""What belongs to somebody else does not exist: tried on every route that names a record, with every method."""

from datetime import timedelta

import pytest

from portal import clock
from portal.access.scopes import RECORDS
from portal.db import db, transaction
from portal.domain import drafts, settings
from portal.domain.documents.models import Document
from portal.domain.files import Attachment, StoredFile
from portal.domain.forum.after_models import Topic
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.mailroom.models import IncomingMail
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Person, Project, SignIn
from portal.domain.people.roles import Role
from portal.domain.quality.fact_models import FigureSnapshot
from portal.domain.quality.improvement_models import Improvement, ImprovementStep, Revisit
from portal.domain.quality.major_models import MajorApproval, MajorCase
from portal.domain.quality.models import Liability
from portal.domain.quality.records import Milestone, Signal, SupervisedProject, UnclosedWeek
from portal.domain.ratings.models import FollowUp, Rating
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.campaign_models import Campaign, OptOut
from portal.domain.surveys.campaign_models import Invitation as Asked
from portal.domain.surveys.models import BankItem, Questionnaire, QuestionnaireVersion
from portal.domain.surveys.word_models import HotIssue, Issue
from portal.domain.tickets import callback
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import Dispatch, Message, Note, Problem, SavedView, Ticket
from tests.factories import (
    a_department,
    a_handler,
    a_person,
    a_provider,
    a_ticket,
    an_agent,
    live,
)  # fmt: skip


class Others:
    """One of every record, belonging to a customer of whom nobody else knows anything."""

    def __init__(self):
        at, provider = clock.now(), a_provider().id
        self.person = a_person(name="别家的人")
        self.customer = self.person.customer_id
        ticket = a_ticket(by=self.person, moved=("accept", "reply"))
        live(ticket, "dispatch")
        agent = db.session.get_one(Ticket, ticket.id).owner_id
        with transaction():
            note = Note(ticket_id=ticket.id, by_id=agent, at=at, body="内部情况", mentions=[])
            file = StoredFile(
                key="a" * 32, name="别家.pdf", media_type="application/pdf", size=3, sha256="0" * 64, at=at
            )
            db.session.add_all([note, file])
            db.session.flush()
            message = db.session.scalars(db.select(Message).where(Message.ticket_id == ticket.id)).first()
            attachment = Attachment(file_id=file.id, ticket_id=ticket.id, message_id=message.id)
            document = Document(
                report="ticket-record",
                params={},
                language="en",
                ticket_id=ticket.id,
                by_id=self.person.id,
                asked_at=at,
                state="ready",
                file_id=file.id,
            )
            problem = Problem(title="热点", by_id=agent, at=at)
            view = SavedView(by_id=agent, name="我的", filters={}, at=at)
            sign_in = SignIn(token_hash="f" * 64, person_id=self.person.id, begun_at=at, seen_at=at, proved_at=at)
            project = Project(customer_id=self.customer, name="别家的项目")
            contact = Contact(customer_id=self.customer, name="别家联系人")
            call = callback.CallBack(
                ticket_id=ticket.id, round=1, by_id=agent, at=at, means="phone", outcome="unreachable"
            )
            major = MajorCase(
                ticket_id=ticket.id, number="ZD-1", state="accepted", signs=[], reason="内部情况", proposed_at=at, decision="",
                review="", lessons="", improvement="",
            )  # fmt: skip
            db.session.add(major)
            db.session.flush()
            approval = MajorApproval(
                case_id=major.id,
                what="compensation",
                words="内部情况",
                amount_yuan=100,
                asked_by_id=agent,
                asked_at=at,
                reason="",
            )
            db.session.add(approval)
            liability = Liability(
                ticket_id=ticket.id, department_id=a_department().id, is_liable=True, reason="内部情况", decided_by_id=agent,
                decided_at=at, appeal_until=at, appeal="",
            )  # fmt: skip
            db.session.add_all([attachment, document, problem, view, sign_in, project, contact, call, liability])
            week = UnclosedWeek(monday=at.date(), made_at=at, count=0)
            supervised = SupervisedProject(ticket_id=ticket.id, opened_at=at)
            snapshot = FigureSnapshot(
                month=at.date(),
                revision=1,
                at=at,
                policy_id=settings.policy_id(),
                why="内部情况",
                formulas={},
                targets={},
            )
            signal = Signal(key="s", rule="limit", month=at.date(), raised_at=at)
            rating = Rating(
                kind="ticket", customer_id=self.customer, ticket_id=ticket.id, round=1, by_id=self.person.id, at=at, stars=1,
                comment="内部情况",
            )  # fmt: skip
            db.session.add_all([week, supervised, signal, snapshot, rating])
            db.session.flush()
            follow_up = FollowUp(rating_id=rating.id, opened_at=at)
            db.session.add(follow_up)
            improvement = Improvement(
                number="ZG-1", source="complaint", source_id=ticket.id, title="别家的整改", problem="内部情况",
                department_id=a_department().id, due_on=at.date(), by_id=agent, at=at,
            )  # fmt: skip
            db.session.add(improvement)
            db.session.flush()
            step = ImprovementStep(improvement_id=improvement.id, title="别家的步骤", due_on=at.date())
            revisit = Revisit(improvement_id=improvement.id, customer_id=self.customer, words="内部情况")
            db.session.add_all([step, revisit])
            milestone = Milestone(project_id=supervised.id, title="别家的里程碑", due_on=at.date())
            mail = IncomingMail(
                fingerprint="m" * 64, file_id=file.id, received_at=at, subject="别家的来信", body="内部情况", state="waiting",
                customer_id=self.customer,
            )  # fmt: skip
            db.session.add(mail)
            forced = ForcedClosure(
                ticket_id=ticket.id, round=1, reason_code="special", words="内部情况", told="别家的说明", asked_by_id=agent, asked_at=at,
                decision="",
            )  # fmt: skip
            db.session.add(forced)
            db.session.add_all([milestone, attachment, document, problem, view, sign_in, project, contact, call])
            db.session.flush()
            dispatch = db.session.scalars(db.select(Dispatch).where(Dispatch.ticket_id == ticket.id)).first()
            letter = db.session.scalars(db.select(Letter).where(Letter.to_id == self.person.id)).first()
            drafts.save(self.person, "new/complaint", {"subject": "x"})
            forum = _forum(self.customer, self.person, at)
            self.ids = {
                "ticket": ticket.id, "message": message.id, "note": note.id, "attachment": attachment.id,
                "document": document.id, "dispatch": dispatch.id, "letter": letter.id, "customer": self.customer,
                "person": self.person.id, "problem": problem.id, "view": view.id, "sign_in": sign_in.id,
                "project": project.id, "contact": contact.id, "call_back": call.id,
                "liability": liability.id, "major": major.id, "major_approval": approval.id,
                "department": a_department().id, "provider": provider, "week": week.id, "supervised": supervised.id,
                "milestone": milestone.id, "signal": signal.id,
                "improvement": improvement.id, "step": step.id, "revisit": revisit.id,
                "snapshot": snapshot.id, "follow_up": follow_up.id, "forced": forced.id, "mail": mail.id, **forum,
                **_surveys(self.customer),
            }  # fmt: skip


def _forum(customer: int, person, at) -> dict[str, int]:
    """A forum that is not published yet, and somebody of this customer in it."""
    event = Event(
        number="ZT-1", state="draft", title="别家的座谈会", place="内部情况", begins_at=at + timedelta(days=9), ends_at=at + timedelta(days=10),
        opens_at=at, closes_at=at + timedelta(days=8), change_until=at + timedelta(days=8), capacity=9, seats={}, offer_hours=8, made_at=at,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    invited = Invitation(
        event_id=event.id, customer_id=customer, person_id=person.id, name="别家受邀人", state="sent", made_at=at
    )
    party = Registration(
        event_id=event.id, customer_id=customer, number="HY-1", state="waiting", queue_no=1, made_at=at
    )
    db.session.add_all([invited, party])
    db.session.flush()
    attendee = Attendee(
        event_id=event.id, registration_id=party.id, number=1, name="别家参会人", made_at=at, access="内部情况"
    )
    topic = Topic(
        event_id=event.id,
        source="before",
        title="别家的问题",
        customer_id=customer,
        raised_at=at,
        state="open",
        answer="",
    )
    db.session.add_all([attendee, topic])
    db.session.flush()
    return {
        "event": event.id,
        "invited": invited.id,
        "registration": party.id,
        "attendee": attendee.id,
        "topic": topic.id,
    }


def _surveys(customer: int) -> dict:
    """A questionnaire, a question of the bank, and an invitation of this customer's contact."""
    at = clock.now()
    paper = Questionnaire(number="WJ-1", title="别家的问卷", made_at=at)
    question = {"code": "q", "kind": "text", "text": {"zh": "问", "en": "Q"}}
    section = {"code": "s", "title": {"zh": "节", "en": "S"}, "questions": [question]}
    version = QuestionnaireVersion(questionnaire=paper, number=1, document={"sections": [section]}, made_at=at)
    item = BankItem(question=question, at=at)
    campaign = Campaign(
        number="DC-1", title="别家的调查", questionnaire_version=version, state="running", opens_at=at, closes_at=at + timedelta(days=9),
        made_at=at,
    )  # fmt: skip
    contact = Contact(customer_id=customer, name="别家受访人")
    db.session.add_all([paper, version, item, campaign, contact])
    db.session.flush()
    asked = Asked(campaign_id=campaign.id, customer_id=customer, contact_id=contact.id, state="invited", made_at=at)
    db.session.add(asked)
    db.session.flush()
    opt_out = OptOut(contact_id=contact.id, at=at, how="link", why="内部情况")
    response = Response(
        invitation_id=asked.id, campaign_id=campaign.id, questionnaire_version_id=version.id, state="sent", mode="link", sent_on=at.date(),
        customer_id=customer, wants_answer=True,
    )  # fmt: skip
    issue = Issue(title="别家的问题点", made_at=at)
    db.session.add_all([response, issue])
    db.session.flush()
    hot = HotIssue(
        issue_id=issue.id, month=at.date().replace(day=1), rules=["hand"], facts={"customers": 1}, begins=at.date(), ends=at.date(), raised_at=at,
        raised_by_id=db.session.scalars(db.select(Person.id)).first(),
    )  # fmt: skip
    db.session.add_all([asked, opt_out, hot])
    db.session.flush()
    return {
        "questionnaire": paper.id,
        "bank_item": item.id,
        "survey": asked.id,
        "asked": asked.id,
        "campaign": campaign.id,
        "opt_out": opt_out.id,
        "called": asked.id,
        "response": response.id,
        "issue": issue.id,
        "hot_issue": hot.id,
    }


def routes(app, blueprints=None):
    """Every rule that names a record, with each of its methods."""
    for rule in app.url_map.iter_rules():
        if rule.arguments & set(RECORDS):
            yield from ((rule, method) for method in sorted(rule.methods - {"HEAD", "OPTIONS"}))


def address(rule, ids) -> str:
    parts = {name: ids.get(name, 1 if "int:" in rule.rule else "x") for name in rule.arguments}
    for name in rule.arguments - set(ids):
        parts[name] = 1 if f"int:{name}" in rule.rule else "x"
    return rule.build(parts)[1]


@pytest.mark.parametrize("role", [Role.ORG_MEMBER, Role.ORG_ADMIN])
def test_what_belongs_to_another_customer_does_not_exist(app, sign_in, role):
    others = Others()
    browser = sign_in(a_person(role), check=False)
    seen = 0
    for rule, method in routes(app):
        url = address(rule, others.ids)
        answer = browser.post(url) if method == "POST" else browser.open(url, method)
        assert answer.status_code in (403, 404), (method, url, answer.status_code)
        for canary in ("别家", "内部情况"):
            assert canary not in answer.text
        seen += 1
    assert seen > 10


@pytest.mark.parametrize("who", ["handler of another department", "handler of a provider", "account manager of others"])
def test_what_is_not_theirs_does_not_exist_for_handlers_and_account_managers(app, sign_in, who):
    others = Others()
    person = {
        "handler of another department": lambda: a_handler(kept_department()),
        "handler of a provider": lambda: a_handler(a_provider()),
        "account manager of others": lambda: a_person(Role.ACCOUNT_MANAGER),
    }[who]()
    browser = sign_in(person, check=False)
    seen = 0
    for rule, method in routes(app):
        if not rule.arguments & {
            "ticket",
            "message",
            "note",
            "attachment",
            "document",
            "dispatch",
            "customer",
            "project",
            "contact",
            "call_back",
            "letter",
            "liability",
            "mail",
            "major",
            "major_approval",
            "forced",
            "sign_in",
            "improvement",
            "step",
            "revisit",
            "follow_up",
            "invited",
            "registration",
            "attendee",
            "topic",
            "asked",
            "opt_out",
            "called",
            "response",
            "issue",
            "hot_issue",
        }:
            continue
        url = address(rule, others.ids)
        answer = browser.post(url) if method == "POST" else browser.open(url, method)
        assert answer.status_code in (403, 404), (method, url, answer.status_code)
        assert "内部情况" not in answer.text
        seen += 1
    assert seen > 10


def kept_department():
    """A department that has no order of anybody."""
    from portal.domain.people.models import Department

    return db.session.scalars(db.select(Department).order_by(Department.id.desc())).first()


def test_an_id_beyond_any_number_is_nothing(app, sign_in):
    browser = sign_in(an_agent(), check=False)
    for rule, method in routes(app):
        if method == "GET":
            url = rule.build({name: 2**64 if f"int:{name}" in rule.rule else "x" for name in rule.arguments})[1]
            assert browser.get(url).status_code in (403, 404), url


def test_a_get_writes_nothing(app, sign_in):
    """Every page is fetched by somebody who may; no row of any table but the session's changes."""
    from portal.db import Base

    others = Others()
    agent = sign_in(a_person(Role.AGENT, Role.SUPERVISOR, Role.CALLER), check=False)
    before = _counted(Base)
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            agent.get(address(rule, others.ids))
    assert _counted(Base) == before


def _counted(base) -> dict[str, tuple]:
    db.session.rollback()
    found = {}
    for table in base.metadata.sorted_tables:
        if table.name == "sign_in":
            continue
        rows = db.session.execute(db.select(table)).all()
        found[table.name] = (len(rows), hash(tuple(sorted(map(repr, rows)))))
    db.session.rollback()
    return found
