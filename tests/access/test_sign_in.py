"""The way in and out: neutral, limited, bound to one attempt."""

import pytest

from portal.access import passwords
from portal.db import db, transaction
from portal.domain.people.roles import Role
from tests.factories import a_person, an_agent
from tests.pages import Browser

PASSWORD = " 海川 sea river 🙂 twelve"


def with_password(person, password=PASSWORD):
    with transaction():
        person = db.session.merge(person)
        person.password_hash = passwords.hash_of(password)
    return person


def enter(browser, person, password=PASSWORD, **facts):
    return browser.post("/sign-in", {"email": person.email, "password": password} | facts)


def test_the_right_password_opens_and_the_wrong_one_does_not(app):
    person = with_password(an_agent())
    browser = Browser(app)

    wrong = enter(browser, person, "something else altogether")
    right = enter(browser, person)

    assert wrong.status_code == 422
    assert "not right" in wrong.text
    assert right.status_code == 303
    assert browser.get("/start").status_code == 303
