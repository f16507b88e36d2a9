"""What a customer decides: solved or not, withdrawn, opened again, and how good the service was."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.customer.ticket_page import (
    ConfirmForm,
    RejectForm,
    ReopenForm,
    WithdrawForm,
    ticket_page,
    with_files,
)
from portal.customer.tickets import door
from portal.domain.ratings import actions as ratings
from portal.domain.tickets import actions, callback, doubts
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.web.pages import say
from portal.web.rating_form import rating_form


@door.post("/<int:ticket>/confirmation", needs=Permission.TICKET_DECIDE)
def confirm(ticket):
    """It is solved. Words that say the opposite are asked about once before anything is closed."""
    form = ConfirmForm()
    if not form.validate():
        return ticket_page(ticket, 422, forms={"confirm": form})
    if doubts.sounds_unsolved(form.body.data or "") and form.sure.data != "yes":
        return ticket_page(ticket, 422, doubt=True, forms={"confirm": form})
    if not attempted(form, "body", callback.confirm, ticket, me(), form.body.data or "", satisfied=form.is_satisfied):
        return ticket_page(ticket, 422, forms={"confirm": form})
    say(N_("Thank you. It is closed now; a word on how we did would help us."))
    return _back(ticket)


@door.post("/<int:ticket>/rejection", needs=Permission.TICKET_DECIDE, files=True)
def reject(ticket):
    """It is not solved, and why: it goes back to work."""
    return with_files(
        ticket, "reject", RejectForm(), callback.reject, N_("It goes back to work. You hear from us again.")
    )


@door.post("/<int:ticket>/reopening", needs=Permission.TICKET_DECIDE, files=True)
def reopen(ticket):
    """Not solved after all (R21)."""
    return with_files(ticket, "reopen", ReopenForm(), actions.reopen, N_("It is open again. You hear from us."))


@door.post("/<int:ticket>/withdrawal", needs=Permission.TICKET_DECIDE)
def withdraw(ticket):
    """The customer takes it back."""
    form = WithdrawForm()
    if not form.validate() or not attempted(form, "body", actions.withdraw, ticket, me(), form.body.data):
        return ticket_page(ticket, 422, forms={"withdraw": form})
    say(N_("You withdrew it."))
    return _back(ticket)


@door.post("/<int:ticket>/rating", needs=Permission.TICKET_DECIDE)
def rate(ticket):
    """Stars for the service and its sides, and words (R23)."""
    form = rating_form()
    if not form.validate():
        return ticket_page(ticket, 422, forms={"rating": form})
    if not attempted(form, "stars", ratings.rate, ticket, me(), *form.given()):
        return ticket_page(ticket, 422, forms={"rating": form})
    say(N_("Thank you for your rating."))
    return _back(ticket)


def _back(ticket: Ticket) -> Response:
    return redirect(url_for("tickets.show", ticket=ticket.id), 303)
