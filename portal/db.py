"""The database: one base for every model, moments with a zone, and the only place a transaction is opened."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, MetaData, event
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the portal; names of constraints follow one convention from the first day."""

    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator):
    """A moment: stored in UTC, always handed out aware; one without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Moment = Annotated[datetime, mapped_column(UTCDateTime)]
Facts = Annotated[dict, mapped_column(JSON)]

db = SQLAlchemy(metadata=Base.metadata)


def engine_options(url: str, durable: bool = True) -> dict:
    """How the engine is opened for this address."""
    plain = {"json_serializer": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)}
    if url.startswith("sqlite"):
        return plain | {"connect_args": {"timeout": 15, "check_same_thread": False}}
    waits = "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=20000"
    return plain | {
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "connect_args": {"options": waits if durable else f"{waits} -c synchronous_commit=off"},
    }


def tune(engine, durable: bool = True) -> None:
    """SQLite as we need it: readers do not wait, a commit is on disk, a writer never fails half-way.

    A transaction that reads first and writes later fails at once when another wrote in between, whatever
    the busy timeout; so writing transactions begin IMMEDIATE and reading ones stay read-only.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection, _):
        connection.isolation_level = None  # pysqlite must not issue BEGIN itself
        level = "full" if durable else "off"
        for pragma in ("journal_mode=wal", f"synchronous={level}", "foreign_keys=on", "busy_timeout=15000"):
            connection.execute("pragma " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection):
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction() -> Iterator[None]:
    """All of it or none of it. Opened by the door for unsafe methods, by commands and by the worker.

    What was read before on this session is forgotten first: a decision is taken on rows read inside the
    transaction that writes.
    """
    db.session.rollback()
    db.session.connection(execution_options={"writes": True})
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def one_moment() -> Iterator[None]:
    """For reading a lot: all of it as it stood at one moment, whatever others write meanwhile. Writes nothing."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    try:
        yield
    finally:
        db.session.rollback()
