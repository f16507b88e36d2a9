"""The way in and out: neutral, limited, bound to one attempt, worth nothing once left."""

import dataclasses
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.orm.attributes import set_committed_value

from portal import clock
from portal.access import passwords, second_factor
from portal.db import db, transaction
from portal.domain import sealed, settings
from portal.domain.outbox import Letter
from portal.domain.people.models import Attempt, Person, SignIn
from portal.domain.people.roles import Role
from tests.factories import a_person, a_provider, an_agent
from tests.pages import Browser

PASSWORD = " 海川 sea river 🙂 Twelve" + "x" * 42  # 64 characters, a blank in front


def with_password(person, password=PASSWORD, **facts):
    with transaction():
        person = db.session.get_one(Person, person.id)
        person.password_hash = passwords.hash_of(password)
        for name, value in facts.items():
            setattr(person, name, value)
    return person.id, person.email


def with_factor(person, **facts):
    secret = second_factor.new_secret()
    key, email = with_password(person, totp_secret=secret, totp_confirmed_at=clock.now(), **facts)
    return email, secret


def enter(browser, email, password=PASSWORD, **facts):
    return browser.post("/sign-in", {"email": email, "password": password} | facts)


def code_of(secret, after=timedelta()):
    return pyotp.TOTP(secret).at(clock.now() + after)


def is_in(browser) -> bool:
    return browser.get("/me").status_code == 200


def letters(template):
    return db.session.scalars(db.select(Letter).where(Letter.template == template)).all()


def test_the_right_password_opens_exactly_as_typed(app):
    _, email = with_password(an_agent())
    browser = Browser(app)

    assert len(PASSWORD) == 64
    assert enter(browser, email, PASSWORD.strip()).status_code == 422
    assert enter(browser, email, PASSWORD.swapcase()).status_code == 422
    assert not is_in(browser)
    answer = enter(browser, f" {email.upper()} ")
    assert answer.status_code == 303
    assert is_in(browser)


def test_a_password_above_the_cap_is_never_hashed(app, monkeypatch):
    _, email = with_password(an_agent())
    seen = []
    monkeypatch.setattr(passwords, "_verified", lambda *facts: seen.append(facts))
    assert enter(Browser(app), email, "x" * 129).status_code == 422
    assert seen == []


@pytest.mark.parametrize("who", ["unknown", "disabled", "invited"])
def test_nobody_learns_whether_there_is_such_an_account(app, who):
    _, email = with_password(an_agent())
    other = an_agent()
    if who == "disabled":
        with_password(other, disabled_at=clock.now())
    asked = {
        "unknown": "q" * (len(email) - 13) + "@example.test",
        "disabled": other.email,
        "invited": other.email,
    }[who]
    browser, known = Browser(app), Browser(app)

    wrong = enter(known, email, "this is not the password")
    strange = enter(browser, asked, PASSWORD)

    def plain(answer, address):
        import re

        return re.sub(r'(csrf-token" content|csrf_token" value)="[^"]+"', "", answer.text.replace(address, "@"))

    assert (strange.status_code, wrong.status_code) == (422, 422)
    assert plain(strange, asked) == plain(wrong, email)


def test_an_unknown_account_costs_the_same_hashing(app, monkeypatch):
    seen = []
    real = passwords._verified
    monkeypatch.setattr(passwords, "_verified", lambda *facts: seen.append(facts) or real(*facts))
    _, email = with_password(an_agent())

    enter(Browser(app), email, "this is not the password")
    enter(Browser(app), "nobody@example.test", "this is not the password")

    assert len(seen) == 2


def test_the_reference_changes_at_sign_in_and_the_old_one_is_dead(app, sign_in):
    key, email = with_password(an_agent())
    browser = sign_in(db.session.get_one(Person, key))
    with browser.client.session_transaction() as session:
        old = dict(session)

    enter(browser, email)

    with browser.client.session_transaction() as session:
        assert session["reference"] != old["reference"]
    thief = Browser(app)
    with thief.client.session_transaction() as session:
        session.update(old)
    assert not is_in(thief)


def test_a_reference_planted_before_sign_in_opens_nothing(app):
    _, email = with_password(an_agent())
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session["reference"] = "planted"

    enter(browser, email)

    thief = Browser(app)
    with thief.client.session_transaction() as session:
        session["reference"] = "planted"
    assert is_in(browser)
    assert not is_in(thief)


