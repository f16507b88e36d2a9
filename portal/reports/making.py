"""A document from being asked for to being a file: facts gathered and frozen, typeset, kept. The worker's part."""

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import structlog
from flask import current_app
from sqlalchemy import Select

from portal import clock, faults
from portal.db import one_moment, transaction
from portal.domain.documents import lease as leases
from portal.domain.documents.lease import Lease
from portal.domain.documents.models import Document
from portal.domain.files import MIB, Staged, Store
from portal.domain.people import queries as people
from portal.domain.people.models import Person
from portal.i18n import N_
from portal.reports import pdf, pictures, registry
from portal.reports.facts import Facts
from portal.reports.gathering.documents import facts_of
from portal.reports.gathering.plain import house
from portal.reports.registry import House

log = structlog.get_logger()

HOPELESS = frozenset({"too-long", "too-big", "too-deep"})
"""Reasons of the typesetter that another try does not mend."""
LARGEST = 64 * MIB
NOT_ALLOWED = N_("You may no longer see what this document is about.")
BROKEN = N_("Something went wrong on our side while it was made.")


class Rights(Protocol):
    """Who may have which report, and which rows are there for whom: handed in by the worker."""

    def permits(self, report: str, person: Person) -> bool: ...

    def visible(self, model: type, person: Person) -> Select: ...


class NotAllowed(Exception):
    """Whoever asked for it may not have it any more."""


class Gone(Exception):
    """The lease ran out, and another worker has the document."""


def make_next(rights: Rights) -> bool:
    """Make the next document that waits; False when none does. What goes wrong is tried again, three times in all."""
    if not leases.is_something_due():
        return False
    with transaction():
        lease = leases.claim()
    if lease is None:
        return False
    faults.point("document.leased")
    try:
        _make(lease, rights)
    except Gone:
        log.warning("document", document=lease.document_id, state="taken over")
    except NotAllowed:
        _settle(lease, leases.give_up, NOT_ALLOWED)
    except pdf.CannotTypeset as no:
        log.warning("document", document=lease.document_id, reason=no.reason, detail=no.detail)
        _settle(lease, leases.give_up if no.reason in HOPELESS else leases.put_back, no.text)
    except Exception as mistake:
        log.exception("document", document=lease.document_id, exc_info=mistake)
        _settle(lease, leases.put_back, BROKEN)
    except BaseException:
        with suppress(Exception), transaction():
            leases.hand_back(lease)
        raise
    return True


def _settle(lease: Lease, how: Callable[[Lease, str], bool], why: str) -> None:
    with transaction():
        how(lease, why)


def _make(lease: Lease, rights: Rights) -> None:
    with one_moment():
        document = _held(lease)
        code, number, language = document.report, document.number, document.language
        facts, paper, at = _facts(document, rights), house(), clock.now()
    _go_on(leases.gathered, lease, {"kind": type(facts).__name__, "facts": facts.to_json()}, at)
    faults.point("document.gathered")
    content = _printed(code, facts, language, paper)
    _go_on(leases.typeset, lease)
    faults.point("document.typeset")
    _keep(lease, content, name_of(code, number, language, facts))


def _held(lease: Lease) -> Document:
    document = leases.held(lease, lock=False)
    if document is None:
        raise Gone
    return document


def _go_on(step: Callable[..., bool], lease: Lease, *facts) -> None:
    with transaction():
        still_ours = step(lease, *facts)
    if not still_ours:
        raise Gone


def _facts(document: Document, rights: Rights) -> Facts:
    """What the document says, as far as whoever asked for it may see it now. Raises NotAllowed."""
    asker = people.person(document.by_id)
    if not rights.permits(document.report, asker):
        raise NotAllowed
    facts = facts_of(document, asker, lambda model: rights.visible(model, asker))
    if facts is None:
        raise NotAllowed
    return facts


def _printed(code: str, facts: Facts, language: str, paper: House) -> bytes:
    """The PDF; nothing of the database is held while it is made."""
    keys = getattr(facts, "pictures", ())
    shown = pictures.addresses(current_app.extensions["files"], keys) if keys else {}
    return registry.print_report(code, facts, language, paper, shown)


def name_of(code: str, number: str, language: str, facts: Facts) -> str:
    """What the file is called in the reader's language: 服务派工单-PG-260305-0004.pdf."""
    title = registry.called(code, facts, language).replace("/", "／")
    return f"{title}-{number}.pdf"


def _keep(lease: Lease, content: bytes, name: str) -> None:
    """The file first, then its row: a file without a row is swept up, a row without a file is never written."""
    store: Store = current_app.extensions["files"]
    key, size, sha256 = store.put(io.BytesIO(content), LARGEST)
    faults.point("document.stored")
    try:
        _go_on(leases.kept, lease, Staged(key, name, "application/pdf", size, sha256))
    except Gone:
        store.path(key).unlink(missing_ok=True)
        raise
