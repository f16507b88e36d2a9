"""Mail that somebody made to do harm, or that a machine tore: it holds up nobody, and nothing of it is lost."""

import random

import pytest
from sqlalchemy.orm.exc import StaleDataError

from portal.access.scopes import visible
from portal.db import db
from portal.domain.files import Store
from portal.domain.mailroom import apart, box, placing, taking
from portal.domain.mailroom.models import IncomingMail
from portal.domain.mailroom.reading import glance, read
from portal.domain.mailroom.texts import divided
from portal.domain.tickets.models import Message, Ticket
from tests.factories import a_person, a_ticket
from tests.imap_server import Mailbox, an_imap_server
from tests.mails import a_mail, last, received
from tests.test_mailbox import read as read_box
from tests.test_mailbox import standing

WITHOUT_END = "<a b=c " * 40_000
BYTE, NUL = b"<torn\xe4@x.test>", b"<torn\0@x.test>"


def all_mails() -> list[IncomingMail]:
    db.session.rollback()
    return list(db.session.scalars(db.select(IncomingMail).order_by(IncomingMail.id)))


def named(mail: bytes, header: bytes, value: bytes) -> bytes:
    """The mail with this header, as no decent program writes it."""
    head = [line for line in mail.split(b"\r\n\r\n")[0].split(b"\r\n") if not line.lower().startswith(header.lower())]
    return b"\r\n".join([*head, header + b": " + value]) + b"\r\n\r\n" + mail.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("name", [BYTE, NUL], ids=["a byte", "NUL"])
@pytest.mark.parametrize("header", [b"Message-ID", b"References", b"In-Reply-To"])
def test_a_name_no_database_takes_holds_up_no_mail_behind_it(app, header, name):
    a_person(email="shen@haichuan.test")
    box = Mailbox(named(a_mail(subject="撕破的"), header, name), a_mail(subject="完好的"))
    with an_imap_server(box) as url:
        assert read_box(app, url) == 2
    received(app)

    assert [(mail.subject, mail.state, mail.reason) for mail in all_mails()] == [
        ("撕破的", "waiting", "known"),
        ("完好的", "waiting", "known"),
    ]
    assert box.seen == {1, 2}


def test_whatever_is_torn_out_of_a_mail_what_remains_can_be_kept():
    dice = random.Random(1)
    whole = [
        a_mail(attached=[("图.png", b"x" * 50)]), a_mail(html="<p>你好</p><blockquote>旧</blockquote>"),
        named(a_mail(subject="=?gbk?B?xOO6w?="), b"References", BYTE + b" <a@b> " + NUL),
    ]  # fmt: skip
    bits = [
        b"\0",
        b"=?",
        b"?=",
        b"<",
        b"\r\n",
        b"\xff\xfe",
        b"=?utf-7?B?++?=",
        b"charset=utf-16",
        b"boundary=",
        b"\xf0\x9f",
    ]
    for _ in range(1500):
        torn = bytearray(dice.choice(whole))
        for _ in range(dice.randint(1, 10)):
            at = dice.randrange(len(torn))
            torn[at : at + dice.randint(0, 6)] = dice.choice(bits)
        for found in (glance(bytes(torn)), read(bytes(torn))):
            texts = [
                found.message_id,
                found.from_address,
                found.from_name,
                *found.to,
                found.subject,
                found.body,
                found.quoted,
            ]
            texts += [*found.references, *found.returned, *(one.name for one in found.enclosed)]
            for text in texts:
                assert "\0" not in text
                text.encode("utf-8")


def test_a_mail_made_to_be_read_without_end_is_given_up_and_shown_as_far_as_it_goes(app, monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 2)
    a_person(email="shen@haichuan.test")
    received(app, a_mail(subject="没完没了", html=WITHOUT_END), a_mail(subject="下一封"))

    endless, next_one = all_mails()
    assert (endless.state, endless.reason, endless.subject) == ("waiting", "unreadable", "没完没了")
    assert (endless.from_address, endless.body) == ("shen@haichuan.test", "")
    assert "no end after 2 seconds" in endless.trouble
    assert (next_one.state, next_one.reason) == ("waiting", "known")


