"""Writing questionnaires at the door (R26): sections and questions in both languages, the bank, a trial, publishing."""

import pytest
from bs4 import BeautifulSoup

from portal.db import db
from portal.domain import settings
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.document import read
from portal.domain.surveys.models import BankItem, QuestionnaireVersion
from tests.factories import a_customer, a_manager, an_agent
from tests.staff.desk_cast import a_supervisor
from tests.survey_cast import a_published

LIST = "/staff/surveys/questionnaires"


def document():
    db.session.rollback()
    row = db.session.scalars(db.select(QuestionnaireVersion).order_by(QuestionnaireVersion.id.desc())).first()
    return read(row.document)


def asked(**more) -> dict:
    """The form of a question as a browser sends it."""
    always = {"kind": "stars", "rule_of": "", "rule_how": "any", "dimension": "", "required": "y"}
    return always | {"text": "总体如何？", "text_en": "How is it overall?"} | more


def begun(browser) -> str:
    """A questionnaire with one section; gives its address."""
    at = browser.post(f"{LIST}/new", {"title": "年度满意度", "title_en": "Yearly"}).location
    browser.post(f"{at}/sections/new", {"title": "总体", "title_en": "Overall"})
    return at


def version_of(page: BeautifulSoup) -> str:
    return page.select_one("[name=version]")["value"]


def test_a_questionnaire_from_its_title_to_its_publication(app, sign_in):
    browser = sign_in(a_supervisor())
    at = begun(browser)
    code = document().sections[0].code
    assert (
        browser.page(f"{at}/questions/new?section={code}&kind=single").select_one("#kind option[selected]")["value"]
        == "single"
    )
    browser.post(f"{at}/questions/new?section={code}", asked())
    first = document().sections[0].questions[0]
    browser.post(
        f"{at}/questions/new?section={code}",
        asked(kind="several", text="哪里不满意？", text_en="What was wrong?", options="慢\n错", options_en="slow\nwrong",
              rule_of=first.code, rule_how="at_most", rule_values="2"),
    )  # fmt: skip
    page = browser.page(at)
    assert "Only if “How is it overall?” is at most 2" in page.get_text()
    second = document().sections[0].questions[1]
    assert [(one.code, one.words.zh, one.words.en) for one in second.options] == [
        ("o1", "慢", "slow"),
        ("o2", "错", "wrong"),
    ]
    assert "never changes" in browser.page(f"{at}/publication").get_text()
    assert browser.post(f"{at}/publication", {"change": ""}).status_code == 303
    page = browser.page(at)
    assert page.select_one(f"a[href='{at}/head']") is None
    assert browser.get(f"{at}/questions/{first.code}").status_code == 404
    assert browser.post(f"{at}/questions/{first.code}", asked()).status_code == 404


def test_the_next_version_says_what_can_no_longer_be_compared(app, sign_in):
    row = a_published()
    browser, at = sign_in(a_supervisor()), f"{LIST}/{row.questionnaire_id}"
    assert browser.post(f"{at}/versions").status_code == 303
    form = browser.page(f"{at}/questions/overall")
    changed = asked(text="换个问法", text_en="Question overall", may_not_apply="y", version=version_of(form))
    assert browser.post(f"{at}/questions/overall", changed).status_code == 303
    page = browser.page(f"{at}/publication")
    assert "Asked in other words" in page.get_text()
    assert browser.post(f"{at}/publication", {"change": ""}).status_code == 422
    assert browser.post(f"{at}/publication", {"change": "问法更清楚"}).status_code == 303
    assert "换个问法" not in browser.page(f"{at}/versions/1").select_one("main").get_text()
    assert "换个问法" in browser.page(f"{at}/versions/2").select_one("main").get_text()


def test_the_page_of_a_version_says_what_cannot_be_compared_with_the_one_before_what_is_gone_too(app, sign_in):
    row = a_published()
    browser, at = sign_in(a_supervisor()), f"{LIST}/{row.questionnaire_id}"
    assert "compared with version" not in browser.page(f"{at}/versions/1").select_one("main").get_text()
    browser.post(f"{at}/versions")
    assert "Every question can be compared with version 1." in browser.page(at).get_text()
    assert browser.post(f"{at}/parts/nps/away").status_code == 303
    for page in (at, f"{at}/versions/2"):
        said = browser.page(page).select_one(".notice-info").get_text(" ", strip=True)
        assert said == "What can no longer be compared with version 1 Question nps: No longer asked"
    assert browser.post(f"{at}/publication", {"change": "不再问"}).status_code == 303
    assert "Question nps: No longer asked" in browser.page(f"{at}/versions/2").select_one(".notice-info").get_text()


def test_of_two_who_write_at_once_the_second_is_told(app, sign_in):
    browser = sign_in(a_supervisor())
    at = begun(browser)
    code = document().sections[0].code
    form = browser.page(f"{at}/sections/{code}")
    old = {"title": "甲", "title_en": "A", "version": version_of(form)}
    assert browser.post(f"{at}/sections/{code}", old).status_code == 303
    answer = browser.post(f"{at}/sections/{code}", old | {"title": "乙"})
    assert answer.status_code == 422
    assert "乙" in answer.text
    assert document().sections[0].words.zh == "甲"


