"""One call-back: whom, when, what to say, what was done; what is kept, and which case comes next (R16)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db
from portal.domain.people.roles import Role
from portal.domain.tickets import callback
from portal.domain.tickets.models import Note
from portal.domain.tickets.states import State
from tests.factories import _loaded, live
from tests.staff.desk_cast import a_caller, a_person, a_ticket


def listed(page) -> list[str]:
    return [link.get_text(strip=True) for link in page.select(".calls-table tbody th a")]


TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai."""


def case_of(ticket) -> str:
    return f"/staff/calls/{ticket.id}"


def test_a_case_shows_whom_to_call_what_to_say_and_what_was_done(app, sign_in):
    ticket = a_ticket(
        a_person(phone="13912345678"),
        contact_name="赵经理",
        contact_phone="021-5555",
        wish="尽快恢复",
        moved=("accept", "apply"),
    )

    page = sign_in(a_caller(name="何静")).page(case_of(ticket))

    assert [a["href"] for a in page.select(".call-reach a")] == ["tel:021-5555", "tel:13912345678"]
    script = page.select_one(".call-script").get_text()
    for words in ("赵经理", "何静", "申江通信", "专线中断", ticket.number, "光缆已经修复"):
        assert words in script, words
    assert "{" not in script
    assert "尽快恢复" in page.select_one("#done").get_text()
    assert len(page.select(".call-form [name=outcome]")) == 6
    assert [box["data-key"] for box in page.select(".call-form [name=outcome]")] == list("123456")


@pytest.mark.parametrize(("hours", "warns"), [(0, False), (2, True), (10, True), (4 * 24, True)])
def test_outside_the_sensible_hours_it_warns_and_names_the_next_good_moment(app, sign_in, hours, warns):
    with clock.frozen_at(TUESDAY - timedelta(hours=1)):
        ticket = a_ticket(moved=("accept", "apply"))
    with clock.frozen_at(TUESDAY + timedelta(hours=hours)):
        page = sign_in(a_caller()).page(case_of(ticket))

    assert ("outside the hours" in page.select_one("#reach").get_text()) is warns


def test_a_call_agreed_for_today_stands_above_the_list_at_its_hour(app, sign_in):
    caller = a_caller()
    with clock.frozen_at(TUESDAY):
        late, soon, other = (
            a_ticket(subject=words, moved=("accept", "apply")) for words in ("下午约", "上午约", "没约")
        )
        browser = sign_in(caller)
        browser.post(case_of(late), {"outcome": "call_again", "call_at": "2026-11-25T15:00"})
        browser.post(case_of(soon), {"outcome": "call_again", "call_at": "2026-11-25T10:00"})
        assert listed(browser.page("/staff/calls/"))[0] == "没约"
    with clock.frozen_at(TUESDAY + timedelta(days=1)):
        page = sign_in(caller).page("/staff/calls/")

    assert listed(page) == ["上午约", "下午约", "没约"]
    assert page.select(".calls-agreed tbody tr")
    assert other.number in page.get_text()


def test_after_each_case_comes_the_next_that_may_be_called(app, sign_in):
    both = a_person(Role.AGENT, Role.CALLER)
    with clock.frozen_at(TUESDAY):
        first = a_ticket(subject="第一", moved=("accept", "apply"))
        mine = a_ticket(subject="我办的")
        live(mine, "accept", "apply", by=both)
        second = a_ticket(subject="第二", moved=("accept", "apply"))
        browser = sign_in(both)
        assert browser.get("/staff/calls/next").location.endswith(f"/staff/calls/{first.id}")
        answer = browser.post(case_of(first), {"outcome": "unreachable"})
        assert answer.location.endswith(case_of(second))
        answer = browser.post(case_of(second), {"outcome": "solved_satisfied", "body": "满意"})

    assert answer.location.endswith("/staff/calls/")


def test_what_was_agreed_for_now_comes_next_before_anything_else(app, sign_in):
    caller = a_caller()
    with clock.frozen_at(TUESDAY):
        agreed, first, second = (a_ticket(subject=words, moved=("accept", "apply")) for words in "约一二")
        browser = sign_in(caller)
        browser.post(case_of(agreed), {"outcome": "call_again", "call_at": "2026-11-24T15:00"})
        skipped = browser.get(f"/staff/calls/next?but={first.id}").location
    with clock.frozen_at(TUESDAY + timedelta(hours=4, minutes=50)):
        answer = sign_in(caller).post(case_of(first), {"outcome": "unreachable"})

    assert skipped.endswith(case_of(second))
    assert answer.location.endswith(case_of(agreed))


