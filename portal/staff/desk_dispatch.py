"""Orders to departments and providers, and contacts with the customer."""

from flask import abort, current_app, redirect, url_for
from flask_babel import gettext
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.access.scopes import visible
from portal.domain.people.models import Department, Dispatchable, Provider
from portal.domain.tickets import dispatching
from portal.domain.tickets.models import Dispatch, Ticket
from portal.i18n import N_
from portal.staff.desk_page import door, own_order, sheet_page, to_ticket
from portal.staff.desk_verbs import WhyForm
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.pages import say


class Ticks(SelectMultipleField):
    """Several of a list, each with its tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


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
    form = _dispatch_form(ticket)
    form.lead.data = _proposed(ticket, form)
    return _dispatch_sheet(ticket, form)


@door.post("/<int:ticket>/dispatches/new", needs=Permission.DESK_WORK)
def dispatch(ticket):
    """Send the orders, all or none."""
    form = _dispatch_form(ticket)
    if not form.validate() or not (sent := attempted(form, "lead", _dispatch_all, ticket, form)):
        return _dispatch_sheet(ticket, form, 422)
    names = gettext(", ").join(order.party.name for order in sent)
    if len(sent) == 1:
        undo = url_for("desk.recall_at_once", ticket=ticket.id, dispatch=sent[0].id)
        say(N_("Dispatched to {names}."), names=names, undo_url=undo, undo_seconds=10)
    else:
        say(N_("Dispatched to {names}."), names=names)
    return to_ticket(ticket)


def _dispatch_all(ticket: Ticket, form: DispatchForm) -> list[Dispatch]:
    parties, suggestion = {_key(one): one for one in _parties()}, form.suggestion.data
    version, sent = form.version.data, []
    for key in dict.fromkeys(filter(None, [form.lead.data, *form.assisting.data])):
        lead = key == form.lead.data
        sent.append(dispatching.dispatch(ticket, me(), parties[key], suggestion, lead=lead, version=version))
        version = None
    return sent


def _parties() -> list[Dispatchable]:
    return [party for model in (Department, Provider) for party in dispatching.open_to(visible(model, me()))]


def _key(party: Dispatchable) -> str:
    return f"{'d' if isinstance(party, Department) else 'p'}{party.id}"


def _dispatch_form(ticket: Ticket) -> DispatchForm:
    form = DispatchForm()
    busy = {_key(order.party) for order in dispatching.running_orders(ticket)}
    groups: dict[str, list] = {gettext("Departments"): [], gettext("Providers"): []}
    for party in _parties():
        group = gettext("Departments") if isinstance(party, Department) else gettext("Providers")
        if _key(party) not in busy:
            groups[group].append((_key(party), party.name))
    nobody = gettext("The lead stays as it is") if busy else gettext("Please choose")
    form.lead.choices = {"—": [("", nobody)], **{name: rows for name, rows in groups.items() if rows}}
    form.assisting.choices = [row for rows in groups.values() for row in rows]
    return form


def _proposed(ticket: Ticket, form: DispatchForm) -> str:
    """The department that leads for this class, unless somebody leads already."""
    wanted = dispatching.lead_for(ticket)
    if any(order.is_lead for order in dispatching.running_orders(ticket)):
        return ""
    known = {_key(party): party for party in _parties() if isinstance(party, Department) and party.code == wanted}
    return next((key for key in known if key in dict(form.assisting.choices)), "")


def _dispatch_sheet(ticket: Ticket, form: DispatchForm, status: int = 200):
    facts = {"template": "staff/ticket_dispatch.html"}
    return sheet_page(ticket, form, gettext("Dispatch"), gettext("Dispatch"), status, **facts)


def _of(ticket: Ticket, dispatch: Dispatch) -> Dispatch:
    return dispatch if dispatch.ticket_id == ticket.id else abort(404)


@door.post("/<int:ticket>/dispatches/<int:dispatch>/confirm", needs=Permission.DESK_HANDLE)
def confirm(ticket, dispatch):
    """The handler has read the order and takes it on."""
    dispatching.confirm(_of(ticket, dispatch), ticket, me())
    say(N_("Order {number} is confirmed; you handle it."), number=dispatch.number)
    return to_ticket(ticket)


@door.get("/<int:ticket>/dispatches/<int:dispatch>/hand-back", needs=Permission.DESK_HANDLE)
def handing_back(ticket, dispatch):
    """Why the party cannot do it."""
    return _hand_back_sheet(ticket, _of(ticket, dispatch), WhyForm())


@door.post("/<int:ticket>/dispatches/<int:dispatch>/hand-back", needs=Permission.DESK_HANDLE)
def hand_back(ticket, dispatch):
    """The party cannot do it; its access ends with the order."""
    form, order = WhyForm(), _of(ticket, dispatch)
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
    return sheet_page(ticket, form, title, gettext("Hand back"), status, danger=True)


@door.get("/<int:ticket>/dispatches/<int:dispatch>/recall", needs=Permission.DESK_WORK)
def recalling(ticket, dispatch):
    """Why the order is called back."""
    return _recall_sheet(ticket, _of(ticket, dispatch), WhyForm())


@door.post("/<int:ticket>/dispatches/<int:dispatch>/recall", needs=Permission.DESK_WORK)
def recall(ticket, dispatch):
    """Call the order back: it went to the wrong party, or is not needed any longer."""
    form, order = WhyForm(), _of(ticket, dispatch)
    if not form.validate() or attempted(form, "why", dispatching.recall, order, ticket, me(), form.why.data) is False:
        return _recall_sheet(ticket, order, form, 422)
    say(N_("The order to {name} is called back."), name=order.party.name)
    return to_ticket(ticket)


@door.post("/<int:ticket>/dispatches/<int:dispatch>/undo", needs=Permission.DESK_WORK)
def recall_at_once(ticket, dispatch):
    """Undo a dispatch right after it was sent."""
    dispatching.recall(_of(ticket, dispatch), ticket, me())
    say(N_("The order to {name} is called back."), "info", name=dispatch.party.name)
    return to_ticket(ticket)


def _recall_sheet(ticket: Ticket, order: Dispatch, form: WhyForm, status: int = 200):
    title = gettext("Call the order to %(name)s back", name=order.party.name)
    return sheet_page(ticket, form, title, gettext("Call back the order"), status, danger=True)


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
    if attempted(form, "body", dispatching.contact, ticket, me(), *given, own_order(ticket)) is False:
        return _contact_sheet(ticket, form, 422)
    say(N_("The contact is kept.") if given[1] else N_("The attempt is kept; the promise of contact still runs."))
    return to_ticket(ticket)


def _contact_form() -> ContactForm:
    form = ContactForm()
    form.means.choices = [(code, gettext(dispatching.MEANS[code])) for code in dispatching.CONTACT_MEANS]
    return form


def _contact_sheet(ticket: Ticket, form: ContactForm, status: int = 200):
    facts = {"template": "staff/ticket_contact.html"}
    return sheet_page(ticket, form, gettext("Contact with the customer"), gettext("Keep the contact"), status, **facts)