def test_parts_go_up_down_and_away(app, sign_in):
    browser = sign_in(a_supervisor())
    at = begun(browser)
    section = document().sections[0].code
    for text in ("一", "二"):
        browser.post(f"{at}/questions/new?section={section}", asked(text=text))
    one, two = (each.code for each in document().sections[0].questions)
    browser.post(f"{at}/parts/{two}/up")
    assert [each.code for each in document().sections[0].questions] == [two, one]
    browser.post(f"{at}/parts/{two}/away")
    assert [each.code for each in document().sections[0].questions] == [one]
    assert browser.post(f"{at}/parts/{one}/sideways").status_code == 404


def test_a_question_goes_through_the_bank_into_another_questionnaire(app, sign_in):
    row = a_published()
    browser = sign_in(a_supervisor())
    assert browser.post(f"{LIST}/{row.questionnaire_id}/questions/nps/bank").status_code == 303
    at = begun(browser)
    item = browser.page(f"{at}/bank").select_one("[name=items]")["value"]
    assert browser.post(f"{at}/bank", {"items": item, "section": document().sections[0].code}).status_code == 303
    assert [one.kind for one in document().questions()] == ["nps"]
    assert browser.post(f"{LIST}/bank/{item}/removal").status_code == 303
    assert db.session.get_one(BankItem, int(item)).retired_at is not None


def test_a_trial_shows_three_customers_checks_and_keeps_nothing(app, sign_in):
    for n in range(4):
        a_customer(name=f"海川物流集团第{n}分公司" + "长" * n)
    row = a_published()
    browser, at = sign_in(a_supervisor()), f"{LIST}/{row.questionnaire_id}/trial"
    page = browser.page(at)
    links = page.select("nav[aria-label='As which customer'] a")
    assert len(links) == 3
    assert "海川物流集团" in browser.page(links[0]["href"]).select_one("#q-words").get_text()
    assert "请" in browser.page(f"{at}?language=zh_Hans_CN").select_one("#q-words").get_text()
    assert browser.post(at, {"q.overall": "1"}).status_code == 422
    assert browser.post(at, {"q.overall": "5", "q.nps": "9"}).status_code == 200
    assert db.session.scalar(db.select(Response)) is None


@pytest.mark.parametrize("wrong", [{"text": ""}, {"rule_of": "x"}, {"kind": "poem"}])
def test_a_gap_comes_back_with_what_was_typed(app, sign_in, wrong):
    browser = sign_in(a_supervisor())
    at = begun(browser)
    answer = browser.post(f"{at}/questions/new?section={document().sections[0].code}", asked(help="帮助的话") | wrong)
    assert answer.status_code == 422
    assert "帮助的话" in answer.text


def test_managers_read_and_supervisors_write(app, sign_in):
    row = a_published()
    manager = sign_in(a_manager())
    assert manager.page(f"{LIST}/{row.questionnaire_id}").select_one("main form") is None
    assert manager.post(f"{LIST}/{row.questionnaire_id}/versions").status_code == 403
    assert sign_in(an_agent()).get(LIST).status_code == 403


@pytest.mark.parametrize("count", [1, 12])
def test_a_long_list_costs_no_more_than_a_short_one(app, sign_in, statements, count):
    for _ in range(count):
        a_published()
    browser = sign_in(a_supervisor())
    db.session.expunge_all()
    statements.clear()
    browser.get(LIST)
    assert len(statements) <= 8


@pytest.mark.parametrize("wrong", ["0", "-1", "1000", "viel", "nan", "1e9"])
def test_a_question_has_the_weight_it_is_given_and_no_other(app, sign_in, wrong):
    browser = sign_in(a_supervisor())
    at = begun(browser)
    new = f"{at}/questions/new?section=s1"
    assert browser.post(new, asked(weight=wrong)).status_code == 422
    assert browser.post(new, asked(weight="2.5", dimension=settings.policy().surveys.sides[0].code)).status_code == 303
    assert [one.weight for one in document().questions()] == [2.5]
    assert "2.5" in browser.page(at).select_one("tr[id^=part-]").get_text()
    code = next(document().questions()).code
    kept = browser.page(f"{at}/questions/{code}")
    assert kept.select_one("[name=weight]")["value"] == "2.5"


def test_the_page_says_what_may_not_apply(app, sign_in):
    version = a_published()
    rows = sign_in(a_manager(language="en")).page(f"/staff/surveys/questionnaires/{version.questionnaire_id}")
    told = {row["id"]: row.get_text(" ", strip=True) for row in rows.select("tr[id^=part-]")}
    assert {code for code, words in told.items() if "may not apply" in words} == {"part-overall", "part-sides"}
