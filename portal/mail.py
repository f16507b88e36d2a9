"""Letters leave (R40): leased, sent outside any transaction, settled; refused, put off or lost, never silently."""

import smtplib
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from portal import clock, faults
from portal.config import Config
from portal.db import db, transaction
from portal.domain import outbox, references, settings
from portal.domain.mailroom.box import Box, box_of
from portal.domain.outbox import Lease, Letter
from portal.web import enclosures
from portal.web import mail as words

log = structlog.get_logger()

CONNECT, ANSWER, ALTOGETHER = 10, 30, 60
"""Seconds: for a connection, for one answer, for one letter however slowly the other side speaks. Well inside a lease."""
TRY_AGAIN = timedelta(minutes=1)


class Unreachable(Exception):
    """The mail server does not take letters now; it is no letter's fault."""


class Lost(Exception):
    """The connection broke while a letter was handed over: it may have arrived."""


class Rejected(Exception):
    """The server refuses this letter: for good (5xx), or for now (4xx)."""

    def __init__(self, code: int, said: str):
        super().__init__(f"{code} {said}".strip())
        self.for_good = code >= 500


@dataclass(frozen=True)
class Server:
    """A mail server, as PORTAL_SMTP_URL names it. Without `?tls=none` nothing is ever sent in clear text."""

    host: str
    port: int
    user: str = ""
    word: str = ""
    tls: str = "start"
    """start (STARTTLS, required) · whole (smtps) · none"""


