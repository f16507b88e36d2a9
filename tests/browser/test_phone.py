"""The telephone console by the keyboard alone (R28): digits answer, one key keeps an outcome, the next case comes; without a script too."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db
from portal.domain.people.roles import Role
from portal.domain.surveys import answering
from tests.domain.test_calling import a_case
from tests.factories import a_person
from tests.survey_cast import a_campaign, invitation

pytestmark = pytest.mark.browser


def sent(key: int) -> dict:
    db.session.rollback()
    return {
        code: [(one.item, one.number, one.text) for one in given]
        for code, given in answering.sheet(invitation(key)).answers.items()
    }


def test_a_whole_interview_and_the_next_outcome_by_the_keyboard_alone(app, console):
    campaign = a_campaign()
    first, second = a_case(campaign), a_case(campaign)
    page = console(a_person(Role.CALLER, name="何静"))
    page.goto("/staff/phone/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/staff/phone/{first}")
    for key in ("4", "5", "-"):
        page.keyboard.press(key)
    page.wait_for_timeout(700)
    page.keyboard.press("m")
    page.wait_for_url("**section=s2")
    page.keyboard.press("1")
    page.keyboard.press("0")
    page.keyboard.type("账单很清楚 12 号")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.wait_for_url("**/thanks")
    assert sent(first) == {
        "overall": [("", 4, None)], "sides": [("price", None, None), ("speed", 5, None)], "nps": [("", 10, None)],
        "words": [("", None, "账单很清楚 12 号")],
    }  # fmt: skip
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/phone/{second}")
    page.keyboard.press("r")
    page.keyboard.type("不愿意")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/phone/")
    assert invitation(second).state == "refused"
    page.keyboard.press("c")
    page.wait_for_url(f"**/staff/phone/{second}")
    assert invitation(second).state == "invited"
    page.keyboard.press("a")
    page.wait_for_url("**/staff/phone/")
    assert invitation(second).outcome == "no_answer"
    assert console.said == []


@pytest.mark.parametrize(("width", "locale"), [(390, "zh-CN"), (1440, "en")])
def test_without_a_script_the_same_forms_do_it(app, console, width, locale):
    key = a_case(a_campaign())
    page = console(a_person(Role.CALLER), script=False, width=width, locale=locale)
    page.goto(f"/staff/phone/{key}")
    page.click("button[value=no_answer]")
    page.wait_for_url("**/staff/phone/")
    row = invitation(key)
    assert row.outcome == "no_answer"
    assert row.next_call_at > clock.now() + timedelta(hours=2)


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_of_the_console_is_wider_than_its_window(app, console, width):
    key = a_case(a_campaign())
    page = console(a_person(Role.CALLER), width=width)
    for where in ("/staff/phone/", f"/staff/phone/{key}"):
        page.goto(where)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
