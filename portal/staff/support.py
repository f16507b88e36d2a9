"""Support of handling costs (抱怨处理费用支持, R32): a month's results, one with its evidence, objection and answer."""

from datetime import date

from flask import abort, redirect, request, url_for
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people import parties
from portal.domain.people.models import Provider
from portal.domain.people.roles import Role
from portal.domain.quality import liability, liability_list, penalties
from portal.domain.quality import support as rules
from portal.domain.quality.days import first, following, today
from portal.domain.quality.models import Liability
from portal.domain.quality.support_models import Penalty, SupportResult
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.web import filters
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.months import code_of, month, month_of
from portal.web.pages import page, say
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("support", __name__, url_prefix="/staff/quality/support")

MONTHS, WHY, OWN = 13, 500, 100


class ReckonForm(Form):
    """Why a month that is approved is reckoned again."""

    why = StringField(N_("Reason, if something approved changes"), [AtMost(WHY)])


class ObjectionForm(Form):
    """What the provider thinks is wrong."""

    objection = TextAreaField(N_("What is wrong, and why"), [Needed(), AtMost(BODY)])


class AnswerForm(Form):
    """The answer, and what is not held against the provider after all."""

    reply = TextAreaField(N_("Answer"), [Needed(), AtMost(BODY)])
    waived = SelectMultipleField(
        N_("Not held against the provider"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


@door.get("", needs=P.QUALITY_READ)
def index():
    """A month: every provider, every condition, the tickets that cost it the support."""
    return _month_page(_month())


def _month_page(asked: date, form: ReckonForm | None = None, status: int = 200):
    results = rules.of_month(visible(SupportResult, me()), asked)
    return page(
        "staff/support.html", status, results=[line(one) for one in results], asked=asked, words=rules, form=form or ReckonForm(),
        tickets=rules.tickets_of(visible(Ticket, me()), results), month_of_year=month(asked), months=_months(asked),
        works=may(me(), P.QUALITY_WORK), approves=[one for one in results if rules.why_not_approve(one, me()) is None],
        granted=sum(one.holds for one in results), total=sum(one.amount_yuan for one in results), code=code_of(asked), heads=heads(), sorts=penalties.SORTS,
        penalties=penalties.undecided(visible(Penalty, me())) if may(me(), P.APPROVE) else [],
        objections=rules.unanswered(visible(SupportResult, me())) if may(me(), P.QUALITY_WORK) else [],
    )  # fmt: skip


def _month() -> date:
    return month_of(request.values.get("month")) or following(first(today()), -1)


def heads() -> list[str]:
    """The conditions as heads of columns."""
    return [gettext(words) for words in rules.CONDITIONS.values()]


def _months(chosen: date) -> list[dict]:
    last = following(first(today()), -1)
    listed = [following(last, -back) for back in range(MONTHS)]
    return [{"code": code_of(one), "label": month(one), "chosen": one == chosen} for one in listed]


def line(row: SupportResult) -> dict:
    """A result as a table shows it."""
    return {"row": row, "findings": rules.findings_of(row)}


@door.get("/running", needs=P.QUALITY_READ)
def running():
    """The running month so far: who can no longer earn the support, and for which ticket."""
    lines = rules.so_far(parties.providers(visible(Provider, me())))
    named = [key for _, findings in lines for one in findings if not one.holds for key in one.tickets]
    return page(
        "staff/support_running.html", lines=[(one, findings, rules.lost(findings)) for one, findings in lines], words=rules,
        tickets=rules.named(visible(Ticket, me()), named), month_of_year=month(first(today())), heads=heads(), running=True,
    )  # fmt: skip


@door.post("/reckonings", needs=P.QUALITY_WORK)
def reckon():
    """Reckon a month for every provider whose contract reached into it."""
    asked, form = month_of(request.form.get("month")) or abort(404), ReckonForm()
    if not form.validate():
        return _month_page(asked, form, 422)
    made = attempted(
        form, "why", rules.reckon, parties.providers(visible(Provider, me())), asked, me(), form.why.data or ""
    )
    if made is False:
        return _month_page(asked, form, 422)
    if made:
        say(N_("{number} results were reckoned."), number=len(made))
    else:
        say(N_("Nothing has changed since it was last reckoned."), "info")
    return redirect(url_for(".index", month=code_of(asked)), 303)


@door.post("/approvals", needs=P.APPROVE)
def approve():
    """Approve what was ticked, or all that can be approved."""
    asked, chosen = _month(), set(request.form.getlist("ids"))
    ready = [
        one
        for one in rules.of_month(visible(SupportResult, me()), asked)
        if rules.why_not_approve(one, me()) is None and (not chosen or str(one.id) in chosen)
    ]
    for row in ready:
        rules.approve(row, me())
    if ready:
        say(N_("{number} results were approved."), number=len(ready))
    else:
        say(N_("Nothing there can be approved by you now."), "info")
    return redirect(url_for(".index", month=code_of(asked)), 303)


@door.get("/own", needs=P.DESK_HANDLE)
def own():
    """What was decided about the own party: liability (R19), for a provider support, penalties and stars too; the latest first."""
    results = rules.of_provider(visible(SupportResult, me()), me().provider_id) if me().provider_id else []
    judged = liability_list.decided(visible(Liability, me()), "all", None, OWN)
    rated = penalties.ratings(me().provider) if me().provider else []
    return page(
        "staff/support_own.html", results=[line(one) for one in results], words=rules, heads=heads(), judged=judged, about=liability,
        penalties=penalties.granted(visible(Penalty, me()), me().provider_id) if me().provider_id else [],
        ratings=rated, most=settings.policy().support.stars, sorts=penalties.SORTS,
        appealable={one.id for one in judged if liability.why_not_appeal(one, me()) is None},
        objectable={one.id for one in results if rules.why_not_object(one, me()) is None},
    )  # fmt: skip


@door.get("/<int:support>", needs=P.DESK_READ)
def show(support):
    return _show_page(support)


def _show_page(row: SupportResult, status: int = 200, **forms):
    findings, history = rules.findings_of(row), rules.history(visible(SupportResult, me()), row)
    objects = rules.why_not_object(row, me()) is None
    answers = may(me(), P.QUALITY_WORK) and row.stage == "objected"
    fresh = {
        "objection_form": ObjectionForm() if objects else None,
        "answer_form": _answer_form(row) if answers else None,
    }
    return page(
        "staff/support_result.html", status, row=row, findings=findings, words=rules, month_of_year=month(row.month),
        tickets=rules.tickets_of(visible(Ticket, me()), [row]), history=history,
        objections=rules.objected_to(history, row),
        no_approval=rules.why_not_approve(row, me()) if me().has(Role.MANAGER) else None, approves=me().has(Role.MANAGER),
        reads=may(me(), P.QUALITY_READ),
        code=code_of(row.month), **fresh | forms,
    )  # fmt: skip


def _answer_form(row: SupportResult) -> AnswerForm:
    form = AnswerForm()
    failing = [one.code for one in rules.findings_of(row) if not one.holds and not one.waived]
    form.waived.choices = {code: gettext(rules.CONDITIONS[code]) for code in failing}
    return form


@door.post("/<int:support>/objections", needs=P.DESK_HANDLE)
def object_to(support):
    form = ObjectionForm()
    if not form.validate() or attempted(form, "objection", _object, support, form.objection.data) is False:
        return _show_page(support, 422, objection_form=form)
    say(N_("Your objection was sent. You will get an answer."))
    return redirect(url_for(".show", support=support.id), 303)


def _object(row: SupportResult, words: str) -> bool:
    rules.object_to(row, me(), words)
    return True


@door.post("/<int:support>/answers", needs=P.QUALITY_WORK)
def answer(support):
    form = _answer_form(support)
    if not form.validate():
        return _show_page(support, 422, answer_form=form)
    newer = attempted(form, "reply", rules.answer, support, me(), form.reply.data, form.waived.data or ())
    if newer is False:
        return _show_page(support, 422, answer_form=form)
    say(N_("Answered; the provider was told."))
    return redirect(url_for(".show", support=newer.id), 303)


@door.post("/<int:support>/approvals", needs=P.APPROVE)
def approve_one(support):
    rules.approve(support, me())
    say(N_("Approved."))
    return redirect(url_for(".show", support=support.id), 303)


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """A month as a workbook: results and the tickets behind them."""
    asked = _month()
    results = rules.of_month(visible(SupportResult, me()), asked)
    tickets = rules.tickets_of(visible(Ticket, me()), results)
    head = [gettext(N_("Provider")), *(gettext(words) for words in rules.CONDITIONS.values())]
    head += [gettext(N_("Amount (yuan)")), gettext(N_("State")), gettext(N_("Revision")), gettext(N_("Approved by"))]
    rows = [
        [
            one.provider.name, *(_cell(finding) for finding in rules.findings_of(one)), one.amount_yuan,
            gettext(rules.STAGES[one.stage]), one.revision, one.approved_by.name if one.approved_by else None,
        ]
        for one in results
    ]  # fmt: skip
    behind = [
        [one.provider.name, gettext(rules.CONDITIONS[finding.code]), tickets[key].number, tickets[key].subject]
        for one in results
        for finding in rules.findings_of(one)
        if not finding.holds
        for key in finding.tickets
        if key in tickets
    ]
    behind_head = [gettext(words) for words in (N_("Provider"), N_("Condition"), N_("Number"), N_("Subject"))]
    sheets = {gettext("Support"): (head, rows), gettext("Tickets"): (behind_head, behind)}
    return download(f"{gettext('Support')}-{code_of(asked)}.xlsx", as_xlsx(sheets, filters.zone()))


def _cell(one: rules.Finding) -> str:
    said = gettext("fulfilled") if one.holds else gettext("waived") if one.waived else gettext("not fulfilled")
    return said if one.of is None else f"{said} ({one.count}/{one.of})"
