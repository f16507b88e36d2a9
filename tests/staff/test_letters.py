"""Letters as the administrator sees them: what became of each, and one more try for what failed."""

import pytest

from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people import accounts, links
from portal.domain.people.models import SecretLink
from portal.domain.people.roles import Role
from portal.staff import letters
from tests.domain.test_outbox import FACTS, a_letter
from tests.factories import a_person, a_ticket, again, an_agent


@pytest.fixture
def admin(app, sign_in):
    return sign_in(a_person(Role.ADMINISTRATOR))


def subjects(page) -> list[str]:
    return [cell.get_text(" ", strip=True) for cell in page.select("tbody th")]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_the_administrator_reads_letters_of_others(app, sign_in, role):
    letter = a_letter(an_agent(), state="failed")
    browser = sign_in(a_person(role))
    assert browser.get("/staff/letters/").status_code == 403
    assert browser.get(f"/staff/letters/{letter.id}").status_code == 403
    assert browser.post(f"/staff/letters/{letter.id}/again").status_code == 403


def test_what_failed_comes_first_with_what_the_server_said(app, admin):
    a_letter(an_agent(name="孙灵"), "ticket_arrived", state="failed", error="550 no such user")
    a_letter(an_agent(), state="sent")
    page = admin.page("/staff/letters/")
    assert subjects(page) == ["New ticket TS-261122-0007 from 海川物流: 专线中断"]
    assert "550 no such user" in page.tbody.get_text()
    assert page.select_one(".tab[aria-current]").get_text(" ", strip=True) == "Could not be delivered 1"
    assert "There is no mail server" in page.get_text()


def test_one_finds_by_state_and_reader_a_page_at_a_time(app, admin, monkeypatch):
    monkeypatch.setattr(letters, "PAGE", 2)
    sun = an_agent(name="孙灵", email="sun@example.test")
    for _ in range(3):
        a_letter(sun, state="sent")
    a_letter(an_agent(), state="sent")

    assert len(subjects(admin.page("/staff/letters/?state=sent&to=孙"))) == 2
    first = admin.page("/staff/letters/?state=sent&to=SUN@example")
    older = first.select_one("a[rel=next]")["href"]
    assert len(subjects(admin.page(older))) == 1
    assert "No letters here" in admin.get("/staff/letters/?state=waiting&to=孙").text
    for wild in ("state=nonsense&before=x", "to=%00", "before=99999999999999999999", "to=%25&state=sent"):
        assert admin.get(f"/staff/letters/?{wild}").status_code == 200


def test_a_list_of_many_costs_what_one_of_few_does(app, admin, statements):
    a_letter(an_agent(), state="sent")
    admin.page("/staff/letters/?state=sent")
    statements.clear()
    admin.page("/staff/letters/?state=sent")
    few = len(statements)
    for _ in range(20):
        a_letter(an_agent(), state="sent")
    statements.clear()
    admin.page("/staff/letters/?state=sent")
    assert len(statements) == few <= 6


def test_a_letter_is_shown_as_its_reader_reads_it(app, admin):
    reader = a_person(language="zh_Hans_CN")
    facts = FACTS | {"subject": "<img src=x>专线"}
    letter = a_letter(reader, "ticket_accepted", ticket_id=a_ticket().id, facts=facts, state="sent")
    page = admin.page(f"/staff/letters/{letter.id}")
    assert page.h1.get_text() == "您的诉求 TS-261122-0007 由陈立负责"
    assert "由其全程负责" in page.main.get_text()
    assert "<img" not in page.select_one("pre").decode_contents()
    assert f"/tickets/{letter.ticket_id}" in page.main.get_text()


def test_a_one_time_link_is_not_shown_to_the_administrator(app, admin):
    reader = an_agent(password_hash="x")
    with transaction():
        accounts.ask_reset(again(reader))
    letter = db.session.scalar(db.select(Letter).where(Letter.template == "password_reset"))
    secret = links.secret_of(db.session.scalar(db.select(SecretLink)))
    shown = admin.get(f"/staff/letters/{letter.id}").text
    assert secret not in shown
    assert "nobody but its reader sees it" in shown


def test_what_failed_is_sent_again_and_only_that(app, admin):
    failed, sent = a_letter(an_agent(), state="failed"), a_letter(an_agent(), state="sent")
    assert "Send it again" in admin.get(f"/staff/letters/{failed.id}").text
    assert "Send it again" not in admin.get(f"/staff/letters/{sent.id}").text

    assert admin.post(f"/staff/letters/{failed.id}/again").status_code == 303
    assert admin.post(f"/staff/letters/{sent.id}/again").status_code == 409
    states = [db.session.get_one(Letter, one.id).state for one in (failed, sent)]
    assert states == ["waiting", "sent"]
    assert admin.post("/staff/letters/999999/again").status_code == 404


def test_a_letter_that_cannot_be_written_is_shown_as_such(app, admin):
    letter = a_letter(an_agent(), "ticket_assigned", facts={}, state="failed", error="UndefinedError")
    assert subjects(admin.page("/staff/letters/?state=failed")) == ["ticket_assigned"]
    assert "This letter cannot be written" in admin.get(f"/staff/letters/{letter.id}").text
