"""The migrations make exactly what the models say, go back to nothing, and come again; one by one; on both databases."""

import os
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import create_engine, make_url

from portal.app import create_app
from portal.config import from_environment
from portal.db import db

FOLDER = str(Path(__file__).resolve().parents[2] / "migrations")
REVISIONS = [one.revision for one in reversed(list(ScriptDirectory(FOLDER).walk_revisions()))]


@pytest.fixture
def fresh_app(tmp_path):
    """A portal on a database of its own with nothing in it."""
    given, url = os.environ.get("PORTAL_TEST_DATABASE_URL"), f"sqlite:///{tmp_path / 'm.sqlite'}"
    if given:
        url = make_url(given).set(
            database=f"{make_url(given).database}_chain_{os.environ.get('PYTEST_XDIST_WORKER', '')}"
        )
        url = _emptied(url.render_as_string(hide_password=False))
    app = create_app(from_environment(data=tmp_path, database_url=url, secret_key="test", testing=True))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _emptied(url: str) -> str:
    name = make_url(url).database
    server = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'drop database if exists "{name}" with (force)')
        connection.exec_driver_sql(f'create database "{name}"')
    server.dispose()
    return url


def tables() -> set[str]:
    names = db.inspect(db.engine).get_table_names()
    return {name for name in names if not name.startswith(("sqlite_", "alembic_", "ticket_search_fts"))}


def test_the_migrations_make_what_the_models_say_and_unmake_it(fresh_app):
    upgrade(directory=FOLDER)
    check(directory=FOLDER)  # ends the program where they differ
    made = tables()
    assert made == set(db.metadata.tables)
    downgrade(directory=FOLDER, revision="base")
    assert tables() == set()
    upgrade(directory=FOLDER)
    assert tables() == made


def test_each_step_can_be_taken_back_and_taken_again(fresh_app):
    for revision in REVISIONS:
        upgrade(directory=FOLDER, revision=revision)
        made = tables()
        downgrade(directory=FOLDER, revision="-1")
        assert tables() <= made, revision
        upgrade(directory=FOLDER, revision=revision)
        assert tables() == made, revision
