"""Improvement actions (整改, R33): the list, one with all that belongs to it, opening one; as workbook and on paper."""

from datetime import date

from flask import abort, redirect, request, url_for
from wtforms import DateField, SelectField, StringField, TextAreaField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people import parties, queries
from portal.domain.people.models import Department
from portal.domain.quality import improvement as rules
from portal.domain.quality import improvement_list as lists
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.improvement_sources import SOURCES
from portal.i18n import N_
from portal.staff import improvement_origins as origins
from portal.web import filters
from portal.web.filters import words_in
from portal.web.forms import TITLE, AtMost, Form, Needed, Version
from portal.web.pages import page, say
from portal.web.paging import day_and_id, key_of
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("improvements", __name__, url_prefix="/staff/quality/improvements")

PAGE, EXPORT, LONG = 50, 2000, 4000
HEAD = (
    N_("Number"), N_("Improvement action"), N_("Source"), N_("State"), N_("Department"), N_("Responsible"), N_("Due"), N_("Round"),
    N_("What is wrong"), N_("Root cause"), N_("Measure"), N_("At work from"), N_("Opened"), N_("Closed"),
)  # fmt: skip


class OwnForm(Form):
    """What the department itself writes: why it is so, and what is done about it."""

    cause = TextAreaField(N_("Root cause"), [AtMost(LONG)])
    measure = TextAreaField(N_("Measure"), [AtMost(LONG)])
    version = Version()

    def said(self) -> dict:
        """As the action takes it."""
        return {"cause": self.cause.data or "", "measure": self.measure.data or ""}


class ActionForm(OwnForm):
    """All of it, as a supervisor opens or changes it."""

    title = StringField(N_("What is to be improved?"), [Needed(), AtMost(TITLE)])
    source = SelectField(N_("Source"), default=origins.BY_HAND[-1])
    problem = TextAreaField(N_("What is wrong"), [Needed(), AtMost(LONG)])
    department = SelectField(N_("Department"), [Needed()], coerce=int, default=0)
    person = SelectField(N_("Responsible"), coerce=int, default=0)
    due_on = DateField(N_("Due on"), [Needed()])
    class_code = SelectField(N_("Class whose complaints show the effect"), default="")

    def said(self) -> dict:
        """As the action takes it: department and person as records."""
        department = next((one for one in _departments() if one.id == self.department.data), None) or abort(404)
        person = next((one for one in _people() if one.id == self.person.data), None)
        return super().said() | {
            "title": self.title.data, "problem": self.problem.data, "department": department, "person": person,
            "due_on": self.due_on.data, "class_code": self.class_code.data or None,
        }  # fmt: skip


def _departments() -> list[Department]:
    return parties.departments(visible(Department, me()))


def _people() -> list:
    return [one for one in queries.staff() if one.department_id and not one.provider_id]


def action_form(**beforehand) -> ActionForm:
    """The whole form with its choices; people stand under their department."""
    form = ActionForm(**beforehand)
    departments, people = _departments(), _people()
    form.source.choices = [(code, gettext(SOURCES[code].label)) for code in origins.BY_HAND]
    form.department.choices = [(0, gettext("Please choose")), *((one.id, words_in(one.words)) for one in departments)]
    form.person.choices = {"": [(0, gettext("whoever of the department takes it"))]} | {
        words_in(one.words): [(who.id, who.name) for who in people if who.department_id == one.id]
        for one in departments
    }
    form.class_code.choices = {"": [("", gettext("none: no figure can show it"))]} | {
        words_in(group.words): [(one.code, words_in(one.words)) for one in settings.policy().classes_in(group.code, "complaint")]
        for group in settings.policy().groups("complaint")
    }  # fmt: skip
    return form


@door.get("", needs=P.IMPROVE)
def index():
    """The live ones, or as the address says."""
    which = request.args.get("which", "live")
    return _list(which if which in lists.CHOICES else "live")


@door.get("/overdue", needs=P.IMPROVE)
def late():
    """What should have been done by now."""
    return _list("late")


@door.get("/to-verify", needs=P.IMPROVE)
def verifying():
    """What waits for a supervisor."""
    return _list("verify")


def _list(which: str):
    after = day_and_id(request.args.get("after"))
    found = lists.listing(visible(Improvement, me()), which, me(), after, PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    shown = {
        code: one
        for code, one in lists.CHOICES.items()
        if code != "ours" or (me().department_id and not me().provider_id)
    }
    chips = [
        {"label": gettext(one.label), "url": url_for(".index", which=code), "on": code == which}
        for code, one in shown.items()
    ]
    return page(
        "staff/improvements.html", rows=found[:PAGE], which=which, chips=chips, today=today(), words=rules, sources=SOURCES,
        older=url_for(".index", which=which, after=key_of(last.due_on.isoformat(), last.id)) if last else None,
        first=after is None, works=may(me(), P.QUALITY_WORK),
    )  # fmt: skip


@door.get("/list.xlsx", needs=P.IMPROVE)
def export():
    """What one looks at, as a workbook."""
    which = request.args.get("which", "live")
    which = which if which in lists.CHOICES else "live"
    rows = [_row(one) for one in lists.listing(visible(Improvement, me()), which, me(), None, EXPORT)]
    sheets = {gettext(lists.CHOICES[which].label): ([gettext(words) for words in HEAD], rows)}
    return download(f"{gettext('Improvement actions')}-{today():%Y%m%d}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(row: Improvement) -> list:
    return [
        row.number, row.title, gettext(SOURCES[row.source].label), gettext(rules.STATES[row.state]), words_in(row.department.words),
        row.person.name if row.person else None, row.due_on, row.round, row.problem, row.cause, row.measure, row.effective_on,
        row.at, row.ended_at,
    ]  # fmt: skip


@door.get("/new", needs=P.QUALITY_WORK)
def new():
    """A new one; the record it comes from gives it words beforehand."""
    code, record = origins.asked()
    beforehand = origins.beginning(code, record) if record else {}
    return _new_page(action_form(**beforehand), code)


@door.post("/new", needs=P.QUALITY_WORK)
def create():
    """Open it; the department hears of it."""
    code, record = origins.asked()
    form = action_form()
    if record:
        del form.source
    if not form.validate() or (row := attempted(form, "due_on", _open, form, code, record)) is False:
        return _new_page(form, code, 422)
    say(N_("{number} is opened; the department hears of it."), number=row.number)
    return redirect(url_for(".show", improvement=row.id), 303)


def _open(form: ActionForm, code: str, record) -> Improvement:
    said = form.said()
    due_on: date = said.pop("due_on")
    return rules.open_action(me(), code or form["source"].data, record, due_on=due_on, **said)


def _new_page(form: ActionForm, code: str, status: int = 200):
    if code and "source" in form:
        del form.source
    return page(
        "staff/improvement_new.html", status, form=form, action=request.full_path.rstrip("?"),
        source=gettext(SOURCES[code].label) if code else None, row=None,
    )  # fmt: skip
