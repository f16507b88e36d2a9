"""How reports say days, moments, spans, shares and words, in the reader's language and the report's zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

import segno
from markupsafe import Markup

from portal.domain.statistics import Interval, percent, percent_shown, rounded
from portal.i18n import Words
from portal.reports.facts import Fact, Filled, Said, Shown
from portal.web.words import gettext, marked

NONE = "—"
"""For not applicable or not known; 0 is only said of a true nought."""


@dataclass(frozen=True)
class Wording:
    """One language and one zone; its methods are what templates of reports call."""

    language: str
    zone: ZoneInfo

    @property
    def is_chinese(self) -> bool:
        return self.language.startswith("zh")

    @property
    def page_words(self) -> list[str]:
        """What stands before, between and after the numbers of a page and of all pages."""
        return re.split(r"\{page\}|\{pages\}", gettext("Page {page} of {pages}"))

    def say(self, said: Said | None) -> str:
        """Words of the company in the reader's language, or a marked text translated and filled."""
        if not said:
            return ""
        if isinstance(said, Words):
            return said.in_(self.language)
        if isinstance(said, Filled):
            return marked(said.text, said.facts).format(**{name: self._fact(fact) for name, fact in said.facts.items()})
        return gettext(said)

    def shown(self, value: Shown) -> str:
        """What a person typed as it is; one of the company's choices in the reader's language."""
        return value if isinstance(value, str) else self.say(value)

    def _fact(self, fact: Fact) -> str:
        if isinstance(fact, Words):
            return fact.in_(self.language)
        if isinstance(fact, datetime):
            return self.stamp(fact)
        if isinstance(fact, date):
            return self.day(fact)
        if isinstance(fact, timedelta):
            return self.span(fact)
        if isinstance(fact, time):
            return f"{fact:%H:%M}"
        return fact if isinstance(fact, str) else self.number(fact)

    @property
    def zone_name(self) -> str:
        """The zone as people call it."""
        return gettext("Beijing time") if self.zone.key == "Asia/Shanghai" else self.zone.key

    def day(self, day: date | None) -> str:
        if day is None:
            return NONE
        if isinstance(day, datetime):
            day = day.astimezone(self.zone).date()
        if self.is_chinese:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def short_day(self, day: date | None) -> str:
        """For columns: 2026年3月15日, 15 Mar 2026."""
        return (
            NONE
            if day is None
            else self.day(day)
            if self.is_chinese
            else f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"
        )

    def month(self, day: date) -> str:
        return f"{day.year}年{day.month}月" if self.is_chinese else f"{_MONTHS[day.month - 1]} {day.year}"

    def short_month(self, day: date) -> str:
        return f"{day.month}月" if self.is_chinese else _MONTHS[day.month - 1][:3]

    def narrow_month(self, kept: str) -> tuple[str, str]:
        """Year and month of a kept 25-11, one above the other in a narrow column: 25年, 11月; 2025, Nov."""
        year, month = kept.split("-")
        return (f"{year}年" if self.is_chinese else f"20{year}", self.short_month(date(2000, int(month), 1)))

    def days(self, first: date, last: date) -> str:
        """A period, both ends included; a whole month by its name."""
        if (
            first.day == 1
            and (last + timedelta(days=1)).day == 1
            and (first.year, first.month)
            == (
                last.year,
                last.month,
            )
        ):
            return self.month(first)
        return f"{self.day(first)}～{self.day(last)}" if self.is_chinese else f"{self.day(first)} – {self.day(last)}"

    def stamp(self, moment: datetime | None) -> str:
        """A moment to the minute in the report's zone."""
        if moment is None:
            return NONE
        local = moment.astimezone(self.zone)
        if self.is_chinese:
            return f"{self.day(local.date())} {local:%H:%M}"
        return f"{local.day} {_MONTHS[local.month - 1][:3]} {local:%Y, %H:%M}"

    def span(self, span: timedelta | None) -> str:
        """A duration in hours and minutes: 3 小时 20 分, 3 h 20 min."""
        if span is None:
            return NONE
        minutes = int(rounded(span.total_seconds() / 60))
        hours, minutes = divmod(minutes, 60)
        if hours >= 100:
            return gettext("%(hours)s h", hours=self.number(hours))
        if hours and minutes:
            return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
        if hours:
            return gettext("%(hours)s h", hours=hours)
        return gettext("%(minutes)s min", minutes=minutes)

    def number(self, value: int | float | Decimal | None, places: int = 0) -> str:
        if value is None:
            return NONE
        return f"{value:,}" if isinstance(value, int) else f"{rounded(float(value), places):,}"

    def share(self, count: int | None, n: int | None, target: float | None = None) -> str:
        """A share by the rule of small numbers: whole percent below 100, one decimal from there.

        One decimal too where rounding would put it on the other side of its target.
        """
        if count is None or not n:
            return NONE
        return percent_shown(_on_its_side(count / n, percent(count, n), target))

    def part(self, value: float | None, n: int | None = None, target: float | None = None) -> str:
        """A share given as a part of one."""
        if value is None:
            return NONE
        shown = rounded(value * 100, 1 if n is not None and n >= 100 else 0)
        return percent_shown(_on_its_side(value, shown, target))

    def between(self, interval: Interval | None, n: int) -> str:
        """An interval of a share: 70%～97%, 70–97%."""
        if interval is None:
            return NONE
        low, high = self.part(interval.low, n), self.part(interval.high, n)
        return f"{low}～{high}" if self.is_chinese else f"{low[:-1]}–{high}"

    def figure(self, value: float | None, unit: str, n: int | None = None, target: float | None = None) -> str:
        """A value with its unit: share, count, hours, stars."""
        if value is None:
            return NONE
        if unit == "share":
            return self.part(value, n, target)
        if unit == "hours":
            return self.span(timedelta(hours=value))
        return self.number(value, 1) if unit == "stars" else self.number(int(value))

    def size(self, size: int) -> str:
        if size < 1024:
            return f"{size} B"
        if size < 1024 * 1024:
            return f"{self.number(round(size / 1024))} KB"
        return f"{self.number(size / 1024 / 1024, 1)} MB"

    def listed(self, names) -> str:
        return ("、" if self.is_chinese else ", ").join(names)

    def qr(self, address: str, title: str) -> Markup:
        """A QR code as a drawing; `address` is one of ours."""
        code = segno.make(address, error="m", micro=False)
        return Markup(  # noqa: S704 - drawn by us, the title is escaped by the library
            code.svg_inline(border=2, svgclass="qr", lineclass=None, title=title, omitsize=True)
        )


def _on_its_side(value: float, shown: Decimal | None, target: float | None) -> Decimal | None:
    """What is shown of a share, one decimal finer if rounding puts it on the wrong side of its target."""
    if shown is None or target is None or (value >= target) == (float(shown) >= target * 100):
        return shown
    return Decimal(str(value * 100)).quantize(Decimal("0.1"), ROUND_FLOOR if value < target else ROUND_CEILING)


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
