"""Writing the dossier of a major complaint (R20), at the desk and at the site: its parts, photos, papers, timeline."""

from flask import abort
from wtforms import IntegerField, MultipleFileField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import find
from portal.domain import drafts, files
from portal.domain.quality import major as rules
from portal.domain.quality import major_dossier
from portal.domain.quality.major_models import MajorCase
from portal.i18n import N_
from portal.staff.major import WORDS, door
from portal.staff.major_page import DecideForm, EntryForm, Wrong, case_page, to_case
from portal.web.forms import AtMost, Form, Needed, Uploads
from portal.web.pages import say
from portal.web.words import gettext


class PartForm(Form):
    """What is known at a place of the dossier, over the version it was drawn from."""

    body = TextAreaField(N_("What is known"), [Needed(), AtMost(WORDS)])
    base = IntegerField()


class FilesForm(Form):
    """Photos, taken just now or chosen; papers."""

    taken = MultipleFileField(N_("Take a photo"), [Uploads()])
    files = MultipleFileField(N_("Choose files"), [Uploads()])


@door.get("/<int:major>", needs=P.DESK_READ)
def show(major):
    """One case: its proposal and decision; once accepted, its dossier."""
    return case_page(major)


@door.post("/<int:major>/decision", needs=P.MAJOR_DECIDE)
def decide(major):
    """Accept it as a major complaint, or say why it is none."""
    form = DecideForm()
    if not form.validate() or attempted(form, "accepted", _decide, major, form) is False:
        return case_page(major, 422, decide_form=form)
    drafts.discard(me(), f"major/{major.id}/decision")
    is_one = form.accepted.data == "yes"
    say(N_("Accepted; everybody who must know was told.") if is_one else N_("Kept: an ordinary complaint."))
    return to_case(major)


def _decide(case: MajorCase, form: DecideForm) -> None:
    act = rules.accept if form.accepted.data == "yes" else rules.reject
    act(case, find("ticket", case.ticket_id, me()), me(), form.reason.data)


def _place(sort: str, code: str) -> str:
    place = f"{sort}/{code}"
    return place if place in major_dossier.places() else abort(404)


def _anchor(place: str) -> str:
    return place.replace("/", "_")


@door.post("/<int:major>/parts/<sort>/<code>", needs=P.DESK_HANDLE)
def write(major, sort, code):
    """Keep what is known at a place; what somebody else wrote meanwhile is never written over."""
    place, form = _place(sort, code), PartForm()
    if not form.validate() or attempted(form, "body", _write, major, place, form) is False:
        wrong = Wrong(form.body.data or "", form.base.data or 0, next(iter(form.body.errors), ""))
        return case_page(major, 422, wrong={place: wrong})
    drafts.discard(me(), f"major/{major.id}/{place}")
    say(N_("Kept."))
    return to_case(major, _anchor(place))


def _write(case: MajorCase, place: str, form: PartForm) -> None:
    major_dossier.write(case, me(), place, form.body.data, form.base.data or 0)


@door.post("/<int:major>/files/<sort>/<code>", needs=P.DESK_HANDLE, files=True)
def add_files(major, sort, code):
    """Put photos or papers at a place."""
    place, form = _place(sort, code), FilesForm()
    some = form.validate() and (form.taken.data or form.files.data)
    if not some or attempted(form, "files", _add_files, major, place, form) is False:
        found = (*form.taken.errors, *form.files.errors, gettext("Please choose a file."))
        return case_page(major, 422, wrong_files={place: found[0]})
    say(N_("Kept."))
    return to_case(major, _anchor(place))


def _add_files(case: MajorCase, place: str, form: FilesForm) -> None:
    major_dossier.add_files(case, me(), place, [files.keep(one, me()) for one in (*form.taken.data, *form.files.data)])


@door.post("/<int:major>/files/<int:attachment>/remove", needs=P.DESK_HANDLE)
def remove_file(major, attachment):
    """Take a photo or paper out of the dossier."""
    anchor = _anchor(attachment.place or "photo/other")
    major_dossier.remove_file(major, me(), attachment)
    say(N_("Taken out; the journal keeps that it was there."))
    return to_case(major, anchor)


@door.post("/<int:major>/timeline", needs=P.DESK_HANDLE)
def enter(major):
    """Add to the timeline."""
    form = EntryForm()
    if not form.validate() or attempted(form, "happened", _enter, major, form) is False:
        return case_page(major, 422, entry_form=form)
    drafts.discard(me(), f"major/{major.id}/entry")
    say(N_("Kept."))
    return to_case(major, "timeline")


def _enter(case: MajorCase, form: EntryForm) -> None:
    major_dossier.enter(case, me(), form.happened.data, form.body.data)
