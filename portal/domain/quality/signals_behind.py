"""Which complaints stand behind a signal: those its rule counted, and whoever came after them in its month."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, select

from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.quality import complaint_counts
from portal.domain.quality.days import bounds, following
from portal.domain.quality.records import Signal
from portal.domain.quality.unclosed import COMPLAINT
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State


def complaints(class_code: str | None) -> ColumnElement[bool]:
    """The complaints of a class that count: neither withdrawn nor merged, as the analysis counts them."""
    counted = Ticket.state.not_in((State.WITHDRAWN, State.MERGED))
    return and_(Ticket.kind == COMPLAINT, Ticket.class_code.is_not_distinct_from(class_code), counted)


def most_important() -> ColumnElement[bool]:
    """Customers of the first tier or the best card."""
    policy = settings.policy()
    return (Customer.tier == policy.tiers[0].code) | (Customer.card == policy.cards[0].code)


def tickets(signal: Signal) -> ColumnElement[bool]:
    """The complaints that raised it, as a condition on tickets."""
    begin, end = _stretch(signal)
    found = [complaints(signal.class_code), Ticket.opened_at >= begin, Ticket.opened_at < end]
    if signal.rule == "important":
        found.append(Ticket.customer_id.in_(select(Customer.id).where(most_important())))
    if signal.rule == "repeat":
        found.append(Ticket.customer_id == signal.customer_id)
    return and_(*found)


def _stretch(signal: Signal) -> tuple[datetime, datetime]:
    if signal.rule in ("important", "repeat"):
        end = bounds(signal.month)[1]
        return min(end, signal.raised_at) - timedelta(days=complaint_counts.DAYS), end
    months = {"run": int(signal.facts.get("months", 1)), "pareto": 3}.get(signal.rule, 1)
    first: date = following(signal.month, 1 - months)
    return bounds(first)[0], bounds(signal.month)[1]
