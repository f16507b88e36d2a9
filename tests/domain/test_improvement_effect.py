"""The effect of a measure (formulas 3.13): the same customers before and after, the months that follow, verdicts."""

from datetime import UTC, date, datetime

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Customer
from portal.domain.quality import improvement as rules
from portal.domain.quality import improvement_effect as effects
from portal.domain.quality.days import following
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.records import ComplaintCount
from portal.domain.statistics import newcombe, newcombe_paired
from portal.domain.tickets.models import Ticket
from tests.factories import a_customer, a_person, a_ticket, again, an_improvement, improve

MEASURE = date(2026, 6, 1)
AFTER = datetime(2026, 9, 20, 4, tzinfo=UTC)
"""Long after: sixty days are over, and two whole months are kept."""


def test_the_paired_interval_is_the_published_one():
    """Airway reactions of 21 children before and after a transplant (Fagerland, Lydersen, Laake 2014): −0.507 … −0.026."""
    found = newcombe_paired(both=1, only_now=1, only_then=7, neither=12)
    assert (round(found.low, 3), round(found.high, 3)) == (-0.507, -0.026)


def test_without_anything_in_common_pairs_are_two_groups():
    """Expected by chance alone: 4 of 10 then, 5 of 10 now, 2 both times."""
    pairs, groups = newcombe_paired(2, 3, 2, 3), newcombe(5, 10, 4, 10)
    assert (pairs.low, pairs.high) == pytest.approx((groups.low, groups.high))
    assert newcombe_paired(0, 0, 0, 0) is None


def customers(count: int) -> list:
    return [a_person(customer=db.session.get_one(Customer, a_customer().id)).id for _ in range(count)]


def complains(person: int, day: date, code="price_bill", **facts) -> Ticket:
    from portal.domain.people.models import Person

    with clock.frozen_at(datetime(day.year, day.month, day.day, 4, tzinfo=UTC)):
        return a_ticket(by=again(db.session.get_one(Person, person)), class_code=code, **facts)


def measured(**facts) -> int:
    """An action whose measure works from the first of June on, verified."""
    with clock.frozen_at(datetime(2026, 6, 2, 4, tzinfo=UTC)):
        key = an_improvement(**facts)
        improve(key, "finish", on=MEASURE)
        improve(key, "verify")
    return key


def effect(key: int, at: datetime = AFTER) -> effects.Effect:
    with clock.frozen_at(at):
        db.session.expire_all()
        return effects.effect(db.session.get_one(Improvement, key))


def test_ten_customers_before_and_one_after_are_better_beyond_chance(app):
    """Of 20 customers 10 complained in the sixty days before the first of June, one of them also after it, nobody else.

    10/20 = 50%, 1/20 = 5%; only before 9, only after 0: the exact test of pairs gives 2·(1/2)⁹ = 0.4%.
    """
    them = customers(20)
    for person in them[:10]:
        complains(person, date(2026, 5, 10))
        complains(person, date(2026, 5, 20))  # the same customer counts once
    complains(them[0], date(2026, 6, 15))
    complains(them[1], date(2026, 3, 1))  # before the stretch
    complains(them[12], date(2026, 8, 1))  # after it
    complains(them[13], date(2026, 6, 20), "product_down")  # another class
    complains(them[14], date(2026, 6, 20), moved=("withdraw",))
    found = effect(measured())
    before, after = found.before, found.after
    assert (before.begin, before.end, after.end) == (date(2026, 4, 2), MEASURE, date(2026, 7, 31))
    assert (before.customers, before.complaints, before.n) == (10, 20, 20)
    assert (after.customers, after.complaints, after.n) == (1, 1, 20)
    assert (found.only_before, found.only_after) == (9, 0)
    assert found.difference == pytest.approx(-0.45)
    assert found.interval.low < -0.45 < found.interval.high < 0
    assert (before.interval.low, before.interval.high) == pytest.approx((0.299, 0.701), abs=1e-3)
    assert found.verdict == "better"


def test_every_figure_opens_exactly_its_complaints(app):
    them = customers(3)
    early = [complains(person, date(2026, 5, 10)).id for person in them]
    late = complains(them[0], date(2026, 7, 1)).id
    complains(them[0], date(2026, 8, 5))
    key = measured()
    with clock.frozen_at(AFTER):
        row = db.session.get_one(Improvement, key)
        found = {
            side: sorted(db.session.scalars(db.select(Ticket.id).where(effects.behind(row, side))))
            for side in ("before", "after")
        }
    assert found == {"before": early, "after": [late]}


