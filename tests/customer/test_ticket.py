"""One ticket as its customer sees it: what happens next, who speaks, what can be done; nothing internal."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db, transaction
from portal.domain.files import Attachment
from portal.domain.outbox import Letter
from portal.domain.people.models import Person, Sharing
from portal.domain.people.roles import Role
from portal.domain.ratings.models import Rating
from portal.domain.tickets import actions, dispatching, doubts, linking
from portal.domain.tickets.models import Deadline, Message, Ticket
from portal.domain.tickets.states import State
from tests.factories import (
    _loaded,
    a_customer,
    a_department,
    a_handler,
    a_person,
    a_provider,
    a_ticket,
    again,
    an_agent,
    live,
    shape_of,
)

STATES = {
    State.NEW: (),
    State.OPEN: ("accept",),
    State.WAITING: ("accept", "ask"),
    State.VERIFYING: ("accept", "apply"),
    State.CLOSED: ("accept", "apply", "confirm"),
    State.WITHDRAWN: ("withdraw",),
}


def text(soup) -> str:
    return soup.get_text(" ", strip=True)


def state_of(ticket_id: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Ticket, ticket_id).state


def mine(*moved, **facts):
    person = a_person()
    ticket = a_ticket(by=person, moved=moved, **facts)
    return db.session.merge(person), ticket.id


@pytest.mark.parametrize(
    ("state", "label", "next_words"),
    [
        (State.NEW, "We have received it", "Next, by"),
        (State.OPEN, "We are working on it", "Next, by"),
        (State.WAITING, "We need a word from you", "this promise stands still"),
        (State.VERIFYING, "Please confirm the result", "whether it is solved"),
        (State.CLOSED, "Solved", "you can reopen it until"),
        (State.WITHDRAWN, "Withdrawn", "Nothing more happens here"),
    ],
)
def test_every_state_says_where_it_stands_and_what_happens_next(app, sign_in, state, label, next_words):
    person, ticket = mine(*STATES[state])

    now = text(sign_in(person).page(f"/tickets/{ticket}").select_one(".ticket-now"))

    assert label in now
    assert next_words in now


def test_a_missed_promise_is_said_openly(app, sign_in):
    person = a_person()
    with clock.frozen_at(clock.now() - timedelta(days=10)):
        ticket = a_ticket(by=person).id

    assert "We are late, and we are sorry" in sign_in(db.session.merge(person)).get(f"/tickets/{ticket}").text


def test_the_owner_is_named_with_the_way_to_reach(app, sign_in):
    person, ticket = mine()
    agent = an_agent(name="林晓岚", phone="021-6008 1021")
    live(db.session.get_one(Ticket, ticket), "accept", by=agent)

    shown = text(sign_in(db.session.merge(person)).page(f"/tickets/{ticket}").select_one(".responsible"))

    assert "林晓岚" in shown
    assert "021-6008 1021" in shown


def test_who_works_behind_the_owner_is_not_named(app, sign_in):
    person, ticket = mine("accept")
    provider = a_provider(name="联众网络工程")
    handler = a_handler(of=provider, name="赵师傅")
    with transaction():
        found = _loaded(db.session.get_one(Ticket, ticket))
        dispatching.dispatch(
            found, again(db.session.get_one(Person, found.owner_id)), db.session.merge(provider), "换光模块"
        )
    with transaction():
        actions.reply(_loaded(found), again(handler), "已经到现场。", shape=shape_of(found))
        actions.note(_loaded(found), again(db.session.get_one(Person, found.owner_id)), "内部：疑似施工方责任")

    with clock.shifted_by(timedelta(minutes=1)):
        answer = sign_in(db.session.merge(person)).get(f"/tickets/{ticket}")

    assert "已经到现场。" in answer.text
    assert "customer service" in answer.text
    for hidden in ("赵师傅", "联众网络工程", "换光模块", "内部", a_department().name, "confirms the order"):
        assert hidden not in answer.text


def test_a_reply_is_not_shown_while_it_can_be_taken_back(app, sign_in):
    person, ticket = mine("accept", "reply")
    browser = sign_in(person)

    assert "我们已经派人去现场。" not in browser.get(f"/tickets/{ticket}").text
    with clock.shifted_by(timedelta(seconds=11)):
        assert "我们已经派人去现场。" in browser.get(f"/tickets/{ticket}").text


def test_no_code_of_ours_reaches_the_customer(app, sign_in):
    person, ticket = mine("accept", "apply", answers={"circuit": "SH-1", "happened_at": "2026-11-20T01:00:00+00:00"})

    shown = text(sign_in(person).page(f"/tickets/{ticket}"))

    for code in (
        "verifying",
        "complaint",
        "product_down",
        "first_contact",
        "happened_at",
        "solved_satisfied",
        "is_quality",
    ):
        assert code not in shown.split()
    assert "When it happened" in shown


def test_the_answer_to_our_question_lets_the_work_go_on(app, sign_in):
    person, ticket = mine("accept", "ask")
    browser = sign_in(person)

    page = browser.page(f"/tickets/{ticket}")
    assert "请补充电路编号。" in text(page.select_one("#add"))
    assert browser.post(f"/tickets/{ticket}/words", {"body": ""}).status_code == 422
    assert browser.post(f"/tickets/{ticket}/words", {"body": "编号 SH-0021"}).status_code == 303

    assert state_of(ticket) == State.OPEN


def test_files_of_an_answer_survive_an_empty_text(app, sign_in):
    person, ticket = mine("accept")
    browser = sign_in(person)

    missing = browser.post(f"/tickets/{ticket}/words", {"body": "", "files": (io.BytesIO(b"words"), "log.txt")})
    assert missing.status_code == 422
    assert "log.txt" in missing.text
    assert browser.post(f"/tickets/{ticket}/words", {"body": "日志在附件"}).status_code == 303

    [row] = db.session.scalars(db.select(Attachment))
    assert (row.file.name, row.draft_id) == ("log.txt", None)
    assert row.message_id


def test_solved_is_solved(app, sign_in):
    person, ticket = mine("accept", "apply")

    answer = sign_in(person).htmx(
        f"/tickets/{ticket}/confirmation", "ticket", "POST", {"satisfied": "yes", "body": "谢谢，恢复正常"}
    )

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "How did we do?" in answer.text
    assert state_of(ticket) == State.CLOSED


def test_words_that_say_the_opposite_are_asked_about_before_anything_is_closed(app, sign_in):
    person, ticket = mine("accept", "apply")
    browser = sign_in(person)

    asked = browser.post(f"/tickets/{ticket}/confirmation", {"satisfied": "yes", "body": "其实还是没有解决"})
    assert asked.status_code == 422
    assert "sounds as if something is still wrong" in asked.text
    assert state_of(ticket) == State.VERIFYING
    rejects = BeautifulSoup(asked.text, "html.parser").select_one(f"[formaction='/tickets/{ticket}/rejection']")
    assert rejects

    browser.post(f"/tickets/{ticket}/confirmation", {"satisfied": "yes", "body": "其实还是没有解决", "sure": "yes"})
    assert state_of(ticket) == State.CLOSED


@pytest.mark.parametrize(
    ("words", "unsolved"),
    [
        ("没有解决", True), ("问题仍然存在", True), ("还是不行", True), ("今天又断了", True), ("尚未完全恢复", True),
        ("Still broken", True), ("not solved", True), ("It doesn't work", True),
        ("已经解决，谢谢", False), ("没有再出现", False), ("很满意", False), ("all good, never again a problem", False),
        ("没有问题了", False), ("", False), ("Thank you", False),
    ],
)  # fmt: skip
def test_which_words_sound_unsolved(words, unsolved):
    assert doubts.sounds_unsolved(words) is unsolved


def test_not_solved_needs_a_reason_and_goes_back_to_work(app, sign_in):
    person, ticket = mine("accept", "apply")
    browser = sign_in(person)

    assert browser.post(f"/tickets/{ticket}/rejection", {"body": " "}).status_code == 422
    assert state_of(ticket) == State.VERIFYING
    sent = {"body": "还是单通", "files": (io.BytesIO(b"words"), "call.txt")}
    assert browser.post(f"/tickets/{ticket}/rejection", sent).status_code == 303

    assert state_of(ticket) == State.OPEN
    assert "还是单通" in browser.get(f"/tickets/{ticket}").text
    assert db.session.scalars(db.select(Attachment)).one().message_id


def test_withdrawing_needs_a_reason(app, sign_in):
    person, ticket = mine("accept")
    browser = sign_in(person)

    assert browser.post(f"/tickets/{ticket}/withdrawal", {"body": ""}).status_code == 422
    assert browser.post(f"/tickets/{ticket}/withdrawal", {"body": "电话里说清楚了"}).status_code == 303
    assert state_of(ticket) == State.WITHDRAWN


def test_the_day_until_which_it_can_be_reopened_is_the_companys(app, sign_in):
    with clock.frozen_at(datetime(2026, 11, 10, 17, 30, tzinfo=UTC)):  # 01:30 of the eleventh in Shanghai
        person, ticket = mine("accept", "apply", "confirm")
    with clock.frozen_at(datetime(2026, 11, 12, 2, tzinfo=UTC)):
        page = sign_in(person).page(f"/tickets/{ticket}")

    assert "11 Dec 01:30" in text(page)


def test_a_closed_ticket_can_be_reopened_for_thirty_days(app, sign_in):
    person, ticket = mine("accept", "apply", "confirm")
    browser = sign_in(person)

    with clock.shifted_by(timedelta(days=31)):
        late = sign_in(db.session.merge(person))
        assert not late.page(f"/tickets/{ticket}").select_one(f"form[action='/tickets/{ticket}/reopening']")
        refused = late.post(f"/tickets/{ticket}/reopening", {"body": "又断了"})
        assert refused.status_code == 422
        assert "又断了" in refused.text
    assert state_of(ticket) == State.CLOSED
    assert browser.post(f"/tickets/{ticket}/reopening", {"body": "又断了"}).status_code == 303
    assert state_of(ticket) == State.OPEN
    assert "Reopened" in text(browser.page(f"/tickets/{ticket}").select_one(".steps"))


def test_a_word_to_a_ticket_that_was_closed_meanwhile_stays_in_the_box_that_is_left(app, sign_in):
    person, ticket = mine("accept", "apply", "confirm")

    answer = sign_in(person).post(f"/tickets/{ticket}/words", {"body": "漏说了一件事"})

    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    assert soup.select_one("#reopen-body").get_text(strip=True) == "漏说了一件事"
    assert "please reopen it" in text(soup.select_one("#reopen-body-error"))


def test_stars_for_the_whole_and_for_its_sides_changeable(app, sign_in):
    person, ticket = mine("accept", "apply", "confirm")
    browser = sign_in(person)

    assert browser.post(f"/tickets/{ticket}/rating", {"comment": "快"}).status_code == 422
    assert browser.post(f"/tickets/{ticket}/rating", {"stars": "6"}).status_code == 422
    assert browser.post(f"/tickets/{ticket}/rating", {"stars": "5", "side_speed": "9"}).status_code == 422
    browser.post(f"/tickets/{ticket}/rating", {"stars": "4", "side_speed": "5", "comment": "快"})
    browser.post(f"/tickets/{ticket}/rating", {"stars": "2", "comment": "后来又慢了"})

    [row] = db.session.scalars(db.select(Rating))
    assert (row.stars, row.comment) == (2, "后来又慢了")
    page = browser.page(f"/tickets/{ticket}")
    assert "后来又慢了" in text(page.select_one("#rating"))


def test_a_promise_tells_day_by_day_how_its_date_came_about(app, sign_in):
    with clock.frozen_at(datetime(2026, 11, 20, 9, 0, tzinfo=UTC)):  # Friday 17:00 in Shanghai, after the cut-off
        person, ticket = mine("accept")
        browser = sign_in(person)
        links = [a["href"] for a in browser.page(f"/tickets/{ticket}").select("a.deadline")]
        told = " ".join(text(browser.page(link)) for link in links)
        part = browser.htmx(links[0], "sheet")

    assert "weekend, does not count" in told
    assert "After the cut-off at 16:30" in told
    assert "<html" not in part.text


def test_the_pause_of_a_promise_is_told_with_the_date_before_and_after(app, sign_in):
    start = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
    with clock.frozen_at(start):
        person, ticket = mine("accept")
        found = db.session.get_one(Ticket, ticket)
        live(found, "ask")
    with clock.frozen_at(start + timedelta(days=2)):
        live(found, "answer")
        paused = db.session.scalars(db.select(Deadline.id).where(Deadline.code == "closure")).one()
        told = text(sign_in(db.session.merge(person)).page(f"/tickets/{ticket}/promises/{paused}"))

    assert "we waited for your answer" in told
    assert "the date moved to" in told


def test_promises_among_ourselves_and_of_other_tickets_are_not_found(app, sign_in):
    person, ticket = mine("accept")
    live(db.session.get_one(Ticket, ticket), "dispatch")
    ours = db.session.scalars(db.select(Deadline.id).where(Deadline.code == "confirm_order")).one()
    other = a_ticket()
    foreign = db.session.scalars(db.select(Deadline.id).where(Deadline.ticket_id == other.id)).first()
    browser = sign_in(db.session.merge(person))

    for deadline in (ours, foreign, 2**63 + 1, 0):
        assert browser.get(f"/tickets/{ticket}/promises/{deadline}").status_code == 404


def test_a_merged_ticket_leads_on_and_its_words_stand_in_the_other_one(app, sign_in):
    person = a_person()
    one, two = a_ticket(by=person, body="第一次说"), a_ticket(by=person, body="第二次说")
    one_id, two_id = one.id, two.id
    with transaction():
        linking.merge(_loaded(two), _loaded(one), again(an_agent()))
    browser = sign_in(db.session.merge(person))

    merged = browser.page(f"/tickets/{two_id}")
    assert merged.select_one(f"a[href='/tickets/{one_id}']")
    goes_on = text(browser.page(f"/tickets/{one_id}"))
    assert "第二次说" in goes_on
    browser.post(f"/tickets/{two_id}/words", {"body": "补充到旧的"})
    assert "补充到旧的" in text(browser.page(f"/tickets/{one_id}"))


def test_a_colleagues_words_merged_in_stay_among_those_who_may_see_them(app, sign_in):
    customer = a_customer()
    one, two = a_person(customer=customer), a_person(customer=customer)
    first, second = a_ticket(by=one), a_ticket(by=two, body="同事私下说的")
    first_id = first.id
    with transaction():
        linking.merge(_loaded(second), _loaded(first), again(an_agent()))

    assert "同事私下说的" not in sign_in(db.session.merge(one)).get(f"/tickets/{first_id}").text


ROUTES = (
    ("GET", "/tickets/{id}"),
    ("GET", "/tickets/{id}/promises/1"),
    ("POST", "/tickets/{id}/words"),
    ("POST", "/tickets/{id}/sharing"),
    ("POST", "/tickets/{id}/seen"),
    ("POST", "/tickets/{id}/confirmation"),
    ("POST", "/tickets/{id}/rejection"),
    ("POST", "/tickets/{id}/reopening"),
    ("POST", "/tickets/{id}/withdrawal"),
    ("POST", "/tickets/{id}/rating"),
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_ticket_one_may_not_see_does_not_exist(app, sign_in, method, path):
    customer = a_customer()
    author, member, admin = (
        a_person(customer=customer),
        a_person(customer=customer),
        a_person(Role.ORG_ADMIN, customer=customer),
    )
    stranger = a_person(Role.ORG_ADMIN)
    ticket = a_ticket(by=author).id
    browsers = [sign_in(db.session.merge(person)) for person in (member, stranger)]

    def asked(browser, key):
        data = {"body": "x", "stars": "5"}
        url = path.format(id=key)
        return browser.get(url) if method == "GET" else browser.post(url, data)

    for browser in browsers:
        assert asked(browser, ticket).status_code == 404
        assert asked(browser, 2**63 + 1).status_code == 404
    assert asked(sign_in(db.session.merge(admin)), ticket).status_code != 404 or "promises" in path


@pytest.mark.parametrize(
    ("sharing", "shared", "status"),
    [(Sharing.OWN, True, 404), (Sharing.SHARED, False, 404), (Sharing.SHARED, True, 200), (Sharing.ALL, False, 200)],
)
def test_what_colleagues_see_is_as_the_organisation_set_it(app, sign_in, sharing, shared, status):
    customer = a_customer(sharing=sharing)
    author, member = a_person(customer=customer), a_person(customer=customer)
    ticket = a_ticket(by=author, is_shared=shared).id
    browser = sign_in(db.session.merge(member))

    assert browser.get(f"/tickets/{ticket}").status_code == status
    assert (f"/tickets/{ticket}" in browser.get("/tickets/?whose=colleagues").text) is (status == 200)
    assert f'href="/tickets/{ticket}"' not in browser.get("/home").text


def test_sharing_is_switched_by_its_author(app, sign_in):
    customer = a_customer(sharing=Sharing.SHARED)
    author, member = a_person(customer=customer), a_person(customer=customer)
    ticket = a_ticket(by=author).id
    browser = sign_in(db.session.merge(author))

    browser.post(f"/tickets/{ticket}/sharing", {"shared": "yes"})
    colleague = sign_in(db.session.merge(member))
    assert colleague.get(f"/tickets/{ticket}").status_code == 200
    assert colleague.post(f"/tickets/{ticket}/sharing", {"shared": "no"}).status_code == 409
    browser.post(f"/tickets/{ticket}/sharing", {"shared": "no"})
    assert colleague.get(f"/tickets/{ticket}").status_code == 404


@pytest.mark.parametrize("state", STATES)
def test_a_ticket_asks_the_database_a_constant_few_times(app, sign_in, statements, state):
    person, ticket = mine(*STATES[state])
    for n in range(8):
        with transaction():
            db.session.add(
                Message(
                    ticket_id=ticket,
                    by_id=person.id,
                    sort="addition",
                    body=f"{n}",
                    at=clock.now(),
                    shown_at=clock.now(),
                )
            )
    browser = sign_in(db.session.merge(person))
    browser.page(f"/tickets/{ticket}")
    statements.clear()
    browser.page(f"/tickets/{ticket}")

    assert len(statements) == (8 if state == State.CLOSED else 7)


def test_a_form_left_open_while_another_wrote_overwrites_nothing(app, sign_in):
    person, ticket = mine("accept", "apply")
    browser = sign_in(person)
    browser.page(f"/tickets/{ticket}")
    live(db.session.get_one(Ticket, ticket), "send_back")

    answer = browser.post(f"/tickets/{ticket}/confirmation", {"satisfied": "yes", "body": "好了"})

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert "We are working on it again" in text(page.select_one(".errors"))
    assert page.select_one("#add-body").text.strip() == "好了"
    assert page.select("#decide") == []
    assert state_of(ticket) == State.OPEN


def test_a_rejection_after_it_was_confirmed_is_one_click_from_a_reopening_with_words_and_files(app, sign_in):
    person, ticket = mine("accept", "apply")
    browser = sign_in(person)
    browser.page(f"/tickets/{ticket}")
    live(db.session.get_one(Ticket, ticket), "confirm")

    answer = browser.post(
        f"/tickets/{ticket}/rejection", {"body": "还是断断续续", "files": (io.BytesIO(b"log"), "log.txt")}
    )

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert "reopen it" in text(page.select_one(".errors"))
    assert page.select("#decide") == []
    assert page.select_one("#reopen")["open"] is not None
    assert page.select_one("#reopen-body").text.strip() == "还是断断续续"
    assert "log.txt" in text(page.select_one("#reopen"))
    browser.post(f"/tickets/{ticket}/reopening", {"body": "还是断断续续"})
    assert state_of(ticket) == State.OPEN
    assert [row.draft_id for row in db.session.scalars(db.select(Attachment))] == [None]


def test_a_ticket_can_be_had_on_paper(app, sign_in):
    person, ticket = mine("accept")
    browser = sign_in(person)
    form = browser.page(f"/tickets/{ticket}").select_one("form[action='/documents']")

    answer = browser.post("/documents", {field["name"]: field["value"] for field in form.select("input[type=hidden]")})

    assert answer.status_code == 303
    assert browser.get(answer.location).status_code == 200


DECISIONS = {
    "confirmation": ("accept", "apply"),
    "rejection": ("accept", "apply"),
    "withdrawal": ("accept",),
    "reopening": ("accept", "apply", "confirm"),
    "rating": ("accept", "apply", "confirm"),
}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("sharing", [Sharing.SHARED, Sharing.ALL])
def test_a_colleague_who_sees_a_ticket_decides_nothing_about_it(app, sign_in, decision, sharing):
    customer = a_customer(sharing=sharing)
    author, member = a_person(customer=customer, name="苏敏"), a_person(customer=customer)
    admin = a_person(Role.ORG_ADMIN, customer=customer)
    ticket = a_ticket(by=author, is_shared=True, moved=DECISIONS[decision]).id
    was = state_of(ticket)
    path, said = f"/tickets/{ticket}/{decision}", {"body": "同事的话", "stars": "5", "satisfied": "yes"}
    colleague = sign_in(db.session.merge(member))

    assert not colleague.page(f"/tickets/{ticket}").select_one(f"form[action='{path}']")
    refused = colleague.post(path, said)
    assert refused.status_code == 422
    assert "Only whoever asked this" in refused.text
    assert state_of(ticket) == was
    assert db.session.scalars(db.select(Rating)).all() == []

    assert sign_in(db.session.merge(admin)).post(path, said).status_code == 303


def test_a_colleague_adds_words_and_answers_our_question(app, sign_in):
    customer = a_customer(sharing=Sharing.ALL)
    author, member = a_person(customer=customer), a_person(customer=customer)
    ticket = a_ticket(by=author, moved=("accept", "ask")).id

    answer = sign_in(db.session.merge(member)).post(f"/tickets/{ticket}/words", {"body": "编号 SH-0021"})

    assert answer.status_code == 303
    assert state_of(ticket) == State.OPEN


@pytest.mark.parametrize(
    ("decision", "moved", "words"),
    [("withdrawal", ("accept",), "Withdrawn"), ("confirmation", ("accept", "apply"), "Solved, confirmed")],
)
def test_who_decided_and_why_stands_on_the_page(app, sign_in, decision, moved, words):
    customer = a_customer(sharing=Sharing.ALL)
    author = a_person(customer=customer, name="苏敏")
    admin = a_person(Role.ORG_ADMIN, customer=customer, name="钱立群")
    ticket = a_ticket(by=author, moved=moved).id
    sign_in(db.session.merge(admin)).post(
        f"/tickets/{ticket}/{decision}", {"body": "电话里说清楚了", "satisfied": "yes"}
    )

    page = sign_in(db.session.merge(author)).page(f"/tickets/{ticket}")

    entry = text(page.select(".entry-message")[-1])
    for part in ("钱立群", words, "电话里说清楚了"):
        assert part in entry
    assert "You withdrew" not in text(page)
    if decision == "withdrawal":
        assert "钱立群 withdrew this ticket" in text(page.select_one(".outlook"))


def test_what_waits_for_another_ones_word_says_whose(app, sign_in):
    customer = a_customer(sharing=Sharing.ALL)
    author, member = a_person(customer=customer, name="苏敏"), a_person(customer=customer)
    ticket = a_ticket(by=author, moved=("accept", "apply")).id
    colleague = sign_in(db.session.merge(member))

    assert "苏敏 or the administrator" in text(colleague.page(f"/tickets/{ticket}").select_one(".outlook"))
    assert "the word of 苏敏" in text(colleague.page("/tickets/"))


@pytest.mark.parametrize(("kind", "still"), [("enquiry", False), ("repair", True), ("complaint", True)])
def test_only_promises_that_pause_are_said_to_stand_still(app, sign_in, kind, still):
    person, ticket = mine("accept", "ask", kind=kind)

    shown = text(sign_in(person).page(f"/tickets/{ticket}").select_one(".outlook"))

    assert "We need a word from you to go on." in shown
    assert ("still" in shown) is still
    assert ("runs on meanwhile" in shown) is (not still)


@pytest.mark.parametrize("contacted", [True, False])
def test_the_letter_with_our_question_says_the_promises_stand_still_only_if_all_do(app, contacted):
    ticket = _loaded(a_ticket(kind="repair", moved=("accept",)))
    agent = again(db.session.get_one(Person, ticket.owner_id))
    with transaction():
        if contacted:
            dispatching.contact(ticket, agent, means="phone", reached=True, body="已电话联系")
        actions.ask(ticket, agent, "请补充电路编号。")

    letter = db.session.scalars(db.select(Letter).where(Letter.template == "ticket_question")).one()
    assert letter.facts["still"] is contacted


def test_whoever_read_an_answer_of_ours_is_not_told_that_we_will_contact_them(app, sign_in):
    person, ticket = mine("accept")
    browser = sign_in(person)
    assert "We contact you" in text(browser.page(f"/tickets/{ticket}").select_one(".outlook"))
    assert "We contact you" in text(browser.page("/tickets/").select_one("tbody"))
    live(db.session.get_one(Ticket, ticket), "reply")

    with clock.shifted_by(timedelta(seconds=30)):
        browser = sign_in(db.session.merge(person))
        assert "We contact you" not in text(browser.page(f"/tickets/{ticket}").select_one(".outlook"))
        assert "We contact you" not in text(browser.page("/tickets/").select_one("tbody"))
    contact = db.session.scalars(db.select(Deadline).where(Deadline.code == "first_contact")).one()
    assert contact.met_at is None


def test_of_several_boxes_the_one_with_the_mistake_stands_open(app, sign_in):
    person, ticket = mine("accept", "apply")
    browser = sign_in(person)
    browser.post("/drafts", {"place": f"ticket/{ticket}/reject", "body": "还是单通"})

    page = BeautifulSoup(browser.post(f"/tickets/{ticket}/words", {"body": ""}).text, "html.parser")

    assert [box["id"] for box in page.select("details.composer[open]")] == ["add"]
