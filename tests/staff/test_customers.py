"""Customers, their projects, contacts and people; departments and providers."""

from datetime import date, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.journal import Entry, verify
from portal.domain.people.models import Contact, Customer, Department, Person, Project, Provider, SignIn
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Dispatch
from tests.access.test_sign_in import enter, is_in, with_password
from tests.factories import a_customer, a_handler, a_person, a_provider, a_supervisor, an_agent
from tests.pages import Browser

FACTS = {"name": "海川重工", "short_name": "海川", "industry": "制造", "tier": "strategic", "card": "gold", "region": "", "account_manager_id": "", "version": ""}  # fmt: skip


@pytest.fixture
def desk(app, sign_in):
    return sign_in(a_supervisor())


def again(model, key):
    db.session.expunge_all()
    return db.session.get_one(model, key)


def names(page):
    return [link.get_text() for link in page.select("tbody th a")]


def version(key):
    return str(again(Customer, key).version)


def test_a_customer_is_registered_under_its_own_number(desk):
    answer = desk.post("/staff/customers/new", FACTS)
    customer = db.session.scalars(db.select(Customer)).one()
    assert answer.location == f"/staff/customers/{customer.id}"
    assert customer.number.startswith("K-")
    assert (customer.tier, customer.card, customer.sharing) == ("strategic", "gold", "own")
    assert desk.post("/staff/customers/new", FACTS).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"short_name": " "},
        {"tier": "emperor"},
        {"card": ""},
        {"region": "moon"},
        {"account_manager_id": "999999"},
    ],
)
def test_a_form_with_a_gap_comes_back_and_nothing_is_kept(desk, wrong):
    answer = desk.post("/staff/customers/new", FACTS | wrong)
    assert answer.status_code == 422
    assert db.session.scalars(db.select(Customer)).all() == []


def test_every_change_is_told_by_the_journal_in_words(desk):
    manager = a_person(Role.ACCOUNT_MANAGER, name="客户经理甲").id
    key = a_customer(name="海川重工", tier="key").id
    data = FACTS | {"version": version(key), "account_manager_id": str(manager)}
    assert desk.post(f"/staff/customers/{key}/edit", data).location == f"/staff/customers/{key}"
    told = {
        (e.facts["field"], e.was, e.became)
        for e in db.session.scalars(db.select(Entry).where(Entry.verb == "customer.changed"))
    }
    assert ("Tier", "重点", "战略") in {(f, w[:2], b[:2]) for f, w, b in told}
    assert ("Account manager", "—", "客户经理甲") in told
    assert verify() == []


def test_two_who_change_at_once_do_not_overwrite_each_other(desk):
    key = a_customer(name="海川重工").id
    drawn = version(key)
    assert desk.post(f"/staff/customers/{key}/edit", FACTS | {"version": drawn, "short_name": "甲"}).status_code == 303
    late = desk.post(f"/staff/customers/{key}/edit", FACTS | {"version": drawn, "short_name": "乙"})
    assert late.status_code == 422
    assert again(Customer, key).short_name == "甲"
    assert desk.post(f"/staff/customers/{key}/edit", FACTS | {"version": "x" * 400}).status_code == 422


def test_an_account_manager_sees_own_customers_only(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER)
    mine, theirs = a_customer(name="我的", account_manager_id=manager.id).id, a_customer(name="别人的").id
    browser = sign_in(manager)
    assert names(browser.page("/staff/customers")) == ["我的"]
    assert browser.get(f"/staff/customers/{mine}").status_code == 200
    for path in ("", "/edit", "/close", "/invite", "/projects/new", "/contacts/new"):
        assert browser.get(f"/staff/customers/{theirs}{path}").status_code == 404
    given_away = browser.post(f"/staff/customers/{mine}/edit", FACTS | {"name": "我的", "version": version(mine)})
    assert given_away.location == "/staff/customers"
    assert browser.get(f"/staff/customers/{mine}").status_code == 404


