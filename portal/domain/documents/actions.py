"""What people do with documents: ask for one, ask again, publish a service report, confirm having read it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.documents import queries
from portal.domain.documents.models import Document
from portal.domain.people.models import Attempt, Customer, Person
from portal.domain.people.queries import colleagues
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Dispatch, Ticket
from portal.i18n import N_

AT_ONCE, A_DAY = 2, 20
"""Documents of one person: under way at a time, and asked for within a day."""
CORRECTION = 500
"""Characters."""


def ask_for_record(ticket: Ticket, by: Person) -> Document:
    """The record of a ticket; asked twice about an unchanged ticket while it is under way, it is the same one."""
    params = {"version": ticket.version}
    return _ask(by, params, report="ticket-record", number=ticket.number, ticket_id=ticket.id)


def ask_for_order(order: Dispatch, ticket: Ticket, by: Person) -> Document:
    """A dispatch order; the same one while it is under way and its ticket is unchanged."""
    params = {"version": ticket.version}
    return _ask(by, params, report="dispatch-order", number=order.number, ticket_id=ticket.id, dispatch_id=order.id)


def ask_for_list(report: str, number: str, by: Person, customer: Customer | None = None, **params) -> Document:
    """A list on paper; `params` say which (a week, a month). Each asking gathers it as it stands then."""
    about = {"customer_id": customer.id} if customer else {}
    return _ask(by, params, report=report, number=number, **about)


def ask_for_set(numbers: Mapping[str, str], by: Person, **params) -> None:
    """Lists on paper that are wanted together, with their numbers by report: one asking. Those under way are not asked again."""
    mine = {one.report for one in queries.under_way(by_id=by.id, language=by.language) if one.params == params}
    wanted = {report: number for report, number in numbers.items() if report not in mine}
    if not wanted:
        return
    _count(by)
    for report, number in wanted.items():
        _kept(Document(by_id=by.id, language=by.language, params=params, number=number, report=report), by)


def ask_for_figures(month: date, sort: str, scope_id: int, by: Person) -> Document:
    """The figures of a month (R31) for a scope; the same one while it is under way."""
    params = {"month": f"{month:%Y-%m}", "sort": sort, "scope": scope_id}
    about = "" if sort == "total" else f"-{sort[0].upper()}{scope_id}"
    return _ask(by, params, report="figures-month", number=f"ZB-{month:%Y%m}{about}")


def _ask(by: Person, params: dict, number: str, **about) -> Document:
    mine = queries.under_way(by_id=by.id, language=by.language, **about)
    if same := next((one for one in mine if one.params == params), None):
        return same
    _count(by)
    return _kept(Document(by_id=by.id, language=by.language, params=params, number=number, **about), by)


def ask_for_report(customer: Customer, month: date, by: Person, language: str, correction: str = "") -> Document:
    """The service report of a customer's month (any day of it), in a language.

    A month that has a report gets a further version; the earlier ones stay. One that could not be made is
    taken up again under its number. `correction`: what this version puts right.
    """
    period = month.replace(day=1)
    if period > this_month():
        raise Refused(N_("This month has not begun yet."))
    if len(correction) > CORRECTION:
        raise Refused(N_("Please say what is different in at most {limit} characters."), limit=CORRECTION)
    db.session.execute(db.select(Customer.id).where(Customer.id == customer.id).with_for_update())
    params = {"correction": correction} if correction else {}
    last = queries.last_version(customer, period)
    if last is not None and last.is_being_made and (last.language, last.params) == (language, params):
        return last
    if last is not None and last.state == "failed":
        last.language, last.params, last.is_draft = language, params, period == this_month()
        return ask_again(last, by)
    _count(by)
    version = last.version + 1 if last else 1
    return _kept(
        Document(
            report="service-month", params=params, language=language, customer_id=customer.id, period=period,
            version=version, number=f"FW-{period:%Y%m}-{customer.number}-{version:02}",
            is_draft=period == this_month(), by_id=by.id,
        ),
        by,
    )  # fmt: skip


def ask_for_major_report(major_id: int, ticket: Ticket, number: str, by: Person) -> Document:
    """The report on a major complaint (R20): one more version. The caller holds the case's lock."""
    last = queries.last_major(major_id)
    if last is not None and last.is_being_made:
        return last
    if last is not None and last.state == "failed":
        return ask_again(last, by)
    _count(by)
    return _version(major_id, ticket.id, number, by, last.version + 1 if last else 1, {})


