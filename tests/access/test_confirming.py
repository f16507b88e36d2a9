"""Is it solved? By the one-time link of a letter: once, for whom it was meant, while it is the question (R16)."""

import re
import threading
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import inspect

from portal import clock
from portal.access import attempts
from portal.db import db, transaction
from portal.domain import outbox, settings
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people import actions as people
from portal.domain.people import links
from portal.domain.people.models import Customer, Person, SecretLink
from portal.domain.people.roles import Role
from portal.domain.quality import figures
from portal.domain.refusals import Refused
from portal.domain.tickets import actions, callback, confirm_links, forced, thread
from portal.domain.tickets.confirm_models import ConfirmLink
from portal.domain.tickets.models import CallBack, ContactRecord, Message, Note, Ticket
from portal.domain.tickets.states import State
from portal.domain.tickets.voices import Voice
from portal.i18n import LANGUAGES
from portal.mail import envelope
from portal.web import mail
from tests.factories import (
    _loaded,
    a_customer,
    a_manager,
    a_person,
    a_ticket,
    again,
    an_agent,
    asked_to_force,
    decided_by_force,
    live,
    shape_of,
)
from tests.pages import Browser

EMAIL = "wang@haichuan.test"


def the(ticket: Ticket) -> Ticket:
    return db.session.get_one(Ticket, inspect(ticket).identity[0], populate_existing=True)


def solved(**facts) -> Ticket:
    """A ticket of somebody with an account, whose closure was applied for."""
    return a_ticket(moved=("accept", "apply"), **facts)


def rung_up(email: str = EMAIL, name: str = "王工", **facts) -> Ticket:
    """A ticket entered for somebody without an account, whose closure was applied for."""
    agent, customer = an_agent(), a_customer()
    with transaction():
        ticket = actions.open_ticket(
            again(agent), "complaint", "专线中断", "来电反映专线中断。", customer=db.session.merge(customer), class_code=_class(),
            channel="hotline", contact_name=name, contact_phone="13800000000", contact_email=email, **facts,
        )  # fmt: skip
    live(ticket, "accept", by=again(agent))
    with transaction():
        row = _loaded(db.session.get_one(Ticket, ticket.id))
        actions.apply(row, again(agent), "光缆已经修复，测试正常。", shape=shape_of(row))
    return db.session.get_one(Ticket, ticket.id)


def _class() -> str:
    return next(c.code for c in settings.policy().classes if not c.is_group and "complaint" in c.kinds)


def secret_of(ticket: Ticket) -> str | None:
    """What travels in the newest link of this ticket, if it works."""
    of = (
        db.select(ConfirmLink.link_id)
        .where(ConfirmLink.ticket_id == the(ticket).id)
        .order_by(ConfirmLink.link_id.desc())
    )
    key = db.session.scalars(of.limit(1)).first()
    return links.secret(key) if key else None


def path_of(ticket: Ticket) -> str:
    return f"/confirm/{secret_of(ticket)}"


def state(ticket: Ticket) -> str:
    db.session.rollback()
    return the(ticket).state


def test_the_page_shows_what_was_done_and_asks(app):
    ticket = solved()

    page = Browser(app).page(path_of(ticket))

    assert "光缆已经修复，测试正常。" in page.text
    assert the(ticket).number in page.text
    assert len(page.select("form[action^='/confirm/']")) == 2
    assert state(ticket) == State.VERIFYING


@pytest.mark.parametrize("made", [solved, rung_up], ids=["with an account", "without one"])
def test_one_click_closes_and_says_what_happens_next(app, made):
    ticket = made()
    browser = Browser(app)

    answer = browser.post(path_of(ticket), {"answer": "solved", "satisfied": "yes", "body": "谢谢，很快。"})

    assert answer.location == "/confirm/thanks/solved"
    assert "30" in browser.page(answer.location).text
    closed = the(ticket)
    assert (closed.state, closed.outcome) == (State.CLOSED, "solved_satisfied")
    call = callback.of(closed)[-1]
    assert (call.means, call.outcome, call.body) == ("link", "solved_satisfied", "谢谢，很快。")


def test_solved_says_nothing_of_satisfaction_until_they_say_it_and_no_is_kept_as_no(app):
    ticket = solved()
    browser = Browser(app)
    path = path_of(ticket)
    page = browser.page(path)

    assert [box.get("checked") for box in page.select("[name=satisfied]")] == [None, None]
    assert browser.post(path, {"answer": "solved", "body": "好了。"}).status_code == 422
    assert state(ticket) == State.VERIFYING
    assert browser.post(path, {"answer": "solved", "satisfied": "no", "body": "好了，等太久。"}).status_code == 303
    assert the(ticket).outcome == "solved_unsatisfied"


