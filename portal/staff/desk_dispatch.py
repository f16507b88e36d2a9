"""Orders to departments and providers, and contacts with the customer."""

from collections.abc import Iterable

from flask import abort, current_app, redirect, request, url_for
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.domain.people.models import Department, Provider
from portal.domain.tickets import dispatching
from portal.domain.tickets.models import Dispatch, Ticket
from portal.domain.tickets.steps import order_of
from portal.i18n import N_
from portal.staff import desk_parties
from portal.staff.desk_page import door, sheet_page, to_ticket
from portal.staff.desk_parties import Ticks
from portal.staff.desk_verbs import WhyForm
from portal.web.filters import words_in as said
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.pages import say
from portal.web.words import gettext


class DispatchForm(Form):
    """To whom it goes, and what we suggest as a beginning (R13)."""

    lead = SelectField(N_("In the lead"))
    assisting = Ticks(N_("Assisting"))
    suggestion = TextAreaField(N_("First handling suggestion"), validators=[Needed(), AtMost(4_000)])
    version = IntegerField()

    def validate_lead(self, field):
        if not field.data and not self.assisting.data:
            raise ValidationError(gettext("Please choose a department or a provider."))


class ContactForm(Form):
    """A contact with the customer, or the attempt."""

    means = RadioField(N_("How"), validators=[Needed()], default="phone")
    reached = BooleanField(N_("The customer was reached"), default=True)
    spoke_with = StringField(N_("Spoken with"), validators=[AtMost(60)])
    body = TextAreaField(N_("What was said"), validators=[AtMost(BODY)], id="contact_body")

    def validate_body(self, field):
        if self.reached.data and not field.data:
            raise ValidationError(gettext("Please write down what was said."))


@door.get("/<int:ticket>/dispatches/new", needs=Permission.DESK_WORK)
def new_dispatch(ticket):
    """To whom it could go; the department of its class is proposed."""
    form, form.lead.data = _dispatch_form(ticket)
    form.suggestion.data = said(dispatching.suggestion_for(ticket.class_code))
    return _dispatch_sheet(ticket, form)


@door.post("/<int:ticket>/dispatches/new", needs=Permission.DESK_WORK)
def dispatch(ticket):
    """Send the orders, all or none."""
    form, _ = _dispatch_form(ticket)
    if not form.validate() or not (sent := attempted(form, "lead", _dispatch_all, ticket, form)):
        return _dispatch_sheet(ticket, form, 422)
    names = gettext(", ").join(said(order.party.words) for order in sent)
    if len(sent) == 1:
        undo = url_for("desk.recall_at_once", ticket=ticket.id, dispatch=sent[0].id)
        say(N_("Dispatched to {names}."), names=names, undo_url=undo, undo_seconds=10)
    else:
        say(N_("Dispatched to {names}."), names=names)
    return to_ticket(ticket)


def warn_of_ends(sent: Iterable[tuple[Department | Provider, Ticket]]) -> None:
    """A word about each party that is to end before what it was given is due."""
    for party, ticket in sent:
        if due := dispatching.due_after_it_ends(party, ticket):
            words = N_(
                "{name} works until {day} only, and {number} is due {due}. What is open then comes back to the desk."
            )
            say(words, "warn", name=party.words, day=party.closed_on, number=ticket.number, due=due)


def _dispatch_all(ticket: Ticket, form: DispatchForm) -> list[Dispatch]:
    return send(ticket, form, form.version.data)


def send(ticket: Ticket, form, version: int | None = None) -> list[Dispatch]:
    """An order with the same suggestion to each party chosen, the lead's first."""
    known, sent = desk_parties.parties(), []
    for key in desk_parties.chosen(form):
        lead = key == form.lead.data
        sent.append(dispatching.dispatch(ticket, me(), known[key], form.suggestion.data, lead=lead, version=version))
        version = None
    warn_of_ends((known[key], ticket) for key in desk_parties.chosen(form))
    return sent


def _dispatch_form(ticket: Ticket) -> tuple[DispatchForm, str]:
    """The form, and the key of the department that leads for this class, unless somebody leads already."""
    form, known = DispatchForm(), desk_parties.parties()
    running = dispatching.running_orders(ticket)
    busy = {desk_parties.key_of(order.party) for order in running}
    nobody = gettext("The lead stays as it is") if busy else gettext("Please choose")
    desk_parties.offer(form, known, nobody, busy)
    wanted = dispatching.lead_for(ticket.kind, ticket.class_code, ticket.service_code)
    proposed = desk_parties.proposed(known, wanted)
    return form, "" if proposed in busy or any(order.is_lead for order in running) else proposed


def _dispatch_sheet(ticket: Ticket, form: DispatchForm, status: int = 200):
    facts = {"template": "staff/ticket_dispatch.html"}
    return sheet_page(ticket, form, gettext("Dispatch"), gettext("Dispatch"), status, **facts)


def of(ticket: Ticket, dispatch: Dispatch) -> Dispatch:
    """The order, if it is this ticket's; else it does not exist."""
    return dispatch if dispatch.ticket_id == ticket.id else abort(404)