def server_of(url: str) -> Server:
    """smtp://user:word@host:587, smtps://…:465, smtp://127.0.0.1:25?tls=none. ValueError names what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("the mail server's address must look like smtp://host:587 or smtps://host:465")
    whole = parts.scheme == "smtps"
    plain = parse_qs(parts.query).get("tls") == ["none"]
    return Server(
        parts.hostname, parts.port or (465 if whole else 587), unquote(parts.username or ""),
        unquote(parts.password or ""), "whole" if whole else "none" if plain else "start",
    )  # fmt: skip


class PostOffice:
    """Delivers letters, over one connection kept between them; rests a minute when the server is out of reach."""

    def __init__(self, config: Config):
        self.base_url = config.base_url
        self.server = server_of(config.smtp_url) if config.smtp_url else None
        self.box = box_of(config.imap_url) if config.imap_url else None
        self._line: smtplib.SMTP | None = None
        self._not_before = clock.now()

    def deliver(self, limit: int = 20) -> Counter:
        """Deliver letters that are due, at most `limit`; how many were sent, kept, put off, failed, cancelled."""
        done: Counter = Counter()
        if clock.now() < self._not_before:
            return done
        for _ in range(limit):
            with transaction():
                lease = outbox.claim()
            if lease is None:
                break
            what = self._settle(lease)
            done[what] += 1
            if clock.now() < self._not_before:
                break
        self._hang_up()
        return done

    def _settle(self, lease: Lease) -> str:
        """Send one letter and write down what became of it, if it is still ours."""
        state, error, wait = "sent", "", None
        try:
            state = self._handle(lease)
        except Unreachable as trouble:
            state, error, wait = "put off", str(trouble), TRY_AGAIN
            self._rest()
        except Lost as trouble:
            state, error = "put off", str(trouble)
            self._rest()
        except Rejected as no:
            state, error = ("failed" if no.for_good else "put off"), str(no)
        except Exception as mistake:
            log.exception("letter", letter=lease.letter_id, exc_info=mistake)
            state, error = "failed", f"{type(mistake).__name__}: {mistake}"
        with transaction():
            ours = outbox.put_off(lease, error, wait) if state == "put off" else outbox.settle(lease, state, error)
        log.info(
            "letter", letter=lease.letter_id, attempt=lease.attempt, state=state if ours else "lost lease", error=error
        )
        return state

    def _handle(self, lease: Lease) -> str:
        letter = outbox.with_reader(lease.letter_id)
        if letter.to.disabled_at is not None:
            return "cancelled"
        if self.server is None or outbox.is_muted(letter, letter.to):
            return "kept"
        message, to = envelope(letter, self.base_url, self.box), letter.to_address or letter.to.email
        db.session.remove()  # nothing is held open while the mail server takes its time
        _in_time(ALTOGETHER, lambda: self._send(message, to), self._drop)
        faults.point("outbox.sent")
        return "sent"

    def _send(self, message: EmailMessage, to: str) -> None:
        line = self._line = self._line or connect(cast(Server, self.server))
        try:
            line.send_message(message, message["From"].addresses[0].addr_spec, [to])
        except smtplib.SMTPRecipientsRefused as no:
            code, said = next(iter(no.recipients.values()))
            raise Rejected(code, _readable(said)) from no
        except smtplib.SMTPResponseException as no:
            if no.smtp_code in (421, -1):
                raise Lost(f"{no.smtp_code} {_readable(no.smtp_error)}") from no
            raise Rejected(no.smtp_code, _readable(no.smtp_error)) from no
        except (smtplib.SMTPServerDisconnected, OSError) as broken:
            if isinstance(broken, smtplib.SMTPNotSupportedError):
                raise Rejected(550, str(broken)) from broken
            raise Lost(f"{type(broken).__name__}: {broken}") from broken

    def _rest(self) -> None:
        self._not_before = clock.now() + TRY_AGAIN
        self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            try:
                line.quit()
            except (smtplib.SMTPException, OSError):
                line.close()


def connect(server: Server) -> smtplib.SMTP:
    """An open line to the server, encrypted and checked as it must be, signed in. Raises Unreachable."""
    context = ssl.create_default_context()
    try:
        if server.tls == "whole":
            line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=CONNECT, context=context)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=CONNECT)
        if server.tls == "start":
            line.starttls(context=context)
        if server.user:
            line.login(server.user, server.word)
    except (smtplib.SMTPException, OSError) as trouble:
        raise Unreachable(f"{server.host}:{server.port}: {type(trouble).__name__}: {trouble}") from trouble
    if line.sock:
        line.sock.settimeout(ANSWER)
    return line


def _in_time(seconds: float, do: Callable[[], None], give_up: Callable[[], None]) -> None:
    """Do it beside us, for so long at most: a server that speaks a byte a second holds nothing up. Raises Lost."""
    trouble: list[BaseException] = []

    def run():
        try:
            do()
        except BaseException as raised:
            trouble.append(raised)

    beside = threading.Thread(target=run, daemon=True)
    beside.start()
    beside.join(seconds)
    if beside.is_alive():
        give_up()
        raise Lost(f"no end after {seconds:g} seconds")
    if trouble:
        raise trouble[0]


def envelope(letter: Letter, base_url: str, box: Box | None = None) -> EmailMessage:
    """The letter as a message: plain text and HTML, a Message-ID that stays the same however often it is tried.

    By that, and by the address of the mailbox we read (`box`), an answer finds its way to the letter's ticket.
    """
    said, company, reader = words.rendered(letter, letter.to), settings.company(), letter.to
    sender, to = (
        _address(company.name, company.mail_from),
        _address(words.called(letter, reader), letter.to_address or reader.email),
    )
    message = EmailMessage(policy=SMTP)
    message["Subject"] = said.subject
    answers = box.answers_to(letter) if box else ""
    message["From"], message["To"] = sender, to
    message["Reply-To"] = _address(company.name, answers) if answers else sender
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{references.of(letter)}@{urlsplit(base_url).hostname or 'portal'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = "en" if words.language_of(letter, reader) == "en" else "zh-CN"
    message.set_content(said.text, cte="base64")
    message.add_alternative(said.html, subtype="html", cte="base64")
    for one in enclosures.of(letter, base_url):
        message.add_attachment(
            one.content, maintype="text", subtype="calendar", filename=one.name, params=one.parameters
        )
    return message


def _address(name: str, address: str) -> Address:
    """A name and address for a header; line breaks in either are no line breaks there."""
    clean = "".join(c if c.isprintable() else " " for c in name).strip()
    if not address.isprintable() or " " in address:
        raise Rejected(553, "this is no address")
    return Address(clean, addr_spec=address)


def _readable(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
