"""The page of one ticket, as its customer sees it, with the forms of all that can be done there."""

from collections.abc import Iterable

from flask import current_app, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import HiddenField, MultipleFileField, TextAreaField

from portal import clock
from portal.access import draft_files
from portal.access.door import attempted, me
from portal.access.scopes import visible
from portal.customer import showing
from portal.domain import drafts, settings
from portal.domain.people.models import Sharing
from portal.domain.ratings import actions as ratings
from portal.domain.tickets import for_customers, outlook
from portal.domain.tickets.lifecycle import decides, moves_for
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.states import State, as_customers_read
from portal.i18n import N_
from portal.web.forms import BODY, AtMost, Form, Needed, Uploads
from portal.web.pages import page, say
from portal.web.rating_form import STARS, SatisfactionForm, rating_form

FILES = N_("Photos and files")


class AddForm(Form):
    body = TextAreaField(N_("Your words"), [Needed(), AtMost(BODY)], id="add-body")
    files = MultipleFileField(FILES, [Uploads()], id="add-files")


class ConfirmForm(SatisfactionForm):
    body = TextAreaField(N_("Anything you want to tell us"), [AtMost(BODY)], id="confirm-body")
    sure = HiddenField(id="confirm-sure")


class RejectForm(Form):
    body = TextAreaField(N_("What is not solved"), [Needed(), AtMost(BODY)], id="reject-body")
    files = MultipleFileField(FILES, [Uploads()], id="reject-files")


class WithdrawForm(Form):
    body = TextAreaField(N_("Why you withdraw it"), [Needed(), AtMost(2_000)], id="withdraw-body")


class ReopenForm(Form):
    body = TextAreaField(N_("What is wrong again"), [Needed(), AtMost(BODY)], id="reopen-body")
    files = MultipleFileField(FILES, [Uploads()], id="reopen-files")


FORMS = {
    "add": AddForm,
    "confirm": ConfirmForm,
    "reject": RejectForm,
    "withdraw": WithdrawForm,
    "reopen": ReopenForm,
}
DRAFTED = ("add", "reject", "reopen")


def place_of(ticket: Ticket, verb: str) -> str:
    """Where a draft about this ticket lies."""
    return f"ticket/{ticket.id}/{verb}"


def ticket_page(
    ticket: Ticket, status: int = 200, doubt: bool = False, forms: dict[str, Form] | None = None
) -> Response:
    """The page as it stands now; `forms` that came back with errors take the place of fresh ones."""
    at = clock.now()
    said = for_customers.conversation(visible(Message, me()), ticket)
    promised = for_customers.promises(ticket)
    given = ratings.of(ticket) if ticket.state == State.CLOSED else None
    may = _possible(ticket, at)
    forms, over = _as_things_are(ticket, forms or {}, may)
    return page(
        "customer/ticket.html",
        status,
        ticket=ticket,
        entries=showing.entries(ticket, said, me()),
        steps=showing.steps(outlook.steps(ticket, said, promised)),
        outlook=outlook.outlook(ticket, promised, at, said, decides(ticket, me())),
        chips=showing.chips(ticket, promised, at),
        asked=showing.asked_facts(ticket),
        proxy=showing.proxy_words(ticket),
        may=may,
        over=over,
        given=given,
        earlier=ratings.earlier(ticket),
        question=next((one.message.body for one in reversed(said) if one.message.sort == "question"), None),
        doubt=doubt,
        rounds=showing.rounds_of(ticket, said),
        decides=decides(ticket, me()),
        rating=forms.get("rating") or rating_form(given),
        **_with_drafts(ticket, forms),
        **_around(ticket),
    )


def _possible(ticket: Ticket, at) -> set[str]:
    return {move.verb for move in moves_for(ticket, me())} - ({"reopen"} if _too_late(ticket, at) else set())


def _said_as(ticket: Ticket, verb: str, may: set[str]) -> str | None:
    """As what the words of this form can be said now: the same while it is possible, else a reopening or an addition."""
    if verb in may or (verb == "add" and (ticket.is_live or ticket.merged_into_id)):
        return verb
    if "reopen" in may:
        return None if verb == "confirm" else "reopen"
    return "add" if ticket.is_live or ticket.merged_into_id else None


