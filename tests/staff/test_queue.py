"""The queue: what is seen, found, ordered and paged; what is kept of one's arrangements; what a wild address gives."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.quality import major
from portal.domain.tickets import dispatching, orders
from portal.domain.tickets.models import SavedView, Ticket
from tests.factories import (
    _loaded,
    a_customer,
    a_department,
    a_handler,
    a_person,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
    kept,
    live,
)


def subjects(page) -> list[str]:
    return [link.get_text(strip=True) for link in page.select(".queue-table tbody th a")]


def number_of(ticket) -> str:
    return db.session.get_one(Ticket, ticket.id).number


@pytest.mark.parametrize("count", [1, 3, 20])
def test_a_long_queue_costs_no_more_than_a_short_one(app, sign_in, statements, count):
    customer = a_customer()
    for n in range(count):
        a_ticket(a_person(customer=customer), subject=f"第{n}件", moved=("accept",) if n % 2 else ())
    browser = sign_in(an_agent())
    browser.get("/staff/queue/")
    statements.clear()

    page = browser.page("/staff/queue/")

    assert len(subjects(page)) == count
    # what is decided, who asks, saved views, the page, who can own a ticket, the numbers of the views
    assert len(statements) == 6


def test_the_most_pressing_stands_first_and_says_what_is_due(app, sign_in):
    with clock.shifted_by(-timedelta(days=2)):
        a_ticket(subject="拖了两天")
    a_ticket(subject="刚刚来的")

    page = sign_in(an_agent()).page("/staff/queue/")

    assert subjects(page) == ["拖了两天", "刚刚来的"]
    first = page.select_one(".queue-table tbody tr")
    assert "late" in first["class"]
    assert first.select_one(".deadline-late .deadline-label")
    assert first.select_one("th a")["href"].startswith("/staff/tickets/")


def test_each_view_holds_what_its_name_says(app, sign_in):
    me, other = an_agent(), an_agent()
    a_ticket(subject="没人管的", severity="normal")
    mine, theirs = a_ticket(subject="我的", severity="normal"), a_ticket(subject="别人的", severity="normal")
    live(mine, "accept", by=again(me))
    live(theirs, "accept", by=again(other))
    live(theirs, "ask", by=again(other))
    a_ticket(subject="完了的", severity="normal", moved=("accept", "apply", "confirm"))
    a_ticket(subject="待确认的", severity="normal", moved=("accept", "apply"))
    a_ticket(subject="紧急的", severity="critical")
    browser = sign_in(me)

    def shown(view):
        return sorted(subjects(browser.page(f"/staff/queue/?view={view}")))

    assert shown("open") == sorted(["没人管的", "我的", "别人的", "待确认的", "紧急的"])
    assert shown("mine") == ["我的"]
    assert shown("unowned") == sorted(["没人管的", "紧急的"])
    assert shown("waiting") == ["别人的"]
    assert shown("verifying") == ["待确认的"]
    assert shown("serious") == ["紧急的"]
    assert shown("closed") == ["完了的"]
    assert shown("overdue") == shown("watched") == []


def test_the_tabs_tell_how_many_and_stop_at_a_hundred(app, sign_in):
    for _ in range(3):
        a_ticket()
    page = sign_in(an_agent()).page("/staff/queue/")

    tab = next(tab for tab in page.select(".tab") if "Without owner" in tab.get_text())
    assert tab.select_one(".count").get_text() == "3"


def test_filters_narrow_and_are_shown_and_can_be_taken_away(app, sign_in):
    a_ticket(subject="投诉的")
    a_ticket(kind="repair", subject="报修的")
    browser = sign_in(an_agent())

    page = browser.page("/staff/queue/?kind=repair")

    assert subjects(page) == ["报修的"]
    assert page.select_one("select[name=kind] option[selected]")["value"] == "repair"
    chip = page.select_one(".queue-chips .chip")
    assert "Repair request" in chip.get_text()
    assert sorted(subjects(browser.page(chip["href"]))) == sorted(["投诉的", "报修的"])


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("customer=C-77", ["大客户的"]),
        ("customer=远山重工", ["大客户的"]),
        ("tier=strategic", ["大客户的"]),
        ("card=gold", ["大客户的"]),
        ("region=north", ["大客户的"]),
        ("channel=hotline", ["电话来的"]),
        ("channel=hotline,portal", ["大客户的", "电话来的"]),
        ("owner=none", ["大客户的", "电话来的"]),
        ("owner=me", []),
        ("department=network", []),
        ("state=new", ["大客户的", "电话来的"]),
        ("state=open&state=waiting", []),
        ("stage=over", []),
        ("from=2001-01-01&to=2001-12-31", []),
        ("from=2001-01-01", ["大客户的", "电话来的"]),
    ],
)
def test_every_filter_finds_what_it_says(app, sign_in, filters, found):
    customer = a_customer(
        number="C-77", name="远山重工集团", short_name="远山重工", tier="strategic", card="gold", region="north"
    )
    a_ticket(a_person(customer=customer), subject="大客户的")
    a_ticket(subject="电话来的", channel="hotline")

    page = sign_in(an_agent()).page(f"/staff/queue/?{filters}")

    assert sorted(subjects(page)) == sorted(found)


def test_a_ticket_dispatched_to_a_department_is_found_by_it(app, sign_in):
    a_ticket(subject="派了的", moved=("dispatch",))
    a_ticket(subject="没派的")

    page = sign_in(an_agent()).page(f"/staff/queue/?department={a_department().code}")

    assert subjects(page) == ["派了的"]


def test_two_chinese_characters_a_name_a_number_or_english_find_a_ticket(app, sign_in):
    customer = a_customer(name="青禾食品有限公司", short_name="青禾食品")
    ticket = a_ticket(a_person(customer=customer), subject="光缆被挖断", body="Router rebooting every hour.")
    a_ticket(subject="发票开错")
    browser = sign_in(an_agent())

    for words in ("光缆", "挖断", "青禾", "router", number_of(ticket)[3:]):
        assert subjects(browser.page(f"/staff/queue/?q={words}")) == ["光缆被挖断"], words


def test_a_whole_number_goes_straight_to_the_ticket(app, sign_in):
    ticket = a_ticket()

    answer = sign_in(an_agent()).get(f"/staff/queue/?q={number_of(ticket).lower()}")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/staff/tickets/{ticket.id}"


def test_the_number_of_a_major_case_goes_straight_to_its_ticket(app, sign_in):
    ticket, supervisor = a_ticket().id, a_person(Role.SUPERVISOR).id
    with transaction():
        by, row = db.session.get_one(Person, supervisor), db.session.get_one(Ticket, ticket)
        case = major.propose(row, by, [], 20_000, "客户要求赔偿").number

    answer = sign_in(an_agent()).get(f"/staff/queue/?q={case.lower()}")
    another = sign_in(a_handler(a_department())).get(f"/staff/queue/?q={case}")

    assert (answer.status_code, answer.headers.get("Location")) == (303, f"/staff/tickets/{ticket}")
    assert another.status_code == 200, "whoever does not see the case is led nowhere"


def test_a_search_looks_among_the_closed_ones_too(app, sign_in):
    a_ticket(subject="旧光缆事故", moved=("accept", "apply", "confirm"))

    assert subjects(sign_in(an_agent()).page("/staff/queue/?q=光缆")) == ["旧光缆事故"]


def test_who_comes_back_finds_the_filters_as_they_were_left(app, sign_in):
    a_ticket()
    browser = sign_in(an_agent())
    browser.page("/staff/queue/?view=unowned&kind=repair&q=光缆")

    answer = browser.get("/staff/queue/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/staff/queue/?view=unowned&kind=repair"
    browser.page("/staff/queue/?view=open")
    assert browser.get("/staff/queue/").status_code == 200


def test_looking_at_the_queue_writes_nothing(app, sign_in, statements):
    a_ticket()
    browser = sign_in(an_agent())
    statements.clear()

    browser.page("/staff/queue/?view=unowned&kind=complaint&order=-opened")

    assert not [one for one in statements if re.match(r"\s*(insert|update|delete)", one, re.I)]


@pytest.mark.parametrize(
    "address",
    [
        "order=nonsense", "order=--due", "order=due;drop", "after=zzz", "after=2026-01-01T00:00:00%2B00:00~99999999999999",
        "after=9999-12-31T23:59:59-14:00~1", "before=0001-01-01T00:00:00%2B14:00~1", "after=~&before=~", "q=%25", "q=_",
        "q=%27%22%29%28*:%26|", "q=%00%0a", "q=" + "长" * 500, "state=bogus", "kind=%25&class=_", "owner=99999999999999999999",
        "owner=-1", "owner=%C2%B2", "customer=%27%3B--", "from=2026-13-45", "from=9999-12-31&to=0001-01-01", "to=9999-12-31",
        "view=v99999999999999", "view=__class__", "severity=raised&due=late,today,soon,never", "stage=any,live",
        "tier=" + ",".join(map(str, range(60))), "provider=%F0%9F%98%80", "state=any&kind=any&view=waiting",
    ],
)  # fmt: skip
def test_a_wild_address_gives_a_plain_page(app, sign_in, address):
    a_ticket()

    page = sign_in(an_agent()).page(f"/staff/queue/?{address}")

    assert page.select_one("#queue")
    assert sign_in(an_agent()).get(f"/staff/queue/filters?{address}").status_code == 200


def test_live_tickets_are_not_ordered_by_their_closing(app, sign_in):
    a_ticket(subject="还没关的")
    browser = sign_in(an_agent())

    assert subjects(browser.page("/staff/queue/?view=open&order=-closed")) == ["还没关的"]
    assert subjects(browser.page("/staff/queue/?view=open&stage=any&order=-closed")) == []


def test_what_a_filter_holds_is_never_markup(app, sign_in):
    page = sign_in(an_agent()).page("/staff/queue/?q=<script>alert(1)</script>&customer=<b>x</b>")

    assert not page.select(".queue-chips script, .queue-chips b")


def test_a_handler_sees_what_was_dispatched_to_the_own_party_and_no_more(app, sign_in):
    a_ticket(subject="派给我们的", moved=("dispatch",))
    a_ticket(subject="与我们无关的")
    handler = a_handler(a_department())
    browser = sign_in(handler)

    page = browser.page("/staff/queue/")

    assert subjects(page) == ["派给我们的"]
    assert subjects(browser.page("/staff/queue/?view=ours")) == ["派给我们的"]
    assert subjects(browser.page("/staff/queue/?q=无关")) == []
    assert not page.select(".line-weight, select[name=owner], [formaction*=accept]")
    offered = browser.page("/staff/queue/views/columns").select("[name=columns]")
    assert "channel" not in [box["value"] for box in offered]
    assert not browser.page("/staff/queue/filters").select("[name=owner], [name=customer], [name=tier], [name=channel]")


def test_an_order_handed_back_ends_a_handlers_sight(app, sign_in):
    ticket, handler = a_ticket(moved=("dispatch",)), a_handler(a_department())
    with transaction():
        order = orders.orders(_loaded(ticket))[0]
        dispatching.hand_back(order, _loaded(ticket), again(handler), "不归我们管")

    assert subjects(sign_in(handler).page("/staff/queue/?stage=any")) == []


def test_an_account_manager_sees_the_own_customers_tickets_alone(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER)
    a_ticket(a_person(customer=a_customer(account_manager_id=manager.id)), subject="我客户的")
    a_ticket(subject="别人客户的")
    browser = sign_in(again(manager))

    assert subjects(browser.page("/staff/queue/")) == ["我客户的"]
    assert subjects(browser.page("/staff/queue/?view=my_customers")) == ["我客户的"]
    assert not browser.page("/staff/queue/?view=open").select("[formaction*=accept]")


def test_a_customer_does_not_get_in(app, sign_in):
    assert sign_in(a_person()).get("/staff/queue/").status_code == 403


def test_the_address_under_htmx_is_the_canonical_one(app, sign_in):
    a_ticket(kind="repair")

    answer = sign_in(an_agent()).htmx("/staff/queue/?view=open&state=&kind=repair&severity=&q=", "queue")

    assert answer.headers["HX-Push-Url"] == "/staff/queue/?view=open&kind=repair"
    assert "<html" not in answer.text
    assert len(subjects(BeautifulSoup(answer.text, "html.parser"))) == 1


def test_a_view_is_kept_by_name_shown_renamed_and_thrown_away(app, sign_in):
    a_ticket(kind="repair", subject="报修的")
    a_ticket(subject="投诉的")
    me = an_agent()
    browser = sign_in(me)

    answer = browser.post("/staff/queue/views/new?view=open&kind=repair&order=-opened", {"name": "看报修"})

    view = db.session.scalar(db.select(SavedView))
    assert answer.headers["Location"] == f"/staff/queue/?view=v{view.id}"
    page = browser.page(f"/staff/queue/?view=v{view.id}")
    assert subjects(page) == ["报修的"]
    assert page.select_one(".tab[aria-current]").get_text(strip=True) == "看报修"
    browser.post(f"/staff/queue/views/{view.id}/name", {"name": "报修单"})
    assert [one.name for one in db.session.scalars(db.select(SavedView))] == ["报修单"]
    browser.post(f"/staff/queue/views/{view.id}/delete")
    assert db.session.scalars(db.select(SavedView)).all() == []


def test_a_second_view_of_the_same_name_is_refused_beside_the_field(app, sign_in):
    browser = sign_in(an_agent())
    browser.post("/staff/queue/views/new?kind=repair", {"name": "报修"})

    answer = browser.post("/staff/queue/views/new?kind=praise", {"name": "报修"})

    assert answer.status_code == 422
    assert "already" in answer.text
    assert len(db.session.scalars(db.select(SavedView)).all()) == 1


def test_a_shared_view_is_seen_by_all_and_changed_by_its_maker_only(app, sign_in):
    maker, other = a_supervisor(), an_agent()
    theirs, mine = sign_in(maker), sign_in(other)
    theirs.post("/staff/queue/views/new?kind=repair", {"name": "共享的", "shared": "y"})
    mine.post("/staff/queue/views/new?kind=repair", {"name": "想共享", "shared": "y"})
    (shared, is_shared), (own, is_own_shared) = db.session.execute(
        db.select(SavedView.id, SavedView.is_shared).order_by(SavedView.id)
    ).all()

    assert (is_shared, is_own_shared) == (True, False)
    assert "共享的" in mine.get("/staff/queue/").text
    assert mine.post(f"/staff/queue/views/{shared}/delete").status_code == 409
    assert mine.post(f"/staff/queue/views/{own}/share", {"on": "yes"}).status_code == 403
    assert theirs.post(f"/staff/queue/views/{own}/delete").status_code == 404


def test_columns_are_chosen_and_moved_and_stay(app, sign_in):
    a_ticket()
    me = an_agent().id
    browser = sign_in(db.session.get(Person, me))

    browser.post("/staff/queue/views/columns", {"columns": ["state", "channel", "due"], "down": "state"})

    assert db.session.get_one(Person, me).preferences["queue_columns"] == ["channel", "state", "due"]
    heads = [th.get_text(strip=True) for th in browser.page("/staff/queue/").select(".queue-table thead th")]
    assert heads == ["Select", "Ticket", "Channel", "State", "Next due"]
    assert browser.post("/staff/queue/views/columns", {}).status_code == 409


def test_the_queue_begins_with_the_view_somebody_chose(app, sign_in):
    a_ticket(subject="没人管的")
    browser = sign_in(an_agent())

    browser.post("/staff/queue/views/start", {"view": "mine"})

    page = browser.page("/staff/queue/")
    assert subjects(page) == []
    assert page.select_one(".tab[aria-current]").get_text(strip=True) == "Mine"


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_paging_shows_each_once_however_many_are_added_meanwhile(app, data):
    from portal.access.scopes import visible
    from portal.domain.tickets import queue
    from portal.domain.tickets.queue_filters import Asked

    db.session.rollback()
    person = again(an_agent())
    at = clock.now()
    customer = a_customer()
    author = a_person(customer=customer).id

    def add(minutes: int) -> int:
        moment = at + timedelta(minutes=minutes)
        facts = {"number": f"X-{customer.id}-{len(made)}", "kind": "complaint", "state": "new", "subject": "x"}
        facts |= {"customer_id": customer.id, "opened_by_id": author, "opened_at": moment, "touched_at": moment}
        row = kept(Ticket(**facts, due_at=moment, due_code="reply", round=1, sent_back=0, is_live=True, answers={}))
        made.append(row.id)
        return row.id

    made: list[int] = []
    order = data.draw(st.sampled_from(["due", "-due", "-opened", "touched"]))
    for minutes in data.draw(st.lists(st.integers(0, 6), min_size=1, max_size=25)):
        add(minutes)
    first = set(made)
    tickets, asked = visible(Ticket, person).where(Ticket.customer_id == customer.id), Asked(person)
    seen, after, pages = [], None, []
    while True:
        leaf = queue.leaf(tickets, queue.Wanted({}, order, after=after), asked, size=4)
        pages.append([row.id for row in leaf.rows])
        seen += pages[-1]
        if data.draw(st.booleans()):
            add(data.draw(st.integers(0, 6)))
        if leaf.after is None:
            break
        after, last = leaf.after, leaf
    assert len(seen) == len(set(seen))
    assert first <= set(seen)
    if len(pages) > 1:
        key = (getattr(leaf.rows[0], f"{order.lstrip('-')}_at"), leaf.rows[0].id) if leaf.rows else after
        back = queue.leaf(tickets, queue.Wanted({}, order, before=key), asked, size=4)
        assert {row.id for row in back.rows} & {row.id for row in last.rows}
        assert not {row.id for row in back.rows} & {row.id for row in leaf.rows}


def test_pages_lead_on_and_back(app, sign_in):
    customer = a_customer()
    person = a_person(customer=customer)
    at = clock.now()
    for n in range(120):
        moment = at + timedelta(minutes=n)
        facts = {
            "number": f"Y-{n}",
            "kind": "complaint",
            "state": "new",
            "subject": f"第{n}件",
            "customer_id": customer.id,
        }
        facts |= {
            "opened_by_id": person.id,
            "opened_at": moment,
            "touched_at": moment,
            "due_at": moment,
            "due_code": "reply",
        }
        db.session.add(Ticket(**facts, round=1, sent_back=0, is_live=True, answers={}))
    db.session.commit()
    browser = sign_in(an_agent())

    first = browser.page("/staff/queue/")
    second = browser.page(first.select_one("[rel=next]")["href"])
    third = browser.page(second.select_one("[rel=next]")["href"])
    again_second = browser.page(third.select_one("[rel=prev]")["href"])

    assert [len(subjects(page)) for page in (first, second, third)] == [50, 50, 20]
    assert subjects(first) + subjects(second) + subjects(third) == [f"第{n}件" for n in range(120)]
    assert subjects(again_second) == subjects(second)
    assert not first.select("[rel=prev]")
    assert not third.select("[rel=next]")
