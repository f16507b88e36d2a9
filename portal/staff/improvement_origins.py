"""Where an improvement action comes from, at the door: the page of each source's record, and what a new action begins with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, request, url_for

from portal.access.door import me
from portal.access.permissions import Permission, may
from portal.access.scopes import find, sees, visible
from portal.domain.forum.after_models import Topic
from portal.domain.people import parties
from portal.domain.people.models import Department
from portal.domain.quality import signals as rules
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.improvement_sources import SOURCES
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.records import Signal
from portal.domain.surveys.word_models import HotIssue
from portal.domain.tickets import dispatching
from portal.domain.tickets.models import Problem, Ticket
from portal.staff import signals, word_why
from portal.web.filters import words_in
from portal.web.paging import row_number


@dataclass(frozen=True)
class Origin:
    """Of a source with records: the page of one, and what the form for a new action holds beforehand."""

    page: str
    begins: Callable[[Any], dict]


def _from_signal(signal: Signal) -> dict:
    shown = signals.of_signal(signal, rules.with_customer(visible(Signal, me()).where(Signal.id == signal.id)))
    return {"title": signals.title(shown), "problem": shown["why"], "class_code": signal.class_code or ""}


def _from_problem(problem: Problem) -> dict:
    said = {name: getattr(problem, name) or "" for name in ("title", "cause", "measure", "class_code")}
    return said | {"department": problem.department_id, "person": problem.person_id}


def _from_ticket(ticket: Ticket) -> dict:
    return {"title": ticket.subject, "problem": ticket.wish, "class_code": ticket.class_code or ""}


def _from_major(case: MajorCase) -> dict:
    return _from_ticket(case.ticket) | {"problem": case.reason, "measure": case.improvement}


def _from_topic(topic: Topic) -> dict:
    return {"title": topic.title, "problem": topic.body, "department": topic.department_id}


def _from_hot_issue(hot: HotIssue) -> dict:
    issue = hot.issue
    return {"title": words_in(issue.words), "problem": word_why.why(hot), "department": issue.department_id}


ORIGINS: dict[str, Origin] = {
    "signal": Origin("signals.show", _from_signal),
    "problem": Origin("problems.show", _from_problem),
    "complaint": Origin("desk.show", _from_ticket),
    "forum": Origin("forum.show_topic", _from_topic),
    "hot_issue": Origin("words.show_hot", _from_hot_issue),
    "major": Origin("major.show", _from_major),
}
BY_HAND = tuple(code for code, source in SOURCES.items() if source.record is None)


def asked() -> tuple[str, Any]:
    """The source that the address names, with its record; by hand, where it names none. 404 for what is not there."""
    code = request.args.get("source", "")
    source = SOURCES.get(code)
    if source is None or source.record is None:
        return "", None
    return code, find(source.record, row_number(request.args.get("record")) or abort(404), me())


def beginning(code: str, record: Any) -> dict:
    """What a new action begins with: the words of its record, and the lead department of its class."""
    said = ORIGINS[code].begins(record)
    known = {one.code: one.id for one in parties.departments(visible(Department, me()))}
    lead = dispatching.lead_for("complaint", said.get("class_code") or None, None)
    return said | {"department": said.get("department") or known.get(lead or "", 0), "person": said.get("person") or 0}


def address_of(row: Improvement) -> str | None:
    """The page of the record it came from, if there is one and the reader may open it."""
    origin, record = ORIGINS.get(row.source), SOURCES[row.source].record
    if origin is None or record is None or row.source_id is None:
        return None
    if not may(me(), current_app.view_functions[origin.page].needs):  # pyright: ignore[reportFunctionMemberAccess]
        return None
    known = may(me(), Permission.QUALITY_READ) or sees(record, row.source_id, me())
    return url_for(origin.page, **{record: row.source_id}) if known else None
