"""Liability (R19): who decides, one appeal, another supervisor, and what counts."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.quality import liability, liability_list
from portal.domain.quality.models import Liability
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Ticket
from tests.factories import (
    _loaded,
    a_class,
    a_department,
    a_handler,
    a_person,
    a_provider,
    a_supervisor,
    a_ticket,
    again,
    live,
)

CLOSED = ("accept", "dispatch", "apply", "close")


def decide(ticket, by=None, is_liable=True, party=None, **facts) -> int:
    """Decided about this ticket by a supervisor who had no hand in it; gives the decision's id."""
    by = by or a_supervisor()
    if is_liable:
        facts.setdefault("degree", "main")
    party = party or a_department()
    with transaction():
        party = db.session.merge(party, load=True)
        return liability.decide(_loaded(ticket), again(by), party, is_liable, "到场超时。", **facts).id


def found(key: int) -> Liability:
    db.session.expire_all()
    return liability.of(db.session.get_one(Ticket, db.session.get_one(Liability, key).ticket_id))


def appeal(key: int, by, words="是客户改约。"):
    with transaction():
        row = found(key)
        liability.appeal(row, db.session.get_one(Ticket, row.ticket_id), again(by), words)


def decide_appeal(key: int, by, is_upheld: bool):
    with transaction():
        row = found(key)
        liability.decide_appeal(row, db.session.get_one(Ticket, row.ticket_id), again(by), is_upheld, "录音为证。")


def letters(template: str) -> dict[int, Letter]:
    return {one.to_id: one for one in db.session.scalars(db.select(Letter).where(Letter.template == template))}


def test_a_decision_names_party_person_and_reason_and_its_people_hear_of_it(app):
    handler, other = a_handler(), a_handler(a_provider())
    ticket = a_ticket(moved=CLOSED)
    key = decide(ticket, person=again(handler))
    row = found(key)

    assert (row.party.id, row.person.id, row.is_liable, row.degree) == (a_department().id, handler.id, True, "main")
    assert row.appeal_until > row.decided_at + timedelta(days=4)
    assert set(letters("liability_decided")) == {handler.id}
    assert other.id not in letters("liability_decided")
    final = liability.final(db.session.get_one(Ticket, ticket.id))
    assert (final.is_liable, final.degree, final.is_settled) == (True, "main", False)


def test_whoever_had_a_hand_in_it_does_not_decide(app):
    supervisor = a_supervisor()
    ticket = a_ticket(moved=("accept",))
    live(ticket, "reply", "apply", by=supervisor)
    live(ticket, "close")
    with pytest.raises(Refused, match="You had a hand in this ticket"):
        decide(ticket, by=supervisor)
    assert decide(ticket, by=a_supervisor())


@pytest.mark.parametrize(
    ("facts", "no"),
    [
        ({"kind": "complaint", "moved": ("accept", "apply")}, "once the complaint is closed"),
        ({"kind": "enquiry", "moved": ("accept", "finish"), "class_code": None}, "about complaints only"),
        ({"kind": "repair", "moved": ("accept", "apply", "close")}, "about complaints only"),
    ],
    ids=["open", "enquiry", "repair"],
)
def test_only_closed_complaints_are_judged(app, facts, no):
    if facts["kind"] == "repair":
        facts = facts | {"class_code": a_class("repair")}
    with pytest.raises(Refused, match=no):
        decide(a_ticket(**facts))


def test_only_a_supervisor_decides(app):
    from portal.domain.people.roles import Role

    with pytest.raises(Refused, match="Only a quality supervisor"):
        decide(a_ticket(moved=CLOSED), by=a_person(Role.MANAGER))


def test_it_is_decided_once(app):
    ticket = a_ticket(moved=CLOSED)
    decide(ticket)
    with pytest.raises(Refused, match="decided already"):
        decide(ticket)


def test_a_degree_belongs_to_a_liable_party_and_to_it_alone(app):
    with pytest.raises(Refused, match="which degree"):
        decide(a_ticket(moved=CLOSED), degree=None)
    assert found(decide(a_ticket(moved=CLOSED), is_liable=False, degree="main")).degree is None


def test_the_person_named_is_of_the_party(app):
    stranger = a_handler(a_provider())
    with pytest.raises(Refused, match="does not belong"):
        decide(a_ticket(moved=CLOSED), person=again(stranger))


