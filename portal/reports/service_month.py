"""The service report to one customer (R36): what was promised, kept, went wrong, and comes next."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.domain.statistics import FEWEST, Interval, wilson
from portal.i18n import N_
from portal.reports.facts import Facts, Said

CODE, TITLE = "service-month", N_("Service report")
TEMPLATE = "reports/service_month.html"
MOST_ROWS = 300
"""Rows of the ticket list on paper; the whole list lies in the PDF as a data file."""

SECRECY = N_("For the customer and us only")
NORMAL, WATCH, ALERT = "normal", "watch", "alert"


@dataclass(frozen=True)
class Figure:
    """A figure of the first page. `unit`: share (of 1), count, hours (working), stars.

    `count` of `n` lies behind a share; `at_least` says on which side of the target it is good.
    None is printed as —, never as 0.
    """

    label: Said
    unit: str
    value: float | None
    n: int | None = None
    count: int | None = None
    target: float | None = None
    at_least: bool = True
    last: float | None = None
    """The same of the last period."""
    year_ago: float | None = None
    """The same of this month last year."""

    @property
    def is_met(self) -> bool | None:
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


@dataclass(frozen=True)
class Decision:
    """Something we need the customer to decide."""

    text: Said
    by_on: date | None = None
    whom: str = ""


@dataclass(frozen=True)
class Breach:
    """A promise that was not kept, and why, in one line; `late_by` is working time."""

    ticket: str
    why: str
    late_by: timedelta | None = None


@dataclass(frozen=True)
class Commitment:
    """A commitment of the service agreement: `kept` of `of` cases; none fell due when `of` is 0."""

    label: Said
    target_words: Said
    kept: int
    of: int
    target: float | None = None
    breaches: tuple[Breach, ...] = ()

    @property
    def is_met(self) -> bool | None:
        if self.of == 0 or self.target is None:
            return None
        return self.kept / self.of >= self.target


@dataclass(frozen=True)
class Tally:
    """How many of a sort, in this period and the last (none: not known)."""

    label: Said
    count: int
    last: int | None = None


@dataclass(frozen=True)
class MonthTally:
    month: date
    opened: int
    closed: int


@dataclass(frozen=True)
class Spread:
    """Durations in working time: how many, the middle one, and the one that nine of ten stay below."""

    n: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True)
class OpenCase:
    number: str
    subject: str
    opened_on: date
    age_days: int
    """Calendar days from opening to the snapshot."""
    state: Said
    due_on: date | None = None
    is_late: bool = False


@dataclass(frozen=True)
class Repeat:
    """An issue that came more than once."""

    topic: Said
    count: int
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Review:
    """A weighty complaint looked back on."""

    number: str
    opened_on: date
    subject: str
    what: str
    cause: str = ""
    measure: str = ""
    confirmed_on: date | None = None
    outcome: Said = ""


@dataclass(frozen=True)
class Scored:
    label: Said
    mean: float
    n: int


@dataclass(frozen=True)
class Verbatim:
    """The customer's own words; `stars` none when only words were given."""

    text: str
    on: date
    by: str = ""
    stars: int | None = None
    ticket: str = ""


@dataclass(frozen=True)
class Satisfaction:
    """Ratings of this customer's people in the period. `stars` holds how many gave 1, 2, 3, 4, 5."""

    asked: int = 0
    stars: tuple[int, ...] = (0, 0, 0, 0, 0)
    dimensions: tuple[Scored, ...] = ()
    verbatims: tuple[Verbatim, ...] = ()
    last_satisfied: int | None = None
    last_n: int | None = None

    @property
    def n(self) -> int:
        return sum(self.stars)

    @property
    def satisfied(self) -> int:
        """Four and five stars."""
        return sum(self.stars[3:])

    @property
    def interval(self) -> Interval | None:
        return wilson(self.satisfied, self.n)

    @property
    def is_small(self) -> bool:
        return self.n < FEWEST


@dataclass(frozen=True)
class TicketLine:
    """A row of the list at the end."""

    number: str
    opened_on: date
    kind: Said
    subject: str
    state: Said
    class_name: Said = ""
    project: str = ""
    first_reply: timedelta | None = None
    closed_on: date | None = None
    in_time: bool | None = None


@dataclass(frozen=True)
class Definition:
    """A further definition, beside those every report prints."""

    term: Said
    meaning: Said


@dataclass(frozen=True)
class ServiceMonth(Facts):
    """One customer, one period. Words are edited by people; figures are counted and kept as they were."""

    number: str
    customer_name: str
    customer_short: str
    period_from: date
    period_to: date
    """The last day, included."""
    snapshot_at: datetime
    snapshot_id: str
    customer_code: str = ""
    version: int = 1
    correction: str = ""
    """What this version puts right, when it is not the first."""
    is_draft: bool = False
    secrecy: Said = SECRECY
    zone: str = "Asia/Shanghai"
    prepared_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""
    issued_on: date | None = None
    manager: str = ""
    manager_phone: str = ""
    manager_email: str = ""
    hotline: str = ""
    verdict: str = NORMAL
    verdict_text: Said = ""
    figures: tuple[Figure, ...] = ()
    went_well: tuple[Said, ...] = ()
    went_badly: tuple[Said, ...] = ()
    decisions: tuple[Decision, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    opened: int = 0
    closed: int = 0
    complaints: int = 0
    by_kind: tuple[Tally, ...] = ()
    by_channel: tuple[Tally, ...] = ()
    by_class: tuple[Tally, ...] = ()
    by_month: tuple[MonthTally, ...] = ()
    first_reply: Spread = Spread()
    closure: Spread = Spread()
    reopened: int = 0
    overdue: int = 0
    """Tickets of the period with a promise missed."""
    open_cases: tuple[OpenCase, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    reviews: tuple[Review, ...] = ()
    satisfaction: Satisfaction = Satisfaction()
    definitions: tuple[Definition, ...] = ()
    corrections: tuple[str, ...] = ()
    receipt_url: str = ""
    tickets: tuple[TicketLine, ...] = ()

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def most_rows(self) -> int:
        return MOST_ROWS


def data_file(report: ServiceMonth, say) -> bytes:
    """Every ticket of the period as CSV (UTF-8 with mark); `say` puts words into a language.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(
        [
            say(word)
            for word in (
                N_("Number"),
                N_("Opened on"),
                N_("Kind"),
                N_("Class"),
                N_("Project"),
                N_("Subject"),
                N_("First reply (working hours)"),
                N_("Closed on"),
                N_("State"),
                N_("In time"),
            )
        ]
    )
    for line in report.tickets:
        rows.writerow(
            [
                _harmless(cell)
                for cell in (
                    line.number,
                    line.opened_on.isoformat(),
                    say(line.kind),
                    say(line.class_name),
                    line.project,
                    line.subject,
                    _hours(line.first_reply),
                    line.closed_on.isoformat() if line.closed_on else "",
                    say(line.state),
                    {True: say(N_("yes")), False: say(N_("no")), None: ""}[line.in_time],
                )
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _hours(span: timedelta | None) -> str:
    return "" if span is None else f"{span.total_seconds() / 3600:.2f}"
