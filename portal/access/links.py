"""Letters with a link: an invitation, a forgotten password. Looking at a link uses nothing up."""

from flask import current_app, redirect, request, url_for
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from portal.access import attempts, passwords
from portal.access.door import Door
from portal.access.guesses import gone
from portal.access.permissions import Permission
from portal.domain import settings
from portal.domain.people import accounts, actions, queries
from portal.domain.people import links as one_time
from portal.domain.people.models import Person
from portal.i18n import N_
from portal.web.forms import Form
from portal.web.pages import page, say

door = Door("links", __name__)


def _owner(form):
    return form.owner


class NewPasswordForm(Form):
    """A new password for `owner`, typed twice."""

    owner = None
    new_password = PasswordField(N_("New password"), [DataRequired(), passwords.Good(_owner)])
    again = PasswordField(
        N_("The same password once more"),
        [DataRequired(), EqualTo("new_password", N_("The two are not the same."))],
    )

    def __init__(self, owner=None, **facts):
        self.owner = owner
        super().__init__(**facts)
        for name in ("new_password", "again"):  # whatever else is asked for is asked for first
            self._fields[name] = self._fields.pop(name)


class WelcomeForm(NewPasswordForm):
    name = StringField(N_("Your name"), [DataRequired(), Length(max=60)])


class ForgottenForm(Form):
    email = StringField(N_("E-mail address"), [DataRequired(), Length(max=120)])


def hash_if_open(purpose: str):
    """Work ahead of a form behind a link: its password is hashed if the link is open."""

    def ahead() -> None:
        if one_time.find(purpose, (request.view_args or {}).get("secret")) is not None:
            passwords.hash_ahead()

    return ahead


@door.get("/invitation/<secret>", needs=Permission.PUBLIC)
def invitation(secret):
    if (link := one_time.find(one_time.INVITATION, secret)) is None:
        return gone()
    person = queries.person(link.person_id)
    return page("access/invitation.html", form=WelcomeForm(person, name=person.name), person=person, secret=secret)


@door.post("/invitation/<secret>", needs=Permission.PUBLIC, ahead=hash_if_open(one_time.INVITATION))
def accept(secret):
    if (link := one_time.find(one_time.INVITATION, secret)) is None:
        return gone()
    person = queries.person(link.person_id)
    form = WelcomeForm(person)
    if not form.validate():
        return page("access/invitation.html", 422, form=form, person=person, secret=secret)
    actions.accept_invitation(link, form.name.data, passwords.hash_of(form.new_password.data))
    say(N_("Welcome. Please sign in with the password you have just chosen."))
    return redirect(url_for("sign_in.new"), 303)


@door.get("/forgotten", needs=Permission.PUBLIC)
def forgotten():
    return page("access/forgotten.html", form=ForgottenForm())


@door.post("/forgotten", needs=Permission.PUBLIC)
def ask():
    form = ForgottenForm()
    if not form.validate():
        return page("access/forgotten.html", 422, form=form)
    account, address = attempts.link_asked(form.email.data), attempts.link_asked_by_address()
    waits = (
        attempts.wait(account, *attempts.LINKS_ASKED),
        attempts.wait(address, *attempts.LINKS_ASKED_BY_ADDRESS),
    )
    if wait := max(filter(None, waits), default=None):
        return attempts.too_often(wait)
    attempts.note(account, address)
    accounts.ask_reset(queries.by_email(form.email.data))
    return redirect(url_for(".asked"), 303)


@door.get("/forgotten/asked", needs=Permission.PUBLIC)
def asked():
    return page("access/asked.html", minutes=settings.security().reset_minutes)


@door.get("/reset/<secret>", needs=Permission.PUBLIC)
def reset(secret):
    if (link := one_time.find(one_time.RESET, secret)) is None:
        return gone()
    return page("access/reset.html", form=NewPasswordForm(queries.person(link.person_id)), secret=secret)


@door.post("/reset/<secret>", needs=Permission.PUBLIC, ahead=hash_if_open(one_time.RESET))
def change(secret):
    if (link := one_time.find(one_time.RESET, secret)) is None:
        return gone()
    form = NewPasswordForm(queries.person(link.person_id))
    if not form.validate():
        return page("access/reset.html", 422, form=form, secret=secret)
    accounts.reset_password(link, passwords.hash_of(form.new_password.data))
    say(N_("Your new password holds. Please sign in with it; you were signed out everywhere else."))
    return redirect(url_for("sign_in.new"), 303)


def say_invited(email: str, person: Person | None) -> None:
    """Tell the inviter that a letter is on its way; without a mail server, what to hand over instead."""
    config = current_app.extensions["portal"]
    secret = one_time.open_secret(one_time.INVITATION, person) if person and not config.smtp_url else None
    if secret is None:
        say(N_("An invitation to {email} is on its way."), email=email)
    else:
        link = config.base_url + url_for("links.invitation", secret=secret)
        say(
            N_("There is no mail server: please hand over this link yourself, it works once: {link}"), "warn", link=link
        )
