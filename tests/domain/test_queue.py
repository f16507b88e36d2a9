"""The queue's own rules: its tables hold together, its statements are driven by an index, its views are kept."""

import re
from datetime import timedelta

import pytest

from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets import bulk, queue, views, workbench
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.queue import COLUMNS, FIRST_TURN, ORDERS, Wanted
from portal.domain.tickets.queue_filters import FILTERS, VIEWS, Asked, conditions
from tests.factories import _loaded, a_department, a_handler, a_person, a_ticket, again, an_agent


def test_the_tables_name_each_other_rightly():
    assert set(FIRST_TURN) == set(ORDERS)
    assert {column.order for column in COLUMNS.values() if column.order} == set(ORDERS)
    for view in VIEWS.values():
        assert set(view.filters) <= set(FILTERS), view.code
        assert view.order.removeprefix("-") in ORDERS


@pytest.mark.parametrize(
    "roles", [(Role.AGENT,), (Role.CALLER,), (Role.MANAGER,), (Role.ACCOUNT_MANAGER,), (Role.AGENT, Role.HANDLER)]
)
def test_everybody_is_offered_views_that_begin_with_all_open(app, roles):
    codes = [view.code for view in queue.views_for(a_person(*roles))]

    assert codes[0] == "open"
    assert len(codes) == len(set(codes))


def plan(app, rows) -> list[str]:
    """What SQLite does for this select, a line each."""
    statement = rows.compile(db.engine, compile_kwargs={"render_postcompile": True})
    order = statement.positiontup
    types = {bind.key: bind.type for bind in statement.binds.values()}
    given = []
    for name in order:
        value, kind = statement.params[name], types.get(name)
        process = kind and kind.bind_processor(db.engine.dialect)
        given.append(process(value) if process else value)
    with db.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"explain query plan {statement}", tuple(given))]


@pytest.mark.parametrize("code", [code for code in VIEWS if code not in ("ours", "my_customers")])
def test_each_view_walks_along_an_index_and_sorts_nothing(app, code):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the plan is read as SQLite writes it")
    person, view = again(an_agent()), VIEWS[code]
    order = ORDERS[view.order.removeprefix("-")]
    turned = (order.desc(), Ticket.id.desc()) if view.order.startswith("-") else (order, Ticket.id)
    rows = queue.told(queue.narrowed(visible(Ticket, person), view.filters, Asked(person)))

    lines = plan(app, rows.order_by(*turned).limit(51))

    assert not [line for line in lines if "TEMP B-TREE" in line and code != "watched"], lines  # few: sorted
    assert any(
        re.search(r"(SEARCH|SCAN) ticket USING (COVERING )?INDEX|SEARCH ticket USING INTEGER PRIMARY KEY", line)
        for line in lines
    ), lines
    assert not [line for line in lines if re.fullmatch(r"SCAN ticket", line)], lines


def test_a_page_asks_for_no_total_and_skips_no_rows(app, statements):
    a_ticket()
    person = again(an_agent())
    tickets, asked = visible(Ticket, person), Asked(person)
    statements.clear()

    queue.leaf(tickets, Wanted({}), asked)

    assert len(statements) == 1
    assert "count(" not in statements[0].lower()


def test_numbers_stop_at_a_hundred_and_take_one_statement(app, statements):
    person = again(an_agent())
    customer, asker = a_person().customer_id, a_person().id
    at = Asked(person).at
    with transaction():
        for n in range(130):
            facts = {"number": f"Z-{n}", "kind": "complaint", "state": "new", "subject": "x", "customer_id": customer}
            facts |= {"opened_by_id": asker, "opened_at": at, "touched_at": at, "due_at": at + timedelta(days=2)}
            db.session.add(Ticket(**facts, due_code="reply", round=1, sent_back=0, is_live=True, answers={}))
    person = again(person)
    statements.clear()

    found = queue.numbers(visible(Ticket, person), queue.views_for(person), Asked(person))

    assert found["unowned"] == 100
    assert found["mine"] == found["overdue"] == 0
    assert len([one for one in statements if "from ticket" in one.lower()]) == 1


