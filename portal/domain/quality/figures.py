"""A month's figures (R31): every measure for a scope, kept where the month is closed, live otherwise, with its tickets."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from sqlalchemy import Select

from portal import clock
from portal.domain import settings
from portal.domain.quality import counting, snapshots
from portal.domain.quality.counting import TOTAL, Scope, scope_of
from portal.domain.quality.facts import month_of
from portal.domain.quality.measures import MEASURES, Measure
from portal.domain.statistics import FEWEST, Interval, interval_shown, percent, percent_shown, wilson


@dataclass(frozen=True)
class Figure:
    """One measure of one month and scope. A share of nothing has no value."""

    measure: Measure
    numerator: int
    denominator: int | None
    target: float | None

    @property
    def value(self) -> float | None:
        """The share between 0 and 1, or the count."""
        if self.denominator is None:
            return float(self.numerator)
        return self.numerator / self.denominator if self.denominator else None

    @property
    def n(self) -> int:
        """How many tickets the figure rests on."""
        return self.numerator if self.denominator is None else self.denominator

    @property
    def percent(self) -> Decimal | None:
        """The share as it is shown: whole percent below 100 tickets, one decimal from there on.

        One decimal too where rounding would put it on the other side of its target.
        """
        if not self.denominator:
            return None
        whole = percent(self.numerator, self.denominator)
        if whole is None or self.target is None or (whole >= Decimal(repr(self.target))) == self.meets_target:
            return whole
        exact = Decimal(self.numerator) * 100 / self.denominator
        return exact.quantize(Decimal("0.1"), ROUND_CEILING if self.meets_target else ROUND_FLOOR)

    @property
    def interval(self) -> Interval | None:
        return wilson(self.numerator, self.denominator) if self.denominator else None

    @property
    def shown(self) -> str:
        """87%, 94.5%, or the count; a dash of nothing."""
        if self.denominator is None:
            return f"{self.numerator:,}"
        return percent_shown(self.percent)

    @property
    def fraction(self) -> str:
        """18/20; of a count the count."""
        return f"{self.numerator:,}" if self.denominator is None else f"{self.numerator:,}/{self.denominator:,}"

    @property
    def interval_shown(self) -> str:
        """60–98%: where the true share lies, 95 times of 100; in the places of the percent itself."""
        return interval_shown(self.interval, self.denominator or 0)

    @property
    def target_shown(self) -> str:
        """≥ 90%, ≤ 0."""
        if self.target is None:
            return ""
        sign = "≥" if self.measure.more_is_better else "≤"
        return f"{sign} {self.target:g}{'%' if self.denominator is not None else ''}"

    @property
    def for_chart(self) -> float | None:
        """The value as a chart draws it: percent, or the count."""
        if self.percent is not None:
            return float(self.percent)
        return None if self.denominator is not None else float(self.numerator)

    @property
    def is_too_few(self) -> bool:
        """A share of fewer than five says nothing yet (样本不足)."""
        return self.denominator is not None and self.denominator < FEWEST

    @property
    def meets_target(self) -> bool | None:
        """Is the target met? Nothing to say without a target or without tickets."""
        if self.target is None or self.value is None:
            return None
        now = self.value * 100 if self.denominator is not None else self.value
        return now >= self.target if self.measure.more_is_better else now <= self.target


@dataclass(frozen=True)
class Figures:
    """All measures of one month and scope, as they stand at a moment."""

    month: date
    scope: Scope
    by_code: Mapping[str, Figure]
    at: datetime
    kept: snapshots.Kept | None = None
    """The snapshot these were read from; none for live ones."""

    def __getitem__(self, code: str) -> Figure:
        return self.by_code[code]

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.by_code.values())


def month(first: date, **of) -> Figures:
    """The figures of a month (its first day) for whom `scope_of` names; with none named, for everybody."""
    return months((first,), scope_of(**of))[first]


def months(wanted: Iterable[date], scope: Scope = TOTAL) -> dict[date, Figures]:
    """The figures of several months for a scope: one statement for the closed ones, one or two for the others.

    What still runs is never closed, and not looked for among them.
    """
    wanted, at = list(wanted), clock.now()
    over = [first for first in wanted if first < month_of(at)]
    kept = snapshots.kept(over, scope) if over else {}
    running = [first for first in wanted if first not in kept]
    counted = counting.sums(running, scope, at) if running else {}
    return {
        first: of_kept(first, scope, kept[first]) if first in kept else of(first, scope, counted.get(first, {}), at)
        for first in wanted
    }


def live(first: date, scope: Scope = TOTAL) -> Figures:
    """The figures as everything stands now, whether the month is closed or not."""
    at = clock.now()
    return of(first, scope, counting.sums((first,), scope, at).get(first, {}), at)


def of_kept(first: date, scope: Scope, kept: snapshots.Kept) -> Figures:
    """Figures of what a snapshot says."""
    return of(first, scope, kept.counts, kept.at, kept)


def of(first: date, scope: Scope, counted: Mapping[str, int], at: datetime, kept: snapshots.Kept | None = None):
    """Figures of what was counted, by code of the tally."""
    targets = kept.targets if kept else {one.code: one.value for one in settings.policy().targets}
    by_code = {
        code: Figure(
            measure, counted.get(measure.numerator, 0),
            counted.get(measure.denominator, 0) if measure.denominator else None, targets.get(code),
        )
        for code, measure in MEASURES.items()
    }  # fmt: skip
    return Figures(first, scope, by_code, at, kept)


def records(first: date, measure: Measure, side: str, **of) -> Select:
    """The ids of exactly the tickets on this side of a figure: «numerator», «denominator», or «missing» of it."""
    return behind(month(first, **of), measure, side)


def behind(figures: Figures, measure: Measure, side: str) -> Select:
    """The ids of exactly the tickets on this side of one of these figures."""
    if figures.kept:
        return snapshots.ids(figures.kept.snapshot_id, figures.scope, measure, side)
    return counting.ids(figures.month, figures.scope, measure, side, figures.at)
