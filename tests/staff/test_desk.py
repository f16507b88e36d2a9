"""What does staff see on a ticket's page, and what may they write there?"""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.access.scopes import SEES_ALL, find, sees_all, visible
from portal.db import db, transaction
from portal.domain import drafts
from portal.domain.journal import Entry
from portal.domain.people.models import Department, Provider
from portal.domain.people.roles import Role
from portal.domain.tickets import actions, dispatching, thread
from portal.domain.tickets.models import CallBack, ContactRecord, Deadline, Message, Note, Ticket
from portal.domain.tickets.states import State
from tests.factories import _loaded, a_department, again, live, shape_of
from tests.staff.desk_cast import (
    a_caller,
    a_customer,
    a_handler,
    a_person,
    a_provider,
    a_ticket,
    an_agent,
    at,
    the,
    whole,
)


def words(answer) -> str:
    return BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)


def typed(ticket: Ticket, body: str, stage: str = "progress", **more) -> dict:
    shape = {f"ask_{code}": value for code, value in shape_of(the(ticket)).items()}
    return {"body": body, "stage": stage, "version": the(ticket).version} | shape | more


# ---- what one sees ----


def test_the_page_shows_what_it_is_about_who_owns_it_and_what_is_promised(app, sign_in):
    ticket = a_ticket(moved=("accept",))

    page = sign_in(an_agent()).page(at(ticket))

    assert page.h1.get_text() == "专线中断"
    assert "今天上午九点起专线中断" in page.select_one(".desk-opening").get_text()
    assert page.select("#promises .deadline[href]")
    assert the(ticket).number in page.select_one(".desk-head").get_text()


def test_a_promise_explains_itself_day_by_day(app, sign_in):
    ticket = a_ticket(moved=("accept",))
    browser = sign_in(an_agent())

    link = browser.page(at(ticket)).select_one("#promises .deadline")["href"]
    page = browser.page(link)

    assert len(page.select(".desk-steps li")) >= 3
    assert "Due" in page.select_one(".desk-steps").get_text()


def test_where_todays_calendar_would_lead_elsewhere_the_page_says_that_the_promise_counts(app, sign_in):
    ticket, browser = a_ticket(moved=("accept",)), sign_in(an_agent())
    link = browser.page(at(ticket)).select_one("#promises .deadline")["href"]
    assert "what counts is what we promised" not in browser.page(link).get_text()
    with transaction():
        promise = db.session.get_one(Deadline, int(link.rpartition("/")[2]))
        promise.due_at -= timedelta(days=1)

    assert "what counts is what we promised" in browser.page(link).get_text()


def test_a_promise_of_another_ticket_is_not_explained_here(app, sign_in):
    ticket, other = a_ticket(), a_ticket()
    browser = sign_in(an_agent())
    link = browser.page(at(ticket)).select_one("#promises .deadline")["href"]

    assert browser.get(link.replace(f"/{ticket.id}/", f"/{other.id}/", 1)).status_code == 404


def test_the_stream_can_be_narrowed_to_each_sort(app, sign_in):
    ticket = a_ticket(moved=("accept", "reply"))
    with transaction():
        actions.note(the(ticket), again(an_agent()), "内部情况")
    browser = sign_in(an_agent())

    def stream(show):
        return browser.page(at(ticket, f"?show={show}")).select_one("#stream").get_text()

    assert "内部情况" in stream("all")
    assert "我们已经派人去现场" in stream("all")
    assert "内部情况" not in stream("conversation")
    assert "内部情况" in stream("notes")
    assert "我们已经派人去现场" not in stream("notes")
    assert "replied to the customer" in stream("events")


def test_events_are_told_in_sentences_with_the_words_of_the_policy(app, sign_in):
    ticket, agent = a_ticket(moved=("accept",)), an_agent(name="周明慧")
    with transaction():
        actions.classify(the(ticket), again(agent), "product_rate", "serious")

    told = sign_in(agent).page(at(ticket, "?show=events")).select_one("#stream").get_text()

    assert "周明慧 classified it anew: Rate below contract" in told
    assert "changed the severity to Serious" in told