def _as_things_are(ticket: Ticket, forms: dict[str, Form], may: set[str]) -> tuple[dict[str, Form], Form | None]:
    """A refused form whose time is over: its words go where they can be said now; where nowhere, they are shown."""
    verb, form = next(iter(forms.items()), ("", None))
    if form is None or verb not in FORMS or not form.errors or (now := _said_as(ticket, verb, may)) == verb:
        return forms, None
    if now is None:
        return {}, form
    moved = FORMS[now](MultiDict({"body": form["body"].data or ""}))
    moved["body"].errors = [text for found in form.errors.values() for text in found]
    return {now: moved}, None


def _too_late(ticket: Ticket, at) -> bool:
    until = outlook.reopen_until(ticket)
    return until is not None and until < at


def _with_drafts(ticket: Ticket, forms: dict) -> dict:
    """A form for each thing that can be done, with what was typed before, and the files in its draft.

    One box stands open: that of the form that came back, else one with a draft.
    """
    kept = drafts.at(me(), [place_of(ticket, verb) for verb in DRAFTED])
    lying = _lying(kept.values())
    made, files = {}, {}
    for verb, form in FORMS.items():
        draft = kept.get(place_of(ticket, verb))
        made[verb] = forms.get(verb) or form(MultiDict(draft.fields) if draft else None)
        files[verb] = lying.get(draft.id, []) if draft else []
    restored = [verb for verb in FORMS if files[verb] or made[verb].body.data]
    return {"forms": made, "lying": files, "box": next(iter([*forms, *restored]), None)}


def _lying(kept: Iterable[drafts.Draft]) -> dict[int, list[dict]]:
    found: dict[int, list[dict]] = {}
    for row in drafts.attached_to(kept):
        found.setdefault(row.draft_id or 0, []).append(showing.file_line(row))
    return found


def _around(ticket: Ticket) -> dict:
    """What stands around the ticket: its kind in words, what its reader may do with it, the way to paper."""
    policy, customer = settings.policy(), showing.organisation()
    listed, code = ("services", ticket.service_code) if ticket.service_code else ("classes", ticket.class_code)
    own = ticket.asked_by_id == me().id or me().is_org_admin
    merged = ticket.merged_into
    state, tone = as_customers_read(ticket.state, ticket.outcome)
    return {
        "kind": policy.called("kinds", ticket.kind),
        "about": policy.called(listed, code) if code else None,
        "state": state,
        "tone": tone,
        "shareable": own and ticket.is_live and customer.sharing == Sharing.SHARED,
        "goes_on": merged if merged and for_customers.sees(visible(Ticket, me()), merged) else None,
        "on_paper": "documents.create" in current_app.view_functions,
        "is_fresh": "opened" in request.args,
        "place": lambda verb: place_of(ticket, verb),
        "here": url_for("tickets.show", ticket=ticket.id),
        "star_words": STARS,
        "accepted": draft_files.ACCEPTED,
    }


def with_files(
    ticket: Ticket, verb: str, form: AddForm | RejectForm | ReopenForm, action, words: str, **facts
) -> Response:
    """Do what a form with words and files asks; until that succeeds all that was sent lies in its draft."""
    place = place_of(ticket, verb)

    def done():
        action(ticket, me(), form.body.data, draft_files.all_of(form, place))
        draft_files.done(place)

    if "remove" in request.form or not draft_files.in_order(form, place) or not attempted(form, "body", done):
        draft_files.take_out(place)
        draft_files.keep_for_later(form, place)
        now = _said_as(ticket, verb, _possible(ticket, clock.now())) if form.errors else verb
        draft_files.move(place, place_of(ticket, now or verb))
        return ticket_page(ticket, 422 if form.errors else 200, forms={verb: form})
    say(words, **facts)
    return redirect(url_for("tickets.show", ticket=ticket.id), 303)
