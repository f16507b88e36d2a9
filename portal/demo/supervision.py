"""What quality supervision does in the demo year: one complaint becomes a project, signals are looked at, a problem is solved."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person
from portal.domain.quality import complaint_counts, projects, signals
from portal.domain.quality.days import today
from portal.domain.quality.records import Signal, SupervisedProject
from portal.domain.tickets import actions, dispatching, problems
from portal.domain.tickets.models import Problem, Ticket
from portal.domain.tickets.orders import orders
from portal.domain.tickets.queue import chosen


def supervised(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Each moment of these deeds, in their order; what is done follows when it has come."""
    for at, deed in sorted(_deeds(troupe, until), key=lambda pair: pair[0]):
        yield at
        deed()


def _deeds(troupe: Troupe, until: datetime) -> Iterator[tuple]:
    long_one = _LongComplaint(troupe)
    begun = hours.ago(until, 108, "long").replace(hour=9, minute=18)
    yield begun, long_one.begin
    yield begun + timedelta(minutes=26), long_one.hand_over
    yield begun + timedelta(minutes=71), long_one.call
    yield begun + timedelta(hours=5, minutes=37), long_one.reply
    for n in range(1, 8):
        yield hours.ago(until, 108 - 14 * n, "long"), lambda n=n: long_one.tell(n)
    for n in range(6, 0, -1):
        yield hours.work_day(until, n, 15 + n / 7), lambda n=n: long_one.report(n)
    yield hours.ago(until, 13, "plan"), long_one.plan
    yield hours.ago(until, 4, "reach"), long_one.reach
    for day in _months(until):
        yield day, lambda: _look(troupe)
    yield hours.work_day(until, 1, 9.7), lambda: _look(troupe)
    yield hours.ago(until, 9, "solve"), lambda: _solve_one(troupe)


class _LongComplaint:
    """A complaint that takes long for a reason everybody understands (R18)."""

    def __init__(self, troupe: Troupe):
        self.troupe, self.said, self.id = troupe, troupe.told("deeds")["supervised"], 0

    def who(self, role: str) -> Person:
        return db.session.get_one(Person, self.troupe.first(role))

    @property
    def ticket(self) -> Ticket:
        return chosen(db.select(Ticket), [self.id])[0]

    @property
    def project(self) -> SupervisedProject:
        found = projects.of_ticket(self.ticket)
        assert found is not None  # noqa: S101  three months are over
        found.ticket = self.ticket
        return found

    def begin(self) -> None:
        """Rung up by the customer, and accepted."""
        key, _ = self.troupe.customers[self.said["buyer"]]
        customer = db.session.get_one(Customer, key)
        asked = db.session.get_one(Person, self.troupe.people[key][0])
        agent = self.who("agent")
        ticket = actions.open_ticket(
            agent, "complaint", self.said["subject"], self.said["words"], customer=customer, asked_by=asked, class_code=self.said["class_code"],
            channel="hotline", contact_name=asked.name, contact_phone=asked.phone, severity="serious",
        )  # fmt: skip
        self.id = ticket.id
        actions.accept(self.ticket, agent)

    def hand_over(self) -> None:
        """Dispatched to a department."""
        key = self.troupe.parties[self.said["party"]]
        dispatching.dispatch(
            self.ticket, self.who("agent"), db.session.get_one(Department, key), self.said["suggestion"]
        )

    def call(self) -> None:
        """Confirmed by the department, which rings the customer."""
        order = orders(self.ticket)[0]
        dispatching.confirm(order, self.ticket, self.handler)
        who = self.ticket.contact_name
        dispatching.contact(self.ticket, self.handler, "phone", True, who, self.said["contact"], order)

    def reply(self) -> None:
        """Told why it takes long."""
        shape = {"until": self.said["until"]}
        actions.reply(self.ticket, self.who("agent"), self.said["reply"], stage="preliminary", shape=shape)

    def tell(self, n: int) -> None:
        """The state report of a fortnight."""
        actions.reply(
            self.ticket, self.who("agent"), self.said["told"].format(n="一二三四五六七"[n - 1]), stage="progress"
        )
        self.report(n)

    def report(self, n: int) -> None:
        """How the order stands, said by its department."""
        words = self.troupe.phrases.reports
        dispatching.report_state(orders(self.ticket)[0], self.ticket, self.handler, words[n % len(words)], False)

    @property
    def handler(self) -> Person:
        return db.session.get_one(
            Person, self.troupe.handlers["department", self.troupe.parties[self.said["party"]]][0]
        )

    def plan(self) -> None:
        """It has become a project: plan and milestones."""
        supervisor, project = self.who("supervisor"), self.project
        projects.plan(project, supervisor, self.who("agent"), self.said["plan"])
        for days, title in self.said["milestones"]:
            projects.add_milestone(project, supervisor, title, today() + timedelta(days=days))

    def reach(self) -> None:
        """The first milestone is reached, with its evidence."""
        project = self.project
        first = projects.milestones_of(project)[0]
        projects.reach(first, project, self.who("supervisor"), self.said["reached"])


def _months(until: datetime) -> list[datetime]:
    """The twelfth of each month of the year, ten in the morning."""
    zone, day, found = ZoneInfo(settings.company().zone), until.date(), []
    for back in range(12):
        number = day.year * 12 + day.month - 1 - back
        found.append(hours.on_duty(datetime(number // 12, number % 12 + 1, 12, 10, 5 + back * 4, tzinfo=zone)))
    return [at for at in found if at <= until]


def _look(troupe: Troupe) -> None:
    """As the worker does; the supervisor dismisses what older months showed."""
    while complaint_counts.keep_next() is not None:
        pass
    signals.keep(signals.seek())
    supervisor = db.session.get_one(Person, troupe.first("supervisor"))
    old = date.fromordinal(today().toordinal() - 170)
    for signal in db.session.scalars(db.select(Signal).where(Signal.settled_at.is_(None), Signal.month < old)):
        signals.dismiss(signal, supervisor, troupe.told("deeds")["supervised"]["dismissed"])


def _solve_one(troupe: Troupe) -> None:
    """The first problem that has tickets is solved; their customers hear of it."""
    supervisor = db.session.get_one(Person, troupe.first("supervisor"))
    for key in troupe.problems.values():
        if problems.counts(db.select(Ticket), [key]):
            problems.solve(db.session.get_one(Problem, key), supervisor, troupe.told("deeds")["supervised"]["solved"])
            return
