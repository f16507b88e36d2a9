"""Results of a survey at the staff's doors (R29): every page tells the figures, opens what is behind, and hides what it must."""

import csv
import io

import pyreadstat
import pytest
from openpyxl import load_workbook

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Customer
from portal.domain.people.roles import Role
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.campaign_models import Campaign
from portal.domain.surveys.document import Document, Question, Section
from portal.i18n import Words
from tests import factories
from tests.results_cast import answers, customers_of, ended, rated
from tests.survey_cast import a_campaign, options, q

ROOMS = ("", "/compare", "/priorities", "/trend", "/league", "/taking-part", "/comments", "/answers", "/questions/overall", "/questions/sides?by=tier", "/questions/why", "/questions/words")  # fmt: skip
FILES = ("/results.xlsx", "/answers.csv", "/code-book.csv", "/answers.sav")


def of(campaign: int, room: str = "") -> str:
    return f"/staff/surveys/campaigns/{campaign}/results{room}"


def launched(campaign: int) -> int:
    with transaction():
        row = db.session.get_one(Campaign, campaign)
        row.launched_at = row.launched_at or clock.now()
    return campaign


@pytest.fixture
def lived(app, ground):
    """A named survey that has ended: 24 answers of two tiers, with words."""
    return ground.world("a survey", a_survey)


@pytest.fixture
def anonymous(app, ground):
    return ground.world("an anonymous survey", lambda: a_survey(anonymity="anonymous"))


def a_survey(**facts) -> int:
    """A campaign of two tiers with words and low scores, ended."""
    campaign = launched(a_campaign(**facts))
    for number in range(24):
        stars = 5 if number % 3 else 2
        said = {
            "overall": str(stars),
            "sides.speed": str(max(1, stars - number % 2)),
            "sides.price": "3",
            "nps": str(10 if number % 3 else 4),
        }
        said |= {"words": f"第{number}条意见，电话13800001234", "why": ["slow"]}
        answers(campaign, said, tier="strategic" if number % 2 else "key", region="pudong")
    ended(campaign)
    return campaign


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_room_of_the_results_opens(lived, sign_in, room, language):
    page = sign_in(factories.again(factories.a_supervisor(language=language))).page(of(lived, room))
    assert page.select_one("h1") is not None
    assert len(page.select("nav.chips a[aria-current]")) <= 2


def test_the_page_tells_rate_and_score_apart_with_base_and_interval(lived, sign_in):
    row = sign_in(factories.a_supervisor()).page(of(lived)).select_one("tr[data-line=overall]")
    said = [" ".join(cell.get_text().split()) for cell in row.select("td")]
    assert said == ["67% (16/24)", "47–82%", "76.7", "62.4–90.9", "24"]


def test_a_figure_opens_the_answers_behind_it(lived, sign_in):
    browser = sign_in(factories.a_supervisor())
    page = browser.page(of(lived, "/questions/overall"))
    link = next(one["href"] for one in page.select("a[href*='/answers?']") if "value=2" in one["href"])
    assert len(browser.page(link).select("section[id^=answer-]")) == 8


SINGLE = ("/answers", "/answers.csv", "/code-book.csv", "/answers.sav")


def test_an_account_manager_reads_what_many_said_and_no_single_answer_of_the_own_customers_either(lived, sign_in):
    manager = factories.a_person(Role.ACCOUNT_MANAGER)
    with transaction():
        for one in customers_of(lived):
            db.session.get_one(Customer, one.id).account_manager_id = manager.id
    names = [one.short_name for one in customers_of(lived)]
    browser = sign_in(factories.again(manager))
    assert browser.page(of(lived)).select_one("tr[data-line=overall] td").get_text(" ", strip=True).startswith("67%")
    for room in ("", "/questions/overall", "/comments"):
        page = browser.page(of(lived, room))
        assert not [one for one in names if one in page.get_text()]
        assert not [
            one["href"] for one in page.select("main a[href]") if any(f"/results{way}" in one["href"] for way in SINGLE)
        ]
    assert {browser.get(of(lived, way)).status_code for way in SINGLE} == {403}
    sheets = load_workbook(io.BytesIO(browser.get(of(lived, "/results.xlsx")).data)).sheetnames
    assert not {"Answers", "Code book"} & set(sheets)


