"""Complaint analysis: limits with the worked figures of the formulas, Pareto, control charts, repeats, signals."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer
from portal.domain.quality import analysis, signals
from portal.domain.quality import complaint_counts as counts
from portal.domain.quality.complaint_counts import Count
from portal.domain.quality.days import following
from portal.domain.quality.records import ComplaintCount, Signal
from portal.domain.refusals import Refused
from portal.domain.statistics import alarming, c_limit, control, poisson_tail, vital_few
from portal.domain.tickets.models import Ticket
from tests.factories import _quick, a_customer, a_person, a_supervisor, a_ticket, again

NOVEMBER = date(2026, 11, 1)
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.mark.parametrize(("mean", "limit"), [(4, 10), (9, 18)])
def test_the_limit_of_a_c_chart_is_the_worked_one(mean, limit):
    assert c_limit(mean) == limit
    assert alarming(mean) == limit + 1  # above the limit, not on it


@pytest.mark.parametrize(("mean", "alert"), [(1, 5), (2, 7), (3, 9)])
def test_small_means_alert_where_the_exact_tail_falls_below_one_in_a_hundred(mean, alert):
    assert alarming(mean) == alert
    assert poisson_tail(alert, mean) < 0.01 <= poisson_tail(alert - 1, mean)


def test_the_tail_of_a_poisson_count_is_exact():
    assert poisson_tail(0, 3) == 1
    assert poisson_tail(1, 1) == pytest.approx(0.6321, abs=1e-4)
    assert poisson_tail(5, 1) == pytest.approx(0.003660, abs=1e-6)
    assert alarming(0) == 1


@pytest.mark.parametrize(("values", "few"), [([50, 30, 20], 2), ([1] * 10, 8), ([100], 1), ([], 0), ([0, 0], 0)])
def test_the_vital_few_make_eighty_percent(values, few):
    assert vital_few(values) == few


def test_a_pareto_list_stands_in_order_with_what_is_not_said_at_its_end():
    now = {"-": Count(9, 2), "a": Count(2, 2), "b": Count(6, 3), "c": Count(2, 1)}
    found = analysis.parts(now, {"b": Count(5, 5)})
    assert [(one.code, one.complaints, one.before) for one in found] == [
        ("b", 6, 5),
        ("a", 2, 0),
        ("c", 2, 0),
        ("-", 9, 0),
    ]
    assert [one.is_vital for one in found] == [True, True, True, False], "c is as large as a"
    assert found[-1].cumulated == 1


@pytest.mark.parametrize(
    ("now", "vital", "said"),
    [
        # 63.6% are not said; of the 4 that are, three parts make all
        ({"-": 7, "a": 2, "b": 1, "c": 1}, "abc", (3, 1, 4, 7)),
        # 8 of 10 reach 80% with a and b; c is smaller
        ({"a": 5, "b": 3, "c": 2}, "ab", (2, 0.8, 10, 0)),
        # the few pass 80%: what they really make is said
        ({"a": 9, "b": 8, "c": 3}, "ab", (2, 0.85, 20, 0)),
        # all alike: none of them is more vital than another
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}, "abcdef", (6, 1, 6, 0)),
        ({"-": 5}, "", (0, 0, 0, 5)),
        ({}, "", (0, 0, 0, 0)),
    ],
)
def test_the_headline_says_what_the_vital_few_really_make_of_what_is_known(now, vital, said):
    found = analysis.parts({code: Count(n, n) for code, n in now.items()}, {})
    head = analysis.headline(found)

    assert "".join(one.code for one in found if one.is_vital) == vital
    assert (head.parts, pytest.approx(head.share), head.n, head.unknown) == said


@pytest.mark.parametrize(("base", "now", "state"), [
    ([1] * 12, 4, "normal"),
    ([1] * 12, 5, "above"),
    ([4] * 12, 10, "normal"),
    ([4] * 12, 11, "above"),
    ([0] * 12, 1, "normal"),
    ([0] * 12, 2, "above"),
    ([3] * 5 + [5] * 7, 5, "run"),
    ([3] * 6 + [5] * 6, 5, "normal"),
    ([1] * 11, 40, "too_few"),
])  # fmt: skip
def test_a_class_is_judged_by_the_twelve_months_before(base, now, state):
    assert control("x", [*base, now]).state == state


def opened(at: datetime, by=None, *moved, **facts) -> Ticket:
    with clock.frozen_at(at):
        return a_ticket(by=by, moved=moved, **facts)


def a_buyer(**facts):
    return a_person(customer=db.session.get_one(Customer, a_customer(**facts).id))


def month(first=NOVEMBER):
    with clock.frozen_at(NOON):
        return analysis.month(first)


def test_a_month_is_counted_by_every_side_each_customer_once(app):
    one, other = a_buyer(tier="strategic"), a_buyer(tier="key")
    at = NOON - timedelta(days=5)
    for by, code in ((one, "product_down"), (one, "product_down"), (other, "product_rate"), (other, "price_bill")):
        opened(at, again(by), "accept", "dispatch", class_code=code)
    opened(at, again(one), "withdraw", class_code="price_bill")
    opened(at - timedelta(days=40), again(one), class_code="price_bill")
    opened(at, again(one), kind="repair")

    found = month()

    assert (found.total, found.before) == (Count(4, 2), Count(1, 1))
    sides = {side: {one.code: (one.complaints, one.customers) for one in parts} for side, parts in found.sides.items()}
    assert sides["class"] == {"product_down": (2, 1), "product_rate": (1, 1), "price_bill": (1, 1)}
    assert sides["group"] == {"product": (3, 2), "price": (1, 1)}
    assert sides["tier"] == {"strategic": (2, 1), "key": (2, 1)}
    assert sides["channel"] == {"portal": (4, 2)}
    assert sides["cause"] == {"-": (4, 2)}
    assert list(sides["party"].values()) == [(4, 2)]
    for side, parts in found.sides.items():
        for part in parts:
            behind = db.session.scalars(counts.records(NOVEMBER, side, part.code)).all()
            assert len(behind) == part.complaints, (side, part.code)


def test_a_closed_month_is_kept_and_stays_as_it_was(app, statements):
    ticket = opened(datetime(2026, 9, 10, tzinfo=UTC), None, "accept").id
    kept = []
    with clock.frozen_at(NOON):
        while True:
            with transaction():
                first = counts.keep_next()
            if first is None:
                break
            kept.append(first)
    assert kept == [date(2026, 9, 1), date(2026, 10, 1)]
    with clock.frozen_at(NOON), transaction():
        db.session.get_one(Ticket, ticket).class_code = "price_bill"
    with clock.frozen_at(NOON):
        assert "price_bill" not in counts.of_months([kept[0]], kept[0])[kept[0]]["class"]
        statements.clear()
        counts.of_months([kept[0], kept[1]], kept[0])
        assert len(statements) == 1
    assert db.session.scalar(db.select(ComplaintCount.complaints).where(ComplaintCount.month == kept[1])) == 0


def test_a_month_settles_some_working_days_before_it_is_kept(app):
    opened(datetime(2026, 10, 10, tzinfo=UTC))
    for day, kept in ((datetime(2026, 11, 1, 4, tzinfo=UTC), None), (NOON, date(2026, 10, 1))):
        with clock.frozen_at(day), transaction():
            assert counts.keep_next() == kept


def a_history(code="product_down", months=12, customers=1):
    """Kept months with so many customers of a class each, and a first complaint long ago."""
    opened(datetime(2025, 10, 10, tzinfo=UTC), class_code=code)
    with transaction():
        for back in range(1, months + 1):
            first = following(NOVEMBER, -back)
            for side, key in (("total", "-"), ("class", code)):
                row = ComplaintCount(month=first, side=side, code=key, complaints=customers, customers=customers)
                db.session.add(row)


def look() -> int:
    with clock.frozen_at(NOON):
        found = signals.seek()
        with transaction():
            return signals.keep(found)


def kept_signals() -> list[tuple]:
    rows = db.session.scalars(db.select(Signal).order_by(Signal.id))
    return [(one.rule, one.class_code, one.facts.get("count")) for one in rows]


def test_more_customers_than_the_limit_are_a_signal_once(app):
    supervisor = a_supervisor().id
    a_history()
    for _ in range(4):
        opened(NOON - timedelta(days=3), class_code="product_down")
    assert look() == 0
    opened(NOON - timedelta(days=2), class_code="product_down")

    assert look() == 1
    assert look() == 0

    assert kept_signals() == [("limit", "product_down", 5)]
    assert db.session.scalars(db.select(Letter.to_id).where(Letter.template == "signals_raised")).all() == [supervisor]


def test_ten_tickets_of_one_customer_are_one_customer(app):
    a_history()
    by = a_buyer()
    for _ in range(10):
        opened(NOON - timedelta(days=3), again(by), class_code="product_down")
    found = month()
    assert next(one for one in found.controls if one.code == "product_down").customers[-1] == 1
    assert look() == 0


def test_three_important_customers_with_the_same_class_are_a_signal(app):
    for facts in ({"tier": "strategic"}, {"card": "gold"}, {"tier": "key", "card": "silver"}):
        opened(NOON - timedelta(days=80), again(a_buyer(**facts)), class_code="price_bill")
    assert look() == 0
    opened(NOON - timedelta(days=1), again(a_buyer(card="gold")), class_code="price_bill")
    assert look() == 1
    assert kept_signals() == [("important", "price_bill", 3)]


def test_complaining_again_after_closure_counts_and_before_it_does_not(app):
    by = a_buyer()
    opened(NOON - timedelta(days=60), again(by), "accept", "apply", "close", class_code="price_bill")
    opened(NOON - timedelta(days=40), again(by), class_code="price_bill")
    opened(NOON - timedelta(days=70), again(by), class_code="price_bill")  # before the closure
    opened(NOON - timedelta(days=30), again(by), class_code="price_charge")
    assert month().repeats == []
    opened(NOON - timedelta(days=20), again(by), class_code="price_bill")
    found = month().repeats
    assert [(one.customer.id, one.class_code, one.times) for one in found] == [(by.customer_id, "price_bill", 2)]
    assert look() == 1


def test_the_vital_classes_of_a_closed_quarter_are_signals(app):
    september = datetime(2026, 9, 10, tzinfo=UTC)
    for code, number in (("product_down", 8), ("price_bill", 1), ("intake_slow", 1)):
        for _ in range(number):
            opened(september, class_code=code)
    with clock.frozen_at(datetime(2026, 10, 24, 4, tzinfo=UTC)), transaction():
        assert signals.keep(signals.seek()) == 1
    assert kept_signals() == [("pareto", "product_down", 8)]


def a_signal() -> int:
    with transaction():
        row = Signal(
            key="limit:x", rule="limit", month=NOVEMBER, class_code="price_bill", facts={}, raised_at=NOON, reason=""
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def test_a_signal_becomes_a_problem_or_is_dismissed_with_a_reason_once(app):
    one, other = a_signal(), None
    with transaction():
        problem = signals.make_problem(db.session.get_one(Signal, one), again(_quick("supervisor")), "账单反复出错")
        assert (problem.class_code, db.session.get_one(Signal, one).problem_id) == ("price_bill", problem.id)
    with transaction():
        row = Signal(
            key="limit:y", rule="limit", month=NOVEMBER, class_code="price_bill", facts={}, raised_at=NOON, reason=""
        )
        db.session.add(row)
        db.session.flush()
        other = row.id
    supervisor = again(a_supervisor())
    with pytest.raises(Refused, match="why"):
        signals.dismiss(db.session.get_one(Signal, other), supervisor, " ")
    with transaction():
        signals.dismiss(db.session.get_one(Signal, other), again(supervisor), "大客户割接期间的正常波动")
    with pytest.raises(Refused, match="already"):
        signals.dismiss(db.session.get_one(Signal, one), supervisor, "x")
    verbs = db.session.scalars(db.select(Entry.verb).where(Entry.record == "quality_signal")).all()
    assert set(verbs) == {"quality_signal.problem", "quality_signal.dismissed"}
    assert db.session.scalar(signals.open_ones()) == 0
