"""The dossier of a major complaint (重大投诉档案, R20): its checklist, photos in named positions, papers, its timeline.

Several people write it at once: each part is kept by itself, and what changed meanwhile is never written over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.files import Attachment, StoredFile
from portal.domain.journal import Entry
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.policy import Named, Policy, Words
from portal.domain.quality.major import ACCEPTED
from portal.domain.quality.major_models import MajorCase, MajorEntry, MajorItem
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

WRITES = (Role.AGENT, Role.SUPERVISOR, Role.HANDLER)
"""Whoever is at the desk or handles an order of the ticket: the ones who see the case at all, of these roles."""

# What every dossier says, whatever the company's checklist names.
FINDINGS, CAUSE, PLAN = "item/findings", "item/cause", "item/plan"
ALWAYS = (
    Named("findings", Words("主管部门的认定意见", "Findings of the authorities")),
    Named("cause", Words("原因分析", "Analysis of the cause")),
    Named("plan", Words("处理方案", "Plan")),
)
OTHER = Named("other", Words("其他", "Other"))

CHANGED = N_("Somebody else changed this part while you were writing. Look at what is new; your text is kept.")


@dataclass(frozen=True)
class Part:
    """A place of the dossier: its words, what was written there, and its files."""

    place: str
    words: Words
    item: MajorItem | None
    files: tuple[Attachment, ...]

    @property
    def sort(self) -> str:
        """«item», «photo» or «paper»."""
        return self.place.partition("/")[0]

    @property
    def is_done(self) -> bool:
        """Something is there: words, a file, or why there is none."""
        return bool(self.files) or self.item is not None


@dataclass(frozen=True)
class Dossier:
    """All that the dossier holds, in the order of the company's lists."""

    items: tuple[Part, ...]
    photos: tuple[Part, ...]
    papers: tuple[Part, ...]
    entries: tuple[MajorEntry, ...]

    def part(self, place: str) -> Part | None:
        """The part at this place, if there is such a place."""
        return next((one for one in (*self.items, *self.photos, *self.papers) if one.place == place), None)

    @property
    def counted(self) -> dict[str, tuple[int, int]]:
        """How many of its places are done, of how many; «other» files are not counted."""
        found = {}
        for name in ("items", "photos", "papers"):
            named = [one for one in getattr(self, name) if not one.place.endswith("/other")]
            found[name] = (sum(one.is_done for one in named), len(named))
        return found


def missing_papers(dossier: Dossier) -> list[Words]:
    """The papers of a special compensation (特别补偿资料) of which there is neither a file nor a word."""
    return [one.words for one in dossier.papers if not one.is_done and not one.place.endswith("/other")]


def places(policy: Policy | None = None) -> dict[str, Words]:
    """Every place of a dossier and its words, in order: checklist, photos, papers."""
    rules = (policy or settings.policy()).major
    known = {one.code for one in rules.checklist}
    checklist = (*rules.checklist, *(one for one in ALWAYS if one.code not in known))
    lists = {"item": checklist, "photo": (*rules.photos, OTHER), "paper": (*rules.papers, OTHER)}
    return {f"{sort}/{one.code}": one.words for sort, listed in lists.items() for one in listed}


def of(case: MajorCase) -> Dossier:
    """The whole dossier: three statements. What lies at a place that the policy no longer names is shown all the same."""
    db.session.flush()
    rows = db.select(MajorItem).where(MajorItem.case_id == case.id).options(joinedload(MajorItem.by))
    items = {one.place: one for one in db.session.scalars(rows.order_by(MajorItem.id))}
    lying: dict[str, list[Attachment]] = {}
    kept = db.select(Attachment).where(Attachment.major_id == case.id).order_by(Attachment.id)
    for row in db.session.scalars(kept.options(joinedload(Attachment.file).joinedload(StoredFile.by))):
        lying.setdefault(row.place or "photo/other", []).append(row)
    named = places()
    named |= {place: Words(place.partition("/")[2]) for place in (*items, *lying) if place not in named}
    parts = [Part(place, words, items.get(place), tuple(lying.get(place, ()))) for place, words in named.items()]
    by_sort = {sort: tuple(one for one in parts if one.sort == sort) for sort in ("item", "photo", "paper")}
    return Dossier(by_sort["item"], by_sort["photo"], by_sort["paper"], tuple(_entries(case)))


