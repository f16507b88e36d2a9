"""The one reader of the machine's time. Everything else asks here, or is handed a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_shift: ContextVar[datetime | timedelta | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """This moment, aware, in UTC, to the microsecond."""
    shift = _shift.get()
    if isinstance(shift, datetime):
        return shift
    real = datetime.now(UTC)
    return real + shift if shift is not None else real


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Time stands still at `moment` (aware) inside the block: tests, and the demo world's year of life."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    token = _shift.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _shift.reset(token)


@contextmanager
def shifted_by(delta: timedelta) -> Iterator[None]:
    """Time runs, but `delta` later (or earlier) inside the block."""
    token = _shift.set(delta)
    try:
        yield
    finally:
        _shift.reset(token)
