"""When people do things: staff at their desks on working days, customers in the evening and at weekends too."""

import random
from datetime import date, datetime, time, timedelta
from functools import cache

from portal.domain import settings
from portal.domain.quality.days import zone

CLOSES = time(17, 30)
BEGINS = time(9, 30)
"""Before this nobody has done anything yet on a day."""
AT_DESK = ((8, 36), (9, 4), (9, 19), (9, 47), (10, 8), (10, 26), (10, 52), (11, 13), (11, 38), (13, 41), (14, 6), (14, 23), (14, 49),
           (15, 11), (15, 34), (15, 56), (16, 17), (16, 42), (17, 3))  # fmt: skip
BY_DAY = (8, 9, 9, 9, 10, 10, 10, 11, 11, 13, 14, 14, 14, 15, 15, 16, 16, 12, 18, 19, 21)
"""Hours in which customers write themselves."""


def last_moment(now: datetime) -> datetime:
    """Up to when the demo's people have lived: half past an hour of work, or the end of the last day of work."""
    local = now.astimezone(zone())
    if is_working_day(local.date()) and local.time() >= BEGINS:
        half = local.replace(minute=30, second=0, microsecond=0)
        half = half if half <= local else half - timedelta(hours=1)
        return min(half, _at(local.date(), CLOSES))
    return _at(working_days_back(local.date(), 1), CLOSES)


def is_working_day(day: date) -> bool:
    return settings.calendar().is_working_day(day)


def working_days_back(day: date, number: int) -> date:
    """The working day so many before this day; 0: the day itself, or the last one before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
        number = max(0, number - 1)
    for _ in range(number):
        day -= timedelta(days=1)
        while not is_working_day(day):
            day -= timedelta(days=1)
    return day


def on_duty(at: datetime) -> datetime:
    """The same time of day on this day, or on the first working day after it."""
    local = at.astimezone(zone())
    while not is_working_day(local.date()):
        local += timedelta(days=1)
    return local


def at_desk(day: date, dice: random.Random, before: datetime | None = None) -> datetime:
    """Some moment at which staff are at their desks, on this day or the last working day before it."""
    found = _varied(working_days_back(day, 0), *dice.choice(AT_DESK), dice)
    if before is not None and found >= before:
        found = _varied(working_days_back(before.astimezone(zone()).date(), 1), *dice.choice(AT_DESK), dice)
    return found


def at_desk_from(day: date, dice: random.Random) -> datetime:
    """Some moment at which staff are at their desks, on this day or the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return at_desk(day, dice)


def ago(until: datetime, days: float, key: str) -> datetime:
    """At a desk, so many days before the end; the same for the same key."""
    day = until.astimezone(zone()).date() - timedelta(days=int(days))
    return at_desk(day, random.Random(f"{key} {days}"), until)


def work_day(until: datetime, number: int, hour: float) -> datetime:
    """The hour of a day so many working days before the end."""
    day = working_days_back(until.astimezone(zone()).date(), number)
    return _at(day, time()) + timedelta(hours=hour)


def as_customers_write(at: datetime, dice: random.Random, before: datetime | None = None) -> datetime:
    """The same day at an hour at which somebody writes of their own accord; where that is not over yet, the evening before."""
    day = at.astimezone(zone()).date()
    over = [hour for hour in BY_DAY if before is None or _at(day, time(hour, 59, 59)) < before]
    if not over:
        day, over = day - timedelta(days=1), list(BY_DAY[-3:])
    return _varied(day, dice.choice(over), dice.randint(0, 50), dice)


def awake(at: datetime) -> datetime:
    """The same moment, or what falls into the night on the morning after it."""
    local = at.astimezone(zone())
    if 8 <= local.hour < 22:
        return local
    night = (local.hour * 60 + local.minute + (120 if local.hour < 8 else -1320)) / 600
    morning = local if local.hour < 8 else local + timedelta(days=1)
    return morning.replace(hour=8, minute=int(night * 59))


@cache
def months(begins: date, ends: date) -> tuple[date, ...]:
    """The first days of the months from one day to another."""
    first, found = begins.replace(day=1), []
    while first <= ends:
        found.append(first)
        first = (first + timedelta(days=31)).replace(day=1)
    return tuple(found)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, zone())


def _varied(day: date, hour: int, minute: int, dice: random.Random) -> datetime:
    return _at(day, time(hour, min(59, minute + dice.randint(0, 8)), dice.randint(0, 59)))
