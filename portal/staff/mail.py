"""Incoming mail (来信): what waits to be sorted, one mail, and what is done with it: a ticket, into a ticket, aside."""

from flask import redirect, request, url_for
from wtforms import StringField, TextAreaField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import find, visible
from portal.domain.mailroom import box, told, triage
from portal.domain.mailroom.models import ASIDE, AUTOMATIC, IncomingMail
from portal.domain.mailroom.taking import WHOLE
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.tickets import queue
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, State
from portal.i18n import N_
from portal.web.filters import told as tell
from portal.web.forms import AtMost, Form, Needed
from portal.web.mail import has_mailbox
from portal.web.pages import page, say
from portal.web.paging import row_number, typed
from portal.web.words import gettext

door = Door("mail", __name__, url_prefix="/staff/mail")

PAGE = 50


class AttachForm(Form):
    """The ticket a mail belongs to, by its number."""

    number = StringField(N_("Number of the ticket"), [Needed(), AtMost(24)])


class AsideForm(Form):
    """Why it is nothing for a ticket."""

    why = TextAreaField(N_("Why it is set aside"), [Needed(), AtMost(500)])


@door.get("", needs=P.MAIL_SORT)
def index():
    """Mails by what became of them, newest first."""
    said, before = typed(request.args.get("q")), row_number(request.args.get("before"))
    tab = request.args.get("tab", "")
    tab = tab if tab in told.TABS else "waiting"
    rows = visible(IncomingMail, me())
    found = triage.listed(rows, tab, said, before, PAGE + 1)
    given = {"tab": tab, "q": said or None}
    older = url_for(".index", **given, before=found[PAGE - 1].id) if len(found) > PAGE else None
    standing = box.standing()
    return page(
        "staff/mail.html", mails=found[:PAGE], said=said, tab=tab, tabs=_tabs(tab, said, triage.waiting(rows)), older=older,
        newest=url_for(".index", **given) if before else None, words=told, is_read=has_mailbox(), standing=standing,
        failing=box.meaning(standing.failure) if standing and box.is_failing(standing) else None,
    )  # fmt: skip


def _tabs(tab: str, said: str, waiting: int) -> list[dict]:
    return [
        {
            "label": gettext(label), "url": url_for(".index", tab=code, q=said or None), "current": code == tab,
            "count": (waiting or None) if code == "waiting" else None,
        }
        for code, label in told.TABS.items()
    ]  # fmt: skip


@door.get("/<int:mail>", needs=P.MAIL_SORT)
def show(mail):
    """One mail: its words, its files, why it is here, and what can be done."""
    return _page(mail)


@door.post("/<int:mail>/attach", needs=P.MAIL_SORT)
def attach(mail):
    """Its words and files go into a ticket, in the name of whoever wrote it."""
    form = AttachForm()
    if not form.validate() or not attempted(form, "number", _attach, mail, form):
        return _page(mail, 422, attach_form=form)
    say(N_("The mail is in the ticket now."))
    return redirect(url_for("desk.show", ticket=mail.ticket_id), 303)


def _attach(mail: IncomingMail, form: AttachForm) -> None:
    key = queue.numbered(visible(Ticket, me()), form.number.data)
    if key is None:
        raise Refused(N_("There is no ticket of this number."))
    triage.attach(mail, find("ticket", key, me()), me())


@door.post("/<int:mail>/aside", needs=P.MAIL_SORT)
def set_aside(mail):
    """It is nothing for a ticket; the reason stays with it."""
    form = AsideForm()
    if not form.validate() or not attempted(form, "why", triage.set_aside, mail, me(), form.why.data):
        return _page(mail, 422, aside_form=form)
    say(N_("The mail is set aside."))
    return redirect(url_for(".index"), 303)


@door.post("/<int:mail>/back", needs=P.MAIL_SORT)
def bring_back(mail):
    """It is something after all."""
    triage.bring_back(mail, me())
    say(N_("The mail waits to be sorted again."))
    return redirect(url_for(".show", mail=mail.id), 303)


def _page(
    mail: IncomingMail, status: int = 200, attach_form: AttachForm | None = None, aside_form: AsideForm | None = None
):
    lying = triage.attachments(mail)
    attach_form = attach_form or AttachForm()
    if mail.ticket and not attach_form.number.data:
        attach_form.number.data = mail.ticket.number
    return page(
        "staff/mail_one.html", status, mail=mail, words=told, attach_form=attach_form, aside_form=aside_form or AsideForm(),
        files=[row for row in lying if row.place != WHOLE], whole=next((row for row in lying if row.place == WHOLE), None),
        refused=[tell(text, facts) for text, facts in mail.refused], is_back=mail.state in (ASIDE, AUTOMATIC),
        ticket_state=FOR_STAFF[State(mail.ticket.state)] if mail.ticket else None, who=_who(mail),
    )  # fmt: skip


def _who(mail: IncomingMail) -> str | None:
    """Whom we know its writer as."""
    known: Person | None = mail.person
    if known is not None:
        return " ".join((known.name, known.title)).strip()
    return " ".join((mail.contact.name, mail.contact.title)).strip() if mail.contact else None
