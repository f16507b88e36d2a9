"""The portal with two things more, for measuring only: the floor view, and the number of statements in a header."""

import os
from pathlib import Path

from flask import g
from sqlalchemy import event

from portal.app import create_app as create_portal
from portal.config import from_environment
from portal.db import db
from portal.domain.tickets.models import Ticket

FLOOR = """<!doctype html><title>floor</title><h1>floor</h1><table>
{% for row in rows %}<tr><td>{{ row.number }}</td><td>{{ row.subject }}</td><td>{{ row.state }}</td><td>{{ row.due_at }}</td></tr>
{% endfor %}</table>"""


def create_app():
    """For gunicorn: `bench.app:create_app()`, on the data of PORTAL_DATA and PORTAL_DATABASE_URL."""
    app = create_portal(from_environment(data=Path(os.environ["PORTAL_DATA"]), testing=True))
    bare_template = app.jinja_env.from_string(FLOOR)

    @app.get("/bench/floor")
    def floor():
        """One indexed SELECT of 50 rows and a bare template: what a page costs at least."""
        rows = db.session.scalars(
            db.select(Ticket).where(Ticket.is_live).order_by(Ticket.due_at, Ticket.id).limit(50)
        ).all()
        return bare_template.render(rows=rows)

    with app.app_context():

        @event.listens_for(db.engine, "before_cursor_execute")
        def _count(connection, cursor, statement, *_):
            if g and not statement.startswith("BEGIN"):
                g.statements = g.get("statements", 0) + 1

    @app.after_request
    def _say(response):
        response.headers["X-Statements"] = str(g.get("statements", 0))
        return response

    return app
