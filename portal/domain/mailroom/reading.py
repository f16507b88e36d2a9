"""A mail as it came, read: who wrote to whom, what is new in it, what is attached, what it says about itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from portal.domain.mailroom.texts import decoded, divided, from_html, header, tidy

BODY_LIMIT, QUOTED_LIMIT, PARTS_LIMIT = 20_000, 200_000, 200
"""Characters of what is new and of what is kept beside it; parts of a mail that are looked at."""
HEAD_LIMIT, LINE_LIMIT = 64_000, 1_000
"""Bytes of the headers and characters of one of them that a glance takes in."""
ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,190}")
REFERENCE = re.compile(r"<([^<>\s]{1,200})>")


@dataclass(frozen=True)
class Enclosed:
    """A file in a mail, as its writer called it; nothing is known yet about whether we take it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Report:
    """What a mail server says became of a letter (DSN)."""

    action: str
    """failed · delayed · delivered · relayed · expanded; blank where the report does not say."""
    said: str


@dataclass(frozen=True)
class Read:
    """What could be read of a mail."""

    message_id: str
    from_address: str
    from_name: str
    to: tuple[str, ...]
    """Every address it was sent or delivered to."""
    subject: str
    sent_at: datetime | None
    body: str
    quoted: str
    references: tuple[str, ...]
    """Message-IDs of the mails it answers: the one it answers first, then older ones."""
    enclosed: tuple[Enclosed, ...] = ()
    report: Report | None = None
    returned: tuple[str, ...] = ()
    """Message-IDs of mails that it carries back."""
    marks: dict[str, str] = field(default_factory=dict)
    """Headers by which a machine makes itself known, in lower case."""


MARKS = (
    "auto-submitted", "precedence", "x-auto-response-suppress", "return-path", "x-autoreply", "x-autorespond", "x-autoresponse",
    "list-id", "list-unsubscribe", "x-loop", "feedback-id", "authentication-results", "x-failed-recipients",
)  # fmt: skip


def read(raw: bytes) -> Read:
    """Read a whole mail. A broken header or part is read as far as it goes; raises only for what nobody foresaw."""
    message = message_from_bytes(raw, policy=policy.compat32)  # the newer one breaks on headers that are torn
    found = _headers(message)
    sender = _people(found.get("from", []))
    name, address = sender[0] if sender else ("", "")
    body, rest = _words(message)
    new, old = divided(body)
    return Read(
        message_id=_id_of(found), from_address=address, from_name=name[:120],
        to=tuple(dict.fromkeys(one for _, one in _people([v for k in ("to", "cc", "delivered-to", "x-original-to", "envelope-to") for v in found.get(k, [])]))),
        subject=header(_first(found, "subject"))[:300], sent_at=_moment(_first(found, "date")),
        body=new[:BODY_LIMIT], quoted=(new[BODY_LIMIT:] + ("\n\n" if old and new[BODY_LIMIT:] else "") + old)[:QUOTED_LIMIT],
        references=_references(found), enclosed=tuple(rest), report=_report(message), returned=_returned(message),
        marks={name: header(_first(found, name))[:500].lower() for name in MARKS if name in found},
    )  # fmt: skip


def glance(raw: bytes) -> Read:
    """Only who wrote when about what, from the beginning of the headers: quick and safe, whatever the mail is."""
    head = re.split(rb"\r?\n\r?\n", raw[:HEAD_LIMIT], maxsplit=1)[0]
    message = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    found = {name: [values[0][:LINE_LIMIT]] for name, values in _headers(message).items()}
    name, address = next(iter(_people(found.get("from", []))), ("", ""))
    return Read(
        message_id=_id_of(found), from_address=address, from_name=name[:120], to=(), subject=header(_first(found, "subject"))[:300],
        sent_at=_moment(_first(found, "date")), body="", quoted="", references=(),
    )  # fmt: skip


