"""A survey filled with what no page of ours sends (R27): it is said or left out, never kept as something else, and nothing breaks."""

import pytest

from portal.db import db
from portal.domain.surveys import answering
from portal.domain.surveys.answer_models import Answer
from tests.survey_cast import a_campaign, an_invitation, invitation

BAD = {
    "a point there is not": {"q.overall": "6"}, "a point below": {"q.overall": "-1"}, "a word for a point": {"q.overall": "五"},
    "half a point": {"q.overall": "4.5"}, "two points at once": {"q.overall": ["4", "5"]}, "a choice there is not": {"q.overall": "2", "q.why": ["slow", "drop table"]},
    "a row there is not": {"q.sides.colour": "5"}, "a question there is not": {"q.secret": "5"},
    "an endless number": {"q.nps": "1e400"}, "no number": {"q.nps": "nan"}, "full-width digits": {"q.nps": "１０"},
    "words without end": {"q.words": "长" * 200_000}, "a zero character": {"q.words": "a\x00b"}, "half a pair": {"q.words": "\ud83d"},
    "a section there is not": {"section": "../../etc"}, "a step there is not": {"step": "delete"},
    "markup": {"q.words": "<script>alert(1)</script>{{ 7*7 }}"}, "applies not and a point": {"q.overall": ["na", "5"]},
}  # fmt: skip


def kept() -> list[tuple]:
    db.session.rollback()
    rows = db.session.scalars(db.select(Answer).order_by(Answer.question, Answer.item))
    return [(one.question, one.item, one.number, one.choice, one.text) for one in rows]


@pytest.mark.parametrize("step", ["next", "send", "kept"])
@pytest.mark.parametrize("bad", BAD)
def test_what_no_page_sends_breaks_nothing_and_is_kept_as_nothing_else(app, sign_in, bad, step):
    key, secret = an_invitation(a_campaign())
    where = f"/surveys/link/{secret}" + ("/kept" if step == "kept" else "")
    given = {"section": "s2" if any(name in ("q.nps", "q.words") for name in BAD[bad]) else "s1", "step": step} | BAD[
        bad
    ]
    try:
        answer = sign_in(None).post(where, given)
    except UnicodeEncodeError:
        assert bad == "half a pair"  # a browser cannot send it either
        return
    assert answer.status_code in (200, 303, 400, 413, 422), answer.status_code
    for question, item, number, choice, text in kept():
        assert question in {"overall", "why", "sides", "nps", "words"}
        assert item in {"", "speed", "price", "slow", "wrong"}
        assert number is None or (number == int(number) and 0 <= number <= 10)
        assert choice in (None, "slow", "wrong")
        assert text is None or ("\x00" not in text and len(text) <= 10_000)
    shown = sign_in(None).get(f"/surveys/link/{secret}?section=s2").text
    assert "<script>alert(1)" not in shown
    assert not answering.sheet(invitation(key)).is_sent
