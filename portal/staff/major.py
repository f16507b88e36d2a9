"""Major complaints (重大投诉, R20): the list by state, proposing one, deciding whether it is one."""

from collections.abc import Sequence

from flask import abort, redirect, request, url_for
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal import clock
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import drafts, settings
from portal.domain.quality import major, major_dossier, major_list
from portal.domain.quality.major_models import MajorCase
from portal.domain.tickets.models import Deadline, Ticket
from portal.i18n import N_
from portal.staff.offering import form_page
from portal.web import filters, promises
from portal.web.fields import AmountField
from portal.web.filters import words_in
from portal.web.forms import AtMost, Between, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import row_number
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("major", __name__, url_prefix="/staff/quality/major")

PAGE, EXPORT, WORDS = 50, 2000, 4000
MOST_YUAN = 1_000_000_000
TABS = {"index": major.ACCEPTED, "proposed": major.PROPOSED, "closed": major.CLOSED, "rejected": major.REJECTED}
COLUMNS = (
    N_("Case"), N_("Number"), N_("Subject"), N_("Customer"), N_("What makes it major"), N_("Amount in dispute (yuan)"), N_("Proposed by"),
    N_("Proposed"), N_("State"), N_("Decision by"), N_("Decided at"), N_("Report due"), N_("Report sent up"), N_("Dossier"),
    N_("Closed"), N_("Lessons"),
)  # fmt: skip


class ProposeForm(Form):
    """Which signs there are, how much is in dispute, and why."""

    signs = SelectMultipleField(
        N_("What makes it major"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )
    amount = AmountField(N_("Amount in dispute (yuan)"), [Optional(), Between(0, MOST_YUAN)])
    reason = TextAreaField(N_("Why is it a major complaint?"), [Needed(), AtMost(WORDS)])


@door.get("", needs=P.DESK_READ)
def index():
    """Those being handled."""
    return _list("index")


@door.get("/proposed", needs=P.DESK_READ)
def proposed():
    """Proposals that wait for a decision."""
    return _list("proposed")


@door.get("/closed", needs=P.DESK_READ)
def closed():
    """Those closed with a review."""
    return _list("closed")


@door.get("/rejected", needs=P.DESK_READ)
def rejected():
    """Proposals that were found to be ordinary complaints."""
    return _list("rejected")


def _list(tab: str):
    before = row_number(request.args.get("before"))
    found = major_list.listing(visible(MajorCase, me()), TABS[tab], before, PAGE + 1)
    cases = found[:PAGE]
    more = url_for(f".{tab}", before=cases[-1].id) if len(found) > PAGE else None
    owed = major_list.promises(cases) if tab in ("index", "closed") else {}
    done = major_dossier.counts([case.id for case in cases]) if tab in ("index", "closed") else {}
    tabs = [
        {"label": gettext(major.STATES[state]), "url": url_for(f".{code}"), "on": code == tab}
        for code, state in TABS.items()
    ]
    return page(
        "staff/majors.html", tab=tab, tabs=tabs, cases=cases, more=more, first=before is None, done=done, words=major,
        chips={key: promises.chip(one) for key, one in owed.items()},
    )  # fmt: skip


@door.get("/list.xlsx", needs=P.DESK_READ)
def export():
    """All of them as a workbook, a sheet for each state."""
    sheets = {}
    for state, label in major.STATES.items():
        cases = major_list.listing(visible(MajorCase, me()), state, None, EXPORT)
        owed, done = major_list.promises(cases), major_dossier.counts([case.id for case in cases])
        sheets[gettext(label)] = ([gettext(words) for words in COLUMNS], [_row(case, owed, done) for case in cases])
    name = f"{gettext('Major complaints')}-{filters.here(clock.now()):%Y%m%d}.xlsx"
    return download(name, as_xlsx(sheets, filters.zone()))


def _row(case: MajorCase, owed: dict[int, Deadline], done: dict[int, tuple[int, int]]) -> Sequence:
    ticket, due = case.ticket, owed.get(case.ticket_id)
    some, all_of_it = done[case.id]
    return (
        case.number, ticket.number, ticket.subject, ticket.customer.short_name,
        gettext(", ").join(map(words_in, major.signs_of(case))), case.amount_yuan,
        case.proposed_by.name if case.proposed_by else gettext("by rule"), case.proposed_at,
        gettext(major.STATES[case.state]), case.decided_by.name if case.decided_by else None, case.decided_at,
        due.due_at if due else None, case.reported_at, f"{some}/{all_of_it}", case.closed_at, case.lessons or None,
    )  # fmt: skip


@door.get("/new/<int:ticket>", needs=P.DESK_NOTE)
def new(ticket):
    """Why it should be a major complaint, with what the customer's words hint at."""
    kept = drafts.find(me(), _place(ticket))
    form = _form()
    if kept:
        form.reason.data, form.signs.data = kept.fields.get("reason", ""), []
    return _new_page(ticket, form)


@door.post("/new/<int:ticket>", needs=P.DESK_NOTE)
def propose(ticket):
    """Propose it; supervisors and managers hear of it at once."""
    form = _form()
    if not form.validate() or (case := attempted(form, "reason", _propose, ticket, form)) is False:
        return _new_page(ticket, form, 422)
    drafts.discard(me(), _place(ticket))
    say(N_("Proposed. Supervisors and managers were told."))
    return redirect(url_for(".show", major=case.id), 303)


def _propose(ticket: Ticket, form: ProposeForm) -> MajorCase:
    return major.propose(ticket, me(), form.signs.data or [], form.amount.data, form.reason.data)


def _place(ticket: Ticket) -> str:
    return f"major/new/{ticket.id}"


def _form() -> ProposeForm:
    form = ProposeForm()
    form.signs.choices = [(one.code, words_in(one.words)) for one in settings.policy().major.signs]
    return form


def _new_page(ticket: Ticket, form: ProposeForm, status: int = 200):
    back = url_for("desk.show", ticket=ticket.id)
    return form_page(
        "staff/major_new.html", status, no=major.why_not_propose(ticket, major.of(ticket)), title=gettext("Propose as a major complaint"),
        on=(back, gettext("To the ticket")), ticket=ticket, form=form, place=_place(ticket), back=back,
        hints=major.hints(ticket), limit=settings.policy().major.amount_yuan,
    )  # fmt: skip


@door.get("/of/<int:ticket>", needs=P.DESK_READ)
def of(ticket):
    """The case about a ticket."""
    case = major_list.about(visible(MajorCase, me()), ticket) or abort(404)
    return redirect(url_for(".show", major=case), 303)
