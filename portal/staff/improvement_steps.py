"""One improvement action (R33): its page, its steps, done, verified or begun again, closed or dropped."""

from flask import abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import DateField, MultipleFileField, StringField, TextAreaField

from portal.access import draft_files
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import drafts, told
from portal.domain.files import Attachment
from portal.domain.journal import Entry
from portal.domain.people.roles import Role
from portal.domain.quality import improvement as rules
from portal.domain.quality import improvement_effect as effects
from portal.domain.quality import improvement_list as lists
from portal.domain.quality import improvement_revisits as revisits
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import DONE, LIVE, OPEN, WATCHED, Improvement, ImprovementStep, Revisit
from portal.domain.quality.improvement_sources import SOURCES, raised_by, word_effect_of
from portal.domain.surveys.word_effect import WordEffect
from portal.i18n import N_
from portal.staff import desk_telling
from portal.staff import improvement_origins as origins
from portal.staff.improvements import LONG, OwnForm, action_form, door
from portal.web import filters
from portal.web.forms import TITLE, AtMost, Form, Needed, Uploads
from portal.web.pages import page, say
from portal.web.words import gettext


class StepForm(Form):
    title = StringField(N_("Step"), [Needed(), AtMost(TITLE)])
    due_on = DateField(N_("Due on"), [Needed()])


class DoneStepForm(Form):
    said = TextAreaField(N_("What shows that it is done?"), [Needed(), AtMost(LONG)])
    files = MultipleFileField(N_("Files"), [Uploads()])


class DoneForm(Form):
    result = TextAreaField(N_("What has been done"), [Needed(), AtMost(LONG)])
    effective_on = DateField(
        N_("At work from"), [Needed()], description=N_("What comes before this day and after it is compared.")
    )
    files = MultipleFileField(N_("Evidence"), [Uploads()])


class VerifyForm(Form):
    said = TextAreaField(N_("What you found"), [Needed(), AtMost(LONG)])


class AgainForm(Form):
    said = TextAreaField(N_("Why is it not enough?"), [Needed(), AtMost(LONG)])
    due_on = DateField(N_("Due on"), [Needed()])


class EndForm(Form):
    said = TextAreaField(N_("Conclusion"), [Needed(), AtMost(LONG)])


class DropForm(Form):
    said = TextAreaField(N_("Why is it not pursued?"), [Needed(), AtMost(LONG)])


@door.get("/<int:improvement>", needs=P.IMPROVE)
def show(improvement):
    return _show(improvement, StepForm(formdata=None))


def _show(row: Improvement, step_form: StepForm, status: int = 200):
    effect = effects.effect(row) if row.state not in (OPEN, "dropped") else None
    word_effect = word_effect_of(row) if row.state not in (OPEN, "dropped") else None
    judges = may(me(), P.QUALITY_WORK)
    sees_list = judges or me().has(Role.CALLER, Role.ACCOUNT_MANAGER, Role.MANAGER)
    asked = revisits.listing(visible(Revisit, me()), row) if sees_list else []
    evidence = lists.evidence(row, visible(Attachment, me()))
    return page(
        "staff/improvement.html", status, row=row, words=rules, steps=rules.steps_of(row), step_form=step_form, today=today(),
        files={place: desk_telling.files(found) for place, found in evidence.items()}, effect=effect, effects=effects,
        works=rules.works_on(row, me()), judges=judges, live=row.state in LIVE, no_judging=rules.why_not_judge(row, me()),
        source=gettext(SOURCES[row.source].label), source_url=origins.address_of(row), revisits=asked, asking=revisits,
        raised=raised_by(row) if sees_list and row.state in (OPEN, DONE) else {}, sees_list=sees_list,
        word_effect=word_effect, missing=_missing(asked, effect, word_effect) if row.state == WATCHED else [],
        history=[(entry, filters.told(*told.sentence(entry))) for entry in lists.history(row, visible(Entry, me()))],
    )  # fmt: skip


def _missing(asked: list[Revisit], effect: effects.Effect | None, word_effect: WordEffect | None) -> dict[str, bool]:
    """The three conditions of closing and whether each holds (formulas 3.13)."""
    conditions = {
        N_("The measure is taken and verified"): True,
        N_("Every customer who raised it was asked again"): all(one.recorded_at for one in asked),
    }
    if effect is not None:
        conditions[N_("The months after it are within limits, or the comparison shows the effect")] = (
            effect.verdict in effects.PROVEN
        )
    if word_effect is not None:
        conditions[N_("Fewer customers raise it in surveys than before, beyond chance")] = (
            word_effect.verdict in effects.PROVEN
        )
    return conditions