def test_whoever_is_rated_cannot_watch_the_figures_move_with_each_answer(app, sign_in):
    campaign = launched(a_campaign())
    for _ in range(12):
        answers(campaign, {"overall": "5", "nps": "9", "words": "好"})
    manager, supervisor = (
        sign_in(factories.again(one)) for one in (factories.a_person(Role.ACCOUNT_MANAGER), factories.a_supervisor())
    )
    for room in (*ROOMS, "/results.xlsx"):
        assert manager.get(of(campaign, room)).status_code in (403, 409)
    paper = {"report": "survey-report", "campaign": campaign}
    assert manager.post("/documents", paper).status_code == 409
    assert supervisor.get(of(campaign)).status_code == 200
    ended(campaign)
    assert manager.get(of(campaign)).status_code == 200


def test_names_are_struck_out_of_the_words_whoever_is_rated_reads(app, sign_in):
    campaign, manager = launched(a_campaign()), factories.a_person(Role.ACCOUNT_MANAGER)
    name = manager.name
    for number in range(10):
        answers(campaign, {"overall": "5", "nps": "9", "words": f"{name}第{number}次没来"})
    ended(campaign)
    page = sign_in(factories.again(manager)).page(of(campaign, "/comments"))
    said = [one.get_text(strip=True) for one in page.select("section[id^=own-] .list-lines p")]
    assert "×××第3次没来" in said
    assert not [one for one in said if name in one]


@pytest.mark.parametrize("room", [*ROOMS, *FILES])
def test_who_may_not_read_surveys_comes_to_no_result(lived, sign_in, room):
    assert sign_in(factories.a_person(Role.HANDLER)).get(of(lived, room)).status_code in (403, 404)
    assert sign_in(factories.a_person()).get(of(lived, room)).status_code in (403, 404)


def test_of_an_anonymous_survey_nothing_leads_to_a_person(anonymous, sign_in):
    browser = sign_in(factories.a_supervisor())
    names = [one.short_name for one in db.session.scalars(db.select(Customer)) if one.short_name]
    assert (
        browser.get(of(anonymous, "/answers")).status_code == browser.get(of(anonymous, "/league")).status_code == 404
    )
    for room in ("", "/compare", "/comments", "/questions/overall"):
        page = browser.page(of(anonymous, room))
        assert not [one for one in names if one in page.get_text()]
        assert not page.select("a[href$='/results/answers'], a[href*='/results/answers?']")
    head, *rows = list(csv.reader(io.StringIO(browser.get(of(anonymous, "/answers.csv")).text.lstrip("\ufeff"))))
    assert (len(rows), {"customer", "tier", "region", "sent_on", "words"} & set(head)) == (24, set())


def test_own_words_wait_for_ten_answers(app, sign_in):
    campaign = launched(a_campaign())
    for number in range(9):
        answers(campaign, {"overall": "5", "nps": "9", "words": f"意见{number}"})
    browser = sign_in(factories.a_supervisor())
    assert "意见3" not in browser.page(of(campaign, "/comments")).get_text()
    answers(campaign, {"overall": "5", "nps": "9", "words": "意见9"})
    assert "意见3" in browser.page(of(campaign, "/comments")).get_text()


