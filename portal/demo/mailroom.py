"""Mail that came in to the demo company: what waits to be sorted, and an answering machine that was recognised."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from flask import current_app

from portal import clock
from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.domain import settings
from portal.domain.mailroom import placing, taking
from portal.domain.people.models import Contact, Customer
from portal.domain.quality.days import zone
from portal.domain.tickets.models import Ticket


def received(troupe: Troupe, until: datetime) -> None:
    """The mails of the last day, taken in and placed as the worker would."""
    store, told = current_app.extensions["files"], troupe.told("mailroom")
    for at, name, made in (
        (hours.work_day(until, 1, 14.4), "invoice", _invoice),
        (hours.work_day(until, 1, 16.7), "about", _about),
        (hours.work_day(until, 1, 17.1), "away", _away),
        (until - timedelta(minutes=47), "offer", _offer),
    ):
        with clock.frozen_at(at):
            message = _mail(at, name, told[name])
            made(message, told[name])
            taking.take_in(store, message.as_bytes())
            while placing.place_next(store, lambda _: db.select(Ticket).where(db.false())):
                db.session.remove()


def _mail(at: datetime, name: str, said: dict[str, str]) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    company = settings.company()
    message["From"], message["To"] = (
        f'"{said["sender"]}" <{said["address"]}>',
        f'"{company.name}" <{company.mail_from}>',
    )
    message["Subject"], message["Date"] = said["subject"], format_datetime(at.astimezone(zone()))
    message["Message-ID"] = f"<{name}.{at:%Y%m%d}@{said['address'].rpartition('@')[2]}>"
    return message


def _invoice(message: EmailMessage, said: dict[str, str]) -> None:
    """A contact without an account: the customer is proposed."""
    message.set_content(said["body"], charset="gb18030", cte="base64")
    message.add_attachment(said["sheet"].encode(), maintype="text", subtype="csv", filename=said["file"])


def _about(message: EmailMessage, said: dict[str, str]) -> None:
    """About a ticket of their company that they did not open: somebody looks before it goes in."""
    live = db.select(Ticket.number).join(Customer, Customer.id == Ticket.customer_id).where(Ticket.is_live)
    theirs = db.select(Contact.customer_id).where(Contact.email == said["address"])
    number = db.session.scalar(live.where(Ticket.customer_id.in_(theirs)).order_by(Ticket.id).limit(1))
    message.replace_header("Subject", f"{said['subject']} {number or ''}".strip())
    message.set_content(said["body"], cte="base64")


def _away(message: EmailMessage, said: dict[str, str]) -> None:
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(said["body"], cte="base64")


def _offer(message: EmailMessage, said: dict[str, str]) -> None:
    """Nobody knows this sender; the mail is HTML alone."""
    message.set_content(said["body"], subtype="html", cte="base64")
