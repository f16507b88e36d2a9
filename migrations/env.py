"""Alembic's surroundings: the portal's own engine and metadata, plain column types in what it writes."""

from contextlib import contextmanager

from alembic import context
from flask import current_app

import portal.access.scopes  # noqa: F401  every model
from portal.db import Base, UTCDateTime

TABLES_OF_SEARCH = ("ticket_search_fts",)


def render_item(kind, thing, _):
    """Our own column types are written as plain ones: a migration never imports our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UTCDateTime) else False


def include_name(name, kind, _):
    """The full-text tables of SQLite are made by hand."""
    return not (kind == "table" and name and name.startswith(TABLES_OF_SEARCH))


def include_object(thing, name, kind, reflected, compare_to):
    return not (
        kind in ("column", "index")
        and name in ("found_by", "found_by_all", "ix_ticket_search_found_by", "ix_ticket_search_found_by_all")
    )


@contextmanager
def _tables_may_be_made_anew(connection):
    """SQLite changes a table by making it anew: meanwhile what points to it points nowhere. Checked before the commit."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection  # outside of a transaction, where alone it can be switched
    driver.execute("pragma foreign_keys=off")
    try:
        yield
    finally:
        driver.execute("pragma foreign_keys=on")


def _need_whole(connection):
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("pragma foreign_key_check").all()
        if broken:
            raise RuntimeError(f"a migration left {len(broken)} rows that point nowhere: {broken[:5]}")


def run():
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(writes=True) as connection, _tables_may_be_made_anew(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            include_name=include_name,
            include_object=include_object,
            compare_type=False,
            transaction_per_migration=False,
            transactional_ddl=True,  # SQLite too: all of it or nothing
        )
        with context.begin_transaction():
            context.run_migrations()
            _need_whole(connection)


run()
