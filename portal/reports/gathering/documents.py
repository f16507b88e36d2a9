"""The facts of a document that somebody asked for: which gathering it needs, from which rows, for which side."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.journal import Entry
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.quality import units
from portal.domain.quality.counting import Scope
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.support_models import SupportResult
from portal.domain.ratings.models import Rating
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import CallBack, ContactRecord, Dispatch, Message, Note, Ticket
from portal.domain.tickets.thread import Seen
from portal.reports.facts import Facts
from portal.reports.gathering import forum
from portal.reports.gathering.figures_month import figures_month
from portal.reports.gathering.improvements import improvements
from portal.reports.gathering.lists import complaint_card, complaint_register, forced_month, project_list, unclosed_week
from portal.reports.gathering.majors import major_report
from portal.reports.gathering.month_rows import Rows as MonthRows
from portal.reports.gathering.orders import dispatch_order
from portal.reports.gathering.records import customer_record, staff_record
from portal.reports.gathering.service_month import service_month
from portal.reports.gathering.support import support_statement
from portal.reports.gathering.surveys import survey_report

Rows = Callable[[type], Select]
"""The rows of a model that whoever asked for the document may see."""


def facts_of(document: Document, asker: Person, rows: Rows) -> Facts | None:
    """What the document says now; none if what it is about is not among the rows."""
    return GATHERINGS[document.report](document, asker, rows)


def _record(document: Document, asker: Person, rows: Rows) -> Facts | None:
    if not asker.is_staff:
        record = customer_record(rows(Ticket), rows(Message), document.ticket_id or 0)
        return record and replace(record, address=_address(f"/tickets/{document.ticket_id}"))
    seen = Seen(rows(Message), rows(Note), rows(ContactRecord), rows(CallBack), rows(Entry), rows(Ticket))
    record = staff_record(rows(Ticket), seen, rows(Dispatch), document.ticket_id or 0, rows(ForcedClosure))
    if (
        record
        and record.rating
        and not db.session.scalar(rows(Rating).where(Rating.ticket_id == document.ticket_id).limit(1))
    ):
        record = replace(record, rating=None)  # whoever was rated reads results, not who said what (R29)
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


def _figures(document: Document, asker: Person, rows: Rows) -> Facts | None:
    """The figures of a month for a scope that whoever asked may see."""
    asked = document.params
    scope, month = Scope(asked["sort"], asked["scope"]), date.fromisoformat(f"{asked['month']}-01")
    named = units.named(scope, rows(Department), rows(Provider), rows(Person), rows(Customer))
    if named is None:
        return None
    of = f"&of={scope.sort}-{scope.id}" if scope.id else ""
    address = _address(f"/staff/quality/figures?month={asked['month']}{of}")
    return figures_month(document.number, month, scope, named.words, address)


def _statement(document: Document, asker: Person, rows: Rows) -> Facts | None:
    key = document.params["support"]
    return support_statement(rows(SupportResult), rows(Ticket), key, _address(f"/staff/quality/support/{key}"))


def _major(document: Document, asker: Person, rows: Rows) -> Facts | None:
    return major_report(rows(MajorCase), document, asker, _address(f"/staff/quality/major/{document.major_id}"))


def _address(path: str) -> str:
    """A full address, from the configuration and never from a request."""
    return current_app.extensions["portal"].base_url + path


GATHERINGS: dict[str, Callable[[Document, Person, Rows], Facts | None]] = {
    "ticket-record": _record,
    "dispatch-order": _order,
    "service-month": _month,
    "major-report": _major,
    "unclosed-week": unclosed_week,
    "complaint-register": complaint_register,
    "complaint-card": complaint_card,
    "forced-month": forced_month,
    "figures-month": _figures,
    "support-statement": _statement,
    "improvement-list": improvements,
    "project-list": project_list,
    "forum-programme": forum.agenda,
    "forum-badges": forum.names,
    "forum-table-cards": forum.names,
    "forum-sign-in": forum.names,
    "forum-attendees": forum.attendees,
    "forum-report": forum.report,
    "survey-report": survey_report,
}