@door.get("/<int:improvement>/edit", needs=P.IMPROVE)
def edit(improvement):
    """Say more precisely what it is; the department its cause and measure."""
    _need_work(improvement)
    if not may(me(), P.QUALITY_WORK):
        drawn = {name: getattr(improvement, name) for name in ("cause", "measure", "version")}
        return _edit_page(improvement, OwnForm(**drawn))
    drawn = {
        name: getattr(improvement, name) for name in ("title", "problem", "cause", "measure", "due_on", "version")
    } | {
        "class_code": improvement.class_code or "",
        "department": improvement.department_id,
        "person": improvement.person_id or 0,
    }
    return _edit_page(improvement, action_form(**drawn))


@door.post("/<int:improvement>/edit", needs=P.IMPROVE)
def update(improvement):
    _need_work(improvement)
    form = action_form() if may(me(), P.QUALITY_WORK) else OwnForm()
    if "source" in form:
        del form.source
    if not form.validate() or attempted(form, "measure", _describe, improvement, form) is False:
        return _edit_page(improvement, form, 422)
    say(N_("Kept."))
    return _back(improvement)


def _describe(row: Improvement, form: OwnForm) -> None:
    rules.describe(row, me(), version=form.version.data, **form.said())


def _need_work(row: Improvement) -> None:
    if not rules.works_on(row, me()):
        abort(403)


def _edit_page(row: Improvement, form: OwnForm, status: int = 200):
    if "source" in form:
        del form.source
    return page("staff/improvement_new.html", status, form=form, row=row, action=request.path, source=None)


@door.post("/<int:improvement>/steps", needs=P.IMPROVE)
def add_step(improvement):
    """A step on the way."""
    form = StepForm()
    facts = (improvement, me(), form.title.data, form.due_on.data)
    if form.validate() and attempted(form, "due_on", rules.add_step, *facts) is not False:
        say(N_("The step is added."))
        return _back(improvement, "steps")
    return _show(improvement, form, 422)


@door.post("/<int:improvement>/steps/<int:step>/remove", needs=P.IMPROVE)
def drop_step(improvement, step):
    """No step of it any more."""
    _belongs(step, improvement)
    rules.drop_step(step, improvement, me())
    say(N_("The step is dropped."))
    return _back(improvement, "steps")


@door.get("/<int:improvement>/steps/<int:step>", needs=P.IMPROVE)
def ask_step(improvement, step):
    """What shows that it is done."""
    _belongs(step, improvement)
    return _step_page(improvement, step, _as_left(DoneStepForm, _step_place(step)))


@door.post("/<int:improvement>/steps/<int:step>", needs=P.IMPROVE, files=True)
def do_step(improvement, step):
    """The step is done."""
    _belongs(step, improvement)
    form, place = DoneStepForm(), _step_place(step)
    if draft_files.taken_out(form, place):
        return redirect(url_for(".ask_step", improvement=improvement.id, step=step.id), 303)
    if draft_files.in_order(form, place) and attempted(form, "said", _do_step, step, improvement, form) is not False:
        drafts.discard(me(), place)
        say(N_("Done: {title}"), title=step.title)
        return _back(improvement, "steps")
    draft_files.keep_for_later(form, place)
    return _step_page(improvement, step, form, 422)


def _do_step(step: ImprovementStep, row: Improvement, form: DoneStepForm) -> None:
    rules.do_step(step, row, me(), form.said.data, draft_files.all_of(form, _step_place(step)))


def _step_place(step: ImprovementStep) -> str:
    return f"improvement/{step.improvement_id}/{step.id}"


def _step_page(row: Improvement, step: ImprovementStep, form: Form, status: int = 200):
    title = gettext("Done: %(title)s", title=step.title)
    return _form_page(row, form, title, gettext("Done"), status=status, place=_step_place(step))


def _as_left(kind: type[Form], place: str, **given) -> Form:
    """The form as it was left with its draft, or with what is given."""
    kept = drafts.find(me(), place)
    return kind(MultiDict(kept.fields)) if kept else kind(MultiDict(), data=given)


