"""What somebody who comes to the forum is asked, as a form: the same for customers, guests with a link, and us."""

from typing import Any

from wtforms import BooleanField, DateField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain import settings
from portal.domain.forum import programme, queries
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee
from portal.domain.forum.registering import Coming
from portal.i18n import N_
from portal.web import filters
from portal.web.forms import AtMost, Form, Needed
from portal.web.words import gettext

ADDRESS = Regexp(r"([^@\s,;<>]{1,64}@[^@\s,;<>]{1,255})?\Z", message=N_("This is no e-mail address."))


class ComingForm(Form):
    """One person who comes. Choices come from the event and the policy: `coming_form` fills them in."""

    name = StringField(N_("Full name"), [Needed(), AtMost(60)])
    name_en = StringField(N_("Name in Latin letters"), [AtMost(80)])
    title = StringField(N_("What they do"), [AtMost(60)])
    email = StringField(N_("E-mail address"), [AtMost(120), ADDRESS], description=N_("The ticket goes there."))
    phone = StringField(N_("Telephone"), [AtMost(40)])
    badge_name = StringField(N_("Name on the badge, if another"), [AtMost(60)])
    sessions = SelectMultipleField(
        N_("Sessions to sign up for"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    companions = TextAreaField(N_("Companions"), [AtMost(300)], description=N_("A name on each line."))
    diet = SelectField(N_("Diet"), default="")
    diet_words = StringField(N_("About food"), [AtMost(200)])
    access = TextAreaField(
        N_("What they need to take part"),
        [AtMost(400)],
        description=N_("A wheelchair place, an interpreter, …: read by whoever prepares the day and by nobody else."),
    )
    transport = SelectField(N_("How they come"), default="")
    travel = StringField(N_("Number plate, train or flight"), [AtMost(200)])
    hotel_id = SelectField(N_("Hotel"), coerce=int, default=0)
    night_from = DateField(N_("Arrival"), [Optional()])
    night_to = DateField(N_("Departure"), [Optional()])
    allows_photos = BooleanField(N_("Agrees to be seen on photos of the event"))
    allows_list = BooleanField(N_("Agrees to stand, with name and organisation, in the list for attendees"))
    question = TextAreaField(N_("A question to us, to be answered at the forum"), [AtMost(2000)])

    def coming(self, **more) -> Coming:
        """What was given, as the actions take it."""
        facts: dict[str, Any] = {}
        for name, value in self.facts().items():
            if name in Coming.__dataclass_fields__:
                facts[name] = "" if value is None and name not in MAY_BE_NONE else value
        facts["companions"] = tuple(line.strip()[:60] for line in facts["companions"].splitlines() if line.strip())
        facts["sessions"] = tuple(facts["sessions"] or ())
        facts["hotel_id"] = facts["hotel_id"] or None
        if facts["hotel_id"] is None:
            facts |= {"night_from": None, "night_to": None}
        return Coming(**facts | more)


MAY_BE_NONE = ("hotel_id", "night_from", "night_to")
DETAILS = (
    "badge_name", "companions", "diet", "diet_words", "access", "transport", "travel", "hotel_id", "night_from", "night_to",
)  # fmt: skip


def coming_form(event: Event, kind: type[ComingForm] = ComingForm, **facts) -> ComingForm:
    """The form for somebody who comes to this event."""
    form, rules = kind(**facts), settings.policy().forum
    form.sessions.choices = [(one.id, _session_words(one)) for one in programme.choosable(programme.agenda(event))]
    form.diet.choices = [
        ("", gettext("Please choose")),
        *((one.code, filters.words_in(one.words)) for one in rules.diets),
    ]
    form.transport.choices = [
        ("", gettext("Please choose")),
        *((one.code, filters.words_in(one.words)) for one in rules.transports),
    ]
    hotels = programme.parts(event, "hotels")
    form.hotel_id.choices = [
        (0, gettext("No hotel needed")),
        *((one.id, filters.words_in(one.words)) for one in hotels),
    ]
    return form


def _session_words(session) -> str:
    room = f" · {filters.words_in(session.room.words)}" if session.room else ""
    left = gettext("full") if session.free <= 0 else gettext("seats left: %(n)s", n=session.free)
    begins, ends = (filters.here(at) for at in (session.begins_at, session.ends_at))
    return f"{begins:%H:%M}–{ends:%H:%M} {filters.words_in(session.words)}{room} · {left}"


def drawn(attendee: Attendee) -> dict:
    """What the form of somebody known begins with."""
    facts = {
        name: getattr(attendee, name)
        for name in ComingForm.__dict__
        if hasattr(Attendee, name) and not name.startswith("_")
    }
    chosen = [one.id for one in queries.sessions_of(attendee)]
    return facts | {
        "companions": "\n".join(attendee.companions),
        "sessions": chosen,
        "hotel_id": attendee.hotel_id or 0,
    }
