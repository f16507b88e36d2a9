"""What belongs to somebody else does not exist: tried on every route that names a record, with every method."""

import pytest

from portal import clock
from portal.access.scopes import RECORDS
from portal.db import db, transaction
from portal.domain import drafts
from portal.domain.documents.models import Document
from portal.domain.files import Attachment, StoredFile
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Project, SignIn
from portal.domain.people.roles import Role
from portal.domain.tickets import callback
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
            db.session.add_all([attachment, document, problem, view, sign_in, project, contact, call])
            db.session.flush()
            dispatch = db.session.scalars(db.select(Dispatch).where(Dispatch.ticket_id == ticket.id)).first()
            letter = db.session.scalars(db.select(Letter).where(Letter.to_id == self.person.id)).first()
            drafts.save(self.person, "new/complaint", {"subject": "x"})
            self.ids = {
                "ticket": ticket.id, "message": message.id, "note": note.id, "attachment": attachment.id,
                "document": document.id, "dispatch": dispatch.id, "letter": letter.id, "customer": self.customer,
                "person": self.person.id, "problem": problem.id, "view": view.id, "sign_in": sign_in.id,
                "project": project.id, "contact": contact.id, "call_back": call.id,
                "department": a_department().id, "provider": provider,
            }  # fmt: skip


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
            "sign_in",
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
