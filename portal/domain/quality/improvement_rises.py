"""What is overdue rises (整改逾期升级, R33): its owner is reminded, then told; then the supervisors; then the managers. Once each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import staff, supervisors
from portal.domain.people.roles import Role
from portal.domain.policy import ImprovementRules
from portal.domain.quality.days import today
from portal.domain.quality.improvement import responsible
from portal.domain.quality.improvement_models import OPEN, Improvement
from portal.i18n import N_

AT_ONCE = 200


@dataclass(frozen=True)
class Rise:
    """A level: from how many days overdue on (before it, if negative), who is told, in which letter."""

    code: str
    days: Callable[[ImprovementRules], int]
    template: str
    people: Callable[[Improvement], list[Person]]
    level: str


RISES = (
    Rise("near", lambda rules: -rules.remind_days, "improvement_near", responsible, N_("whoever is responsible")),
    Rise("late", lambda _: 1, "improvement_late", responsible, N_("whoever is responsible")),
    Rise("supervisors", lambda rules: rules.supervisors_days, "improvement_risen", lambda _: supervisors(), N_("the supervisors")),
    Rise("managers", lambda rules: rules.managers_days, "improvement_risen", lambda _: staff(Role.MANAGER), N_("the managers")),
)  # fmt: skip


def rise() -> int:
    """Tell what has to be told today; gives how many letters. The worker's daily part, in a transaction of its own."""
    rules, day = settings.policy().improvement, today()
    rows = (
        db.select(Improvement)
        .where(Improvement.state == OPEN, Improvement.risen < len(RISES))
        .where(Improvement.due_on <= day + timedelta(days=rules.remind_days))
        .options(joinedload(Improvement.department), joinedload(Improvement.person))
        .order_by(Improvement.due_on, Improvement.id)
        .limit(AT_ONCE)
    )
    return sum(_told(row, (day - row.due_on).days, rules) for row in db.session.scalars(rows))


def _told(row: Improvement, days: int, rules: ImprovementRules) -> int:
    """The levels it has reached and nobody was told of; of the first two only the later, where both come at once."""
    letters = 0
    for number, level in enumerate(RISES[row.risen :], row.risen + 1):
        if days < level.days(rules):
            break
        row.risen = number
        if level.code == "near" and days >= RISES[1].days(rules):
            continue
        letters += _post(row, level, days)
    return letters


def _post(row: Improvement, level: Rise, days: int) -> int:
    people = level.people(row)
    for one in people:
        outbox.post(
            level.template, one, key=f"improvement:{row.id}:{row.round}:{row.due_on.isoformat()}:{level.code}",
            improvement=row.id, number=row.number, title=row.title, department=row.department.name,
            person=row.person.name if row.person else "", on=row.due_on.isoformat(), days=days,
        )  # fmt: skip
    if level.code == "near":
        journal.write("improvement.reminded", row, None)
    else:
        journal.write("improvement.rose", row, None, days=days, level=level.level)
    return len(people)
