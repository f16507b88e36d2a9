"""Part of a transaction that may fail alone: what a refused action changed, journalled and posted is undone whole."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.db import db


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
