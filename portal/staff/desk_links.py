"""Tickets that belong together (R21): merged with a way back, linked, put under one problem."""

from flask import abort, request, url_for
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.access.scopes import find, visible
from portal.domain.tickets import linking, queue, similar
from portal.domain.tickets.models import Problem, Ticket
from portal.i18n import N_
from portal.staff.desk_page import door, sheet_page, to_ticket
from portal.staff.desk_verbs import WHY
from portal.web.forms import TITLE, AtMost, Form, Needed
from portal.web.pages import say
from portal.web.words import gettext


class NumberForm(Form):
    """The number of another ticket, which must be one that the asking person may see."""

    number = StringField(N_("Number of the other ticket"), validators=[Needed(), AtMost(24)])
    version = IntegerField()
    found: Ticket | None = None

    def validate_number(self, field):
        key = queue.numbered(visible(Ticket, me()), field.data)
        if key is None:
            raise ValidationError(gettext("There is no ticket of this number."))
        self.found = find("ticket", key, me())


class MergeForm(NumberForm):
    """Into which ticket it goes on, and why."""

    why = TextAreaField(N_("Reason"), validators=[AtMost(WHY)])


class ProblemForm(Form):
    """A problem there is, or the title of a new one."""

    problem = SelectField(N_("Problem"), coerce=int, default=0)
    title = StringField(N_("Or a new problem"), validators=[AtMost(TITLE)])


@door.get("/<int:ticket>/merge", needs=Permission.DESK_WORK)
def merging(ticket):
    """Into which ticket it could go on; likely ones of the same customer are named."""
    form = MergeForm(data={"number": request.args.get("number", "")})
    return _merge_sheet(ticket, form)


@door.post("/<int:ticket>/merge", needs=Permission.DESK_WORK)
def merge(ticket):
    """Go on in the other ticket; can be undone."""
    form = MergeForm()
    if not form.validate() or attempted(form, "number", _merge, ticket, form) is False:
        return _merge_sheet(ticket, form, 422)
    undo = url_for("desk.unmerge", ticket=ticket.id)
    say(N_("Merged: it goes on in {number}."), number=form.found.number, undo_url=undo, undo_seconds=10)
    return to_ticket(form.found)


def _merge(ticket: Ticket, form: MergeForm) -> None:
    linking.merge(ticket, form.found, me(), form.why.data or "", version=form.version.data)


@door.post("/<int:ticket>/unmerge", needs=Permission.DESK_WORK)
def unmerge(ticket):
    """Undo the merge: the ticket stands where it stood."""
    linking.unmerge(ticket, me())
    say(N_("{number} stands on its own again."), number=ticket.number)
    return to_ticket(ticket)


def _merge_sheet(ticket: Ticket, form: MergeForm, status: int = 200):
    others = visible(Ticket, me()).where(
        Ticket.customer_id == ticket.customer_id, Ticket.is_live, Ticket.id != ticket.id
    )
    return sheet_page(
        ticket, form, gettext("Merge"), gettext("Merge into it"), status, template="staff/ticket_merge.html",
        likely=[one.ticket for one in similar.alike(others, ticket.subject)],
    )  # fmt: skip


@door.get("/<int:ticket>/links/new", needs=Permission.DESK_WORK)
def linking_to(ticket):
    """Which ticket it has to do with."""
    return _link_sheet(ticket, NumberForm())


@door.post("/<int:ticket>/links/new", needs=Permission.DESK_WORK)
def link(ticket):
    """Say that two tickets have to do with each other."""
    form = NumberForm()
    if not form.validate() or attempted(form, "number", linking.link, ticket, form.found, me()) is False:
        return _link_sheet(ticket, form, 422)
    say(N_("Linked with {number}."), number=form.found.number)
    return to_ticket(ticket)


@door.post("/<int:ticket>/links/remove", needs=Permission.DESK_WORK)
def unlink(ticket):
    """Take a link away."""
    form = NumberForm()
    if not form.validate() or form.found is None:
        abort(404)
    linking.unlink(ticket, form.found, me())
    say(N_("The link with {number} is removed."), number=form.found.number)
    return to_ticket(ticket)


def _link_sheet(ticket: Ticket, form: NumberForm, status: int = 200):
    help_text = gettext("Both stay as they are; each names the other.")
    return sheet_page(ticket, form, gettext("Link with another ticket"), gettext("Link"), status, help=help_text)


@door.get("/<int:ticket>/problem", needs=Permission.DESK_WORK)
def problems(ticket):
    """The problems that are not solved yet."""
    form = _problem_form()
    form.problem.data = ticket.problem_id or 0
    return _problem_sheet(ticket, form)


@door.post("/<int:ticket>/problem", needs=Permission.DESK_WORK)
def put_under(ticket):
    """Put it under a problem, a new one if a title is given, or under none."""
    form = _problem_form()
    if not form.validate():
        return _problem_sheet(ticket, form, 422)
    title = form.title.data or ""
    wanted = None if title or not form.problem.data else find("problem", form.problem.data, me())
    linking.put_under(ticket, wanted, me(), title)
    say(N_("The ticket stands under this problem now.") if wanted or title else N_("It stands under no problem now."))
    return to_ticket(ticket)


def _problem_form() -> ProblemForm:
    form = ProblemForm()
    known = linking.unsolved(visible(Problem, me()))
    form.problem.choices = [(0, gettext("None")), *((one.id, one.title) for one in known)]
    return form


def _problem_sheet(ticket: Ticket, form: ProblemForm, status: int = 200):
    help_text = gettext("A problem gathers the tickets of one cause.")
    return sheet_page(ticket, form, gettext("Problem"), gettext("Save"), status, help=help_text)
