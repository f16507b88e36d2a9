"""Incoming mail: read whatever it claims to be, put into its ticket or before somebody's eyes, never answered by a machine."""

import base64
from datetime import timedelta
from email import message_from_bytes

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import journal, references
from portal.domain.files import Attachment, StoredFile
from portal.domain.mailroom import automatic, taking, triage
from portal.domain.mailroom.box import box_of
from portal.domain.mailroom.models import IncomingMail
from portal.domain.mailroom.reading import read
from portal.domain.mailroom.texts import divided, from_html, header
from portal.domain.outbox import Letter
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.states import State
from tests.factories import a_customer, a_person, a_ticket, again, an_agent
from tests.mails import a_contact, a_mail, last, letter_to, received

# ---- reading ----

HEAD = b"From: shen@haichuan.test\r\nMessage-ID: <a@b>\r\n"


def encoded(text: str, charset: str, says: str = "") -> bytes:
    return b"=?%s?B?%s?=" % ((says or charset).encode(), base64.b64encode(text.encode(charset)))


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "utf-8", "big5"])
def test_a_subject_reads_in_its_charset(charset):
    text = "專線中斷" if charset == "big5" else "专线中断"
    assert read(HEAD + b"Subject: " + encoded(text, charset) + b"\r\n\r\n").subject == text


def test_gb2312_is_read_as_what_it_mostly_is():
    assert read(HEAD + b"Subject: " + encoded("张喆的㐂", "gb18030", "GB2312") + b"\r\n\r\n").subject == "张喆的㐂"


def test_a_character_torn_between_two_encoded_words_is_whole_again():
    raw = "专线中断两小时".encode("gbk")
    words = [b"=?gbk?B?" + base64.b64encode(part) + b"?=" for part in (raw[:5], raw[5:])]
    assert read(HEAD + b"Subject: " + b"\r\n ".join(words) + b"\r\n\r\n").subject == "专线中断两小时"


@pytest.mark.parametrize("charset", ["gbk", "utf-8"])
def test_bare_bytes_in_headers_are_read_as_what_they_look_like(charset):
    raw = (
        b"From: "
        + "沈经理".encode(charset)
        + b" <Shen@Haichuan.test>\r\nSubject: "
        + "断了".encode(charset)
        + b"\r\n\r\n"
    )
    found = read(raw)
    assert (found.from_name, found.from_address, found.subject) == ("沈经理", "shen@haichuan.test", "断了")


@pytest.mark.parametrize(
    "sender",
    [
        b"=?gb2312?B?xMs=?=<shen@haichuan.test>", b'"=?utf-8?B?5rKI?=" <shen@haichuan.test>', b"shen@haichuan.test (Shen)",
        b"<shen@haichuan.test>", b"Shen shen@haichuan.test", b'"Shen, Li" <shen@haichuan.test>', b"<<shen@haichuan.test>>",
        b"=?x-unknown?Q?=FF?= <shen@haichuan.test>",
    ],
)  # fmt: skip
def test_however_a_sender_is_written_the_address_is_found(sender):
    assert read(b"From: " + sender + b"\r\n\r\n").from_address == "shen@haichuan.test"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n\r\n", b"no header at all", b"From\r\n\r\nx", b"From: \r\nDate: gestern\r\nSubject: =?utf-8?B?!!?=\r\n\r\nx",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\nno boundary", HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
        HEAD + b"Content-Type: text/plain; charset=\"nonsense\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%",
        HEAD + b"Content-Type: ;;;\r\nContent-Disposition: attachment; filename*=utf-8''%E4%B8\r\n\r\nx",
        HEAD + b"Content-Type: message/rfc822\r\n\r\n", HEAD + b"In-Reply-To: <\r\nReferences: >>><<\r\n\r\n", b"\xff" * 300,
    ],
)  # fmt: skip
def test_what_is_broken_is_read_as_far_as_it_goes(raw):
    read(raw)


