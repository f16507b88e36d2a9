"""A document in one worker's hands: leased for a while, moved on step by step, settled by whoever still holds it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.documents.actions import letter_facts
from portal.domain.documents.models import Document
from portal.domain.files import Staged, keep
from portal.domain.people.queries import person
from portal.i18n import N_

LEASE = timedelta(minutes=3)
TRIES = 3
"""The first one and two more."""
DIED = N_("The process that makes PDF files ended before it was done. Please try again.")


@dataclass(frozen=True)
class Lease:
    """Which document, which try, until when. Another try of the same document makes this one worth nothing."""

    document_id: int
    attempt: int
    until: datetime


def is_something_due() -> bool:
    """A look without a lock: does a document wait, or has a worker dropped one?"""
    due = (Document.state == "waiting") | ((Document.state == "working") & (Document.leased_until < clock.now()))
    return db.session.scalar(db.select(Document.id).where(due).limit(1)) is not None


def claim() -> Lease | None:
    """Lease the next document; none when nothing waits. Call in a transaction of its own.

    One that a worker dropped is taken over when its lease has run out; after three tries it has failed.
    """
    at = clock.now()
    for document in db.session.scalars(_dropped(at).where(Document.tries >= TRIES).with_for_update(skip_locked=True)):
        _fail(document, DIED)
    is_waiting = Document.state == "waiting"
    was_dropped = (Document.state == "working") & (Document.leased_until < at) & (Document.tries < TRIES)
    rows = db.select(Document).where(is_waiting | was_dropped).order_by(Document.id).limit(1)
    document = db.session.scalar(rows.with_for_update(skip_locked=True))
    if document is None:
        return None
    document.state, document.step = "working", 0
    document.tries, document.leased_until = document.tries + 1, at + LEASE
    return Lease(document.id, document.tries, document.leased_until)


def _dropped(at: datetime):
    return db.select(Document).where(Document.state == "working", Document.leased_until < at)


def held(lease: Lease, lock: bool = True) -> Document | None:
    """The document, if this lease still holds it; locked until the transaction ends, or only read."""
    row = db.select(Document).where(
        Document.id == lease.document_id, Document.state == "working", Document.tries == lease.attempt,
        Document.leased_until == lease.until,
    )  # fmt: skip
    row = row.with_for_update() if lock else row
    return db.session.scalar(row.execution_options(populate_existing=True))


def gathered(lease: Lease, snapshot: dict, at: datetime) -> bool:
    """Step 1: the facts are frozen as they were at that moment. False when the lease has gone to somebody else."""
    document = held(lease)
    if document is None:
        return False
    document.snapshot, document.snapshot_at, document.step = snapshot, at, 1
    return True


def typeset(lease: Lease) -> bool:
    """Step 2: the pages are set."""
    document = held(lease)
    if document is not None:
        document.step = 2
    return document is not None


def kept(lease: Lease, staged: Staged) -> bool:
    """Step 3: the file lies in its place and the document is ready; of a service report a letter tells it."""
    document = held(lease)
    if document is None:
        return False
    asker = person(document.by_id)
    document.file = keep(staged, asker)
    document.state, document.step, document.leased_until, document.error = "ready", 3, None, ""
    document.ready_at = clock.now()
    journal.write("document.made", document, None, became=document.number, name=asker.name)
    if document.is_service_report:
        outbox.post("report_ready", asker, key=str(document.id), **letter_facts(document))
    return True


def put_back(lease: Lease, why: str) -> bool:
    """It went wrong this time: tried again, or after the third try failed for this reason (a marked sentence)."""
    document = held(lease)
    if document is None:
        return False
    if lease.attempt >= TRIES:
        _fail(document, why)
    else:
        document.state, document.step, document.leased_until, document.error = "waiting", 0, None, why
    return True


def hand_back(lease: Lease) -> None:
    """The worker was told to end: the next one begins anew, and this try does not count."""
    document = held(lease)
    if document is not None:
        document.state, document.step, document.leased_until = "waiting", 0, None
        document.tries -= 1


def give_up(lease: Lease, why: str) -> bool:
    """It will never become a document, for this reason (a marked sentence)."""
    document = held(lease)
    if document is not None:
        _fail(document, why)
    return document is not None


def _fail(document: Document, why: str) -> None:
    document.state, document.leased_until, document.error = "failed", None, why
    journal.write("document.failed", document, None, became=document.number, why=why)
