"""What comes out of the printer: read as PDFs, in both languages."""

import io
import re
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from portal.reports import pdf, registry
from tests.reports import samples
from tests.reports.hostile import HOSTILE

LANGUAGES = ("zh_Hans_CN", "en")
DOCUMENTS = {
    "month": ("service-month", samples.a_month),
    "record": ("ticket-record", samples.a_record),
    "staff record": ("ticket-record", samples.a_staff_record),
    "order": ("dispatch-order", samples.an_order),
    "filled order": ("dispatch-order", lambda: samples.filled(samples.an_order())),
}


def printed(code, facts, language="zh_Hans_CN", house=samples.HOUSE) -> pdf.Paper:
    html = registry.render_html(code, facts, language, house)
    return pdf.print_paper(html, title="t", language=language, accent=house.colour)


def pages(content: bytes) -> list[str]:
    return [page.extract_text().replace("\u2005", "") for page in PdfReader(io.BytesIO(content)).pages]


def text(content: bytes) -> str:
    return "\n".join(pages(content))


@cache
def drawable() -> frozenset[int]:
    return frozenset(TTFont(Path(pdf.__file__).parent / "fonts" / "NotoSansSC-Regular.ttf", lazy=True).getBestCmap())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_report_is_set_without_a_complaint_and_every_character_is_in_its_font(printing, document, language):
    code, facts = DOCUMENTS[document]
    paper = printed(code, facts(), language)
    assert paper.warnings == ()
    strange = {sign for sign in text(paper.content) if ord(sign) not in drawable()} - set("\n\t\u2002\u2003\u2005")
    assert strange == set()


def test_a_chinese_report_says_everything_in_chinese(printing):
    words = text(printed("service-month", samples.a_month()).content)
    for wanted in (
        "一、一页摘要",
        "二、服务承诺兑现",
        "三、诉求与投诉",
        "四、重点投诉复盘",
        "五、满意度",
        "六、口径说明",
        "七、回执",
        "诉求清单",
    ):
        assert wanted in words
    english = set(re.findall(r"[A-Za-z]{4,}", words)) - {"zhou", "example", "portal"}
    assert english == set()


@pytest.mark.parametrize(
    ("language", "chapter", "foot"),
    [
        ("zh_Hans_CN", "二、服务承诺兑现", "第 4 页 共 10 页"),
        ("en", "2. Service commitments kept", "Page 4 of 11"),
    ],
)
def test_header_and_foot_name_customer_chapter_secrecy_page_and_number(printing, language, chapter, foot):
    sheets = pages(printed("service-month", samples.a_month(), language).content)
    page = re.sub(r"[\s\u3000\u00a0]+", " ", sheets[3])
    assert "华东轨交 ・" in page or "华东轨交 ·" in page
    assert page.count(chapter) == 2  # in the text and in the header
    assert foot in page
    assert "FW-202603-KH0012-01" in page
    assert ("仅供双方使用" if language != "en" else "For the customer and us only") in page


def test_the_cover_has_neither_header_nor_foot(printing):
    cover = pages(printed("service-month", samples.a_month()).content)[0]
    assert "第 1 页" not in re.sub(r"\s+", " ", cover)
    assert "华东轨道交通装备（苏州）有限公司" in cover


def test_a_table_that_goes_on_says_so_and_repeats_its_head(printing):
    sheets = pages(printed("service-month", samples.a_month(60)).content)
    first = next(n for n, page in enumerate(sheets) if "表 A-1" in page and "诉求清单" in page)
    assert "续表" not in sheets[first]
    assert "续表 A-1" in sheets[first + 1]
    assert "提交日期" in sheets[first + 1]


def test_a_heading_goes_with_its_table_to_the_next_page_where_the_table_begins_and_is_not_continued(printing):
    sheets = pages(printed("figures-month", samples.figures(rows=22)).content)
    assert "近 13 个月" not in sheets[0]
    assert "表 3" in sheets[1]
    assert "续表" not in sheets[1]


def test_small_figures_are_said_to_be_small(printing):
    from dataclasses import replace

    from portal.reports.service_month import Satisfaction

    few = replace(samples.a_month(3), satisfaction=Satisfaction(asked=4, stars=(0, 0, 0, 1, 2)))
    words = text(printed("service-month", few).content)
    assert "样本不足" in words
    assert "100%" not in words.split("五、满意度")[2].split("六、口径说明")[0]


def test_a_share_that_missed_its_target_does_not_look_as_if_it_had_met_it(printing):
    words = text(printed("service-month", samples.a_month()).content)
    assert "89.6%" in words  # 26 of 29 against 90%


