"""Is the mailbox read whole, once, and only what is safe marked as seen, whatever the server does?"""

import socket
import ssl
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest

from portal import clock, mailbox
from portal.db import db, transaction
from portal.domain.condition import condition
from portal.domain.files import StoredFile
from portal.domain.mailroom import box as boxes
from portal.domain.mailroom.box import Box, box_of
from portal.domain.mailroom.models import IncomingMail
from portal.worker import Worker
from tests.factories import a_person, a_ticket
from tests.imap_server import Mailbox, an_imap_server
from tests.mails import a_mail, letter_to
from tests.test_worker import Mailbox as Outside
from tests.test_worker import a_server, plain


def read(app, url: str) -> int:
    taken = mailbox.read(box_of(url), app.extensions["files"])
    db.session.rollback()
    return taken


def subjects(app) -> list[bytes]:
    """What lies with us, as it came."""
    store, found = app.extensions["files"], []
    for key in db.session.scalars(db.select(StoredFile.key).join(IncomingMail).order_by(IncomingMail.id)):
        found.append(store.path(key).read_bytes())
    return found


def standing():
    db.session.rollback()
    return boxes.standing()


def test_what_is_new_is_taken_in_whole_and_then_marked_as_seen(app):
    mails = [a_mail(subject=f"第{n}封", body="专线 \N{GRINNING FACE}" * n) for n in range(3)]
    box = Mailbox(*mails)
    with an_imap_server(box) as url:
        assert read(app, url) == 3
        assert read(app, url) == 0

    assert subjects(app) == mails
    assert box.seen == {1, 2, 3}
    assert standing().read_at is not None
    assert any(said.startswith("ID ") for said in box.said)


def test_what_somebody_else_has_read_meanwhile_is_not_lost(app):
    box = Mailbox(a_mail())
    with an_imap_server(box) as url:
        assert read(app, url) == 1
        box.seen.add(box.add(a_mail(subject="在网页邮箱里已读")))
        assert read(app, url) == 1
        assert read(app, url) == 0


def test_what_was_read_before_the_portal_came_stays_where_it_is(app):
    box = Mailbox(a_mail(), a_mail())
    box.seen = {1}
    with an_imap_server(box) as url:
        assert read(app, url) == 1


def test_when_the_server_counts_anew_nothing_is_lost_or_doubled(app):
    box = Mailbox(a_mail(subject="旧"))
    with an_imap_server(box) as url:
        assert read(app, url) == 1
        old = box.mails[1]
        box.mails, box.validity, box.seen = {1: a_mail(subject="新"), 2: old}, 8, set()
        assert read(app, url) == 1
        box.seen.add(box.add(a_mail(subject="更新")))
        assert read(app, url) == 1
    assert len(subjects(app)) == 3


