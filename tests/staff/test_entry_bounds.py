"""What cannot be is not taken at entry: moments to come, numbers below zero, telephones nobody can dial."""

from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.domain.policy import Ask, AskType
from portal.domain.policy_parts import Words
from portal.staff.entry_form import EntryForm
from portal.web.asks import fields_of
from portal.web.forms import Form

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def is_taken(app, ask: Ask, answer: str) -> bool:
    with clock.frozen_at(NOON), app.test_request_context():
        form = type("Asked", (Form,), fields_of([ask]))(formdata=MultiDict({"ask_it": answer}), meta={"csrf": False})
        return form["ask_it"].validate(form)


def asked(kind: AskType, past: bool = True) -> Ask:
    return Ask("it", Words("问", "Ask"), type=kind, past=past)


@pytest.mark.parametrize(
    ("ask", "answer", "taken"),
    [
        (asked(AskType.DATETIME), "2099-01-01T10:00", False),
        (asked(AskType.DATETIME), "2026-11-24T12:01", False),
        (asked(AskType.DATETIME), "2026-11-24T11:59", True),
        (asked(AskType.DATE), "2026-11-25", False),
        (asked(AskType.DATE), "2026-11-24", True),
        (asked(AskType.DATE, past=False), "2027-05-01", True),
        (asked(AskType.NUMBER), "-3", False),
        (asked(AskType.NUMBER), "0", True),
        (asked(AskType.PHONE), "not a phone <b>", False),
        (asked(AskType.PHONE), "---", False),
        (asked(AskType.PHONE), "+86 (021) 5555-1234", True),
        (asked(AskType.PHONE), "021-55551234转801", True),
        (asked(AskType.PHONE), "021-55551234 ext. 801", True),
    ],
)
def test_an_answer_that_cannot_be_is_not_taken(app, ask, answer, taken):
    assert is_taken(app, ask, answer) is taken


@pytest.mark.parametrize(("typed", "taken"), [("not a phone <b>", False), ("", True), ("13900000000", True)])
def test_a_telephone_that_nobody_can_dial_is_not_entered(app, typed, taken):
    with app.test_request_context():
        form = EntryForm(formdata=MultiDict({"contact_phone": typed, "proxy_phone": typed}), meta={"csrf": False})
        assert form.contact_phone.validate(form) is taken
        assert form.proxy_phone.validate(form) is taken
