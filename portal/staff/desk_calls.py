"""The call-back (回访, R16): somebody who had no hand in the ticket asks the customer, whose word decides."""

from flask_babel import gettext
from wtforms import BooleanField, IntegerField, RadioField, TextAreaField
from wtforms.validators import ValidationError

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.domain import settings
from portal.domain.tickets import callback
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.staff.desk_page import Sheet, door, read, sheet_page, to_ticket
from portal.web import promises
from portal.web.filters import words_in as said
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.pages import say


class CallForm(Form):
    """What the customer said."""

    outcome = RadioField(N_("What the customer says"), validators=[Needed()])
    body = TextAreaField(N_("In the customer's words"), validators=[AtMost(BODY)], id="call_body")
    false_reply = BooleanField(N_("A reply to the customer was untrue (false reply)"))
    false_reply_reason = TextAreaField(N_("What was untrue"), validators=[AtMost(2_000)])
    version = IntegerField()

    def validate_body(self, field):
        known = {one.code: one for one in settings.policy().outcomes}
        chosen = known.get(self.outcome.data or "")
        if chosen and not chosen.again and not field.data:
            raise ValidationError(gettext("Please write down what the customer said: it is the only basis."))

    def validate_false_reply_reason(self, field):
        if self.false_reply.data and not field.data:
            raise ValidationError(gettext("Please say what was untrue in the reply."))


@door.get("/<int:ticket>/call-backs/new", needs=Permission.CALL_BACK)
def new_call(ticket):
    """What was promised and done, tries so far, and the outcomes there are."""
    return _call_sheet(read(ticket), _call_form())


@door.post("/<int:ticket>/call-backs/new", needs=Permission.CALL_BACK)
def call(ticket):
    """Keep the outcome: it closes, goes back, or another try is due."""
    form = _call_form()
    if not form.validate() or attempted(form, "outcome", _keep, ticket, form) is False:
        return _call_sheet(read(ticket), form, 422)
    outcome = settings.policy().outcome(form.outcome.data)
    if ticket.is_live and outcome.again:
        say(N_("The try is kept; call again on another day."), "info")
    else:
        say(N_("{number} goes back to work.") if outcome.back else N_("{number} is closed."), number=ticket.number)
    return to_ticket(ticket)


def _keep(ticket: Ticket, form: CallForm) -> None:
    callback.call_back(
        ticket, me(), form.outcome.data, form.body.data or "", false_reply=bool(form.false_reply.data),
        false_reply_reason=form.false_reply_reason.data or "", version=form.version.data,
    )  # fmt: skip


def _call_form() -> CallForm:
    form = CallForm()
    form.outcome.choices = [(one.code, said(one.words)) for one in settings.policy().outcomes]
    return form


def _call_sheet(sheet: Sheet, form: CallForm, status: int = 200):
    ticket = sheet.ticket
    solutions = [item for item in sheet.items if item.part == "message" and item.kind in ("solution", "reply")]
    return sheet_page(
        ticket, form, gettext("Call-back"), gettext("Keep the outcome"), status,
        template="staff/ticket_call.html", sheet=sheet, solution=solutions[0] if solutions else None,
        tries=[item for item in sheet.items if item.part == "call_back"],
        tries_left=callback.tries_left(ticket), attempts=settings.policy().limits.call_attempts,
        promised=promises.chips(one for one in sheet.deadlines if one.dispatch_id is None),
    )  # fmt: skip