def test_a_body_that_claims_the_wrong_charset_is_read_all_the_same():
    for claimed, real in (("gb2312", "utf-8"), ("utf-8", "gb18030"), ("us-ascii", "gbk"), ("iso-2022-jp-9", "utf-8")):
        raw = (
            HEAD
            + f"Content-Type: text/plain; charset={claimed}\r\n\r\n".encode()
            + "专线中断，请尽快恢复。".encode(real)
        )
        assert read(raw).body == "专线中断，请尽快恢复。", claimed


def test_html_alone_becomes_plain_text_and_nothing_of_it_runs():
    html = (
        "<html><head><style>p{}</style><title>题</title></head><body onload='x()'><p>您好，<b>专线</b>断了&nbsp;&lt;两次&gt;</p>"
        "<script>alert(1)</script><img src='http://t.test/p.gif'><div>见<a href='https://a.test/单'>工单</a></div>"
        "<blockquote>旧的<br>话</blockquote></body></html>"
    )
    found = read(a_mail(html=html))
    assert found.body == "您好，专线断了 <两次>\n\n见工单 (https://a.test/单)"
    assert found.quoted == "> 旧的\n> 话"
    assert "alert" not in from_html(html)
    assert "题" not in from_html(html)


def test_html_without_end_is_told_in_time():
    assert len(from_html("<div><table><a href='x'>" * 50_000 + "专线")) < 1_000_000


QUOTED = {
    "foxmail": "好的，明天来。\n\n------------------ 原始邮件 ------------------\n发件人: 申江\n主题: 回复",
    "outlook": "好的，明天来。\n\n发件人: 申江通信 <p@x.test>\n发送时间: 2026年11月24日 10:00\n收件人: 沈\n主题: 您的诉求\n\n旧的",
    "outlook in English": "好的，明天来。\n\nFrom: Shenjiang <p@x.test>\nSent: Tuesday\nTo: Shen\n\nold",
    "netease": "好的，明天来。\n\n在 2026-11-24 10:00:00，申江通信 <p@x.test> 写道：\n> 旧的\n> 话",
    "gmail": "好的，明天来。\n\nOn Tue, 24 Nov 2026 at 10:00, Shenjiang <p@x.test>\nwrote:\n> old",
    "plain": "好的，明天来。\n\n> 旧的\n>\n> 话\n",
    "original message": "好的，明天来。\n\n-----Original Message-----\nold",
}


@pytest.mark.parametrize("program", QUOTED)
def test_what_is_quoted_is_cut_off_and_kept(program):
    new, old = divided(QUOTED[program])
    assert new == "好的，明天来。"
    assert old
    assert len(new) + len(old) >= len(QUOTED[program].replace("\n\n", "").strip()) - 4


@pytest.mark.parametrize(
    "text",
    ["> 几点来？\n九点。\n> 谁来？\n李工。", "发件人不明的快递请拒收", "From: here to there we go", "> 只有引用"],
)
def test_answers_between_the_lines_and_harmless_words_stay(text):
    assert divided(text) == (text, "")


def test_a_long_mail_keeps_all_its_words():
    found = read(a_mail(body="断" * 70 + "\n" + ("长" * 60 + "\n") * 500))
    assert len(found.body) == 20_000
    assert (found.body + found.quoted).count("长") == 60 * 500


def test_names_of_files_are_read_however_they_are_written():
    for name in (b'"' + encoded("现场照片.png", "gbk") + b'"', b"\"" + "现场照片.png".encode("gbk") + b"\"",
                 b"*=UTF-8''%E7%8E%B0%E5%9C%BA%E7%85%A7%E7%89%87.png"):  # fmt: skip
        sign = b"" if name.startswith(b"*") else b"="
        raw = (
            HEAD
            + b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename"
            + sign
            + name
            + b"\r\n\r\nx"
        )
        assert [one.name for one in read(raw).enclosed] == ["现场照片.png"], name


def test_a_header_never_holds_a_line_break():
    assert header("a\r\n b =?utf-8?Q?x=0D=0ABcc=3A_y?=") == "a b x Bcc: y"


# ---- taking in ----