@pytest.mark.parametrize("replies", [3, 30])
def test_the_page_takes_the_same_statements_for_three_replies_and_for_thirty(app, sign_in, statements, replies):
    ticket, agent = a_ticket(moved=("accept", "dispatch")), an_agent()
    for n in range(replies):
        with transaction():
            actions.reply(whole(ticket), again(agent), f"第 {n} 次说明", stage="progress")
            actions.note(whole(ticket), again(agent), f"第 {n} 条备注")
    browser = sign_in(agent)
    browser.page(at(ticket))

    statements.clear()
    browser.page(at(ticket))

    assert len(statements) == 8


# ---- answers ----


def test_a_reply_is_sent_and_can_be_taken_back_for_a_moment(app, sign_in):
    ticket, agent = a_ticket(moved=("accept",)), an_agent()
    browser = sign_in(agent)

    answer = browser.post(at(ticket, "/replies"), typed(ticket, "正在抢修。"))
    assert answer.status_code == 303
    form = browser.page(at(ticket)).select_one("form.undo")
    browser.post(form["action"])

    assert db.session.scalars(db.select(Message).where(Message.sort == "reply")).one().taken_back_at is not None
    page = browser.page(at(ticket))
    assert page.select_one("textarea[name=body]").get_text().strip() == "正在抢修。"
    assert "正在抢修" not in page.select_one("#stream").get_text()


def test_a_reply_that_is_out_cannot_be_taken_back(app, sign_in):
    ticket, agent = a_ticket(moved=("accept",)), an_agent()
    browser = sign_in(agent)
    browser.post(at(ticket, "/replies"), typed(ticket, "正在抢修。"))
    message = db.session.scalars(db.select(Message).where(Message.sort == "reply")).one()

    with clock.shifted_by(timedelta(seconds=11)):
        answer = browser.post(at(ticket, f"/replies/{message.id}/take-back"))

    assert answer.status_code == 409
    assert "can see it already" in words(answer)


def test_a_final_reply_needs_the_shape_of_its_class_and_nothing_typed_is_lost(app, sign_in):
    ticket = a_ticket(moved=("accept",), class_code="product_down")
    browser = sign_in(an_agent())

    answer = browser.post(at(ticket, "/replies"), typed(ticket, "已经修好。", "final", ask_cause=""))

    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert "Cause" in page.select_one(".errors").get_text()
    assert "已经修好。" in page.select_one("textarea[name=body]").get_text()
    assert drafts.find(db.session.merge(_me(browser)), f"ticket/{ticket.id}/reply").fields["body"] == "已经修好。"
    assert db.session.scalar(db.select(Message).where(Message.sort == "reply")) is None


def _me(browser):
    from portal.domain.people.models import Person, SignIn

    row = db.session.scalars(db.select(SignIn).order_by(SignIn.id.desc())).first()
    return db.session.get_one(Person, row.person_id)


def test_a_final_reply_with_its_shape_shows_the_parts(app, sign_in):
    ticket = a_ticket(moved=("accept",), class_code="product_down")
    browser = sign_in(an_agent())

    browser.post(at(ticket, "/replies"), typed(ticket, "已经修好。", "final", ask_cause="施工挖断光缆"))

    told = browser.page(at(ticket)).select_one("#stream").get_text(" ")
    assert "施工挖断光缆" in told
    assert "Is it a quality problem" in told
    assert (
        db.session.scalars(db.select(Message).where(Message.sort == "reply")).one().shape["is_quality_problem"] is False
    )


@pytest.mark.parametrize("stage", ["progress", "question", "solution"])
def test_sending_stops_when_the_ticket_changed_and_shows_the_news(app, sign_in, stage):
    ticket = a_ticket(moved=("accept",))
    browser = sign_in(an_agent())
    before = typed(ticket, "我写的话", stage, seen=clock.now().isoformat())
    with transaction():
        actions.note(whole(ticket), again(an_agent()), "客户刚来电取消")

    answer = browser.post(at(ticket, "/replies"), before)

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert page.select_one(".moved")
    assert "客户刚来电取消" in page.select_one("#stream").get_text()
    assert "New" in page.select_one("#stream .entry-note").get_text()
    assert "我写的话" in page.select_one("textarea[name=body]").get_text()
    assert the(ticket).state == State.OPEN

    again_typed = before | {"version": page.select_one("#composer_answer [name=version]")["value"]}
    assert browser.post(at(ticket, "/replies"), again_typed).status_code == 303


