"""The forum at the staff's doors (R38): prepared, copied, invited, registered, waited for, afterwards; who may what."""

import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from portal import clock
from portal.db import db
from portal.domain.documents.models import Document
from portal.domain.files import Attachment
from portal.domain.forum.after_models import CheckIn, Minutes, Topic
from portal.domain.forum.models import Allotment, Event, Room, Session
from portal.domain.forum.party_models import Invitation, Registration
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Ticket
from tests.campaign_cast import a_version
from tests.factories import a_class, a_customer, a_person, a_supervisor, an_agent, kept
from tests.forum_cast import a_party, a_session, an_event, an_invitation, fresh, loaded, people

HOME = "/staff/forum"


def form_of(page: BeautifulSoup, action: str) -> dict:
    """What stands in the form that posts there."""
    form = page.select_one(f"form[action='{action}']")
    given = {}
    for field in form.select("input, textarea, select"):
        kind = field.get("type")
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            given[field["name"]] = chosen["value"] if chosen else ""
        elif kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                given[field["name"]] = field.get("value", "y")
        elif kind != "file" and field.get("name"):
            given[field["name"]] = field.get("value") or field.get_text()
    given.pop("submission_key", None)  # each sending of a test is a form of its own
    return given


def count(model, *where) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).select_from(model).where(*where))


def test_a_forum_is_prepared_copied_and_published(app, sign_in):
    browser = sign_in(a_supervisor())
    assert "No forum yet" in browser.page(HOME).get_text()
    given = form_of(browser.page(f"{HOME}/new"), HOME)
    assert (given["offer_hours"], given["tier_strategic"]) == ("8", "4")
    answer = browser.post(HOME, given | {"title": "2026 年座谈会", "place": "会议中心", "capacity": "80"})
    event = db.session.scalars(db.select(Event)).one()
    assert (answer.location, event.state, event.seats["strategic"]) == (f"{HOME}/{event.id}", "draft", 4)
    assert event.begins_at.minute == 0
    browser.post(f"{HOME}/{event.id}/moves/publish")
    assert fresh(event).state == "published"
    day = form_of(browser.page(f"{HOME}/{event.id}/copy"), f"{HOME}/{event.id}/copy")
    assert browser.post(f"{HOME}/{event.id}/copy", day).status_code == 303
    assert count(Event) == 2
    assert "2027" in browser.page(HOME).get_text() or "2026" in browser.page(HOME).get_text()


def test_a_gap_and_a_wrong_order_come_back_beside_the_field(app, sign_in):
    browser = sign_in(a_supervisor())
    given = form_of(browser.page(f"{HOME}/new"), HOME) | {"title": "", "place": "会议中心", "capacity": "80"}
    assert "Please fill this in." in browser.post(HOME, given).text
    given |= {"title": "座谈会", "ends_at": given["begins_at"]}
    answer = browser.post(HOME, given)
    assert answer.status_code == 422
    assert "must end after it begins" in answer.text
    assert count(Event) == 0


def test_a_change_says_what_it_was_drawn_from(app, sign_in):
    event = an_event()
    browser = sign_in(a_supervisor())
    url = f"{HOME}/{event.id}/edit"
    given = form_of(browser.page(url), url)
    assert browser.post(url, given | {"capacity": "12"}).status_code == 303
    assert fresh(event).capacity == 12
    assert browser.post(url, given | {"capacity": "13"}).status_code == 422
    assert fresh(event).capacity == 12


