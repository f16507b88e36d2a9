"""Does a worker end when told to, whatever it is in the middle of, and is nothing lost when it dies?"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults import processes
from tests.test_worker import Mailbox, a_server, plain

pytestmark = pytest.mark.fault
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""Seconds after which a process counts as stuck; nobody waits longer than it takes."""


def house(place: Path) -> dict[str, str]:
    return {
        "PORTAL_DATA": str(place),
        "PORTAL_SECRET_KEY": "test",
        "PORTAL_DATABASE_URL": f"sqlite:///{place}/p.sqlite",
    }


@pytest.fixture(scope="module")
def laid(tmp_path_factory) -> Path:
    """The data of a portal whose tables are laid, and nothing in them."""
    place = tmp_path_factory.mktemp("laid")
    env = os.environ | house(place)
    subprocess.run([sys.executable, "-m", "portal", "migrate"], cwd=ROOT, env=env, check=True, capture_output=True)
    return place


@pytest.fixture
def place(tmp_path, laid) -> Path:
    return shutil.copytree(laid, tmp_path / "house")


def run_worker(place: Path, **environment):
    env = os.environ | house(place) | {"PYTHONUNBUFFERED": "1"} | environment
    return subprocess.Popen(
        [sys.executable, "-m", "portal", "worker"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_ends_at_the_word(place, word):
    process = run_worker(place)
    assert "at work" in process.stdout.readline()

    process.send_signal(word)
    rest, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert "ended" in rest or "broken off" in rest  # as it was between two looks, or in the middle of one


def test_a_worker_stuck_in_a_silent_mail_server_ends_all_the_same_and_the_letter_stays_ours(place):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        in_its_house(place, SEED)  # before the worker lives: what a factory writes does not wait for other writers
        process = run_worker(place, PORTAL_SMTP_URL=plain(port))
        silent.settimeout(PATIENCE)
        line, _ = silent.accept()
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=PATIENCE)
        line.close()

    assert "broken off" in rest
    assert states(place) == "leased"


def test_a_worker_that_dies_after_the_handover_repeats_the_letter_under_the_same_name(place):
    box = Mailbox()
    with a_server(box) as port:
        settled = {"PORTAL_SMTP_URL": plain(port)}
        in_its_house(place, SEED)
        died = in_its_house(place, DELIVER, code=137, PORTAL_FAULTS="1", PORTAL_CRASH_AT="outbox.sent", **settled)
        assert died == ""
        assert states(place) == "leased"
        assert in_its_house(place, DELIVER, **settled) == "Counter()"
        after = f"from datetime import timedelta\nwith clock.shifted_by(timedelta(minutes=4)):\n    {DELIVER}"
        assert in_its_house(place, after, **settled) == "Counter({'sent': 1})"

    assert len(box.mail) == 2
    assert len({m["Message-ID"] for m in box.mail}) == 1
    assert states(place) == "sent"


DELIVER = "print(PostOffice(app.extensions['portal']).deliver())"
SEED = """
from tests.factories import a_company, an_agent
from tests.domain.test_outbox import a_letter
a_company()
a_letter(an_agent())
"""
HOUSE = """
import logging, structlog
from portal import clock
from portal.app import create_app
from portal.mail import PostOffice
app = create_app()
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
with app.app_context():
"""


def states(place: Path) -> str:
    """How its letters stand."""
    with closing(sqlite3.connect(place / "p.sqlite")) as there:
        return ",".join(state for (state,) in there.execute("select state from letter"))


def in_its_house(place: Path, do: str, code: int = 0, **environment) -> str:
    """Run this in a process of its own, on the data of that place; gives what it printed."""
    program = HOUSE + "\n".join(f"    {line}" for line in do.splitlines())
    said = place / "said"
    process = processes.started(
        processes.program, program, environment=os.environ | house(place) | environment, said=said
    )
    process.join()
    assert process.exitcode == code, processes.mistakes(said).read_text()
    return said.read_text().strip()
