"""Part of a transaction that may fail alone: what a refused action changed, journalled and posted is undone whole."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import inspect

from portal.db import Base, db


@contextmanager
def savepoint() -> Iterator[None]:
    """Do what the block does, or nothing of it: its rows, entries and letters. The exception goes on to the caller."""
    info = db.session.info
    journal, posted = len(info.get("journal", ())), set(info.get("posted", ()))
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except BaseException:
        del info.get("journal", [])[journal:]
        info["posted"] = posted
        raise


def read_again(record: object) -> None:
    """A record that a savepoint has undone, with whatever was loaded along with it; anything else stays as it is."""
    if isinstance(record, Base) and (state := inspect(record)).persistent and state.expired_attributes:
        db.session.refresh(record)
