"""Alembic's surroundings: the portal's own engine and metadata, plain column types in what it writes."""

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


def run():
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            include_name=include_name,
            include_object=include_object,
            compare_type=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
