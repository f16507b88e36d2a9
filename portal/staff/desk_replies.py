"""Answers to the customer: one box, several ways to mean it, nothing lost and a moment to take it back."""

from datetime import datetime

from flask import abort, redirect, url_for

from portal.access import draft_files
from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.domain import drafts
from portal.domain.tickets import actions
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.thread import place_of
from portal.i18n import N_
from portal.staff.desk_forms import WAYS, ReplyForm, is_whole, reply_form, shape_in
from portal.staff.desk_page import door, read
from portal.staff.desk_showing import ticket_page
from portal.web.asks import PREFIX
from portal.web.pages import say


@door.post("/<int:ticket>/replies", needs=Permission.DESK_HANDLE, files=True)
def reply(ticket):
    """Answer the customer in one of several ways; what was typed stays when it cannot be sent."""
    sheet, place = read(ticket), place_of(ticket, "reply")
    form = reply_form(sheet)
    if draft_files.taken_out(form, place):
        return redirect(url_for("desk.show", ticket=ticket.id), 303)
    sent = is_whole(form, sheet) & draft_files.fits(form, place) and attempted(form, "body", _send, ticket, form, place)
    if not sent:
        draft_files.keep_for_later(form, place)
        return _again(ticket, form)
    drafts.discard(me(), place)
    say(WAYS[form.stage.data][2])
    return redirect(url_for("desk.show", ticket=ticket.id), 303)


def _send(ticket: Ticket, form: ReplyForm, place: str) -> None:
    stage, files = form.stage.data, draft_files.all_of(form, place)
    by, body, version = me(), form.body.data, form.version.data
    if stage == "question":
        actions.ask(ticket, by, body, version=version, attached=files)
    elif stage == "answer":
        actions.finish(ticket, by, body, version=version, attached=files)
    elif stage == "solution":
        actions.apply(ticket, by, body, shape=shape_in(form, ticket), version=version, attached=files)
    else:
        shape = shape_in(form, ticket)
        actions.reply(ticket, by, body, stage=stage, shape=shape, version=version, attached=files)


def _again(ticket: Ticket, form: ReplyForm):
    """The page with what was typed, and whatever happened meanwhile marked as new."""
    moved = form.version.data is not None and form.version.data != ticket.version
    return ticket_page(ticket, 422, reply_form=form, moved=moved, news_since=_moment(form.seen.data) if moved else None)


def _moment(written: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written or "")
        return moment if moment.tzinfo else None
    except ValueError:
        return None


@door.post("/<int:ticket>/replies/<int:message>/take-back", needs=Permission.DESK_HANDLE)
def take_back(ticket, message):
    """Undo the sending while nobody has seen it; the text lies in the box again."""
    if message.ticket_id != ticket.id:
        abort(404)
    actions.take_back(message, ticket, me())
    draft = drafts.save(me(), place_of(ticket, "reply"), _as_typed(message))
    for file in actions.files_of_message(message):
        drafts.attach(draft, file)
    say(N_("Taken back; nobody saw it. The text is in the box again."), "info")
    return redirect(url_for("desk.show", ticket=ticket.id), 303)


def _as_typed(message: Message) -> dict:
    words = {True: "yes", False: "no"}
    shape = {PREFIX + code: words[v] if isinstance(v, bool) else str(v) for code, v in message.shape.items()}
    return {"body": message.body, "stage": message.stage or "", **shape}
