"""The mailbox is read (R10): fetched over IMAP, taken in one by one, and only what is safe is marked as seen.

Whatever breaks in between, the next reading takes up where this one ended; what was taken in before is the same mail.
"""

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from portal import faults
from portal.config import VERSION
from portal.db import db, transaction
from portal.domain.files import MIB, Store
from portal.domain.mailroom import box as boxes
from portal.domain.mailroom.box import Box
from portal.domain.mailroom.taking import take_in

log = structlog.get_logger()

CONNECT, ANSWER, ALTOGETHER = 10, 30, 60
"""Seconds: for a connection, for one answer, for one reading however slowly the other side speaks."""
AT_ONCE = 50
"""Mails of one reading; the rest comes with the next."""
WHOLE_LIMIT, BEGINNING = 60 * MIB, MIB // 4
"""Of a larger mail only the beginning is taken in, and somebody is told; the whole of it stays in the mailbox."""


class Trouble(Exception):
    """The mailbox cannot be read now, and why: a name of box.TROUBLES and what the server said."""


def read(box: Box, store: Store) -> int:
    """Take in what is new, at most AT_ONCE mails; gives how many. What goes wrong is kept for the administrator."""
    try:
        with _line(box) as line:
            return _fetch(box, line, store)
    except Trouble as trouble:
        _out_of_reach(box, str(trouble))
    except (imaplib.IMAP4.error, OSError) as trouble:
        _out_of_reach(box, f"{_named(trouble)}: {trouble}")
    return 0


def _named(trouble: Exception) -> str:
    return "abort" if isinstance(trouble, imaplib.IMAP4.error) else type(trouble).__name__


def _out_of_reach(box: Box, trouble: str) -> None:
    log.warning("mailbox", mailbox=box.name, trouble=trouble)
    with transaction():
        boxes.was_out_of_reach(box, trouble)


@contextmanager
def _line(box: Box) -> Iterator[imaplib.IMAP4]:
    """An open, encrypted, signed-in line with the folder chosen. It ends in time, whatever the other side does."""
    context = ssl.create_default_context()
    if box.tls == "whole":
        line: imaplib.IMAP4 = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=CONNECT)
    else:
        line = imaplib.IMAP4(box.host, box.port, timeout=CONNECT)
    guard = threading.Timer(ALTOGETHER, _cut, [line])
    guard.daemon = True
    guard.start()
    try:
        if box.tls == "start":
            line.starttls(context)
        line.sock.settimeout(ANSWER)
        _enter(box, line)
        yield line
        line.logout()
    finally:
        guard.cancel()
        try:
            line.shutdown()
        except OSError:
            log.debug("mailbox", state="the line was gone already")


def _cut(line: imaplib.IMAP4) -> None:
    try:
        line.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("mailbox", state="the line was gone already")


def _enter(box: Box, line: imaplib.IMAP4) -> None:
    try:
        line.login(box.user, box.word)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as no:
        raise Trouble(f"SignInError: {_readable(no.args)}") from no
    if "ID" in line.capabilities:  # some servers let nobody in who does not say by which program they come
        line.xatom("ID", f'("name" "key-customer-portal" "version" "{VERSION}")')
    answer, said = line.select('"{}"'.format(box.folder.replace("\\", "\\\\").replace('"', '\\"')))
    if answer != "OK":
        raise Trouble(f"FolderError: {_readable(said)}")


def _fetch(box: Box, line: imaplib.IMAP4, store: Store) -> int:
    with transaction():
        known = boxes.kept(box)
        validity, since = known.validity, known.next_uid
    db.session.remove()  # nothing is held open while the server takes its time
    now = _number(line, "UIDVALIDITY")
    if now != validity:  # never read before, or its numbers mean other mails now: only what nobody has read is new
        since = _number(line, "UIDNEXT") or 2**32
    begun, taken, trouble, reached = monotonic(), 0, "", since if since < 2**32 else 1
    left = AT_ONCE  # what goes wrong is not counted: it keeps nothing behind it from being read
    for uid in _new(line, since):
        if not left or monotonic() - begun > ALTOGETHER / 2:
            break
        try:
            taken += _take(line, uid, store)
        except Trouble as failed:
            trouble = str(failed)
            continue
        left -= 1
        reached = max(reached, uid + 1) if not trouble else reached
    with transaction():
        boxes.was_read(box, now, reached, trouble)
    return taken


def _number(line: imaplib.IMAP4, name: str) -> int:
    found = line.response(name)[1]
    return int(found[0]) if found and found[0] else 0


def _new(line: imaplib.IMAP4, since: int) -> list[int]:
    """What nobody has read yet, and what came since the last reading though somebody has read it meanwhile."""
    unread = _searched(line, "UNSEEN")
    later = [uid for uid in _searched(line, f"UID {since}:*") if uid >= since] if since < 2**32 else []
    return sorted({*unread, *later})


def _searched(line: imaplib.IMAP4, what: str) -> list[int]:
    answer, said = line.uid("SEARCH", what)
    if answer != "OK":
        raise Trouble(f"FetchError: {_readable(said)}")
    return [int(uid) for part in said if part for uid in part.split()]


def _take(line: imaplib.IMAP4, uid: int, store: Store) -> bool:
    """One mail: fetched, safe with us, and only then marked as seen."""
    size = _size(line, uid)
    is_whole = size <= WHOLE_LIMIT
    raw = _content(line, uid, "(BODY.PEEK[])" if is_whole else f"(BODY.PEEK[]<0.{BEGINNING}>)")
    if raw is None:
        return False  # somebody has deleted it meanwhile
    is_new = _kept(store, raw, is_whole)
    faults.point("mail.seen")
    answer, said = line.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
    if answer != "OK":
        raise Trouble(f"FetchError: {_readable(said)}")
    log.info("mail", uid=uid, bytes=len(raw), new=is_new)
    return is_new


def _kept(store: Store, raw: bytes, is_whole: bool) -> bool:
    """Take it in. One that cannot be kept, for whatever nobody foresaw, stays unread in the mailbox and holds up no other."""
    try:
        return take_in(store, raw, is_whole=is_whole)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the next one could not be kept either
    except Exception as mistake:
        log.exception("mail", bytes=len(raw), exc_info=mistake)
        raise Trouble(f"KeepError: {type(mistake).__name__}") from mistake
    finally:
        db.session.remove()


def _size(line: imaplib.IMAP4, uid: int) -> int:
    _, said = line.uid("FETCH", str(uid), "(RFC822.SIZE)")
    found = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(part for part in said if isinstance(part, bytes)))
    return int(found[1]) if found else 0


def _content(line: imaplib.IMAP4, uid: int, what: str) -> bytes | None:
    answer, said = line.uid("FETCH", str(uid), what)
    if answer != "OK":
        raise Trouble(f"FetchError: {_readable(said)}")
    return next((part[1] for part in said if isinstance(part, tuple)), None)


def _readable(said) -> str:
    return " ".join(
        part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in said or () if part
    )
