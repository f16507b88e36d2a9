"""Attachments, handed out under their own names and never run: downloads, and photos to be looked at."""

from flask import abort, current_app, request, send_file

from portal.access.door import Door
from portal.access.permissions import Permission
from portal.domain.files import PHOTOS, TYPES, StoredFile
from portal.web.headers import FILE

door = Door("files", __name__, url_prefix="/files")

SHOWN = frozenset(TYPES[ending] for ending in PHOTOS)
"""What may be shown in place: only photos, which were drawn anew when they came in."""


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
    inline = "view" in request.args and file.media_type in SHOWN
    kind = file.media_type if inline or file.media_type in TYPES.values() else "application/octet-stream"
    answer = send_file(place, mimetype=kind, as_attachment=not inline, download_name=file.name, conditional=False)
    answer.headers["Content-Security-Policy"] = FILE
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
