"""A browser for tests that inspects every page it fetches, and reads it as a page."""

from bs4 import BeautifulSoup
from flask import g

from portal import clock
from portal.access.sessions import _hash
from portal.db import db
from portal.domain.people.models import SignIn


class Browser:
    """One person's browser: get, post, htmx; every HTML answer is inspected."""

    def __init__(self, app, person=None, check=True):
        self.app, self.client, self.check = app, app.test_client(), check
        if person is not None:
            at = clock.now()
            reference = f"test-{person.id}-{id(self)}"
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
            inspect(answer)
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


def inspect(answer) -> None:
    """What every page must hold: unique ids, one h1, labelled fields, forms with a token, nothing inline."""
    html = answer.text
    page = BeautifulSoup(html, "html.parser")
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    if page.html:
        assert len(page.select("h1")) == 1, f"{len(page.select('h1'))} h1"
        assert page.html.get("lang")
        assert page.title
        assert page.title.get_text(strip=True)
    for field in page.select("input:not([type=hidden]), select, textarea"):
        labelled = field.get("aria-label") or field.get("aria-labelledby") or field.find_parent("label")
        assert labelled or page.select_one(f"label[for='{field.get('id')}']"), f"no label: {field}"
    for form in page.select("form"):
        if form.get("method", "get").lower() == "post":
            assert form.select_one("[name=csrf_token]"), f"no token: {form.get('action')}"
            if form.get("hx-post"):
                assert form["hx-post"] == form.get("action"), form
    assert not page.select("[style], script:not([src]):not([type='application/json']), style"), "something inline"
    assert not [e for e in page.find_all(True) for a in e.attrs if a.startswith(("on", "hx-on"))], "a handler inline"
