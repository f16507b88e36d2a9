"""A browser for tests that inspects every page it fetches, and reads it as a page."""

from itertools import count

from bs4 import BeautifulSoup
from flask import g

from portal import clock
from portal.access.sessions import _hash
from portal.db import db
from portal.domain.people.models import SignIn
from tests.inspection import inspect

_browsers = count(1)


class Browser:
    """One person's browser: get, post, htmx; every HTML answer is inspected."""

    def __init__(self, app, person=None, check=True):
        self.app, self.client, self.check = app, app.test_client(), check
        if person is not None:
            at = clock.now()
            reference = f"test-{person.id}-{next(_browsers)}"
            db.session.add(
                SignIn(token_hash=_hash(reference), person_id=person.id, begun_at=at, seen_at=at, proved_at=at)
            )
            db.session.commit()
            with self.client.session_transaction() as session:
                session["reference"] = reference

    def open(self, url, method="GET", **facts):
        g.pop("_login_user", None)
        for kept in (
            "csrf_token",
            "csrf",
            "sign_in",
            "counts",
            "staged",
            "upload_errors",
            "language",
            "passwords",
            "unread",
            "_flask_babel",
        ):
            g.pop(kept, None)
        db.session.expunge_all()
        db.session.rollback()
        answer = self.client.open(url, method=method, **facts)
        if self.check and answer.mimetype == "text/html" and answer.status_code != 303:
            inspect(answer.text)
        return answer

    def get(self, url, **facts):
        return self.open(url, **facts)

    def page(self, url, **facts) -> BeautifulSoup:
        answer = self.get(url, **facts)
        assert answer.status_code == 200, (url, answer.status_code)
        return BeautifulSoup(answer.text, "html.parser")

    def post(self, url, data=None, **facts):
        """Post like a form of ours does: with the token of a page."""
        data = dict(data or {}) | {"csrf_token": self.token()}
        return self.open(url, "POST", data=data, **facts)

    def htmx(self, url, target, method="GET", data=None, **facts):
        headers = {"HX-Request": "true", "HX-Target": target} | facts.pop("headers", {})
        if method == "POST":
            headers["X-CSRFToken"] = self.token()
        return self.open(url, method, data=data, headers=headers, follow_redirects=True, **facts)

    def token(self) -> str:
        g.pop("csrf_token", None)  # the last page's, on the context the tests share
        with self.app.test_request_context():
            from flask import session as fresh
            from flask_wtf.csrf import generate_csrf

            token = generate_csrf()
            raw = fresh["csrf_token"]
        with self.client.session_transaction() as session:
            session["csrf_token"] = raw
        return token
