"""How the portal itself is: database, disk, worker, mail, what waits. Small and honest, for the administrator."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from portal import clock
from portal.db import db
from portal.domain import outbox, slots
from portal.domain.documents.models import Document
from portal.domain.journal import Head
from portal.domain.mailroom import box
from portal.domain.mailroom.models import Mailbox
from portal.domain.outbox import Letter

SILENT_AFTER = timedelta(minutes=3)
LITTLE_SPACE = 2 * 1024**3


@dataclass(frozen=True)
class Condition:
    """What there is to know about this installation. Sizes in bytes."""

    worker_seen_at: datetime | None
    worker_is_silent: bool
    letters_waiting: int
    letters_failed: int
    last_trouble: Letter | None
    mailbox: Mailbox | None
    """How the mailbox stands that was read, or tried, last."""
    documents_waiting: int
    documents_failed: int
    disk_free: int
    disk_total: int
    database: str
    """sqlite or postgresql"""
    database_size: int
    journal_entries: int

    @property
    def space_is_short(self) -> bool:
        return self.disk_free < LITTLE_SPACE


def condition(data: Path) -> Condition:
    """The condition now; `data` is the folder of this installation."""
    seen, letters, disk = slots.last_run("remind"), outbox.backlog(), shutil.disk_usage(data)
    documents = db.select(Document.state, db.func.count()).where(Document.state.in_(("waiting", "working", "failed")))
    made = dict(map(tuple, db.session.execute(documents.group_by(Document.state))))
    return Condition(
        worker_seen_at=seen, worker_is_silent=seen is None or clock.now() - seen > SILENT_AFTER,
        letters_waiting=letters["waiting"], letters_failed=letters["failed"], last_trouble=outbox.last_trouble(),
        mailbox=box.standing(),
        documents_waiting=made.get("waiting", 0) + made.get("working", 0), documents_failed=made.get("failed", 0),
        disk_free=disk.free, disk_total=disk.total, database=db.engine.dialect.name, database_size=_size(),
        journal_entries=db.session.scalar(db.select(Head.count)) or 0,
    )  # fmt: skip


def _size() -> int:
    if db.engine.dialect.name == "postgresql":
        asked = "select pg_database_size(current_database())"
    else:
        asked = "select page_count * page_size from pragma_page_count(), pragma_page_size()"
    return db.session.scalar(db.text(asked)) or 0