@pytest.mark.parametrize("made", [solved, rung_up], ids=["with an account", "without one"])
def test_not_solved_goes_back_to_work_with_why(app, made):
    ticket = made()
    browser = Browser(app)
    gap = browser.post(path_of(ticket), {"answer": "not-solved", "body": ""})

    answer = browser.post(path_of(ticket), {"answer": "not-solved", "body": "下午又断了一次。"})

    assert gap.status_code == 422
    assert answer.location == "/confirm/thanks/not-solved"
    assert browser.page(answer.location).select_one("h1").text.strip() in ("Thank you", "谢谢您")
    back = the(ticket)
    assert (back.state, back.sent_back) == (State.OPEN, 1)
    words = db.session.scalars(db.select(Message).where(Message.sort == "rejection")).one()
    assert words.body == "下午又断了一次。"


def test_still_broken_with_a_click_on_solved_is_asked_about(app):
    ticket = solved()
    browser = Browser(app)
    path = path_of(ticket)

    caught = browser.post(path, {"answer": "solved", "satisfied": "yes", "body": "还是不行，仍然断。"})
    assert caught.status_code == 422
    assert "sounds as if something is still wrong" in caught.text
    assert state(ticket) == State.VERIFYING
    answer = browser.post(path, {"answer": "not-solved", "body": "还是不行，仍然断。", "sure": "yes"})

    assert answer.status_code == 303
    assert state(ticket) == State.OPEN


def test_asked_again_and_sure_it_closes(app):
    ticket = solved()

    answer = Browser(app).post(
        path_of(ticket), {"answer": "solved", "satisfied": "yes", "body": "还是老样子好。", "sure": "yes"}
    )

    assert answer.status_code == 303
    assert state(ticket) == State.CLOSED


def test_looking_changes_nothing(app):
    """Mail scanners fetch every address of a letter."""
    ticket = solved()
    path, version = path_of(ticket), the(ticket).version

    for _ in range(3):
        assert Browser(app).get(path).status_code == 200
        assert Browser(app).open(path, "HEAD").status_code == 200

    assert (the(ticket).version, state(ticket)) == (version, State.VERIFYING)
    assert secret_of(ticket)


ENDS = {
    "used": lambda t: Browser(db_app()).post(path_of(t), {"answer": "solved", "satisfied": "yes"}),
    "confirmed here": lambda t: live(t, "confirm"),
    "rejected here": lambda t: live(t, "reject"),
    "sent back by a call": lambda t: live(t, "send_back"),
    "closed by a call": lambda t: live(t, "close"),
    "taken back": lambda t: live(t, "take_back"),
    "withdrawn": lambda t: live(t, "withdraw"),
    "closed by force": lambda t: (asked_to_force(t), decided_by_force(t)),
    "applied for anew": lambda t: live(t, "take_back", "apply"),
    "reopened and solved again": lambda t: live(t, "confirm", "reopen", "apply"),
}


def db_app():
    return current_app._get_current_object()


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_with_the_question_and_looks_like_any_link_that_never_was(app, end):
    ticket = solved()
    path = path_of(ticket)
    ENDS[end](ticket)
    stands = state(ticket)

    answers = [Browser(app).get(one) for one in (path, "/confirm/" + "x" * 43, "/confirm/x", path[:-1], path + "A")]
    posted = Browser(app).post(path, {"answer": "solved", "satisfied": "yes"})

    assert {one.status_code for one in (*answers, posted)} == {404}
    texts = {re.sub(r'"[\w.-]{60,}"', "", one.text).replace(one.request.path, "") for one in answers}
    assert len(texts) == 1
    assert state(ticket) == stands


def test_a_link_of_another_purpose_or_run_out_does_not_open(app):
    ticket = solved()
    path = path_of(ticket)
    with transaction():
        other = links.secret_of(links.make(links.RESET, db.session.get_one(Person, the(ticket).asked_by_id)))
    late = clock.now() + timedelta(days=settings.policy().calls.link_days, minutes=1)

    assert Browser(app).get(f"/confirm/{other}").status_code == 404
    assert Browser(app).get(path.replace("/confirm/", "/reset/")).status_code == 404
    with clock.frozen_at(late):
        assert Browser(app).get(path).status_code == 404
        assert Browser(app).post(path, {"answer": "solved", "satisfied": "yes"}).status_code == 404
    assert state(ticket) == State.VERIFYING


def test_it_lives_as_long_as_the_policy_says(app):
    ticket = solved()
    link = db.session.get_one(SecretLink, db.session.scalars(db.select(ConfirmLink.link_id)).one())

    assert link.expires_at - link.made_at == timedelta(days=settings.policy().calls.link_days)
    assert link.purpose == "confirm"
    assert the(ticket).round == db.session.scalars(db.select(ConfirmLink.round)).one()


