"""The forum at the customers' doors (R38): the public page, an answer in one step, a party on a phone, a ticket, afterwards."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db, transaction
from portal.domain.files import StoredFile
from portal.domain.forum import desk, events, links, minutes, programme, registering, topics
from portal.domain.forum.after_models import Topic
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from tests.factories import a_customer, a_person, a_supervisor
from tests.forum_cast import (
    a_party,
    a_session,
    a_supervisor_here,
    an_event,
    an_invitation,
    fresh,
    loaded,
    minuted,
    people,
    who_came,
)
from tests.pages import Browser
from tests.staff.test_forum import count, form_of


@pytest.fixture
def anybody(app):
    """Somebody with a link and no account."""
    return Browser(app)


def ticket_of(party: Registration) -> str:
    return f"/events/ticket/{links.secret_of(people(party)[0])}"


def test_the_page_of_an_event_is_open_to_anybody_once_it_is_published(app, anybody, sign_in):
    event, draft, closed = an_event(), an_event(publish=False), an_event(is_public=False)
    a_session(event)
    page = anybody.page(f"/events/{event.id}", headers={"Accept-Language": "en"}).get_text()
    assert "Key customer forum 2026" in page
    assert "网络保障" in page
    assert anybody.get(f"/events/{draft.id}").status_code == 404
    assert anybody.get(f"/events/{closed.id}").status_code == 404
    assert sign_in(a_person()).get(f"/events/{closed.id}").status_code == 200


def test_an_invitation_is_answered_in_one_step_without_signing_in(app, anybody):
    event = an_event()
    row = an_invitation(event, name="李总", email="li@example.test")
    url = f"/events/invitation/{links.secret_of(row)}"
    before = (count(Registration), fresh(row).state)
    anybody.page(url)  # looking, as mail scanners do, answers nothing
    assert (count(Registration), fresh(row).state) == before
    assert anybody.post(url, {}).status_code == 422
    answer = anybody.post(url, {"answer": "coming"})
    assert answer.location.startswith("/events/ticket/")
    assert anybody.page(answer.location).select_one("img[src^='data:image/svg']")
    assert (fresh(row).state, fresh(row).answered_how, fresh(event).taken) == ("coming", "link", 1)
    assert anybody.post(url, {"answer": "not_coming", "remark": "出差"}).status_code == 303
    assert (fresh(row).state, fresh(event).taken) == ("not_coming", 0)
    later = (clock.now() + timedelta(days=3)).date()
    assert anybody.post(url, {"answer": "unsure", "decides_on": later.isoformat()}).status_code == 303
    assert fresh(row).decides_on == later


def test_somebody_else_is_named_in_ones_place(app, anybody):
    event = an_event()
    row = an_invitation(event, name="李总", email="li@example.test")
    url = f"/events/invitation/{links.secret_of(row)}"
    assert anybody.post(f"{url}/substitute", {"name": "王副总"}).status_code == 422
    assert anybody.post(f"{url}/substitute", {"name": "王副总", "email": "wang@example.test"}).status_code == 303
    assert db.session.scalars(db.select(Attendee.name)).all() == ["王副总"]
    assert count(Invitation, Invitation.substitute_of_id == row.id) == 1


def test_a_link_nobody_gave_leads_nowhere(app, anybody):
    for url in (
        "/events/invitation/" + "x" * 32,
        "/events/ticket/" + "x" * 32,
        "/events/ticket/" + "x" * 32 + "/calendar.ics",
        "/events/ticket/a",
    ):
        assert anybody.get(url).status_code == 404, url
    assert anybody.post("/events/invitation/" + "x" * 32, {"answer": "coming"}).status_code == 404


def test_an_administrator_registers_several_people_at_once_as_one_party(app, sign_in):
    customer = a_customer()
    admin = a_person(Role.ORG_ADMIN, customer=customer, name="管理员")
    colleague = loaded(a_person(customer=customer, name="同事甲"))
    event = an_event(companions_max=1)
    session = a_session(event, capacity=2)
    browser = sign_in(admin)
    start = f"/forum/{event.id}/registrations/new"
    assert "同事甲" in browser.page(start).get_text()
    url = f"{start}?with={colleague.id}&more=2"
    page = browser.page(url)
    assert page.select_one("#p0-name")["value"] == "同事甲"
    given = form_of(page, start) | {
        "p1-name": "来宾一", "p1-email": "one@example.test", "p1-sessions": [str(session.id)], "p2-name": "来宾二", "p2-access": "轮椅席位",
        "p2-companions": "司机老张", "p0-question": "专线资费？", "p0-sessions": [str(session.id)], "wish": "all",
    }  # fmt: skip
    gap = browser.post(start, given | {"p2-name": ""})
    assert gap.status_code == 422
    assert "来宾一" in gap.text
    answer = browser.post(start, given)
    party = db.session.scalars(db.select(Registration)).one()
    assert answer.location == f"/forum/registrations/{party.id}"
    assert (fresh(event).taken, fresh(session).taken, [one.name for one in people(party)]) == (
        4,
        2,
        ["同事甲", "来宾一", "来宾二"],
    )
    assert people(party)[0].person_id == colleague.id
    assert people(party)[2].access == "轮椅席位"
    assert count(Topic) == 1
    shown = browser.page(answer.location)
    assert len(shown.select("a[href^='/events/ticket/']")) == 3
    assert browser.post(start, given | {"submission_key": "again-and-again-1"}).status_code == 422
    theirs = sign_in(colleague)
    assert "来宾二" in theirs.page(answer.location).get_text()


def test_a_member_registers_for_themselves_and_sees_the_others_not(app, sign_in):
    customer = a_customer()
    one, other = (loaded(a_person(customer=customer)) for _ in range(2))
    event = an_event()
    browser = sign_in(one)
    url = f"/forum/{event.id}/registrations/new"
    given = form_of(browser.page(url), url)
    assert browser.post(url, given).status_code == 303
    party = db.session.scalars(db.select(Registration)).one()
    assert sign_in(other, check=False).get(f"/forum/registrations/{party.id}").status_code == 404
    assert [row.person_id for row in people(party)] == [one.id]


def test_one_cancels_and_the_waiting_party_takes_the_offered_seat(app, sign_in):
    event = an_event(capacity=2)
    first = loaded(a_person(Role.ORG_ADMIN))
    second = loaded(a_person(Role.ORG_ADMIN))
    held, waiting = a_party(event, 2, by=first), a_party(event, 1, by=second)
    theirs = sign_in(second)
    url = f"/forum/registrations/{waiting.id}"
    assert "number 1 on the waiting list" in theirs.page(url).get_text()
    mine = sign_in(first)
    assert mine.post(f"/forum/attendees/{people(held)[0].id}/cancellation").status_code == 303
    page = theirs.page(url)
    assert "There are seats for you" in page.get_text()
    assert theirs.post(f"{url}/acceptance").status_code == 303
    assert (fresh(waiting).state, fresh(event).taken) == ("confirmed", 2)
    assert mine.post(f"/forum/registrations/{held.id}/cancellation").status_code == 303
    assert fresh(event).taken == 1


def test_details_change_until_the_day_and_somebody_else_comes_instead(app, sign_in):
    admin, event = loaded(a_person(Role.ORG_ADMIN)), an_event()
    session = a_session(event)
    party = a_party(event, 1, by=admin)
    browser, key = sign_in(admin), people(party)[0].id
    url = f"/forum/attendees/{key}"
    given = form_of(browser.page(url), url) | {"diet": "halal", "sessions": [str(session.id)], "allows_photos": "y"}
    assert browser.post(url, given).status_code == 303
    one = people(party)[0]
    assert (one.diet, one.allows_photos, one.consented_at is not None, fresh(session).taken) == ("halal", True, True, 1)
    other = {"name": "代表", "email": "dai@example.test"}
    assert browser.post(f"{url}/replacement", other).status_code == 303
    assert [row.name for row in people(party)] == ["代表"]
    new = people(party)[0].id
    with clock.frozen_at(event.change_until):
        late = sign_in(admin)
        assert "Changes were possible until" in late.page(f"/forum/attendees/{new}").get_text()
        assert "Changes were possible until" in late.post(f"/forum/attendees/{new}", given).text
        assert late.post(f"/forum/attendees/{new}/cancellation").status_code == 409


def test_a_ticket_has_its_code_its_calendar_file_and_its_end(app, anybody):
    event = an_event()
    party = a_party(event, 1, who={"name": "李总"})
    url = ticket_of(party)
    page = anybody.page(url)
    assert "李总" in page.get_text()
    assert page.select_one("img[src^='data:image/svg']")["src"].startswith("data:image/svg+xml")
    file = anybody.get(f"{url}/calendar.ics")
    assert file.mimetype == "text/calendar"
    assert "METHOD:PUBLISH" in file.text
    picture = anybody.get(f"{url}/qr.svg")
    assert (picture.mimetype, picture.text[:4]) == ("image/svg+xml", "<svg")
    details = f"{url}/details"
    given = form_of(anybody.page(details), details) | {"title": "总经理"}
    assert anybody.post(details, given).status_code == 303
    assert people(party)[0].title == "总经理"
    assert anybody.post(f"{url}/questions", {"question": "停车方便吗？"}).status_code == 303
    assert "停车方便吗？" in anybody.page(url).get_text()
    assert anybody.post(f"{url}/cancellation").status_code == 303
    gone = anybody.page(url)
    assert gone.select_one("img[src^='data:image/svg']") is None
    assert "METHOD:CANCEL" in anybody.get(f"{url}/calendar.ics").text
    assert fresh(event).taken == 0


def test_whoever_waits_by_a_link_takes_or_leaves_the_offer_there(app, anybody):
    event = an_event(capacity=1)
    held = a_party(event)
    row = an_invitation(event, name="李总", email="li@example.test")
    url = f"/events/invitation/{links.secret_of(row)}"
    sent_on = anybody.post(url, {"answer": "coming"}).location
    page = anybody.page(sent_on, headers={"Accept-Language": "en"})
    assert "number 1 on the waiting list" in page.get_text()
    assert page.select_one("img[src^='data:image/svg']") is None
    with transaction():
        registering.cancel(db.session.get_one(Registration, held.id), a_supervisor_here())
    party = db.session.scalars(db.select(Registration).where(Registration.state == "offered")).one()
    party = loaded(party)
    ticket = ticket_of(party)
    assert anybody.get(ticket).status_code == 200
    assert anybody.post(f"{ticket}/acceptance").status_code == 303
    assert fresh(party).state == "confirmed"


def test_the_door_checks_in_from_a_ticket_that_was_scanned_with_any_camera(app, sign_in, anybody):
    event = an_event()
    url = ticket_of(a_party(event))
    assert "/staff/forum-door/" not in anybody.get(url).text
    link = sign_in(a_supervisor()).page(url).select_one("a[href^='/staff/forum-door/']")["href"]
    assert link == f"/staff/forum-door/{event.id}#{url.rpartition('/')[2]}"


def test_afterwards_whoever_was_there_reads_minutes_answers_and_sees_the_photos(app, sign_in):
    event = an_event()
    one, _, two, _ = who_came(event)
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at), transaction():
        row, staff = minuted(event.id, by)
        file = StoredFile(
            key="b" * 32, name="合影.jpg", media_type="image/jpeg", size=3, sha256="0" * 64, at=clock.now()
        )
        db.session.add(file)
        minutes.add_file(row, staff, file, "photo")
    page = sign_in(one).page(f"/forum/{event.id}").get_text()
    assert all(word in page for word in ("一、网络保障", "一季度公布。", "合影.jpg"))
    other = sign_in(two).page(f"/forum/{event.id}").get_text()
    assert "一季度公布。" in other
    assert "一、网络保障" not in other
    assert "合影.jpg" not in other


def test_the_start_page_of_the_forum_lists_what_is_mine(app, sign_in):
    admin = loaded(a_person(Role.ORG_ADMIN))
    browser = sign_in(admin)
    assert "No forum is announced yet" in browser.page("/forum").get_text()
    event = an_event()
    party = a_party(event, 2, by=admin)
    page = browser.page("/forum")
    assert people(party)[0].name in page.get_text()
    assert BeautifulSoup(str(page), "html.parser").select_one(f"a[href='/forum/{event.id}']")


@pytest.mark.parametrize("way", ["portal", "link"])
def test_a_full_session_is_refused_beside_the_choice_and_nothing_typed_is_lost(app, sign_in, anybody, way):
    event, admin = an_event(), loaded(a_person(Role.ORG_ADMIN))
    session = a_session(event, capacity=1)
    a_party(event, 1, who={"sessions": (session.id,)})
    party = a_party(event, 1, by=admin)
    url = f"/forum/attendees/{people(party)[0].id}" if way == "portal" else f"{ticket_of(party)}/details"
    browser = sign_in(admin) if way == "portal" else anybody
    given = form_of(browser.page(url), url) | {"title": "主任", "sessions": [str(session.id)]}
    answer = browser.post(url, given, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert "is full" in page.select_one("#sessions-error").get_text()
    assert page.select_one("#title")["value"] == "主任"
    assert people(party)[0].title == ""


def test_a_divided_party_sees_who_has_seats_and_who_waits(app, sign_in):
    event, admin = an_event(capacity=2), loaded(a_person(Role.ORG_ADMIN))
    browser = sign_in(admin)
    start = f"/forum/{event.id}/registrations/new"
    given = form_of(browser.page(f"{start}?more=3"), start) | {f"p{n}-name": f"来宾{n}" for n in range(3)}
    answer = browser.post(start, given | {"wish": "some"})
    waiting, front = db.session.scalars(db.select(Registration).order_by(Registration.id)).all()
    waiting, front = loaded(waiting), loaded(front)
    page = browser.page(answer.location)
    assert "2 of you have seats, 1 wait" in page.get_text()
    assert "来宾0" in page.get_text()
    assert page.select_one(f"a[href='/forum/registrations/{front.id}']")
    assert browser.page(f"/forum/registrations/{front.id}").select_one(f"a[href='/forum/registrations/{waiting.id}']")


def test_the_party_of_a_forum_that_was_called_off_says_so_and_offers_no_ticket(app, sign_in):
    event, admin = an_event(), loaded(a_person(Role.ORG_ADMIN))
    party = a_party(event, 1, by=admin)
    with transaction():
        events.move(db.session.get_one(Event, event.id), "call_off", a_supervisor_here(), "台风")
    page = sign_in(admin).page(f"/forum/registrations/{party.id}")
    assert "The forum was called off. 台风" in page.get_text()
    assert "Confirmed" not in page.get_text()
    assert "Changes were possible" not in page.get_text()
    assert page.select("a[href^='/events/ticket/']") == []


def test_a_forum_of_two_days_says_on_which_day_it_ends(app, anybody):
    event = an_event()
    longer = an_event(ends_at=event.begins_at + timedelta(days=1, hours=6, minutes=30))
    lead = anybody.page(f"/events/{longer.id}", headers={"Accept-Language": "zh"}).select_one(".lead").get_text()
    assert lead.count("月") == 2
    assert (
        anybody.page(f"/events/{event.id}", headers={"Accept-Language": "zh"})
        .select_one(".lead")
        .get_text()
        .count("月")
        == 1
    )


def test_in_english_names_are_listed_as_english_lists_them(app, anybody):
    event = an_event()
    with transaction():
        row, by = db.session.get_one(Event, event.id), a_supervisor_here()
        speakers = [
            programme.keep_part(row, "speakers", by, None, name=name, name_en=name, title="", title_en="").id
            for name in ("Anna Berg", "Li Wei")
        ]
        day = row.begins_at.date()
        programme.keep_part(
            row, "hotels", by, None, name="申江宾馆", name_en="Shenjiang Hotel", address="申江路 1 号", address_en="1 Shenjiang Road",
            rooms=3, night_from=day, night_to=day + timedelta(days=1),
        )  # fmt: skip
    a_session(event, speakers=speakers)
    page = anybody.page(f"/events/{event.id}", headers={"Accept-Language": "en"}).get_text()
    assert "Anna Berg, Li Wei" in page
    assert "1 Shenjiang Road" in page


def test_a_guest_who_was_there_sees_photos_and_shared_answers_by_the_ticket(app, anybody):
    event = an_event()
    there, away = a_party(event, 1, who={"question": "资费？"}), a_party(event, 1)
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at), transaction():
        row, staff = db.session.get_one(Event, event.id), db.session.get_one(Person, by)
        desk.check_in(row, staff, [desk.Scan("key-1", clock.now(), people(there)[0].id)])
        topics.answer(db.session.scalars(db.select(Topic)).one(), staff, "一季度公布。", is_shared=True)
        key = app.extensions["files"].path("c" * 32)
        key.parent.mkdir(parents=True, exist_ok=True)
        key.write_bytes(b"slides")
        file = StoredFile(
            key="c" * 32, name="议题汇总.txt", media_type="text/plain", size=6, sha256="0" * 64, at=clock.now()
        )
        db.session.add(file)
        slides = minutes.add_file(row, staff, file, "slides").id
    mine, other = ticket_of(there), ticket_of(away)
    assert "议题汇总.txt" in anybody.page(mine).get_text()
    assert anybody.get(f"{mine}/files/{slides}").data == b"slides"
    theirs = anybody.page(other).get_text()
    assert "一季度公布。" in theirs
    assert "议题汇总.txt" not in theirs
    assert anybody.get(f"{other}/files/{slides}").status_code == 404
    assert anybody.get(f"{ticket_of(a_party(an_event()))}/files/{slides}").status_code == 404
