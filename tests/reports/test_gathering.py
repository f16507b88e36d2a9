"""Facts gathered from tickets that have lived: what each reader may see, and no more."""

import json
from datetime import timedelta

import pytest

from portal import clock
from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.tickets import actions, dispatching
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import CallBack, ContactRecord, Dispatch, Message, Note, Ticket
from portal.domain.tickets.thread import Seen
from portal.reports import registry
from portal.reports.gathering.orders import dispatch_order
from portal.reports.gathering.plain import house
from portal.reports.gathering.records import customer_record, staff_record
from tests import factories
from tests.reports.test_paper import text

SECRET = "这家客户上月也投诉过同一条电路"


@pytest.fixture
def lived(app):
    """A complaint that was dispatched, noted on, answered, verified and closed."""
    ticket = factories.a_ticket(moved=("accept", "dispatch", "reply"))
    agent = factories.again(factories._loaded(ticket).owner)
    with transaction():
        row = factories._loaded(db.session.get_one(Ticket, ticket.id))
        actions.note(row, agent, SECRET)
        dispatching.contact(row, agent, "phone", True, "王工", "约好下午到场。")
    factories.live(ticket, "apply", "close")
    return db.session.get_one(Ticket, ticket.id)


def theirs(ticket):
    """The customer's record, once every reply is out."""
    person = factories._customer(ticket)
    with clock.shifted_by(timedelta(minutes=5)):
        return customer_record(visible(Ticket, person), visible(Message, person), ticket.id)


def seen_by(person) -> Seen:
    return Seen(*(visible(model, person) for model in (Message, Note, ContactRecord, CallBack, Entry, Ticket)))


def ours(ticket, person):
    return staff_record(
        visible(Ticket, person), seen_by(person), visible(Dispatch, person), ticket.id, visible(ForcedClosure, person)
    )


def test_a_customers_record_tells_the_way_the_promises_and_the_words(lived):
    record = theirs(lived)
    assert record.number == lived.number
    assert record.description == "今天上午九点起专线中断，业务全部停了。"
    assert record.state == "Solved"
    assert all(step.at for step in record.steps)
    assert {promise.state for promise in record.promises} == {"met"}
    assert [entry.text for entry in record.conversation] == [
        "我们已经派人去现场。",
        "光缆已经修复，测试正常。",
    ]
    assert record.solution == "光缆已经修复，测试正常。"


def test_nothing_internal_reaches_the_customers_record(lived):
    written = json.dumps(theirs(lived).to_json(), ensure_ascii=False)
    assert SECRET not in written
    assert "约好下午到场" not in written
    assert "请现场排查" not in written


def test_people_behind_the_owner_are_the_company(lived):
    names = {entry.author for entry in theirs(lived).conversation}
    assert names <= {lived_owner(lived), "申江"}


def lived_owner(ticket) -> str:
    return factories._loaded(ticket).owner.name


def test_a_stranger_has_no_record_of_it(lived):
    stranger = factories.again(factories.a_person())
    assert customer_record(visible(Ticket, stranger), visible(Message, stranger), lived.id) is None


def test_the_staffs_edition_has_notes_contacts_orders_verifications_and_history(lived):
    record = ours(lived, factories.again(factories.a_supervisor()))
    assert [note.text for note in record.notes] == [SECRET]
    assert [contact.spoke_with for contact in record.contacts] == ["王工"]
    assert [order.suggestion for order in record.dispatches] == ["请现场排查。"]
    assert [one.text for one in record.verifications] == ["客户满意。"]
    assert record.history
    assert type(record).from_json(json.loads(json.dumps(record.to_json()))) == record


def test_a_provider_s_handler_reads_no_note(app):
    provider = factories.a_provider()
    handler = factories.a_handler(provider)
    ticket = factories.a_ticket(moved=("accept",))
    agent = factories.again(factories._loaded(ticket).owner)
    with transaction():
        row = factories._loaded(db.session.get_one(Ticket, ticket.id))
        dispatching.dispatch(row, agent, db.session.merge(provider), "请到现场。")
        actions.note(row, agent, SECRET)
    record = ours(ticket, factories.again(handler))
    assert record.notes == ()
    assert SECRET not in json.dumps(record.to_json(), ensure_ascii=False)


def test_a_dispatch_order_tells_the_party_what_to_do_by_when_and_in_what_shape(app):
    ticket = factories.a_ticket(moved=("accept", "dispatch"))
    order = db.session.scalar(db.select(Dispatch).where(Dispatch.ticket_id == ticket.id))
    handler = factories.again(factories.a_handler(factories.a_department()))
    facts = dispatch_order(visible(Dispatch, handler), order.id, "http://portal.test/x")
    assert facts.suggestion == "请现场排查。"
    assert facts.description == "今天上午九点起专线中断，业务全部停了。"
    assert len(facts.required) >= 3
    assert facts.reply
    assert all(part.value == "" for part in facts.reply)
    assert (
        dispatch_order(visible(Dispatch, factories.again(factories.a_handler(factories.a_provider()))), order.id)
        is None
    )


def test_a_provider_s_order_names_nobody_else_who_works_on_it(app):
    ticket = factories.a_ticket(moved=("accept", "dispatch"))
    provider = factories.a_provider()
    handler = factories.a_handler(provider).id
    with transaction():
        row = factories._loaded(db.session.get_one(Ticket, ticket.id))
        dispatching.dispatch(row, row.owner, db.session.merge(provider), "请到现场。", lead=False)
    seen = visible(Dispatch, factories.again(db.session.get_one(Person, handler)))
    ours, theirs = db.session.scalars(db.select(Dispatch.id).order_by(Dispatch.id))

    assert dispatch_order(seen, theirs).others == ()
    assert len(dispatch_order(db.select(Dispatch), ours).others) == 1


def test_gathered_facts_come_out_on_paper_in_both_languages(lived):
    supervisor = factories.again(factories.a_person(Role.SUPERVISOR))
    for language in ("zh_Hans_CN", "en"):
        words = text(registry.print_report("ticket-record", theirs(lived), language, house()))
        assert lived.number in words
        assert SECRET not in words
        assert SECRET in text(registry.print_report("ticket-record", ours(lived, supervisor), language, house()))
