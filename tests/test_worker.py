"""Does the worker deliver each letter once, whatever the mail server does, and every job once per slot?"""

import socket
import ssl
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from portal import clock, mail, worker
from portal.config import Config
from portal.db import Base, db, transaction
from portal.domain import journal, retention, slots
from portal.domain.drafts import Submission
from portal.domain.outbox import Letter
from portal.domain.people.models import Attempt, SecretLink, SignIn
from portal.domain.people.roles import Role
from portal.domain.ratings.models import RatingRequest
from portal.domain.slots import JobRun
from portal.domain.tickets.models import Ticket
from portal.mail import PostOffice
from portal.worker import Job, Worker
from tests.conftest import tamper
from tests.domain.test_outbox import a_letter
from tests.factories import a_person, a_ticket, again, an_agent, kept

ROOT = Path(__file__).resolve().parents[1]


class Mailbox:
    """A mail server's mind: what it answers, and what it has taken in."""

    def __init__(self, recipient="250 OK", taken="250 OK", drops=0):
        self.recipient, self.taken, self.drops, self.mail = recipient, taken, drops, []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server, session, envelope):
        if self.taken.startswith("250"):
            self.mail.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.drops:
            self.drops -= 1
            server.transport.abort()
        return self.taken


@contextmanager
def a_server(box: Mailbox, **facts):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, **facts)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def an_office(app, url: str | None) -> PostOffice:
    return PostOffice(replace(app.extensions["portal"], smtp_url=url))


def plain(port: int) -> str:
    return f"smtp://127.0.0.1:{port}?tls=none"


def state_of(letter: Letter) -> tuple[str, str]:
    db.session.rollback()  # what the worker did meanwhile is seen
    found = db.session.get_one(Letter, letter.id, populate_existing=True)
    return found.state, found.error


def later(minutes: float):
    return clock.frozen_at(clock.now() + timedelta(minutes=minutes))


def test_a_letter_leaves_as_text_and_html_with_its_names_whole(app):
    letter = a_letter(an_agent(name="王小一", language="zh_Hans_CN"), ticket_id=a_ticket().id)
    box = Mailbox()
    with a_server(box) as port:
        assert an_office(app, plain(port)).deliver()["sent"] >= 1

    message = next(m for m in box.mail if "有新的答复" in m["Subject"])
    assert message["Subject"] == "【申江】您的诉求 TS-261122-0007 有新的答复"
    assert message["From"].addresses[0].display_name == "申江通信"
    assert message["To"].addresses[0].display_name == "王小一"
    assert message["Reply-To"].addresses[0].addr_spec == "portal@localhost"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].startswith(f"<{letter.id}.")
    assert "王小一，您好：" in message.get_body(("plain",)).get_content()
    assert 'lang="zh-CN"' in message.get_body(("html",)).get_content()
    assert state_of(letter) == ("sent", "")


def test_line_breaks_in_names_and_subjects_make_no_headers(app):
    reader = an_agent(name="王\r\nBcc: thief@example.test")
    facts = {"number": "TS-1", "subject": "专线\r\nBcc: thief@example.test\r\n\r\n正文", "customer": "海川\nX: y"}
    a_letter(reader, "ticket_arrived", facts=facts)
    box = Mailbox()
    with a_server(box) as port:
        an_office(app, plain(port)).deliver()

    assert len(box.mail) == 1
    assert box.mail[0]["Bcc"] is None
    assert box.mail[0]["X"] is None
    assert "\n" not in box.mail[0]["Subject"]


def test_a_refusal_for_now_is_tried_later_and_sent_once(app):
    letter, box = a_letter(an_agent()), Mailbox(recipient="451 try later")
    with a_server(box) as port:
        office = an_office(app, plain(port))
        assert office.deliver() == Counter({"put off": 1})
        assert state_of(letter) == ("waiting", "451 try later")
        assert office.deliver() == Counter()
        box.recipient = "250 OK"
        with later(2):
            assert office.deliver() == Counter(sent=1)

    assert len(box.mail) == 1