def test_the_party_appeals_once_and_another_supervisor_has_the_last_word(app):
    first, second, handler = a_supervisor(), a_supervisor(), a_handler()
    ticket = a_ticket(moved=CLOSED)
    key = decide(ticket, by=first)
    appeal(key, handler)
    assert set(letters("liability_appealed")) == {second.id}
    with pytest.raises(Refused, match="made already"):
        appeal(key, handler)
    with pytest.raises(Refused, match="another supervisor decides on the appeal"):
        decide_appeal(key, first, True)

    decide_appeal(key, second, False)
    row = found(key)
    assert (row.stage, row.counts, row.is_liable) == ("overturned", False, True)
    assert set(letters("liability_appeal_decided")) == {first.id, handler.id}
    final = liability.final(db.session.get_one(Ticket, ticket.id))
    assert (final.is_liable, final.degree, final.is_settled) == (False, None, True)
    with pytest.raises(Refused, match="no appeal to decide"):
        decide_appeal(key, second, True)


def test_a_decision_that_is_upheld_counts(app):
    key, handler = decide(a_ticket(moved=CLOSED)), a_handler()
    appeal(key, handler)
    decide_appeal(key, a_supervisor(), True)
    assert (found(key).stage, found(key).counts) == ("upheld", True)


def test_nobody_else_appeals_nor_after_the_days_are_over(app):
    key, handler = decide(a_ticket(moved=CLOSED)), a_handler()
    with pytest.raises(Refused, match="people of the party itself"):
        appeal(key, a_handler(a_provider()))
    with clock.frozen_at(found(key).appeal_until + timedelta(seconds=1)):
        with pytest.raises(Refused, match="days to appeal are over"):
            appeal(key, handler)
        assert liability.final(found_ticket(key)).is_settled
    with clock.frozen_at(found(key).appeal_until):
        appeal(key, handler)


def found_ticket(key: int) -> Ticket:
    return db.session.get_one(Ticket, db.session.get_one(Liability, key).ticket_id)


def test_who_was_found_not_liable_has_nothing_to_appeal(app):
    key = decide(a_ticket(moved=CLOSED), is_liable=False)
    with pytest.raises(Refused, match="nothing to appeal"):
        appeal(key, a_handler())


def test_a_supervisor_who_handled_it_does_not_decide_on_the_appeal(app):
    handled, handler = a_supervisor(), a_handler()
    ticket = a_ticket(moved=("accept",))
    live(ticket, "reply", by=handled)
    live(ticket, "apply", "close")
    key = decide(ticket)
    appeal(key, handler)
    with pytest.raises(Refused, match="had a hand"):
        decide_appeal(key, handled, True)


def test_what_waits_is_listed_the_longest_closed_first_and_counted(app):
    one, two = a_ticket(moved=CLOSED), a_ticket(moved=CLOSED)
    a_ticket(moved=("accept",))
    a_ticket(kind="praise", class_code=None, moved=("accept", "finish"))
    assert [t.id for t in liability_list.undecided(db.select(Ticket), None, 10)] == [one.id, two.id]
    first = liability_list.undecided(db.select(Ticket), None, 1)[0]
    later = liability_list.undecided(db.select(Ticket), (first.closed_at, first.id), 10)
    assert [t.id for t in later] == [two.id]
    supervisor = a_supervisor()
    key = decide(one, by=supervisor)
    assert db.session.scalar(liability_list.undecided_count()) == 1
    appeal(key, a_handler())
    assert db.session.scalar(liability_list.appeals_count(supervisor.id)) == 0
    assert db.session.scalar(liability_list.appeals_count(a_supervisor().id)) == 1


def test_the_list_of_what_waits_walks_along_its_index(app):
    """However many complaints were decided before."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("told by SQLite's planner")
    said = str(
        db.select(Ticket.id).where(*liability_list._UNJUDGED).order_by(Ticket.closed_at, Ticket.id)
        .compile(db.engine, compile_kwargs={"literal_binds": True})
    )  # fmt: skip
    plan = " ".join(row[-1] for row in db.session.execute(db.text(f"explain query plan {said}")))
    assert "ix_ticket_unjudged" in plan
    assert "TEMP B-TREE" not in plan


def test_a_party_that_never_had_an_order_is_not_judged(app):
    ticket = a_ticket(moved=CLOSED)
    for stranger in (a_provider(), a_department("billing")):
        with pytest.raises(Refused, match="never had an order"):
            decide(ticket, party=stranger)
    assert decide(ticket, party=a_department())


def test_of_a_ticket_that_nobody_had_an_order_of_one_of_our_departments_is_judged_and_no_provider(app):
    ticket = a_ticket(moved=("accept", "apply", "close"))
    with pytest.raises(Refused, match="never had an order"):
        decide(ticket, party=a_provider())
    assert decide(ticket, party=a_department("billing"))
