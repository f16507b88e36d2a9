"""What every test stands on: one application, a clean database for each test, a browser that inspects pages."""

import gc
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, event

from portal import clock
from portal.app import create_app
from portal.config import from_environment
from portal.db import db

BEGIN = datetime(2026, 11, 25, 2, tzinfo=UTC)
"""When every test begins: a Wednesday, ten o'clock in Shanghai, no day off for weeks around."""


# Properties are tried on the same examples whenever nothing changed, however busy the machine is.
settings.register_profile("ours", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@event.listens_for(Engine, "connect")
def no_order_is_promised(connection, _):
    """SQLite gives rows nobody put in order as they were written, PostgreSQL as it likes: here SQLite turns them round."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma reverse_unordered_selects=on")


def pytest_collection_modifyitems(config, items):
    """On another database only what touches one is run: the rest was tried on SQLite and cannot differ."""
    if "PORTAL_TEST_DATABASE_URL" in os.environ:
        config.hook.pytest_deselected(items=[one for one in items if "whole_app" not in one.fixturenames])
        items[:] = [one for one in items if "whole_app" in one.fixturenames]


def pytest_collection_finish():
    """What was imported stays to the end: nobody looks through it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def an_ordinary_wednesday(request):
    """Whenever the tests are run, each begins at `BEGIN`, and time runs on from there; a test may move it further.

    Tests of several processes live in the machine's time: all they start reads that.
    """
    if any(request.node.get_closest_marker(several) for several in ("browser", "fault")):
        yield
        return
    with clock.shifted_by(BEGIN - clock.now()):
        yield


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


@pytest.fixture(scope="session")
def ground(whole_app):
    """Lays the database of a new company, whichever was there before."""
    from tests.ground import Ground

    return Ground(at=BEGIN)


@pytest.fixture
def app(whole_app, ground):
    """The application with the database of a new company, both policy areas laid down (the telecom pack)."""
    with whole_app.app_context():
        ground.lay()
        yield whole_app
        db.session.rollback()
        db.session.remove()


def tamper(sql: str) -> None:
    """What somebody with the whole database in hand could do: the guards of the journal are put aside for it."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if db.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("set local session_replication_role = replica")
            connection.exec_driver_sql(sql)
            return
        guards = connection.exec_driver_sql("select name, sql from sqlite_master where type = 'trigger'").all()
        for name, _ in guards:
            connection.exec_driver_sql(f"drop trigger {name}")
        connection.exec_driver_sql(sql)
        for _, guard in guards:
            connection.exec_driver_sql(guard)


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
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)