def _headers(message: Message) -> dict[str, list[str]]:
    """Every header as it came: the library's own reading breaks on what some writers send."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(str(value))
    return found


def _first(found: dict[str, list[str]], name: str) -> str:
    return next(iter(found.get(name, ())), "")


def _id_of(found: dict[str, list[str]]) -> str:
    raw = _first(found, "message-id")
    bracketed = REFERENCE.search(raw)
    return _plain(bracketed[1] if bracketed else "".join(header(raw).split()))[:200]


def _plain(name: str) -> str:
    """A Message-ID without what is in none, NUL and bytes that nobody encoded: a database takes neither."""
    return "".join(c for c in name if c.isprintable())


def _people(raw: list[str]) -> list[tuple[str, str]]:
    """(name, address in lower case) of everybody named; what holds no address is left out."""
    people = []
    for value in raw:
        plain = re.sub(r"\r?\n[ \t]*", " ", value)
        try:
            pairs = getaddresses([plain])
        except (ValueError, IndexError, RecursionError):
            pairs = []
        pairs = [(header(name), header(address)) for name, address in pairs]
        good = [(name, address.lower()) for name, address in pairs if ADDRESS.fullmatch(address)]
        people += good or [("", found.lower()) for found in ADDRESS.findall(header(plain))[-1:]]
    return people


def _moment(raw: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(header(raw))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _references(found: dict[str, list[str]]) -> tuple[str, ...]:
    answered = REFERENCE.findall(_first(found, "in-reply-to"))
    earlier = REFERENCE.findall(_first(found, "references"))
    return tuple(dict.fromkeys(map(_plain, [*answered, *reversed(earlier)])))[:50]


# ---- what it holds ----


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something; a mail within the mail is one part."""
    waiting, seen = [message], 0
    while waiting and seen < PARTS_LIMIT:
        part = waiting.pop(0)
        seen += 1
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting[:0] = [one for one in part.get_payload() if isinstance(one, Message)]  # pyright: ignore[reportGeneralTypeIssues]
        else:
            yield part


def _words(message: Message) -> tuple[str, list[Enclosed]]:
    """The text of a mail, and the files it encloses. HTML is read only where nothing plain says the same."""
    plain, html, enclosed = [], [], []
    for part in _leaves(message):
        kind, name = part.get_content_type(), _name(part)
        shown = str(part.get("content-disposition", "")).strip().lower()
        is_file = shown.startswith("attachment") or bool(name)
        if kind == "text/plain" and not is_file:
            plain.append(_text(part))
        elif kind == "text/html" and not is_file:
            html.append(_text(part))
        elif kind not in ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"):
            enclosed.append(Enclosed(name or _called(kind), _content(part)))
    words = tidy("\n\n".join(plain))
    if not words.strip() and html:
        words = "\n\n".join(map(from_html, html))
    return words, enclosed


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, AttributeError, IndexError):
        charset = None
    return decoded(_content(part), charset)


def _content(part: Message) -> bytes:
    if part.is_multipart():  # a mail within the mail
        inner = part.get_payload()
        return b"\n".join(one.as_bytes(policy=policy.compat32) for one in inner if isinstance(one, Message))  # pyright: ignore[reportGeneralTypeIssues]
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    return content if isinstance(content, bytes) else str(part.get_payload()).encode("utf-8", "surrogateescape")


def _name(part: Message) -> str:
    """What its writer called a file; bytes that nobody encoded are lost to the library's own reading."""
    raw = "".join(str(value) for name, value in part.raw_items() if name.lower().startswith("content-"))
    bare = _BARE_NAME.search(raw) if not raw.isascii() else None
    try:
        said = bare[1] if bare else part.get_filename()
    except (ValueError, LookupError, AttributeError, TypeError):
        found = _BARE_NAME.search(raw)
        said = found[1] if found else ""
    return header(said or "")[:200]


_BARE_NAME = re.compile(r"name\*?=\"?([^\";\r\n]+)")
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "message/rfc822": "eml",
}


def _called(kind: str) -> str:
    """A name for a file without one."""
    main, sub = (re.sub(r"[^a-z0-9]", "", part)[:12] for part in kind.partition("/")[::2])
    return f"{'mail' if main == 'message' else main or 'file'}.{_ENDINGS.get(kind) or sub[:8] or 'bin'}"


# ---- letters that came back ----


def _report(message: Message) -> Report | None:
    for part in _leaves(message):
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        blocks = blocks if isinstance(blocks, list) else [message_from_bytes(_content(part))]
        said: dict[str, str] = {}
        for block in blocks:
            if isinstance(block, Message):
                said |= {name.lower(): header(str(value)) for name, value in block.raw_items()}
        words = [said.get(name, "") for name in ("final-recipient", "status", "diagnostic-code")]
        action = said.get("action", "").strip().lower()
        return Report(action, " · ".join(word.partition(";")[2].strip() or word for word in words if word)[:500])
    return None


def _returned(message: Message) -> tuple[str, ...]:
    """Message-IDs in the mails, or only their headers, that this one carries."""
    found = []
    for part in _leaves(message):
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            text = _content(part)[:100_000].decode("latin-1")
            found += re.findall(r"^message-id:\s*<([^<>\s]{1,200})>", text, re.IGNORECASE | re.MULTILINE)
    return tuple(map(_plain, found[:5]))
