"""Which rows are there for whom: customers, handlers, account managers and the rest of staff alike.

`visible(Model, person)` is a door's only way to rows. A model without a line here cannot be shown to anybody.
"""

from functools import cache

from flask import abort
from sqlalchemy import Select, and_, bindparam, false, or_, select, true
from sqlalchemy.orm import joinedload

from portal import clock
from portal.access import forum_rows, survey_rows
from portal.access import scopes_of_the_loop as loop
from portal.access.permissions import Permission, may
from portal.access.records import RECORDS
from portal.db import db
from portal.domain.documents.models import Document
from portal.domain.drafts import Draft
from portal.domain.files import Attachment
from portal.domain.journal import Entry
from portal.domain.mailroom.models import IncomingMail
from portal.domain.outbox import Letter
from portal.domain.people.models import (
    GONE,
    Approval,
    Contact,
    Customer,
    Department,
    Person,
    Project,
    Provider,
    Sharing,
    SignIn,
)
from portal.domain.people.roles import SEES_ALL, Role
from portal.domain.quality.fact_models import FigureSnapshot
from portal.domain.quality.improvement_models import Improvement, ImprovementStep, Revisit
from portal.domain.quality.major_models import MajorApproval, MajorCase
from portal.domain.quality.models import Liability
from portal.domain.quality.records import (
    ComplaintCount,
    Milestone,
    Signal,
    SupervisedProject,
    UnclosedLine,
    UnclosedWeek,
)
from portal.domain.quality.support_models import MarketHarm, Penalty, ProviderStanding, SupportResult
from portal.domain.ratings.models import FollowUp, Rating
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.lifecycle import TOLD_TO_PROVIDERS
from portal.domain.tickets.models import (
    CallBack,
    ContactRecord,
    Dispatch,
    Message,
    Note,
    Problem,
    SavedView,
    Ticket,
    Watcher,
)


def sees_all(person: Person) -> bool:
    """Does this person see every ticket, and all that was said and done in it?"""
    return person.is_staff and person.has(*SEES_ALL) and person.provider_id is None


def _tickets(person: Person):
    if not person.is_staff:
        return and_(Ticket.customer_id == person.customer_id, _among_colleagues(person))
    if person.has(*SEES_ALL):
        return true()
    ways = []
    if person.has(Role.HANDLER):
        ways.append(Ticket.id.in_(select(Dispatch.ticket_id).where(_dispatched_to(person))))
    if person.has(Role.ACCOUNT_MANAGER):
        ways.append(Ticket.customer_id.in_(select(Customer.id).where(Customer.account_manager_id == person.id)))
    return or_(*ways) if ways else false()


def _tickets_one_by_one(person: Person):
    """The rows of `_tickets`, for lists in an order: each ticket is asked, no list of all of them is built first."""
    if not person.is_staff or person.has(*SEES_ALL):
        return _tickets(person)
    ways = []
    if person.has(Role.HANDLER):
        ways.append(select(Dispatch.id).where(Dispatch.ticket_id == Ticket.id, _dispatched_to(person)).exists())
    if person.has(Role.ACCOUNT_MANAGER):
        cared_for = (Customer.id == Ticket.customer_id, Customer.account_manager_id == person.id)
        ways.append(select(Customer.id).where(*cared_for).correlate(Ticket).exists())
    return or_(*ways) if ways else false()


def _among_colleagues(person: Person):
    """What the organisation's administrator lets its members see of each other (own / shared / all)."""
    sharing = person.customer.sharing if person.customer else Sharing.OWN
    if person.is_org_admin or sharing == Sharing.ALL:
        return true()
    if sharing == Sharing.SHARED:
        return or_(Ticket.asked_by_id == person.id, Ticket.is_shared)
    return Ticket.asked_by_id == person.id


def _dispatched_to(person: Person):
    """Orders for this person's party that it has not handed back: access ends with the task."""
    if person.provider_id:
        party = Dispatch.provider_id == person.provider_id
    elif person.department_id:
        party = Dispatch.department_id == person.department_id
    else:
        return false()
    return and_(party, Dispatch.handed_back.is_(None))


