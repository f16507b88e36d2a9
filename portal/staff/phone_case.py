"""One call of a survey (R28): whom, what to say, the questions, how it went; then the next case. The keyboard does all of it."""

from flask import redirect, url_for
from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from portal import clock
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.surveys import call_desk, calling, scripts, slips
from portal.domain.surveys.answer_models import PHONE
from portal.domain.surveys.campaign_models import Invitation
from portal.domain.surveys.outcomes import BY_PHONE, OUTCOMES
from portal.domain.tickets import call_times, queue
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES
from portal.i18n import N_
from portal.staff.phone import door, hours_said, put_back, to_next
from portal.web import filters, survey_sheet
from portal.web.fields import MomentField
from portal.web.forms import AtMost, Form
from portal.web.pages import page, say
from portal.web.survey_sheet import Ways
from portal.web.words import gettext

TICKETS = 6
GROUPS = (
    (N_("Not reached"), ("no_answer", "busy", "machine", "not_there")),
    (N_("Later"), ("appointment", "call_later", "link_wanted", "break_off")),
    (N_("Will not answer"), ("refused", "refused_by_other", "opted_out")),
    (N_("Cannot be asked"), ("wrong_number", "left", "away", "ill", "language")),
)
"""The outcomes as the console shows them."""


class OutcomeForm(Form):
    """How the call went; the outcome is the button that was pressed."""

    outcome = StringField(N_("How the call went"))
    call_at = MomentField(N_("Call again at"), [Optional()])
    note = TextAreaField(N_("Note"), [AtMost(1000)])


@door.get("/<int:called>", needs=P.SURVEY_CALL)
def show(called):
    """Everything for one call, with the sheet where it goes on."""
    row = call_desk.case(called.id)
    if row.state not in calling.ASKED:
        return _over(row)
    return survey_sheet.show(row, _ways(row))


@door.post("/<int:called>", needs=P.SURVEY_CALL)
def answer(called):
    """What they say, kept; on to the next section, or sent."""
    row = call_desk.case(called.id)
    calling.need_open(row, me())
    response = survey_sheet.answer(row, _ways(row))
    if row.state == "answered":
        calling.completed(row, me())
    return response


@door.post("/<int:called>/kept", needs=P.SURVEY_CALL)
def keep(called):
    """What is being written down, kept; what comes in behind one's own sent answers changes nothing."""
    row = call_desk.case(called.id)
    if not calling.has_taken_down(row, me()):
        calling.need_open(row, me())
    return survey_sheet.keep(row, _ways(row))


@door.get("/<int:called>/thanks", needs=P.SURVEY_CALL)
def thanks(called):
    """It is answered: what to say at the end; then the next case."""
    return _over(call_desk.case(called.id))


def _over(row: Invitation):
    parting = filters.words_in(scripts.filled(row, me())["parting"])
    return page("staff/phone_over.html", row=row, outcomes=OUTCOMES, parting=parting, slip=slips.last_of(me()))


@door.post("/<int:called>/take", needs=P.SURVEY_CALL)
def take(called):
    """This case into one's hands."""
    calling.take(call_desk.case(called.id), me())
    return redirect(url_for(".show", called=called.id), 303)


@door.post("/<int:called>/outcome", needs=P.SURVEY_CALL)
def outcome(called):
    """How the call went: kept; then the next case."""
    row, form = call_desk.case(called.id), OutcomeForm()
    code = form.outcome.data or ""
    facts = (row, me(), code, form.note.data or "", form.call_at.data)
    field = "call_at" if code in ("appointment", "") or form.call_at.data else "note"
    if not form.validate() or (one := attempted(form, field, calling.record, *facts)) is False:
        return survey_sheet.show(row, _ways(row, form, 422))
    at = filters.moment(one.next_at) if one.next_at else None
    label = gettext(OUTCOMES[code].label)
    if at:
        say(N_("{name}: {outcome}. To be called again: {at}."), name=row.contact.name, outcome=label, at=at)
    else:
        say(N_("{name}: {outcome}. Not called again."), name=row.contact.name, outcome=label)
    return to_next(called.id)


@door.post("/<int:called>/taken-back", needs=P.SURVEY_CALL)
def take_back(called):
    """A wrong key: the last outcome never was, and the case is on the screen again."""
    row = call_desk.case(called.id)
    put_back()
    one = slips.take_back(row, me())
    label = gettext(OUTCOMES[one.outcome].label)
    if one.outcome == "link_wanted":
        say(N_("Taken back: {outcome}. A letter with the link may have left already."), outcome=label)
    elif one.note:
        say(N_("Taken back: {outcome}. Your note was: {note}"), outcome=label, note=one.note)
    else:
        say(N_("Taken back: {outcome}."), outcome=label)
    return redirect(url_for(".show", called=called.id), 303)


def _ways(row: Invitation, form: OutcomeForm | None = None, status: int | None = None) -> Ways:
    def draws(facts: dict, given: int):
        return _page(row, facts, form or OutcomeForm(), status or given)

    return Ways(PHONE, "phone", {"called": row.id}, by=me(), draws=draws)


def _page(row: Invitation, facts: dict, form: OutcomeForm, status: int):
    at, past = clock.now(), calling.attempts(row)
    tickets = queue.open_of(visible(Ticket, me()), row.customer_id, TICKETS + 1)
    return page(
        "staff/phone_case.html", status, **facts, form=form, past=past, outcomes=OUTCOMES, groups=GROUPS, by_phone=BY_PHONE,
        script={part: filters.words_in(words) for part, words in scripts.filled(row, me()).items()},
        numbers=call_desk.numbers(row), tickets=tickets[:TICKETS], more=len(tickets) > TICKETS, state_words=FOR_STAFF, state_tones=TONES,
        next_at={code: _when(code, past, at) for code in BY_PHONE if code != "appointment"}, with_another=calling.is_with_another(row, me()),
        days=calling.days_in_vain(past), most=settings.policy().surveys.phone_days, sensible=call_times.is_sensible(at),
        next_good=call_times.next_good(at), hours_said=hours_said(), slip=slips.last_of(me()),
    )  # fmt: skip


def _when(code: str, past, at) -> str:
    """When the rule of an outcome has them called again."""
    found = calling.next_call(OUTCOMES[code], [calling.tried(code, at), *past], at)
    return filters.moment(found) if found else ""
