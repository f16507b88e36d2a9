"""Keyset pages: the next page begins after the last row seen, so that a deep page costs what the first one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

LARGEST_ROW = 2**31 - 1


@dataclass(frozen=True)
class Page:
    """Some rows, and the keys that lead to the pages beside it; none where there is no such page."""

    rows: Sequence
    older: str | None = None
    newer: str | None = None


def key_of(*parts) -> str:
    """A row's place in the order, as it travels in an address."""
    return "~".join(part.isoformat() if isinstance(part, datetime) else str(part) for part in parts)


def moment_and_id(key: str | None) -> tuple[datetime, int] | None:
    """A key of the kind (moment, id); none for what is not one of ours."""
    try:
        at, number = (key or "").split("~")
        moment, row = datetime.fromisoformat(at), row_number(number)
        return (moment.astimezone(UTC), row) if moment.tzinfo and row else None
    except (ValueError, OverflowError):
        return None


def name_and_id(key: str | None) -> tuple[str, int] | None:
    """A key of the kind (name, id); none for what is not one of ours."""
    name, _, number = (key or "").rpartition("~")
    row = row_number(number)
    return (name[:200], row) if row else None


def row_number(key: str | None) -> int | None:
    """A key of the kind (id); none for what is not one of ours, however large or wild."""
    number = int(key) if key and key.isascii() and key.isdigit() and len(key) <= 10 else 0
    return number if 0 < number <= LARGEST_ROW else None


def typed(text: str | None, longest: int = 80) -> str:
    """What somebody looks for, as it may be asked of any database: no blanks around, no NUL, not endlessly long."""
    return (text or "").replace("\0", "").strip()[:longest]


def day_and_id(key: str | None) -> tuple[date, int] | None:
    """A key of the kind (day, id); none for what is not one of ours."""
    try:
        day, number = (key or "").split("~")
        row = row_number(number)
        return (date.fromisoformat(day), row) if row else None
    except ValueError:
        return None
