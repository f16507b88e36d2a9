"""Where a mail belongs: into its ticket, if its writer may see that; else into triage, with what is proposed.

It happens after the mail is safe, in a transaction of its own, once: whatever breaks, the mail waits in triage.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import structlog
from sqlalchemy import Select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from portal import clock, faults
from portal.db import db, transaction
from portal.domain import files, journal, outbox, references
from portal.domain.files import Attachment, Staged, Store, StoredFile
from portal.domain.mailroom import apart, automatic
from portal.domain.mailroom.models import AUTOMATIC, NEW, PLACED, WAITING, IncomingMail
from portal.domain.mailroom.reading import Read, glance
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Person
from portal.domain.people.queries import by_email, person
from portal.domain.refusals import Refused
from portal.domain.savepoint import savepoint
from portal.domain.tickets import actions, for_customers
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.steps import goes_on_in
from portal.domain.tickets.voices import Speaker, Voice
from portal.i18n import N_

log = structlog.get_logger()

NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]{1,6}-\d{6}-\d{4,6}(?!\d)")
ALONG = (Ticket.customer, Ticket.owner, Ticket.asked_by, Ticket.merged_into, Ticket.problem)
RowsOf = Callable[[Person], Select]
"""The tickets that a person may see."""


@dataclass(frozen=True)
class Sender:
    """Whom we know by the address a mail comes from."""

    person: Person | None = None
    contact: Contact | None = None
    customer_id: int | None = None
    is_several: bool = False


def place_next(store: Store, rows_of: RowsOf) -> bool:
    """Read and place the oldest mail that nobody placed yet; False when there is none."""
    key = db.session.scalar(
        db.select(IncomingMail.id).where(IncomingMail.state == NEW).order_by(IncomingMail.id).limit(1)
    )
    if key is None:
        return False
    raw, found = b"", None
    try:
        raw = _raw(store, key)
        found = apart.read(raw)
        taken, refused = _staged(store, found)
        with transaction():
            if (mail := _held(key)) is not None:
                _place(mail, found, taken, refused, rows_of)
                faults.point("mail.placing")
        faults.point("mail.placed")
    except (OperationalError, InterfaceError):
        raise  # the database is away: it is still new, and read again
    except StaleDataError:
        log.info("mail", mail=key, state="its ticket changed meanwhile; placed again")
    except Exception as mistake:
        log.warning("mail", mail=key, exc_info=mistake)
        _leave(key, found or glance(raw), f"{type(mistake).__name__}: {mistake}")
    return True


def _leave(key: int, found: Read, trouble: str) -> None:
    """It stays in triage as far as it could be read, so that it holds up no other; the whole of it is kept anyway."""
    with transaction():
        if (mail := _held(key)) is not None:
            _describe(mail, found, [])
            mail.trouble = "".join(c for c in trouble if c.isprintable())[:1000]
            _settle(mail, WAITING, "unreadable")


def _held(key: int) -> IncomingMail | None:
    rows = db.select(IncomingMail).where(IncomingMail.id == key, IncomingMail.state == NEW)
    return db.session.scalar(rows.with_for_update().execution_options(populate_existing=True))


def _raw(store: Store, key: int) -> bytes:
    """The mail as it came; nothing is held open meanwhile."""
    name = db.session.scalars(db.select(StoredFile.key).join(IncomingMail).where(IncomingMail.id == key)).one()
    db.session.rollback()
    return store.path(name).read_bytes()


def _staged(store: Store, found: Read) -> tuple[list[Staged], list]:
    """Its files in their places, and what was not taken of them with the reason."""
    taken, refused, total, room = [], [], 0, files.room()
    for one in found.enclosed:
        try:
            if not room.fits(total + len(one.content), len(taken) + 1):
                words = N_("“{name}”: at most {count} files and {limit} MiB of a mail are taken.")
                raise Refused(words, name=one.name, count=room.count, limit=room.all // files.MIB)
            staged = files.stage(store, BytesIO(one.content), one.name)
            total += staged.size
            taken.append(staged)
        except Refused as no:
            facts = {"name": one.name} | {k: v for k, v in no.facts.items() if isinstance(v, str | int)}
            refused.append([no.text if "{name}" in no.text else N_("“{name}” is larger than {limit} MiB."), facts])
    return taken, refused


def _describe(mail: IncomingMail, found: Read, refused: list) -> None:
    mail.message_id = mail.message_id or found.message_id
    mail.from_address, mail.from_name, mail.to_addresses = (
        found.from_address[:200],
        found.from_name,
        ", ".join(found.to)[:400],
    )
    mail.subject, mail.sent_at, mail.body, mail.quoted, mail.refused = (
        found.subject,
        found.sent_at,
        found.body,
        found.quoted,
        refused,
    )


def _place(mail: IncomingMail, found: Read, taken: Sequence[Staged], refused: list, rows_of: RowsOf) -> None:
    _describe(mail, found, refused)
    kept = [files.keep(staged, None) for staged in taken]
    for file in kept:
        db.session.add(Attachment(file=file, mail_id=mail.id))
    db.session.flush()
    mine = references.find([mail.message_id])
    bounced = automatic.is_bounce(found)
    letter = mine or references.find([*found.to, *found.references, *(found.returned if bounced else ())])
    tickets, how = _tickets(found, letter)
    sender = _sender(found.from_address)  # after the tickets, whose loading forgets what is loaded along with people
    mail.letter_id = letter.id if letter else None
    mail.person_id, mail.contact_id = (
        sender.person.id if sender.person else None,
        sender.contact.id if sender.contact else None,
    )
    mail.customer_id = sender.customer_id
    mail.ticket_id = tickets[0].id if len(tickets) == 1 else None
    if bounced and letter is not None:
        _came_back(mail, found, letter)
    elif why := automatic.reason(found, mail, mine is not None):
        _settle(mail, AUTOMATIC, why)
    elif why := _why_not(mail, found, sender, tickets, rows_of):
        _settle(mail, WAITING, why)
    else:
        _into(mail, _speaker(mail, sender, tickets[0], rows_of), tickets[0], kept, how)


def _settle(mail: IncomingMail, state: str, why: str) -> None:
    mail.state, mail.reason = state, why


def _came_back(mail: IncomingMail, found: Read, letter: Letter) -> None:
    """A mail server's word about a letter of ours: kept with the letter, where the administrator looks."""
    said = found.report.said if found.report else found.marks.get("x-failed-recipients", "")
    mail.trouble = said or found.subject
    failed = automatic.has_failed(found)
    _settle(mail, AUTOMATIC, "bounce" if failed else "delayed")
    if failed:
        outbox.came_back(letter, mail.trouble)


