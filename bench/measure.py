"""Each page against the floor, in one run on one server: `python -m bench.measure /tmp/bench/100k [/tmp/bench/1m …]`.

Two gunicorn workers serve the data a generator run left; a page's time is told as a multiple of the floor view's
time (one indexed SELECT of 50 rows and a bare template) of the same server. Prints one table; traffic stays on
the loopback.
"""

import argparse
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from portal import clock
from portal.access.sessions import _hash
from portal.app import create_app
from portal.config import from_environment
from portal.db import db, transaction
from portal.domain.people.models import SignIn
from portal.domain.quality.facts import before, month_of

STAFF, SUPERVISOR, CALLER, CUSTOMER = 1, 31, 32, 101


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("data", type=Path, nargs="+")
    asked.add_argument("--only", default="", help="pages whose name has this in it")
    asked.add_argument("--rounds", type=int, default=150, help="requests a page and concurrency")
    given = asked.parse_args()
    print(f"{'data':>14} {'page':<26} {'c':>2} {'p50 ms':>8} {'p95 ms':>8} {'x floor':>8} {'sql':>4} {'bytes':>7}")
    for place in given.data:
        facts = json.loads((place / "bench.json").read_text())
        os.environ.update(PORTAL_DATA=str(place), PORTAL_DATABASE_URL=facts["url"])
        name = f"{facts['tickets'] // 1000}k {'pg' if facts['url'].startswith('postgres') else 'sqlite'}"
        cookies, pages = prepared(place)
        pages = [one for one in pages if one[0] == "floor" or given.only in one[0]]
        with served() as port:
            _measure(name, port, pages, cookies, given.rounds)
            if not given.only:
                _submit(name, port, cookies["customer"], given.rounds)


def prepared(place: Path):
    """Two sessions, and the pages to measure with a ticket and a deep key of this data."""
    app = create_app(from_environment(data=place, testing=True))
    cookies = {}
    with app.app_context():
        for who, person in (("staff", STAFF), ("supervisor", SUPERVISOR), ("caller", CALLER), ("customer", CUSTOMER)):
            reference = secrets.token_urlsafe(24)
            with transaction():
                at = clock.now()
                later = at + timedelta(hours=1)
                db.session.add(
                    SignIn(token_hash=_hash(reference), person_id=person, begun_at=at, seen_at=later, proved_at=at)
                )
            with app.test_request_context():
                from flask import session

                session["reference"] = reference
                session["csrf_token"] = "b" * 40
                cookies[who] = f"portal={app.session_interface.get_signing_serializer(app).dumps(dict(session))}"
        rows = db.session.execute(
            db.text("select id, customer_id from ticket where state='open' order by due_at, id limit 120")
        ).all()
        ticket, buyer = rows[-1]
        mine = db.session.scalar(db.text("select max(id) from ticket where asked_by_id = 101")) or ticket
        closed = f"{before(month_of(clock.now()), 3):%Y-%m}"
        deep = db.session.execute(
            db.text("select due_at, id from ticket where is_live = true order by due_at, id limit 150")
        ).all()[-1]
        db.session.remove()
        db.engine.dispose()
    at = deep[0] if isinstance(deep[0], str) else deep[0].isoformat()
    deep_key = f"{at.replace(' ', 'T')}{'' if '+' in at else '+00:00'}~{deep[1]}".replace("+", "%2B")
    pages = [
        ("floor", "/bench/floor", "staff"),
        ("queue, first page", "/staff/queue/", "staff"),
        ("queue, filtered", "/staff/queue/?kind=complaint&state=open", "staff"),
        ("queue, deep page", f"/staff/queue/?after={deep_key}", "staff"),
        ("queue, search 2 characters", "/staff/queue/?q=%E5%85%89%E7%BC%86", "staff"),
        ("workbench", "/staff/", "staff"),
        ("ticket, 3 replies", f"/staff/tickets/{ticket}", "staff"),
        ("figures, running month", "/staff/quality/figures", "supervisor"),
        ("figures, closed month", f"/staff/quality/figures?month={closed}", "supervisor"),
        ("figures, department", f"/staff/quality/figures?month={closed}&of=department-1", "supervisor"),
        ("figure: why, closed", f"/staff/quality/figures/timely_reply/tickets?month={closed}", "supervisor"),
        ("figure: why, live", "/staff/quality/figures/timely_reply/tickets", "supervisor"),
        ("late today", "/staff/quality/figures/late", "supervisor"),
        ("league, a year", "/staff/quality/figures/league?period=year", "supervisor"),
        ("quality: overview", "/staff/quality/", "supervisor"),
        ("analysis, running month", "/staff/quality/analysis", "supervisor"),
        ("analysis, closed month", f"/staff/quality/analysis?month={closed}", "supervisor"),
        ("register of a month", f"/staff/quality/register?month={closed}", "supervisor"),
        ("unclosed, the week", "/staff/quality/unclosed", "supervisor"),
        ("liability, to decide", "/staff/quality/liability", "supervisor"),
        ("liability, decided", "/staff/quality/liability/decided", "supervisor"),
        ("major cases", "/staff/quality/major", "supervisor"),
        ("reopened", "/staff/quality/reopened", "supervisor"),
        ("support, running month", "/staff/quality/support/running", "supervisor"),
        ("ratings", "/staff/quality/ratings", "supervisor"),
        ("call-backs", "/staff/calls/", "caller"),
        ("customer's file", f"/staff/customers/{buyer}", "staff"),
        ("customer: home", "/home", "customer"),
        ("customer: list", "/tickets/", "customer"),
        ("customer: ticket", f"/tickets/{mine}", "customer"),
    ]
    return cookies, pages


