"""Several tickets at once: the same rules as for one, a word about each that was not done, nothing of strangers."""

import pytest

from portal.db import db
from portal.domain.journal import Entry
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Ticket, Watcher
from tests.factories import a_customer, a_department, a_handler, a_person, a_ticket, an_agent


def ticket_of(key: int) -> Ticket:
    db.session.expire_all()
    return db.session.get_one(Ticket, key)


def flashes(browser) -> list[str]:
    return [" ".join(p.get_text().split()) for p in browser.page("/staff/queue/?view=open").select(".flash p")]


def test_those_that_can_are_accepted_and_the_others_are_named_with_the_reason(app, sign_in):
    fresh, taken, over = a_ticket(), a_ticket(moved=("accept",)), a_ticket(moved=("withdraw",))
    ids, numbers = [t.id for t in (fresh, taken, over)], [t.number for t in (fresh, taken, over)]
    me = an_agent().id
    browser = sign_in(db.session.get(Person, me))

    answer = browser.post("/staff/queue/bulk/accept", {"ids": ids, "back": "/staff/queue/?view=open"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/staff/queue/?view=open"
    assert (ticket_of(ids[0]).state, ticket_of(ids[0]).owner_id) == ("open", me)
    assert ticket_of(ids[1]).owner_id != me
    said = flashes(browser)
    assert said[0] == "1 accepted; you are their owner."
    assert len(said) == 3
    assert numbers[1] in said[1]
    assert numbers[2] in said[2]
    entries = db.session.scalars(db.select(Entry).where(Entry.verb == "ticket.accept", Entry.by_id == me)).all()
    assert [entry.record_id for entry in entries] == [ids[0]]


def test_they_are_assigned_to_a_colleague_from_the_state_their_lines_were_drawn(app, sign_in):
    same, moved = a_ticket(), a_ticket()
    ticks = [f"{t.id}.{t.version}" for t in (same, moved)]
    same, moved, colleague = same.id, moved.id, an_agent().id
    from tests.factories import live

    live(ticket_of(moved), "accept")
    before = ticket_of(moved).owner_id
    browser = sign_in(an_agent())

    browser.post("/staff/queue/bulk/owner", {"ids": ticks, "owner": colleague})

    assert ticket_of(same).owner_id == colleague
    assert ticket_of(moved).owner_id == before
    assert "changed" in flashes(browser)[1]


def test_nobody_who_is_no_agent_becomes_an_owner(app, sign_in):
    ticket, handler = a_ticket().id, a_handler().id
    browser = sign_in(an_agent())

    browser.post("/staff/queue/bulk/owner", {"ids": [ticket], "owner": handler})

    assert ticket_of(ticket).owner_id is None
    assert "is not an agent" in flashes(browser)[0]


def test_their_severity_is_judged_anew(app, sign_in):
    one, other = a_ticket(severity="normal").id, a_ticket(severity="normal").id
    browser = sign_in(an_agent())

    browser.post("/staff/queue/bulk/severity", {"ids": [one, other], "severity": "critical"})

    assert [ticket_of(key).severity for key in (one, other)] == ["critical", "critical"]


def test_watching_several_is_open_to_all_of_the_desk(app, sign_in):
    seen, unseen = a_ticket(moved=("dispatch",)).id, a_ticket().id
    handler = a_handler(a_department())
    key = handler.id
    browser = sign_in(handler)

    browser.post("/staff/queue/bulk/watch", {"ids": [seen, unseen]})

    rows = db.session.execute(db.select(Watcher.ticket_id).where(Watcher.person_id == key)).scalars().all()
    assert rows == [seen]


@pytest.mark.parametrize("verb", ["accept", "owner", "severity"])
def test_who_does_not_work_at_the_desk_cannot(app, sign_in, verb):
    ticket = a_ticket(moved=("dispatch",)).id

    answer = sign_in(a_handler(a_department())).post(f"/staff/queue/bulk/{verb}", {"ids": [ticket]})

    assert answer.status_code == 403


def test_tickets_beyond_sight_do_not_exist(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER)
    theirs = a_ticket(a_person(customer=a_customer(account_manager_id=manager.id))).id
    key, stranger = manager.id, a_ticket().id
    browser = sign_in(db.session.get(Person, key))

    browser.post("/staff/queue/bulk/watch", {"ids": [theirs, stranger, 2**31 - 1]})

    assert db.session.scalars(db.select(Watcher.ticket_id)).all() == [theirs]
    assert flashes(browser) == ["You watch 1 now."]


@pytest.mark.parametrize(
    "given",
    [
        {}, {"ids": ["x", "-1", "", "1.2.3", "²", "9" * 30]}, {"ids": [str(n) for n in range(1, 130)]},
        {"ids": ["1"], "owner": "zzz"}, {"ids": ["1"], "owner": "9" * 30},
    ],
)  # fmt: skip
def test_a_wild_selection_is_refused_in_words(app, sign_in, given):
    assert sign_in(an_agent()).post("/staff/queue/bulk/owner", given).status_code == 409


def test_it_leads_back_to_a_page_of_ours_only(app, sign_in):
    ticket = a_ticket().id
    browser = sign_in(an_agent())

    answer = browser.post("/staff/queue/bulk/watch", {"ids": [ticket], "back": "https://evil.example/"})

    assert answer.headers["Location"] == "/staff/queue/"


def test_the_bar_knows_what_will_not_be_possible(app, sign_in):
    a_ticket(subject="新的")
    a_ticket(subject="受理过的", moved=("accept",))

    page = sign_in(an_agent()).page("/staff/queue/")

    cannot = {
        row.select_one("th a").get_text(): row.select_one(".tick").get("data-cannot") for row in page.select("tbody tr")
    }
    assert cannot == {"新的": None, "受理过的": "accept"}
    assert page.select_one(".bulk-cannot[data-verb=accept]")["data-words"].startswith("{n} of them")
