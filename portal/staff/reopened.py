"""What was reopened and why (R21): the list, and the workbook."""

from flask import request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.journal import Entry
from portal.domain.quality.days import today
from portal.domain.tickets import rounds
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES, State
from portal.i18n import N_
from portal.staff.customer_complaints import named
from portal.web import filters
from portal.web.pages import page
from portal.web.paging import row_number
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("reopened", __name__, url_prefix="/staff/quality/reopened")

PAGE, EXPORT = 50, 5000
HEAD = (
    N_("Number"), N_("Subject"), N_("Customer"), N_("Class"), N_("Why reopened"), N_("By"), N_("Reopened at"), N_("Round"),
    N_("State"),
)  # fmt: skip


@door.get("", needs=P.QUALITY_READ)
def index():
    before = row_number(request.args.get("before"))
    found = rounds.reopened(visible(Entry, me()), visible(Ticket, me()), before, PAGE + 1)
    older = url_for(".index", before=found[PAGE - 1].id) if len(found) > PAGE else None
    return page(
        "staff/reopened.html", lines=found[:PAGE], older=older, first=before is None, states=FOR_STAFF, tones=TONES
    )


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """The latest of them as a workbook."""
    found = rounds.reopened(visible(Entry, me()), visible(Ticket, me()), None, EXPORT)
    sheets = {gettext("Reopened"): ([gettext(words) for words in HEAD], (_row(line) for line in found))}
    return download(f"{gettext('Reopened')}-{today():%Y%m%d}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(line: rounds.Reopening) -> list:
    ticket = line.ticket
    return [
        ticket.number, ticket.subject, ticket.customer.short_name, named("classes", ticket.class_code), line.why, line.by,
        line.at, ticket.round, gettext(FOR_STAFF[State(ticket.state)]),
    ]  # fmt: skip