def test_the_programme_is_made_of_rooms_speakers_and_sessions(app, sign_in):
    event = an_event()
    browser = sign_in(a_supervisor())
    for kind, facts in (
        ("rooms", {"name": "一号厅", "capacity": "40"}),
        ("speakers", {"name": "沈总", "title": "总经理"}),
        ("tracks", {"name": "网络"}),
    ):
        assert browser.post(f"{HOME}/{event.id}/parts/{kind}/new", facts).status_code == 303
    room = db.session.scalars(db.select(Room)).one()
    url = f"{HOME}/{event.id}/sessions/new"
    given = form_of(browser.page(url), url)
    given |= {
        "title": "网络保障",
        "room_id": str(room.id),
        "capacity": "41",
        "ends_at": given["begins_at"][:11] + "23:00",
    }
    given["begins_at"], given["ends_at"] = given["begins_at"][:11] + "10:30", given["begins_at"][:11] + "11:30"
    assert "takes 40" in browser.post(url, given).text
    assert browser.post(url, given | {"capacity": "30"}).status_code == 303
    page = browser.page(f"{HOME}/{event.id}/programme").get_text()
    assert "10:30–11:30" in page
    assert "网络保障" in page
    session = db.session.scalars(db.select(Session)).one()
    assert browser.page(f"{HOME}/{event.id}/sessions/{session.id}").select_one("[name=capacity]")["value"] == "30"
    assert browser.get(f"{HOME}/{an_event().id}/sessions/{session.id}").status_code == 404
    assert browser.post(f"{HOME}/{event.id}/sessions/{session.id}/removal").status_code == 303
    assert count(Session) == 0


def test_places_are_given_by_hand_with_a_reason(app, sign_in):
    event, customer = an_event(tiers={"ordinary": 1}), a_customer()
    browser = sign_in(a_supervisor())
    url = f"{HOME}/{event.id}/places/{customer.id}"
    assert browser.post(url, {"places": "5", "why": ""}).status_code == 422
    assert browser.post(url, {"places": "5", "why": "新签约"}).status_code == 303
    assert db.session.scalars(db.select(Allotment.seats)).all() == [5]
    assert "新签约" in browser.page(f"{HOME}/{event.id}/places").get_text()


def test_invitations_are_listed_seen_sent_answered_by_telephone(app, sign_in):
    person = loaded(a_person(Role.ORG_ADMIN))
    kept(Contact(customer_id=person.customer_id, name="没有账号的人", email="c@example.test"))
    event = an_event()
    browser = sign_in(a_supervisor())
    page = browser.page(f"{HOME}/{event.id}/invitations/new")
    ids = [box["value"] for box in page.select("input.tick")]
    assert len(ids) == 2
    browser.post(f"{HOME}/{event.id}/invitations/new", {"ids": ids})
    assert "You are invited" in browser.page(f"{HOME}/{event.id}/invitations/preview").get_text()
    browser.post(
        f"{HOME}/{event.id}/invitations/guest",
        {"customer": str(person.customer_id), "name": "Anna", "email": "a@example.test", "language": "en"},
    )
    assert count(Letter, Letter.template == "forum_invitation") == 0
    browser.post(f"{HOME}/{event.id}/invitations/letters", {"what": "send"})
    assert count(Letter, Letter.template == "forum_invitation") == 3
    row = db.session.scalars(db.select(Invitation).where(Invitation.name == "没有账号的人")).one()
    answer = browser.post(f"{HOME}/invitations/{row.id}/answer", {"answer": "coming", "remark": "一定到"})
    assert answer.status_code == 303
    assert (fresh(row).state, fresh(row).answered_how, fresh(event).taken) == ("coming", "phone", 1)
    browser.post(f"{HOME}/{event.id}/invitations/letters", {"what": "remind"})
    assert count(Invitation, Invitation.reminders == 1) == 2


@pytest.mark.parametrize(("role", "door"), [(Role.SUPERVISOR, True), (Role.MANAGER, False)])
def test_the_way_to_the_check_in_is_shown_to_whoever_checks_in(app, sign_in, role, door):
    event = an_event()
    page = sign_in(a_person(role)).page(f"{HOME}/{event.id}")
    assert bool(page.select(f"a[href='/staff/forum-door/{event.id}']")) is door


