"""Links that work once: invitations, forgotten passwords, setting up a portal; and what may be a password."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.access import passwords
from portal.db import db, transaction
from portal.domain import installation, outbox, settings
from portal.domain.journal import verify
from portal.domain.outbox import Letter
from portal.domain.people import accounts, actions, links
from portal.domain.people.models import Department, Person, SecretLink, SignIn
from portal.domain.people.roles import Role
from portal.domain.settings import Revision
from portal.web import mail
from tests.access.test_sign_in import PASSWORD, enter, is_in, with_factor, with_password
from tests.factories import a_customer, a_person, again, an_agent
from tests.pages import Browser

NEW = "three sparrows on a wire"


def a_link(purpose, person):
    with transaction():
        return links.secret_of(links.make(purpose, db.session.get_one(Person, person.id)))


def invited(by=None, **facts):
    """An invited person, and what the letter's link holds."""
    by = again(by or a_person(Role.SECURITY_ADMIN))
    with transaction():
        person = actions.invite(again(by), "new@example.test", "新人", [Role.AGENT], **facts)
        key = person.id
    person = db.session.get_one(Person, key)
    return person, links.open_secret(links.INVITATION, person)


def choose(browser, path, password=NEW, **facts):
    return browser.post(path, {"new_password": password, "again": password, "name": "新来的"} | facts)


def test_an_invited_person_chooses_a_password_and_then_signs_in(app):
    _, secret = invited()
    browser = Browser(app)

    page = browser.page(f"/invitation/{secret}")
    answer = choose(browser, f"/invitation/{secret}")

    assert page.select_one("[name=name]")["value"] == "新人"
    assert page.select_one("[name=new_password]")["autocomplete"] == "new-password"
    assert answer.location == "/sign-in"
    assert not is_in(browser)
    assert enter(browser, "new@example.test", NEW).status_code == 303
    assert db.session.scalars(db.select(Person.name).where(Person.email == "new@example.test")).one() == "新来的"


def test_looking_at_a_link_uses_nothing_up(app):
    _, secret = invited()
    for _n in range(3):
        assert Browser(app).get(f"/invitation/{secret}").status_code == 200
    assert choose(Browser(app), f"/invitation/{secret}").status_code == 303


@pytest.mark.parametrize("way", ["invitation", "reset"])
def test_used_expired_unknown_and_foreign_links_look_the_same(app, way):
    person, secret = invited()
    at = clock.now()
    reset = a_link(links.RESET, with_and_get(an_agent()))
    good = {"invitation": secret, "reset": reset}[way]
    other = {"invitation": reset, "reset": secret}[way]
    with clock.frozen_at(at + timedelta(hours=73)):
        late = Browser(app).get(f"/{way}/{good}")
    assert choose(Browser(app), f"/{way}/{good}").status_code == 303
    answers = [Browser(app).get(f"/{way}/{s}") for s in (good, other, "x" * 43, "x", "汉" * 20, "a" * 3000)]

    texts = {re.sub(r'"[\w.-]{60,}"', "", a.text).replace(a.request.path, "") for a in answers}
    assert {a.status_code for a in [late, *answers]} == {404}
    assert len({re.sub(r'name="next" value="[^"]*"', "", text) for text in texts}) == 1
    assert [choose(Browser(app), f"/{way}/{s}").status_code for s in (good, other, "x" * 43)] == [404, 404, 404]


def test_guessing_links_hashes_nothing_and_ends_after_twenty_an_hour(app):
    seen = []
    kept, passwords.hash_of = passwords.hash_of, lambda password: seen.append(password) or kept(password)
    try:
        answers = [choose(Browser(app), f"/reset/{'x' * 40}{n:03}").status_code for n in range(21)]
    finally:
        passwords.hash_of = kept

    assert answers == [404] * 20 + [429]
    assert seen == []
    person, secret = invited()
    assert choose(Browser(app), f"/invitation/{secret}").status_code == 303, "a right link is no guess"
    with clock.shifted_by(timedelta(hours=2)):
        assert choose(Browser(app), "/reset/" + "y" * 43).status_code == 404


def with_and_get(person):
    with_password(person)
    return db.session.get_one(Person, person.id)


def test_a_newer_invitation_ends_the_older_one(app):
    person, first = invited()
    admin = a_person(Role.SECURITY_ADMIN)
    with transaction():
        actions.invite_again(again(person), again(admin))
    assert Browser(app).get(f"/invitation/{first}").status_code == 404


def test_the_secret_lies_neither_in_the_row_nor_in_the_letter_and_no_page_shows_it(app):
    person, secret = invited()
    letter = db.session.scalars(db.select(Letter).where(Letter.template == "invitation")).one()
    row = db.session.scalars(db.select(SecretLink)).one()

    assert secret not in str(letter.facts)
    assert secret not in row.token_hash
    with app.test_request_context():
        reader = again(person)
        assert secret not in mail.said(letter, reader).path
        assert mail.said(letter, reader, secrets=True).path == f"/invitation/{secret}"
    assert len(secret) >= 43


