"""The one reader of the machine's time. Everything else asks here, or is handed a moment.

There is one time for the whole process, its threads included: tests and the demo world's year move it in blocks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


def _machine() -> datetime:
    return datetime.now(UTC)


_reading: Callable[[], datetime] = _machine


def now() -> datetime:
    """This moment, aware, in UTC, to the microsecond."""
    return _reading()


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Time stands still at `moment` (aware) inside the block."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    still = moment.astimezone(UTC)
    with _read(lambda: still):
        yield


@contextmanager
def shifted_by(delta: timedelta) -> Iterator[None]:
    """Inside the block it is `delta` later (or earlier) than around it: time that runs runs on, still time stands."""
    around = _reading
    with _read(lambda: around() + delta):
        yield


@contextmanager
def _read(reading: Callable[[], datetime]) -> Iterator[None]:
    global _reading
    around, _reading = _reading, reading
    try:
        yield
    finally:
        _reading = around
