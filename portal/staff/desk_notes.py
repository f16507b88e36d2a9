"""Internal notes: kept in their own box, with colleagues named by @."""

from flask import redirect, request, url_for

from portal.access import draft_files
from portal.access.door import me
from portal.access.permissions import Permission
from portal.domain import drafts
from portal.domain.people.models import Person
from portal.domain.people.queries import staff
from portal.domain.tickets import actions
from portal.domain.tickets.thread import place_of
from portal.i18n import N_
from portal.staff.desk_forms import NoteForm
from portal.staff.desk_page import door, is_narrow
from portal.staff.desk_showing import ticket_page
from portal.web.pages import page, say
from portal.web.words import gettext


@door.post("/<int:ticket>/notes", needs=Permission.DESK_NOTE, files=True)
def note(ticket):
    """Keep an internal note; whoever is named in it with @ hears of it."""
    form, place = NoteForm(), place_of(ticket, "note")
    if draft_files.taken_out(form, place):
        return redirect(url_for("desk.show", ticket=ticket.id), 303)
    if not draft_files.in_order(form, place):
        draft_files.keep_for_later(form, place)
        return ticket_page(ticket, 422, note_form=form)
    mentioned = named_in(form.body.data)
    actions.note(ticket, me(), form.body.data, mentioned, draft_files.all_of(form, place))
    drafts.discard(me(), place)
    names = gettext(", ").join(person.name for person in mentioned)
    say(N_("The note is kept; {names} will hear of it."), names=names) if names else say(N_("The note is kept."))
    return redirect(url_for("desk.show", ticket=ticket.id), 303)


def colleagues() -> list[Person]:
    """Who can be mentioned: the company's staff, not its providers'."""
    return [person for person in staff() if not person.provider_id]


def named_in(text: str) -> list[Person]:
    """The colleagues named in a text as @name; of names that begin alike, the longest."""
    by_name = {person.name: person for person in colleagues()} if "@" in text else {}
    found = []
    for rest in text.split("@")[1:]:
        name = max((name for name in by_name if rest.startswith(name)), key=len, default=None)
        if name and by_name[name] not in found:
            found.append(by_name[name])
    return found


@door.get("/names", needs=Permission.DESK_NOTE)
def names():
    """The colleagues a note can name: those whose name holds what follows the last @ of what is typed."""
    typed = request.args.get("body", "").rpartition("@")[2].strip()[:20]
    known = [] if is_narrow() else [person for person in colleagues() if typed in person.name]
    return page("staff/ticket_names.html", people=known[:8], typed=typed)
