"""Where an improvement action comes from (整改来源, R33): a row each. Who raised it is asked again after the measure.

Another room gives its own as a row here (and its page in portal/staff/improvement_origins.py).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.db import db
from portal.domain.forum import topics
from portal.domain.forum.after_models import Topic
from portal.domain.people.models import Person
from portal.domain.quality import signals, signals_behind
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.records import Signal
from portal.domain.surveys import hot_issues, word_effect
from portal.domain.surveys.word_models import HotIssue
from portal.domain.tickets.models import Ticket
from portal.i18n import N_


@dataclass
class Raised:
    """A customer who raised it: with which tickets, and who of them is answered. Ids only."""

    tickets: list[int] = field(default_factory=list)
    people: set[int] = field(default_factory=set)


ByCustomer = dict[int, Raised]


@dataclass(frozen=True)
class Source:
    """A source. `record` is what its records are called in addresses; without one, it is entered by hand.

    `raised` gives by customer who raised it, from the record's id; `taken` tells the record that an action was opened;
    `effect` shows what the measure did, where complaints do not show it.
    """

    label: str
    record: str | None = None
    raised: Callable[[int], ByCustomer] | None = None
    taken: Callable[[Any, Improvement, Person], None] | None = None
    effect: Callable[[Improvement], word_effect.WordEffect | None] | None = None


def by_tickets(which: ColumnElement[bool]) -> ByCustomer:
    """Who brought these tickets."""
    found: ByCustomer = defaultdict(Raised)
    rows = select(Ticket.customer_id, Ticket.id, Ticket.asked_by_id).where(which).order_by(Ticket.id)
    for customer, ticket, asked in db.session.execute(rows):
        found[customer].tickets.append(ticket)
        if asked:
            found[customer].people.add(asked)
    return dict(found)


def _of_signal(key: int) -> ByCustomer:
    return by_tickets(signals_behind.tickets(db.session.get_one(Signal, key)))


def _of_major(key: int) -> ByCustomer:
    return by_tickets(Ticket.id.in_(select(MajorCase.ticket_id).where(MajorCase.id == key)))


def _of_topic(key: int) -> ByCustomer:
    topic = db.session.get_one(Topic, key)
    people = {topic.person_id} if topic.person_id else set()
    tickets = [topic.ticket_id] if topic.ticket_id else []
    return {topic.customer_id: Raised(tickets, people)} if topic.customer_id else {}


def _of_hot_issue(key: int) -> ByCustomer:
    found = hot_issues.raisers(db.session.get_one(HotIssue, key))
    return {customer: Raised([], people) for customer, people in found.items()}


SOURCES: dict[str, Source] = {
    "signal": Source(N_("Signal of the analysis"), "signal", _of_signal, signals.taken_up),
    "problem": Source(N_("Problem"), "problem", lambda key: by_tickets(Ticket.problem_id == key)),
    "complaint": Source(N_("Complaint"), "ticket", lambda key: by_tickets(Ticket.id == key)),
    "major": Source(N_("Major complaint"), "major", _of_major),
    "hot_issue": Source(
        N_("Hot issue of the surveys"), "hot_issue", _of_hot_issue, hot_issues.taken_up, word_effect.effect
    ),
    "survey": Source(N_("Satisfaction survey")),
    "inspection": Source(N_("Inspection")),
    "forum": Source(N_("Customer forum"), "topic", _of_topic, topics.taken_up),
    "other": Source(N_("Other, by hand")),
}


def raised_by(row: Improvement) -> ByCustomer:
    """Exactly the customers who raised it; none of a source that keeps no records here."""
    source = SOURCES[row.source]
    return source.raised(row.source_id) if source.raised and row.source_id is not None else {}


def word_effect_of(row: Improvement) -> word_effect.WordEffect | None:
    """What the measure did to the comments, where it came from them."""
    shown = SOURCES[row.source].effect
    return shown(row) if shown else None
