"""The demo world: a company lays down its policy, engages its people, and lives a year under a shifted clock."""

import gc
import heapq
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from portal import clock
from portal.db import db, transaction
from portal.demo import (
    accounts,
    beginnings,
    campaigns,
    decisions,
    forced,
    forum,
    hotline,
    hours,
    improvements,
    mailroom,
    majors,
    opinions,
    papers,
    sales,
    surveys,
    word_lives,
)
from portal.demo.cast import CustomerOf, Staff, cast
from portal.demo.judgements import judged
from portal.demo.lives import Troupe
from portal.demo.supervision import supervised
from portal.domain import settings
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Customer, Department, Person, Project, Provider
from portal.domain.policy import load_calendar, load_pack
from portal.domain.quality import facts, improvement_rises, projects, snapshots, unclosed
from portal.domain.ratings import requests
from portal.domain.tickets import problems, reminders
from portal.domain.tickets.models import Ticket

YEAR = timedelta(days=365)
REMIND_AT = (9, 15)

# The demo tells trades by code; the stories fit to these.
INDUSTRIES = {
    "aviation": "航空", "bank": "银行", "clinic": "门诊医疗", "culture": "文化场馆", "design": "工程设计", "eldercare": "养老服务",
    "energy": "能源", "exhibition": "会展", "finance": "金融", "government": "政务", "hospital": "医院", "hotel": "酒店",
    "insurance": "保险", "internet": "互联网", "law": "法律服务", "logistics": "物流", "manufacturing": "制造", "media": "传媒",
    "pharma": "医药", "port": "港口", "property": "物业地产", "retail": "零售", "school": "中小学", "securities": "证券",
    "tendering": "招标采购", "travel": "旅游", "university": "高校", "utility": "公用事业",
    "bus": "公交", "coach": "长途客运", "construction": "工程建设", "express": "快递", "rental": "汽车租赁", "sanitation": "环卫", "taxi": "出租车",
}  # fmt: skip


def fill(pack: str = "telecom", seed: int = 2026, say: Callable[[str], None] = lambda line: None) -> int:
    """Everything, the same from the same pack, seed and hour; gives the number of tickets. The database must be empty.

    Each stage is said when it begins.
    """
    dice = random.Random(seed)
    with clock.frozen_at((clock.now() - YEAR - timedelta(days=70)).replace(hour=2, minute=4)):
        troupe = _engage(pack)
    until = hours.last_moment(clock.now())
    say(f"{len(troupe.customers)} customers, {len(troupe.staff)} staff and handlers, {len(troupe.providers)} providers")
    gc.set_threshold(50_000, 20, 50)  # much is made, little is garbage: looking through it so often costs time
    lives = beginnings.lives(troupe, until, dice) + improvements.bursts(troupe, until)
    agenda = _agenda(lives, troupe, until)
    _live(agenda, majors.report_is_made(until), say)
    papers.make(majors.report_is_made(until))
    _live(agenda, until, say)
    say("reports on paper, mail")
    papers.published(troupe, until)
    mailroom.received(troupe, until)
    _settle_letters(until)
    return db.session.scalar(db.select(db.func.count()).select_from(Ticket)) or 0


def _engage(pack: str) -> Troupe:
    """Policy, calendar, departments, providers, staff, customers with their people."""
    people, troupe = cast(pack), Troupe(pack)
    company = people.company
    with transaction():
        settings.adopt("calendar", load_calendar(), None)
        settings.adopt("policy", load_pack(pack), None)
        settings.change(
            "company", None, name=company.name, short_name=company.short_name, accent=company.accent,
            hotline=company.hotline, hotline_hours="08:30–17:30", mail_from=company.email, is_set_up=True, is_demo=True,
        )  # fmt: skip
        settings.change("security", None, staff_second_factor=False)
        for department in settings.policy().departments:
            row = Department(code=department.code, name=department.words.zh, name_en=department.words.en)
            db.session.add(row)
            db.session.flush()
            troupe.parties[department.code] = row.id
        for provider in people.providers:
            row = Provider(code=provider.code, name=provider.name, region=provider.region)
            db.session.add(row)
            db.session.flush()
            troupe.providers[provider.code] = row.id
            for handler in provider.handlers:
                _hire(handler, troupe, provider_id=row.id)
        for member in people.staff:
            _hire(member, troupe, department_id=troupe.parties.get(member.department or ""))
        for n, customer in enumerate(people.customers, 1):
            _win(n, customer, troupe)
        for issue in troupe.phrases.issues:
            supervisor = db.session.get_one(Person, troupe.first("supervisor"))
            row = problems.open_problem(supervisor, issue.title, cause=issue.cause, measure=issue.measure)
            troupe.problems[issue.key] = row.id
    return troupe


def _hire(member: Staff, troupe: Troupe, **party) -> None:
    roles = ["security_admin" if role == "security_administrator" else role for role in member.roles]
    person = Person(
        name=member.name, email=member.email, phone=member.phone, title=member.title, roles=roles,
        made_at=clock.now(), **party,
    )  # fmt: skip
    db.session.add(person)
    db.session.flush()
    troupe.staff[member.key] = person.id
    for role in roles:
        troupe.by_role.setdefault(role, []).append(person.id)
    if "handler" in roles:
        where = (
            ("provider", party["provider_id"])
            if party.get("provider_id")
            else ("department", party.get("department_id"))
        )
        troupe.handlers.setdefault(where, []).append(person.id)


