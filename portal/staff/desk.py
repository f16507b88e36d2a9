"""The staff's page of a ticket: read it, see how a promise came about, tell that one is here."""

from flask import abort, request

from portal.access.door import me
from portal.access.permissions import Permission
from portal.domain.tickets import deadlines, presence
from portal.staff import (
    desk_dispatch,
    desk_forced,
    desk_links,
    desk_notes,
    desk_replies,
    desk_states,
    desk_texts,
    desk_verbs,
    entry,
)
from portal.staff.desk_page import door, is_narrow, read
from portal.staff.desk_showing import chips, ticket_page
from portal.web import promises
from portal.web.pages import page

__all__ = [
    "desk_dispatch", "desk_forced", "desk_links", "desk_notes", "desk_replies", "desk_states", "desk_texts", "desk_verbs", "door", "entry",
]  # fmt: skip


@door.get("/<int:ticket>", needs=Permission.DESK_READ)
def show(ticket):
    """Everything about one ticket on one screen."""
    return ticket_page(ticket)


@door.get("/<int:ticket>/promises", needs=Permission.DESK_READ)
def promises_of(ticket):
    """All promises of a ticket, those that are over too."""
    sheet = read(ticket)
    running, over = (chips([d for d in sheet.deadlines if d.is_over is done], sheet) for done in (False, True))
    return page("staff/ticket_promises_all.html", ticket=ticket, running=running, over=over)


@door.get("/<int:ticket>/promises/<int:deadline>", needs=Permission.DESK_READ)
def promise(ticket, deadline):
    """How a promise came about, day by day, with the stretches in which it did not run."""
    sheet = read(ticket)
    found = next((one for one in sheet.deadlines if one.id == deadline), None) or abort(404)
    reckoning = deadlines.explain(found)
    return page(
        "staff/ticket_promise.html",
        ticket=ticket,
        deadline=found,
        rule=deadlines.rule_of(found),
        reckoning=reckoning,
        recounted=deadlines.recounted(found, reckoning),
        first_due=deadlines.first_due(found),
        promised=promises.kept_for(found),
        chip=promises.chip(found),
        stretches=promises.clock_line(found),
    )


@door.post("/<int:ticket>/presence", needs=Permission.DESK_READ)
def here(ticket):
    """A heartbeat: I have it open. Answers with who else has, and whether it changed since the page was drawn."""
    presence.beat(ticket, me())
    others = [] if is_narrow() else presence.others(ticket, me())
    drawn = request.form.get("version", type=int)
    changed = drawn is not None and drawn != ticket.version
    return page("staff/ticket_here.html", others=others, changed=changed, ticket=ticket)