@pytest.mark.parametrize("at", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
def test_wherever_the_line_breaks_the_next_reading_ends_it(app, at):
    mails = [a_mail(), a_mail()]
    box = Mailbox(*mails)
    box.drops = {at}
    with an_imap_server(box) as url:
        read(app, url)
        assert standing().failure.startswith("abort: ")
        assert boxes.is_failing(standing())
        assert box.seen <= {1}
        read(app, url)
        assert not boxes.is_failing(standing())

    assert subjects(app) == mails
    assert box.seen == {1, 2}


def test_a_mail_the_server_does_not_hand_out_holds_up_no_other(app):
    box = Mailbox(a_mail())
    box.refuses = {"UID FETCH"}
    with an_imap_server(box) as url:
        assert read(app, url) == 0
        assert boxes.meaning(standing().failure) == "The server did not hand out a mail; it is asked for again."
        assert box.seen == set()
        box.refuses = set()
        assert read(app, url) == 1


def test_a_mailbox_that_cannot_be_written_is_read_once_all_the_same(app):
    box = Mailbox(a_mail())
    box.refuses = {"UID STORE"}
    with an_imap_server(box) as url:
        read(app, url)
        read(app, url)
    assert len(subjects(app)) == 1
    assert boxes.is_failing(standing())


def test_of_a_mail_too_large_the_beginning_is_kept_and_the_rest_stays(app):
    raw = a_mail(body="长" * 300_000)
    box = Mailbox(raw)
    box.sizes[1] = mailbox.WHOLE_LIMIT + 1
    with an_imap_server(box) as url:
        assert read(app, url) == 1
    assert subjects(app) == [raw[: mailbox.BEGINNING]]
    assert db.session.scalars(db.select(IncomingMail.is_whole)).all() == [False]


def test_many_mails_come_in_several_readings(app, monkeypatch):
    monkeypatch.setattr(mailbox, "AT_ONCE", 2)
    box = Mailbox(*(a_mail() for _ in range(5)))
    with an_imap_server(box) as url:
        assert [read(app, url) for _ in range(4)] == [2, 2, 1, 0]


WRONG = {
    "The server refuses the user name or password.": lambda url: url.replace("geheim", "falsch"),
    "An encrypted connection could not be made.": lambda url: url.replace("imap://", "imaps://").replace(
        "?tls=none", ""
    ),
    "Nobody answers at this address and port.": lambda _: "imap://u:w@127.0.0.1:1/INBOX?tls=none",
    "The server's name is not known to the network.": lambda _: "imap://u:w@no.such.host.invalid:143/INBOX?tls=none",
}


@pytest.mark.parametrize("words", WRONG)
def test_what_went_wrong_is_told_in_words_and_no_password_is_kept(app, words):
    with an_imap_server(Mailbox()) as url:
        read(app, WRONG[words](url))
    assert boxes.meaning(standing().failure) == words
    kept = f"{standing().name} {standing().failure}"
    assert "geheim" not in kept
    assert "falsch" not in kept
    assert condition(app.extensions["portal"].data).mailbox.failure == standing().failure


def test_a_folder_that_is_not_there_is_named_as_such(app):
    box = Mailbox()
    box.refuses = {"SELECT"}
    with an_imap_server(box) as url:
        read(app, url)
    assert boxes.meaning(standing().failure) == "There is no such folder in the mailbox."


def test_a_mailbox_is_never_read_in_clear_text_unless_it_was_said_so(app):
    box = Mailbox(a_mail())
    with an_imap_server(box) as url:
        read(app, url.partition("?")[0])
    assert not [said for said in box.said if said.startswith("LOGIN")]
    assert boxes.is_failing(standing())


def test_a_certificate_nobody_vouches_for_is_no_encryption(app, tmp_path):
    made = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", "/CN=127.0.0.1", "-keyout", tmp_path / "key", "-out", tmp_path / "certificate",
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    box = Mailbox(a_mail())
    with an_imap_server(box, context) as url:
        read(app, url.replace("imap://", "imaps://"))
    assert box.said == []
    assert boxes.meaning(standing().failure) == "The server's certificate could not be checked."


def test_a_server_that_never_answers_holds_nothing_up(app, monkeypatch):
    monkeypatch.setattr(mailbox, "CONNECT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        read(app, f"imap://u:w@127.0.0.1:{silent.getsockname()[1]}/INBOX?tls=none")
    assert boxes.meaning(standing().failure) == "The server did not answer in time."


def test_a_server_that_answers_without_end_is_cut_off(app, monkeypatch):
    monkeypatch.setattr(mailbox, "ALTOGETHER", 0.4)
    box = Mailbox(a_mail())
    box.hangs = {"UID FETCH"}
    with an_imap_server(box) as url:
        read(app, url)
    assert boxes.is_failing(standing())
    assert box.seen == set()


@pytest.mark.parametrize("url", ["imap.test:993", "smtp://u:w@imap.test", "imaps://", "imaps://imap.test/INBOX"])
def test_an_address_that_is_no_mailbox_is_refused_at_once(url):
    with pytest.raises(ValueError, match="imaps://user:password@host:993"):
        box_of(url)


def test_the_address_of_a_mailbox_says_how_it_is_reached_and_answered():
    whole = Box("imap.test", 993, "service@x.test", "w/rd", "INBOX/工单", "whole", "service@x.test", False)
    assert box_of("imaps://service%40x.test:w%2Frd@imap.test/INBOX%2F工单") == whole
    assert box_of("imap://u:w@imap.test").port == 143
    assert box_of("imap://u:w@imap.test").tls == "start"
    assert box_of("imap://u:w@imap.test").address == ""
    assert box_of("imap://u:w@imap.test/?address=service@x.test").address == "service@x.test"
    assert box_of("imap://u:w@imap.test").folder == "INBOX"


# ---- there and back ----


def of_this_house(app, monkeypatch, **facts):
    monkeypatch.setitem(app.extensions, "portal", replace(app.extensions["portal"], **facts))


def test_a_letter_leaves_and_its_answer_comes_into_the_ticket(app, monkeypatch):
    shen = a_person(email="shen@haichuan.test")
    ticket = a_ticket(by=shen)
    outside, box = Outside(), Mailbox()
    with a_server(outside) as port, an_imap_server(box) as url:
        of_this_house(app, monkeypatch, smtp_url=plain(port), imap_url=f"{url}&address=service@shenjiang.test&plus=yes")
        Worker(app).run(once=True)
        letter = next(mail for mail in outside.mail if mail["To"].addresses[0].addr_spec == shen.email)
        assert "You can answer this letter by e-mail" in letter.get_body(("plain",)).get_content()
        assert letter["Reply-To"].addresses[0].addr_spec.startswith("service+")
        box.add(a_mail(To=str(letter["Reply-To"]), In_Reply_To=letter["Message-ID"], body="收到，谢谢。"))
        with clock.frozen_at(clock.now() + timedelta(minutes=2)):
            Worker(app).run(once=True)

    db.session.rollback()
    mail = db.session.scalars(db.select(IncomingMail)).one()
    assert (mail.state, mail.reason, mail.ticket_id) == ("placed", "answer", ticket.id)


def test_answers_go_where_the_mailbox_is_read(app):
    letter = letter_to(a_person(), a_ticket())
    with transaction():
        assert box_of("imaps://service%40x.test:w@h").answers_to(letter) == "service@x.test"
        assert box_of("imaps://u:w@h").answers_to(letter) == ""
        assert box_of("imaps://u:w@h/?address=a@x.test&plus=yes").answers_to(letter).startswith(f"a+{letter.id}.")
