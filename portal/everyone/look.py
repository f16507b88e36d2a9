"""The company's look: its colour as a style sheet, its logo. Open to all, cached under names that change with it."""

from flask import abort, current_app, make_response, request, send_file

from portal.access.door import Door
from portal.access.permissions import Permission
from portal.domain import settings
from portal.web.look import stylesheet, version

door = Door("look", __name__)
KEPT = 31_536_000
"""Seconds: a year, for addresses that name a version."""


@door.get("/look.css", needs=Permission.PUBLIC)
def css():
    """CSS variables of the company's colour. Asked for without its version it is asked for again each time."""
    accent = settings.company().accent
    answer = make_response(stylesheet(accent), {"Content-Type": "text/css; charset=utf-8"})
    answer.set_etag(version(accent))
    versioned = request.args.get("v") == version(accent)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT}, immutable" if versioned else "no-cache"
    return answer.make_conditional(request)


@door.get("/logo/<key>", needs=Permission.PUBLIC)
def logo(key: str):
    """The company's present logo, and no other file."""
    place = current_app.extensions["files"].path(key) if key == settings.company().logo else None
    if place is None or not place.exists():
        abort(404)
    return send_file(place, mimetype="image/png", max_age=KEPT, etag=key)
