"""Taking a mail in: the whole of it is safe on disk and in a row before anybody may forget that it came.

A second time it is the same mail, whatever way it came: the marks of its way do not count.
"""

import hashlib
import re

from sqlalchemy.exc import IntegrityError

from portal import clock, faults
from portal.db import db, transaction
from portal.domain import files
from portal.domain.files import Attachment, Store
from portal.domain.mailroom.models import NEW, IncomingMail
from portal.domain.mailroom.reading import glance

WHOLE = "whole"
"""The place of the attachment that is the mail itself."""
SAID = re.compile(rb"^(message-id|from|date|subject)[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)


def fingerprint(raw: bytes) -> str:
    """What makes a mail itself: its name, who wrote what when, and its content; not how it travelled."""
    head, body = _divided(raw)
    said = sorted((name.lower(), b" ".join(value.split())) for name, value in SAID.findall(head))
    digest = hashlib.sha256(repr(said).encode())
    digest.update(body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    return digest.hexdigest()


def _divided(raw: bytes) -> tuple[bytes, bytes]:
    end = re.search(rb"\r?\n\r?\n", raw)
    return (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")


def take_in(store: Store, raw: bytes, *, is_whole: bool = True) -> bool:
    """Keep a mail as it came, in one transaction of its own. False when it was taken in before; then nothing changes.

    `is_whole`: False when it was too large, and `raw` is only its beginning.
    """
    mark = fingerprint(raw)
    if db.session.scalar(db.select(IncomingMail.id).where(IncomingMail.fingerprint == mark)):
        return False
    staged = files.stage_mail(store, raw, "mail.eml")
    try:
        with transaction():
            file = files.keep(staged, None)
            db.session.flush()
            row = IncomingMail(
                fingerprint=mark, message_id=glance(raw).message_id, file_id=file.id, is_whole=is_whole, received_at=clock.now(), state=NEW
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            db.session.add(Attachment(file=file, mail_id=row.id, place=WHOLE))
    except IntegrityError:  # another worker took it in at this moment
        store.path(staged.key).unlink(missing_ok=True)
        return False
    faults.point("mail.kept")
    return True