def test_a_cookie_copied_before_leaving_is_dead(app):
    _, email = with_password(an_agent())
    browser, thief = Browser(app), Browser(app)
    enter(browser, email)
    with browser.client.session_transaction() as session:
        copied = dict(session)
    with thief.client.session_transaction() as session:
        session.update(copied)
    assert is_in(thief)

    answer = browser.post("/sign-out")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(browser)
    with thief.client.session_transaction() as session:
        session.update(copied)
    assert not is_in(thief)


def test_leaving_takes_a_post(app, sign_in):
    browser = sign_in(an_agent())
    assert browser.get("/sign-out").status_code == 405
    assert is_in(browser)


def test_a_disabled_persons_session_dies_at_once(app, sign_in):
    person = an_agent()
    key = person.id
    browser = sign_in(person)
    assert is_in(browser)
    with transaction():
        db.session.get_one(Person, key).disabled_at = clock.now()

    assert not is_in(browser)


@pytest.mark.parametrize(
    ("role", "idle"), [(Role.ORG_MEMBER, 60), (Role.AGENT, 30), (Role.SECURITY_ADMIN, 15), (Role.AUDITOR, 15)]
)
def test_a_session_ends_when_nobody_uses_it(app, sign_in, role, idle):
    at = clock.now()
    with clock.frozen_at(at):
        browser, other = sign_in(a_person(role)), sign_in(a_person(role))
    with clock.frozen_at(at + timedelta(minutes=idle - 1)):
        assert is_in(browser)
    with clock.frozen_at(at + timedelta(minutes=idle + 1)):
        assert is_in(browser)
        assert not is_in(other)


def test_polling_does_not_keep_a_session_alive(app, sign_in):
    at = clock.now()
    with clock.frozen_at(at):
        browser = sign_in(an_agent())
    with clock.frozen_at(at + timedelta(minutes=20)):
        browser.get("/me", headers={"X-Background": "1"})
    with clock.frozen_at(at + timedelta(minutes=40)):
        assert not is_in(browser)


@pytest.mark.parametrize(("role", "hours"), [(Role.AGENT, 12), (Role.ADMINISTRATOR, 8)])
def test_a_session_ends_however_busy(app, sign_in, role, hours):
    at = clock.now()
    with clock.frozen_at(at):
        browser = sign_in(a_person(role))
    for minutes in range(0, hours * 60 - 5, 10):
        with clock.frozen_at(at + timedelta(minutes=minutes)):
            assert is_in(browser)
    with clock.frozen_at(at + timedelta(hours=hours, minutes=1)):
        assert not is_in(browser)


def test_one_sign_in_too_many_ends_the_oldest_session(app):
    key, email = with_password(a_person(Role.AUDITOR))
    browsers = [Browser(app) for _ in range(4)]
    at = clock.now()
    for n, browser in enumerate(browsers):
        with clock.frozen_at(at + timedelta(seconds=n)):
            enter(browser, email)

    assert [is_in(browser) for browser in browsers] == [False, True, True, True]


# ---- limits ----


def test_after_five_failures_the_sixth_waits_and_the_wait_grows(app):
    _, email = with_password(an_agent())
    browser, at = Browser(app), clock.now()
    browser.client.set_cookie("language", "en")
    with clock.frozen_at(at):
        for _n in range(5):
            assert enter(browser, email, "this is not the password").status_code == 422
        held = enter(browser, email)
        assert held.status_code == 429
        assert held.headers["Retry-After"] == "61"
        assert "1 minute" in held.text
    with clock.frozen_at(at + timedelta(seconds=62)):
        assert enter(browser, email, "this is not the password").status_code == 422
        assert enter(browser, email).headers["Retry-After"] == "121"
    with clock.frozen_at(at + timedelta(seconds=62 + 122)):
        assert enter(browser, email).status_code == 303
    with clock.frozen_at(at + timedelta(seconds=200)):
        assert enter(Browser(app), email, "this is not the password").status_code == 422


def test_failures_from_elsewhere_do_not_keep_the_owner_out(app):
    _, email = with_password(an_agent())
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    attacker = Browser(app)
    for _n in range(8):
        attacker.post("/sign-in", {"email": email, "password": "this is not the password"}, **elsewhere)

    assert attacker.post("/sign-in", {"email": email, "password": PASSWORD}, **elsewhere).status_code == 429
    assert enter(Browser(app), email).status_code == 303


def test_twenty_failures_a_day_hold_the_account_from_this_network(app):
    _, email = with_password(an_agent())
    browser, at = Browser(app), clock.now()
    for n in range(20):
        with clock.frozen_at(at + timedelta(minutes=20 * n)):
            assert enter(browser, email, "this is not the password").status_code == 422
    with clock.frozen_at(at + timedelta(minutes=20 * 20)):
        assert enter(browser, email).status_code == 429
    with clock.frozen_at(at + timedelta(hours=24, minutes=1)):
        assert enter(browser, email).status_code == 303


