"""What was kept before a migration is there after it, both ways: on a file of its own, with rows that point to each other."""

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade

from portal.app import create_app
from portal.config import from_environment
from portal.db import db, transaction
from portal.domain.ratings import actions
from portal.domain.tickets.models import Ticket
from tests.factories import _loaded, a_company, a_person, a_supervisor, a_ticket, again

FOLDER = str(Path(__file__).resolve().parents[2] / "migrations")


@pytest.fixture
def own_app(tmp_path):
    app = create_app(
        from_environment(
            data=tmp_path,
            database_url=f"sqlite:///{tmp_path / 'own.sqlite'}",
            secret_key="test",
            testing=True,
            durable=False,
            smtp_url=None,
            redis_url=None,
            base_url="http://portal.test",
        )
    )
    with app.app_context():
        upgrade(directory=FOLDER)
        yield app
        db.session.remove()
        db.engine.dispose()


def counted(sql: str) -> list[tuple]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def test_ratings_and_what_follows_them_survive_both_ways(own_app):
    a_company()
    a_supervisor()
    by = a_person()
    ticket = a_ticket(by=by, moved=("accept", "apply", "close")).id
    with transaction():
        actions.rate(_loaded(db.session.get_one(Ticket, ticket)), again(by), 1, "不满意")
    with transaction():
        actions.rate_service(again(by), 5)
    db.session.remove()

    downgrade(directory=FOLDER, revision="0001")
    assert counted("select ticket_id, stars from rating") == [(ticket, 1)]
    assert counted("select ticket_id from follow_up") == [(ticket,)]

    upgrade(directory=FOLDER)
    rows = counted("select kind, ticket_id, customer_id is not null, owner_id is not null, stars from rating")
    assert rows == [("ticket", ticket, 1, 1, 1)]
    assert counted("select count(*) from follow_up") == [(1,)]
    assert counted("pragma foreign_key_check") == []
    assert counted("pragma foreign_keys") == [(1,)]
