"""Problems (热点问题, R21): one cause behind several tickets; described, solved once for all its customers, reopened, merged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Customer, Department, Person
from portal.domain.people.queries import colleagues
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.models import Problem, Ticket
from portal.domain.tickets.steps import touch
from portal.i18n import N_

STATES = {"open": N_("In hand"), "solved": N_("Solved"), "merged": N_("Merged")}
TONES = {"open": "warn", "solved": "good", "merged": "quiet"}

# How the journal tells what happened to a problem.
TOLD = {
    "problem.opened": N_("{by} opened the problem “{became}”"),
    "problem.described": N_("{by} changed {part}"),
    "problem.solved": N_("{by} solved it and told the customers: {why}"),
    "problem.told": N_("The solution was told to {number} more people"),
    "problem.reopened": N_("{by} reopened it: {why}"),
    "problem.merged": N_("{by} merged it into “{became}”"),
    "problem.merged_here": N_("{by} merged “{became}” into it"),
}
PARTS = {
    "title": N_("the title"), "cause": N_("the cause"), "measure": N_("the measure"), "department_id": N_("the department"),
    "person_id": N_("who is responsible"), "due_on": N_("the day it is due"),
}  # fmt: skip


def open_problem(
    by: Person, title: str, *, cause: str = "", measure: str = "", department: Department | None = None,
    person: Person | None = None, due_on: date | None = None, class_code: str | None = None,
) -> Problem:  # fmt: skip
    """A new problem; whoever is made responsible hears of it."""
    _need_ahead(due_on)
    problem = Problem(
        title=title, cause=cause, measure=measure, department=department, person=person, due_on=due_on,
        class_code=class_code, by=by, at=clock.now(), solution="", round=1,
    )  # fmt: skip
    db.session.add(problem)
    db.session.flush()
    journal.write("problem.opened", problem, by, became=title)
    _hand_over(problem, by)
    return problem


def describe(
    problem: Problem, by: Person, *, title: str, cause: str, measure: str, department: Department | None,
    person: Person | None, due_on: date | None, version: int | None = None,
) -> None:  # fmt: skip
    """Say more precisely what it is, why, what is done about it, by whom and until when."""
    if version is not None and problem.version != version:
        raise Stale(N_("Somebody changed this problem while you were writing. Look at what is new; your text is kept."))
    _need(problem, "open")
    wanted = {
        "title": title, "cause": cause, "measure": measure, "department_id": department.id if department else None,
        "person_id": person.id if person else None, "due_on": due_on,
    }  # fmt: skip
    changed = {name: value for name, value in wanted.items() if getattr(problem, name) != value}
    _need_ahead(changed.get("due_on"))
    for name, value in changed.items():
        journal.write("problem.described", problem, by, was=getattr(problem, name), became=value, part=PARTS[name])
        setattr(problem, name, value)
    if "person_id" in changed:
        problem.person = person
        _hand_over(problem, by)


def _need_ahead(due_on: date | None) -> None:
    if due_on is not None and due_on < settings.today():
        raise Refused(N_("This day is over; please choose a later one.")).beside("due_on")


def _hand_over(problem: Problem, by: Person) -> None:
    if problem.person and problem.person.id != by.id:
        outbox.post(
            "problem_given", problem.person, key=f"problem:{problem.id}:given:{clock.now().isoformat()}",
            title=problem.title, problem=problem.id, by=by.name, on=problem.due_on.isoformat() if problem.due_on else "",
        )  # fmt: skip


def solve(problem: Problem, by: Person, words: str) -> int:
    """It is solved: everybody who brought one of its tickets hears so, once. Gives how many people were told.

    `words` go to customers; title, cause and measure stay inside.
    """
    _need(problem, "open")
    if not words.strip():
        raise Refused(N_("Please write what the customers are told."))
    problem.solved_at, problem.solution = clock.now(), words
    journal.write("problem.solved", problem, by, why=words[:500])
    return _tell(problem, _brought(Ticket.problem_id == problem.id))


def tell_of(problem: Problem, ticket: Ticket) -> None:
    """A ticket came under a problem that is solved already: its customer hears of the solution now, once."""
    if problem.solved_at is None:
        return
    db.session.flush()
    told = _tell(problem, _brought(Ticket.id == ticket.id))
    if told:
        journal.write("problem.told", problem, None, number=told)


def _brought(which: ColumnElement[bool]) -> list[tuple[Ticket, Person]]:
    """Each of these tickets with whom it is told to: who asked, or where nobody has a login of its own, the
    customer's administrators."""
    rows = db.session.scalars(db.select(Ticket).where(which).options(joinedload(Ticket.asked_by)).order_by(Ticket.id))
    pairs = []
    for ticket in rows:
        asked = [ticket.asked_by] if ticket.asked_by else _administrators(ticket.customer_id)
        pairs += [(ticket, person) for person in asked if person.is_active]
    return pairs


def _administrators(customer_id: int) -> list[Person]:
    return [person for person in colleagues(customer_id) if person.is_org_admin]


def _tell(problem: Problem, brought: list[tuple[Ticket, Person]]) -> int:
    """A letter to each person, about the tickets they brought; the key makes it one a person and round."""
    theirs: dict[int, list[tuple[Ticket, Person]]] = {}
    for ticket, person in brought:
        theirs.setdefault(person.id, []).append((ticket, person))
    before = _letters(problem)
    for pairs in theirs.values():
        ticket, person = pairs[0]
        outbox.post(
            "problem_solved", person, key=f"problem:{problem.id}:{problem.round}", ticket=ticket, words=problem.solution,
            number=ticket.number, subject=ticket.subject, others=[other.number for other, _ in pairs[1:]],
        )  # fmt: skip
    return _letters(problem) - before