def test_an_account_manager_invites_and_registers_own_customers_only(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER)
    mine = loaded(a_person(Role.ORG_ADMIN, customer=a_customer(account_manager_id=manager.id), name="我的人"))
    other = a_person(Role.ORG_ADMIN, name="别家的人")
    event = an_event()
    theirs = a_party(event, 1, by=other)
    browser = sign_in(manager)
    page = browser.page(f"{HOME}/{event.id}/invitations/new").get_text()
    assert "我的人" in page
    assert "别家的人" not in page
    form = form_of(browser.page(f"{HOME}/{event.id}/registrations/new"), f"{HOME}/{event.id}/registrations/new")
    answer = browser.post(
        f"{HOME}/{event.id}/registrations/new", form | {"name": "我的人", "customer": str(mine.customer_id)}
    )
    assert answer.status_code == 303
    assert count(Registration, Registration.customer_id == mine.customer_id) == 1
    assert browser.get(f"{HOME}/registrations/{theirs.id}").status_code == 404
    assert browser.get(f"{HOME}/{event.id}/edit").status_code == 403
    assert "别家" not in browser.page(f"{HOME}/{event.id}/registrations").get_text()


def test_the_waiting_list_says_why_each_waits_and_a_reason_lets_one_go_first(app, sign_in):
    event = an_event(capacity=2)
    a_party(event, 1)
    large, small = a_party(event, 2), a_party(event, 1)
    browser = sign_in(a_supervisor())
    page = browser.page(f"{HOME}/{event.id}/waiting").get_text()
    assert "seats needed: 2, free: 1" in page
    assert "one party is before it" in page
    url = f"{HOME}/registrations/{small.id}/offer"
    assert browser.post(url, {"why": ""}).status_code == 422
    assert browser.post(url, {"why": "战略客户总经理"}).status_code == 303
    assert [fresh(one).state for one in (large, small)] == ["waiting", "offered"]
    assert browser.post(f"{HOME}/registrations/{small.id}/acceptance").status_code == 303
    assert fresh(small).state == "confirmed"


def test_needs_are_shown_on_asking_and_the_look_is_noted(app, sign_in):
    event = an_event()
    party = a_party(event, 1, who={"access": "轮椅席位", "diet": "halal", "diet_words": "花生过敏"})
    browser = sign_in(a_supervisor())
    url = f"{HOME}/registrations/{party.id}"
    assert "轮椅席位" not in browser.get(url).text
    shown = browser.post(f"{url}/needs").text
    assert "轮椅席位" in shown
    assert "花生过敏" in shown
    assert count(Entry, Entry.verb == "forum.needs_seen") == 1
    edit = f"{HOME}/attendees/{people(party)[0].id}"
    form = form_of(browser.page(edit), edit)
    answer = browser.post(edit, form | {"title": "主任"})
    assert answer.status_code == 303, BeautifulSoup(answer.text, "html.parser").select(".errors")
    assert (people(party)[0].access, people(party)[0].title) == ("轮椅席位", "主任")


@pytest.mark.parametrize("needs", [False, True])
def test_the_workbook_holds_what_is_delicate_only_on_asking(app, sign_in, needs):
    event = an_event()
    a_party(event, 2, who={"access": "轮椅席位", "travel": "=1+1"})
    browser = sign_in(a_supervisor())
    answer = browser.post(f"{HOME}/{event.id}/registrations/list.xlsx", {"needs": "y"} if needs else {})
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert len(rows) == 3
    assert ("轮椅席位" in map(str, rows[1])) == needs
    assert "=1+1" in rows[1]
    assert count(Entry, Entry.verb == "forum.exported") == 1