def test_numbers_agree_with_the_lists_for_who_sees_all_and_who_does_not(app):
    a_ticket(moved=("dispatch",))
    a_ticket(severity="critical")
    a_ticket(moved=("accept", "ask"))
    for person in (again(an_agent()), again(a_handler(a_department())), again(a_person(Role.ACCOUNT_MANAGER))):
        asked, tickets, offered = Asked(person), visible(Ticket, person), queue.views_for(person)
        found = queue.numbers(tickets, offered, asked)
        for view in offered:
            if view.counted:
                rows = queue.leaf(tickets, Wanted(view.filters), asked).rows
                assert found[view.code] == len(rows), view.code


def test_a_state_or_a_search_lifts_that_only_live_tickets_are_meant(app):
    asked = Asked(again(an_agent()))

    assert len(conditions({}, asked)) == 1
    assert conditions({}, asked, searching=True) == []
    assert conditions({"stage": ("any",)}, asked) == []
    assert conditions({"state": ("any",)}, asked) == []


def test_a_selection_is_done_one_by_one_and_a_refusal_undoes_only_its_own(app):
    by = an_agent()
    first, taken, last = a_ticket(), a_ticket(moved=("accept",)), a_ticket()
    with transaction():
        by = again(by)
        chosen = [bulk.Chosen(_loaded(ticket)) for ticket in (first, taken, last)]
        result = bulk.accept(chosen, by)
        done = [ticket.id for ticket in result.done]
        refused = [(refusal.text, [ticket.id for ticket in tickets]) for refusal, tickets in result.refused]

    assert done == [first.id, last.id]
    assert [ids for _, ids in refused] == [[taken.id]]
    assert [db.session.get_one(Ticket, t.id).owner_id == by.id for t in (first, taken, last)] == [True, False, True]


def test_what_is_refused_leaves_no_letter_and_no_entry(app):
    from portal.domain.journal import Entry
    from portal.domain.outbox import Letter

    by, ticket = an_agent(), a_ticket()

    def act(one):
        from portal.domain.tickets import actions

        actions.accept(one.ticket, by)
        raise Refused("no")

    letters = db.session.scalar(db.select(db.func.count(Letter.id)))
    entries = db.session.scalar(db.select(db.func.count(Entry.id)))
    with transaction():
        by = again(by)
        result = bulk.each([bulk.Chosen(_loaded(ticket))], act)

    assert result.done == []
    assert db.session.scalar(db.select(db.func.count(Letter.id))) == letters
    assert db.session.scalar(db.select(db.func.count(Entry.id))) == entries
    assert db.session.get_one(Ticket, ticket.id).state == "new"


def test_a_kept_view_forgets_filters_and_columns_that_are_gone(app):
    by = an_agent()
    with transaction():
        by = again(by)
        view = views.save(by, "旧的", {"kind": ("repair",)}, "-opened", ["state"])
        view.filters = {"filters": {"kind": ["repair"], "gone": ["x"]}, "order": "gone", "columns": ["gone", "due"]}

    assert views.filters_of(view) == {"kind": ("repair",)}
    assert views.order_of(view) == "due"
    assert views.columns_of(view) == ["due"]


def test_forty_views_are_enough(app):
    by = an_agent()
    with transaction():
        by = again(by)
        for n in range(views.AT_MOST):
            views.save(by, f"视图{n}", {}, "due")
        with pytest.raises(Refused):
            views.save(by, "再一个", {}, "due")


def test_a_ticket_waits_for_its_owner_until_somebody_of_ours_has_answered(app):
    asked, answered = a_ticket(moved=("accept", "ask", "answer")), a_ticket(moved=("accept", "ask", "answer", "reply"))
    new, back = a_ticket(moved=("accept",)), a_ticket(moved=("accept", "apply", "confirm", "reopen"))

    why = workbench.waiting([asked.id, answered.id, new.id, back.id])

    assert why == {asked.id: "said", back.id: "reopened"}


def test_with_no_tickets_nothing_is_asked(app, statements):
    assert workbench.waiting([]) == {}
    assert workbench.tasks(a_handler(), []) == []
