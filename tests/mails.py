"""Mails for tests, as a writer's program makes them, and the mailroom's hands."""

from email.message import EmailMessage
from email.policy import SMTP
from itertools import count

from portal.access.scopes import visible
from portal.db import db
from portal.domain.mailroom import placing, taking
from portal.domain.mailroom.models import IncomingMail
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact
from portal.domain.tickets.models import Ticket
from tests.factories import kept

_numbers = count(1)


def a_mail(
    sender: str = "shen@haichuan.test", subject: str = "专线又断了", body: str = "早上九点起专线又断了。", **headers
) -> bytes:
    """A plain mail; headers by name with _ for -. `attached`: (name, bytes) of files; `html`: an HTML body instead."""
    attached, html = headers.pop("attached", ()), headers.pop("html", None)
    message = EmailMessage(policy=SMTP)
    given = {
        "From": sender, "To": "service@shenjiang.test", "Subject": subject, "Date": "Wed, 25 Nov 2026 09:58:00 +0800",
        "Message-ID": f"<m{next(_numbers)}@haichuan.test>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    for name, value in given.items():
        if value is not None:
            message[name] = value
    if html is None:
        message.set_content(body)
    else:
        message.set_content(html, subtype="html")
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def received(app, *mails: bytes) -> IncomingMail:
    """Taken in and placed, all of them; the last one as it stands."""
    store = app.extensions["files"]
    for mail in mails:
        taking.take_in(store, mail)
    while placing.place_next(store, lambda person: visible(Ticket, person)):
        db.session.rollback()
    return last()


def last() -> IncomingMail:
    db.session.rollback()
    return db.session.scalars(db.select(IncomingMail).order_by(IncomingMail.id.desc()).limit(1)).one()


def a_contact(customer_id: int, email: str, name: str = "沈经理", **facts) -> Contact:
    return kept(Contact(customer_id=customer_id, name=name, email=email, **facts))


def letter_to(person, ticket: Ticket | None = None, **facts) -> Letter:
    """A letter of ours that left, about a ticket."""
    from tests.domain.test_outbox import a_letter

    return a_letter(person, ticket_id=ticket.id if ticket else None, **{"state": "sent"} | facts)