def _dispatches(person: Person):
    if not person.is_staff:
        return false()
    return or_(_dispatched_to(person), _see_all_or(person, Dispatch.ticket_id))


def _see_all_or(person: Person, ticket_id):
    """Rows of the tickets this person sees; for those who see all, without a look at the tickets."""
    if person.is_staff and person.has(*SEES_ALL):
        return true()
    if person.is_staff and person.only_handles:
        return false()
    return ticket_id.in_(select(Ticket.id).where(_tickets(person)))


def _messages(person: Person):
    """Those of the tickets somebody may see: each message is asked, no list of all these tickets is built first."""
    of_theirs = select(Ticket.id).where(Ticket.id == Message.ticket_id, _tickets(person)).correlate(Message).exists()
    theirs = true() if person.is_staff and person.has(*SEES_ALL) else of_theirs
    if person.is_staff:
        return theirs
    return and_(theirs, Message.shown_at <= clock.now(), Message.taken_back_at.is_(None))


def _notes(person: Person):
    if not person.is_staff:
        return false()
    if person.provider_id:
        return Note.dispatch_id.in_(select(Dispatch.id).where(_dispatched_to(person)))
    return true() if person.has(*SEES_ALL) else Note.ticket_id.in_(select(Ticket.id).where(_tickets(person)))


def _contacts(person: Person):
    """Records of contacts; a provider's people see those of their own orders."""
    if not person.is_staff:
        return false()
    if person.provider_id:
        return ContactRecord.dispatch_id.in_(select(Dispatch.id).where(_dispatched_to(person)))
    return true() if person.has(*SEES_ALL) else ContactRecord.ticket_id.in_(select(Ticket.id).where(_tickets(person)))


OF_ROOMS = ("problem", "supervised_project")
"""Records whose course all of staff may read who do more than handle orders."""


def _not_only_handles(person: Person):
    return false() if person.only_handles or person.provider_id else true()


def _problems(person: Person):
    """Whoever works on tickets beyond the own orders, and whoever was made responsible for one."""
    return false() if person.provider_id else or_(_not_only_handles(person), Problem.person_id == person.id)


def _entries(person: Person):
    """The journal: all of it for the auditor; of tickets for staff, and to a provider only its plain course."""
    if not person.is_staff or person.has(Role.AUDITOR):
        return true() if person.is_staff else false()
    of_tickets = Entry.record == "ticket"
    if person.provider_id:
        of_tickets = and_(of_tickets, Entry.verb.in_(TOLD_TO_PROVIDERS))
    of_rooms = and_(Entry.record.in_(OF_ROOMS), _not_only_handles(person))
    improved = and_(
        Entry.record == "improvement", Entry.record_id.in_(select(Improvement.id).where(loop.improvements(person)))
    )
    of_tickets = and_(of_tickets, loop.told_of_ratings(person))
    if person.has(*SEES_ALL):
        return or_(of_tickets, of_rooms, improved)
    return or_(and_(of_tickets, Entry.record_id.in_(select(Ticket.id).where(_tickets(person)))), of_rooms, improved)


def _attachments(person: Person):
    mine = Attachment.draft_id.in_(select(Draft.id).where(Draft.person_id == person.id))
    said = Attachment.message_id.in_(select(Message.id).where(_messages(person)))
    noted = Attachment.note_id.in_(select(Note.id).where(_notes(person)))
    appealed = Attachment.liability_id.in_(select(Liability.id).where(_liabilities(person)))
    filed = Attachment.major_id.in_(select(MajorCase.id).where(_majors(person)))
    improved = Attachment.improvement_id.in_(select(Improvement.id).where(loop.improvements(person)))
    mailed = Attachment.mail_id.in_(select(IncomingMail.id).where(_mails(person)))
    return or_(mine, said, noted, appealed, filed, improved, mailed, forum_rows.attachments(person))


def _mails(person: Person):
    """Mail that came in: all of it for whoever sorts it, nothing for anybody else."""
    return true() if person.is_staff and may(person, Permission.MAIL_SORT) else false()


