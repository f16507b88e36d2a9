"""Ratings (R23, R24): what can be rated, one follow-up for a low one, requests by rule, results from enough ratings on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.documents.models import Document
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.ratings import actions, requests, results
from portal.domain.ratings.models import FollowUp, Rating, RatingRequest
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Ticket
from tests.factories import _loaded, a_customer, a_handler, a_person, a_supervisor, a_ticket, again, an_agent, live

CLOSED = ("accept", "apply", "close")
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def who(key: int) -> Person:
    return again(db.session.get_one(Person, key))


class Cast:
    """A customer with its account manager, a supervisor, and one of its people."""

    def __init__(self):
        self.manager, self.supervisor = a_person(Role.ACCOUNT_MANAGER).id, a_supervisor().id
        self.customer = a_customer(account_manager_id=self.manager)
        self.customer_id = self.customer.id
        self.person = a_person(Role.ORG_ADMIN, customer=self.customer).id

    def report(self, published=True) -> int:
        with transaction():
            at = clock.now() if published else None
            row = Document(
                report="service-month", number="FW-1", params={}, language="en", customer_id=self.customer.id,
                period=date(2026, 10, 1), version=1, by_id=self.supervisor, asked_at=clock.now(), state="ready",
                published_at=at, published_by_id=self.supervisor if published else None,
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            return row.id

    def rate(self, kind: str, stars: int, comment="说了三遍"):
        with transaction():
            by = who(self.person)
            if kind == "report":
                document = db.session.scalars(db.select(Document)).first()
                return actions.rate_report(document, by, stars, comment).id
            return {"service": actions.rate_service, "manager": actions.rate_manager, "visit": actions.rate_visit}[
                kind
            ](by, stars, comment).id


def told(template: str) -> list[int]:
    return sorted(db.session.scalars(db.select(Letter.to_id).where(Letter.template == template)))


def only(model):
    db.session.expire_all()
    return db.session.scalars(db.select(model)).one()


@pytest.mark.parametrize("kind", ["service", "manager", "visit", "report"])
def test_each_kind_is_kept_with_whose_work_it_was_and_told_in_the_customers_history(app, kind):
    it = Cast()
    it.report()
    it.rate(kind, 5)
    row = only(Rating)
    assert (row.kind, row.customer_id, row.manager_id, row.ticket_id) == (kind, it.customer.id, it.manager, None)
    entry = db.session.scalars(db.select(Entry).where(Entry.verb == "customer.rated")).one()
    assert (entry.record, entry.record_id, entry.became) == ("customer", it.customer.id, "5")


@pytest.mark.parametrize(
    ("kind", "hears"), [("service", "both"), ("report", "both"), ("manager", "supervisor"), ("visit", "supervisor")]
)
def test_a_low_one_opens_one_follow_up_and_nobody_follows_up_a_rating_of_oneself(app, kind, hears):
    it = Cast()
    it.report()
    for stars in (2, 1, 5, 1):
        it.rate(kind, stars)
    assert only(FollowUp).rating_id == only(Rating).id
    assert told("rating_low") == sorted([it.supervisor] + ([it.manager] if hears == "both" else []))


def test_a_second_one_on_the_same_day_takes_the_place_of_the_first(app):
    it = Cast()
    with clock.frozen_at(NOON):
        it.rate("service", 3)
        it.rate("service", 4)
    assert only(Rating).stars == 4
    with clock.frozen_at(NOON + timedelta(days=1)):
        it.rate("service", 5)
    assert sorted(db.session.scalars(db.select(Rating.stars))) == [4, 5]


def test_only_what_was_published_to_the_own_company_is_rated(app):
    it, other = Cast(), Cast()
    it.report(published=False)
    with pytest.raises(Refused, match="published to you"):
        it.rate("report", 5)
    with transaction():
        only(Document).published_at = clock.now()
    with pytest.raises(Refused, match="published to you"):
        other.rate("report", 5)


def test_without_an_account_manager_none_is_rated(app):
    it = Cast()
    with transaction():
        db.session.get_one(Customer, it.customer.id).account_manager_id = None
    for kind in ("manager", "visit"):
        with pytest.raises(Refused, match="no account manager"):
            it.rate(kind, 4)


def test_a_tickets_rating_keeps_owner_manager_and_the_department_in_the_lead(app):
    it, agent = Cast(), an_agent()
    ticket = a_ticket(by=who(it.person))
    live(ticket, "accept", "dispatch", by=agent)
    live(ticket, "apply", "close")
    with transaction():
        row = actions.rate(_loaded(db.session.get_one(Ticket, ticket.id)), who(it.person), 4)
        order = ticket.id
    row = only(Rating)
    assert (row.owner_id, row.manager_id, row.kind) == (agent.id, it.manager, "ticket")
    assert row.department_id is not None
    assert order == row.ticket_id


def asked() -> list[tuple]:
    db.session.expire_all()
    rows = db.session.scalars(db.select(RatingRequest).order_by(RatingRequest.id))
    return [(one.skipped, one.link_id is not None) for one in rows]


def test_a_contact_is_asked_once_in_a_fortnight_and_the_skip_is_kept_with_its_rule(app):
    it = Cast()
    with clock.frozen_at(NOON):
        for _ in range(2):
            a_ticket(by=who(it.person), moved=CLOSED)
    assert asked() == [("", True), ("recent", False)]
    with clock.frozen_at(NOON + timedelta(days=14, minutes=1)):
        a_ticket(by=who(it.person), moved=CLOSED)
    assert asked() == [("", True), ("recent", False), ("", True)]
    links = [one.facts["link_id"] is not None for one in db.session.scalars(
        db.select(Letter).where(Letter.template == "ticket_closed").order_by(Letter.id))]  # fmt: skip
    assert links == [True, False, True]


def remind(days: int) -> int:
    with clock.frozen_at(NOON + timedelta(days=days)), transaction():
        return requests.remind()


def test_whoever_has_not_answered_is_reminded_once(app):
    it = Cast()
    with clock.frozen_at(NOON):
        a_ticket(by=who(it.person), moved=CLOSED)
    assert [remind(4), remind(5), remind(6), remind(20)] == [0, 1, 0, 0]
    assert told("rating_asked") == [it.person]


def test_whoever_answered_or_reopened_is_not_reminded(app):
    it, other = Cast(), Cast()
    with clock.frozen_at(NOON):
        rated = a_ticket(by=who(it.person), moved=CLOSED)
        reopened = a_ticket(by=who(other.person), moved=CLOSED)
        with transaction():
            actions.rate(_loaded(rated), who(it.person), 5)
        live(db.session.get_one(Ticket, reopened.id), "reopen")
    assert remind(6) == 0
    states = [(one.answered_at is not None, one.withdrawn_at is not None) for one in
              db.session.scalars(db.select(RatingRequest).order_by(RatingRequest.id))]  # fmt: skip
    assert states == [(True, False), (False, True)]


def test_what_is_withdrawn_stays_in_the_history_and_out_of_every_figure(app):
    it = Cast()
    ticket = a_ticket(by=who(it.person), moved=CLOSED)
    with transaction():
        actions.rate(_loaded(db.session.get_one(Ticket, ticket.id)), who(it.person), 1)
    live(db.session.get_one(Ticket, ticket.id), "reopen")
    which = results.counting(results.since(12))
    assert results.all_in_all(db.select(Rating), which).n == 0
    history = results.listing(db.select(Rating), results.of_customer(it.customer), None, 10)
    assert [one.withdrawn_at is not None for one in history] == [True]


def given(stars: list[int], **facts) -> None:
    """Ratings of the service as a whole by different people, as results see them."""
    with transaction():
        for n in stars:
            person = a_quick_customer()
            kept = {"kind": "service", "at": NOON - timedelta(days=40), "comment": f"意见{n}"} | facts
            db.session.add(Rating(customer_id=person.customer_id, by_id=person.id, stars=n, dimensions={}, **kept))


def a_quick_customer() -> Person:
    from tests.factories import _next, _quick

    n = _next()
    customer = Customer(number=f"Q{n}", name=f"某公司{n}", short_name=f"某{n}")
    db.session.add(customer)
    db.session.flush()
    return _quick(Role.ORG_MEMBER, customer_id=customer.id)


def test_a_result_says_share_interval_and_mean(app):
    """Worked: 5·5·5·4·4·4·4·4·4·2 — nine of ten satisfied, 90%, Wilson 60–98%, mean 4.1."""
    given([5, 5, 5, 4, 4, 4, 4, 4, 4, 2])
    with clock.frozen_at(NOON):
        found = results.all_in_all(db.select(Rating), results.counting(results.since(12)))
    assert (found.n, found.satisfied, found.share, found.is_small) == (10, 9, 0.9, False)
    assert (round(found.interval.low, 2), round(found.interval.high, 2), found.mean) == (0.60, 0.98, 4.1)


@pytest.mark.parametrize(("count", "small"), [(4, True), (5, False)])
def test_whoever_was_rated_reads_results_from_the_smallest_group_on(app, count, small):
    agent = an_agent()
    given([4] * count, owner_id=agent.id)
    with clock.frozen_at(NOON):
        (mine,) = results.own(who(agent.id))
    assert (mine.result.is_small, mine.result.n, mine.words) == (small, count, ())


def test_words_come_later_still_and_never_of_the_running_month(app):
    manager = a_person(Role.ACCOUNT_MANAGER)
    given([5] * 9, manager_id=manager.id)
    given([1], manager_id=manager.id, at=NOON - timedelta(days=1))
    with clock.frozen_at(NOON):
        (mine,) = results.own(who(manager.id))
        assert (mine.result.n, mine.words) == (9, ())
    given([4], manager_id=manager.id)
    with clock.frozen_at(NOON):
        (mine,) = results.own(who(manager.id))
    assert (mine.result.n, len(mine.words)) == (10, 10)


def test_names_are_struck_out_of_the_words_one_reads_about_ones_own_work(app):
    manager = a_person(Role.ACCOUNT_MANAGER)
    name = manager.name
    given([5] * 10, manager_id=manager.id)
    with transaction():
        db.session.execute(db.update(Rating).values(comment=f"{name}很好，回电13800001234"))
    with clock.frozen_at(NOON):
        (mine,) = results.own(who(manager.id))
    assert set(mine.words) == {"×××很好，回电×××"}


def test_a_department_reads_of_its_orders_and_a_provider_of_its_own(app):
    from tests.factories import a_provider

    provider = a_provider()
    handler, theirs = a_handler(), a_handler(provider)
    given([3] * 5, department_id=handler.department_id)
    given([2] * 6, provider_id=theirs.provider_id)
    with clock.frozen_at(NOON):
        assert [one.result.n for one in results.own(who(handler.id))] == [5]
        assert [one.result.n for one in results.own(who(theirs.id))] == [6]