def test_a_topic_has_an_owner_an_answer_and_may_become_a_ticket(app, sign_in):
    event, asker, owner = an_event(), loaded(a_person(Role.ORG_ADMIN)), loaded(an_agent())
    a_party(event, 1, by=asker, who={"question": "机房温度能否降低？", "person_id": asker.id})
    browser = sign_in(a_supervisor())
    topic = db.session.scalars(db.select(Topic)).one()
    url = f"{HOME}/topics/{topic.id}"
    assert "机房温度能否降低？" in browser.page(f"{HOME}/{event.id}/topics").get_text()
    browser.page(url)
    assert browser.post(f"{url}/owner", {"owner": str(owner.id), "department": "0"}).status_code == 303
    theirs = sign_in(owner)
    assert "机房温度能否降低？" in theirs.page(url).get_text()
    assert theirs.post(f"{url}/ticket", {"kind": "complaint"}).status_code == 403
    stranger = sign_in(an_agent(), check=False)
    assert stranger.get(url).status_code == 404
    assert browser.post(f"{url}/ticket", {"kind": "complaint", "class_code": a_class()}).status_code == 303
    assert count(Ticket, Ticket.channel == "forum") == 1
    assert theirs.post(f"{url}/answer", {"reply": "已安排改造。", "is_shared": "y"}).status_code == 303
    assert (fresh(topic).state, fresh(topic).is_shared) == ("answered", True)


def test_minutes_photos_and_slides(app, sign_in):
    event = an_event()
    a_party(event)
    browser = sign_in(a_supervisor())
    url = f"{HOME}/{event.id}/afterwards"
    assert "once the forum has begun" in browser.page(url).get_text()
    with clock.frozen_at(event.ends_at):
        browser = sign_in(a_supervisor())
        form = form_of(browser.page(url), f"{HOME}/{event.id}/minutes")
        assert browser.post(f"{HOME}/{event.id}/minutes", form | {"body": "一、网络"}).status_code == 303
        assert browser.post(f"{HOME}/{event.id}/minutes", form | {"body": "二"}).status_code == 422
        slides = {"place": "slides", "files": (io.BytesIO(b"topics"), "议题汇总.txt")}
        assert browser.post(f"{HOME}/{event.id}/files", slides, content_type="multipart/form-data").status_code == 303
        assert "议题汇总.txt" in browser.page(url).get_text()
        assert browser.post(f"{HOME}/{event.id}/minutes/publication").status_code == 303
        row = db.session.scalars(db.select(Attachment).where(Attachment.event_id == event.id)).one()
        assert browser.post(f"{HOME}/{event.id}/files/{row.id}/removal").status_code == 303
    assert count(Minutes, Minutes.published_at.is_not(None)) == 1


def test_a_refused_file_leaves_the_minutes_in_their_box(app, sign_in):
    event = an_event()
    url = f"{HOME}/{event.id}/afterwards"
    with clock.frozen_at(event.ends_at):
        browser = sign_in(a_supervisor())
        form = form_of(browser.page(url), f"{HOME}/{event.id}/minutes")
        browser.post(f"{HOME}/{event.id}/minutes", form | {"body": "一、网络"})
        refused = browser.post(f"{HOME}/{event.id}/files", {"place": "slides"}, content_type="multipart/form-data")
        assert refused.status_code == 422
        kept = form_of(BeautifulSoup(refused.text, "html.parser"), f"{HOME}/{event.id}/minutes")
        assert (kept["body"].strip(), kept["version"]) == ("一、网络", "1")


def test_one_click_afterwards_makes_the_survey_of_whoever_was_there(app, sign_in):
    event = an_event()
    party = a_party(event, 2, who={"email": ""})
    url = f"{HOME}/{event.id}/afterwards"
    a_version()
    with clock.frozen_at(event.begins_at):
        browser = sign_in(a_supervisor())
        send(browser, event, [{"key": "scan-one", "id": people(party)[0].id, "at": 0}])
        page = browser.page(url)
        given = form_of(page, f"{HOME}/{event.id}/survey")
        made = browser.post(f"{HOME}/{event.id}/survey", given)
        assert made.status_code == 303
        shown = browser.page(made.headers["Location"]).get_text()
        assert "whoever was checked in at its door is asked, and nobody else" in shown
        assert browser.page(url).select_one("#survey a")["href"] == made.headers["Location"]
        assert browser.post(f"{HOME}/{event.id}/survey", given).status_code == 422
        edited = browser.page(f"{made.headers['Location']}/edit").select_one("#attended option[selected]")
        assert edited["value"] == str(event.id)
        manager = sign_in(a_person(Role.ACCOUNT_MANAGER))
        assert manager.post(f"{HOME}/{event.id}/survey", given).status_code == 403
        assert f"{HOME}/{event.id}/survey" not in manager.open(url).text


