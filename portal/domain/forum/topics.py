"""Topics (议题): asked beforehand or raised there, given to an owner, answered, made a ticket or an improvement action.

Whoever raised one hears what became of it, and the answer once the ticket or the action is closed.
"""

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.forum import letters
from portal.domain.forum.after_models import Topic
from portal.domain.forum.lifecycle import IS_OVER
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.people.models import Customer, Department, Person
from portal.domain.quality.improvement_models import CLOSED, DROPPED, Improvement
from portal.domain.refusals import Refused
from portal.domain.tickets.actions import open_ticket
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

TITLE = 60
CHANNEL = "forum"


def ask_beforehand(event: Event, attendee: Attendee, words: str, by: Person | None) -> Topic:
    """A question an attendee sends along; raises Refused after the forum."""
    if event.is_over(clock.now()):
        raise Refused(IS_OVER)
    words = words.strip()
    party = db.session.get_one(Registration, attendee.registration_id)
    title = " ".join(words.split())
    row = Topic(
        event_id=event.id, source="before", title=title if len(title) <= TITLE else title[: TITLE - 1] + "…", body=words,
        customer_id=party.customer_id, attendee_id=attendee.id, person_id=attendee.person_id or party.asked_by_id,
        raised_at=clock.now(), state="open", answer="",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    journal.write("forum.topic_raised", row, by, became=row.title)
    return row


def note(
    event: Event,
    by: Person,
    title: str,
    body: str,
    *,
    customer: Customer | None = None,
    attendee: Attendee | None = None,
) -> Topic:
    """A topic that was raised at the forum, noted by us, with whoever raised it where that is known."""
    party = db.session.get(Registration, attendee.registration_id) if attendee else None
    row = Topic(
        event_id=event.id, source="there", title=title, body=body, attendee_id=attendee.id if attendee else None,
        customer_id=party.customer_id if party else customer.id if customer else None,
        person_id=(attendee.person_id or (party.asked_by_id if party else None)) if attendee else None,
        raised_at=clock.now(), state="open", answer="",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    journal.write("forum.topic_raised", row, by, became=title)
    return row


def belongs_to(topic: Topic, by: Person, customer: Customer) -> None:
    """Which customer raised it, where that was not known when it was noted."""
    _need_open(topic)
    if topic.customer_id is not None:
        raise Refused(N_("It is known already which customer raised it."))
    topic.customer_id = customer.id
    db.session.flush()
    journal.write("forum.topic_customer", topic, by, became=customer.short_name)


def give(topic: Topic, by: Person, owner: Person, department: Department | None = None) -> None:
    """Somebody is to see to it that it is answered; they hear of it."""
    _need_open(topic)
    if not owner.is_active or not owner.is_staff or owner.provider_id:
        raise Refused(N_("{name} cannot own a topic."), name=owner.name)
    topic.owner_id, topic.department_id = owner.id, department.id if department else None
    if topic.state == "open":
        topic.state = "given"
    db.session.flush()
    journal.write("forum.topic_given", topic, by, became=owner.name)
    if owner.id != by.id:
        event = db.session.get_one(Event, topic.event_id)
        letters.to_staff(
            "forum_topic_given", owner, event, f"topic:{topic.id}:{owner.id}", topic=topic.id, words=topic.title
        )


def answer(topic: Topic, by: Person | None, words: str, is_shared: bool = False) -> None:
    """The answer, to whoever raised it; `is_shared`: every attendee may read it."""
    if topic.state == "answered":
        raise Refused(N_("This topic is answered already."))
    topic.answer, topic.answered_at, topic.answered_by_id = words, clock.now(), by.id if by else None
    topic.state, topic.is_shared = "answered", is_shared
    db.session.flush()
    journal.write("forum.topic_answered", topic, by)
    _tell(topic, "forum_topic_answered", words=words[:2000])


def to_ticket(topic: Topic, by: Person, kind: str, class_code: str | None) -> Ticket:
    """It goes on as a ticket of the customer who raised it, with all its promises; channel: forum (R10)."""
    _need_open(topic)
    if topic.ticket_id:
        raise Refused(N_("This topic is a ticket already."))
    customer = db.session.get(Customer, topic.customer_id) if topic.customer_id else None
    if customer is None:
        raise Refused(N_("Say first which customer raised it: a ticket belongs to a customer."))
    person = db.session.get(Person, topic.person_id) if topic.person_id else None
    attendee = db.session.get(Attendee, topic.attendee_id) if topic.attendee_id else None
    takes_class = settings.policy().kind(kind).takes_class
    ticket = open_ticket(
        by, kind, topic.title, topic.body or topic.title, customer=customer, asked_by=person, channel=CHANNEL,
        class_code=class_code if takes_class else None, contact_name=attendee.name if attendee else "",
        contact_phone=attendee.phone if attendee else "",
    )  # fmt: skip
    topic.ticket_id, topic.state = ticket.id, "ticket"
    db.session.flush()
    journal.write("forum.topic_ticket", topic, by, became=ticket.number)
    _tell(topic, "forum_topic_ticket", ticket_number=ticket.number, ticket_id=ticket.id)
    return ticket


def taken_up(topic: Topic, improvement: Improvement, by: Person) -> None:
    """An improvement action was opened from it (R33): its measure is the answer, once it is shown to work."""
    _need_open(topic)
    topic.state = "action"
    journal.write("forum.topic_action", topic, by, became=improvement.number)
    _tell(topic, "forum_topic_action", number=improvement.number)


def follow() -> int:
    """Topics whose ticket or improvement action is closed are answered with what was done; gives how many.

    An action that was dropped leaves its topic to whoever owned it before.
    """
    rows = db.select(Topic, Ticket).join(Ticket, Topic.ticket_id == Ticket.id)
    closed = rows.where(Topic.state == "ticket", Ticket.closed_at.is_not(None)).limit(100)
    answers = [(topic, ticket.solution or ticket.number) for topic, ticket in map(tuple, db.session.execute(closed))]
    last = db.select(db.func.max(Improvement.id)).where(*_OF_TOPIC).correlate(Topic).scalar_subquery()
    rows = db.select(Topic, Improvement).join(Improvement, Improvement.id == last).where(Topic.state == "action")
    over = rows.where(Improvement.state.in_((CLOSED, DROPPED))).limit(100)
    for topic, action in map(tuple, db.session.execute(over).all()):
        if action.state == CLOSED:
            answers.append((topic, action.measure or action.title))
        else:
            topic.state = "given" if topic.owner_id else "open"
            journal.write("forum.topic_action_dropped", topic, None, was=action.number)
    for topic, words in answers:
        answer(topic, None, words)
    return len(answers)


_OF_TOPIC = (Improvement.source == "forum", Improvement.source_id == Topic.id)


def _need_open(topic: Topic) -> None:
    if topic.state not in ("open", "given"):
        raise Refused(N_("This topic has gone on already."))


def _tell(topic: Topic, template: str, **facts) -> None:
    event = db.session.get_one(Event, topic.event_id)
    facts |= {"topic": topic.id, "about": topic.title}
    attendee = db.session.get(Attendee, topic.attendee_id) if topic.attendee_id else None
    if attendee is not None:
        letters.to_attendee(template, attendee, event, f"topic:{topic.id}", **facts)
    if topic.person_id and (attendee is None or attendee.person_id != topic.person_id):
        letters.to_staff(template, db.session.get_one(Person, topic.person_id), event, f"topic:{topic.id}", **facts)


ALONG = (Topic.customer, Topic.attendee, Topic.owner, Topic.department, Topic.ticket, Topic.answered_by, Topic.person)


def listed(rows, event: Event, state: str = "") -> list[Topic]:
    """Topics of an event among `rows`, the open ones first."""
    rows = rows.where(Topic.event_id == event.id)
    if state:
        rows = rows.where(Topic.state == state)
    order = db.case({"open": 0, "given": 1, "ticket": 2, "action": 2}, value=Topic.state, else_=3)
    return list(db.session.scalars(rows.options(*map(joinedload, ALONG)).order_by(order, Topic.id).limit(300)))


def shared(event: Event, but: Attendee | None = None) -> list[Topic]:
    """Answered topics of common interest, for everybody who is registered; without those of one attendee."""
    rows = db.select(Topic).where(Topic.event_id == event.id, Topic.is_shared, Topic.state == "answered")
    if but is not None:
        rows = rows.where(db.or_(Topic.attendee_id.is_(None), Topic.attendee_id != but.id))
    return list(db.session.scalars(rows.order_by(Topic.id).limit(100)))


def of_attendee(attendee: Attendee) -> list[Topic]:
    """What this attendee asked or raised, with the ticket it became."""
    rows = db.select(Topic).where(Topic.attendee_id == attendee.id).options(joinedload(Topic.ticket))
    return list(db.session.scalars(rows.order_by(Topic.id)))