@contextmanager
def served():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "bench.app:create_app()", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _measure(name, port, pages, cookies, rounds):
    """Each page in turns with the floor, so that whatever else the machine does weighs on both alike."""
    (_, floor_path, floor_who), *others = pages
    for workers in (1, 8):
        floors = []
        for page, path, who in others:
            asked = ((floor_path, cookies[floor_who]), (path, cookies[who]))
            _run(port, asked, 24, workers)
            (floor, _), (times, facts) = _run(port, asked, rounds, workers)
            if facts["status"] != 200:
                print(f"{name:>14} {page:<26} {workers:>2} answered {facts['status']}")
                continue
            floors += floor
            _line(name, page, workers, times, statistics.median(floor), facts)
        _line(name, "floor", workers, floors, statistics.median(floors), {"sql": "", "bytes": ""})


def _line(name, page, workers, times, floor, facts):
    p50, p95 = statistics.median(times), sorted(times)[int(len(times) * 0.95) - 1]
    print(
        f"{name:>14} {page:<26} {workers:>2} {p50 * 1000:8.1f} {p95 * 1000:8.1f} {p50 / floor:8.2f} {facts['sql']:>4} {facts['bytes']:>7}"
    )


def _run(port, asked, rounds, workers):
    """Times and facts of each (path, cookie), asked for in turns by so many clients at once."""
    kept, lock = [([], {}) for _ in asked], threading.Lock()

    def client(share):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(share):
            for (path, cookie), (times, facts) in zip(asked, kept, strict=True):
                begun = time.perf_counter()
                connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                body = answer.read()
                took = time.perf_counter() - begun
                with lock:
                    times.append(took)
                    facts.update(status=answer.status, sql=answer.headers.get("X-Statements"), bytes=len(body))
        connection.close()

    threads = [threading.Thread(target=client, args=(max(1, rounds // workers),)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return kept


def _submit(name, port, cookie, rounds):
    """A complaint with a photo of about 1 MB, until the customer has the answer."""
    from bench.submission import body_with_photo

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, status = [], None
    for _ in range(min(rounds, 40)):
        kind, body = body_with_photo(connection, cookie)
        begun = time.perf_counter()
        connection.request(
            "POST", "/tickets/new/complaint", body=body, headers={"Cookie": cookie, "Content-Type": kind}
        )
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begun)
        status = answer.status
    p50, p95 = statistics.median(times), sorted(times)[int(len(times) * 0.95) - 1]
    print(
        f"{name:>14} {'submit with 1 MB':<26} {1:>2} {p50 * 1000:8.1f} {p95 * 1000:8.1f} {'':>8} {'':>4} status {status}"
    )


if __name__ == "__main__":
    main()
