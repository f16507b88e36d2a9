"""What staff read on a ticket's page: everything that was said and happened in one stream, and what lies around it.

Every function takes the rows that somebody may see (selects of visible rows); a statement each, however long
the ticket's life was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    JSON,
    Boolean,
    CompoundSelect,
    Integer,
    Select,
    String,
    Text,
    TextualSelect,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from portal import clock
from portal.db import IDS, UTCDateTime, db, spelled_out
from portal.domain.drafts import Draft
from portal.domain.files import Attachment
from portal.domain.journal import Entry
from portal.domain.people.models import Person
from portal.domain.tickets.models import (
    CallBack,
    ContactRecord,
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
    for verb in ("opened", "added", "replied", "ask", "answer", "noted", "stated", "contacted", "called_back", "apply", "finish", "confirm", "reject", "withdraw", "reopen")
)  # fmt: skip


# And those that a call-back tells better, for whoever sees call-backs.
DOUBLED_BY_CALLS = frozenset({"ticket.send_back", "ticket.close"})

# Entries that nobody's deed made: the clocks of the promises wrote them (R14).
BY_THE_CLOCKS = frozenset({"ticket.warned", "ticket.breached", "ticket.escalated"})


@dataclass(frozen=True)
class Seen:
    """What somebody may see of a ticket: the visible rows of each sort."""

    messages: Select
    notes: Select
    contacts: Select
    call_backs: Select
    entries: Select
    tickets: Select
    everything: bool = False
    """They leave nothing out of any ticket: the statement made once for everybody who sees all may stand for them."""
    untold: frozenset[str] = frozenset()
    """Verbs of the journal that are not told to them all the same: whoever was rated reads no single rating (R29)."""


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
    """From when a message is shown; for a call-back, when to call again."""


def stream(ids: Sequence[int], seen: Seen) -> list[Item]:
    """All that was said and happened in these tickets (one, and those merged into it), the newest first."""
    newest = _everything(db.engine.dialect.name) if seen.everything else _newest(seen)
    found = [_item(row) for row in db.session.execute(newest, {"ids": list(ids), "of": ids[0]})]
    found = [item for item in found if item.part != "event" or item.kind not in seen.untold]
    order = {"event": 0, "note": 1, "contact": 1, "call_back": 1, "message": 2}
    return sorted(found, key=lambda item: (item.at, order[item.part], item.id), reverse=True)


def _newest(seen: Seen) -> Select:
    parts = union_all(
        _part(seen.messages, Message).where(Message.ticket_id.in_(IDS), Message.taken_back_at.is_(None)),
        _part(seen.notes, Note).where(Note.ticket_id.in_(IDS)),
        _part(seen.contacts, ContactRecord).where(ContactRecord.ticket_id.in_(IDS)),
        _part(seen.call_backs, CallBack).where(CallBack.ticket_id.in_(IDS)),
        _part(seen.entries, Entry).where(_OF_TICKETS, Entry.record_id == _OF),
    ).subquery()
    return select(parts).order_by(parts.c.at.desc(), parts.c.id.desc()).limit(SHOWN)


@cache
def _everything(_dialect: str) -> TextualSelect:
    """The statement for whoever sees everything of every ticket, made once."""
    messages, notes, contacts, calls = map(select, (Message, Note, ContactRecord, CallBack))
    return spelled_out(_newest(Seen(messages, notes, contacts, calls, select(Entry), select(Ticket))))


_OF = bindparam("of", type_=Integer)
_OF_TICKETS = Entry.record == "ticket"
_NO_MOMENT = cast(null(), UTCDateTime)
_NO_DATA = cast(null(), JSON)


def _nothing():
    return literal("", Text)


def _columns(part: str, row, **given) -> tuple[type[Person], tuple]:
    """The common shape of every part of the union, in its order; built once, drawn for every page."""
    by = aliased(Person, name=f"{part}_by")
    name, is_customer = by.name, by.customer_id.is_not(None)
    if hasattr(row, "by_name"):  # somebody of the customer's without an account has no row
        name, is_customer = func.coalesce(by.name, row.by_name), or_(is_customer, row.by_id.is_(None))
    values = {
        "ticket_id": getattr(row, "ticket_id", None), "kind": _nothing(), "body": _nothing(), "text": _nothing(),
        "why": _nothing(), "data": _NO_DATA, "flag": literal(False, Boolean), "shown_at": _NO_MOMENT,
    } | given  # fmt: skip
    return by, (
        literal(part, String).label("part"), row.id.label("id"), values["ticket_id"].label("ticket_id"),
        row.at.label("at"), row.by_id.label("by_id"), name.label("by"),
        is_customer.label("is_customer"),
        *(cast(values[name], Text).label(name) for name in ("kind", "body", "text", "why")),
        values["data"].label("data"), values["flag"].label("flag"), values["shown_at"].label("shown_at"),
    )  # fmt: skip


PARTS = {
    Message: _columns(
        "message", Message, kind=Message.sort, body=Message.body, text=func.coalesce(Message.stage, ""),
        data=Message.shape, shown_at=Message.shown_at,
    ),
    Note: _columns("note", Note, body=Note.body, data=Note.mentions, flag=Note.dispatch_id.is_not(None)),
    ContactRecord: _columns(
        "contact", ContactRecord, kind=ContactRecord.means, body=ContactRecord.body, text=ContactRecord.spoke_with,
        flag=ContactRecord.reached,
    ),
    CallBack: _columns(
        "call_back", CallBack, kind=CallBack.outcome, body=CallBack.body, text=CallBack.means,
        why=CallBack.false_reply_reason, flag=CallBack.false_reply, shown_at=CallBack.call_at,
    ),
    Entry: _columns(
        "event", Entry, ticket_id=Entry.record_id, kind=Entry.verb, body=func.coalesce(Entry.became, ""),
        text=func.coalesce(Entry.was, ""), why=func.coalesce(Entry.why, ""), data=Entry.facts,
    ),
}  # fmt: skip


def _part(rows: Select, model) -> Select:
    """Visible rows of one table, in the common shape, with who wrote them."""
    by, columns = PARTS[model]
    return rows.with_only_columns(*columns, maintain_column_froms=True).outerjoin(by, by.id == model.by_id)


def _item(row) -> Item:
    return Item(
        part=row.part, id=row.id, ticket_id=row.ticket_id, at=row.at, by_id=row.by_id, by=row.by,
        is_customer=bool(row.is_customer), kind=row.kind, body=row.body, text=row.text, why=row.why,
        data={} if row.data is None else row.data, flag=bool(row.flag), shown_at=row.shown_at,
    )  # fmt: skip


def files_of(items: Sequence[Item], drafts: Iterable[int]) -> dict[tuple[str, int], list[Attachment]]:
    """The files of these messages and notes, and of these drafts, by part and id."""
    said = [item.id for item in items if item.part == "message"]
    noted = [item.id for item in items if item.part == "note"]
    asked = {"said": said, "noted": noted, "drafts": list(drafts)}
    lying: dict[tuple[str, int], list[Attachment]] = {}
    for row in db.session.scalars(_FILES, asked):
        place = (
            ("message", row.message_id) if row.message_id
            else ("note", row.note_id) if row.note_id
            else ("draft", row.draft_id)
        )  # fmt: skip
        lying.setdefault(place, []).append(row)  # type: ignore[arg-type]
    return lying


_FILES = (
    select(Attachment)
    .where(
        Attachment.message_id.in_(bindparam("said", expanding=True))
        | Attachment.note_id.in_(bindparam("noted", expanding=True))
        | Attachment.draft_id.in_(bindparam("drafts", expanding=True))
    )
    .order_by(Attachment.id)
)


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


def _thing(part: str, id_, name, text=None, state=None, at=None, flag=None, data=None):
    """The common shape of what lies around a ticket."""
    return (
        literal(part, String).label("part"), id_.label("id"), cast(name, Text).label("name"),
        (_nothing() if text is None else cast(text, Text)).label("text"),
        (_nothing() if state is None else cast(state, Text)).label("state"),
        (_NO_MOMENT if at is None else at).label("at"),
        (literal(False, Boolean) if flag is None else flag).label("flag"),
        (_NO_DATA if data is None else data).label("data"),
    )  # fmt: skip


def _tickets(part: str):
    return _thing(part, Ticket.id, Ticket.number, Ticket.subject, Ticket.state, Ticket.opened_at)


def _family():
    """The tickets merged into this one, and those merged into them."""
    family = select(Ticket.id).where(Ticket.merged_into_id == _OF).cte("family", recursive=True)
    return select(family.union(select(Ticket.id).where(Ticket.merged_into_id == family.c.id)).c.id)


_ME, _PLACES = bindparam("me", type_=Integer), bindparam("places", expanding=True)
_SINCE, _BUYER = bindparam("since", type_=UTCDateTime), bindparam("buyer", type_=Integer)
_MANAGER, _PROBLEM = bindparam("manager", type_=Integer), bindparam("problem", type_=Integer)
_LINKS = select(TicketLink.other_id).where(TicketLink.one_id == _OF).union(
    select(TicketLink.one_id).where(TicketLink.other_id == _OF)
)  # fmt: skip
_OTHERS = (Ticket.customer_id == _BUYER, Ticket.is_live, Ticket.id != _OF)
_SAME = select(Ticket.id).where(Ticket.problem_id == _PROBLEM).limit(100).subquery()

DRAFTS = select(*_thing("draft", Draft.id, Draft.place, at=Draft.saved_at, data=Draft.fields)).where(
    Draft.person_id == _ME, Draft.place.in_(_PLACES)
)
LINKED, OPEN, COUNTED = _tickets("linked"), (Ticket.id,), _thing("open", func.count(), literal("", Text))
AROUND = (
    select(*_thing("watcher", Person.id, Person.name)).join(Watcher, Watcher.person_id == Person.id)
    .where(Watcher.ticket_id == _OF),
    select(*_thing("here", Person.id, Person.name, at=Presence.seen_at, flag=Presence.writing))
    .join(Presence, Presence.person_id == Person.id)
    .where(Presence.ticket_id == _OF, Presence.seen_at >= _SINCE, Person.id != _ME),
    select(*_tickets("merged")).where(Ticket.id.in_(_family())),
    select(*_thing("manager", Person.id, Person.name, Person.phone)).where(Person.id == _MANAGER),
    select(*_thing("same", func.count(), literal("", Text))).select_from(_SAME),
)  # fmt: skip
"""Built once, drawn for every page: only whose tickets one may see differs."""


def around(ticket: Ticket, person: Person, seen: Seen, narrow: bool = False) -> dict[str, list[Thing]]:
    """What lies around a ticket, by part: one statement. `narrow`: nothing but one's own drafts.

    watcher · here · linked · merged · manager · open (how many other live tickets the customer has) ·
    same (how many tickets stand under the same problem) · draft
    """
    parts = DRAFTS
    if not narrow:
        parts = _around_any(db.engine.dialect.name) if seen.everything else _around(seen.tickets)
    facts = {
        "of": ticket.id, "me": person.id, "places": [place_of(ticket, what) for what in ("reply", "note")],
        "since": clock.now() - timedelta(seconds=HERE_FOR), "buyer": ticket.customer_id,
        "manager": ticket.customer.account_manager_id, "problem": ticket.problem_id,
    }  # fmt: skip
    found: dict[str, list[Thing]] = {}
    for row in db.session.execute(parts, facts):
        thing = Thing(row.part, row.id, row.name, row.text, row.state, row.at, bool(row.flag), row.data or {})
        found.setdefault(thing.part, []).append(thing)
    return found


def _around(tickets: Select) -> CompoundSelect:
    linked = tickets.with_only_columns(*LINKED, maintain_column_froms=True).where(Ticket.id.in_(_LINKS))
    others = tickets.with_only_columns(*OPEN, maintain_column_froms=True).where(*_OTHERS).limit(100)
    return union_all(DRAFTS, *AROUND, linked, select(*COUNTED).select_from(others.subquery()))


@cache
def _around_any(_dialect: str) -> TextualSelect:
    """The statement for whoever sees every ticket, made once."""
    return spelled_out(_around(select(Ticket)))


def place_of(ticket: Ticket, what: str) -> str:
    """Where somebody's draft for this ticket lies: `ticket/42/reply`."""
    return f"ticket/{ticket.id}/{what}"
