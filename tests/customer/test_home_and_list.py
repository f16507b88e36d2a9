"""The start page and the list: what needs one now, what is under way, and finding it again."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.people.models import Sharing
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Ticket
from tests.factories import a_caller, a_customer, a_handler, a_person, a_ticket, an_agent, live


def text(soup) -> str:
    return soup.get_text(" ", strip=True)


def links(soup) -> list[int]:
    found = [a["href"].split("#")[0].rsplit("/", 1)[1] for a in soup.select("a[href^='/tickets/']")]
    return list(dict.fromkeys(int(key) for key in found if key.isdigit()))


def section(soup, name):
    return soup.select_one(f"section[aria-labelledby='{name}']")


def test_what_needs_one_now_stands_first_with_the_question(app, sign_in):
    person = a_person()
    asked = a_ticket(by=person, moved=("accept", "ask")).id
    solved = a_ticket(by=person, moved=("accept", "apply")).id
    closed = a_ticket(by=person, moved=("accept", "apply", "confirm")).id
    running = a_ticket(by=person, moved=("accept",)).id

    page = sign_in(db.session.merge(person)).page("/home")

    assert links(section(page, "needed")) == [solved, asked, closed]
    assert "请补充电路编号。" in text(section(page, "needed"))
    assert links(section(page, "under-way")) == [running]
    assert "By " in text(section(page, "under-way"))


def test_a_new_customer_is_told_what_to_do_and_whom_to_reach(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER, name="周文静", phone="021-6008 1102")
    with transaction():
        settings.change("company", None, hotline="400-820-1188", hotline_hours="8:00–20:00")
    person = a_person(customer=a_customer(account_manager=manager))

    page = sign_in(person).page("/home")

    assert "Nothing of yours is open" in text(page)
    for word in ("周文静", "021-6008 1102", "400-820-1188", "8:00–20:00"):
        assert word in text(section(page, "reach"))
    assert not section(page, "needed")
    assert not section(page, "news")


def test_news_are_those_not_read_yet_and_lead_to_the_ticket(app, sign_in):
    person = a_person()
    ticket = a_ticket(by=person, moved=("accept",)).id
    browser = sign_in(db.session.merge(person))

    news = section(browser.page("/home"), "news").select_one("form")
    assert browser.post(news["action"]).location == f"/tickets/{ticket}"
    assert not section(browser.page("/home"), "news")


def test_looking_at_a_ticket_reads_its_news(app, sign_in):
    person = a_person()
    ticket = a_ticket(by=person, moved=("accept",)).id
    browser = sign_in(db.session.merge(person))
    seen = browser.page(f"/tickets/{ticket}").select_one("[hx-post$='/seen']")["hx-post"]

    assert browser.post(seen).status_code == 204
    assert not section(browser.page("/home"), "news")
    assert not browser.page(f"/tickets/{ticket}").select_one("[hx-post$='/seen']")


def test_the_administrator_sees_the_whole_organisation_a_member_the_own(app, sign_in):
    customer = a_customer(sharing=Sharing.ALL)
    admin, member = a_person(Role.ORG_ADMIN, customer=customer), a_person(customer=customer, name="吴敏")
    ticket = a_ticket(by=member, moved=("accept",)).id
    a_ticket()

    home = sign_in(db.session.merge(admin)).page("/home")
    assert links(section(home, "under-way")) == [ticket]
    assert "opened by 吴敏" in text(home)
    other = a_person(customer=db.session.merge(customer))
    browser = sign_in(other)
    assert not links(section(browser.page("/home"), "under-way"))
    assert links(browser.page("/tickets/")) == [ticket]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2, 3]),
        ("?group=open", [0]),
        ("?group=yours", [1]),
        ("?group=done", [2, 3]),
        ("?group=nonsense", [0, 1, 2, 3]),
        ("?kind=repair", [1]),
        ("?kind=nonsense", []),
        ("?q=专线", [0]),
        ("?q=语音+单通", [1]),
        ("?q=%00", []),
        ("?q=内部备注", []),
        ("?whose=mine", [0, 1, 2, 3]),
        ("?whose=colleagues", []),
        ("?before=0", [0, 1, 2, 3]),
        ("?before=99999999999999999999999", [0, 1, 2, 3]),
        ("?after=99999999999999999999999", [0, 1, 2, 3]),
        ("?before=x", [0, 1, 2, 3]),
    ],
)
def test_the_list_is_filtered_and_searched(app, sign_in, query, found):
    person = a_person()
    made = [
        a_ticket(by=person, subject="专线中断", moved=("accept",)),
        a_ticket(by=person, kind="repair", subject="语音单通", body="对方听不到", moved=("accept", "ask")),
        a_ticket(by=person, subject="账单有误", body="多收一个月", moved=("accept", "apply", "confirm")),
        a_ticket(by=person, subject="重复的", body="请忽略", moved=("withdraw",)),
    ]
    ids = [ticket.id for ticket in made]
    from portal.domain.tickets import actions
    from tests.factories import _loaded, again

    with transaction():
        actions.note(_loaded(made[0]), again(an_agent()), "内部备注不给客户看")

    page = sign_in(db.session.merge(person)).page(f"/tickets/{query}")

    assert sorted(links(page)) == [ids[n] for n in found]


def test_a_ticket_is_found_by_its_number(app, sign_in):
    person = a_person()
    ticket = a_ticket(by=person)
    a_ticket(by=person, kind="praise", subject="谢谢")
    number, key = ticket.number, ticket.id

    assert links(sign_in(db.session.merge(person)).page(f"/tickets/?q={number}")) == [key]


def test_the_list_turns_its_pages_both_ways_with_its_filters(app, sign_in):
    person = a_person()
    ids = [a_ticket(by=person, kind="praise", subject=f"谢谢 {n}").id for n in range(45)]
    browser = sign_in(db.session.merge(person))

    first = browser.page("/tickets/?kind=praise")
    second = browser.page(first.select_one("a[rel=next]")["href"])
    third = browser.page(second.select_one("a[rel=next]")["href"])
    back = browser.page(third.select_one("a[rel=prev]")["href"])

    assert links(first) + links(second) + links(third) == ids[::-1]
    assert links(back) == links(second)
    assert not first.select_one("a[rel=prev]")
    assert not third.select_one("a[rel=next]")
    assert "kind=praise" in first.select_one("a[rel=next]")["href"]


def test_the_filter_answers_with_the_list_alone_for_htmx(app, sign_in):
    answer = sign_in(a_person()).htmx("/tickets/?group=open", "tickets")

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Nothing fits" in answer.text


@pytest.mark.parametrize("count", [1, 30])
def test_home_and_list_ask_the_database_a_constant_few_times(app, sign_in, statements, count):
    person = a_person()
    for _ in range(count):
        a_ticket(by=person, moved=("accept", "ask"))
        a_ticket(by=person, moved=("accept",))
    browser = sign_in(db.session.merge(person))
    browser.page("/home")
    statements.clear()
    browser.page("/home")
    home = len(statements)
    statements.clear()
    browser.page("/tickets/")

    assert (home, len(statements)) == (8, 4)


@pytest.mark.parametrize("staff", [an_agent, a_handler, a_caller])
@pytest.mark.parametrize("url", ["/home", "/tickets/", "/tickets/new", "/tickets/1"])
def test_the_customers_side_is_the_customers(app, sign_in, staff, url):
    a_ticket()

    assert sign_in(staff()).get(url).status_code == 403


def test_a_late_promise_is_said_on_the_start_page(app, sign_in):
    person = a_person()
    with clock.frozen_at(clock.now() - timedelta(days=9)):
        ticket = a_ticket(by=person)
        live(ticket, "accept")

    assert "late" in text(section(sign_in(db.session.merge(person)).page("/home"), "under-way"))
    assert db.session.scalars(db.select(Ticket)).one().is_live


def test_a_ticket_that_was_begun_is_offered_at_home_and_on_the_choice_until_it_is_thrown_away(app, sign_in):
    browser = sign_in(a_person())
    browser.htmx("/drafts", "draft", "POST", {"place": "new/complaint", "subject": "断了一半"})

    for path in ("/home", "/tickets/new"):
        page = browser.page(path)
        assert page.select_one("a[href='/tickets/new/complaint'].button")
        assert "断了一半" in text(page)
    browser.post("/drafts/discard", {"place": "new/complaint", "next": "/home"})

    assert "断了一半" not in browser.get("/home").text
