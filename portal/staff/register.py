"""The register of a month's complaints (投诉月度清单): read, as PDF, as a workbook."""

from datetime import date

from flask import request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.quality import register
from portal.domain.quality.complaint_counts import SIDES
from portal.domain.quality.days import first, following, today
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES, State
from portal.i18n import N_
from portal.staff.customer_complaints import named
from portal.web import filters
from portal.web.filters import words_in
from portal.web.months import choices, code_of, month_of
from portal.web.pages import page
from portal.web.paging import key_of, moment_and_id, typed
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("register", __name__, url_prefix="/staff/quality/register")

PAGE, EXPORT, MONTHS = 50, 20_000, 24
HEAD = (
    N_("Number"), N_("Customer number"), N_("Customer"), N_("Class"), N_("Subject"), N_("Handled by"), N_("Opened"), N_("Closed"),
    N_("State"), N_("Outcome"), N_("Rounds"), N_("Days"),
)  # fmt: skip


def asked_month() -> date:
    """The month that is asked for; the running one otherwise, and instead of one that has not begun."""
    running = first(today())
    wanted = month_of(request.args.get("month"))
    return wanted if wanted and wanted <= running else running


def asked_part() -> tuple[str, str] | None:
    """The part of the analysis whose complaints are asked for."""
    side, code = request.args.get("side", ""), typed(request.args.get("code"))
    return (side, code) if side in SIDES and code else None


def around(endpoint: str, month: date) -> dict:
    """What the choice of a month needs: the months beside it, and those that can be chosen."""
    running, after = first(today()), following(month)
    return {
        "code": code_of(month), "choices": choices(running, month, MONTHS), "here": url_for(endpoint),
        "earlier": url_for(endpoint, month=code_of(following(month, -1))),
        "later": url_for(endpoint, month=code_of(after)) if after <= running else None,
    }  # fmt: skip


@door.get("", needs=P.QUALITY_READ)
def index():
    month, after, rows = asked_month(), moment_and_id(request.args.get("after")), visible(Ticket, me())
    part = asked_part()
    found = register.register(rows, month, after, PAGE + 1, part)
    last = found[PAGE - 1].ticket if len(found) > PAGE else None
    here = {"month": code_of(month)} | ({"side": part[0], "code": part[1]} if part else {})
    older = url_for(".index", **here, after=key_of(last.opened_at, last.id)) if last else None
    return page(
        "staff/register.html", lines=found[:PAGE], older=older, first=after is None, month=month, states=FOR_STAFF, tones=TONES,
        part=part, total=register.registered(rows, month, part), this=url_for(".index", **here), **around(".index", month),
    )  # fmt: skip


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """The whole month as a workbook."""
    month = asked_month()
    rows = (_row(line) for line in register.register(visible(Ticket, me()), month, None, EXPORT))
    sheets = {code_of(month): ([gettext(words) for words in HEAD], rows)}
    return download(f"{gettext('Complaints of the month')}-{code_of(month)}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(line: register.Line) -> list:
    ticket = line.ticket
    return [
        ticket.number, ticket.customer.number, ticket.customer.short_name, named("classes", ticket.class_code), ticket.subject,
        words_in(line.party), ticket.opened_at, ticket.closed_at, gettext(FOR_STAFF[State(ticket.state)]),
        named("outcomes", ticket.outcome), ticket.round, line.days,
    ]  # fmt: skip
