"""A forum that is over: every page and every link says what it was, with one's own part in it, and asks for nothing."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.forum import events, links, topics
from portal.domain.forum.after_models import Topic
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee
from portal.domain.refusals import Refused
from tests.factories import a_supervisor
from tests.forum_cast import a_session, an_event, an_invitation, fresh, minuted, people, who_came
from tests.pages import Browser

LONG_AFTER = timedelta(days=300)


@pytest.fixture
def held(app):
    """A forum that was held: (event, who was there, their party, who was not, their party)."""
    event = an_event()
    a_session(event)
    one, there, two, away = who_came(event)
    by = a_supervisor().id
    with clock.frozen_at(event.ends_at), transaction():
        row, staff = minuted(event.id, by)
        events.move(row, "close", staff)
    return event, one, there, two, away


def forms_of(page) -> list:
    """What a page asks for, beside the frame of it (language, leaving)."""
    return page.main.select("form, input, textarea, select") if page.main else page.select("main form")


def walk(browser, first: str) -> dict[str, object]:
    """Every page of the forum that can be reached from here by links of the pages."""
    seen, left = {}, [first]
    while left:
        address = left.pop().partition("#")[0]
        if address in seen or not address.startswith(("/forum", "/events")) or address.endswith((".ics", ".svg")):
            continue
        seen[address] = page = browser.page(address)
        left += [link["href"] for link in page.select("main a[href]")]
    return seen


@pytest.mark.parametrize("after", [timedelta(hours=1), LONG_AFTER])
def test_whatever_its_pages_lead_to_is_there_and_asks_for_nothing(held, sign_in, after):
    event, one, there, *_ = held
    with clock.frozen_at(event.ends_at + after):
        found = walk(sign_in(one), "/forum")
    assert {f"/forum/{event.id}", f"/forum/registrations/{there.id}"} < set(found)
    assert any(address.startswith("/events/ticket/") for address in found)
    for address, page in found.items():
        assert not forms_of(page), address
    for words in ("一、网络保障", "一季度公布。", "This forum is over."):
        assert words in found[f"/forum/{event.id}"].main.text


def test_who_was_not_there_reads_answers_and_no_minutes(held, sign_in):
    event, _, _, two, _ = held
    with clock.frozen_at(event.ends_at + LONG_AFTER):
        text = sign_in(two).page(f"/forum/{event.id}").main.text
    assert "一季度公布。" in text
    assert "一、网络保障" not in text
    assert "for those who were there" in text


def test_a_ticket_by_its_link_tells_what_was_for_ever_and_shows_minutes_for_a_while(held, app):
    event, _, there, _, _ = held
    url, browser = f"/events/ticket/{links.secret_of(people(there)[0])}", Browser(app)
    for after, shows in ((timedelta(days=1), True), (links.AFTERWARDS, False)):
        with clock.frozen_at(event.ends_at + after):
            page = browser.page(url, headers={"Accept-Language": "en"})
        assert there.number in page.text
        assert "You were there" in page.text
        assert page.select_one("img[src^='data:image/svg']") is None, "no code for a door that is shut"
        assert ("一、网络保障" in page.text) is shows
        assert page.select_one(f"a[href='/forum/{event.id}']") is not None
        assert not page.select("main form")


def test_an_invitation_by_its_link_says_what_was_answered_and_takes_no_answer(app):
    event = an_event()
    row = an_invitation(event, name="李总", email="li@example.test")
    url, browser = f"/events/invitation/{links.secret_of(row)}", Browser(app)
    browser.post(url, {"answer": "coming"})
    with clock.frozen_at(event.ends_at + LONG_AFTER):
        page = browser.page(url, headers={"Accept-Language": "en"})
        assert "you were invited" in page.text
        assert "Your answer: Coming." in page.text
        assert not page.select("main form")
        assert browser.post(url, {"answer": "not_coming"}).status_code == 422
        assert browser.page(page.select_one("main a[href^='/events/ticket/']")["href"]) is not None
    assert fresh(row).state == "coming"


def test_nobody_registers_or_asks_any_more(held, sign_in):
    event, one, _, _, _ = held
    with clock.frozen_at(event.ends_at + timedelta(hours=1)):
        browser = sign_in(one)
        page = browser.page(f"/forum/{event.id}/registrations/new")
        assert "This forum is over." in page.main.text
        assert not forms_of(page)
        assert browser.post(f"/forum/{event.id}/questions", {"question": "还能问吗？"}).status_code == 422
        place = db.session.scalars(db.select(Attendee).where(Attendee.person_id == one.id)).one()
        with pytest.raises(Refused, match="is over"):
            topics.ask_beforehand(db.session.get_one(Event, event.id), place, "还能问吗？", None)
    assert db.session.scalar(db.select(db.func.count(Topic.id))) == 1