def _entries(case: MajorCase) -> list[MajorEntry]:
    rows = db.select(MajorEntry).where(MajorEntry.case_id == case.id).options(joinedload(MajorEntry.by))
    return list(db.session.scalars(rows.order_by(MajorEntry.happened_at, MajorEntry.id)))


def happened(entries: Select, ticket: Ticket, limit: int = 300) -> list[Entry]:
    """What the journal tells of the ticket itself (visible entries), the oldest first, with who did it."""
    rows = entries.where(Entry.record == "ticket", Entry.record_id == ticket.id).options(joinedload(Entry.by))
    return list(db.session.scalars(rows.order_by(Entry.id.desc()).limit(limit)))[::-1]


def why_not_write(case: MajorCase, by: Person) -> str | None:
    """Why this person cannot write in the dossier now, as a marked sentence; none if they can."""
    if case.state != ACCEPTED:
        return N_("The dossier is written while the major complaint is being handled.")
    return None if by.has(*WRITES) else N_("The dossier is written by the desk and by whoever handles the complaint.")


def write(case: MajorCase, by: Person, place: str, body: str, version: int) -> None:
    """Write what is known at a place, over `version` of it (0: nothing was there). Raises Stale when it changed meanwhile."""
    _need(case, by, place)
    item = db.session.scalar(db.select(MajorItem).where(MajorItem.case_id == case.id, MajorItem.place == place))
    if (item.version if item else 0) != version:
        raise Stale(CHANGED)
    if not body.strip():
        raise Refused(N_("Please write what is known, or that nothing is known yet."))
    was = item.body if item else None
    if was == body:
        return
    if item is None:
        item = MajorItem(case_id=case.id, place=place)
        db.session.add(item)
    item.body, item.by, item.at = body, by, clock.now()
    journal.write(
        "major.written", case, by, was=was, became=body, number=case.number, place=places().get(place, Words(place)).zh,
    )  # fmt: skip


def enter(case: MajorCase, by: Person, happened_at: datetime, body: str) -> None:
    """Add to the timeline what happened when."""
    _need(case, by)
    if happened_at > clock.now():
        raise Refused(N_("This moment has not come yet."))
    db.session.add(MajorEntry(case_id=case.id, happened_at=happened_at, body=body, by=by, at=clock.now()))
    journal.write("major.entered", case, by, became=body, number=case.number)


def add_files(case: MajorCase, by: Person, place: str, attached: Sequence[StoredFile]) -> None:
    """Put photos or papers at a place. Photos are photos."""
    _need(case, by, place)
    if place.startswith("photo/") and not all(file.is_photo for file in attached):
        raise Refused(N_("Please choose photos: JPEG, PNG or WebP."))
    for file in attached:
        db.session.add(Attachment(file=file, ticket_id=case.ticket_id, major_id=case.id, place=place))
        words = places().get(place, Words(place)).zh
        journal.write("major.file_added", case, by, became=file.name, number=case.number, place=words)


def remove_file(case: MajorCase, by: Person, row: Attachment) -> None:
    """Take a photo or paper out; the journal keeps that it was there, the store keeps the file."""
    _need(case, by)
    if row.major_id != case.id:
        raise Refused(N_("This file does not lie in this dossier."))
    words = places().get(row.place or "", Words(row.place or "")).zh
    journal.write("major.file_removed", case, by, was=row.file.name, number=case.number, place=words)
    db.session.delete(row)


def _need(case: MajorCase, by: Person, place: str | None = None) -> None:
    """Locked while it is written, so that two who write at once come one after the other."""
    db.session.execute(db.select(MajorCase.id).where(MajorCase.id == case.id).with_for_update())
    if (no := why_not_write(case, by)) is not None:
        raise Refused(no)
    if place is not None and place not in places():
        raise Refused(N_("The dossier has no such place."))


def counts(ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """How many places of each dossier are done, and how many there are: checklist and photos. Two statements."""
    wanted = [place for place in places() if not place.startswith("paper/") and not place.endswith("/other")]
    items = db.select(MajorItem.case_id, MajorItem.place).where(MajorItem.case_id.in_(ids := list(ids)))
    kept = db.select(Attachment.major_id, Attachment.place).where(Attachment.major_id.in_(ids)).distinct()
    found = (
        {(key, place) for rows in (items, kept) for key, place in map(tuple, db.session.execute(rows))}
        if ids
        else set()
    )
    return {key: (sum((key, place) in found for place in wanted), len(wanted)) for key in ids}
