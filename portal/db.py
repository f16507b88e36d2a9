"""The database: one base for every model, moments with a zone, and the only place a transaction is opened."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    CompoundSelect,
    DateTime,
    MetaData,
    Select,
    TextualSelect,
    bindparam,
    column,
    event,
    text,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql.elements import AsBoolean, True_
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


def takes_all(rows: Select) -> bool:
    """Does this select leave no row out? Then a statement made once may stand for it."""
    where = rows.whereclause
    where = where.element if isinstance(where, AsBoolean) else where
    return where is None or isinstance(where, True_)


def spelled_out(statement: Select | CompoundSelect) -> TextualSelect:
    """The same statement as text, with the same parameters and types, for one that never changes and is sent often.

    SQLAlchemy knows a statement by all its parts each time it is sent: a union of three hundred takes longer to be
    recognised than to be answered. A text is known at once. Keep the result (`cache`), by the engine's dialect.
    """
    kind: Any = type(db.engine.dialect)
    dialect = kind(paramstyle="named")
    made: Any = statement.compile(dialect=dialect)
    binds = [
        bindparam(name, None if one.required else one.value, one.type, required=one.required, expanding=one.expanding)
        for one, name in made.bind_names.items()
    ]
    said = text(_CAST.sub(r"\1 ::", _LIST.sub(r":\1", made.string))).bindparams(*binds)
    return said.columns(*(column(each.name, each.type) for each in statement.selected_columns))


IDS = bindparam("ids", expanding=True, type_=BigInteger)
"""The keys that a statement made once is told as it is sent."""

# How a compiled statement writes a list and a cast of PostgreSQL, where text wants «:name» and a blank before «::».
_CAST = re.compile(r"(?<!:)(:\w+)::")
_LIST = re.compile(r"\(__\[POSTCOMPILE_(\w+)\]\)")


PLANS = "-c plan_cache_mode=force_custom_plan -c jit=off -c join_collapse_limit=4 -c random_page_cost=1.1"
"""How PostgreSQL is to plan the statements of pages. For the values given: whether a word is frequent decides how it is
best looked for. Not compiled, and joined much as written (from what is sought to what stands beside it): with eight
joins to put in order, finding the order takes ten times as long as the rows. And rows are where an index leads at once."""


def engine_options(url: str, durable: bool = True) -> dict:
    """How the engine is opened for this address."""
    plain = {
        "json_serializer": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True),
        "hide_parameters": True,  # what people wrote is in no log, whatever fails
    }
    if url.startswith("sqlite"):
        return plain | {"connect_args": {"timeout": 15, "check_same_thread": False}}
    waits = "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=20000"
    options = f"{PLANS} {waits}" if durable else f"{PLANS} {waits} -c synchronous_commit=off"
    return plain | {
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "connect_args": {"options": options},
    }


def tune(engine, durable: bool = True) -> None:
    """SQLite as we need it: readers do not wait, a commit is on disk, a writer never fails half-way.

    A transaction that reads first and writes later fails at once when another wrote in between, whatever
    the busy timeout; so writing transactions begin IMMEDIATE and reading ones stay read-only.
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "handle_error", _say_no_values)
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


def _say_no_values(failure) -> None:
    """PostgreSQL names the values of a row in its detail: what fails says which rule was broken, and nothing of what was written."""
    told = failure.original_exception
    short = getattr(getattr(told, "diag", None), "message_primary", None)
    if short is None:
        return
    if failure.sqlalchemy_exception is not None:
        said = str(failure.sqlalchemy_exception.args[0]).replace(str(told), short)
        failure.sqlalchemy_exception.args = (said,)
    told.args = (short,)


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


def in_turn(key: str) -> None:
    """Of several transactions that say the same key one goes on, the others wait until it is over.

    For what has no row yet that could be locked. On SQLite all writers take turns anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


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
