"""Support accounting in the demo world (R32): visits and limits each quarter, each month reckoned, objected to, approved.

Penalties are told where their major complaint is (majors.py).
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time

from sqlalchemy.orm import joinedload

from portal.db import db
from portal.demo import hours
from portal.demo.judgements import cause_of
from portal.demo.lives import Troupe
from portal.domain.people import parties
from portal.domain.people.models import Person, Provider
from portal.domain.quality import facts, limits, penalties, support
from portal.domain.quality.days import first, following, zone
from portal.domain.quality.support_models import SupportResult
from portal.domain.tickets.models import Ticket

STARS = (4, 5, 3, 4, 4, 5, 3, 4)


def kept(troupe: Troupe, dice: random.Random, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yields the moments of a year's accounting: the fifth of each month, three days after it, and the twentieth, when
    the days to object are over."""
    yield since
    said = troupe.told("deeds")["accounts"]
    for provider, stars in zip(_providers(), STARS, strict=False):
        penalties.rate(provider, stars, "年度综合评定", _who(troupe, "supervisor"))
    month, number = first(since.astimezone(zone()).date()), 0
    while (month := following(month)) <= until.astimezone(zone()).date():
        yield _at(month.replace(day=5))
        _month(troupe, said, dice, following(month, -1))
        yield _at(month.replace(day=8))
        is_last = _at(following(month).replace(day=5)) > until
        _objected(troupe, said, following(month, -1), number, is_last)
        yield _at(month.replace(day=20))
        if not is_last:
            _approved(troupe, following(month, -1))
        number += 1


def _month(troupe: Troupe, said: dict[str, str], dice: random.Random, over: date) -> None:
    """The visits of the month that is over; at a quarter's beginning its limits; then the month is reckoned."""
    supervisor, providers = _who(troupe, "supervisor"), _providers()
    for number, provider in enumerate(providers):
        limits.enter_visits(provider, over, 40 + 35 * (number % 5) + dice.randint(-8, 12), supervisor)
    quarter = limits.quarter_of(following(over))
    known = limits.limits_of([one.id for one in providers], quarter)
    for provider in providers:
        before = [
            limits.visits_of([provider.id], [each]).get((provider.id, each))
            for each in limits.months_of(following(quarter, -3))
        ]
        table = limits.proposed(before, limits.steps_of(quarter)).limit
        if provider.id not in known and table is not None:
            limits.set_limit(provider, quarter, supervisor)
        elif provider.id not in known:
            limits.set_limit(provider, quarter, supervisor, 2, "台次资料不足一个季度，暂按每月 2 件核定")
    if over.month == 7:
        penalties.note_harm(providers[2], over, said["harm"], supervisor)
    facts.catch_up(db.session())
    support.reckon(providers, over, supervisor)


def _objected(troupe: Troupe, said: dict[str, str], month: date, number: int, is_last: bool) -> None:
    """Now and then a provider objects, and is answered; the last month's objection waits."""
    supervisor = _who(troupe, "supervisor")
    lost = [(row, ticket) for row in _results(month) if (ticket := _cost_it(row)) is not None]
    for row, ticket in lost[:1] if number % 3 == 0 or is_last else []:
        handler = next((key for key in troupe.handlers.get(("provider", row.provider_id), [])), None)
        if handler is not None:
            words = said["objection"].format(number=ticket.number, cause=cause_of(ticket))
            support.object_to(row, db.session.get_one(Person, handler), words)
            failing = [one.code for one in support.findings_of(row) if not one.holds]
            if not is_last:
                support.answer(
                    row, supervisor, said["refused" if number % 2 else "granted"], failing if number % 2 == 0 else ()
                )
    if is_last:
        penalties.note_standing(_providers()[5], "transition", following(month), said["transition"], supervisor)


def _cost_it(row: SupportResult) -> Ticket | None:
    """A ticket that cost the provider this month's support, if one did."""
    keys = [key for one in support.findings_of(row) if not one.holds for key in one.tickets]
    return db.session.get_one(Ticket, keys[0]) if keys else None


def _approved(troupe: Troupe, month: date) -> None:
    """A manager approves what is settled."""
    manager = _who(troupe, "manager")
    for row in _results(month):
        if support.why_not_approve(row, manager) is None:
            support.approve(row, manager)


def _results(month: date) -> list[SupportResult]:
    rows = db.select(SupportResult).where(SupportResult.month == month, SupportResult.is_newest)
    return list(db.session.scalars(rows.options(joinedload(SupportResult.provider)).order_by(SupportResult.id)))


def _providers() -> list[Provider]:
    return list(db.session.scalars(parties.open_ones(db.select(Provider)).order_by(Provider.id)))


def _who(troupe: Troupe, role: str) -> Person:
    return db.session.get_one(Person, troupe.first(role))


def _at(day: date) -> datetime:
    minute = (day.month * 17 + day.day) % 50
    return hours.on_duty(datetime.combine(day, time(10, minute), zone()))
