"""One figure of a survey's results as it is shown: its value, base and interval, or that too few answered (formulas 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.statistics import (
    FEWEST,
    Interval,
    Mean,
    Nps,
    Share,
    interval_shown,
    percent_shown,
    rounded,
    share,
)
from portal.domain.surveys.document import Option
from portal.domain.surveys.result_lines import NPS, NUMBER, STARS, Block, Line
from portal.domain.surveys.result_rows import Tally

NONE = "—"
NO_SHARE, NO_MEAN = Share(None, 0, 0), Mean(None, 0, 0, None)
COMMENTS_FROM = 10
"""Of fewer people no comments are shown (R29)."""
FROM = FEWEST
"""Of fewer answers no score is shown (R29)."""


def whole(value: float) -> str:
    """A figure without a unit, with a real minus."""
    return f"{rounded(value)}".replace("-", "−")


def mean_shown(mean: Mean) -> str:
    """78.2; a dash of nothing or of too few."""
    return NONE if mean.value is None or mean.is_too_few else f"{rounded(mean.value, 1)}"


def between_shown(interval: Interval | None, least: float = 0.0, most: float = 100.0) -> str:
    """72.1–84.3: where the true value lies, inside the ends of its scale."""
    if interval is None:
        return ""
    return f"{rounded(max(least, interval.low), 1)}–{rounded(min(most, interval.high), 1)}"


@dataclass(frozen=True)
class Cell:
    """One line in one group: 满意率 (rate) and 满意度 (score) kept apart; hidden ones say nothing, not even n."""

    line: Line
    tally: Tally
    rate: Share
    score: Mean
    is_hidden: bool = False

    @property
    def n(self) -> int:
        return self.tally.n

    @property
    def has_rate(self) -> bool:
        return self.line.how == STARS

    @property
    def nps(self) -> Nps:
        given = self.tally.given
        promoters = sum(count for number, count in given.items() if number is not None and number >= 9)
        detractors = sum(count for number, count in given.items() if number is not None and number <= 6)
        return Nps(promoters, detractors, self.n)

    @property
    def n_shown(self) -> str:
        return "" if self.is_hidden else f"{self.n:,}"

    @property
    def rate_shown(self) -> str:
        """90%; a dash where it is hidden or nothing was answered."""
        if self.is_hidden or not self.has_rate:
            return NONE
        return percent_shown(self.rate.percent)

    @property
    def count_shown(self) -> str:
        """18/20, beside a percent of less than a hundred answers that carry no weights."""
        if self.is_hidden or not self.has_rate or self.rate.hits is None or not 0 < self.rate.n < 100:
            return ""
        return f"{self.rate.hits}/{self.rate.n}"

    @property
    def rate_between(self) -> str:
        return "" if self.is_hidden or not self.has_rate else interval_shown(self.rate.interval, self.rate.n)

    @property
    def score_shown(self) -> str:
        """满意度, NPS or a mean, by what the line asks."""
        if self.is_hidden:
            return NONE
        if self.line.how == NPS:
            return NONE if self.nps.value is None else whole(self.nps.value)
        return mean_shown(self.score)

    @property
    def score_between(self) -> str:
        if self.is_hidden:
            return ""
        if self.line.how == NPS:
            ends = self.nps.interval
            return "" if ends is None else f"{whole(ends.low)}…{whole(ends.high)}"
        if self.line.how == NUMBER:
            return between_shown(self.score.interval, -1e12, 1e12)
        return between_shown(self.score.interval)


@dataclass(frozen=True)
class Rated:
    """A side of the service, or the index of all: a mean of means with its interval; `n` counts what is averaged."""

    mean: Mean
    is_hidden: bool = False

    @property
    def n_shown(self) -> str:
        return "" if self.is_hidden else f"{self.mean.n:,}"

    @property
    def shown(self) -> str:
        return NONE if self.is_hidden else mean_shown(self.mean)

    @property
    def between(self) -> str:
        return "" if self.is_hidden else between_shown(self.mean.interval)


@dataclass(frozen=True)
class Part:
    """How many chose one answer."""

    code: str
    words: object
    """Words of the company, or a number as it stands on the scale."""
    count: int
    of: int

    @property
    def share(self) -> Share:
        return share(min(self.count, self.of), self.of)

    @property
    def shown(self) -> str:
        return percent_shown(self.share.percent)

    @property
    def between(self) -> str:
        return interval_shown(self.share.interval, self.of)


@dataclass(frozen=True)
class Distribution:
    """What was answered to a question or one of its items: how many, and who gave no answer for which reason."""

    key: str
    words: object
    n: int
    parts: tuple[Part, ...]
    not_applicable: int
    unanswered: int
    """Not shown by the questionnaire's logic, left open, or never reached."""
    is_hidden: bool = False
    mean_place: float | None = None
    """Of something that was put in an order."""


def parts(block: Block, tally: Tally, base: int) -> tuple[Part, ...]:
    """The answers offered, each with how often it was chosen; of a scale from its best end to its worst."""
    question = block.question
    if question.kind in ("stars", "matrix"):
        return tuple(Part(str(n), n, tally.given[n], base) for n in (5, 4, 3, 2, 1))
    if question.kind == "ten":
        return tuple(Part(str(n), n, tally.given[n], base) for n in range(10, 0, -1))
    if question.kind == "nps":
        return tuple(Part(str(n), n, tally.given[n], base) for n in range(10, -1, -1))
    if question.kind == "ranking":
        return tuple(Part(str(n), n, tally.given[n], base) for n in range(1, len(question.options) + 1))
    return tuple(Part(one.code, one.words, tally.given[one.code], base) for one in question.options)


def several_parts(options: tuple[Option, ...], chosen: Mapping[str, int], base: int) -> tuple[Part, ...]:
    """Of a question where several may be chosen: each by all who answered it."""
    return tuple(Part(one.code, one.words, chosen.get(one.code, 0), base) for one in options)


def mean_place(tally: Tally) -> float | None:
    """At which place something was put, on average."""
    n = tally.n
    return sum((number or 0) * count for number, count in tally.given.items()) / n if n else None
