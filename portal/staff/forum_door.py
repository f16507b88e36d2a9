"""At the door of the forum (签到处): the desk's page, its list, what it did; people who just come, badges, mistakes.

The page works without a connection: forum-door.js keeps the list and what was done on the device, the service worker
keeps the page. What is kept there is what greets people (name, organisation, number, a hash of the ticket) and is
deleted on signing out, for another person or event, and once the event is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, jsonify, make_response, redirect, request, url_for
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Optional

from portal import clock
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.forum import desk, queries
from portal.domain.forum.models import Event
from portal.domain.forum.registering import Coming
from portal.domain.people.models import Customer
from portal.domain.refusals import Refused
from portal.domain.savepoint import savepoint
from portal.i18n import N_
from portal.web.assets import FOLDER
from portal.web.filters import moment
from portal.web.forms import AtMost, Form, Needed, said, submission_key
from portal.web.headers import PAGE
from portal.web.pages import page, say
from portal.web.words import gettext

door = Door("forum_door", __name__, url_prefix="/staff/forum-door")

FOUND = 30


class WalkInForm(Form):
    """Somebody who just comes."""

    name = StringField(N_("Full name"), [Needed(), AtMost(60)])
    name_en = StringField(N_("Name in Latin letters"), [AtMost(80)])
    organisation = StringField(N_("Organisation on the badge"), [Needed(), AtMost(120)])
    title = StringField(N_("What they do"), [AtMost(60)])
    phone = StringField(N_("Telephone"), [AtMost(40)])
    customer = SelectField(N_("Customer"), [Optional()], coerce=int)
    key = HiddenField()


class UndoForm(Form):
    why = StringField(N_("Why is the check-in wrong?"), [Needed(), AtMost(300)])


@door.get("", needs=P.FORUM_DOOR)
def index():
    """The events people come to: today's first."""
    at = clock.now()
    found = [one for one in queries.events(visible(Event, me())) if one.state in ("published", "closed")]
    on = {one.id for one in found if desk.is_on(one, at)}
    return page("staff/forum_doors.html", events=sorted(found, key=lambda one: one.id not in on), on=on)


@door.get("/<int:event>", needs=P.FORUM_DOOR)
def show(event):
    """The desk. Without a script its search is a plain form."""
    if event.state not in ("published", "closed"):
        abort(404)
    asked = request.args.get("said", "").replace("\0", "").strip()[:200]
    lines = _found(desk.listing(event), asked) if asked else []
    here, confirmed = desk.counts(event)
    return page(
        "staff/forum_desk.html", event=event, said=asked, lines=lines, here=here, confirmed=confirmed, results=desk.RESULTS,
        on=desk.is_on(event, clock.now()), until=event.ends_at + desk.AFTER, key=submission_key(), reads=may(me(), P.FORUM_READ),
    )  # fmt: skip


def _found(lines: Sequence[desk.Line], said: str) -> list[desk.Line]:
    """By number, part of name or organisation, or the whole address of a ticket."""
    ticket = desk.hash_of(said.rstrip("/").rpartition("/")[2])
    word = said.casefold()
    return [
        one for one in lines
        if one.ticket == ticket or word in (one.number, one.number.lstrip("0"))
        or any(word in text.casefold() for text in (one.name, one.name_en, one.organisation))
    ][:FOUND]  # fmt: skip


@door.get("/<int:event>/list", needs=P.FORUM_DOOR)
def listing(event):
    """Everybody the desk may meet, for its device."""
    here, confirmed = desk.counts(event)
    return jsonify(
        event=event.id, here=here, confirmed=confirmed,
        people=[[*(getattr(one, name) for name in FIELDS), one.at.timestamp() * 1000 if one.at else None] for one in desk.listing(event)],
    )  # fmt: skip


FIELDS = ("id", "number", "name", "name_en", "organisation", "title", "ticket", "state", "companions")


