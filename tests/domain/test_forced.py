"""Is a ticket closed by force only with a manager's approval who had no part in it, and told plainly (R17)?"""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.roles import Role
from portal.domain.quality import facts, figures, forced_list
from portal.domain.quality.fact_models import TicketFacts
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import bulk, callback, deadlines, forced, linking, outlook
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.lifecycle import APPROVER, MOVES, moves_for, parties
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.states import FOR_CUSTOMERS, State, as_customers_read
from portal.domain.tickets.steps import move
from tests.domain.lives import MORNING, Life
from tests.factories import a_manager, a_person, a_supervisor, a_ticket, again, asked_to_force, decided_by_force

WORDS, TOLD = "客户要求赔偿一年话费，合同约定按故障时长折算。", "您的赔偿要求超出合同约定，我们已按合同折算。"


def ask(life: Life, hours: float = 3, reason: str = "excessive", by: int | None = None, **facts) -> ForcedClosure:
    with clock.frozen_at(MORNING + timedelta(hours=hours)), transaction():
        return forced.ask(life.ticket, life._person(by or life.agent), reason, WORDS, TOLD, **facts)


def decide(life: Life, is_granted: bool = True, why: str = "同意。", hours: float = 4, by=None) -> int:
    """The id of the manager who decided."""
    with clock.frozen_at(MORNING + timedelta(hours=hours)):
        manager = by or a_manager().id
        with transaction():
            ticket = life.ticket
            forced.decide(forced.of(ticket)[0], ticket, life._person(manager), is_granted, why)
    return manager


def letters(template: str) -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).where(Letter.template == template).order_by(Letter.id)))


@pytest.mark.parametrize("state", [(), ("ask",), ("apply",)], ids=["in hand", "waiting", "to be verified"])
def test_an_approved_request_closes_a_ticket_that_is_being_worked_on(app, state):
    life = Life().do(1, "accept").do(2, *state)
    ask(life)
    before = life.ticket.state

    assert before in (State.OPEN, State.WAITING, State.VERIFYING)
    decide(life)

    ticket = life.ticket
    assert (ticket.state, ticket.outcome, ticket.is_live) == (State.CLOSED, "forced", False)
    assert ticket.forced_asked_at is None
    assert forced.of(ticket)[0].state == "granted"
    assert callback.of(ticket) == []


def test_asked_for_is_not_closed_and_shows(app):
    life = Life().do(1, "accept")
    ask(life)

    ticket = life.ticket
    assert (ticket.state, ticket.outcome) == (State.OPEN, None)
    assert ticket.forced_asked_at == MORNING + timedelta(hours=3)


@pytest.mark.parametrize(
    ("steps", "kind"),
    [((), "complaint"), (("accept", "withdraw"), "complaint"), (("accept", "apply", "close"), "complaint"), (("accept",), "enquiry")],
    ids=["new", "withdrawn", "closed", "closed by its answer"],
)  # fmt: skip
def test_what_is_not_worked_on_or_closes_by_its_answer_is_not_forced(app, steps, kind):
    life = Life(kind)
    for n, step in enumerate(steps):
        life.do(1 + n * 0.1, step)

    with pytest.raises(Refused):
        ask(life)


def test_a_second_request_waits_for_the_first(app):
    life = Life().do(1, "accept")
    ask(life)

    with pytest.raises(Refused, match="decides first"):
        ask(life, 4)


def test_the_database_keeps_one_open_request_a_ticket(app):
    life = Life().do(1, "accept")
    ask(life)
    row = forced.of(life.ticket)[0]
    more = {
        name: getattr(row, name)
        for name in ("ticket_id", "round", "reason_code", "words", "told", "asked_by_id", "asked_at")
    }

    with pytest.raises(IntegrityError), transaction():
        db.session.add(ForcedClosure(**more))


@pytest.mark.parametrize("role", [Role.HANDLER, Role.CALLER, Role.MANAGER, Role.ACCOUNT_MANAGER, Role.ORG_ADMIN])
def test_only_the_desk_asks(app, role):
    life = Life().do(1, "accept")

    with pytest.raises(Refused):
        ask(life, by=a_person(role).id)


def test_a_supervisor_asks_too(app):
    life = Life().do(1, "accept")

    assert ask(life, by=a_supervisor().id).state == "open"


