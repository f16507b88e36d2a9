"""From a waiting document to a file: rights asked again, failures tried again, dead workers followed by others."""

import os
from datetime import timedelta

import pytest

from portal import clock, faults
from portal.access import papers
from portal.db import db, transaction
from portal.domain import files
from portal.domain.documents import actions, lease
from portal.domain.documents.models import Document
from portal.domain.files import StoredFile
from portal.domain.people.models import Person
from portal.domain.tickets.models import Ticket
from portal.reports import making, pdf, registry
from portal.reports.making import make_next
from tests.factories import _customer, a_customer, a_person, a_ticket, again, an_agent


def asked(ticket=None, by=None) -> int:
    """The id of a record that somebody has asked for."""
    ticket = ticket or a_ticket(moved=("accept", "reply"))
    by = by or _customer(ticket)
    with transaction():
        return actions.ask_for_record(db.session.get_one(Ticket, ticket.id), again(by)).id


def now(key: int) -> Document:
    db.session.rollback()
    return db.session.get_one(Document, key)


def test_nothing_waits_nothing_is_made(app):
    assert make_next(papers) is False


def test_a_document_keeps_the_facts_it_was_made_from(app):
    ticket = a_ticket(moved=("accept", "reply"))
    key = asked(ticket)
    assert make_next(papers)
    document = now(key)
    assert (document.state, document.step, document.tries) == ("ready", 3, 1)
    facts = registry.REPORTS["ticket-record"].remembered(document.snapshot["facts"], document.snapshot["kind"])
    assert facts.number == document.number
    assert facts.address == f"http://portal.test/tickets/{document.ticket_id}"
    assert document.snapshot_at <= document.ready_at
    assert files.verify(app.extensions["files"]) == []


@pytest.mark.parametrize("change", ["disabled", "moved away", "no longer shared"])
def test_rights_are_asked_again_when_it_is_made(app, change):
    from portal.domain.people.models import Customer, Sharing

    ticket = a_ticket()
    customer_id = ticket.customer_id
    colleague = a_person(customer=db.session.get_one(Customer, customer_id))
    with transaction():
        db.session.get_one(Customer, customer_id).sharing = Sharing.ALL
    key = asked(ticket, colleague)
    elsewhere = a_customer().id
    with transaction():
        person = db.session.get_one(Person, colleague.id)
        if change == "disabled":
            person.disabled_at = clock.now()
        elif change == "moved away":
            person.customer_id = elsewhere
        else:
            db.session.get_one(Customer, customer_id).sharing = Sharing.OWN
    make_next(papers)
    document = now(key)
    assert (document.state, document.error) == ("failed", making.NOT_ALLOWED)
    assert document.snapshot is None
    assert document.file_id is None


def test_staff_without_a_role_get_nothing_made(app):
    agent = an_agent()
    key = asked(by=agent)
    with transaction():
        db.session.get_one(Person, agent.id).roles = ["administrator"]
    make_next(papers)
    assert now(key).error == making.NOT_ALLOWED


def test_a_page_that_takes_too_long_is_tried_three_times(app, monkeypatch):
    key = asked()
    monkeypatch.setattr(pdf, "PATIENCE", 0.0)
    for tried in (1, 2):
        assert make_next(papers)
        assert (now(key).state, now(key).tries) == ("waiting", tried)
    assert make_next(papers)
    assert (now(key).state, now(key).error) == ("failed", pdf.REASONS["too-slow"])
    assert make_next(papers) is False


def test_a_page_that_can_never_be_paper_is_given_up_at_once(app, monkeypatch):
    key = asked()
    monkeypatch.setattr(pdf, "LARGEST", 10)
    make_next(papers)
    assert (now(key).state, now(key).tries, now(key).error) == ("failed", 1, pdf.REASONS["too-big"])


def test_facts_that_cannot_be_gathered_fail_in_words_and_others_go_on(app):
    broken, whole = asked(), asked()
    with transaction():
        db.session.get_one(Ticket, now(broken).ticket_id).kind = "unheard-of"
    for _ in range(4):
        make_next(papers)
    assert (now(broken).state, now(broken).error) == ("failed", making.BROKEN)
    assert now(whole).state == "ready"


@pytest.mark.parametrize("point", ["document.leased", "document.gathered", "document.typeset", "document.stored"])
def test_a_worker_that_dies_half_way_is_followed_by_another(app, point):
    key = asked()
    assert killed_at(point, app) == 137
    assert make_next(papers) is False, "the lease still holds"
    assert now(key).file_id is None
    with clock.shifted_by(lease.LEASE + timedelta(seconds=1)):
        assert make_next(papers)
    document = now(key)
    assert (document.state, document.tries) == ("ready", 2)
    assert db.session.scalar(db.select(db.func.count(StoredFile.id))) == 1
    assert files.verify(app.extensions["files"]) == []


def killed_at(point: str, app) -> int:
    """A process of its own makes the next document and dies at this point; gives how it ended."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            faults.arm(point)
            make_next(papers)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_the_word_to_end_gives_the_document_back_at_once(app, monkeypatch):
    key = asked()

    def broken_off(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(pdf, "typeset", broken_off)
        with pytest.raises(KeyboardInterrupt):
            make_next(papers)
    assert (now(key).state, now(key).tries) == ("waiting", 0)
    make_next(papers)
    assert now(key).state == "ready"