# At the door


def desk_of(event) -> str:
    return f"/staff/forum-door/{event.id}"


def send(browser, event, scans) -> dict:
    answer = browser.open(
        f"{desk_of(event)}/check-ins",
        "POST",
        json={"scans": scans, "desk": "一号台"},
        headers={"X-CSRFToken": browser.token()},
    )
    assert answer.status_code == 200
    return answer.get_json()


def test_a_desk_gets_the_list_and_tells_what_it_did(app, sign_in):
    event = an_event()
    party = a_party(event, 2, who={"phone": "13800001111", "access": "轮椅"})
    one, two = people(party)
    with clock.frozen_at(event.begins_at):
        browser = sign_in(an_agent())
        listed = browser.get(f"{desk_of(event)}/list")
        assert len(listed.get_json()["people"]) == 2
        assert "13800001111" not in listed.text
        assert "轮椅" not in listed.text
        at = event.begins_at.timestamp() * 1000
        scans = [
            {"key": "key-00001", "id": one.id, "at": at, "how": "scan"},
            {"key": "key-00002", "ticket": two.token_hash, "at": at},
        ]
        answer = send(browser, event, scans)
        assert (answer["here"], answer["confirmed"], [each["code"] for each in answer["results"]]) == (
            2,
            2,
            ["in", "in"],
        )
        assert send(browser, event, scans)["here"] == 2
        nonsense = [
            {},
            3,
            {"key": 1},
            {"key": "key-00003", "id": -1},
            {"key": "key-00004", "ticket": "x"},
            {"key": "key-\0000005", "id": 1},
        ]
        assert send(browser, event, nonsense)["results"] == []
        assert (
            browser.open(
                f"{desk_of(event)}/check-ins", "POST", json=[1], headers={"X-CSRFToken": browser.token()}
            ).status_code
            == 400
        )
    assert count(CheckIn) == 2


def test_a_desk_without_a_script_searches_and_checks_in(app, sign_in):
    event = an_event()
    party = a_party(event, 1, who={"organisation": "临江港务"})
    with clock.frozen_at(event.begins_at):
        browser = sign_in(an_agent())
        page = browser.page(f"{desk_of(event)}?said=临江")
        given = form_of(page, f"{desk_of(event)}/check-in")
        assert browser.post(f"{desk_of(event)}/check-in", given).status_code == 303
        assert "Welcome" in browser.page(desk_of(event)).get_text()
        number = people(party)[0].number
        assert "临江港务" in browser.page(f"{desk_of(event)}/people/{number}/badge").get_text()
        assert browser.post(f"{desk_of(event)}/people/{number}/undo", {"why": ""}).status_code == 422
        assert browser.post(f"{desk_of(event)}/people/{number}/undo", {"why": "认错人"}).status_code == 303
    assert count(CheckIn, CheckIn.undone_at.is_not(None)) == 1


def test_somebody_who_just_came_is_registered_and_has_a_badge(app, sign_in):
    event = an_event(capacity=1)
    with clock.frozen_at(event.begins_at):
        browser = sign_in(an_agent())
        url = f"{desk_of(event)}/walk-in"
        given = form_of(browser.page(url), url) | {"name": "临时来宾", "organisation": "临江港务"}
        answer = browser.post(url, given)
        assert answer.location.endswith("/people/1/badge")
        assert "not so many seats" in browser.post(url, given | {"name": "又一位", "key": "another-key-1"}).text
    assert count(CheckIn) == 1


def test_the_worker_of_the_desk_is_in_charge_of_its_folder_alone(app, sign_in):
    answer = sign_in(an_agent()).get("/staff/forum-door/worker.js")
    assert answer.mimetype == "text/javascript"
    assert "Service-Worker-Allowed" not in answer.headers
    assert sign_in(a_person(Role.AUDITOR), check=False).get("/staff/forum-door/worker.js").status_code == 403


