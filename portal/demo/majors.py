"""The demo's major complaints (R20): one brought to its end with dossier, plan, compensation, report and review; one rejected.

What rules of the policy proposed besides stays for the supervisors to decide.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.demo.lives import Troupe
from portal.demo.photos import photo
from portal.domain.people.models import Customer, Department, Person
from portal.domain.quality import major, major_approvals, major_dossier
from portal.domain.quality.days import zone
from portal.domain.quality.major_models import MajorCase
from portal.domain.tickets import actions, callback, dispatching
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.queue import chosen

ALONG = (joinedload(MajorCase.ticket).joinedload(Ticket.customer), joinedload(MajorCase.proposed_by))


def told(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """The whole course of the one complaint, moment by moment."""
    case = Case(troupe)
    steps = (
        (1, 9.7, case.begin), (1, 10.5, case.alarm), (1, 14, case.gather), (1, 16, case.plan), (2, 9, case.approve_plan),
        (2, 14, case.make_report), (2, 16, case.send_up), (3, 9.5, case.approve_report), (3, 11, case.solve),
        (4, 10, case.compensate), (4, 15, case.approve_compensation), (7, 10, case.verify), (8, 11, case.reject_another),
        (8, 15, case.close),
    )  # fmt: skip
    for days, hours, step in steps:
        yield _moment(until, days, hours)
        step()


def report_is_made(until: datetime) -> datetime:
    """When the worker makes its report: between being asked for and being sent up."""
    return _moment(until, 2, 15)


def _moment(until: datetime, days: int, hours: float) -> datetime:
    """So many days after the Monday two weeks back, at this hour of the company's day."""
    monday = until.astimezone(zone()).date()
    monday -= timedelta(days=monday.weekday() + 14)
    return datetime.combine(monday + timedelta(days=days), time(), zone()) + timedelta(hours=hours)


class Case:
    """One complaint that many are hurt by and a newspaper asks about; what happened is told in majors.toml."""

    def __init__(self, troupe: Troupe):
        self.troupe, self.said, self.ticket_id = troupe, troupe.told("majors"), 0

    def begin(self) -> None:
        """Opened by the hotline, accepted and dispatched."""
        key, _ = self.troupe.customers[self.said["buyer"]]
        asked, agent = self.who(self.troupe.people[key][0]), self.first("agent")
        ticket = actions.open_ticket(
            agent, "complaint", self.said["subject"], self.said["text"], customer=db.session.get_one(Customer, key),
            asked_by=asked, class_code=self.said["class_code"], channel="hotline", contact_name=asked.name,
            contact_phone=asked.phone, severity="critical",
        )  # fmt: skip
        self.ticket_id = ticket.id
        actions.accept(self.ticket, agent)
        party = db.session.get_one(Department, self.troupe.parties[self.said["party"]])
        dispatching.dispatch(self.ticket, agent, party, self.said["suggestion"])
        order = dispatching.running_orders(self.ticket)[0]
        dispatching.confirm(order, self.ticket, self.handler)
        dispatching.contact(self.ticket, self.handler, "phone", True, asked.name, self.said["contact"], order)

    def alarm(self) -> None:
        """Proposed by the agent, accepted by a supervisor."""
        case = major.propose(
            self.ticket,
            self.first("agent"),
            tuple(self.said["signs"]),
            self.said["disputed_yuan"],
            self.said["proposed"],
        )
        major.accept(case, self.ticket, self.first("supervisor"), self.said["accepted"])

    def gather(self) -> None:
        """The checklist, the course of events and the photos."""
        case, by = self.case, self.handler
        for place, body in self.said["dossier"].items():
            if place != "plan":
                major_dossier.write(case, by, f"item/{place}", body, 0)
        for number, place in enumerate(self.said["photos"]):
            major_dossier.add_files(
                case, by, f"photo/{place}", [photo(self.said["picture"], number, f"{place}.jpg", by)]
            )
        for back, body in self.said["course"]:
            major_dossier.enter(case, by, clock.now() - timedelta(minutes=back), body)

    def plan(self) -> None:
        major_dossier.write(self.case, self.handler, "item/plan", self.said["dossier"]["plan"], 0)
        major_approvals.ask(self.case, self.ticket, self.first("agent"), major_approvals.PLAN_OF)

    def approve_plan(self) -> None:
        self._approve(major_approvals.PLAN_OF, self.said["plan_approved"])

    def make_report(self) -> None:
        major_approvals.make_report(self.case, self.ticket, self.first("agent"))

    def send_up(self) -> None:
        """The report of its two days goes to the managers."""
        document = major_approvals.reports(self.case)[0]
        major_approvals.ask(self.case, self.ticket, self.first("agent"), major_approvals.REPORT, document=document)

    def approve_report(self) -> None:
        self._approve(major_approvals.REPORT, self.said["report_approved"])

    def close(self) -> None:
        """The closing review, by a supervisor who had no hand in it."""
        said = self.said["closing"]
        major_approvals.close(self.case, self.ticket, self.first("supervisor"), **said)

    def solve(self) -> None:
        actions.reply(self.ticket, self.handler, self.said["reply"], stage="progress")
        actions.apply(self.ticket, self.handler, self.said["solution"], shape=self.said["shape"])

    def compensate(self) -> None:
        """Special compensation is asked for, with its papers."""
        for place, body in self.said["papers"].items():
            major_dossier.write(self.case, self.handler, f"paper/{place}", body, 0)
        what, amount = major_approvals.COMPENSATION, self.said["compensation_yuan"]
        major_approvals.ask(
            self.case, self.ticket, self.first("agent"), what, words=self.said["compensation"], amount=amount
        )

    def approve_compensation(self) -> None:
        self._approve(major_approvals.COMPENSATION, self.said["compensation_approved"])

    def verify(self) -> None:
        """The call-back closes the complaint itself."""
        callback.call_back(self.ticket, self.first("caller"), "solved_satisfied", self.said["called"])

    def reject_another(self) -> None:
        """Of what rules proposed, the oldest is found to be no major complaint."""
        rows = db.select(MajorCase).where(MajorCase.state == major.PROPOSED).order_by(MajorCase.id)
        another = db.session.scalar(rows.options(*ALONG))
        if another is not None:
            major.reject(another, another.ticket, self.first("supervisor"), self.said["rejected"])

    def _approve(self, what: str, why: str) -> None:
        approval = major_approvals.last(major_approvals.of(self.case), what)
        assert approval is not None  # noqa: S101  asked for a step before
        major_approvals.decide(approval, self.ticket, self.first("manager"), True, why)

    @property
    def ticket(self) -> Ticket:
        return chosen(db.select(Ticket), [self.ticket_id])[0]

    @property
    def case(self) -> MajorCase:
        found = major.of(self.ticket)
        assert found is not None  # noqa: S101  proposed at the beginning
        return found

    @property
    def handler(self) -> Person:
        return self.who(self.troupe.handlers[("department", self.troupe.parties[self.said["party"]])][0])

    def first(self, role: str) -> Person:
        return self.who(self.troupe.first(role))

    def who(self, key: int) -> Person:
        along = (Person.customer, Person.department, Person.provider)
        return db.session.scalars(db.select(Person).where(Person.id == key).options(*map(joinedload, along))).one()
