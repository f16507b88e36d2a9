"""Statements made once: the text says what the statement said, and stands only for selects that leave nothing out."""

from sqlalchemy import bindparam, false, func, literal, select, true, union_all

from portal.db import db, spelled_out, takes_all
from portal.domain.tickets.models import Message, Ticket
from tests.factories import a_ticket


def test_only_a_select_without_a_condition_takes_all():
    rows = select(Ticket)
    assert takes_all(rows)
    assert takes_all(rows.where(true()))
    assert not takes_all(rows.where(false()))
    assert not takes_all(rows.where(~true()))
    assert not takes_all(rows.where(Ticket.id == 1))
    assert not takes_all(rows.where(true(), Ticket.id == 1))


def test_a_statement_spelled_out_answers_as_the_statement_does(app):
    one, two = a_ticket().id, a_ticket(kind="praise", class_code=None).id
    said = select(literal("said").label("part"), Message.id, Message.at, Message.shape).where(
        Message.ticket_id.in_(bindparam("ids", expanding=True)), Message.sort.in_(("opening", "reply"))
    )
    counted = select(
        literal("kind"), func.count(), func.max(Ticket.opened_at), select(Message.shape).limit(1).scalar_subquery()
    )
    statement = union_all(said, counted.where(Ticket.kind == "praise"))
    text, given = spelled_out(statement), {"ids": [one, two]}
    expected = sorted(map(tuple, db.session.execute(statement, given)), key=str)
    assert len(expected) == 3
    assert sorted(map(tuple, db.session.execute(text, given)), key=str) == expected
    assert len(db.session.execute(text, {"ids": [one]}).all()) == 2
