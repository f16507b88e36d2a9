"""The figures of a month (R31) on paper: every measure with formula, numbers, interval, target, and the year before."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.i18n import N_
from portal.reports.facts import Facts, Said

CODE, TITLE = "figures-month", N_("Quality figures")
TEMPLATE = "reports/figures_month.html"


@dataclass(frozen=True)
class MeasureRow:
    """One measure as the page shows it: numbers are written as they are there, words in both languages."""

    label: Said
    formula: Said
    value: str
    numerator: int
    denominator: int | None = None
    interval: str = ""
    target: str = ""
    meets_target: bool | None = None
    is_too_few: bool = False
    change: Said = ""
    trend: tuple[str, ...] = ()
    """The months before and this one at the end, as they are shown."""


@dataclass(frozen=True)
class Part:
    """Complaints, or repair requests counted apart."""

    title: Said
    rows: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class FiguresMonth(Facts):
    """A month's figures for one scope, live or as they were closed."""

    number: str
    month: date
    about: Said
    at: datetime
    made_at: datetime
    parts: tuple[Part, ...]
    zone: str = "Asia/Shanghai"
    revision: int | None = None
    """Of a closed month; none while the figures are live."""
    corrections: tuple[Said, ...] = ()
    """Each correction with its day and reason."""
    trend_months: tuple[str, ...] = ()
    address: str = ""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")
