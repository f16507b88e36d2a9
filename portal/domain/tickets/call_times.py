"""When a customer may sensibly be called (R16): the policy's hours on working days, where the company is."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.domain import settings
from portal.working_time import ONE_DAY

LOOKED_AHEAD = 60
"""So many days are looked through for a working day; no holiday is longer."""


def is_sensible(at: datetime) -> bool:
    """Is this a moment at which nobody minds being called?"""
    local = at.astimezone(_zone())
    hours = settings.policy().calls.call_hours
    return settings.calendar().is_working_day(local.date()) and any(
        begins <= local.time() < ends for begins, ends in hours
    )


def next_good(at: datetime, *, another_day: bool = False) -> datetime:
    """The first sensible moment from now on, this one included; on another day, if today was tried in vain."""
    if is_sensible(at) and not another_day:
        return at
    today, zone = at.astimezone(_zone()).date(), _zone()
    for on in (today + n * ONE_DAY for n in range(another_day, LOOKED_AHEAD)):
        for begins, _ in settings.policy().calls.call_hours if settings.calendar().is_working_day(on) else ():
            moment = datetime.combine(on, begins, zone)
            if moment > at:
                return moment
    return at + timedelta(days=1)


def stretches(at: datetime, days: int) -> list[tuple[int, datetime, datetime]]:
    """The sensible stretches of so many working days from now on, each with its number within the day."""
    found, on, zone = [], at.astimezone(_zone()).date(), _zone()
    for day in (on + n * ONE_DAY for n in range(LOOKED_AHEAD)):
        if days and settings.calendar().is_working_day(day):
            rows = [
                (n, datetime.combine(day, begins, zone), datetime.combine(day, ends, zone))
                for n, (begins, ends) in enumerate(hours())
            ]
            rest = [(n, max(begins, at), ends) for n, begins, ends in rows if ends > at]
            found += rest
            days -= bool(rest)
    return found


def stretch_of(at: datetime) -> int:
    """The number of the stretch of the day this moment lies in, or comes before; the last one after all of them."""
    local = at.astimezone(_zone()).time()
    return next((n for n, (_, ends) in enumerate(hours()) if local < ends), len(hours()) - 1)


def hours() -> tuple[tuple[time, time], ...]:
    """The sensible hours of a working day."""
    return settings.policy().calls.call_hours


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.company().zone)
