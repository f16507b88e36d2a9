"""Do people's actions on a ticket keep the rules (R12, R15, R21, R22), and stop when it changed under them?"""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.journal import Entry, verify
from portal.domain.outbox import Letter
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import actions
from portal.domain.tickets.lifecycle import TOLD
from portal.domain.tickets.models import Message, Note
from portal.domain.tickets.states import State
from tests.domain.lives import MORNING, Life
from tests.factories import a_caller, a_handler, a_provider, again, an_agent, shape_of


@pytest.fixture(params=["telecom", "cars"])
def pack(app, ground, request):
    if request.param != "telecom":
        ground.lay(request.param)
    return request.param


def test_whoever_first_answers_is_the_owner_until_closure(app):
    life = Life().do(1, "progress")
    assert (life.ticket.owner_id, life.ticket.state) == (life.agent, State.OPEN)

    life.do(2, "apply").do(3, "close")
    assert life.ticket.owner_id == life.agent


def test_a_ticket_is_accepted_once(app):
    life = Life().do(1, "accept")
    with pytest.raises(Refused):
        life.do(2, "accept")


def test_a_final_reply_needs_every_required_part_of_every_class(pack):
    policy = settings.policy()
    classes = [one for one in policy.classes if not one.is_group and "complaint" in one.kinds]
    for klass in {one.reply_shape: one for one in classes}.values():
        life = Life(class_code=klass.code).do(1, "accept")
        whole = shape_of(life.ticket)
        for part in policy.reply_shape(klass.code):
            needed = part.required and not part.when_open
            lacking = {code: value for code, value in whole.items() if code != part.code}
            with clock.frozen_at(MORNING + timedelta(hours=2)), transaction():
                by, ticket = life._person(life.agent), life.ticket
                if needed:
                    with pytest.raises(Refused, match="must say"):
                        actions.apply(ticket, by, "好了", shape=lacking)
                else:
                    actions.reply(ticket, by, "好了", stage="final", shape=lacking)


def test_no_is_an_answer(app):
    life = Life(class_code="product_down").do(1, "accept")
    with transaction():
        ticket = life.ticket
        actions.reply(
            ticket, life._person(life.agent), "查明了", shape=shape_of(ticket) | {"is_quality_problem": False}
        )

    assert (
        db.session.scalars(db.select(Message).where(Message.sort == "reply")).one().shape["is_quality_problem"] is False
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda t, by, v: actions.reply(t, by, "答复", stage="progress", version=v),
        lambda t, by, v: actions.ask(t, by, "请补充", version=v),
        lambda t, by, v: actions.apply(t, by, "好了", shape=shape_of(t), version=v),
        lambda t, by, v: actions.classify(t, by, None, "critical", version=v),
        lambda t, by, v: actions.assign(t, by, again(an_agent()), version=v),
    ],
)
def test_nothing_is_written_to_a_ticket_that_changed(app, act):
    life = Life().do(1, "accept")
    version = life.ticket.version
    life.do(2, "try to contact")

    with pytest.raises(Stale), transaction():
        act(life.ticket, life._person(life.agent), version)
    assert life.ticket.state == State.OPEN
    assert not db.session.scalars(db.select(Message).where(Message.sort != "opening")).all()


def test_a_reply_taken_back_sends_no_letter(app):
    life = Life().do(1, "accept")
    with clock.frozen_at(MORNING + timedelta(hours=2)), transaction():
        message = actions.reply(life.ticket, life._person(life.agent), "写错了", stage="progress")
        key = message.id
    with clock.frozen_at(MORNING + timedelta(hours=2, seconds=9)), transaction():
        actions.take_back(db.session.get_one(Message, key), life.ticket, life._person(life.agent))

    assert db.session.scalars(db.select(Letter.state).where(Letter.template == "ticket_replied")).all() == ["cancelled"]


def test_only_the_writer_takes_a_reply_back_and_only_once(app):
    life, other = Life().do(1, "accept"), an_agent().id
    with clock.frozen_at(MORNING + timedelta(hours=2)), transaction():
        key = actions.reply(life.ticket, life._person(life.agent), "答复", stage="progress").id
    with clock.frozen_at(MORNING + timedelta(hours=2, seconds=5)):
        for who, ok in ((other, False), (life.agent, True), (life.agent, False)):
            with transaction():
                message = db.session.get_one(Message, key)
                if ok:
                    actions.take_back(message, life.ticket, life._person(who))
                else:
                    with pytest.raises(Refused):
                        actions.take_back(message, life.ticket, life._person(who))


def test_progress_is_no_reply(app):
    life = Life().do(1, "progress")
    assert life.ticket.replied_at is None
    life.do(2, "preliminary")
    assert life.ticket.replied_at == MORNING + timedelta(hours=2)


@pytest.mark.parametrize("step", ["ask", "apply", "progress"])
def test_nobody_works_on_what_is_not_in_their_hands(app, step):
    life = Life().do(1, "accept")
    life.agent = a_caller().id
    with pytest.raises(Refused):
        life.do(2, step)


def test_a_providers_people_write_no_notes(app):
    life, provider = Life(), a_provider()
    handler = a_handler(provider).id
    with pytest.raises(Refused), transaction():
        actions.note(life.ticket, life._person(handler), "备注")
    assert db.session.scalar(db.select(Note)) is None


def test_the_owner_is_an_agent_who_may_sign_in(app):
    life = Life().do(1, "accept")
    caller, gone = a_caller().id, an_agent().id
    with transaction():
        life._person(gone).disabled_at = MORNING
    for key in (caller, gone, life.agent):
        with pytest.raises(Refused), transaction():
            actions.assign(life.ticket, life._person(life.agent), life._person(key))


def test_everything_that_is_written_has_its_sentence_and_the_chain_holds(app):
    life = Life().do(1, "accept", "dispatch").do(2, "ask").do(3, "answer").do(4, "preliminary", "handler applies")
    life.do(5, "send back").do(6, "apply").do(7, "take application back").do(8, "apply").do(9, "close").do(10, "reopen")

    verbs = set(db.session.scalars(db.select(Entry.verb).where(Entry.record == "ticket")))
    assert verbs - set(TOLD) == set()
    assert verify() == []


def test_an_addition_to_a_closed_ticket_asks_to_reopen(app):
    life = Life().do(1, "accept").do(2, "apply").do(3, "close")
    with pytest.raises(Refused, match="reopen"):
        life.do(4, "answer")
