"""Do the facts that figures count follow every change of a ticket, and nothing else?"""

from datetime import date, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.quality import facts, figures
from portal.domain.quality.fact_models import TicketFacts
from portal.domain.quality.measures import MEASURES
from portal.domain.refusals import Refused
from portal.domain.tickets import dispatching
from portal.domain.tickets.orders import orders
from tests import factories
from tests.domain.lives import MORNING, Life

NOVEMBER = date(2026, 11, 1)


def fact(life: Life) -> TicketFacts:
    db.session.expire_all()
    return db.session.get_one(TicketFacts, life.id)


def at(hours: float, **of) -> figures.Figures:
    with clock.frozen_at(MORNING + timedelta(hours=hours)):
        return figures.month(NOVEMBER, **of)


def test_an_enquiry_has_no_facts(app):
    life = Life("enquiry")

    assert db.session.get(TicketFacts, life.id) is None


def test_a_complaint_that_may_still_be_answered_is_not_judged_yet(app):
    Life()

    assert (at(1)["timely_reply"].numerator, at(1)["timely_reply"].denominator) == (0, 0)
    assert at(25)["timely_reply"].denominator == 1
    assert at(25)["complaints"].numerator == 1


def test_a_reply_in_time_counts_and_a_late_one_does_not(app):
    Life().do(2, "accept", "final")
    Life().do(30, "accept", "final")

    figure = at(31)["timely_reply"]

    assert (figure.numerator, figure.denominator) == (1, 2)


def test_the_tickets_behind_a_figure_are_exactly_those_it_counted(app):
    good, late = Life().do(2, "accept", "final"), Life().do(30, "accept", "final")
    with clock.frozen_at(MORNING + timedelta(hours=31)):
        of = (NOVEMBER, MEASURES["timely_reply"])
        above, below = (db.session.scalars(figures.records(*of, side)).all() for side in ("numerator", "denominator"))
        why = db.session.scalars(figures.records(*of, "missing")).all()

    assert above == [good.id]
    assert sorted(below) == [good.id, late.id]
    assert why == [late.id]


def test_a_withdrawn_complaint_is_counted_apart(app):
    life = Life().do(3, "withdraw")

    assert at(30)["complaints"].numerator == 0
    assert at(30)["withdrawn"].numerator == 1
    assert fact(life).standing == "withdrawn"


def test_a_complaint_stays_with_the_first_party_in_the_lead(app):
    life = Life().do(1, "accept", "dispatch")
    first = fact(life).department_id
    other = db.session.scalars(db.select(factories.Department).order_by(factories.Department.id)).all()[1]
    with clock.frozen_at(MORNING + timedelta(hours=2)), transaction():
        dispatching.dispatch(life.ticket, life._person(life.agent), other, "改派。")

    assert first is not None
    assert fact(life).department_id == first


def test_a_contact_that_nobody_made_is_not_counted_as_made(app):
    Life().do(1, "accept", "contact").do(2, "apply").do(3, "close")
    silent = Life().do(1, "accept", "apply").do(3, "close")

    contact, kept = at(30)["contact_24h"], at(30)["handling_timely"]

    assert (contact.numerator, contact.denominator) == (1, 2)
    assert (kept.numerator, kept.denominator) == (1, 2)
    assert fact(silent).contact_kept is False


@pytest.mark.parametrize(
    ("steps", "department_counts"),
    [
        (("confirm order", "hand back"), True),
        (("hand back",), True),
        (("recall",), False),
        (("confirm order", "recall"), True),
    ],
)
def test_a_complaint_that_moves_on_still_counts_for_the_first_unless_the_desk_sent_it_wrong(
    app, steps, department_counts
):
    life = Life().do(1, "accept", "dispatch").do(2, *steps)
    provider = factories.a_provider().id
    with clock.frozen_at(MORNING + timedelta(hours=3)), transaction():
        to = db.session.get_one(factories.Provider, provider)
        dispatching.dispatch(life.ticket, life._person(life.agent), to, "改派服务商。")

    assert fact(life).provider_id == provider
    assert (fact(life).department_id is not None) is department_counts


def test_what_was_handed_back_unread_is_no_longer_theirs_once_the_desk_says_that_it_went_wrong(app):
    life = Life().do(1, "accept", "dispatch").do(2, "hand back")
    with clock.frozen_at(MORNING + timedelta(hours=3)), transaction():
        (order,) = orders(life.ticket)
        dispatching.recall(order, life.ticket, life._person(life.agent), "派错部门。")

    assert fact(life).department_id is None
    assert orders(life.ticket)[0].handed_back == "不归我们。"
    with clock.frozen_at(MORNING + timedelta(hours=4)), pytest.raises(Refused, match="over"), transaction():
        dispatching.recall(orders(life.ticket)[0], life.ticket, life._person(life.agent), "再一次。")


def test_a_provider_that_only_assists_is_not_the_complaints_party(app):
    life = Life().do(1, "accept", "dispatch")
    provider = factories.a_provider().id
    with clock.frozen_at(MORNING + timedelta(hours=2)), transaction():
        to = db.session.get_one(factories.Provider, provider)
        dispatching.dispatch(life.ticket, life._person(life.agent), to, "协助抢修。", lead=False)

    assert fact(life).provider_id is None


def test_what_was_closed_and_reopened_in_another_month_still_stood_closed_in_its_own(app):
    life = Life().do(1, "accept", "apply").do(2, "close").do(24 * 10, "reopen")

    assert fact(life).closed_in_month
    assert not fact(life).is_closed
    assert fact(life).closed_in_limit


def test_rebuilding_finds_what_the_changes_left(app):
    Life().do(1, "accept", "apply").do(2, "close")
    Life("repair").do(1, "accept", "dispatch")
    names = [column.name for column in TicketFacts.__table__.columns]
    rows = db.select(*TicketFacts.__table__.columns).order_by(TicketFacts.ticket_id)
    before = db.session.execute(rows).all()
    with transaction():
        db.session.execute(db.delete(TicketFacts))

    assert facts.rebuild() == 2
    assert [dict(zip(names, row, strict=True)) for row in db.session.execute(rows)] == [
        dict(zip(names, row, strict=True)) for row in before
    ]
