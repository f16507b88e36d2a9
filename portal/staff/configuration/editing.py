"""Reading and editing the policy, section by section: each form ends in a proposal, nothing is decided here."""

from flask import abort, redirect, request, url_for

from portal.access.door import attempted
from portal.access.permissions import Permission as P
from portal.domain import revisions
from portal.domain.policy import Policy
from portal.staff.configuration import proposing
from portal.staff.configuration.proposing import NEW, WHOLE
from portal.staff.configuration.sections import SECTIONS
from portal.staff.configuration.shape import facts_of, is_list, rows_of
from portal.staff.configuration.sheets import Sheet, sheet
from portal.staff.configuration.ways import door
from portal.staff.configuration.wording import called, title
from portal.web.pages import page
from portal.web.words import gettext


@door.get("/promises/<section>", needs=P.SETTINGS_RUN)
def section(section):
    """A list, to be read and changed item by item; or the form of a section that is one thing."""
    if is_list(_known(section)):
        return page("staff/settings_section.html", **about(section), rows=rows_of(section), facts=None)
    if section not in SECTIONS:
        return page("staff/settings_section.html", **about(section), facts=facts_of(section), rows=None)
    return _draw(sheet(section, WHOLE))


@door.post("/promises/<section>", needs=P.SETTINGS_RUN)
def propose_section(section):
    return abort(405) if is_list(_editable(section)) else _take(sheet(section, WHOLE))


@door.get("/promises/<section>/new", needs=P.SETTINGS_RUN)
def new_item(section):
    return _draw(sheet(editable_list(section), NEW))


@door.post("/promises/<section>/new", needs=P.SETTINGS_RUN)
def propose_item(section):
    return _take(sheet(editable_list(section), NEW))


@door.get("/promises/<section>/items/<code>", needs=P.SETTINGS_RUN)
def item(section, code):
    return _draw(sheet(editable_list(section), code))


@door.post("/promises/<section>/items/<code>", needs=P.SETTINGS_RUN)
def change_item(section, code):
    return _take(sheet(editable_list(section), code))


def _known(section: str) -> str:
    return section if section in Policy.__dataclass_fields__ and section != "retired" else abort(404)


def _editable(section: str) -> str:
    return _known(section) if section in SECTIONS else abort(404)


def editable_list(section: str) -> str:
    """The section, if it is a list that can be edited; 404 otherwise."""
    return section if is_list(_editable(section)) else abort(404)


def about(section: str, revision: int | None = None) -> dict:
    """What every page of a section says of it."""
    row = SECTIONS.get(section)
    return {
        "section": section, "title": title(section), "help": gettext(row.help) if row else "", "editable": row is not None,
        "revision": revision or revisions.head("policy"),
    }  # fmt: skip


def _draw(sheet: Sheet, status: int = 200, also: list[str] | None = None):
    whole, name = sheet.code == WHOLE, title(sheet.section)
    new = gettext("New: %(what)s", what=name)
    back = url_for(".promises") if whole else url_for(".section", section=sheet.section)
    return page(
        "staff/settings_item.html", status, **about(sheet.section, sheet.drawn_from), form=sheet.form, nodes=sheet.inputs,
        also=also or [], code=sheet.code, item=sheet.item, whole=whole, back=back, here=request.path,
        heading=name if whole else called(sheet.item) if sheet.item else new,
    )  # fmt: skip


def _take(sheet: Sheet):
    """The sent form: another row is wanted, something has to be put right, or it is a proposal."""
    if sheet.wants_more:
        return _draw(sheet)
    if not sheet.fits():
        return _draw(sheet, 422)
    change = sheet.change()
    loose = sheet.mistakes(change)
    first = next(iter(sheet.root.fields()))
    if (
        loose
        or sheet.form.errors
        or not attempted(sheet.form, first, proposing.keep, change, sheet.drawn_from, sheet.code)
    ):
        return _draw(sheet, 422, loose)
    return redirect(url_for(".proposal", section=sheet.section, code=sheet.code), 303)
