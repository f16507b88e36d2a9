"""The demo's people work and write at believable hours, whatever the hour at which their world is made."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.demo import hours

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _at(*when):
    return datetime(*when, tzinfo=SHANGHAI)


WEDNESDAY = datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("made", "ends"),
    [
        (_at(2026, 11, 25, 10, 0), _at(2026, 11, 25, 9, 30)),
        (_at(2026, 11, 25, 15, 45), _at(2026, 11, 25, 15, 30)),
        (_at(2026, 11, 25, 23, 10), _at(2026, 11, 25, 17, 30)),
        (_at(2026, 11, 25, 4, 30), _at(2026, 11, 24, 17, 30)),
        (_at(2026, 11, 29, 12, 0), _at(2026, 11, 27, 17, 30)),
        (_at(2026, 10, 5, 12, 0), _at(2026, 9, 30, 17, 30)),
    ],
    ids=["morning", "afternoon", "night", "before dawn", "sunday", "holiday"],
)
def test_the_world_ends_with_the_last_hour_of_work(app, made, ends):
    assert hours.last_moment(made) == ends


def test_staff_are_at_their_desks_on_working_days_in_working_hours(app):
    dice = random.Random(1)

    for number in range(400):
        at = hours.at_desk(date(2025, 10, 1) + timedelta(days=number), dice)
        assert hours.is_working_day(at.date())
        assert 8.5 <= at.hour + at.minute / 60 < 17.5


def test_the_next_day_at_a_desk_is_never_before_the_day_asked_for(app):
    assert hours.at_desk_from(date(2026, 10, 1), random.Random(1)).date() == date(2026, 10, 8)


def test_customers_write_by_day_and_never_after_the_end(app):
    dice = random.Random(1)

    for number in range(300):
        at = hours.as_customers_write(WEDNESDAY - timedelta(hours=number), dice, WEDNESDAY)
        assert 8 <= at.hour < 22
        assert at < WEDNESDAY


def test_what_falls_into_the_night_happens_the_next_morning(app):
    at = datetime(2026, 11, 25, 23, 30, tzinfo=SHANGHAI)

    assert hours.awake(at).date() == date(2026, 11, 26)
    assert hours.awake(at).hour == 8
    assert hours.awake(at) < hours.awake(at + timedelta(hours=5))
    assert hours.awake(WEDNESDAY) == WEDNESDAY
