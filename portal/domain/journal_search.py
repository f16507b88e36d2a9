"""Looking into the journal: who, about what, which verb, when; newest first, a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, UniqueConstraint, and_, false, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.documents.models import Document
from portal.domain.forum.after_models import Topic
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.journal import Entry, Head
from portal.domain.mailroom.models import IncomingMail
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Customer, Department, Person, Project, Provider
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.quality.fact_models import FigureSnapshot
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.models import Liability
from portal.domain.quality.records import Signal, SupervisedProject
from portal.domain.quality.support_models import SupportResult
from portal.domain.refusals import Refused
from portal.domain.surveys.campaign_models import Campaign, OptOut
from portal.domain.surveys.campaign_models import Invitation as Asked
from portal.domain.surveys.models import Questionnaire
from portal.domain.surveys.word_models import HotIssue, Issue
from portal.domain.tickets.models import Problem, Ticket
from portal.i18n import N_

CHECKED_AT_ONCE = 20_000
EXPORT_LIMIT = 50_000
LOOKED_AT = 50_000
"""Of each kind so many records, the newest, are looked at for a name; a number has an index and is found among all."""
PEOPLE_AT_ONCE = 100
# What the records of each kind are called: rows of id and name, and all that one may ask for them by.
NAMED: dict[str, tuple[Select, tuple]] = {
    "ticket": (select(Ticket.id, Ticket.number), (Ticket.number,)),
    "problem": (select(Problem.id, Problem.title), (Problem.title,)),
    "liability": (select(Liability.id, Ticket.number).join(Liability.ticket), (Ticket.number,)),
    "supervised_project": (select(SupervisedProject.id, Ticket.number).join(SupervisedProject.ticket), (Ticket.number,)),
    "major_case": (select(MajorCase.id, MajorCase.number), (MajorCase.number,)),
    "improvement": (select(Improvement.id, Improvement.number), (Improvement.number,)),
    "support_result": (select(SupportResult.id, Provider.name).join(Provider, Provider.id == SupportResult.provider_id), (Provider.name,)),
    "person": (select(Person.id, Person.name), (Person.name, Person.email)),
    "customer": (select(Customer.id, Customer.short_name), (Customer.number, Customer.name, Customer.short_name)),
    "project": (select(Project.id, Project.name), (Project.name,)),
    "department": (select(Department.id, Department.name), (Department.name,)),
    "provider": (select(Provider.id, Provider.name), (Provider.name,)),
    "document": (select(Document.id, Document.number), (Document.number,)),
    "letter": (select(Letter.id, Person.name).join(Letter.to), ()),
    "incoming_mail": (select(IncomingMail.id, IncomingMail.subject), (IncomingMail.subject,)),
    "questionnaire": (select(Questionnaire.id, Questionnaire.number), (Questionnaire.number, Questionnaire.title)),
    "campaign": (select(Campaign.id, Campaign.number), (Campaign.number, Campaign.title)),
    "survey_invitation": (select(Asked.id, Contact.name).join(Asked.contact), (Contact.name,)),
    "survey_opt_out": (select(OptOut.id, Contact.name).join(OptOut.contact), (Contact.name,)),
    "survey_issue": (select(Issue.id, Issue.title), (Issue.title,)),
    "survey_hot_issue": (select(HotIssue.id, Issue.title).join(HotIssue.issue), (Issue.title,)),
    "forum_event": (select(Event.id, Event.number), (Event.number, Event.title)),
    "forum_registration": (select(Registration.id, Registration.number), (Registration.number,)),
    "forum_invitation": (select(Invitation.id, Invitation.name), (Invitation.name,)),
    "forum_attendee": (select(Attendee.id, Attendee.name), (Attendee.name,)),
    "forum_topic": (select(Topic.id, Topic.title), (Topic.title,)),
}  # fmt: skip
MONTHS = {"figure_snapshot": FigureSnapshot.month, "quality_signal": Signal.month}
"""Records that are called by their month."""


@dataclass(frozen=True)
class Sought:
    """What somebody looks for. Blank or None: everything. Moments are aware; `until` is not included."""

    who: str = ""
    """Part of the name or e-mail address of whoever did it."""
    about: str = ""
    """What a record is called: its number, title or name."""
    of: tuple[str, int] | None = None
    """One record: its kind and id."""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(rows: Select, sought: Sought, before: int | None, limit: int) -> list[Entry]:
    """Entries of these rows that fit, newest first, older than the entry `before`, with who did them.

    Raises Refused where too many people are called so: a part of what they did would pass for all of it.
    """
    found = rows.where(*_conditions(sought)).options(joinedload(Entry.by))
    if before is not None:
        found = found.where(Entry.id < before)
    return list(db.session.scalars(found.order_by(Entry.id.desc()).limit(limit)))


def _conditions(sought: Sought) -> list:
    found = []
    if sought.who:
        found.append(Entry.by_id.in_(_people(sought.who)))
    if sought.about:
        found.append(_about(sought.about))
    if sought.of:
        found.append(and_(Entry.record == sought.of[0], Entry.record_id == sought.of[1]))
    if sought.verb:
        found.append(Entry.verb == sought.verb)
    if sought.since:
        found.append(Entry.at >= sought.since)
    if sought.until:
        found.append(Entry.at < sought.until)
    return found


def _people(part: str) -> list[int]:
    """Whose name or address has this part."""
    named = or_(Person.name.contains(part, autoescape=True), Person.email.contains(part.lower(), autoescape=True))
    found = list(db.session.scalars(select(Person.id).where(named).limit(PEOPLE_AT_ONCE + 1)))
    if len(found) > PEOPLE_AT_ONCE:
        raise Refused(
            N_("More than {count} people are called so. Write more of the name or the address."), count=PEOPLE_AT_ONCE
        )
    return found


def _about(text: str):
    """The entries about whatever is called so: first which records these are, then what happened to them."""
    wanted = (text, text.upper(), text.lower())
    found: dict[str, list[int]] = {}
    named = [part for record in NAMED for part in _called(record, wanted)]
    for record, key in db.session.execute(union_all(*named)):
        found.setdefault(record, []).append(key)
    return or_(false(), *(and_(Entry.record == record, Entry.record_id.in_(ids)) for record, ids in found.items()))


def _called(record: str, wanted: Sequence[str]) -> list[Select]:
    """The records of a kind that are called so: by what has an index among all, by other names among the newest."""
    rows, known = NAMED[record]
    key = rows.selected_columns[0]
    numbers, others = ([name for name in known if has_index(name) is one] for one in (True, False))
    found = rows.with_only_columns(literal(record), key)
    parts = [found.where(or_(*(name.in_(wanted) for name in numbers)))] if numbers else []
    if others:
        newest = select(func.max(key)).correlate(None).scalar_subquery()
        parts.append(found.where(key > newest - LOOKED_AT, or_(*(name.in_(wanted) for name in others))))
    return parts


def has_index(name) -> bool:
    """Is a record found by this column without reading the others?"""
    column = name.property.columns[0]
    indexes = [*column.table.indexes, *(one for one in column.table.constraints if isinstance(one, UniqueConstraint))]
    return bool(column.unique) or any(one.columns[0] is column for one in indexes if len(one.columns))


def names(found: Iterable[Entry]) -> dict[tuple[str, int], str | date]:
    """What the records of these entries are called, or of which month they are: a statement for each kind among them."""
    wanted: dict[str, set[int]] = {}
    for entry in found:
        wanted.setdefault(entry.record, set()).add(entry.record_id)
    called = {}
    for record, ids in wanted.items():
        if record in MONTHS:
            month = MONTHS[record]
            rows = select(month.class_.id, month)
        elif record in NAMED:
            rows = NAMED[record][0]
        else:
            continue
        named = rows.where(rows.selected_columns[0].in_(sorted(ids)))
        called |= {(record, number): name for number, name in db.session.execute(named)}
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
