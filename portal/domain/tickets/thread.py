"""What staff read on a ticket's page: everything that was said and happened in one stream, and what lies around it.

Every function takes the rows that somebody may see (selects of visible rows); a statement each, however long
the ticket's life was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, Boolean, Select, String, Text, and_, cast, func, literal, null, select, union_all
from sqlalchemy.orm import aliased

from portal import clock
from portal.db import UTCDateTime, db
from portal.domain.drafts import Draft
from portal.domain.files import Attachment
from portal.domain.journal import Entry
from portal.domain.people.models import Person
from portal.domain.tickets.lifecycle import HANDLING_VERBS, OUR_WORDS
from portal.domain.tickets.models import (
    CallBack,
    ContactRecord,
    Dispatch,
    Message,
    Note,
    Presence,
    Ticket,
    TicketLink,
    Watcher,
)
from portal.domain.tickets.presence import HERE_FOR

SHOWN = 400
"""So many of the newest things of a stream are read; longer lives than any ticket has had."""

# Entries of the journal that a message, note, contact or call-back of the stream tells better.
DOUBLED = frozenset(
    f"ticket.{verb}"
    for verb in ("opened", "added", "replied", "ask", "answer", "noted", "contacted", "called_back", "apply", "finish", "reject", "reopen")
)  # fmt: skip


# And those that a call-back tells better, for whoever sees call-backs.
DOUBLED_BY_CALLS = frozenset({"ticket.send_back", "ticket.close", "ticket.confirm"})


@dataclass(frozen=True)
class Seen:
    """What somebody may see of a ticket: the visible rows of each sort."""

    messages: Select
    notes: Select
    contacts: Select
    call_backs: Select
    entries: Select
    tickets: Select


@dataclass(frozen=True)
class Item:
    """One thing of the stream.

    `kind` is the message's sort, the contact's means, the call-back's outcome or the entry's verb; `text` what
    stands beside it: the stage, who was spoken with, the reason, what it was before.
    """

    part: str
    """message · note · contact · call_back · event"""
    id: int
    ticket_id: int
    at: datetime
    by_id: int | None
    by: str | None
    is_customer: bool
    kind: str
    body: str
    text: str
    why: str
    data: dict | list
    flag: bool
    shown_at: datetime | None


def stream(ids: Sequence[int], seen: Seen) -> list[Item]:
    """All that was said and happened in these tickets (one, and those merged into it), the newest first."""
    parts = union_all(
        _messages(seen.messages).where(Message.ticket_id.in_(ids), Message.taken_back_at.is_(None)),
        _notes(seen.notes).where(Note.ticket_id.in_(ids)),
        _contacts(seen.contacts).where(ContactRecord.ticket_id.in_(ids)),
        _call_backs(seen.call_backs).where(CallBack.ticket_id.in_(ids)),
        _events(seen.entries).where(Entry.record == "ticket", Entry.record_id == ids[0]),
    ).subquery()
    newest = select(parts).order_by(parts.c.at.desc(), parts.c.id.desc()).limit(SHOWN)
    found = [_item(row) for row in db.session.execute(newest)]
    order = {"event": 0, "note": 1, "contact": 1, "call_back": 1, "message": 2}
    return sorted(found, key=lambda item: (item.at, order[item.part], item.id), reverse=True)


_NO_MOMENT = cast(null(), UTCDateTime)
_NO_DATA = cast(null(), JSON)


def _nothing():
    return literal("", Text)


def _columns(part: str, row, by: type[Person], **given):
    """The common shape of every part of the union, in its order."""
    values = {
        "ticket_id": getattr(row, "ticket_id", None), "kind": _nothing(), "body": _nothing(), "text": _nothing(),
        "why": _nothing(), "data": _NO_DATA, "flag": literal(False, Boolean), "shown_at": _NO_MOMENT,
    } | given  # fmt: skip
    return (
        literal(part, String).label("part"), row.id.label("id"), values["ticket_id"].label("ticket_id"),
        row.at.label("at"), row.by_id.label("by_id"), by.name.label("by"),
        by.customer_id.is_not(None).label("is_customer"),
        *(cast(values[name], Text).label(name) for name in ("kind", "body", "text", "why")),
        values["data"].label("data"), values["flag"].label("flag"), values["shown_at"].label("shown_at"),
    )  # fmt: skip


def _part(rows: Select, part: str, model, **given) -> Select:
    by = aliased(Person)
    rows = rows.with_only_columns(*_columns(part, model, by, **given))
    return rows.select_from(model).outerjoin(by, by.id == model.by_id)


def _messages(rows: Select) -> Select:
    return _part(
        rows, "message", Message, kind=Message.sort, body=Message.body, text=func.coalesce(Message.stage, ""),
        data=Message.shape, shown_at=Message.shown_at,
    )  # fmt: skip


def _notes(rows: Select) -> Select:
    return _part(rows, "note", Note, body=Note.body, data=Note.mentions)


def _contacts(rows: Select) -> Select:
    said = {"kind": ContactRecord.means, "body": ContactRecord.body, "text": ContactRecord.spoke_with}
    return _part(rows, "contact", ContactRecord, flag=ContactRecord.reached, **said)


def _call_backs(rows: Select) -> Select:
    said = {"kind": CallBack.outcome, "body": CallBack.body, "text": CallBack.means}
    return _part(rows, "call_back", CallBack, why=CallBack.false_reply_reason, flag=CallBack.false_reply, **said)


def _events(rows: Select) -> Select:
    return _part(
        rows, "event", Entry, ticket_id=Entry.record_id, kind=Entry.verb, body=func.coalesce(Entry.became, ""),
        text=func.coalesce(Entry.was, ""), why=func.coalesce(Entry.why, ""), data=Entry.facts,
    )  # fmt: skip


def _item(row) -> Item:
    return Item(
        part=row.part, id=row.id, ticket_id=row.ticket_id, at=row.at, by_id=row.by_id, by=row.by,
        is_customer=bool(row.is_customer), kind=row.kind, body=row.body, text=row.text, why=row.why,
        data={} if row.data is None else row.data, flag=bool(row.flag), shown_at=row.shown_at,
    )  # fmt: skip


def hands(ticket: Ticket, items: Iterable[Item], orders: Iterable[Dispatch]) -> set[int]:
    """Everybody who had a hand in it, from what the page has read: the same as lifecycle.handled_by."""
    found = {ticket.owner_id} | {order.by_id for order in orders} | {order.handler_id for order in orders}
    for item in items:
        ours = item.part == "message" and item.kind in OUR_WORDS
        if ours or item.part == "contact" or (item.part == "event" and item.kind in HANDLING_VERBS):
            found.add(item.by_id)
    return {person for person in found if person is not None}


def files_of(items: Sequence[Item], drafts: Iterable[int]) -> dict[tuple[str, int], list[Attachment]]:
    """The files of these messages and notes, and of these drafts, by part and id."""
    said = [item.id for item in items if item.part == "message"]
    noted = [item.id for item in items if item.part == "note"]
    rows = select(Attachment).where(
        Attachment.message_id.in_(said) | Attachment.note_id.in_(noted) | Attachment.draft_id.in_(list(drafts))
    )
    lying: dict[tuple[str, int], list[Attachment]] = {}
    for row in db.session.scalars(rows.order_by(Attachment.id)):
        place = (
            ("message", row.message_id) if row.message_id
            else ("note", row.note_id) if row.note_id
            else ("draft", row.draft_id)
        )  # fmt: skip
        lying.setdefault(place, []).append(row)  # type: ignore[arg-type]
    return lying


@dataclass(frozen=True)
class Thing:
    """Something around a ticket: a watcher, somebody present, another ticket, a number, a draft of one's own."""

    part: str
    id: int
    name: str
    text: str
    state: str
    at: datetime | None
    flag: bool
    data: dict


