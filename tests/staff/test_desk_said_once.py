"""A ticket's page says a thing once, whose promise it is, and takes files as they are chosen."""

import io
from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import drafts, journal
from portal.domain.journal import Entry
from portal.domain.people.models import Person
from portal.domain.tickets import dispatching, reminders
from portal.domain.tickets.thread import BY_THE_CLOCKS
from tests.factories import a_department, again
from tests.staff.desk_cast import a_customer, a_ticket, an_agent, at, whole


@pytest.mark.parametrize("show", ["", "?show=conversation"])
def test_the_first_words_stand_above_the_stream_and_not_in_it_again(app, sign_in, show):
    ticket = a_ticket(moved=("accept", "reply"))
    page = sign_in(an_agent()).page(at(ticket, show))

    assert "今天上午九点起专线中断" in page.select_one(".desk-opening").get_text()
    assert "今天上午九点起专线中断" not in page.select_one("#stream").get_text()
    assert page.select("#stream .entry-message")


def test_of_several_orders_each_promise_says_whose_it_is(app, sign_in):
    ticket, agent = a_ticket(moved=("accept",)), an_agent()
    with transaction():
        dispatching.dispatch(whole(ticket), again(agent), a_department("network"), "请查线路。")
    browser = sign_in(agent)
    assert browser.page(at(ticket)).select("#promises .deadline-whose") == []

    with transaction():
        dispatching.dispatch(whole(ticket), again(agent), a_department("billing"), "请查账单。", lead=False)
    said = [chip.get_text() for chip in browser.page(at(ticket)).select("#promises .deadline-whose")]
    assert set(said) == {a_department("network").words.en, a_department("billing").words.en}


@pytest.mark.parametrize("which", ["reply", "note"])
def test_a_file_chosen_in_a_box_of_the_desk_is_sent_into_its_draft_at_once(app, sign_in, which):
    ticket, agent = a_ticket(moved=("accept",)), an_agent()
    browser = sign_in(agent)
    field = browser.page(at(ticket)).select_one(
        f"#composer_{'answer' if which == 'reply' else 'note'} input[type=file]"
    )
    place = field["data-draft"]
    sent = {"place": place, "files": (io.BytesIO(b"a,b\n"), "测量.csv")}
    assert browser.post(field["data-draft-url"], sent, content_type="multipart/form-data").status_code == 200

    kept = drafts.find(db.session.get_one(Person, agent.id), f"ticket/{ticket.id}/{which}")
    assert [row.file.name for row in drafts.attached(kept)] == ["测量.csv"]
    assert "测量.csv" in browser.page(at(ticket)).select_one(".composer [data-lying]:has([href])").get_text()


def test_a_file_sent_ahead_of_an_entered_ticket_can_be_taken_out_again(app, sign_in):
    customer, browser = a_customer(), sign_in(an_agent())
    form = f"/staff/tickets/new?customer={customer.id}"
    field = browser.page(form).select_one("input[type=file]")
    sent = {"place": field["data-draft"], "files": (io.BytesIO(b"a,b\n"), "测量.csv")}
    browser.post(field["data-draft-url"], sent, content_type="multipart/form-data")
    remove = browser.page(form).select_one("[data-lying] button[name=remove]")

    answer = browser.post("/staff/tickets/new", {"customer": customer.id, "subject": "断线", "remove": remove["value"]})
    assert answer.status_code == 303
    page = browser.page(answer.location)
    assert page.select("[data-lying] button") == []
    assert page.select_one("#subject")["value"] == "断线"


def test_what_only_the_clocks_wrote_is_one_line_that_opens(app, sign_in):
    ticket = a_ticket(moved=("accept",))
    with clock.shifted_by(timedelta(days=60)), transaction():
        reminders.remind()
    kept = db.select(Entry).where(Entry.record_id == ticket.id, Entry.verb.in_(BY_THE_CLOCKS))
    many = len(db.session.scalars(kept).all())

    folded = sign_in(an_agent()).page(at(ticket)).select("#stream details")

    assert many > 2
    assert [one.has_attr("open") for one in folded] == [False]
    assert folded[0].summary.get_text(strip=True).startswith(f"{many} entries of the clocks (missed: ")
    assert len(folded[0].select(".entry-event")) == many


def test_a_single_entry_of_the_clocks_stays_an_entry(app, sign_in):
    ticket = a_ticket(moved=("accept",))
    with transaction():
        journal.write("ticket.warned", whole(ticket), None, became="closed")

    stream = sign_in(an_agent()).page(at(ticket)).select_one("#stream")

    assert not stream.select("details")
    assert "A promise is due soon" in stream.get_text()
