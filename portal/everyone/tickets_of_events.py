"""An attendee's ticket by its link: QR code, calendar file, how it stands; details, sessions, an offer, giving the seat up."""

import segno
from flask import current_app, make_response, redirect, request, url_for
from wtforms import TextAreaField

from portal import clock
from portal.access import guesses
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.domain.forum import links, minutes, offers, queries, registering, topics
from portal.domain.forum.lifecycle import LIVE, PARTY_STATES, PARTY_TONES, TOPIC_STATES, TOPIC_TONES
from portal.domain.forum.party_models import Attendee
from portal.everyone.events import asker, door, facts_of
from portal.everyone.files import sent
from portal.i18n import N_
from portal.web import enclosures
from portal.web.forms import AtMost, Form, Needed
from portal.web.forum_forms import ComingForm, coming_form, drawn
from portal.web.pages import page, say
from portal.web.tables import download


class QuestionForm(Form):
    question = TextAreaField(N_("A question to us, to be answered at the forum"), [Needed(), AtMost(2000)])


def qr(address: str) -> str:
    """A QR code as the address of a drawing."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=2, scale=6, dark="#000", light="#fff")


@door.get("/ticket/<secret>", needs=P.PUBLIC)
def ticket(secret):
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    return _page(one, secret, QuestionForm())


def _page(one: Attendee, secret: str, form: QuestionForm, status: int = 200):
    party, event = one.registration, one.event
    valid = (
        one.cancelled_at is None
        and party.state == "confirmed"
        and event.state != "cancelled"
        and not event.is_over(clock.now())
    )
    address = current_app.extensions["portal"].base_url + url_for(".ticket", secret=secret)
    was, papers = queries.checked([one]).get(one.id), links.shows_papers(event)
    row = minutes.of(event) if was and papers else None
    return page(
        "everyone/event_ticket.html", status, **facts_of(event), one=one, party=party, secret=secret, valid=valid,
        code=qr(address) if valid else None, sessions=queries.sessions_of(one), offer=offers.open_offer(party),
        position=registering.position(party), states=PARTY_STATES, tones=PARTY_TONES, question_form=form,
        no=registering.why_not_change(event, party, asker()), is_live=one.cancelled_at is None and party.state in LIVE,
        door_staff=me().is_authenticated and me().is_staff and may(me(), P.FORUM_DOOR), was=was,
        minutes=row if row and row.published_at else None, places=minutes.PLACES, files=minutes.files_of(event) if was and papers else {}, papers=papers,
        shared=topics.shared(event, one) if papers and one.cancelled_at is None and party.state == "confirmed" else [], topics=topics.of_attendee(one) if papers else [], topic_states=TOPIC_STATES,
        topic_tones=TOPIC_TONES,
    )  # fmt: skip


@door.get("/ticket/<secret>/calendar.ics", needs=P.PUBLIC)
def calendar(secret):
    """The calendar file as it stands now."""
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    text = enclosures.calendar_of(one, current_app.extensions["portal"].base_url)
    method = "CANCEL" if "METHOD:CANCEL" in text else "PUBLISH"
    return download("forum.ics", text.encode(), f"text/calendar; charset=utf-8; method={method}")


@door.get("/ticket/<secret>/qr.svg", needs=P.PUBLIC)
def code(secret):
    """The QR code alone, to be kept as a picture."""
    one = links.ticket(secret)
    if one is None or one.cancelled_at is not None:
        return guesses.gone()
    drawing = segno.make(
        current_app.extensions["portal"].base_url + url_for(".ticket", secret=secret), error="m", micro=False
    )
    answer = make_response(
        drawing.svg_inline(border=2, scale=8).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    )
    answer.headers["Content-Type"] = "image/svg+xml"
    return answer


@door.get("/ticket/<secret>/files/<int:key>", needs=P.PUBLIC)
def photo(secret, key):
    """A photo or paper, for whoever was there."""
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    row = minutes.file_of(one.event, key) if links.shows_papers(one.event) and queries.checked([one]) else None
    if row is None or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return guesses.gone()
    return sent(row.file)


@door.get("/ticket/<secret>/details", needs=P.PUBLIC)
def details(secret):
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    return _details_page(one, secret, coming_form(one.event, **drawn(one)))


@door.post("/ticket/<secret>/details", needs=P.PUBLIC)
def keep_details(secret):
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    form = coming_form(one.event)
    if (
        form.validate()
        and attempted(
            form,
            "name",
            registering.change,
            one,
            asker(),
            form.coming(organisation=one.organisation, person_id=one.person_id),
        )
        is not False
    ):
        say(N_("Kept."))
        return redirect(url_for(".ticket", secret=secret), 303)
    return _details_page(one, secret, form, 422)


def _details_page(one: Attendee, secret: str, form: ComingForm, status: int = 200):
    no = registering.why_not_change(one.event, one.registration, asker())
    return page("everyone/event_details.html", status, event=one.event, one=one, secret=secret, form=form, no=no)


@door.post("/ticket/<secret>/cancellation", needs=P.PUBLIC)
def cancel(secret):
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    registering.cancel_attendee(one, asker())
    say(N_("Your seat is given up. Thank you for telling us."))
    return redirect(url_for(".ticket", secret=secret), 303)


@door.post("/ticket/<secret>/acceptance", needs=P.PUBLIC)
def accept(secret):
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    offers.accept(one.registration, asker())
    say(N_("The seats are yours."))
    return redirect(url_for(".ticket", secret=secret), 303)


@door.post("/ticket/<secret>/release", needs=P.PUBLIC)
def pass_on(secret):
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    offers.pass_on(one.registration, asker())
    say(N_("The seats have gone on. Thank you for telling us."))
    return redirect(url_for(".ticket", secret=secret), 303)


@door.post("/ticket/<secret>/questions", needs=P.PUBLIC)
def ask(secret):
    if (one := links.ticket(secret)) is None:
        return guesses.gone()
    form = QuestionForm()
    if not form.validate() or one.cancelled_at is not None or clock.now() >= one.event.ends_at:
        return _page(one, secret, form, 422)
    topics.ask_beforehand(one.event, one, form.question.data, asker())
    say(N_("We have your question; you hear the answer."))
    return redirect(url_for(".ticket", secret=secret), 303)