def test_parts_within_parts_without_end_are_given_up(app):
    parts = b"".join(b"Content-Type: message/rfc822\r\n\r\n" for _ in range(3000))
    mail = received(app, b"From: a@b.test\r\nSubject: deep\r\n" + parts + b"x")
    assert (mail.state, mail.reason, mail.subject) == ("waiting", "unreadable", "deep")


@pytest.mark.parametrize(
    "text", [" " * 200_000 + "x", "\n".join(["on 2026 <a@b> " * 25] * 20_000), "于" + "在 2026 " * 100_000]
)
def test_a_quotation_is_looked_for_in_lines_of_a_writers_length(text):
    assert divided(text) == (text.strip(), "")


def test_a_mail_whose_file_is_gone_is_shown_as_such(app):
    taking.take_in(app.extensions["files"], a_mail())
    db.session.rollback()
    file = app.extensions["files"].path(kept_key())
    file.unlink()
    mail = received(app, a_mail(sender="b@y.test", subject="下一封"))

    assert [one.reason for one in all_mails()] == ["unreadable", "unknown"]
    assert mail.subject == "下一封"


def kept_key() -> str:
    from portal.domain.files import StoredFile

    return db.session.scalars(db.select(StoredFile.key).join(IncomingMail)).one()


def test_a_ticket_that_changes_meanwhile_takes_its_mail_at_the_next_look(app):
    shen = a_person(email="shen@haichuan.test")
    ticket = a_ticket(by=shen)
    taking.take_in(app.extensions["files"], a_mail(subject=f"回复：{ticket.number}", body="补充一句。"))
    looks = []

    def rows_of(person):
        looks.append(person)
        if len(looks) == 1:
            raise StaleDataError("somebody was quicker")
        return visible(Ticket, person)

    while placing.place_next(app.extensions["files"], rows_of):
        db.session.rollback()

    assert (last().state, last().reason) == ("placed", "number")
    assert db.session.scalars(db.select(Message.body).where(Message.sort == "addition")).all() == ["补充一句。"]


def test_what_cannot_be_placed_is_shown_with_all_that_was_read(app):
    shen = a_person(email="shen@haichuan.test")
    ticket = a_ticket(by=shen)

    def breaks(person):
        raise RuntimeError("nobody foresaw this")

    taking.take_in(app.extensions["files"], a_mail(subject=f"回复：{ticket.number}", body="补充一句。"))
    while placing.place_next(app.extensions["files"], breaks):
        db.session.rollback()

    mail = last()
    assert (mail.state, mail.reason, mail.body) == ("waiting", "unreadable", "补充一句。")
    assert mail.trouble == "RuntimeError: nobody foresaw this"
    assert db.session.scalars(db.select(Message.sort).where(Message.ticket_id == ticket.id)).all() == ["opening"]


class _NoRoomForOne(Store):
    """A disk that takes everything but this one mail."""

    def put(self, stream, limit):
        content = stream.read()
        if "放不下".encode() in content:
            raise OSError(28, "No space left on device")
        stream.seek(0)
        return super().put(stream, limit)


def test_a_mail_that_cannot_be_kept_stays_unread_and_holds_up_no_other(app, monkeypatch):
    lies = a_mail(body="放不下", subject="一")
    lies = lies if "放不下".encode() in lies else lies.replace(b"\r\n\r\n", "\r\n\r\n放不下".encode(), 1)
    mailbox = Mailbox(lies, a_mail(subject="二"))
    with an_imap_server(mailbox) as url:
        whole = app.extensions["files"]
        monkeypatch.setitem(app.extensions, "files", _NoRoomForOne(whole.folder))
        assert read_box(app, url) == 1
        assert mailbox.seen == {2}
        assert box.meaning(standing().failure).startswith("A mail could not be kept; it stays unread")

        monkeypatch.setitem(app.extensions, "files", whole)
        assert read_box(app, url) == 1
    assert mailbox.seen == {1, 2}
    assert not box.is_failing(standing())
