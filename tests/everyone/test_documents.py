"""Documents asked for, watched and downloaded: by whom, of what, how often, and whose they stay."""

from datetime import timedelta
from typing import NamedTuple

import pytest

from portal import clock
from portal.access import papers
from portal.db import db, transaction
from portal.domain import slots
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.tickets import dispatching
from portal.domain.tickets.models import Dispatch, Ticket
from portal.reports import pdf
from portal.reports.making import make_next
from tests.factories import (
    _customer,
    _loaded,
    a_customer,
    a_handler,
    a_person,
    a_provider,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
)


class Known(NamedTuple):
    """What a test remembers of a ticket or an order: browsers forget all rows."""

    id: int
    number: str


@pytest.fixture
def ticket(app):
    lived = a_ticket(moved=("accept", "reply"))
    return Known(lived.id, lived.number)


def asker(ticket) -> Person:
    return _customer(db.session.get_one(Ticket, ticket.id))


def ask(browser, **form):
    """Post the form that asks for a document; gives the address of its page."""
    answer = browser.post("/documents", form)
    assert answer.status_code == 303, (form, answer.status_code)
    return answer.location


def of_record(ticket) -> dict:
    return {"report": "ticket-record", "ticket": ticket.id}


def the_only() -> Document:
    db.session.rollback()
    return db.session.scalars(db.select(Document)).one()


def sent_to_provider(ticket) -> tuple[Known, Person]:
    """An order of this ticket for a provider, and the provider's handler."""
    provider = a_provider()
    with transaction():
        row = _loaded(db.session.get_one(Ticket, ticket.id))
        dispatching.dispatch(row, row.owner, db.session.merge(provider), "请到现场排查。")
    order = db.session.scalars(db.select(Dispatch).where(Dispatch.ticket_id == ticket.id)).one()
    known = Known(order.id, order.number)
    return known, a_handler(db.session.merge(provider))


def test_a_customer_asks_waits_and_downloads_the_record_of_a_ticket(app, sign_in, ticket):
    browser = sign_in(asker(ticket))
    where = ask(browser, **of_record(ticket))
    assert "Waiting for its turn" in browser.page(where).text

    assert make_next(papers)

    link = browser.page(where).select_one("a[href$='/file']")
    assert "Download PDF" in link.text
    paper = browser.get(link["href"])
    assert paper.data.startswith(b"%PDF")
    assert paper.mimetype == "application/pdf"
    said = paper.headers["Content-Disposition"]
    assert said.startswith("attachment")
    assert f"{ticket.number}.pdf" in said
    assert paper.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert paper.headers["Cache-Control"] == "private, no-store"


def test_a_chinese_reader_gets_a_chinese_paper_with_a_chinese_name(app, sign_in, ticket):
    person_id = asker(ticket).id
    with transaction():
        db.session.get_one(Person, person_id).language = "zh_Hans_CN"
    browser = sign_in(asker(ticket))
    where = ask(browser, **of_record(ticket))
    make_next(papers)
    document = the_only()
    assert document.language == "zh_Hans_CN"
    said = browser.get(f"{where}/file").headers["Content-Disposition"]
    assert "filename*=UTF-8''%E8%AF%89%E6%B1%82" in said


def test_while_it_is_made_the_page_asks_again_and_stops_when_it_is_ready(app, sign_in, ticket):
    browser = sign_in(asker(ticket))
    where = ask(browser, **of_record(ticket))
    part = browser.htmx(where, "progress", headers={"X-Background": "1"})
    assert 'hx-trigger="every 1s"' in part.text
    assert "<noscript>" in part.text
    assert "<h1" not in part.text
    make_next(papers)
    part = browser.htmx(where, "progress", headers={"X-Background": "1"})
    assert "every 1s" not in part.text
    assert "Download PDF" in part.text


def test_a_silent_worker_is_told_honestly_and_a_working_one_is_not(app, sign_in, ticket):
    browser = sign_in(asker(ticket))
    where = ask(browser, **of_record(ticket))
    assert "not been started yet" in browser.page(where).text
    slots.take("remind", slots.slot_of(clock.now(), timedelta(minutes=1)))
    assert "not being made" not in browser.page(where).text
    with clock.shifted_by(timedelta(minutes=10)):
        assert "last heard of" in browser.page(where).text


def test_the_same_record_asked_twice_while_under_way_is_one_document(app, sign_in, ticket):
    browser = sign_in(asker(ticket))
    assert ask(browser, **of_record(ticket)) == ask(browser, **of_record(ticket))
    assert the_only()
    with transaction():
        db.session.get_one(Ticket, ticket.id).subject = "专线又中断"
    assert ask(browser, **of_record(ticket)).endswith("/2")


def test_a_third_document_at_once_is_refused_in_words(app, sign_in):
    person = a_person()
    tickets = [Known(one.id, one.number) for one in [a_ticket(by=person) for _ in range(3)]]
    browser = sign_in(person)
    for one in tickets[:2]:
        ask(browser, **of_record(one))
    answer = browser.post("/documents", of_record(tickets[2]))
    assert answer.status_code == 409
    assert "2 documents of yours are being made" in answer.text


def test_the_twenty_first_of_a_day_is_refused_and_the_next_day_goes(app, sign_in, ticket):
    browser = sign_in(asker(ticket))
    for _ in range(20):
        ask(browser, **of_record(ticket))
        with transaction():
            db.session.scalars(db.select(Document).order_by(Document.id.desc())).first().state = "ready"
    answer = browser.post("/documents", of_record(ticket))
    assert answer.status_code == 409
    assert "20 documents within a day" in answer.text
    with clock.shifted_by(timedelta(hours=25)):
        tomorrow = sign_in(asker(ticket))
        ask(tomorrow, **of_record(ticket))


