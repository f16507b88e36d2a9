"""What time is it, inside and outside of a block that moves it?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal import clock
from tests.conftest import BEGIN

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_test_begins_on_an_ordinary_wednesday_and_time_runs_on():
    first, then = clock.now(), clock.now()
    assert BEGIN <= first <= then < BEGIN + timedelta(minutes=1)
    assert f"{first.astimezone(ZoneInfo('Asia/Shanghai')):%A %H}" == "Wednesday 10"


def test_a_shift_is_from_the_time_around_it():
    before = clock.now()
    with clock.shifted_by(-HOUR):
        with clock.shifted_by(3 * HOUR):
            assert timedelta(0) <= clock.now() - before - 2 * HOUR < timedelta(minutes=1)
        assert timedelta(0) <= clock.now() - before + HOUR < timedelta(minutes=1)
    assert timedelta(0) <= clock.now() - before < timedelta(minutes=1)


def test_time_that_stands_stands_still_when_it_is_shifted():
    with clock.frozen_at(NOON):
        with clock.shifted_by(HOUR):
            assert clock.now() == NOON + HOUR == clock.now()
        assert clock.now() == NOON
    with clock.shifted_by(HOUR), clock.frozen_at(NOON):
        assert clock.now() == NOON


def test_whoever_works_beside_us_has_the_same_time():
    with clock.frozen_at(NOON), ThreadPoolExecutor(1) as beside:
        assert beside.submit(clock.now).result() == NOON


def test_a_block_that_fails_leaves_the_time_as_it_was():
    with pytest.raises(LookupError), clock.frozen_at(NOON):
        raise LookupError
    assert clock.now() >= BEGIN


def test_a_moment_without_a_zone_is_none():
    with pytest.raises(ValueError, match="time zone"), clock.frozen_at(datetime(2026, 3, 4)):  # noqa: DTZ001
        pass