@pytest.mark.parametrize(
    ("role", "reads", "edits"),
    [(Role.AGENT, 200, 403), (Role.CALLER, 200, 403), (Role.MANAGER, 200, 403), (Role.ADMINISTRATOR, 200, 200), (Role.SUPERVISOR, 200, 200),
     (Role.HANDLER, 403, 403), (Role.AUDITOR, 403, 403), (Role.SECURITY_ADMIN, 403, 403), (Role.ORG_ADMIN, 403, 403)],
)  # fmt: skip
def test_who_reads_and_who_edits(app, sign_in, role, reads, edits):
    key = a_customer().id
    browser = sign_in(a_person(role))
    assert browser.get(f"/staff/customers/{key}").status_code == reads
    assert browser.get(f"/staff/customers/{key}/edit").status_code == edits
    assert (browser.post(f"/staff/customers/{key}/edit", {}).status_code == 403) == (edits == 403)


def test_the_list_narrows_and_forgives_made_up_addresses(desk):
    a_customer(name="海川", tier="strategic", region="pudong")
    a_customer(name="蓝鲸", closed_on=date(2026, 1, 1))
    a_customer(name="长风", short_name="长风")
    assert names(desk.page("/staff/customers")) == ["海川", "长风"]
    assert names(desk.page("/staff/customers?closed=1")) == ["蓝鲸"]
    assert names(desk.page("/staff/customers?said=川")) == ["海川"]
    assert names(desk.page("/staff/customers?tier=strategic&region=pudong")) == ["海川"]
    for query in ("manager=99999999999999999999999", "manager=x", "after=x", "said=%25", "tier='"):
        assert desk.get(f"/staff/customers?{query}").status_code == 200


@pytest.mark.parametrize("count", [1, 60])
def test_the_list_costs_the_same_for_one_and_for_many(desk, statements, count):
    with transaction():
        for n in range(count):
            db.session.add(
                Customer(
                    number=f"X{n}",
                    name=f"客户{n:03}",
                    short_name="x",
                    tier="ordinary",
                    card="standard",
                    region="",
                    industry="",
                    sharing="own",
                )
            )
    desk.get("/staff/customers")
    statements.clear()
    page = desk.page("/staff/customers")
    assert len(statements) == 4  # who asks, the settings' revisions, customers, account managers
    if count == 60:
        assert len(names(desk.page(page.select_one("a[rel=next]")["href"]))) == 10


def test_a_customers_page_costs_what_it_costs_however_full_it_is(desk, statements):
    key = a_customer().id
    with transaction():
        for n in range(30):
            db.session.add(Contact(customer_id=key, name=f"联系人{n}"))
            db.session.add(Project(customer_id=key, name=f"项目{n}"))
    for _n in range(3):
        a_person(customer=db.session.get_one(Customer, key))
    desk.get(f"/staff/customers/{key}")
    statements.clear()
    desk.page(f"/staff/customers/{key}")
    assert len(statements) == 8  # who asks, settings, the customer, its people, when seen, projects, contacts, sales


def test_a_closed_customers_people_are_out_at_once(app, desk):
    person = a_person()
    key = person.customer_id
    _, email = with_password(person)
    theirs = Browser(app)
    enter(theirs, email)
    assert is_in(theirs)
    assert desk.post(f"/staff/customers/{key}/close", {"on": "2026-11-22", "why": ""}).status_code == 422
    assert desk.post(f"/staff/customers/{key}/close", {"on": "2099-11-22", "why": "合同到期"}).status_code == 422
    desk.post(f"/staff/customers/{key}/close", {"on": "2026-11-22", "why": "合同到期"})
    assert not is_in(theirs)
    assert again(Customer, key).closed_on == date(2026, 11, 22)


def test_its_administrator_is_invited_from_its_page(desk):
    key = a_customer().id
    answer = desk.post(
        f"/staff/customers/{key}/invite", {"name": "王总", "email": "wang@example.test", "role": "org_admin"}
    )
    person = db.session.scalars(db.select(Person).where(Person.email == "wang@example.test")).one()
    assert answer.location == f"/staff/customers/{key}"
    assert (person.customer_id, person.roles) == (key, ["org_admin"])
    assert (
        desk.post(f"/staff/customers/{key}/invite", {"name": "x", "email": "y@z.test", "role": "agent"}).status_code
        == 422
    )


