"""Incoming mail as the desk sorts it: lists, one mail, a ticket of it, into a ticket, aside; who may, and at what cost."""

import pytest

from portal.db import db, transaction
from portal.domain.files import Attachment
from portal.domain.mailroom import box as boxes
from portal.domain.mailroom.models import IncomingMail
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Message, Ticket
from portal.staff import mail as mail_pages
from tests.mails import a_contact, a_mail, last, received
from tests.staff.desk_cast import a_customer, a_person, a_ticket, an_agent

MAIL = "/staff/mail"


@pytest.fixture
def desk(app, sign_in):
    return sign_in(an_agent())


@pytest.fixture
def shen(app):
    return a_person(email="shen@haichuan.test", name="沈丽")


def subjects(page) -> list[str]:
    return [cell.a.get_text(strip=True) for cell in page.select("tbody th")]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.AGENT, Role.SUPERVISOR)])
def test_nobody_but_the_desk_reads_incoming_mail(app, sign_in, role):
    mail = received(app, a_mail(attached=(("合同.txt", b"secret"),))).id
    files = db.session.scalars(db.select(Attachment.id).where(Attachment.mail_id == mail)).all()
    browser = sign_in(a_person(role))
    for path in (MAIL, f"{MAIL}/{mail}"):
        assert browser.get(path).status_code == 403
    for verb in ("attach", "aside", "back"):
        assert browser.post(f"{MAIL}/{mail}/{verb}").status_code == 403
    assert {browser.get(f"/files/{one}").status_code for one in files} == {404}
    assert len(files) == 2


def test_without_a_mailbox_the_page_says_how_to_set_one_up(desk):
    said = desk.page(MAIL).select_one("main").get_text()
    assert "PORTAL_IMAP_URL" in said
    assert "imaps://user:password@host:993/INBOX" in said


def test_what_the_mailbox_suffers_from_is_told_in_words_here_and_to_the_administrator(app, desk, sign_in, monkeypatch):
    from dataclasses import replace

    box = boxes.box_of("imaps://service:w@mail.shenjiang.test")
    with transaction():
        boxes.was_out_of_reach(box, "SignInError: no")
    facts = {"imap_url": "imaps://service:w@mail.shenjiang.test"}
    monkeypatch.setitem(app.extensions, "portal", replace(app.extensions["portal"], **facts))
    assert "The server refuses the user name or password." in desk.page(MAIL).get_text()
    system = sign_in(a_person(Role.ADMINISTRATOR)).page("/staff/settings/system").get_text()
    assert "service@mail.shenjiang.test/INBOX" in system
    assert "The server refuses the user name or password." in system
    with transaction():
        boxes.was_read(box, 1, 1)
    assert "cannot be read" not in desk.page(MAIL).get_text()


def test_mail_lies_where_it_was_sorted_to_and_is_found_by_sender_subject_and_ticket(app, desk, shen):
    ticket = a_ticket(by=shen)
    received(
        app, a_mail(subject=f"Re: {ticket.number}"), a_mail("x@y.test", "报价咨询"), a_mail(subject="自动回复：休假")
    )
    assert subjects(desk.page(MAIL)) == ["报价咨询"]
    assert subjects(desk.page(f"{MAIL}?tab=placed")) == [f"Re: {ticket.number}"]
    assert subjects(desk.page(f"{MAIL}?tab=automatic")) == ["自动回复：休假"]
    assert subjects(desk.page(f"{MAIL}?tab=placed&q={ticket.number.lower()}")) == [f"Re: {ticket.number}"]
    assert subjects(desk.page(f"{MAIL}?q=Y.test")) == ["报价咨询"]
    assert subjects(desk.page(f"{MAIL}?q=没有")) == []
    assert desk.page(MAIL).select_one(".tab[aria-current]").get_text(" ", strip=True) == "To be sorted 1"


def test_one_page_follows_another(app, desk, monkeypatch):
    monkeypatch.setattr(mail_pages, "PAGE", 2)
    received(app, *(a_mail("x@y.test", f"第{n}封") for n in range(5)))
    first = desk.page(MAIL)
    second = desk.page(first.select_one("a[rel=next]")["href"])
    third = desk.page(second.select_one("a[rel=next]")["href"])
    assert [*subjects(first), *subjects(second), *subjects(third)] == ["第4封", "第3封", "第2封", "第1封", "第0封"]


