"""Problems (热点问题, R21): the list, one with its tickets and customers, opening and describing it."""

from flask import redirect, request, url_for
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings, told
from portal.domain.journal import Entry
from portal.domain.people import parties, queries
from portal.domain.people.models import Department
from portal.domain.quality import improvement, improvement_list
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import Improvement
from portal.domain.tickets import linking, problems, queue, search
from portal.domain.tickets.models import Problem, Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES
from portal.i18n import N_
from portal.web import filters
from portal.web.filters import words_in
from portal.web.forms import TITLE, AtMost, Form, Needed, Version
from portal.web.pages import page, say
from portal.web.paging import row_number, typed
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("problems", __name__, url_prefix="/staff/quality/problems")

PAGE, TICKETS, FOUND = 50, 50, 10
LONG = 4000
EXPORT = 2000
HEAD = (
    N_("Problem"), N_("State"), N_("Cause"), N_("Measure"), N_("Department"), N_("Responsible"), N_("Due"), N_("Opened"),
    N_("Solved"), N_("Tickets"), N_("Customers"),
)  # fmt: skip


class ProblemForm(Form):
    """What it is, why, what is done, by whom and until when."""

    title = StringField(N_("What is it?"), [Needed(), AtMost(TITLE)])
    cause = TextAreaField(N_("Cause"), [AtMost(LONG)])
    measure = TextAreaField(N_("Measure"), [AtMost(LONG)])
    department = SelectField(N_("Department"), coerce=int, default=0)
    person = SelectField(N_("Responsible"), coerce=int, default=0)
    due_on = DateField(N_("Due on"), [Optional()])
    version = Version()
    class_code = HiddenField()

    def facts(self) -> dict:
        """As the actions take them: department and person as records."""
        return {
            "title": self.title.data, "cause": self.cause.data or "", "measure": self.measure.data or "",
            "department": _departments().get(self.department.data), "person": _people().get(self.person.data),
            "due_on": self.due_on.data,
        }  # fmt: skip


def _departments() -> dict[int, Department]:
    return {one.id: one for one in parties.departments(visible(Department, me()))}


def _people() -> dict:
    """Who can answer for a problem: whoever can read it, so nobody of a provider."""
    return {one.id: one for one in queries.staff() if may(one, P.DESK_READ) and one.provider_id is None}


def _form(**facts) -> ProblemForm:
    form = ProblemForm(**facts)
    form.department.choices = [
        (0, gettext("none")),
        *((key, words_in(one.words)) for key, one in _departments().items()),
    ]
    form.person.choices = [(0, gettext("nobody yet")), *((key, one.name) for key, one in _people().items())]
    return form


@door.get("", needs=P.DESK_READ)
def index():
    state = request.args.get("state", "open")
    state = state if state in problems.STATES else "open"
    found = problems.listing(
        visible(Problem, me()), visible(Ticket, me()), state, row_number(request.args.get("before")), PAGE + 1
    )
    older = url_for(".index", state=state, before=found[PAGE - 1].problem.id) if len(found) > PAGE else None
    return page(
        "staff/problems.html", lines=found[:PAGE], state=state, older=older, first="before" not in request.args,
        today=today(), works=may(me(), P.QUALITY_WORK),
        states=[
            {"label": gettext(label), "url": url_for(".index", state=code), "on": code == state}
            for code, label in problems.STATES.items()
        ],
    )  # fmt: skip


