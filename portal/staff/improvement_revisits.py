"""The customers who raised it, asked again (整改回访, R30): each one's answer, the list, the answer to them, the complaints behind."""

from flask import abort, redirect, request, url_for
from wtforms import RadioField, StringField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import find, visible
from portal.domain.people.models import Customer
from portal.domain.quality import improvement_effect as effects
from portal.domain.quality import improvement_list as lists
from portal.domain.quality import improvement_revisits as revisits
from portal.domain.quality.improvement_models import Improvement, Revisit
from portal.domain.tickets import queue
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES
from portal.i18n import N_
from portal.staff.improvements import LONG, door
from portal.web.filters import listed
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import row_number, typed
from portal.web.words import gettext, ngettext

TICKETS = 100
SIDES = {"before": N_("Complaints before the measure"), "after": N_("Complaints after the measure")}


class RevisitForm(Form):
    """What the customer says now."""

    outcome = RadioField(N_("What they say"), [Needed()], choices=revisits.OUTCOMES)
    means = RadioField(N_("How they were asked"), [Needed()], choices=revisits.MEANS, default="call")
    spoke_with = StringField(N_("Spoken with"), [AtMost(60)])
    said = TextAreaField(N_("In their words"), [AtMost(LONG)])


class TellForm(Form):
    said = TextAreaField(N_("What they are told"), [Needed(), AtMost(LONG)])


@door.get("/<int:improvement>/revisits/<int:revisit>", needs=P.IMPROVE)
def ask_revisit(improvement, revisit):
    """With what they raised it, and the form for what they say now."""
    drawn = {
        "outcome": revisit.outcome,
        "means": revisit.means or "call",
        "spoke_with": revisit.spoke_with,
        "said": revisit.words,
    }
    return _revisit_page(improvement, revisit, RevisitForm(**drawn))


@door.post("/<int:improvement>/revisits/<int:revisit>", needs=P.IMPROVE)
def record(improvement, revisit):
    """Keep what they say."""
    form = RevisitForm()
    if form.validate() and attempted(form, "said", _record, improvement, revisit, form) is not False:
        say(N_("Kept: {customer}."), customer=revisit.customer.short_name)
        return _back(improvement)
    return _revisit_page(improvement, revisit, form, 422)


def _record(row: Improvement, revisit: Revisit, form: RevisitForm) -> None:
    facts = (form.outcome.data, form.means.data, form.spoke_with.data or "", form.said.data or "")
    revisits.record(revisit, row, me(), *facts)


def _revisit_page(row: Improvement, revisit: Revisit, form: RevisitForm, status: int = 200):
    if revisit.improvement_id != row.id:
        abort(404)
    return page(
        "staff/improvement_revisit.html", status, row=row, revisit=revisit, form=form, asking=revisits,
        no=revisits.why_not_ask(row, revisit.customer, me()), state_words=FOR_STAFF, state_tones=TONES,
        tickets=queue.chosen(visible(Ticket, me()), revisit.tickets, Ticket.customer),
    )  # fmt: skip


@door.get("/<int:improvement>/customers", needs=P.QUALITY_WORK)
def customers(improvement):
    """Look for a customer who raised it elsewhere."""
    said = typed(request.args.get("said"))
    found = lists.customers_found(visible(Customer, me()), said) if said else []
    return page("staff/improvement_customers.html", row=improvement, said=said, found=found)


@door.post("/<int:improvement>/customers", needs=P.QUALITY_WORK)
def put_on(improvement):
    """Put a customer on the list."""
    customer = find("customer", row_number(request.form.get("customer")) or abort(404), me())
    revisits.put_on(improvement, customer, me())
    say(N_("{customer} is on the list."), customer=customer.short_name)
    return _back(improvement)


@door.post("/<int:improvement>/revisits/<int:revisit>/remove", needs=P.QUALITY_WORK)
def take_off(improvement, revisit):
    """Take one off that was put on by mistake."""
    if revisit.improvement_id != improvement.id:
        abort(404)
    revisits.take_off(revisit, improvement, me())
    say(N_("{customer} is off the list."), customer=revisit.customer.short_name)
    return _back(improvement)


@door.get("/<int:improvement>/answer", needs=P.QUALITY_WORK)
def ask_tell(improvement):
    """What those who raised it are told."""
    return _tell_page(improvement, TellForm())


@door.post("/<int:improvement>/answer", needs=P.QUALITY_WORK)
def tell(improvement):
    """Each of them gets one letter."""
    form = TellForm()
    told = form.validate() and attempted(form, "said", revisits.tell, improvement, me(), form.said.data)
    if told is False:
        return _tell_page(improvement, form, 422)
    say(N_("{number} people were told."), number=told)
    return _back(improvement)


def _tell_page(row: Improvement, form: TellForm, status: int = 200):
    people = revisits.readers(row)
    return page(
        "staff/improvement_form.html", status, row=row, form=form, title=gettext("Answer those who raised it"),
        submit=gettext("Send the answer"), action=request.path, accepted=None,
        help=ngettext("The one person who raised it gets a letter: %(names)s. Cause and measure stay inside the company.", "Each of the %(n)s people who raised it gets one letter: %(names)s. Cause and measure stay inside the company.", len(people),
            n=len(people), names=listed(one.name for one in people[:12]) or "—",
        ),
    )  # fmt: skip


@door.get("/<int:improvement>/complaints/<side>", needs=P.QUALITY_READ)
def complaints(improvement, side):
    """Exactly the complaints that a side of the comparison counted."""
    if side not in SIDES:
        abort(404)
    which, before = effects.behind(improvement, side), row_number(request.args.get("before"))
    found = lists.tickets_of(visible(Ticket, me()), which, before, TICKETS + 1) if which is not None else []
    here = {"improvement": improvement.id, "side": side}
    older = url_for(".complaints", **here, before=found[TICKETS - 1].id) if len(found) > TICKETS else None
    return page(
        "staff/improvement_complaints.html", row=improvement, tickets=found[:TICKETS], older=older, first=before is None, here=here,
        title=gettext(SIDES[side]), effect=effects.effect(improvement), side=side, state_words=FOR_STAFF, state_tones=TONES,
    )  # fmt: skip


def _back(row: Improvement):
    return redirect(url_for("improvements.show", improvement=row.id, _anchor="revisits"), 303)
