"""Every answer carries the strict headers: pages, fragments, errors, files."""

import gzip

import pytest

from portal.domain.people.roles import Role
from portal.web import assets
from tests.factories import a_person, an_agent
from tests.pages import Browser

ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
          "Cross-Origin-Resource-Policy": "same-origin"}  # fmt: skip


def strict(answer):
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/nowhere", "/staff/queue/", "/tickets/999999", "/look.css", "/static/portal.css"]
)
def test_answers_to_nobody_are_strict(app, path):
    strict(Browser(app, check=False).get(path))


def test_static_texts_are_sent_packed_to_who_can_unpack_them(app):
    whole = Browser(app, check=False).client.get("/static/portal.css")
    packed = Browser(app, check=False).client.get("/static/portal.css", headers={"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == whole.data == (assets.FOLDER / "portal.css").read_bytes()
    assert "Accept-Encoding" in whole.headers["Vary"]
    strict(packed)


@pytest.mark.parametrize("role", [Role.ORG_MEMBER, Role.AGENT, Role.ADMINISTRATOR, Role.AUDITOR])
def test_answers_to_somebody_are_strict_and_not_stored(app, sign_in, role):
    browser = sign_in(a_person(role), check=False)
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in rule.methods or rule.endpoint.startswith("look."):
            continue
        answer = browser.get(rule.rule)
        strict(answer)
        assert "no-store" in answer.headers["Cache-Control"], rule.rule


def test_a_post_without_a_token_changes_nothing(app, sign_in):
    browser = sign_in(an_agent(), check=False)
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and not rule.arguments:
            answer = browser.client.post(rule.rule, data={"subject": "x"})
            assert answer.status_code == 400, rule.rule


def test_the_session_cookie_is_guarded(app):
    answer = Browser(app, check=False).get("/sign-in")
    cookie = answer.headers.get("Set-Cookie", "")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