def _win(n: int, customer: CustomerOf, troupe: Troupe) -> None:
    row = Customer(
        number=f"K{n:04}", name=customer.name, short_name=customer.short_name, industry=INDUSTRIES[customer.industry],
        tier=customer.tier, card=customer.card, region=customer.region,
        account_manager_id=troupe.staff.get(customer.manager), sharing=customer.sharing,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    troupe.customers.append((row.id, customer.industry))
    for project in customer.projects:
        db.session.add(Project(customer_id=row.id, name=project))
    for contact in customer.contacts:
        person = None
        if contact.login:
            person = Person(
                name=contact.name, email=contact.email, phone=contact.phone, title=contact.title,
                customer_id=row.id, roles=[contact.login], made_at=clock.now(),
            )  # fmt: skip
            db.session.add(person)
            db.session.flush()
            troupe.people.setdefault(row.id, []).append(person.id)
        db.session.add(Contact(
            customer_id=row.id, person_id=person.id if person else None, name=contact.name, title=contact.title,
            role=contact.role, phone=contact.phone, email=contact.email,
        ))  # fmt: skip
        troupe.contacts.setdefault(row.id, []).append((contact.name, contact.phone))


def _agenda(lives: list[Iterator[datetime]], troupe: Troupe, until: datetime) -> list[tuple]:
    """All lives together by their next moment; reminders as the worker would send them."""
    order = count()
    agenda = [(next(life), next(order), life) for life in lives]
    begins = min(at for at, *_ in agenda)
    agenda.append(_first_of(_reminders(begins), next(order)))
    agenda.append(_first_of(_closings(begins), next(order)))
    agenda.append(_first_of(accounts.kept(troupe, random.Random("accounts"), begins, until), next(order)))
    agenda.append(_first_of(sales.entered(troupe, begins, until), next(order)))
    agenda.append(_first_of(judged(troupe, begins), next(order)))
    agenda.append(_first_of(majors.told(troupe, until), next(order)))
    agenda.append(_first_of(supervised(troupe, until), next(order)))
    agenda.append(_first_of(improvements.improved(troupe, until), next(order)))
    agenda.append(_first_of(opinions.rated(troupe, until), next(order)))
    agenda.append(_first_of(opinions.followed(troupe, begins, until), next(order)))
    agenda.append(_first_of(majors.looked_at(troupe, begins, until), next(order)))
    agenda.append(_first_of(majors.under_way(troupe, until), next(order)))
    agenda.append(_first_of(forced.asked(troupe, until), next(order)))
    agenda.append(_first_of(forum.held(troupe, until), next(order)))
    agenda.append(_first_of(surveys.written(troupe, until), next(order)))
    agenda.append(_first_of(campaigns.waved(troupe, until), next(order)))
    agenda.append(_first_of(hotline.called(troupe, until, campaigns.on_the_telephone(troupe)), next(order)))
    agenda.append(_first_of(word_lives.coded(troupe, until), next(order)))
    agenda.append(_first_of(decisions.taken(troupe, until), next(order)))
    heapq.heapify(agenda)
    return agenda


def _live(agenda: list[tuple], until: datetime, say: Callable[[str], None]) -> None:
    """Live on in the order of time up to this moment, a few days a transaction."""
    month = None
    while agenda and agenda[0][0] <= until:
        day_ends = agenda[0][0] + timedelta(days=3)
        if (now := facts.month_of(agenda[0][0])) != month:
            month = now
            say(f"{month:%Y-%m}")
        with transaction():
            while agenda and agenda[0][0] <= min(until, day_ends):
                at, order, life = heapq.heappop(agenda)
                with clock.frozen_at(at):
                    then = next(life, None)
                if then is not None:
                    heapq.heappush(agenda, (max(then, at), order, life))


def _first_of(life: Iterator[datetime], number: int):
    return next(life), number, life


def _reminders(since: datetime) -> Iterator[datetime]:
    day = since.astimezone(ZoneInfo(settings.company().zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        for hour in REMIND_AT if hours.is_working_day(day.date()) else REMIND_AT[:1]:
            yield day + timedelta(hours=hour)
            reminders.remind()
        unclosed.keep_week()
        projects.open_due()
        projects.raise_late()
        improvement_rises.rise()
        requests.remind()
        day += timedelta(days=1)


def _closings(since: datetime) -> Iterator[datetime]:
    """The figures of each month are closed on the day the policy says, as the worker would."""
    month = facts.month_of(since)
    while True:
        yield snapshots.closes_at(month)
        facts.catch_up(db.session())
        snapshots.close(month)
        month = facts.after(month)


def _settle_letters(until: datetime) -> None:
    """The letters of the past were delivered then, and mostly read."""
    with transaction():
        past = db.update(Letter).where(Letter.state == "waiting", Letter.due_at <= until)
        db.session.execute(past.values(state="kept", sent_at=Letter.due_at))
        old = db.update(Letter).where(Letter.posted_at < until - timedelta(days=3))
        db.session.execute(old.values(read_at=Letter.due_at))
