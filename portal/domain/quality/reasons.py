"""Why a figure is not 100%: for each ticket counted below the line and not above it, what went wrong, in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.quality.measures import Measure
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import CallBack, Deadline, Ticket
from portal.domain.tickets.states import FOR_STAFF, FORCED, State
from portal.i18n import N_


@dataclass(frozen=True)
class Reason:
    """A marked sentence with its facts. `is_promise`: the ticket's page shows how that promise was reckoned."""

    text: str
    facts: dict = field(default_factory=dict)
    is_promise: bool = False


@dataclass(frozen=True)
class Known:
    """What reasons are made of: a ticket, its promises, its call-backs, the moment of asking."""

    ticket: Ticket
    promises: Sequence[Deadline]
    calls: Sequence[CallBack]
    at: datetime


Find = Callable[[Known], list[Reason]]


def listing(tickets: Select, ids: Select, after: int | None, limit: int) -> list[Ticket]:
    """Of these tickets (visible ones) those with these ids, by id, beginning after one; with customer and owner."""
    rows = tickets.where(Ticket.id.in_(ids)).options(joinedload(Ticket.customer), joinedload(Ticket.owner))
    if after is not None:
        rows = rows.where(Ticket.id > after)
    return list(db.session.scalars(rows.order_by(Ticket.id).limit(limit)))


def of(tickets: Sequence[Ticket], measure: Measure) -> dict[int, list[Reason]]:
    """Why each of these tickets is not in the numerator; two statements, however many they are."""
    find = WHY.get(measure.code)
    if find is None or not tickets:
        return {}
    ids, at = [ticket.id for ticket in tickets], clock.now()
    promises, calls = (_grouped(model, ids) for model in (Deadline, CallBack))
    return {one.id: find(Known(one, promises.get(one.id, []), calls.get(one.id, []), at)) for one in tickets}


def _grouped(model, ids: list[int]) -> dict[int, list]:
    found: dict[int, list] = {}
    rows = db.select(model).where(model.ticket_id.in_(ids)).order_by(model.id)
    for row in db.session.scalars(rows):
        found.setdefault(row.ticket_id, []).append(row)
    return found


def _late(met: str) -> Callable[[Known], list[Reason]]:
    """The promise of the first round that this event keeps: how late it was kept, or that it is not kept yet."""

    def why(known: Known) -> list[Reason]:
        for one in known.promises:
            rule = deadlines.rule_of(one)
            if rule.met == met and rule.starts == "opened" and one.dispatch_id is None and not rule.repeats:
                return [_missed(one, known.at)]
        return [Reason(N_("nothing was promised"))]

    return why


def _missed(one: Deadline, at: datetime) -> Reason:
    rule = deadlines.rule_of(one)
    end = one.met_at or one.dropped_at or one.paused_at or at
    facts = {"promise": rule.words, "late": end - one.due_at, "due": one.due_at}
    if end <= one.due_at:
        return Reason(N_("{promise}: not yet, due {due}"), facts, True)
    if one.met_at:
        return Reason(N_("{promise}: {late} late (due {due})"), facts, True)
    return Reason(N_("{promise}: still open, {late} late by now (due {due})"), facts, True)


def _not_closed(known: Known) -> list[Reason]:
    ticket = known.ticket
    found = [Reason(N_("reopened {times} times"), {"times": ticket.round - 1})] if ticket.round > 1 else []
    if ticket.closed_at:
        return [*found, Reason(N_("closed only on {day}"), {"day": ticket.closed_at.date()})]
    return [*found, _stands(ticket)]


def _not_satisfied(known: Known) -> list[Reason]:
    ticket = known.ticket
    if ticket.outcome is None:
        return _not_closed(known)
    if by_force := _by_force(known):
        return by_force
    return [
        Reason(N_("the customer's word: {outcome}"), {"outcome": settings.policy().called("outcomes", ticket.outcome)})
    ]


def _by_force_or(find: Find) -> Find:
    """What was closed by force (R17) needs no other reason."""
    return lambda known: _by_force(known) or find(known)


def _by_force_and(find: Find) -> Find:
    return lambda known: _by_force(known) + find(known)


def _by_force(known: Known) -> list[Reason]:
    return [Reason(N_("closed by force"))] if known.ticket.outcome == FORCED else []


def _promises_missed(known: Known) -> list[Reason]:
    missed = [one for one in known.promises if one.is_late(one.due_at) and deadlines.rule_of(one).shown_to_customer]
    return [_missed(one, known.at) for one in missed]


def _not_qualified(known: Known) -> list[Reason]:
    ticket = known.ticket
    found = [Reason(N_("sent back {times} times"), {"times": ticket.sent_back})] if ticket.sent_back else []
    found += [Reason(N_("reopened {times} times"), {"times": ticket.round - 1})] if ticket.round > 1 else []
    return found + _untrue(known)


def _untrue(known: Known) -> list[Reason]:
    return [
        Reason(N_("false reply: {why}"), {"why": call.false_reply_reason}) for call in known.calls if call.false_reply
    ]


def _stands(ticket: Ticket) -> Reason:
    return Reason(N_("not closed: {state}"), {"state": FOR_STAFF[State(ticket.state)]})


WHY: dict[str, Find] = {
    "timely_reply": _late("replied"),
    "contact_24h": _late("contacted"),
    "first_time_closure": _by_force_or(_late("closed")),
    "monthly_closure": _not_closed,
    "satisfaction": _not_satisfied,
    "handling_timely": _by_force_and(_promises_missed),
    "handling_qualified": _by_force_and(_not_qualified),
    "handling_satisfied": _not_satisfied,
    "web_closure": _not_closed,
    "repair_timely_report": _late("reported"),
    "repair_contact": _late("contacted"),
    "repair_closure": _not_closed,
    "false_replies": _untrue,
}
"""By measure: what is said of a ticket that it does not count above the line; of false replies, what was untrue."""
