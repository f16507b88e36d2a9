"""Do the laws of the house hold: names, sizes, templates, words?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "portal"
TEMPLATES = sorted((HOUSE / "templates").rglob("*.html"))
HIDING = {"utils", "util", "helpers", "common", "core", "base", "misc", "services", "managers", "lib"}


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_no_file_hides_behind_its_name():
    hiding = [named(p) for p in HOUSE.rglob("*.py") if p.stem in HIDING]
    assert hiding == []


def test_every_module_says_what_lives_in_it():
    silent = [named(p) for p in HOUSE.rglob("*.py") if not p.read_text("utf-8").lstrip().startswith(('"""', "'''"))]
    assert silent == []


def test_no_module_holds_too_much():
    large = {named(p): n for p in HOUSE.rglob("*.py") if (n := len(p.read_text("utf-8").splitlines())) > 420}
    assert large == {}


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_what_htmx_aims_at_is_a_block_of_the_page(template):
    source = template.read_text("utf-8")
    if template.parts[-2] in ("layout", "shared", "parts"):
        return
    ids = {t for t in re.findall(r'hx-target="#([a-z-]+)"', source)} | {
        t for t in re.findall(r'target="([a-z-]+)"', source)
    }
    blocks = set(re.findall(r"{%-? *block ([a-z_-]+)", source)) | _inherited(source) | _around(template)
    unknown = {
        i for i in ids if i not in blocks and i.replace("-", "_") not in blocks and i not in ("_blank", "sheet", "this")
    }
    assert not unknown, f"no block for {unknown}"


def _inherited(source: str) -> set[str]:
    found = set()
    for name in re.findall(r'{% *(?:extends|include) "([^"]+)"', source):
        parent = HOUSE / "templates" / name
        if parent.exists():
            text = parent.read_text("utf-8")
            found |= set(re.findall(r"{%-? *block ([a-z_-]+)", text)) | _inherited(text)
    return found


def _around(template: Path) -> set[str]:
    """The blocks of the pages that include this piece of one."""
    found, name = set(), str(template.relative_to(HOUSE / "templates"))
    for page in TEMPLATES:
        text = page.read_text("utf-8")
        if f'include "{name}"' in text:
            found |= set(re.findall(r"{%-? *block ([a-z_-]+)", text)) | _inherited(text) | _around(page)
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_whatever_asks_the_server_names_what_the_answer_replaces(template):
    """What lies in a form would inherit the form's target: the whole page."""
    plain = re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}", "x", template.read_text("utf-8"), flags=re.DOTALL)
    tags = re.findall(r"<[a-z][^<>]*>", plain)
    assert [tag for tag in tags if re.search(r"\shx-(get|post)=", tag) and "hx-target=" not in tag] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_templates_hold_nothing_inline_and_trust_nothing(template):
    source = template.read_text("utf-8")
    assert not re.search(
        r"\bstyle=|\son(click|change|submit|load|input|error|focus|blur|toggle|key\w+|mouse\w+)=|hx-on|javascript:|hx-vals=['\"]js",
        source,
    )
    assert not re.search(r"\|\s*safe\b", source)
    if template.parts[-2] not in ("shared", "parts") and "reports" not in template.parts:
        assert not re.search(r"{%-? *(import|from) ", source), "a block rendered alone has not run its file's imports"


def test_markup_is_made_in_templates_only():
    makers = [named(p) for p in HOUSE.rglob("*.py") if "Markup(" in p.read_text("utf-8")]
    assert [m for m in makers if not m.startswith(("reports/", "web/"))] == []


def test_the_script_writes_text_and_never_markup():
    source = (HOUSE / "static" / "portal.js").read_text("utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "document.write"):
        assert word not in source
