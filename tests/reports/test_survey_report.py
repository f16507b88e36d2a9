"""The report on a survey (R29): the paper says what the page says, and nobody is known by their words."""

import io

import pytest
from pypdf import PdfReader

from portal.access import papers
from portal.domain.documents.models import Document
from portal.domain.people.roles import Role
from portal.reports import registry
from portal.reports.gathering.documents import GATHERINGS
from portal.reports.registry import House
from tests.factories import a_person, a_supervisor
from tests.results_cast import answers, ended
from tests.staff.test_survey_results import a_survey, launched, of
from tests.survey_cast import a_campaign

HOUSE = House("申江通信有限公司", "申江通信", accent="#0b6170")


@pytest.fixture
def lived(app, ground):
    return ground.world("a survey", a_survey)


def gathered(campaign: int, asker):
    document = Document(report="survey-report", params={"campaign": campaign}, number="DC-1-BG", language="en", by_id=asker.id)  # fmt: skip
    return GATHERINGS["survey-report"](document, asker, lambda model: papers.visible(model, asker))


def printed(facts, language: str = "en") -> str:
    pdf = registry.print_report("survey-report", facts, language, HOUSE)
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_paper_and_page_say_the_same_figures(lived, sign_in):
    by = a_supervisor()
    facts = gathered(lived, by)
    page = sign_in(by).page(of(lived))
    rows = [
        [" ".join(cell.get_text().split()) for cell in row.select("td")] for row in page.select("#lines tr[data-line]")
    ]
    told = [
        [
            f"{one.rate} ({one.count})" if one.count else one.rate, one.rate_between or "—", one.score, one.score_between or "—", one.n,
        ]
        for one in facts.lines
    ]  # fmt: skip
    assert told == rows
    shown = [" ".join(one.get_text().split()) for one in page.select("#headline .figure-value")]
    assert [one.value for one in facts.headline] == shown
    sides = [[cell.get_text(strip=True) for cell in row.select("td")] for row in page.select("#sides-table tbody tr")]
    assert [[one.shown, one.between or "—", one.n or "—"] for one in facts.sides[:-1]] == sides
    text = printed(facts).replace(" ", "")
    for one in facts.lines:
        assert one.score.replace(" ", "") in text
        assert one.rate.replace(" ", "") in text


def test_the_report_is_kept_and_read_again_as_it_was(lived):
    facts = gathered(lived, a_supervisor())
    assert type(facts).from_json(facts.to_json()) == facts
    assert "调查方法" in printed(facts, "zh_Hans_CN").replace(" ", "")


def test_own_words_stand_without_names_and_numbers(app):
    campaign = launched(a_campaign())
    a_person(Role.AGENT, name="欧阳接线")
    for number in range(10):
        answers(
            campaign,
            {"overall": "5", "nps": "9", "words": f"{number} 欧阳接线很好，请打 138 0000 1234 或写 wang@firma.cn"},
        )
    ended(campaign)
    facts = gathered(campaign, a_supervisor())
    [words] = facts.words
    assert sorted(words.texts)[0] == "0 ×××很好，请打 ××× 或写 ×××"
    assert "欧阳" not in printed(facts, "zh_Hans_CN")


def test_nobody_without_the_right_to_read_surveys_gets_the_report(lived):
    assert not papers.permits("survey-report", a_person(Role.HANDLER))
    assert not papers.permits("survey-report", a_person())
    assert papers.permits("survey-report", a_supervisor())


def test_a_report_is_asked_for_on_the_page(lived, sign_in):
    browser = sign_in(a_supervisor())
    answer = browser.post("/documents/", {"report": "survey-report", "campaign": str(lived), "level": "answer"})
    assert answer.status_code == 303
    assert "DC-" in browser.page(answer.location).get_text()