def test_a_mail_is_kept_byte_by_byte_and_once_whatever_way_it_came(app):
    raw = a_mail()
    store = app.extensions["files"]
    assert taking.take_in(store, raw) is True
    assert taking.take_in(store, raw) is False
    assert taking.take_in(store, b"Received: by another.way\r\nX-Spam: no\r\n" + raw) is False
    file = db.session.get_one(StoredFile, last().file_id)
    assert store.path(file.key).read_bytes() == raw
    assert taking.take_in(store, raw.replace(b"Subject:", b"Subject: Re:")) is True


def test_another_mail_under_a_known_name_is_another_mail(app):
    received(app, a_mail(Message_ID="<same@x>"), a_mail(Message_ID="<same@x>", body="另一封。"))
    assert db.session.scalar(db.select(db.func.count(IncomingMail.id))) == 2


def test_whatever_breaks_in_reading_leaves_the_mail_in_triage(app, monkeypatch):
    def breaks(raw):
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("portal.domain.mailroom.apart.read", breaks)
    mail = received(app, a_mail())
    assert (mail.state, mail.reason) == ("waiting", "unreadable")
    assert "nobody foresaw this" in mail.trouble


# ---- placing ----


@pytest.fixture
def shen(app):
    return a_person(email="shen@haichuan.test", name="沈丽")


def words(ticket: Ticket) -> list[tuple[str, str]]:
    rows = db.select(Message.sort, Message.body).where(Message.ticket_id == ticket.id).order_by(Message.id)
    return [tuple(row) for row in db.session.execute(rows)]


def by_letter(shen, ticket) -> dict:
    return {"In_Reply_To": f"<{references.of(letter_to(shen, ticket))}@portal.test>"}


def by_older_letter(shen, ticket) -> dict:
    return {"References": f"<{references.of(letter_to(shen, ticket))}@portal.test> <x@y>", "In_Reply_To": "<x@y>"}


def by_address(shen, ticket) -> dict:
    box = box_of("imaps://service%40shenjiang.test:x@h/INBOX?plus=yes")
    return {"To": f"申江 <{box.answers_to(letter_to(shen, ticket))}>"}


def by_number(shen, ticket) -> dict:
    return {"subject": f"回复：【申江】您的诉求 {ticket.number} 有新的答复"}


@pytest.mark.parametrize("way", [by_letter, by_older_letter, by_address, by_number])
def test_an_answer_finds_its_ticket(app, shen, way):
    ticket = a_ticket(by=shen)
    mail = received(app, a_mail(body="谢谢，已经好了。\n\n> 旧的", **way(shen, ticket)))

    assert (mail.state, mail.ticket_id, mail.customer_id) == ("placed", ticket.id, shen.customer_id)
    assert words(ticket)[-1] == ("addition", "谢谢，已经好了。")
    assert mail.quoted == "> 旧的"
    entry = db.session.scalars(db.select(journal.Entry).where(journal.Entry.verb == "mail.placed")).one()
    assert (entry.record_id, entry.became, entry.by_id) == (mail.id, ticket.number, None)


def test_an_answer_to_our_question_lets_the_work_go_on_as_in_the_portal(app, shen):
    ticket = a_ticket(by=shen, moved=("accept", "ask"))
    assert db.session.get_one(Ticket, ticket.id).state == State.WAITING
    received(app, a_mail(body="编号是 SH-0021。", **by_letter(shen, ticket)))

    assert db.session.get_one(Ticket, ticket.id).state == State.OPEN
    assert words(ticket)[-1] == ("answer", "编号是 SH-0021。")


def test_a_second_mail_in_the_thread_follows_the_first(app, shen):
    ticket = a_ticket(by=shen)
    received(app, a_mail(Message_ID="<one@haichuan.test>", **by_number(shen, ticket)))
    mail = received(app, a_mail(In_Reply_To="<one@haichuan.test>", body="补充一句。"))
    assert (mail.state, mail.reason, mail.ticket_id) == ("placed", "thread", ticket.id)


def test_an_answer_about_a_merged_ticket_goes_on_in_the_other(app, shen):
    from portal.domain.tickets import linking
    from tests.factories import _loaded

    one, other = a_ticket(by=shen), a_ticket(by=shen)
    agent = an_agent()
    with transaction():
        linking.merge(_loaded(one), _loaded(other), again(agent), "重复")
    mail = received(app, a_mail(**by_number(shen, one)))
    assert (mail.state, mail.ticket_id, mail.trouble) == ("placed", other.id, "")


