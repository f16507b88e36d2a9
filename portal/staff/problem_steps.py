"""Steps in a problem's life: described anew, solved with a word to its customers, reopened, merged with another."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect
from wtforms import SelectField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import find, visible
from portal.domain.tickets import linking, problems
from portal.domain.tickets.models import Problem, Ticket
from portal.i18n import N_
from portal.staff.offering import form_page
from portal.staff.problems import LONG, _form, door
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import say
from portal.web.words import gettext


class SolveForm(Form):
    words = TextAreaField(N_("What the customers are told"), [Needed(), AtMost(LONG)])


class ReopenForm(Form):
    why = TextAreaField(N_("Why?"), [Needed(), AtMost(500)])


class MergeForm(Form):
    into = SelectField(N_("It goes on in"), [Needed()], coerce=int)


def _page(
    problem: Problem, form: Form, title: str, submit: str, text: str | None, status: int = 200, needs: str = "open"
):
    return form_page(
        "staff/problem_form.html", status, no=problems.why_not(problem, needs), title=title, form=form, problem=problem,
        on=(url_for("problems.show", problem=problem.id), gettext("To the problem")), submit=submit, help=text, action=request.path,
    )  # fmt: skip


def _back(problem: Problem) -> ResponseReturnValue:
    return redirect(url_for("problems.show", problem=problem.id), 303)


@door.get("/<int:problem>/edit", needs=P.QUALITY_WORK)
def edit(problem):
    """Describe it more precisely."""
    drawn = {name: getattr(problem, name) for name in ("title", "cause", "measure", "due_on", "version")}
    return _edit_page(problem, _form(**drawn, department=problem.department_id or 0, person=problem.person_id or 0))


@door.post("/<int:problem>/edit", needs=P.QUALITY_WORK)
def update(problem):
    form = _form()
    if not form.validate():
        return _edit_page(problem, form, 422)
    if attempted(form, "title", problems.describe, problem, me(), version=form.version.data, **form.facts()) is False:
        return _edit_page(problem, form, 422)
    say(N_("Kept."))
    return _back(problem)


def _edit_page(problem: Problem, form: Form, status: int = 200):
    return _page(problem, form, gettext("Describe the problem"), gettext("Save"), None, status)


@door.get("/<int:problem>/solution", needs=P.QUALITY_WORK)
def ask_solve(problem):
    return _solve_page(problem, SolveForm(words=problem.solution))


@door.post("/<int:problem>/solution", needs=P.QUALITY_WORK)
def solve(problem):
    """Solved: all customers of its tickets hear of it, once."""
    form = SolveForm()
    told = form.validate() and attempted(form, "words", problems.solve, problem, me(), form.words.data)
    if told is False:
        return _solve_page(problem, form, 422)
    say(N_("Solved. {number} people were told."), number=told)
    return _back(problem)


def _solve_page(problem: Problem, form: Form, status: int = 200):
    tickets, customers = problems.counts(visible(Ticket, me()), [problem.id]).get(problem.id, (0, 0))
    text = gettext(
        "Everybody who brought one of its tickets gets this word in one letter (tickets: %(tickets)s, customers: %(customers)s). "
        "Title, cause and measure stay inside the company.", tickets=tickets, customers=customers,
    )  # fmt: skip
    return _page(problem, form, gettext("The problem is solved"), gettext("Solve and tell the customers"), text, status)


@door.get("/<int:problem>/reopening", needs=P.QUALITY_WORK)
def ask_reopen(problem):
    return _reopen_page(problem, ReopenForm())


@door.post("/<int:problem>/reopening", needs=P.QUALITY_WORK)
def reopen(problem):
    """Not solved after all."""
    form = ReopenForm()
    if not form.validate() or attempted(form, "why", problems.reopen, problem, me(), form.why.data) is False:
        return _reopen_page(problem, form, 422)
    say(N_("The problem is open again."))
    return _back(problem)


def _reopen_page(problem: Problem, form: Form, status: int = 200):
    text = gettext("Solved again, its customers are told again.")
    return _page(problem, form, gettext("Reopen the problem"), gettext("Reopen"), text, status, "solved")


@door.get("/<int:problem>/merge", needs=P.QUALITY_WORK)
def ask_merge(problem):
    return _merge_page(problem, _merge_form(problem))


@door.post("/<int:problem>/merge", needs=P.QUALITY_WORK)
def merge(problem):
    """Two problems are one."""
    form = _merge_form(problem)
    if not form.validate():
        return _merge_page(problem, form, 422)
    into = find("problem", form.into.data, me())
    if attempted(form, "into", problems.merge, problem, into, me()) is False:
        return _merge_page(problem, form, 422)
    say(N_("Merged: it goes on here."))
    return _back(into)


def _merge_form(problem: Problem) -> MergeForm:
    form = MergeForm()
    form.into.choices = [
        (one.id, one.title) for one in linking.unsolved(visible(Problem, me())) if one.id != problem.id
    ]
    return form


def _merge_page(problem: Problem, form: MergeForm, status: int = 200):
    text = gettext("Its tickets go over to the other problem; this one stays readable.")
    if not form.into.choices:
        text = gettext("There is no other open problem to merge it with.")
    return _page(problem, form, gettext("Merge with another problem"), gettext("Merge"), text, status)