def test_a_page_costs_the_same_for_one_mail_and_for_fifty(app, desk, shen, statements):
    received(app, a_mail())
    desk.page(MAIL)
    statements.clear()
    desk.page(MAIL)
    for_one = len(statements)
    received(app, *(a_mail(subject=f"第{n}封", sender=f"a{n}@y.test") for n in range(49)))
    statements.clear()
    desk.page(MAIL)
    assert len(statements) == for_one <= 8
    statements.clear()
    desk.page(f"{MAIL}/{last().id}")
    assert len(statements) <= 8


def test_the_desk_is_told_everywhere_how_many_wait_and_no_statement_is_sent_for_it(app, desk, statements):
    desk.page("/staff/queue")
    statements.clear()
    desk.page("/staff/queue")
    without = len(statements)
    received(app, a_mail(sender="a@y.test"), a_mail(sender="b@y.test"))
    statements.clear()
    entry = desk.page("/staff/queue").select_one(f"a.nav-entry[href='{MAIL}']")

    assert entry.select_one(".count").get_text() == "2"
    assert len(statements) == without


def test_one_mail_shows_its_words_its_files_and_what_was_refused(app, desk, shen):
    body = "<script>alert(1)</script>请看附件\n\n-----Original Message-----\n旧的"
    files = (("日志.txt", b"log"), ("木马.exe", b"MZ"))
    raw = a_mail(body=body, attached=files)
    mail = received(app, raw)
    answer = desk.get(f"{MAIL}/{mail.id}")
    page = desk.page(f"{MAIL}/{mail.id}")
    assert "<script>alert" not in answer.text
    assert "请看附件" in page.select_one("#mail-words").get_text()
    assert "旧的" in page.select_one("#mail-words details").get_text()
    assert "日志.txt" in page.select_one("#mail-files").get_text()
    assert "“木马.exe”: files of this kind cannot be attached." in page.select_one("#mail-files").get_text()
    assert "沈丽" in page.select_one("#about").get_text()
    whole = desk.get(page.select_one("#about a[download]")["href"])
    assert whole.data == raw
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert whole.mimetype == "application/octet-stream"


def entry_fields(page) -> dict[str, str]:
    """What the form would send as it stands."""
    form = next(one for one in page.select("form") if one.select_one("[name=subject]"))
    fields = {
        one["name"]: one.get("value", "")
        for one in form.select("input[name]")
        if one.get("type") in ("text", "hidden", "email", "tel")
    }
    fields |= {one["name"]: one.get_text().lstrip("\r\n") for one in form.select("textarea[name]")}
    chosen = {one["name"]: one.select_one("option[selected]") for one in form.select("select[name]")}
    return fields | {name: option["value"] for name, option in chosen.items() if option}


def test_a_ticket_is_made_of_a_mail_by_the_form_that_stands_filled_in(app, desk, shen):
    mail = received(app, a_mail(subject="专线又断了", body="九点起断。", attached=(("日志.txt", b"log"),)))
    link = next(a for a in desk.page(f"{MAIL}/{mail.id}").select("a.button-primary"))
    page = desk.page(link["href"] + "&kind=enquiry")
    fields = entry_fields(page)
    assert (fields["channel"], fields["ask_sender"], fields["asked_by"]) == (
        "email",
        "shen@haichuan.test",
        str(shen.id),
    )
    assert "日志.txt" in page.select_one("#entry").get_text()
    answer = desk.post("/staff/tickets/new", fields | {"accept": "1"})
    assert answer.status_code == 303, answer.text

    ticket = db.session.scalars(db.select(Ticket).order_by(Ticket.id.desc())).first()
    assert (ticket.subject, ticket.channel, ticket.asked_by_id) == ("专线又断了", "email", shen.id)
    assert db.session.scalars(db.select(Message.body).where(Message.ticket_id == ticket.id)).all() == ["九点起断。"]
    assert [row.file.name for row in db.session.scalars(db.select(Attachment).where(Attachment.ticket_id == ticket.id))] == ["日志.txt"]  # fmt: skip
    assert (last().state, last().ticket_id) == ("entered", ticket.id)
    whence = desk.page(answer.location).select_one("#facts a[href^='/staff/mail']")
    assert subjects(desk.page(whence["href"])) == ["专线又断了"]

    again = desk.post("/staff/tickets/new", fields | {"submission_key": "another"})
    assert again.status_code == 422
    assert "Somebody has dealt with this mail already" in again.text
    assert db.session.scalar(db.select(db.func.count(Ticket.id))) == 1


