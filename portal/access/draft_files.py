"""Files in a draft, of both doors: chosen once, kept whatever else was wrong with the form, sent along in the end (R22)."""

from collections.abc import Sequence

from flask import request

from portal.access.door import me
from portal.domain import drafts, files
from portal.domain.files import Attachment, Staged, StoredFile
from portal.domain.refusals import Refused
from portal.web.forms import said, typed

ACCEPTED = ",".join(f".{ending}" for ending in files.ALLOWED)
SHORT = 2_000


def lying(place: str) -> list[Attachment]:
    """The files in the asking person's draft at this place."""
    return drafts.attached(drafts.find(me(), place))


def in_order(form, place: str) -> bool:
    """Is the form in order, its files together with those in the draft? Says beside fields what is not."""
    valid = form.validate()
    return fits(form, place) and valid


def fits(form, place: str) -> bool:
    """Is there room for the files that came, beside those in the draft? Says so beside the field if not."""
    return len(_fitting(form, lying(place))) == len(form["files"].data or ())


def all_of(form, place: str) -> list[StoredFile]:
    """Every file of the form: those in the draft, then those that came just now."""
    return [row.file for row in lying(place)] + [files.keep(staged, me()) for staged in form["files"].data]


def keep_for_later(form, place: str) -> None:
    """The form is not done: what was typed and the files that are in order go into the draft."""
    if not (
        form["files"].data or form["files"].errors
    ):  # not checked yet: it was a step on the way, no attempt to send
        form["files"].validate(form)
    draft = _saved(place)
    for staged in _fitting(form, drafts.attached(draft)):
        drafts.attach(draft, files.keep(staged, me()))


def add(form, place: str) -> None:
    """Files that came ahead of their form: into the draft, beside what is typed there."""
    draft = drafts.find(me(), place) or drafts.save(me(), place, {})
    for staged in _fitting(form, drafts.attached(draft)):
        drafts.attach(draft, files.keep(staged, me()))


def take_out(place: str) -> bool:
    """Was a file of the draft to be removed? Then it is."""
    wanted = request.form.get("remove", "")
    for row in lying(place) if wanted else ():
        if str(row.id) == wanted:
            drafts.detach(row)
    return bool(wanted)


def taken_out(form, place: str) -> bool:
    """Was a file of the draft to be removed, and nothing to be sent yet? Then it is, and what was typed is kept."""
    if not take_out(place):
        return False
    keep_for_later(form, place)
    return True


def move(place: str, to: str) -> None:
    """What lies at one place is said at another now: the draft and its files go there, beside what lies there."""
    draft, there = drafts.find(me(), place), drafts.find(me(), to)
    if draft is None or place == to:
        return
    if there is None:
        draft.place = to
        return
    for row in drafts.attached(draft):
        row.draft_id = there.id
    drafts.discard(me(), place)


def _saved(place: str) -> drafts.Draft:
    fields = {name: value for name, value in typed().items() if name not in ("remove", "step")}
    try:
        return drafts.save(me(), place, fields)
    except Refused:  # too long to be kept: the page still holds it, the draft the rest
        return drafts.save(me(), place, {name: value for name, value in fields.items() if len(value) < SHORT})


def _fitting(form, already: Sequence[Attachment]) -> list[Staged]:
    """Of the files that came, those there is room for beside the ones that lie there; the rest is refused."""
    field, fitting, count, size = form["files"], [], len(already), sum(row.file.size for row in already)
    room = files.room()
    for staged in field.data or ():
        count, size = count + 1, size + staged.size
        if not room.fits(size, count):
            field.errors = list(dict.fromkeys([*field.errors, said(room.too_much())]))
            break
        fitting.append(staged)
    return fitting


def done(place: str) -> None:
    """The form was taken: its draft is no longer needed."""
    drafts.discard(me(), place)