@pytest.mark.parametrize(
    ("kind", "stage", "state"),
    [
        ("complaint", "question", State.WAITING),
        ("complaint", "solution", State.VERIFYING),
        ("enquiry", "answer", State.CLOSED),
        ("complaint", "preliminary", State.OPEN),
    ],
)
def test_each_way_of_answering_leads_where_it_says(app, sign_in, kind, stage, state):
    ticket = a_ticket(kind=kind, moved=("accept",))

    answer = sign_in(an_agent()).post(at(ticket, "/replies"), typed(ticket, "就是这样。", stage))

    assert answer.status_code == 303
    assert the(ticket).state == state


@pytest.mark.parametrize("stage", ["answer", "nonsense", ""])
def test_a_way_that_is_not_open_is_refused_in_place(app, sign_in, stage):
    ticket = a_ticket(moved=("accept",))

    answer = sign_in(an_agent()).post(at(ticket, "/replies"), typed(ticket, "就是这样。", stage))

    assert answer.status_code == 422
    assert the(ticket).state == State.OPEN


def test_a_double_click_sends_one_reply(app, sign_in):
    ticket = a_ticket(moved=("accept",))
    browser, form = sign_in(an_agent()), typed(ticket, "一次就好。", submission_key="k1")

    assert browser.post(at(ticket, "/replies"), form).status_code == 303
    assert browser.post(at(ticket, "/replies"), form).status_code == 303

    assert len(db.session.scalars(db.select(Message).where(Message.sort == "reply")).all()) == 1


