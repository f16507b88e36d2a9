"""Days and moments as one reader is told them: zone, language and near days' words are looked up once a request."""

from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from flask import has_request_context, request
from markupsafe import Markup

from portal import clock
from portal.domain import settings
from portal.web.words import chinese, gettext

CHINESE, ENGLISH = "portal.moments.zh", "portal.moments.en"
_request = request._get_current_object  # pyright: ignore[reportAttributeAccessIssue]  # the proxy itself asks six times as long
_WEEKDAYS_ZH, _WEEKDAYS_EN = "一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moments() -> "Moments":
    """Those of this request and its language, made once; where there is no request, of now."""
    if not has_request_context():
        return Moments()
    around, name = _request().environ, CHINESE if chinese() else ENGLISH
    kept = around.get(name)
    if kept is None:
        kept = around[name] = Moments()
    return kept


class Moments:
    """How one reader is told days and moments."""

    def __init__(self):
        self.zone = ZoneInfo(settings.company().zone)
        self.now = clock.now()
        self.today = self.now.astimezone(self.zone).date()
        self.chinese = chinese()

    @cached_property
    def _near(self) -> dict[date, str]:
        one = timedelta(days=1)
        return {
            self.today: gettext("today"),
            self.today + one: gettext("tomorrow"),
            self.today - one: gettext("yesterday"),
        }

    def day(self, on: date) -> str:
        """今天, 明天, 9月28日; with the year when it is another one."""
        if near := self._near.get(on):
            return near
        if self.chinese:
            text = f"{on.month}月{on.day}日"
            return text if on.year == self.today.year else f"{on.year}年{text}"
        text = f"{on.day} {_MONTHS[on.month - 1]}"
        return text if on.year == self.today.year else f"{text} {on.year}"

    def moment(self, at: datetime) -> str:
        """今天 16:30, 明天（周二）10:00, 9月28日 09:05."""
        local = at.astimezone(self.zone)
        on = local.date()
        text = self.day(on)
        if 0 < (on - self.today).days < 7:
            text = f"{text}（{self.weekday(on)}）" if self.chinese else f"{text} ({self.weekday(on)})"
        return f"{text} {local.hour:02}:{local.minute:02}"

    def brief(self, at: datetime) -> str:
        """As short as a narrow column wants it, the hour only where it matters: 今天 16:30, 周二 10:00, 9月28日."""
        local = at.astimezone(self.zone)
        on = local.date()
        away = (on - self.today).days
        if away == 0 or (self.chinese and -2 < away < 2):
            return f"{self.day(on)} {local.hour:02}:{local.minute:02}"
        if -2 < away < 7:
            return f"{self.weekday(on)} {local.hour:02}:{local.minute:02}"
        return self.day(on)

    def weekday(self, on: date) -> str:
        """周二; Tue."""
        return f"周{_WEEKDAYS_ZH[on.weekday()]}" if self.chinese else _WEEKDAYS_EN[on.weekday()]

    def element(self, at: datetime) -> Markup:
        """The brief moment as an element, whole for machines and for hovering. Figures and our own words only."""
        iso = at.strftime("%Y-%m-%dT%H:%MZ")
        return Markup(f'<time datetime="{iso}" title="{self.stamp(at)}">{self.brief(at)}</time>')  # noqa: S704

    def full_day(self, on: date) -> str:
        """The day with its year, whenever it is read: 2026年9月28日, 28 Sep 2026."""
        if self.chinese:
            return f"{on.year}年{on.month}月{on.day}日"
        return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"

    def stamp(self, at: datetime) -> str:
        """The whole moment, for paper and for hovering: 2026年9月28日 16:30."""
        local = at.astimezone(self.zone)
        return f"{self.full_day(local)}{' ' if self.chinese else ', '}{local.hour:02}:{local.minute:02}"
