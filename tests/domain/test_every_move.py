"""Every move of a ticket's life, from every state, by everybody, for every kind, on both packs.

The table below is written from the rules (R12–R21), not from the product's own table of moves. What the rules allow
arrives where they say and stands in the journal; whatever else anybody tries is refused with its reason, and not a
row is written.
"""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from portal.db import db
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, callback, forced, linking, steps
from portal.domain.tickets.lifecycle import MOVES
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State
from tests import factories
from tests.domain.every_move import ANSWERED, CALLED_BACK, World, make_world

NEW, OPEN, WAITING, VERIFYING, CLOSED, WITHDRAWN, MERGED = (
    "new", "open", "waiting", "verifying", "closed", "withdrawn", "merged",
)  # fmt: skip
STATES = (NEW, OPEN, WAITING, VERIFYING, CLOSED, WITHDRAWN, MERGED)
EVERY_KIND = (*CALLED_BACK, *ANSWERED)

DESK = ("owner", "agent", "supervisor", "all-rounder")
"""Who accepts, dispatches and answers: agents, and the supervisors above them."""
HANDLERS = ("lead", "assisting")
CUSTOMER = ("asker", "head of the customer")
"""Whoever asked, and the administrator of the organisation; a colleague who may see it decides nothing."""
VERIFIERS = ("caller", "all-rounder")
"""Call-back officers without a hand in it: the owner and the lead are officers too, and handled it (R16)."""
APPROVERS = ("manager", "all-rounder")
"""Managers who did not handle it (R17): the owner and the lead are managers too."""

# move: {from where: to where}, who may, for which kinds
RULES = {
    # R12: whoever accepts is the owner.
    "accept": ({NEW: OPEN}, DESK, EVERY_KIND),
    # R14: clocks pause only while we wait for the customer; who works on it asks, whoever is of the customer answers.
    "ask": ({OPEN: WAITING}, (*DESK, *HANDLERS), EVERY_KIND),
    "resume": ({WAITING: OPEN}, (*DESK, *HANDLERS), EVERY_KIND),
    "answer": ({WAITING: OPEN}, (*CUSTOMER, "colleague"), EVERY_KIND),
    # R16: the handler (of several the one in the lead, R13) applies, an independent call-back decides.
    "apply": ({OPEN: VERIFYING}, (*DESK, "lead"), CALLED_BACK),
    "take_back": ({VERIFYING: OPEN}, (*DESK, "lead"), CALLED_BACK),
    "close": ({VERIFYING: CLOSED}, VERIFIERS, CALLED_BACK),
    "send_back": ({VERIFYING: OPEN}, VERIFIERS, CALLED_BACK),
    # R16: or the customer's own word.
    "confirm": ({VERIFYING: CLOSED}, CUSTOMER, CALLED_BACK),
    "reject": ({VERIFYING: OPEN}, CUSTOMER, CALLED_BACK),
    # R10: what asks for nothing but an answer is closed by it.
    "finish": ({OPEN: CLOSED}, DESK, ANSWERED),
    # R17: by force only what is worked on, with a manager's approval, after it was asked for.
    "force": (
        {"open, to be forced": CLOSED, "waiting, to be forced": CLOSED, "verifying, to be forced": CLOSED},
        APPROVERS, CALLED_BACK,
    ),
    # The customer takes it back as long as it lives.
    "withdraw": ({NEW: WITHDRAWN, OPEN: WITHDRAWN, WAITING: WITHDRAWN, VERIFYING: WITHDRAWN}, CUSTOMER, EVERY_KIND),
    # R21: the customer reopens; the desk does it for one who telephones.
    "reopen": ({CLOSED: OPEN}, (*CUSTOMER, *DESK), EVERY_KIND),
    # R21: duplicates merge, with a way back to where they stood.
    "merge": ({NEW: MERGED, OPEN: MERGED, WAITING: MERGED}, DESK, EVERY_KIND),
    "unmerge": ({MERGED: OPEN, "merged while new": NEW, "merged while waiting": WAITING}, DESK, EVERY_KIND),
}  # fmt: skip

