"""Proving again that it is you: before delicate things, when the password was given more than ten minutes ago."""

from functools import wraps
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, url_for
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from portal.access import attempts, passwords, second_factor, sessions
from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.i18n import N_
from portal.web.forms import Form
from portal.web.pages import own_path, page, say
from portal.web.words import gettext

door = Door("proof", __name__, url_prefix="/me/proof")

WRONG_PASSWORD = N_("This is not your present password.")
WRONG_CODE = N_("This code is not right, or it was used before. Please take the next one.")


class ProofForm(Form):
    """The present password, and a code where there is a second factor. Others build on it."""

    password = PasswordField(N_("Your present password"), [DataRequired()])
    code = StringField(N_("Code of your authenticator app"), [Length(max=60)])

    def __init__(self, *args, **facts):
        super().__init__(*args, **facts)
        if not me().has_second_factor:
            del self.code
        if is_without_password():
            del self.password

    def proves(self) -> bool:
        """Is it right? What is wrong stands beside its field, and counts. Ask `held_back` first."""
        if self.password is not None and not passwords.matches(me(), self.password.data or ""):
            attempts.note(attempts.code(me()))
            self.password.errors = [gettext(WRONG_PASSWORD)]
        elif self.code is not None and not second_factor.proves(me(), self.code.data or ""):
            self.code.errors = [gettext(WRONG_CODE)]
        else:
            return True
        return False


class AgainForm(ProofForm):
    next = HiddenField()


def is_without_password() -> bool:
    """People of the demo world come in by a button and have nothing to prove themselves with."""
    return current_app.extensions["portal"].demo and me().password_hash is None


def held_back():
    """The page that says to wait, if there were too many wrong tries; else nothing."""
    wait = attempts.wait(attempts.code(me()), *attempts.CODES)
    return attempts.too_often(wait) if wait else None


def freshly(view):
    """The view only for whoever gave the password within ten minutes; others prove it first and come back."""

    @wraps(view)
    def answer(**url):
        if sessions.is_fresh() or is_without_password():
            return view(**url)
        if request.method == "GET":
            return redirect(url_for("proof.new", next=request.full_path.rstrip("?")), 303)
        g.put_off = True  # the door then keeps the form as one that was not sent yet
        say(N_("Nothing was changed yet: please confirm that it is you, then do it again."), "warn")
        return redirect(url_for("proof.new", next=urlsplit(request.referrer or "").path or None), 303)

    return answer


@door.get("", needs=Permission.OWN_ACCOUNT)
def new():
    return page("access/proof.html", form=AgainForm(next=request.args.get("next")))


@door.post("", needs=Permission.OWN_ACCOUNT, ahead=passwords.hash_ahead)
def create():
    if (wait := held_back()) is not None:
        return wait
    form = AgainForm()
    if not form.validate() or not form.proves():
        return page("access/proof.html", 422, form=form)
    sessions.renew()
    return redirect(own_path(form.next.data, "account.index"), 303)
