"""Invitations of a forum: whom to ask, the letter before it leaves, who has answered what, answers by telephone."""

from flask import redirect, request, url_for
from flask_babel import force_locale
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from portal import clock
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import outbox, settings
from portal.domain.forum import invitations, queries
from portal.domain.forum.lifecycle import ANSWERS, INVITATION_STATES, INVITATION_TONES
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Invitation, Registration
from portal.domain.people.models import Customer, Person
from portal.i18n import LANGUAGES, N_
from portal.staff.customers import ADDRESS
from portal.staff.forum import door, frame
from portal.web import mail
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say

ANSWER_WORDS = {code: INVITATION_STATES[code] for code in ANSWERS}


class GuestForm(Form):
    """Somebody who is no contact of ours yet."""

    customer = SelectField(N_("Customer"), coerce=int)
    name = StringField(N_("Full name"), [Needed(), AtMost(60)])
    name_en = StringField(N_("Name in Latin letters"), [AtMost(80)])
    title = StringField(N_("What they do"), [AtMost(60)])
    email = StringField(N_("E-mail address"), [AtMost(120), ADDRESS])
    phone = StringField(N_("Telephone"), [AtMost(40)])
    language = SelectField(N_("Language"), choices=LANGUAGES)


class AnswerForm(Form):
    """An answer that was given to us, by telephone or in person."""

    answer = RadioField(N_("Answer"), [Needed()], choices=ANSWER_WORDS)
    remark = StringField(N_("What they said"), [AtMost(500)])
    decides_on = DateField(N_("Will tell by"), [Optional()])


@door.get("/<int:event>/invitations", needs=P.FORUM_READ)
def invitations_of(event):
    state = request.args.get("state", "")
    state = state if state in INVITATION_STATES else ""
    rows = visible(Invitation, me())
    figures = queries.figures(event, rows, visible(Registration, me()))
    chips = [{"label": N_("All"), "code": "", "count": sum(figures.by_state.values())}] + [
        {"label": words, "code": code, "count": figures.by_state.get(code, 0)}
        for code, words in INVITATION_STATES.items()
    ]
    return page(
        "staff/forum_invitations.html", **frame(event), rows=queries.invitations(rows, event, state), state=state,
        states=INVITATION_STATES, tones=INVITATION_TONES, choices=chips, rules=settings.policy().forum,
    )  # fmt: skip


@door.get("/<int:event>/invitations/new", needs=P.FORUM_INVITE)
def new_invitations(event):
    """People of our customers who are not on the list yet, to be ticked."""
    tier = request.args.get("tier", "")
    tiers = {one.code: words_in(one.words) for one in settings.policy().tiers}
    found = queries.invitable(event, visible(Customer, me()), tier if tier in tiers else "")
    return page(
        "staff/forum_invite.html",
        **frame(event),
        people=found,
        tiers=tiers,
        tier=tier,
        form=_guest_form(),
        person=Person,
    )


def _guest_form(**facts) -> GuestForm:
    form = GuestForm(**facts)
    form.customer.choices = [(one.id, one.name) for one in queries.customers(visible(Customer, me()))]
    return form


@door.post("/<int:event>/invitations/new", needs=P.FORUM_INVITE)
def create_invitations(event):
    """Those who were ticked: «p12» a person with an account, «c7» a contact without."""
    ticked = set(request.form.getlist("ids"))
    chosen = [
        invitations.Invited(
            name=one.name, customer_id=customer.id, person_id=one.id if isinstance(one, Person) else None, title=one.title,
            email=one.email, phone=one.phone, language=one.language if isinstance(one, Person) else "zh_Hans_CN",
        )
        for customer, one in queries.invitable(event, visible(Customer, me()))
        if f"{'p' if isinstance(one, Person) else 'c'}{one.id}" in ticked
    ]  # fmt: skip
    made = invitations.add(event, me(), chosen)
    if made:
        say(N_("{number} people are on the list; nothing was sent yet."), number=len(made))
    else:
        say(N_("Nobody was ticked."), "info")
    return redirect(url_for(".invitations_of", event=event.id), 303)