def taken_along(browser, campaign: int, level: str = "account") -> list[dict]:
    text = browser.get(of(campaign, f"/answers.csv?level={level}")).text.lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_whoever_reckons_with_the_single_answers_and_their_weight_gets_the_share_of_the_page(app, sign_in):
    """A sample: 6 of 40 key customers are heard, and 6 of 12 others; two contacts of one of them answer."""
    strata = [{"key": "gold|", "size": 40, "drawn": 6}, {"key": "silver|", "size": 12, "drawn": 6}]
    campaign = launched(a_campaign(strata=strata))
    for stars in (5, 5, 5, 5, 2, 2):
        answers(campaign, {"overall": str(stars), "nps": "9", **({"why": "slow"} if stars < 3 else {})}, card="gold")
    for stars in (2, 2, 2, 2, 2, 5):
        answers(campaign, {"overall": str(stars), "nps": "9", **({"why": "slow"} if stars < 3 else {})}, card="silver")
    with transaction():
        for one in db.session.scalars(db.select(Response)):
            one.stratum = f"{one.card}|"
    answers(campaign, {"overall": "5", "nps": "9"}, customers_of(campaign)[-1].id)
    with transaction():
        db.session.scalars(db.select(Response).order_by(Response.id.desc())).first().stratum = "silver|"
    browser = sign_in(factories.a_supervisor())
    rows = taken_along(browser, campaign)
    whole = sum(float(one["weight"]) for one in rows)
    share = sum(float(one["weight"]) for one in rows if int(one["overall"]) >= 4) / whole
    assert round(whole) == 52
    said = browser.page(of(campaign)).select_one("tr[data-line=overall] td").get_text(" ", strip=True)
    assert said.startswith(f"{share:.0%}")
    assert {one["weight"] for one in taken_along(browser, campaign, "answer")} == {"1.0"}


def test_of_a_census_it_is_said_that_no_draw_can_err(app, sign_in):
    campaign = launched(a_campaign(strata=[{"key": "gold|", "size": 2, "drawn": 2}]))
    desk = sign_in(factories.a_supervisor())
    assert "no draw can err" in desk.page(of(campaign)).get_text()
    with transaction():
        db.session.get_one(Campaign, campaign).strata = [{"key": "gold|", "size": 3, "drawn": 2}]
    assert "no draw can err" not in desk.page(of(campaign)).get_text()


def test_what_is_taken_along_is_in_the_words_of_the_reader(lived, sign_in):
    row = taken_along(sign_in(factories.a_supervisor(language="en")), lived)[0]
    assert row["tier"] in {"Strategic", "Key", "Ordinary"}
    assert row["overall"].isdigit()


def test_the_workbook_says_what_the_page_says(lived, sign_in):
    browser = sign_in(factories.a_supervisor())
    page = browser.page(of(lived))
    book = load_workbook(io.BytesIO(browser.get(of(lived, "/results.xlsx")).data))
    lines = [[cell.value for cell in row] for row in book["Figures"].iter_rows(min_row=2)]
    shown = [
        [" ".join(cell.get_text().split()) for cell in row.select("td")] for row in page.select("#lines tr[data-line]")
    ]
    assert len(lines) == len(shown) == 4
    for line, row in zip(lines, shown, strict=True):
        assert row[0].startswith(line[2])
        assert [row[1], row[2], row[3], row[4]] == [line[3] or "—", line[4], line[5] or "—", str(line[6])]
    assert book["Answers"].max_row == 25


def test_the_spss_file_holds_every_answer_with_its_words(lived, sign_in, tmp_path):
    path = tmp_path / "answers.sav"
    path.write_bytes(sign_in(factories.a_supervisor()).get(of(lived, "/answers.sav")).data)
    frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    assert len(frame) == 24
    assert sorted(frame["overall"].value_counts().items()) == [(2.0, 8), (5.0, 16)]
    assert meta.column_names_to_labels["sides_speed"] == "Question sides — Choice speed"
    assert meta.variable_value_labels["overall"][5.0] == "Very satisfied"
    assert meta.variable_value_labels["overall"][-8.0] == "does not apply"
    assert (frame["why_slow"].sum(), frame["why_wrong"].sum()) == (8, 0)


