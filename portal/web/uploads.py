"""Files that came with a request: safe on disk before the transaction begins, asked for by the name of their field."""

from flask import current_app, g, request

from portal.domain import files
from portal.domain.refusals import Refused
from portal.i18n import N_


def stage_all() -> None:
    """Take in every file of this request; what is wrong with one is kept for its field."""
    g.staged, g.upload_errors = {}, {}
    total = 0
    for field, upload in request.files.items(multi=True):
        if not upload.filename:
            continue
        try:
            staged = files.stage(current_app.extensions["files"], upload.stream, upload.filename)  # pyright: ignore[reportArgumentType]
            total += staged.size
            if total > files.ALL_LIMIT or sum(map(len, g.staged.values())) >= files.COUNT_LIMIT:
                raise Refused(N_("At most 10 files and 60 MiB at a time."))
            g.staged.setdefault(field, []).append(staged)
        except Refused as refusal:
            g.upload_errors.setdefault(field, []).append(refusal)


def of(field: str) -> list[files.Staged]:
    """The files that came in this field and are in order."""
    return g.get("staged", {}).get(field, [])


def errors(field: str) -> list[Refused]:
    """What was wrong with the other files of this field."""
    return g.get("upload_errors", {}).get(field, [])
