"""What is being typed, kept on the server while it is typed (R22): forms of both sides send it here."""

import re

from flask import abort, redirect, render_template, request, url_for
from wtforms import MultipleFileField

from portal.access import draft_files
from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.domain import drafts
from portal.i18n import N_
from portal.web.forms import Form, Uploads, typed
from portal.web.pages import own_path

door = Door("drafts", __name__, url_prefix="/drafts")

PLACES = re.compile(r"(new|ticket|call|customer|person|liability|follow_up|major|project|improvement)/[a-z0-9_/]{1,60}")


@door.post("", needs=Permission.OWN_ACCOUNT)
def save():
    """Keep the fields of the form at its `place`; says when. The newest wins."""
    draft = drafts.save(me(), _place(), typed())
    return render_template("everyone/draft_saved.html", draft=draft)


class FilesForm(Form):
    """Files on their way into a draft."""

    files = MultipleFileField(N_("Files"), [Uploads()])


@door.post("/files", needs=Permission.OWN_ACCOUNT, files=True)
def add_files():
    """Put files into the draft as they are chosen, before anything is sent; says which could not be taken."""
    place, form = _place(), FilesForm()
    form.validate()
    draft_files.add(form, place)
    lying = [
        {"id": row.id, "name": row.file.name, "size": row.file.size, "url": url_for("files.show", attachment=row.id)}
        for row in draft_files.lying(place)
    ]
    return render_template("shared/draft_files.html", lying=lying, refused=form["files"].errors)


@door.post("/discard", needs=Permission.OWN_ACCOUNT)
def discard():
    """Throw a draft away, files and all, and go back to where it was typed."""
    drafts.discard(me(), _place())
    return redirect(own_path(request.form.get("next"), "sign_in.start"), 303)


def _place() -> str:
    place = request.form.get("place", "")
    return place if PLACES.fullmatch(place) else abort(400)
