"""The annual forum (座谈会, R38) for staff: the list, preparing one, copying last year's, its overview, places by organisation."""

from datetime import timedelta

from flask import redirect, url_for
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, Regexp

from portal import clock
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import find, visible
from portal.domain import settings
from portal.domain.forum import events, programme, queries
from portal.domain.forum.lifecycle import EVENT_MOVES, EVENT_STATES, EVENT_TONES
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Invitation, Registration
from portal.domain.people.models import Customer
from portal.i18n import N_
from portal.web.fields import MomentField
from portal.web.filters import words_in
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.words import gettext

door = Door("forum", __name__, url_prefix="/staff/forum")

MOST = NumberRange(0, 100_000, N_("Please give a number in these bounds."))
HTTPS = Regexp(r"(https://[^\s<>\"]+)?\Z", message=N_("Please give an address that begins with https://."))
TIER = "tier_"


class EventBase(Form):
    """What an event is; places by tier are added for the policy's tiers."""

    title = StringField(N_("Title"), [Needed(), AtMost(120)])
    title_en = StringField(N_("Title in English"), [AtMost(160)])
    begins_at = MomentField(N_("Begins"), [Needed()])
    ends_at = MomentField(N_("Ends"), [Needed()])
    place = StringField(N_("Place"), [Needed(), AtMost(120)])
    place_en = StringField(N_("Place in English"), [AtMost(160)])
    address = StringField(N_("Street address"), [AtMost(200)])
    address_en = StringField(N_("Address in English"), [AtMost(240)])
    map_url = StringField(N_("Link to a map"), [AtMost(400), HTTPS])
    summary = TextAreaField(N_("What the event is about"), [AtMost(BODY)])
    summary_en = TextAreaField(N_("What it is about, in English"), [AtMost(BODY)])
    travel = TextAreaField(N_("How to get there"), [AtMost(BODY)])
    travel_en = TextAreaField(N_("How to get there, in English"), [AtMost(BODY)])
    contact = StringField(N_("Whom to ask"), [AtMost(200)], description=N_("Name and telephone."))
    contact_en = StringField(N_("Whom to ask, in English"), [AtMost(240)])
    opens_at = MomentField(N_("Registration opens"), [Needed()])
    closes_at = MomentField(N_("Registration closes"), [Needed()])
    change_until = MomentField(N_("Parties change and cancel until"), [Needed()])
    capacity = IntegerField(N_("Seats in all"), [Needed(), MOST])
    offer_hours = IntegerField(
        N_("Working hours for which a freed seat is offered"),
        [Needed(), NumberRange(1, 80, N_("Please give a number in these bounds."))],
    )
    companions_max = IntegerField(
        N_("Companions of one person"), [Optional(), NumberRange(0, 5, N_("Please give a number in these bounds."))]
    )
    companions_take_seats = BooleanField(N_("Companions take seats"))
    needs_approval = BooleanField(N_("Registrations are approved by us"))
    may_pass = BooleanField(N_("A smaller party may pass one that does not fit"))
    is_public = BooleanField(N_("The page is open without signing in"))
    version = HiddenField()

    def facts(self) -> dict:
        """As the actions take them: `tiers` apart, texts never none."""
        facts = {name: value for name, value in super().facts().items() if not name.startswith(TIER)}
        tiers = {
            name.removeprefix(TIER): field.data or 0 for name, field in self._fields.items() if name.startswith(TIER)
        }
        return facts | {"companions_max": facts["companions_max"] or 0, "tiers": tiers}


class CopyForm(Form):
    begins_at = MomentField(
        N_("Begins"),
        [Needed()],
        description=N_("The same weekday as last time; all other moments keep their distance."),
    )


class WhyForm(Form):
    why = TextAreaField(N_("Why?"), [Needed(), AtMost(500)])


class PlacesForm(Form):
    """Places of one organisation by hand."""

    places = IntegerField(N_("Places"), [Optional(), MOST], description=N_("Left blank: by its tier."))
    why = StringField(N_("Why?"), [Needed(), AtMost(300)])


def event_form(**facts) -> EventBase:
    fields = {
        TIER + tier.code: IntegerField(gettext("Places: %(tier)s", tier=words_in(tier.words)), [Optional(), MOST])
        for tier in settings.policy().tiers
    }
    return type("EventForm", (EventBase,), fields)(**facts)


def moves_of(event: Event) -> list:
    """The moves this person may make with the event now; closing only once it is over."""
    if not may(me(), P.FORUM_RUN):
        return []
    over = clock.now() >= event.ends_at
    return [one for one in EVENT_MOVES if event.state in one.leaves and (one.verb != "close" or over)]


def frame(event: Event) -> dict:
    """What every page of an event needs beside its own."""
    return {
        "event": event, "runs": may(me(), P.FORUM_RUN), "invites": may(me(), P.FORUM_INVITE), "reads": may(me(), P.FORUM_READ), "checks_in": may(me(), P.FORUM_DOOR),
        "event_states": EVENT_STATES, "event_tones": EVENT_TONES,
    }  # fmt: skip


