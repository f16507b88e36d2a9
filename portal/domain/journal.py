"""What happened (操作记录, R39): who, when, from, to, why. Only ever added to; each entry chained to the one before.

The chain is sealed with a key of this installation: whoever has the database alone cannot make a new one.
"""

import hmac
import json

from sqlalchemy import JSON, ForeignKey, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal import clock, faults
from portal.db import Base, Moment, db
from portal.domain.people.models import Person
from portal.i18n import N_

START = "0" * 64
_key = b""


def arm(key: str) -> None:
    """The key of this installation, handed over once at start; the journal seals with one of its own made from it."""
    global _key
    _key = hmac.digest(key.encode(), b"journal", "sha256")


WHOLE, BROKEN = N_("whole"), N_("not whole")


class Entry(Base):
    """One thing that happened. `verb` is `room.verb`; its sentence stands in the room's table TOLD."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_record", "record", "record_id", "id"), Index("ix_journal_verb", "verb", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Moment] = mapped_column(index=True)
    verb: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Nobody: the portal itself did it."""
    record: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    was: Mapped[str | None] = mapped_column(Text)
    became: Mapped[str | None] = mapped_column(Text)
    why: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict] = mapped_column(JSON, default=dict)
    hash: Mapped[str] = mapped_column(String(64), default="")

    by: Mapped[Person | None] = relationship(lazy="raise")


class Head(Base):
    """The end of the chain: how many entries there are and the hash of the last. One row."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


def write(verb, record, by, *, was=None, became=None, why=None, **facts) -> None:
    """Remember that `by` did `verb` to `record`; chained and written with the caller's commit."""
    pending = db.session.info.setdefault("journal", [])
    pending.append((record, Entry(
        at=clock.now(), verb=verb, by_id=by.id if by else None, record=type(record).__tablename__,
        was=_plain(was), became=_plain(became), why=why or None, facts=facts,
    )))  # fmt: skip


def _plain(value) -> str | None:
    return None if value is None else str(value)


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    """Chain what was written, last thing before the commit, so that the chain's end is held only briefly."""
    pending = session.info.pop("journal", None)
    if not pending:
        return
    session.flush()
    faults.point("journal.write")
    head = _head_for_update(session)
    for record, entry in pending:
        entry.record_id = record.id
        entry.id = head.count + 1
        entry.hash = _hash(head.hash, entry)
        head.count, head.hash = entry.id, entry.hash
        session.add(entry)
    session.flush()
    faults.point("before.commit")


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("journal", None)


def _head_for_update(session: Session) -> Head:
    head = session.get(Head, 1, with_for_update=True, populate_existing=True)
    if head is None:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("lock table journal_head in exclusive mode"))
            head = session.get(Head, 1, with_for_update=True, populate_existing=True)
        if head is None:
            head = Head(id=1, count=0, hash=START)
            session.add(head)
            session.flush()
    return head


def _hash(before: str, entry: Entry) -> str:
    said = [
        before, entry.id, entry.at.isoformat(), entry.verb, entry.by_id, entry.record, entry.record_id,
        entry.was, entry.became, entry.why, entry.facts,
    ]  # fmt: skip
    return hmac.digest(_key, json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), "sha256").hex()


def head() -> Head | None:
    """Where the chain ends; none before the first entry."""
    return db.session.get(Head, 1)


def verify(first: int = 1) -> list[str]:
    """What is wrong with the chain from this entry on, a line each: changed, missing, inserted, cut off. Empty when whole."""
    before = db.session.scalar(db.select(Entry.hash).where(Entry.id == first - 1)) if first > 1 else START
    expected, wrong = first, [] if before else [f"entry {first - 1}: missing"]
    rows = db.select(Entry).where(Entry.id >= first).order_by(Entry.id).execution_options(yield_per=2000)
    for entry in db.session.scalars(rows):
        if entry.id != expected:
            wrong.append(f"entry {expected} to {entry.id - 1}: missing")
        elif _hash(before or START, entry) != entry.hash:
            wrong.append(f"entry {entry.id}: changed, or the one before it is")
        before, expected = entry.hash, entry.id + 1
    head = db.session.get(Head, 1)
    if head and (head.count != expected - 1 or head.hash != before):
        wrong.append(f"the chain ends at entry {expected - 1}, but {head.count} were written")
    return wrong


@event.listens_for(Session, "before_flush")
def _only_added_to(session: Session, *_):
    for row in session.dirty:
        if isinstance(row, Entry) and session.is_modified(row):
            raise RuntimeError("the journal is only ever added to")
    if any(isinstance(row, Entry) for row in session.deleted):
        raise RuntimeError("the journal is only ever added to")
