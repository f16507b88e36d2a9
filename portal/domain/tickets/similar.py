"""Likely the same thing: tickets of the last two months that use the words somebody is typing."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select
from sqlalchemy.orm import load_only

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.policy import ReadyAnswer
from portal.domain.tickets import search
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State

DAYS, LOOKED_AT, SHOWN = 60, 80, 3
ENOUGH = 0.4
"""The share of what is typed, by weight, that a ticket must hold to be offered."""
BODY_PART, SAME_MARK = 0.3, 0.5
"""How much the longer text counts beside the subject; what the same circuit or device number adds."""
WORDS_LIMIT, FEW = 200, 20


@dataclass(frozen=True)
class Likeness:
    """A ticket that may be about the same, and how much of the typed words it holds (0–1)."""

    ticket: Ticket
    share: float


def alike(rows: Select, subject: str, body: str = "") -> list[Likeness]:
    """Of these rows (visible tickets), those of the last 60 days most like what is typed; at most three.

    Words are weighed by how rare they are among the tickets looked at, so that what stands in every
    ticket of a customer says nothing. Withdrawn and merged tickets are not offered.
    """
    said, told = _words(subject), _words(body)
    if len(said | told) < 2:
        return []
    held = _looked_at(rows)
    seen = Counter(token for _, tokens in held for token in tokens & (said | told))
    among = max(len(held), FEW)
    rare = {token: math.log((among + 1) / (seen[token] + 1)) for token in said | told}
    scored = [Likeness(ticket, _share(tokens, said, told, rare)) for ticket, tokens in held]
    return sorted((one for one in scored if one.share >= ENOUGH), key=lambda one: -one.share)[:SHOWN]


ANSWERED, ANSWERS = 0.25, 2
"""The share of what is typed that an answer's own words must hold to be offered, and how many are."""


def answers(kind: str, subject: str, body: str = "") -> list[ReadyAnswer]:
    """The policy's ready answers for this kind that fit what is typed, the best first; at most two (R37)."""
    said = _words(subject) or _words(body)
    if not said:
        return []
    scored = [(len(said & _words(_asked(one))) / len(said), one) for one in _for(kind)]
    fitting = sorted((pair for pair in scored if pair[0] >= ANSWERED), key=lambda pair: -pair[0])
    return [one for _, one in fitting[:ANSWERS]]


def _for(kind: str) -> list[ReadyAnswer]:
    return [one for one in settings.policy().ready_answers if kind in one.kinds]


def _asked(one: ReadyAnswer) -> str:
    return f"{one.words.zh} {one.words.en} {one.also.zh} {one.also.en}"


def _looked_at(rows: Select) -> list[tuple[Ticket, set[str]]]:
    since = clock.now() - timedelta(days=DAYS)
    columns = load_only(
        Ticket.number, Ticket.subject, Ticket.state, Ticket.outcome, Ticket.solution, Ticket.opened_at, Ticket.is_live
    )
    found = db.session.execute(
        rows.join(search.TicketSearch, search.TicketSearch.ticket_id == Ticket.id)
        .add_columns(search.TicketSearch.shown)
        .where(Ticket.opened_at >= since, Ticket.state.not_in((State.WITHDRAWN, State.MERGED)))
        .options(columns)
        .order_by(Ticket.id.desc())
        .limit(LOOKED_AT)
    )
    return [(ticket, set(shown.split())) for ticket, shown in found]


def _words(text: str) -> set[str]:
    return {token for token in search.tokens(text).split()[:WORDS_LIMIT] if len(token) > 1}


def _share(tokens: set[str], said: set[str], told: set[str], rare: dict[str, float]) -> float:
    """How much of the subject, and of the text, these tokens hold; the same number of a circuit says most."""

    def part(wanted: set[str]) -> float:
        whole = sum(rare[token] for token in wanted)
        return sum(rare[token] for token in wanted & tokens) / whole if whole else 0.0

    share = (1 - BODY_PART) * part(said) + BODY_PART * part(told) if told else part(said)
    same = any(len(token) > 3 and any(c.isdigit() for c in token) for token in tokens & (said | told))
    return min(1.0, share + SAME_MARK * same)
