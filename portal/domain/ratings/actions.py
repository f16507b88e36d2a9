"""Rating a service that is over (R23); a low one is followed up, once (R24)."""

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import supervisors
from portal.domain.ratings.models import Rating
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State
from portal.i18n import N_


def rate(ticket: Ticket, by: Person, stars: int, comment: str = "", dimensions: dict | None = None) -> Rating:
    """The customer's stars for this round; changeable until the ticket is reopened. A low score alerts, once."""
    if ticket.state != State.CLOSED:
        raise Refused(N_("A ticket can be rated once it is closed."))
    if not 1 <= stars <= 5:
        raise Refused(N_("Please give one to five stars."))
    row = of(ticket) or Rating(ticket_id=ticket.id, round=ticket.round)
    was = row.stars
    row.by, row.at, row.stars, row.comment = by, clock.now(), stars, comment
    row.dimensions, row.withdrawn_at = {code: n for code, n in (dimensions or {}).items() if n}, None
    db.session.add(row)
    journal.write("ticket.rated", ticket, by, was=was, became=stars)
    if stars <= settings.policy().limits.low_score:
        _alert(ticket, row)
    return row


def of(ticket: Ticket) -> Rating | None:
    """The rating of the ticket's present round, if it was given."""
    return db.session.scalar(db.select(Rating).where(Rating.ticket_id == ticket.id, Rating.round == ticket.round))


def withdraw_for(ticket: Ticket, rounds_before: int) -> None:
    """The ticket was reopened: what was said of the round before does not count any longer."""
    for row in db.session.scalars(
        db.select(Rating).where(Rating.ticket_id == ticket.id, Rating.round <= rounds_before)
    ):
        row.withdrawn_at = row.withdrawn_at or clock.now()


def _alert(ticket: Ticket, row: Rating) -> None:
    manager = ticket.customer.account_manager_id
    people = supervisors() + ([db.session.get_one(Person, manager)] if manager else [])
    for person in dict.fromkeys(people):
        outbox.post(
            "rating_low", person, key=f"ticket:{ticket.id}:rating:{row.round}", ticket=ticket, number=ticket.number,
            subject=ticket.subject, stars=row.stars, comment=row.comment[:300],
        )  # fmt: skip
