"""Improvement actions (整改, R33): given to a department with a day, carried out in steps, done, verified by a supervisor
who is not responsible for it; closed only when the customers were asked again and the effect is shown, or begun again.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import files, journal, outbox
from portal.domain.people.models import Department, Person
from portal.domain.people.queries import handlers_of, supervisors
from portal.domain.people.roles import Role
from portal.domain.quality import improvement_effect as effects
from portal.domain.quality import improvement_revisits as revisits
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import (
    CLOSED,
    DONE,
    DROPPED,
    LIVE,
    OPEN,
    WATCHED,
    Improvement,
    ImprovementStep,
)
from portal.domain.quality.improvement_sources import SOURCES, raised_by, word_effect_of
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.numbers import next_number
from portal.i18n import N_

STATES = {
    OPEN: N_("Being carried out"), DONE: N_("Waits for verification"), WATCHED: N_("Verified, effect watched"), CLOSED: N_("Closed, effective"),
    DROPPED: N_("Dropped"),
}  # fmt: skip
TONES = {OPEN: "info", DONE: "warn", WATCHED: "accent", CLOSED: "good", DROPPED: "quiet"}
TOLD = {
    "improvement.opened": N_("{by} opened the improvement action {became} for {department}, due on {due}"),
    "improvement.described": N_("{by} changed {part}"),
    "improvement.step_added": N_("{by} added the step “{became}”, due on {due}"),
    "improvement.step_dropped": N_("{by} dropped the step “{was}”"),
    "improvement.step_done": N_("{by} did the step “{became}”: {why}"),
    "improvement.done": N_("{by} reported the measure as taken, at work from {day}: {why}"),
    "improvement.verified": N_("{by} verified that the measure was taken: {why}"),
    "improvement.again": N_("{by} found it not enough; it begins again, due on {due}: {why}"),
    "improvement.closed": N_("{by} closed it as effective: {why}"),
    "improvement.dropped": N_("{by} dropped it: {why}"),
    "improvement.rose": N_("Days overdue: {days}; told: {level}"),
    "improvement.reminded": N_("It is due soon; whoever is responsible was reminded"),
    "improvement.listed": N_("{by} put {became} on the list of customers to ask again"),
    "improvement.unlisted": N_("{by} took {was} off the list of customers to ask again"),
    "improvement.revisited": N_("{by} asked {customer} again: {became}; {why}"),
    "improvement.answered": N_("{by} told {number} people who had raised it: {why}"),
}
PARTS = {
    "title": N_("the title"), "problem": N_("the problem"), "cause": N_("the cause"), "measure": N_("the measure"),
    "class_code": N_("the class that shows the effect"), "department_id": N_("the department"), "person_id": N_("who is responsible"),
    "due_on": N_("the day it is due"),
}  # fmt: skip
OWN_PARTS = ("cause", "measure")
"""What the department itself writes."""


def open_action(
    by: Person, source: str, record: Any = None, *, title: str, department: Department, due_on: date, problem: str = "",
    cause: str = "", measure: str = "", class_code: str | None = None, person: Person | None = None,
) -> Improvement:  # fmt: skip
    """A new one, from a record of its source or by hand; the department hears of it."""
    _need_supervisor(by)
    _fits(department, person)
    _lies_ahead(due_on)
    at = clock.now()
    row = Improvement(
        number=next_number("ZG", at), source=source, source_id=record.id if record else None, title=title, problem=problem,
        cause=cause, measure=measure, class_code=class_code, department=department, person=person, due_on=due_on, by=by, at=at,
        state=OPEN, round=1, risen=0,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    journal.write("improvement.opened", row, by, became=row.number, department=department.name, due=due_on.isoformat())
    if (taken := SOURCES[source].taken) is not None and record is not None:
        taken(record, row, by)
    _letter("improvement_given", row, by, responsible(row), f"given:{at.isoformat()}", on=due_on.isoformat())
    return row


def responsible(row: Improvement) -> list[Person]:
    """Who sees to it: the person named, else the department's handlers."""
    return [row.person] if row.person and row.person.is_active else handlers_of(row.department)


def works_on(row: Improvement, by: Person) -> bool:
    """May this person carry it out: the person named, the department's handlers, and the supervisors?"""
    of_department = by.has(Role.HANDLER) and row.department_id == by.department_id and by.provider_id is None
    return by.id == row.person_id or of_department or by.has(Role.SUPERVISOR)


