"""Documents asked for, watched and downloaded: by whom, of what, how often, and whose they stay."""

from portal.access import papers
from portal.db import db
from portal.domain.documents.models import Document
from portal.reports.making import make_next
from tests.factories import _customer, a_ticket


def test_a_customer_has_the_record_of_a_ticket_as_a_file(app, sign_in):
    ticket = a_ticket(moved=("accept", "reply"))
    browser = sign_in(_customer(ticket))
    answer = browser.post("/documents", {"report": "ticket-record", "ticket": ticket.id})
    assert answer.status_code == 303
    page = browser.page(answer.location)
    assert "Waiting for its turn" in page.text
    assert make_next(papers)
    db.session.rollback()
    document = db.session.scalars(db.select(Document)).one()
    assert document.state == "ready", document.error
    page = browser.page(answer.location)
    paper = browser.get(page.select_one("a[href$='/file']")["href"])
    assert paper.data.startswith(b"%PDF")
    assert ticket.number in paper.headers["Content-Disposition"]
