"""Attachments: staged under opaque names before the transaction, typed by their bytes, limited, never lost.

A file is written, hashed, synced and renamed into place before any row speaks of it: a crash leaves at most a
file without a row (swept later), never a row without its file.
"""

import hashlib
import os
import secrets
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import magic
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock, faults
from portal.db import Base, Moment, db
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.i18n import N_

MIB = 1024 * 1024
PIXEL_LIMIT = 40_000_000
CHUNK = 256 * 1024

# What may be attached: ending → the types its bytes may show.
_OFFICE = {"application/zip", "application/octet-stream"}
ALLOWED = {
    "jpg": {"image/jpeg"},
    "jpeg": {"image/jpeg"},
    "png": {"image/png"},
    "webp": {"image/webp"},
    "gif": {"image/gif"},
    "pdf": {"application/pdf"},
    "docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"} | _OFFICE,
    "xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"} | _OFFICE,
    "pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation"} | _OFFICE,
    "doc": {"application/msword", "application/CDFV2", "application/x-ole-storage"},
    "xls": {"application/vnd.ms-excel", "application/CDFV2", "application/x-ole-storage"},
    "txt": {"text/plain"},
    "csv": {"text/csv", "text/plain"},
    "zip": {"application/zip"},
    "mp4": {"video/mp4", "video/quicktime", "video/x-m4v"},
    "mp3": {"audio/mpeg"},
    "m4a": {"audio/x-m4a", "audio/mp4", "video/mp4"},
    "wav": {"audio/x-wav", "audio/wav"},
}
TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "pdf": "application/pdf", "txt": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8",
}  # fmt: skip
PHOTOS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
PHOTO_TYPES = frozenset(TYPES[ending] for ending in PHOTOS)
"""What may be shown in place: only photos, which were drawn anew when they came in."""
LOGOS, LOGO_BOX = ("PNG", "JPEG", "WEBP"), (640, 160)
UNPACKED_LIMIT, RATIO_LIMIT, ENTRY_LIMIT = 200 * MIB, 100, 2000


