"""Which rows of the annual forum (R38) are there for whom; scopes.py takes them into its table."""

from collections.abc import Callable

from sqlalchemy import and_, false, or_, select, true

from portal.access.permissions import Permission, may
from portal.domain.files import Attachment
from portal.domain.forum import papers
from portal.domain.forum.after_models import CheckIn, Topic
from portal.domain.forum.lifecycle import SHOWN_EVENTS
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role

Rule = Callable[[Person], object]

PAPERS = dict.fromkeys(papers.PAPERS, Permission.FORUM_READ)
"""Papers of a forum, and what their reader must be allowed."""


def rows(customers: Rule) -> dict[type, Rule]:
    """The rules of the forum's records; `customers` says which customers are there for a person."""

    def of(customer, own: Rule) -> Rule:
        """Rows of a customer: for its administrator all, for a member the own; for an account manager of the own customers."""

        def rule(person: Person):
            if not person.is_staff:
                return and_(customer == person.customer_id, true() if person.is_org_admin else own(person))
            if not may(person, Permission.FORUM_READ):
                return false()
            if person.has(Role.SUPERVISOR, Role.MANAGER):
                return true()
            return customer.in_(select(Customer.id).where(customers(person)))

        return rule

    registrations = of(Registration.customer_id, _own_registrations)

    def attendees(person: Person):
        return Attendee.registration_id.in_(select(Registration.id).where(registrations(person)))

    def topics(person: Person):
        """Of the own customers, and the owned ones; to customers their own, and those shared with all who registered."""
        theirs = of(Topic.customer_id, lambda who: Topic.person_id == who.id)(person)
        if person.is_staff:
            return or_(theirs, Topic.owner_id == person.id)
        return or_(
            theirs, and_(Topic.is_shared, Topic.event_id.in_(select(Attendee.event_id).where(attendees(person))))
        )

    return {
        Attendee: attendees,
        Event: _events,
        Invitation: of(Invitation.customer_id, lambda person: Invitation.person_id == person.id),
        Registration: registrations,
        Topic: topics,
    }


def attachments(person: Person):
    """Photos and papers of a forum: for whoever was there, and for those of us who read the forum."""
    if person.is_staff:
        return Attachment.event_id.is_not(None) if may(person, Permission.FORUM_READ) else false()
    was = select(CheckIn.event_id).join(Attendee, CheckIn.attendee_id == Attendee.id)
    return Attachment.event_id.in_(was.where(Attendee.person_id == person.id, CheckIn.undone_at.is_(None)))


def _events(person: Person):
    """All for those of us who work on them; to customers and to the world those that were published."""
    if person.is_authenticated and person.is_staff:
        return true() if may(person, Permission.FORUM_READ) or may(person, Permission.FORUM_DOOR) else false()
    shown = Event.state.in_(SHOWN_EVENTS)
    return shown if person.is_authenticated else and_(shown, Event.is_public)


def _own_registrations(person: Person):
    there = select(Attendee.registration_id).where(Attendee.person_id == person.id)
    return or_(Registration.asked_by_id == person.id, Registration.id.in_(there))
