"""Working time: the known cases, and what must hold for every promise at every moment."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.policy import calendar_days, load_calendar
from portal.i18n import Words
from portal.working_time import Day, Promise, Unit, WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
SHIPPED, CONFIRMED = calendar_days(load_calendar())
CALENDAR = WorkingCalendar("Asia/Shanghai", HOURS, time(16, 30), {day.on: day for day in SHIPPED}, CONFIRMED)
SAME_DAY = Promise(0, Unit.SAME_DAY)


def at(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def days(amount: int) -> Promise:
    return Promise(amount, Unit.WORKING_DAYS)


def hours(amount: float) -> Promise:
    return Promise(amount, Unit.HOURS)


def working_hours(amount: float) -> Promise:
    return Promise(amount, Unit.WORKING_HOURS)


# 2025 to 2028: holidays, make-up days, a year that nobody has confirmed, and one of which nothing is known.
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001
lengths = st.timedeltas(timedelta(), timedelta(days=20))
promises = st.one_of(
    st.builds(hours, st.integers(0, 200)),
    st.builds(working_hours, st.integers(0, 80)),
    st.builds(days, st.integers(0, 20)),
    st.just(SAME_DAY),
)


# ---- days ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_official_day_off_and_make_up_day_is_as_announced(year):
    china = holidays.country_holidays("CN", years=year)
    every = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    assert [day for day in every if CALENDAR.is_working_day(day)] == [day for day in every if china.is_working_day(day)]


def test_the_shipped_days_are_those_of_the_package_it_is_pinned_to():
    worked = {day.on for day in SHIPPED if day.is_work}
    china = holidays.country_holidays("CN", years=[2025, 2026, 2027])
    assert worked == {day for day in china.weekend_workdays if day.year in (2025, 2026, 2027)}
    assert set(china) <= {day.on for day in SHIPPED if not day.is_work}


def test_only_the_announced_years_are_confirmed():
    assert sorted(CONFIRMED) == [2025, 2026]


# ---- working days -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "promise", "due"),
    [
        (at(9, 30, 9), days(3), at(10, 10, 16, 30)),  # over National Day to a make-up Saturday
        (at(9, 30, 16, 30), days(3), at(10, 10, 16, 30)),  # the cut-off itself is still in time
        (at(9, 30, 16, 31), days(3), at(10, 12, 16, 30)),  # after it: counts from 8 October
        (at(10, 3, 10), days(1), at(10, 9, 16, 30)),  # on a day off: counts from 8 October
        (at(11, 20, 10), days(2), at(11, 24, 16, 30)),  # over a weekend
        (at(11, 24, 10), SAME_DAY, at(11, 24, 16, 30)),
        (at(11, 24, 17), SAME_DAY, at(11, 25, 16, 30)),
        (at(11, 21, 17), SAME_DAY, at(11, 23, 16, 30)),  # Saturday evening
        (at(10, 10, 9), SAME_DAY, at(10, 10, 16, 30)),  # a make-up Saturday is worked
        (at(2, 13, 17), SAME_DAY, at(2, 14, 16, 30)),
        (at(12, 31, 9, year=2025), days(1), at(1, 4, 16, 30)),  # into the new year, a working Sunday
    ],
)
def test_working_days_end_at_the_cut_off_of_the_day_that_counts(start, promise, due):
    assert CALENDAR.after(start, promise) == due


# ---- hours by the clock -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "promise", "due"),
    [
        (at(11, 24, 18), hours(24), at(11, 25, 18)),  # a working day: to the minute, cut-off or not
        (at(11, 20, 10), hours(24), at(11, 23, 10)),  # Friday to Saturday: Monday, same time of day
        (at(11, 20, 18), hours(24), at(11, 23, 16, 30)),  # but not later than the cut-off
        (at(9, 30, 10), hours(24), at(10, 8, 10)),
        (at(10, 9, 10), hours(24), at(10, 10, 10)),  # a make-up Saturday counts
        (at(11, 22, 10), hours(24), at(11, 23, 10)),  # only the end matters
    ],
)
def test_hours_by_the_clock_that_end_on_a_day_off_move_to_the_first_working_day(start, promise, due):
    assert CALENDAR.after(start, promise) == due


# ---- working hours ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "promise", "due"),
    [
        (at(11, 24, 9), working_hours(2), at(11, 24, 11)),
        (at(11, 24, 11), working_hours(2), at(11, 24, 14, 30)),  # lunch does not count
        (at(11, 24, 8, 30), working_hours(7.5), at(11, 24, 17, 30)),
        (at(11, 20, 17), working_hours(1), at(11, 23, 9)),
        (at(11, 21, 3), working_hours(1), at(11, 23, 9, 30)),
        (at(9, 30, 17), working_hours(1), at(10, 8, 9)),
    ],
)
def test_working_hours_run_while_people_work(start, promise, due):
    assert CALENDAR.after(start, promise) == due


def test_working_time_leaves_out_nights_lunch_and_days_off():
    assert CALENDAR.between(at(9, 30, 16), at(10, 8, 14)) == timedelta(hours=1.5 + 3.5 + 0.5)
    assert CALENDAR.between(at(10, 8, 14), at(9, 30, 16)) == timedelta()


# ---- for every promise --------------------------------------------------------------------------


@given(moments, promises)
def test_nothing_is_due_before_it_began_nor_on_a_day_off(start, promise):
    due = CALENDAR.after(start, promise)
    assert due >= start
    if promise.amount or promise.unit is not Unit.WORKING_HOURS:
        assert CALENDAR.is_working_day(due.astimezone(SHANGHAI).date())


@given(moments, st.sampled_from([Unit.WORKING_HOURS, Unit.WORKING_DAYS]), st.integers(0, 30), st.integers(0, 30))
def test_more_working_time_never_ends_earlier(start, unit, one, other):
    less, more = sorted((one, other))
    assert CALENDAR.after(start, Promise(less, unit)) <= CALENDAR.after(start, Promise(more, unit))


@given(moments, st.integers(0, 300), st.integers(0, 300))
def test_more_hours_by_the_clock_never_end_on_an_earlier_day(start, one, other):
    less, more = (CALENDAR.after(start, hours(amount)) for amount in sorted((one, other)))
    assert less.astimezone(SHANGHAI).date() <= more.astimezone(SHANGHAI).date()


@given(moments, st.integers(0, 20), st.integers(0, 20))
def test_more_whole_days_by_the_clock_never_end_earlier(start, one, other):
    less, more = sorted((one, other))
    assert CALENDAR.after(start, hours(24 * less)) <= CALENDAR.after(start, hours(24 * more))


@given(moments, moments, st.sampled_from([working_hours(5), days(2), SAME_DAY]))
def test_who_asks_later_is_never_due_earlier(one, other, promise):
    earlier, later = sorted((one, other))
    assert CALENDAR.after(earlier, promise) <= CALENDAR.after(later, promise)


@given(moments, st.integers(0, 80 * 60))
def test_the_working_time_until_a_deadline_is_what_was_promised(start, minutes):
    due = CALENDAR.after(start, working_hours(minutes / 60))
    assert abs(CALENDAR.between(start, due) - timedelta(minutes=minutes)) < timedelta(microseconds=2)


@given(moments, st.integers(0, 20))
def test_as_many_cut_offs_pass_as_days_were_promised_and_that_of_the_day_that_counts(start, number):
    of_the_day_itself = CALENDAR.after(start, SAME_DAY) > start  # else it began at the very cut-off
    assert CALENDAR.cut_offs(start, CALENDAR.after(start, days(number))) == number + of_the_day_itself


@given(moments, moments, moments)
def test_working_time_adds_up(one, other, another):
    first, second, third = sorted((one, other, another))
    assert CALENDAR.between(first, second) + CALENDAR.between(second, third) == CALENDAR.between(first, third)


# ---- pauses -------------------------------------------------------------------------------------


@given(moments, promises, lengths)
def test_pausing_and_resuming_at_once_changes_nothing(start, promise, later):
    due = CALENDAR.after(start, promise)
    assert CALENDAR.stretched(due, promise, start + later, start + later) == due


@given(moments, promises, lengths, lengths)
def test_a_pause_never_brings_a_deadline_forward_and_leaves_what_was_left(start, promise, later, length):
    due = CALENDAR.after(start, promise)
    paused, resumed = start + later, start + later + length
    stretched = CALENDAR.stretched(due, promise, paused, resumed)
    assert stretched >= due
    if paused < due and promise.unit is not Unit.WORKING_HOURS:
        assert stretched > resumed


@given(moments, st.integers(1, 80), lengths, lengths)
def test_a_pause_gives_back_exactly_the_working_time_that_passed(start, amount, later, length):
    due = CALENDAR.after(start, working_hours(amount))
    paused, resumed = start + later, start + later + length
    stretched = CALENDAR.stretched(due, working_hours(amount), paused, resumed)
    if paused < due:
        assert CALENDAR.between(due, stretched) == CALENDAR.between(paused, resumed)


@given(moments, promises, lengths, lengths)
def test_what_is_late_stays_late_however_long_it_lies(start, promise, after, length):
    due = CALENDAR.after(start, promise)
    assert CALENDAR.stretched(due, promise, due + after, due + after + length) == due


@pytest.mark.parametrize(
    ("promise", "due", "paused", "resumed", "stretched"),
    [
        (hours(24), at(11, 25, 10), at(11, 24, 12), at(11, 24, 15), at(11, 25, 13)),
        (hours(24), at(11, 20, 10), at(11, 19, 12), at(11, 20, 12), at(11, 23, 10)),  # moves off Saturday
        (working_hours(4), at(11, 24, 15), at(11, 24, 11), at(11, 24, 14), at(11, 24, 16, 30)),
        (
            days(3),
            at(11, 26, 16, 30),
            at(11, 24, 10),
            at(11, 24, 16),
            at(11, 26, 16, 30),
        ),  # no cut-off passed
        (days(3), at(11, 26, 16, 30), at(11, 24, 10), at(11, 25, 10), at(11, 27, 16, 30)),
        (days(3), at(11, 26, 16, 30), at(11, 24, 10), at(11, 30, 10), at(12, 2, 16, 30)),  # four cut-offs
        (SAME_DAY, at(9, 30, 16, 30), at(9, 30, 10), at(10, 3, 10), at(10, 8, 16, 30)),
    ],
)
def test_a_pause_counts_in_the_unit_of_its_promise(promise, due, paused, resumed, stretched):
    assert CALENDAR.stretched(due, promise, paused, resumed) == stretched


# ---- told in words ------------------------------------------------------------------------------


def told(start: datetime, promise: Promise) -> list[str]:
    return [step.text.format(**step.facts) for step in CALENDAR.explain(start, promise).steps[1:-1]]


def test_a_reckoning_is_told_day_by_day_with_a_holiday_as_one_step():
    assert told(at(9, 30, 9), days(3)) == [
        "2026-09-30: the day it counts from",
        f"2026-10-01 to 2026-10-07: {Words('国庆节', 'National Day')}, does not count",
        "2026-10-08: working day 1",
        "2026-10-09: working day 2",
        f"2026-10-10 ({Words('国庆节调休上班', 'make-up working day for National Day')}): working day 3",
    ]


def test_a_reckoning_says_why_it_begins_later():
    assert told(at(11, 20, 17), SAME_DAY) == [
        "After the cut-off at 16:30:00: counts from the next working day",
        "2026-11-21 to 2026-11-22: weekend, does not count",
        "2026-11-23: the day it counts from",
    ]


def test_a_reckoning_says_what_moved_it():
    assert told(at(11, 20, 18), hours(24)) == [
        f"24 hours by the clock end {at(11, 21, 18).astimezone(UTC)}",
        "2026-11-21 to 2026-11-22: weekend, does not count",
        "Moved to the first working day after, 2026-11-23, not later than 16:30:00",
    ]


def test_a_reckoning_says_how_much_each_day_gave():
    assert told(at(11, 20, 16), working_hours(3)) == [
        "2026-11-20: 1:30:00 of working time",
        "2026-11-21 to 2026-11-22: weekend, does not count",
        "2026-11-23: 1:30:00 of working time",
    ]


@given(moments, promises)
def test_every_reckoning_ends_with_its_deadline_and_can_be_told(start, promise):
    reckoning = CALENDAR.explain(start, promise)
    assert all(step.text.format(**step.facts) for step in reckoning.steps)
    assert (reckoning.steps[0].facts, reckoning.steps[-1].facts) == (
        {"start": reckoning.start},
        {"due": reckoning.due},
    )


def test_a_reckoning_names_the_years_nobody_has_confirmed():
    assert CALENDAR.explain(at(12, 30, 9), days(5)).unconfirmed == (2027,)
    assert CALENDAR.explain(at(9, 30, 9), days(3)).unconfirmed == ()


def test_a_year_without_any_days_has_plain_weekends():
    bare = WorkingCalendar("Asia/Shanghai", HOURS, time(16, 30), {}, frozenset())
    reckoning = bare.explain(at(9, 30, 9), days(3))
    assert (reckoning.due, reckoning.unconfirmed) == (at(10, 5, 16, 30), (2026,))


# ---- what cannot be -----------------------------------------------------------------------------


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a time zone"):
        CALENDAR.after(datetime(2026, 11, 24, 9), days(1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("spans", "cut_off"),
    [
        ((), time(16, 30)),
        (((time(9), time(12)), (time(11), time(17))), time(16, 30)),
        (((time(12), time(9)),), time(10)),
        (HOURS, time(18)),
    ],
)
def test_hours_that_make_no_sense_are_refused(spans, cut_off):
    with pytest.raises(ValueError, match="must"):
        WorkingCalendar("Asia/Shanghai", spans, cut_off, {}, frozenset())


@pytest.mark.parametrize("amount", [-1, 1.5])
def test_half_and_negative_days_are_not_promised(amount):
    with pytest.raises(ValueError, match=r"less than nothing|whole"):
        days(amount)


def test_a_zone_with_summer_time_still_counts_working_hours():
    berlin = WorkingCalendar("Europe/Berlin", ((time(9), time(17)),), time(16), {}, frozenset({2026}))
    friday = datetime(2026, 3, 27, 16, tzinfo=ZoneInfo("Europe/Berlin"))
    assert berlin.after(friday, working_hours(2)) == datetime(2026, 3, 30, 8, tzinfo=UTC)  # 10:00 in summer


def test_a_closure_of_our_own_is_a_day_off_like_any_other():
    closed = Day(date(2026, 11, 25), False, "机房搬迁", "公司通知", "Move of the equipment room")
    calendar = WorkingCalendar("Asia/Shanghai", HOURS, time(16, 30), {closed.on: closed}, frozenset({2026}))
    assert calendar.after(at(11, 24, 9), days(1)) == at(11, 26, 16, 30)
