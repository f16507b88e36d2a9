"""Kill -9 in the storm (F01), at each fault point (F02), and double clicks (F22): everything acknowledged is there once."""

import contextlib
import http.client
import os
import random
import shutil
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from bench.submission import PHOTO_FIELD, filled, multipart, photo
from portal import clock
from portal.access.sessions import _hash
from portal.app import create_app
from portal.config import from_environment
from portal.db import db, transaction
from portal.domain import files, journal
from portal.domain.drafts import Submission
from portal.domain.people.models import SignIn
from portal.domain.tickets.models import Message, Ticket
from tests.factories import a_company, a_person
from tests.faults import processes

pytestmark = pytest.mark.fault
ROOT = Path(__file__).resolve().parents[2]
SUBMISSIONS, THREADS, KILLS = 1000, 50, 20
REFERENCE = "storm-reference"


class House:
    """A portal of its own: data, one customer signed in, a server and a worker that can be killed."""

    def __init__(self, place: Path):
        self.place = place
        self.app = create_app(
            from_environment(
                data=place, secret_key="storm", testing=True, database_url=f"sqlite:///{place}/portal.sqlite"
            )
        )
        with self.app.test_request_context():
            from flask import session
            from flask_wtf.csrf import generate_csrf

            self.token = generate_csrf()
            session["reference"] = REFERENCE
            self.cookie = f"portal={self.app.session_interface.get_signing_serializer(self.app).dumps(dict(session))}"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = self.worker = None

    def start(self, crash_at: str = "", with_worker: bool = False):
        """Start it; it answers when this is over."""
        environment = os.environ | {
            "PORTAL_DATA": str(self.place), "PORTAL_SECRET_KEY": "storm", "PORTAL_FAULTS": "1", "PORTAL_CRASH_AT": crash_at,
            "PORTAL_DATABASE_URL": f"sqlite:///{self.place}/portal.sqlite",
        }  # fmt: skip
        self.server = processes.started(
            processes.gunicorn, "portal.app:create_app()", "--bind", f"127.0.0.1:{self.port}", "--workers", "1",
            "--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "critical",
            environment=environment,
        )  # fmt: skip
        self.worker = with_worker and processes.started(
            processes.worker, environment=environment | {"PORTAL_CRASH_AT": ""}
        )
        for _ in range(300):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/sign-in")
                if connection.getresponse().status == 200:
                    return
            connection.close()
            time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def kill(self):
        for process in (self.server, self.worker):
            if process:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.kill()
                process.join()

    def form(self) -> dict[str, str]:
        """What the form of a complaint sends, as the portal draws it."""
        answer = self.app.test_client(use_cookies=False).get("/tickets/new/complaint", headers={"Cookie": self.cookie})
        return filled(answer.text) | {"csrf_token": self.token}

    def submit(self, fields: dict, with_photo: bool = False) -> str | None:
        """Where the portal led to; none if nobody answered."""
        kind, body = multipart(fields, [(PHOTO_FIELD, "现场.jpg", photo())] if with_photo else [])
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            connection.request(
                "POST", "/tickets/new/complaint", body=body, headers={"Cookie": self.cookie, "Content-Type": kind}
            )
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if answer.status in (429, 500, 502, 503):
            return None
        assert answer.status == 303, (answer.status, answer.headers.items())
        return answer.headers["Location"]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory) -> Path:
    """The data of a company with one customer, signed in; made once, every house has a copy."""
    place = tmp_path_factory.mktemp("furnished")
    app = House(place).app
    with app.app_context():
        from flask_migrate import upgrade

        upgrade(directory=str(ROOT / "migrations"))
        a_company()
        person, at = a_person(), clock.now()
        with transaction():
            db.session.add(
                SignIn(token_hash=_hash(REFERENCE), person_id=person.id, begun_at=at, seen_at=at, proved_at=at)
            )
        db.session.remove()
        db.engine.dispose()
    return place


@pytest.fixture
def house(tmp_path, furnished):
    built = House(shutil.copytree(furnished, tmp_path / "house"))
    yield built
    built.kill()
    with built.app.app_context():
        db.session.remove()
        db.engine.dispose()


def check(house: House, acknowledged: dict[str, str]) -> None:
    """Everything acknowledged is there, once, whole: ticket, first words, file, journal."""
    with house.app.app_context():
        keys = list(db.session.scalars(db.select(Submission.key)))
        assert len(keys) == len(set(keys))
        assert set(acknowledged) <= set(keys)
        tickets = list(db.session.scalars(db.select(Ticket)))
        assert len(tickets) == len(keys)
        assert len({t.number for t in tickets}) == len(tickets)
        subjects = [t.subject for t in tickets]
        assert len(subjects) == len(set(subjects))
        openings = db.session.scalar(db.select(db.func.count(Message.id)).where(Message.sort == "opening"))
        assert openings == len(tickets)
        opened = db.session.scalar(
            db.select(db.func.count(journal.Entry.id)).where(journal.Entry.verb == "ticket.opened")
        )
        assert opened == len(tickets)
        assert journal.verify() == []
        assert files.verify(house.app.extensions["files"]) == []
        orphans = files.sweep(house.app.extensions["files"], older_than_seconds=-1)
        assert files.sweep(house.app.extensions["files"], older_than_seconds=-1) == 0
        assert orphans <= KILLS * 10
        db.session.remove()


def test_kill_minus_nine_during_a_thousand_submissions_loses_and_doubles_nothing(house):
    plain, acknowledged = house.form(), {}
    house.start(with_worker=True)
    waiting, lock, dice = list(range(SUBMISSIONS)), threading.Lock(), random.Random(7)

    def customer():
        while True:
            with lock:
                if not waiting:
                    return
                n = waiting.pop()
            fields = plain | {"submission_key": f"storm-{n:05}-0123456789", "subject": f"专线中断第{n}次"}
            for _ in range(400):
                if (led := house.submit(fields, with_photo=n % 10 == 0)) is not None:
                    with lock:
                        acknowledged[fields["submission_key"]] = led
                    break
                time.sleep(0.1)

    threads = [threading.Thread(target=customer) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.5))  # it answers by now: every kill hits somebody's submission
        if not any(t.is_alive() for t in threads):
            break
        house.kill()
        house.start(with_worker=True)
    for thread in threads:
        thread.join()

    assert len(acknowledged) == SUBMISSIONS
    check(house, acknowledged)


POINTS = ("file.written", "file.renamed", "journal.write", "before.commit", "after.commit")


@pytest.mark.parametrize("point", POINTS)
def test_dying_at_a_fault_point_leaves_nothing_half_done(house, point):
    fields = house.form() | {"submission_key": "point-0123456789abcdef", "subject": f"专线中断 {point}"}
    house.start(crash_at=point)
    assert house.submit(fields, with_photo=True) is None, "the process was to die"
    house.kill()
    house.start()

    led = house.submit(fields, with_photo=True)

    assert led
    check(house, {fields["submission_key"]: led})


def test_twenty_clicks_at_once_make_one_ticket(house):
    house.start()
    fields = house.form() | {"submission_key": "double-0123456789abcdef", "subject": "点了二十次"}
    led = []
    threads = [threading.Thread(target=lambda: led.append(house.submit(fields))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(led)) == 1
    check(house, {fields["submission_key"]: led[0]})