@door.post("/<int:event>/invitations/guest", needs=P.FORUM_INVITE)
def create_guest(event):
    form = _guest_form()
    if form.validate():
        facts = form.facts()
        one = invitations.Invited(customer_id=facts.pop("customer"), **facts)
        if attempted(form, "name", invitations.add, event, me(), [one]) is not False:
            say(N_("{name} is on the list; nothing was sent yet."), name=one.name)
            return redirect(url_for(".invitations_of", event=event.id), 303)
    found = queries.invitable(event, visible(Customer, me()))
    tiers = {one.code: words_in(one.words) for one in settings.policy().tiers}
    return page(
        "staff/forum_invite.html", 422, **frame(event), people=found, tiers=tiers, tier="", form=form, person=Person
    )


@door.get("/<int:event>/invitations/preview", needs=P.FORUM_READ)
def preview(event):
    """The letter in both languages, for whoever is next on the list."""
    rows = queries.invitations(visible(Invitation, me()), event, limit=1)
    letters = [(label, _rendered(event, rows[0] if rows else None, code)) for code, label in LANGUAGES.items()]
    return page("staff/forum_preview.html", **frame(event), letters=letters, to=rows[0] if rows else None)


def _rendered(event: Event, row: Invitation | None, language: str) -> mail.Said:
    facts = {
        "event": event.id, "title": event.title, "title_en": event.title_en, "place": event.place, "place_en": event.place_en,
        "begins_at": event.begins_at.isoformat(), "invitation": row.id if row else 0, "reminder": False,
        "addressee": row.name if row else "", "language": language,
    }  # fmt: skip
    letter = outbox.Letter(template="forum_invitation", facts=facts, to_id=me().id, key="preview")
    with force_locale(language):
        return mail.said(letter, me())


@door.post("/<int:event>/invitations/letters", needs=P.FORUM_INVITE)
def send_invitations(event):
    """Send to whoever was ticked, or to all who have none yet; or remind whoever has not answered."""
    ticked = set(request.form.getlist("ids"))
    rows = [one for one in queries.invitations(visible(Invitation, me()), event) if not ticked or str(one.id) in ticked]
    if request.form.get("what") == "remind":
        say(N_("{number} people were reminded."), number=invitations.remind(event, rows, me()))
    else:
        say(N_("{number} invitations were sent."), number=invitations.send(event, rows, me()))
    return redirect(url_for(".invitations_of", event=event.id), 303)


@door.get("/invitations/<int:invited>", needs=P.FORUM_READ)
def show_invitation(invited):
    form = AnswerForm(
        answer=invited.state if invited.state in ANSWERS else None, remark=invited.said, decides_on=invited.decides_on
    )
    return _invitation_page(invited, form)


@door.post("/invitations/<int:invited>/answer", needs=P.FORUM_INVITE)
def answer_invitation(invited):
    form = AnswerForm()
    if form.validate():
        facts = {"how": "phone", "words": form.remark.data or "", "decides_on": form.decides_on.data}
        if attempted(form, "answer", invitations.answer, invited, me(), form.answer.data, **facts) is not False:
            say(N_("The answer is kept."))
            return redirect(url_for(".invitations_of", event=invited.event_id), 303)
    return _invitation_page(invited, form, 422)


@door.post("/invitations/<int:invited>/removal", needs=P.FORUM_INVITE)
def remove_invitation(invited):
    invitations.remove(invited, me())
    say(N_("Taken off the list."))
    return redirect(url_for(".invitations_of", event=invited.event_id), 303)


def _invitation_page(row: Invitation, form: AnswerForm, status: int = 200):
    return page(
        "staff/forum_invitation.html", status, **frame(row.event), row=row, form=form, states=INVITATION_STATES,
        tones=INVITATION_TONES, attending=invitations.attending(row), no=invitations.why_not_answer(row.event), at=clock.now(),
    )  # fmt: skip
