"""One call-back (回访, R16): whom to call, what to say, what was done, what the customer says; then the next case.

Somebody who had no hand in the ticket asks the customer, whose word decides.
"""

from datetime import datetime

from flask import request, url_for
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import Optional, ValidationError

from portal import clock
from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.domain import settings
from portal.domain.people import customers
from portal.domain.policy import Outcome
from portal.domain.tickets import call_times, callback, doubts
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, State
from portal.domain.tickets.thread import Item
from portal.i18n import N_
from portal.staff import desk_telling
from portal.staff.calls import door, to_next
from portal.staff.desk_page import Sheet, read
from portal.web import filters, promises
from portal.web.fields import MomentField
from portal.web.filters import words_in as said
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import key_of
from portal.web.words import gettext

CLIPPED, ON_FILE = 240, 3
"""So much of a solution is read out; the whole of it stands on the page."""


class CallForm(Form):
    """What the customer said."""

    outcome = RadioField(N_("What the customer says"), validators=[Needed()])
    body = TextAreaField(N_("In the customer's words"), validators=[AtMost(BODY)], id="call_body")
    call_at = MomentField(N_("Call again at"), validators=[Optional()])
    false_reply = BooleanField(N_("A reply to the customer was untrue (false reply)"))
    false_reply_reason = TextAreaField(N_("What was untrue"), validators=[AtMost(2_000)])
    version = IntegerField()
    sure = HiddenField(id="call_sure")
    """The words sound unsolved, and the officer was asked about it."""

    def validate_body(self, field):
        chosen = _outcomes().get(self.outcome.data or "")
        if chosen and not chosen.again and not field.data:
            raise ValidationError(gettext("Please write down what the customer said: it is the only basis."))

    def validate_false_reply_reason(self, field):
        if self.false_reply.data and not field.data:
            raise ValidationError(gettext("Please say what was untrue in the reply."))

    def is_doubtful(self) -> bool:
        """Would it close what by the customer's words is not solved, without having been asked about?"""
        chosen = _outcomes()[self.outcome.data]
        return chosen.closes and self.sure.data != "yes" and doubts.sounds_unsolved(self.body.data or "")

    def moment(self) -> datetime | None:
        """When to call again; nothing where the outcome asks for no other try."""
        chosen = _outcomes().get(self.outcome.data or "")
        if not (chosen and chosen.again and self.call_at.data):
            return None
        return self.call_at.data


def _outcomes() -> dict:
    return {one.code: one for one in settings.policy().outcomes}


@door.get("/<int:ticket>", needs=Permission.CALL_BACK)
def case(ticket):
    """Everything for one call, on a telephone's screen too."""
    return _case_page(ticket, _form())


@door.post("/<int:ticket>", needs=Permission.CALL_BACK)
def keep(ticket):
    """Keep the outcome: it closes, goes back, or another try is due. Then the next case, or the list.

    Words that say the opposite of an outcome that closes are asked about once, as the customer is.
    """
    form, place = _form(), (ticket.due_at, ticket.id)
    if not (valid := form.validate()) or form.is_doubtful():
        return _case_page(ticket, form, 422, doubt=valid)
    if attempted(form, "outcome", _keep, ticket, form) is False:
        return _case_page(ticket, form, 422)
    outcome = _outcomes()[form.outcome.data]
    if ticket.is_live and outcome.again:
        _say_when_again(ticket, outcome)
    else:
        say(N_("{number} goes back to work.") if outcome.back else N_("{number} is closed."), number=ticket.number)
    return to_next(ticket.id, place)


def _say_when_again(ticket: Ticket, outcome: Outcome) -> None:
    if not (outcome.appointment or call_times.is_sensible(clock.now())):
        say(N_("The try is kept, but counts as none: it was outside the hours for calls. The promise to call stays."))
    elif ticket.call_at:
        say(N_("Kept. To be called again: {at}."), at=filters.moment(ticket.call_at))
    else:
        say(N_("The try is kept; call again on another day."))


