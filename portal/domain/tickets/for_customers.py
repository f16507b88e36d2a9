"""What a customer's pages read of tickets: lists, what waits, the conversation, the promises made.

Every function takes rows that are visible to the asking person, never an id; what is not shown to customers
(promises among ourselves, words not yet out) is left out here and nowhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, load_only

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.files import Attachment
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.policy import ClockRule
from portal.domain.ratings.models import Rating
from portal.domain.tickets import deadlines, search
from portal.domain.tickets.models import Deadline, Message, Ticket
from portal.domain.tickets.states import FORCED, State

GROUPS = {
    "open": (State.NEW, State.OPEN),
    "yours": (State.WAITING, State.VERIFYING),
    "done": (State.CLOSED, State.WITHDRAWN, State.MERGED),
}
"""How customers sort their tickets: worked on, waiting for them, over."""


@dataclass(frozen=True)
class Filters:
    """What of one's tickets to list; an unknown word filters nothing."""

    group: str = ""
    kind: str = ""
    whose: str = ""
    wanted: str = ""

    @property
    def any(self) -> bool:
        return bool(self.group or self.kind or self.whose or self.wanted)


def listed(
    rows: Select,
    person: Person,
    filters: Filters,
    before: int | None = None,
    after: int | None = None,
    size: int = 20,
) -> tuple[list[Ticket], bool]:
    """Some tickets, the newest first, before (or after) a key; and whether there are more that way."""
    rows = _filtered(rows, person, filters)
    if after is not None:
        rows = rows.where(Ticket.id > after).order_by(Ticket.id)
    else:
        rows = rows.order_by(Ticket.id.desc())
        if before is not None:
            rows = rows.where(Ticket.id < before)
    found = list(db.session.scalars(rows.options(*_in_a_list()).limit(size + 1)))
    some = found[:size]
    return (some[::-1] if after is not None else some), len(found) > size


def _filtered(rows: Select, person: Person, filters: Filters) -> Select:
    if filters.group in GROUPS:
        rows = rows.where(Ticket.state.in_(GROUPS[filters.group]))
    if filters.kind:
        rows = rows.where(Ticket.kind == filters.kind)
    if filters.whose == "mine":
        rows = rows.where(Ticket.asked_by_id == person.id)
    elif filters.whose == "colleagues":
        rows = rows.where(or_(Ticket.asked_by_id != person.id, Ticket.asked_by_id.is_(None)))
    return search.matching(rows, filters.wanted, internal=False) if filters.wanted else rows


def _in_a_list():
    columns = (
        Ticket.number, Ticket.kind, Ticket.state, Ticket.is_live, Ticket.subject, Ticket.round,
        Ticket.asked_by_id, Ticket.owner_id, Ticket.outcome, Ticket.opened_at, Ticket.replied_at, Ticket.touched_at, Ticket.closed_at,
    )  # fmt: skip
    people = (joinedload(who).load_only(Person.name, Person.phone) for who in (Ticket.owner, Ticket.asked_by))
    return (load_only(*columns), *people)


def sees(rows: Select, ticket: Ticket) -> bool:
    """Is this ticket among the rows?"""
    return db.session.scalar(rows.where(Ticket.id == ticket.id).with_only_columns(Ticket.id)) is not None


# ---- the start page ----


def live_and_to_rate(rows: Select, person: Person) -> tuple[list[Ticket], list[Ticket]]:
    """What is worked on for this person, the newest first, and what was closed of late and may be rated: one statement."""
    ids = [_ids(part) for part in (_live(rows, person), _to_rate(rows, person))]
    wanted = rows.where(or_(*(Ticket.id.in_(part) for part in ids))).options(*_in_a_list())
    found = list(db.session.scalars(wanted.order_by(Ticket.id.desc())))
    closed = [ticket for ticket in found if not ticket.is_live]
    closed.sort(key=lambda ticket: ticket.closed_at or ticket.opened_at, reverse=True)
    return [ticket for ticket in found if ticket.is_live], closed


def _ids(rows: Select) -> Select:
    return select(rows.with_only_columns(Ticket.id, maintain_column_froms=True).subquery().c.id)


def _live(rows: Select, person: Person, limit: int = 40) -> Select:
    """What is worked on for this person (for the whole organisation, if it is its administrator)."""
    rows = rows.where(Ticket.is_live)
    if not person.is_org_admin:
        rows = rows.where(Ticket.asked_by_id == person.id)
    return rows.order_by(Ticket.id.desc()).limit(limit)


