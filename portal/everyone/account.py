"""The own account: name, address, password, letters; second factor and sessions have modules of their own."""

from flask import g, redirect, url_for
from wtforms import PasswordField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from portal.access import passwords, proof, sessions
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission
from portal.access.proof import ProofForm, held_back
from portal.domain import outbox
from portal.domain.people import accounts
from portal.i18n import N_
from portal.web.asks import telephone
from portal.web.forms import AtMost, Form
from portal.web.pages import page, say

door = Door("account", __name__, url_prefix="/me")

ADDRESS = r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,255}\Z"


class NameForm(Form):
    name = StringField(N_("Your name"), [DataRequired(), Length(max=60)])
    title = StringField(N_("What you do"), [Length(max=60)])


class AddressForm(ProofForm):
    email = StringField(N_("E-mail address"), [DataRequired(), Length(max=120), Regexp(ADDRESS)])
    phone = StringField(N_("Phone"), [Optional(), AtMost(40), telephone()])


class LettersForm(Form):
    mailed = SelectMultipleField(
        N_("Mailed to me"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        choices=lambda: _letters(),
    )


class PasswordForm(ProofForm):
    new_password = PasswordField(N_("New password"), [DataRequired(), passwords.Good(lambda form: me())])
    again = PasswordField(
        N_("The same password once more"),
        [DataRequired(), EqualTo("new_password", N_("The two are not the same."))],
    )


@door.get("", needs=Permission.OWN_ACCOUNT)
def index():
    return page(
        "everyone/account.html",
        must=sessions.needs_second_factor(me()),
        demo_person=proof.is_without_password(),
    )


@door.get("/name", needs=Permission.OWN_ACCOUNT)
def name():
    return page("everyone/account_name.html", form=NameForm(obj=me()))


@door.post("/name", needs=Permission.OWN_ACCOUNT)
def describe():
    form = NameForm()
    if not form.validate():
        return page("everyone/account_name.html", 422, form=form)
    accounts.describe(me(), **form.facts())
    return _changed()


@door.get("/address", needs=Permission.OWN_ACCOUNT)
def address():
    return page("everyone/account_address.html", form=AddressForm(email=me().email, phone=me().phone))


@door.post("/address", needs=Permission.OWN_ACCOUNT, ahead=passwords.hash_ahead)
def reach():
    if (wait := held_back()) is not None:
        return wait
    form = AddressForm()
    if not form.validate() or not form.proves():
        return page("everyone/account_address.html", 422, form=form)
    if not attempted(form, "email", accounts.reach, me(), form.email.data, form.phone.data):
        return page("everyone/account_address.html", 422, form=form)
    sessions.renew()
    return _changed()


@door.get("/password", needs=Permission.OWN_ACCOUNT)
def password():
    return page("everyone/account_password.html", form=PasswordForm())


@door.post("/password", needs=Permission.OWN_ACCOUNT, ahead=passwords.hash_ahead)
def change():
    if (wait := held_back()) is not None:
        return wait
    form = PasswordForm()
    if not form.validate() or not form.proves():
        return page("everyone/account_password.html", 422, form=form)
    accounts.set_password(me(), passwords.hash_of(form.new_password.data), me(), keep=g.sign_in)
    sessions.renew()
    say(N_("Your new password holds. You were signed out everywhere else."))
    return redirect(url_for(".index"), 303)


@door.get("/letters", needs=Permission.OWN_ACCOUNT)
def letters():
    muted = me().preferences.get("letters_muted", ())
    return page("everyone/account_letters.html", form=LettersForm(mailed=[n for n in _letters() if n not in muted]))


@door.post("/letters", needs=Permission.OWN_ACCOUNT)
def choose_letters():
    form = LettersForm()
    if not form.validate():
        return page("everyone/account_letters.html", 422, form=form)
    accounts.mute(me(), [name for name in _letters() if name not in (form.mailed.data or ())])
    return _changed()


def _letters() -> dict[str, str]:
    """The letters this person may have kept out of the mail, by template."""
    of_customers = ("ticket_opened", "ticket_accepted", "ticket_closed", "rating_asked", "ticket_merged")
    return {name: words for name, words in outbox.MAY_BE_MUTED.items() if (name in of_customers) != me().is_staff}


def _changed():
    say(N_("Kept."))
    return redirect(url_for(".index"), 303)
