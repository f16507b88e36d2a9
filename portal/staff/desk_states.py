"""How a running order stands, told every day by its handler (进展汇报, R15): to the customer, or to the desk alone."""

from flask import redirect, url_for
from wtforms import HiddenField, RadioField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.domain.tickets import deadlines, dispatching
from portal.domain.tickets.models import Dispatch, Ticket
from portal.i18n import N_
from portal.staff.desk_dispatch import of
from portal.staff.desk_page import Sheet, door, sheet_page, to_ticket
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import say
from portal.web.words import gettext

LONGEST = 2_000
READERS = {"desk": N_("For the desk only"), "customer": N_("To the customer too, as progress")}


class StateForm(Form):
    """One field, and for whom it is."""

    body = TextAreaField(N_("How it stands now"), validators=[Needed(), AtMost(LONGEST)], id="state_body")
    reader = RadioField(N_("Who reads it"), validators=[Needed()], default="desk")
    back = HiddenField()


def state_form() -> StateForm:
    """The form with its choices in words."""
    form = StateForm()
    form.reader.choices = [(code, gettext(words)) for code, words in READERS.items()]
    return form


def due_reports(sheet: Sheet) -> dict:
    """By order: until when its state is to be reported."""
    open_ones = (one for one in sheet.deadlines if one.is_open and one.dispatch_id is not None)
    return {one.dispatch_id: one.due_at for one in open_ones if deadlines.rule_of(one).met == "stated"}


@door.get("/<int:ticket>/dispatches/<int:dispatch>/state", needs=Permission.DESK_HANDLE)
def state_of(ticket, dispatch):
    """The form alone."""
    return _page(ticket, of(ticket, dispatch), state_form())


@door.post("/<int:ticket>/dispatches/<int:dispatch>/state", needs=Permission.DESK_HANDLE)
def report_state(ticket, dispatch):
    """Keep the report; the next one is due a working day later."""
    form, order = state_form(), of(ticket, dispatch)
    facts = (order, ticket, me(), form.body.data, form.reader.data == "customer")
    if not form.validate() or attempted(form, "body", dispatching.report_state, *facts) is False:
        return _page(ticket, order, form, 422)
    say(N_("The report is kept."))
    return redirect(url_for("workbench.index"), 303) if form.back.data == "workbench" else to_ticket(ticket)


def _page(ticket: Ticket, order: Dispatch, form: StateForm, status: int = 200):
    title = gettext("How order %(number)s stands", number=order.number)
    return sheet_page(ticket, form, title, gettext("Send the report"), status, order=order)
