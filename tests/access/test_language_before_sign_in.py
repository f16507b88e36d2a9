"""Before anybody has signed in or chosen, pages speak the language the browser asks for first; Chinese where it asks for neither."""

import re

import pytest

from tests.pages import Browser

HAN = re.compile("[一-鿿]+")


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-CN,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.5", "en"),
        ("en-US", "en"),
        ("de-DE,de;q=0.9,en;q=0.5", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_the_first_of_our_languages_that_the_browser_names_is_spoken(app, asked, spoken):
    page = Browser(app).page("/sign-in", headers={"Accept-Language": asked})
    assert page.html["lang"] == spoken


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten", "/forgotten/asked", "/surveys/link/opted-out"])
def test_an_english_browser_reads_no_chinese_before_signing_in(app, path):
    page = Browser(app).page(path, headers={"Accept-Language": "en"})
    assert HAN.findall(page.main.get_text()) == []
    assert [text for text in page.select_one(".switches").stripped_strings if HAN.search(text)] == ["中文"]
