"""Two forums in the demo year (R38): last year's with attendance, minutes and answers; this year's with a waiting party."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.domain import settings
from portal.domain.forum import desk, events, invitations, minutes, programme, registering, seats, tidying, topics
from portal.domain.forum.after_models import Topic
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.forum.registering import Coming
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.tickets import actions
from portal.domain.tickets.models import Ticket

THIS_SEATS = 24
GUESTS = 22
"""Customers who are invited each year, the largest first."""


def held(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Each moment of both forums, in their order; what is done follows when it has come."""
    begins = _thursday(until + timedelta(days=24))
    last, this = _Forum(troupe, begins - timedelta(weeks=52)), _Forum(troupe, begins)
    deeds = [(hours.awake(at), deed) for at, deed in (*_last_year(last), *_this_year(last, this, until))]
    for at, deed in sorted(deeds, key=lambda pair: pair[0]):
        yield at
        deed()


def _last_year(forum: "_Forum") -> Iterator[tuple]:
    begins = forum.begins
    yield begins - timedelta(days=38), forum.prepare
    yield begins - timedelta(days=35), lambda: forum.invite(GUESTS)
    for n in range(GUESTS):
        yield (
            begins - timedelta(days=30 - n, hours=n % 5),
            lambda n=n: forum.answer(n, "not_coming" if n % 9 == 8 else "coming"),
        )
        yield begins - timedelta(days=20, hours=-n), lambda n=n: forum.bring_colleagues(n, 1 if n % 3 else 2)
    yield begins - timedelta(minutes=25), forum.check_in
    yield begins + timedelta(hours=6), forum.raise_topics
    yield begins + timedelta(days=1, hours=5), forum.give_topics
    yield begins + timedelta(days=4, hours=3), forum.write_minutes
    yield begins + timedelta(days=12, hours=2), forum.answer_topics
    yield begins + timedelta(days=15, hours=2), forum.close


def _this_year(last: "_Forum", forum: "_Forum", until: datetime) -> Iterator[tuple]:
    yield until - timedelta(days=32), lambda: forum.copy_of(last, THIS_SEATS)
    yield until - timedelta(days=28), lambda: forum.invite(GUESTS)
    said = ("coming", "coming", "unsure", "coming", "coming", "not_coming")
    for n in range(14):
        yield until - timedelta(days=24 - n, hours=n % 6), lambda n=n: forum.answer(n, said[n % len(said)])
    yield until - timedelta(days=9, hours=3), lambda: forum.bring_colleagues(0, 3, all_at_once=True)
    for n in (1, 3, 4, 6, 7):
        yield until - timedelta(days=8, hours=12 - n), lambda n=n: forum.bring_colleagues(n, 2)
    yield until - timedelta(days=4, hours=6), lambda: forum.fill_up(15)
    yield until - timedelta(days=3, hours=4), lambda: forum.wait(16, 4)
    yield until - timedelta(days=2, hours=5), lambda: forum.wait(17, 2)
    for days in (20, 14, 7, 1):
        yield until - timedelta(days=days, hours=7), tidying.every_hour
    yield hours.work_day(until, 1, 16.4), forum.one_cancels


def _thursday(near: datetime) -> datetime:
    """Nine in the morning of the Thursday of that week, where the company is."""
    local = near.astimezone(ZoneInfo(settings.company().zone))
    day = local + timedelta(days=3 - local.weekday())
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


