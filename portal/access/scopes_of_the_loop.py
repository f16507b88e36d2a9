"""Which rows of the closed loop are there for whom: improvement actions, customers to be asked again, ratings (R23, R33)."""

from sqlalchemy import and_, false, or_, select, true

from portal.access.permissions import Permission, may
from portal.domain.journal import Entry
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import SEES_ALL, Role
from portal.domain.quality.improvement_models import CLOSED, WATCHED, Improvement, Revisit
from portal.domain.ratings.models import OF_MANAGER, FollowUp, Rating


def customers(person: Person):
    if not person.is_staff:
        return Customer.id == person.customer_id
    if person.has(*SEES_ALL, Role.ADMINISTRATOR):
        return true()
    return Customer.account_manager_id == person.id if person.has(Role.ACCOUNT_MANAGER) else false()


def improvements(person: Person):
    """Improvement actions: all of them for quality supervision; the own ones and those of one's department; to the
    call-back desk those whose customers are asked again, to account managers those of their customers (R33)."""
    if not person.is_staff or person.provider_id or not may(person, Permission.IMPROVE):
        return false()
    if may(person, Permission.QUALITY_READ):
        return true()
    ways = [Improvement.person_id == person.id]
    if person.department_id and person.has(Role.HANDLER):
        ways.append(Improvement.department_id == person.department_id)
    asked_again = Improvement.state.in_((WATCHED, CLOSED))
    if person.has(Role.CALLER):
        ways.append(asked_again)
    if person.has(Role.ACCOUNT_MANAGER):
        theirs = select(Revisit.improvement_id).where(
            Revisit.customer_id.in_(select(Customer.id).where(customers(person)))
        )
        ways.append(and_(asked_again, Improvement.id.in_(theirs)))
    return or_(*ways)


def revisits(person: Person):
    """Customers to be asked again: to whoever asks any of them, to account managers their own."""
    if not person.is_staff or not may(person, Permission.IMPROVE):
        return false()
    if may(person, Permission.QUALITY_READ) or person.has(Role.CALLER):
        return true()
    own = Revisit.customer_id.in_(select(Customer.id).where(customers(person)))
    return own if person.has(Role.ACCOUNT_MANAGER) else false()


def ratings(person: Person):
    """Ratings one by one: to quality supervision all of them; to account managers those of their customers, but not
    what was said of themselves. Whoever else was rated reads results only (R29)."""
    if may(person, Permission.QUALITY_READ):
        return true()
    if not person.has(Role.ACCOUNT_MANAGER):
        return false()
    of_others = and_(Rating.kind.not_in(OF_MANAGER), Rating.owner_id.is_distinct_from(person.id))
    return and_(Rating.customer_id.in_(select(Customer.id).where(customers(person))), of_others)


def follow_ups(person: Person):
    return (
        true()
        if may(person, Permission.QUALITY_READ)
        else FollowUp.rating_id.in_(select(Rating.id).where(ratings(person)))
    )


RATED = ("ticket.rated", "customer.rated")


def told_of_ratings(person: Person):
    """What the journal tells of ratings: to those who may read them one by one."""
    return true() if may(person, Permission.QUALITY_READ) else Entry.verb.not_in(RATED)
