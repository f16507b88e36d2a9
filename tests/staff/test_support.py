"""The pages of support (R32): what a supervisor, a manager and a provider's people see and do."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.access.scopes import find
from portal.db import db, transaction
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.quality import liability, limits, major, support
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.support_models import (
    ComplaintLimit,
    MarketHarm,
    Penalty,
    ProviderStanding,
    ProviderVisits,
    SupportResult,
)
from portal.domain.tickets import dispatching
from portal.domain.tickets.models import Ticket
from tests.factories import (
    _loaded,
    _quick,
    a_department,
    a_handler,
    a_person,
    a_provider,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
)
from tests.test_tables import read

APRIL = date(2026, 4, 1)
MAY = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)
SUPPORT = "/staff/quality/support"


@pytest.fixture(autouse=True)
def _in_may(app):
    with clock.frozen_at(MAY):
        yield


def words(answer) -> str:
    return BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)


def a_result(provider: int) -> int:
    supervisor = a_supervisor().id
    with transaction():
        [row] = support.reckon([db.session.get_one(Provider, provider)], APRIL, db.session.get_one(Person, supervisor))
        return row.id


def test_a_month_without_results_says_what_to_do_first(sign_in):
    assert "Visits and limits first" in words(sign_in(a_supervisor()).get(SUPPORT))


def test_visits_are_entered_limits_set_by_the_table_and_the_month_reckoned(sign_in):
    provider = a_provider().id
    browser = sign_in(a_supervisor())
    typed = {"quarter": "2026-04"} | {f"v-{provider}-2026-0{month}": "120" for month in (1, 2, 3)}

    assert browser.post(f"{SUPPORT}/limits/visits", typed).status_code == 303
    assert browser.post(f"{SUPPORT}/limits/table", {"quarter": "2026-04"}).status_code == 303
    assert browser.post(f"{SUPPORT}/reckonings", {"month": "2026-04"}).status_code == 303

    assert db.session.scalar(db.select(db.func.count()).select_from(ProviderVisits)) == 3
    assert db.session.scalars(db.select(ComplaintLimit.limit)).all() == [2]
    page = browser.page(f"{SUPPORT}?month=2026-04")
    assert "1 of 1 provider earns the support" in page.get_text(" ", strip=True)


def test_visits_that_are_no_number_come_back_with_a_sentence_and_the_rest_is_kept(sign_in):
    provider = a_provider().id
    typed = {"quarter": "2026-04", f"v-{provider}-2026-01": "many", f"v-{provider}-2026-02": "90"}

    answer = sign_in(a_supervisor()).post(f"{SUPPORT}/limits/visits", typed)

    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert "between 0 and" in words(answer)


def test_a_running_month_is_refused_beside_the_field(sign_in):
    answer = sign_in(a_supervisor()).post(f"{SUPPORT}/reckonings", {"month": "2026-05"})
    assert answer.status_code == 422
    assert "not over yet" in words(answer)


@pytest.mark.parametrize("month", ["", "abc", "2026-13"])
def test_what_is_no_month_is_not_reckoned_as_another_one(sign_in, month):
    a_provider()
    assert sign_in(a_supervisor(), check=False).post(f"{SUPPORT}/reckonings", {"month": month}).status_code == 404
    assert db.session.scalars(db.select(SupportResult)).all() == []


def test_a_provider_sees_its_own_month_objects_and_gets_an_answer(sign_in):
    provider = a_provider().id
    key = a_result(provider)
    theirs = sign_in(a_handler(db.session.get_one(Provider, provider)))
    supervisor = sign_in(a_supervisor())

    assert "2026" in words(theirs.get(f"{SUPPORT}/own"))
    empty = theirs.post(f"{SUPPORT}/{key}/objections", {"objection": " "})
    assert empty.status_code == 422
    assert theirs.post(f"{SUPPORT}/{key}/objections", {"objection": "限值未核定"}).status_code == 303
    answer = {"reply": "同意，不计入", "waived": ["limit"]}
    later = supervisor.page(f"{SUPPORT}?month=2026-03")
    assert later.select_one(f"#objections a[href='{SUPPORT}/{key}']"), "it waits whatever month is looked at"
    wrong = supervisor.post(f"{SUPPORT}/{key}/answers", answer | {"waived": ["harm"]})
    assert "Please choose one of the list." in words(wrong)
    assert supervisor.post(f"{SUPPORT}/{key}/answers", answer).status_code == 303

    newest = db.session.scalars(db.select(SupportResult).where(SupportResult.is_newest)).one()
    assert (newest.revision, newest.holds) == (2, True)
    page = theirs.get(f"{SUPPORT}/{newest.id}")
    assert "Objection to revision 1" in words(page)
    assert "限值未核定" in words(page), "what was objected to stands beside what became of it"
    assert f"{SUPPORT}/{newest.id}/objections" not in page.text, "the support is granted: nothing to object to"
    assert "nothing to object to" in words(theirs.post(f"{SUPPORT}/{newest.id}/objections", {"objection": "再来"}))


def test_another_provider_and_a_department_see_nothing_of_it(sign_in):
    key = a_result(a_provider().id)
    for of in (a_provider, lambda: None):
        assert sign_in(a_handler(of())).get(f"{SUPPORT}/{key}").status_code == 404


def test_a_manager_approves_from_the_list_and_nobody_else_does(sign_in):
    key = a_result(a_provider().id)
    month = {"month": "2026-04"}

    early = sign_in(a_person(Role.MANAGER))
    early.post(f"{SUPPORT}/approvals", month)
    assert "days to object" in words(early.get(f"{SUPPORT}/{key}"))
    with clock.frozen_at(MAY + timedelta(days=10)):
        assert sign_in(a_supervisor()).post(f"{SUPPORT}/approvals", month).status_code == 403
        assert db.session.get_one(SupportResult, key, populate_existing=True).stage == "reckoned"
        assert sign_in(a_person(Role.MANAGER)).post(f"{SUPPORT}/approvals", month).status_code == 303

    assert db.session.get_one(SupportResult, key, populate_existing=True).stage == "approved"


def test_the_workbook_says_what_the_page_says(sign_in):
    provider = a_provider().id
    a_result(provider)
    name = db.session.get_one(Provider, provider).name
    answer = sign_in(a_supervisor()).get(f"{SUPPORT}/list.xlsx?month=2026-04")
    sheet = read(answer.data).worksheets[0]
    row = [cell.value for cell in sheet[2]]
    assert row[0] == name
    assert row[1] == "not fulfilled"
    assert row[7:9] == [0, "Reckoned"]


def a_major_complaint(provider: int) -> str:
    """A complaint that this provider had, accepted as a major one; gives its number."""
    ticket = a_ticket(class_code="product_down")
    with transaction():
        dispatching.dispatch(_loaded(ticket), again(an_agent()), db.session.get_one(Provider, provider), "请抢修。")
    with transaction():
        supervisor = again(a_supervisor())
        case = major.propose(_loaded(ticket), supervisor, [], 20_000, "客户要求赔偿")
        major.accept(case, _loaded(ticket), supervisor, "属实")
    return db.session.scalars(db.select(Ticket.number)).one()


def test_a_penalty_names_its_major_complaint_is_decided_by_a_manager_and_read_by_the_provider(sign_in):
    provider = a_provider().id
    number = a_major_complaint(provider)
    supervisor = sign_in(a_supervisor())
    theirs = sign_in(a_handler(db.session.get_one(Provider, provider)))
    address = f"{SUPPORT}/providers/{provider}"
    typed = {"sort": "fine", "amount": "500", "reason": "两次未按约定时间到场", "number": number}

    assert "between" in words(supervisor.post(f"{address}/penalty", typed))
    fined = typed | {"amount": "3000"}
    nameless = supervisor.post(f"{address}/penalty", fined | {"number": ""})
    assert (nameless.status_code, BeautifulSoup(nameless.text, "html.parser").select_one("#number-error") is None) == (
        422,
        False,
    )
    case = db.session.scalars(db.select(MajorCase.number)).one()
    assert supervisor.post(f"{address}/penalty", fined | {"number": case}).status_code == 303, "or the dossier's number"
    key = db.session.scalars(db.select(Penalty.id)).one()
    manager = sign_in(a_person(Role.MANAGER))
    assert number in words(manager.get(f"{SUPPORT}/penalties/{key}"))
    assert "两次未按约定时间到场" not in words(theirs.get(f"{SUPPORT}/own")), "not before it is granted"
    assert manager.post(f"{SUPPORT}/penalties/{key}", {"granted": "yes", "reason": "同意"}).status_code == 303

    assert "Granted" in words(manager.get(address))
    read = words(theirs.get(f"{SUPPORT}/own"))
    assert "两次未按约定时间到场" in read
    assert number in read


@pytest.mark.parametrize("sort", ["star_down", "stars_removed", "removal"])
def test_a_penalty_that_is_no_fine_is_proposed_without_an_amount(sign_in, sort):
    provider = a_provider().id
    number = a_major_complaint(provider)
    browser, address = sign_in(a_supervisor()), f"{SUPPORT}/providers/{provider}"
    assert browser.page(f"{address}/stars").select_one("[name=stars]").has_attr("required")
    browser.post(f"{address}/stars", {"stars": "4", "why": "年度评定"})

    typed = {"sort": sort, "amount": "", "number": number, "reason": "虚假回复，情节严重"}
    unknown = browser.post(f"{address}/penalty", typed | {"number": "TS-000000-0000"})
    assert BeautifulSoup(unknown.text, "html.parser").select_one("#number-error") is not None
    assert browser.post(f"{address}/penalty", typed).status_code == 303

    row = db.session.scalars(db.select(Penalty)).one()
    assert (row.sort, row.amount_yuan) == (sort, None)


def test_what_is_noted_about_one_provider_is_not_ended_under_the_name_of_another(sign_in):
    one, other, browser = a_provider().id, a_provider().id, sign_in(a_supervisor())
    browser.post(
        f"{SUPPORT}/providers/{one}/standing", {"sort": "suspended", "since": "2026-05-01", "reason": "整改期"}
    )
    browser.post(f"{SUPPORT}/providers/{one}/harm", {"month": "2026-04", "what": "媒体报道", "number": ""})
    standing = db.session.scalars(db.select(ProviderStanding.id)).one()
    harm = db.session.scalars(db.select(MarketHarm.id)).one()

    for place, typed in ((f"standings/{standing}", {"until": "2026-05-11"}), (f"harms/{harm}", {"why": "误报"})):
        assert browser.get(f"{SUPPORT}/providers/{other}/{place}").status_code == 404
        assert browser.post(f"{SUPPORT}/providers/{other}/{place}", typed).status_code == 404
        assert browser.post(f"{SUPPORT}/providers/{one}/{place}", typed).status_code == 303


@pytest.mark.parametrize(
    ("sort", "typed", "seen"),
    [
        ("standing", {"sort": "suspended", "since": "2026-05-01", "reason": "整改期"}, "Suspended"),
        ("harm", {"month": "2026-04", "what": "媒体报道", "number": ""}, "媒体报道"),
        ("stars", {"stars": "4", "why": "年度评定"}, "年度评定"),
    ],
)
def test_what_weighs_on_a_provider_is_noted_and_stands_on_its_page(sign_in, sort, typed, seen):
    provider = a_provider().id
    browser = sign_in(a_supervisor())
    address = f"{SUPPORT}/providers/{provider}"

    assert browser.get(f"{address}/{sort}").status_code == 200
    assert browser.post(f"{address}/{sort}", {}).status_code == 422
    assert browser.post(f"{address}/{sort}", typed).status_code == 303

    assert seen in words(browser.get(address))


def test_a_list_costs_the_same_statements_for_one_provider_and_for_five(sign_in, statements):
    a_result(a_provider().id)
    browser = sign_in(a_supervisor())
    browser.get(f"{SUPPORT}?month=2026-04")
    statements.clear()
    browser.get(f"{SUPPORT}?month=2026-04")
    few = len(statements)
    for _ in range(4):
        a_result(a_provider().id)
    browser.get(f"{SUPPORT}?month=2026-04")
    statements.clear()
    browser.get(f"{SUPPORT}?month=2026-04")
    assert len(statements) == few <= 8


def test_the_running_month_names_who_can_no_longer_earn_the_support_and_for_which_ticket(sign_in):
    keen, lost = a_provider(name="守约网络").id, a_provider(name="失守网络").id
    with transaction():
        for key, limit in ((keen, 2), (lost, 0)):
            provider = db.session.get_one(Provider, key)
            limits.set_limit(provider, date(2026, 4, 1), _quick(Role.SUPERVISOR), limit, "按上季台次核定")
    for _ in range(5):
        ticket = a_ticket(class_code="product_down")
        with transaction():
            dispatching.dispatch(_loaded(ticket), again(an_agent()), db.session.get_one(Provider, lost), "请抢修。")
    numbers = db.session.scalars(db.select(Ticket.number)).all()

    page = sign_in(a_supervisor()).page(f"{SUPPORT}/running")

    lines = {
        row.select_one("th").get_text(strip=True): row.get_text(" ", strip=True) for row in page.select("tbody tr")
    }
    assert all(number in lines["失守网络"] for number in numbers), "each of the five, the last two behind +2"
    assert "lost this month" in lines["失守网络"]
    assert "can be earned" in lines["守约网络"]


def test_a_handler_finds_what_was_decided_about_the_own_party(sign_in):
    party = a_department().id
    ticket = a_ticket(moved=("accept", "dispatch", "apply", "close"))
    with transaction():
        department = db.session.get_one(Department, party)
        key = liability.decide(
            _loaded(ticket), again(a_supervisor()), department, True, "未按时到场。", degree="full"
        ).id
    handler = a_handler(db.session.get_one(Department, party)).id
    browser = sign_in(db.session.get_one(Person, handler))

    assert browser.page("/staff/").select_one(f"nav a[href='{SUPPORT}/own']")
    page = browser.page(f"{SUPPORT}/own").get_text(" ", strip=True)
    assert "未按时到场。" in page
    assert "can be appealed" in page

    with transaction():
        row = loaded(key)
        liability.appeal(row, row.ticket, again(db.session.get_one(Person, handler)), "客户改约")
    with transaction():
        row = loaded(key)
        liability.decide_appeal(row, row.ticket, again(a_supervisor()), False, "改约属实")
    row = browser.page(f"{SUPPORT}/own").select_one("#liability tbody tr").get_text(" ", strip=True)
    assert "Not liable" in row, "what counts in the end, not what an appeal overturned"
    assert "改约属实" in row
    assert "未按时到场。" not in row, "the reason of what was overturned is none of what counts"


def loaded(key: int):
    """The decision on liability as the door hands it over."""
    reader = a_supervisor().id
    db.session.expunge_all()
    return find("liability", key, db.session.get_one(Person, reader))


def test_a_major_complaint_leads_to_the_penalty_for_it_and_names_those_there_are(sign_in):
    provider = a_provider(name="云博网络服务").id
    a_major_complaint(provider)
    case = db.session.scalars(db.select(MajorCase)).one()
    browser, address, number = sign_in(a_supervisor()), f"/staff/quality/major/{case.id}", case.number

    way = browser.page(address).select_one("#penalties a[href*='/penalty']")["href"]
    assert browser.page(way).select_one("[name=number]")["value"] == number
    typed = {"sort": "removal", "number": number, "reason": "再次失约"}
    assert browser.post(way.partition("?")[0], typed).status_code == 303
    assert "云博网络服务 Removed from the network waits for a manager" in " ".join(
        browser.page(address).select_one("#penalties").text.split()
    )

    manager, key = sign_in(a_person(Role.MANAGER)), db.session.scalars(db.select(Penalty.id)).one()
    assert "its contract runs on" not in browser.page(f"{SUPPORT}/providers/{provider}").main.text
    manager.post(f"{SUPPORT}/penalties/{key}", {"granted": "yes", "reason": "清退"})
    assert "its contract runs on" in browser.page(f"{SUPPORT}/providers/{provider}").main.text
    assert manager.page(address).select_one("#penalties a[href*='/penalty']") is None, "a supervisor proposes"

    again = manager.get(f"{SUPPORT}/penalties/{key}")
    assert again.status_code == 409
    assert "This penalty is decided already." in again.text
    assert "<textarea" not in again.text