def _sender(address: str) -> Sender:
    """Whoever signs in with this address, else the contact of the one customer that has it."""
    if not address:
        return Sender()
    known = by_email(address)
    rows = db.select(Contact).where(db.func.lower(Contact.email) == address).order_by(Contact.id).limit(20)
    contacts = list(db.session.scalars(rows))
    if known is not None:
        own = next((one for one in contacts if one.customer_id == known.customer_id), None)
        return Sender(person(known.id), own, known.customer_id)
    customers = {one.customer_id for one in contacts}
    if len(customers) > 1:
        return Sender(is_several=True)
    return Sender(None, contacts[0], contacts[0].customer_id) if contacts else Sender()


def _tickets(found: Read, letter: Letter | None) -> tuple[list[Ticket], str]:
    """The tickets it is about, and how that is known: by our letter, by an earlier mail, by the number in its subject."""
    if letter is not None and letter.ticket_id:
        return _loaded(Ticket.id == letter.ticket_id), "answer"
    if found.references:
        earlier = db.select(IncomingMail.ticket_id).where(
            IncomingMail.message_id.in_(found.references), IncomingMail.ticket_id.is_not(None),
            IncomingMail.state.in_((PLACED, "entered")),
        )  # fmt: skip
        if ids := list(dict.fromkeys(db.session.scalars(earlier))):
            return _loaded(Ticket.id.in_(ids)), "thread"
    numbers = list(dict.fromkeys(NUMBER.findall(found.subject.upper())))[:5]
    return (_loaded(Ticket.number.in_(numbers)), "number") if numbers else ([], "")


