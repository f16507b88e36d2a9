"""A low rating is followed up once (R24): opened, told, taken, finished; reopening the ticket keeps it."""

import pytest

from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.ratings import actions as ratings
from portal.domain.ratings.models import FollowUp
from portal.domain.tickets.models import Ticket
from tests.factories import _loaded, a_customer, a_person, a_supervisor, a_ticket, again, live

LIST = "/staff/quality/follow-ups"


class Unhappy:
    """A closed ticket, its customer, the account manager and a supervisor."""

    def __init__(self, stars: int | None = 2):
        self.manager = a_person(Role.ACCOUNT_MANAGER, name="周敏").id
        customer = a_customer(account_manager_id=self.manager)
        self.customer, self.supervisor = a_person(customer=customer).id, a_supervisor(name="陈国栋").id
        self.ticket = a_ticket(by=self.person(self.customer), moved=("accept", "apply", "confirm")).id
        if stars:
            self.rate(stars)

    def person(self, key: int) -> Person:
        return again(db.session.get_one(Person, key))

    def rate(self, stars: int, comment: str = "说了三遍才有人来"):
        with transaction():
            ratings.rate(_loaded(db.session.get_one(Ticket, self.ticket)), self.person(self.customer), stars, comment)

    def reopen(self):
        live(db.session.get_one(Ticket, self.ticket), "reopen")

    @property
    def row(self) -> FollowUp:
        db.session.expire_all()
        return db.session.scalars(db.select(FollowUp)).one()

    @property
    def url(self) -> str:
        return f"{LIST}/{self.row.id}"


def letters(template: str) -> list[int]:
    rows = db.select(Letter).where(Letter.template == template)
    return sorted(letter.to_id for letter in db.session.scalars(rows))


@pytest.mark.parametrize(("stars", "count"), [(1, 1), (2, 1), (3, 0), (5, 0)])
def test_a_score_of_two_or_less_opens_one_follow_up(app, stars, count):
    it = Unhappy(stars)

    assert len(db.session.scalars(db.select(FollowUp)).all()) == count
    assert letters("rating_low") == (sorted([it.manager, it.supervisor]) if count else [])


def test_it_opens_once_a_rating_however_often_that_changes(app):
    it = Unhappy(2)
    for stars in (1, 4, 2):
        it.rate(stars)

    assert it.row.done_at is None
    assert letters("rating_low") == sorted([it.manager, it.supervisor])


def test_another_round_rated_low_is_followed_up_on_its_own(app):
    it = Unhappy(2)
    live(db.session.get_one(Ticket, it.ticket), "reopen", "apply", "confirm")
    it.rate(1)

    assert len(db.session.scalars(db.select(FollowUp)).all()) == 2


@pytest.mark.parametrize("who", ["manager", "supervisor"])
def test_it_waits_on_the_workbench_until_somebody_has_done_something(app, sign_in, who):
    it = Unhappy()
    browser = sign_in(it.person(getattr(it, who)))

    assert it.url in str(browser.page("/staff/").select_one("#ratings"))
    assert browser.post(f"{it.url}/take", {}).status_code == 303
    missing = browser.post(f"{it.url}/done", {"done": " "})
    assert missing.status_code == 422
    assert browser.post(f"{it.url}/done", {"done": "已上门致歉，约定每周回访。"}).status_code == 303

    assert it.url not in browser.get("/staff/").text
    assert "已上门致歉" in browser.get(it.url).text
    assert it.url in browser.get(f"{LIST}/done").text
    others = [key for key in (it.manager, it.supervisor) if key != getattr(it, who)]
    assert letters("follow_up_done") == others
    assert "已上门致歉" in sign_in(it.person(it.supervisor)).get(f"/staff/tickets/{it.ticket}").text


def test_what_another_one_sees_to_is_taken_over_before_it_is_finished(app, sign_in):
    it = Unhappy()
    sign_in(it.person(it.manager)).post(f"{it.url}/take", {})
    supervisor = sign_in(it.person(it.supervisor))

    refused = supervisor.post(f"{it.url}/done", {"done": "已电话沟通"})
    assert refused.status_code == 422
    assert it.row.done_at is None
    supervisor.post(f"{it.url}/take", {})
    assert supervisor.post(f"{it.url}/done", {"done": "已电话沟通"}).status_code == 303
    assert supervisor.post(f"{it.url}/take", {}).status_code == 409
    assert it.row.owner_id == it.supervisor


def test_quality_supervision_is_told_that_one_waits(app, sign_in):
    it = Unhappy()

    assert "Low ratings to follow up" in sign_in(it.person(it.supervisor)).get("/staff/quality/").text


def test_reopening_keeps_the_follow_up_and_marks_it(app, sign_in):
    it = Unhappy()
    it.reopen()

    assert "was reopened" in sign_in(it.person(it.supervisor)).get(it.url).text
    assert it.row.done_at is None


def test_the_customer_still_reads_what_was_said_of_the_round_before(app, sign_in):
    it = Unhappy()
    it.reopen()

    page = sign_in(it.person(it.customer)).get(f"/tickets/{it.ticket}").text
    assert "Rated before it was reopened" in page
    assert "说了三遍才有人来" in page


def test_another_ones_customer_is_no_matter_of_an_account_manager(app, sign_in):
    it = Unhappy()
    stranger = sign_in(a_person(Role.ACCOUNT_MANAGER))

    assert stranger.get(it.url).status_code == 404
    assert it.url not in stranger.get(LIST).text


def test_the_list_costs_the_same_for_one_and_for_many(app, sign_in, statements):
    it = Unhappy()
    browser = sign_in(it.person(it.supervisor))
    browser.page(LIST)
    statements.clear()
    browser.page(LIST)
    one = len(statements)
    for _ in range(5):
        with transaction():
            other = a_ticket(by=it.person(it.customer), moved=("accept", "apply", "confirm"))
        with transaction():
            ratings.rate(_loaded(other), it.person(it.customer), 1)
    statements.clear()
    assert len(browser.page(LIST).select("tbody tr")) == 6
    assert len(statements) == one <= 8
