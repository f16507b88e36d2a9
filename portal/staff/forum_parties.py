"""Registrations of a forum: parties by state, the waiting list with its reasons, one party, its people, the workbook."""

from typing import cast

from flask import redirect, request, url_for
from wtforms import BooleanField, SelectField, TextAreaField

from portal import clock
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import find, visible
from portal.domain import settings
from portal.domain.forum import offers, queries, registering, sharing
from portal.domain.forum.lifecycle import LIVE, PARTY_TONES, STAFF_PARTY_STATES
from portal.domain.forum.party_models import Attendee, Registration
from portal.domain.people.models import Customer
from portal.i18n import N_
from portal.staff.forum import door, frame
from portal.web import filters
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.forum_forms import ComingForm, coming_form, drawn
from portal.web.pages import page, say
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext


class StaffComingForm(ComingForm):
    """Somebody registered by us."""

    customer = SelectField(N_("Customer"), coerce=int)


class WhyForm(Form):
    why = TextAreaField(N_("Why?"), [Needed(), AtMost(500)])


class NeedsForm(Form):
    needs = BooleanField(N_("With diet and what people need"))


@door.get("/<int:event>/registrations", needs=P.FORUM_READ)
def registrations(event):
    state, said = request.args.get("state", ""), request.args.get("said", "").replace("\0", "")[:80]
    state = state if state in STAFF_PARTY_STATES else ""
    rows = visible(Registration, me())
    found = queries.parties(rows, event, [state] if state else (), said)
    counted, _ = queries.by_states(event, rows)
    chips = [("", N_("All"), sum(counted.values()))] + [
        (code, words, counted.get(code, 0)) for code, words in STAFF_PARTY_STATES.items()
    ]
    return page(
        "staff/forum_registrations.html", **frame(event), parties=queries.with_positions(found), state=state, said=said,
        states=STAFF_PARTY_STATES, tones=PARTY_TONES, choices=chips,
    )  # fmt: skip


@door.get("/<int:event>/waiting", needs=P.FORUM_READ)
def waiting(event):
    """Who waits, in the promised order, and what each waits for; whose offer runs until when."""
    found = queries.parties(visible(Registration, me()), event, ("waiting", "offered"))
    return page(
        "staff/forum_waiting.html",
        **frame(event),
        parties=queries.with_positions(found),
        states=STAFF_PARTY_STATES,
        tones=PARTY_TONES,
    )


@door.get("/<int:event>/registrations/new", needs=P.FORUM_INVITE)
def new_registration(event):
    return _new_page(event, _staff_form(event))


@door.post("/<int:event>/registrations/new", needs=P.FORUM_INVITE)
def create_registration(event):
    form = _staff_form(event)
    if form.validate() and (party := attempted(form, "name", _register, event, form)):
        say(N_("{number} is registered: {state}."), number=party.number, state=gettext(STAFF_PARTY_STATES[party.state]))
        return redirect(url_for(".show_registration", registration=party.id), 303)
    return _new_page(event, form, 422)


def _register(event, form) -> Registration:
    customer = find("customer", form.customer.data, me())
    return registering.register(event, me(), customer, [form.coming()])


def _staff_form(event, **facts) -> ComingForm:
    form = coming_form(event, StaffComingForm, **facts)
    cast(SelectField, form["customer"]).choices = [
        (one.id, one.name) for one in queries.customers(visible(Customer, me()))
    ]
    return form


def _new_page(event, form, status: int = 200):
    return page("staff/forum_attendee.html", status, **frame(event), form=form, attendee=None, party=None)


@door.get("/registrations/<int:registration>", needs=P.FORUM_READ)
def show_registration(registration):
    return _party_page(registration)


def _party_page(row: Registration, status: int = 200, needs: bool = False, form: WhyForm | None = None):
    party = queries.with_positions(queries.whole([row], row.event))[0]
    policy = settings.policy().forum
    named = {one.code: words_in(one.words) for one in (*policy.diets, *policy.transports)}
    return page(
        "staff/forum_party.html", status, **frame(row.event), party=party, row=row, states=STAFF_PARTY_STATES, tones=PARTY_TONES,
        sessions=queries.chosen(party.people), here=queries.checked(party.people), needs=needs, named=named, form=form or WhyForm(),
        live=row.state in LIVE, at=clock.now(),
    )  # fmt: skip


@door.post("/registrations/<int:registration>/needs", needs=P.FORUM_INVITE)
def needs(registration):
    """Diet and what people need: shown now, and noted that somebody looked."""
    sharing.looked(registration, me())
    return _party_page(registration, needs=True)


@door.post("/registrations/<int:registration>/approval", needs=P.FORUM_RUN)
def approve(registration):
    registering.approve(registration, me())
    say(N_("Approved; the tickets are on their way."))
    return redirect(url_for(".show_registration", registration=registration.id), 303)


@door.post("/registrations/<int:registration>/decline", needs=P.FORUM_RUN)
def decline(registration):
    return _with_reason(registration, registering.decline)