def _letters(problem: Problem) -> int:
    key = f"problem_solved:problem:{problem.id}:{problem.round}:"
    db.session.flush()
    rows = db.select(func.count()).select_from(outbox.Letter)
    return db.session.scalar(rows.where(outbox.Letter.key >= key, outbox.Letter.key < f"{key[:-1]};")) or 0


def reopen(problem: Problem, by: Person, why: str) -> None:
    """It was not solved after all; solved again, the customers are told again."""
    _need(problem, "solved")
    problem.solved_at, problem.round = None, problem.round + 1
    journal.write("problem.reopened", problem, by, why=why)


def merge(problem: Problem, into: Problem, by: Person) -> None:
    """Two problems are one: the tickets go over, and are told if the other one is solved already."""
    _need(problem, "open")
    if into.id == problem.id or into.merged_into_id is not None:
        raise Refused(N_("Only two different problems that stand on their own can be merged."))
    tickets = list(db.session.scalars(db.select(Ticket).where(Ticket.problem_id == problem.id)))
    for ticket in tickets:
        ticket.problem_id = into.id
        touch(ticket)
    problem.merged_into = into
    journal.write("problem.merged", problem, by, became=into.title)
    journal.write("problem.merged_here", into, by, became=problem.title)
    db.session.flush()
    for ticket in tickets:
        tell_of(into, ticket)


def why_not(problem: Problem, state: str) -> Refused | None:
    """Why what is possible in this state only cannot be done with it now; nothing where it can."""
    if problem.state == state:
        return None
    return Refused(N_("This problem is “{state}”; that is not possible now."), state=STATES[problem.state])


def _need(problem: Problem, state: str) -> None:
    if (no := why_not(problem, state)) is not None:
        raise no


@dataclass(frozen=True)
class Line:
    """A problem in the list: how many tickets (that the reader may see) of how many customers."""

    problem: Problem
    tickets: int
    customers: int


def listing(rows: Select, tickets: Select, state: str, before: int | None, limit: int) -> list[Line]:
    """Problems (visible ones) in a state, newest first, each with its tickets counted: two statements."""
    rows = rows.where(*_IN_STATE[state]).options(*map(joinedload, (Problem.department, Problem.person)))
    if before is not None:
        rows = rows.where(Problem.id < before)
    found = list(db.session.scalars(rows.order_by(Problem.id.desc()).limit(limit)))
    counted = counts(tickets, [one.id for one in found])
    return [Line(one, *counted.get(one.id, (0, 0))) for one in found]


_OPEN = (Problem.solved_at.is_(None), Problem.merged_into_id.is_(None))
_IN_STATE = {
    "open": _OPEN,
    "solved": (Problem.solved_at.is_not(None), Problem.merged_into_id.is_(None)),
    "merged": (Problem.merged_into_id.is_not(None),),
}


def counts(tickets: Select, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """How many of these tickets, of how many customers, stand under each problem."""
    columns = (Ticket.problem_id, func.count(), func.count(func.distinct(Ticket.customer_id)))
    rows = tickets.with_only_columns(*columns).where(Ticket.problem_id.in_(list(ids))).group_by(Ticket.problem_id)
    return {key: (number, customers) for key, number, customers in db.session.execute(rows) if key is not None}


def tickets_of(problem: Problem, tickets: Select, before: int | None, limit: int) -> list[Ticket]:
    """The problem's tickets among those the reader may see, newest first, with customer."""
    rows = tickets.where(Ticket.problem_id == problem.id).options(joinedload(Ticket.customer))
    if before is not None:
        rows = rows.where(Ticket.id < before)
    return list(db.session.scalars(rows.order_by(Ticket.id.desc()).limit(limit)))


def candidates(problem: Problem, tickets: Select, limit: int) -> list[Ticket]:
    """Of these tickets those that could come under it, newest first: not under it already, with customer and problem."""
    others = tickets.where(Ticket.problem_id.is_distinct_from(problem.id), Ticket.merged_into_id.is_(None))
    along = map(joinedload, (Ticket.customer, Ticket.problem))
    return list(db.session.scalars(others.options(*along).order_by(Ticket.id.desc()).limit(limit)))


def customers_of(problem: Problem, tickets: Select, limit: int = 60) -> list[tuple[Customer, int]]:
    """Whom it touches: each customer once, with how many tickets, the most first."""
    mine = tickets.where(Ticket.problem_id == problem.id).with_only_columns(Ticket.customer_id, func.count().label("n"))
    few = mine.group_by(Ticket.customer_id).subquery()
    rows = db.select(Customer, few.c.n).join(few, few.c.customer_id == Customer.id)
    found = db.session.execute(rows.order_by(few.c.n.desc(), Customer.id).limit(limit))
    return [(row.Customer, row.n) for row in found]


def history(problem: Problem, entries: Select, limit: int = 40) -> list[journal.Entry]:
    """What happened to it, newest first, with who did it."""
    of = (journal.Entry.record == "problem", journal.Entry.record_id == problem.id)
    rows = entries.where(*of).options(joinedload(journal.Entry.by)).order_by(journal.Entry.id.desc())
    return list(db.session.scalars(rows.limit(limit)))


def overdue(today: date) -> Select:
    """How many problems are past their day, as a statement."""
    return db.select(func.count()).select_from(Problem).where(*_OPEN, Problem.due_on < today)


def told_of(problem: Problem) -> int:
    """How many people heard of the solution in this round."""
    return _letters(problem)