@pytest.mark.parametrize("number", [1, 12])
def test_pages_cost_the_same_for_few_and_many(app, sign_in, statements, number):
    event = an_event(capacity=50)
    a_session(event)
    for _ in range(number):
        a_party(event, 2)
        an_invitation(event)
    browser = sign_in(a_supervisor())
    limits = {"": 8, "/invitations": 7, "/registrations": 7, "/waiting": 6, "/topics": 4, "/places": 6, "/programme": 8}
    for path, limit in limits.items():
        statements.clear()
        browser.page(f"{HOME}/{event.id}{path}")
        assert len(statements) <= limit, (path, len(statements), statements)


def test_the_customers_file_says_who_was_there(app, sign_in):
    event, person = an_event(), loaded(a_person(Role.ORG_ADMIN))
    party = a_party(event, 1, by=person)
    browser = sign_in(a_supervisor())
    page = browser.page(f"/staff/customers/{person.customer_id}/forum").get_text()
    assert people(party)[0].name in page
    assert "registered" in page


# What the rules refuse stands on the page


def test_a_refused_change_of_an_attendee_comes_back_with_what_was_typed(app, sign_in):
    event = an_event(capacity=2, companions_max=1)
    session = a_session(event, capacity=1)
    a_party(event, 1, who={"sessions": (session.id,)})
    party = a_party(event, 1)
    browser = sign_in(a_supervisor())
    url = f"{HOME}/attendees/{people(party)[0].id}"
    given = form_of(browser.page(url), url) | {"title": "主任"}
    full = browser.post(url, given | {"sessions": [str(session.id)]})
    assert full.status_code == 422
    page = BeautifulSoup(full.text, "html.parser")
    assert "is full" in page.select_one("#sessions-error").get_text()
    assert page.select_one("#title")["value"] == "主任"
    assert "· full" in page.get_text()
    more = browser.post(url, given | {"companions": "秘书"})
    assert more.status_code == 422
    assert "no free seat" in BeautifulSoup(more.text, "html.parser").select_one("#companions-error").get_text()
    assert people(party)[0].title == ""


def test_calling_off_asks_for_the_reason(app, sign_in):
    event = an_event()
    browser = sign_in(a_supervisor())
    url = f"{HOME}/{event.id}/moves/call_off"
    answer = browser.post(url, {"why": " "})
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one("#why-error")
    assert fresh(event).state == "published"
    assert browser.post(url, {"why": "台风"}).status_code == 303
    assert fresh(event).state == "cancelled"


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_moment_nobody_lives_to_see_is_refused_beside_its_field(app, sign_in, year):
    event = an_event()
    browser = sign_in(a_supervisor())
    for name in ("edit", "copy"):
        url = f"{HOME}/{event.id}/{name}"
        answer = browser.post(url, form_of(browser.page(url), url) | {"begins_at": f"{year}-01-01T00:00"})
        assert answer.status_code == 422, name
        said = BeautifulSoup(answer.text, "html.parser").select_one("#begins_at-error")
        assert "between 1970 and 2199" in said.get_text()


def test_what_is_wrong_with_an_event_stands_beside_the_field_it_is_about(app, sign_in):
    event = an_event()
    browser = sign_in(a_supervisor())
    url = f"{HOME}/{event.id}/edit"
    given = form_of(browser.page(url), url)
    for field, value in (
        ("ends_at", given["begins_at"]),
        ("change_until", given["ends_at"]),
        ("map_url", "http://maps.example.test"),
    ):
        answer = browser.post(url, given | {field: value})
        assert answer.status_code == 422
        assert BeautifulSoup(answer.text, "html.parser").select_one(f"#{field}-error"), field


