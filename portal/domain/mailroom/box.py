"""The mailbox: where it is, to which address people answer, when it was last read and what went wrong."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from portal import clock
from portal.db import db
from portal.domain import outbox, references
from portal.domain.mailroom.models import Mailbox
from portal.domain.outbox import Letter
from portal.i18n import N_


@dataclass(frozen=True)
class Box:
    """A mailbox, as PORTAL_IMAP_URL names it. Without `?tls=none` it is never read in clear text."""

    host: str
    port: int
    user: str
    word: str
    folder: str = "INBOX"
    tls: str = "whole"
    """whole (imaps) · start (STARTTLS, required) · none"""
    address: str = ""
    """Where people write to it; blank where the user name is no address and none was given."""
    plus: bool = False
    """Does the server take address+anything as well? Then every letter has its own address for answers."""

    @property
    def name(self) -> str:
        """What it is known by: user, host and folder, never the password."""
        return f"{self.user}@{self.host}/{self.folder}"[:200]

    def answers_to(self, letter: Letter) -> str:
        """The address that answers to this letter go to; blank: the one that it comes from."""
        name, at, domain = self.address.rpartition("@")
        return f"{name}+{references.of(letter)}{at}{domain}" if self.plus and name else self.address


def box_of(url: str) -> Box:
    """imaps://user:word@host:993/INBOX, imap://…:143 (STARTTLS), with ?address=service@host&plus=yes.

    ValueError names what is wrong with it.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise ValueError("the mailbox's address must look like imaps://user:password@host:993/INBOX")
    whole, asked, user = parts.scheme == "imaps", parse_qs(parts.query), unquote(parts.username)
    plain = asked.get("tls") == ["none"]
    return Box(
        parts.hostname, parts.port or (993 if whole else 143), user, unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX", "whole" if whole else "none" if plain else "start",
        asked.get("address", [user if "@" in user else ""])[0], asked.get("plus") in (["yes"], ["1"]),
    )  # fmt: skip


TROUBLES = {
    **outbox.TROUBLES,
    "SignInError": N_("The server refuses the user name or password."),
    "FolderError": N_("There is no such folder in the mailbox."),
    "FetchError": N_("The server did not hand out a mail; it is asked for again."),
    "KeepError": N_("A mail could not be kept; it stays unread in the mailbox and is asked for again."),
    "abort": N_("The server ended the connection."),
    "OSError": N_("The network did not carry us to the server."),
}


def meaning(failure: str) -> str:
    """What a kept failure means, as a marked sentence; the failure itself where nothing is known about it."""
    return next((words for name, words in TROUBLES.items() if failure.startswith(f"{name}: ")), failure)


def standing() -> Mailbox | None:
    """How the mailbox stands that was read, or tried, last; none before the first time."""
    newest = db.func.max(
        db.func.coalesce(Mailbox.read_at, Mailbox.failed_at), db.func.coalesce(Mailbox.failed_at, Mailbox.read_at)
    )
    if db.engine.dialect.name == "postgresql":
        newest = db.func.greatest(Mailbox.read_at, Mailbox.failed_at)
    return db.session.scalar(db.select(Mailbox).order_by(newest.desc(), Mailbox.id.desc()).limit(1))


def is_failing(row: Mailbox | None) -> bool:
    """Did the last attempt to read it go wrong?"""
    return bool(row and row.failed_at and (row.read_at is None or row.failed_at > row.read_at))


def kept(box: Box) -> Mailbox:
    """The row of this mailbox, made at its first reading. Call in a transaction."""
    row = db.session.scalar(db.select(Mailbox).where(Mailbox.name == box.name).with_for_update())
    if row is None:
        row = Mailbox(name=box.name, validity=0, next_uid=1, failure="")
        db.session.add(row)
        db.session.flush()
    return row


def was_read(box: Box, validity: int, next_uid: int, trouble: str = "") -> None:
    """All that was there is taken in, but for what `trouble` names. Call in a transaction."""
    row = kept(box)
    at = clock.now()
    if row.validity == validity:
        next_uid = max(row.next_uid, next_uid)
    row.validity, row.next_uid = validity, next_uid
    if trouble:
        row.failed_at, row.failure = at, trouble[:1000]
    else:
        row.read_at = at


def was_out_of_reach(box: Box, trouble: str) -> None:
    """It could not be read, and why. Call in a transaction."""
    row = kept(box)
    row.failed_at, row.failure = clock.now(), trouble[:1000]
