"""A trial of a questionnaire: a sheet without an invitation, and the names of a real customer."""

from portal.db import db
from portal.domain.people.models import Contact, Customer
from portal.domain.surveys.answering import Sheet
from portal.domain.surveys.document import Document
from portal.domain.surveys.models import QuestionnaireVersion


def sheet(version: QuestionnaireVersion, document: Document) -> Sheet:
    """What would be answered; it belongs to nobody and nothing of it is kept."""
    return Sheet(None, version, document, None, {})


def known_of(customer: Customer | None, contacts) -> dict[str, str]:
    """The names as for an invitation of this customer's first contact; `contacts`: those one may see."""
    if customer is None:
        return {}
    rows = contacts.where(Contact.customer_id == customer.id).order_by(Contact.id).limit(1)
    contact = db.session.scalar(rows)
    manager = customer.account_manager
    return {
        "customer": customer.name, "short_name": customer.short_name, "contact": contact.name if contact else "",
        "title": contact.title if contact else "", "manager": manager.name if manager else "", "project": "",
    }  # fmt: skip