def test_too_many_papers_at_once_are_a_word_on_the_page_of_the_forum(app, sign_in):
    event = an_event()
    browser = sign_in(a_supervisor())
    for report in ("forum-badges", "forum-sign-in"):
        assert browser.post("/documents", {"report": report, "event": event.id}).status_code == 303
    answer = browser.post("/documents", {"report": "forum-programme", "event": event.id})
    assert answer.location == f"{HOME}/{event.id}/papers"
    assert "documents of yours are being made" in browser.page(answer.location).get_text()
    assert browser.post(f"{HOME}/{event.id}/papers").status_code == 303
    assert "documents of yours are being made" in browser.page(answer.location).get_text()
    assert count(Document) == 2


def test_in_chinese_the_words_of_the_forum_mean_the_forum(app, sign_in):
    event = an_event(capacity=1)
    held = a_party(event, 1, who={"question": "资费？"})
    offered = a_party(event, 1)
    browser = sign_in(a_supervisor(language="zh_Hans_CN"))
    form = browser.page(f"{HOME}/{event.id}/edit").get_text()
    assert "会议简介" in form
    assert "诉求" not in form
    topic = browser.page(f"{HOME}/{event.id}/topics").get_text()
    assert "议题责任人" in topic
    assert "提出时间" in topic
    assert "首问责任人" not in topic
    assert browser.post(f"{HOME}/registrations/{held.id}/cancellation", {"why": "改期"}).status_code == 303
    assert fresh(offered).state == "offered"
    waiting = browser.page(f"{HOME}/{event.id}/registrations").get_text()
    assert "等待答复" in waiting
    assert "待您确认" not in waiting
    sheet = browser.post(f"{HOME}/{event.id}/registrations/list.xlsx", {})
    head = next(load_workbook(io.BytesIO(sheet.data)).active.iter_rows(values_only=True))
    assert "所选议程" in head
    assert "会话" not in head


def test_whoever_came_while_the_desk_had_no_connection_is_registered_once(app, sign_in):
    event = an_event(capacity=1)
    with clock.frozen_at(event.begins_at):
        browser = sign_in(an_agent())
        at = (event.begins_at - timedelta(minutes=20)).timestamp() * 1000
        came = {"key": "arrival-0001", "at": at, "how": "on_site", "name": "临时来宾", "organisation": "临江港务"}
        late = came | {"key": "arrival-0002", "name": "又一位"}

        def sent(*arrivals):
            body = {"scans": [], "arrivals": list(arrivals), "desk": "一号台"}
            headers = {"X-CSRFToken": browser.token()}
            return browser.open(f"{desk_of(event)}/check-ins", "POST", json=body, headers=headers).get_json()

        first = sent(came)
        assert (first["here"], [one["code"] for one in first["results"]]) == (1, ["in"])
        again = sent(came, late, {"key": "arrival-0003"}, 7)
        assert [(one["key"], one["code"]) for one in again["results"]] == [
            ("arrival-0001", "in"),
            ("arrival-0002", "refused"),
        ]
        assert "not so many seats" in again["results"][1]["said"]
    assert (count(CheckIn), fresh(event).taken) == (1, 1)
    row = db.session.scalars(db.select(CheckIn)).one()
    assert (row.how, row.at, row.desk) == ("on_site", event.begins_at - timedelta(minutes=20), "一号台")


def test_companions_who_have_a_seat_are_counted_at_the_door(app, sign_in):
    event, other = (an_event(companions_max=2, companions_take_seats=take) for take in (True, False))
    with clock.frozen_at(event.begins_at):
        browser = sign_in(an_agent())
        for forum, people_there in ((event, 3), (other, 1)):
            one = people(a_party_before(forum))[0]
            answer = send(browser, forum, [{"key": f"key-of-{forum.id:05}", "id": one.id, "at": 0}])
            assert (answer["here"], answer["confirmed"]) == (people_there, people_there)


def a_party_before(event):
    with clock.frozen_at(event.opens_at):
        return a_party(event, 1, who={"companions": ("秘书", "司机")})


