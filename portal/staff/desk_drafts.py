"""What somebody types on a ticket, kept whole when it cannot be sent: the text and the files (R22)."""

from flask import request
from flask_babel import gettext

from portal.access.door import me
from portal.domain import drafts, files
from portal.domain.files import Staged, StoredFile
from portal.web.forms import Form, typed

ACCEPTED = ",".join(f".{ending}" for ending in files.ALLOWED)


def keep(place: str, form: Form) -> None:
    """The form is not done: what was typed and the files that are in order go into the draft."""
    staged = [one for one in form["files"].data or () if isinstance(one, Staged)]
    draft = drafts.save(me(), place, {name: text for name, text in typed().items() if name != "remove"})
    room = files.COUNT_LIMIT - len(drafts.attached(draft))
    for one in staged[:room]:
        drafts.attach(draft, files.keep(one, me()))
    if len(staged) > room:
        form["files"].errors = [*form["files"].errors, gettext("At most 10 files and 60 MiB at a time.")]


def all_files(place: str, form: Form) -> list[StoredFile]:
    """The files that lie in the draft, then those that came just now."""
    lying = [row.file for row in drafts.attached(drafts.find(me(), place))]
    return lying + [files.keep(staged, me()) for staged in form["files"].data]


def file_taken_out(place: str, form: Form) -> bool:
    """Was a file of the draft to be removed? Then it is, and the text is kept."""
    wanted = request.form.get("remove", "")
    if not wanted:
        return False
    form.validate()
    keep(place, form)
    for row in drafts.attached(drafts.find(me(), place)):
        if str(row.id) == wanted:
            drafts.detach(row)
    return True
