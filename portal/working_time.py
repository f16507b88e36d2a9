"""The one arithmetic of working time: when a promise is due, how much working time has passed, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from portal.i18n import N_, Words

ONE_DAY = timedelta(days=1)
NOTHING = timedelta()


class Unit(StrEnum):
    """How a promise counts: by the clock, by opening hours, or by working days with their cut-off."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    SAME_DAY = "same_day"


# What one unit is worth next to another, only to say which of two promises is the shorter.
ROUGHLY = {
    Unit.HOURS: timedelta(hours=1),
    Unit.WORKING_HOURS: timedelta(hours=3),
    Unit.WORKING_DAYS: ONE_DAY,
}


@dataclass(frozen=True)
class Promise:
    """So much time in a unit. Days are whole; the same day needs no amount. Raises ValueError otherwise."""

    amount: int | float
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError(N_("a promise cannot be less than nothing"))
        if self.unit is Unit.WORKING_DAYS and self.amount != int(self.amount):
            raise ValueError(N_("working days are promised whole"))

    @property
    def roughly(self) -> timedelta:
        """A rough length by the clock, to compare promises of different units; never to reckon with."""
        if self.unit is Unit.SAME_DAY:
            return timedelta(hours=12)
        return self.amount * ROUGHLY[self.unit]


@dataclass(frozen=True)
class Day:
    """A day that differs from its plain week: a day off, or a make-up working day (调休上班)."""

    on: date
    is_work: bool
    name: str
    source: str
    name_en: str = ""

    @property
    def words(self) -> Words:
        return Words(self.name, self.name_en)


@dataclass(frozen=True)
class Step:
    """One sentence of a reckoning: a marked text with {braces}, and the facts that fill it.

    A fact is a date, datetime (UTC), time, timedelta, number or Words; the page translates and formats.
    """

    text: str
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Reckoning:
    """A due moment and how it came about. `unconfirmed`: years on the way whose days off may still change."""

    start: datetime
    due: datetime
    promise: Promise
    steps: tuple[Step, ...]
    unconfirmed: tuple[int, ...]


