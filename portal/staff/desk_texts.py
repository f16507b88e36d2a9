"""Texts to begin an answer from: the policy's reply templates, filled for the ticket and read before they are taken."""

from flask import abort, redirect, request, url_for
from flask_babel import force_locale, get_locale

from portal.access.door import me
from portal.access.permissions import Permission
from portal.domain import drafts, settings
from portal.domain.policy import ReplyTemplate
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.thread import place_of
from portal.staff.desk_page import door
from portal.web import filters
from portal.web.pages import page
from portal.web.words import gettext


@door.get("/<int:ticket>/templates", needs=Permission.DESK_HANDLE)
def templates(ticket):
    """The templates for this kind, filled for this ticket."""
    return page("staff/ticket_templates.html", ticket=ticket, templates=_filled(ticket))


@door.post("/<int:ticket>/templates", needs=Permission.DESK_HANDLE)
def use_template(ticket):
    """Put a template's text into the box, behind what stands there."""
    wanted = request.form.get("code", "")
    text = next((text for template, text in _filled(ticket) if template.code == wanted), None) or abort(404)
    place = place_of(ticket, "reply")
    kept = drafts.find(me(), place)
    fields = dict(kept.fields) if kept else {}
    before = fields.get("body", "").strip()
    drafts.save(me(), place, fields | {"body": f"{before}\n\n{text}" if before else text})
    return redirect(url_for("desk.show", ticket=ticket.id, _anchor="composer_answer"), 303)


def _filled(ticket: Ticket) -> list[tuple[ReplyTemplate, str]]:
    """Each template with its text in the language of whoever reads it."""
    language = ticket.asked_by.language if ticket.asked_by else str(get_locale())
    known = [one for one in settings.policy().reply_templates if ticket.kind in one.kinds]
    with force_locale(language):
        places = _places(ticket)
    return [(one, one.body.in_(language).strip().format(**places)) for one in known]


def _places(ticket: Ticket) -> dict[str, str]:
    """What the templates' places stand for, of this ticket: of the promises, only one the customer knows of."""
    promised = deadlines.told_next(ticket, "replied", "told")
    asked_by = ticket.asked_by.name if ticket.asked_by else ""
    return {
        "customer": ticket.customer.name,
        "contact": ticket.contact_name or asked_by or ticket.customer.short_name,
        "number": ticket.number,
        "subject": ticket.subject,
        "owner": ticket.owner.name if ticket.owner else me().name,
        "due": filters.stamp(promised.due_at) if promised else gettext("soon"),
    }
