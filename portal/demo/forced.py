"""What the demo company closed by force in its year (R17): one demand beyond the contract, approved; one that waits for a manager."""

from collections.abc import Iterator
from datetime import datetime

from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.domain.people.models import Customer, Department, Person
from portal.domain.tickets import actions, dispatching, forced
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.orders import orders
from portal.domain.tickets.queue import chosen

TELLS = "已再次与客户沟通，说明处理结果和依据；客户仍坚持原要求。"


def asked(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Each moment of the two cases, in their order."""
    told = troupe.told("deeds")["forced"]
    granted, waiting = _Case(troupe, told["granted"]), _Case(troupe, told["waiting"])
    for days, hour, deed in (
        (28, 9.2, granted.open), (28, 10.4, granted.take_on), (28, 15.1, granted.reply), (27, 14.3, granted.tell), (26, 14.7, granted.tell),
        (25, 10.2, granted.ask), (25, 15.6, granted.approve), (3, 9.3, waiting.open), (3, 10.1, waiting.take_on), (3, 15.4, waiting.reply),
        (2, 14.2, waiting.tell), (1, 10.3, waiting.ask), (1, 14.1, waiting.tell),
    ):  # fmt: skip
        yield hours.work_day(until, days, hour)
        deed()


class _Case:
    """One complaint whose customer wants more than anybody owes."""

    def __init__(self, troupe: Troupe, told: dict):
        self.troupe, self.told, self.id, self.key = troupe, told, 0, 0

    def who(self, role: str) -> Person:
        return db.session.get_one(Person, self.troupe.first(role))

    @property
    def handler(self) -> Person:
        return db.session.get_one(Person, self.key)

    @property
    def ticket(self) -> Ticket:
        return chosen(db.select(Ticket), [self.id])[0]

    def open(self) -> None:
        """Rung up by the customer, and accepted."""
        key, _ = self.troupe.customers[self.told["buyer"] % len(self.troupe.customers)]
        customer, people = db.session.get_one(Customer, key), self.troupe.people.get(key, ())
        person = db.session.get_one(Person, people[0]) if people else None
        name, phone = (person.name, person.phone) if person else self.troupe.contacts[key][0]
        ticket = actions.open_ticket(
            self.who("agent"), "complaint", self.told["subject"], self.told["words"], customer=customer, asked_by=person,
            class_code=self.told["class_code"], channel="hotline", contact_name=name, contact_phone=phone, severity="normal",
        )  # fmt: skip
        self.id = ticket.id
        agent = self.who("agent")
        actions.accept(self.ticket, agent)
        where = next(where for where, handlers in self.troupe.handlers.items() if where[0] == "department" and handlers)
        self.key = self.troupe.handlers[where][0]
        dispatching.dispatch(self.ticket, agent, db.session.get_one(Department, where[1]), self.told["suggestion"])

    def take_on(self) -> None:
        """Confirmed by the department in charge, which rings the customer."""
        order = orders(self.ticket)[0]
        dispatching.confirm(order, self.ticket, self.handler)
        dispatching.contact(
            self.ticket, self.handler, "phone", True, self.ticket.contact_name, "已了解诉求，约定当天答复。", order
        )

    def reply(self) -> None:
        """What was found, and what is done."""
        actions.reply(self.ticket, self.who("agent"), self.told["reply"], stage="preliminary")

    def tell(self) -> None:
        """How the order stands, told to the customer."""
        dispatching.report_state(orders(self.ticket)[0], self.ticket, self.handler, TELLS, True)

    def ask(self) -> None:
        """The desk asks for a forced closure."""
        forced.ask(self.ticket, self.who("agent"), self.told["reason"], self.told["asked"], self.told["told"])

    def approve(self) -> None:
        """A manager approves it."""
        forced.decide(forced.of(self.ticket)[0], self.ticket, self.who("manager"), True, self.told["decision"])
