"""What an organisation registered for the forum: how it stands, tickets, changes, somebody else, cancelling, an offer."""

from flask import redirect, url_for

from portal import clock
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.customer.forum import OneForm, door
from portal.domain.forum import links, offers, queries, registering
from portal.domain.forum.lifecycle import LIVE, PARTY_STATES, PARTY_TONES
from portal.domain.forum.party_models import Attendee, Registration
from portal.i18n import N_
from portal.web.forum_forms import ComingForm, coming_form, drawn
from portal.web.pages import page, say


@door.get("/registrations/<int:registration>", needs=P.FORUM_ATTEND)
def show_registration(registration):
    """State, place on the waiting list, the offer, everybody with ticket and sessions."""
    party = queries.with_positions(queries.whole([registration], registration.event))[0]
    tickets = {one.id: links.secret_of(one) for one in party.people if one.token_hash}
    return page(
        "customer/forum_party.html", party=party, row=registration, event=registration.event, states=PARTY_STATES, tones=PARTY_TONES,
        sessions=queries.chosen(party.people), tickets=tickets, at=clock.now(), live=registration.state in LIVE,
        no=registering.why_not_change(registration.event, registration, me()),
        parts=queries.parts_of(visible(Registration, me()), registration),
    )  # fmt: skip


@door.post("/registrations/<int:registration>/acceptance", needs=P.FORUM_ATTEND)
def accept(registration):
    offers.accept(registration, me())
    say(N_("The seats are yours."))
    return _back(registration)


@door.post("/registrations/<int:registration>/release", needs=P.FORUM_ATTEND)
def pass_on(registration):
    offers.pass_on(registration, me())
    say(N_("The seats have gone on. Thank you for telling us."))
    return _back(registration)


@door.post("/registrations/<int:registration>/cancellation", needs=P.FORUM_ATTEND)
def cancel(registration):
    registering.cancel(registration, me())
    say(N_("The registration is cancelled. Thank you for telling us."))
    return _back(registration)


def _back(row: Registration):
    return redirect(url_for(".show_registration", registration=row.id), 303)


@door.get("/attendees/<int:attendee>", needs=P.FORUM_ATTEND)
def edit_attendee(attendee):
    return _page(attendee, coming_form(attendee.event, **drawn(attendee)))


@door.post("/attendees/<int:attendee>", needs=P.FORUM_ATTEND)
def update_attendee(attendee):
    form = coming_form(attendee.event)
    if (
        form.validate()
        and attempted(form, "name", registering.change, attendee, me(), _coming(form, attendee)) is not False
    ):
        say(N_("Kept."))
        return redirect(url_for(".show_registration", registration=attendee.registration_id), 303)
    return _page(attendee, form, 422)


def _coming(form: ComingForm, attendee: Attendee):
    return form.coming(organisation=attendee.organisation, person_id=attendee.person_id)


def _page(attendee: Attendee, form: ComingForm, status: int = 200):
    no = registering.why_not_change(attendee.event, attendee.registration, me())
    return page("customer/forum_attendee.html", status, attendee=attendee, event=attendee.event, form=form, no=no)


@door.post("/attendees/<int:attendee>/cancellation", needs=P.FORUM_ATTEND)
def cancel_attendee(attendee):
    registering.cancel_attendee(attendee, me())
    say(N_("{name} was cancelled."), name=attendee.name)
    return redirect(url_for(".show_registration", registration=attendee.registration_id), 303)


@door.get("/attendees/<int:attendee>/replacement", needs=P.FORUM_ATTEND)
def ask_replacement(attendee):
    return _replacement_page(attendee, coming_form(attendee.event, OneForm))


@door.post("/attendees/<int:attendee>/replacement", needs=P.FORUM_ATTEND)
def replace(attendee):
    """Somebody else comes in this seat."""
    form = coming_form(attendee.event, OneForm)
    if form.validate():
        one = form.coming(person_id=None, organisation=attendee.organisation)
        if attempted(form, "name", registering.replace, attendee, me(), one) is not False:
            say(N_("{name} comes instead; the old ticket is worth nothing any more."), name=one.name)
            return redirect(url_for(".show_registration", registration=attendee.registration_id), 303)
    return _replacement_page(attendee, form, 422)


def _replacement_page(attendee: Attendee, form: OneForm, status: int = 200):
    no = registering.why_not_change(attendee.event, attendee.registration, me())
    return page("customer/forum_replace.html", status, attendee=attendee, event=attendee.event, form=form, no=no)