def _keep(ticket: Ticket, form: CallForm) -> None:
    callback.call_back(
        ticket, me(), form.outcome.data, form.body.data or "", call_at=form.moment(),
        false_reply=bool(form.false_reply.data), false_reply_reason=form.false_reply_reason.data or "",
        version=form.version.data,
    )  # fmt: skip


def _form() -> CallForm:
    form = CallForm()
    form.outcome.choices = [
        (one.code, said(one.words), {"data-key": str(n), "data-again": one.again})
        for n, one in enumerate(settings.policy().outcomes, 1)
    ]
    if request.form.get("answer") == "not-solved":
        form.outcome.data = callback.NOT_SOLVED
    return form


def _case_page(ticket: Ticket, form: CallForm, status: int = 200, doubt: bool = False):
    sheet, at, tries = read(ticket), clock.now(), callback.tries(ticket)
    if status == 200:
        form.call_at.data = filters.here(call_times.next_good(at, another_day=True)).replace(tzinfo=None)
    solutions = [item for item in sheet.items if item.part == "message" and item.kind in ("solution", "reply")]
    reach = _reach(ticket)
    return page(
        "staff/call_case.html", status, ticket=ticket, sheet=sheet, form=form, reach=reach, doubt=doubt, news=_news(sheet),
        is_sensible=call_times.is_sensible,
        helps={one.code: said(one.help) for one in settings.policy().outcomes},
        script=_script(ticket, reach[0][0]), solution=solutions[0] if solutions else None, tell=desk_telling,
        stands=gettext(FOR_STAFF[State(ticket.state)]), contacts=[item for item in sheet.items if item.part in ("contact", "call_back")],
        tries=tries, attempts=settings.policy().limits.call_attempts, sensible=call_times.is_sensible(at), next_good=call_times.next_good(at),
        hours_said=", ".join(f"{begins:%H:%M}–{ends:%H:%M}" for begins, ends in call_times.hours()),
        promised=promises.chips(one for one in sheet.deadlines if one.dispatch_id is None and not one.is_over),
        next_url=url_for("calls.following", but=ticket.id, after=key_of(ticket.due_at, ticket.id)), action=request.path,
    )  # fmt: skip


def _news(sheet: Sheet) -> Item | None:
    """What took the ticket from the call-back desk: the last step of its life that left verification behind."""
    if sheet.ticket.state == State.VERIFYING:
        return None
    events = (item for item in sheet.items if item.part == "event")
    return next((item for item in events if item.text == State.VERIFYING), None)


def _reach(ticket: Ticket) -> list[tuple[str, str]]:
    """Whom to ask for and at which number: the contact of the ticket, then whoever opened it; else the contacts on file."""
    asked = ticket.asked_by
    same = asked is not None and ticket.contact_name in ("", asked.name)
    people = [
        (ticket.contact_name or (asked.name if asked else ""), ticket.contact_phone or (asked.phone if same else ""))
    ]
    if asked is not None and not (same and people[0][1] in ("", asked.phone)):
        people.append((asked.name, asked.phone))
    if any(phone for _, phone in people):
        return people
    return people + [(one.name, one.phone) for one in customers.contacts_of(ticket.customer) if one.phone][:ON_FILE]


def _script(ticket: Ticket, contact: str) -> list[tuple[str, str, str]]:
    """What is said, in its order: the part it belongs to, what it is about, the words with this ticket's facts in them."""
    places = {
        "customer": ticket.customer.name, "contact": contact or ticket.customer.short_name,
        "number": ticket.number, "subject": ticket.subject, "solution": _clipped(ticket.solution) or "—",
        "company": settings.company().name, "officer": me().name,
    }  # fmt: skip
    lines = settings.policy().script(ticket.kind, ticket.class_code)
    return [(line.part, said(line.words), said(line.body).format(**places)) for line in lines]


def _clipped(text: str) -> str:
    """On one line, as far as one reads it out."""
    whole = " ".join(text.split()).rstrip("。.")
    return whole if len(whole) <= CLIPPED else whole[: CLIPPED - 1] + "…"
