"""Supervised projects (立项督办, R18): complaints open too long, each with owner, plan and milestones."""

from flask import abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import DateField, MultipleFileField, SelectField, StringField, TextAreaField

from portal.access import draft_files
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import drafts, told
from portal.domain.files import Attachment
from portal.domain.journal import Entry
from portal.domain.people import queries
from portal.domain.people.roles import Role
from portal.domain.quality import projects
from portal.domain.quality.days import today
from portal.domain.quality.records import Milestone, SupervisedProject
from portal.domain.tickets.states import FOR_STAFF, TONES
from portal.i18n import N_
from portal.staff import desk_telling
from portal.web import filters
from portal.web.forms import TITLE, AtMost, Form, Needed, Uploads, Version
from portal.web.pages import page, say
from portal.web.paging import row_number
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("projects", __name__, url_prefix="/staff/quality/projects")

PAGE, EXPORT, LONG = 50, 2000, 4000
STATES = {"open": N_("In hand"), "closed": N_("Over")}
HEAD = (
    N_("Number"), N_("Subject"), N_("Customer"), N_("Owner of the project"), N_("Project since"), N_("Plan"), N_("Milestones"), N_("Reached"),
    N_("Next milestone"), N_("Due"), N_("Complaint closed"),
)  # fmt: skip
OF_MILESTONES = (
    N_("Number"), N_("Subject"), N_("Milestone"), N_("Due"), N_("State"), N_("Reached"), N_("Reached by"), N_("Evidence"),
)  # fmt: skip


def _key(value) -> int | None:
    """The choice of a person; none where nobody was chosen."""
    return int(value) if value not in (None, "", "None") else None


class PlanForm(Form):
    owner = SelectField(N_("Owner of the project"), [Needed()], coerce=_key)
    plan = TextAreaField(N_("Plan"), [Needed(), AtMost(LONG)])
    version = Version()


class MilestoneForm(Form):
    title = StringField(N_("Milestone"), [Needed(), AtMost(TITLE)])
    due_on = DateField(N_("Due on"), [Needed()])


class EvidenceForm(Form):
    evidence = TextAreaField(N_("What shows that it is done?"), [Needed(), AtMost(LONG)])
    files = MultipleFileField(N_("Files"), [Uploads()])