def around(ticket: Ticket, person: Person, seen: Seen, narrow: bool = False) -> dict[str, list[Thing]]:
    """What lies around a ticket, by part: one statement. `narrow`: nothing but one's own drafts.

    watcher · here · linked · merged · manager · open (how many other live tickets the customer has) ·
    same (how many tickets stand under the same problem) · draft
    """
    parts = [_drafts(ticket, person)]
    if not narrow:
        parts += [
            _watchers(ticket), _here(ticket, person), _linked(ticket, seen.tickets), _merged(ticket),
            _manager(ticket), _open(ticket, seen.tickets),
        ]  # fmt: skip
        if ticket.problem_id:
            parts.append(_same(ticket))
    found: dict[str, list[Thing]] = {}
    for row in db.session.execute(union_all(*parts)):
        values = row._asdict()
        values["data"] = values["data"] or {}
        values["flag"] = bool(values["flag"])
        found.setdefault(row.part, []).append(Thing(**values))
    return found


def _thing(part: str, id_, name, text=None, state=None, at=None, flag=None, data=None):
    return (
        literal(part, String).label("part"), id_.label("id"), cast(name, Text).label("name"),
        (_nothing() if text is None else cast(text, Text)).label("text"),
        (_nothing() if state is None else cast(state, Text)).label("state"),
        (_NO_MOMENT if at is None else at).label("at"),
        (literal(False, Boolean) if flag is None else flag).label("flag"),
        (_NO_DATA if data is None else data).label("data"),
    )  # fmt: skip