@dataclass(frozen=True)
class WorkingCalendar:
    """When people work, in one zone: hours of a day (breaks left out), the daily cut-off, the special days.

    A day that is not in `days` is a working day from Monday to Friday. Moments go in aware and come out in
    UTC; a naive one raises ValueError.
    """

    zone: str
    hours: tuple[tuple[time, time], ...]
    cut_off: time
    days: Mapping[date, Day]
    confirmed_years: frozenset[int]

    def __post_init__(self) -> None:
        edges = [edge for span in self.hours for edge in span]
        if not edges or any(earlier >= later for earlier, later in pairwise(edges)):
            raise ValueError(N_("opening hours must follow each other without overlap"))
        if not edges[0] < self.cut_off <= edges[-1]:
            raise ValueError(N_("the cut-off must lie within the opening hours"))

    # Days

    def is_working_day(self, on: date) -> bool:
        special = self.days.get(on)
        return special.is_work if special else on.weekday() < 5

    @cached_property
    def day(self) -> timedelta:
        """The working time of a whole day."""
        on = date(2000, 1, 1)
        return sum(
            (datetime.combine(on, closes) - datetime.combine(on, opens) for opens, closes in self.hours), NOTHING
        )

    def cut_offs(self, start: datetime, end: datetime) -> int:
        """How many working days reached their cut-off after `start` and up to `end`."""
        on, last = self._local(start).date(), self._local(end).date()
        return sum(start < self._at(day, self.cut_off) <= end for day in _days(on, last) if self.is_working_day(day))

    # Moments

    def after(self, start: datetime, promise: Promise) -> datetime:
        """When a promise given at `start` is due (R14); `explain` tells the same in words."""
        return self.explain(start, promise).due

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; nothing when `end` is not later."""
        first, last = self._local(start).date(), self._local(end).date()
        spans = (span for day in _days(first, last) for span in self._spans(day))
        return sum((max(min(closes, end) - max(opens, start), NOTHING) for opens, closes in spans), NOTHING)

    def stretched(self, due: datetime, promise: Promise, paused_from: datetime, paused_until: datetime) -> datetime:
        """The due moment after a pause: as much is left of the promise as when the pause began.

        Hours by the clock add the time that passed, working hours the working time, working days one day for
        each cut-off. A pause that begins when the promise is already late changes nothing.
        """
        due = self._local(due).astimezone(UTC)
        if paused_from >= due or paused_until <= paused_from:
            return due
        if promise.unit is Unit.HOURS:
            return self._off_days_left(due + (paused_until - paused_from))
        if promise.unit is Unit.WORKING_HOURS:
            return self._worked(due, self.between(paused_from, paused_until))[-1][1]
        passed = self.cut_offs(paused_from, paused_until)
        return self._at(self._nth_after(self._local(due).date(), passed), self.cut_off) if passed else due

    def explain(self, start: datetime, promise: Promise) -> Reckoning:
        """The due moment of a promise given at `start`, told day by day.

        - Hours by the clock that end on a day off move to the first working day after, same time of day but
          not later than the cut-off. So more hours never end on an earlier *day*, and whole days (24 h, 48 h)
          never at an earlier moment.
        - Working hours run while people work; a start outside them waits for the next opening.
        - Working days end at the cut-off; a start on a day off or after the cut-off counts from the next
          working day. The same day is the cut-off of the day that counts.
        """
        reckon = {Unit.HOURS: self._by_clock, Unit.WORKING_HOURS: self._by_hours}.get(promise.unit, self._by_days)
        start = self._local(start).astimezone(UTC)
        due, steps = reckon(start, promise)
        years = range(self._local(start).year, self._local(due).year + 1)
        return Reckoning(
            start=start,
            due=due,
            promise=promise,
            steps=(Step(N_("Begins {start}"), {"start": start}), *steps, Step(N_("Due {due}"), {"due": due})),
            unconfirmed=tuple(year for year in years if year not in self.confirmed_years),
        )

    # The three ways of counting: each gives the due moment and its steps

    def _by_clock(self, start: datetime, promise: Promise) -> tuple[datetime, list[Step]]:
        ends = start + timedelta(hours=promise.amount)
        due, on = self._off_days_left(ends), self._local(ends).date()
        steps = [
            Step(
                N_("{amount} hours by the clock end {ends}"),
                {"amount": promise.amount, "ends": ends},
            )
        ]
        if due != ends:
            landed = self._local(due).date()
            steps += self._skipped(on, landed)
            moved = N_("Moved to the first working day after, {day}, not later than {cut_off}")
            steps.append(Step(moved, {"day": landed, "cut_off": self.cut_off}))
        return due, steps

    def _by_hours(self, start: datetime, promise: Promise) -> tuple[datetime, list[Step]]:
        steps: list[Step] = []
        counted = self._worked(start, timedelta(hours=promise.amount))
        previous = self._local(start).date() - ONE_DAY
        for worked, until in counted:
            day = self._local(until).date()
            steps += self._skipped(previous + ONE_DAY, day)
            if worked:
                told = N_("{day}: {worked} of working time")
                steps.append(Step(told, {"day": day, "worked": worked}))
            previous = day
        return counted[-1][1], steps

    def _by_days(self, start: datetime, promise: Promise) -> tuple[datetime, list[Step]]:
        local = self._local(start)
        steps: list[Step] = []
        first = local.date()
        if self.is_working_day(first) and local.time() > self.cut_off:
            steps.append(
                Step(
                    N_("After the cut-off at {cut_off}: counts from the next working day"),
                    {"cut_off": self.cut_off},
                )
            )
            first += ONE_DAY
        day = self._nth_after(first - ONE_DAY, 1)
        steps += self._skipped(first, day)
        steps.append(self._counted(N_("{day}: the day it counts from"), day))
        for number in range(1, self._days_of(promise) + 1):
            following = self._nth_after(day, 1)
            steps += self._skipped(day + ONE_DAY, following)
            day = following
            steps.append(self._counted(N_("{day}: working day {number}"), day, number=number))
        return self._at(day, self.cut_off), steps

    # The small sums below them

    @staticmethod
    def _days_of(promise: Promise) -> int:
        return 0 if promise.unit is Unit.SAME_DAY else int(promise.amount)

    def _worked(self, start: datetime, left: timedelta) -> list[tuple[timedelta, datetime]]:
        """The working time taken from each day until `left` is used up, and the moment each taking ended."""
        if left <= NOTHING:
            return [(NOTHING, start)]
        taken: list[tuple[timedelta, datetime]] = []
        for day in _days(self._local(start).date()):
            worked, until = NOTHING, start
            for opens, closes in self._spans(day):
                share = min(max(closes - max(opens, start), NOTHING), left - worked)
                if share:
                    worked, until = worked + share, max(opens, start) + share
            if worked:
                taken.append((worked, until))
                left -= worked
            if not left:
                break
        return taken

    def _off_days_left(self, moment: datetime) -> datetime:
        local = self._local(moment)
        if self.is_working_day(local.date()):
            return moment
        return self._at(self._nth_after(local.date(), 1), min(local.time(), self.cut_off))

    def _nth_after(self, on: date, number: int) -> date:
        while number:
            on += ONE_DAY
            number -= self.is_working_day(on)
        return on

    def _skipped(self, first: date, until: date) -> list[Step]:
        """One step for the days off from `first` up to, not including, the working day `until`."""
        last = until - ONE_DAY
        off = [day for day in _days(first, last) if not self.is_working_day(day)]
        if not off:
            return []
        names = list(dict.fromkeys(self.days[day].words for day in off if day in self.days))
        if not names:
            facts = {"first": off[0], "last": off[-1]}
            if len(off) == 1:
                return [Step(N_("{first}: weekend, does not count"), {"first": off[0]})]
            return [Step(N_("{first} to {last}: weekend, does not count"), facts)]
        name = Words("、".join(w.zh for w in names), ", ".join(w.en or w.zh for w in names))
        if len(off) == 1:
            return [Step(N_("{first}: {name}, does not count"), {"first": off[0], "name": name})]
        told = N_("{first} to {last}: {name}, does not count")
        return [Step(told, {"first": off[0], "last": off[-1], "name": name})]

    def _counted(self, told: str, day: date, **facts: int) -> Step:
        special = self.days.get(day)
        if special is None:
            return Step(told, {"day": day, **facts})
        with_name = {
            N_("{day}: the day it counts from"): N_("{day} ({name}): the day it counts from"),
            N_("{day}: working day {number}"): N_("{day} ({name}): working day {number}"),
        }
        return Step(with_name[told], {"day": day, "name": special.words, **facts})

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone is no moment")
        return moment.astimezone(self._zone)

    def _at(self, on: date, at: time) -> datetime:
        return datetime.combine(on, at, self._zone).astimezone(UTC)

    def _spans(self, on: date) -> list[tuple[datetime, datetime]]:
        if not self.is_working_day(on):
            return []
        return [(self._at(on, opens), self._at(on, closes)) for opens, closes in self.hours]


def _days(first: date, last: date = date.max) -> Iterator[date]:
    """Every day from `first` to `last`, both counted."""
    while first <= last:
        yield first
        first += ONE_DAY
