"""The triage of incoming mail: lists, and what somebody does with one: make a ticket, attach it, set it aside."""

from sqlalchemy import Select, or_
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.files import Attachment, StoredFile
from portal.domain.mailroom.models import ASIDE, AUTOMATIC, ENTERED, PLACED, WAITING, IncomingMail
from portal.domain.mailroom.placing import put_into
from portal.domain.mailroom.taking import WHOLE
from portal.domain.mailroom.waiting import MOST
from portal.domain.mailroom.waiting import STATES as WAIT
from portal.domain.people.models import Person
from portal.domain.people.queries import person
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.voices import Speaker, Voice
from portal.i18n import N_

STATES_OF = {"waiting": WAIT, "placed": (PLACED, ENTERED), "automatic": (AUTOMATIC,), "aside": (ASIDE,)}


def listed(rows: Select, tab: str, said: str, before: int | None, limit: int) -> list[IncomingMail]:
    """Mails of these rows in one of the tabs, newest first, older than `before`; `said`: part of sender or subject, or
    the number of a ticket."""
    found = rows.where(IncomingMail.state.in_(STATES_OF[tab]))
    found = found.options(joinedload(IncomingMail.customer), joinedload(IncomingMail.ticket))
    if said:
        of_ticket = db.select(Ticket.id).where(Ticket.number == said.upper())
        parts = (IncomingMail.from_address, IncomingMail.from_name, IncomingMail.subject)
        found = found.where(
            or_(*(part.icontains(said, autoescape=True) for part in parts), IncomingMail.ticket_id.in_(of_ticket))
        )
    if before is not None:
        found = found.where(IncomingMail.id < before)
    return list(db.session.scalars(found.order_by(IncomingMail.id.desc()).limit(limit)))


def waiting(rows: Select) -> int:
    """How many wait to be sorted, 99 at most."""
    some = rows.where(IncomingMail.state.in_(STATES_OF["waiting"])).with_only_columns(IncomingMail.id).limit(MOST)
    return db.session.scalar(db.select(db.func.count()).select_from(some.subquery())) or 0


def attachments(mail: IncomingMail) -> list[Attachment]:
    """The files of a mail, and the mail itself as it came, which lies in the place «whole»."""
    rows = db.select(Attachment).where(Attachment.mail_id == mail.id)
    return list(db.session.scalars(rows.order_by(Attachment.id)))


def files_of(mail: IncomingMail) -> list[StoredFile]:
    """The files that were taken of a mail, oldest first."""
    return [row.file for row in attachments(mail) if row.place != WHOLE]


def attach(mail: IncomingMail, ticket: Ticket, by: Person) -> None:
    """Put it into a ticket by hand, in the name of whoever wrote it. Raises Refused when the ticket is over."""
    _hold(mail)
    put_into(mail, ticket, _speaker(mail, ticket), files_of(mail))
    mail.customer_id = ticket.customer_id
    _done(mail, PLACED, by)
    journal.write("mail.attached", mail, by, became=ticket.number, sender=mail.sender)


def _speaker(mail: IncomingMail, ticket: Ticket) -> Speaker:
    """The customer's person who wrote it, if it was one; else a name without an account."""
    known = person(mail.person_id) if mail.person_id else None
    if known and known.is_active and known.customer_id == ticket.customer_id:
        return known
    return Voice((mail.sender or "?")[:60], ticket.customer_id)


def enter(mail: IncomingMail, ticket: Ticket, by: Person) -> None:
    """This ticket was made of it."""
    _hold(mail)
    mail.ticket_id, mail.customer_id = ticket.id, ticket.customer_id
    _done(mail, ENTERED, by)
    journal.write("mail.entered", mail, by, became=ticket.number, sender=mail.sender)


def set_aside(mail: IncomingMail, by: Person, why: str) -> None:
    """It is nothing for a ticket; nobody is answered, and it stays to be found."""
    if not why.strip():
        raise Refused(N_("Please say why it is set aside."))
    _hold(mail)
    mail.why = why.strip()
    _done(mail, ASIDE, by)
    journal.write("mail.set_aside", mail, by, why=mail.why, sender=mail.sender)


def bring_back(mail: IncomingMail, by: Person) -> None:
    """It is something after all: it waits to be sorted again."""
    db.session.refresh(mail, ["state"], with_for_update=True)
    if mail.state not in (ASIDE, AUTOMATIC):
        raise Refused(N_("Only what was set aside or taken for automatic mail can be brought back."))
    mail.state, mail.settled_by_id, mail.settled_at, mail.why = WAITING, None, None, ""
    journal.write("mail.brought_back", mail, by, sender=mail.sender)


def _hold(mail: IncomingMail) -> None:
    """Of two who deal with the same mail the first counts."""
    db.session.refresh(mail, ["state"], with_for_update=True)
    if not mail.is_open:
        raise Refused(N_("Somebody has dealt with this mail already; look at what became of it."))


def _done(mail: IncomingMail, state: str, by: Person) -> None:
    mail.state, mail.settled_by_id, mail.settled_at = state, by.id, clock.now()
    mail.reason = mail.reason if state == ASIDE else "by_hand"