def test_the_code_book_has_a_line_for_every_column_and_code(lived, sign_in):
    browser = sign_in(factories.a_supervisor())
    head = next(csv.reader(io.StringIO(browser.get(of(lived, "/answers.csv")).text.lstrip("\ufeff"))))
    book = list(csv.reader(io.StringIO(browser.get(of(lived, "/code-book.csv")).text.lstrip("\ufeff"))))[1:]
    assert list(dict.fromkeys(row[0] for row in book)) == head
    assert [row[4] for row in book if row[0] == "overall"] == ["", "1", "2", "3", "4", "5", "-8"]


def test_a_survey_nobody_was_asked_in_has_no_results(app, sign_in):
    campaign = a_campaign(state="draft")
    assert sign_in(factories.a_supervisor()).get(of(campaign)).status_code == 404


def test_fewer_than_five_answers_show_no_figure_anywhere(app, sign_in):
    campaign = launched(a_campaign())
    rated(campaign, 5, 4, 1)
    browser = sign_in(factories.a_supervisor())
    page = browser.page(of(campaign))
    assert "Too few answers" in page.get_text()
    assert " ".join(page.select_one("tr[data-line=overall]").get_text().split()).endswith("— — — — too few")


def a_survey_of_sides(follows: int | None = None, *, better: int = 0) -> int:
    """Twelve answers about two sides of the service and which of them matters more, with a name in the words."""
    sides = options("delivery", "price")
    document = Document(sections=(Section("s", Words("服务", "Service"), questions=(
        q("overall", required=True),
        Question("delivery", "stars", Words("{manager|客户经理}准时吗？", "Is {manager|the account manager} in time?"), dimension="delivery"),
        q("price", dimension="price"), q("order", "ranking", options=sides),
    )),))  # fmt: skip
    campaign = launched(a_campaign(document, follows_id=follows))
    for number in range(12):
        said = {"overall": "4", "delivery": str(2 + number % 2 + better), "price": "4"}
        answers(campaign, said | {"order.delivery": "1", "order.price": "2"})
    ended(campaign)
    return campaign


def test_sides_have_their_names_and_a_question_with_a_name_in_it_reads_to_nobody_in_particular(app, sign_in):
    campaign = a_survey_of_sides()
    browser = sign_in(factories.again(factories.a_supervisor(language="zh_Hans_CN")))
    for room in ("", "/league", "/compare", "/answers", "/questions/delivery"):
        assert "{manager" not in browser.page(of(campaign, room)).get_text()
    page = browser.page(of(campaign))
    assert "客户经理准时吗？" in page.get_text()
    assert "“价格”最高" in page.get_text()
    assert "安装与交付" in page.get_text()


def test_the_chart_of_priorities_shows_from_where_things_moved_since_the_wave_before(app, sign_in):
    first = a_survey_of_sides()
    second = a_survey_of_sides(first, better=2)
    browser = sign_in(factories.a_supervisor())
    assert browser.page(of(first, "/priorities")).select(".chart-arrow") == []
    page = browser.page(of(second, "/priorities"))
    line = next(row for row in page.select("#priority-table tbody tr") if "delivery" in row.get_text())
    # 2 and 3 by turns are 30 and 60, on average 45; two stars more are 80 and 100, on average 90
    assert line.select_one("[data-label='Wave before']").get_text(" ", strip=True) == "45.0 (+45.0) · 1.00"
    assert len(page.select(".chart-arrow")) == 1


def test_the_telephone_page_tells_reached_and_declined_apart_from_answered(lived, sign_in):
    page = sign_in(factories.a_supervisor()).page(f"/staff/surveys/campaigns/{lived}/telephone")
    told = [one.get_text(" ", strip=True) for one in page.select(".grid-4 .figure")]
    assert "24 of 24 reached" in told[2]
    assert "0 of 24 declined or broke off" in told[3]