@door.post("/<int:event>/check-ins", needs=P.FORUM_DOOR)
def check_in(event):
    """What a desk did, as often as it sends it; answers what came of each and how many are here."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or not isinstance(sent.get("scans"), list):
        abort(400)
    scans = [one for one in map(_scan, sent["scans"]) if one is not None]
    desk_name = str(sent.get("desk", ""))[:40].replace("\0", "")
    found = desk.check_in(event, me(), scans, desk_name)
    refused = {}
    for arrival in _arrivals(sent.get("arrivals")):
        result, refusal = _arrived(event, arrival, desk_name)
        found.append(result)
        refused[result.key] = refusal
    here, confirmed = desk.counts(event)
    return jsonify(
        here=here, confirmed=confirmed,
        results=[{"key": one.key, "code": one.code, "id": one.attendee_id, "name": one.name, "at": one.at.timestamp() * 1000 if one.at else None, "said": refused.get(one.key, "")} for one in found],
    )  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """Somebody whom a desk registered, maybe without a connection: the deed's key, the device's moment, who."""

    key: str
    at: datetime
    name: str
    organisation: str
    title: str
    phone: str


def _arrivals(sent) -> list[Arrival]:
    """Those of the deeds sent that can be one."""
    if not isinstance(sent, list) or len(sent) > desk.MOST_AT_ONCE:
        return abort(400) if sent else []
    return [one for one in map(_arrival, sent) if one is not None]


def _arrival(sent) -> Arrival | None:
    if not isinstance(sent, dict) or not all(
        isinstance(sent.get(name), str) for name in ("key", "name", "organisation")
    ):
        return None
    key, more = sent["key"], [sent[name] if isinstance(sent.get(name), str) else "" for name in ("title", "phone")]
    name, organisation, title, phone = (
        " ".join(text.replace("\0", "").split())[:most]
        for text, most in zip((sent["name"], sent["organisation"], *more), (60, 120, 60, 40), strict=True)
    )
    if not 8 <= len(key) <= 64 or "\0" in key or not name or not organisation:
        return None
    return Arrival(key, desk.moment(sent.get("at", 0)), name, organisation, title, phone)


def _arrived(event: Event, one: Arrival, desk_name: str) -> tuple[desk.Result, str]:
    """Registered and checked in once, however often it is sent; or why not, in words; or that they were on the list."""
    who = Coming(name=one.name, organisation=one.organisation, title=one.title, phone=one.phone)
    try:
        with savepoint():
            came = desk.walk_in(event, me(), None, who, one.key, desk_name, one.at)
    except Refused as refusal:
        return desk.Result(one.key, "refused", None, one.name), said(refusal)
    return came.result, _known(came) if came.is_known else ""


def _known(came: desk.Came) -> str:
    """That it is one entry still, and what to do if it should be two, in words."""
    one, at = came.attendee, came.result.at
    facts = {"number": one.shown_number, "organisation": one.organisation}
    if came.result.code == "already" and at is not None:
        told = gettext(
            "Of %(organisation)s, checked in already as number %(number)s (%(desk)s, %(time)s). It is one entry. If this is somebody else of the same name, add their department to the name and register them.",
            desk=came.result.desk or gettext("another desk"), time=moment(at), **facts,
        )  # fmt: skip
    else:
        told = gettext(
            "Of %(organisation)s, was on the list as number %(number)s and is checked in. It is one entry.", **facts
        )
    return told


def _scan(sent) -> desk.Scan | None:
    """One deed as the device tells it; none for what is not one."""
    if not isinstance(sent, dict) or not isinstance(sent.get("key"), str) or not 8 <= len(sent["key"]) <= 64:
        return None
    key = sent.get("id")
    ticket = sent.get("ticket")
    named = type(key) is int and 0 < key < 2**31  # true is no number of anybody
    hashed = isinstance(ticket, str) and len(ticket) == 64 and ticket.isascii() and ticket.isalnum()
    if not (named or hashed) or "\0" in sent["key"]:
        return None
    how = sent.get("how") if sent.get("how") in ("scan", "search") else "search"
    return desk.Scan(sent["key"], desk.moment(sent.get("at", 0)), key if named else None, ticket if hashed else "", how)


@door.post("/<int:event>/check-in", needs=P.FORUM_DOOR)
def check_in_one(event):
    """One person, without a script."""
    key, given = request.form.get("key", "")[:64].replace("\0", ""), request.form.get("attendee", "")
    if not given.isdecimal() or len(given) > 9 or len(key) < 8:
        abort(400)
    result = desk.check_in(event, me(), [desk.Scan(f"{key}-{given}"[:64], clock.now(), int(given))])[0]
    tone = "good" if result.code == "in" else "warn" if result.code == "already" else "bad"
    say(N_("{name}: {result}"), tone, name=result.name or "—", result=gettext(desk.RESULTS[result.code]))
    return redirect(url_for(".show", event=event.id), 303)


@door.get("/<int:event>/walk-in", needs=P.FORUM_DOOR)
def ask_walk_in(event):
    return _walk_in_page(event, _walk_in_form(key=submission_key()))


@door.post("/<int:event>/walk-in", needs=P.FORUM_DOOR)
def walk_in(event):
    form = _walk_in_form()
    if form.validate() and (came := attempted(form, "name", _walk_in, event, form)):
        one = came.attendee
        if came.is_known:
            say(N_("{name}: {result}"), "warn", name=one.called, result=_known(came))
        else:
            say(N_("{name} is registered and checked in."), name=one.called)
        return redirect(url_for(".badge", event=event.id, number=one.number), 303)
    return _walk_in_page(event, form, 422)


def _walk_in(event, form: WalkInForm):
    chosen = next((one for one in queries.customers(visible(Customer, me())) if one.id == form.customer.data), None)
    facts = {name: form[name].data or "" for name in ("name", "name_en", "organisation", "title", "phone")}
    return desk.walk_in(event, me(), chosen, Coming(**facts), (form.key.data or submission_key())[:64])


def _walk_in_form(**facts) -> WalkInForm:
    form = WalkInForm(**facts)
    form.customer.choices = [
        (0, gettext("none")),
        *((one.id, one.short_name) for one in queries.customers(visible(Customer, me()))),
    ]
    return form


def _walk_in_page(event: Event, form: WalkInForm, status: int = 200):
    return page("staff/forum_walk_in.html", status, event=event, form=form, on=desk.is_on(event, clock.now()))


@door.get("/<int:event>/people/<int:number>/badge", needs=P.FORUM_DOOR)
def badge(event, number):
    """A badge for the printer of the desk; and the way to take a wrong check-in back."""
    return _badge_page(event, number, UndoForm())


@door.post("/<int:event>/people/<int:number>/undo", needs=P.FORUM_DOOR)
def undo(event, number):
    form, one = UndoForm(), desk.by_number(event, number) or abort(404)
    if form.validate() and attempted(form, "why", desk.undo, one, me(), form.why.data) is not False:
        say(N_("The check-in of {name} is taken back."), name=one.called)
        return redirect(url_for(".show", event=event.id), 303)
    return _badge_page(event, number, form, 422)


def _badge_page(event: Event, number: int, form: UndoForm, status: int = 200):
    one = desk.by_number(event, number) or abort(404)
    return page(
        "staff/forum_badge.html", status, event=event, one=one, here=queries.checked([one]).get(one.id), form=form
    )


@door.get("/worker.js", needs=P.FORUM_DOOR)
def worker():
    """The service worker that keeps the desk's page: it must come from this folder to be in charge of it."""
    answer = make_response(
        (FOLDER / "forum-door-worker.js").read_text("utf-8"), {"Content-Type": "text/javascript; charset=utf-8"}
    )
    answer.headers["Content-Security-Policy"] = PAGE
    return answer
