"""Improvement actions of the demo year (整改): two bursts of complaints with one cause each, and eight actions in different states.

What they are about is told in improvements.toml; here stands how far each of them has come.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload

from portal.db import db
from portal.demo.lives import Life, Troupe
from portal.demo.stories import Answer, Story
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person
from portal.domain.quality import improvement as rules
from portal.domain.quality import improvement_revisits as revisits
from portal.domain.quality import signals
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import Improvement, Revisit
from portal.domain.quality.records import Signal
from portal.domain.tickets import linking, problems
from portal.domain.tickets.models import Problem, Ticket
from portal.domain.tickets.queue import chosen
from portal.domain.tickets.states import State

ABOUT = ("title", "problem", "cause", "measure", "class_code")
"""What of the words of an action is said when it is opened."""


def bursts(troupe: Troupe, until: datetime) -> list[Iterator[datetime]]:
    """Complaints of one cause that came within days of each other, each lived like any other."""
    found = []
    for number, burst in enumerate(troupe.told("improvements")["burst"]):
        dice = random.Random(burst["key"])
        gold = set(db.session.scalars(db.select(Customer.id).where(Customer.card == "gold")))
        buyers = [key for key, _ in troupe.customers if troupe.people.get(key) and (number or key in gold)]
        buyers = buyers[4 * number :][: len(burst["cases"])]
        for n, (customer, (subject, text)) in enumerate(zip(buyers, burst["cases"], strict=True)):
            begins = until - timedelta(
                days=burst["begins"] - burst["days"] * n / len(burst["cases"]), hours=dice.uniform(0, 5)
            )
            life = Life(_story(burst, n, subject, text), troupe, random.Random(f"{burst['key']}{n}"), customer, until)
            found.append(life.lived(begins))
    return found


def _story(burst: dict, n: int, subject: str, text: str) -> Story:
    final = Answer(burst["solution"], "final", {name: burst[name] for name in ("cause", "cause_kind", "measure")})
    return Story(
        id=f"{burst['key']}-{n}", kind="complaint", channel="portal", subject=subject, text=text, pace="prompt" if n % 2 else "normal",
        class_code=burst["class_code"], to=burst["to"], suggestion=burst["suggestion"], contact="已致电客户，核实情况并致歉。",
        replies=(final,), solution=burst["solution"], call_note="客户确认已经更正。",
    )  # fmt: skip


def improved(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Each moment of the eight actions, in their order; what is done follows when it has come."""
    told = troupe.told("improvements")
    deeds = [deed for key, plot in PLOTS.items() for deed in plot(_Hands(troupe, told["action"][key], told["better"]))]
    zone = ZoneInfo(settings.company().zone)
    for n, (days, deed) in enumerate(sorted(deeds, key=lambda pair: -pair[0])):
        day = (until - timedelta(days=days)).astimezone(zone)
        yield day.replace(hour=9 + n % 8, minute=n * 7 % 60)
        deed()


class _Hands:
    """Who does it, the action they do it to, and what is said of it."""

    def __init__(self, troupe: Troupe, said: dict[str, Any], better: list[str]):
        self.troupe, self.said, self.better, self.id = troupe, said, better, 0

    def who(self, role: str, which: int = 0) -> Person:
        """Somebody of this role, with the own party."""
        keys = self.troupe.by_role[role]
        rows = db.select(Person).where(Person.id == keys[min(which, len(keys) - 1)])
        return db.session.scalars(rows.options(joinedload(Person.department), joinedload(Person.provider))).one()

    @property
    def row(self) -> Improvement:
        db.session.flush()
        along = map(joinedload, (Improvement.department, Improvement.person))
        rows = db.select(Improvement).where(Improvement.id == self.id).options(*along)
        return db.session.scalars(rows.execution_options(populate_existing=True)).one()

    @property
    def judge(self) -> Person:
        """A supervisor who is not responsible for it."""
        return next(who for n in range(9) if not self.row.is_in_hands_of(who := self.who("supervisor", n)))

    @property
    def doer(self) -> Person:
        """Whoever is named, else a handler of the department."""
        row = self.row
        keys = [row.person_id] if row.person_id else self.troupe.handlers[("department", row.department_id)]
        return db.session.get_one(Person, keys[0])

    def open(self, days: int, source: str = "other", record=None, named: bool = True) -> None:
        """Opened by a supervisor, due in so many days."""
        said = {"class_code": None, **{name: self.said[name] for name in ABOUT if name in self.said}}
        if isinstance(record, Problem):
            said |= {"title": record.title, "cause": record.cause, "measure": record.measure}
        party = db.session.get_one(Department, self.troupe.parties[self.said["department"]])
        keys = self.troupe.handlers.get(("department", party.id), [])
        person = db.session.get_one(Person, keys[0]) if named and keys else None
        due = today() + timedelta(days=days)
        self.id = rules.open_action(
            self.who("supervisor"), source, record, department=party, person=person, due_on=due, **said
        ).id

    def open_for_issue(self, days: int) -> None:
        """Opened from one of the hot issues."""
        self.open(days, "problem", db.session.get_one(Problem, self.troupe.problems[self.said["issue"]]))

    def steps(self) -> None:
        """Steps by day; those with words are done at once."""
        for days, title, words in self.said["steps"]:
            step = rules.add_step(self.row, self.doer, title, today() + timedelta(days=days))
            if words:
                rules.do_step(step, self.row, self.doer, words)

    def finish(self, days_ago: int = 0) -> None:
        rules.finish(self.row, self.doer, self.said["result"], today() - timedelta(days=days_ago))

    def verify(self) -> None:
        rules.verify(self.row, self.judge, self.said["finding"])

    def tell(self) -> None:
        revisits.tell(self.row, self.judge, self.said["told"])

    def close(self) -> None:
        rules.close(self.row, self.judge, self.said["effect"])

    def again(self, days: int) -> None:
        """Found not to be enough: once more, due in so many days."""
        rules.again(self.row, self.judge, self.said["again"], today() + timedelta(days=days))

    def ask(self, most: int, *, outcome: str = "better", means: str = "call") -> None:
        """The next customers on the list are asked."""
        words = self.said.get("answers", self.better)
        rows = db.select(Revisit).where(Revisit.improvement_id == self.id, Revisit.recorded_at.is_(None))
        along = rows.options(joinedload(Revisit.customer)).order_by(Revisit.id).limit(most)
        caller = next(who for n in range(9) if not self.row.is_in_hands_of(who := self.who("caller", n)))
        for one in list(db.session.scalars(along)):
            said = "" if outcome == "unreachable" else words[one.id % len(words)]
            contact = next(iter(self.troupe.contacts.get(one.customer_id, [("", "")])))[0]
            revisits.record(one, self.row, caller, outcome, means, contact, said)