@pytest.mark.parametrize(
    ("reason", "words", "told"), [("nonsense", WORDS, TOLD), ("excessive", " ", TOLD), ("excessive", WORDS, "")]
)
def test_a_request_says_for_what_and_why_to_both(app, reason, words, told):
    life = Life().do(1, "accept")

    with pytest.raises(Refused), transaction():
        forced.ask(life.ticket, life._person(life.agent), reason, words, told)


def test_a_request_drawn_from_an_older_ticket_is_stale(app):
    life = Life().do(1, "accept")
    drawn = life.ticket.version
    life.do(2, "progress")

    with pytest.raises(Stale):
        ask(life, version=drawn)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_nobody_but_a_manager_decides(app, role):
    life = Life().do(1, "accept")
    ask(life)

    with pytest.raises(Refused):
        decide(life, by=a_person(role).id)
    assert life.ticket.state == State.OPEN


HANDS = ("accept", "progress", "contact", "dispatch", "asked for it")


@pytest.mark.parametrize("did", HANDS)
def test_a_manager_who_had_a_hand_in_it_or_asked_does_not_decide(app, did):
    life = Life()
    both = a_person(Role.AGENT, Role.MANAGER).id
    if did == "accept":
        life.agent = both
    life.do(1, "accept")
    life.agent = both if did in HANDS[1:4] else life.agent
    if did in HANDS[1:4]:
        life.do(2, did)
    ask(life, by=both if did == "asked for it" else a_supervisor().id)

    with pytest.raises(Refused, match="another manager"):
        decide(life, by=both)
    assert not parties(life.ticket, life._person(both)) & {APPROVER}
    assert life.ticket.state == State.OPEN


def test_whoever_asked_does_not_verify_it_later(app):
    life = Life().do(1, "accept")
    with clock.frozen_at(MORNING):
        both = a_person(Role.AGENT, Role.CALLER).id
    ask(life, by=both)
    with clock.frozen_at(MORNING + timedelta(hours=4)), transaction():
        forced.withdraw(forced.of(life.ticket)[0], life.ticket, life._person(both))
    life.do(5, "apply")

    assert "close" not in {one.verb for one in moves_for(life.ticket, life._person(both))}


@pytest.mark.parametrize("role", Role)
def test_the_move_itself_is_nobodys_while_nobody_asked(app, role):
    """The table alone closes nothing by force: not for any role, in any state."""
    life = Life().do(1, "accept")
    person = again(a_person(role))

    assert "force" not in {one.verb for one in moves_for(life.ticket, person)}
    with pytest.raises(Refused):
        move(life.ticket, "force", person)


def test_bulk_has_no_way_to_close_by_force():
    assert [name for name in vars(bulk) if "forc" in name] == []
    assert next(one for one in MOVES if one.verb == "force").who == {APPROVER}


def test_a_declined_request_leaves_everything_as_it_is(app):
    life = Life().do(1, "accept", "ask")
    ask(life)
    promises = [(one.code, one.due_at, one.paused_at) for one in deadlines.of(life.ticket)]
    decide(life, False, "请先按合同约定再沟通一次。")

    ticket = life.ticket
    assert (ticket.state, ticket.outcome, ticket.forced_asked_at) == (State.WAITING, None, None)
    assert [(one.code, one.due_at, one.paused_at) for one in deadlines.of(ticket)] == promises
    assert forced.of(ticket)[0].state == "declined"
    ask(life, 6)
    assert [row.state for row in forced.of(life.ticket)] == ["open", "declined"]


def test_nothing_is_declined_without_a_word(app):
    life = Life().do(1, "accept")
    ask(life)

    with pytest.raises(Refused, match="say why"):
        decide(life, False, " ")


def test_only_whoever_asked_takes_it_back(app):
    life = Life().do(1, "accept")
    row = ask(life)
    with pytest.raises(Refused, match="Only whoever"), transaction():
        forced.withdraw(forced.of(life.ticket)[0], life.ticket, again(a_supervisor()))
    with clock.frozen_at(MORNING + timedelta(hours=4)), transaction():
        forced.withdraw(forced.of(life.ticket)[0], life.ticket, life._person(life.agent))

    assert [one.state for one in forced.of(life.ticket)] == ["withdrawn"]
    assert life.ticket.forced_asked_at is None
    assert {one.state for one in letters("forced_asked")} <= {"cancelled"}
    with pytest.raises(Refused, match="decided already, or over"):
        decide(life)
    assert row.id


