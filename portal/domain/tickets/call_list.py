"""The call-back desk's list (回访): what waits to be verified, how often it was tried, who may not verify it (R16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Row, Select, TextualSelect, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from portal.db import IDS, db, spelled_out
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.tickets import call_times
from portal.domain.tickets.callback import UNREACHABLE
from portal.domain.tickets.lifecycle import had_a_hand
from portal.domain.tickets.models import CallBack, ContactRecord, Ticket
from portal.domain.tickets.queue import Key, Leaf, Wanted, leaf, narrowed, told
from portal.domain.tickets.queue_filters import Asked
from portal.domain.tickets.states import State

SIZE = 50
LOOKED_THROUGH = 5
"""So many pages are looked through for the next case an officer may take up."""
WAITING = {"state": (State.VERIFYING,)}


@dataclass(frozen=True)
class Call:
    """What an officer wants to know before dialling."""

    reach: str
    """Who is asked for: the contact of the ticket, else who opened it."""
    phone: str
    applied_at: datetime | None
    tried_on: tuple[date, ...]
    """Days on which nobody was reached at a sensible hour, since the solution was applied for."""
    tries_left: int
    tried_today: bool
    contacted_at: datetime | None
    """The last time somebody of ours spoke with them."""
    by_others: bool
    """The asking officer had a hand in it: somebody else has to verify it."""
    call_at: datetime | None
    """When to call again, as agreed or intended."""

    def is_free(self, soon: datetime) -> bool:
        """May the asking officer call now? Not what others must call, was tried today, or is agreed for later."""
        return not self.by_others and (self.call_at <= soon if self.call_at else not self.tried_today)


@dataclass(frozen=True)
class Listed:
    """A page of the desk: the calls agreed for today (or before) by their hour, then the others by their due moment."""

    agreed: Sequence[Row]
    leaf: Leaf
    calls: dict[int, Call]


def page(tickets: Select, wanted: Wanted, asked: Asked) -> Listed:
    """A page of what waits to be verified, and what is known about each: five statements at most."""
    is_first = not (wanted.after or wanted.before)
    agreed = _agreed(tickets, asked) if is_first else []
    later = tickets.where(or_(Ticket.call_at.is_(None), Ticket.call_at >= asked.tomorrow_begins))
    found = leaf(later, Wanted(WAITING, "due", "", wanted.after, wanted.before), asked, SIZE)
    ids = [row.id for row in (*agreed, *found.rows)]
    return Listed(agreed, found, _calls(ids, asked) if ids else {})


def _agreed(tickets: Select, asked: Asked) -> Sequence[Row]:
    """What is agreed for today, and what was not called though it was agreed; the earliest first."""
    rows = narrowed(tickets, WAITING, asked).where(Ticket.call_at < asked.tomorrow_begins)
    return db.session.execute(told(rows).order_by(Ticket.call_at, Ticket.id).limit(SIZE)).all()


def next_case(tickets: Select, asked: Asked, but: int, after: Key | None = None) -> int | None:
    """The case to take up next: what is agreed for now, else the most pressing one after a place in the list."""
    soon = asked.at + timedelta(minutes=settings.policy().calls.remind_minutes)

    def free(rows: Sequence[Row], calls: dict[int, Call]) -> int | None:
        return next((row.id for row in rows if row.id != but and calls[row.id].is_free(soon)), None)

    first = page(tickets, Wanted(WAITING), asked)
    found = free(first.agreed, first.calls)
    listed = page(tickets, Wanted(WAITING, after=after), asked) if after else first
    for _ in range(LOOKED_THROUGH):
        found = found or free(listed.leaf.rows, listed.calls)
        if found or listed.leaf.after is None:
            break
        listed = page(tickets, Wanted(WAITING, after=listed.leaf.after), asked)
    return found


def _calls(ids: Sequence[int], asked: Asked) -> dict[int, Call]:
    (tries, spoken), mine = _known(ids), had_a_hand(ids, asked.by)
    limit, calls = settings.policy().limits.call_attempts, {}
    for key, contact, phone, applied_at, name, own_phone, call_at in db.session.execute(
        _asking(db.engine.dialect.name), {"ids": ids}
    ):
        days = sorted(
            {
                at.astimezone(asked.zone).date()
                for at in tries.get(key, ())
                if (not applied_at or at >= applied_at) and call_times.is_sensible(at)
            }
        )
        calls[key] = Call(
            contact or name or "", phone or own_phone or "", applied_at, tuple(days), max(0, limit - len(days)),
            asked.today in days, spoken.get(key), key in mine, call_at,
        )  # fmt: skip
    return calls


@cache
def _asking(_dialect: str) -> TextualSelect:
    """Of the tickets given as «ids» who is asked for, since when, and when next; made once."""
    asker = aliased(Person)
    rows = select(
        Ticket.id, Ticket.contact_name, Ticket.contact_phone, Ticket.applied_at, asker.name, asker.phone, Ticket.call_at
    )
    return spelled_out(rows.outerjoin(asker, asker.id == Ticket.asked_by_id).where(Ticket.id.in_(IDS)))


def _known(ids: Sequence[int]) -> tuple[dict[int, list[datetime]], dict[int, datetime]]:
    """Vain tries and last contacts: one statement."""
    tries: dict[int, list[datetime]] = {}
    spoken: dict[int, datetime] = {}
    for ticket, at, what in db.session.execute(_tried_and_spoken(db.engine.dialect.name), {"ids": ids}):
        if what == "vain":
            tries.setdefault(ticket, []).append(at)
        else:
            spoken[ticket] = max(at, spoken.get(ticket, at))
    return tries, spoken


@cache
def _tried_and_spoken(_dialect: str) -> TextualSelect:
    """(ticket, moment, «vain» or «spoke») of the tickets given as «ids»; made once."""
    called = select(CallBack.ticket_id, CallBack.at).where(CallBack.ticket_id.in_(IDS), CallBack.means == "phone")
    reached = select(ContactRecord.ticket_id, func.max(ContactRecord.at).label("at"), literal("spoke").label("what"))
    return spelled_out(
        union_all(
            called.add_columns(literal("vain").label("what")).where(CallBack.outcome == UNREACHABLE),
            called.add_columns(literal("spoke").label("what")).where(CallBack.outcome != UNREACHABLE),
            reached.where(ContactRecord.ticket_id.in_(IDS), ContactRecord.reached).group_by(ContactRecord.ticket_id),
        )
    )
