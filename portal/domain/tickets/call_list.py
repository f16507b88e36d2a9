"""The call-back desk's list (回访): what waits to be verified, how often it was tried, who may not verify it (R16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import aliased

from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.tickets.callback import UNREACHABLE
from portal.domain.tickets.lifecycle import had_a_hand
from portal.domain.tickets.models import CallBack, ContactRecord, Ticket
from portal.domain.tickets.queue import Leaf, Wanted, leaf
from portal.domain.tickets.queue_filters import Asked
from portal.domain.tickets.states import State

SIZE = 50


@dataclass(frozen=True)
class Call:
    """What an officer wants to know before dialling."""

    reach: str
    """Who is asked for: the contact of the ticket, else who opened it."""
    phone: str
    applied_at: datetime | None
    tried_on: tuple[date, ...]
    """Days on which nobody was reached, since the solution was applied for."""
    tries_left: int
    tried_today: bool
    contacted_at: datetime | None
    """The last time somebody of ours spoke with them."""
    by_others: bool
    """The asking officer had a hand in it: somebody else has to verify it."""


def page(tickets: Select, wanted: Wanted, asked: Asked) -> tuple[Leaf, dict[int, Call]]:
    """A page of what waits to be verified, most pressing first, and what is known about each: four statements."""
    found = leaf(tickets, Wanted({"state": (State.VERIFYING,)}, "due", "", wanted.after, wanted.before), asked, SIZE)
    ids = [row.id for row in found.rows]
    return found, _calls(ids, asked) if ids else {}


def _calls(ids: Sequence[int], asked: Asked) -> dict[int, Call]:
    (tries, spoken), mine = _known(ids), had_a_hand(ids, asked.by)
    asker = aliased(Person)
    rows = (
        select(Ticket.id, Ticket.contact_name, Ticket.contact_phone, Ticket.applied_at, asker.name, asker.phone)
        .outerjoin(asker, asker.id == Ticket.asked_by_id)
        .where(Ticket.id.in_(ids))
    )
    limit, calls = settings.policy().limits.call_attempts, {}
    for key, contact, phone, applied_at, name, own_phone in db.session.execute(rows):
        days = sorted(
            {at.astimezone(asked.zone).date() for at in tries.get(key, ()) if not applied_at or at >= applied_at}
        )
        calls[key] = Call(
            contact or name or "", phone or own_phone or "", applied_at, tuple(days), max(0, limit - len(days)),
            asked.today in days, spoken.get(key), key in mine,
        )  # fmt: skip
    return calls


def _known(ids: Sequence[int]) -> tuple[dict[int, list[datetime]], dict[int, datetime]]:
    """Vain tries and last contacts: one statement."""
    vain = (CallBack.ticket_id.in_(ids), CallBack.outcome == UNREACHABLE, CallBack.means == "phone")
    spoke = select(ContactRecord.ticket_id, func.max(ContactRecord.at), literal("spoke"))
    reached = (ContactRecord.ticket_id.in_(ids), ContactRecord.reached)
    parts = (
        select(CallBack.ticket_id, CallBack.at, literal("vain")).where(*vain),
        spoke.where(*reached).group_by(ContactRecord.ticket_id),
    )
    tries: dict[int, list[datetime]] = {}
    spoken: dict[int, datetime] = {}
    for ticket, at, what in db.session.execute(union_all(*parts)):
        if what == "vain":
            tries.setdefault(ticket, []).append(at)
        else:
            spoken[ticket] = at
    return tries, spoken