@door.get("/list.xlsx", needs=P.DESK_READ)
def export():
    """All problems as a workbook, a sheet for each state."""
    sheets = {}
    for state, label in problems.STATES.items():
        found = problems.listing(visible(Problem, me()), visible(Ticket, me()), state, None, EXPORT)
        sheets[gettext(label)] = ([gettext(words) for words in HEAD], [_row(line) for line in found])
    return download(f"{gettext('Problems')}-{today():%Y%m%d}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(line: problems.Line) -> list:
    one = line.problem
    return [
        one.title, gettext(problems.STATES[one.state]), one.cause, one.measure,
        words_in(one.department.words) if one.department else None, one.person.name if one.person else None, one.due_on,
        one.at, one.solved_at, line.tickets, line.customers,
    ]  # fmt: skip


@door.get("/new", needs=P.QUALITY_WORK)
def new():
    """A new one; a signal gives it title and class beforehand."""
    asked = {name: typed(request.args.get(name), TITLE) for name in ("title", "class_code")}
    return _new_page(_form(**asked))


@door.post("/new", needs=P.QUALITY_WORK)
def create():
    form = _form()
    if not form.validate():
        return _new_page(form, 422)
    code = form.class_code.data if form.class_code.data in {one.code for one in settings.policy().classes} else None
    problem = attempted(form, "title", problems.open_problem, me(), class_code=code, **form.facts())
    if problem is False:
        return _new_page(form, 422)
    say(N_("The problem is opened. Add the tickets that have this cause."))
    return redirect(url_for(".show", problem=problem.id), 303)


def _new_page(form: ProblemForm, status: int = 200):
    return page(
        "staff/problem_form.html", status, form=form, problem=None, title=gettext("New problem"), submit=gettext("Open it"),
        help=gettext("A problem gathers the tickets of one cause."), action=request.full_path.rstrip("?"),
    )  # fmt: skip


@door.get("/<int:problem>", needs=P.DESK_READ)
def show(problem):
    rows, before, said = visible(Ticket, me()), row_number(request.args.get("before")), typed(request.args.get("said"))
    tickets = problems.tickets_of(problem, rows, before, TICKETS + 1)
    older = url_for(".show", problem=problem.id, before=tickets[TICKETS - 1].id) if len(tickets) > TICKETS else None
    customers = problems.customers_of(problem, rows)
    return page(
        "staff/problem.html", problem=problem, tickets=tickets[:TICKETS], older=older, customers=customers, said=said,
        first=before is None, found=_found(problem, said), may_add=may(me(), P.DESK_WORK) and problem.state != "merged",
        works=may(me(), P.QUALITY_WORK), today=today(), counted=problems.counts(rows, [problem.id]).get(problem.id, (0, 0)),
        history=[(entry, _told(entry)) for entry in problems.history(problem, visible(Entry, me()))],
        state_words=FOR_STAFF, state_tones=TONES, states=problems.STATES, tones=problems.TONES,
        told_people=problems.told_of(problem) if problem.solved_at else 0, action_words=improvement,
        actions=improvement_list.of_source(visible(Improvement, me()), "problem", problem.id),
    )  # fmt: skip


def _told(entry: Entry) -> str:
    return filters.told(*told.sentence(entry))


def _found(problem: Problem, said: str) -> list[Ticket]:
    """Tickets that could belong to it: by number or by words, without those that do."""
    if not said:
        return []
    rows = visible(Ticket, me())
    key = queue.numbered(rows, said)
    rows = rows.where(Ticket.id == key) if key else search.matching(rows, said, internal=True)
    return problems.candidates(problem, rows, FOUND)


@door.post("/<int:problem>/tickets", needs=P.DESK_WORK)
def add(problem):
    """Put a ticket under it, by its number."""
    ticket = _numbered()
    if ticket is None:
        say(N_("There is no ticket of this number."), "bad")
    else:
        linking.put_under(ticket, problem, me())
        say(N_("{number} stands under this problem now."), number=ticket.number)
    said = typed(request.form.get("said")) or None
    return redirect(url_for(".show", problem=problem.id, said=said), 303)


@door.post("/<int:problem>/tickets/remove", needs=P.DESK_WORK)
def remove(problem):
    """Take a ticket away from it."""
    ticket = _numbered()
    if ticket is not None and ticket.problem_id == problem.id:
        linking.put_under(ticket, None, me())
        say(N_("{number} stands under no problem now."), number=ticket.number)
    return redirect(url_for(".show", problem=problem.id), 303)


def _numbered() -> Ticket | None:
    rows = visible(Ticket, me())
    key = queue.numbered(rows, typed(request.form.get("number"), 24))
    found = queue.chosen(rows, [key] if key else [], Ticket.problem, Ticket.customer)
    return found[0] if found else None
