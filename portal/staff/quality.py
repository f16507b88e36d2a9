"""Quality supervision's first page: what waits for somebody, room by room, and the way there."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.people.models import Person
from portal.domain.quality import (
    figures,
    forced_list,
    improvement_list,
    late,
    liability_list,
    major_list,
    penalties,
    projects,
    signals,
    support,
)
from portal.domain.quality.counting import Counting, at_once
from portal.domain.quality.days import today
from portal.domain.quality.measures import COMPLAINT, MEASURES
from portal.domain.ratings import follow_ups
from portal.domain.ratings.models import FollowUp
from portal.domain.tickets import problems
from portal.i18n import N_
from portal.staff import figures_address
from portal.staff.figures_lines import Line, line
from portal.web.pages import page

door = Door("quality", __name__, url_prefix="/staff/quality")


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a decision or a deed: its words, where it is done, who does it, how much there is.

    `count` gives for a person an indexed statement, never a count of a big table; all of them are asked at once.
    """

    label: str
    help: str
    endpoint: str
    needs: P
    count: Callable[[Person], Counting]


WAITING: tuple[Waiting, ...] = (
    Waiting(
        N_("Objections to answer"), N_("A provider thinks that its month was reckoned wrongly."), "support.index", P.QUALITY_WORK,
        lambda _: support.objections_count(),
    ),
    Waiting(
        N_("Support to approve"), N_("Last month's results wait for a manager."), "support.index", P.APPROVE,
        lambda person: support.to_approve_count(person.id),
    ),
    Waiting(
        N_("Improvement actions overdue"), N_("Their measure should have been taken by now."),
        "improvements.late", P.QUALITY_READ, lambda _: improvement_list.late_ones(),
    ),
    Waiting(
        N_("Improvement actions to verify"), N_("Reported as done; a supervisor who is not responsible looks at it."),
        "improvements.verifying", P.QUALITY_WORK, lambda _: improvement_list.to_verify(),
    ),
    Waiting(
        N_("Penalties to decide"), N_("Proposed by a supervisor; a manager grants or declines."), "support.index", P.APPROVE,
        lambda _: penalties.undecided_count(),
    ),
    Waiting(
        N_("Low ratings to follow up"), N_("A customer was not satisfied and has not heard from us about it."),
        "follow_ups.index", P.FOLLOW_UP, lambda person: follow_ups.open_ones(visible(FollowUp, person)),
    ),
    Waiting(
        N_("Appeals to decide"), N_("A party thinks that it is not liable; another supervisor has the last word."),
        "liability.appeals", P.QUALITY_WORK, lambda person: liability_list.appeals_count(person.id),
    ),
    Waiting(
        N_("Major complaints to decide"), N_("Proposed by rule or by a colleague; somebody has to say whether it is one."),
        "major.proposed", P.MAJOR_DECIDE, lambda _: major_list.proposed_count(),
    ),
    Waiting(
        N_("Major complaints: to approve"), N_("A plan, a special compensation or a report waits for a manager."),
        "major.index", P.MAJOR_APPROVE, lambda person: major_list.to_approve_count(person.id),
    ),
    Waiting(
        N_("Forced closures to decide"), N_("Somebody asks to close a ticket although its customer does not agree."),
        "forced.index", P.FORCE_DECIDE, lambda person: forced_list.waiting_count(person.id),
    ),
    Waiting(
        N_("Overdue reports on major complaints"), N_("Promised, and not sent up yet."),
        "major.index", P.QUALITY_READ, lambda _: major_list.overdue_count(),
    ),
    Waiting(
        N_("Complaints without a decision on liability"), N_("Closed, and nobody has said yet who is liable."),
        "liability.index", P.QUALITY_WORK, lambda _: liability_list.undecided_count(),
    ),
    Waiting(
        N_("Signals in the complaints"), N_("Something came more often than it should, or again after closure."),
        "signals.index", P.QUALITY_WORK, lambda _: signals.open_ones(),
    ),
    Waiting(
        N_("Promises missed and still running"), N_("With whom each one lies, and why."), "figures.late", P.QUALITY_READ,
        lambda _: late.count(),
    ),
    Waiting(
        N_("Problems past their day"), N_("Their measure should have been taken by now."), "problems.index", P.QUALITY_WORK,
        lambda _: problems.overdue(today()),
    ),
    Waiting(
        N_("Late milestones"), N_("Of supervised projects; owner and supervisors were told."), "projects.index", P.QUALITY_READ,
        lambda _: projects.late_ones(),
    ),
    Waiting(
        N_("Supervised projects without a plan"), N_("Complaints open too long need an owner, a plan and milestones."),
        "projects.index", P.QUALITY_WORK, lambda _: projects.without_plan(),
    ),
)  # fmt: skip
"""A row for each room that has something waiting; the most pressing first."""


LOSING = {
    "label": N_("Providers that lose this month's support"),
    "help": N_("As it stands today; each with the condition and the tickets that cost it."),
}


@door.get("/", needs=P.QUALITY_READ)
def index():
    mine = [row for row in WAITING if may(me(), row.needs)]
    found = at_once([row.count(me()) for row in mine])
    waiting = [
        {"label": row.label, "help": row.help, "count": count, "url": url_for(row.endpoint)}
        for row, count in zip(mine, found, strict=True)
    ]
    if losing := support.losing_count():
        waiting.append(LOSING | {"count": losing, "url": url_for("support.running")})
    shown = [row for row in waiting if row["count"]]
    return page("staff/quality.html", waiting=shown, calm=not shown, shares=_shares())


def _shares() -> list[Line]:
    """The running month's shares of complaints: from each it is one click to the tickets that keep it from 100%."""
    address = figures_address.read_month()
    month = figures.month(address.month)
    return [
        line(month[one.code], None, [], address)
        for one in MEASURES.values()
        if one.kind == COMPLAINT and one.denominator
    ]
