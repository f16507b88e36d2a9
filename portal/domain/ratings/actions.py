"""Rating a service that is over, a report, the account manager, all of it (R23); a low one is followed up, once (R24)."""

from datetime import datetime

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer, Person
from portal.domain.quality.days import begins, today
from portal.domain.ratings import follow_ups, requests
from portal.domain.ratings.kinds import LOADED, subject, told_of
from portal.domain.ratings.models import MANAGER, REPORT, SERVICE, TICKET, VISIT, Rating
from portal.domain.refusals import Refused
from portal.domain.tickets.lifecycle import decides
from portal.domain.tickets.models import Dispatch, Ticket
from portal.domain.tickets.states import State
from portal.domain.tickets.steps import ONLY_WHO_ASKED
from portal.i18n import N_

# How the journal tells of ratings; those of tickets stand in the tickets' room.
TOLD = {
    "customer.rated": N_("{by} rated {subject} with {became} stars"),
    **{f"customer.{verb}": sentence for verb, sentence in follow_ups.SENTENCES.items()},
    **{f"ticket.{verb}": sentence for verb, sentence in follow_ups.SENTENCES.items()},
}


def rate(
    ticket: Ticket, by: Person, stars: int, comment: str = "", dimensions: dict | None = None, *, by_link: bool = False
) -> Rating:
    """The customer's stars for this round; changeable until the ticket is reopened."""
    if ticket.state != State.CLOSED:
        raise Refused(N_("A ticket can be rated once it is closed."))
    if not decides(ticket, by):
        raise Refused(ONLY_WHO_ASKED)
    row = of(ticket) or Rating(kind=TICKET, round=ticket.round)
    row.ticket, row.document = ticket, None
    lead = db.select(Dispatch).where(Dispatch.ticket_id == ticket.id, Dispatch.is_lead, Dispatch.handed_back.is_(None))
    order = db.session.scalars(lead.order_by(Dispatch.id.desc()).limit(1)).first()
    row.owner_id = ticket.owner_id
    row.department_id, row.provider_id = (order.department_id, order.provider_id) if order else (None, None)
    return _keep(row, by, stars, comment, dimensions, by_link)


def rate_report(
    document: Document, by: Person, stars: int, comment: str = "", dimensions: dict | None = None, *, by_link: bool = False
) -> Rating:  # fmt: skip
    """A published service report, once by each of the customer's people, changeable."""
    if document.published_at is None or document.customer_id != by.customer_id:
        raise Refused(N_("Only a service report that was published to you can be rated."))
    mine = db.select(Rating).where(Rating.document_id == document.id, Rating.by_id == by.id)
    row = db.session.scalar(mine) or Rating(kind=REPORT)
    row.ticket, row.document = None, document
    return _keep(row, by, stars, comment, dimensions, by_link)


def rate_manager(by: Person, stars: int, comment: str = "", dimensions: dict | None = None) -> Rating:
    """The account manager, at any time; a second rating on the same day takes the place of the first."""
    return _of_manager(MANAGER, by, stars, comment, dimensions)


def rate_visit(by: Person, stars: int, comment: str = "", dimensions: dict | None = None) -> Rating:
    """A visit of the account manager, after it; a second rating on the same day takes the place of the first."""
    return _of_manager(VISIT, by, stars, comment, dimensions)


def _of_manager(kind: str, by: Person, stars: int, comment: str, dimensions: dict | None) -> Rating:
    if _customer(by).account_manager_id is None:
        raise Refused(N_("You have no account manager at the moment."))
    return _keep(_today(by, kind), by, stars, comment, dimensions)


def rate_service(by: Person, stars: int, comment: str = "", dimensions: dict | None = None) -> Rating:
    """Our service as a whole, at any time; a second rating on the same day takes the place of the first."""
    return _keep(_today(by, SERVICE), by, stars, comment, dimensions)


def _customer(by: Person) -> Customer:
    return db.session.get_one(Customer, by.customer_id)


def _today(by: Person, kind: str) -> Rating:
    """Today's rating of this kind by this person, or a new one."""
    rows = db.select(Rating).where(Rating.by_id == by.id, Rating.kind == kind, Rating.at >= begins(today()))
    row = db.session.scalars(rows.order_by(Rating.id.desc()).limit(1)).first() or Rating(kind=kind)
    row.ticket = row.document = None
    return row


def _keep(row: Rating, by: Person, stars: int, comment: str, dimensions: dict | None, by_link: bool = False) -> Rating:
    """Keep it with whoever cares for the customer now, and follow up a low one."""
    if not 1 <= stars <= 5:
        raise Refused(N_("Please give one to five stars."))
    customer, was = _customer(by), row.stars
    row.customer, row.by, row.at, row.by_link = customer, by, clock.now(), by_link
    row.manager = db.session.get(Person, customer.account_manager_id) if customer.account_manager_id else None
    row.stars, row.comment = stars, comment
    row.dimensions, row.withdrawn_at = {code: n for code, n in (dimensions or {}).items() if n}, None
    db.session.add(row)
    journal.write(f"{told_of(row).__tablename__}.rated", told_of(row), by, was=was, became=stars, subject=subject(row))
    requests.answered(row)
    if stars <= settings.policy().limits.low_score:
        follow_ups.open_for(row)
    return row


def of(ticket: Ticket) -> Rating | None:
    """The rating of the ticket's present round, if it was given."""
    return db.session.scalar(db.select(Rating).where(Rating.ticket_id == ticket.id, Rating.round == ticket.round))


def given_by(person: Person, limit: int = 20) -> list[Rating]:
    """What this person rated, the newest first; to be said again to them."""
    along = map(joinedload, LOADED)
    rows = db.select(Rating).where(Rating.by_id == person.id).options(*along)
    return list(db.session.scalars(rows.order_by(Rating.at.desc(), Rating.id.desc()).limit(limit)))


def of_reports(ids: list[int], person: Person) -> dict[int, int]:
    """The stars this person gave to service reports, by document."""
    rows = db.select(Rating.document_id, Rating.stars).where(Rating.document_id.in_(ids), Rating.by_id == person.id)
    return {row.document_id: row.stars for row in db.session.execute(rows) if row.document_id} if ids else {}


def earlier(ticket: Ticket) -> list[Rating]:
    """What was said of the rounds before this one, oldest first; nothing is asked of a ticket never reopened."""
    rows = db.select(Rating).where(Rating.ticket_id == ticket.id, Rating.round < ticket.round)
    return list(db.session.scalars(rows.order_by(Rating.round))) if ticket.round > 1 else []


def withdraw_for(ticket: Ticket, rounds_before: int) -> None:
    """The ticket was reopened: what was said of the round before does not count any longer, nor is it asked for."""
    at: datetime = clock.now()
    for row in db.session.scalars(
        db.select(Rating).where(Rating.ticket_id == ticket.id, Rating.round <= rounds_before)
    ):
        row.withdrawn_at = row.withdrawn_at or at
    requests.withdraw_for(ticket, rounds_before)
