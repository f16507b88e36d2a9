"""The journal as the auditor sees it: sentences, filters, pages, checks, and what is taken along."""

import csv
from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import journal_search, settings
from portal.domain.journal import Entry
from portal.domain.people import parties
from portal.domain.people.models import Department, Person
from portal.domain.people.roles import Role
from portal.domain.quality.improvement_models import Improvement
from portal.staff import journal
from tests.conftest import tamper
from tests.factories import a_person, a_ticket, an_agent, an_improvement


@pytest.fixture
def auditor(app, sign_in):
    return sign_in(a_person(Role.AUDITOR, name="周审计"))


def sentences(page) -> list[str]:
    return [cell.get_text(" ", strip=True) for cell in page.select("tbody td:nth-of-type(1)")]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_nobody_but_the_auditor_reads_the_journal(app, sign_in, role):
    browser = sign_in(a_person(role))
    assert browser.get("/staff/journal/").status_code == 403
    assert browser.post("/staff/journal/checks").status_code == 403
    assert browser.post("/staff/journal/exports").status_code == 403


def test_what_happened_stands_in_sentences_newest_first(app, auditor):
    number = a_ticket(moved=("accept",)).number
    page = auditor.page("/staff/journal/")
    said = sentences(page)
    assert said[0].endswith("accepted it and is its owner from now on")
    assert said[1].endswith("opened it")
    assert f"Ticket {number}" in page.select_one("tbody tr").get_text(" ", strip=True)
    assert "decided about promises" in " ".join(said)


def test_one_finds_by_person_record_verb_and_day(app, auditor):
    agent = an_agent(name="孙灵")
    ticket, other = a_ticket(moved=("accept",)), a_ticket()
    number, who = ticket.number, agent.name
    assert other.number != number

    assert len(sentences(auditor.page(f"/staff/journal/?about={number.lower()}"))) == 2
    assert sentences(auditor.page("/staff/journal/?verb=ticket.accept")) != []
    assert all("accepted it" in one for one in sentences(auditor.page("/staff/journal/?verb=ticket.accept")))
    assert "No entry fits" in auditor.get(f"/staff/journal/?who={who}").text
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
    assert "No entry fits" in auditor.get(f"/staff/journal/?since={tomorrow}").text
    assert sentences(auditor.page(f"/staff/journal/?until={tomorrow}"))


def test_a_record_is_called_by_its_name_and_leads_to_all_that_happened_to_it(app, auditor):
    number = db.session.get(Improvement, an_improvement()).number
    a_ticket()
    row = next(row for row in auditor.page("/staff/journal/").select("tbody tr") if number in row.get_text())
    about = row.select("td")[1]
    assert about.get_text(" ", strip=True) == f"Improvement action {number}"
    found = auditor.page(about.a["href"]).select("tbody tr")
    assert found
    assert all(number in one.select("td")[1].get_text() for one in found)


@pytest.mark.parametrize(
    "wild",
    [
        "since=yesterday",
        "before=x",
        "verb=%27%20or%201",
        "who=%25",
        "about=%00",
        "until=2026-13-40",
        "since=0001-01-01",
        "until=9999-12-31",
        "before=-1",
        "before=99999999999999999999",
        "before=9999999999",
        "before=²",
    ],
)
def test_wild_addresses_break_nothing(app, auditor, wild):
    a_ticket()
    assert auditor.get(f"/staff/journal/?{wild}").status_code == 200


def test_a_page_leads_to_the_older_one_and_costs_the_same(app, auditor, statements, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 2)
    a_ticket(moved=("accept",))
    first = auditor.page("/staff/journal/")
    older = first.select_one("a[rel=next]")["href"]
    assert sentences(auditor.page(older)) != sentences(first)
    assert auditor.page(older).select_one("a[rel=prev]")["href"] == "/staff/journal/"

    statements.clear()
    auditor.page("/staff/journal/")
    few = len(statements)
    monkeypatch.setattr(journal, "PAGE", 50)
    for _ in range(5):
        a_ticket(moved=("accept", "apply"))
    statements.clear()
    auditor.page("/staff/journal/")
    assert few <= len(statements) <= 8


def test_a_change_of_settings_shows_from_what_to_what(app, auditor):
    with transaction():
        settings.change("company", None, hotline="10086")
    row = auditor.page("/staff/journal/?verb=settings.company").select_one("tbody tr")
    assert "Service line: — → 10086" in row.get_text(" ", strip=True)


