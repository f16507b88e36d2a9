"""A demo world being served, with its worker: for the tests in a browser, and for the pictures of the README."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of a demo world that lives in this folder, as long as the block runs."""
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
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for command in (gunicorn, [sys.executable, "-m", "portal", "worker"])
    ]
    try:
        _await(port)
        yield base
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            process.wait(20)


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
