"""The complaint card of a customer (投诉管理卡, R5): on its page, as PDF, as a workbook."""

from flask import request, url_for

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.quality import register
from portal.domain.quality.days import today
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES, State
from portal.i18n import N_
from portal.staff.customers import door
from portal.web import filters
from portal.web.filters import called, words_in
from portal.web.pages import page
from portal.web.paging import row_number
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

PAGE, EXPORT = 50, 20_000
HEAD = (
    N_("Number"), N_("Subject"), N_("Class"), N_("Opened"), N_("Closed"), N_("State"), N_("Sort of cause"), N_("Cause"),
    N_("Outcome"), N_("Handled by"), N_("Rounds"), N_("Sent back"), N_("Days"), N_("Compensation"),
)  # fmt: skip


@door.get("/<int:customer>/complaints", needs=P.CUSTOMER_READ)
def complaints(customer):
    """All complaints of this customer that the reader may see, the newest first."""
    before, rows = row_number(request.args.get("before")), visible(Ticket, me())
    found = register.card(rows, customer, before, PAGE + 1)
    last = found[PAGE - 1].ticket.id if len(found) > PAGE else None
    older = url_for(".complaints", customer=customer.id, before=last) if last else None
    return page(
        "staff/customer_complaints.html", customer=customer, lines=found[:PAGE], older=older, first=before is None,
        total=register.on_card(rows, customer), states=FOR_STAFF, tones=TONES, reads=may(me(), P.DESK_READ),
    )  # fmt: skip


@door.get("/<int:customer>/complaints.xlsx", needs=P.CUSTOMER_READ)
def complaints_export(customer):
    """The card as a workbook."""
    rows = (_row(line) for line in register.card(visible(Ticket, me()), customer, None, EXPORT))
    sheets = {gettext("Complaint card"): ([gettext(words) for words in HEAD], rows)}
    name = f"{gettext('Complaint card')}-{customer.number}-{today():%Y%m%d}.xlsx"
    return download(name, as_xlsx(sheets, filters.zone()))


def _row(line: register.CardLine) -> list:
    ticket = line.ticket
    return [
        ticket.number, ticket.subject, named("classes", ticket.class_code), ticket.opened_at, ticket.closed_at,
        gettext(FOR_STAFF[State(ticket.state)]), words_in(settings.policy().cause_called(ticket.cause_code)) if ticket.cause_code else None, line.cause,
        named("outcomes", ticket.outcome), words_in(line.party), ticket.round, ticket.sent_back, line.days,
        float(line.amount) if line.amount is not None else None,
    ]  # fmt: skip


def named(listed: str, code: str | None) -> str | None:
    """What the policy calls it, for a cell that stays empty where there is nothing."""
    return called(listed, code) or None