@pytest.mark.parametrize(
    "template",
    ["invitation", "password_reset", "password_changed", "new_device", "second_factor_changed", "address_changed"],
)
@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_every_letter_about_an_account_can_be_written(app, template, language):
    person, _ = invited()
    link = db.session.scalars(db.select(SecretLink)).one()
    facts = {
        "by": "{{7*7}}", "host": "<b>", "link_id": link.id, "seen_at": clock.now().isoformat(), "address": "::1",
        "browser": "Chrome", "system": "Windows", "is_on": True, "old": "a@b", "new": "c@d",
    }  # fmt: skip
    with transaction():
        outbox.post(template, db.session.get_one(Person, person.id), key="x", **facts)
        db.session.get_one(Person, person.id).language = language
    letter = db.session.scalars(db.select(Letter).where(Letter.template == template).order_by(Letter.id.desc())).first()
    with app.test_request_context():
        said = mail.said(letter, again(person), secrets=True)
    assert said.subject
    assert said.paragraphs
    assert said.path.startswith("/")
    assert "49" not in said.subject


# ---- forgotten ----


def test_a_forgotten_password_is_answered_alike_whoever_asks(app):
    _, email = with_password(an_agent())
    known, unknown = Browser(app), Browser(app)

    answers = known.post("/forgotten", {"email": email}), unknown.post("/forgotten", {"email": "nobody@example.test"})

    assert {(a.status_code, a.location) for a in answers} == {(303, "/forgotten/asked")}
    assert len(db.session.scalars(db.select(Letter).where(Letter.template == "password_reset")).all()) == 1


def test_a_reset_ends_everything_else_and_asks_for_the_second_factor(app):
    email, secret = with_factor(an_agent())
    person = db.session.scalars(db.select(Person).where(Person.email == email)).one()
    inside = Browser(app, person)
    link = a_link(links.RESET, db.session.scalars(db.select(Person).where(Person.email == email)).one())
    browser = Browser(app)

    answer = choose(browser, f"/reset/{link}")

    assert answer.location == "/sign-in"
    assert not is_in(browser)
    assert not is_in(inside)
    assert enter(browser, email, NEW).location.startswith("/sign-in/code")
    assert [letter.template for letter in db.session.scalars(db.select(Letter))] == ["password_changed"]


def test_a_reset_link_dies_with_a_newer_one_with_time_and_with_a_new_address(app):
    key, email = with_password(an_agent())
    person = db.session.get_one(Person, key)
    first, at = a_link(links.RESET, person), clock.now()
    second = a_link(links.RESET, person)
    assert Browser(app).get(f"/reset/{first}").status_code == 404
    with clock.frozen_at(at + timedelta(minutes=31)):
        assert Browser(app).get(f"/reset/{second}").status_code == 404
    assert Browser(app).get(f"/reset/{second}").status_code == 200
    with transaction():
        accounts.reach(db.session.get_one(Person, key), "other@example.test", "")
    assert Browser(app).get(f"/reset/{second}").status_code == 404


def test_three_letters_an_hour_are_enough(app):
    _, email = with_password(an_agent())
    browser = Browser(app)
    answers = [browser.post("/forgotten", {"email": email}).status_code for _ in range(4)]
    assert answers == [303, 303, 303, 429]
    unknown = [browser.post("/forgotten", {"email": "nobody@example.test"}).status_code for _ in range(4)]
    assert unknown == [303, 303, 303, 429]


# ---- what may be a password ----


@pytest.mark.parametrize(
    "password",
    [
        "short eleven", "woaini1314520", "password12345", "Passw0rd!!!!", "qwertyuiop123", "abcabcabcabcabc", "111111111111",
        "1234567890123", "zyxwvutsrqpon", "passwordpassword", "ｐａｓｓｗｏｒｄ１２３４", "海川之家 in the hills", "my dakehu words",
        "申江通信 and more words", "wangxiaohua@work", "x" * 129,
    ],
)  # fmt: skip
def test_what_others_would_guess_first_is_refused(app, password):
    with transaction():
        customer = a_customer(short_name="海川", name="海川物流公司")
    person = again(a_person(customer=customer, email="wangxiaohua@example.test"))
    with app.test_request_context():
        assert passwords.fault_of(password[: None if len(password) != 12 else 11], person) is not None


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "abcdefghijkqlmnoprst", " leading blank 汉字 🙂", "x y" * 42, "kein zeichen noetig"],
)
def test_a_phrase_needs_no_figures_and_no_signs(app, password):
    with app.test_request_context():
        assert passwords.fault_of(password, again(an_agent())) is None


def test_the_shipped_list_is_long_and_knows_the_favourites_here():
    known = passwords._common()
    assert len(known) > 3000
    assert {"123456", "password", "woaini1314", "5201314", "qq123456", "1qaz2wsx", "admin888"} <= known


