"""A ticket entered by staff for whoever rang, wrote or was visited: for whom, which way, then what kinds ask."""

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from portal.access import draft_files
from portal.access.door import attempted, me
from portal.access.permissions import Permission
from portal.access.scopes import find, visible
from portal.domain import drafts, settings
from portal.domain.mailroom import triage
from portal.domain.mailroom.models import IncomingMail
from portal.domain.mailroom.taking import WHOLE
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.people.queries import colleagues
from portal.domain.policy import Ask
from portal.domain.quality import major
from portal.domain.tickets import actions, entering
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.staff import desk_dispatch, desk_telling
from portal.staff.desk_page import door
from portal.staff.entry_form import EntryForm, chosen, entry_form, kind_of
from portal.web.asks import answers_in
from portal.web.forms import BODY, TITLE
from portal.web.pages import page, say


@door.get("/new", needs=Permission.DESK_WORK)
def enter():
    """For whom, then the form, with what was typed before."""
    customer, mail = _customer(request.args), _mail(request.args)
    if customer is None:
        wanted = request.args.get("q", "").strip()[:60]
        found = entering.named(visible(Customer, me()), wanted)
        return page("staff/entry_customer.html", found=found, wanted=wanted, mail=mail)
    kept = drafts.find(me(), place_of(customer, mail))
    proposed = _first_words(mail, customer) if mail else {}
    given = MultiDict(proposed | (kept.fields if kept else {}) | request.args.to_dict())
    form, asks = entry_form(customer, given)
    return _page(customer, form, asks, kind_of(given), mail=mail)


@door.post("/new", needs=Permission.DESK_WORK, files=True)
def open_for():
    """Open it in the customer's name; accept it, or dispatch it, if whoever enters it stays with it.

    On the way there it is a step: the questions of another choice, what was typed stays, however long it is.
    """
    customer, mail = _customer(request.form) or find("customer", 0, me()), _mail(request.form)
    on_the_way = "step" in request.form
    form, asks = entry_form(customer, request.form, sent=not on_the_way)
    if on_the_way:
        draft_files.keep_for_later(form, place_of(customer, mail))
        return _page(customer, form, asks, kind_of(request.form), mail=mail)
    if draft_files.taken_out(form, place_of(customer, mail)):
        return redirect(url_for("desk.enter", customer=customer.id, mail=mail.id if mail else None), 303)
    form.sends = "dispatch" in request.form
    form.has_files = bool(mail) or bool(drafts.attached(drafts.find(me(), place_of(customer, mail))))
    ticket = draft_files.in_order(form, place_of(customer, mail)) and attempted(
        form, "subject", _open, customer, form, asks, mail
    )
    if not ticket:
        draft_files.keep_for_later(form, place_of(customer, mail))
        return _page(customer, form, asks, kind_of(request.form), 422, mail)
    drafts.discard(me(), place_of(customer, mail))
    say(N_("{number} is opened."), number=ticket.number)
    return redirect(url_for("desk.show", ticket=ticket.id), 303)


def _open(customer: Customer, form: EntryForm, asks: list[Ask], mail: IncomingMail | None) -> Ticket:
    answers = answers_in(form, asks)
    ticket = actions.open_ticket(
        me(), kind_of(request.form).code, form.subject.data, form.body.data, customer=customer,
        asked_by=_person(customer, form.asked_by.data), class_code=chosen(form, "class_code"),
        service_code=chosen(form, "service_code"), answers=answers, wish=str(answers.pop("wish", "")),
        channel=form.channel.data, severity=form.severity.data or None, project_id=form.project.data or None,
        contact_name=form.contact_name.data or "", contact_phone=form.contact_phone.data or "", contact_email=form.contact_email.data or "", proxy=form.proxy(),
        attached=[*(triage.files_of(mail) if mail else ()), *draft_files.all_of(form, place_of(customer, mail))],
    )  # fmt: skip
    if mail:
        triage.enter(mail, ticket, me())
    if form.sends:
        desk_dispatch.send(ticket, form)
    elif request.form.get("accept"):
        actions.accept(ticket, me())
    if "signs" in form:
        major.consider(ticket, form.signs.data or (), form.amount.data)
    return ticket


def _customer(given) -> Customer | None:
    key = given.get("customer", type=int)
    return find("customer", key, me()) if key else None


def _person(customer: Customer, key: int) -> Person | None:
    return next((person for person in colleagues(customer.id) if person.id == key), None)


def _mail(given) -> IncomingMail | None:
    """The mail it is made of, if it is made of one."""
    key = given.get("mail", type=int)
    return find("mail", key, me()) if key else None


def _first_words(mail: IncomingMail, customer: Customer) -> dict[str, str]:
    """What the form holds at first when a ticket is made of a mail: who wrote it, and every word that is new in it."""
    known = mail.person_id if mail.person and mail.person.customer_id == customer.id else 0
    return {
        "channel": "email", "ask_sender": mail.from_address, "asked_by": str(known or 0), "contact_name": (mail.sender or "")[:60],
        "contact_phone": mail.contact.phone if mail.contact and mail.contact.customer_id == customer.id else "",
        "contact_email": mail.from_address[:120], "subject": mail.subject[:TITLE], "body": (mail.body or mail.subject)[:BODY],
    }  # fmt: skip


def place_of(customer: Customer, mail: IncomingMail | None = None) -> str:
    """Where the draft of a ticket for this customer lies; of a mail each has its own."""
    return f"new/entry/{customer.id}/mail/{mail.id}" if mail else f"new/entry/{customer.id}"


def _page(
    customer: Customer, form: EntryForm, asks: list[Ask], kind, status: int = 200, mail: IncomingMail | None = None
):
    kinds = settings.policy().kinds
    return page(
        "staff/entry.html", status, customer=customer, form=form, kind=kind, kinds=kinds,
        meant=[one for one in kinds if one.conditions and one.code != kind.code and kind.code == "complaint"],
        asks=asks, accepted_files=draft_files.ACCEPTED,
        place=place_of(customer, mail), contacts=entering.contacts(visible(Contact, me()), customer),
        mail=mail, of_mail=[row for row in triage.attachments(mail) if row.place != WHOLE] if mail else [],
        lying=desk_telling.files(drafts.attached(drafts.find(me(), place_of(customer, mail)))),
    )  # fmt: skip