def test_files_come_along_and_what_is_refused_is_named(app, shen):
    ticket = a_ticket(by=shen)
    files = (("日志.txt", "时间 原因".encode()), ("病毒.exe", b"MZ"), ("空.txt", b""))
    mail = received(app, a_mail(attached=files, **by_number(shen, ticket)))

    attached = db.session.scalars(db.select(Attachment).where(Attachment.ticket_id == ticket.id)).all()
    assert [row.file.name for row in attached] == ["日志.txt"]
    assert [facts["name"] for _, facts in mail.refused] == ["病毒.exe", "空.txt"]
    assert words(ticket)[-1][1].endswith("[未接收的附件 / Not taken: 病毒.exe, 空.txt]")
    whole = app.extensions["files"].path(db.session.get_one(StoredFile, mail.file_id).key).read_bytes()
    assert "病毒.exe" in header(str(message_from_bytes(whole).get_payload()[2].get_filename()))


def test_the_contact_of_a_ticket_without_an_account_speaks_in_it(app):
    customer = a_customer()
    ticket = a_ticket(by=an_agent(), customer=customer, contact_name="沈经理", contact_email="shen@haichuan.test")
    mail = received(app, a_mail(subject=f"Re: {ticket.number}"))
    assert (mail.state, mail.reason) == ("placed", "number")
    said = db.session.scalars(
        db.select(Message).where(Message.ticket_id == ticket.id, Message.sort == "addition")
    ).one()
    assert (said.by_id, said.by_name) == (None, "沈经理")


def stranger(app, shen):
    return "somebody@else.test", "not_theirs"


def of_another_customer(app, shen):
    return a_person(email="other@other.test").email, "not_theirs"


def a_colleague_who_may_not_see_it(app, shen):
    return a_person(email="colleague@haichuan.test", customer=again(shen).customer).email, "not_theirs"


def a_contact_who_did_not_ask(app, shen):
    return a_contact(shen.customer_id, "buyer@haichuan.test").email, "not_theirs"


def one_of_ours(app, shen):
    return an_agent(email="agent@shenjiang.test").email, "staff"


def whose_account_is_closed(app, shen):
    return a_person(
        email="gone@haichuan.test", customer=again(shen).customer, disabled_at=clock.now(), roles=[Role.ORG_ADMIN]
    ).email, "disabled"


@pytest.mark.parametrize(
    "who",
    [stranger, of_another_customer, a_colleague_who_may_not_see_it, a_contact_who_did_not_ask, one_of_ours, whose_account_is_closed],
)  # fmt: skip
def test_who_may_not_see_a_ticket_writes_nothing_into_it(app, shen, who):
    ticket = a_ticket(by=shen)
    address, why = who(app, shen)
    before = words(ticket)
    for way in (by_number, by_letter, by_address):
        mail = received(app, a_mail(sender=address, **way(shen, ticket)))
        assert (mail.state, mail.reason, mail.ticket_id) == ("waiting", why, ticket.id)
    assert words(ticket) == before


@pytest.mark.parametrize(
    ("said", "came"),
    [
        ("spf=pass; dmarc=fail header.from=haichuan.test", ("waiting", "doubtful")),
        ("spf=fail smtp.mailfrom=haichuan.test", ("waiting", "doubtful")),
        ("spf=fail smtp.mailfrom=relay.test; dkim=pass header.d=haichuan.test", ("placed", "number")),
        ("spf=pass; dkim=pass; dmarc=pass", ("placed", "number")),
    ],
)
def test_a_sender_the_mail_server_cannot_vouch_for_is_looked_at(app, shen, said, came):
    ticket = a_ticket(by=shen)
    checked = {"Authentication_Results": f"mx.shenjiang.test; {said}"}
    mail = received(app, a_mail(**checked, **by_number(shen, ticket)))
    assert (mail.state, mail.reason) == came