Deeds = Iterator[tuple]


def _proven(hands: _Hands) -> Deeds:
    """From a signal of the analysis to its proven effect."""
    yield 138, lambda: _from_signal(hands)
    yield 132, hands.steps
    yield 122, hands.finish
    yield 117, hands.verify
    yield 100, lambda: hands.ask(5)
    yield 98, lambda: hands.ask(9, means="visit")
    yield 97, hands.tell
    yield 58, hands.close


def _from_signal(hands: _Hands) -> None:
    signals.keep(signals.seek())
    rows = db.select(Signal).where(Signal.class_code == hands.said["class_code"], Signal.settled_at.is_(None))
    signal = db.session.scalars(rows.order_by(Signal.id)).first()
    hands.open(16, "signal" if signal else "other", signal)


def _measured(hands: _Hands) -> Deeds:
    """From a problem; measured, everybody asked, about to be closed."""
    yield 106, lambda: _from_problem(hands)
    yield 97, hands.finish
    yield 91, hands.verify
    yield 75, lambda: hands.ask(4)
    yield 70, lambda: hands.ask(9)


def _from_problem(hands: _Hands) -> None:
    supervisor, said = hands.who("supervisor"), hands.said
    problem = problems.open_problem(
        supervisor, said["title"], cause=said["problem_cause"], measure=said["problem_measure"], class_code=said["class_code"]
    )  # fmt: skip
    ids = db.session.scalars(
        db.select(Ticket.id).where(Ticket.class_code == said["class_code"], Ticket.kind == "complaint")
    )
    for ticket in chosen(db.select(Ticket), list(ids), Ticket.problem, Ticket.customer):
        linking.put_under(ticket, problem, supervisor)
    hands.open(14, "problem", problem)


def _asked(hands: _Hands) -> Deeds:
    """Verified; the customers are being asked, the effect is too early to tell."""
    yield 40, lambda: hands.open_for_issue(25)
    yield 22, lambda: hands.finish(1)
    yield 17, hands.verify
    yield 9, lambda: hands.ask(1)
    yield 6, lambda: hands.ask(1, outcome="unreachable")


def _reported(hands: _Hands) -> Deeds:
    """Reported as done; waits for a supervisor."""
    yield 30, lambda: hands.open_for_issue(28)
    yield 2, hands.finish


def _carried_out(hands: _Hands) -> Deeds:
    """Being carried out, step by step."""
    yield 18, lambda: hands.open_for_issue(30)
    yield 16, hands.steps


def _overdue(hands: _Hands) -> Deeds:
    """Overdue, and risen to the managers."""
    yield 45, lambda: hands.open_for_issue(36)
    yield 40, hands.steps


def _repeated(hands: _Hands) -> Deeds:
    """From a complaint; found not to be enough, in its second round."""
    yield 75, lambda: _from_complaint(hands)
    yield 62, hands.finish
    yield 57, hands.verify
    yield 30, lambda: hands.ask(9, outcome="same")
    yield 20, lambda: hands.again(26)


def _from_complaint(hands: _Hands) -> None:
    alike = (Ticket.class_code == hands.said["class_code"], Ticket.kind == "complaint", Ticket.state == State.CLOSED)
    key = db.session.scalars(db.select(Ticket.id).where(*alike).order_by(Ticket.id)).first()
    found = chosen(db.select(Ticket), [key] if key else [])
    hands.open(14, "complaint" if found else "other", found[0] if found else None)


def _inspected(hands: _Hands) -> Deeds:
    """By hand, from the inspection of July; no figure shows it, closed by what was found."""
    yield 125, lambda: hands.open(30, "inspection", named=False)
    yield 101, hands.finish
    yield 97, hands.verify
    yield 60, hands.close


PLOTS = {
    "proven": _proven, "measured": _measured, "asked": _asked, "reported": _reported, "carried_out": _carried_out,
    "overdue": _overdue, "repeated": _repeated, "inspected": _inspected,
}  # fmt: skip