def test_files_stay_when_the_form_comes_back_and_go_along_in_the_end(app, sign_in):
    from io import BytesIO

    ticket, browser = a_ticket(moved=("accept",)), sign_in(an_agent())
    form = typed(ticket, "", files=(BytesIO(b"a,b\n1,2\n"), "测试记录.csv"))

    answer = browser.post(at(ticket, "/replies"), form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "测试记录.csv" in words(answer)
    assert browser.post(at(ticket, "/replies"), typed(ticket, "见附件。")).status_code == 303

    assert "测试记录.csv" in browser.page(at(ticket)).select_one("#stream").get_text()


def test_a_file_can_be_taken_out_of_the_draft(app, sign_in):
    from io import BytesIO

    ticket, browser = a_ticket(moved=("accept",)), sign_in(an_agent())
    form = typed(ticket, "", files=(BytesIO(b"a,b\n1,2\n"), "测试记录.csv"))
    page = BeautifulSoup(
        browser.post(at(ticket, "/replies"), form, content_type="multipart/form-data").text, "html.parser"
    )

    wanted = page.select_one("[name=remove]")["value"]
    browser.post(at(ticket, "/replies"), typed(ticket, "不用附件了", remove=wanted))

    page = browser.page(at(ticket))
    assert "测试记录.csv" not in page.get_text()
    assert page.select_one("textarea[name=body]").get_text().strip() == "不用附件了"


def test_far_too_long_an_answer_comes_back_whole(app, sign_in):
    ticket, browser = a_ticket(moved=("accept",)), sign_in(an_agent())
    long = "很长。" * 25_000

    answer = browser.post(at(ticket, "/replies"), typed(ticket, long))

    assert answer.status_code == 422
    assert "characters too many" in answer.text
    assert long in answer.text


def test_files_of_a_reply_have_room_together_with_those_in_its_draft(app, sign_in):
    from io import BytesIO

    def a_file(number):
        return BytesIO(b"words"), f"{number}.txt"

    ticket, browser = a_ticket(moved=("accept",)), sign_in(an_agent())
    browser.post(at(ticket, "/replies"), typed(ticket, "", files=[a_file(n) for n in range(8)]))

    answer = browser.post(at(ticket, "/replies"), typed(ticket, "见附件。", files=[a_file(n) for n in range(8, 11)]))

    assert answer.status_code == 422
    assert "At most 10 files" in answer.text
    assert not db.session.scalars(db.select(Message).where(Message.sort == "reply")).all()


def test_a_file_that_was_sent_nowhere_is_forgotten_and_its_bytes_swept(app, sign_in):
    from io import BytesIO

    from portal.domain import files
    from portal.domain.files import Attachment, StoredFile

    ticket, browser = a_ticket(moved=("accept",)), sign_in(an_agent())

    def offer(name, **more):
        browser.post(at(ticket, "/replies"), typed(ticket, "", files=(BytesIO(b"a,b\n"), name), **more))

    offer("送出的.csv")
    browser.post(at(ticket, "/replies"), typed(ticket, "见附件。"))
    offer("取出的.csv")
    row = db.session.scalars(db.select(Attachment).where(Attachment.draft_id.is_not(None))).one()
    browser.post(at(ticket, "/replies"), typed(ticket, "", remove=str(row.id)))
    offer("作废的.csv")
    browser.post("/drafts/discard", {"place": f"ticket/{ticket.id}/reply", "next": "/"})

    assert db.session.scalars(db.select(StoredFile.name)).all() == ["送出的.csv"]
    store = app.extensions["files"]
    two_days_ago = (clock.now() - timedelta(days=2)).timestamp()
    for place in store.folder.glob("??/*"):
        os.utime(place, (two_days_ago, two_days_ago))  # files have their time from the disk
    assert files.sweep(store, 24 * 3600) >= 2
    kept_key = db.session.scalars(db.select(StoredFile.key)).one()
    assert [place.name for place in store.folder.glob("??/*")] == [kept_key]


def test_a_template_is_read_filled_and_put_behind_what_stands_there(app, sign_in):
    ticket, agent = a_ticket(moved=("accept",)), an_agent()
    browser = sign_in(agent)
    with transaction():
        drafts.save(again(agent), f"ticket/{ticket.id}/reply", {"body": "您好。"})

    page = browser.page(at(ticket, "/templates"))
    sample = page.select_one(".desk-sample").get_text()
    assert the(ticket).number in sample
    assert "{" not in sample
    browser.post(at(ticket, "/templates"), {"code": page.select_one("[name=code]")["value"]})

    body = browser.page(at(ticket)).select_one("textarea[name=body]").get_text().strip()
    assert body.startswith("您好。")
    assert the(ticket).number in body


# ---- notes ----


def test_a_note_names_colleagues_and_they_hear_of_it(app, sign_in):
    from portal.domain.outbox import Letter

    ticket, named, longer = a_ticket(), an_agent(name="林嘉"), an_agent(name="林嘉怡")
    browser = sign_in(an_agent())

    browser.post(at(ticket, "/notes"), {"body": "@林嘉怡请看，@不存在 也请看"})

    letters = db.session.scalars(db.select(Letter).where(Letter.template == "mentioned")).all()
    assert [letter.to_id for letter in letters] == [longer.id]
    assert named.id != longer.id
    assert "@林嘉怡请看" in browser.page(at(ticket)).select_one(".entry-note").get_text()


def test_the_names_offered_fit_what_follows_the_at_sign(app, sign_in):
    an_agent(name="林嘉")
    browser = sign_in(an_agent(name="王芳"))

    page = BeautifulSoup(browser.htmx("/staff/tickets/names?body=请 @林", "names").text, "html.parser")

    assert "@林嘉" in page.get_text()
    assert "王芳" not in page.get_text()


def test_an_empty_note_is_not_kept(app, sign_in):
    ticket = a_ticket()

    answer = sign_in(an_agent()).post(at(ticket, "/notes"), {"body": "  "})

    assert answer.status_code == 422
    assert db.session.scalar(db.select(Note)) is None


# ---- who is here ----


def test_others_see_who_has_it_open_and_who_is_writing(app, sign_in):
    ticket, one, other = a_ticket(moved=("accept",)), an_agent(name="周明慧"), an_agent(name="林嘉")
    first, second = sign_in(one), sign_in(other)
    first.post(at(ticket, "/presence"))
    assert "周明慧 is here too" in second.page(at(ticket)).select_one("#here").get_text()

    with transaction():
        drafts.save(again(one), f"ticket/{ticket.id}/reply", {"body": "正在写"})
    first.post(at(ticket, "/presence"))
    answer = second.htmx(at(ticket, "/presence"), "here", "POST", headers={"X-Background": "1"})

    assert "周明慧 is writing" in answer.text
    assert "hx-swap-oob" not in answer.text
    with clock.shifted_by(timedelta(seconds=90)):
        assert "周明慧" not in second.page(at(ticket)).select_one("#here").get_text()


def test_a_heartbeat_tells_that_there_is_news(app, sign_in):
    ticket = a_ticket(moved=("accept",))
    browser, version = sign_in(an_agent()), the(ticket).version
    live(ticket, "ask")

    answer = browser.htmx(at(ticket, "/presence"), "here", "POST", data={"version": version})

    assert "Something new" in answer.text


# ---- providers see no more than their work needs ----


@pytest.fixture
def at_a_provider(app):
    """A ticket full of what is not a provider's business, and a handler of a provider with an order."""
    manager = a_person(Role.ACCOUNT_MANAGER, name="顾怀远", phone="021-8801")
    from tests.factories import a_department

    customer = a_customer(
        name="上海海川国际物流股份有限公司",
        short_name="海川物流",
        tier="strategic",
        card="gold",
        account_manager_id=manager.id,
    )
    asker = a_person(customer=customer, name="沈若兰", phone="138-0001")
    provider = a_provider(name="联众网络")
    handler, agent = a_handler(provider, name="吴海涛"), an_agent(name="周明慧")
    other = a_ticket(asker, subject="另一件旧事")
    ticket = a_ticket(asker, moved=("accept",), contact_name="赵现场", contact_phone="139-0002")
    with transaction():
        from portal.domain.tickets import linking

        actions.note(whole(ticket), again(agent), "内部秘密")
        dispatching.dispatch(whole(ticket), again(agent), a_department("network"), "给部门的建议")
        dispatching.dispatch(
            whole(ticket), again(agent), db.session.get_one(Provider, provider.id), "给服务商的建议", lead=False
        )
        dispatching.contact(whole(ticket), again(agent), "phone", True, "王总", "与王总 137-0003 的通话")
        linking.link(whole(ticket), the(other), again(agent))
        linking.put_under(whole(ticket), None, again(agent), "主干光缆老化")
        actions.watch(the(ticket), again(an_agent(name="关注者")), True)
    return ticket, handler


FIELDS = [
    # what, does a provider's handler see it?
    ("今天上午九点起专线中断", True),
    ("给服务商的建议", True),
    ("海川物流", True),
    ("赵现场", True),
    ("139-0002", True),
    ("内部秘密", False),
    ("给部门的建议", False),
    ("Network operations", False),
    ("网络运行维护部", False),
    ("与王总", False),
    ("137-0003", False),
    ("138-0001", False),
    ("顾怀远", False),
    ("021-8801", False),
    ("另一件旧事", False),
    ("主干光缆老化", False),
    ("关注者", False),
    ("Strategic", False),
    ("Gold", False),
]


@pytest.mark.parametrize("show", ["all", "conversation", "notes", "events"])
def test_a_providers_handler_sees_what_the_work_needs_and_nothing_else(sign_in, at_a_provider, show):
    ticket, handler = at_a_provider

    html = sign_in(handler).get(at(ticket, f"?show={show}")).text

    assert {what: what in html for what, _ in FIELDS} == dict(FIELDS)


def test_a_handler_reads_on_the_order_whether_the_own_party_leads(app, sign_in):
    ticket, lead, helper = a_ticket(moved=("accept",)), a_department().id, a_provider().id
    for party in (db.session.get_one(Department, lead), db.session.get_one(Provider, helper)):
        with transaction():
            dispatching.dispatch(_loaded(ticket), again(an_agent()), party, "请处理。", lead=False)

    for party, says in ((Department, "In the lead"), (Provider, "assisting")):
        handler = a_handler(db.session.get_one(party, lead if party is Department else helper))
        assert says in sign_in(handler).page(at(ticket)).select_one("#orders").text


def test_an_agent_sees_all_of_it(sign_in, at_a_provider):
    ticket, _ = at_a_provider
    html = sign_in(an_agent()).get(at(ticket)).text
    there = {what: what != "138-0001" for what, _ in FIELDS if what != "Network operations"}
    assert {what: what in html for what in there} == there


def test_a_provider_writes_no_notes_and_hears_no_names(sign_in, at_a_provider):
    ticket, handler = at_a_provider
    browser = sign_in(handler)

    assert browser.post(at(ticket, "/notes"), {"body": "我想写备注"}).status_code == 409
    assert "周明慧" not in browser.htmx("/staff/tickets/names?body=@周", "names").text
    assert browser.page(at(ticket)).select_one("#composer_note") is None


def test_a_handler_of_nobody_here_gets_nothing(app, sign_in):
    ticket = a_ticket(moved=("accept", "dispatch"))

    assert sign_in(a_handler(a_provider())).get(at(ticket)).status_code == 404


# ---- the call-back is somebody else's ----


def test_whoever_handled_it_is_told_why_they_cannot_call(app, sign_in):
    both = a_person(Role.AGENT, Role.CALLER)
    ticket = a_ticket()
    live(ticket, "accept", "apply", by=both)
    browser = sign_in(both)

    page = browser.page(at(ticket))
    assert "another call-back officer" in page.get_text()
    assert not page.select(f"a[href='/staff/calls/{ticket.id}']")
    assert "another call-back officer" in browser.page(f"/staff/calls/{ticket.id}").get_text()
    answer = browser.post(f"/staff/calls/{ticket.id}", {"outcome": "solved_satisfied", "body": "满意"})
    assert answer.status_code == 422
    assert the(ticket).state == State.VERIFYING


def test_a_caller_sees_what_was_done_and_closes(app, sign_in):
    ticket = a_ticket(moved=("accept", "apply"))
    browser = sign_in(a_caller())

    sheet = browser.page(f"/staff/calls/{ticket.id}")
    assert "光缆已经修复" in sheet.get_text()
    browser.post(
        f"/staff/calls/{ticket.id}",
        {"outcome": "solved_satisfied", "body": "客户满意", "version": the(ticket).version},
    )

    assert the(ticket).state == State.CLOSED


@pytest.mark.parametrize(
    "form",
    [
        {"outcome": "solved_unsatisfied", "body": ""},
        {"outcome": "", "body": "好"},
        {"outcome": "gone", "body": "好"},
        {"outcome": "not_solved", "body": "没好", "false_reply": "y", "false_reply_reason": ""},
    ],
)
def test_a_call_back_with_a_gap_is_not_kept(app, sign_in, form):
    ticket = a_ticket(moved=("accept", "apply"))

    answer = sign_in(a_caller()).post(f"/staff/calls/{ticket.id}", form)

    assert answer.status_code == 422
    assert the(ticket).state == State.VERIFYING


@pytest.mark.parametrize("role", SEES_ALL)
def test_what_is_read_at_once_for_those_who_see_all_is_what_each_may_see(app, role):
    ticket = the(a_ticket(moved=("accept", "apply", "send_back", "apply")))
    with transaction():
        actions.note(the(ticket), an_agent(), "请注意")
    person = a_person(role)
    ticket = find("ticket", ticket.id, person)
    models = (Message, Note, ContactRecord, CallBack, Entry, Ticket)
    one_by_one = thread.Seen(*(visible(model, person) for model in models))
    at_once = replace(one_by_one, everything=sees_all(person))

    assert at_once.everything
    assert thread.stream([ticket.id], at_once) == thread.stream([ticket.id], one_by_one)
    assert len(thread.stream([ticket.id], at_once)) > 5
    found, expected = (thread.around(ticket, person, seen) for seen in (at_once, one_by_one))
    assert found == expected
