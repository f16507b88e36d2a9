"""Working time in years whose days off nobody knows yet, and in any calendar at all, against a reckoning by hand.

The state announces a year's days off at the end of the year before. A promise that reaches into such a year is given
by plain weekends, says so, and never fails; what lies wholly before it stays as it was.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.policy import calendar_days, load_calendar
from portal.working_time import Day, Promise, Unit, WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
CUT_OFF = time(16, 30)
SHIPPED, CONFIRMED = calendar_days(load_calendar())
LAST_KNOWN = max(day.on.year for day in SHIPPED)


def calendar(days, confirmed=frozenset()) -> WorkingCalendar:
    return WorkingCalendar("Asia/Shanghai", HOURS, CUT_OFF, {day.on: day for day in days}, frozenset(confirmed))


KNOWN, BARE = calendar(SHIPPED, CONFIRMED), calendar(())

promises = st.one_of(
    st.builds(Promise, st.integers(0, 200), st.just(Unit.HOURS)),
    st.builds(Promise, st.integers(0, 80), st.just(Unit.WORKING_HOURS)),
    st.builds(Promise, st.integers(0, 20), st.just(Unit.WORKING_DAYS)),
    st.just(Promise(0, Unit.SAME_DAY)),
)


def moments(first: date, last: date):
    begin, end = (datetime.combine(day, time()) for day in (first, last))
    return st.datetimes(begin, end, timezones=st.just(SHANGHAI))


YEARS_WITHOUT = moments(date(LAST_KNOWN + 1, 1, 1), date(LAST_KNOWN + 6, 1, 1))
"""Five years of which there is not a single day, one leap year among them at least."""
ANY_YEAR = moments(date(2024, 12, 1), date(LAST_KNOWN + 3, 1, 1))


# ---- a year without any data ----------------------------------------------------------------------


@given(YEARS_WITHOUT, promises)
def test_a_promise_of_a_year_without_data_is_reckoned_by_plain_weekends(start, promise):
    due = KNOWN.after(start, promise)
    assert due == BARE.after(start, promise)
    if promise.amount or promise.unit is not Unit.WORKING_HOURS:
        assert due.astimezone(SHANGHAI).weekday() < 5


@given(ANY_YEAR, promises)
def test_a_reckoning_names_exactly_the_years_on_its_way_that_nobody_has_confirmed(start, promise):
    reckoning = KNOWN.explain(start, promise)
    passed, day = set(), start.date()
    while day <= reckoning.due.astimezone(SHANGHAI).date():
        passed.add(day.year)
        day += timedelta(days=1)
    assert set(reckoning.unconfirmed) == passed - {2025, 2026}


@given(moments(date(LAST_KNOWN, 1, 1), date(LAST_KNOWN, 12, 31)), promises)
def test_days_announced_later_change_no_promise_that_ends_before_them(start, promise):
    """The year after gets its days: whatever was due before it is due then still."""
    new_year = Day(date(LAST_KNOWN + 1, 1, 1), False, "元旦", "公告", "New Year")
    known = calendar((*SHIPPED, new_year), {*CONFIRMED, LAST_KNOWN + 1})
    before, after = KNOWN.after(start, promise), known.after(start, promise)
    if before.astimezone(SHANGHAI).year == LAST_KNOWN:
        assert after == before
    else:
        assert after >= before, "one more day off never makes a promise shorter"


@pytest.mark.parametrize("year", range(LAST_KNOWN + 1, LAST_KNOWN + 6))
def test_every_day_of_a_year_without_data_counts_by_its_weekday_and_can_be_told(year):
    day = date(year, 1, 1)
    while day.year == year:
        start = datetime.combine(day, time(9), SHANGHAI)
        assert KNOWN.is_working_day(day) == (day.isoweekday() <= 5), day
        told = KNOWN.explain(start, Promise(1, Unit.WORKING_DAYS))
        assert told.unconfirmed[0] == year
        assert all(step.text.format(**step.facts) for step in told.steps)
        day += timedelta(days=1)


@given(YEARS_WITHOUT, promises, st.timedeltas(timedelta(), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=20)))  # fmt: skip
def test_a_pause_in_a_year_without_data_gives_back_what_plain_weekends_say(start, promise, later, length):
    due = KNOWN.after(start, promise)
    pause = (start + later, start + later + length)
    stretched = KNOWN.stretched(due, promise, *pause)
    assert stretched == BARE.stretched(due, promise, *pause)
    assert stretched >= due


# ---- any calendar, against a reckoning minute by minute and day by day ---------------------------


@st.composite
def calendars(draw) -> WorkingCalendar:
    """Any days off and make-up days around the turn of a year, several in a row or alone."""
    first = date(2027, 12, 1)
    chosen = draw(st.dictionaries(st.integers(0, 75), st.booleans(), max_size=40))
    return calendar(
        Day(first + timedelta(days=number), is_work, "调班" if is_work else "放假", "测试")
        for number, is_work in chosen.items()
    )


TURN = moments(date(2027, 12, 1), date(2028, 1, 31))
AT_THE_CUT_OFF = TURN.map(lambda moment: datetime.combine(moment.date(), CUT_OFF, SHANGHAI))


def _next_working(known: WorkingCalendar, day: date) -> date:
    day += timedelta(days=1)
    while not _works(known, day):
        day += timedelta(days=1)
    return day


def _works(known: WorkingCalendar, day: date) -> bool:
    return known.days[day].is_work if day in known.days else day.isoweekday() <= 5


@given(calendars(), TURN | AT_THE_CUT_OFF, st.integers(0, 12))
def test_working_days_are_counted_as_with_a_finger_on_the_calendar(known, start, amount):
    day = start.date()
    if not _works(known, day) or start.time() > CUT_OFF:
        day = _next_working(known, day)
    for _ in range(amount):
        day = _next_working(known, day)
    assert known.after(start, Promise(amount, Unit.WORKING_DAYS)) == datetime.combine(day, CUT_OFF, SHANGHAI)


@given(calendars(), TURN, st.integers(0, 200))
def test_hours_by_the_clock_end_there_or_on_the_first_working_day_after(known, start, amount):
    ends = start + timedelta(hours=amount)
    if not _works(known, ends.date()):
        ends = datetime.combine(_next_working(known, ends.date()), min(ends.time(), CUT_OFF), SHANGHAI)
    assert known.after(start, Promise(amount, Unit.HOURS)) == ends


@given(calendars(), TURN, st.integers(1, 20))
def test_working_hours_are_counted_minute_by_minute(known, start, amount):
    moment, left = start.replace(second=0, microsecond=0), amount * 60
    at_work = [minute for opens, closes in HOURS for minute in range(_minute(opens), _minute(closes))]
    due = known.after(moment, Promise(amount, Unit.WORKING_HOURS))
    day, counted = moment.date(), 0
    while counted < left:
        if _works(known, day):
            todays = [minute for minute in at_work if day > moment.date() or minute >= _minute(moment.time())]
            if counted + len(todays) >= left:
                last = datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=todays[left - counted - 1] + 1)
                assert due == last
            counted += len(todays)
        day += timedelta(days=1)
    assert known.between(moment, due) == timedelta(hours=amount)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
