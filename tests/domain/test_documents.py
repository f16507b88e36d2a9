"""Asking, leasing, versions, publishing: what holds of documents whoever makes them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import journal
from portal.domain.documents import actions, lease, queries
from portal.domain.documents.models import Document
from portal.domain.files import Staged
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Ticket
from portal.domain.told import TOLD
from tests.factories import a_customer, a_person, a_supervisor, a_ticket, again

AUTUMN = datetime(2026, 11, 22, 3, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _autumn(app):
    with clock.frozen_at(AUTUMN):
        yield


def asked(by=None, customer=None, month=OCTOBER, **more) -> Document:
    """A service report that somebody asked for."""
    by = again(by or a_supervisor())
    with transaction():
        whose = db.session.get_one(Customer, (customer or a_customer()).id)
        document = actions.ask_for_report(whose, month, by, more.pop("language", "en"), **more)
    return document


def a_record(by=None) -> Document:
    ticket = a_ticket()
    with transaction():
        return actions.ask_for_record(db.session.get_one(Ticket, ticket.id), again(by or a_person()))


def claimed() -> lease.Lease | None:
    with transaction():
        return lease.claim()


def in_step(how, *facts):
    with transaction():
        return how(*facts)


def made(document: Document) -> Document:
    """The document as a worker leaves it when all went well."""
    held = claimed()
    assert held.document_id == document.id
    assert in_step(lease.gathered, held, {"kind": "X", "facts": {}}, clock.now())
    assert in_step(lease.typeset, held)
    file = Staged(f"{document.id:032}", "x.pdf", "application/pdf", 3, "0" * 64)
    assert in_step(lease.kept, held, file)
    return db.session.get_one(Document, document.id)


def test_one_document_goes_to_one_worker_in_the_order_they_were_asked_for(app):
    first, second = a_record(), a_record()
    assert [claimed().document_id, claimed().document_id] == [first.id, second.id]
    assert claimed() is None


def test_a_lease_that_ran_out_goes_to_another_and_the_first_can_settle_nothing(app):
    document = a_record()
    first = claimed()
    with clock.frozen_at(AUTUMN + lease.LEASE + timedelta(seconds=1)):
        second = claimed()
        assert (second.document_id, second.attempt) == (document.id, 2)
        assert not in_step(lease.gathered, first, {}, clock.now())
        assert not in_step(lease.typeset, first)
        assert not in_step(lease.put_back, first, "x")
        assert in_step(lease.gathered, second, {}, clock.now())


def test_after_three_dead_workers_it_has_failed_with_a_sentence(app):
    document = a_record()
    at = AUTUMN
    for attempt in (1, 2, 3):
        with clock.frozen_at(at):
            assert claimed().attempt == attempt
        at += lease.LEASE + timedelta(seconds=1)
    with clock.frozen_at(at):
        assert claimed() is None
    db.session.rollback()
    failed = db.session.get_one(Document, document.id)
    assert (failed.state, failed.error) == ("failed", lease.DIED)


def test_what_goes_wrong_is_tried_three_times(app):
    document = a_record()
    for _ in range(3):
        in_step(lease.put_back, claimed(), "broken")
    assert claimed() is None
    assert db.session.get_one(Document, document.id).state == "failed"


def test_a_try_broken_off_by_the_end_of_the_worker_does_not_count(app):
    a_record()
    for _ in range(5):
        held = claimed()
        assert held.attempt == 1
        in_step(lease.hand_back, held)


def test_a_report_is_numbered_by_month_customer_and_version(app):
    customer = a_customer(number="K0001")
    document = asked(customer=customer)
    assert document.number == "FW-202610-K0001-01"
    assert not document.is_draft


def test_another_report_of_the_month_is_a_further_version_and_the_first_stays(app):
    customer = a_customer(number="K0001")
    first = made(asked(customer=customer))
    second = made(asked(customer=customer, correction="补上两件漏计的投诉"))
    assert (second.number, second.version) == ("FW-202610-K0001-02", 2)
    assert first.file_id != second.file_id
    rows = db.select(Document)
    assert [one.version for one in queries.service_reports(rows, customer.id)] == [2, 1]
    assert queries.followed([first, second], rows) == {first.id: second.number}


def test_the_same_report_under_way_is_not_begun_twice_even_by_two_people(app):
    customer = a_customer()
    assert asked(customer=customer).id == asked(customer=customer).id


def test_a_failed_report_is_taken_up_again_under_its_number(app):
    customer = a_customer(number="K0001")
    first = asked(customer=customer)
    in_step(lease.give_up, claimed(), "broken")
    again_asked = asked(customer=customer, language="zh_Hans_CN")
    assert (again_asked.id, again_asked.number) == (first.id, "FW-202610-K0001-01")
    assert (again_asked.state, again_asked.language, again_asked.tries) == ("waiting", "zh_Hans_CN", 0)


def test_the_running_month_gives_a_draft_and_a_month_to_come_nothing(app):
    assert asked(month=date(2026, 11, 5)).is_draft
    with pytest.raises(Refused):
        asked(month=date(2026, 12, 1))


def test_the_month_is_the_companys_month(app):
    with clock.frozen_at(datetime(2026, 10, 31, 17, tzinfo=UTC)):  # the first of November in Shanghai
        assert actions.this_month() == date(2026, 11, 1)


def test_publishing_writes_to_the_organisations_administrators_and_nobody_else(app):
    customer = a_customer()
    runs = a_person(Role.ORG_ADMIN, customer=customer)
    a_person(Role.ORG_MEMBER, customer=customer)
    a_person(Role.ORG_ADMIN)
    document = made(asked(customer=customer))
    with transaction():
        actions.publish(db.session.get_one(Document, document.id), again(a_supervisor()))
    letters = db.session.scalars(db.select(Letter).where(Letter.template == "report_published")).all()
    assert [letter.to_id for letter in letters] == [runs.id]
    assert letters[0].facts == {
        "number": document.number, "year": 2026, "month": 10, "document": document.id,
    }  # fmt: skip


def test_only_a_finished_report_of_a_whole_month_is_published(app):
    by = again(a_supervisor())
    waiting = asked(by)
    with pytest.raises(Refused), transaction():
        actions.publish(db.session.get_one(Document, waiting.id), by)
    made(waiting)
    draft = made(asked(month=date(2026, 11, 1)))
    with pytest.raises(Refused), transaction():
        actions.publish(db.session.get_one(Document, draft.id), by)
    record = made(a_record())
    with pytest.raises(Refused), transaction():
        actions.publish(db.session.get_one(Document, record.id), by)


def test_who_asked_for_a_service_report_hears_that_it_is_ready_and_of_a_record_nobody(app):
    by = a_supervisor()
    made(asked(by))
    made(a_record())
    letters = db.session.scalars(db.select(Letter).where(Letter.template.startswith("report_"))).all()
    assert [(letter.template, letter.to_id) for letter in letters] == [("report_ready", by.id)]


def test_the_first_acknowledgement_counts(app):
    customer = a_customer()
    people = [a_person(customer=customer) for _ in range(2)]
    document = made(asked(customer=customer))
    with pytest.raises(Refused), transaction():
        actions.acknowledge(db.session.get_one(Document, document.id), again(people[0]))
    with transaction():
        actions.publish(db.session.get_one(Document, document.id), again(a_supervisor()))
    for person in people:
        with transaction():
            actions.acknowledge(db.session.get_one(Document, document.id), again(person))
    assert db.session.get_one(Document, document.id).acknowledged_by_id == people[0].id


def test_everything_done_with_documents_is_told_by_the_journal(app):
    document = made(asked())
    in_step(lambda: actions.publish(db.session.get_one(Document, document.id), again(a_supervisor())))
    rows = db.session.scalars(
        db.select(journal.Entry).where(journal.Entry.record == "document").order_by(journal.Entry.id)
    )
    verbs = [entry.verb for entry in rows]
    assert verbs == ["document.asked", "document.made", "document.published"]
    assert set(verbs) <= set(TOLD)