def test_guessing_ends_after_twenty_an_hour(app):
    for n in range(20):
        assert Browser(app).post(f"/confirm/{'x' * 40}{n}", {"answer": "solved", "satisfied": "yes"}).status_code == 404
    assert Browser(app).post("/confirm/" + "z" * 43, {"answer": "solved", "satisfied": "yes"}).status_code == 429
    answer = Browser(app).get("/confirm/" + "y" * 43)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert ((20, timedelta(hours=1)),) == attempts.LINKS_GUESSED


def test_the_page_tells_no_other_site_its_address(app):
    answer = Browser(app).get(path_of(solved()))

    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_post_without_the_pages_token_changes_nothing(app):
    ticket = solved()

    assert Browser(app).open(path_of(ticket), "POST", data={"answer": "solved", "satisfied": "yes"}).status_code == 400
    assert state(ticket) == State.VERIFYING


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALLER, Role.MANAGER])
def test_one_of_ours_who_got_hold_of_it_closes_nothing(app, sign_in, role):
    ticket = solved()
    browser = sign_in(a_person(role))
    path = path_of(ticket)

    assert browser.get(path).status_code == 404
    assert browser.post(path, {"answer": "solved", "satisfied": "yes"}).status_code == 404
    assert state(ticket) == State.VERIFYING
    assert Browser(app).get(path).status_code == 200


def test_no_link_goes_to_an_address_of_ours_nor_of_another_customer(app):
    """Whoever handles does not close, not by being put down as the contact either (R16)."""
    handler, stranger = an_agent(email="handler@ours.test"), a_person(email="other@else.test")
    assert handler.id
    assert stranger.id
    for email in ("Handler@ours.test", "other@else.test", ""):
        ticket = rung_up(email=email)
        assert secret_of(ticket) is None, email
    assert db.session.scalars(db.select(Letter).where(Letter.template == "ticket_solved")).all() == []


def test_whose_account_was_closed_has_no_link(app):
    ticket = solved()
    path = path_of(ticket)
    with transaction():
        person = db.session.get_one(Person, the(ticket).asked_by_id)
        people.disable(again(person), again(a_person(Role.SECURITY_ADMIN)), "离职")

    assert Browser(app).get(path).status_code == 404


