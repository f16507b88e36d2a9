"""The rounds of a ticket (轮次, R21): the first result, why it was reopened, the second result, and so on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.journal import Entry
from portal.domain.tickets.models import Ticket


@dataclass(frozen=True)
class Happened:
    """One thing out of a ticket's life that rounds are made of: a message's sort, or «call_back» with its outcome."""

    sort: str
    at: datetime
    body: str
    outcome: str = ""


@dataclass
class Round:
    """One round: why it began (nothing for the first), each result that was proposed, what the customer said to the last."""

    number: int
    begun_at: datetime
    why: str = ""
    result: str = ""
    result_at: datetime | None = None
    outcome: str = ""
    proposed: int = 0
    """How many results were proposed: more than one when the first was sent back."""
    rejected: list[str] = field(default_factory=list)


def rounds(happened: Iterable[Happened]) -> list[Round]:
    """The rounds of a ticket from all that was said in it, in whatever order it comes; none for one without words."""
    found: list[Round] = []
    for one in sorted(happened, key=lambda one: one.at):
        if one.sort in ("opening", "reopening") or not found:
            found.append(Round(len(found) + 1, one.at, one.body if one.sort == "reopening" else ""))
        now = found[-1]
        if one.sort == "solution":
            now.result, now.result_at, now.proposed, now.outcome = one.body, one.at, now.proposed + 1, ""
        elif one.sort == "rejection":
            now.rejected.append(one.body)
        elif one.sort == "call_back":
            now.outcome = one.outcome
    return found


@dataclass(frozen=True)
class Reopening:
    """One reopening: when, by whom, why, and the ticket with its customer."""

    id: int
    at: datetime
    by: str
    why: str
    ticket: Ticket


def reopened(entries: Select, tickets: Select, before: int | None, limit: int) -> list[Reopening]:
    """Tickets that were reopened (of these, visible ones), the latest first, each with its reason; from the journal."""
    rows = entries.where(Entry.verb == "ticket.reopen").options(joinedload(Entry.by)).order_by(Entry.id.desc())
    if before is not None:
        rows = rows.where(Entry.id < before)
    found = list(db.session.scalars(rows.limit(limit)))
    ids = {entry.record_id for entry in found}
    along = (joinedload(Ticket.customer), joinedload(Ticket.owner))
    seen = {one.id: one for one in db.session.scalars(tickets.where(Ticket.id.in_(ids)).options(*along))}
    return [
        Reopening(entry.id, entry.at, entry.by.name if entry.by else "", entry.why or "", seen[entry.record_id])
        for entry in found
        if entry.record_id in seen
    ]
