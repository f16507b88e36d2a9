"""Where the portal runs and what it may use: read once from the environment, never from a request."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Config:
    """One installation. Every value has a variable PORTAL_… of the same name."""

    data: Path
    """Files of this installation: database (SQLite), attachments, secret key."""
    database_url: str
    secret_key: str
    base_url: str
    """The address letters and PDFs point to; never taken from a request."""
    https: bool = False
    trusted_proxy_hops: int = 0
    demo: bool = False
    redis_url: str | None = None
    smtp_url: str | None = None
    """smtp://user:word@host:587 (STARTTLS) or smtps://…:465; without it letters stay readable in the portal."""
    imap_url: str | None = None
    """imaps://user:word@host:993/INBOX, the mailbox the worker reads; ?address=… where people write to it, &plus=yes where
    the server takes address+anything. Without it no mail comes in."""
    testing: bool = False
    durable: bool = True
    """Every commit is on disk before it is acknowledged; tests that never lose power may do without."""
    crash_at: str | None = None
    """A fault point for the kill tests (`name` or `name:n`); only read when PORTAL_FAULTS=1."""


def from_environment(**given) -> Config:
    """The configuration of this process; keyword arguments win over variables."""
    say = os.environ.get
    data = Path(given.pop("data", None) or say("PORTAL_DATA") or ROOT / "var").resolve()
    facts = {
        "data": data,
        "database_url": say("PORTAL_DATABASE_URL") or f"sqlite:///{data / 'portal.sqlite'}",
        "base_url": (say("PORTAL_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
        "https": say("PORTAL_HTTPS") == "1",
        "trusted_proxy_hops": int(say("PORTAL_TRUSTED_PROXY_HOPS") or 0),
        "demo": say("PORTAL_DEMO") == "1",
        "redis_url": say("PORTAL_REDIS_URL") or None,
        "smtp_url": say("PORTAL_SMTP_URL") or None,
        "imap_url": say("PORTAL_IMAP_URL") or None,
        "crash_at": say("PORTAL_CRASH_AT") if say("PORTAL_FAULTS") == "1" else None,
    } | given
    facts.setdefault("secret_key", say("PORTAL_SECRET_KEY") or _kept_key(data))
    return Config(**facts)


def _kept_key(data: Path) -> str:
    """The key of this installation: made once, readable by its owner alone."""
    place = data / "secret_key"
    if not place.exists():
        data.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of ours was first
            return place.read_text("ascii").strip()
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
    return place.read_text("ascii").strip()
