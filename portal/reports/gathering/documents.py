"""The facts of a document that somebody asked for: which gathering it needs, from which rows, for which side."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.journal import Entry
from portal.domain.people.models import Customer, Person
from portal.domain.ratings.models import Rating
from portal.domain.tickets.models import CallBack, ContactRecord, Dispatch, Message, Note, Ticket
from portal.domain.tickets.thread import Seen
from portal.reports.facts import Facts
from portal.reports.gathering.month_rows import Rows as MonthRows
from portal.reports.gathering.orders import dispatch_order
from portal.reports.gathering.records import customer_record, staff_record
from portal.reports.gathering.service_month import service_month

Rows = Callable[[type], Select]
"""The rows of a model that whoever asked for the document may see."""


def facts_of(document: Document, asker: Person, rows: Rows) -> Facts | None:
    """What the document says now; none if what it is about is not among the rows."""
    return GATHERINGS[document.report](document, asker, rows)


def _record(document: Document, asker: Person, rows: Rows) -> Facts | None:
    if not asker.is_staff:
        record = customer_record(rows(Ticket), rows(Message), document.ticket_id or 0)
        return record and replace(record, address=_address(f"/tickets/{document.ticket_id}"))
    seen = Seen(*map(rows, (Message, Note, ContactRecord, CallBack, Entry, Ticket)))
    record = staff_record(rows(Ticket), seen, rows(Dispatch), document.ticket_id or 0)
    return record and replace(record, address=_address(f"/staff/tickets/{document.ticket_id}"))


def _order(document: Document, asker: Person, rows: Rows) -> Facts | None:
    address = _address(f"/staff/tickets/{document.ticket_id}")
    return dispatch_order(rows(Dispatch), document.dispatch_id or 0, address)


def _month(document: Document, asker: Person, rows: Rows) -> Facts | None:
    """A version of a customer's month; the paper says who had it made and what it puts right."""
    theirs = rows(Customer).where(Customer.id == document.customer_id).options(joinedload(Customer.account_manager))
    customer, at = db.session.scalar(theirs), clock.now()
    if customer is None or document.period is None:
        return None
    return service_month(
        MonthRows(*map(rows, (Ticket, Message, Rating, Entry))),
        customer,
        document.period,
        number=document.number,
        version=document.version,
        correction=document.params.get("correction", ""),
        is_draft=document.is_draft,
        prepared_by=asker.name,
        issued_on=at.astimezone(ZoneInfo(settings.company().zone)).date(),
        snapshot_id=f"{document.id}-{at:%Y%m%dT%H%M%SZ}",
        receipt_url=_address(f"/documents/{document.id}"),
    )


def _address(path: str) -> str:
    """A full address, from the configuration and never from a request."""
    return current_app.extensions["portal"].base_url + path


GATHERINGS: dict[str, Callable[[Document, Person, Rows], Facts | None]] = {
    "ticket-record": _record,
    "dispatch-order": _order,
    "service-month": _month,
}