def test_one_address_may_fail_twenty_times_whatever_the_accounts(app):
    browser = Browser(app)
    for n in range(20):
        enter(browser, f"nobody{n}@example.test", "this is not the password")
    _, email = with_password(an_agent())
    assert enter(browser, email).status_code == 429


def test_a_flood_from_everywhere_stops_unknown_browsers_only(app):
    _, email = with_password(an_agent())
    known = Browser(app)
    enter(known, email)
    with transaction():
        db.session.add_all(Attempt(key="sign-in", at=clock.now()) for _ in range(300))

    assert enter(Browser(app), email).status_code == 429
    assert enter(known, email).status_code == 303


# ---- the second step ----


def test_a_code_is_asked_for_and_no_session_begins_before_it(app):
    email, secret = with_factor(an_agent())
    browser = Browser(app)

    answer = enter(browser, email, next="/me/sessions")

    assert answer.location.startswith("/sign-in/code")
    assert not is_in(browser)
    assert db.session.scalars(db.select(SignIn)).all() == []
    answer = browser.post("/sign-in/code", {"code": code_of(secret), "next": "/me/sessions"})
    assert answer.location == "/me/sessions"
    assert is_in(browser)


def test_a_code_works_once(app):
    email, secret = with_factor(an_agent())
    first, second = Browser(app), Browser(app)
    with clock.frozen_at(clock.now()):
        code = code_of(secret)
        enter(first, email)
        assert first.post("/sign-in/code", {"code": code}).status_code == 303
        enter(second, email)
        assert second.post("/sign-in/code", {"code": code}).status_code == 422
        assert second.post("/sign-in/code", {"code": code_of(secret, timedelta(seconds=-30))}).status_code == 422


def test_the_secret_of_a_second_factor_lies_sealed_in_the_database(app):
    email, secret = with_factor(an_agent())
    db.session.rollback()
    lies = db.session.execute(text("select totp_secret from person where email = :email"), {"email": email}).scalar()

    assert lies.startswith("v1:")
    assert secret not in lies
    assert db.session.scalar(db.select(Person.totp_secret).where(Person.email == email)) == secret
    kept = sealed._key
    try:
        sealed.arm("the key of another installation")
        db.session.expunge_all()
        assert db.session.scalar(db.select(Person.totp_secret).where(Person.email == email)) == ""
    finally:
        sealed._key = kept


def test_a_code_counts_as_used_by_what_the_database_says_and_not_by_what_was_read_before(app):
    email, secret = with_factor(an_agent())
    with clock.frozen_at(clock.now()):
        early = db.session.scalars(db.select(Person).where(Person.email == email)).one()
        with db.engine.connect().execution_options(writes=True) as other, other.begin():
            db.session.rollback()
            step = int(clock.now().timestamp()) // second_factor.STEP + 1
            other.execute(
                text("update person set totp_last_step = :step where email = :email"), {"step": step, "email": email}
            )
        set_committed_value(early, "totp_last_step", None)
        set_committed_value(early, "totp_secret", secret)
        with app.test_request_context():
            assert not second_factor.proves(early, code_of(secret))
        db.session.rollback()


def test_a_code_belongs_to_the_attempt_that_asked_for_it(app):
    email, secret = with_factor(an_agent())
    stranger = Browser(app)
    enter(Browser(app), email)

    answer = stranger.post("/sign-in/code", {"code": code_of(secret)})

    assert answer.location == "/sign-in"
    assert not is_in(stranger)


def test_the_second_step_waits_five_minutes(app):
    email, secret = with_factor(an_agent())
    browser, at = Browser(app), clock.now()
    with clock.frozen_at(at):
        enter(browser, email)
    with clock.frozen_at(at + timedelta(minutes=5, seconds=1)):
        assert browser.post("/sign-in/code", {"code": code_of(secret)}).location == "/sign-in"


def test_the_sixth_wrong_code_in_five_minutes_is_refused_whatever_the_address(app):
    email, secret = with_factor(an_agent())
    browser = Browser(app)
    with clock.frozen_at(clock.now()):
        enter(browser, email)
        for _n in range(5):
            assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 422
        elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
        other = Browser(app)
        other.post("/sign-in", {"email": email, "password": PASSWORD}, **elsewhere)
        assert other.post("/sign-in/code", {"code": code_of(secret)}, **elsewhere).status_code == 429


