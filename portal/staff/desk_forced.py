"""Forced closure (R17) on a ticket's page: asked for at the desk, taken back by whoever asked; how it stands."""

from flask import url_for
from wtforms import IntegerField, RadioField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import find, visible
from portal.domain import settings
from portal.domain.tickets import forced
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FORCED
from portal.i18n import N_
from portal.staff.desk_page import Sheet, door, sheet_page, to_ticket
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import say
from portal.web.words import gettext

WORDS, TOLD = 2000, 1000


class AskForm(Form):
    """For what, why, and what the customer will be told."""

    reason = RadioField(N_("Reason"), [Needed()])
    words = TextAreaField(
        N_("For the manager: what is demanded, what we can do, on what basis"), [Needed(), AtMost(WORDS)],
        id="forced-words",
    )  # fmt: skip
    told = TextAreaField(N_("For the customer: why we close it"), [Needed(), AtMost(TOLD)], id="forced-told")
    version = IntegerField()


@door.get("/<int:ticket>/forced", needs=P.DESK_WORK)
def forcing(ticket):
    """What a forced closure needs, and the form."""
    return _sheet(ticket, _form())


@door.post("/<int:ticket>/forced", needs=P.DESK_WORK)
def ask_to_force(ticket):
    """Ask a manager to close it by force."""
    form = _form()
    facts = (ticket, me(), form.reason.data or "", form.words.data or "", form.told.data or "")
    if not form.validate() or attempted(form, "reason", forced.ask, *facts, version=form.version.data) is False:
        return _sheet(ticket, form, 422)
    say(N_("Asked; the managers were told. The ticket stays as it is until one decides."))
    return to_ticket(ticket)


@door.post("/<int:ticket>/forced/withdrawal", needs=P.DESK_WORK)
def do_not_force(ticket):
    """Take the request back."""
    waiting = next((row for row in forced.of(ticket) if row.state == "open"), None)
    forced.withdraw(find("forced", waiting.id if waiting else 0, me()), ticket, me())
    say(N_("The request for forced closure is taken back."))
    return to_ticket(ticket)


def _form() -> AskForm:
    form = AskForm()
    form.reason.choices = [(one.code, words_in(one.words)) for one in settings.policy().forced_reasons]
    return form


def _sheet(ticket: Ticket, form: AskForm, status: int = 200):
    return sheet_page(
        ticket, form, gettext("Ask for forced closure"), gettext("Ask the managers"), status,
        template="staff/forced_ask.html",
        helps={one.code: words_in(one.help) for one in settings.policy().forced_reasons},
        reopen_days=settings.policy().limits.reopen_days,
    )  # fmt: skip


def box(sheet: Sheet) -> dict | None:
    """What a ticket's page says about forced closure; nothing is read where nothing was asked for."""
    ticket = sheet.ticket
    if sheet.narrow or not (ticket.forced_asked_at or ticket.outcome == FORCED):
        return None
    rows = [row for row in forced.of(ticket) if row.state in ("open", "granted")]
    if not rows or not _sees(rows[0]):
        return None
    row = rows[0]
    decides = may(me(), P.FORCE_DECIDE) and forced.why_not_decide(row, ticket, me(), sheet.hands) is None
    return {
        "row": row, "words": forced.STATES[row.state], "tone": forced.TONES[row.state], "decides": decides,
        "reason": forced.reason_words(row.reason_code), "withdraws": row.state == "open" and row.asked_by_id == me().id,
        "url": url_for("forced.show", forced=row.id) if may(me(), P.QUALITY_READ) else None,
    }  # fmt: skip


def _sees(row: ForcedClosure) -> bool:
    """Is this request among those the reader may see?"""
    return forced.is_among(visible(ForcedClosure, me()), row)
