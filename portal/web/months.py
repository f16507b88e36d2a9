"""Months as they travel in forms and as they are said."""

from datetime import date

from babel.dates import format_skeleton
from flask_babel import get_locale


def month_of(given: str | None) -> date | None:
    """The first day of 2026-10; none for what is no month."""
    year, _, month = (given or "").partition("-")
    if not (len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
        return None
    return date(int(year), int(month), 1) if 2000 <= int(year) <= 2100 and 1 <= int(month) <= 12 else None


def month(first: date) -> str:
    """2026年10月, Oct 2026: for pages."""
    return format_skeleton("yMMM", first, locale=get_locale())


def code_of(first: date) -> str:
    """2026-10: for forms and addresses."""
    return f"{first:%Y-%m}"


def choices(newest: date, chosen: date, count: int) -> list[tuple[str, str]]:
    """For a form: so many months (code, words) back from the newest, and the chosen one where it lies before them."""
    number = newest.year * 12 + newest.month - 1
    listed = [date((number - back) // 12, (number - back) % 12 + 1, 1) for back in range(count)]
    listed += [] if chosen in listed else [chosen]
    return [(code_of(one), month(one)) for one in listed]


def day_of(given: str | None) -> date | None:
    """The day 2026-10-05; none for what is no day."""
    try:
        return date.fromisoformat((given or "")[:10])
    except ValueError:
        return None