def test_a_recovery_code_works_once_however_it_is_written(app):
    codes = second_factor.new_recovery_codes()
    email, _ = with_factor(an_agent(), recovery_hashes=[second_factor.hash_of(code) for code in codes])
    assert len(set(codes)) == 10
    browser = Browser(app)
    enter(browser, email)
    assert browser.post("/sign-in/code", {"code": codes[3].upper().replace("-", " ")}).status_code == 303

    again = Browser(app)
    enter(again, email)
    assert again.post("/sign-in/code", {"code": codes[3]}).status_code == 422


@pytest.mark.parametrize("code", ["", "12345", "१२३४५६", "1" * 61, "' or 1=1 --", "\x00" * 6])
def test_what_is_no_code_is_no_code(app, code):
    email, _ = with_factor(an_agent())
    browser = Browser(app)
    enter(browser, email)
    assert browser.post("/sign-in/code", {"code": code}).status_code == 422


# ---- where one is sent, what is told ----


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\t//x"]
)
def test_nobody_is_sent_to_another_site(app, wanted):
    _, email = with_password(an_agent())
    assert enter(Browser(app), email, next=wanted).location == "/start"


def test_whoever_is_not_signed_in_comes_back_to_the_page_they_wanted(app):
    _, email = with_password(an_agent())
    browser = Browser(app)

    asked = browser.get("/me/sessions?x=1")

    assert asked.status_code == 303
    page = browser.page(asked.location)
    assert page.select_one("form[action='/sign-in'] [name=next]")["value"] == "/me/sessions?x=1"


def test_a_fragment_sends_the_whole_page_to_sign_in(app):
    answer = Browser(app).get(
        "/me", headers={"HX-Request": "true", "HX-Target": "x", "HX-Current-URL": "http://localhost/me?a=1"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/me?a%3D1"


def test_a_new_browser_is_told_by_letter_and_a_known_one_is_not(app):
    _, email = with_password(an_agent())
    first, other = Browser(app), Browser(app)

    enter(first, email)
    assert letters("new_device") == []
    first.post("/sign-out")
    enter(first, email)
    assert letters("new_device") == []
    enter(other, email)
    assert len(letters("new_device")) == 1


def test_no_cookie_is_larger_than_browsers_keep(app):
    _, email = with_password(an_agent())
    answer = enter(Browser(app), email)
    assert all(len(value) < 4096 for name, value in answer.headers if name == "Set-Cookie")


def test_a_hash_grows_stronger_when_its_owner_comes(app, monkeypatch):
    key, email = with_password(an_agent())
    monkeypatch.setattr(
        passwords,
        "_hasher",
        lambda quick: passwords.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1),
    )
    with transaction():
        before = db.session.get_one(Person, key).password_hash
    enter(Browser(app), email)
    db.session.expunge_all()
    assert db.session.get_one(Person, key).password_hash != before


# ---- the demo world ----


def test_outside_the_demo_world_nobody_comes_in_by_a_button(app):
    an_agent()
    browser = Browser(app)
    assert browser.post("/sign-in/demo", {"role": "agent"}).status_code == 404
    assert "sign-in/demo" not in browser.get("/sign-in").text


def test_in_the_demo_world_there_is_a_button_for_every_role(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "portal", dataclasses.replace(app.extensions["portal"], demo=True))
    for role in Role:
        a_person(role)
        browser = Browser(app)
        assert browser.page("/sign-in").select_one(f"button[value={role}]")
        browser.post("/sign-in/demo", {"role": role})
        assert is_in(browser), role
    assert Browser(app).post("/sign-in/demo", {"role": "owner' --"}).status_code == 404


def test_in_the_demo_world_a_walk_finds_a_provider_s_handler_and_a_second_supervisor(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "portal", dataclasses.replace(app.extensions["portal"], demo=True))
    _, ours = a_person(Role.HANDLER), a_person(Role.SUPERVISOR)
    theirs = a_person(Role.HANDLER, provider=a_provider())
    another = a_person(Role.SUPERVISOR)
    names = {"handler_of_provider": theirs.name, "supervisor": ours.name, "another_supervisor": another.name}

    for button, name in names.items():
        browser = Browser(app)
        assert browser.page("/sign-in").select_one(f"button[value={button}]")
        browser.post("/sign-in/demo", {"role": button})
        assert name in browser.page("/me").text


def test_staff_without_a_second_factor_get_no_further_when_it_is_required(app, sign_in):
    with transaction():
        settings.change("security", None, staff_second_factor=True)
    browser = sign_in(an_agent())
    assert browser.get("/notices").status_code == 200
    page = browser.page("/me")
    assert "second factor is needed" in page.text
    assert page.select_one("a[href='/me/second-factor']")