@door.post("/<int:ticket>/dispatches/<int:dispatch>/lead", needs=Permission.DESK_WORK)
def give_lead(ticket, dispatch):
    """Of several parties this one leads from now on."""
    version = request.form.get("version", type=int)
    dispatching.give_lead(of(ticket, dispatch), ticket, me(), version=version)
    say(N_("{name} is in the lead now."), name=said(dispatch.party.words))
    return to_ticket(ticket)


@door.post("/<int:ticket>/dispatches/<int:dispatch>/confirm", needs=Permission.DESK_HANDLE)
def confirm(ticket, dispatch):
    """The handler has read the order and takes it on."""
    dispatching.confirm(of(ticket, dispatch), ticket, me())
    say(N_("Order {number} is confirmed; you handle it."), number=dispatch.number)
    return to_ticket(ticket)


@door.get("/<int:ticket>/dispatches/<int:dispatch>/hand-back", needs=Permission.DESK_HANDLE)
def handing_back(ticket, dispatch):
    """Why the party cannot do it."""
    return _hand_back_sheet(ticket, of(ticket, dispatch), WhyForm())


@door.post("/<int:ticket>/dispatches/<int:dispatch>/hand-back", needs=Permission.DESK_HANDLE)
def hand_back(ticket, dispatch):
    """The party cannot do it; its access ends with the order."""
    form, order = WhyForm(), of(ticket, dispatch)
    if (
        not form.validate()
        or attempted(form, "why", dispatching.hand_back, order, ticket, me(), form.why.data) is False
    ):
        return _hand_back_sheet(ticket, order, form, 422)
    say(N_("Order {number} is handed back; the owner hears of it."), number=order.number)
    return _away() if me().only_handles else to_ticket(ticket)


def _away():
    """Somewhere this person may still go."""
    known = current_app.view_functions
    return redirect(url_for("queue.index") if "queue.index" in known else "/", 303)


def _hand_back_sheet(ticket: Ticket, order: Dispatch, form: WhyForm, status: int = 200):
    title = gettext("Hand order %(number)s back", number=order.number)
    return sheet_page(ticket, form, title, gettext("Hand back"), status, danger=True, order=order)


@door.get("/<int:ticket>/dispatches/<int:dispatch>/recall", needs=Permission.DESK_WORK)
def recalling(ticket, dispatch):
    """Why the order is called back."""
    return _recall_sheet(ticket, of(ticket, dispatch), WhyForm())


@door.post("/<int:ticket>/dispatches/<int:dispatch>/recall", needs=Permission.DESK_WORK)
def recall(ticket, dispatch):
    """Call the order back: it went to the wrong party, or is not needed any longer."""
    form, order = WhyForm(), of(ticket, dispatch)
    refused = dispatching.is_refusal(order)
    if not form.validate() or attempted(form, "why", dispatching.recall, order, ticket, me(), form.why.data) is False:
        return _recall_sheet(ticket, order, form, 422)
    said_so = N_("Kept: it went to {name} by mistake, and does not count for them.")
    say(said_so if refused else N_("The order to {name} is called back."), name=said(order.party.words))
    return to_ticket(ticket)


@door.post("/<int:ticket>/dispatches/<int:dispatch>/undo", needs=Permission.DESK_WORK)
def recall_at_once(ticket, dispatch):
    """Undo a dispatch right after it was sent."""
    dispatching.recall(of(ticket, dispatch), ticket, me())
    say(N_("The order to {name} is called back."), "info", name=said(dispatch.party.words))
    return to_ticket(ticket)


def _recall_sheet(ticket: Ticket, order: Dispatch, form: WhyForm, status: int = 200):
    if dispatching.is_refusal(order):
        title = gettext("It went to %(name)s by mistake", name=said(order.party.words))
        return sheet_page(ticket, form, title, gettext("Our mistake: it is not theirs"), status, danger=True)
    title = gettext("Call the order to %(name)s back", name=said(order.party.words))
    return sheet_page(ticket, form, title, gettext("Call back the order"), status, danger=True, order=order)


@door.get("/<int:ticket>/contacts/new", needs=Permission.DESK_HANDLE)
def new_contact(ticket):
    """A contact with the customer, about to be written down."""
    form = _contact_form()
    form.spoke_with.data = ticket.contact_name or (ticket.asked_by.name if ticket.asked_by else "")
    return _contact_sheet(ticket, form)


@door.post("/<int:ticket>/contacts/new", needs=Permission.DESK_HANDLE)
def contact(ticket):
    """Keep the contact; the first that reached somebody keeps the promise of first contact."""
    form = _contact_form()
    given = (form.means.data, bool(form.reached.data), form.spoke_with.data or "", form.body.data or "")
    if not form.validate():
        return _contact_sheet(ticket, form, 422)
    if attempted(form, "body", dispatching.contact, ticket, me(), *given, order_of(ticket, me())) is False:
        return _contact_sheet(ticket, form, 422)
    say(N_("The contact is kept.") if given[1] else N_("The attempt is kept; the promise of contact still runs."))
    return to_ticket(ticket)


def _contact_form() -> ContactForm:
    form = ContactForm()
    form.means.choices = [(code, gettext(dispatching.MEANS[code])) for code in dispatching.CONTACT_MEANS]
    return form


def _contact_sheet(ticket: Ticket, form: ContactForm, status: int = 200):
    facts = {"template": "staff/ticket_contact.html"}
    return sheet_page(ticket, form, gettext("Contact with the customer"), gettext("Save the contact"), status, **facts)
