"""Every page in both languages and both lights: nothing for axe to find, a quiet console, one h1, no sideways scrolling."""

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.app import create_app
from portal.config import from_environment
from portal.domain.people.roles import Role
from tests.browser import demo_world, pages_found
from tests.browser.conftest import only_once, world_of

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "axe.min.js").read_text()
PAGES = "pages.json"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
FIND = """async (only) => (await axe.run(document, { runOnly: only, resultTypes: ["violations"] })).violations
  .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`)"""
SIDEWAYS = """() => document.documentElement.scrollWidth > innerWidth && [...document.querySelectorAll("main *, header *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((one) => one.outerHTML.slice(0, 90)).join(" | ")"""


@pytest.fixture(scope="module")
def walked(chromium, tmp_path_factory):
    """The folder of a demo world through which every role has walked once a run, and in it the pages they found."""
    with only_once(tmp_path_factory, "walked") as world:
        if not (world / PAGES).exists():
            shutil.copytree(world_of(tmp_path_factory, "telecom"), world)
            with demo_world.served(world) as address:
                plan = pages_found.plan(_app(world), chromium, address)
            (world / PAGES).write_text(json.dumps([*plan.items()]))
    return world


@pytest.fixture(scope="module")
def address(walked, tmp_path_factory):
    """The address of a copy of that world."""
    with demo_world.served(shutil.copytree(walked, tmp_path_factory.mktemp("walked") / "demo")) as base:
        yield base


@pytest.fixture(scope="module")
def planned(walked):
    """Which role looks at which pages."""
    found = json.loads((walked / PAGES).read_text())
    return {role and Role(role): urls for role, urls in found}, _app(walked)


def _app(data: Path):
    return create_app(from_environment(data=data, secret_key="test", testing=True))


def test_every_page_is_looked_at(planned):
    plan, app = planned
    looked_at = {pages_found.endpoint(app, url) for urls in plan.values() for url in urls}
    assert pages_found.pages_of(app) - looked_at == set()


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "nobody")
def test_pages_are_open_to_everybody(planned, visit, role, language):
    page = visit(role, locale="zh-CN" if language == "zh_Hans_CN" else "en-GB")
    page.add_init_script(AXE)  # faster than handing half a megabyte to every page that is open
    page.emulate_media(reduced_motion="reduce")
    speak(page, language)
    found = []
    try:
        for url in planned[0][role]:
            found += [f"{url} {one}" for one in troubles(page, url)]
    finally:
        if role:
            speak(page, "zh_Hans_CN")
    assert not found + visit.said, "\n".join(found + visit.said)


def speak(page: Page, language: str):
    """The pages in this language from now on."""
    if page.url == "about:blank":
        page.goto("/sign-in")
    token = page.locator("meta[name=csrf-token]").first.get_attribute("content")
    page.context.request.post("/language", form={"csrf_token": token, "language": language})


def troubles(page: Page, url: str) -> list[str]:
    """What is wrong with this page, in words."""
    page.emulate_media(color_scheme="light")
    answer = page.goto(url)
    found = [] if answer.ok else [f"status {answer.status}"]
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    found += page.evaluate(FIND, RULES)
    page.emulate_media(color_scheme="dark")
    found += [f"dark {one}" for one in page.evaluate(FIND, {"type": "rule", "values": ["color-contrast"]})]
    page.set_viewport_size({"width": 390, "height": 844})
    if wide := page.evaluate(SIDEWAYS):
        found.append(f"wider than 390 px: {wide}")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found
