"""The own account: every delicate change proves who asks, ends other sessions and is told by letter."""

from datetime import timedelta

import pyotp
import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Person, SignIn
from portal.domain.people.roles import Role
from tests.access.test_sign_in import PASSWORD, code_of, enter, is_in, letters, with_factor, with_password
from tests.factories import a_person, a_ticket, an_agent
from tests.pages import Browser

NEW = "three sparrows on a wire"


def signed_in(app, person, **facts):
    """A browser whose person has a password."""
    key, email = with_password(person, **facts)
    browser = Browser(app)
    enter(browser, email)
    return browser, key


def person_of(key):
    db.session.expunge_all()
    return db.session.get_one(Person, key)


def verbs():
    return db.session.scalars(db.select(Entry.verb).order_by(Entry.id)).all()


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_an_account_page_of_the_own_side(app, sign_in, role):
    page = sign_in(a_person(role)).page("/me")
    assert page.select_one("header.rail" if role not in ("org_admin", "org_member") else "header.bar")
    assert page.select_one("form[action='/sign-out']")


# ---- password ----


def test_a_new_password_takes_the_present_one_and_ends_other_sessions(app):
    browser, key = signed_in(app, an_agent())
    other = Browser(app)
    enter(other, person_of(key).email)
    with browser.client.session_transaction() as session:
        before = session["reference"]

    answer = browser.post("/me/password", {"password": PASSWORD, "new_password": NEW, "again": NEW})

    assert answer.location == "/me"
    assert is_in(browser)
    assert not is_in(other)
    with browser.client.session_transaction() as session:
        assert session["reference"] != before
    assert len(letters("password_changed")) == 1
    assert enter(Browser(app), person_of(key).email, NEW).status_code == 303
    assert enter(Browser(app), person_of(key).email).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": ""},
        {"password": "not the present one"},
        {"password": None},
        {"again": "something else"},
        {"new_password": "woaini1314520", "again": "woaini1314520"},
    ],
)
def test_without_the_present_password_nothing_changes(app, wrong):
    browser, key = signed_in(app, an_agent())
    before = person_of(key).password_hash
    data = {"password": PASSWORD, "new_password": NEW, "again": NEW} | wrong
    answer = browser.post("/me/password", {name: value for name, value in data.items() if value is not None})
    assert answer.status_code == 422
    assert person_of(key).password_hash == before
    assert letters("password_changed") == []


def test_guessing_the_present_password_from_inside_is_limited(app):
    browser, _ = signed_in(app, an_agent())
    data = {"password": "not the present one", "new_password": NEW, "again": NEW}
    assert [browser.post("/me/password", data).status_code for _n in range(6)] == [422] * 5 + [429]


def test_fields_nobody_asked_for_change_nothing(app):
    browser, key = signed_in(app, an_agent())
    browser.post(
        "/me/name",
        {
            "name": "新名字",
            "title": "",
            "roles": "administrator",
            "email": "x@y",
            "disabled_at": "",
            "customer_id": "1",
        },
    )
    person = person_of(key)
    assert (person.name, person.roles, person.customer_id) == ("新名字", ["agent"], None)
    assert person.email != "x@y"


# ---- address ----


def test_a_new_address_takes_the_password_and_is_told_to_both(app):
    browser, key = signed_in(app, an_agent())
    old = person_of(key).email

    assert browser.post("/me/address", {"email": "new@example.test", "phone": "138 0000 0000"}).status_code == 422
    assert person_of(key).email == old
    answer = browser.post("/me/address", {"email": "New@example.test", "phone": "138 0000 0000", "password": PASSWORD})

    assert answer.location == "/me"
    assert person_of(key).email == "new@example.test"
    assert sorted(letter.to_address or "" for letter in letters("address_changed")) == ["", old]
    assert browser.page("/notices").select(".notice-row").__len__() == 1


@pytest.mark.parametrize("email", ["", "no address", "a@b\r\nBcc: c@d", "a@b, c@d", "<a@b>", "x" * 121 + "@y"])
def test_what_is_no_address_is_refused(app, email):
    browser, key = signed_in(app, an_agent())
    assert browser.post("/me/address", {"email": email, "phone": "", "password": PASSWORD}).status_code == 422


def test_the_address_of_somebody_else_is_refused_beside_the_field(app):
    browser, _ = signed_in(app, an_agent())
    answer = browser.post("/me/address", {"email": an_agent().email, "phone": "", "password": PASSWORD})
    assert answer.status_code == 422
    assert "cannot be used here" in answer.text


# ---- second factor ----