def describe(row: Improvement, by: Person, *, version: int | None = None, **said) -> None:
    """Say more precisely what it is; the department itself says why it is so and what is done about it."""
    if version is not None and row.version != version:
        raise Stale(N_("Somebody changed this action while you were writing. Look at what is new; your text is kept."))
    _need_live(row)
    if not by.has(Role.SUPERVISOR):
        _need_work(row, by)
        said = {name: value for name, value in said.items() if name in OWN_PARTS}
    department, person = said.pop("department", row.department), said.pop("person", row.person)
    _fits(department, person)
    if said.get("due_on", row.due_on) != row.due_on:
        _lies_ahead(said["due_on"])
    wanted = said | {"department_id": department.id, "person_id": person.id if person else None}
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in changed.items():
        journal.write("improvement.described", row, by, was=getattr(row, name), became=value, part=PARTS[name])
        setattr(row, name, value)
    row.department, row.person = department, person
    if "due_on" in changed:
        row.risen = 0
    if {"department_id", "person_id"} & set(changed):
        _letter(
            "improvement_given",
            row,
            by,
            responsible(row),
            f"given:{clock.now().isoformat()}",
            on=row.due_on.isoformat(),
        )


def add_step(row: Improvement, by: Person, title: str, due_on: date) -> ImprovementStep:
    """A step on the way, and until when."""
    _need_work(row, by, OPEN)
    _lies_ahead(due_on)
    step = ImprovementStep(improvement_id=row.id, title=title, due_on=due_on, words="")
    db.session.add(step)
    db.session.flush()
    journal.write("improvement.step_added", row, by, became=title, due=due_on.isoformat())
    return step


def drop_step(step: ImprovementStep, row: Improvement, by: Person) -> None:
    """No step of it any more; one that was done stays."""
    _need_work(row, by, OPEN)
    if step.done_at is not None:
        raise Refused(N_("A step that was done stays."))
    journal.write("improvement.step_dropped", row, by, was=step.title)
    db.session.delete(step)


def do_step(
    step: ImprovementStep, row: Improvement, by: Person, words: str, attached: Sequence[files.StoredFile] = ()
) -> None:
    """The step is done, and what shows it."""
    _need_work(row, by, OPEN)
    if step.done_at is not None:
        raise Refused(N_("This step is done already."))
    step.done_at, step.done_by_id, step.words = clock.now(), by.id, words
    _attach(row, f"step/{step.id}", attached)
    journal.write("improvement.step_done", row, by, became=step.title, why=words[:500])


def finish(
    row: Improvement, by: Person, result: str, effective_on: date, attached: Sequence[files.StoredFile] = ()
) -> None:
    """The measure is taken and at work from a day on; the supervisors are asked to verify it."""
    _need_work(row, by, OPEN)
    if not row.cause.strip() or not row.measure.strip():
        raise Refused(N_("Please write down the root cause and the measure first."))
    if any(step.done_at is None for step in steps_of(row)):
        raise Refused(N_("Some steps are not done yet; do them or drop them first."))
    if effective_on > today():
        raise Refused(N_("A measure that is taken works already; please choose today or an earlier day."))
    row.state, row.result, row.effective_on = DONE, result, effective_on
    row.done_at, row.done_by_id = clock.now(), by.id
    _attach(row, f"done/{row.round}", attached)
    journal.write("improvement.done", row, by, why=result[:500], day=effective_on.isoformat())
    judges = [one for one in supervisors() if not row.is_in_hands_of(one)]
    _letter("improvement_done", row, by, judges, f"done:{row.round}", result=result[:500])


def why_not_judge(row: Improvement, by: Person) -> str | None:
    """Why this person may not verify or close it, as a marked sentence; none if they may."""
    if not by.has(Role.SUPERVISOR):
        return N_("A quality supervisor verifies an improvement action.")
    if row.is_in_hands_of(by):
        return N_("You are responsible for it; another supervisor verifies it.")
    return None


def verify(row: Improvement, by: Person, finding: str) -> None:
    """The measure was taken as it says; now everybody who raised it is asked again, and the effect is watched."""
    _need_judge(row, by, DONE)
    row.state, row.finding, row.verified_at, row.verified_by_id = WATCHED, finding, clock.now(), by.id
    revisits.list_again(row, raised_by(row))
    journal.write("improvement.verified", row, by, why=finding[:500])
    _letter("improvement_verified", row, by, responsible(row), f"verified:{row.round}", finding=finding[:500])