def ask_for_approved(report: Document, by: Person, at: datetime) -> Document:
    """The last version of an approved report: what it said, and who approved it. Nothing is gathered anew."""
    last, number = queries.last_major(report.major_id or 0), report.number.rpartition("-")[0]
    params = {"approved": report.id, "by": by.name, "at": at.isoformat()}
    return _version(report.major_id or 0, report.ticket_id or 0, number, by, (last or report).version + 1, params)


def _version(major_id: int, ticket_id: int, number: str, by: Person, version: int, params: dict) -> Document:
    return _kept(
        Document(
            report="major-report", params=params, language=by.language, major_id=major_id, ticket_id=ticket_id,
            version=version, number=f"{number}-{version:02}", by_id=by.id,
        ),
        by,
    )  # fmt: skip


def this_month() -> date:
    """The first day of the month that runs now, where the company is."""
    return settings.today().replace(day=1)


def _kept(document: Document, by: Person) -> Document:
    document.asked_at = clock.now()
    db.session.add(document)
    db.session.flush()
    journal.write("document.asked", document, by, became=document.number)
    return document


def ask_again(document: Document, by: Person) -> Document:
    """Once more what could not be made; whoever asks now is the one whose rights count."""
    if document.state != "failed":
        raise Refused(N_("Only a document that could not be made can be asked for again."))
    _count(by)
    document.by_id, document.asked_at = by.id, clock.now()
    document.state, document.step, document.tries, document.error = "waiting", 0, 0, ""
    journal.write("document.asked_again", document, by, became=document.number)
    return document


def _count(by: Person) -> None:
    """Raises Refused at the third at once and at the twenty-first within a day."""
    db.session.execute(db.select(Person.id).where(Person.id == by.id).with_for_update())
    if len(queries.under_way(by_id=by.id)) >= AT_ONCE:
        raise Refused(
            N_("{number} documents of yours are being made. Please wait until one is ready."),
            number=AT_ONCE,
        )
    key, since = f"document:{by.id}", clock.now() - timedelta(days=1)
    asked = db.session.scalar(db.select(db.func.count()).where(Attempt.key == key, Attempt.at > since))
    if asked >= A_DAY:
        raise Refused(N_("You have asked for {number} documents within a day. Please go on tomorrow."), number=asked)
    db.session.add(Attempt(key=key, at=clock.now()))


def publish(document: Document, by: Person) -> None:
    """Let the customer have a service report; its administrators get a letter."""
    if not document.is_service_report or document.state != "ready":
        raise Refused(N_("Only a finished service report can be published."))
    if document.is_draft:
        raise Refused(
            N_("This is a draft of a month that was still running. Make the report of the whole month first.")
        )
    if document.published_at is not None:
        return
    from portal.domain.ratings import requests  # that room knows this one's tables

    document.published_at, document.published_by_id = clock.now(), by.id
    journal.write("document.published", document, by, became=document.number)
    for person in colleagues(document.customer_id or 0):
        if person.is_org_admin:
            outbox.post("report_published", person, key=str(document.id), **letter_facts(document))
            requests.ask_for_report(document, person)


def letter_facts(document: Document) -> dict:
    """What letters about a service report say."""
    period = document.period or this_month()
    return {"number": document.number, "year": period.year, "month": period.month, "document": document.id}


def acknowledge(document: Document, by: Person) -> None:
    """Somebody of the customer has read the report; the first one counts."""
    if document.published_at is None:
        raise Refused(N_("Only a published service report can be confirmed."))
    if document.acknowledged_at is None:
        document.acknowledged_at, document.acknowledged_by_id = clock.now(), by.id
        journal.write("document.acknowledged", document, by, became=document.number)
