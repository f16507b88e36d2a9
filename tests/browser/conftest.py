"""What only a browser shows: a real server and worker with the demo world, Chromium, one window per role."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a served demo world, with its worker."""
    data = tmp_path_factory.mktemp("demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    environment = os.environ | {"PORTAL_DATA": str(data), "PORTAL_DEMO": "1", "PORTAL_BASE_URL": base}
    environment.pop("PORTAL_DATABASE_URL", None)
    for command in ("migrate", "demo"):
        subprocess.run(
            [sys.executable, "-m", "portal", command], cwd=ROOT, env=environment, check=True, capture_output=True
        )
    gunicorn = [sys.executable, "-m", "gunicorn", "portal.app:create_app()", "--bind", f"127.0.0.1:{port}", "--workers", "1",
                "--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"]  # fmt: skip
    kept = {"cwd": ROOT, "env": environment, "start_new_session": True}
    processes = [
        subprocess.Popen(gunicorn, **kept),
        subprocess.Popen([sys.executable, "-m", "portal", "worker"], **kept),
    ]
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            break
        except OSError:
            time.sleep(0.1)
    yield base
    for process in processes:
        os.killpg(process.pid, signal.SIGTERM)
    for process in processes:
        process.wait(20)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
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
            page.goto("/sign-in")
            page.locator(f"form[action='/sign-in/demo'] button[value='{role}']").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    window.said = said
    yield window
    for context in opened:
        context.close()
