"""What somebody of staff finds on the workbench (工作台): the tickets of each part in one statement, and why they are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    CompoundSelect,
    Row,
    Select,
    String,
    TextualSelect,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from portal.db import IDS, db, spelled_out, takes_all
from portal.domain import settings
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.ratings.models import Rating
from portal.domain.tickets.models import NEVER, CallBack, ContactRecord, Deadline, Dispatch, Message, Ticket
from portal.domain.tickets.queue import told
from portal.domain.tickets.queue_filters import Asked, Later, conditions, running_for
from portal.domain.tickets.states import State
from portal.i18n import N_

MINE_AT_MOST = 100
"""Whoever owns more live tickets than this sees the most pressing ones; the queue has them all."""
SHOWN = 12


@dataclass(frozen=True)
class Part:
    """A part of the workbench that is a list of tickets: for whom, narrowed to what, how many at most."""

    code: str
    roles: tuple[Role, ...]
    filters: Mapping[str, tuple[str, ...]]
    at_most: int = SHOWN


PARTS = (
    Part("mine", (Role.AGENT, Role.SUPERVISOR), {"owner": ("me",), "stage": ("live",)}, MINE_AT_MOST),
    Part("unowned", (Role.AGENT, Role.SUPERVISOR), {"owner": ("none",), "stage": ("live",)}),
    Part("verifying", (Role.CALLER,), {"state": (State.VERIFYING,)}),
    Part("cared_for", (Role.ACCOUNT_MANAGER,), {"my_customers": ("yes",), "stage": ("live",)}),
    Part("ours", (Role.HANDLER,), {"with": ("us",), "stage": ("live",)}, MINE_AT_MOST),
)
WATCHING = (Role.SUPERVISOR, Role.MANAGER)
"""Who is shown what went wrong: promises missed today, escalated ones, low ratings."""


def lists(tickets: Select, asked: Asked) -> dict[str, list[Row]]:
    """The tickets of every part this person has, each most pressing first: one statement. None: an empty mapping."""
    codes = tuple(part.code for part in PARTS if asked.by.has(*part.roles))
    codes += ("missed", "escalated") if asked.by.has(*WATCHING) else ()
    found: dict[str, list[Row]] = {code: [] for code in codes}
    if codes:
        same = takes_all(tickets) and "ours" not in codes
        rows = _of_all(codes, db.engine.dialect.name) if same else _of(tickets, codes, asked)
        for row in db.session.execute(rows, Later.said(asked)):
            found[row.part].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row.due_at, row.id))
    return found


@cache
def _of_all(codes: tuple[str, ...], _dialect: str) -> TextualSelect:
    """The statement for somebody who sees every ticket, made once."""
    return spelled_out(_of(select(Ticket), codes, Later()))


def _of(tickets: Select, codes: tuple[str, ...], asked) -> CompoundSelect:
    parts = {part.code: _part(tickets, part, asked) for part in PARTS if part.code in codes}
    if "missed" in codes:
        parts |= {"missed": _missed_today(tickets, asked), "escalated": _escalated(tickets, asked)}
    return union_all(*(select(part.subquery(code)) for code, part in parts.items()))


def _part(tickets: Select, part: Part, asked) -> Select:
    rows = _with_customer(tickets).where(*conditions(part.filters, asked))
    return _first(rows.order_by(Ticket.due_at, Ticket.id), part.code, part.at_most)


def _missed_today(tickets: Select, asked) -> Select:
    """Promises that came due today and are still open."""
    rows = _with_deadline(tickets).where(Deadline.due_at >= asked.today_begins, Deadline.due_at < asked.at)
    return _first(rows.order_by(Deadline.due_at), "missed", SHOWN, of_deadline=True)


def _escalated(tickets: Select, asked) -> Select:
    """Promises missed for so long that the supervisors were told, and still open; the first of each ticket."""
    other = aliased(Deadline, name="other")
    sooner = tuple_(other.due_at, other.id) < tuple_(Deadline.due_at, Deadline.id)
    before = select(other.id).where(
        other.ticket_id == Deadline.ticket_id, other.escalated_at.is_not(None), sooner,
        other.met_at.is_(None), other.dropped_at.is_(None), other.paused_at.is_(None),
    )  # fmt: skip
    rows = _with_deadline(tickets).where(
        Deadline.due_at < asked.at, Deadline.escalated_at.is_not(None), ~before.correlate(Deadline).exists()
    )
    return _first(rows.order_by(Deadline.due_at), "escalated", SHOWN, of_deadline=True)


def _with_customer(tickets: Select) -> Select:
    return tickets.join(Customer, Customer.id == Ticket.customer_id)


def _with_deadline(tickets: Select) -> Select:
    return _with_customer(tickets).join(Deadline, Deadline.ticket_id == Ticket.id).where(Deadline.is_open)


def _first(rows: Select, code: str, at_most: int, of_deadline: bool = False) -> Select:
    """The first rows as columns of the queue, with the part they belong to; due what the promise says."""
    drawn = told(rows).limit(at_most).add_columns(literal(code).label("part"))
    if of_deadline:
        missed = (Deadline.due_at.label("missed_at"), Deadline.code.label("missed_code"))
    else:
        missed = (Ticket.due_at.label("missed_at"), Ticket.due_code.label("missed_code"))
    return drawn.add_columns(*missed)


WAITS = {
    "said": N_("The customer wrote"),
    "rejected": N_("The customer says: not solved"),
    "reopened": N_("Reopened by the customer"),
    "sent_back": N_("Sent back by the verification"),
    "handed_back": N_("The order was handed back"),
}
"""Why a ticket waits for its owner: the last thing that happened, and nobody of ours has answered it since."""
_THEIR_WORDS = {"addition": "said", "answer": "said", "rejection": "rejected", "reopening": "reopened"}
_HANDED_BACK = (Dispatch.handed_back.is_not(None), ~Dispatch.is_recalled)
_OUR_WORDS = ("reply", "question", "solution")


def waiting(ids: Sequence[int]) -> dict[int, str]:
    """Which of these tickets wait for their owner, and why, as a key of WAITS: one statement.

    What the customer, the verification or a department did last, compared with what we did last.
    """
    if not ids:
        return {}
    newest: dict[int, tuple[datetime, str]] = {}
    back = [outcome.code for outcome in settings.policy().known("outcomes") if outcome.back]
    asked = {"ids": ids, "back": back}
    for ticket, at, what in db.session.execute(_lasts(db.engine.dialect.name), asked):
        if ticket not in newest or newest[ticket][0] <= at:
            newest[ticket] = (at, what)
    whys = {ticket: _THEIR_WORDS.get(what, what) for ticket, (_, what) in newest.items()}
    return {ticket: why for ticket, why in whys.items() if why in WAITS}


@cache
def _lasts(_dialect: str) -> TextualSelect:
    """(ticket, moment, what) of the tickets given as «ids», by the outcomes that send «back»; made once."""
    sent_back = CallBack.outcome.in_(bindparam("back", expanding=True, type_=String))
    parts = (
        _last(Message.ticket_id, Message.at, Message.sort, Message.taken_back_at.is_(None)),
        _last(CallBack.ticket_id, CallBack.at, literal("sent_back"), sent_back, CallBack.means == "phone"),
        _last(Dispatch.ticket_id, Dispatch.done_at, literal("handed_back"), *_HANDED_BACK),
        _last(Dispatch.ticket_id, Dispatch.at, literal("ours")),
        _last(ContactRecord.ticket_id, ContactRecord.at, literal("ours")),
    )
    return spelled_out(union_all(*(part.where(part.selected_columns.ticket_id.in_(IDS)) for part in parts)))


def _last(ticket, at, what, *where) -> Select:
    """The last moment of each sort, by ticket."""
    rows = select(ticket.label("ticket_id"), func.max(at).label("at"), what.label("what")).where(*where)
    return rows.group_by(ticket, what)


@dataclass(frozen=True)
class Task:
    """A running order as its handler works on it: where it stands, and the promise that is next of its own."""

    ticket_id: int
    step: str
    """A key of STEPS."""
    due_at: datetime
    due_code: str | None
    order_id: int
    report_at: datetime | None = None
    """Until when the handler says how the order stands (R15)."""


STEPS = {
    "confirm": N_("Confirm the order"),
    "contact": N_("Contact the customer"),
    "reply": N_("Reply to the customer"),
    "progress": N_("In progress"),
}


def tasks(by: Person, rows: Sequence[Row]) -> list[Task]:
    """What this person's party has to do with these tickets, most pressing first: one statement.

    Promises of another party's order are not theirs; those of the ticket itself are.
    """
    if not rows:
        return []
    kinds = {row.id: row.kind for row in rows}
    theirs = (Deadline.dispatch_id == Dispatch.id) | Deadline.dispatch_id.is_(None)
    found = (
        select(
            Dispatch.id, Dispatch.ticket_id, Dispatch.confirmed_at, Dispatch.contacted_at, Dispatch.replied_at,
            Deadline.due_at, Deadline.code,
        )
        .outerjoin(Deadline, (Deadline.ticket_id == Dispatch.ticket_id) & Deadline.is_open & theirs)
        .where(Dispatch.ticket_id.in_(kinds), running_for(by))
        .order_by(Dispatch.id, Deadline.due_at)
    )  # fmt: skip
    first: dict[int, Task] = {}
    reports = {rule.code for rule in settings.policy().known("clocks") if rule.met == "stated"}
    for row in db.session.execute(found):
        step = _step(row, kinds[row.ticket_id])
        task = first.setdefault(row.ticket_id, Task(row.ticket_id, step, row.due_at or NEVER, row.code, row.id))
        if row.code in reports and row.id == task.order_id:
            first[row.ticket_id] = replace(task, report_at=row.due_at)
    return sorted(first.values(), key=lambda task: (task.due_at, task.ticket_id))


def _step(row: Row, kind: str) -> str:
    contacts = any(rule.met == "contacted" for rule in settings.policy().clocks_for(kind))
    if row.confirmed_at is None:
        return "confirm"
    if row.contacted_at is None and contacts:
        return "contact"
    return "reply" if row.replied_at is None else "progress"


def low_ratings(ratings: Select, asked: Asked, days: int = 14) -> list[Row]:
    """The low ratings of the last days (of those somebody may see), newest first."""
    rows = (
        ratings.join(Ticket, Ticket.id == Rating.ticket_id)
        .join(Customer, Customer.id == Rating.customer_id)
        .where(Rating.at >= asked.at - timedelta(days=days), Rating.withdrawn_at.is_(None))
        .where(Rating.stars <= settings.policy().limits.low_score)
        .with_only_columns(
            Rating.stars, Rating.comment, Rating.at, Ticket.id, Ticket.number, Ticket.subject,
            Customer.short_name.label("customer"),
        )
    )  # fmt: skip
    return list(db.session.execute(rows.order_by(Rating.at.desc()).limit(8)))