def _loaded(which) -> list[Ticket]:
    rows = db.select(Ticket).where(which).options(*map(joinedload, ALONG)).order_by(Ticket.id)
    return list(dict.fromkeys(goes_on_in(ticket) for ticket in db.session.scalars(rows)))


def _why_not(mail: IncomingMail, found: Read, sender: Sender, tickets: list[Ticket], rows_of: RowsOf) -> str:
    """Why it has to be looked at by somebody, as a code of told.REASONS; blank when it goes into its ticket."""
    known, ticket = sender.person, tickets[0] if len(tickets) == 1 else None
    checks = (
        ("too_large", not mail.is_whole),
        ("no_sender", not found.from_address),
        ("doubtful", _is_doubtful(found.marks.get("authentication-results", ""))),
        ("staff", known is not None and known.is_staff),
        ("disabled", known is not None and not known.is_active),
        ("several", len(tickets) > 1),
        ("not_theirs", ticket is not None and _speaker(mail, sender, ticket, rows_of) is None),
        ("over", ticket is not None and not ticket.is_live),
        ("ambiguous", sender.is_several and ticket is None),
        ("known", ticket is None and sender.customer_id is not None),
        ("unknown", ticket is None),
    )
    return next((code for code, holds in checks if holds), "")


def _is_doubtful(said: str) -> bool:
    """Does our mail server say that it came from where its sender does not write, with no signature to make up for it?"""
    passed = "dkim=pass" in said or "dmarc=pass" in said
    return "dmarc=fail" in said or ("spf=fail" in said and not passed)


def _speaker(mail: IncomingMail, sender: Sender, ticket: Ticket, rows_of: RowsOf) -> Speaker | None:
    """In whose name it goes into this ticket: of a member who may see it, or of the ticket's own contact; else nobody's."""
    if sender.person is not None:
        seen = not sender.person.is_staff and for_customers.sees(rows_of(sender.person), ticket)
        return sender.person if seen else None
    if ticket.contact_email and ticket.contact_email == mail.from_address:
        return Voice(ticket.contact_name or mail.sender[:60], ticket.customer_id)
    return None


def _into(mail: IncomingMail, speaker: Speaker | None, ticket: Ticket, kept: Sequence[StoredFile], how: str) -> None:
    assert speaker is not None  # noqa: S101  _why_not has asked
    try:
        with savepoint():
            put_into(mail, ticket, speaker, kept)
    except Refused as no:  # the rules of the ticket say no: somebody looks at it
        mail.trouble = no.text
        _settle(mail, WAITING, "over")
        return
    mail.customer_id = ticket.customer_id
    _settle(mail, PLACED, how)
    mail.settled_at = clock.now()
    journal.write("mail.placed", mail, None, became=ticket.number, sender=mail.sender)


def put_into(mail: IncomingMail, ticket: Ticket, speaker: Speaker, kept: Sequence[StoredFile]) -> None:
    """Its words and files become the customer's in this ticket, as if they had been written in the portal."""
    actions.add(ticket, speaker, words_of(mail), kept)
    mail.ticket_id = ticket.id


def words_of(mail: IncomingMail) -> str:
    """What goes into a ticket: the new words, and which files were not taken, so that their sender knows."""
    words = mail.body or mail.subject or "—"
    left_out = ", ".join(str(facts.get("name", "")) for _, facts in mail.refused)
    return f"{words}\n\n[未接收的附件 / Not taken: {left_out}]" if left_out else words