class _Forum:
    """One forum and what is done with it; ids only, as everything is read anew at its moment."""

    def __init__(self, troupe: Troupe, begins: datetime):
        self.troupe, self.said, self.begins, self.id = troupe, troupe.told("forum"), begins, 0

    @property
    def event(self) -> Event:
        return db.session.get_one(Event, self.id)

    @property
    def supervisor(self) -> Person:
        return db.session.get_one(Person, self.troupe.first("supervisor"))

    def customer(self, n: int) -> Customer:
        return db.session.get_one(Customer, self.troupe.customers[n][0])

    def host(self, n: int) -> Person | None:
        """Whoever registers for this customer: the first of its people with an account."""
        people = self.troupe.people.get(self.troupe.customers[n][0], [])
        return db.session.get_one(Person, people[0]) if people else None

    def prepare(self) -> None:
        begins, by, said = self.begins, self.supervisor, self.said
        year = begins.year
        event = events.make(
            by, said["seats"], {"strategic": 6, "key": 4, "ordinary": 3}, title=f"{year} 年{said['title'][0]}", title_en=f"{said['title'][1]} {year}",
            summary=said["summary"][0], summary_en=said["summary"][1], place=said["place"][0], place_en=said["place"][1], address=said["address"][0], address_en=said["address"][1], map_url=said["map"],
            travel=said["travel"][0], travel_en=said["travel"][1], contact=said["contact"], begins_at=begins, ends_at=begins + timedelta(hours=7, minutes=30),
            opens_at=begins - timedelta(days=38), closes_at=begins - timedelta(days=5), change_until=begins - timedelta(days=3), offer_hours=8,
            companions_max=1, companions_take_seats=True, needs_approval=False, may_pass=False, is_public=True,
        )  # fmt: skip
        self.id = event.id
        made = {}
        for kind in ("rooms", "tracks", "speakers"):
            for row in said[kind]:
                made[row["name"]] = programme.keep_part(event, kind, by, None, **row).id
        nights = {"night_from": begins.date() - timedelta(days=1), "night_to": begins.date() + timedelta(days=1)}
        programme.keep_part(event, "hotels", by, None, **said["hotel"], **nights)
        for minute, lasts, title, title_en, track, room, capacity, speakers in said["sessions"]:
            programme.keep_session(
                event, by, None, [made[name] for name in speakers], title=title, title_en=title_en, about="", about_en="", capacity=capacity or None,
                begins_at=begins + timedelta(minutes=minute), ends_at=begins + timedelta(minutes=minute + lasts),
                track_id=made.get(track), room_id=made.get(room),
            )  # fmt: skip
        events.move(event, "publish", by)

    def copy_of(self, other: "_Forum", capacity: int) -> None:
        by = self.supervisor
        event = events.copy(other.event, by, self.begins)
        self.id = event.id
        facts = {name: getattr(event, name) for name in events.FIELDS} | {"opens_at": clock.now()}
        events.change(event, by, event.version, capacity, event.seats, **facts)
        events.move(self.event, "publish", by)

    def invite(self, number: int) -> None:
        """The first contact and whoever has an account, of so many customers."""
        asked = []
        for n in range(number):
            customer, host = self.customer(n), self.host(n)
            if host is not None:
                asked.append(_invited(customer, host, host.id))
            rows = (
                db.select(Contact)
                .where(Contact.customer_id == customer.id, Contact.person_id.is_(None))
                .order_by(Contact.id)
            )
            if n % 2 == 0 and (contact := db.session.scalars(rows).first()) is not None:
                asked.append(_invited(customer, contact, None))
        made = invitations.add(self.event, self.supervisor, asked)
        invitations.send(self.event, made, self.supervisor)

    def answer(self, n: int, said: str) -> None:
        rows = db.select(Invitation).where(
            Invitation.event_id == self.id, Invitation.customer_id == self.customer(n).id
        )
        words = {"unsure": "行程待定，下周答复。", "not_coming": "当日集团审计，无法出席。"}.get(said, "")
        for row in db.session.scalars(rows.order_by(Invitation.id)).all():
            by = db.session.get(Person, row.person_id) if row.person_id else None
            decides = (clock.now() + timedelta(days=6)).date() if said == "unsure" else None
            invitations.answer(row, by, said, how="portal" if by else "link", words=words, decides_on=decides)

    def bring_colleagues(self, n: int, number: int, all_at_once: bool = False) -> None:
        """People of the customer who were not invited by name, with sessions and, some of them, a question."""
        host = self.host(n)
        if host is None:
            return
        customer, event, questions = self.customer(n), self.event, self.said["questions"]
        number = min(number, seats.allotted(event, customer) - seats.used(event, customer.id))
        chosen = [one.id for one in programme.choosable(programme.agenda(event)) if (one.free or 0) > 0]
        people = [
            Coming(
                name=_name(n, k), title=self.said["guests"][(n + k) % 4], phone=f"1390000{n:02}{k:02}",
                sessions=(chosen[(n + k) % len(chosen)],) if chosen else (), diet=("none", "vegetarian", "halal", "no_seafood")[(n + k) % 4],
                transport=("own_car", "own_way", "station")[(n + k) % 3], travel="沪A·62K0" + str(n % 10) if (n + k) % 3 == 0 else "",
                allows_photos=k % 3 != 2, allows_list=True, access="需要轮椅席位，靠近出口" if (n, k) == (3, 0) else "",
                question=questions[n // 4 % len(questions)] if k == 0 and n % 4 == 0 else "",
            )
            for k in range(number)
        ]  # fmt: skip
        if people:
            registering.register(event, host, customer, people, all_or_none=all_at_once or n % 2 == 0)

    def fill_up(self, n: int) -> None:
        """The last free seats go to one customer, whose places were raised by hand for it."""
        self.bring(n, self.event.free)

    def wait(self, n: int, number: int) -> None:
        """A party for which there are no seats any more."""
        self.bring(n, number)

    def bring(self, n: int, number: int) -> None:
        customer, event = self.customer(n), self.event
        by = self.host(n) or self.supervisor
        if number < 1:
            return
        used = seats.used(event, customer.id)
        if seats.allotted(event, customer) < used + number:
            events.allot(event, customer, self.supervisor, used + number, "新签三年协议，增加名额")
        people = [Coming(name=_name(n, k), title="分公司负责人", allows_list=True) for k in range(number)]
        registering.register(self.event, by, customer, people, all_or_none=True)

    def one_cancels(self) -> None:
        """Somebody cannot come; whoever waits first for one seat is offered it, if the list lets it."""
        rows = (
            db.select(Registration)
            .where(Registration.event_id == self.id, Registration.state == "confirmed")
            .order_by(Registration.id.desc())
        )
        party = db.session.scalars(rows).first()
        if party is not None:
            registering.cancel(party, self.supervisor, "客户来电，另有安排")

    def check_in(self) -> None:
        """Two desks; a few who registered do not come, one comes who did not."""
        rows = (
            db.select(Attendee)
            .join(Registration)
            .where(Attendee.event_id == self.id, Attendee.cancelled_at.is_(None), Registration.state == "confirmed")
        )
        agent, begins = self._agent(), clock.now()
        scans = [
            desk.Scan(f"demo-{one.id:06}", begins + timedelta(seconds=n * 25 % 1500), one.id, how="scan" if n % 4 else "search")
            for n, one in enumerate(db.session.scalars(rows.order_by(Attendee.id)).all()) if n % 8 != 7
        ]  # fmt: skip
        with clock.frozen_at(begins + timedelta(minutes=25)):
            desk.check_in(self.event, agent, scans[::2], "一号台")
            desk.check_in(self.event, agent, scans[1::2], "二号台")
            desk.walk_in(
                self.event,
                agent,
                None,
                Coming(name="钱国梁", organisation="市工商联", title="副秘书长"),
                "demo-walk-in",
            )

    def _agent(self) -> Person:
        return db.session.get_one(Person, self.troupe.first("agent"))

    def raise_topics(self) -> None:
        for n, (title, body) in enumerate(self.said["raised"]):
            topics.note(self.event, self.supervisor, title, body, customer=self.customer(n + 1))

    def _topics(self) -> list[Topic]:
        return list(db.session.scalars(db.select(Topic).where(Topic.event_id == self.id).order_by(Topic.id)))

    def give_topics(self) -> None:
        owners = [db.session.get_one(Person, key) for key in self.troupe.by_role["agent"]]
        for n, topic in enumerate(self._topics()):
            topics.give(topic, self.supervisor, owners[n % len(owners)])

    def write_minutes(self) -> None:
        minutes.keep(self.event, self.supervisor, self.said["minutes"], None)
        minutes.publish(self.event, self.supervisor)

    def answer_topics(self) -> None:
        """Most are answered, one goes on as a ticket, one is still open."""
        mine, answers = self._topics(), self.said["answers"]
        for n, topic in enumerate(mine[:-2]):
            topics.answer(topic, self.supervisor, answers[n % len(answers)], is_shared=n % 2 == 0)
        if len(mine) > 1:
            ticket = topics.to_ticket(mine[-2], self.supervisor, "suggestion", None)
            actions.accept(ticket, self._agent())

    def close(self) -> None:
        """What went on as a ticket is done by then, and whoever raised it hears so."""
        for topic in self._topics():
            if topic.ticket_id:
                along = (Ticket.customer, Ticket.owner, Ticket.asked_by)
                rows = db.select(Ticket).where(Ticket.id == topic.ticket_id).options(*map(joinedload, along))
                ticket = db.session.scalars(rows.execution_options(populate_existing=True)).one()
                actions.finish(ticket, self._agent(), self.said["moved"])
        topics.follow()
        events.move(self.event, "close", self.supervisor)


def _invited(customer: Customer, one: Person | Contact, person_id: int | None) -> invitations.Invited:
    return invitations.Invited(
        name=one.name, customer_id=customer.id, person_id=person_id, title=one.title, email=one.email, phone=one.phone
    )


def _name(n: int, k: int) -> str:
    """A believable name, the same each time."""
    family, given = (
        "沈顾陆潘姚钟姜崔谭廖范汪戴夏任方石贺龚尹",
        ("建平", "雅琴", "志远", "晓岚", "永康", "文静", "海涛", "若溪", "国栋", "思敏", "立新"),
    )
    return family[(n * 3 + k * 7) % len(family)] + given[(n * 5 + k * 3) % len(given)]