def test_the_interval_and_the_count_stand_beside_the_share(printing):
    words = text(printed("service-month", samples.a_month()).content)
    assert "18/20" in words
    assert "70%～97%" in words


def test_an_empty_month_is_a_report_all_the_same(printing):
    from portal.reports.service_month import ServiceMonth

    full = samples.a_month()
    bare = ServiceMonth(
        number="FW-1", customer_name="甲", customer_short="甲", period_from=full.period_from,
        period_to=full.period_to, snapshot_at=full.snapshot_at, snapshot_id="S-1",
    )  # fmt: skip
    for language in LANGUAGES:
        paper = printed("service-month", bare, language)
        assert paper.warnings == ()
    assert "本期没有重点投诉" in text(printed("service-month", bare).content)


def test_beyond_three_hundred_rows_the_rest_lies_in_the_data_file(printing):
    month = samples.a_month(420)
    content = registry.print_report("service-month", month, "zh_Hans_CN", samples.HOUSE)
    reader = PdfReader(io.BytesIO(content))
    ((name, (data,)),) = reader.attachments.items()
    assert name == "FW-202603-KH0012-01.csv"
    rows = data.decode("utf-8-sig").splitlines()
    assert len(rows) == 421
    assert rows[0].startswith("编号,提交日期,类型")
    assert "前 300 件" in text(content).replace("\n", "")


def test_a_cell_that_spreadsheets_would_run_is_made_harmless(printing):
    from dataclasses import replace

    from portal.reports.service_month import data_file

    month = samples.a_month(1)
    line = replace(month.tickets[0], subject='=HYPERLINK("https://evil.example")')
    data = data_file(replace(month, tickets=(line,)), lambda said: str(said)).decode("utf-8-sig")
    assert "\"'=HYPERLINK" in data


def test_what_customers_read_is_tagged_titled_and_in_their_language(printing):
    content = registry.print_report("ticket-record", samples.a_record(), "en", samples.HOUSE)
    catalogue = PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert catalogue["/Lang"] == "en"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert "TS-260305-0002" in PdfReader(io.BytesIO(content)).metadata.title


def test_the_customers_edition_holds_nothing_internal(printing):
    ours = samples.a_staff_record()
    assert samples.SECRET in text(printed("ticket-record", ours).content)
    theirs = samples.a_record()
    assert samples.SECRET not in text(printed("ticket-record", theirs).content)
    assert not {"notes", "contacts", "dispatches", "liability"} & set(theirs.to_json())


def test_a_dispatch_order_fits_one_page_blank_and_filled(printing):
    for language in LANGUAGES:
        for order in (samples.an_order(), samples.filled(samples.an_order())):
            assert printed("dispatch-order", order, language).pages == 1


def test_the_company_s_colour_and_logo_are_on_the_paper(printing):
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (40, 20), "#123456").save(drawn, "PNG")
    house = registry.House("甲公司", accent="#7a1fa2", logo=drawn.getvalue())
    paper = printed("service-month", samples.a_month(), house=house)
    assert paper.warnings == ()
    assert len(PdfReader(io.BytesIO(paper.content)).pages[0].images) == 1


def test_what_is_no_colour_and_no_png_is_left_out():
    house = registry.House("甲公司", accent="red;} body{display:none", logo=b"<svg onload=alert(1)>")
    assert house.colour == registry.ACCENT
    assert house.logo_address == ""


@pytest.mark.parametrize("sort", HOSTILE)
def test_hostile_words_stay_words(printing, sort):
    words = HOSTILE[sort]
    record = samples.a_staff_record(
        subject=words[:200], description=words, contact_name=words[:60], solution=words,
        conversation=tuple(e for e in samples.a_record().conversation[:1]),
        answers=(samples.Answer(samples.Words("设备型号", "Model"), words),),
    )  # fmt: skip
    html = registry.render_html("ticket-record", record, "zh_Hans_CN", samples.HOUSE)
    for tag in (
        "<script",
        '<img src="http',
        "<link rel",
        "<iframe",
        "<object",
        "<embed",
        "<image",
        "<h1>forged",
    ):
        assert tag not in html
    paper = pdf.print_paper(html, title="t", language="zh-CN")
    assert paper.warnings == ()
    assert PdfReader(io.BytesIO(paper.content)).attachments == {}
    out = text(paper.content)
    assert "root:" not in out
    assert {sign for sign in out if ord(sign) not in drawable()} - set("\n\t\u2002\u2003\u2005") == set()


def test_an_emoji_is_named_and_a_mark_that_turns_text_around_is_left_out(printing):
    paper = printed("ticket-record", samples.a_record(description="太差了😡 \u202egnirts"))
    out = text(paper.content).replace("\n", "")
    assert "太差了[怒火中烧] gnirts" in out
