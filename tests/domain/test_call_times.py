"""When may a customer be called, and when is the next good moment (R16)?"""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.tickets import call_times

SHANGHAI = timedelta(hours=8)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - SHANGHAI


@pytest.mark.parametrize(
    ("at", "good"),
    [
        ("2026-11-24 08:59", False),
        ("2026-11-24 09:00", True),
        ("2026-11-24 11:29", True),
        ("2026-11-24 11:30", False),
        ("2026-11-24 13:59", False),
        ("2026-11-24 14:00", True),
        ("2026-11-24 17:30", False),
        ("2026-11-28 10:00", False),  # a Saturday
        ("2026-10-01 10:00", False),  # a public holiday
        ("2026-02-14 10:00", True),  # a Saturday that is worked
    ],
)
def test_calls_are_made_in_the_hours_of_working_days(app, at, good):
    assert call_times.is_sensible(shanghai(at)) is good


@pytest.mark.parametrize(
    ("at", "another_day", "next_good"),
    [
        ("2026-11-24 10:10", False, "2026-11-24 10:10"),
        ("2026-11-24 10:10", True, "2026-11-25 09:00"),
        ("2026-11-24 07:00", False, "2026-11-24 09:00"),
        ("2026-11-24 12:00", False, "2026-11-24 14:00"),
        ("2026-11-24 17:30", False, "2026-11-25 09:00"),
        ("2026-11-27 17:45", False, "2026-11-30 09:00"),  # Friday evening, Monday morning
        ("2026-11-27 15:00", True, "2026-11-30 09:00"),
        ("2026-09-30 20:00", False, "2026-10-08 09:00"),  # over the national holidays
    ],
)
def test_the_next_good_moment(app, at, another_day, next_good):
    assert call_times.next_good(shanghai(at), another_day=another_day) == shanghai(next_good)