@dataclass(frozen=True)
class Room:
    """How much may be attached at a time, as the policy says: bytes of one file, of all together, and how many."""

    one: int
    all: int
    count: int

    def fits(self, size: int, count: int) -> bool:
        """Is there room for so many files of this size together?"""
        return size <= self.all and count <= self.count

    def too_much(self) -> Refused:
        """What is said where there is none."""
        words = N_("At most {count} files and {limit} MiB at a time.")
        return Refused(words, count=self.count, limit=self.all // MIB)


def room() -> Room:
    """The limits of attachments that hold now; before the set-up there is a logo at most."""
    try:
        limits = settings.policy().limits
    except LookupError:
        return Room(4 * MIB, 4 * MIB, 1)
    return Room(limits.attachment_mib * MIB, limits.attachments_mib * MIB, limits.attachment_count)


class StoredFile(Base):
    """A file kept for ever under an opaque name; what people called it is data."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[Moment]

    by: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def is_photo(self) -> bool:
        return self.media_type in ("image/jpeg", "image/png", "image/webp", "image/gif")


class Attachment(Base):
    """A file where it belongs: in a message, a note, an appeal (R19), a dossier (R20), an action (R33), a forum (R38), a
    mail that came in, or a draft."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), index=True)
    liability_id: Mapped[int | None] = mapped_column(ForeignKey("liability.id"), index=True)
    major_id: Mapped[int | None] = mapped_column(ForeignKey("major_case.id"), index=True)
    improvement_id: Mapped[int | None] = mapped_column(ForeignKey("improvement.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("forum_event.id"), index=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_mail.id"), index=True)
    place: Mapped[str | None] = mapped_column(String(60))
    """Where in the dossier of a major complaint: `photo/front`, `paper/licence` (R20); of an improvement action which
    step it shows, `step/7`, or the end, `done/1` in the first round (R33); of a forum: photo, slides; `whole`: the mail as it came."""

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_internal(self) -> bool:
        return self.note_id is not None


@dataclass(frozen=True)
class Staged:
    """A file that lies in its place, safe on disk, and has no row yet."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str


class Store:
    """A folder of files under opaque names, two levels deep."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, key: str) -> Path:
        if not key.isalnum():
            raise ValueError("no key of ours")
        return self.folder / key[:2] / key

    def put(self, stream: BinaryIO, limit: int) -> tuple[str, int, str]:
        """Write a stream safely; gives its key, size and SHA-256. Refuses what is larger than `limit` bytes."""
        key = secrets.token_hex(16)
        place = self.path(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        rough = place.with_suffix(".part")
        digest, size = hashlib.sha256(), 0
        try:
            with rough.open("wb") as out:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise Refused(N_("The file is larger than {limit} MiB."), limit=limit // MIB)
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            faults.point("file.written")
            rough.rename(place)
        except BaseException:
            rough.unlink(missing_ok=True)
            raise
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        faults.point("file.renamed")
        return key, size, digest.hexdigest()


def stage(store: Store, stream: BinaryIO, name: str) -> Staged:
    """Take in one file from outside: safe on disk, checked by its bytes, photos re-encoded without EXIF and GPS.

    Raises Refused with a sentence about this file when it is too large, of a kind we do not take, or broken.
    """
    name = _clean(name)
    ending = name.rpartition(".")[2].lower()
    if ending not in ALLOWED:
        raise Refused(N_("“{name}”: files of this kind cannot be attached."), name=name)
    key, size, sha256 = store.put(stream, room().one)
    place = store.path(key)
    try:
        if size == 0:
            raise Refused(N_("“{name}” is empty."), name=name)
        if magic.from_file(str(place), mime=True) not in ALLOWED[ending]:
            raise Refused(N_("“{name}” is not what its name says; please check the file."), name=name)
        _refuse_bombs(place, name, ending)
        if ending in PHOTOS:
            size, sha256 = _made_harmless(place, name, PHOTOS[ending])
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return Staged(key, name, TYPES.get(ending, "application/octet-stream"), size, sha256)


def stage_mail(store: Store, content: bytes, name: str) -> Staged:
    """Take in a whole mail as it came, byte by byte: it is handed out as a download and never opened here."""
    key, size, sha256 = store.put(BytesIO(content), len(content))
    return Staged(key, _clean(name), "message/rfc822", size, sha256)


def keep(staged: Staged, by: Person | None) -> StoredFile:
    """Give a staged file its row, in the caller's transaction."""
    row = StoredFile(
        key=staged.key, name=staged.name, media_type=staged.media_type, size=staged.size,
        sha256=staged.sha256, by_id=by.id if by else None, at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    return row


def _clean(name: str) -> str:
    """The name as data: no path, no control characters, at most 200 characters with its ending kept."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if c.isprintable()).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= 200 else f"{(stem or ending)[:180]}{dot}{ending[:16]}"


def _refuse_bombs(place: Path, name: str, ending: str) -> None:
    """Packed files: what they hold is judged from the directory, before anything unpacks them."""
    if ending not in ("docx", "xlsx", "pptx", "zip"):
        return
    try:
        with zipfile.ZipFile(place) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, OSError) as broken:
        raise Refused(N_("“{name}” is damaged."), name=name) from broken
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRY_LIMIT or unpacked > UNPACKED_LIMIT or unpacked > RATIO_LIMIT * place.stat().st_size:
        raise Refused(N_("“{name}” unpacks to far too much."), name=name)


def _made_harmless(place: Path, name: str, form: str) -> tuple[int, str]:
    """The photo again, upright, without EXIF and position; gives the new size and SHA-256."""
    try:
        with Image.open(place, formats=[form]) as photo:
            if photo.width * photo.height > PIXEL_LIMIT:
                raise Image.DecompressionBombError
            upright = ImageOps.exif_transpose(photo)
            fresh = place.with_suffix(".part")
            kept = {"icc_profile": photo.info["icc_profile"]} if photo.info.get("icc_profile") else {}
            upright.save(fresh, form, **({"quality": 88} if form != "PNG" else {}), **kept)
    except Image.DecompressionBombError as bomb:  # Pillow's own limit is looked at while it opens
        raise Refused(N_("“{name}” has more than 40 million pixels."), name=name) from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as broken:
        raise Refused(N_("“{name}” is damaged."), name=name) from broken
    with fresh.open("rb") as again:
        sha256 = hashlib.file_digest(again, "sha256").hexdigest()
        os.fsync(again.fileno())
    fresh.replace(place)
    return place.stat().st_size, sha256


def sweep(store: Store, older_than_seconds: int) -> int:
    """Remove files that no row speaks of and that are older than this; gives how many."""
    known = set(db.session.scalars(db.select(StoredFile.key)))
    before, gone = clock.now().timestamp() - older_than_seconds, 0
    for place in store.folder.glob("??/*"):
        if place.name not in known and place.stat().st_mtime < before:
            place.unlink(missing_ok=True)
            gone += 1
    return gone


def verify(store: Store) -> list[str]:
    """What is wrong with the kept files: missing ones and changed ones, a line each."""
    wrong = []
    for row in db.session.scalars(db.select(StoredFile).execution_options(yield_per=500)):
        place = store.path(row.key)
        if not place.exists():
            wrong.append(f"{row.id} {row.name}: missing")
            continue
        with place.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != row.sha256:
                wrong.append(f"{row.id} {row.name}: changed")
    return wrong


def small(store: Store, key: str, pixels: int, quality: int = 76) -> bytes:
    """A kept photo as a JPEG of at most so many pixels a side; nothing where it cannot be read or is too large to try."""
    try:
        with Image.open(store.path(key), formats=("JPEG", "PNG", "WEBP", "GIF")) as photo:
            if photo.width * photo.height > PIXEL_LIMIT:
                return b""
            photo.draft("RGB", (pixels, pixels))
            photo.thumbnail((pixels, pixels))
            out = BytesIO()
            _on_white(photo).save(out, "JPEG", quality=quality, optimize=True)
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return b""
    return out.getvalue()


def _on_white(photo: Image.Image) -> Image.Image:
    """Without transparency: what shines through is white, not black."""
    if photo.mode not in ("RGBA", "LA", "P", "PA"):
        return photo.convert("RGB")
    whole = photo.convert("RGBA")
    paper = Image.new("RGB", whole.size, "white")
    paper.paste(whole, mask=whole.getchannel("A"))
    return paper


def as_logo(store: Store, staged: Staged) -> Staged:
    """A picture that was taken in, again as a PNG no larger than a logo need be. Raises Refused if it is no picture."""
    place = store.path(staged.key)
    try:
        with Image.open(place, formats=list(LOGOS)) as picture:
            if picture.width * picture.height > PIXEL_LIMIT:
                raise Image.DecompressionBombError
            picture.thumbnail(LOGO_BOX)
            out = BytesIO()
            picture.convert("RGBA").save(out, "PNG", optimize=True)
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, SyntaxError, ValueError) as broken:
        raise Refused(N_("Please take a PNG, JPEG or WebP picture.")) from broken
    out.seek(0)
    key, size, sha256 = store.put(out, 4 * MIB)
    place.unlink(missing_ok=True)
    return Staged(key, "logo.png", TYPES["png"], size, sha256)