def test_calls_and_contacts_so_far_stand_there_with_what_was_agreed(app, sign_in):
    caller = a_caller()
    with clock.frozen_at(TUESDAY):
        ticket = a_ticket(moved=("accept", "apply"))
        browser = sign_in(caller)
        browser.post(case_of(ticket), {"outcome": "call_again", "body": "在开会", "call_at": "2026-11-25T10:00"})
        past = browser.page(case_of(ticket)).select_one(".call-past").get_text(" ")

    assert "在开会" in past
    assert "tomorrow" in past


@pytest.mark.parametrize("form", [
    {"outcome": "call_again"},
    {"outcome": "call_again", "call_at": "2020-01-01T10:00"},
    {"outcome": "call_again", "call_at": "morgen"},
])  # fmt: skip
def test_an_appointment_that_cannot_be_comes_back_with_what_was_typed(app, sign_in, form):
    ticket = a_ticket(moved=("accept", "apply"))

    answer = sign_in(a_caller()).post(case_of(ticket), form | {"body": "客户在开会"})

    assert answer.status_code == 422
    assert "客户在开会" in answer.text
    assert ('id="call_at-error"' in answer.text) is ("call_at" in form), "a moment that cannot be is said beside it"


@pytest.mark.parametrize("count", [1, 30])
def test_a_case_costs_the_same_however_much_happened(app, sign_in, statements, count):
    ticket = a_ticket(moved=("accept", "apply", *("send_back", "apply") * (count // 10)))
    browser = sign_in(a_caller())
    browser.get(case_of(ticket))
    statements.clear()

    browser.page(case_of(ticket))

    assert len(statements) <= 11


DOUBTFUL = {"outcome": "solved_satisfied", "body": "还没好，仍然很慢"}


def test_words_that_sound_unsolved_are_asked_about_before_anything_is_closed(app, sign_in):
    with clock.frozen_at(TUESDAY):
        ticket = a_ticket(moved=("accept", "apply"))
        browser = sign_in(a_caller())

        answer = browser.post(case_of(ticket), DOUBTFUL)

        asked = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 422
        assert "sound unsolved" in asked.select_one("#answer [role=alert]").get_text()
        assert asked.select_one("#call_body").get_text(strip=True) == DOUBTFUL["body"]
        assert _loaded(ticket).state == State.VERIFYING
        assert callback.of(ticket) == []


@pytest.mark.parametrize(
    ("pressed", "state", "outcome"),
    [({"sure": "yes"}, State.CLOSED, "solved_satisfied"), ({"answer": "not-solved"}, State.OPEN, "not_solved")],
)
def test_once_asked_the_officer_decides(app, sign_in, pressed, state, outcome):
    with clock.frozen_at(TUESDAY):
        ticket = a_ticket(moved=("accept", "apply"))

        assert sign_in(a_caller()).post(case_of(ticket), DOUBTFUL | pressed).status_code == 303

        assert _loaded(ticket).state == state
        assert callback.of(ticket)[-1].outcome == outcome


@pytest.mark.parametrize(
    "form", [{"outcome": "not_solved", "body": "还没好"}, {"outcome": "solved_satisfied", "body": "已恢复，谢谢"}]
)
def test_nothing_is_asked_where_words_and_outcome_agree(app, sign_in, form):
    with clock.frozen_at(TUESDAY):
        ticket = a_ticket(moved=("accept", "apply"))

        assert sign_in(a_caller()).post(case_of(ticket), form).status_code == 303


def test_a_try_outside_the_hours_is_kept_and_said_to_count_as_none(app, sign_in):
    with clock.frozen_at(TUESDAY):
        ticket = a_ticket(moved=("accept", "apply"))
    with clock.frozen_at(TUESDAY + timedelta(hours=18, minutes=59)):
        browser = sign_in(a_caller())
        browser.post(case_of(ticket), {"outcome": "unreachable"})
        page = browser.page(case_of(ticket))

    assert "counts as none" in page.get_text()
    assert "not counted" in page.select_one(".call-past").get_text()
    assert "It was tried in vain today" not in page.get_text()
    assert "3 of 3" in page.select_one("#answer").get_text()


def test_words_of_a_call_stay_and_the_page_says_what_happened_when_the_ticket_went_away_meanwhile(app, sign_in):
    ticket = a_ticket(moved=("accept", "apply"))
    browser = sign_in(a_caller(language="zh_Hans_CN"))
    browser.page(case_of(ticket))
    live(ticket, "take_back")

    answer = browser.post(case_of(ticket), {"outcome": "solved_satisfied", "body": "客户说已恢复", "version": "1"})

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert page.select_one("textarea[name=body]").text.strip() == "客户说已恢复"
    assert "撤回" in page.select_one(".notice").text
    assert not re.search("[a-z]{4}", page.select_one(".notice").text)
    kept = browser.post(page.select_one("#written form")["action"], {"body": "客户说已恢复"})
    assert kept.status_code == 303
    assert db.session.scalars(db.select(Note.body)).one() == "客户说已恢复"
