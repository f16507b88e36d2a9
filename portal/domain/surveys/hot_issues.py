"""Hot issues of the comments (热点问题, formulas 3.13): distinct customers an issue and month against control limits.

limit      more customers than the control limit of the issue
run        eight months in a row above the mean (closed months only)
important  three customers of the first tier or best card with the same issue in ninety days
pareto     one of the few that make 80% of the quarter's mentions
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, extract, func, select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.quality import settling
from portal.domain.quality.days import first, following, today
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.signals_behind import most_important
from portal.domain.refusals import Refused
from portal.domain.statistics import BASE, RUN, Control, control, per_hundred, vital_few
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.campaign_models import Invitation
from portal.domain.surveys.word_models import HotIssue, Issue, Mention
from portal.i18n import N_

IMPORTANT, DAYS = 3, 90
FEWEST = 2
"""A single mention is none of the vital few."""
RULES = {
    "limit": N_("Above the control limit"), "run": N_("Eight months in a row above the mean"),
    "important": N_("Several important customers"), "pareto": N_("One of the few that make 80% of the quarter"),
    "hand": N_("Taken up by a supervisor"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """An issue in a month: its customers there and in the year before, its limits, the rules it meets, what was done."""

    issue: Issue
    control: Control
    per_hundred: float | None
    important: int
    """Important customers who raised it within ninety days."""
    rules: tuple[str, ...]
    hot: HotIssue | None

    @property
    def customers(self) -> int:
        return self.control.customers[-1]


def month_of(month: date) -> list[Line]:
    """Every issue that was raised in the month or the year before it, what is hot on top; six statements."""
    months = [following(month, back) for back in range(-BASE, 1)]
    counted, earliest = _counted(months[0], following(month)), _earliest()
    enough = earliest is not None and first(earliest) <= months[0]
    rows = db.select(Issue).where(Issue.id.in_({key for key, _ in counted})).options(joinedload(Issue.department))
    important, vital, active = _important(month), _vital(counted, months[-3:]), _active()
    hot = {one.issue_id: one for one in db.session.scalars(_hot().where(HotIssue.month == month))}
    lines = []
    for one in db.session.scalars(rows):
        chart = control(one.title, [counted.get((one.id, each), 0) for each in months], enough)
        met = _met(chart, month, important.get(one.id, 0), one.id in vital)
        rate = per_hundred(chart.customers[-1], active)
        lines.append(Line(one, chart, rate, important.get(one.id, 0), met, hot.get(one.id)))
    return sorted(lines, key=lambda line: (-len(line.rules), -line.customers, line.issue.title))


def _met(chart: Control, month: date, important: int, is_vital: bool) -> tuple[str, ...]:
    is_closed = following(month) <= today()
    met = {
        "limit": chart.state == "above", "run": is_closed and chart.run >= RUN, "important": important >= IMPORTANT,
        "pareto": is_vital and month.month % 3 == 0 and is_closed,
    }  # fmt: skip
    return tuple(rule for rule, holds in met.items() if holds)


def _counted(since: date, until: date) -> dict[tuple[int, date], int]:
    """Distinct customers by issue and month; anonymous answers have none."""
    year, month = extract("year", Mention.raised_on), extract("month", Mention.raised_on)
    rows = (
        select(Mention.issue_id, year, month, func.count(func.distinct(Mention.customer_id)))
        .where(Mention.raised_on >= since, Mention.raised_on < until)
        .group_by(Mention.issue_id, year, month)
    )
    return {(key, date(int(y), int(m), 1)): n for key, y, m, n in map(tuple, db.session.execute(rows))}


def _earliest() -> date | None:
    """The day of the first answer there is."""
    return db.session.scalar(select(func.min(Response.sent_on)))


def _active() -> int:
    return db.session.scalar(select(func.count()).select_from(Customer).where(Customer.closed_on.is_(None))) or 0


def _important(month: date) -> dict[int, int]:
    ends = min(following(month), today() + timedelta(days=1))
    rows: Any = (
        select(Mention.issue_id, func.count(func.distinct(Mention.customer_id)))
        .join(Customer, Customer.id == Mention.customer_id)
        .where(Mention.raised_on >= ends - timedelta(days=DAYS), Mention.raised_on < ends, most_important())
        .group_by(Mention.issue_id)
    )
    return {key: number for key, number in map(tuple, db.session.execute(rows))}


def _vital(counted: dict[tuple[int, date], int], quarter: Sequence[date]) -> set[int]:
    total: Counter[int] = Counter()
    for (key, month), number in counted.items():
        total[key] += number if month in quarter else 0
    few = total.most_common()[: vital_few(list(total.values()))]
    return {key for key, number in few if number >= FEWEST}


def _hot() -> Select[Any]:
    along = map(joinedload, (HotIssue.issue, HotIssue.improvement, HotIssue.settled_by))
    return select(HotIssue).options(*along)


def raise_it(issue: Issue, month: date, by: Person) -> HotIssue:
    """It is looked at: kept with its figures and the days of the comments behind it; the same again for the same month."""
    known = db.session.scalar(_hot().where(HotIssue.issue_id == issue.id, HotIssue.month == month))
    if known is not None:
        return known
    line = next((one for one in month_of(month) if one.issue.id == issue.id), None)
    if line is None or not (line.customers or line.important):
        raise Refused(N_("No customer has raised this in the month."))
    last = following(month) - timedelta(days=1)
    begins = {
        "important": min(last, today()) - timedelta(days=DAYS - 1), "pareto": following(month, -2),
        "run": following(month, 1 - max(line.control.run, 1)),
    }  # fmt: skip
    since = min([month, *(begins[rule] for rule in line.rules if rule in begins)])
    row = HotIssue(
        issue_id=issue.id, month=month, rules=list(line.rules) or ["hand"], begins=since, ends=last, raised_at=clock.now(),
        raised_by_id=by.id, facts={"customers": line.customers, "important": line.important, "alert": line.control.alert,
        "mean": round(line.control.mean, 2) if line.control.mean is not None else None},
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def taken_up(row: HotIssue, improvement: Improvement, by: Person) -> None:
    """An improvement action was opened from it: with that it is settled."""
    settling.settle(row, by)
    row.improvement_id = improvement.id
    journal.write("survey_hot_issue.improvement", row, by, became=improvement.number)


def dismiss(row: HotIssue, by: Person, reason: str) -> None:
    """Look no further, and why."""
    settling.dismiss(row, by, reason)
    journal.write("survey_hot_issue.dismissed", row, by, why=reason[:500])


def behind(row: HotIssue) -> Any:
    """The mentions that stand behind it, as a condition."""
    return db.and_(Mention.issue_id == row.issue_id, Mention.raised_on >= row.begins, Mention.raised_on <= row.ends)


def customers(row: HotIssue) -> list[tuple[Customer, int]]:
    """Exactly the customers who raised it, each with how many comments."""
    few = (
        select(Mention.customer_id, func.count().label("n"))
        .where(behind(row), Mention.customer_id.is_not(None))
        .group_by(Mention.customer_id)
        .subquery()
    )
    rows = select(Customer, few.c.n).join(few, few.c.customer_id == Customer.id).order_by(Customer.id)
    found: list[Any] = list(map(tuple, db.session.execute(rows)))
    return found


def raisers(row: HotIssue) -> dict[int, set[int]]:
    """By customer the people with an account who raised it."""
    found: dict[int, set[int]] = {}
    rows: Any = (
        select(Mention.customer_id, Contact.person_id)
        .join(Response, Response.id == Mention.response_id)
        .outerjoin(Invitation, Invitation.id == Response.invitation_id)
        .outerjoin(Contact, Contact.id == Invitation.contact_id)
        .where(behind(row), Mention.customer_id.is_not(None))
        .order_by(Mention.customer_id)
    )
    for customer, person in map(tuple, db.session.execute(rows)):
        found.setdefault(customer, set()).update({person} if person else set())
    return found