@door.post("/registrations/<int:registration>/cancellation", needs=P.FORUM_INVITE)
def cancel(registration):
    return _with_reason(registration, registering.cancel)


@door.post("/registrations/<int:registration>/offer", needs=P.FORUM_RUN)
def offer(registration):
    """Before its turn, with a reason."""
    return _with_reason(registration, offers.offer_out_of_turn)


def _with_reason(row: Registration, act):
    form = WhyForm()
    if not form.validate() or attempted(form, "why", act, row, me(), form.why.data) is False:
        return _party_page(row, 422, form=form)
    say(N_("Kept; the organisation hears of it."))
    return redirect(url_for(".show_registration", registration=row.id), 303)


@door.post("/registrations/<int:registration>/acceptance", needs=P.FORUM_INVITE)
def accept(registration):
    """They said yes by telephone."""
    offers.accept(registration, me())
    say(N_("Kept; the organisation hears of it."))
    return redirect(url_for(".show_registration", registration=registration.id), 303)


@door.get("/attendees/<int:attendee>", needs=P.FORUM_INVITE)
def edit_attendee(attendee):
    """What is known of somebody; what is delicate is not drawn here, and stays as it is."""
    facts = drawn(attendee) | {"diet_words": "", "access": ""}
    return _attendee_page(attendee, coming_form(attendee.event, **facts))


@door.post("/attendees/<int:attendee>", needs=P.FORUM_INVITE)
def update_attendee(attendee):
    form = coming_form(attendee.event)
    if (
        form.validate()
        and attempted(form, "name", registering.change, attendee, me(), _kept(form, attendee)) is not False
    ):
        say(N_("Kept."))
        return redirect(url_for(".show_registration", registration=attendee.registration_id), 303)
    return _attendee_page(attendee, form, 422)


def _kept(form: ComingForm, attendee: Attendee):
    kept = {name: getattr(attendee, name) or "" for name in ("diet_words", "access") if not form[name].data}
    return form.coming(organisation=attendee.organisation, **kept)


@door.post("/attendees/<int:attendee>/cancellation", needs=P.FORUM_INVITE)
def cancel_attendee(attendee):
    registering.cancel_attendee(attendee, me(), "")
    say(N_("{name} was cancelled."), name=attendee.name)
    return redirect(url_for(".show_registration", registration=attendee.registration_id), 303)


def _attendee_page(attendee: Attendee, form: ComingForm, status: int = 200):
    return page(
        "staff/forum_attendee.html",
        status,
        **frame(attendee.event),
        form=form,
        attendee=attendee,
        party=attendee.registration,
    )


@door.post("/<int:event>/registrations/list.xlsx", needs=P.FORUM_INVITE)
def export(event):
    """Everybody who comes or waits, as a workbook; with what is delicate only where it is asked for. Each export is noted."""
    form = NeedsForm()
    people = queries.coming(event, visible(Registration, me()), LIVE)
    sharing.exported(event, me(), len(people), form.needs.data)
    head = [
        N_("No."), N_("Full name"), N_("Name in Latin letters"), N_("Customer"), N_("Organisation on the badge"), N_("What they do"), N_("Telephone"),
        N_("E-mail address"), N_("State"), N_("Registration"), N_("Chosen sessions"), N_("Companions"), N_("How they come"), N_("Number plate, train or flight"),
        N_("Hotel"), N_("Arrival"), N_("Departure"), N_("Photos"), N_("List"), N_("Checked in"),
    ] + ([N_("Diet"), N_("About food"), N_("What they need to take part")] if form.needs.data else [])  # fmt: skip
    chosen, here = queries.chosen(people), queries.checked(people)
    rows = [_line(one, chosen.get(one.id, []), here.get(one.id), form.needs.data) for one in people]
    sheet = {gettext("Registrations"): ([gettext(words) for words in head], rows)}
    return download(f"{gettext('Registrations')}-{event.number}.xlsx", as_xlsx(sheet, filters.zone()))


def _line(one: Attendee, sessions, check_in, with_needs: bool) -> list:
    policy, party = settings.policy().forum, one.registration
    named = {item.code: words_in(item.words) for item in (*policy.diets, *policy.transports)}
    said = {True: gettext("Yes"), False: gettext("No")}
    line = [
        one.shown_number, one.name, one.name_en, party.customer.name if party.customer else "", one.organisation, one.title, one.phone, one.email,
        gettext(STAFF_PARTY_STATES[party.state]), party.number, filters.listed(words_in(each.words) for each in sessions), filters.listed(one.companions),
        named.get(one.transport, one.transport), one.travel, words_in(one.hotel.words) if one.hotel else "", one.night_from, one.night_to,
        said[one.allows_photos], said[one.allows_list], check_in.at if check_in else None,
    ]  # fmt: skip
    return line + ([named.get(one.diet, one.diet), one.diet_words or "", one.access or ""] if with_needs else [])