def test_of_an_unknown_sender_first_the_customer_is_chosen_and_the_mail_comes_along(app, desk):
    customer = a_customer(name="海川物流集团")
    mail = received(app, a_mail("x@y.test", "想了解专线"))
    link = desk.page(f"{MAIL}/{mail.id}").select_one("a.button-primary")["href"]
    chooser = desk.page(link)
    assert chooser.select_one("form.search [name=mail]")["value"] == str(mail.id)
    row = next(a for a in chooser.select("tbody a") if a.get_text() == customer.name)
    fields = entry_fields(desk.page(row["href"]))
    assert (fields["mail"], fields["subject"], fields["contact_email"]) == (str(mail.id), "想了解专线", "x@y.test")


def test_what_was_typed_over_a_mail_stays_when_something_is_missing(app, desk, shen):
    mail = received(app, a_mail())
    fields = entry_fields(desk.page(f"/staff/tickets/new?customer={shen.customer_id}&mail={mail.id}&kind=enquiry"))
    answer = desk.post("/staff/tickets/new", fields | {"subject": "", "body": "改过的话。"})
    assert answer.status_code == 422
    assert "改过的话。" in answer.text
    assert last().state == "waiting"
    page = desk.page(f"/staff/tickets/new?customer={shen.customer_id}&mail={mail.id}&kind=enquiry")
    assert entry_fields(page)["body"] == "改过的话。"


def test_a_mail_is_put_into_a_ticket_by_its_number(app, desk, shen):
    ticket = a_ticket(by=shen)
    mail = received(app, a_mail("x@y.test", "补充材料", "材料如下。"))
    assert desk.post(f"{MAIL}/{mail.id}/attach", {"number": "TS-000000-0000"}).status_code == 422
    assert desk.post(f"{MAIL}/{mail.id}/attach", {"number": ""}).status_code == 422
    answer = desk.post(f"{MAIL}/{mail.id}/attach", {"number": ticket.number.lower()})
    assert answer.location == f"/staff/tickets/{ticket.id}"
    assert "材料如下。" in desk.page(answer.location).get_text()
    assert last().state == "placed"
    assert desk.post(f"{MAIL}/{mail.id}/attach", {"number": ticket.number}).status_code == 422
    assert desk.page(f"{MAIL}/{mail.id}").select_one("#attach") is None


def test_a_closed_ticket_takes_no_mail(app, desk, shen):
    ticket = a_ticket(by=shen, moved=("accept", "apply", "close"))
    mail = received(app, a_mail(subject=f"Re: {ticket.number}"))
    page = desk.page(f"{MAIL}/{mail.id}")
    assert page.select_one("#attach [name=number]")["value"] == ticket.number
    answer = desk.post(f"{MAIL}/{mail.id}/attach", {"number": ticket.number})
    assert answer.status_code == 422
    assert "please reopen it" in answer.text


def test_a_mail_is_set_aside_with_a_reason_and_brought_back(app, desk):
    mail = received(app, a_mail("ad@y.test", "特价"))
    assert desk.post(f"{MAIL}/{mail.id}/aside", {"why": " "}).status_code == 422
    assert desk.post(f"{MAIL}/{mail.id}/aside", {"why": "广告"}).status_code == 303
    assert "广告" in desk.page(f"{MAIL}?tab=aside").tbody.get_text()
    assert desk.post(f"{MAIL}/{mail.id}/back").status_code == 303
    assert db.session.get_one(IncomingMail, mail.id).state == "waiting"


def test_the_journal_tells_what_became_of_a_mail(app, desk, sign_in):
    mail = received(app, a_mail("ad@y.test", "特价"))
    desk.post(f"{MAIL}/{mail.id}/aside", {"why": "广告"})
    said = sign_in(a_person(Role.AUDITOR)).page("/staff/journal").get_text()
    assert "set a mail from ad@y.test aside: 广告" in said


def test_a_contact_is_told_by_name_and_proposes_its_customer(app, desk):
    customer = a_customer(name="海川物流集团")
    a_contact(customer.id, "buyer@haichuan.test", "周经理", title="采购", phone="021 5888 0001")
    mail = received(app, a_mail("buyer@haichuan.test"))
    page = desk.page(f"{MAIL}/{mail.id}")
    assert "周经理 采购" in page.select_one("#about").get_text()
    assert f"customer={customer.id}" in page.select_one("a.button-primary")["href"]
    assert entry_fields(desk.page(page.select_one("a.button-primary")["href"]))["contact_phone"] == "021 5888 0001"