def test_the_badge_of_the_desk_is_a_page_of_its_size_with_each_name_once(app, sign_in):
    event = an_event()
    party = a_party(event, 1, who={"name": "Anna Berg", "name_en": "Anna Berg"})
    page = sign_in(a_supervisor()).page(f"{desk_of(event)}/people/{people(party)[0].number}/badge")
    assert page.select_one(".forum-badge").get_text().count("Anna Berg") == 1
    sheet = next(link["href"] for link in page.select("link[rel=stylesheet]") if "forum-badge" in link["href"])
    assert "size: A6" in sign_in(a_supervisor()).get(sheet).text


def test_a_topic_is_given_to_the_customer_who_raised_it_before_it_becomes_a_ticket(app, sign_in):
    event, customer = an_event(), a_customer().id
    browser = sign_in(a_supervisor())
    new = {"title": "停车难", "attendee": "0", "customer": "0"}
    url = browser.post(f"{HOME}/{event.id}/topics/new", new).location
    page = browser.page(url)
    assert page.select_one("#whose")
    assert page.select_one("#ticketing") is None
    assert browser.post(f"{url}/customer", {"customer": "999999"}).status_code == 422
    assert browser.post(f"{url}/customer", {"customer": str(customer)}).status_code == 303
    assert browser.page(url).select_one("#ticketing")
    assert browser.post(f"{url}/customer", {"customer": str(customer)}).status_code == 422
    assert browser.post(f"{url}/ticket", {"kind": "complaint", "class_code": a_class()}).status_code == 303
    assert db.session.scalars(db.select(Ticket.customer_id)).all() == [customer]


WRONG = (
    None, 7, "x", [], {}, {"key": 5}, {"key": "short", "name": "甲", "organisation": "乙"}, {"key": "k" * 65, "name": "甲", "organisation": "乙"},
    {"key": "key-null\0", "name": "甲", "organisation": "乙"}, {"key": "key-blank", "name": " ", "organisation": "乙"},
    {"key": "key-types", "name": ["甲"], "organisation": "乙"}, {"key": "key-id-9", "id": -1}, {"key": "key-id-8", "id": 2**40},
    {"key": "key-id-7", "id": True, "at": "x"}, {"key": "key-tick", "ticket": "'; drop table"}, {"key": "key-nul9", "ticket": "\0" * 64},
)  # fmt: skip


def test_the_event_of_today_stands_first_where_people_are_checked_in(app, sign_in):
    today = an_event(title="今天的座谈会")
    week = timedelta(days=7)
    an_event(title="下周的座谈会", begins_at=today.begins_at + week, ends_at=today.ends_at + week)
    with clock.frozen_at(today.begins_at):
        names = [link["href"] for link in sign_in(an_agent()).page("/staff/forum-door").select("main li a")]
    assert names[0] == desk_of(today)
    assert len(names) == 2


def test_what_a_desk_sends_that_is_no_deed_is_passed_over(app, sign_in):
    event = an_event()
    one = people(a_party(event, 1))[0]
    with clock.frozen_at(event.begins_at):
        browser = sign_in(an_agent())
        for wrong in WRONG:
            answer = browser.open(
                f"{desk_of(event)}/check-ins", "POST", json={"scans": [wrong], "arrivals": [wrong], "desk": wrong},
                headers={"X-CSRFToken": browser.token()},
            )  # fmt: skip
            assert answer.status_code == 200, wrong
            assert {result["code"] for result in answer.get_json()["results"]} <= {"unknown"}
        assert count(CheckIn) == 0
        strange = {
            "key": "key-good-one",
            "at": 10**30,
            "name": "甲" * 500,
            "organisation": "<b>乙</b>",
            "phone": ["1"],
            "title": 5,
        }
        answer = browser.open(
            f"{desk_of(event)}/check-ins", "POST", headers={"X-CSRFToken": browser.token()},
            json={"scans": [{"key": "key-good-two", "id": one.id, "at": "soon", "how": "x"}], "arrivals": [strange]},
        )  # fmt: skip
        assert [result["code"] for result in answer.get_json()["results"]] == ["in", "in"]
        assert count(CheckIn) == 2
        assert "<b>乙</b>" not in browser.open(f"{desk_of(event)}?said=乙").text
