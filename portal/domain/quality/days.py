"""Days, weeks and months where the company is: quality supervision counts by them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.domain import settings


def zone() -> ZoneInfo:
    """Where the company is."""
    return ZoneInfo(settings.company().zone)


def today() -> date:
    """The day it is there."""
    return settings.today()


def first(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def following(month: date, by: int = 1) -> date:
    """The first day of the month so many after this one; before it, if negative."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def begins(day: date) -> datetime:
    """The moment a day begins there."""
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def bounds(month: date) -> tuple[datetime, datetime]:
    """When a month begins, and when the next one does."""
    return begins(month), begins(following(month))


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())
