"""A survey by its link and in the portal (R27): looking changes nothing, what is typed stays, one response in the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Customer
from portal.domain.surveys import links
from portal.domain.surveys.answer_models import Answer, Participation, Response
from portal.domain.surveys.campaign_models import Invitation, OptOut
from portal.domain.surveys.document import Document, Rule, Section
from portal.i18n import Words
from tests.factories import a_person, again
from tests.pages import Browser
from tests.survey_cast import a_campaign, a_document, an_invitation, invitation, options, q

FIRST = {"section": "s1", "q.overall": "1", "q.why": "slow", "q.sides.speed": "2", "q.sides.price": "na"}
LAST = {"section": "s2", "q.nps": "3", "q.words": "太慢", "step": "send"}


def link(secret: str) -> str:
    return f"/surveys/link/{secret}"


def answers() -> dict:
    db.session.rollback()
    rows = db.session.scalars(db.select(Answer).execution_options(populate_existing=True))
    return {(one.question, one.item): one.choice or one.number or one.text or "na" for one in rows}


def test_section_by_section_to_the_thanks(app):
    key, secret = an_invitation(a_campaign())
    nobody = Browser(app)
    page = nobody.page(link(secret))
    assert [one.get_text(strip=True) for one in page.select(".survey-part h2")] == ["Service"]
    assert page.select_one("progress") is not None
    on = nobody.post(link(secret), FIRST | {"step": "next"})
    assert (on.status_code, on.location) == (303, f"{link(secret)}?section=s2")
    assert "海川" in nobody.page(on.location).get_text()
    done = nobody.post(link(secret), LAST)
    assert (done.status_code, done.location) == (303, f"{link(secret)}/thanks")
    assert "What happens next" in nobody.page(done.location).get_text()
    assert answers() == {
        ("overall", ""): 1, ("why", "slow"): "slow", ("sides", "speed"): 2, ("sides", "price"): "na", ("nps", ""): 3, ("words", ""): "太慢",
    }  # fmt: skip
    assert invitation(key).state == "answered"


def test_half_by_link_and_the_rest_in_the_portal(app, sign_in):
    person = again(a_person())
    browser = sign_in(person)
    key, secret = an_invitation(a_campaign(), again(person))
    Browser(app).post(link(secret), FIRST | {"step": "save"})
    entry = browser.page("/surveys").select_one("main a[href^='/surveys/']")
    assert entry["href"] == f"/surveys/{key}"
    page = browser.page(entry["href"])
    assert page.select_one("[name='q.overall'][checked]")["value"] == "1"
    browser.post(f"/surveys/{key}", FIRST | {"step": "next"})
    assert browser.post(f"/surveys/{key}", LAST).location == f"/surveys/{key}/thanks"
    row = db.session.scalars(db.select(Response)).one()
    assert (row.mode, row.state) == ("portal", "sent")
    assert len(answers()) == 6


def test_whoever_breaks_off_goes_on_in_the_section_they_had_come_to(app):
    _, secret = an_invitation(a_campaign())
    browser = Browser(app)
    assert browser.post(link(secret), {"section": "s1", "q.overall": "4", "step": "next"}).status_code == 303
    assert Browser(app).page(link(secret)).select_one("[name=section]")["value"] == "s2"
    assert browser.post(link(secret), {"section": "s2", "step": "back"}).status_code == 303
    assert Browser(app).page(link(secret)).select_one("[name=section]")["value"] == "s1"


def test_what_is_typed_is_kept_while_it_is_typed(app):
    _, secret = an_invitation(a_campaign())
    nobody = Browser(app, check=False)
    nobody.get(link(secret))
    answer = nobody.post(f"{link(secret)}/kept", {"section": "s1", "q.overall": "2"})
    assert answer.status_code == 200
    assert "1 of 5 answered" in answer.text
    assert "Kept" in answer.text
    assert answers() == {("overall", ""): 2}


def test_what_is_missing_is_asked_for_beside_its_question_and_what_was_typed_stays(app):
    _, secret = an_invitation(a_campaign())
    nobody = Browser(app)
    answer = nobody.post(link(secret), {"section": "s1", "q.overall": "1", "q.sides.speed": "4", "step": "next"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert [one["id"] for one in page.select(".survey-question .error")] == ["q-why-error"]
    assert page.select_one("[name='q.sides.speed'][checked]")["value"] == "4"
    early = nobody.post(link(secret), LAST)
    assert early.location == f"{link(secret)}?section=s1&check=1"
    assert nobody.page(early.location).select_one("#q-why-error")
    assert nobody.post(link(secret), {"section": "s2", "step": "back"}).status_code == 303


def test_of_a_question_of_several_rows_it_is_said_which_are_open_and_one_is_led_to_the_first(app):
    sides = q("sides", "matrix", rows=options("speed", "price", "people"), required=True)
    document = Document(sections=(Section("s1", Words("服务", "Service"), questions=(sides,)),))
    _, secret = an_invitation(a_campaign(document))
    sent = Browser(app).post(link(secret), {"section": "s1", "q.sides.speed": "4", "step": "send"})
    page = BeautifulSoup(sent.text, "html.parser")
    assert "Please answer this too: Choice price, Choice people." in page.select_one("#q-sides-error").get_text()
    assert page.select_one(".errors a")["href"] == "#q-sides-1"
    rows = page.select(".survey-row")
    assert [one.get("aria-describedby") for one in rows] == [None, "q-sides-error", "q-sides-error"]


def test_what_makes_no_sense_is_not_gone_on_the_way_back(app):
    number = q("times", "number", most=9)
    sections = (
        Section("s1", Words("一", "One"), questions=(q("a"),)),
        Section("s2", Words("二", "Two"), questions=(number,)),
    )
    _, secret = an_invitation(a_campaign(Document(sections=sections)))
    back = Browser(app).post(link(secret), {"section": "s2", "q.times": "900", "step": "back"})
    page = BeautifulSoup(back.text, "html.parser")
    assert (back.status_code, page.select_one("#q-times-0")["value"]) == (422, "900")
    assert page.title.get_text().startswith("One thing has to be put right · Section 2 of 2")


def test_that_it_does_not_apply_is_named_with_its_question_and_words_beside_it_are_not_dropped(app):
    document = Document(sections=(Section("s1", Words("一", "One"), questions=(q("a", "text", may_not_apply=True),)),))
    _, secret = an_invitation(a_campaign(document))
    sent = Browser(app).post(link(secret), {"section": "s1", "q.a": "太慢", "na.a": "na", "step": "send"})
    page = BeautifulSoup(sent.text, "html.parser")
    assert (sent.status_code, page.select_one("#q-a-0").get_text()) == (422, "太慢")
    named = [
        page.select_one(f"#{one}").get_text(" ", strip=True)
        for one in page.select_one("#q-a-na")["aria-labelledby"].split()
    ]
    assert named == ["Does not apply, or I do not know", "1. Question a (optional)"]


def test_sections_without_anything_to_ask_are_not_counted(app):
    why = Section("s2", Words("二", "Two"), questions=(q("why", "text", show_if=Rule("a", "at_most", ("2",))),))
    ends = (
        Section("s1", Words("一", "One"), questions=(q("a"),)),
        Section("s3", Words("三", "Three"), questions=(q("b"),)),
    )
    _, secret = an_invitation(a_campaign(Document(sections=(ends[0], why, ends[1]))))
    nobody = Browser(app)
    assert "Section 1 of 2" in nobody.page(link(secret)).get_text()
    on = nobody.post(link(secret), {"section": "s1", "q.a": "1", "step": "next"})
    assert "Section 2 of 3" in nobody.page(on.location).get_text()


def test_the_rule_stands_there_in_words_and_for_the_script(app):
    _, secret = an_invitation(a_campaign())
    why = Browser(app).page(link(secret)).select_one("#q-why")
    assert "Only if “Question overall” is at most 2" in why.get_text()
    assert (why["data-if-of"], why["data-if-how"], why["data-if-values"]) == ("q.overall", "at_most", "2")


def test_a_rule_on_another_page_is_decided_by_the_server(app):
    from portal.domain.surveys import editing

    document = editing.put_question(a_document(), "s2", q("more", "text", show_if=Rule("overall", "at_most", ("2",))))
    _, secret = an_invitation(a_campaign(document))
    nobody = Browser(app)
    nobody.post(link(secret), {"section": "s1", "q.overall": "5", "step": "next"})
    assert nobody.page(f"{link(secret)}?section=s2").select_one("#q-more") is None
    nobody.post(link(secret), FIRST | {"step": "next"})
    assert nobody.page(f"{link(secret)}?section=s2").select_one("#q-more")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_that_looks_at_it_changes_nothing(app, method):
    key, secret = an_invitation(a_campaign())
    for path in ("", "/thanks", "/opt-out", "?section=s2&check=1"):
        assert Browser(app).open(link(secret) + path, method).status_code < 400
    assert (invitation(key).state, db.session.scalar(db.select(Response)), db.session.scalar(db.select(OptOut))) == (
        "invited", None, None,
    )  # fmt: skip


def test_what_does_not_work_all_looks_the_same(app):
    campaign = a_campaign()
    _, good = an_invitation(campaign)
    _, never_sent = an_invitation(campaign, state="drawn")
    _, withdrawn = an_invitation(campaign, state="withdrawn")
    _, expired = over()
    key, renewed = an_invitation(campaign)
    with transaction():
        links.renew(db.session.get_one(Invitation, key))
    mutated = good[:-1] + ("A" if good[-1] != "A" else "B")
    seen = set()
    for secret in (never_sent, withdrawn, expired, renewed, mutated, "x", "y" * 32):
        paths = ("", "/thanks", "/opt-out")
        found = [Browser(app).get(link(secret) + path) for path in paths]
        found += [Browser(app).post(link(secret) + path, LAST) for path in ("", "/kept", "/opt-out")][
            : 1 if seen else 3
        ]
        for answer in found:
            assert answer.status_code == 404
            seen.add(BeautifulSoup(answer.text, "html.parser").select_one("main").get_text())
    assert len(seen) == 1
    assert answers() == {}


def over() -> tuple[int, str]:
    """Its last day is gone by; begun by somebody."""
    at = clock.now()
    return an_invitation(a_campaign(opens_at=at - timedelta(days=9), closes_at=at - timedelta(days=1)), state="begun")


def test_whoever_comes_too_late_reads_that_it_may_be_over_and_that_what_was_kept_stays(app):
    _, secret = over()
    for answer in (Browser(app).get(link(secret)), Browser(app).post(link(secret), LAST)):
        assert answer.status_code == 404
        assert "调查可能已经结束" in answer.text
        assert "已保存的答案不受影响" in answer.text
    assert answers() == {}


def test_whoever_types_on_after_the_end_is_told_that_it_is_not_kept_and_is_not_taken_for_a_guesser(app):
    _, secret = over()
    nobody = Browser(app)
    for _ in range(40):
        told = nobody.post(f"{link(secret)}/kept", LAST, headers={"X-Background": "1"})
        assert told.status_code == 200
        assert "不会保存" in told.text
    assert Browser(app).get(link(an_invitation(a_campaign())[1])).status_code == 200


def test_in_the_portal_it_is_over_too_and_whatever_was_never_sent_is_not_there(app, sign_in):
    person, at = a_person(), clock.now()
    key, _ = an_invitation(a_campaign(state="closed", closes_at=at, ended_at=at), person, state="ended")
    assert sign_in(person).get(f"/surveys/{key}").status_code == 410
    other = a_person()
    drawn, _ = an_invitation(a_campaign(), other, state="drawn")
    assert sign_in(other).get(f"/surveys/{drawn}").status_code == 404


def test_twenty_posts_of_one_link_give_one_response(app):
    _, secret = an_invitation(a_campaign(a_document(layout="one")))
    browsers = [Browser(app, check=False) for _ in range(20)]
    tokens = [browser.token() for browser in browsers]
    db.session.rollback()

    def post(pair) -> int:
        browser, token = pair
        data = {**FIRST, **LAST, "section": "", "csrf_token": token}
        return browser.client.post(link(secret), data=data).status_code

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(post, zip(browsers, tokens, strict=True)))
    assert codes == [303] * 20
    assert len(answers()) == 6
    assert (
        len(list(db.session.scalars(db.select(Response))))
        == len(list(db.session.scalars(db.select(Participation))))
        == 1
    )


def test_answers_under_a_name_may_be_changed_until_the_end_anonymous_ones_not(app):
    nobody = Browser(app)
    _, named = an_invitation(a_campaign(a_document(layout="one")))
    _, hidden = an_invitation(a_campaign(a_document(layout="one"), anonymity="anonymous"))
    for secret in (named, hidden):
        nobody.post(link(secret), {**FIRST, **LAST, "section": ""})
    change = nobody.page(link(named)).select_one("a[href*=change]")["href"]
    assert nobody.page(change).select_one("[name='q.nps'][checked]")["value"] == "3"
    nobody.post(link(named), {**FIRST, **LAST, "section": "", "q.nps": "7"})
    assert nobody.page(link(hidden)).select_one("a[href*=change]") is None
    assert nobody.post(link(hidden), {**FIRST, **LAST, "section": "", "q.nps": "7"}).status_code == 303
    rows = db.session.scalars(db.select(Answer).where(Answer.question == "nps"))
    assert sorted(one.number for one in rows) == [3, 7]


def test_whoever_wants_no_more_surveys_says_so_once_more(app):
    key, secret = an_invitation(a_campaign())
    nobody = Browser(app)
    done = nobody.post(f"{link(secret)}/opt-out", {"why": "太多"})
    assert (done.status_code, done.location) == (303, "/surveys/link/opted-out")
    assert nobody.get(done.location).status_code == 200
    assert nobody.get(link(secret)).status_code == 404
    assert db.session.scalars(db.select(OptOut.why)).all() == ["太多"]
    assert invitation(key).outcome == "opted_out"


def test_in_the_portal_too(app, sign_in):
    person = a_person()
    key, _ = an_invitation(a_campaign(), person)
    browser = sign_in(person)
    assert browser.post(f"/surveys/{key}/opt-out", {"why": ""}).status_code == 303
    assert browser.page("/surveys").select_one(".empty")
    assert browser.get(f"/surveys/{key}").status_code == 410


def test_a_colleague_does_not_answer_for_one(app, sign_in):
    person = a_person()
    key, _ = an_invitation(a_campaign(), person)
    colleague = a_person(customer=db.session.get_one(Customer, person.customer_id))
    assert sign_in(colleague).get(f"/surveys/{key}").status_code == 404


def test_the_page_is_in_the_language_of_the_contact_unless_another_was_chosen(app):
    _, secret = an_invitation(a_campaign(), language="zh_Hans_CN")
    nobody = Browser(app)
    assert "九月调查" in nobody.page(link(secret)).h1.get_text()
    nobody.client.set_cookie("language", "en")
    assert "September wave" in nobody.page(link(secret)).h1.get_text()


@pytest.mark.parametrize("sections", [1, 12])
def test_a_long_sheet_costs_no_more_than_a_short_one(app, statements, sections):
    from dataclasses import replace

    whole = a_document(layout="one")
    more = tuple(
        replace(whole.sections[1], code=f"t{n}", questions=(q(f"n{n}", "nps"), q(f"w{n}", "text")))
        for n in range(sections)
    )
    _, secret = an_invitation(a_campaign(replace(whole, sections=(whole.sections[0], *more))))
    nobody = Browser(app)
    data = {"section": "", "q.overall": "4", "step": "save"} | {f"q.n{n}": "9" for n in range(sections)}
    nobody.post(link(secret), data)
    db.session.expunge_all()
    statements.clear()
    nobody.get(link(secret))
    assert len(statements) <= 5
    statements.clear()
    nobody.post(link(secret), data | {"q.overall": "5"})
    assert len(statements) <= 14


@pytest.mark.parametrize("step", ["save", "next", "back"])
def test_a_second_window_is_not_told_that_something_is_kept_when_the_first_has_sent_it(app, step):
    key, secret = an_invitation(a_campaign())
    nobody = Browser(app)
    nobody.post(link(secret), FIRST | {"step": "next"})
    nobody.post(link(secret), LAST)
    before = answers()
    answer = nobody.post(link(secret), FIRST | {"q.overall": "5", "step": step})
    assert answer.location == f"{link(secret)}?change=1"
    assert "nothing of this was kept" in nobody.page(answer.location).get_text()
    assert answers() == before