def _liabilities(person: Person):
    """Decisions on liability: all of them for quality supervision, to a handler those about the own party (R19)."""
    if not person.is_staff:
        return false()
    if may(person, Permission.QUALITY_READ):
        return true()
    if not person.has(Role.HANDLER):
        return false()
    if person.provider_id:
        return Liability.provider_id == person.provider_id
    return Liability.department_id == person.department_id if person.department_id else false()


def _majors(person: Person):
    """Major cases: of the tickets one sees; to whoever only handles, no proposals but the own (R20)."""
    if not person.is_staff:
        return false()
    if person.has(*SEES_ALL):
        return true()
    theirs = MajorCase.ticket_id.in_(select(Ticket.id).where(_tickets(person)))
    if person.only_handles or person.provider_id:
        known = or_(MajorCase.state.in_(("accepted", "closed")), MajorCase.proposed_by_id == person.id)
        return and_(theirs, known)
    return theirs


def _of_customers(column):
    return lambda person: column.in_(select(Customer.id).where(loop.customers(person)))


def _people(person: Person):
    if not person.is_staff:
        return Person.customer_id == person.customer_id
    if person.has(Role.SECURITY_ADMIN, Role.ADMINISTRATOR):
        return true()
    return or_(Person.customer_id.is_(None), Person.customer_id.in_(select(Customer.id).where(loop.customers(person))))


LISTS = {
    "figures-month": Permission.QUALITY_READ,
    "unclosed-week": Permission.QUALITY_READ,
    "complaint-register": Permission.QUALITY_READ,
    "complaint-card": Permission.CUSTOMER_READ,
    "support-statement": Permission.DESK_READ,
    "improvement-list": Permission.IMPROVE,
    "forced-month": Permission.QUALITY_READ,
    "project-list": Permission.QUALITY_READ,
    "survey-report": Permission.SURVEY_READ,
    **forum_rows.PAPERS,
}
"""Reports that are lists, and what their reader must be allowed; a list of a customer needs that customer too."""


def _lists(person: Person):
    codes = [code for code, needs in LISTS.items() if may(person, needs)]
    theirs = Document.customer_id.in_(select(Customer.id).where(loop.customers(person)))
    return and_(Document.report.in_(codes), or_(Document.customer_id.is_(None), theirs))


def _documents(person: Person):
    """One's own papers, as long as what they are about is visible; service reports of one's customers.

    A customer has those that were published to it. Nobody has another person's edition of a record.
    """
    of_ticket = Document.dispatch_id.is_(None) & Document.ticket_id.in_(select(Ticket.id).where(_tickets(person)))
    if not person.is_staff:
        published = and_(Document.customer_id == person.customer_id, Document.published_at.is_not(None))
        return or_(and_(Document.by_id == person.id, of_ticket), published)
    own = [Document.dispatch_id.in_(select(Dispatch.id).where(_dispatches(person)))]
    if not person.provider_id:
        own.append(of_ticket)
    own.append(_lists(person))
    mine = and_(Document.by_id == person.id, or_(*own))
    if not person.only_handles and not person.provider_id:  # whoever sees a major case reads all versions of its report
        mine = or_(mine, Document.major_id.in_(select(MajorCase.id).where(_majors(person))))
    if not may(person, Permission.REPORT_READ):
        return mine
    return or_(mine, Document.customer_id.in_(select(Customer.id).where(loop.customers(person))))


def _quality(person: Person):
    """What quality supervision keeps: all of it for whoever reads its pages."""
    return true() if may(person, Permission.QUALITY_READ) else false()


def _supervised(person: Person):
    """Supervised projects of the tickets this person sees."""
    return _see_all_or(person, SupervisedProject.ticket_id)


def _of_provider(column, *more):
    """Rows about a provider: for whoever sees everything, and for its own people."""

    def rule(person: Person):
        if not person.is_staff:
            return false()
        if person.has(*SEES_ALL):
            return true()
        return and_(column == person.provider_id, *more) if person.provider_id else false()

    return rule


