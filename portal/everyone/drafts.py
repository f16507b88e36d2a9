"""What is being typed, kept on the server while it is typed (R22): forms of both sides send it here."""

import re

from flask import abort, redirect, render_template, request

from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.domain import drafts
from portal.web.pages import own_path

door = Door("drafts", __name__, url_prefix="/drafts")

PLACES = re.compile(r"(new|ticket|call|customer|person)/[a-z0-9_/]{1,60}")
NOT_KEPT = ("place", "next", "csrf_token", "submission_key", "version", "password")


@door.post("", needs=Permission.OWN_ACCOUNT)
def save():
    """Keep the fields of the form at its `place`; says when. The newest wins."""
    draft = drafts.save(me(), _place(), typed())
    return render_template("everyone/draft_saved.html", draft=draft)


@door.post("/discard", needs=Permission.OWN_ACCOUNT)
def discard():
    """Throw a draft away, files and all, and go back to where it was typed."""
    drafts.discard(me(), _place())
    return redirect(own_path(request.form.get("next"), "home.start"), 303)


def typed() -> dict[str, str]:
    """The fields of the posted form as they were typed, without what belongs to the sending."""
    said = request.form.items()
    return {name[:80]: value.replace("\0", "") for name, value in said if name not in NOT_KEPT}


def _place() -> str:
    place = request.form.get("place", "")
    return place if PLACES.fullmatch(place) else abort(400)
