"""Dates, numbers and words as the reader's language says them; registered with Jinja by create_app."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from babel.dates import format_time

from portal.domain import settings
from portal.domain.policy import Promise, Unit
from portal.domain.statistics import part_shown
from portal.i18n import Words
from portal.web.moments import moments
from portal.web.months import month
from portal.web.words import chinese, filled, gettext, marked, ngettext

_HAN, _LATIN = r"[\u3400-\u9fff]", r"[A-Za-z0-9]"
_MONTH, _DAY = re.compile(r"\d{4}-\d\d"), re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_GAP = re.compile(f"({_HAN})({_LATIN})|({_LATIN})({_HAN})")


def zone() -> ZoneInfo:
    """The company's time zone."""
    return ZoneInfo(settings.company().zone)


def here(at: datetime) -> datetime:
    """A moment as the company's clock shows it."""
    return at.astimezone(zone())


def day(on: date | datetime | None) -> str:
    """今天, 明天, 9月28日; with the year when it is another one."""
    if on is None:
        return "—"
    return moments().day(here(on).date() if isinstance(on, datetime) else on)


def full_day(on: date | None) -> str:
    """2026年9月28日, 28 Sep 2026: for what is read long after."""
    return "—" if on is None else moments().full_day(on)


def ended(last: date) -> str:
    """When a department, a provider's contract or a customer ended after this last day, or is to."""
    return gettext("ends on %(day)s", day=full_day(last)) if is_yet(last) else gettext("ended %(day)s", day=day(last))


def is_yet(last: date) -> bool:
    """Is this last day not over?"""
    return last >= settings.today()


def moment(at: datetime | None) -> str:
    """今天 16:30, 明天（周二）10:00, 9月28日 09:05."""
    return "—" if at is None else moments().moment(at)


def stamp(at: datetime | None) -> str:
    """The whole moment, for paper and for hovering: 2026年9月28日 16:30."""
    return "—" if at is None else moments().stamp(at)


def span(length: timedelta | None) -> str:
    """A length of time in words, two units at most: 3 小时 20 分, 2 天 4 小时."""
    if length is None:
        return "—"
    minutes = max(0, round(length.total_seconds() / 60))
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = []
    if days:
        parts.append(ngettext("%(num)d day", "%(num)d days", days, num=days))
    if hours:
        parts.append(ngettext("%(num)d hour", "%(num)d hours", hours, num=hours))
    if minutes and not days:
        parts.append(ngettext("%(num)d minute", "%(num)d minutes", minutes, num=minutes))
    return " ".join(parts) or gettext("less than a minute")


def short_span(length: timedelta) -> str:
    """A length of time for the chip of a list: 3 days 8 h, 9 h 30 min."""
    days, rest = divmod(round(length.total_seconds() / 60), 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        whole = ngettext("%(num)d day", "%(num)d days", days, num=days)
        return f"{whole} {gettext('%(hours)s h', hours=hours)}" if hours else whole
    if hours and minutes:
        return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    if hours:
        return gettext("%(hours)s h", hours=hours)
    return gettext("%(minutes)s min", minutes=minutes) if minutes else gettext("less than a minute")


def work_span(length: timedelta, day: timedelta) -> str:
    """A length of working time in words: from one working day (so long) on in those, 5 个工作日 3 小时."""
    days, rest = divmod(length, day)
    if not days:
        return span(length)
    hours = round(rest.total_seconds() / 3600)
    said = ngettext("%(num)d working day", "%(num)d working days", days, num=days)
    return f"{said} {ngettext('%(num)d hour', '%(num)d hours', hours, num=hours)}" if hours else said


def promise(given: Promise) -> str:
    """A promise in words: 24 hours by the clock, 3 working days, the same day."""
    amount = int(given.amount) if given.amount == int(given.amount) else given.amount
    many = ceil(amount)
    return {
        Unit.HOURS: ngettext("%(n)s hour by the clock", "%(n)s hours by the clock", many, n=amount),
        Unit.WORKING_HOURS: ngettext("%(n)s working hour", "%(n)s working hours", many, n=amount),
        Unit.WORKING_DAYS: ngettext("%(n)s working day", "%(n)s working days", many, n=amount),
        Unit.SAME_DAY: gettext("the same day"),
    }[given.unit]


def number(value, digits: int = 0) -> str:
    """1,234 or 1,234.5; — for nothing."""
    if value is None:
        return "—"
    return f"{round(value, digits):,.{digits}f}"


def filesize(size: int) -> str:
    """1.4 MB, 20 MB, 320 KB, 7 B."""
    if size < 1024:
        return f"{size} B"
    if size < 1024**2:
        return f"{round(size / 1024)} KB"
    whole, unit = (1024**2, "MB") if size < 1024**3 else (1024**3, "GB")
    return f"{size / whole:.1f}".removesuffix(".0") + f" {unit}"


def gap(text: str) -> str:
    """A quarter of an em between Han and Latin or digits: for reading, not for copying."""
    thin = "\u2005"
    return _GAP.sub(lambda m: f"{m[1] or m[3]}{thin}{m[2] or m[4]}", text)


def told(text: str, facts: dict) -> str:
    """A marked word with its facts, each said by its kind: moments, days, lengths, bilingual words, marked words."""
    return filled(marked(text, facts), {name: in_words(value) for name, value in facts.items()})


def in_words(value):
    """A fact as it is said, by its kind."""
    if isinstance(value, Words):
        return words_in(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return format_time(value, "HH:mm", locale="en")
    if isinstance(value, timedelta):
        return span(value)
    if isinstance(value, Promise):
        return promise(value)
    return gettext(kept(value)) if isinstance(value, str) and value.isascii() and value else value


def kept(text: str) -> str:
    """A day, month or moment that was kept as a text, as the reader's language says it; any other text as it is."""
    try:
        if _MONTH.fullmatch(text):
            return month(date.fromisoformat(f"{text}-01"))
        if _DAY.fullmatch(text):
            return full_day(date.fromisoformat(text))
        return stamp(datetime.fromisoformat(text)) if _MOMENT.fullmatch(text) else text
    except ValueError:
        return text


def words_in(words: Words) -> str:
    """A bilingual word of the policy in the reader's language."""
    return words.in_("zh" if chinese() else "en")


def called(listed: str, code: str | None) -> str:
    """What the policy calls an item of one of its lists, in the reader's language; nothing for no code."""
    return words_in(settings.policy().called(listed, code)) if code else ""


def listed(names: Iterable[str]) -> str:
    """Names one after the other, with what stands between them in the reader's language."""
    return ("、" if chinese() else ", ").join(names)


def ending(ends: datetime, begins: datetime) -> str:
    """When it ends, for whoever has just read when it begins: the hour, and the day where that is another one."""
    first, last = here(begins), here(ends)
    return f"{last:%H:%M}" if first.date() == last.date() else stamp(ends)


FILTERS = {
    "day": day, "full_day": full_day, "moment": moment, "stamp": stamp, "span": span, "number": number, "percent": part_shown, "filesize": filesize,
    "gap": gap, "words": words_in, "here": here, "month": month, "listed": listed, "ending": ending, "ended": ended, "is_yet": is_yet,
}  # fmt: skip
