"""The two boxes of a ticket's page: an answer to the customer in one of several ways, and a note for us."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, MultipleFileField, RadioField, TextAreaField

from portal.domain.policy import Ask, AskType, ReplyField
from portal.domain.tickets import steps
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.staff.desk_page import Sheet
from portal.web.asks import PREFIX, answers_in, fields_of
from portal.web.forms import BODY, AtMost, Form, Needed, Uploads
from portal.web.words import gettext

# How an answer can be meant: its code, its word, what follows from it, what is said after sending.
WAYS = {
    "progress": (
        N_("Progress"),
        N_("Tells how far we are; the ticket stays with us."),
        N_("The progress is on its way to the customer."),
    ),
    "preliminary": (
        N_("Preliminary reply"),
        N_("A first reply. If it takes longer, say why and until when."),
        N_("The reply is on its way to the customer."),
    ),
    "final": (
        N_("Final reply"),
        N_("The result, in the shape this class requires. Closure is applied for later."),
        N_("The reply is on its way to the customer."),
    ),
    "question": (
        N_("Ask the customer"),
        N_("We wait for an answer; promises that pause stand still."),
        N_("The customer was asked; we wait for the answer."),
    ),
    "solution": (
        N_("Apply for closure"),
        N_("The solution goes to the customer, and an independent call-back decides."),
        N_("Closure is applied for; the customer or a call-back decides."),
    ),
    "answer": (
        N_("Answer and close"),
        N_("Closes the ticket; the customer may reopen it."),
        N_("The ticket is answered and closed."),
    ),
}
NEEDS_MOVE = {"question": "ask", "solution": "apply", "answer": "finish"}
IN_FULL = ("final", "solution")
"""The ways that must have the class's whole shape (R15)."""
KEPT_AS_TYPED = (AskType.TEXT, AskType.LONG, AskType.PHONE, AskType.CHOICE, AskType.YES_NO)


class ReplyForm(Form):
    """An answer to the customer; the parts of the class's shape are added for the ticket at hand."""

    stage = RadioField(N_("What this is"), validators=[Needed()])
    body = TextAreaField(N_("Answer to the customer"), validators=[Needed(), AtMost(BODY)])
    files = MultipleFileField(N_("Files"), validators=[Uploads()])
    version = IntegerField()
    seen = HiddenField()


def reply_form(sheet: Sheet, draft: dict | None = None) -> ReplyForm:
    """The form for this ticket: as it was posted, or fresh with what a draft holds."""
    shape = steps.shape_of(sheet.ticket)
    made = type("ReplyForm", (ReplyForm,), fields_of(map(_asked, shape)))
    form = made() if draft is None else made(formdata=MultiDict(), data=_as_fields(draft, shape))
    form.stage.choices = _ways(sheet)
    codes = [code for code, _ in form.stage.choices]
    if draft is not None and form.stage.data not in codes:
        form.stage.data = _likely(sheet.ticket, codes)
    return form


def _ways(sheet: Sheet) -> list[tuple[str, str]]:
    """How an answer can be meant here and now."""
    possible = [code for code in WAYS if code not in NEEDS_MOVE or NEEDS_MOVE[code] in sheet.moves]
    if "answer" in possible:
        possible = [code for code in possible if code != "final"]
    return [(code, gettext(WAYS[code][0])) for code in possible]


def _likely(ticket: Ticket, codes: list[str]) -> str:
    """What an answer most likely is: an enquiry's answer, else the first reply, else progress."""
    wanted = "answer" if "answer" in codes else "progress" if ticket.replied_at else "preliminary"
    return wanted if wanted in codes else codes[0]


def _asked(part: ReplyField) -> Ask:
    return Ask(part.code, part.words, part.help, part.type, part.choices)


def _as_fields(draft: dict, shape: Iterable[ReplyField]) -> dict:
    """Of a draft what the form's fields take back as it was typed."""
    parts = [PREFIX + part.code for part in shape if part.type in KEPT_AS_TYPED]
    return {name: draft[name] for name in ("body", "stage", *parts) if draft.get(name)}


def is_whole(form: ReplyForm, sheet: Sheet) -> bool:
    """Is the form complete, with every part that its class and way require?"""
    valid = form.validate()
    if form.stage.data not in IN_FULL:
        return valid
    for part in steps.shape_of(sheet.ticket):
        given = form[PREFIX + part.code]
        if part.required and not part.when_open and given.data in (None, "", "None") and not given.errors:
            given.errors = [gettext("Please fill this in.")]
            valid = False
    return valid


def shape_in(form: ReplyForm, ticket: Ticket) -> dict:
    """The parts that belong to this way: of a preliminary reply only why it takes longer, of progress none."""
    stage, parts = form.stage.data, steps.shape_of(ticket)
    if stage == "progress":
        return {}
    if stage != "final":
        parts = tuple(part for part in parts if part.when_open is (stage == "preliminary"))
    return answers_in(form, map(_asked, parts))


class NoteForm(Form):
    """An internal note."""

    body = TextAreaField(N_("Internal note"), validators=[Needed(), AtMost(BODY)], id="note_body")
    files = MultipleFileField(N_("Files"), validators=[Uploads()], id="note_files")


def note_form(draft: dict) -> NoteForm:
    """A fresh form with what a draft holds."""
    return NoteForm(formdata=MultiDict(), data={"body": draft.get("body", "")})
