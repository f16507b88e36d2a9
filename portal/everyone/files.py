"""Attachments, handed out under their own names and never run: downloads, and photos to be looked at."""

from functools import lru_cache

from flask import abort, current_app, make_response, request

from portal.access.door import Door
from portal.access.permissions import Permission
from portal.domain import files
from portal.domain.files import PHOTO_TYPES, TYPES, Store, StoredFile
from portal.web import downloads
from portal.web.headers import FILE

door = Door("files", __name__, url_prefix="/files")


SIDE = 160
"""Pixels of a small picture along the longer side: sharp at 80 on a fine screen."""


@door.get("/<int:attachment>/small", needs=Permission.OWN_ACCOUNT)
def small(attachment):
    """A photo made small, for whoever may see the whole of it; kept by the browser, for its bytes never change."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or attachment.file.media_type not in PHOTO_TYPES:
        abort(404)
    picture = _small(current_app.extensions["files"], attachment.file.key)
    if not picture:
        abort(404)
    answer = make_response(picture)
    answer.mimetype = "image/jpeg"
    answer.headers["Content-Security-Policy"] = FILE
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


@lru_cache(maxsize=512)
def _small(store: Store, key: str) -> bytes:
    return files.small(store, key, SIDE)


@door.get("/<int:attachment>", needs=Permission.OWN_ACCOUNT)
def show(attachment):
    """The file of an attachment whose message, note or draft this person may see."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)
    return sent(attachment.file)


def sent(file: StoredFile):
    """A stored file: to be looked at where it is a photo and that is asked for, else as a download."""
    place = current_app.extensions["files"].path(file.key)
    if not place.exists():
        abort(404)
    inline = "view" in request.args and file.media_type in PHOTO_TYPES
    kind = file.media_type if inline or file.media_type in TYPES.values() else "application/octet-stream"
    return downloads.hand_out(place, file.name, kind, inline)
