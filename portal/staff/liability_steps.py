"""Deciding on liability (R19): what there is to judge by, the decision, the one appeal, another supervisor's word."""

from flask import redirect, url_for
from werkzeug.datastructures import MultiDict
from wtforms import MultipleFileField, RadioField, SelectField, TextAreaField

from portal import clock
from portal.access import draft_files
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import drafts, settings
from portal.domain.people import parties, queries
from portal.domain.people.models import Department, Provider
from portal.domain.quality import liability as rules
from portal.domain.quality import liability_list as lists
from portal.domain.quality.models import Liability
from portal.domain.tickets import callback, deadlines, dispatching, orders
from portal.domain.tickets.models import Dispatch, Ticket
from portal.i18n import N_
from portal.staff import desk_telling
from portal.staff.liability import door, name_of
from portal.staff.offering import form_page
from portal.web import promises
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form, Needed, Uploads
from portal.web.pages import page, say
from portal.web.words import gettext

WORDS = 4000
YES_NO = {"yes": rules.WORDS[True], "no": rules.WORDS[False]}


class DecideForm(Form):
    """Who, whether, how much, and why."""

    party = SelectField(N_("Department or provider"), [Needed()])
    liable = RadioField(N_("Decision on liability"), [Needed()], choices=YES_NO)
    degree = RadioField(N_("Degree"), validate_choice=False)
    person = SelectField(N_("Person, if it is one person's doing"), coerce=int, default=0)
    reason = TextAreaField(N_("Reason"), [Needed(), AtMost(WORDS)])


class AppealForm(Form):
    """Why the party thinks otherwise, with evidence."""

    said = TextAreaField(N_("Why the party should not be liable"), [Needed(), AtMost(WORDS)])
    files = MultipleFileField(N_("Evidence"), validators=[Uploads()])


class AppealDecisionForm(Form):
    """Does the decision stand?"""

    upheld = RadioField(
        N_("Decision on the appeal"), [Needed()],
        choices={
            "yes": N_("It stands: the party is liable"),
            "no": N_("It is overturned: the party is not liable"),
        },
    )  # fmt: skip
    reason = TextAreaField(N_("Reason"), [Needed(), AtMost(WORDS)])


@door.get("/new/<int:ticket>", needs=P.QUALITY_WORK)
def new(ticket):
    """What there is to judge by, and the form."""
    kept = drafts.find(me(), _place(ticket))
    return _new_page(ticket, _form(ticket, kept.fields if kept else {}))


@door.post("/new/<int:ticket>", needs=P.QUALITY_WORK)
def create(ticket):
    """Decide whether a party is liable."""
    form = _form(ticket)
    if not form.validate() or (row := attempted(form, "liable", _decide, ticket, form)) is False:
        return _new_page(ticket, form, 422)
    drafts.discard(me(), _place(ticket))
    say(N_("Decided: {what}. The party hears of it."), what=rules.WORDS[row.is_liable])
    return redirect(url_for(".show", liability=row.id), 303)


def _decide(ticket: Ticket, form: DecideForm) -> Liability:
    known = _parties()
    person = next((one for one in queries.staff() if one.id == form.person.data), None)
    return rules.decide(
        ticket,
        me(),
        known[form.party.data],
        form.liable.data == "yes",
        form.reason.data,
        degree=form.degree.data,
        person=person,
    )


def _place(ticket: Ticket) -> str:
    return f"liability/new/{ticket.id}"


def _parties() -> dict[str, Department | Provider]:
    """Everybody a decision can be about, by the value of the choice."""
    departments = parties.departments(visible(Department, me()))
    providers = parties.providers(visible(Provider, me()))
    return {_value(one): one for one in (*departments, *providers)}


def _value(party: Department | Provider) -> str:
    return f"{'department' if isinstance(party, Department) else 'provider'}-{party.id}"


def _form(ticket: Ticket, draft: dict | None = None) -> DecideForm:
    """The form with its choices: whoever had an order of this ticket; the departments, where nobody had.

    `draft`: a fresh one with what was typed.
    """
    had = orders.orders(ticket)
    mine = {_value(order.party): order.party for order in reversed(had)}
    own = {value: one for value, one in _parties().items() if isinstance(one, Department)}
    form = DecideForm() if draft is None else DecideForm(formdata=MultiDict(), data=_first(ticket, had, draft))
    form.party.choices = [(value, name_of(one)) for value, one in (mine or own).items()]
    form.party.description = (
        "" if mine else gettext("Nobody had an order of this ticket: our own departments can be chosen.")
    )
    form.degree.choices = [(one.code, words_in(one.words)) for one in settings.policy().liability.degrees]
    people = [one for one in queries.staff() if any(party.is_party_of(one) for party in mine.values())]
    form.person.choices = [(0, gettext("Nobody in particular")), *((one.id, one.name) for one in people)]
    return form


