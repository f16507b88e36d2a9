"""Changing the policy: for now or a day to come, carried into plans, never moving a promise that was given."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import policy_changes, revisions, settings
from portal.domain.differences import OFFERED, RETIRED, between_policies
from portal.domain.journal import Entry
from portal.domain.people.models import Department
from portal.domain.people.roles import Role
from portal.domain.policy import PACKS, dump, load_pack, parse
from portal.domain.policy_changes import Change
from portal.domain.policy_reading import write
from portal.domain.refusals import Refused, Stale
from portal.domain.revisions import Standing
from portal.domain.tickets import effect
from portal.domain.tickets.models import Deadline
from tests.factories import a_class, a_customer, a_person, a_ticket, live

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # Monday, 12:00 in Shanghai
NORMAL = "product_rate"
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def admin(app):
    return a_person(Role.ADMINISTRATOR, name="赵管理")


@pytest.fixture
def noon():
    with clock.frozen_at(NOON):
        yield


def decide(by, change, on=None, drawn_from=None, why="试验"):
    with transaction():
        return policy_changes.decide(by, why, change, drawn_from or revisions.head("policy"), on)


def limits(**figures) -> Change:
    return Change("set", "limits", value=write(settings.policy().limits) | figures)


def clock_rule(code: str, **values) -> Change:
    return Change("put", "clocks", code, write(settings.policy().clock(code)) | values)


def promises(ticket_id: int) -> dict:
    rows = db.select(Deadline).where(Deadline.ticket_id == ticket_id).order_by(Deadline.id)
    return {(d.code, d.id): (d.due_at, d.amount, d.unit, d.policy_id) for d in db.session.scalars(rows)}


def holds(moment) -> int:
    db.session.rollback()
    with clock.frozen_at(moment):
        return settings.policy().limits.reopen_days


# ---- documents ----------------------------------------------------------------------------------

CHANGES = (
    lambda p: [Change("put", name, item.code, write(item)) for name in ("kinds", "classes", "clocks") for item in getattr(p, name)],
    lambda p: [Change("put", "departments", value={"code": "legal", "words": {"zh": "法务部", "en": "Legal"}})],
    lambda p: [Change("order", "clocks", value=[one.code for one in reversed(p.clocks)])],
    lambda p: [Change("retire", "classes", p.classes_in(p.groups()[0].code)[0].code), Change("retire", "channels", p.channels[-1].code)],
    lambda p: [Change("retire", "regions", p.regions[0].code), Change("offer", "regions", p.regions[0].code)],
    lambda p: [Change("retire", "file_types", "mp3"), Change("set", "name", value={"zh": "另一个", "en": "Another"})],
)  # fmt: skip


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_what_was_edited_reads_back_as_it_was_written(app, pack, number):
    document = load_pack(pack)
    for change in CHANGES[number](parse(document)):
        document = change.applied(document)
    policy = parse(document)

    assert policy_changes.wrong(document) == []
    assert parse(dump(policy)) == policy
    assert dump(parse(dump(policy))) == dump(policy)


def test_writing_a_class_as_it_is_changes_nothing_and_it_still_follows_its_group(app):
    policy, document = settings.policy(), load_pack("telecom")
    for klass in policy.classes:
        document = Change("put", "classes", klass.code, write(klass)).applied(document)
    assert parse(document) == policy

    group = write(policy.ticket_class("product")) | {"department": "field"}
    moved = parse(Change("put", "classes", "product", group).applied(document))
    assert moved.ticket_class("product_flapping").department == "field"
    assert policy.ticket_class("product_flapping").department == "network"


def test_a_change_leaves_the_document_it_was_made_from_alone(app):
    document = load_pack("telecom")
    before = deepcopy(document)
    for change in (
        Change("retire", "regions", "pudong"),
        limits(reopen_days=3),
        Change("order", "tiers", value=["ordinary"]),
    ):
        change.applied(document)
    assert document == before


# ---- promises already given ---------------------------------------------------------------------


def test_no_change_of_the_policy_moves_a_promise_already_given(app, admin, noon):
    code = a_class()
    ticket = a_ticket(class_code=code, moved=("accept",)).id
    given = promises(ticket)
    klass = write(settings.policy().ticket_class(code))

    decide(admin, clock_rule("first_contact", promise={"amount": 2, "unit": "hours"}))
    decide(admin, Change("put", "classes", code, klass | {"closure": {"amount": 1, "unit": "working_days"}}))
    decide(
        admin,
        Change("set", "calendar", value={"zone": "Asia/Shanghai", "hours": [["10:00", "15:00"]], "cut_off": "14:00"}),
    )
    decide(admin, Change("retire", "clocks", "reply"))
    db.session.rollback()
    assert promises(ticket) == given

    fresh = promises(a_ticket(class_code=code).id)
    assert {code for code, _ in fresh} == {code for code, _ in given} - {"reply"}
    assert {code: amount for (code, _), (_, amount, *_) in fresh.items()}["first_contact"] == 2


def test_a_promise_of_a_retired_rule_is_still_kept_judged_and_explained(app, admin):
    with clock.frozen_at(NOON):
        ticket = a_ticket(moved=("accept",))
        decide(admin, Change("retire", "clocks", "reply"))
    with clock.frozen_at(NOON + timedelta(hours=2)):
        live(ticket, "reply")
    kept = db.session.scalars(db.select(Deadline).where(Deadline.code == "reply")).one()
    assert kept.met_at == NOON + timedelta(hours=2)


def test_a_paused_promise_goes_on_by_the_rule_it_was_given_under(app, admin):
    with clock.frozen_at(NOON):
        ticket = a_ticket(moved=("accept", "ask"))
        closure = db.session.scalars(db.select(Deadline).where(Deadline.code == "closure")).one()
        before = (closure.amount, closure.unit, closure.policy_id)
        rule = write(settings.policy().calendar) | {"hours": [["10:00", "15:00"]], "cut_off": "14:00"}
        decide(admin, Change("set", "calendar", value=rule))
    with clock.frozen_at(NOON + timedelta(days=1)):
        live(ticket, "answer")
    closure = db.session.scalars(db.select(Deadline).where(Deadline.code == "closure")).one()
    assert (closure.amount, closure.unit, closure.policy_id) == before
    assert closure.due_at.astimezone(clock.now().tzinfo).strftime("%H:%M") == "08:30"  # 16:30 in Shanghai, as it was


# ---- days to come -------------------------------------------------------------------------------


def test_a_change_for_a_day_to_come_holds_from_that_midnight_on(app, admin, noon):
    first = settings.policy_id()
    plan = decide(admin, limits(reopen_days=14), TUESDAY)

    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert [holds(moment) for moment in (NOON, midnight - timedelta(seconds=1), midnight)] == [30, 30, 14]
    assert revisions.standings("policy") == {plan: Standing.PLANNED, first: Standing.HOLDS}
    assert [one.id for one in revisions.plans("policy")] == [plan]
    with clock.frozen_at(midnight):
        assert revisions.standings("policy") == {plan: Standing.HOLDS, first: Standing.PAST}
        assert revisions.plans("policy") == []
    entry = db.session.scalars(db.select(Entry).order_by(Entry.id.desc())).first()
    assert (entry.verb, entry.facts["day"], entry.why) == ("settings.planned", "2026-11-24", "试验")


def test_a_ticket_opened_after_midnight_is_promised_by_the_new_rule(app, admin):
    with clock.frozen_at(NOON):
        decide(admin, clock_rule("first_contact", promise={"amount": 6, "unit": "hours"}, shorter=[]), TUESDAY)
    for hours, amount in ((1, 24), (13, 6)):
        with clock.frozen_at(NOON + timedelta(hours=hours)):
            ticket = a_ticket(class_code=NORMAL).id
        rows = db.select(Deadline).where(Deadline.ticket_id == ticket, Deadline.code == "first_contact")
        assert db.session.scalars(rows).one().amount == amount


def test_a_change_for_now_is_carried_into_what_is_planned(app, admin, noon):
    plan = decide(admin, limits(reopen_days=14), TUESDAY)
    decide(admin, Change("put", "departments", value={"code": "legal", "words": {"zh": "法务部", "en": "Legal"}}))

    assert holds(NOON) == 30
    assert holds(NOON + timedelta(days=2)) == 14
    assert settings.policy().called("departments", "legal").en == "Legal"
    with clock.frozen_at(NOON + timedelta(days=2)):
        db.session.rollback()
        assert settings.policy().called("departments", "legal").en == "Legal"
    standings = revisions.standings("policy")
    assert standings[plan] is Standing.OVERTAKEN
    assert list(standings.values()).count(Standing.PLANNED) == 1
    assert db.session.scalar(db.select(Department.name).where(Department.code == "legal")) == "法务部"


def test_what_a_plan_changes_as_well_is_not_changed_before_it(app, admin, noon):
    decide(admin, limits(reopen_days=14), TUESDAY)
    with pytest.raises(Refused, match="A change of the same part is planned for"):
        decide(admin, limits(reopen_days=7))
    assert holds(NOON) == 30
    decide(
        admin,
        Change("set", "limits", value=write(settings.policy().limits) | {"reopen_days": 7}),
        TUESDAY + timedelta(days=7),
    )
    assert [holds(NOON + timedelta(days=days)) for days in (0, 1, 8)] == [30, 14, 7]


def test_a_plan_is_withdrawn_by_restoring_what_held_before_it(app, admin, noon):
    first = settings.policy_id()
    decide(admin, limits(reopen_days=14), TUESDAY)
    decide(admin, Change("restore", value=first), TUESDAY)
    assert holds(NOON + timedelta(days=2)) == 30


@pytest.mark.parametrize(("days", "said"), [(-1, "A day that is over"), (800, "too far ahead")])
def test_neither_the_past_nor_the_far_future_is_decided_about(app, admin, noon, days, said):
    with pytest.raises(Refused, match=said):
        decide(admin, limits(reopen_days=14), date(2026, 11, 23) + timedelta(days=days))


def test_the_policy_of_now_costs_one_statement_a_transaction(app, admin, noon, statements):
    decide(admin, limits(reopen_days=14), TUESDAY)
    settings.policy()
    settings.calendar()
    db.session.rollback()
    statements.clear()
    settings.policy()
    settings.policy()
    settings.calendar()
    assert len(statements) == 1


# ---- two people, mistakes, retiring -------------------------------------------------------------


def test_what_was_drawn_from_an_older_revision_is_refused_planned_ones_count_too(app, admin, noon):
    first = revisions.head("policy")
    decide(admin, limits(reopen_days=14), TUESDAY)
    with pytest.raises(Stale):
        decide(admin, Change("retire", "regions", "pudong"), drawn_from=first)
    assert settings.policy().region("pudong") in settings.policy().regions


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("retire", "departments", "network"), "'network' is not among departments"),
        (Change("retire", "severities", "critical"), "is not among severities"),
        (Change("put", "kinds", "complaint", {"code": "complaint"}), "is missing"),
        (Change("retire", "regions", "atlantis"), "no longer there"),
        (Change("put", "regions", value={"code": "pudong", "words": {"zh": "又一个"}}), "there twice"),
        (Change("put", "regions", "pudong", {"code": "pudong", "words": {"zh": "浦东", "en": "Pudong"}}), "Nothing would change"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_is_kept(app, admin, change, said):
    first = revisions.head("policy")
    with pytest.raises(Refused, match=said):
        decide(admin, change)
    db.session.rollback()
    assert revisions.head("policy") == first


def test_a_retired_item_is_no_longer_offered_and_never_forgotten(app, admin):
    code = a_class()
    ticket = a_ticket(class_code=code, moved=("accept",))
    words = settings.policy().called("classes", code)
    decide(admin, Change("retire", "classes", code))
    db.session.rollback()

    policy = settings.policy()
    assert code not in {one.code for one in policy.classes}
    assert policy.called("classes", code) == words
    assert policy.ticket_class(code).department
    live(ticket, "reply", "apply", "close")  # its life goes on
    with pytest.raises(Refused):
        decide(admin, Change("put", "classes", value=write(policy.ticket_class(code))))

    decide(admin, Change("offer", "classes", code))
    db.session.rollback()
    assert settings.policy().ticket_class(code) in settings.policy().classes


def test_retiring_is_told_as_retiring(app):
    document = load_pack("telecom")
    retired = Change("retire", "regions", "pudong").applied(document)
    there = between_policies(parse(document), parse(retired))
    back = between_policies(parse(retired), parse(Change("offer", "regions", "pudong").applied(retired)))
    assert [(one.place[0], one.place[1].code, one.was, one.became) for one in there] == [
        ("regions", "pudong", OFFERED, RETIRED)
    ]
    assert (back[0].was, back[0].became) == (RETIRED, OFFERED)


# ---- the effect ---------------------------------------------------------------------------------


def test_the_effect_is_the_open_promises_that_the_new_rule_would_have_given_otherwise(app, admin, noon):
    plain = a_ticket(class_code=NORMAL).id
    gold = a_ticket(by=a_person(customer=a_customer(card="gold")), class_code=NORMAL).id
    a_ticket(class_code=a_class())  # critical: two hours by both
    a_ticket(kind="suggestion")
    old = settings.policy()
    change = clock_rule("first_contact", promise={"amount": 4, "unit": "hours"})
    new = parse(change.applied(dump(old)))

    found = effect.spared(old, new)
    assert {one.ticket.id: one.would_be - NOON for one in found.cases} == dict.fromkeys(
        (plain, gold), timedelta(hours=4)
    )
    assert {one.ticket.id: one.due_at - NOON for one in found.cases} == {
        plain: timedelta(hours=24), gold: timedelta(hours=8)
    }  # fmt: skip
    assert (found.tickets, found.uncompared) == (2, 0)


def test_the_effect_counts_the_pauses_in_and_leaves_out_what_is_over(app, admin, noon):
    with clock.frozen_at(NOON - timedelta(days=3)):  # Friday noon
        waited = a_ticket(class_code=NORMAL, moved=("accept", "ask"))
        a_ticket(class_code=NORMAL, moved=("accept", "reply", "apply", "close"))
    with clock.frozen_at(NOON - timedelta(hours=1)):
        live(waited, "answer")
    klass = write(settings.policy().ticket_class(NORMAL)) | {"closure": {"amount": 1, "unit": "working_days"}}
    old = settings.policy()
    new = parse(Change("put", "classes", NORMAL, klass).applied(dump(old)))

    assert [(one.ticket.id, one.code) for one in effect.spared(old, new).cases] == [(waited.id, "closure")]
    # Friday and one working day is Monday; the cut-off of Friday passed while we waited for the customer.
    assert effect.spared(old, new).cases[0].would_be == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_a_change_that_touches_no_promise_spares_nothing(app, admin):
    a_ticket()
    old = settings.policy()
    new = parse(limits(reopen_days=3).applied(dump(old)))
    assert effect.spared(old, new).tickets == 0
    assert effect.examples(old, new) == []


@pytest.mark.parametrize("pack", PACKS)
def test_examples_say_what_an_ordinary_ticket_opened_now_would_get(app, pack):
    if pack == "cars":
        with transaction():
            settings.adopt("policy", load_pack(pack), None)
    policy = settings.policy()
    klass = policy.classes_in(policy.groups("complaint")[0].code, "complaint")[0]
    longer = write(klass) | {"closure": {"amount": 60, "unit": "working_days"}}
    new = parse(Change("put", "classes", klass.code, longer).applied(dump(policy)))
    found = effect.examples(policy, new)
    assert [one.item.code for one in found] == [klass.code]
    assert found[0].fresh > found[0].holds