# What a refusal says.
NOT_NOW = "is not possible while the ticket is"
NOT_YOURS = "is not yours to do here"
OVER = {
    "confirm": {CLOSED: "nothing more to confirm"},
    "withdraw": {CLOSED: "need not be withdrawn"},
    "reject": {CLOSED: "reopen it"},
    "answer": {CLOSED: "reopen it"},
    "reopen": dict.fromkeys((NEW, OPEN, WAITING, VERIFYING), "open already"),
}
"""What a customer reads whose step comes too late; of what is withdrawn or merged the same for every step."""
for _verb in ("confirm", "reject"):
    OVER[_verb] |= dict.fromkeys((NEW, OPEN, WAITING), "working on it again")
GONE = {WITHDRAWN: "It was withdrawn", MERGED: "goes on in another ticket"}
ONLY_WHO_ASKED = "Only whoever asked this, or the administrator"
HANDLED = "Whoever handled a ticket cannot verify it"
ANOTHER_WAY = "closed in another way"
A_MANAGER = "A manager decides"
ANOTHER_MANAGER = "Whoever handled the ticket, or asked, does not decide"

OFFICERS_WITH_A_HAND = ("owner", "lead")


def why_not(verb: str, who: str, kind: str, state: str, situation: str) -> str:
    """What somebody is told whom the table does not allow this."""
    froms, may, kinds = RULES[verb]
    if verb == "force" and situation in froms:
        return ANOTHER_MANAGER if who in OFFICERS_WITH_A_HAND else A_MANAGER
    leaves = {OPEN, WAITING, VERIFYING} if verb == "force" else set(froms)
    if state not in leaves:
        of_theirs = who in (*CUSTOMER, "colleague") and verb in OVER
        return (OVER[verb].get(state) or GONE.get(state, NOT_NOW)) if of_theirs else NOT_NOW
    if who == "colleague":
        return ONLY_WHO_ASKED
    if verb in ("close", "send_back") and who in OFFICERS_WITH_A_HAND:
        return HANDLED
    if kind not in kinds and who in may and verb != "force":
        return ANOTHER_WAY
    return NOT_YOURS


def _answer(world, ticket, by):
    """Words of the customer to a ticket that waits are the move; to another one they are only words."""
    if ticket.state == State.WAITING:
        actions.add(ticket, by, "编号是 SH-0021。")
    else:
        steps.move(ticket, "answer", by)


def _force(world, ticket, by):
    """A manager decides on what was asked for; where nobody asked, there is only the move itself."""
    asked = forced.of(ticket)
    if asked:
        forced.decide(asked[0], ticket, by, True, "已核实。")
    else:
        steps.move(ticket, "force", by)


ACTS = {
    "accept": lambda world, t, by: actions.accept(t, by),
    "ask": lambda world, t, by: actions.ask(t, by, "请补充电路编号。"),
    "answer": _answer,
    "resume": lambda world, t, by: actions.resume(t, by),
    "apply": lambda world, t, by: actions.apply(t, by, "已经修复。", shape=factories.shape_of(t)),
    "finish": lambda world, t, by: actions.finish(t, by, "答复如下。"),
    "take_back": lambda world, t, by: actions.take_application_back(t, by, "还有一条没有恢复。"),
    "send_back": lambda world, t, by: callback.call_back(t, by, "not_solved", "客户说仍然中断。"),
    "close": lambda world, t, by: callback.call_back(t, by, "solved_satisfied", "客户满意。"),
    "confirm": lambda world, t, by: callback.confirm(t, by, satisfied=True),
    "reject": lambda world, t, by: callback.reject(t, by, "还是不通。"),
    "force": _force,
    "withdraw": lambda world, t, by: actions.withdraw(t, by, "不用了。"),
    "reopen": lambda world, t, by: actions.reopen(t, by, "又断了。"),
    "merge": lambda world, t, by: linking.merge(t, _ticket(world.into), by, "同一件事"),
    "unmerge": lambda world, t, by: linking.unmerge(t, by),
}


