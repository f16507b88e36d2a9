"""Can the company's colour be read wherever it stands, whatever colour it is, and is its look cached and safe?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.db import transaction
from portal.domain import settings
from portal.web import look
from tests.pages import Browser

COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))


def variables(css: str) -> list[dict[str, str]]:
    return [dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", part)) for part in css.split("\n") if part]


def test_contrast_is_reckoned_as_the_standard_says():
    assert look.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert look.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert look.contrast("#1f5f8b", "#1f5f8b") == 1


@given(COLOURS)
def test_whatever_colour_it_is_it_can_be_read(accent):
    light, dark, auto = variables(look.stylesheet(accent))
    assert dark == auto
    for mode, grounds in ((light, look.LIGHT), (dark, look.DARK)):
        assert look.contrast(mode["--accent"], mode["--accent-ink"]) >= 4.5
        for ground in (*grounds, mode["--accent-soft"]):
            assert look.contrast(mode["--accent-text"], ground) >= 4.5
    assert light["--accent"] == accent
    assert look.contrast(dark["--accent"], look.DARK[0]) >= 3


@pytest.mark.parametrize("wrong", ["", "red", "#fff", "#12345g", "#123456; } body { display: none", "#1F5F8B\n"])
def test_what_is_no_colour_never_reaches_the_style_sheet(wrong):
    assert look.stylesheet(wrong) == look.stylesheet(settings.Company.accent)


def test_the_style_sheet_is_for_everybody_and_kept_until_the_colour_changes(app):
    browser = Browser(app)
    address = look.url()
    answer = browser.get(address)
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert browser.get("/look.css").headers["Cache-Control"] == "no-cache"
    assert browser.get("/look.css", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304

    with transaction():
        settings.change("company", None, accent="#aa3300")
    assert look.url() != address
    assert "--accent: #aa3300;" in browser.get(look.url()).text
    assert browser.get(address).headers["Cache-Control"] == "no-cache"


def test_no_file_but_the_logo_is_given_out(app):
    browser = Browser(app)
    assert browser.get("/logo/0123456789abcdef").status_code == 404
    assert browser.get("/logo/..%2f..%2fsecret_key").status_code == 404