def again(row: Improvement, by: Person, why: str, due_on: date) -> None:
    """It was not enough: another round, with a new day."""
    _need_judge(row, by, DONE, WATCHED)
    _lies_ahead(due_on)
    row.state, row.round, row.risen, row.due_on = OPEN, row.round + 1, 0, due_on
    row.verified_at = row.verified_by_id = None
    row.answered_at = None
    journal.write("improvement.again", row, by, why=why[:500], due=due_on.isoformat())
    _letter("improvement_again", row, by, responsible(row), f"again:{row.round}", why=why[:500], on=due_on.isoformat())


def still_missing(row: Improvement) -> list[str]:
    """What stands between it and its closing (formulas 3.13): revisits, effect; as marked sentences."""
    missing = []
    if revisits.open_ones(row):
        missing.append(N_("Not every customer who raised it was asked again."))
    judged = [found for found in (effects.effect(row), word_effect_of(row)) if found is not None]
    if any(found.verdict not in effects.PROVEN for found in judged):
        missing.append(N_("Neither the months after it nor the comparison show an effect yet."))
    return missing


def close(row: Improvement, by: Person, conclusion: str) -> None:
    """It was effective: the measure is taken, everybody was asked again, the effect is shown."""
    _need_judge(row, by, WATCHED)
    for no in still_missing(row):
        raise Refused(no)
    row.state, row.conclusion, row.ended_at, row.ended_by_id = CLOSED, conclusion, clock.now(), by.id
    journal.write("improvement.closed", row, by, why=conclusion[:500])
    _letter("improvement_closed", row, by, responsible(row), "closed", conclusion=conclusion[:500])


def drop(row: Improvement, by: Person, why: str) -> None:
    """It is not pursued any further, and why; it stays readable."""
    _need_supervisor(by)
    _need_live(row)
    row.state, row.conclusion, row.ended_at, row.ended_by_id = DROPPED, why, clock.now(), by.id
    journal.write("improvement.dropped", row, by, why=why[:500])
    _letter("improvement_closed", row, by, responsible(row), "dropped", conclusion=why[:500])


def steps_of(row: Improvement) -> list[ImprovementStep]:
    """Its steps in the order of their days, with who did them."""
    rows = db.select(ImprovementStep).where(ImprovementStep.improvement_id == row.id)
    along = joinedload(ImprovementStep.done_by)
    return list(db.session.scalars(rows.options(along).order_by(ImprovementStep.due_on, ImprovementStep.id)))


def _attach(row: Improvement, place: str, attached: Sequence[files.StoredFile]) -> None:
    for file in attached:
        db.session.add(files.Attachment(file=file, improvement_id=row.id, place=place))


def _fits(department: Department, person: Person | None) -> None:
    if person is not None and not department.is_party_of(person):
        raise Refused(N_("{name} does not belong to {party}."), name=person.name, party=department.name)


def _lies_ahead(day: date) -> None:
    if day < today():
        raise Refused(N_("This day is over; please choose a later one."))


def _need_supervisor(by: Person) -> None:
    if not by.has(Role.SUPERVISOR):
        raise Refused(N_("The quality supervisors open and drop improvement actions."))


def _need_live(row: Improvement) -> None:
    if row.state not in LIVE:
        raise Refused(N_("This action is over."))


def _need(row: Improvement, *states: str) -> None:
    if row.state not in states:
        raise Refused(N_("This action is “{state}”; that is not possible now."), state=STATES[row.state])


def _need_work(row: Improvement, by: Person, *states: str) -> None:
    _need(row, *states or LIVE)
    if not works_on(row, by):
        raise Refused(N_("The department it was given to carries it out."))


def _need_judge(row: Improvement, by: Person, *states: str) -> None:
    _need(row, *states)
    if (no := why_not_judge(row, by)) is not None:
        raise Refused(no)


def _letter(template: str, row: Improvement, by: Person, people: list[Person], event: str, **facts) -> None:
    for one in people:
        if one.id != by.id:
            outbox.post(
                template, one, key=f"improvement:{row.id}:{event}", improvement=row.id, number=row.number, title=row.title,
                by=by.name, **facts,
            )  # fmt: skip