def test_a_refusal_for_good_is_seen_and_holds_up_nobody(app):
    box = Mailbox(recipient="550 no such user")
    refused = a_letter(an_agent())
    with a_server(box) as port:
        office = an_office(app, plain(port))
        office.deliver()
        box.recipient = "250 OK"
        other = a_letter(an_agent())
        office.deliver()

    assert state_of(refused) == ("failed", "550 no such user")
    assert state_of(other) == ("sent", "")


def test_a_line_lost_before_the_answer_repeats_the_letter_under_the_same_name(app):
    letter, box = a_letter(an_agent()), Mailbox(drops=1)
    with a_server(box) as port:
        office = an_office(app, plain(port))
        assert office.deliver() == Counter({"put off": 1})
        with later(2):
            assert office.deliver() == Counter(sent=1)

    assert len(box.mail) == 2
    assert box.mail[0]["Message-ID"] == box.mail[1]["Message-ID"]
    assert state_of(letter) == ("sent", "")


def test_a_server_that_is_away_is_left_alone_for_a_minute_and_no_letter_pays_for_it(app):
    letters = [a_letter(an_agent()) for _ in range(3)]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        office = an_office(app, plain(nobody.getsockname()[1]))
        assert office.deliver() == Counter({"put off": 1})
        assert office.deliver() == Counter()
    assert [state_of(one)[0] for one in letters] == ["waiting"] * 3
    assert "ConnectionRefusedError" in state_of(letters[0])[1]


def test_six_hours_without_mail_lose_nothing_double_nothing_and_keep_the_order(app):
    tickets = [a_ticket().id for _ in range(4)]
    readers = [an_agent() for _ in range(5)]
    with transaction():
        db.session.execute(db.delete(Letter))
    readers = [again(reader) for reader in readers]
    db.session.expunge_all()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        office = an_office(app, plain(nobody.getsockname()[1]))
        begun = clock.now()
        for n in range(36):
            with clock.frozen_at(begun + timedelta(minutes=10 * n)):
                a_letter(readers[n % 5], ticket_id=tickets[n % 4], facts={"number": f"TS-{n:03}", "subject": "专线"})
                office.deliver()
    box = Mailbox()
    with a_server(box) as port, clock.frozen_at(begun + timedelta(hours=7)):
        office = an_office(app, plain(port))
        while office.deliver(limit=100):
            pass

    about = [(str(m["To"].addresses[0].addr_spec), m["Subject"].split()[-1]) for m in box.mail]
    assert len(about) == 36
    assert len(set(about)) == 36
    for reader in {to for to, _ in about}:
        per_ticket = {}
        for to, number in about:
            if to == reader:
                per_ticket.setdefault(int(number[-3:]) % 4, []).append(number)
        assert all(numbers == sorted(numbers) for numbers in per_ticket.values())


