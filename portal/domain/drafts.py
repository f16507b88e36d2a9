"""Nothing typed is lost (R22): drafts on the server, and each submission kept to one result."""

import hashlib
import json
from collections.abc import Iterable

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import Base, Moment, db
from portal.domain.files import Attachment, StoredFile
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.i18n import N_

SIZE_LIMIT = 60_000


class Draft(Base):
    """What somebody is typing (草稿): one per person and place, with its files."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("person_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str] = mapped_column(String(80))
    """Where it is typed: `new/complaint`, `ticket/42/reply`, `ticket/42/note`."""
    fields: Mapped[dict] = mapped_column(JSON, default=dict)
    saved_at: Mapped[Moment]


class Submission(Base):
    """A form that was taken, by its key: a second sending of the same form leads to the same result."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column(index=True)


def find(person: Person, place: str) -> Draft | None:
    """The person's draft at this place, if there is one."""
    return db.session.scalar(db.select(Draft).where(Draft.person_id == person.id, Draft.place == place[:80]))


def save(person: Person, place: str, fields: dict) -> Draft:
    """Keep what was typed here; the newest wins. More than 60 000 characters are refused."""
    if len(json.dumps(fields, ensure_ascii=False)) > SIZE_LIMIT:
        raise Refused(N_("This is too long to be kept as a draft; please shorten it."))
    draft = find(person, place) or Draft(person_id=person.id, place=place[:80])
    draft.fields, draft.saved_at = fields, clock.now()
    db.session.add(draft)
    db.session.flush()
    return draft


def at(person: Person, places: list[str]) -> dict[str, Draft]:
    """The person's drafts at these places, by place: one statement for a page with several forms."""
    rows = db.select(Draft).where(Draft.person_id == person.id, Draft.place.in_(places))
    return {draft.place: draft for draft in db.session.scalars(rows)}


def within(person: Person, beginning: str) -> list[Draft]:
    """The person's drafts at places that begin like this, the newest first."""
    rows = db.select(Draft).where(Draft.person_id == person.id, Draft.place.startswith(beginning, autoescape=True))
    return list(db.session.scalars(rows.order_by(Draft.saved_at.desc())))


def attached(draft: Draft | None) -> list[Attachment]:
    """The files lying in a draft, oldest first."""
    if draft is None:
        return []
    return list(
        db.session.scalars(db.select(Attachment).where(Attachment.draft_id == draft.id).order_by(Attachment.id))
    )


def attached_to(kept: Iterable[Draft]) -> list[Attachment]:
    """The files lying in these drafts, oldest first; no statement where there is no draft."""
    ids = [draft.id for draft in kept]
    rows = db.select(Attachment).where(Attachment.draft_id.in_(ids)).order_by(Attachment.id)
    return list(db.session.scalars(rows)) if ids else []


def attach(draft: Draft, file: StoredFile) -> Attachment:
    """Put a kept file into a draft."""
    row = Attachment(file=file, draft_id=draft.id)
    db.session.add(row)
    return row


def detach(row: Attachment) -> None:
    """Take a file out of its draft; one that was sent nowhere is forgotten, and the sweeper takes its bytes."""
    file = row.file
    db.session.delete(row)
    db.session.flush()
    if db.session.scalar(db.select(Attachment.id).where(Attachment.file_id == file.id).limit(1)) is None:
        db.session.delete(file)
        db.session.flush()


def discard(person: Person, place: str) -> None:
    """Throw the draft away, with the files that are still only in it."""
    draft = find(person, place)
    if draft is None:
        return
    for row in attached(draft):
        detach(row)
    db.session.delete(draft)


def digest_of(pairs: list[tuple[str, str]]) -> str:
    """A fingerprint of what a form said, to tell a repeated sending from another one with the same key."""
    return hashlib.sha256(json.dumps(sorted(pairs), ensure_ascii=False).encode()).hexdigest()


def taken(person: Person, key: str) -> Submission | None:
    """The earlier submission of this form, if it was taken already."""
    return db.session.scalar(db.select(Submission).where(Submission.person_id == person.id, Submission.key == key))


def take(person: Person, key: str, digest: str, location: str) -> None:
    """Remember, in the same transaction as the result, that this form was taken."""
    db.session.add(Submission(person_id=person.id, key=key[:64], digest=digest, location=location, at=clock.now()))
