"""The programme of a forum: sessions by day; rooms, tracks, speakers and hotels, each with its small form."""

from typing import cast

from flask import abort, redirect, url_for
from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.domain.forum import programme
from portal.domain.forum.models import Event, Session
from portal.i18n import N_
from portal.staff.forum import door, frame
from portal.web.fields import MomentField
from portal.web.filters import words_in
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.words import gettext

BOUNDS = NumberRange(1, 100_000, N_("Please give a number in these bounds."))


class PartForm(Form):
    name = StringField(N_("Name"), [Needed(), AtMost(80)])
    name_en = StringField(N_("Name in English"), [AtMost(120)])


class RoomForm(PartForm):
    capacity = IntegerField(N_("How many people it takes"), [Needed(), BOUNDS])


class SpeakerForm(PartForm):
    title = StringField(N_("Position and organisation"), [AtMost(120)])
    title_en = StringField(N_("Position and organisation, in English"), [AtMost(160)])


class HotelForm(PartForm):
    address = StringField(N_("Street address"), [AtMost(200)])
    address_en = StringField(N_("Address in English"), [AtMost(240)])
    rooms = IntegerField(N_("Rooms a night"), [Needed(), BOUNDS])
    night_from = DateField(N_("First arrival"), [Needed()])
    night_to = DateField(N_("Last departure"), [Needed()])


class SessionForm(Form):
    title = StringField(N_("Title"), [Needed(), AtMost(120)])
    title_en = StringField(N_("Title in English"), [AtMost(160)])
    begins_at = MomentField(N_("Begins"), [Needed()])
    ends_at = MomentField(N_("Ends"), [Needed()])
    track_id = SelectField(N_("Track"), coerce=int)
    room_id = SelectField(N_("Room"), coerce=int)
    capacity = IntegerField(
        N_("Seats"),
        [Optional(), BOUNDS],
        description=N_("People sign up for it and hold one of its seats; left blank, it is for everybody."),
    )
    speakers = SelectMultipleField(
        N_("Speakers"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    about = TextAreaField(N_("What the session is about"), [AtMost(BODY)])
    about_en = TextAreaField(N_("What the session is about, in English"), [AtMost(BODY)])

    def facts(self) -> dict:
        facts = super().facts()
        return facts | {
            "track_id": facts["track_id"] or None,
            "room_id": facts["room_id"] or None,
            "speakers": facts["speakers"] or (),
        }


FORMS = {"rooms": RoomForm, "tracks": PartForm, "speakers": SpeakerForm, "hotels": HotelForm}
TITLES = {
    "rooms": (N_("Rooms"), N_("New room")),
    "tracks": (N_("Tracks"), N_("New track")),
    "speakers": (N_("Speakers"), N_("New speaker")),
    "hotels": (N_("Hotels"), N_("New hotel")),
}


@door.get("/<int:event>/programme", needs=P.FORUM_READ)
def programme_of(event):
    days = programme.by_day(programme.agenda(event))
    parts = {kind: programme.parts(event, kind) for kind in TITLES}
    return page("staff/forum_programme.html", **frame(event), days=days, parts=parts, titles=TITLES)


@door.get("/<int:event>/sessions/new", needs=P.FORUM_RUN)
def new_session(event):
    return _session_page(event, None, _session_form(event, begins_at=event.begins_at, ends_at=event.ends_at))


@door.post("/<int:event>/sessions/new", needs=P.FORUM_RUN)
def create_session(event):
    return _kept(event, None)


@door.get("/<int:event>/sessions/<int:key>", needs=P.FORUM_RUN)
def edit_session(event, key):
    row = programme.session(event, key) or abort(404)
    drawn = {
        name: getattr(row, name)
        for name in ("title", "title_en", "begins_at", "ends_at", "capacity", "about", "about_en")
    }
    chosen = {"track_id": row.track_id or 0, "room_id": row.room_id or 0, "speakers": [one.id for one in row.speakers]}
    return _session_page(event, row, _session_form(event, **drawn, **chosen))


@door.post("/<int:event>/sessions/<int:key>", needs=P.FORUM_RUN)
def update_session(event, key):
    return _kept(event, programme.session(event, key) or abort(404))


@door.post("/<int:event>/sessions/<int:key>/removal", needs=P.FORUM_RUN)
def remove_session(event, key):
    programme.remove_session(event, me(), programme.session(event, key) or abort(404))
    say(N_("Taken out of the programme."))
    return redirect(url_for(".programme_of", event=event.id), 303)


def _kept(event: Event, row: Session | None):
    form = _session_form(event)
    if form.validate():
        facts = form.facts()
        speakers = facts.pop("speakers")
        if attempted(form, "begins_at", programme.keep_session, event, me(), row, speakers, **facts):
            say(N_("Kept."))
            return redirect(url_for(".programme_of", event=event.id), 303)
    return _session_page(event, row, form, 422)


def _session_form(event: Event, **facts) -> SessionForm:
    form = SessionForm(**facts)
    none = (0, gettext("none"))
    for name, kind in (("track_id", "tracks"), ("room_id", "rooms")):
        cast(SelectField, form[name]).choices = [
            none,
            *((one.id, words_in(one.words)) for one in programme.parts(event, kind)),
        ]
    form.speakers.choices = [(one.id, words_in(one.words)) for one in programme.parts(event, "speakers")]
    return form


def _session_page(event: Event, row: Session | None, form: SessionForm, status: int = 200):
    return page("staff/forum_session.html", status, **frame(event), session=row, form=form)


@door.get("/<int:event>/parts/<kind>/new", needs=P.FORUM_RUN)
def new_part(event, kind):
    return _part_page(event, kind, None, _form(kind)())


@door.post("/<int:event>/parts/<kind>/new", needs=P.FORUM_RUN)
def create_part(event, kind):
    return _part_kept(event, kind, None)


@door.get("/<int:event>/parts/<kind>/<int:key>", needs=P.FORUM_RUN)
def edit_part(event, kind, key):
    form = _form(kind)
    row = programme.part(event, kind, key) or abort(404)
    return _part_page(event, kind, row, form(obj=row))


@door.post("/<int:event>/parts/<kind>/<int:key>", needs=P.FORUM_RUN)
def update_part(event, kind, key):
    _form(kind)
    return _part_kept(event, kind, programme.part(event, kind, key) or abort(404))


@door.post("/<int:event>/parts/<kind>/<int:key>/removal", needs=P.FORUM_RUN)
def remove_part(event, kind, key):
    _form(kind)
    programme.remove_part(event, kind, me(), programme.part(event, kind, key) or abort(404))
    say(N_("Taken out of the programme."))
    return redirect(url_for(".programme_of", event=event.id), 303)


def _form(kind: str) -> type[PartForm]:
    return FORMS[kind] if kind in FORMS else abort(404)


def _part_kept(event: Event, kind: str, row):
    form = _form(kind)()
    if form.validate() and attempted(form, "name", programme.keep_part, event, kind, me(), row, **form.facts()):
        say(N_("Kept."))
        return redirect(url_for(".programme_of", event=event.id), 303)
    return _part_page(event, kind, row, form, 422)


def _part_page(event: Event, kind: str, row, form: PartForm, status: int = 200):
    return page(
        "staff/forum_part.html",
        status,
        **frame(event),
        kind=kind,
        row=row,
        form=form,
        title=TITLES[kind][1],
        titles=TITLES,
    )