def test_two_workers_send_no_letter_twice(app):
    letters = [a_letter(an_agent()) for _ in range(20)]
    box = Mailbox()

    def deliver(url):
        with app.app_context():
            office = an_office(app, url)
            while office.deliver():
                pass
            db.session.remove()

    with a_server(box) as port:
        threads = [threading.Thread(target=deliver, args=(plain(port),)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(box.mail) == len({m["Message-ID"] for m in box.mail}) == len(letters)
    assert {state_of(one)[0] for one in letters} == {"sent"}


def test_nothing_is_ever_sent_in_clear_text_unless_it_was_said_so(app):
    letter, box = a_letter(an_agent()), Mailbox()
    with a_server(box) as port:
        an_office(app, f"smtp://127.0.0.1:{port}").deliver()

    assert box.mail == []
    state, error = state_of(letter)
    assert state == "waiting"
    assert "STARTTLS" in error


def test_a_certificate_nobody_vouches_for_is_no_encryption(app, tmp_path):
    made = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", "/CN=127.0.0.1", "-keyout", tmp_path / "key", "-out", tmp_path / "certificate",
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    letter, box = a_letter(an_agent()), Mailbox()
    with a_server(box, tls_context=context, require_starttls=True) as port:
        an_office(app, f"smtp://127.0.0.1:{port}").deliver()

    assert box.mail == []
    assert "certificate verify failed" in state_of(letter)[1].lower()


def test_a_server_that_never_comes_to_an_end_holds_nothing_up(app, monkeypatch):
    monkeypatch.setattr(mail, "ALTOGETHER", 0.3)
    letter = a_letter(an_agent())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        an_office(app, plain(silent.getsockname()[1])).deliver()

    assert state_of(letter) == ("waiting", "no end after 0.3 seconds")


def test_without_a_mail_server_letters_stay_readable_in_the_portal(app):
    letter = a_letter(an_agent())
    assert an_office(app, None).deliver() == Counter(kept=1)
    assert state_of(letter) == ("kept", "")


def test_what_a_person_does_not_want_by_mail_stays_in_the_portal_and_what_matters_is_sent_all_the_same(app):
    reader = an_agent(preferences={"letters_muted": ["ticket_arrived", "ticket_replied"]})
    unwanted, wanted = a_letter(reader, "ticket_arrived"), a_letter(reader, "ticket_replied")
    with a_server(Mailbox()) as port:
        an_office(app, plain(port)).deliver()

    assert state_of(unwanted)[0] == "kept"
    assert state_of(wanted)[0] == "sent"


def test_nobody_who_may_no_longer_sign_in_gets_letters(app):
    letter = a_letter(an_agent(disabled_at=clock.now()))
    with a_server(Mailbox()) as port:
        an_office(app, plain(port)).deliver()
    assert state_of(letter)[0] == "cancelled"


def test_a_letter_that_cannot_be_written_fails_visibly_and_the_next_one_leaves(app):
    broken, whole = a_letter(an_agent(), "ticket_assigned", facts={}), a_letter(an_agent())
    with a_server(Mailbox()) as port:
        done = an_office(app, plain(port)).deliver()

    assert done == Counter(failed=1, sent=1)
    assert "undefined" in state_of(broken)[1]
    assert state_of(whole)[0] == "sent"


@pytest.mark.parametrize("url", ["mail.example.test:25", "http://mail.example.test", "smtp://"])
def test_an_address_that_is_no_mail_server_is_refused_at_once(url):
    with pytest.raises(ValueError, match="smtp://host:587"):
        PostOffice(Config(Path(), "", "", "http://portal.test", smtp_url=url))


def test_the_address_of_a_mail_server_says_how_it_is_reached():
    assert mail.server_of("smtp://user:w%40rd@mail.test") == mail.Server("mail.test", 587, "user", "w@rd", "start")
    assert mail.server_of("smtps://mail.test").port == 465
    assert mail.server_of("smtps://mail.test").tls == "whole"


def test_two_workers_do_a_periodic_job_once_per_slot(app, monkeypatch):
    done = []
    monkeypatch.setattr(worker, "JOBS", (Job("count", timedelta(hours=1), lambda: done.append(clock.now())),))
    one, two, at = Worker(app), Worker(app), clock.now().replace(minute=5)
    for minutes in (0, 1, 30, 61):
        with clock.frozen_at(at + timedelta(minutes=minutes)):
            one.round()
            two.round()

    assert len(done) == 2
    assert db.session.scalar(db.select(db.func.count()).select_from(JobRun)) == 2


def test_a_slot_wanted_by_many_at_once_is_taken_by_one(app):
    taken, ready = [], threading.Barrier(4)

    def want():
        with app.app_context():
            ready.wait()
            taken.append(slots.take("job", "2026-11-22T02:00"))
            db.session.remove()

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False, False, False, True]


def test_a_job_that_fails_stops_no_other_and_is_tried_in_its_next_slot(app, monkeypatch):
    tries = []

    def fail():
        tries.append(1)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(worker, "JOBS", (Job("fail", timedelta(minutes=1), fail),))
    letter, at = a_letter(an_agent()), clock.now()
    one = Worker(app)
    with clock.frozen_at(at):
        one.round()
        one.round()
    with clock.frozen_at(at + timedelta(minutes=1)):
        one.round()

    assert len(tries) == 2
    assert state_of(letter)[0] == "kept"


def test_the_worker_reminds_of_deadlines_once_with_one_letter_each(app):
    ticket = a_ticket(moved=("accept",))
    due = db.session.get_one(Ticket, ticket.id).due_at
    with clock.frozen_at(due - timedelta(hours=1)):
        Worker(app).run(once=True)
    with clock.frozen_at(due - timedelta(minutes=30)):
        Worker(app).run(once=True)

    db.session.rollback()
    near = db.select(db.func.count(Letter.id)).where(Letter.template == "deadline_near", Letter.ticket_id == ticket.id)
    told = db.select(db.func.count(journal.Entry.id)).where(journal.Entry.verb == "ticket.warned")
    assert db.session.scalar(near) == db.session.scalar(told) >= 1


def test_what_only_the_portal_needed_is_forgotten_in_time(app):
    person, at = a_person(), clock.now()
    for age in (timedelta(hours=1), timedelta(days=8), timedelta(days=200)):
        moment = at - age
        kept(Submission(person_id=person.id, key=str(age), digest="", location="", at=moment))
        kept(Attempt(key="sign-in", at=moment))
        kept(
            SignIn(
                token_hash=str(age),
                person_id=person.id,
                begun_at=moment,
                seen_at=moment,
                proved_at=moment,
                ended_at=moment,
            )
        )
    with transaction():
        gone = retention.prune()

    left = [db.session.scalar(db.select(db.func.count()).select_from(t)) for t in (Submission, Attempt, SignIn)]
    assert left == [1, 1, 2]
    assert gone == 5


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [("sent", 399, True), ("sent", 401, False), ("kept", 401, False), ("cancelled", 401, False), ("failed", 401, True),
     ("waiting", 401, True)],
)  # fmt: skip
def test_letters_are_notices_for_a_year_and_a_month(app, state, days, stays):
    long_ago = clock.now() - timedelta(days=days)
    letter = a_letter(again(a_person()), state=state, due_at=long_ago, posted_at=long_ago)
    with transaction():
        retention.prune()

    assert (db.session.get(Letter, letter.id) is not None) is stays


