"""What no person wrote: answering machines, lists, loops, letters that came back. Recognised, kept, never answered."""

import re
from datetime import timedelta

from portal import clock
from portal.db import db
from portal.domain.mailroom.models import IncomingMail
from portal.domain.mailroom.reading import Read

AN_HOUR, PER_HOUR = timedelta(hours=1), 30
"""More mails than this from one address within an hour are a machine's."""
BULK = ("bulk", "junk", "list", "auto_reply", "auto-reply")
SUPPRESSES = re.compile(r"\b(all|oof|autoreply)\b")
SUBJECTS = re.compile(
    r"^\s*(自动回复|自動回覆|自动答复|休假自动|automatic reply|auto[- ]?reply|autoreply|out of (the )?office|系统退信)",
    re.IGNORECASE,
)
SYSTEMS = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|bounce[sd]?)([+@=-]|$)")


def reason(found: Read, mail: IncomingMail, is_ours: bool) -> str:
    """Why nobody need answer it, as a code of told.REASONS; blank for what a person wrote. `is_ours`: a letter of ours."""
    marks = found.marks
    said = marks.get("auto-submitted", "").partition(";")[0].strip()
    checks = (
        ("own", is_ours),
        ("auto_submitted", said not in ("", "no")),
        ("precedence", marks.get("precedence", "").strip() in BULK),
        ("suppressed", bool(SUPPRESSES.search(marks.get("x-auto-response-suppress", "")))),
        ("auto_submitted", any(name in marks for name in ("x-autoreply", "x-autorespond", "x-autoresponse"))),
        ("list", any(name in marks for name in ("list-id", "list-unsubscribe"))),
        ("null_sender", marks.get("return-path", "").replace(" ", "") == "<>" or bool(SYSTEMS.match(found.from_address))),
        ("auto_subject", bool(SUBJECTS.match(found.subject))),
        ("rate", _too_many(mail, found.from_address)),
    )  # fmt: skip
    return next((code for code, holds in checks if holds), "")


def is_bounce(found: Read) -> bool:
    """Is it a mail server's word about a letter?"""
    null = found.marks.get("return-path", "").replace(" ", "") == "<>"
    return found.report is not None or "x-failed-recipients" in found.marks or bool(
        (null or SYSTEMS.match(found.from_address)) and found.returned
    )  # fmt: skip


def has_failed(found: Read) -> bool:
    """Does the mail server say that it will never arrive, and not only later?"""
    if found.report is None:
        return True
    return found.report.action == "failed" or (
        not found.report.action and bool(re.search(r"\b5\.\d\.\d", found.report.said))
    )


def _too_many(mail: IncomingMail, address: str) -> bool:
    if not address:
        return False
    recent = db.select(IncomingMail.id).where(
        IncomingMail.from_address == address, IncomingMail.received_at > clock.now() - AN_HOUR, IncomingMail.id < mail.id
    )  # fmt: skip
    return len(db.session.scalars(recent.limit(PER_HOUR)).all()) >= PER_HOUR
