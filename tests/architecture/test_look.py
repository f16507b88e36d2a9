"""Does the look hold: signs drawn, colours readable in both lights, small, nothing from elsewhere?"""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2] / "portal"
CSS = (HOUSE / "static/portal.css").read_text("utf-8")
SIGNS = set(re.findall(r'<symbol id="([\w-]+)"', (HOUSE / "static/icons.svg").read_text("utf-8")))
NAMED = re.compile(r'(?:icon|sign)\("([\w-]+)"|icon="([\w-]+)"')

LIGHT, DARK = r":root \{(.*?)\n\}", r':root\[data-theme="dark"\] \{(.*?)\n\}'
PAIRS = """
ink/paper ink/ground ink-2/paper ink-2/ground ink-2/hover ink-2/line ink-3/paper ink-3/ground ink-3/sunk
ink-3/hover ink/note-soft good/good-soft warn/warn-soft bad/bad-soft info/info-soft warn/note-soft good/paper
bad/paper accent-text/accent-soft accent-text/paper accent-text/ground
"""
READ = [pair.split("/") for pair in PAIRS.split()]


def tokens(block: str) -> dict[str, str]:
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", re.search(block, CSS, re.S)[1]))
    return {"accent-text": found.get("accent", ""), **found}


def brightness(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted([brightness(one), brightness(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("above", "below"), READ)
@pytest.mark.parametrize("light", [LIGHT, DARK], ids=["light", "dark"])
def test_words_are_readable(light, above, below):
    colours = tokens(light)
    assert contrast(colours[above], colours[below]) >= 4.5


@pytest.mark.parametrize("light", [LIGHT, DARK], ids=["light", "dark"])
def test_what_can_be_filled_in_has_an_edge_one_sees(light):
    colours = tokens(light)
    assert contrast(colours["edge"], colours["paper"]) >= 3


def test_dark_by_choice_and_dark_by_system_are_the_same():
    chosen = re.search(DARK, CSS, re.S)[1].split()
    system = re.search(r':root\[data-theme="auto"\] \{(.*?)\n  \}', CSS, re.S)[1].split()
    assert chosen == system


def test_every_sign_that_is_named_is_drawn():
    pages = [page.read_text("utf-8") for page in (HOUSE / "templates").rglob("*.html")]
    named = {name for page in pages for pair in NAMED.findall(page) for name in pair if name}
    assert named - SIGNS == set()


def test_the_style_sheet_stays_small_and_asks_nobody_else():
    assert len(CSS.encode()) <= 60_000
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_the_pieces_are_all_in_the_index():
    index = (HOUSE / "templates/shared/ui.html").read_text("utf-8")
    exported = set(re.findall(r"\b_\w+\.(\w+)", index))
    listed = set(re.findall(r"(?:^|[ \n])(\w+)\(", index.split("#}")[0]))
    assert listed - {"button"} <= exported