@door.get("", needs=P.FORUM_READ)
def index():
    found = queries.events(visible(Event, me()))
    return page(
        "staff/forum_events.html", events=found, states=EVENT_STATES, tones=EVENT_TONES, runs=may(me(), P.FORUM_RUN)
    )


@door.get("/new", needs=P.FORUM_RUN)
def new():
    given = events.beginning()
    begins = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=60)
    tiers = {TIER + code: seats for code, seats in given.seats.items()}
    form = event_form(
        offer_hours=given.offer_hours, companions_max=given.companions_max, companions_take_seats=True, is_public=True,
        begins_at=begins, ends_at=begins + timedelta(hours=8), opens_at=clock.now(), closes_at=begins - timedelta(days=7),
        change_until=begins - timedelta(days=settings.policy().forum.change_days), **tiers,
    )  # fmt: skip
    return page("staff/forum_form.html", form=form, event=None, tier=TIER)


@door.post("", needs=P.FORUM_RUN)
def create():
    form = event_form()
    if form.validate() and (event := attempted(form, "begins_at", _make, form)):
        say(N_("{title} is being prepared. The programme comes next."), title=event.title)
        return redirect(url_for(".show", event=event.id), 303)
    return page("staff/forum_form.html", 422, form=form, event=None, tier=TIER)


def _make(form: EventBase) -> Event:
    return events.make(me(), **form.facts())


@door.get("/<int:event>", needs=P.FORUM_READ)
def show(event):
    """How it stands: invitations, seats, who is there; the papers; the next step."""
    return _overview(event, WhyForm())


def _overview(event: Event, form: WhyForm, status: int = 200):
    figures = queries.figures(event, visible(Invitation, me()), visible(Registration, me()))
    return page(
        "staff/forum_event.html", status, **frame(event), figures=figures, moves=moves_of(event), why_form=form,
        sessions=programme.size(event),
    )  # fmt: skip


@door.get("/<int:event>/edit", needs=P.FORUM_RUN)
def edit(event):
    tiers = {TIER + code: seats for code, seats in event.seats.items()}
    return page("staff/forum_form.html", form=event_form(obj=event, **tiers), event=event, tier=TIER)


@door.post("/<int:event>/edit", needs=P.FORUM_RUN)
def update(event):
    form = event_form()
    version, was = int(form.version.data) if (form.version.data or "").isdecimal() else 0, event.begins_at
    if form.validate() and attempted(form, "capacity", events.change, event, me(), version, **form.facts()):
        held = programme.days_since(event, was) and programme.parts(event, "hotels")
        say(
            N_("Kept. The nights at the hotels moved along; please agree them with the hotels.")
            if held
            else N_("Kept.")
        )
        return redirect(url_for(".show", event=event.id), 303)
    return page("staff/forum_form.html", 422, form=form, event=event, tier=TIER)


@door.get("/<int:event>/copy", needs=P.FORUM_RUN)
def ask_copy(event):
    return page("staff/forum_copy.html", event=event, form=CopyForm(begins_at=events.first_moment(event)))


@door.post("/<int:event>/copy", needs=P.FORUM_RUN)
def copy(event):
    form = CopyForm()
    if form.validate() and (made := attempted(form, "begins_at", events.copy, event, me(), form.begins_at.data)):
        say(N_("{title} is being prepared, with last time's programme. Please look it through."), title=made.title)
        return redirect(url_for(".show", event=made.id), 303)
    return page("staff/forum_copy.html", 422, event=event, form=form)


@door.post("/<int:event>/moves/<verb>", needs=P.FORUM_RUN)
def move(event, verb):
    form = WhyForm()
    if verb == "call_off" and not form.validate():
        return _overview(event, form, 422)
    events.move(event, verb, me(), form.why.data or "")
    say(N_("Kept."))
    return redirect(url_for(".show", event=event.id), 303)


@door.get("/<int:event>/places", needs=P.FORUM_READ)
def places(event):
    """Places of each organisation: by tier or by hand, and how many are used."""
    found = queries.places(event, visible(Customer, me()))
    named = {tier.code: words_in(tier.words) for tier in settings.policy().tiers}
    return page(
        "staff/forum_places.html", **frame(event), places=found, tiers=named, given=sum(places for _, places, _, _ in found),
    )  # fmt: skip


@door.get("/<int:event>/places/<int:customer>", needs=P.FORUM_RUN)
def ask_places(event, customer):
    by_hand = queries.allotments(event).get(customer.id)
    form = PlacesForm(places=by_hand.seats if by_hand else None, why=by_hand.why if by_hand else "")
    return page("staff/forum_places_form.html", **frame(event), customer=customer, form=form)


@door.post("/<int:event>/places/<int:customer>", needs=P.FORUM_RUN)
def set_places(event, customer):
    form = PlacesForm()
    if form.validate():
        events.allot(event, customer, me(), form.places.data, form.why.data)
        say(N_("Kept."))
        return redirect(url_for(".places", event=event.id), 303)
    return page("staff/forum_places_form.html", 422, **frame(event), customer=customer, form=form)


def customers_of(key: str | None) -> Customer | None:
    """The customer of this id, if this person may see it; none for none."""
    return find("customer", int(key), me()) if key and key.isdecimal() and len(key) < 10 else None
