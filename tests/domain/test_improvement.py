"""Improvement actions (R33): given, done, verified by somebody else, asked again, closed or begun again; overdue ones rise."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer
from portal.domain.people.roles import Role
from portal.domain.quality import improvement as rules
from portal.domain.quality import improvement_revisits as revisits
from portal.domain.quality import improvement_rises
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import Improvement, Revisit
from portal.domain.quality.records import Signal
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.models import Problem
from tests.factories import (
    _quick,
    a_caller,
    a_customer,
    a_department,
    a_handler,
    a_person,
    a_supervisor,
    a_ticket,
    again,
    an_improvement,
    improve,
)

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def the(key: int) -> Improvement:
    along = (Improvement.department, Improvement.person)
    rows = db.select(Improvement).where(Improvement.id == key).options(*map(joinedload, along))
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def letters(template: str) -> list[int]:
    return sorted(db.session.scalars(db.select(Letter.to_id).where(Letter.template == template)))


def listed(key: int) -> list[Revisit]:
    rows = db.select(Revisit).where(Revisit.improvement_id == key).options(joinedload(Revisit.customer))
    return list(db.session.scalars(rows.order_by(Revisit.id)))


def ask(key: int, outcome="better", by=None, words="现在账单对了。", which=0) -> None:
    with transaction():
        row, one = the(key), listed(key)[which]
        revisits.record(one, row, again(by) if by else _quick(Role.CALLER), outcome, "call", "王经理", words)


def test_it_goes_to_a_department_whose_people_hear_of_it(app):
    handler, other = a_handler(), a_handler(a_department("billing"))
    key = an_improvement()
    assert (the(key).state, the(key).number[:3]) == ("open", "ZG-")
    assert letters("improvement_given") == [handler.id]
    assert other.id not in letters("improvement_given")


def test_given_to_a_person_it_is_their_letter_alone(app):
    a_handler()
    person = a_handler()
    an_improvement(person=again(person))
    assert letters("improvement_given") == [person.id]


@pytest.mark.parametrize("role", [Role.AGENT, Role.HANDLER, Role.MANAGER, Role.CALLER])
def test_only_supervisors_open_one(app, role):
    with pytest.raises(Refused, match="supervisors open"):
        rules.open_action(
            again(a_person(role)), "other", title="x", department=a_department(), due_on=today()
        )  # fmt: skip


def test_a_person_named_belongs_to_the_department_and_the_day_lies_ahead(app):
    with pytest.raises(Refused, match="does not belong"):
        an_improvement(person=again(a_handler(a_department("billing"))))
    with pytest.raises(Refused, match="This day is over"):
        an_improvement(due_on=today() - timedelta(days=1))


def test_the_department_writes_cause_and_measure_and_nothing_else(app):
    key, handler = an_improvement(cause="", measure=""), a_handler()
    with transaction():
        rules.describe(the(key), again(handler), cause="参数错", measure="改参数", title="改个题目", due_on=today())
    row = the(key)
    assert (row.cause, row.measure, row.title) == ("参数错", "改参数", "账单重复计费")
    assert row.due_on > today()
    with pytest.raises(Refused, match="department it was given to"):
        rules.describe(the(key), again(a_handler(a_department("billing"))), cause="x")


def test_what_somebody_changed_meanwhile_is_not_written_over(app):
    key, supervisor = an_improvement(), a_supervisor()
    with pytest.raises(Stale):
        rules.describe(the(key), again(supervisor), version=the(key).version - 1, cause="x")


def test_done_needs_cause_measure_and_its_steps(app):
    bare = an_improvement(measure="")
    with pytest.raises(Refused, match="root cause and the measure first"):
        improve(bare, "finish")
    key, handler = an_improvement(), a_handler()
    with transaction():
        step = rules.add_step(the(key), again(handler), "改造接口", today() + timedelta(days=2)).id
    with pytest.raises(Refused, match="steps are not done"):
        improve(key, "finish")
    with transaction():
        rules.do_step(rules.steps_of(the(key))[0], the(key), again(handler), "上线单已归档。")
    with pytest.raises(Refused, match="stays"):
        rules.drop_step(rules.steps_of(the(key))[0], the(key), again(handler))
    improve(key, "finish")
    assert (the(key).state, rules.steps_of(the(key))[0].id) == ("done", step)


def test_a_measure_that_is_taken_works_already(app):
    with pytest.raises(Refused, match="works already"):
        improve(an_improvement(), "finish", on=today() + timedelta(days=1))


def test_whoever_is_responsible_or_did_it_does_not_verify_it(app):
    one, other = a_person(Role.SUPERVISOR, Role.HANDLER, department=a_department()), a_supervisor()
    key = an_improvement()
    improve(key, "finish", by=one)
    with pytest.raises(Refused, match="another supervisor verifies"):
        improve(key, "verify", by=one)
    assert other.id in letters("improvement_done")
    assert one.id not in letters("improvement_done")
    named = an_improvement("finish", person=again(one))
    with pytest.raises(Refused, match="another supervisor verifies"):
        improve(named, "verify", by=one)
    improve(key, "verify", by=other)
    assert the(key).state == "watched"


@pytest.mark.parametrize("role", [Role.HANDLER, Role.MANAGER, Role.CALLER])
def test_only_a_supervisor_verifies(app, role):
    with pytest.raises(Refused, match="quality supervisor verifies"):
        improve(an_improvement("finish"), "verify", by=a_person(role))


@pytest.mark.parametrize(
    ("lived", "verb"),
    [((), "verify"), ((), "close"), (("finish",), "finish"), (("finish",), "close"), (("finish", "verify"), "verify"), (("drop",), "drop"),
     (("drop",), "finish"), ((), "again")],
)  # fmt: skip
def test_no_step_of_its_life_is_skipped(app, lived, verb):
    key = an_improvement(*lived)
    with pytest.raises(Refused):
        improve(key, verb)


def test_exactly_the_customers_who_raised_it_are_asked_again(app):
    raised = [a_ticket(class_code="price_bill") for _ in range(2)]
    a_ticket(class_code="price_bill")
    with transaction():
        problem = Problem(title="重复计费", by_id=_quick(Role.SUPERVISOR).id, at=clock.now())
        db.session.add(problem)
        db.session.flush()
        for ticket in raised:
            db.session.merge(ticket).problem_id = problem.id
    key = an_improvement("finish", source="problem", record=db.session.merge(problem))
    assert listed(key) == []
    improve(key, "verify")
    assert [one.customer_id for one in listed(key)] == [one.customer_id for one in raised]
    assert [one.tickets for one in listed(key)] == [[one.id] for one in raised]


def signal(rule="limit", **facts) -> Signal:
    given = {"key": rule, "rule": rule, "month": today().replace(day=1), "class_code": "price_bill", "facts": {}}
    with transaction():
        row = Signal(**given | facts, raised_at=clock.now(), reason="")
        db.session.add(row)
    return db.session.merge(row)


def test_a_signal_is_settled_by_the_action_that_comes_from_it(app):
    with clock.frozen_at(NOON):
        mine = a_ticket(class_code="price_bill")
        a_ticket(class_code="product_down")
        a_ticket(class_code="price_bill", moved=("withdraw",))
        row = signal()
        key = an_improvement("finish", "verify", source="signal", record=row)
        assert [one.customer_id for one in listed(key)] == [mine.customer_id]
        kept = db.session.get_one(Signal, row.id, populate_existing=True)
        assert (kept.improvement_id, kept.settled_at) == (key, NOON)
        with pytest.raises(Refused, match="settled"):
            an_improvement(source="signal", record=kept)


def test_of_important_and_of_repeating_customers_only_they_raised_it(app):
    with clock.frozen_at(NOON - timedelta(days=3)):
        gold = a_person(customer=db.session.get_one(Customer, a_customer(card="gold").id))
        mine, other = a_ticket(by=gold, class_code="price_bill"), a_ticket(class_code="price_bill")
    with clock.frozen_at(NOON):
        important = an_improvement("finish", "verify", source="signal", record=signal("important"))
        repeat = an_improvement(
            "finish", "verify", source="signal", record=signal("repeat", customer_id=other.customer_id)
        )
        assert [one.customer_id for one in listed(important)] == [mine.customer_id]
        assert [one.customer_id for one in listed(repeat)] == [other.customer_id]


def a_raised_one(**facts) -> int:
    """Verified, with one customer to ask again."""
    ticket = a_ticket(class_code="price_bill")
    return an_improvement("finish", "verify", source="complaint", record=db.session.merge(ticket), **facts)


def test_the_responsible_person_does_not_ask_the_customers(app):
    person = a_person(Role.HANDLER, Role.CALLER, department=a_department())
    key = a_raised_one(person=again(person))
    with pytest.raises(Refused, match="somebody else asks"):
        ask(key, by=person)
    with pytest.raises(Refused, match="call-back desk, the account manager"):
        ask(key, by=a_handler())
    ask(key, by=a_caller())
    assert listed(key)[0].outcome == "better"


def test_an_account_manager_asks_the_own_customer(app):
    manager, key = a_person(Role.ACCOUNT_MANAGER), a_raised_one()
    with pytest.raises(Refused):
        ask(key, by=manager)
    with transaction():
        listed(key)[0].customer.account_manager_id = manager.id
    ask(key, by=manager)


def test_what_they_say_is_written_down(app):
    with pytest.raises(Refused, match="write down what the customer said"):
        ask(a_raised_one(), words=" ")


def test_who_cannot_be_reached_is_tried_on_three_days(app):
    key = a_raised_one()
    for day in range(3):
        with clock.frozen_at(clock.now() + timedelta(days=day)):
            ask(key, "unreachable", words="")
            with pytest.raises(Refused, match=r"tried today already|once the measure" if day < 2 else "tried today"):
                ask(key, "unreachable", words="")
        assert (listed(key)[0].recorded_at is not None) == (day == 2)
    assert revisits.open_ones(the(key)) == 0


def test_it_closes_only_when_everybody_was_asked_and_the_effect_is_shown(app):
    with pytest.raises(Refused, match="asked again"):
        improve(a_raised_one(), "close")
    key = a_raised_one()
    ask(key)
    with pytest.raises(Refused, match="show an effect"):
        improve(key, "close")
    no_class = a_raised_one_without_figure()
    improve(no_class, "close")
    assert the(no_class).state == "closed"


def a_raised_one_without_figure() -> int:
    ticket = a_ticket(class_code="price_bill")
    key = an_improvement("finish", "verify", source="complaint", record=db.session.merge(ticket), class_code=None)
    ask(key)
    return key


def test_not_enough_it_begins_another_round_and_everybody_is_asked_anew(app):
    key = a_raised_one()
    ask(key, "same", words="还是错的。")
    improve(key, "again")
    row = the(key)
    assert (row.state, row.round, row.risen, row.verified_at) == ("open", 2, 0, None)
    improve(key, "finish", "verify")
    assert [(one.outcome, one.recorded_at) for one in listed(key)] == [(None, None)]
    told = db.session.scalars(db.select(Entry.verb).where(Entry.record == "improvement")).all()
    assert told.count("improvement.verified") == 2
    assert "improvement.again" in told


def test_those_who_raised_it_get_one_answer_each_and_once(app):
    by = a_person()
    tickets = [a_ticket(by=by, class_code="price_bill"), a_ticket(class_code="price_bill")]
    tickets.append(a_ticket(by=again(by), class_code="price_bill"))
    with transaction():
        problem = Problem(title="重复计费", by_id=_quick(Role.SUPERVISOR).id, at=clock.now())
        db.session.add(problem)
        db.session.flush()
        for ticket in tickets:
            db.session.merge(ticket).problem_id = problem.id
    key = an_improvement("finish", source="problem", record=db.session.merge(problem))
    supervisor = again(a_supervisor())
    with pytest.raises(Refused, match="once the measure is verified"):
        revisits.tell(the(key), supervisor, "已经整改。")
    improve(key, "verify")
    with transaction():
        assert revisits.tell(the(key), again(supervisor), "接口已改造，重复费用已退。") == 2
    assert letters("improvement_told") == sorted({tickets[0].asked_by_id, tickets[1].asked_by_id})
    with pytest.raises(Refused, match="told already"):
        revisits.tell(the(key), again(supervisor), "再说一次")


def test_a_customer_who_raised_it_elsewhere_is_put_on_the_list_by_hand(app):
    key, customer, supervisor = a_raised_one(), a_customer(), a_supervisor()
    with transaction():
        revisits.put_on(the(key), db.session.merge(customer), again(supervisor))
    with pytest.raises(Refused, match="on the list already"):
        revisits.put_on(the(key), db.session.merge(customer), again(supervisor))
    with pytest.raises(Refused, match="supervisors keep the list"):
        revisits.put_on(the(key), db.session.merge(a_customer()), again(a_caller()))
    raised, by_hand = listed(key)
    with pytest.raises(Refused, match="stays on the list"):
        revisits.take_off(raised, the(key), again(supervisor))
    with transaction():
        revisits.take_off(listed(key)[1], the(key), again(supervisor))
    assert [one.id for one in listed(key)] == [raised.id]
    assert by_hand.id != raised.id


def rise(days: int) -> int:
    """As the worker does, so many days after the one it is due."""
    with clock.frozen_at(NOON + timedelta(days=10 + days)), transaction():
        return improvement_rises.rise()


def test_what_is_overdue_rises_from_owner_to_supervisors_to_managers_once_each(app):
    supervisor, manager, owner = a_supervisor(), a_person(Role.MANAGER), a_handler()
    with clock.frozen_at(NOON):
        key = an_improvement(person=again(owner))
    supervisors = sorted(one for one in (supervisor.id, the(key).by_id))
    assert rise(-4) == 0
    assert (rise(-3), rise(-2)) == (1, 0)
    assert letters("improvement_near") == [owner.id]
    assert (rise(1), rise(2)) == (1, 0)
    assert letters("improvement_late") == [owner.id]
    assert (rise(3), rise(4)) == (2, 0)
    assert letters("improvement_risen") == supervisors
    assert (rise(7), rise(8), rise(100)) == (1, 0, 0)
    assert letters("improvement_risen") == sorted([*supervisors, manager.id])
    told = db.session.scalars(db.select(Entry.facts).where(Entry.verb == "improvement.rose").order_by(Entry.id))
    assert [one["days"] for one in told] == [1, 3, 7]


def test_found_long_overdue_everybody_is_told_at_once_and_the_reminder_is_left_out(app):
    a_person(Role.MANAGER)
    owner = a_handler()
    with clock.frozen_at(NOON):
        an_improvement(person=again(owner))
    rise(30)
    assert letters("improvement_near") == []
    assert letters("improvement_late") == [owner.id]


def test_another_day_or_round_may_rise_again(app):
    owner = a_handler()
    with clock.frozen_at(NOON):
        key = an_improvement(person=again(owner))
    rise(1)
    with clock.frozen_at(NOON + timedelta(days=11)), transaction():
        rules.describe(the(key), _quick(Role.SUPERVISOR), due_on=today() + timedelta(days=5))
    assert the(key).risen == 0
    assert rise(7) == 1
    assert letters("improvement_late") == [owner.id, owner.id]


def test_what_is_done_no_longer_rises(app):
    with clock.frozen_at(NOON):
        an_improvement("finish", person=again(a_handler()))
    assert rise(50) == 0


def test_a_topic_of_the_forum_opens_one_and_its_customer_is_asked_again(app):
    from portal.domain.forum import topics
    from tests.forum_cast import an_event

    event, supervisor, customer = an_event(), a_supervisor(), a_customer()
    with transaction():
        topic = topics.note(
            db.session.merge(event),
            again(supervisor),
            "账单看不懂",
            "三家客户都提到。",
            customer=db.session.merge(customer),
        )
    key = an_improvement("finish", "verify", source="forum", record=db.session.merge(topic))
    assert [one.customer_id for one in listed(key)] == [customer.id]
    with pytest.raises(Refused, match="stays on the list"):
        revisits.take_off(listed(key)[0], the(key), again(supervisor))
