"""The weekly list of unclosed complaints and the projects that grow out of them (R18)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.quality import projects, unclosed
from portal.domain.quality.projects import months_before
from portal.domain.quality.records import Milestone, SupervisedProject, UnclosedLine, UnclosedWeek
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import actions
from portal.domain.tickets.models import Note, Ticket
from tests.factories import _agent, _loaded, a_person, a_supervisor, a_ticket, again, an_agent, live

MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
"""Nine in the morning in Shanghai."""


def opened(days: float, *moved, **facts) -> Ticket:
    """A complaint opened so many days before that Monday's nine o'clock."""
    with clock.frozen_at(MONDAY - timedelta(days=days)):
        return a_ticket(moved=moved, **facts)


def keep(at=MONDAY) -> UnclosedWeek | None:
    with clock.frozen_at(at), transaction():
        return unclosed.keep_week()


def lines() -> list[UnclosedLine]:
    return list(db.session.scalars(db.select(UnclosedLine).order_by(UnclosedLine.id)))


def letters(template: str) -> list[int]:
    return sorted(db.session.scalars(db.select(Letter.to_id).where(Letter.template == template)))


def test_mondays_list_holds_what_was_open_then_the_oldest_first_and_is_never_made_anew(app):
    supervisor, manager = a_supervisor().id, a_person(Role.MANAGER).id
    young, old = opened(2).id, opened(100, "accept").id
    opened(30, "accept", "apply", "close")
    opened(40, kind="repair")
    opened(0.1)  # since Monday's midnight

    week = keep()

    assert (week.monday, week.count, week.oldest_days) == (date(2026, 11, 23), 2, 100)
    assert [(line.ticket_id, line.days) for line in lines()] == [(old, 100), (young, 2)]
    assert letters("unclosed_week") == sorted([supervisor, manager])
    assert keep(MONDAY + timedelta(days=6)) is None
    assert keep(MONDAY + timedelta(days=7)) is not None
    assert len(lines()) == 2 + 3


def test_a_line_says_who_works_on_it_why_it_is_open_and_what_was_reported_last(app):
    ticket = opened(20, "accept", "dispatch")
    with clock.frozen_at(MONDAY - timedelta(days=3)), transaction():
        row = _loaded(db.session.get_one(Ticket, ticket.id))
        agent = again(_agent(row, None))
        actions.reply(row, agent, "备件在途。", stage="preliminary", shape={"until": "等备件，预计月底"})
    with clock.frozen_at(MONDAY - timedelta(days=1)), transaction():
        row = _loaded(db.session.get_one(Ticket, ticket.id))
        actions.reply(row, agent, "备件已到，明天更换。", stage="progress")

    keep()
    line = lines()[0]
    department = db.session.scalars(db.select(unclosed.Dispatch.department_id)).first()
    assert line.party == db.session.get_one(unclosed.Dispatch.department.property.mapper.class_, department).name
    assert (line.why, line.report) == ("等备件，预计月底", "备件已到，明天更换。")
    assert line.report_at == MONDAY - timedelta(days=1)


def test_a_week_with_nothing_open_is_kept_without_a_letter(app):
    a_supervisor()
    assert keep().count == 0
    assert letters("unclosed_week") == []


@pytest.mark.parametrize(("day", "months", "before"), [
    (date(2026, 11, 23), 3, date(2026, 8, 23)),
    (date(2026, 5, 31), 3, date(2026, 2, 28)),
    (date(2026, 1, 15), 3, date(2025, 10, 15)),
])  # fmt: skip
def test_so_many_months_earlier_is_the_same_day_or_the_months_last(day, months, before):
    assert months_before(day, months) == before


def a_project() -> int:
    """A complaint open past three months has become a project; gives the project's id."""
    opened(93, "accept")
    with clock.frozen_at(MONDAY), transaction():
        assert projects.open_due() == 1
    return db.session.scalars(db.select(SupervisedProject.id)).one()


def the(project: int) -> SupervisedProject:
    row = db.session.get_one(SupervisedProject, project, populate_existing=True)
    row.ticket = _loaded(db.session.get_one(Ticket, row.ticket_id))
    return row


def test_past_three_months_a_complaint_becomes_a_project_once_and_owner_and_supervisors_are_told(app):
    supervisor = a_supervisor().id
    opened(91, "accept")  # 24 August: not three months yet
    project = a_project()
    owner = the(project).owner_id

    with clock.frozen_at(MONDAY), transaction():
        assert projects.open_due() == 0
    assert owner is not None
    assert letters("project_opened") == sorted([owner, supervisor])


def test_a_milestone_past_its_day_is_raised_once(app):
    supervisor = a_supervisor().id
    project = a_project()
    with clock.frozen_at(MONDAY), transaction():
        row = the(project)
        projects.add_milestone(row, again(db.session.get_one(Person, supervisor)), "更换光缆", date(2026, 11, 25))
    for day in (2, 3, 4):
        with clock.frozen_at(MONDAY + timedelta(days=day)), transaction():
            projects.raise_late()
    told = [supervisor, the(project).owner_id]
    assert letters("milestone_late") == sorted(told)
    late = db.session.scalars(db.select(Milestone.late_at)).one()
    assert late == MONDAY + timedelta(days=3)


def test_the_evidence_of_a_milestone_is_an_internal_note_of_the_ticket(app):
    project = a_project()
    with clock.frozen_at(MONDAY), transaction():
        row = the(project)
        owner = again(db.session.get_one(Person, row.owner_id))
        milestone = projects.add_milestone(row, owner, "更换光缆", date(2026, 11, 25))
        projects.reach(milestone, row, owner, "验收单 20261124")
    note = db.session.scalars(db.select(Note)).one()
    assert note.body == "更换光缆：验收单 20261124"
    assert db.session.scalars(db.select(Milestone.note_id)).one() == note.id
    with pytest.raises(Refused, match="already"):
        reach_again(project)


def reach_again(project: int) -> None:
    with transaction():
        row, milestone = the(project), db.session.scalars(db.select(Milestone)).one()
        projects.reach(milestone, row, again(db.session.get_one(Person, row.owner_id)), "x")


def plan(project: int, words: str, by: int | None = None, **facts) -> None:
    with transaction():
        row = the(project)
        projects.plan(row, again(db.session.get_one(Person, by or row.owner_id)), None, words, **facts)


def test_only_the_owner_and_supervisors_run_it_and_only_while_the_complaint_lives(app):
    project, stranger = a_project(), an_agent().id
    with pytest.raises(Refused, match="supervisors run it"):
        plan(project, "计划", stranger)
    plan(project, "先换尾纤", version=1)
    with pytest.raises(Stale):
        plan(project, "别的", version=1)
    live(the(project).ticket, "apply", "close")
    with pytest.raises(Refused, match="is over"):
        plan(project, "再来")
    rows = db.select(SupervisedProject)
    assert [len(projects.listing(rows, state, None, 9)) for state in ("open", "closed")] == [0, 1]


def test_what_happened_to_a_project_is_told_in_sentences(app):
    a_project()
    verbs = set(db.session.scalars(db.select(Entry.verb).where(Entry.record == "supervised_project")))
    assert verbs == {"supervised_project.opened"}
