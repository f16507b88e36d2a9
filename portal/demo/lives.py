"""One story, lived through the real actions: each step at its moment, by somebody whose work it is."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.demo import hours
from portal.demo.reading import table
from portal.demo.stories import Again, Ago, InDays, Phrases, Story, phrases
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.policy import CAUSE_KIND
from portal.domain.ratings import actions as ratings
from portal.domain.tickets import actions, callback, deadlines, dispatching, linking, steps
from portal.domain.tickets.lifecycle import handled_by
from portal.domain.tickets.models import Deadline, Dispatch, Problem, Ticket
from portal.working_time import Promise, Unit

# By pace, in working hours: accept, dispatch, confirm, contact, each reply; and the solution as part of the closure limit.
PACES = {
    "prompt": (0.1, 0.1, 0.15, 0.3, 0.5, 0.3),
    "normal": (0.15, 0.15, 0.25, 0.4, 0.8, 0.55),
    "slow": (0.4, 0.3, 0.4, 0.6, 1.2, 0.8),
    "late": (2.0, 1.5, 8.0, 7.0, 8.0, 1.3),
}
HOURS_A_DAY = 7.5
ANSWERED = ("enquiry", "suggestion", "praise", "service")


@dataclass
class Troupe:
    """Everybody of the demo world by what they are needed for, ids only; and the pack whose company it is."""

    pack: str
    staff: dict[str, int] = field(default_factory=dict)
    by_role: dict[str, list[int]] = field(default_factory=dict)
    handlers: dict[tuple, list[int]] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    providers: dict[str, int] = field(default_factory=dict)
    customers: list[tuple[int, str]] = field(default_factory=list)
    people: dict[int, list[int]] = field(default_factory=dict)
    contacts: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    busy: dict[int, int] = field(default_factory=dict)

    def first(self, role: str) -> int:
        return self.by_role[role][0]

    @property
    def phrases(self) -> Phrases:
        return phrases(self.pack)

    def told(self, name: str) -> dict[str, Any]:
        """A table of this pack, by its name."""
        return table(self.pack, name)


class Life:
    """A story with its people; `lived` yields the moment of each next step."""

    def __init__(
        self,
        story: Story,
        troupe: Troupe,
        dice: random.Random,
        customer: int,
        until: datetime,
        asker: int | None = None,
    ):
        self.story, self.troupe, self.dice, self.customer, self.until = story, troupe, dice, customer, until
        self.agent = dice.choice(troupe.by_role["agent"])
        logins = troupe.people.get(customer, [])
        self.asker = asker or (
            (logins[0] if story.ends not in ("closed", "withdrawn") else dice.choice(logins)) if logins else None
        )
        self.ticket_id = 0
        self._read: tuple[datetime, Ticket] | None = None
        (self.to_accept, self.to_dispatch, self.to_confirm, self.to_contact, self.to_reply, self.share) = PACES[
            story.pace
        ]

    # The steps of a life, in their order.

    def lived(self, begins: datetime) -> Iterator[datetime]:
        """The story's own steps, and between them the daily reports of whoever handles its order."""
        for at in self._told(begins):
            yield from self._reported(at)
            yield at
        yield from self._reported(self.until)

    def _reported(self, before: datetime) -> Iterator[datetime]:
        """How the order stands, an hour or two before it has to be said; those who are late with all are late with it."""
        pool, dice = self.troupe.phrases.reports, random.Random(f"{self.story.id} reports")
        while self.story.pace != "late" and self.ticket_id and (due := self._report_due()) and due < before:
            yield max(due - timedelta(hours=dice.uniform(0.3, 2.5)), clock.now())
            for order in dispatching.running_orders(self.ticket):
                said = pool[(due.toordinal() + order.id) % len(pool)]
                dispatching.report_state(order, self.ticket, self._handler_of(order), said, False)

    def _report_due(self) -> datetime | None:
        if self.story.kind in ANSWERED:
            return None
        open_ones = (Deadline.ticket_id == self.ticket_id, Deadline.is_open, Deadline.dispatch_id.is_not(None))
        owed = db.session.scalars(db.select(Deadline).where(*open_ones))
        return min((one.due_at for one in owed if deadlines.rule_of(one).met == "stated"), default=None)

    def _told(self, begins: datetime) -> Iterator[datetime]:
        story = self.story
        yield begins
        self._open()
        if story.ends == "withdrawn":
            yield self._after(self.to_accept * 2)
            actions.withdraw(self.ticket, self.who(self.asker), story.withdrawn_reason)
            return
        if story.ends == "open_new":
            return
        if story.channel == "portal" or self.ticket.owner_id is None:
            yield self._after(self.to_accept)
            actions.accept(self.ticket, self.who(self.agent))
        yield from self._handled()
        if story.kind in ANSWERED:
            yield from self._answered()
        else:
            yield from self._verified()
        if story.reopen is not None and story.ends in ("closed", "reopened"):
            yield from self._reopened(story.reopen)

    def _open(self) -> None:
        story = self.story
        by_portal = story.channel == "portal" and self.asker is not None
        name, phone = self.dice.choice(self.troupe.contacts[self.customer])
        by = self.who(self.asker if by_portal else self.agent)
        ticket = actions.open_ticket(
            by, story.kind, story.subject, story.text, customer=db.session.get_one(Customer, self.customer),
            asked_by=self.who(self.asker) if self.asker else None, class_code=story.class_code,
            service_code=story.service, answers=self._answers(), wish=story.wish,
            channel=story.channel if by_portal or story.channel != "portal" else "hotline", severity=story.severity,
            contact_name=name, contact_phone=phone, is_shared=self.dice.random() < 0.4,
        )  # fmt: skip
        self.ticket_id = ticket.id
        if not by_portal:
            actions.accept(ticket, by)

    def _handled(self) -> Iterator[datetime]:
        story = self.story
        if story.notes:
            yield self._after(0.2)
            actions.note(self.ticket, self.who(self.agent), story.notes[0])
        if story.suggestion and (story.to or story.to_provider):
            yield self._after(self.to_dispatch)
            self._dispatch(self._party(story.to, story.to_provider), story.suggestion, lead=True)
            if story.also:
                self._dispatch(self._party(story.also, None), story.also_suggestion or story.suggestion, lead=False)
            if story.halts == "dispatched":
                return
            yield self._after(self.to_confirm)
            if (order := self._order()) is not None:
                dispatching.confirm(order, self.ticket, self.handler)
        if story.problem in self.troupe.problems:
            linking.put_under(
                self.ticket, db.session.get_one(Problem, self.troupe.problems[story.problem]), self.who(self.agent)
            )
        if story.contact or story.kind not in ANSWERED:
            yield self._after(self.to_contact)
            dispatching.contact(
                self.ticket, self.worker, "phone", True, self.ticket.contact_name, story.contact, self._order()
            )
        if story.halts == "contacted":
            return
        if story.question:
            yield self._after(0.5)
            actions.ask(self.ticket, self.worker, story.question)
            if not story.answer:
                return
            yield self._after(self.dice.uniform(2, 9))
            actions.add(self.ticket, self.asker_or_agent, story.answer)
        for n, said in enumerate(story.replies):
            yield self._after(
                self.to_reply if n == 0 else max(1.0, self._limit * self.share / (len(story.replies) + 1))
            )
            actions.reply(self.ticket, self.worker, said.text, stage=said.stage, shape=self._shape(said.shape))
            if n == 0 and self.dice.random() < 0.12:
                yield self._after(0.7)
                if self.asker:
                    actions.add(self.ticket, self.who(self.asker), self._addition())
        for said in story.notes[1:]:
            yield self._after(0.4)
            actions.note(self.ticket, self.worker, said, [self.who(self.agent)] if self.dice.random() < 0.5 else [])

    def _answered(self) -> Iterator[datetime]:
        story = self.story
        if story.ends in ("open_handling", "waiting") or not story.solution:
            return
        yield self._after(max(self.to_reply, self._limit * self.share))
        actions.finish(self.ticket, self.who(self.owner), story.solution)
        yield from self._rated(story.stars, story.comment)

    def _verified(self) -> Iterator[datetime]:
        story = self.story
        if story.ends in ("open_handling", "waiting") or not story.solution:
            return
        yield self._after(max(1.0, self._limit * self.share / 2))
        self._apply(story.solution)
        for said in story.tries:
            yield self._next_day()
            callback.call_back(self.ticket, self.caller, "unreachable", said)
        if story.ends == "verifying":
            return
        if story.outcome == "unreachable":
            yield self._next_day()
        else:
            yield self._after(self.dice.uniform(1, 4) if story.pace != "late" else 9)
        if story.outcome == "solved_satisfied" and self.asker and not story.false_reply and self.dice.random() < 0.25:
            callback.confirm(self.ticket, self.who(self.asker), satisfied=True)
        else:
            self._call_back(story.outcome, story.call_note, story.false_reply)
        if story.rework is not None:
            yield from self._again(story.rework)
        yield from self._rated(story.stars, story.comment)

    def _again(self, again: Again) -> Iterator[datetime]:
        for said in again.replies:
            yield self._after(3)
            actions.reply(self.ticket, self.worker, said, stage="progress")
        if not again.solution:
            return
        yield self._after(4)
        self._apply(again.solution)
        yield self._after(2)
        self._call_back(again.outcome, again.call_note)

    def _reopened(self, again: Again) -> Iterator[datetime]:
        lately = self.until - timedelta(hours=self.dice.uniform(3, 20))
        lately = hours.as_customers_write(lately, self.dice, self.until)
        yield self._after(8 * HOURS_A_DAY) if self.story.ends == "closed" else max(lately, clock.now())
        actions.reopen(self.ticket, self.asker_or_agent, again.reason)
        if self.story.kind in ANSWERED:
            if again.solution:
                yield self._after(4)
                actions.finish(self.ticket, self.who(self.owner), again.solution)
        else:
            yield from self._again(again)
        if again.stars:
            yield from self._rated(again.stars, again.comment)

    def _rated(self, stars: int | None, comment: str) -> Iterator[datetime]:
        if not stars or self.asker is None or self.ticket.state != "closed":
            return
        at = hours.as_customers_write(clock.now() + timedelta(hours=self.dice.uniform(0.5, 60)), self.dice)
        soon = hours.awake(clock.now() + timedelta(minutes=self.dice.randint(20, 110)))
        yield at if at > clock.now() else soon
        if self.ticket.state == "closed":
            ratings.rate(self.ticket, self.who(self.asker), stars, comment, self._dimensions(stars))

    # Who does it, and what exactly.

    def who(self, person: int | None) -> Person:
        along = (Person.customer, Person.department, Person.provider)
        rows = db.select(Person).where(Person.id == person).options(*map(joinedload, along))
        return db.session.scalars(rows.execution_options(populate_existing=True)).one()

    @property
    def ticket(self) -> Ticket:
        """As it stands; what happens at one moment sees what was read for it."""
        if self._read is None or self._read[0] != clock.now():
            self._read = (clock.now(), self._ticket())
        return self._read[1]

    def _ticket(self) -> Ticket:
        along = (Ticket.customer, Ticket.owner, Ticket.asked_by, Ticket.problem, Ticket.merged_into)
        rows = db.select(Ticket).where(Ticket.id == self.ticket_id).options(*map(joinedload, along))
        db.session.flush()
        return db.session.scalars(rows.execution_options(populate_existing=True)).one()

    @property
    def owner(self) -> int:
        return self.ticket.owner_id or self.agent

    @property
    def handler(self) -> Person:
        order = self._order()
        return self.who(self.owner) if order is None else self._handler_of(order)

    def _handler_of(self, order: Dispatch) -> Person:
        where = ("provider", order.provider_id) if order.provider_id else ("department", order.department_id)
        found = self.troupe.handlers.get(where) or [self.agent]
        return self.who(order.handler_id or found[len(self.story.id) % len(found)])

    @property
    def worker(self) -> Person:
        """The handler of the running order, or the owner where the desk does it itself."""
        order = self._order()
        return self.handler if order is not None else self.who(self.owner)

    @property
    def caller(self) -> Person:
        """A call-back officer who had no hand in it."""
        hands = handled_by(self.ticket)
        free = [c for c in self.troupe.by_role["caller"] if c not in hands]
        return self.who(self.dice.choice(free))

    @property
    def asker_or_agent(self) -> Person:
        return self.who(self.asker) if self.asker else self.who(self.owner)

    def _order(self) -> Dispatch | None:
        running = dispatching.running_orders(self.ticket)
        return running[0] if running else None

    def _party(self, department: str | None, provider: str | None):
        if provider:
            return db.session.get_one(Provider, self.troupe.providers[provider])
        return db.session.get_one(Department, self.troupe.parties[department or ""])

    def _dispatch(self, party, suggestion: str, lead: bool) -> None:
        dispatching.dispatch(self.ticket, self.who(self.owner), party, suggestion, lead=lead)

    def _apply(self, solution: str) -> None:
        actions.apply(self.ticket, self.worker, solution, shape=self._shape(self.story.shape))

    def _call_back(self, outcome: str, said: str, false_reply: str = "") -> None:
        callback.call_back(
            self.ticket, self.caller, outcome, said, false_reply=bool(false_reply), false_reply_reason=false_reply
        )

    def _addition(self) -> str:
        """Each of the customers' additions is said once."""
        left = self.troupe.__dict__.setdefault("additions", list(self.troupe.phrases.additions))
        return left.pop() if left else self.story.wish or "请尽快处理，谢谢。"

    def _dimensions(self, stars: int) -> dict[str, int]:
        if self.dice.random() < 0.5:
            return {}
        every = settings.policy().rating_dimensions
        return {d.code: max(1, min(5, stars + self.dice.choice((-1, 0, 0, 1)))) for d in self.dice.sample(every, 2)}

    def _answers(self) -> dict:
        policy = settings.policy()
        asked = list(policy.kind(self.story.kind).asks)
        if self.story.class_code:
            asked += policy.ticket_class(self.story.class_code).asks
        if self.story.service:
            asked += policy.service(self.story.service).asks
        types = {ask.name: ask.type for ask in asked}
        told = {
            name: self._plain(value, types.get(name)) for name, value in self.story.answers.items() if name != "wish"
        }
        for ask in asked:
            if ask.name == "on_site_contact":
                told[ask.name] = self.troupe.contacts[self.customer][-1][0]
            elif ask.name == "on_site_phone":
                told[ask.name] = self.troupe.contacts[self.customer][-1][1]
        return told

    def _shape(self, shape) -> dict:
        """The parts of a reply as the story tells them; what the cause is counted as stands beside the cause itself."""
        types = {part.code: part.type for part in settings.policy().reply_fields}
        told = {code: self._plain(value, types.get(code)) for code, value in shape.items()}
        if told and CAUSE_KIND not in {part.code for part in steps.shape_of(self.ticket)}:
            told.pop(CAUSE_KIND, None)
        return told

    def _plain(self, value, kind: str | None):
        """As the forms keep it: moments in UTC, yes and no as truth."""
        zone = ZoneInfo(settings.company().zone)
        if kind == "yes_no":
            return value == "yes"
        if isinstance(value, Ago):
            at = clock.now() - timedelta(hours=value.hours)
            return at.replace(second=0, microsecond=0).astimezone(UTC).isoformat()
        if isinstance(value, InDays):
            return (clock.now().astimezone(zone).date() + timedelta(days=value.days)).isoformat()
        return value

    # When it happens: in working time, as people work.

    @property
    def _limit(self) -> float:
        """The closure limit of this ticket in working hours."""
        ticket, policy = self.ticket, settings.policy()
        if ticket.kind == "enquiry":
            promise = Promise(1, Unit.WORKING_DAYS)
        elif ticket.service_code:
            promise = policy.service(ticket.service_code).closure
        elif ticket.class_code:
            promise = policy.ticket_class(ticket.class_code).closure
        else:
            promise = Promise(2, Unit.WORKING_DAYS)
        return promise.amount * (HOURS_A_DAY if promise.unit == Unit.WORKING_DAYS else 1)

    def _after(self, work: float) -> datetime:
        """So many working hours from now, give or take a third."""
        calendar, work = settings.calendar(), work * self.dice.uniform(0.75, 1.3)
        whole, part = int(work), work % 1
        at = calendar.after(clock.now(), Promise(whole, Unit.WORKING_HOURS)) if whole else clock.now()
        if calendar.between(at, at + timedelta(minutes=2)) == timedelta():
            at = calendar.after(at, Promise(1, Unit.WORKING_HOURS)) - timedelta(minutes=self.dice.randint(20, 59))
        return at + timedelta(hours=part, seconds=self.dice.randint(5, 55))

    def _next_day(self) -> datetime:
        at = settings.calendar().after(clock.now(), Promise(1, Unit.WORKING_DAYS))
        return at - timedelta(hours=self.dice.uniform(0.5, 5))
