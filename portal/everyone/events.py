"""Events (R38) for whoever has the address: the public page, and an invitation answered in one step by its link."""

from flask import redirect, request, url_for
from wtforms import DateField, RadioField, StringField
from wtforms.validators import Optional

from portal import clock
from portal.access import guesses
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.domain.forum import invitations, links, programme
from portal.domain.forum.lifecycle import ANSWERS, INVITATION_STATES
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Invitation
from portal.domain.people.models import Person
from portal.i18n import N_
from portal.web.forms import AtMost, Form, Needed
from portal.web.forum_forms import ADDRESS
from portal.web.pages import page, say

door = Door("events", __name__, url_prefix="/events")
ANSWER_WORDS = {
    "coming": N_("I am coming"),
    "not_coming": N_("I am not coming"),
    "unsure": N_("I do not know yet"),
}


class AnswerForm(Form):
    """One step: coming, not coming, not sure yet."""

    answer = RadioField(N_("Are you coming?"), [Needed()], choices=ANSWER_WORDS)
    decides_on = DateField(N_("If you do not know yet: you will tell us by"), [Optional()])
    remark = StringField(N_("A word to us"), [AtMost(500)])


class SubstituteForm(Form):
    """Somebody else of the organisation."""

    name = StringField(N_("Full name"), [Needed(), AtMost(60)])
    title = StringField(N_("What they do"), [AtMost(60)])
    email = StringField(N_("E-mail address"), [Needed(), AtMost(120), ADDRESS])
    phone = StringField(N_("Telephone"), [AtMost(40)])


def facts_of(event: Event) -> dict:
    """What the page of an event shows."""
    agenda = programme.agenda(event)
    return {
        "event": event,
        "days": programme.by_day(agenda),
        "hotels": programme.parts(event, "hotels"),
        "at": clock.now(),
    }


def asker() -> Person | None:
    """Whoever asks, if signed in."""
    return me() if me().is_authenticated else None


@door.get("/<int:event>", needs=P.PUBLIC)
def show(event):
    """Agenda, place, map and travel, without signing in where the event is open to all."""
    registers = me().is_authenticated and may(me(), P.FORUM_ATTEND)
    return page("everyone/event.html", **facts_of(event), registers=registers, signed_in=me().is_authenticated)


@door.get("/invitation/<secret>", needs=P.PUBLIC)
def invitation(secret):
    if (row := links.invitation(secret)) is None:
        return guesses.gone()
    chosen = row.state if row.state in ANSWERS else request.args.get("answer")
    form = AnswerForm(answer=chosen if chosen in ANSWERS else None, decides_on=row.decides_on, remark=row.said)
    return _page(row, secret, form, SubstituteForm())


@door.post("/invitation/<secret>", needs=P.PUBLIC)
def answer(secret):
    if (row := links.invitation(secret)) is None:
        return guesses.gone()
    form = AnswerForm()
    facts = {
        "how": "portal" if asker() else "link",
        "words": form.remark.data or "",
        "decides_on": form.decides_on.data,
    }
    if (
        form.validate()
        and attempted(form, "answer", invitations.answer, row, asker(), form.answer.data, **facts) is not False
    ):
        say(N_("Thank you. Your answer is kept: {answer}."), answer=INVITATION_STATES[form.answer.data])
        return _onward(row, secret)
    return _page(row, secret, form, SubstituteForm(formdata=None), 422)


@door.post("/invitation/<secret>/substitute", needs=P.PUBLIC)
def substitute(secret):
    if (row := links.invitation(secret)) is None:
        return guesses.gone()
    form = SubstituteForm()
    if form.validate():
        one = invitations.Invited(customer_id=row.customer_id, language=row.language, **form.facts())
        if (
            attempted(form, "name", invitations.substitute, row, asker(), one, how="portal" if asker() else "link")
            is not False
        ):
            say(N_("Thank you. {name} is registered in your place and gets the letters from now on."), name=one.name)
            return redirect(url_for(".invitation", secret=secret), 303)
    return _page(row, secret, AnswerForm(formdata=None), form, 422)


def _onward(row: Invitation, secret: str):
    """Whoever comes goes on to the ticket's page, where the rest is asked; everybody else stays."""
    attendee = invitations.attending(row) if row.state == "coming" else None
    if attendee is not None:
        return redirect(url_for(".ticket", secret=links.secret_of(attendee)), 303)
    return redirect(url_for(".invitation", secret=secret), 303)


def _page(row: Invitation, secret: str, form: AnswerForm, other: SubstituteForm, status: int = 200):
    attendee = invitations.attending(row)
    ticket = links.secret_of(attendee) if attendee is not None else None
    return page(
        "everyone/event_invitation.html", status, **facts_of(row.event), row=row, secret=secret, form=form, other=other,
        no=invitations.why_not_answer(row.event), states=INVITATION_STATES, ticket=ticket,
    )  # fmt: skip
