"""The forum (R38) for customers: what there is, the event with one's own part in it, registering several people at once."""

from typing import cast

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import NumberRange, Optional

from portal import clock
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.files import Attachment
from portal.domain.forum import links, minutes, programme, queries, registering, seats, topics
from portal.domain.forum.after_models import Topic
from portal.domain.forum.lifecycle import (
    EVENT_STATES,
    EVENT_TONES,
    INVITATION_STATES,
    PARTY_STATES,
    PARTY_TONES,
    TOPIC_STATES,
    TOPIC_TONES,
)
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.people.models import Person
from portal.domain.people.queries import colleagues
from portal.i18n import N_
from portal.web.forms import AtMost, Form, Needed
from portal.web.forum_forms import ComingForm, coming_form
from portal.web.pages import page, say

door = Door("forum_mine", __name__, url_prefix="/forum")

MOST = 10
WISHES = {
    "all": N_("All of us or nobody: if there are not enough seats, we all wait"),
    "some": N_("As many as fit come; the rest waits"),
}


class PartyForm(Form):
    """What is decided for the whole party."""

    wish = RadioField(N_("If there are not enough seats"), [Needed()], choices=WISHES, default="all")


class CountForm(Form):
    """Who registers: colleagues are ticked, others counted."""

    more = IntegerField(
        N_("And how many others?"), [Optional(), NumberRange(0, MOST, N_("Please give a number in these bounds."))]
    )


class OneForm(ComingForm):
    person_id = HiddenField()


class QuestionForm(Form):
    question = TextAreaField(N_("A question to us, to be answered at the forum"), [Needed(), AtMost(2000)])


@door.get("", needs=P.FORUM_ATTEND)
def index():
    """The next forum, earlier ones, and what of one's own organisation is registered."""
    events = queries.events(visible(Event, me()))
    parties = queries.of_customer(visible(Registration, me()), events)
    return page(
        "customer/forum.html", events=events, parties=parties, at=clock.now(), states=EVENT_STATES, tones=EVENT_TONES,
        party_states=PARTY_STATES, party_tones=PARTY_TONES,
    )  # fmt: skip


@door.get("/<int:event>", needs=P.FORUM_ATTEND)
def show(event):
    """The agenda, my invitation, my organisation's parties, what was asked and answered, afterwards minutes and photos."""
    return _page(event, QuestionForm())


def _page(event: Event, form: QuestionForm, status: int = 200):
    parties = queries.of_customer(visible(Registration, me()), [event]).get(event.id, [])
    mine = [
        one
        for one in queries.invitations(visible(Invitation, me()), event)
        if one.person_id == me().id and one.state != "draft"
    ]
    people = [one for party in parties for one in party.people]
    was = me().id in {one.person_id for one in people if one.id in queries.checked(people)}
    row = minutes.of(event) if was else None
    kept = {one.id for one in minutes.shown(visible(Attachment, me()), event)} if was else set()
    return page(
        "customer/forum_event.html", status, event=event, days=programme.by_day(programme.agenda(event)), at=clock.now(),
        hotels=programme.parts(event, "hotels"), parties=parties, party_states=PARTY_STATES, party_tones=PARTY_TONES,
        invitations=[(one, links.secret_of(one)) for one in mine], invitation_states=INVITATION_STATES,
        topics=topics.listed(visible(Topic, me()), event), topic_states=TOPIC_STATES, topic_tones=TOPIC_TONES,
        minutes=row if row and row.published_at else None, was=was, places=minutes.PLACES,
        files={place: [one for one in rows if one.id in kept] for place, rows in minutes.files_of(event).items()} if was else {},
        left=seats.allotted(event, me().customer) - seats.used(event, me().customer.id), form=form, states=EVENT_STATES, tones=EVENT_TONES,
        me=me(), asks=_my_place(event) is not None and not event.is_over(clock.now()),
    )  # fmt: skip


def _my_place(event: Event) -> Attendee | None:
    return registering.place_of(event, me())


@door.post("/<int:event>/questions", needs=P.FORUM_ATTEND)
def ask(event):
    form, place = QuestionForm(), _my_place(event)
    asking = (topics.ask_beforehand, event, place, form.question.data, me())
    if not form.validate() or place is None or attempted(form, "question", *asking) is False:
        return _page(event, form, 422)
    say(N_("We have your question; you hear the answer."))
    return redirect(url_for(".show", event=event.id), 303)


