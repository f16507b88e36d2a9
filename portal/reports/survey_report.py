"""The report on a survey (R29): method, who answered, results, charts, league table, own words without names."""

from dataclasses import dataclass
from datetime import datetime

from portal.i18n import N_
from portal.reports.facts import Facts, Said

CODE, TITLE = "survey-report", N_("Report on a survey")
TEMPLATE = "reports/survey_report.html"


@dataclass(frozen=True)
class Pair:
    """Something said of the method, or a rate with how it is reckoned."""

    label: Said
    value: Said
    note: Said = ""


@dataclass(frozen=True)
class FigureLine:
    """A rated question as the page shows it; what is hidden is a dash there and here."""

    label: Said
    rate: str
    count: str
    rate_between: str
    score: str
    score_between: str
    n: str
    versions: str = ""
    change: Said = ""


@dataclass(frozen=True)
class SideLine:
    """A side of the service, or the index: as it is shown, and as it is drawn."""

    label: Said
    shown: str
    between: str
    n: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Spot:
    """Something on the chart of importance and satisfaction."""

    label: Said
    finding: Said
    performance: float
    importance: float
    performance_shown: str
    importance_shown: str
    n: int
    is_urgent: bool = False


@dataclass(frozen=True)
class PlaceLine:
    """A place of the league table."""

    name: str
    rank: str
    shrunk: str
    raw: str
    interval: str
    customers: int
    verdict: Said


@dataclass(frozen=True)
class AnswerLine:
    """How often an answer was given."""

    label: Said
    share: str
    count: int


@dataclass(frozen=True)
class Asked:
    """A question with the answers offered, as they were chosen."""

    label: Said
    n: int
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True)
class OwnWords:
    """What was written to an open question, without names."""

    label: Said
    texts: tuple[str, ...]


@dataclass(frozen=True)
class SurveyReport(Facts):
    """All that is printed of a survey's results, as it stood when it was asked for."""

    number: str
    survey: Said
    survey_number: str
    made_at: datetime
    is_running: bool
    is_hidden: bool
    method: tuple[Pair, ...]
    rates: tuple[Pair, ...]
    outcomes: tuple[Pair, ...]
    silent: tuple[Pair, ...]
    headline: tuple[Pair, ...]
    sides: tuple[SideLine, ...]
    lines: tuple[FigureLine, ...]
    asked: tuple[Asked, ...] = ()
    spots: tuple[Spot, ...] = ()
    cross: tuple[float, ...] = ()
    how: Said = ""
    league: tuple[PlaceLine, ...] = ()
    league_of: Said = ""
    league_differs: bool = True
    words: tuple[OwnWords, ...] = ()
    has_trend: bool = False
    zone: str = "Asia/Shanghai"
    address: str = ""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")
