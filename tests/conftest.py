"""What every test stands on: one application, a clean database for each test, a browser that inspects pages."""

import os
from pathlib import Path

import pytest

from portal.app import create_app
from portal.config import from_environment
from portal.db import Base, db


@pytest.fixture(scope="session")
def whole_app(tmp_path_factory):
    """The application of this run, its tables laid once by the migrations, on the database the environment names."""
    from flask_migrate import upgrade

    data = tmp_path_factory.mktemp("portal")
    url = os.environ.get("PORTAL_TEST_DATABASE_URL") or f"sqlite:///{data / 'test.sqlite'}"
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        url = url if url.startswith("sqlite") else f"{url}_{worker}"
    app = create_app(
        from_environment(
            data=data,
            database_url=url,
            secret_key="test",
            testing=True,
            durable=False,
            smtp_url=None,
            redis_url=None,
            base_url="http://portal.test",
        )
    )
    with app.app_context():
        _drop_everything()
        upgrade(directory=str(Path(__file__).parent.parent / "migrations"))
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _drop_everything():
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade")
        connection.exec_driver_sql("create schema public")


@pytest.fixture
def app(whole_app):
    """The application with an empty database, both policy areas laid down (the telecom pack)."""
    from tests.factories import a_company

    with whole_app.app_context():
        _empty()
        a_company()
        yield whole_app
        db.session.rollback()
        db.session.remove()


def _empty():
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if db.engine.dialect.name == "postgresql":
            # Truncating fifty tables takes longer than most tests; with the keys' triggers off, deleting does not.
            gone = "; ".join(f'delete from "{table.name}"' for table in Base.metadata.sorted_tables)
            connection.exec_driver_sql(f"set local session_replication_role = replica; {gone}")
            name = "(quote_ident(schemaname) || '.' || quote_ident(sequencename))::regclass"
            connection.exec_driver_sql(f"select setval({name}, 1, false) from pg_sequences")
        else:
            connection.exec_driver_sql("pragma defer_foreign_keys=on")
            for table in reversed(Base.metadata.sorted_tables):
                connection.exec_driver_sql(f'delete from "{table.name}"')
    from portal.domain import settings

    for kept in (settings._document, settings._policy, settings._calendar, settings._values):
        kept.cache_clear()


@pytest.fixture
def sign_in(app):
    """sign_in(person) gives a browser in which this person is signed in."""
    from tests.pages import Browser

    def signed_in(person, **facts):
        return Browser(app, person, **facts)

    return signed_in


@pytest.fixture
def statements(app):
    """The SQL statements sent since the last clear()."""
    from sqlalchemy import event

    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