@door.get("/<int:event>/registrations/new", needs=P.FORUM_ATTEND)
def new(event):
    """First who, then what is to be known of each; a member registers for themselves at once."""
    if no := registering.why_not_open(event):
        return page("customer/forum_closed.html", event=event, no=no)
    people = _colleagues()
    asked = [one for one in people if str(one.id) in request.args.getlist("with")]
    more = request.args.get("more", "")
    others = min(int(more), MOST) if more.isdecimal() and len(more) < 4 else 0
    if not me().is_org_admin:
        asked, others = [me()], 0
    if not asked and not others:
        return page(
            "customer/forum_who.html",
            event=event,
            people=people,
            form=CountForm(formdata=MultiDict()),
            there=_registered(event),
        )
    forms = [_one_form(event, n, one) for n, one in enumerate([*asked, *[None] * others][:MOST])]
    return _form_page(event, forms, PartyForm())


def _colleagues() -> list[Person]:
    return colleagues(me().customer_id or 0) if me().is_org_admin else [me()]


def _registered(event: Event) -> set[int | None]:
    parties = queries.of_customer(visible(Registration, me()), [event]).get(event.id, [])
    return {one.person_id for party in parties if party.state in registering.LIVE for one in party.people}


def _one_form(event: Event, n: int, person: Person | None = None) -> OneForm:
    facts = {"formdata": MultiDict(), "prefix": f"p{n}-"}
    if person is not None:
        facts |= {
            "person_id": person.id,
            "name": person.name,
            "title": person.title,
            "email": person.email,
            "phone": person.phone,
        }
    return cast(OneForm, coming_form(event, OneForm, **facts))


@door.post("/<int:event>/registrations/new", needs=P.FORUM_ATTEND)
def create(event):
    """Register everybody on the form, as one party."""
    count = request.form.get("count", "")
    number = min(int(count), MOST) if count.isdecimal() and len(count) < 4 else 1
    forms = [coming_form(event, OneForm, prefix=f"p{n}-") for n in range(max(1, number))]
    whole = PartyForm(data={"wish": "all"}) if "wish" not in request.form else PartyForm()
    good = [form.validate() for form in forms]
    if all(good) and (
        party := attempted(forms[0], "name", _register, event, forms, request.form.get("wish") != "some")
    ):
        _told(party)
        return redirect(url_for(".show_registration", registration=party.id), 303)
    return _form_page(event, forms, whole, 422)


def _register(event: Event, forms: list[OneForm], all_or_none: bool) -> Registration:
    known = {str(one.id): one for one in _colleagues()}
    people = []
    for form in forms:
        person = known.get(form.person_id.data or "")
        people.append(form.coming(person_id=person.id if person else None, language=(person or me()).language))
    return registering.register(event, me(), me().customer, people, all_or_none=all_or_none)


def _told(party: Registration) -> None:
    """What became of it; of a party that was divided, who has seats and who waits."""
    rest = seats.people_of(party)
    seated = [one for each in queries.parts_of(visible(Registration, me()), party) for one in each.people]
    if seated:
        say(
            N_("{seated} of you have seats, {waiting} wait ({number})."), "warn",
            seated=len(seated), waiting=len(rest), number=party.number,
        )  # fmt: skip
    else:
        say(*_said(party), number=party.number)


def _said(party: Registration) -> tuple[str, str]:
    return {
        "confirmed": (N_("You are registered ({number}); the tickets are on their way."), "good"),
        "requested": (N_("We have your registration ({number}) and hold the seats; you hear from us soon."), "good"),
    }.get(party.state, (N_("All seats are taken just now; you are on the waiting list ({number})."), "warn"))


def _form_page(event: Event, forms: list[OneForm], whole: PartyForm, status: int = 200):
    return page(
        "customer/forum_register.html", status, event=event, forms=forms, whole=whole, no=registering.why_not_open(event),
        has_hotels=len(forms[0].hotel_id.choices) > 1, has_sessions=bool(forms[0].sessions.choices),
    )  # fmt: skip