def _belongs(step: ImprovementStep, row: Improvement) -> None:
    if step.improvement_id != row.id:
        abort(404)


@door.get("/<int:improvement>/report", needs=P.IMPROVE)
def ask_done(improvement):
    """Report the measure as taken."""
    _need_work(improvement)
    return _done_page(improvement, _as_left(DoneForm, _report_place(improvement), effective_on=today()))


@door.post("/<int:improvement>/report", needs=P.IMPROVE, files=True)
def finish(improvement):
    """The measure is taken; the supervisors are asked to verify it."""
    form, place = DoneForm(), _report_place(improvement)
    if draft_files.taken_out(form, place):
        return redirect(url_for(".ask_done", improvement=improvement.id), 303)
    if draft_files.in_order(form, place) and attempted(form, "result", _finish, improvement, form) is not False:
        drafts.discard(me(), place)
        say(N_("Reported as done. A supervisor who is not responsible verifies it."))
        return _back(improvement)
    draft_files.keep_for_later(form, place)
    return _done_page(improvement, form, 422)


def _finish(row: Improvement, form: DoneForm) -> None:
    kept = draft_files.all_of(form, _report_place(row))
    rules.finish(row, me(), form.result.data, form.effective_on.data, kept)


def _report_place(row: Improvement) -> str:
    return f"improvement/{row.id}/report"


def _done_page(row: Improvement, form: Form, status: int = 200):
    text = gettext(
        "A supervisor who is not responsible for it verifies it; then the customers who raised it are asked again."
    )
    return _form_page(
        row, form, gettext("The measure is taken"), gettext("Report as done"), text, status, _report_place(row)
    )


JUDGEMENTS = {
    "verification": (VerifyForm, N_("Verify the measure"), N_("The measure was taken"),
        N_("Everybody who raised it then stands on the list of customers to ask again, and the effect is watched.")),
    "again": (AgainForm, N_("Not enough: begin again"), N_("Begin again"), N_("It goes back to the department, with a new day.")),
    "closing": (EndForm, N_("Close it as effective"), N_("Close"), N_("Say in a few words what the effect was; it is kept with the figures.")),
    "end": (DropForm, N_("Drop the action"), N_("Drop it"), N_("It stays readable, with the reason.")),
}  # fmt: skip
"""What a supervisor decides about an action: its form, heading, button, and what it means."""


@door.get("/<int:improvement>/decisions/<what>", needs=P.QUALITY_WORK)
def ask(improvement, what):
    """The form for a decision."""
    return _judge_page(improvement, what, _judgement_form(what))


@door.post("/<int:improvement>/decisions/<what>", needs=P.QUALITY_WORK)
def judge(improvement, what):
    """Verified, begun again, closed or dropped."""
    form = _judgement_form(what)
    if not form.validate() or attempted(form, "said", _judge, improvement, what, form) is False:
        return _judge_page(improvement, what, form, 422)
    say(N_("{number} is now “{state}”."), number=improvement.number, state=rules.STATES[improvement.state])
    return _back(improvement)


def _judgement_form(what: str) -> Form:
    return JUDGEMENTS[what][0]() if what in JUDGEMENTS else abort(404)


def _judge(row: Improvement, what: str, form) -> None:
    if what == "again":
        rules.again(row, me(), form.said.data, form.due_on.data)
    else:
        {"verification": rules.verify, "closing": rules.close, "end": rules.drop}[what](row, me(), form.said.data)


def _judge_page(row: Improvement, what: str, form, status: int = 200):
    _, heading, button, text = JUDGEMENTS[what]
    return _form_page(row, form, gettext(heading), gettext(button), gettext(text), status)


def _form_page(
    row: Improvement, form: Form, title: str, submit: str, text: str | None = None, status: int = 200, place: str = ""
):  # fmt: skip
    return page(
        "staff/improvement_form.html", status, row=row, form=form, title=title, submit=submit, help=text, action=request.path,
        accepted=draft_files.ACCEPTED, place=place, lying=desk_telling.files(draft_files.lying(place)) if place else [],
    )  # fmt: skip


def _back(row: Improvement, anchor: str | None = None):
    return redirect(url_for("improvements.show", improvement=row.id, _anchor=anchor), 303)
