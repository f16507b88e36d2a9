"""Looking into the journal: who, about what, which verb, when; newest first, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.journal import Entry, Head
from portal.domain.people.models import Customer, Person, Provider
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Problem, Ticket

CHECKED_AT_ONCE = 20_000
EXPORT_LIMIT = 50_000
# Records that have a name of their own, and which column it is.
NAMES = {
    "ticket": Ticket.number, "person": Person.name, "customer": Customer.short_name, "provider": Provider.name,
    "problem": Problem.title,
}  # fmt: skip


@dataclass(frozen=True)
class Sought:
    """What somebody looks for. Blank or None: everything. Moments are aware; `until` is not included."""

    who: str = ""
    """Part of the name or e-mail address of whoever did it."""
    about: str = ""
    """The number of a ticket or customer, or the name of a person, customer or provider."""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(rows: Select, sought: Sought, before: int | None, limit: int) -> list[Entry]:
    """Entries of these rows that fit, newest first, older than the entry `before`, with who did them."""
    found = rows.where(*_conditions(sought)).options(joinedload(Entry.by))
    if before is not None:
        found = found.where(Entry.id < before)
    return list(db.session.scalars(found.order_by(Entry.id.desc()).limit(limit)))


def _conditions(sought: Sought) -> list:
    found = []
    if sought.who:
        part = sought.who
        named = or_(Person.name.contains(part, autoescape=True), Person.email.contains(part.lower(), autoescape=True))
        found.append(Entry.by_id.in_(select(Person.id).where(named)))
    if sought.about:
        found.append(_about(sought.about))
    if sought.verb:
        found.append(Entry.verb == sought.verb)
    if sought.since:
        found.append(Entry.at >= sought.since)
    if sought.until:
        found.append(Entry.at < sought.until)
    return found


def _about(text: str):
    customer = or_(Customer.number == text.upper(), Customer.name == text, Customer.short_name == text)
    named = {
        "ticket": select(Ticket.id).where(Ticket.number == text.upper()),
        "person": select(Person.id).where(or_(Person.name == text, Person.email == text.lower())),
        "customer": select(Customer.id).where(customer),
        "provider": select(Provider.id).where(Provider.name == text),
    }
    return or_(*(and_(Entry.record == record, Entry.record_id.in_(ids)) for record, ids in named.items()))


def names(found: Iterable[Entry]) -> dict[tuple[str, int], str]:
    """What the records of these entries are called: a statement for each kind of record among them."""
    wanted: dict[str, set[int]] = {}
    for entry in found:
        if entry.record in NAMES:
            wanted.setdefault(entry.record, set()).add(entry.record_id)
    called = {}
    for record, ids in wanted.items():
        column = NAMES[record]
        rows = db.session.execute(select(column.class_.id, column).where(column.class_.id.in_(sorted(ids))))
        called |= {(record, number): name for number, name in rows}
    return called


def verify_newest(by: Person) -> list[str]:
    """Check the newest entries and the end of the chain, and remember that it was done. What is wrong, a line each."""
    head = db.session.get(Head, 1)
    first = max(1, (head.count if head else 0) - CHECKED_AT_ONCE + 1)
    wrong = journal.verify(first)
    count = (head.count if head else 0) - first + 1
    result = journal.WHOLE if not wrong else journal.BROKEN
    journal.write("journal.verified", by, by, number=count, result=result, wrong=wrong[:20])
    return wrong


def tell_broken(wrong: list[str]) -> None:
    """The daily check found the chain broken: the auditors and the administrators hear of it, once a day."""
    today = clock.now().date().isoformat()
    for person in staff(Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY_ADMIN):
        outbox.post("journal_broken", person, key=f"journal:{today}", count=len(wrong), first=wrong[0])


def last_check() -> Entry | None:
    """When the chain was last checked from a page, by whom, and what was found."""
    rows = select(Entry).where(Entry.verb == "journal.verified").options(joinedload(Entry.by))
    return db.session.scalar(rows.order_by(Entry.id.desc()).limit(1))


def export(rows: Select, sought: Sought, by: Person) -> list[Entry]:
    """The newest entries that fit, at most EXPORT_LIMIT; that somebody took them along is an entry itself."""
    found = entries(rows, sought, None, EXPORT_LIMIT)
    journal.write("journal.exported", by, by, number=len(found))
    return found
