"""Saved views of the queue and what else a person arranges there: made, renamed, shared, thrown away; columns."""

from flask import redirect, request, url_for
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.tickets import views
from portal.domain.tickets.models import SavedView
from portal.domain.tickets.queue import COLUMNS, views_for
from portal.i18n import N_
from portal.staff import queue_address
from portal.staff.queue_address import code_of
from portal.web.forms import Form
from portal.web.pages import page, say

door = Door("views", __name__, url_prefix="/staff/queue/views")


class ViewForm(Form):
    name = StringField(N_("Name of the view"), [DataRequired(), Length(max=40)])
    shared = BooleanField(N_("Show it to all colleagues"))


class NameForm(Form):
    name = StringField(N_("Name of the view"), [DataRequired(), Length(max=40)])


@door.get("/", needs=P.DESK_READ)
def index():
    return _list()


@door.get("/new", needs=P.DESK_READ)
def new():
    return _new(ViewForm())


@door.post("/new", needs=P.DESK_READ)
def create():
    form, address = ViewForm(), _address()
    if not form.validate():
        return _new(form, 422)
    shared = bool(form.shared.data) and may(me(), P.VIEW_SHARE)
    columns = views.chosen_columns(me())
    view = attempted(form, "name", views.save, me(), form.name.data, address.filters, address.order, columns, shared)
    if not view:
        return _new(form, 422)
    say(N_("The view “{name}” is kept."), name=view.name)
    return redirect(url_for("queue.index", view=code_of(view)), 303)


@door.post("/<int:view>/name", needs=P.DESK_READ)
def rename(view):
    form = NameForm()
    if not form.validate() or not attempted(form, "name", views.rename, view, me(), form.name.data):
        return _list(422, view, form)
    say(N_("The view is called “{name}” now."), name=view.name)
    return redirect(url_for(".index"), 303)


@door.post("/<int:view>/share", needs=P.VIEW_SHARE)
def share(view):
    views.share(view, me(), request.form.get("on") == "yes")
    say(
        N_("All colleagues see “{name}” now.") if view.is_shared else N_("Only you see “{name}” now."),
        name=view.name,
    )
    return redirect(url_for(".index"), 303)


@door.post("/<int:view>/delete", needs=P.DESK_READ)
def delete(view):
    name = view.name
    views.delete(view, me())
    say(N_("The view “{name}” is deleted."), name=name)
    return redirect(url_for(".index"), 303)


@door.post("/start", needs=P.DESK_READ)
def start():
    code = request.form.get("view", "")
    known = {view.code for view in views_for(me())} | {code_of(view) for view in _views()}
    views.begin_with(me(), code if code in known else None)
    say(N_("Your queue begins with this view from now on."))
    return redirect(url_for("queue.index", view=code if code in known else None), 303)


@door.get("/columns", needs=P.DESK_READ)
def columns():
    return page("staff/queue_columns.html", columns=_columns(), back=_address().args())


@door.post("/columns", needs=P.DESK_READ)
def arrange():
    views.choose_columns(
        me(), _moved(request.form.getlist("columns"), request.form.get("up"), request.form.get("down"))
    )
    if "up" in request.form or "down" in request.form:
        return redirect(url_for(".columns", **_address().args()), 303)
    say(N_("Your columns are kept."))
    return redirect(_address().url(), 303)


def _columns() -> list[tuple[str, str, bool]]:
    """Every column this person may see: the chosen ones in their order, then the others."""
    chosen = views.chosen_columns(me())
    others = [code for code in COLUMNS if code not in chosen and (COLUMNS[code].for_handlers or not me().only_handles)]
    return [(code, COLUMNS[code].label, code in chosen) for code in [*chosen, *others]]


def _moved(codes: list[str], up: str | None, down: str | None) -> list[str]:
    """The columns with one of them a place further left or right."""
    for code, step in ((up, -1), (down, 1)):
        if code in codes and 0 <= (place := codes.index(code)) + step < len(codes):
            codes[place], codes[place + step] = codes[place + step], codes[place]
    return codes


def _views() -> list[SavedView]:
    return views.among(visible(SavedView, me()))


def _address() -> queue_address.Address:
    return queue_address.read(request.args, me(), _views())


def _new(form, status: int = 200):
    address = _address()
    return page("staff/queue_view.html", status, form=form, address=address, may_share=may(me(), P.VIEW_SHARE))


def _list(status: int = 200, wrong: SavedView | None = None, form=None):
    facts = {
        "saved": _views(),
        "wrong": wrong,
        "form": form,
        "may_share": may(me(), P.VIEW_SHARE),
        "code_of": code_of,
    }
    return page("staff/queue_views.html", status, **facts, start=me().preferences.get("queue_view", "open"))
