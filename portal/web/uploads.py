"""Files that came with a request: safe on disk before the transaction begins, asked for by the name of their field."""

from flask import current_app, g, request

from portal.domain import files
from portal.domain.refusals import Refused


def stage_all() -> None:
    """Take in every file of this request; what is wrong with one is kept for its field."""
    g.staged, g.upload_errors = {}, {}
    total, room = 0, files.room()
    for field, upload in request.files.items(multi=True):
        if not upload.filename:
            continue
        try:
            staged = files.stage(current_app.extensions["files"], upload.stream, upload.filename)  # pyright: ignore[reportArgumentType]
            total += staged.size
            if not room.fits(total, sum(map(len, g.staged.values())) + 1):
                raise room.too_much()
            g.staged.setdefault(field, []).append(staged)
        except Refused as refusal:
            g.upload_errors.setdefault(field, []).append(refusal)


def of(field: str) -> list[files.Staged]:
    """The files that came in this field and are in order."""
    return g.get("staged", {}).get(field, [])


def errors(field: str) -> list[Refused]:
    """What was wrong with the other files of this field."""
    return g.get("upload_errors", {}).get(field, [])
