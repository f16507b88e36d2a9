"""What only a browser shows: a real server and worker with the demo world, Chromium, one window per role."""

import fcntl
import os
import re
import shutil
import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from tests.browser import demo_world
from tests.pages import Browser


@contextmanager
def only_once(tmp_path_factory, name: str):
    """The place all processes of this run share under this name: whoever comes second waits until the first has made it."""
    ours = tmp_path_factory.getbasetemp()
    run = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield run / name


def world_of(tmp_path_factory, pack: str):
    """The folder of this pack's demo world, made once a run: to be copied, not to be lived in."""
    with only_once(tmp_path_factory, pack) as world:
        if not world.exists():
            demo_world.made(world.with_name(f"making {pack}"), pack)
            world.with_name(f"making {pack}").rename(world)
    return world


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a served demo world, with its worker; of several test processes each has a copy of the same world."""
    data = shutil.copytree(world_of(tmp_path_factory, "telecom"), tmp_path_factory.getbasetemp() / "demo")
    with demo_world.served(data) as base:
        yield base


@pytest.fixture
def house(request, tmp_path_factory, tmp_path):
    """The folder of an own copy of the demo world of the pack that the test names, to be served at several moments."""
    return shutil.copytree(world_of(tmp_path_factory, request.param), tmp_path / "demo")


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**demo_world.CHROMIUM)
        yield browser
        browser.close()


PATIENCE = 20_000
"""How many milliseconds a page may take on a machine that is busy with other tests; nobody waits longer than it takes."""
expect.set_options(timeout=PATIENCE)

# A draft on its way gives way to the form it belongs to (hx-sync="closest form:abort"), and htmx notes that as an
# error of two lines. Whatever truly fails says a third name: sendError, responseError, timeout, swapError.
GIVEN_WAY = re.compile(r"htmx:(sendAbort|afterRequest), ")


def is_a_complaint(message) -> bool:
    return message.type in ("error", "warning") and not GIVEN_WAY.match(message.text)


@pytest.fixture
def windows(chromium):
    """windows(address) gives what opens windows there; what their consoles say must be nothing."""
    opened = []

    def at(address):
        def window(role=None, *, script=True, width=1440, height=900, locale="zh-CN", theme=None):
            context = chromium.new_context(
                base_url=address, viewport={"width": width, "height": height}, locale=locale, java_script_enabled=script,
                color_scheme=theme or "light", accept_downloads=True,
            )  # fmt: skip
            opened.append(context)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("console", lambda m: said.append(f"{page.url}: {m.text}") if is_a_complaint(m) else None)
            page.on("pageerror", lambda e: said.append(f"{page.url}: {e}"))
            if role:
                demo_world.sign_in(page, role)
            return page

        window.said = said = []
        return window

    yield at
    for context in opened:
        context.close()


@pytest.fixture
def visit(windows, address):
    """visit("agent") gives a window in which the demo's agent is signed in; what its console says must be nothing."""
    return windows(address)


@pytest.fixture
def served(app):
    """The address of this very application; its database is the test's."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    runs = threading.Thread(target=server.serve_forever, daemon=True)
    runs.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    runs.join(10)


@pytest.fixture
def console(app, served, windows):
    """console(person) gives a window in which this person is signed in, nobody without one; its console says nothing."""
    window = windows(served)

    def opened(person=None, **facts):
        page = window(**facts)
        if person is None:
            return page
        browser = Browser(app, person)
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = browser.client.get_cookie(name)
        page.context.add_cookies([{"name": name, "value": cookie.value, "url": served}])
        return page

    opened.said = window.said
    return opened