@pytest.mark.parametrize("end", ["confirm", "close", "withdraw"])
def test_a_ticket_that_ends_in_another_way_needs_no_decision_any_more(app, end):
    life = Life().do(1, "accept").do(2, "apply")
    ask(life)
    life.do(4, end)

    assert [row.state for row in forced.of(life.ticket)] == ["lapsed"]
    assert life.ticket.forced_asked_at is None
    with pytest.raises(Refused, match="decided already, or over"):
        decide(life, hours=5)


def test_merged_the_request_lapses_with_it(app):
    life = Life().do(1, "accept")
    other = a_ticket(again(life._person(life.customer)), moved=("accept",))
    ask(life)
    with clock.frozen_at(MORNING + timedelta(hours=4)), transaction():
        linking.merge(life.ticket, db.session.get_one(Ticket, other.id), life._person(life.agent))

    assert [row.state for row in forced.of(life.ticket)] == ["lapsed"]


def test_decided_once_it_is_decided(app):
    life = Life().do(1, "accept")
    ask(life)
    decide(life)

    with pytest.raises(Refused, match="decided already"):
        decide(life, False, "不同意。", 5)


def test_clocks_end_honestly(app):
    """What is kept by solving or calling back is not kept; what was missed stays missed."""
    life = Life().do(1, "accept").do(2, "contact", "preliminary").do(3, "apply")
    ask(life, 4)
    decide(life, hours=5)
    late = Life().do(1, "accept").do(2, "contact", "preliminary")
    ask(late, 24 * 20)
    decide(late, hours=24 * 20 + 1)

    stands = {one.code: one.standing(MORNING + timedelta(days=30)) for one in deadlines.of(life.ticket)}
    assert stands["closure"] == stands["call_back"] == "dropped"
    assert stands["first_contact"] == "met"
    assert {one.code: one.standing(MORNING + timedelta(days=30)) for one in deadlines.of(late.ticket)}[
        "closure"
    ] == "missed"
    assert not [one for one in deadlines.of(late.ticket) if not one.is_over]


def test_the_customer_is_told_in_plain_words_and_may_reopen(app):
    life = Life().do(1, "accept")
    ask(life)
    manager = decide(life)

    ticket = life.ticket
    word, tone = as_customers_read(ticket.state, ticket.outcome)
    assert word != FOR_CUSTOMERS[State.CLOSED]
    assert tone == "quiet"
    said = db.session.scalars(
        db.select(Message).where(Message.ticket_id == life.id).order_by(Message.id.desc())
    ).first()
    assert (said.sort, said.body, said.by_id) == ("forced", TOLD, life.agent)
    assert [one.to_id for one in letters("ticket_forced")] == [life.customer]
    assert letters("ticket_forced")[0].facts["told"] == TOLD
    assert letters("ticket_closed") == []
    asked, decided = letters("forced_asked"), letters("forced_decided")
    assert manager not in {one.to_id for one in asked}, "that one came later"
    assert [one.to_id for one in decided] == [life.agent]
    with clock.frozen_at(MORNING + timedelta(hours=5)):
        look = outlook.outlook(ticket, (), clock.now())
        assert "without your agreement" in look.text
        assert look.facts["until"] > clock.now()
    life.do(30, "reopen")
    assert (life.ticket.state, life.ticket.outcome, life.ticket.round) == (State.OPEN, None, 2)


def test_managers_hear_of_it_but_those_who_handled_it(app):
    with clock.frozen_at(MORNING):
        free, both = a_manager().id, a_person(Role.AGENT, Role.MANAGER).id
    life = Life()
    life.agent = both
    life.do(1, "accept")
    ask(life, by=a_supervisor().id)

    assert [one.to_id for one in letters("forced_asked")] == [free]


def test_the_journal_tells_it(app):
    life = Life().do(1, "accept")
    ask(life)
    decide(life, False, "再沟通一次。")
    ask(life, 5)
    manager = decide(life, hours=6)

    told = [
        (entry.verb, entry.by_id, entry.became, entry.why)
        for entry in db.session.scalars(db.select(Entry).where(Entry.verb.contains("force")).order_by(Entry.id))
    ]
    assert [one[0] for one in told] == [
        "ticket.force_asked",
        "ticket.force_declined",
        "ticket.force_asked",
        "ticket.force",
    ]
    assert told[0][2:] == ("excessive", WORDS)
    assert told[3] == ("ticket.force", manager, State.CLOSED, "同意。")