def test_a_second_factor_is_set_up_with_a_square_a_key_and_recovery_codes(app):
    browser, key = signed_in(app, an_agent())
    assert browser.post("/me/second-factor/begin", {}).status_code == 422
    assert browser.post("/me/second-factor/begin", {"password": PASSWORD}).location == "/me/second-factor"
    page = browser.page("/me/second-factor")
    secret = page.select_one("code.key").get_text().replace(" ", "").strip()
    assert page.select_one("img.qr")["src"].startswith("data:image/svg+xml")
    assert secret == person_of(key).totp_secret

    assert browser.post("/me/second-factor/confirm", {"code": "000000"}).status_code == 422
    shown = browser.post("/me/second-factor/confirm", {"code": code_of(secret)})

    codes = [
        code.get_text() for code in __import__("bs4").BeautifulSoup(shown.text, "html.parser").select(".codes code")
    ]
    assert len(codes) == 10
    assert person_of(key).has_second_factor
    assert all(code not in str(person_of(key).recovery_hashes) for code in codes)
    assert "recovery" not in browser.get("/me/second-factor").text.replace("ecovery codes", "")
    assert codes[0] not in browser.get("/me/second-factor").text
    assert len(letters("second_factor_changed")) == 1
    other = Browser(app)
    enter(other, person_of(key).email)
    assert other.post("/sign-in/code", {"code": codes[0]}).status_code == 303


def test_confirming_twice_gives_no_second_set_of_codes(app):
    browser, key = signed_in(app, an_agent())
    browser.post("/me/second-factor/begin", {"password": PASSWORD})
    secret = person_of(key).totp_secret
    browser.post("/me/second-factor/confirm", {"code": code_of(secret)})
    assert (
        browser.post("/me/second-factor/confirm", {"code": code_of(secret, timedelta(seconds=30))}).status_code == 409
    )


def test_taking_it_off_takes_password_and_code_unless_it_must_stay(app):
    email, secret = with_factor(an_agent())
    browser = Browser(app)
    at = clock.now()
    with clock.frozen_at(at):
        enter(browser, email)
        browser.post("/sign-in/code", {"code": code_of(secret)})
        assert browser.post("/me/second-factor/off", {"password": PASSWORD}).status_code == 422
        assert browser.post("/me/second-factor/off", {"password": PASSWORD, "code": code_of(secret)}).status_code == 422
    with clock.frozen_at(at + timedelta(seconds=31)):
        with transaction():
            settings.change("security", None, staff_second_factor=True)
        assert (
            browser.post(
                "/me/second-factor/off", {"password": PASSWORD, "code": pyotp.TOTP(secret).at(clock.now())}
            ).status_code
            == 409
        )
        with transaction():
            settings.change("security", None, staff_second_factor=False)
        assert (
            browser.post(
                "/me/second-factor/off", {"password": PASSWORD, "code": pyotp.TOTP(secret).at(clock.now())}
            ).status_code
            == 303
        )
    assert db.session.scalars(db.select(Person.totp_secret).where(Person.email == email)).one() is None


def test_whoever_must_have_one_is_led_there_and_nowhere_else(app):
    with transaction():
        settings.change("security", None, staff_second_factor=True)
    browser, _ = signed_in(app, a_person(Role.SECURITY_ADMIN))
    assert browser.get("/staff/people").location == "/me/second-factor"
    assert browser.get("/me/second-factor").status_code == 200


# ---- sessions ----


def test_own_sessions_are_listed_in_words_and_ended(app):
    browser, key = signed_in(app, an_agent())
    other = Browser(app)
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0"
    other.post("/sign-in", {"email": person_of(key).email, "password": PASSWORD}, headers={"User-Agent": agent})
    page = browser.page("/me/sessions")

    assert "WeChat on iOS" in page.get_text()
    assert len(page.select("form[action$='/end']")) == 1
    answer = browser.post(page.select_one("form[action$='/end']")["action"])

    assert answer.location == "/me/sessions"
    assert not is_in(other)
    assert is_in(browser)


def test_all_others_are_ended_at_once(app):
    browser, key = signed_in(app, an_agent())
    others = [Browser(app) for _ in range(3)]
    for other in others:
        enter(other, person_of(key).email)
    browser.post("/me/sessions/end-others")
    assert [is_in(b) for b in (browser, *others)] == [True, False, False, False]
    assert "person.sessions_ended" in verbs()


def test_ending_sessions_later_takes_the_password_again(app):
    at = clock.now()
    with clock.frozen_at(at):
        browser, key = signed_in(app, an_agent())
        other = Browser(app)
        enter(other, person_of(key).email)
    with clock.frozen_at(at + timedelta(minutes=11)):
        answer = browser.post("/me/sessions/end-others", headers={"Referer": "http://localhost/me/sessions"})
        assert answer.location == "/me/proof?next=/me/sessions"
        assert is_in(other)
        assert browser.post("/me/proof", {"password": "wrong", "next": "/me/sessions"}).status_code == 422
        with browser.client.session_transaction() as session:
            before = dict(session)
        assert browser.post("/me/proof", {"password": PASSWORD, "next": "/me/sessions"}).location == "/me/sessions"
        thief = Browser(app)
        with thief.client.session_transaction() as session:
            session.update(before)
        assert not is_in(thief)
        browser.post("/me/sessions/end-others")
        assert not is_in(other)