@pytest.mark.parametrize(
    "wrong", [{"new_password": "short"}, {"again": "another one entirely"}, {"name": ""}, {"name": "x" * 61}]
)
def test_a_form_with_a_gap_comes_back_and_the_link_stays(app, wrong):
    _, secret = invited()
    answer = choose(Browser(app), f"/invitation/{secret}", **wrong)
    assert answer.status_code == 422
    assert NEW not in answer.text
    assert choose(Browser(app), f"/invitation/{secret}").status_code == 303


# ---- setting up ----

OPENING = {
    "company": "申江汽车", "short_name": "申汽", "pack": "cars", "language": "en", "zone": "Asia/Shanghai",
    "mail_from": "portal@shenqi.example", "name": "First Person", "email": "First@shenqi.example",
    "new_password": NEW, "again": NEW,
}  # fmt: skip


@pytest.fixture
def bare(app):
    """A portal nobody has set up."""
    with transaction():
        for table in (Department, Revision):
            db.session.execute(db.delete(table))
    for kept in (settings._document, settings._policy, settings._calendar, settings._values):
        kept.cache_clear()
    return app


def set_up_link():
    with transaction():
        return installation.new_link()


def test_before_set_up_every_page_leads_to_the_one_that_says_so(bare):
    browser = Browser(bare)
    assert browser.get("/sign-in").location == "/set-up"
    assert browser.get("/").location == "/set-up"
    assert browser.get("/staff/people").location == "/set-up"
    assert "set-up-link" in browser.get("/set-up").text


def test_a_portal_is_set_up_once_by_its_link(bare):
    secret = set_up_link()
    browser = Browser(bare)
    assert browser.get(f"/set-up/{secret}").status_code == 200

    answer = browser.post(f"/set-up/{secret}", OPENING)

    assert answer.location == "/sign-in"
    person = db.session.scalars(db.select(Person)).one()
    assert (person.email, person.roles) == ("first@shenqi.example", ["administrator", "security_admin"])
    assert settings.company().name == "申江汽车"
    assert settings.policy().name.en.startswith("Car")
    assert db.session.scalar(db.select(db.func.count()).select_from(Department)) == len(settings.policy().departments)
    assert verify() == []
    assert enter(browser, OPENING["email"], NEW).status_code == 303
    assert browser.get("/notices").status_code == 200
    assert Browser(bare).get("/set-up").status_code == 404
    assert Browser(bare).get(f"/set-up/{secret}").status_code == 404
    assert Browser(bare).post(f"/set-up/{secret}", OPENING | {"email": "second@x.example"}).status_code == 404


def test_a_wrong_link_sets_nothing_up_and_takes_no_file(bare):
    import io

    set_up_link()
    store = bare.extensions["files"].folder
    before = sorted(store.rglob("*")) if store.exists() else []
    answer = Browser(bare).post("/set-up/" + "x" * 43, OPENING | {"logo": (io.BytesIO(b"x" * 100), "logo.png")})
    assert answer.status_code == 404
    assert (sorted(store.rglob("*")) if store.exists() else []) == before
    assert db.session.scalars(db.select(Person)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"company": ""},
        {"pack": "banks"},
        {"zone": "Mars/Olympus"},
        {"email": "no address"},
        {"new_password": "password1234", "again": "password1234"},
    ],
)
def test_a_set_up_with_a_gap_leaves_nothing(bare, wrong):
    secret = set_up_link()
    assert Browser(bare).post(f"/set-up/{secret}", OPENING | wrong).status_code == 422
    assert not installation.is_set_up()
    assert db.session.scalars(db.select(Person)).all() == []
    assert Browser(bare).get(f"/set-up/{secret}").status_code == 200


def test_a_newer_set_up_link_ends_the_older_one(bare):
    first = set_up_link()
    set_up_link()
    assert Browser(bare).get(f"/set-up/{first}").status_code == 404


def test_the_logo_is_kept(bare):
    import io

    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "#336699").save(picture, "PNG")
    secret = set_up_link()
    browser = Browser(bare)
    answer = browser.post(
        f"/set-up/{secret}",
        OPENING | {"logo": (io.BytesIO(picture.getvalue()), "标志.png")},
        content_type="multipart/form-data",
    )
    assert answer.location == "/sign-in"
    assert settings.company().logo
    assert PASSWORD != NEW
    assert db.session.scalars(db.select(SignIn)).all() == []


def test_an_empty_set_up_names_its_mistakes_in_the_order_of_the_page(bare):
    page = BeautifulSoup(Browser(bare).post(f"/set-up/{set_up_link()}", {}).text, "html.parser")
    places = [one["id"] for one in page.select("main [id]")]
    named = [link["href"].removeprefix("#") for link in page.select(".errors a")]
    assert len(named) > 7
    assert named == sorted(named, key=places.index)