NOVEMBER = date(2026, 11, 1)


def counted(hours: float) -> figures.Figures:
    with clock.frozen_at(MORNING + timedelta(hours=hours)):
        return figures.month(NOVEMBER)


def test_closed_by_force_counts_as_closed_and_for_nothing_else(app):
    """Three complaints: one solved and satisfied, one closed by force, one sent back by a call and then closed by force."""
    Life().do(1, "accept").do(2, "contact", "final").do(3, "apply").do(4, "close")
    plain = Life().do(1, "accept").do(2, "contact", "final")
    called = Life().do(1, "accept").do(2, "contact", "final").do(3, "apply").do(4, "send back")
    for life in (plain, called):
        ask(life, 5)
        decide(life, hours=6)

    found = counted(7)
    numbers = {code: (found[code].numerator, found[code].denominator) for code in (
        "forced", "monthly_closure", "first_time_closure", "satisfaction", "handling_timely", "handling_qualified", "handling_satisfied",
        "unreachable",
    )}  # fmt: skip
    assert numbers == {
        "forced": (2, None), "monthly_closure": (3, 3), "first_time_closure": (1, 2), "satisfaction": (1, 3),
        "handling_timely": (1, 3), "handling_qualified": (1, 3), "handling_satisfied": (1, 3), "unreachable": (0, None),
    }  # fmt: skip
    assert sorted(db.session.scalars(figures.behind(found, found["forced"].measure, "numerator"))) == sorted(
        (plain.id, called.id)
    )


def test_closed_by_force_and_reopened_it_stood_closed_meanwhile(app):
    """Closed by force on 28 November, reopened in December: at the end of November it stood closed."""
    life = Life().do(1, "accept")
    ask(life, 96)
    decide(life, hours=97)
    with clock.frozen_at(MORNING + timedelta(hours=98)):
        assert db.session.get_one(TicketFacts, life.id).forced
    life.do(24 * 9, "reopen")

    with clock.frozen_at(MORNING + timedelta(days=10)), transaction():
        facts.refresh([life.id])
        row = db.session.get_one(TicketFacts, life.id)
        assert (row.closed_in_month, row.forced, row.is_closed) == (True, False, False)


def test_the_month_lists_what_was_granted_in_it(app):
    kept = []
    for hours in (3, 24 * 10):
        life = Life().do(1, "accept")
        ask(life, hours)
        kept.append((life.id, decide(life, hours=hours + 1)))
    declined = Life().do(1, "accept")
    ask(declined)
    decide(declined, False, "再沟通。")
    rows = visible(ForcedClosure, again(a_supervisor()))

    lines = forced_list.month_list(rows, NOVEMBER, None, 50)

    assert [(line.row.ticket_id, line.row.decided_by_id, line.is_reopened) for line in lines] == [(*kept[0], False)]
    assert forced_list.listed(rows, NOVEMBER) == forced_list.listed(rows, date(2026, 12, 1)) == 1
    assert forced_list.waiting(rows) == []


def test_what_waits_is_for_those_who_may_decide(app):
    ticket = a_ticket(moved=("accept",))
    both = a_person(Role.AGENT, Role.MANAGER)
    asked_to_force(ticket, by=both)
    free = again(a_manager())

    assert [row.ticket_id for row in forced_list.to_decide(visible(ForcedClosure, free), free)] == [ticket.id]
    assert forced_list.to_decide(visible(ForcedClosure, again(both)), again(both)) == []
    assert (
        db.session.scalar(forced_list.waiting_count(free.id)),
        db.session.scalar(forced_list.waiting_count(both.id)),
    ) == (1, 0)
    decided_by_force(ticket)
    assert db.session.scalar(forced_list.waiting_count(free.id)) == 0


def test_reopened_it_may_be_asked_for_again_in_the_next_round(app):
    life = Life().do(1, "accept")
    ask(life)
    decide(life)
    life.do(5, "reopen")
    ask(life, 6)

    assert [(row.round, row.state) for row in forced.of(life.ticket)] == [(2, "open"), (1, "granted")]