def test_the_chain_is_checked_on_wish_and_it_is_seen_when(app, auditor):
    a_ticket()
    assert "Nobody has checked" in auditor.get("/staff/journal/").text
    assert auditor.post("/staff/journal/checks").status_code == 303
    page = auditor.page("/staff/journal/")
    assert "The journal is whole." in page.get_text()
    assert "by 周审计" in page.get_text()
    assert "checked" in sentences(page)[0]


def test_a_broken_chain_is_said_loudly(app, auditor):
    a_ticket()
    db.session.rollback()
    tamper("update journal set why = 'x' where id = 2")
    auditor.post("/staff/journal/checks")
    page = auditor.page("/staff/journal/")
    assert "The journal is not whole: entry 2: changed" in page.get_text()
    assert page.select_one(".badge-bad")


def test_what_is_taken_along_holds_no_formula_and_is_written_down(app, auditor):
    subject = "=cmd|'/c calc'!A1"
    with transaction():
        settings.change("company", None, why=subject, hotline="1")
    answer = auditor.post("/staff/journal/exports", {"verb": "settings.company"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="journal-')
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(answer.data.decode("utf-8-sig").splitlines()))
    assert rows[0][:4] == ["No.", "When", "Who", "What was done"]
    assert len(rows) == 3
    assert rows[1][8] == f"'{subject}"
    kept = db.session.scalar(db.select(Entry).where(Entry.verb == "journal.exported"))
    assert kept.facts["number"] == 2
    assert sentences(auditor.page("/staff/journal/"))[0] == "周审计 exported 2 entries of the journal"


def test_it_speaks_chinese(app, sign_in):
    a_ticket(moved=("accept",))
    page = sign_in(a_person(Role.AUDITOR, language="zh_Hans_CN")).page("/staff/journal/")
    assert page.h1.get_text(strip=True) == "操作记录"
    assert "受理" in sentences(page)[0]
    assert not [word for word in ("Entries", "Who did", "Check", "opened") if word in page.table.get_text()]


def named(*names: str) -> None:
    """The departments, the first of them, are called so from now on."""
    by = a_person(Role.ADMINISTRATOR).id
    with transaction():
        for department, name in zip(parties.departments(db.select(Department)), names, strict=False):
            parties.change_department(department, db.session.get_one(Person, by), name, "")


def test_a_record_without_a_number_leads_to_all_that_happened_to_it_and_to_nothing_else(app, auditor):
    """Two departments of one name: the link is about the one."""
    named("计费部", "计费部")
    row = auditor.page("/staff/journal/").select_one("tbody tr")
    page = auditor.page(row.select("td")[1].a["href"])
    assert "Only what happened to: Department 计费部" in page.main.text
    assert len(page.select("tbody tr")) == 1
    assert len(auditor.page("/staff/journal/?about=计费部").select("tbody tr")) == 2
    assert len(auditor.page("/staff/journal/?of=ticket-99999999999").select("tbody tr")) > 2, "no record at all"


def test_a_number_is_found_among_all_and_a_name_among_the_newest(app, auditor, monkeypatch):
    number, names = a_ticket().number, [f"第{n}支撑部" for n in range(len(settings.policy().departments))]
    named(*names)
    for _ in range(3):
        a_ticket()
    monkeypatch.setattr(journal_search, "LOOKED_AT", 2)

    assert sentences(auditor.page(f"/staff/journal/?about={number}"))
    assert sentences(auditor.page(f"/staff/journal/?about={names[-1]}"))
    page = auditor.page(f"/staff/journal/?about={names[0]}")
    assert "No entry fits" in page.main.text
    assert "among the newest 2 of each kind" in page.main.text


def test_too_many_people_of_a_name_are_not_searched_for_in_part(app, auditor, monkeypatch):
    monkeypatch.setattr(journal_search, "PEOPLE_AT_ONCE", 2)
    a_ticket(moved=("accept",))
    page = auditor.page("/staff/journal/?who=example")
    assert "More than 2 people are called so" in page.main.text
    assert not page.select("tbody tr")
    assert auditor.post("/staff/journal/exports", {"who": "example"}).status_code == 409


def test_whatever_has_no_index_is_looked_for_among_few(app):
    """The kinds whose names are all in an index, and the columns that have none: what is here costs reading."""
    read = {f"{name.class_.__name__}.{name.key}" for _, known in journal_search.NAMED.values() for name in known}
    indexed = {
        f"{name.class_.__name__}.{name.key}"
        for _, known in journal_search.NAMED.values()
        for name in known
        if journal_search.has_index(name)
    }
    assert {"Ticket.number", "Customer.number", "Person.email", "MajorCase.number"} <= indexed
    assert {"IncomingMail.subject", "Contact.name", "Attendee.name"} <= read - indexed
