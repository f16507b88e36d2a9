"""Which rows are there for whom: customers, handlers, account managers and the rest of staff alike.

`visible(Model, person)` is a door's only way to rows. A model without a line here cannot be shown to anybody.
"""

from flask import abort
from sqlalchemy import Select, and_, false, or_, select, true
from sqlalchemy.orm import joinedload

from portal import clock
from portal.access.permissions import Permission, may
from portal.db import db
from portal.domain.documents.models import Document
from portal.domain.drafts import Draft
from portal.domain.files import Attachment
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import (
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
from portal.domain.people.roles import Role
from portal.domain.ratings.models import Rating
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

SEES_ALL = (Role.AGENT, Role.CALLER, Role.SUPERVISOR, Role.MANAGER)


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
    theirs = (
        true()
        if person.is_staff and person.has(*SEES_ALL)
        else Message.ticket_id.in_(select(Ticket.id).where(_tickets(person)))
    )
    if person.is_staff:
        return theirs
    return and_(theirs, Message.shown_at <= clock.now(), Message.taken_back_at.is_(None))


def _notes(person: Person):
    if not person.is_staff or person.provider_id:
        return false()
    return true() if person.has(*SEES_ALL) else Note.ticket_id.in_(select(Ticket.id).where(_tickets(person)))


def _contacts(person: Person):
    """Records of contacts; a provider's people see those of their own orders."""
    if not person.is_staff:
        return false()
    if person.provider_id:
        return ContactRecord.dispatch_id.in_(select(Dispatch.id).where(_dispatched_to(person)))
    return true() if person.has(*SEES_ALL) else ContactRecord.ticket_id.in_(select(Ticket.id).where(_tickets(person)))


def _entries(person: Person):
    """The journal: all of it for the auditor; of tickets for staff, and to a provider only its plain course."""
    if not person.is_staff or person.has(Role.AUDITOR):
        return true() if person.is_staff else false()
    of_tickets = Entry.record == "ticket"
    if person.provider_id:
        of_tickets = and_(of_tickets, Entry.verb.in_(TOLD_TO_PROVIDERS))
    if person.has(*SEES_ALL):
        return of_tickets
    return and_(of_tickets, Entry.record_id.in_(select(Ticket.id).where(_tickets(person))))


def _attachments(person: Person):
    mine = Attachment.draft_id.in_(select(Draft.id).where(Draft.person_id == person.id))
    said = Attachment.message_id.in_(select(Message.id).where(_messages(person)))
    noted = Attachment.note_id.in_(select(Note.id).where(_notes(person)))
    return or_(mine, said, noted)


def _customers(person: Person):
    if not person.is_staff:
        return Customer.id == person.customer_id
    if person.has(*SEES_ALL, Role.ADMINISTRATOR):
        return true()
    return Customer.account_manager_id == person.id if person.has(Role.ACCOUNT_MANAGER) else false()


def _of_customers(column):
    return lambda person: column.in_(select(Customer.id).where(_customers(person)))


def _people(person: Person):
    if not person.is_staff:
        return Person.customer_id == person.customer_id
    if person.has(Role.SECURITY_ADMIN, Role.ADMINISTRATOR):
        return true()
    return or_(Person.customer_id.is_(None), Person.customer_id.in_(select(Customer.id).where(_customers(person))))


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
    mine = and_(Document.by_id == person.id, or_(*own))
    if not may(person, Permission.REPORT_READ):
        return mine
    return or_(mine, Document.customer_id.in_(select(Customer.id).where(_customers(person))))


def _staff_only(rule):
    return lambda person: rule(person) if person.is_staff else false()


ROWS = {
    Approval: _staff_only(lambda person: true() if person.has(Role.SECURITY_ADMIN, Role.MANAGER) else false()),
    Attachment: _attachments,
    CallBack: _staff_only(lambda person: _see_all_or(person, CallBack.ticket_id)),
    Contact: _of_customers(Contact.customer_id),
    ContactRecord: _contacts,
    Customer: _customers,
    Department: _staff_only(lambda _: true()),
    Dispatch: _dispatches,
    Document: _documents,
    Draft: lambda person: Draft.person_id == person.id,
    Entry: _entries,
    Letter: lambda person: true() if person.has(Role.ADMINISTRATOR) else Letter.to_id == person.id,
    Message: _messages,
    Note: _notes,
    Person: _people,
    Problem: _staff_only(lambda person: false() if person.only_handles else true()),
    Project: _of_customers(Project.customer_id),
    Provider: _staff_only(lambda _: true()),
    Rating: _staff_only(lambda person: _see_all_or(person, Rating.ticket_id)),
    SavedView: _staff_only(lambda person: or_(SavedView.by_id == person.id, SavedView.is_shared)),
    SignIn: lambda person: true() if person.has(Role.SECURITY_ADMIN) else SignIn.person_id == person.id,
    Ticket: _tickets_one_by_one,
    Watcher: _staff_only(lambda person: Watcher.person_id == person.id),
}

# What a part of a URL names: its key, and what is loaded along with it.
RECORDS: dict[str, tuple] = {
    "approval": (Approval.id, Approval.person, Approval.asked_by),
    "attachment": (Attachment.id,),
    "call_back": (CallBack.id,),
    "contact": (Contact.id,),
    "customer": (Customer.id, Customer.account_manager),
    "department": (Department.id,),
    "dispatch": (Dispatch.id, Dispatch.ticket, Dispatch.department, Dispatch.provider, Dispatch.by, Dispatch.handler),
    "document": (
        Document.id,
        Document.file,
        Document.ticket,
        Document.dispatch,
        Document.customer,
        Document.by,
        Document.published_by,
        Document.acknowledged_by,
    ),
    "letter": (Letter.id, Letter.to),
    "message": (Message.id, Message.by),
    "note": (Note.id, Note.by),
    "person": (Person.id, Person.customer, Person.department, Person.provider),
    "problem": (Problem.id,),
    "project": (Project.id,),
    "provider": (Provider.id,),
    "sign_in": (SignIn.id,),
    "ticket": (
        Ticket.id,
        Ticket.customer,
        Ticket.owner,
        Ticket.asked_by,
        Ticket.opened_by,
        Ticket.project,
        Ticket.problem,
        Ticket.merged_into,
    ),
    "view": (SavedView.id,),
}

LARGEST_KEY = 2**31 - 1


def visible(model: type, person: Person) -> Select:
    """The rows of this model that exist for this person; KeyError for a model nobody thought of."""
    return select(model).where(ROWS[model](person))


def find(name: str, key: int, person: Person):
    """The record a URL names, if this person may see it; else it does not exist (404)."""
    column, *along = RECORDS[name]
    if key > LARGEST_KEY:
        abort(404)
    rows = visible(column.class_, person).options(*map(joinedload, along))
    return db.session.scalar(rows.where(column == key)) or abort(404)