def test_links_that_ran_out_a_month_ago_are_gone(app):
    for days in (29, 31):
        ended = clock.now() - timedelta(days=days)
        kept(SecretLink(token_hash=str(days), purpose=str(days), made_at=ended, expires_at=ended))
    with transaction():
        retention.prune()

    assert db.session.scalars(db.select(SecretLink.purpose)).all() == ["29"]


def test_the_link_by_which_somebody_was_asked_to_rate_stays_with_the_request(app):
    by = again(a_person())
    ticket = a_ticket(by=by)
    ended = clock.now() - timedelta(days=31)
    link = SecretLink(token_hash="asked", purpose="rating", made_at=ended, expires_at=ended)
    kept(link)
    kept(RatingRequest(person_id=by.id, ticket_id=ticket.id, round=1, asked_at=ended, link_id=link.id))
    with transaction():
        retention.prune()

    assert db.session.scalars(db.select(SecretLink.purpose)).all() == ["rating"]


def test_whatever_points_to_what_is_deleted_by_age_goes_with_it_or_holds_it(app):
    deleted = {"submission", "attempt", "presence", "sign_in", "job_run", "secret_link", "letter"}
    pointing = {
        (table.name, key.column.table.name)
        for table in Base.metadata.tables.values() for key in table.foreign_keys
        if key.column.table.name in deleted and key.ondelete not in ("CASCADE", "SET NULL")
    }  # fmt: skip
    assert pointing == {("rating_request", "secret_link")}


def test_a_broken_chain_is_told_to_auditors_and_administrators_once_a_day(app):
    told = {a_person(role).id for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY_ADMIN)}
    an_agent()
    a_ticket()
    db.session.rollback()
    tamper("update journal set why = 'x' where id = 2")

    worker._verify()
    worker._verify()

    letters = db.session.scalars(db.select(Letter).where(Letter.template == "journal_broken")).all()
    assert sorted(letter.to_id for letter in letters) == sorted(told)
    assert letters[0].facts["first"].startswith("entry 2: changed")


def test_a_daily_job_that_failed_is_tried_again_the_same_day(app, monkeypatch):
    tries = []

    def fail_once():
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("the disk is full")

    monkeypatch.setattr(worker, "JOBS", (Job("once", timedelta(days=1), fail_once),))
    one, at = Worker(app), clock.now().replace(hour=6)
    for minutes in (0, 1, 29, 31, 62, 300):
        with clock.frozen_at(at + timedelta(minutes=minutes)):
            one.round()

    assert len(tries) == 2
