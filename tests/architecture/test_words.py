"""Is every English sentence of ours known to the catalogue? What stands inside an expression, no extraction finds."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from portal.web.forms import HOUSE as SAID_FOR
from portal.web.of_one import OF_ONE

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "portal"
TEMPLATES = sorted((HOUSE / "templates").rglob("*.html")) + sorted((HOUSE / "templates").rglob("*.txt"))
MODULES = sorted(
    path
    for path in HOUSE.rglob("*.py")
    if "demo" not in path.parts and path.name not in ("cli.py", "component_samples.py")
)
SENTENCE = re.compile(r"[A-Z][A-Za-z’']*(?: [\w“”’'%(){},;:./–-]+){3,}")
"""Four words and more, beginning like a sentence."""
JINJA = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
APART = {
    "ValueError",
    "KeyError",
    "RuntimeError",
    "TypeError",
    "NotImplementedError",
    "LookupError",
    "AssertionError",
    "Words",
}
"""Calls whose texts are for whoever runs the portal, or stand beside their Chinese."""


@pytest.fixture(scope="module")
def known() -> set[str]:
    with (HOUSE / "translations/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as file:
        ids = [message.id for message in read_po(file, locale="zh_Hans_CN") if message.id]
    return {one for found in ids for one in (found if isinstance(found, tuple) else (found,))}


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def told(text: str) -> bool:
    return bool(SENTENCE.match(text.strip()))


def in_template(source: str) -> list[str]:
    """The sentences of a template that stand as a text of an expression, or bare between its tags."""
    tree = JINJA.parse(source)
    texts = [node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str)]
    bare = " ".join(node.data for node in tree.find_all(nodes.TemplateData))
    bare = re.sub(r"<(script|style|title)\b.*?</\1>|<[^<>]*>", "\n", bare, flags=re.DOTALL)
    return [" ".join(text.replace("%%", "%").split()) for text in [*texts, *bare.splitlines()] if told(text)]


def in_module(source: str) -> list[str]:
    """The sentences of a module that are no docstring and nothing said to whoever runs it."""
    tree = ast.parse(source)
    quiet = {
        id(part)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in APART)
        for part in ast.walk(node)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet
    ]
    return [text for text in texts if told(text)]


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_every_sentence_of_a_page_is_known_to_the_catalogue(template, known):
    plain = {" ".join(one.replace("%%", "%").split()) for one in known}
    assert [text for text in in_template(template.read_text("utf-8")) if text not in plain] == []


def test_every_sentence_of_the_code_is_known_to_the_catalogue(known):
    known = known | set(SAID_FOR)  # what WTForms says: never shown, only looked up
    known |= {one for _, one in OF_ONE.values()}  # English alone has them
    found = {named(path): [t for t in in_module(path.read_text("utf-8")) if t not in known] for path in MODULES}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_a_sentence_inside_an_expression_is_found():
    assert in_template('{{ _(why or "This ticket does not wait.") }}') == ["This ticket does not wait."]
    assert in_template("<p>This is not said well</p>") == ["This is not said well"]
    assert in_module('say(why or "This ticket does not wait.")') == ["This ticket does not wait."]


APART_FROM_ITS_NUMBER = re.compile(r"(?:[0-9]|\)s|[0-9a-z]\}) %%?(?![}%(]| [0-9(])")


def test_a_percent_sign_stands_at_its_number_in_both_languages(known):
    said = {
        named(path): path.read_text("utf-8") for path in (*TEMPLATES, *MODULES, *(HOUSE / "translations").rglob("*.po"))
    }
    assert {name: found for name, text in said.items() if (found := APART_FROM_ITS_NUMBER.findall(text))} == {}