@pytest.fixture(scope="module", params=["telecom", "cars"])
def pack(request):
    return request.param


@pytest.fixture
def world(app, ground, pack) -> World:
    return ground.world(f"every_move_{pack}", make_world, pack)


def _ticket(key: int) -> Ticket:
    return factories._loaded(db.session.get_one(Ticket, key))


@contextmanager
def undone():
    """A transaction that is taken back: the next move finds the world as it was."""
    db.session.rollback()
    db.session.connection(execution_options={"writes": True})
    try:
        yield
    finally:
        db.session.rollback()


@contextmanager
def written():
    """The statements that write while this holds."""
    seen = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if not statement.lstrip().upper().startswith(("SELECT", "WITH", "BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def state_of(situation: str) -> str:
    """The state of a situation: its first word says it."""
    return situation.split(maxsplit=1)[0].strip(",")


def cells(world: World, kind: str):
    """Every (situation, move, who) of a kind. A request to force changes nothing for the other moves' table."""
    for situation in world.tickets[kind]:
        for verb in RULES:
            if situation not in RULES[verb][0] and situation not in STATES:
                continue
            for who in world.people:
                yield situation, verb, who


def is_allowed(situation: str, verb: str, who: str, kind: str) -> bool:
    froms, may, kinds = RULES[verb]
    return situation in froms and who in may and kind in kinds


def test_the_table_knows_every_move_and_the_cast_every_role(world):
    assert set(RULES) == set(ACTS) == {move.verb for move in MOVES}
    assert {role for name in world.people for role in world.person(name).roles} == set(Role)
    for kind, found in world.tickets.items():
        assert set(State) - set(found) == (set() if kind in CALLED_BACK else {State.VERIFYING})
        for situation, key in found.items():
            assert _ticket(key).state == state_of(situation), (kind, situation)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_the_rules_do_not_allow_is_refused_with_its_reason_and_writes_nothing(world, kind):
    wrong = []
    with undone(), written() as writes:
        tickets = {situation: _ticket(key) for situation, key in world.tickets[kind].items()}
        people = {name: world.person(name) for name in world.people}
        for situation, verb, who in cells(world, kind):
            if is_allowed(situation, verb, who, kind):
                continue
            wanted = why_not(verb, who, kind, state_of(situation), situation)
            try:
                ACTS[verb](world, tickets[situation], people[who])
            except Refused as refusal:
                said = str(refusal)
            else:
                said = "(nothing: it was done)"
            changed = [*db.session.new, *db.session.dirty, *db.session.deleted, *db.session.info.get("journal", ())]
            if wanted not in said or changed or writes:
                wrong.append((situation, verb, who, said, changed, writes))
                break
    assert wrong == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_the_rules_allow_arrives_where_they_say_and_is_told_in_the_journal(world, kind):
    wrong, done = [], set()
    for situation, verb, who in cells(world, kind):
        if not is_allowed(situation, verb, who, kind):
            continue
        arrives = RULES[verb][0][situation]
        key, person = world.tickets[kind][situation], world.people[who]
        with undone():
            ticket = _ticket(key)
            was = ticket.state
            try:
                ACTS[verb](world, ticket, world.person(who))
            except Refused as refusal:
                wrong.append((situation, verb, who, str(refusal)))
                continue
            db.session.flush()
            stands = db.session.scalar(db.select(Ticket.state).where(Ticket.id == key))
            told = [entry for record, entry in db.session.info["journal"] if record is ticket]
            said = [(one.by_id, one.was, one.became) for one in told if one.verb == f"ticket.{verb}"]
            if stands != arrives or said != [(person, was, arrives)]:
                wrong.append((situation, verb, who, stands, said))
            done.add(verb)
    assert wrong == []
    assert done == {verb for verb, (_, _, kinds) in RULES.items() if kind in kinds}