def test_projects_begin_and_finish(desk):
    key, other = a_customer().id, a_customer().id
    desk.post(f"/staff/customers/{key}/projects/new", {"name": "园区专线"})
    project = db.session.scalars(db.select(Project.id)).one()
    assert desk.post(f"/staff/customers/{other}/projects/{project}/finish", {"on": "2026-11-01"}).status_code == 404
    desk.post(f"/staff/customers/{key}/projects/{project}/finish", {"on": "2026-11-01"})
    assert again(Project, project).finished_on == date(2026, 11, 1)
    assert desk.post(f"/staff/customers/{key}/projects/{project}/finish", {"on": "soon"}).status_code == 422


def test_contacts_come_change_and_go(desk):
    key, other = a_customer().id, a_customer().id
    facts = {"name": "李工", "title": "网管", "role": "manager", "phone": "021-5555 0000", "email": ""}
    desk.post(f"/staff/customers/{key}/contacts/new", facts)
    contact = db.session.scalars(db.select(Contact.id)).one()
    assert desk.post(f"/staff/customers/{other}/contacts/{contact}", facts).status_code == 404
    desk.post(f"/staff/customers/{key}/contacts/{contact}", facts | {"phone": "021-5555 1111"})
    assert again(Contact, contact).phone == "021-5555 1111"
    assert desk.post(f"/staff/customers/{key}/contacts/{contact}", facts | {"phone": "<script>"}).status_code == 422
    desk.post(f"/staff/customers/{key}/contacts/{contact}/remove")
    assert db.session.scalars(db.select(Contact)).all() == []
    entry = db.session.scalars(db.select(Entry).where(Entry.verb == "customer.contact_removed")).one()
    assert "李工" not in str((entry.was, entry.became, entry.facts))


def test_names_are_text(desk):
    key = a_customer(name="<b>海川</b>{{7*7}}").id
    page = desk.get(f"/staff/customers/{key}").text
    assert "<b>海川" not in page
    assert "&lt;b&gt;海川&lt;/b&gt;{{7*7}}" in page


# ---- departments and providers ----


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_parties_are_the_administrators(app, sign_in, role):
    assert sign_in(a_person(role)).get("/staff/parties").status_code == 403


def test_providers_come_change_and_end(app, sign_in):
    browser = sign_in(a_person(Role.ADMINISTRATOR))
    assert browser.post("/staff/parties/providers/new", {"code": "A 1", "name": "甲", "region": ""}).status_code == 422
    browser.post("/staff/parties/providers/new", {"code": "A-1", "name": "甲", "region": "pudong"})
    assert browser.post("/staff/parties/providers/new", {"code": "A-1", "name": "乙", "region": ""}).status_code == 422
    key = db.session.scalars(db.select(Provider.id)).one()
    browser.post(f"/staff/parties/providers/{key}", {"name": "甲方网络", "region": ""})
    assert again(Provider, key).name == "甲方网络"
    assert "甲方网络" in browser.get("/staff/parties").text


def test_the_end_of_a_contract_ends_its_peoples_sessions(app, sign_in):
    provider = a_provider()
    key = provider.id
    _, email = with_password(a_handler(provider))
    theirs = Browser(app)
    enter(theirs, email)
    browser = sign_in(a_person(Role.ADMINISTRATOR))
    browser.post(f"/staff/parties/providers/{key}/close", {"on": "2026-11-22", "why": "到期"})
    assert not is_in(theirs)
    assert enter(Browser(app), email).status_code == 422
    browser.post(f"/staff/parties/providers/{key}/open")
    assert again(Provider, key).closed_on is None
    assert db.session.scalars(db.select(Dispatch)).all() == []


def test_a_department_keeps_its_code(app, sign_in):
    key = db.session.scalars(db.select(Department.id)).first()
    code = db.session.get_one(Department, key).code
    sign_in(a_person(Role.ADMINISTRATOR)).post(
        f"/staff/parties/departments/{key}", {"name": "网络一部", "name_en": "Network 1", "code": "x"}
    )
    assert (again(Department, key).name, again(Department, key).code) == ("网络一部", code)


def test_when_a_contact_was_last_seen_is_the_time_of_its_session(desk):
    person = a_person()
    key, at = person.customer_id, clock.now() - timedelta(days=3)
    with transaction():
        db.session.add(SignIn(token_hash="c" * 64, person_id=person.id, begun_at=at, seen_at=at, proved_at=at))
    assert (
        desk.page(f"/staff/customers/{key}").select_one("#people time")["datetime"].startswith(f"{at:%Y-%m-%dT%H:%M}")
    )
    assert an_agent() is not None