def place_of(ticket: Ticket, what: str) -> str:
    """Where somebody's draft for this ticket lies: `ticket/42/reply`."""
    return f"ticket/{ticket.id}/{what}"


def _drafts(ticket: Ticket, person: Person) -> Select:
    places = [place_of(ticket, what) for what in ("reply", "note")]
    mine = and_(Draft.person_id == person.id, Draft.place.in_(places))
    return select(*_thing("draft", Draft.id, Draft.place, at=Draft.saved_at, data=Draft.fields)).where(mine)


def _watchers(ticket: Ticket) -> Select:
    rows = select(*_thing("watcher", Person.id, Person.name)).join(Watcher, Watcher.person_id == Person.id)
    return rows.where(Watcher.ticket_id == ticket.id)


def _here(ticket: Ticket, person: Person) -> Select:
    columns = _thing("here", Person.id, Person.name, at=Presence.seen_at, flag=Presence.writing)
    rows = select(*columns).join(Presence, Presence.person_id == Person.id)
    since = clock.now() - timedelta(seconds=HERE_FOR)
    return rows.where(Presence.ticket_id == ticket.id, Presence.seen_at >= since, Person.id != person.id)


def _ticket(part: str):
    return _thing(part, Ticket.id, Ticket.number, Ticket.subject, Ticket.state, Ticket.opened_at)


def _linked(ticket: Ticket, tickets: Select) -> Select:
    one = select(TicketLink.other_id).where(TicketLink.one_id == ticket.id)
    other = select(TicketLink.one_id).where(TicketLink.other_id == ticket.id)
    return tickets.with_only_columns(*_ticket("linked")).where(Ticket.id.in_(one.union(other)))


def _merged(ticket: Ticket) -> Select:
    family = select(Ticket.id).where(Ticket.merged_into_id == ticket.id).cte("family", recursive=True)
    family = family.union(select(Ticket.id).where(Ticket.merged_into_id == family.c.id))
    return select(*_ticket("merged")).where(Ticket.id.in_(select(family.c.id)))


def _manager(ticket: Ticket) -> Select:
    rows = select(*_thing("manager", Person.id, Person.name, Person.phone))
    return rows.where(Person.id == ticket.customer.account_manager_id)


def _counted(part: str, rows: Select) -> Select:
    some = rows.limit(100).subquery()
    return select(*_thing(part, func.count(), literal("", Text))).select_from(some)


def _open(ticket: Ticket, tickets: Select) -> Select:
    others = (Ticket.customer_id == ticket.customer_id, Ticket.is_live, Ticket.id != ticket.id)
    return _counted("open", tickets.with_only_columns(Ticket.id).where(*others))


def _same(ticket: Ticket) -> Select:
    return _counted("same", select(Ticket.id).where(Ticket.problem_id == ticket.problem_id))
