"""Unclosed complaints week by week (未关闭投诉周报, R18): the weeks that are kept, one with its lines, as PDF and workbook."""

from flask import request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.quality import unclosed
from portal.domain.quality.records import UnclosedLine, UnclosedWeek
from portal.domain.tickets.states import FOR_STAFF, State
from portal.i18n import N_
from portal.web import filters
from portal.web.filters import words_in
from portal.web.months import day_of
from portal.web.pages import page
from portal.web.paging import row_number
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("unclosed", __name__, url_prefix="/staff/quality/unclosed")

WEEKS, LINES = 26, 50
HEAD = (
    N_("Number"), N_("Customer"), N_("Class"), N_("Subject"), N_("Handled by"), N_("State"), N_("Opened"), N_("Days"),
    N_("Why not closed"), N_("Last state report"), N_("Reported at"), N_("Supervised project"),
)  # fmt: skip


@door.get("", needs=P.QUALITY_READ)
def index():
    before = day_of(request.args.get("before"))
    found = unclosed.weeks(visible(UnclosedWeek, me()), before, WEEKS + 1)
    older = url_for(".index", before=found[WEEKS - 1].monday.isoformat()) if len(found) > WEEKS else None
    return page("staff/unclosed.html", weeks=found[:WEEKS], older=older, first=before is None)


@door.get("/<int:week>", needs=P.QUALITY_READ)
def show(week):
    """One week as it was kept."""
    after = row_number(request.args.get("after"))
    found = unclosed.lines(week, after, LINES + 1)
    older = url_for(".show", week=week.id, after=found[LINES - 1].id) if len(found) > LINES else None
    return page(
        "staff/unclosed_week.html", week=week, lines=found[:LINES], older=older, first=after is None, states=FOR_STAFF,
        report="unclosed-week",
    )  # fmt: skip


@door.get("/<int:week>/list.xlsx", needs=P.QUALITY_READ)
def export(week):
    """The whole week as a workbook."""
    rows = (_row(line) for line in unclosed.lines(week, None, None))
    sheets = {gettext("Unclosed complaints"): ([gettext(words) for words in HEAD], rows)}
    return download(f"{gettext('Unclosed complaints')}-{week.monday:%Y%m%d}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(line: UnclosedLine) -> list:
    ticket, policy = line.ticket, settings.policy()
    return [
        ticket.number, ticket.customer.short_name, words_in(policy.called("classes", line.class_code)) if line.class_code else None,
        ticket.subject, words_in(line.party_words), gettext(FOR_STAFF[State(line.state)]), ticket.opened_at, line.days,
        line.why, line.report, line.report_at, gettext("yes") if line.is_project else None,
    ]  # fmt: skip
