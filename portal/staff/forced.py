"""Forced closures (强制关闭, R17): what waits for a manager, one request with the decision, the list of a month."""

from flask import abort, redirect, request, url_for
from wtforms import TextAreaField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import find, visible
from portal.domain.quality import forced_list as lists
from portal.domain.tickets import forced as rules
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.states import FOR_STAFF, TONES, State
from portal.i18n import N_
from portal.staff.customer_complaints import named
from portal.staff.register import around, asked_month
from portal.web import filters
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form
from portal.web.months import code_of
from portal.web.pages import page, say
from portal.web.paging import key_of, moment_and_id
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("forced", __name__, url_prefix="/staff/quality/forced")

PAGE, EXPORT, WORDS = 50, 20_000, 2000
TABS = {"index": N_("To decide"), "month": N_("The list of a month")}
HEAD = (
    N_("Number"), N_("Customer number"), N_("Customer"), N_("Class"), N_("Subject"), N_("Handled by"), N_("Opened"),
    N_("Reason"), N_("Why"), N_("Requested by"), N_("Asked on"), N_("Who approved"), N_("Approved on"), N_("Decision"),
    N_("Told to the customer"), N_("Reopened since"),
)  # fmt: skip


class DecisionForm(Form):
    """A word with the decision; nothing is declined without one."""

    decision = TextAreaField(N_("Reason for the decision"), [AtMost(WORDS)])


@door.get("", needs=P.QUALITY_READ)
def index():
    """Requests that nobody has decided, the oldest first."""
    return page(
        "staff/forced_waiting.html", tabs=_tabs("index"), rows=lists.waiting(visible(ForcedClosure, me())), words=rules
    )


@door.get("/month", needs=P.QUALITY_READ)
def month():
    """What was closed by force in a month."""
    asked, after, rows = asked_month(), moment_and_id(request.args.get("after")), visible(ForcedClosure, me())
    found = lists.month_list(rows, asked, after, PAGE + 1)
    last = found[PAGE - 1].row if len(found) > PAGE else None
    older = url_for(".month", month=code_of(asked), after=key_of(last.decided_at, last.id)) if last else None
    return page(
        "staff/forced_month.html", tabs=_tabs("month"), lines=found[:PAGE], older=older, first=after is None, month=asked,
        total=lists.listed(rows, asked), words=rules, this=url_for(".month", month=code_of(asked)), **around(".month", asked),
    )  # fmt: skip


def _tabs(here: str) -> list[dict]:
    return [{"label": gettext(label), "url": url_for(f".{code}"), "on": code == here} for code, label in TABS.items()]


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """The whole month as a workbook."""
    asked = asked_month()
    rows = (_row(line) for line in lists.month_list(visible(ForcedClosure, me()), asked, None, EXPORT))
    sheets = {code_of(asked): ([gettext(words) for words in HEAD], rows)}
    return download(f"{gettext('Forced closures of the month')}-{code_of(asked)}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(line: lists.Line) -> list:
    row, ticket = line.row, line.row.ticket
    return [
        ticket.number, ticket.customer.number, ticket.customer.short_name, named("classes", ticket.class_code),
        ticket.subject, words_in(line.party), ticket.opened_at, named("forced_reasons", row.reason_code), row.words,
        row.asked_by.name, row.asked_at, row.decided_by.name if row.decided_by else None, row.decided_at, row.decision or None,
        row.told, gettext("Yes") if line.is_reopened else None,
    ]  # fmt: skip


@door.get("/<int:forced>", needs=P.QUALITY_READ)
def show(forced):
    """One request: the ticket, the reasons, what the customer would be told; and the decision."""
    return _page(forced, DecisionForm())


@door.post("/<int:forced>/<verb>", needs=P.FORCE_DECIDE)
def decide(forced, verb):
    """A manager approves, and the ticket is closed; or says why not."""
    if verb not in ("approve", "decline"):
        abort(404)
    ticket, form = find("ticket", forced.ticket_id, me()), DecisionForm()
    facts = (forced, ticket, me(), verb == "approve", form.decision.data or "")
    if not form.validate() or attempted(form, "decision", rules.decide, *facts) is False:
        return _page(forced, form, 422)
    if verb == "approve":
        say(N_("{number} is closed by force; the customer is told why and how to disagree."), number=ticket.number)
    else:
        say(N_("Declined; {number} stays as it is, and whoever asked hears why."), number=ticket.number)
    return redirect(url_for(".show", forced=forced.id), 303)


def _page(row: ForcedClosure, form: DecisionForm, status: int = 200):
    ticket, row = find("ticket", row.ticket_id, me()), find("forced", row.id, me())
    decides = may(me(), P.FORCE_DECIDE)
    return page(
        "staff/forced.html", status, row=row, ticket=ticket, form=form, words=rules, reason=rules.reason_words(row.reason_code),
        state_words=FOR_STAFF[State(ticket.state)], state_tone=TONES[State(ticket.state)].replace("quiet", ""),
        no=rules.why_not_decide(row, ticket, me()) if decides and row.state == "open" else None, decides=decides,
    )  # fmt: skip
