"""One-time links by which the customer says whether it is solved (R16): made with the solution, gone with the question.

One is sent to whoever asked, or to the ticket's contact where nobody with an account did; never to one of ours. It
works once, as long as the policy says, and only while that very solution waits for the customer's word.
"""

from dataclasses import dataclass

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import outbox, settings
from portal.domain.people import links
from portal.domain.people.models import Person, SecretLink
from portal.domain.people.queries import by_email, person
from portal.domain.tickets.confirm_models import ConfirmLink
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.states import State
from portal.domain.tickets.voices import Speaker, Voice

ALONG = (Ticket.customer, Ticket.owner, Ticket.asked_by, Ticket.merged_into, Ticket.problem)


@dataclass(frozen=True)
class Asked:
    """What an open link asks about, and who answers."""

    ticket: Ticket
    solution: Message
    who: Speaker


def make(ticket: Ticket, solution: Message) -> int | None:
    """A link for this solution, as the id a letter carries; none where there is nobody to send it to. Older ones end."""
    end(ticket)
    to = ticket.asked_by if ticket.asked_by and ticket.asked_by.is_active and not ticket.asked_by.is_staff else None
    if to is None and not reaches_contact(ticket):
        return None
    link = links.make(links.CONFIRM, to, beside=True)
    name = "" if to else ticket.contact_name or ticket.customer.short_name
    db.session.add(ConfirmLink(
        link_id=link.id, ticket_id=ticket.id, round=ticket.round, message_id=solution.id, contact_name=name
    ))  # fmt: skip
    return link.id


def reaches_contact(ticket: Ticket) -> bool:
    """Is there a contact without an account to write to? An address of one of ours is none: who handles does not close."""
    if ticket.asked_by_id is not None or not ticket.contact_email:
        return False
    known = by_email(ticket.contact_email)
    return known is None or known.customer_id == ticket.customer_id


def tell_contact(ticket: Ticket, by: Person, solution: Message, link_id: int) -> None:
    """The letter to a contact without an account leaves in the name of whoever looks after the ticket."""
    outbox.post(
        "ticket_solved", ticket.active_owner or by, key=f"ticket:{ticket.id}:solution:{solution.id}:contact", ticket=ticket,
        to_address=ticket.contact_email, number=ticket.number, subject=ticket.subject, link_id=link_id,
        days=settings.policy().calls.link_days, addressee=ticket.contact_name or ticket.customer.short_name,
        language=settings.company().language,
    )  # fmt: skip


def end(ticket: Ticket) -> None:
    """The question is answered, taken back or put anew: links sent for it work no longer."""
    sent = db.select(ConfirmLink.link_id).where(ConfirmLink.ticket_id == ticket.id)
    rows = db.update(SecretLink).where(SecretLink.id.in_(sent), SecretLink.used_at.is_(None))
    with db.session.no_autoflush:  # the ticket may be in the middle of its move
        db.session.execute(rows.values(used_at=clock.now()))


def find(secret: object, *, to_answer: bool = False) -> Asked | None:
    """What an open link asks about; unknown, used, run out, of another purpose or of an answered question all look alike.

    `to_answer` locks it: of two answers by one link the first counts.
    """
    link = links.find(links.CONFIRM, secret)
    if link is not None and to_answer:
        db.session.refresh(link, ["used_at"], with_for_update=True)
        link = link if link.used_at is None else None
    bound = db.session.get(ConfirmLink, link.id) if link else None
    if link is None or bound is None:
        return None
    rows = db.select(Ticket).where(Ticket.id == bound.ticket_id).options(*map(joinedload, ALONG))
    ticket = db.session.scalars(rows.execution_options(populate_existing=True)).one()
    if ticket.state != State.VERIFYING or ticket.round != bound.round:
        return None
    who = person(link.person_id) if link.person_id else Voice(bound.contact_name, ticket.customer_id)
    if isinstance(who, Person) and (not who.is_active or who.is_staff):
        return None
    return Asked(ticket, db.session.get_one(Message, bound.message_id), who)
