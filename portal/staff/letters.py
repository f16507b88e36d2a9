"""Letters, for the administrator: which left, which wait, which could not be delivered; each as its reader sees it."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from jinja2 import TemplateError

from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import visible
from portal.domain import outbox
from portal.domain.outbox import Letter
from portal.i18n import N_
from portal.web import mail
from portal.web.pages import page, say
from portal.web.paging import row_number, typed
from portal.web.words import gettext

door = Door("letters", __name__, url_prefix="/staff/letters")

PAGE = 50
TONES = {"failed": "bad", "waiting": "info", "leased": "info", "sent": "good", "kept": "", "cancelled": ""}


@dataclass(frozen=True)
class Row:
    """A letter of the list, and its subject as its reader reads it."""

    letter: Letter
    subject: str


@door.get("/", needs=Permission.LETTERS_READ)
def index():
    state, to = request.args.get("state", ""), typed(request.args.get("to"))
    backlog = outbox.backlog()
    first = "failed" if backlog["failed"] else "sent" if mail.has_server() else "kept"
    state = state if state in outbox.SHOWN_STATES else first
    before = row_number(request.args.get("before"))
    found = outbox.listed(visible(Letter, me()), state, to, before, PAGE + 1)
    given = {"state": state, "to": to or None}
    older = url_for(".index", **given, before=found[PAGE - 1].id) if len(found) > PAGE else None
    return page(
        "staff/letters.html", rows=[Row(letter, _subject(letter)) for letter in found[:PAGE]], to=to, state=state,
        tabs=_tabs(state, to, backlog), older=older, newest=url_for(".index", **given) if before else None,
        may_be_mailed=mail.has_server(), meaning=outbox.meaning,
    )  # fmt: skip


@door.get("/<int:letter>", needs=Permission.LETTERS_READ)
def show(letter):
    words, text, wrong = None, "", ""
    try:
        words, text = mail.said(letter, letter.to), mail.rendered(letter, letter.to, secrets=False).text
    except (TemplateError, KeyError, ValueError) as mistake:
        wrong = str(mistake)
    return page(
        "staff/letter.html", letter=letter, said=words, text=text, wrong=wrong, tones=TONES,
        states=outbox.SHOWN_STATES, meaning=outbox.meaning(letter.error or ""), outbox_words=outbox.MAY_BE_MUTED,
    )  # fmt: skip


@door.post("/<int:letter>/again", needs=Permission.LETTERS_READ)
def again(letter):
    outbox.again(letter, me())
    say(N_("The letter leaves again within a minute."))
    return redirect(url_for(".show", letter=letter.id), 303)


def _tabs(state: str, to: str, backlog: dict[str, int]) -> list[dict]:
    return [
        {
            "label": gettext(label), "url": url_for(".index", state=code, to=to or None), "current": code == state,
            "count": backlog.get(code) or None,
        }
        for code, label in outbox.SHOWN_STATES.items()
    ]  # fmt: skip


def _subject(letter: Letter) -> str:
    """What its reader reads; the template's name where that cannot be told."""
    try:
        return mail.said(letter, letter.to).subject
    except (TemplateError, KeyError, ValueError):
        return letter.template