def test_a_reference_nobody_was_given_leads_nowhere(app, shen):
    ticket = a_ticket(by=shen)
    letter = letter_to(shen, ticket)
    real = references.of(letter)
    for forged in (f"{letter.id}.{'0' * 24}", real.replace(f"{letter.id}.", f"{letter.id + 1}."), f"9{real}"):
        mail = received(app, a_mail(In_Reply_To=f"<{forged}@portal.test>"))
        assert (mail.state, mail.reason, mail.ticket_id, mail.letter_id) == ("waiting", "known", None, None)


def test_a_closed_ticket_is_not_written_into_and_its_mail_waits(app, shen):
    ticket = a_ticket(by=shen, moved=("accept", "apply", "close"))
    mail = received(app, a_mail(**by_letter(shen, ticket)))
    assert (mail.state, mail.reason, mail.ticket_id) == ("waiting", "over", ticket.id)


def test_two_numbers_in_a_subject_are_nobodys_guess(app, shen):
    one, other = a_ticket(by=shen), a_ticket(by=shen)
    mail = received(app, a_mail(subject=f"{one.number} 和 {other.number}"))
    assert (mail.state, mail.reason, mail.ticket_id) == ("waiting", "several", None)


def test_whoever_is_known_is_proposed_and_whoever_is_not_is_unknown(app, shen):
    customer = a_customer().id
    a_contact(customer, "Li@Haichuan.Test")
    assert (received(app, a_mail()).reason, last().customer_id, last().person_id) == (
        "known",
        shen.customer_id,
        shen.id,
    )
    assert (received(app, a_mail(sender="li@haichuan.test")).reason, last().customer_id) == ("known", customer)
    assert (received(app, a_mail(sender="x@y.test")).reason, last().customer_id) == ("unknown", None)
    assert received(app, a_mail(sender="undisclosed")).reason == "no_sender"
    a_contact(a_customer().id, "li@haichuan.test")
    assert (received(app, a_mail(sender="li@haichuan.test")).reason, last().customer_id) == ("ambiguous", None)


def test_a_mail_too_large_to_take_in_whole_is_looked_at(app, shen):
    ticket = a_ticket(by=shen)
    taking.take_in(app.extensions["files"], a_mail(**by_number(shen, ticket)), is_whole=False)
    assert received(app).reason == "too_large"


# ---- machines ----

