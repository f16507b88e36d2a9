"""Is everything that happened kept, in order, sealed, and told in a sentence?"""

import ast
import contextlib
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from portal.db import db, transaction
from portal.domain import journal, journal_search, settings, told
from portal.domain.journal import Entry, Head
from portal.domain.tickets.lifecycle import MOVES
from tests.conftest import tamper
from tests.factories import a_ticket, again, an_agent, live

HOUSE = Path(__file__).resolve().parents[2] / "portal"


def written_verbs() -> set[str]:
    """Every verb that code of ours writes; the changing part of one put together stands as *."""
    found = set()
    for module in HOUSE.rglob("*.py"):
        for call in ast.walk(ast.parse(module.read_text("utf-8"))):
            is_write = isinstance(call, ast.Call) and ast.unparse(call.func) == "journal.write"
            for part in _said(call.args[0]) if is_write else ():
                if isinstance(part, ast.JoinedStr):
                    found.add("".join(v.value if isinstance(v, ast.Constant) else "*" for v in part.values))
                elif isinstance(part, ast.Constant) and "." in str(part.value):
                    found.add(part.value)
    return found


def _said(first: ast.expr) -> list[ast.expr]:
    """The first argument, or both branches of a choice."""
    return [*_said(first.body), *_said(first.orelse)] if isinstance(first, ast.IfExp) else [first]


def everything() -> list[Entry]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Entry).order_by(Entry.id)))


def test_every_verb_that_is_written_has_its_sentence():
    families = {f"ticket.{move.verb}" for move in MOVES} | {
        f"settings.{a}" for a in ("policy", "calendar", "company", "security")
    }
    silent = {verb for verb in written_verbs() if "*" not in verb and verb not in told.TOLD}
    assert silent == set()
    assert {verb for verb in families if verb not in told.TOLD} == set()
    for pattern in (verb for verb in written_verbs() if "*" in verb):
        assert [v for v in told.TOLD if re.fullmatch(pattern.replace("*", "[a-z_]+"), v)], pattern


def test_a_life_is_told_without_a_gap(app):
    ticket = a_ticket(moved=("accept", "ask", "answer", "apply", "send_back", "apply", "close", "reopen"))
    rows = journal_search.entries(db.select(Entry), journal_search.Sought(), None, 100)

    assert [row.id for row in rows] == list(range(len(rows), 0, -1))
    for row in rows:
        text, facts = told.sentence(row)
        assert text.format(**facts)
        assert "{" not in text.format(**facts)
    assert journal_search.names(rows)["ticket", ticket.id].startswith("TS-")


def test_codes_of_the_policy_are_told_in_words(app):
    ticket = a_ticket(moved=("accept", "apply", "send_back"))
    db.session.rollback()
    sought = journal_search.Sought(about=ticket.number, verb="ticket.called_back")
    called = journal_search.entries(db.select(Entry), sought, None, 1)[0]
    assert told.sentence(called)[1]["became"] == settings.policy().outcome("not_solved").words


def test_the_chain_is_whole_from_wherever_one_begins(app):
    a_ticket(moved=("accept", "apply"))
    count = len(everything())
    assert count > 6
    assert all(journal.verify(first) == [] for first in range(1, count + 2))


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("update journal set why = 'nothing happened' where id = 3", "entry 3: changed"),
        ("update journal set by_id = 1 where id = 3", "entry 3: changed"),
        ("update journal set at = '2020-01-01 00:00:00.000000' where id = 5", "entry 5: changed"),
        ("delete from journal where id = 4", "entry 4 to 4: missing"),
        ("delete from journal where id = (select max(id) from journal)", "the chain ends at entry"),
        ("update journal_head set count = count - 1", "the chain ends at entry"),
    ],
)
def test_whoever_changes_the_past_is_seen(app, tampering, found):
    ticket = a_ticket(moved=("accept",))
    live(ticket, "reply")
    assert journal.verify() == []
    db.session.rollback()

    tamper(tampering)

    wrong = journal.verify()
    assert wrong
    assert any(line.startswith(found) for line in wrong), wrong


@pytest.mark.parametrize("statement", ["update journal set why = 'x' where id = 2", "delete from journal where id = 2"])
def test_the_database_itself_refuses_to_change_the_past(app, statement):
    a_ticket()
    db.session.rollback()
    with (
        pytest.raises(DBAPIError, match="only ever added to"),
        db.engine.connect().execution_options(writes=True) as one,
    ):
        one.exec_driver_sql(statement)
    assert journal.verify() == []


def test_the_database_alone_does_not_make_a_new_chain(app):
    a_ticket()
    db.session.rollback()
    known = journal._key
    try:
        journal.arm("somebody else's key")
        assert journal.verify()[0] == "entry 1: changed, or the one before it is"
    finally:
        journal._key = known
    assert journal.verify() == []


def test_an_entry_is_never_changed_or_deleted_by_code_of_ours(app):
    a_ticket()
    for change in (lambda row: setattr(row, "why", "x"), db.session.delete):
        with pytest.raises(RuntimeError, match="only ever added to"), transaction():
            change(db.session.scalars(db.select(Entry)).first())
    assert journal.verify() == []


def test_what_was_undone_left_no_entry(app):
    agent, before = again(an_agent()), len(everything())
    with contextlib.suppress(ZeroDivisionError), transaction():
        journal.write("journal.exported", agent, agent, number=1)
        db.session.info["stop"] = 1 // 0
    assert len(everything()) == before


def test_a_check_of_the_newest_sees_a_cut_before_them(app, monkeypatch):
    a_ticket(moved=("accept",))
    monkeypatch.setattr(journal_search, "CHECKED_AT_ONCE", 3)
    with transaction():
        assert journal_search.verify_newest(again(an_agent())) == []
    checked = journal_search.last_check()
    assert (checked.facts["number"], checked.facts["result"]) == (3, "whole")
    newest = db.session.get_one(Head, 1).count
    db.session.rollback()
    tamper(f"delete from journal where id = {newest - 3}")
    with transaction():
        assert f"entry {newest - 3}: missing" in journal_search.verify_newest(again(an_agent()))
