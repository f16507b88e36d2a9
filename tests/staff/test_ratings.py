"""Ratings at the doors (R23): customers give them, supervisors open every figure, whoever was rated reads results only."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.ratings import actions
from portal.domain.ratings.models import FollowUp, Rating
from portal.domain.tickets.models import Ticket
from tests.domain.test_ratings import Cast, given, who
from tests.factories import a_department, a_handler, a_person, a_supervisor, a_ticket, an_agent, live

LIST = "/staff/quality/ratings"


def lately(days: int = 50):
    return clock.now() - timedelta(days=days)


def test_a_customer_rates_the_service_and_the_account_manager_at_any_time(app, sign_in):
    it = Cast()
    browser = sign_in(who(it.person))
    assert browser.page("/home").select_one("a[href='/ratings']")
    form = browser.page("/ratings")
    assert [one["value"] for one in form.select("[name=what]")] == ["service", "manager", "visit"]
    assert browser.post("/ratings", {"what": "service", "stars": "5", "comment": "很好"}).status_code == 303
    assert browser.post("/ratings", {"what": "manager", "stars": "2", "side_manager": "1"}).status_code == 303
    page = browser.page("/ratings")
    assert "很好" in page.select_one("#before").find_parent("section").get_text()
    assert sorted(db.session.execute(db.select(Rating.kind, Rating.stars)).all()) == [("manager", 2), ("service", 5)]
    assert db.session.scalars(db.select(FollowUp)).one()


def test_a_gap_comes_back_and_who_has_no_account_manager_is_not_asked_about_one(app, sign_in):
    browser = sign_in(a_person())
    answer = browser.post("/ratings", {"what": "service", "comment": "一般"})
    assert answer.status_code == 422
    assert "一般" in answer.text
    assert len(browser.page("/ratings").select("[name=what]")) == 1
    assert browser.post("/ratings", {"what": "manager", "stars": "1"}).status_code == 422


def test_a_published_report_is_rated_and_changed_by_its_reader(app, sign_in):
    it = Cast()
    key = it.report()
    with transaction():
        from portal.domain.documents.models import Document
        from portal.domain.files import StoredFile

        file = StoredFile(
            key="b" * 32, name="月报.pdf", media_type="application/pdf", size=3, sha256="0" * 64, at=clock.now()
        )
        db.session.add(file)
        db.session.get_one(Document, key).file = file
    browser = sign_in(who(it.person))
    link = browser.page("/reports").select_one("a[href^='/ratings/reports/']")["href"]
    for stars in ("3", "4"):
        assert browser.post(link, {"stars": stars}).status_code == 303
    assert db.session.scalars(db.select(Rating.stars)).all() == [4]
    assert browser.page(link).select_one(".stars")
    other = sign_in(a_person(), check=False)
    assert other.get(link).status_code == 404


def test_an_unpublished_report_is_nothing_to_rate(app, sign_in):
    it = Cast()
    key = it.report(published=False)
    assert sign_in(who(it.person), check=False).get(f"/ratings/reports/{key}").status_code == 404


def test_a_supervisor_opens_the_ratings_behind_every_figure(app, sign_in):
    agent, manager = an_agent().id, a_person(Role.ACCOUNT_MANAGER, name="周敏").id
    given([5, 5, 4, 4, 1], at=lately(), manager_id=manager, owner_id=agent)
    given([3], at=lately(), department_id=a_department().id)
    browser = sign_in(a_supervisor())
    page = browser.page(f"{LIST}?months=3")
    row = page.select_one("#by-manager tbody tr")
    assert [cell.get_text(strip=True) for cell in row.select("td")] == ["5", "80%", "38–96%", "3.8"]
    assert "too few" in page.select_one("#by-department tbody").get_text()
    behind = browser.page(row.select_one("a")["href"])
    assert len(behind.select("tbody tr")) == 5
    assert behind.h1.get_text() == "周敏"
    assert len(browser.page(page.select_one(".figure-label a")["href"]).select("tbody tr")) == 6
    assert browser.page(f"{LIST}?kind=report").select_one(".empty")
    book = load_workbook(io.BytesIO(browser.get(f"{LIST}/list.xlsx?months=12").data))
    assert book.active.max_row == 7


@pytest.mark.parametrize("bad", ["side=x&key=1", "side=manager&key=x", "side=kind&key=weather", "side=manager&key="])
def test_a_figure_that_does_not_exist_opens_nothing(app, sign_in, bad):
    assert sign_in(a_supervisor(), check=False).get(f"{LIST}/list?{bad}").status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALLER, Role.ACCOUNT_MANAGER, Role.HANDLER])
def test_whoever_may_be_rated_does_not_open_the_page_of_the_supervisors(app, sign_in, role):
    browser = sign_in(a_handler() if role == Role.HANDLER else a_person(role), check=False)
    for url in (LIST, f"{LIST}/list", f"{LIST}/list.xlsx"):
        assert browser.get(url).status_code == 403


def test_own_results_come_from_five_on_without_names(app, sign_in):
    agent = an_agent().id
    given([2, 4, 4, 5], at=lately(), owner_id=agent)
    browser = sign_in(who(agent))
    assert "4 ratings so far" in browser.page(f"{LIST}/own").select_one("#own-1").get_text()
    given([4], at=lately(), owner_id=agent)
    page = browser.page(f"{LIST}/own")
    assert "80" in page.select_one("#own-1").get_text()
    names = db.session.scalars(db.select(Person.name).join(Rating, Rating.by_id == Person.id)).all()
    assert not any(name in page.get_text() for name in names)
    assert "意见" not in page.get_text()
    assert browser.page("/staff/").select_one(f"a[href='{LIST}/own']")


def a_rated_ticket(it: Cast, stars: int = 3) -> tuple[int, int]:
    ticket = a_ticket(by=who(it.person), moved=("accept", "apply", "close")).id
    with transaction():
        from tests.factories import _loaded

        actions.rate(_loaded(db.session.get_one(Ticket, ticket)), who(it.person), stars, "等了两天")
        owner = db.session.get_one(Ticket, ticket).owner_id
    return ticket, owner


def test_the_tickets_page_tells_its_owner_nothing_of_the_rating_and_a_supervisor_all(app, sign_in):
    it = Cast()
    ticket, owner = a_rated_ticket(it)
    text = sign_in(who(owner)).page(f"/staff/tickets/{ticket}").get_text()
    assert "rated the service" not in text
    assert "等了两天" not in text
    assert "rated the service: 3 of 5" in sign_in(who(it.supervisor)).page(f"/staff/tickets/{ticket}").get_text()


def test_the_customers_file_shows_ratings_to_those_who_may_read_them(app, sign_in):
    it = Cast()
    a_rated_ticket(it)
    it.rate("manager", 1, "从不联系")
    file = f"/staff/customers/{it.customer_id}/ratings"
    supervisor = sign_in(who(it.supervisor))
    assert supervisor.page(f"/staff/customers/{it.customer_id}").select_one(f"a[href='{file}']")
    assert "从不联系" in supervisor.page(file).get_text()
    mine = sign_in(who(it.manager)).page(file).get_text()
    assert "等了两天" in mine
    assert "从不联系" not in mine
    agent = sign_in(an_agent()).page(file).get_text()
    assert "等了两天" not in agent


def test_an_account_manager_finds_low_ratings_of_the_customers_but_not_the_own(app, sign_in):
    it = Cast()
    it.rate("service", 1)
    it.rate("manager", 1)
    own = db.session.scalar(db.select(FollowUp.id).join(Rating).where(Rating.kind == "manager"))
    browser = sign_in(who(it.manager), check=False)
    assert len(browser.page("/staff/quality/follow-ups").select("tbody tr")) == 1
    assert browser.get(f"/staff/quality/follow-ups/{own}").status_code == 404
    supervisor = sign_in(who(it.supervisor))
    assert len(supervisor.page("/staff/quality/follow-ups").select("tbody tr")) == 2
    assert supervisor.post(f"/staff/quality/follow-ups/{own}/take").status_code == 303
    assert supervisor.post(f"/staff/quality/follow-ups/{own}/done", {"done": "已电话致歉"}).status_code == 303
    verbs = [
        one for one in db.session.scalars(db.select(db.text("verb")).select_from(db.text("journal"))) if "follow" in one
    ]
    assert verbs.count("customer.follow_up_done") == 1


def test_a_month_of_the_report_counts_all_but_what_was_said_of_the_manager(app):
    from portal.domain.journal import Entry
    from portal.domain.tickets.models import Message
    from portal.reports.gathering.month_rows import Rows, Year
    from portal.web.filters import zone

    it = Cast()
    a_rated_ticket(it, 4)
    it.rate("service", 5)
    it.rate("manager", 1)
    rows = Rows(*map(db.select, (Ticket, Message, Rating, Entry)))
    today = clock.now().astimezone(zone()).date()
    year = Year(rows, it.customer_id, date(today.year, today.month, 1), zone(), clock.now())
    assert sorted(one.stars for one in year.ratings) == [4, 5]


@pytest.mark.parametrize("count", [1, 12])
def test_the_pages_cost_the_same_for_one_and_for_many(app, sign_in, statements, count):
    for _ in range(count):
        given([4], at=lately(), manager_id=a_person(Role.ACCOUNT_MANAGER).id, department_id=a_department().id)
    customer = db.session.scalar(db.select(Customer.id).order_by(Customer.id.desc()))
    browser = sign_in(a_supervisor())
    for url, most in ((LIST, 10), (f"{LIST}/list", 6), (f"/staff/customers/{customer}/ratings", 6)):
        browser.get(url)
        statements.clear()
        browser.get(url)
        assert len(statements) <= most, (url, len(statements))


def test_reopened_the_rating_counts_no_longer_and_the_file_says_so(app, sign_in):
    it = Cast()
    ticket, _ = a_rated_ticket(it)
    live(db.session.get_one(Ticket, ticket), "reopen")
    browser = sign_in(who(it.supervisor))
    assert browser.page(LIST).select_one(".empty")
    assert "Reopened since" in browser.page(f"/staff/customers/{it.customer_id}/ratings").get_text()
