"""People, rights, approvals by two, and the rules of signing in: the security administrator's, and nobody else's."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.journal import Entry, verify
from portal.domain.people import actions
from portal.domain.people.models import Person, SignIn
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from tests.access.test_sign_in import enter, is_in, letters, with_factor, with_password
from tests.factories import a_caller, a_customer, a_department, a_handler, a_person, a_provider, an_agent
from tests.factories import again as again_whole
from tests.pages import Browser


@pytest.fixture
def desk(app, sign_in):
    """A security administrator, signed in; a second one exists."""
    admin = a_person(Role.SECURITY_ADMIN, name="安全甲")
    a_person(Role.SECURITY_ADMIN, name="安全乙")
    browser = sign_in(admin)
    browser.key = admin.id
    return browser


def again(key):
    db.session.expunge_all()
    return db.session.get_one(Person, key)


def invite(browser, roles, **facts):
    return browser.post(
        "/staff/people/invite", {"name": "新人", "email": "new@example.test", "roles": roles, "party": ""} | facts
    )


def names(page):
    return [link.get_text() for link in page.select("tbody th a")]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECURITY_ADMIN])
@pytest.mark.parametrize("path", ["/staff/people", "/staff/people/invite", "/staff/people/unused", "/staff/security"])
def test_nobody_else_has_these_pages(app, sign_in, role, path):
    assert sign_in(a_person(role)).get(path).status_code == 403


def test_the_list_narrows_by_role_party_state_and_words(desk):
    provider, department = a_provider(), a_department()
    key = provider.id
    a_handler(provider, name="服务商的人")
    a_handler(department, name="部门的人")
    with_password(an_agent(name="客服甲"), disabled_at=clock.now())
    a_person(name="客户的人")

    assert set(names(desk.page("/staff/people"))) == {"安全甲", "安全乙", "服务商的人", "部门的人", "客服甲"}
    assert names(desk.page("/staff/people?side=customers")) == ["客户的人"]
    assert names(desk.page("/staff/people?role=agent")) == ["客服甲"]
    assert names(desk.page("/staff/people?role=manager")) == []
    assert names(desk.page(f"/staff/people?party=provider-{key}")) == ["服务商的人"]
    assert names(desk.page("/staff/people?state=disabled")) == ["客服甲"]
    assert set(names(desk.page("/staff/people?said=服务"))) == {"服务商的人"}
    assert names(desk.page("/staff/people?said=%25")) == []


@pytest.mark.parametrize(
    "query",
    [
        "party=provider-99999999999999999999",
        "party=x",
        "after=~",
        "after=x~99999999999999999999",
        "role='",
        "side=\x00",
        "said=" + "x" * 5000,
    ],
)
def test_addresses_made_up_do_no_harm(desk, query):
    assert desk.get(f"/staff/people?{query}").status_code == 200


@pytest.mark.parametrize("count", [1, 60])
def test_a_long_list_costs_no_more_than_a_short_one(desk, statements, count):
    with transaction():
        for n in range(count):
            db.session.add(
                Person(
                    name=f"员工{n:03}",
                    email=f"e{n}@x.test",
                    roles=["agent"],
                    made_at=clock.now(),
                    preferences={},
                    recovery_hashes=[],
                )
            )
    desk.get("/staff/people")
    statements.clear()
    page = desk.page("/staff/people")
    assert len(statements) == 6  # who asks, the settings' revisions, people, when seen, departments, providers
    if count == 60:
        assert len(names(page)) == 50
        assert len(names(desk.page(page.select_one("a[rel=next]")["href"]))) == 12


def test_staff_are_invited_with_several_roles_and_a_department(desk):
    department = a_department()
    answer = invite(desk, ["agent", "handler"], party=f"department-{department.id}")
    person = db.session.scalars(db.select(Person).where(Person.email == "new@example.test")).one()
    assert answer.location == f"/staff/people/{person.id}"
    assert (person.roles, person.department_id, person.customer_id) == (["agent", "handler"], department.id, None)
    assert len(letters("invitation")) == 1


def test_without_a_mail_server_the_link_is_handed_over_once(desk):
    answer = invite(desk, ["agent"])
    assert "http://portal.test/invitation/" in desk.get(answer.location).text
    assert "/invitation/" not in desk.get(answer.location).text


@pytest.mark.parametrize(
    "roles",
    [
        ["administrator", "security_admin"],
        ["security_admin", "auditor"],
        ["administrator", "auditor"],
        [],
        ["org_admin"],
        ["agent", "org_member"],
        ["handler"],
        ["root"],
    ],
)
def test_roles_that_do_not_go_together_are_refused(desk, roles):
    assert invite(desk, roles).status_code == 422
    assert db.session.scalars(db.select(Person).where(Person.email == "new@example.test")).all() == []


def test_a_providers_people_are_handlers_and_nothing_else(desk):
    party = f"provider-{a_provider().id}"
    assert invite(desk, ["handler", "agent"], party=party).status_code == 422
    assert invite(desk, ["handler"], party=party).status_code == 303


def test_staff_are_told_of_an_account_that_exists(desk):
    person = a_person()
    assert invite(desk, ["agent"], email=person.email.upper()).status_code == 422


def test_other_roles_are_felt_at_the_next_request(app, desk):
    key, email = with_password(an_agent())
    theirs = Browser(app)
    enter(theirs, email)
    assert theirs.get("/staff/queue/").status_code == 200

    answer = desk.post(f"/staff/people/{key}/roles", {"roles": ["auditor"], "party": ""})

    assert answer.location == f"/staff/people/{key}"
    assert theirs.get("/staff/queue/").location.startswith("/sign-in")
    enter(theirs, email)
    assert theirs.get("/staff/queue/").status_code == 403
    entry = db.session.scalars(db.select(Entry).where(Entry.verb == "person.roles_given")).one()
    assert (entry.was, entry.became, entry.by_id) == ("agent", "auditor", desk.key)
    assert verify() == []


def test_nobody_gives_roles_to_themselves(desk):
    assert (
        desk.post(f"/staff/people/{desk.key}/roles", {"roles": ["security_admin", "manager"], "party": ""}).status_code
        == 422
    )
    assert again(desk.key).roles == ["security_admin"]


def test_the_last_security_administrator_stays(app, sign_in):
    first, second = a_person(Role.SECURITY_ADMIN), a_person(Role.SECURITY_ADMIN)
    keys = first.id, second.id
    one, other = sign_in(first), sign_in(db.session.get_one(Person, keys[1]))
    assert one.post(f"/staff/people/{keys[1]}/disable", {"why": "left"}).status_code == 303
    assert other.get("/staff/people").status_code == 303
    with transaction():
        db.session.get_one(Person, keys[1]).disabled_at = None
        db.session.get_one(Person, keys[1]).roles = ["agent"]
    assert one.post(f"/staff/people/{keys[0]}/disable", {"why": "me"}).status_code == 422


def test_a_customers_person_gets_no_role_of_staff(desk):
    key = a_person().id
    assert desk.post(f"/staff/people/{key}/roles", {"roles": ["agent"]}).status_code == 422
    assert desk.post(f"/staff/people/{key}/roles", {"roles": ["org_admin"]}).status_code == 303
    assert again(key).roles == ["org_admin"]


def test_a_disabled_account_is_out_at_once_and_wants_a_reason(app, desk):
    key, email = with_password(an_agent())
    theirs = Browser(app)
    enter(theirs, email)
    assert desk.post(f"/staff/people/{key}/disable", {"why": " "}).status_code == 422
    assert is_in(theirs)
    desk.post(f"/staff/people/{key}/disable", {"why": "已离职"})
    assert not is_in(theirs)
    desk.post(f"/staff/people/{key}/enable")
    assert enter(theirs, email).status_code == 303


def test_sessions_are_ended_from_outside(app, desk):
    key, email = with_password(an_agent())
    theirs = Browser(app)
    enter(theirs, email)
    desk.post(f"/staff/people/{key}/end-sessions")
    assert not is_in(theirs)


def test_no_page_shows_or_sets_a_password(desk):
    key, _ = with_password(an_agent())
    page = desk.page(f"/staff/people/{key}")
    assert "argon2" not in page.decode()
    assert page.select("input[type=password]") == []


# ---- a lost second factor takes two ----


def test_a_lost_second_factor_takes_two(app, sign_in, desk):
    email, _ = with_factor(an_agent())
    person = db.session.scalars(db.select(Person.id).where(Person.email == email)).one()
    manager = a_person(Role.MANAGER)
    second = sign_in(manager)

    desk.post(f"/staff/people/{person}/factor-reset", {"why": "手机丢了"})
    approval = int(second.page("/staff/people/approvals").select_one("form[action$='/grant']")["action"].split("/")[-2])

    assert "Somebody else has to decide" in desk.get("/staff/people/approvals").text
    assert desk.post(f"/staff/people/approvals/{approval}/grant").status_code == 409
    assert again(person).has_second_factor
    assert len(letters("approval_asked")) == 2
    assert second.post(f"/staff/people/approvals/{approval}/grant").status_code == 303
    assert not again(person).has_second_factor
    assert second.post(f"/staff/people/approvals/{approval}/grant").status_code == 409
    assert len(letters("second_factor_changed")) == 1


def test_the_second_person_may_decline(app, sign_in, desk):
    email, _ = with_factor(an_agent())
    person = db.session.scalars(db.select(Person.id).where(Person.email == email)).one()
    desk.post(f"/staff/people/{person}/factor-reset", {"why": "手机丢了"})
    assert desk.post(f"/staff/people/{person}/factor-reset", {"why": "again"}).status_code == 422
    sign_in(a_person(Role.MANAGER)).post("/staff/people/approvals/1/decline")
    assert again(person).has_second_factor
    assert db.session.scalars(db.select(Entry.verb).where(Entry.verb == "person.factor_reset_declined")).one()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR, Role.AUDITOR, Role.ORG_ADMIN])
def test_only_managers_and_security_administrators_approve(app, sign_in, desk, role):
    email, _ = with_factor(an_agent())
    person = db.session.scalars(db.select(Person.id).where(Person.email == email)).one()
    desk.post(f"/staff/people/{person}/factor-reset", {"why": "手机丢了"})
    assert sign_in(a_person(role)).post("/staff/people/approvals/1/grant").status_code == 403


# ---- unused accounts, delicate things ----


def test_accounts_nobody_uses_are_listed(app, desk):
    old, at = clock.now() - timedelta(days=120), clock.now()
    unused, fresh, used = (
        an_agent(name="很久没来", made_at=old),
        an_agent(name="刚来"),
        a_caller(name="常来", made_at=old),
    )
    with transaction():
        db.session.add(SignIn(token_hash="a" * 64, person_id=used.id, begun_at=at, seen_at=at, proved_at=at))
        db.session.add(SignIn(token_hash="b" * 64, person_id=unused.id, begun_at=old, seen_at=old, proved_at=old))
    assert names(desk.page("/staff/people/unused")) == ["很久没来"]
    assert fresh is not None


@pytest.mark.parametrize(
    "path", ["/staff/people/invite", "/staff/people/{}/roles", "/staff/people/{}/factor-reset", "/staff/security"]
)
def test_delicate_things_ask_who_it_is_when_the_password_is_ten_minutes_old(desk, path):
    key = an_agent().id
    with transaction():
        db.session.execute(db.update(SignIn).values(proved_at=clock.now() - timedelta(minutes=11)))
    assert desk.post(path.format(key), {}).location.startswith("/me/proof")


# ---- the rules of signing in ----


def rules_of(page):
    form = page.select_one("form[action='/staff/security']")
    values = {
        i["name"]: i.get("value", "")
        for i in form.select("input")
        if i.get("type") != "checkbox" and i["name"] not in ("csrf_token", "submission_key")
    }
    return values | {i["name"]: "y" for i in form.select("input[type=checkbox][checked]")}


def test_rules_are_changed_with_a_reason_and_a_history(desk):
    values = rules_of(desk.page("/staff/security"))
    assert desk.post("/staff/security", values | {"password_min": "16"}).status_code == 422

    answer = desk.post(
        "/staff/security",
        values | {"password_min": "16", "words_refused": "shenjiang，申江, , 大客户", "why": "按等保要求"},
    )

    assert answer.location == "/staff/security"
    assert settings.security().password_min == 16
    assert settings.security().words_refused == ("shenjiang", "申江", "大客户")
    page = desk.page("/staff/security")
    assert "12 → 16" in page.get_text()
    assert "按等保要求" in page.get_text()
    assert "安全甲" in page.select_one("#history").get_text()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password_min", "7"),
        ("password_min", "x"),
        ("failures_allowed", "1000"),
        ("invitation_hours", "73"),
        ("reset_minutes", "31"),
        ("staff_idle_minutes", "0"),
        ("absolute_hours", "-1"),
        ("failures_a_day", "9" * 400),
    ],
)
def test_nobody_switches_the_limits_off(desk, name, value):
    values = rules_of(desk.page("/staff/security")) | {"why": "x", name: value}
    before = settings.security()
    assert desk.post("/staff/security", values).status_code == 422
    assert settings.security() == before


def test_what_a_customer_is_called_is_no_password_for_its_people(app):
    from portal.access import passwords
    from tests.factories import again as whole

    person = whole(a_person(customer=a_customer(short_name="蓝鲸")))
    with app.test_request_context():
        assert passwords.fault_of("在蓝鲸 上班的第一天 很高兴", person)


@pytest.mark.parametrize("of", ["customer", "provider"])
def test_people_of_a_closed_party_stay_out(desk, of):
    party = a_customer() if of == "customer" else a_provider()
    roles = [Role.ORG_MEMBER] if of == "customer" else [Role.HANDLER]
    key, model, theirs = party.id, type(party), {of: party}
    gone = a_person(*roles, disabled_at=clock.now(), **theirs).id
    invited = a_person(*roles, **{of: db.session.get_one(model, key)}).id
    with transaction():
        db.session.get_one(model, key).closed_on = clock.now().date() - timedelta(days=1)

    assert desk.post(f"/staff/people/{gone}/enable").status_code == 409
    assert desk.post(f"/staff/people/{invited}/invite").status_code == 409
    assert not again(gone).is_active
    by, closed = again_whole(a_person(Role.SECURITY_ADMIN)), db.session.get_one(model, key)
    with pytest.raises(Refused, match="closed"):
        actions.invite(by, "late@example.test", "迟到", roles, **{of: closed})
