"""What only a browser shows: a real server and worker with the demo world, Chromium, one window per role."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import demo_world


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a served demo world, with its worker."""
    with demo_world.served(tmp_path_factory.mktemp("demo")) as base:
        yield base


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=demo_world.CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """visit("agent") gives a window in which the demo's agent is signed in; what its console says must be nothing."""
    opened, said = [], []

    def window(role=None, *, script=True, width=1440, height=900, locale="zh-CN", theme=None):
        context = chromium.new_context(
            base_url=address, viewport={"width": width, "height": height}, locale=locale, java_script_enabled=script,
            color_scheme=theme or "light", accept_downloads=True,
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda m: said.append(f"{page.url}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: said.append(f"{page.url}: {e}"))
        if role:
            demo_world.sign_in(page, role)
        return page

    window.said = said
    yield window
    for context in opened:
        context.close()