MACHINES = {
    "auto_submitted": {"Auto_Submitted": "auto-replied (vacation)"},
    "precedence": {"Precedence": "bulk"},
    "suppressed": {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
    "list": {"List_Id": "<news.haichuan.test>"},
    "null_sender": {"Return_Path": "<>"},
    "auto_subject": {"subject": "自动回复：本周休假"},
}


@pytest.mark.parametrize("sign", MACHINES)
def test_a_machine_is_recognised_kept_and_not_answered(app, shen, sign):
    ticket = a_ticket(by=shen)
    before, letters = words(ticket), db.session.scalar(db.select(db.func.count(Letter.id)))
    mail = received(app, a_mail(**by_letter(shen, ticket) | MACHINES[sign]))

    assert (mail.state, mail.reason, mail.ticket_id) == ("automatic", sign, ticket.id)
    assert words(ticket) == before
    assert db.session.scalar(db.select(db.func.count(Letter.id))) == letters + 1  # the one it answers
    assert mail.body


@pytest.mark.parametrize(
    "harmless", [{"Auto_Submitted": "no"}, {"Precedence": "normal"}, {"X_Auto_Response_Suppress": "DR"}]
)
def test_a_person_is_no_machine(app, shen, harmless):
    ticket = a_ticket(by=shen)
    assert received(app, a_mail(**by_number(shen, ticket) | harmless)).state == "placed"


def test_a_letter_of_ours_that_comes_back_is_known_by_its_name(app, shen):
    letter = letter_to(shen, a_ticket(by=shen))
    mail = received(app, a_mail(Message_ID=f"<{references.of(letter)}@portal.test>"))
    assert (mail.state, mail.reason, mail.letter_id) == ("automatic", "own", letter.id)


def test_more_mail_than_a_person_writes_is_a_machines_and_all_of_it_is_kept(app, shen, monkeypatch):
    monkeypatch.setattr(automatic, "PER_HOUR", 3)
    ticket = a_ticket(by=shen)
    states = [received(app, a_mail(**by_number(shen, ticket))).state for _ in range(5)]
    assert states == ["placed"] * 3 + ["automatic"] * 2
    assert last().reason == "rate"
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert received(app, a_mail(**by_number(shen, ticket))).state == "placed"


def a_bounce(letter: Letter, action: str = "failed", status: str = "5.1.1") -> bytes:
    name = references.of(letter)
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: service@shenjiang.test\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <bounce{letter.id}{action}@mx.test>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; shen@haichuan.test\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: portal\r\nMessage-ID: <{name}@portal.test>\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_is_kept_with_the_letter_that_came_back(app, shen):
    letter = letter_to(shen, a_ticket(by=shen))
    mail = received(app, a_bounce(letter))

    assert (mail.state, mail.reason, mail.letter_id) == ("automatic", "bounce", letter.id)
    back = db.session.get_one(Letter, letter.id)
    assert (back.state, back.error) == ("failed", "Bounced: shen@haichuan.test · 5.1.1 · 550 5.1.1 no such user")
    assert db.session.scalars(db.select(journal.Entry.record_id).where(journal.Entry.verb == "letter.came_back")).all() == [letter.id]  # fmt: skip


def test_a_letter_that_is_only_late_has_not_failed(app, shen):
    letter = letter_to(shen, a_ticket(by=shen))
    assert received(app, a_bounce(letter, "delayed", "4.4.1")).reason == "delayed"
    assert db.session.get_one(Letter, letter.id).state == "sent"


def test_a_bounce_of_something_we_never_wrote_changes_nothing(app, shen):
    letter = letter_to(shen)
    forged = a_bounce(letter).replace(references.of(letter).encode(), f"{letter.id}.{'a' * 24}".encode())
    assert received(app, forged).reason == "null_sender"
    assert db.session.get_one(Letter, letter.id).state == "sent"


# ---- by hand ----


def test_a_mail_is_put_into_a_ticket_by_hand_once(app, shen):
    agent, ticket = an_agent(), a_ticket(by=shen, moved=("accept", "ask"))
    mail = received(app, a_mail(sender="boss@elsewhere.test", attached=(("说明.txt", b"text"),)))
    from tests.factories import _loaded

    with transaction():
        triage.attach(db.session.merge(mail), _loaded(ticket), again(agent))
    assert (last().state, last().settled_by_id, last().ticket_id) == ("placed", agent.id, ticket.id)
    assert db.session.get_one(Ticket, ticket.id).state == State.OPEN
    names = db.session.scalars(db.select(Attachment).where(Attachment.ticket_id == ticket.id)).all()
    assert [row.file.name for row in names] == ["说明.txt"]
    with pytest.raises(Refused), transaction():
        triage.attach(last(), _loaded(ticket), again(agent))
    with pytest.raises(Refused), transaction():
        triage.set_aside(last(), again(agent), "广告")


def test_what_was_set_aside_keeps_its_reason_and_can_be_brought_back(app):
    agent, mail = an_agent(), received(app, a_mail(sender="x@y.test"))
    with pytest.raises(Refused), transaction():
        triage.set_aside(db.session.merge(mail), again(agent), "  ")
    with transaction():
        triage.set_aside(last(), again(agent), "广告")
    assert (last().state, last().why) == ("aside", "广告")
    with transaction():
        triage.bring_back(last(), again(agent))
    assert (last().state, last().settled_by_id) == ("waiting", None)


def test_a_letter_of_the_past_that_is_forgotten_leaves_its_mail(app, shen):
    letter = letter_to(shen, a_ticket(by=shen))
    mail = received(app, a_mail(In_Reply_To=f"<{references.of(letter)}@portal.test>"))
    with transaction():
        db.session.delete(db.session.get_one(Letter, letter.id))
    assert db.session.get_one(IncomingMail, mail.id).letter_id is None