def test_a_form_that_had_to_wait_for_the_proof_is_taken_when_it_is_sent_again(app):
    at = clock.now()
    with clock.frozen_at(at):
        browser, key = signed_in(app, an_agent())
        other = Browser(app)
        enter(other, person_of(key).email)
    form = {"submission_key": "the form that was put off"}
    with clock.frozen_at(at + timedelta(minutes=11)):
        assert "/me/proof" in browser.post("/me/sessions/end-others", form).location
        browser.post("/me/proof", {"password": PASSWORD, "next": "/me/sessions"})

        assert browser.post("/me/sessions/end-others", form).location == "/me/sessions"
        assert not is_in(other)


def test_a_security_administrator_does_not_end_others_sessions_here(app, sign_in):
    browser = sign_in(a_person(Role.SECURITY_ADMIN))
    other = an_agent()
    theirs = sign_in(other)
    key = db.session.scalars(db.select(SignIn.id).where(SignIn.person_id == other.id)).one()
    assert browser.post(f"/me/sessions/{key}/end").status_code == 404
    assert is_in(theirs)


# ---- language, theme, letters, notices ----


def test_language_and_light_are_kept_with_the_person_and_in_the_browser(app, sign_in):
    person = an_agent()
    key = person.id
    browser = sign_in(person)
    answer = browser.post("/language", {"language": "zh_Hans_CN", "next": "/me?x=1"})
    browser.post("/theme", {"theme": "dark", "next": "/me"})
    assert answer.location == "/me?x=1"
    assert (person_of(key).language, person_of(key).theme) == ("zh_Hans_CN", "dark")
    assert browser.page("/me").html["lang"] == "zh-CN"

    nobody = Browser(app)
    nobody.post("/language", {"language": "en", "next": "/sign-in"})
    assert nobody.page("/sign-in").html["lang"] == "en"
    assert nobody.post("/language", {"language": "xx", "next": "//evil.example"}).location == "/start"
    assert nobody.page("/sign-in").html["lang"] == "en"


def test_letters_that_are_not_wanted_are_kept_out_of_the_mail(app, sign_in):
    person = a_person()
    key = person.id
    browser = sign_in(person)
    browser.post("/me/letters", {"mailed": ["ticket_accepted"]})
    assert person_of(key).preferences["letters_muted"] == [
        "ticket_opened",
        "ticket_closed",
        "rating_asked",
        "ticket_merged",
    ]
    assert browser.post("/me/letters", {"mailed": ["password_changed"]}).status_code == 422


def test_notices_lead_to_what_they_are_about_and_are_read_then(app, sign_in):
    person = a_person()
    ticket = a_ticket(by=person, moved=("accept", "reply"))
    number, key = ticket.id, person.id
    browser = sign_in(db.session.get_one(Person, key))
    with clock.shifted_by(timedelta(minutes=1)):
        page = browser.page("/notices")
        rows = page.select(".notice-row.unread")
        assert len(rows) >= 2
        assert page.select_one(".account-summary .count").get_text().split()[0] == str(len(rows))
        answer = browser.post(rows[0].select_one("form")["action"])
        assert answer.location == f"/tickets/{number}"
        assert len(browser.page("/notices").select(".notice-row.unread")) == len(rows) - 1
        browser.post("/notices/read")
        assert browser.page("/notices?show=new").select(".notice-row") == []


def test_notices_of_somebody_else_do_not_exist(app, sign_in):
    mine, theirs = a_person(), a_person()
    a_ticket(by=theirs, moved=("accept",))
    letter = db.session.scalars(db.select(Letter.id).where(Letter.to_id == theirs.id)).first()
    for browser in (sign_in(mine), sign_in(a_person(Role.ADMINISTRATOR))):
        browser.post(f"/notices/{letter}/open")
    db.session.expunge_all()
    assert db.session.get_one(Letter, letter).read_at is None


def test_a_long_list_of_notices_goes_on_and_costs_no_more(app, sign_in, statements):
    person = a_person()
    with transaction():
        from portal.domain import outbox

        for n in range(25):
            outbox.post("password_changed", db.session.get_one(Person, person.id), key=str(n))
    browser = sign_in(person)
    browser.get("/me")
    statements.clear()
    page = browser.page("/notices")
    assert len(statements) == 3  # who asks (with the count), the settings' revisions, the letters
    assert len(page.select(".notice-row")) == 20
    older = page.select_one("a[rel=next]")["href"]
    assert len(browser.page(older).select(".notice-row")) == 5
    assert browser.page("/notices?after=nonsense~x").select(".notice-row")
