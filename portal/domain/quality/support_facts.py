"""What a month of support is reckoned from (R32): the policy it goes by, the complaints that count and their classes."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, or_

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.policy import Policy
from portal.domain.quality.days import following
from portal.domain.quality.fact_models import COUNTED, TicketFacts
from portal.domain.quality.facts import end_of
from portal.domain.quality.measures import COMPLAINT, TALLIES
from portal.domain.tickets.models import Ticket

SHARES = {
    "first_time": ("closed_in_limit", "called_back"),
    "monthly": ("closed_in_month", "reachable"),
    "web": ("web_closed", "web"),
}
"""Which tallies a share is made of: kept, and all it is asked of."""


def policy_of(month: date) -> Policy:
    """The policy a month is reckoned by, however late: the one that held on its last day; while it runs the one of now."""
    ends = end_of(month)
    return settings.policy() if clock.now() < ends else settings.policy_at(ends - timedelta.resolution)


def counting(policy: Policy) -> set[str]:
    """The classes that count against the limit, those too that were made since."""
    known = (*policy.classes, *settings.policy().classes)
    return {one.code for one in known if one.parent in policy.support.groups}


def rows_of(providers: list[int], month: date) -> dict[int, list]:
    at, codes = clock.now(), sorted({code for pair in SHARES.values() for code in pair})
    columns = [case((TALLIES[code].rule(at), 1), else_=0).label(code) for code in codes]
    statement = db.select(TicketFacts.ticket_id, TicketFacts.provider_id, TicketFacts.class_code, *columns).where(
        TicketFacts.provider_id.in_(providers), TicketFacts.month == month, TicketFacts.kind == COMPLAINT,
        TicketFacts.standing == COUNTED,
    )  # fmt: skip
    by_provider: dict[int, list] = {}
    for row in db.session.execute(statement.order_by(TicketFacts.ticket_id)):
        by_provider.setdefault(row.provider_id, []).append(row)
    return by_provider


def classes_of(providers: list[int], month: date) -> dict[int, list[str | None]]:
    """The classes of the complaints of these providers in a month, one for each complaint."""
    return {key: [row.class_code for row in rows] for key, rows in rows_of(providers, month).items()}


@dataclass(frozen=True)
class Carried:
    """A web complaint of an earlier month that was still open when this one began; named like the tallies it joins."""

    ticket_id: int
    web_closed: bool
    web: bool = True


def carried_to(providers: list[int], month: date) -> dict[int, list[Carried]]:
    """By provider; the policy says whether such complaints count again."""
    begins, ends = end_of(following(month, -1)), end_of(month)
    rows = db.select(TicketFacts.ticket_id, TicketFacts.provider_id, Ticket.closed_at).join(
        Ticket, Ticket.id == TicketFacts.ticket_id
    ).where(
        TicketFacts.provider_id.in_(providers), TicketFacts.month < month, TicketFacts.kind == COMPLAINT,
        TicketFacts.standing == COUNTED, TicketFacts.channel == "web", ~TicketFacts.unreachable,
        or_(Ticket.closed_at.is_(None), Ticket.closed_at >= begins),
    )  # fmt: skip
    found: dict[int, list[Carried]] = {}
    for row in db.session.execute(rows.order_by(TicketFacts.ticket_id)):
        is_closed = row.closed_at is not None and row.closed_at < ends
        found.setdefault(row.provider_id, []).append(Carried(row.ticket_id, is_closed))
    return found