def test_a_difference_that_chance_explains_is_no_effect(app):
    them = customers(6)
    for person in them[:4]:
        complains(person, date(2026, 5, 10))
    key = measured()
    assert effect(key).verdict == "early"  # the months after it are not counted yet
    for month in (6, 7):
        kept_month(date(2026, month, 1), 0)
    assert effect(key).verdict == "none"


def test_more_after_it_is_worse_even_within_limits(app):
    them = customers(12)
    for person in them[:8]:
        complains(person, date(2026, 6, 10))
    history(12, customers=6)
    kept_month(date(2026, 6, 1), 8)
    kept_month(date(2026, 7, 1), 2)
    found = effect(measured())
    assert [one.state for one in found.months] == ["normal", "normal"]
    assert found.verdict == "worse"


def test_it_is_judged_when_the_stretch_is_over_and_not_before(app):
    them = customers(10)
    for person in them:
        complains(person, date(2026, 5, 25))
    key = measured()
    on_the_way = effect(key, datetime(2026, 6, 21, 4, tzinfo=UTC))
    assert (on_the_way.before.begin, on_the_way.after.end) == (date(2026, 5, 12), date(2026, 6, 21))
    assert on_the_way.judged_on == date(2026, 7, 31)
    assert on_the_way.verdict == "early"
    assert effect(key).verdict == "better"


def kept_month(month: date, customers: int, code="price_bill") -> None:
    with transaction():
        for side, key in (("total", "-"), ("class", code)):
            if side == "total" or customers:
                db.session.add(
                    ComplaintCount(month=month, side=side, code=key, complaints=customers, customers=customers)
                )


def history(months: int, customers: int) -> None:
    for back in range(1, months + 1):
        kept_month(following(MEASURE, -back), customers)


def test_two_whole_months_within_their_limits_are_proof(app):
    history(12, customers=2)
    kept_month(date(2026, 6, 1), 0)
    key = measured()
    assert [one.state for one in effect(key).months] == ["normal", "ahead"]
    assert effect(key).verdict == "early"
    kept_month(date(2026, 7, 1), 3)
    found = effect(key)
    assert [(one.month.month, one.customers, one.state) for one in found.months] == [(6, 0, "normal"), (7, 3, "normal")]
    assert found.verdict == "inside"


def test_a_month_above_its_limit_is_none(app):
    history(12, customers=1)
    kept_month(date(2026, 6, 1), 0)
    kept_month(date(2026, 7, 1), 9)
    found = effect(measured())
    assert [one.state for one in found.months] == ["normal", "above"]
    assert found.verdict == "none"


def test_too_few_months_before_say_nothing(app):
    history(5, customers=1)
    kept_month(date(2026, 6, 1), 0)
    kept_month(date(2026, 7, 1), 0)
    assert [one.state for one in effect(measured()).months] == ["too_few", "too_few"]


def test_a_customer_who_left_is_in_neither_side(app):
    them = customers(2)
    complains(them[0], date(2026, 5, 10))
    from portal.domain.people.models import Person

    with transaction():
        gone = db.session.get_one(Person, them[0]).customer_id
        db.session.get_one(Customer, gone).closed_on = date(2026, 6, 15)
    found = effect(measured())
    assert (found.before.n, found.before.customers) == (1, 0)


def test_an_effect_is_asked_of_a_measure_that_works_and_of_a_class(app):
    assert effects.effect(db.session.get_one(Improvement, an_improvement())) is None
    assert effect(measured(class_code=None)) is None


def test_proven_it_can_be_closed(app):
    for person in customers(8):
        complains(person, date(2026, 5, 10))
    key = measured()
    with clock.frozen_at(AFTER):
        assert rules.still_missing(db.session.get_one(Improvement, key)) == []
        improve(key, "close")
    assert db.session.get_one(Improvement, key).state == "closed"


def test_the_effect_costs_two_statements(app, statements):
    history(12, customers=1)
    kept_month(date(2026, 6, 1), 0)
    key = measured()
    effect(key)
    db.session.expire_all()
    row = db.session.get_one(Improvement, key)
    with clock.frozen_at(AFTER):
        from portal.domain import settings

        settings.policy()
        statements.clear()
        effects.effect(row)
    assert len(statements) == 2
