"""Promises as a page draws them: the chip with what is left, the line of running and paused time, the reckoning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal import clock
from portal.domain import settings
from portal.domain.policy import Unit
from portal.domain.tickets.deadlines import promise_of, rule_of
from portal.domain.tickets.models import Deadline
from portal.domain.tickets.outlook import in_view
from portal.web import filters
from portal.web.filters import span, work_span
from portal.web.filters import words_in as said
from portal.web.words import gettext


@dataclass(frozen=True)
class Chip:
    """One promise: what is due, when, how it stands, and where its reckoning is."""

    code: str
    label: str
    due_at: datetime
    state: str
    """far · near · late · paused · met · missed · dropped"""
    words: str
    explain_url: str | None = None
    whose: str = ""
    """Whose promise it is, where several made the same one."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a promise's life: running, paused or late."""

    start: datetime
    end: datetime
    kind: str
    words: str


def chip(deadline: Deadline, explain_url: str | None = None, whose: str = "") -> Chip:
    """A promise as it stands now."""
    at = clock.now()
    state = in_view(deadline, at)
    return Chip(
        deadline.code,
        said(rule_of(deadline).desk_words),
        deadline.due_at,
        state,
        _left(deadline, state, at),
        explain_url,
        whose,
    )


def _left(deadline: Deadline, state: str, at: datetime) -> str:
    words = {"met": gettext("kept"), "missed": gettext("missed"), "paused": gettext("paused")}
    words["dropped"] = gettext("no longer due")
    if state in words:
        return words[state]
    if state == "late":
        return gettext("%(time)s over", time=span(at - deadline.due_at))
    if deadline.unit == Unit.HOURS:
        return gettext("%(time)s left", time=span(deadline.due_at - at))
    worked = settings.calendar(deadline.policy_id).between(at, deadline.due_at)
    return gettext("%(time)s left of working time", time=work_span(worked, settings.calendar(deadline.policy_id).day))


def chips(deadlines: Iterable[Deadline], explain_url=None, whose: Mapping[int | None, str] | None = None) -> list[Chip]:
    """The chips of these promises, the most pressing first; `explain_url` gives the address of each.

    `whose`: the names of several orders' parties, by order: then each chip of an order says whose it is.
    """
    ranks = {"late": 0, "near": 1, "far": 1, "paused": 2, "missed": 3, "met": 4, "dropped": 4}
    names = whose or {}
    made = [chip(one, explain_url(one) if explain_url else None, names.get(one.dispatch_id, "")) for one in deadlines]
    return sorted(made, key=lambda one: (ranks[one.state], one.due_at))


def clock_line(deadline: Deadline) -> list[Stretch]:
    """The promise's life to scale: what ran, what stood still, what was too late."""
    end = deadline.met_at or deadline.dropped_at or clock.now()
    edges: list[Stretch] = []
    start = deadline.started_at
    for pause in deadline.pauses_kept:
        edges += _running(start, pause.began_at, deadline.due_at)
        start = pause.ended_at or max(end, pause.began_at)
        words = pause.reason or gettext("Waiting for the customer")
        edges.append(Stretch(pause.began_at, start, "paused", words))
    return edges + _running(start, end, deadline.due_at)


def _running(start: datetime, end: datetime, due_at: datetime) -> list[Stretch]:
    runs, late = gettext("Running"), gettext("Late")
    if end <= start:
        return []
    if start >= due_at:
        return [Stretch(start, end, "late", late)]
    if end > due_at:
        return [Stretch(start, due_at, "running", runs), Stretch(due_at, end, "late", late)]
    return [Stretch(start, end, "running", runs)]


def kept_for(deadline: Deadline) -> str:
    """What was promised, in words: 24 hours, 3 working days, the same day."""
    return filters.promise(promise_of(deadline))