def _staff_only(rule):
    return lambda person: rule(person) if person.is_staff else false()


ROWS = {
    Approval: _staff_only(lambda person: true() if person.has(Role.SECURITY_ADMIN, Role.MANAGER) else false()),
    Attachment: _attachments,
    CallBack: _staff_only(lambda person: _see_all_or(person, CallBack.ticket_id)),
    Contact: lambda person: and_(Contact.role != GONE, _of_customers(Contact.customer_id)(person)),
    ComplaintCount: _staff_only(_quality),
    ContactRecord: _contacts,
    Customer: loop.customers,
    Department: _staff_only(lambda _: true()),
    Dispatch: _dispatches,
    Document: _documents,
    Draft: lambda person: Draft.person_id == person.id,
    Entry: _entries,
    FigureSnapshot: _staff_only(lambda person: true() if may(person, Permission.QUALITY_READ) else false()),
    FollowUp: _staff_only(loop.follow_ups),
    ForcedClosure: _staff_only(lambda person: _see_all_or(person, ForcedClosure.ticket_id)),
    Improvement: loop.improvements,
    IncomingMail: _mails,
    ImprovementStep: lambda person: ImprovementStep.improvement_id.in_(
        select(Improvement.id).where(loop.improvements(person))
    ),
    Letter: lambda person: true() if person.has(Role.ADMINISTRATOR) else Letter.to_id == person.id,
    Liability: _liabilities,
    MarketHarm: _of_provider(MarketHarm.provider_id),
    MajorApproval: _staff_only(lambda person: MajorApproval.case_id.in_(select(MajorCase.id).where(_majors(person)))),
    MajorCase: _majors,
    Message: _messages,
    Milestone: _staff_only(
        lambda person: Milestone.project_id.in_(select(SupervisedProject.id).where(_supervised(person)))
    ),
    Note: _notes,
    Penalty: _of_provider(Penalty.provider_id, Penalty.is_granted),
    Person: _people,
    Problem: _staff_only(_problems),
    Project: _of_customers(Project.customer_id),
    Provider: _staff_only(lambda _: true()),
    ProviderStanding: _of_provider(ProviderStanding.provider_id),
    Rating: _staff_only(loop.ratings),
    Revisit: loop.revisits,
    SavedView: _staff_only(lambda person: or_(SavedView.by_id == person.id, SavedView.is_shared)),
    Signal: _staff_only(_quality),
    SignIn: lambda person: true() if person.has(Role.SECURITY_ADMIN) else SignIn.person_id == person.id,
    SupervisedProject: _staff_only(_supervised),
    SupportResult: _of_provider(SupportResult.provider_id),
    Ticket: _tickets_one_by_one,
    UnclosedLine: _staff_only(_quality),
    UnclosedWeek: _staff_only(_quality),
    Watcher: _staff_only(lambda person: Watcher.person_id == person.id),
    **forum_rows.rows(loop.customers),
    **survey_rows.rows(loop.customers),
}

LARGEST_KEY = 2**31 - 1


def visible(model: type, person: Person) -> Select:
    """The rows of this model that exist for this person; KeyError for a model nobody thought of."""
    return select(model).where(ROWS[model](person))


def find(name: str, key: int, person: Person):
    """The record a URL names, if this person may see it; else it does not exist (404)."""
    column, record = _record(name)
    if not 0 < key <= LARGEST_KEY:
        abort(404)
    return db.session.scalar(record.where(ROWS[column.class_](person)), {"key": key}) or abort(404)


def sees(name: str, key: int, person: Person) -> bool:
    """Would `find` give this person the record?"""
    column, _ = _record(name)
    return db.session.scalar(visible(column.class_, person).with_only_columns(column).where(column == key)) is not None


@cache
def _record(name: str) -> tuple:
    """The key of a record, and the statement that reads it with what is loaded along, made once."""
    column, *along = RECORDS[name]
    return column, select(column.class_).options(*map(joinedload, along)).where(column == bindparam("key"))