def _to_rate(rows: Select, person: Person, limit: int = 3) -> Select:
    """One's own tickets closed of late that were not rated yet; nobody is asked about what we closed by force."""
    since = clock.now() - timedelta(days=settings.policy().limits.reopen_days)
    given = and_(Rating.ticket_id == Ticket.id, Rating.round == Ticket.round)
    rows = rows.outerjoin(Rating, given).where(
        Rating.id.is_(None),
        Ticket.state == State.CLOSED,
        Ticket.asked_by_id == person.id,
        Ticket.closed_at >= since,
        Ticket.outcome != FORCED,
    )
    return rows.order_by(Ticket.closed_at.desc()).limit(limit)


def last_words(rows: Select, tickets: Iterable[Ticket]) -> dict[int, str]:
    """Of tickets that wait for the customer: what was asked or proposed last. `rows`: visible messages."""
    ids = [ticket.id for ticket in tickets if ticket.state in GROUPS["yours"]]
    asked = rows.where(Message.ticket_id.in_(ids), Message.sort.in_(("question", "solution"))).order_by(Message.id)
    return {message.ticket_id: message.body for message in db.session.scalars(asked)}


# ---- promises ----


@dataclass(frozen=True)
class Promised:
    """A promise to the customer with the rule it was given under."""

    deadline: Deadline
    rule: ClockRule

    @property
    def due_at(self) -> datetime:
        return self.deadline.due_at


def next_promises(tickets: Sequence[Ticket]) -> dict[int, Promised]:
    """By ticket: the nearest promise to the customer that is still to come; an answer of ours was contact enough."""
    replied = {ticket.id: ticket.replied_at for ticket in tickets if ticket.is_live}
    rows = (
        select(Deadline)
        .where(Deadline.ticket_id.in_(replied), Deadline.is_open)
        .order_by(Deadline.due_at.desc(), Deadline.id.desc())
    )
    found = _to_customers(db.session.scalars(rows))
    return {p.deadline.ticket_id: p for p in found if not _is_contact(p, replied[p.deadline.ticket_id])}


def _is_contact(promise: Promised, replied_at: datetime | None) -> bool:
    answered = replied_at is not None and replied_at >= promise.deadline.started_at
    return promise.rule.met == "contacted" and answered


def promises(ticket: Ticket) -> list[Promised]:
    """All promises to the customer about a ticket, with their pauses, oldest first."""
    return _to_customers(deadlines.with_pauses(ticket))


def _to_customers(known: Iterable[Deadline]) -> list[Promised]:
    found = (Promised(deadline, deadlines.rule_of(deadline)) for deadline in known)
    return [promise for promise in found if promise.rule.shown_to_customer]


# ---- the conversation ----


@dataclass(frozen=True)
class Said:
    """One word of the conversation with its files, and the number of the merged ticket it came with."""

    message: Message
    from_number: str | None
    files: list[Attachment]


def conversation(messages: Select, ticket: Ticket) -> list[Said]:
    """The words of a ticket and of those merged into it, in their order. `messages`: the visible ones."""
    family = select(Ticket.id).where(Ticket.id == ticket.id).cte("family", recursive=True)
    family = family.union(select(Ticket.id).where(Ticket.merged_into_id == family.c.id))
    rows = (
        messages.join(family, family.c.id == Message.ticket_id)  # not «in»: PostgreSQL would begin with all they have
        .join(Ticket, Ticket.id == Message.ticket_id)
        .add_columns(Ticket.number)
        .options(joinedload(Message.by).load_only(Person.name, Person.customer_id))
        .order_by(Message.at, Message.id)
    )
    found = db.session.execute(rows).all()
    lying = _files_of([message.id for message, _ in found])
    return [
        Said(message, None if message.ticket_id == ticket.id else number, lying.get(message.id, []))
        for message, number in found
    ]


def _files_of(message_ids: list[int]) -> dict[int, list[Attachment]]:
    rows = select(Attachment).where(Attachment.message_id.in_(message_ids)).order_by(Attachment.id)
    lying: dict[int, list[Attachment]] = {}
    for attachment in db.session.scalars(rows):
        lying.setdefault(attachment.message_id or 0, []).append(attachment)
    return lying


# ---- what is new ----


def seen(letters: Select, ticket: Ticket) -> None:
    """The person looked at the ticket: what was written to them about it is read. `letters`: their own."""
    now = clock.now()
    rows = letters.where(Letter.ticket_id == ticket.id, Letter.read_at.is_(None), Letter.due_at <= now)
    for letter in db.session.scalars(rows):
        letter.read_at = now
