"""The demo's major complaints (R20): one just brought to its end with dossier, plan, compensation, report and review; one
under way whose plan waits for a manager; one proposed that nobody has decided yet.

What rules of the policy propose besides is looked at by a supervisor the working day after.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.demo.photos import photo
from portal.domain.people import parties
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.quality import major, major_approvals, major_dossier, penalties
from portal.domain.quality.days import zone
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.support_models import Penalty
from portal.domain.tickets import actions, callback, dispatching
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.queue import chosen

ALONG = (joinedload(MajorCase.ticket).joinedload(Ticket.customer), joinedload(MajorCase.proposed_by))


def told(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """The whole course of the one complaint, moment by moment."""
    case = Case(troupe, troupe.told("majors"))
    steps = (
        (7, 9.7, case.begin), (7, 9.9, case.propose), (7, 10.4, case.accept), (7, 10.7, case.call_a_provider), (7, 11.3, case.tell), (7, 14, case.gather), (7, 16.1, case.plan),
        (6, 9.2, case.approve_plan), (6, 10.6, case.tell), (6, 14.1, case.make_report), (6, 16.2, case.send_up), (5, 9.6, case.approve_report),
        (5, 11.1, case.solve), (4, 10.2, case.compensate), (4, 15.3, case.approve_compensation), (2, 10.4, case.verify),
        (2, 14.3, case.fine), (1, 9.4, case.grant_fine), (1, 14.1, case.take_star), (1, 15.2, case.close),
    )  # fmt: skip
    for days, hour, step in steps:
        yield hours.work_day(until, days, hour)
        step()


def under_way(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Two of yesterday: one accepted, whose plan is to be approved; one only proposed."""
    said = troupe.told("majors")
    case, new = Case(troupe, said["under_way"]), Case(troupe, said["new"])
    steps = (
        (9.6, case.begin), (9.9, case.propose), (10.3, case.accept), (10.8, case.tell), (13.8, case.gather), (14.6, new.begin),
        (15.3, new.propose), (16.2, case.plan), (16.6, new.tell),
    )  # fmt: skip
    for hour, step in steps:
        yield hours.work_day(until, 1, hour)
        step()


def looked_at(troupe: Troupe, begins: datetime, until: datetime) -> Iterator[datetime]:
    """What rules proposed is found to be no major complaint; what is of yesterday waits."""
    reasons = cycle(troupe.told("majors")["no_major"])
    day, dice = begins.astimezone(zone()).date(), random.Random("looked at")
    while (at := hours.at_desk_from(day, dice)) < hours.work_day(until, 1, 0):
        yield at
        rows = db.select(MajorCase).where(MajorCase.state == major.PROPOSED, MajorCase.proposed_by_id.is_(None))
        for case in db.session.scalars(rows.order_by(MajorCase.id).options(*ALONG)).all():
            supervisor = db.session.get_one(Person, troupe.first("supervisor"))
            major.reject(case, case.ticket, supervisor, next(reasons))
        day = at.astimezone(zone()).date() + timedelta(days=1)


def report_is_made(until: datetime) -> datetime:
    """When the worker makes its report: between being asked for and being sent up."""
    return hours.work_day(until, 6, 15)


class Case:
    """One complaint that many are hurt by; what happened is told in majors.toml."""

    def __init__(self, troupe: Troupe, said: dict[str, Any]):
        self.troupe, self.said, self.ticket_id, self.words = troupe, said, 0, iter(said["told"])

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

    def propose(self) -> None:
        """By the agent, for what the customer says of it."""
        signs, amount = tuple(self.said["signs"]), self.said["disputed_yuan"] or None
        major.propose(self.ticket, self.first("agent"), signs, amount, self.said["proposed"])

    def accept(self) -> None:
        """By a supervisor: the managers are alarmed, the report is promised."""
        major.accept(self.case, self.ticket, self.first("supervisor"), self.said["accepted"])

    def tell(self) -> None:
        """How it stands, told to the customer."""
        words, until = next(self.words)
        stage = "progress" if self.ticket.replied_at else "preliminary"
        actions.reply(self.ticket, self.handler, words, stage=stage, shape={"until": until})

    def gather(self) -> None:
        """The checklist, the course of events and the photos."""
        case, by = self.case, self.handler
        for place, body in self.said["dossier"].items():
            if place != "plan":
                major_dossier.write(case, by, f"item/{place}", body, 0)
        for number, place in enumerate(self.said.get("photos", ())):
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
        """The report of its two days goes to the managers; not from a machine that is too slow to set it on paper."""
        document = major_approvals.reports(self.case)[0]
        if document.state == "ready":
            major_approvals.ask(self.case, self.ticket, self.first("agent"), major_approvals.REPORT, document=document)

    def approve_report(self) -> None:
        if major_approvals.last(major_approvals.of(self.case), major_approvals.REPORT) is not None:
            self._approve(major_approvals.REPORT, self.said["report_approved"])

    def close(self) -> None:
        """The closing review, by a supervisor who had no hand in it."""
        by, approvals = self.first("supervisor"), major_approvals.of(self.case)
        if major_approvals.why_not_close(self.case, self.ticket, by, approvals) is None:
            major_approvals.close(self.case, self.ticket, by, **self.said["closing"])

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

    def call_a_provider(self) -> None:
        """A provider assists on the site; it will come late, twice."""
        provider = self.assistant
        suggestion = self.troupe.told("deeds")["accounts"]["assists"]
        order = dispatching.dispatch(self.ticket, self.first("agent"), provider, suggestion, lead=False)
        theirs = self.troupe.handlers.get(("provider", provider.id))
        if theirs:
            order = next(one for one in dispatching.running_orders(self.ticket) if one.id == order.id)
            dispatching.confirm(order, self.ticket, self.who(theirs[0]))

    def fine(self) -> None:
        """The provider is to pay for it (R32)."""
        reason = self.troupe.told("deeds")["accounts"]["penalty"]
        penalties.propose(self.assistant, "fine", reason, self.first("supervisor"), 3000, self.ticket)

    def grant_fine(self) -> None:
        row = db.session.scalars(db.select(Penalty).options(joinedload(Penalty.ticket), joinedload(Penalty.by))).one()
        penalties.decide(row, self.assistant, True, "同意处罚，督促整改。", self.first("manager"))

    def take_star(self) -> None:
        """Proposed besides; waits for the manager."""
        reason = self.troupe.told("deeds")["accounts"]["star_down"]
        penalties.propose(self.assistant, "star_down", reason, self.first("supervisor"), ticket=self.ticket)

    def verify(self) -> None:
        """The call-back closes the complaint itself."""
        callback.call_back(self.ticket, self.first("caller"), "solved_satisfied", self.said["called"])

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
    def assistant(self) -> Provider:
        """The third provider, by number."""
        open_ones = parties.open_ones(db.select(Provider)).order_by(Provider.id)
        return list(db.session.scalars(open_ones.limit(3)))[-1]

    @property
    def handler(self) -> Person:
        return self.who(self.troupe.handlers[("department", self.troupe.parties[self.said["party"]])][0])

    def first(self, role: str) -> Person:
        return self.who(self.troupe.first(role))

    def who(self, key: int) -> Person:
        along = (Person.customer, Person.department, Person.provider)
        return db.session.scalars(db.select(Person).where(Person.id == key).options(*map(joinedload, along))).one()
