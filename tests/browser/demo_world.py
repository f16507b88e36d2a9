"""A demo world being served, with its worker: for the tests in a browser, and for the pictures of the README."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import BEGIN

ROOT = Path(__file__).resolve().parents[2]
DEBIAN_S = Path("/usr/bin/chromium-headless-shell")
CHROMIUM = {
    "executable_path": DEBIAN_S if DEBIAN_S.exists() else None,  # else the one that playwright installed
    "args": ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"],
}  # fmt: skip
"""How the browser is started: Chromium without windows of its own, which nobody sees and which cost a quarter of its time."""


@contextmanager
def served(data: Path, later: timedelta = timedelta()) -> Iterator[str]:
    """The address of a demo world that lives in this folder, as long as the block runs; made where there is none yet.

    It is always the same morning there, or one so much `later`, and the same world: no day of the week shows other
    pages than another.
    """
    if not (data / "portal.sqlite").exists():
        made(data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    gunicorn = ["gunicorn", "portal.app:create_app()", "--bind", f"127.0.0.1:{port}", "--workers", "1",
                "--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"]  # fmt: skip
    processes = [
        subprocess.Popen(_that_morning(*command, later=later), cwd=ROOT, env=_house(data, base), start_new_session=True)
        for command in (gunicorn, ("portal", "worker"))
    ]
    try:
        _await(port)
        yield base
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            process.wait(60)


def made(data: Path, pack: str = "telecom") -> None:
    """Fill this folder with the demo world of a policy pack."""
    for command in (("migrate",), ("demo", "--pack", pack)):
        subprocess.run(_that_morning("portal", *command), cwd=ROOT, env=_house(data), check=True, capture_output=True)


def _house(data: Path, base: str = "http://127.0.0.1") -> dict[str, str]:
    environment = os.environ | {"PORTAL_DATA": str(data), "PORTAL_DEMO": "1", "PORTAL_BASE_URL": base}
    environment.pop("PORTAL_DATABASE_URL", None)
    return environment


def _that_morning(*command: str, later: timedelta = timedelta()) -> list[str]:
    """This command, begun at the moment at which every test begins, or so much later."""
    shift = (BEGIN + later - datetime.now(UTC)).total_seconds()
    return [sys.executable, "-m", "tests.browser.at_another_time", str(shift), *command]


def _await(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the portal does not answer")


def sign_in(page, role: str) -> None:
    """By the button of this role on the sign-in page."""
    page.goto("/sign-in")
    page.locator(f"form[action='/sign-in/demo'] button[value='{role}']").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
