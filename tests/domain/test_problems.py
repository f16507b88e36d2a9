"""Problems (R21): one cause behind several tickets, solved once, told to each of its customers once."""

import pytest

from portal.db import db, transaction
from portal.domain import told
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import linking, problems
from portal.domain.tickets.models import Problem, Ticket
from tests.factories import _loaded, _quick, a_customer, a_department, a_person, a_supervisor, a_ticket, again


def a_problem(*tickets: Ticket, title="浦东片区光缆中断", **facts) -> int:
    """A problem a supervisor opened, with these tickets under it."""
    supervisor = a_supervisor()
    with transaction():
        problem = problems.open_problem(again(supervisor), title, **facts)
    for ticket in tickets:
        put(ticket.id, problem.id)
    return problem.id


def put(ticket: int, problem: int | None) -> None:
    with transaction():
        row = db.session.get_one(Ticket, ticket)
        linking.put_under(_loaded(row), problem and the(problem), again(a_quick_supervisor()))


def a_quick_supervisor() -> Person:
    """A supervisor made inside the transaction that runs."""
    return _quick(Role.SUPERVISOR)


def the(problem: int) -> Problem:
    return db.session.get_one(Problem, problem, populate_existing=True)


def solve(problem: int, words="主干光缆已更换。") -> int:
    with transaction():
        return problems.solve(the(problem), again(a_quick_supervisor()), words)


def told_to() -> list[int]:
    rows = db.select(Letter.to_id).where(Letter.template == "problem_solved").order_by(Letter.id)
    return list(db.session.scalars(rows))


def test_solving_tells_each_who_brought_a_ticket_once_however_many_they_brought(app):
    one, other = a_person(), a_person()
    ids = one.id, other.id
    problem = a_problem(a_ticket(by=one), a_ticket(by=one), a_ticket(by=other))

    assert solve(problem) == 2

    assert sorted(told_to()) == sorted(ids)
    letter = db.session.scalars(
        db.select(Letter).where(Letter.to_id == ids[0], Letter.template == "problem_solved")
    ).one()
    assert letter.facts["words"] == "主干光缆已更换。"
    assert len(letter.facts["others"]) == 1
    assert "浦东片区" not in str(letter.facts)


def test_a_ticket_that_comes_later_is_told_then_and_once(app):
    one = a_person()
    problem = a_problem(a_ticket(by=one))
    solve(problem)
    late, same = a_ticket(), a_ticket(by=one)

    for _ in range(2):
        put(late.id, problem)
        put(same.id, problem)
    put(late.id, None)
    put(late.id, problem)

    assert told_to() == [one.id, db.session.get_one(Ticket, late.id).asked_by_id]
    verbs = list(db.session.scalars(db.select(Entry.verb).where(Entry.record == "problem").order_by(Entry.id)))
    assert verbs == ["problem.opened", "problem.solved", "problem.told"]


def test_where_nobody_has_a_login_the_organisations_administrators_are_told(app):
    customer = a_customer()
    admin = a_person(Role.ORG_ADMIN, customer=customer)
    a_person(Role.ORG_MEMBER, customer=db.session.get_one(type(customer), customer.id))
    agent = a_person(Role.AGENT)
    ticket = a_ticket(by=agent, customer=db.session.get_one(type(customer), customer.id))
    problem = a_problem(ticket)

    assert solve(problem) == 1
    assert told_to() == [admin.id]


def test_solved_again_after_reopening_the_customers_are_told_again(app):
    one = a_person()
    problem = a_problem(a_ticket(by=one))
    solve(problem)
    with transaction():
        problems.reopen(the(problem), again(a_quick_supervisor()), "又断了两次")
    assert the(problem).state == "open"

    assert solve(problem, "第二条光缆也已更换。") == 1
    assert told_to() == [one.id, one.id]


def test_merged_the_tickets_go_over_and_those_of_a_solved_problem_are_told(app):
    one, other = a_person(), a_person()
    left, right = a_problem(a_ticket(by=one)), a_problem(a_ticket(by=other), title="外力施工挖断")
    solve(right)
    with transaction():
        problems.merge(the(left), the(right), again(a_quick_supervisor()))

    assert the(left).state == "merged"
    assert problems.counts(db.select(Ticket), [left, right]) == {right: (2, 2)}
    assert told_to() == [other.id, one.id]
    with pytest.raises(Refused, match="merged"):
        put(a_ticket().id, left)


def test_what_is_not_possible_is_refused_in_words(app):
    problem = a_problem(a_ticket())
    with pytest.raises(Refused, match="told"):
        solve(problem, "  ")
    solve(problem)
    for act in (
        lambda by: problems.solve(the(problem), by, "再说一次"),
        lambda by: problems.merge(the(problem), the(problem), by),
    ):
        with pytest.raises(Refused, match="not possible"), transaction():
            act(again(a_quick_supervisor()))
    assert len(told_to()) == 1


def test_describing_it_is_told_part_by_part_and_never_over_a_newer_one(app):
    problem, department, person = a_problem(), a_department().id, a_supervisor().id
    facts = {"title": "光缆老化", "cause": "十年未更换", "measure": "", "due_on": None}

    def describe(version):
        from portal.domain.people.models import Department

        with transaction():
            problems.describe(
                the(problem), again(a_quick_supervisor()), version=version, **facts,
                department=db.session.get_one(Department, department), person=db.session.get_one(Person, person),
            )  # fmt: skip

    describe(1)
    assert (the(problem).cause, the(problem).department_id, the(problem).person_id) == (
        "十年未更换",
        department,
        person,
    )
    rows = db.session.scalars(db.select(Entry).where(Entry.verb == "problem.described")).all()
    assert {row.facts["part"] for row in rows} == {"the title", "the cause", "the department", "who is responsible"}
    assert [to for (to,) in db.session.execute(db.select(Letter.to_id).where(Letter.template == "problem_given"))] == [
        person
    ]
    with pytest.raises(Stale):
        describe(1)


def test_every_verb_of_a_problem_has_its_sentence(app):
    assert {verb for verb in told.TOLD if verb.startswith("problem.")} == set(problems.TOLD)