def test_two_answers_at_once_count_once(app):
    """Ten clicks in the same moment, solved and not: one counts, the others find the link used."""
    ticket = solved()
    path = path_of(ticket)
    db.session.remove()
    browsers = [Browser(app, check=False) for _ in range(6)]
    data = [
        {
            "answer": ("solved", "not-solved")[n % 2],
            "body": "断了" if n % 2 else "",
            "satisfied": "yes",
            "csrf_token": one.token(),
        }
        for n, one in enumerate(browsers)
    ]
    start, answers = threading.Barrier(len(browsers)), []

    def press(n: int) -> None:
        start.wait()
        answers.append(browsers[n].client.post(path, data=data[n]).status_code)

    threads = [threading.Thread(target=press, args=(n,)) for n in range(len(browsers))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(answers).count(303) == 1, answers
    assert set(answers) <= {303, 404, 409}
    assert len(db.session.scalars(db.select(CallBack)).all()) == 1


@pytest.mark.parametrize(("made", "said"), [(solved, None), (rung_up, "王工")], ids=["with an account", "without one"])
def test_the_journal_and_the_stream_say_that_it_came_by_link(app, sign_in, made, said):
    ticket = made()
    Browser(app).post(path_of(ticket), {"answer": "solved", "satisfied": "yes", "body": "好了。"})
    row = the(ticket)
    told = {entry.verb: entry for entry in db.session.scalars(db.select(Entry).where(Entry.record_id == row.id))}

    assert {"ticket.confirm", "ticket.by_link"} <= set(told)
    assert told["ticket.by_link"].facts.get("said_by") == said
    assert (told["ticket.confirm"].by_id is None) == (said is not None)
    name = said or row_name(row)
    agent = sign_in(an_agent())
    page = agent.page(f"/staff/tickets/{inspect(ticket).identity[0]}")
    assert f"{name} answered through the one-time link of the letter" in page.text
    assert "The portal confirmed" not in agent.page(f"/staff/tickets/{inspect(ticket).identity[0]}?show=events").text


def row_name(ticket: Ticket) -> str:
    return db.session.get_one(Person, ticket.asked_by_id).name


def test_the_words_of_a_contact_stand_in_the_conversation_under_their_name(app, sign_in):
    ticket = rung_up()
    admin = a_person(Role.ORG_ADMIN, customer=db.session.get_one(Customer, the(ticket).customer_id))
    browser = sign_in(admin)
    Browser(app).post(path_of(ticket), {"answer": "not-solved", "body": "电话还是打不出去。"})

    page = browser.page(f"/tickets/{inspect(ticket).identity[0]}")

    entry = next(one for one in page.select("#conversation .entry") if "电话还是打不出去。" in one.text)
    assert "王工" in entry.text
    items = thread.stream([inspect(ticket).identity[0]], _everything())
    item = next(one for one in items if one.kind == "rejection")
    assert (item.by, item.is_customer) == ("王工", True)


def _everything():
    return thread.Seen(*map(db.select, (Message, Note, ContactRecord, CallBack, Entry, Ticket)))


def test_a_contact_decides_only_what_nobody_with_an_account_asked(app):
    ticket = solved()
    row = _loaded(the(ticket))

    with pytest.raises(Refused):
        callback.confirm(row, Voice("王工", row.customer_id), satisfied=True, means="link")
    assert state(ticket) == State.VERIFYING


def test_by_link_counts_as_called_back(app):
    ticket = rung_up()
    Browser(app).post(path_of(ticket), {"answer": "solved", "satisfied": "yes"})
    at = clock.now().astimezone()
    found = figures.month(at.date().replace(day=1))

    assert (found["first_time_closure"].numerator, found["satisfaction"].numerator) == (1, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_to_a_person_carries_the_link_by_mail_and_leads_to_the_ticket_in_the_portal(app, language):
    ticket = a_ticket(a_person(language=language), moved=("accept", "apply"))
    letter = _letter()
    reader = db.session.get_one(Person, letter.to_id)

    inside, outside = mail.said(letter, reader), mail.rendered(letter, reader)

    assert inside.path == f"/tickets/{the(ticket).id}"
    assert f"http://portal.test/confirm/{secret_of(ticket)}" in outside.text
    assert f"http://portal.test/confirm/{secret_of(ticket)}" in outside.html
    assert ("只能用一次" if language == "zh_Hans_CN" else "works once") in outside.text
    assert letter.to_address is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_to_a_contact_without_an_account_is_in_the_companys_language(app, language):
    with transaction():
        settings.change("company", None, language=language)
    ticket = rung_up()
    letter = _letter()

    message = envelope(letter, "http://portal.test")
    text = message.get_body(("plain",)).get_content()

    assert letter.to_address == EMAIL
    assert EMAIL in message["To"]
    assert ("王工，您好" if language == "zh_Hans_CN" else "Dear 王工") in text
    assert f"http://portal.test/confirm/{secret_of(ticket)}" in text
    assert ("只能用一次" if language == "zh_Hans_CN" else "works once") in text
    assert "/staff/" not in text
    live(ticket, "take_back", by=again(db.session.get_one(Person, the(ticket).owner_id)))
    assert "/confirm/" not in envelope(_letter(), "http://portal.test").get_body(("plain",)).get_content()


def _letter() -> Letter:
    key = db.session.scalars(
        db.select(Letter.id).where(Letter.template == "ticket_solved").order_by(Letter.id.desc())
    ).first()
    return outbox.with_reader(key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_its_readers_language_until_another_is_chosen(app, language):
    ticket = a_ticket(a_person(language=language), moved=("accept", "apply"))
    path, browser = path_of(ticket), Browser(app)

    assert browser.page(path).html["lang"] == ("en" if language == "en" else "zh-CN")
    other = next(one for one in LANGUAGES if one != language)
    switched = browser.post("/language", {"language": other, "next": path})
    assert switched.location == path
    assert browser.page(path).html["lang"] == ("en" if other == "en" else "zh-CN")


def test_the_desk_enters_the_contacts_address_and_a_wrong_one_stands_beside_its_field(app, sign_in):
    customer, other = a_customer(), a_person(email="other@else.test")
    assert other.id
    browser = sign_in(an_agent(email="me@ours.test"))
    form = {
        "customer": customer.id, "kind": "complaint", "channel": "hotline", "asked_by": "0", "contact_name": "王工", "class_code": _class(),
        "subject": "专线中断", "body": "来电。", "accept": "1",
    }  # fmt: skip
    for wrong in ("nonsense", "me@ours.test", "other@else.test"):
        answer = browser.post("/staff/tickets/new", form | {"contact_email": wrong})
        assert answer.status_code == 422
        assert "contact_email-error" in answer.text, wrong


def test_forced_closure_of_a_ticket_in_question_is_told_as_such(app):
    ticket = solved()
    manager = a_manager()
    asked_to_force(ticket)
    decided_by_force(ticket, by=manager)

    assert forced.of(the(ticket))[0].state == "granted"
    assert confirm_links.find(secret_of(ticket) or "x" * 43) is None