@door.get("", needs=P.QUALITY_READ)
def index():
    state = "closed" if request.args.get("state") == "closed" else "open"
    found = projects.listing(visible(SupervisedProject, me()), state, row_number(request.args.get("before")), PAGE + 1)
    older = url_for(".index", state=state, before=found[PAGE - 1].id) if len(found) > PAGE else None
    return page(
        "staff/projects.html", projects=found[:PAGE], state=state, older=older, first="before" not in request.args, today=today(),
        report="project-list",
        states=[
            {"label": gettext(label), "url": url_for(".index", state=code), "on": code == state} for code, label in STATES.items()
        ],
    )  # fmt: skip


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """All projects as a workbook, a sheet for each state, and one with every milestone."""
    found = {state: projects.listing(visible(SupervisedProject, me()), state, None, EXPORT) for state in STATES}
    sheets = {
        gettext(label): ([gettext(words) for words in HEAD], [_row(one) for one in found[state]])
        for state, label in STATES.items()
    }
    steps = [_milestone(one, row) for state in STATES for one in found[state] for row in one.milestones]
    sheets[gettext("Milestones")] = ([gettext(words) for words in OF_MILESTONES], steps)
    return download(f"{gettext('Supervised projects')}-{today():%Y%m%d}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(project: SupervisedProject) -> list:
    ticket = project.ticket
    ahead = [one for one in project.milestones if one.done_at is None]
    return [
        ticket.number, ticket.subject, ticket.customer.short_name, project.owner.name if project.owner else None, project.opened_at,
        project.plan, len(project.milestones), len(project.milestones) - len(ahead), ahead[0].title if ahead else None,
        ahead[0].due_on if ahead else None, ticket.closed_at,
    ]  # fmt: skip


def _milestone(project: SupervisedProject, row: Milestone) -> list:
    return [
        project.ticket.number, project.ticket.subject, row.title, row.due_on, gettext(projects.STATES[row.state(today())]),
        row.done_at, row.done_by.name if row.done_by else None, row.evidence or None,
    ]  # fmt: skip


@door.get("/<int:supervised>", needs=P.DESK_READ)
def show(supervised):
    return _show(supervised)


def _show(project: SupervisedProject, status: int = 200, **forms):
    if me().provider_id:
        abort(404)
    milestones = projects.milestones_of(project)
    attached = projects.evidence_files(milestones, visible(Attachment, me()))
    fresh = {"plan_form": _plan_form(project), "milestone_form": MilestoneForm(formdata=None)}
    return page(
        "staff/project.html", status, project=project, ticket=project.ticket, milestones=milestones, today=today(),
        files={key: desk_telling.files(rows) for key, rows in attached.items()}, runs=projects.may_run(project, me()),
        milestone_words=projects.STATES, lists=may(me(), P.QUALITY_READ),
        state_words=FOR_STAFF, state_tones=TONES,
        history=[(entry, filters.told(*told.sentence(entry))) for entry in projects.history(project, visible(Entry, me()))],
        **fresh | forms,
    )  # fmt: skip


def _plan_form(project: SupervisedProject, posted: bool = False) -> PlanForm:
    form = PlanForm() if posted else PlanForm(formdata=None, owner=project.owner_id, plan=project.plan)
    known = [(key, one.name) for key, one in _owners().items()]
    kept = project.owner
    if kept is None:
        known.insert(0, ("", gettext("Please choose")))
    elif kept.id not in dict(known):
        known.insert(0, (kept.id, kept.name))
    form.owner.choices = known
    return form


def _owners() -> dict:
    return {one.id: one for one in queries.staff(Role.AGENT, Role.SUPERVISOR)}


@door.post("/<int:supervised>/plan", needs=P.DESK_WORK)
def plan(supervised):
    """Who owns it and how it is to be solved."""
    projects.need(supervised, me())
    form = _plan_form(supervised, posted=True)
    if not form.validate() or not attempted(form, "plan", _plan, supervised, form):
        return _show(supervised, 422, plan_form=form)
    say(N_("Kept."))
    return _back(supervised)


def _plan(project: SupervisedProject, form: PlanForm) -> None:
    owner = _owners().get(form.owner.data or 0)
    projects.plan(project, me(), owner, form.plan.data, version=form.version.data)


@door.post("/<int:supervised>/milestones", needs=P.DESK_WORK)
def add(supervised):
    """A step on the way."""
    form = MilestoneForm()
    if form.validate() and attempted(
        form, "due_on", projects.add_milestone, supervised, me(), form.title.data, form.due_on.data
    ):
        say(N_("The milestone is added."))
        return _back(supervised)
    return _show(supervised, 422, milestone_form=form)


@door.post("/<int:supervised>/milestones/<int:milestone>/remove", needs=P.DESK_WORK)
def drop(supervised, milestone):
    """No step of the plan any more."""
    _belongs(milestone, supervised)
    projects.drop_milestone(milestone, supervised, me())
    say(N_("The milestone is dropped."))
    return _back(supervised)


@door.get("/<int:supervised>/milestones/<int:milestone>", needs=P.DESK_WORK)
def ask_reach(supervised, milestone):
    """What shows that it is done."""
    _belongs(milestone, supervised)
    kept = drafts.find(me(), _place(milestone))
    return _reach_page(supervised, milestone, EvidenceForm(MultiDict(kept.fields if kept else {})))


@door.post("/<int:supervised>/milestones/<int:milestone>", needs=P.DESK_WORK, files=True)
def reach(supervised, milestone):
    """It is done; the evidence becomes an internal note of the ticket."""
    _belongs(milestone, supervised)
    form, place = EvidenceForm(), _place(milestone)
    if draft_files.taken_out(form, place):
        return redirect(url_for(".ask_reach", supervised=supervised.id, milestone=milestone.id), 303)
    if draft_files.in_order(form, place) and attempted(form, "evidence", _reach, milestone, supervised, form):
        drafts.discard(me(), place)
        say(N_("Reached: {title}"), title=milestone.title)
        return _back(supervised)
    draft_files.keep_for_later(form, place)
    return _reach_page(supervised, milestone, form, 422)


def _reach(milestone: Milestone, project: SupervisedProject, form: EvidenceForm) -> None:
    projects.reach(milestone, project, me(), form.evidence.data, draft_files.all_of(form, _place(milestone)))


def _place(milestone: Milestone) -> str:
    return f"project/{milestone.project_id}/{milestone.id}"


def _reach_page(project: SupervisedProject, milestone: Milestone, form: EvidenceForm, status: int = 200):
    place = _place(milestone)
    return page(
        "staff/milestone_form.html", status, form=form, project=project, milestone=milestone, ticket=project.ticket,
        accepted=draft_files.ACCEPTED, place=place, lying=desk_telling.files(draft_files.lying(place)),
    )  # fmt: skip


def _belongs(milestone: Milestone, project: SupervisedProject) -> None:
    if milestone.project_id != project.id:
        abort(404)


def _back(project: SupervisedProject):
    return redirect(url_for(".show", supervised=project.id), 303)
