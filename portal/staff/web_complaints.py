"""Complaints found on the web and in social media (网络投诉, R10): a month's list of posts and their closing share (R31)."""

from flask import request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.quality import figures, register
from portal.domain.quality.measures import DENOMINATOR, NUMERATOR
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES, State
from portal.i18n import N_
from portal.staff.customer_complaints import named
from portal.staff.register import EXPORT, PAGE, around, asked_month
from portal.web import filters
from portal.web.filters import words_in
from portal.web.months import code_of
from portal.web.pages import page
from portal.web.paging import key_of, moment_and_id
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("web_complaints", __name__, url_prefix="/staff/quality/web")

WEB = ("channel", "web")
POST = {"platform": N_("Platform"), "author": N_("Author"), "url": N_("Address of the post")}
"""What is asked of a post when it is entered, by its name among the answers."""
HEAD = (
    N_("Number"), N_("Customer"), *POST.values(), N_("Subject"), N_("Handled by"), N_("Opened"), N_("Closed"), N_("State"),
    N_("Outcome"), N_("Days"),
)  # fmt: skip


@door.get("", needs=P.QUALITY_READ)
def index():
    month, after, rows = asked_month(), moment_and_id(request.args.get("after")), visible(Ticket, me())
    found = register.register(rows, month, after, PAGE + 1, WEB)
    last = found[PAGE - 1].ticket if len(found) > PAGE else None
    this = url_for(".index", month=code_of(month))
    return page(
        "staff/web_complaints.html", lines=found[:PAGE], first=after is None, this=this, month=month, states=FOR_STAFF, tones=TONES,
        older=url_for(".index", month=code_of(month), after=key_of(last.opened_at, last.id)) if last else None,
        share=figures.month(month)["web_closure"], behind=_behind(month), **around(".index", month),
    )  # fmt: skip


def _behind(month) -> dict:
    """Where the tickets behind both sides of the share are read."""
    sides = {"above": NUMERATOR, "below": DENOMINATOR}
    return {
        name: url_for("figures.measure", code="web_closure", month=code_of(month), side=side)
        for name, side in sides.items()
    }


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """The whole month as a workbook."""
    month = asked_month()
    rows = (_row(line) for line in register.register(visible(Ticket, me()), month, None, EXPORT, WEB))
    sheets = {code_of(month): ([gettext(words) for words in HEAD], rows)}
    return download(f"{gettext('Web complaints')}-{code_of(month)}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(line: register.Line) -> list:
    ticket = line.ticket
    return [
        ticket.number, ticket.customer.short_name, *(ticket.answers.get(name) or "" for name in POST), ticket.subject,
        words_in(line.party), ticket.opened_at, ticket.closed_at, gettext(FOR_STAFF[State(ticket.state)]),
        named("outcomes", ticket.outcome), line.days,
    ]  # fmt: skip
