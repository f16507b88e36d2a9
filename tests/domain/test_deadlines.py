"""Does every promise begin, hold, pause, repeat, begin again and end as the policy says (R14), in both packs?"""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.outbox import Letter
from portal.domain.policy import load_pack
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, deadlines, outlook, reminders
from portal.domain.tickets.models import NEVER, Deadline, Message, Pause
from portal.reports.gathering.plain import promise_fact
from portal.web import promises
from tests.domain.lives import MORNING, Life
from tests.factories import a_supervisor


@pytest.fixture(params=["telecom", "cars"])
def pack(app, ground, request):
    """The portal of a company with this pack."""
    if request.param != "telecom":
        ground.lay(request.param)
    return request.param


LIVES = [
    # kind, steps by hour, {rule: how its promises stand}
    ("complaint", [], {"first_contact": ["open"], "reply": ["open"], "progress": ["open"], "closure": ["open"], "call_back": [], "confirm_order": [], "contact_again": []}),
    ("complaint", [(1, "accept")], {"first_contact": ["open"], "reply": ["open"]}),
    ("complaint", [(1, "try to contact")], {"first_contact": ["open"]}),
    ("complaint", [(1, "contact")], {"first_contact": ["met"], "reply": ["open"], "progress": ["open"]}),
    ("complaint", [(1, "progress")], {"reply": ["open"], "progress": ["met", "open"], "first_contact": ["open"]}),
    ("complaint", [(1, "preliminary")], {"reply": ["met"], "progress": ["met", "open"]}),
    ("complaint", [(1, "progress"), (5, "progress"), (9, "progress")], {"progress": ["met", "met", "met", "open"]}),
    ("complaint", [(1, "accept"), (2, "ask")], {"progress": ["met", "paused"], "closure": ["paused"], "reply": ["open"], "first_contact": ["open"]}),
    ("complaint", [(1, "accept"), (2, "ask"), (5, "answer")], {"progress": ["met", "open"], "closure": ["open"]}),
    ("complaint", [(1, "accept"), (2, "ask"), (5, "resume")], {"progress": ["met", "open"], "closure": ["open"]}),
    ("complaint", [(1, "accept"), (2, "ask"), (5, "progress")], {"progress": ["met", "met", "paused"], "closure": ["paused"]}),
    ("complaint", [(1, "accept"), (3, "apply")], {"reply": ["met"], "progress": ["met", "met"], "first_contact": ["dropped"], "closure": ["open"], "call_back": ["open"]}),
    ("complaint", [(1, "accept"), (2, "contact"), (3, "apply")], {"first_contact": ["met"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "close")], {"closure": ["met"], "call_back": ["met"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "confirm")], {"closure": ["met"], "call_back": ["met"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "send back")], {"closure": ["open"], "call_back": ["met"], "progress": ["met", "met", "open"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "reject")], {"closure": ["open"], "call_back": ["met"], "progress": ["met", "met", "open"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "take application back")], {"closure": ["open"], "call_back": ["dropped"], "progress": ["met", "met", "open"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "send back"), (5, "apply")], {"call_back": ["met", "open"], "progress": ["met", "met", "met", "met"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "nobody")], {"call_back": ["met", "open"], "closure": ["open"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "nobody"), (28, "nobody"), (52, "nobody")], {"call_back": ["met", "met", "met"]}),
    ("complaint", [(1, "withdraw")], {"first_contact": ["dropped"], "reply": ["dropped"], "progress": ["dropped"], "closure": ["dropped"]}),
    ("complaint", [(1, "accept"), (2, "ask"), (3, "withdraw")], {"progress": ["met", "dropped"], "closure": ["dropped"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "close"), (50, "reopen")], {"closure": ["met"], "closure_again": ["open"], "progress_again": ["open"], "contact_again": ["open"], "first_contact": ["dropped"], "reply": ["met"], "call_back": ["met"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "close"), (50, "reopen"), (51, "progress")], {"progress_again": ["met", "open"], "progress": ["met", "met"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "close"), (50, "reopen"), (51, "apply"), (52, "send back")], {"progress_again": ["met", "met", "open"], "progress": ["met", "met"], "closure_again": ["open"], "call_back": ["met", "met"]}),
    ("complaint", [(1, "accept"), (3, "apply"), (4, "close"), (50, "reopen"), (51, "contact"), (52, "apply"), (53, "close")], {"contact_again": ["met"], "closure_again": ["met"], "progress_again": ["met", "met"]}),
    ("complaint", [(1, "accept"), (1, "dispatch")], {"confirm_order": ["open"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "confirm order")], {"confirm_order": ["met"], "state_report": ["open"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "ask"), (5, "resume")], {"state_report": ["open"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "preliminary")], {"confirm_order": ["open"], "reply": ["met"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "handler contacts")], {"confirm_order": ["met"], "first_contact": ["met"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "handler replies")], {"confirm_order": ["met"], "progress": ["met", "open"], "state_report": ["met", "open"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "hand back")], {"confirm_order": ["dropped"], "closure": ["open"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "recall")], {"confirm_order": ["dropped"], "closure": ["open"], "state_report": ["dropped"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (2, "hand back"), (3, "dispatch")], {"confirm_order": ["dropped", "open"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (3, "handler applies")], {"confirm_order": ["met"], "call_back": ["open"]}),
    ("complaint", [(1, "accept"), (1, "dispatch"), (3, "handler applies"), (4, "handler takes back")], {"call_back": ["dropped"], "progress": ["met", "met", "open"], "state_report": ["met", "open"]}),
    ("repair", [], {"first_contact": ["open"], "repair_report": ["open"], "closure": ["open"], "progress": [], "reply": []}),
    ("repair", [(1, "preliminary")], {"repair_report": ["open"]}),
    ("repair", [(1, "final")], {"repair_report": ["met"], "closure": ["open"]}),
    ("repair", [(1, "accept"), (2, "ask")], {"repair_report": ["paused"], "closure": ["paused"]}),
    ("repair", [(1, "accept"), (2, "apply"), (3, "confirm")], {"repair_report": ["met"], "closure": ["met"], "call_back": ["met"]}),
    ("repair", [(1, "accept"), (2, "apply"), (3, "close"), (30, "reopen")], {"contact_again": ["open"], "closure_again": ["open"], "progress_again": []}),
    ("enquiry", [], {"enquiry_answer": ["open"], "closure": [], "call_back": []}),
    ("enquiry", [(1, "accept"), (2, "finish")], {"enquiry_answer": ["met"], "call_back": []}),
    ("enquiry", [(1, "accept"), (2, "preliminary")], {"enquiry_answer": ["met"]}),
    ("suggestion", [(1, "accept"), (2, "finish")], {"suggestion_answer": ["met"]}),
    ("praise", [(1, "accept"), (2, "finish")], {"praise_thanks": ["met"]}),
    ("service", [], {"service_contact": ["open"], "closure": ["open"]}),
    ("service", [(1, "contact")], {"service_contact": ["met"], "closure": ["open"]}),
    ("service", [(1, "preliminary")], {"service_contact": ["met"]}),
    ("service", [(1, "accept"), (2, "finish")], {"service_contact": ["met"], "closure": ["met"], "call_back": []}),
    ("service", [(1, "accept"), (2, "finish"), (30, "reopen")], {"closure_again": ["open"]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "steps", "expected"), LIVES, ids=lambda value: None if isinstance(value, dict) else str(value)[:60]
)
def test_promises_stand_as_the_policy_says(pack, kind, steps, expected):
    life = Life(kind)
    for hours, step in steps:
        life.do(hours, step)

    assert {code: life.stands(code, 60) for code in expected} == expected


@pytest.mark.parametrize(
    ("kind", "steps", "expected"), LIVES, ids=lambda value: None if isinstance(value, dict) else str(value)[:60]
)
def test_the_queue_sorts_by_the_nearest_open_promise_whatever_happened(app, kind, steps, expected):
    life = Life(kind)
    for hours, step in steps:
        life.do(hours, step)

    running = [one for one in deadlines.of(life.ticket) if one.is_open]
    assert all(
        one.is_open is (one.met_at is None and one.dropped_at is None and one.paused_at is None)
        for one in deadlines.of(life.ticket)
    )
    assert life.ticket.due_at == min((one.due_at for one in running), default=NEVER)


def test_every_rule_of_the_packs_is_lived_through(pack):
    lived = {code for _, _, expected in LIVES for code in expected}
    assert {rule.code for rule in settings.policy().clocks} <= lived


# ---- late is late ----


@pytest.mark.parametrize(
    ("code", "step", "kind"),
    [
        ("first_contact", "contact", "complaint"),
        ("reply", "final", "complaint"),
        ("progress", "progress", "complaint"),
        ("closure", "apply", "complaint"),
        ("repair_report", "final", "repair"),
        ("suggestion_answer", "finish", "suggestion"),
        ("enquiry_answer", "finish", "enquiry"),
    ],
)
def test_what_comes_too_late_stays_late_however_long_the_ticket_lives_on(pack, code, step, kind):
    life = Life(kind).do(1, "accept").do(24 * 40, step)
    if code == "closure":
        life.do(24 * 40 + 1, "close")
    if kind == "complaint" and code != "closure":
        life.do(24 * 41, "apply").do(24 * 42, "close").do(24 * 43, "reopen")

    assert life.stands(code, 24 * 60)[0] == "late"


def test_waiting_for_the_customer_moves_the_moment_by_the_working_time_that_passed(pack):
    life = Life("complaint")
    before = life.promises("closure")[0].due_at
    life.do(1, "accept").do(2, "ask").do(50, "answer")

    promise = life.promises("closure")[0]
    pause = db.session.scalars(db.select(Pause).where(Pause.deadline_id == promise.id)).one()
    assert settings.calendar().cut_offs(before, promise.due_at) == 2
    assert (pause.due_was, pause.due_became) == (before, promise.due_at)


def test_a_pause_that_begins_too_late_helps_nothing(pack):
    life = (
        Life("complaint")
        .do(1, "accept")
        .do(24 * 40, "ask")
        .do(24 * 50, "answer")
        .do(24 * 50 + 1, "apply")
        .do(24 * 51, "close")
    )

    assert life.stands("closure") == ["late"]


def test_what_a_handler_does_keeps_the_promise_of_that_order_only(pack):
    from portal.domain.people.models import Provider
    from portal.domain.tickets import dispatching
    from tests.factories import a_provider

    life = Life("complaint").do(1, "accept").do(1, "dispatch")
    provider = a_provider().id
    with clock.frozen_at(MORNING + timedelta(hours=1.5)), transaction():
        to = db.session.get_one(Provider, provider)
        dispatching.dispatch(life.ticket, life._person(life.agent), to, "协助。", lead=False)
    life.do(2, "confirm order")

    assert life.stands("confirm_order") == ["met", "open"]


def test_a_promise_keeps_the_rule_it_was_given_under(app):
    life = Life("complaint")
    document = load_pack("telecom")
    document["clocks"] = [one for one in document["clocks"] if one["code"] not in ("first_contact", "reply")]
    with transaction():
        settings.adopt("policy", document, None)

    life.do(1, "contact").do(2, "preliminary")

    assert life.stands("first_contact") == ["met"]
    assert life.stands("reply") == ["met"]


def test_a_class_that_becomes_known_settles_the_provisional_closing_promise(app):
    from portal.domain.tickets import actions

    life = Life("complaint", class_code=None)
    assert life.promises("closure")[0].amount == 5
    life.do(1, "accept", "ask").do(49, "answer")
    with clock.frozen_at(MORNING + timedelta(hours=50)), transaction():
        actions.classify(life.ticket, life._person(life.agent), "technical_design", "normal")

    promise = life.promises("closure")[0]
    assert (promise.amount, promise.started_at) == (10, MORNING)
    assert settings.calendar().cut_offs(MORNING, promise.due_at) == 10 + 2 + 1


# ---- undone ----


UNDONE = [
    ("complaint", ["accept"], "final", ["reply", "progress"]),
    ("complaint", ["accept"], "progress", ["progress"]),
    ("repair", ["accept"], "final", ["repair_report"]),
    ("complaint", ["accept", "ask"], "progress", ["progress", "closure"]),
]


@pytest.mark.parametrize(("kind", "before", "reply", "codes"), UNDONE)
def test_a_reply_taken_back_leaves_every_promise_as_it_was(pack, kind, before, reply, codes):
    life = Life(kind)
    for hours, step in enumerate(before, 1):
        life.do(hours, step)
    stood = {
        code: [(one.due_at, one.paused_at, one.is_open, one.met_at) for one in life.promises(code)] for code in codes
    }

    life.do(5, reply)
    life.do(5 + 5 / 3600, "take back")

    after = {
        code: [(one.due_at, one.paused_at, one.is_open, one.met_at) for one in life.promises(code)] for code in codes
    }
    assert after == stood
    assert life.ticket.replied_at is None


@pytest.mark.parametrize("later", ["progress", "apply", "ask"])
def test_only_the_newest_words_are_taken_back(app, later):
    life = Life().do(1, "accept").do(5, "final").do(5 + 4 / 3600, later)
    first = db.session.scalars(db.select(Message.id).where(Message.stage == "final").order_by(Message.id)).first()

    with clock.frozen_at(MORNING + timedelta(hours=5, seconds=6)), transaction(), pytest.raises(Refused, match="newer"):
        actions.take_back(db.session.get_one(Message, first), life.ticket, life._person(life.agent))

    assert life.stands("reply") == ["met"]
    assert life.stands("progress").count("open") + life.stands("progress").count("paused") == (later != "apply")


def test_taken_back_one_after_the_other_nothing_is_left(app):
    life = Life().do(1, "accept").do(5, "final").do(5 + 3 / 3600, "progress")
    for second in (5, 6):
        with clock.frozen_at(MORNING + timedelta(hours=5, seconds=second)), transaction():
            newest = db.select(Message).where(Message.sort == "reply", Message.taken_back_at.is_(None))
            message = db.session.scalars(newest.order_by(Message.id.desc())).first()
            actions.take_back(message, life.ticket, life._person(life.agent))

    assert (life.stands("reply"), life.ticket.replied_at) == (["open"], None)
    assert "met" not in life.stands("progress")


@pytest.mark.parametrize(("hours", "stands"), [(4, "dropped"), (24 * 6, "missed")])
def test_every_page_and_paper_says_the_same_of_a_withdrawn_ticket(app, hours, stands):
    life = Life().do(1, "accept").do(hours, "withdraw")
    (promise,) = life.promises("reply")
    at = MORNING + timedelta(days=30)

    assert promise.standing(at) == stands
    assert outlook.in_view(promise, at) == stands
    assert promises.chip(promise).state == stands
    owed = next(one for one in deadlines.with_pauses(life.ticket) if one.id == promise.id)
    assert promise_fact(owed, at).state == stands


# ---- reminded once each ----


def _minutes(life_hours: float, count: int) -> list[int]:
    told = []
    for minute in range(count):
        with clock.frozen_at(MORNING + timedelta(hours=life_hours, minutes=minute)), transaction():
            told.append(reminders.remind())
    return told


def test_a_promise_is_warned_of_missed_and_passed_up_once_each(pack):
    with clock.frozen_at(MORNING):
        supervisor = a_supervisor().id
    life = Life("complaint", severity="normal").do(0, "accept", "contact", "preliminary")
    due = (life.promises("progress")[-1].due_at - MORNING) / timedelta(hours=1)

    assert sum(_minutes(due - 5, 3)) == 0
    assert sum(_minutes(due - 3, 5)) == 1
    assert sum(_minutes(due + 0.1, 5)) == 1
    assert sum(_minutes(due + 4.1, 5)) == 1

    letters = db.session.scalars(
        db.select(Letter).where(Letter.template.startswith("deadline")).order_by(Letter.id)
    ).all()
    assert [(letter.template, letter.to_id) for letter in letters] == [
        ("deadline_near", life.agent), ("deadline_missed", life.agent), ("deadline_escalated", supervisor),
    ]  # fmt: skip
    promise = db.session.get_one(Deadline, life.promises("progress")[-1].id)
    assert promise.warned_at < promise.breached_at < promise.escalated_at


@pytest.mark.parametrize("count", [1, 4])
def test_many_reminders_cost_no_more_questions_than_one(app, statements, count):
    for _ in range(count):
        Life().do(1, "accept")
    with clock.frozen_at(MORNING):
        a_supervisor()
    with clock.frozen_at(MORNING + timedelta(days=20)), transaction():
        statements.clear()
        assert reminders.remind() >= count
        asked = [one for one in statements if one.startswith("SELECT")]

    assert len(asked) == 4  # the policy that holds, the promises, the supervisors, which letters there are


def test_nobody_is_reminded_of_what_stands_still_or_is_over(pack):
    life = Life("complaint", severity="normal").do(0, "accept", "contact", "final", "ask")
    other = Life("complaint", severity="normal").do(0, "withdraw")

    assert sum(_minutes(24 * 30, 2)) == 0
    assert {"closure"} == {one.code for one in deadlines.of(life.ticket) if one.paused_at and one.code == "closure"}
    assert not [one for one in deadlines.of(other.ticket) if one.is_open]


def test_a_ticket_without_an_owner_reminds_the_supervisors(app):
    with clock.frozen_at(MORNING):
        supervisor = a_supervisor().id
    Life("suggestion")

    _minutes(24 * 30, 1)

    to = set(db.session.scalars(db.select(Letter.to_id).where(Letter.template == "deadline_missed")))
    assert to == {supervisor}
