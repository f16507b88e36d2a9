"""The organisation's own page: its administrator invites, parts and rules; nobody else does."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people import actions
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from tests.access.test_sign_in import enter, is_in, with_password
from tests.factories import a_customer, a_person, a_ticket, an_agent
from tests.factories import again as whole
from tests.pages import Browser


@pytest.fixture
def house(app, sign_in):
    """An organisation with an administrator signed in, and a member."""
    customer = a_customer()
    admin = a_person(Role.ORG_ADMIN, customer=customer, name="王主管")
    member = a_person(Role.ORG_MEMBER, customer=customer, name="李会员")

    class House:
        key, admin_key, member_key = customer.id, admin.id, member.id
        browser = sign_in(admin)

    return House


def again(model, key):
    db.session.expunge_all()
    return db.session.get_one(model, key)


def invite(house, email="colleague@example.test", **facts):
    return house.browser.post("/organisation/invite", {"name": "新同事", "email": email, "role": "org_member"} | facts)


def test_the_page_shows_who_is_in_and_the_rules(house):
    page = house.browser.page("/organisation")
    assert {p.get_text() for p in page.select(".person-name")} == {"王主管", "李会员"}
    assert page.select_one("[name=sharing][checked]")["value"] == "own"


@pytest.mark.parametrize("role", [Role.ORG_MEMBER, Role.AGENT, Role.SECURITY_ADMIN])
def test_nobody_else_has_this_page(app, sign_in, role):
    browser = sign_in(a_person(role))
    assert browser.get("/organisation").status_code == 403
    assert browser.post("/organisation/invite", {"name": "x", "email": "x@y.z", "role": "org_admin"}).status_code == 403


def test_a_colleague_is_invited_into_the_own_organisation_only(house):
    other = a_customer().id
    answer = invite(house, customer_id=other, customer=other)
    assert answer.location == "/organisation"
    person = db.session.scalars(db.select(Person).where(Person.email == "colleague@example.test")).one()
    assert (person.customer_id, person.roles, person.password_hash) == (house.key, ["org_member"], None)
    assert [letter.template for letter in db.session.scalars(db.select(Letter))] == ["invitation"]


@pytest.mark.parametrize("role", ["agent", "administrator", "security_admin", "", "org_admin,agent"])
def test_roles_of_staff_cannot_be_given_here(house, role):
    assert invite(house, role=role).status_code == 422
    assert db.session.scalars(db.select(Person).where(Person.email == "colleague@example.test")).all() == []


@pytest.mark.parametrize("email", ["", "x", "a@b\nBcc: x@y", "a@b, c@d", "x" * 130 + "@y.z"])
def test_what_is_no_address_is_not_invited(house, email):
    assert invite(house, email).status_code == 422


def test_nobody_learns_who_else_is_here(house):
    stranger = a_person().email
    agent = an_agent().email
    answers = [invite(house, email) for email in ("fresh@example.test", stranger, agent)]
    assert {(a.status_code, a.location) for a in answers} == {(303, "/organisation")}
    assert db.session.scalar(db.select(db.func.count()).select_from(Letter)) == 1


def test_a_colleague_who_is_in_already_is_named(house):
    answer = invite(house, again(Person, house.member_key).email)
    assert answer.status_code == 422
    assert "already" in answer.text


def test_twenty_invitations_a_day_are_enough(house):
    answers = [invite(house, f"c{n}@example.test").status_code for n in range(21)]
    assert answers == [303] * 20 + [422]
    with clock.shifted_by(timedelta(minutes=5)):
        assert invite(house, "stranger@example.test").status_code == 422


def test_a_colleague_is_made_administrator_and_member_again(house):
    house.browser.post(f"/organisation/people/{house.member_key}/admin")
    assert again(Person, house.member_key).roles == ["org_admin"]
    house.browser.post(f"/organisation/people/{house.member_key}/member")
    assert again(Person, house.member_key).roles == ["org_member"]


def test_nobody_changes_or_disables_themselves(house):
    assert house.browser.post(f"/organisation/people/{house.admin_key}/member").status_code == 409
    assert house.browser.post(f"/organisation/people/{house.admin_key}/disable").status_code == 409
    assert again(Person, house.admin_key).roles == ["org_admin"]


def test_a_disabled_colleagues_sessions_die_at_once(app, house):
    _, email = with_password(again(Person, house.member_key))
    theirs = Browser(app)
    enter(theirs, email)
    assert is_in(theirs)

    house.browser.post(f"/organisation/people/{house.member_key}/disable")

    assert not is_in(theirs)
    assert enter(Browser(app), email).status_code == 422
    house.browser.post(f"/organisation/people/{house.member_key}/enable")
    assert enter(Browser(app), email).status_code == 303


def test_whom_the_company_disabled_its_organisation_does_not_enable(house):
    security = a_person(Role.SECURITY_ADMIN).id
    with transaction():
        by = whole(db.session.get_one(Person, security))
        actions.disable(whole(db.session.get_one(Person, house.member_key)), by, "账号可能泄露")

    assert house.browser.post(f"/organisation/people/{house.member_key}/enable").status_code == 409
    assert not again(Person, house.member_key).is_active

    with transaction():
        by = whole(db.session.get_one(Person, security))
        actions.enable(whole(db.session.get_one(Person, house.member_key)), by)
    assert again(Person, house.member_key).is_active


@pytest.mark.parametrize("what", ["admin", "member", "disable", "enable", "invite"])
def test_people_of_another_organisation_do_not_exist(house, what):
    stranger = a_person().id
    assert house.browser.post(f"/organisation/people/{stranger}/{what}").status_code == 404


def test_what_members_see_follows_the_rules_at_the_next_request(app, sign_in, house):
    colleague = again(Person, house.admin_key)
    ticket = a_ticket(by=colleague).id
    member = sign_in(again(Person, house.member_key))
    assert member.get(f"/tickets/{ticket}").status_code == 404

    answer = house.browser.post("/organisation/rules", {"sharing": "all"})

    assert answer.location == "/organisation"
    assert member.get(f"/tickets/{ticket}").status_code == 200
    house.browser.post("/organisation/rules", {"sharing": "own"})
    assert member.get(f"/tickets/{ticket}").status_code == 404
    assert house.browser.post("/organisation/rules", {"sharing": "everything"}).status_code == 422


def test_a_required_second_factor_stops_whoever_has_none(app, sign_in, house):
    house.browser.post("/organisation/rules", {"sharing": "own", "second_factor_required": "y"})
    assert again(Customer, house.key).second_factor_required
    member = sign_in(again(Person, house.member_key))
    assert member.get("/home").location == "/me/second-factor"


def test_an_old_session_proves_itself_before_it_gives_a_role(house):
    with transaction():
        from portal.domain.people.models import SignIn

        db.session.execute(db.update(SignIn).values(proved_at=clock.now() - timedelta(minutes=11)))
    answer = house.browser.post(f"/organisation/people/{house.member_key}/admin")
    assert answer.location.startswith("/me/proof")
    assert again(Person, house.member_key).roles == ["org_member"]


def test_names_of_people_are_text(house):
    with transaction():
        db.session.get_one(Person, house.member_key).name = "<script>alert(1)</script>{{7*7}}"
    page = house.browser.get("/organisation").text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
