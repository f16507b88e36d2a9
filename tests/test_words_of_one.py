"""One customer is not “1 customers”: whatever counts says in English how it counts one."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask_babel import force_locale

import portal
from portal.domain.refusals import Refused
from portal.web.filters import short_span, told
from portal.web.forms import said
from portal.web.of_one import OF_ONE

CATALOGUE = Path(portal.__file__).parent / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"
PLACE = r"(?:%\(\w+\)s|\{\w+\})"
COUNTED = (
    "answers|characters|complaints|companions|contacts|customers|days|documents|entries|files|groups|hours|invitations|limits|"
    "minutes|months|papers|people|places|points|providers|questions|ratings|requests|results|rooms|seats|sessions|signals|stars|"
    "tickets|times|tries|views|years"
)
MANY = re.compile(rf"{PLACE} (?:(?:more|other|open|working|different|new|key|strategic or gold) )?(?:{COUNTED})\b")
NEVER_ONE = (
    "Use at least {number}", "Use at most {number}", "At least %(number)s characters", "At most ", "“{name}”: at most", "Up to ",
    "Please say what is different in at most", "You have asked for {number} documents", "Please register 1 to {most}",
    "{number} invitations were sent within a day", "Please choose a time within the next", "A questionnaire has at most",
    "You have {count} views already", "for %(minutes)s minutes", "within %(days)s days", "%(minutes)s minutes before",
    "{months} months in a row", "{count} strategic or gold customers", "{customer} complained again {count} times",
    "in %(days)s days before", "with these for %(days)s days", "after %(days)s days", "last %(months)s whole months",
    "Fewer than %(n)s ratings", "%(value)s of %(max)s stars", "%(times)s times; the last one", "The first %(shown)s of",
    "Difference %(points)s points", "%(n)s ratings came in (%(asked)s asked);",
    "of %(most)s stars from today", "{by} offered {party} seats", "More than {count} people are called so",
)  # fmt: skip
"""Limits of ours far above one, figures with decimals, and what is only said of several."""


@pytest.fixture(scope="module")
def marked() -> list:
    with CATALOGUE.open("rb") as file:
        return [message.id for message in read_po(file, locale="zh_Hans_CN") if message.id]


def test_whatever_counts_says_how_it_counts_one(marked):
    plain = [one for one in marked if isinstance(one, str) and MANY.search(one)]
    assert [one for one in plain if one not in OF_ONE and not any(part in one for part in NEVER_ONE)] == []


def test_each_sentence_of_one_belongs_to_a_marked_one_and_says_no_more(marked):
    for many, (count, one) in OF_ONE.items():
        assert many in marked
        places, left = (set(re.findall(r"\{(\w+)\}", text)) for text in (many, one))
        assert count in places, one
        assert left <= places, one


def test_a_kept_sentence_is_said_of_one_and_of_many(app):
    with app.test_request_context(), force_locale("en"):
        assert told("{number} people were told.", {"number": 1}) == "One person was told."
        assert told("{number} people were told.", {"number": "1"}) == "One person was told."
        assert told("{number} people were told.", {"number": 0}) == "0 people were told."
        assert told("no reliable change ({amount} points)", {"amount": "−1"}) == "no reliable change (−1 point)"
        refusal = Refused("{taken} seats are taken; there cannot be fewer.", taken=1)
        assert said(refusal) == "One seat is taken; there cannot be fewer."
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert told("{number} people were told.", {"number": 1}) == "已答复 1 人。"


def test_the_chip_of_a_list_says_a_length_of_time_in_few_letters(app):
    with app.test_request_context(), force_locale("en"):
        lengths = (
            timedelta(minutes=570),
            timedelta(hours=6),
            timedelta(days=1, hours=8, minutes=5),
            timedelta(days=3),
            timedelta(),
        )
        said = [short_span(one) for one in lengths]
    assert said == ["9 h 30 min", "6 h", "1 day 8 h", "3 days", "less than a minute"]
