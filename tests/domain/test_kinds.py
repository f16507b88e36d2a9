"""A mistaken kind is put right once: its promises run from the beginning, what was done counts (R10, R14)."""

import pytest

from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.quality.fact_models import TicketFacts
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import deadlines, kinds
from tests.domain.lives import MORNING, Life


def correct(life: Life, kind: str = "repair", hours: float = 2, **facts):
    from datetime import timedelta

    from portal import clock

    facts = {"condition": "not_yet"} | facts
    with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
        kinds.correct(life.ticket, life._person(life.agent), kind, "设备故障，尚未检修", **facts)


def hour(moment) -> float:
    return (moment - MORNING).total_seconds() / 3600


@pytest.fixture
def life(app) -> Life:
    return Life(class_code="product_rate").do(1, "accept")


def test_promises_of_the_new_kind_begin_when_it_was_opened_and_the_old_ones_are_dropped(life):
    correct(life)

    (report,) = life.promises("repair_report")
    assert (hour(report.started_at), report.is_open) == (0, True)
    assert (life.stands("reply"), life.stands("progress")) == (["dropped"], ["dropped"])
    assert life.stands("first_contact") == ["open"]
    assert hour(life.promises("closure")[0].started_at) == 0
    assert life.ticket.due_code in {"first_contact", "repair_report"}


def test_the_number_and_the_class_stay_and_it_is_kept_why(life):
    number = life.ticket.number
    correct(life)

    ticket = life.ticket
    assert (ticket.number, ticket.kind, ticket.kind_was, ticket.class_code) == (
        number,
        "repair",
        "complaint",
        "product_rate",
    )
    assert ticket.answers["reason"] == "not_yet"
    entry = db.session.scalars(db.select(Entry).where(Entry.verb == "ticket.kind")).one()
    assert (entry.was, entry.became, entry.why) == ("complaint", "repair", "设备故障，尚未检修")
    assert (
        db.session.scalars(db.select(Letter.facts).where(Letter.template == "ticket_kind_corrected")).one()["kind"]
        == "repair"
    )


def test_a_class_that_is_none_of_the_new_kind_is_taken_off(app):
    life = Life(class_code="price_charge").do(1, "accept")
    correct(life)
    assert life.ticket.class_code is None


def test_what_was_done_meanwhile_keeps_the_new_promises(app):
    life = Life("repair", class_code="product_rate", answers={}).do(1, "accept", "final")
    correct(life, "complaint", 3, condition=None)

    assert life.stands("reply") == ["met"]
    assert life.stands("progress") == ["met", "open"]
    assert [hour(one.started_at) for one in life.promises("progress")] == [0, 1]


def test_the_time_we_waited_for_the_customer_is_not_counted_against_the_new_promise(app):
    plain, waited = (Life(class_code="product_rate").do(1, "accept") for _ in range(2))
    waited.do(2, "ask").do(26, "answer")
    for life in (plain, waited):
        correct(life, hours=27)

    (without,), (with_pause,) = plain.promises("repair_report"), waited.promises("repair_report")
    assert with_pause.due_at > without.due_at
    (kept,) = deadlines._pauses(with_pause, deadlines.Pause.id > 0)
    assert (hour(kept.began_at), hour(kept.ended_at)) == (2, 26)


def test_it_is_put_right_only_once(life):
    correct(life)
    with pytest.raises(Refused, match="once"):
        correct(life, "complaint")


def test_a_repair_request_needs_its_condition(life):
    for condition in (None, "because"):
        with pytest.raises(Refused, match="what makes it"):
            correct(life, condition=condition)
    assert life.ticket.kind == "complaint"


@pytest.mark.parametrize("kind", ["complaint", "service", "nonsense"])
def test_it_becomes_no_kind_it_cannot_be(life, kind):
    with pytest.raises(Refused, match="cannot become"):
        correct(life, kind)


@pytest.mark.parametrize("steps", [("ask",), ("final", "apply"), ("withdraw",)])
def test_only_while_it_is_first_worked_on(life, steps):
    life.do(1.5, *steps)
    with pytest.raises(Refused, match="first worked on"):
        correct(life)


def test_nobody_puts_right_what_changed_meanwhile_and_only_the_desk_does(life):
    with pytest.raises(Stale):
        correct(life, version=life.ticket.version + 1)
    life.agent = life.handler
    with pytest.raises(Refused, match="desk"):
        correct(life)


def test_the_figures_follow_the_kind(life):
    other = Life(class_code="product_rate").do(1, "accept")
    correct(life)
    correct(other, "praise", condition=None)

    rows = db.session.execute(db.select(TicketFacts.ticket_id, TicketFacts.kind)).all()
    assert rows == [(life.id, "repair")]