def test_nobody_has_another_persons_document(app, sign_in, ticket):
    organisation_id = asker(ticket).customer_id
    where = ask(sign_in(asker(ticket)), **of_record(ticket))
    make_next(papers)
    organisation = db.session.get_one(Customer, organisation_id)
    strangers = [
        a_person(),
        a_person(Role.ORG_ADMIN, customer=organisation),
        an_agent(),
        a_supervisor(),
        a_handler(),
        a_person(Role.ADMINISTRATOR),
    ]
    for browser in [sign_in(stranger) for stranger in strangers]:
        for address in (where, f"{where}/file"):
            assert browser.get(address).status_code == 404
        assert browser.post(f"{where}/again").status_code == 404


def test_a_ticket_of_others_cannot_be_asked_for(app, sign_in, ticket):
    stranger = sign_in(a_person())
    assert stranger.post("/documents", of_record(ticket)).status_code == 404
    for nonsense in ("", "x", "-1", "9" * 30, "٣"):
        assert stranger.post("/documents", {"report": "ticket-record", "ticket": nonsense}).status_code == 404
    assert stranger.post("/documents", {"report": "unknown", "ticket": ticket.id}).status_code == 404
    assert stranger.post("/documents").status_code == 404


def test_customers_make_no_service_report_and_no_order(app, sign_in, ticket):
    customer = asker(ticket)
    month = {"report": "service-month", "customer": customer.customer_id, "month": "2026-01"}
    browser = sign_in(customer)
    assert browser.post("/documents", month).status_code == 404
    order, _ = sent_to_provider(ticket)
    assert browser.post("/documents", {"report": "dispatch-order", "dispatch": order.id}).status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.HANDLER, Role.CALLER, Role.ADMINISTRATOR, Role.SECURITY_ADMIN])
def test_who_reads_no_reports_makes_none(app, sign_in, role):
    form = {"report": "service-month", "customer": a_customer().id, "month": "2026-01"}
    person = a_handler() if role is Role.HANDLER else a_person(role)
    assert sign_in(person).post("/documents", form).status_code == 404


def test_an_account_manager_makes_reports_of_own_customers_only(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER)
    own, other = a_customer(account_manager_id=manager.id).id, a_customer().id
    browser = sign_in(manager)
    form = {"report": "service-month", "month": "2026-01"}
    ask(browser, **form, customer=own)
    assert browser.post("/documents", form | {"customer": other}).status_code == 404
    for month in ("", "2026-13", "2026-1", "x"):
        assert (
            browser.post("/documents", {"report": "service-month", "customer": own, "month": month}).status_code == 404
        )


def test_a_providers_handler_has_its_order_and_no_record(app, sign_in, ticket):
    order, handler = sent_to_provider(ticket)
    browser = sign_in(handler)
    assert browser.post("/documents", of_record(ticket)).status_code == 404
    where = ask(browser, report="dispatch-order", ticket=ticket.id, dispatch=order.id)
    make_next(papers)
    assert browser.get(f"{where}/file").data.startswith(b"%PDF")
    other = sign_in(a_handler(a_provider()))
    assert other.post("/documents", {"report": "dispatch-order", "dispatch": order.id}).status_code == 404


def test_an_order_handed_back_takes_its_paper_along(app, sign_in, ticket):
    order, handler = sent_to_provider(ticket)
    browser = sign_in(handler)
    where = ask(browser, report="dispatch-order", dispatch=order.id)
    make_next(papers)
    with transaction():
        db.session.get_one(Dispatch, order.id).handed_back = "不在服务区域。"
    assert browser.get(where).status_code == 404
    assert browser.get(f"{where}/file").status_code == 404


def test_staff_have_the_staffs_edition(app, sign_in, ticket):
    browser = sign_in(again(a_supervisor()))
    ask(browser, **of_record(ticket))
    make_next(papers)
    assert the_only().snapshot["kind"] == "StaffTicketRecord"


def test_what_could_not_be_made_says_why_and_is_tried_again(app, sign_in, ticket, monkeypatch):
    browser = sign_in(asker(ticket))
    where = ask(browser, **of_record(ticket))
    with monkeypatch.context() as short:
        short.setattr(pdf, "LARGEST", 10)
        make_next(papers)
    text = browser.page(where).text
    assert "It could not be made" in text
    assert "The document is too large" in text
    assert browser.get(f"{where}/file").status_code == 404

    assert browser.post(f"{where}/again").location.endswith(where)
    assert browser.post(f"{where}/again").status_code == 409
    make_next(papers)
    assert "Download PDF" in browser.page(where).text


def test_no_other_site_leads_to_the_file(app, sign_in, ticket):
    browser = sign_in(asker(ticket))
    where = ask(browser, **of_record(ticket))
    make_next(papers)
    assert browser.get(f"{where}/file", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_staff_without_the_second_factor_they_need_get_no_paper(app, sign_in, ticket):
    from portal.domain import settings

    browser = sign_in(again(a_supervisor()))
    where = ask(browser, **of_record(ticket))
    make_next(papers)
    with transaction():
        settings.change("security", None, staff_second_factor=True)
    assert browser.get(f"{where}/file").status_code == 303
    assert browser.post("/documents", of_record(ticket)).status_code == 303


def test_the_page_costs_few_statements(app, sign_in, ticket, statements):
    browser = sign_in(asker(ticket))
    where = ask(browser, **of_record(ticket))
    browser.page(where)
    statements.clear()
    browser.page(where)
    assert len(statements) <= 6