def _first(ticket: Ticket, had: list[Dispatch], draft: dict) -> dict:
    """What stands in the form before anybody chose: the party in the lead, then what a draft holds."""
    lead = next((order.party for order in reversed(had) if order.is_lead), None)
    code = dispatching.lead_for(ticket.kind, ticket.class_code, ticket.service_code)
    own = lead or next((one for one in parties.departments(visible(Department, me())) if one.code == code), None)
    kept = {name: value for name, value in draft.items() if name in ("party", "liable", "degree", "reason")}
    person = draft.get("person", "")
    return {"party": _value(own) if own else None, **kept, "person": int(person) if person.isdecimal() else 0}


def _new_page(ticket: Ticket, form: DecideForm, status: int = 200):
    known = deadlines.of(ticket)
    missed = [promises.chip(one) for one in known if one.dropped_at is None and one.is_late(clock.now())]
    before = rules.of(ticket)
    return form_page(
        "staff/liability_new.html", status, no=rules.DECIDED if before else rules.why_not_decide(ticket, me()),
        on=_decided(before) if before else (url_for("desk.show", ticket=ticket.id), gettext("To the ticket")),
        title=gettext("Decide on liability"), ticket=ticket, form=form, place=_place(ticket), missed=missed,
        orders=orders.orders(ticket), calls=callback.of(ticket), tell=desk_telling,
    )  # fmt: skip


def _decided(row: Liability) -> tuple[str, str]:
    return url_for(".show", liability=row.id), gettext("Look at the decision")


@door.get("/<int:liability>", needs=P.DESK_READ)
def show(liability):
    """A decision, its appeal, and what may be done now."""
    return _page(liability)


@door.post("/<int:liability>/appeal", needs=P.DESK_HANDLE, files=True)
def appeal(liability):
    """The party appeals, once."""
    form, place = AppealForm(), f"liability/{liability.id}"
    if draft_files.taken_out(form, place):
        return redirect(url_for(".show", liability=liability.id), 303)
    if not draft_files.in_order(form, place) or attempted(form, "said", _appeal, liability, form, place) is False:
        draft_files.keep_for_later(form, place)
        return _page(liability, 422, appeal_form=form)
    drafts.discard(me(), place)
    say(N_("The appeal is made; another supervisor decides on it."))
    return redirect(url_for(".show", liability=liability.id), 303)


def _appeal(row: Liability, form: AppealForm, place: str) -> None:
    rules.appeal(row, row.ticket, me(), form.said.data, draft_files.all_of(form, place))


@door.post("/<int:liability>/appeal-decision", needs=P.QUALITY_WORK)
def decide_appeal(liability):
    """Another supervisor decides on the appeal."""
    form = AppealDecisionForm()
    facts = (liability, liability.ticket, me(), form.upheld.data == "yes", form.reason.data)
    if not form.validate() or attempted(form, "upheld", rules.decide_appeal, *facts) is False:
        return _page(liability, 422, decision_form=form)
    drafts.discard(me(), f"liability/{liability.id}/decision")
    say(N_("The appeal is decided; everybody concerned hears of it."))
    return redirect(url_for(".show", liability=liability.id), 303)


def _page(row: Liability, status: int = 200, **forms):
    places = {"appeal_form": f"liability/{row.id}", "decision_form": f"liability/{row.id}/decision"}
    mine = drafts.at(me(), list(places.values()))
    kept = {name: mine[place].fields if place in mine else {} for name, place in places.items()}
    no_appeal = rules.why_not_appeal(row, me())
    no_decision = rules.why_not_decide_appeal(row, row.ticket, me()) if may(me(), P.QUALITY_WORK) else None
    fresh = {
        "appeal_form": None if no_appeal else AppealForm(formdata=MultiDict(), data={"said": kept["appeal_form"].get("said", "")}),
        "decision_form": None if no_decision or not may(me(), P.QUALITY_WORK)
        else AppealDecisionForm(formdata=MultiDict(), data=kept["decision_form"]),
    }  # fmt: skip
    return page(
        "staff/liability.html", status, row=row, ticket=row.ticket, words=rules, tell=desk_telling, places=places,
        files=rules.files_of(row), draft_files=drafts.attached(mine.get(places["appeal_form"])),
        no_appeal=no_appeal if row.party.is_party_of(me()) else None, no_decision=no_decision if row.stage == "appealed" else None,
        accepted_files=draft_files.ACCEPTED, may_open=_may_open(row.ticket),
        **fresh | forms,
    )  # fmt: skip


def _may_open(ticket: Ticket) -> bool:
    """May the reader see the ticket itself?"""
    return lists.is_among(visible(Ticket, me()), ticket.id)


def box(ticket: Ticket, hands: set[int]) -> dict | None:
    """What a ticket's page says about liability to whoever asks; none if there is nothing for them to see."""
    if ticket.kind != rules.KIND or ticket.closed_at is None:
        return None
    if ticket.judged_at is not None:
        found = lists.seen(visible(Liability, me()), ticket)
        return {"row": found, "why_not": None} if found else None
    if not may(me(), P.QUALITY_WORK):
        return None
    return {"row": None, "why_not": rules.why_not_decide(ticket, me(), hands)}
