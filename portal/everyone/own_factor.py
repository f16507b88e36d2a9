"""The own second factor: set up, confirmed by a code, recovery codes shown once, taken off."""

from flask import g, redirect, url_for
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.access import attempts, second_factor, sessions
from portal.access.door import me
from portal.access.passwords import hash_ahead
from portal.access.permissions import Permission
from portal.access.proof import WRONG_CODE, ProofForm, held_back
from portal.domain.people import accounts
from portal.domain.refusals import Refused
from portal.everyone.account import door
from portal.i18n import N_
from portal.web.forms import Form
from portal.web.pages import page, say
from portal.web.words import gettext

NOT_NOW = N_("There is nothing to confirm. Please look at the page again.")
MUST_STAY = N_("Your account must have a second factor. You can set it up anew, but not take it off.")


class ConfirmForm(Form):
    code = StringField(N_("The six digits the app shows"), [DataRequired(), Length(max=10)])


@door.get("/second-factor", endpoint="second_factor", needs=Permission.OWN_ACCOUNT)
def show_second_factor():
    return _shown(ConfirmForm())


@door.get("/second-factor/begin", needs=Permission.OWN_ACCOUNT)
def ask_second_factor():
    return page("everyone/factor_proof.html", form=ProofForm(), purpose="begin")


@door.post("/second-factor/begin", needs=Permission.OWN_ACCOUNT, ahead=hash_ahead)
def begin_second_factor():
    return _proven("begin", lambda: accounts.begin_second_factor(me(), second_factor.new_secret()))


@door.post("/second-factor/confirm", needs=Permission.OWN_ACCOUNT)
def confirm_second_factor():
    if (wait := held_back()) is not None:
        return wait
    if me().totp_secret is None or me().has_second_factor:
        raise Refused(NOT_NOW)
    form = ConfirmForm()
    step = second_factor.step_of(me().totp_secret, form.code.data or "", None) if form.validate() else None
    if step is None:
        if not form.code.errors:
            attempts.note(attempts.code(me()))
            form.code.errors = [gettext(WRONG_CODE)]
        return _shown(form, 422)
    codes = second_factor.new_recovery_codes()
    hashes = [second_factor.hash_of(code) for code in codes]
    accounts.confirm_second_factor(me(), step, hashes, g.sign_in)
    sessions.renew()
    return page("everyone/recovery_codes.html", codes=codes)


@door.get("/second-factor/codes", needs=Permission.OWN_ACCOUNT)
def ask_recovery_codes():
    return page("everyone/factor_proof.html", form=ProofForm(), purpose="codes")


@door.post("/second-factor/codes", needs=Permission.OWN_ACCOUNT, ahead=hash_ahead)
def renew_recovery_codes():
    if not me().has_second_factor:
        raise Refused(NOT_NOW)
    codes = second_factor.new_recovery_codes()
    hashes = [second_factor.hash_of(code) for code in codes]
    shown = page("everyone/recovery_codes.html", codes=codes)
    return _proven("codes", lambda: accounts.renew_recovery_codes(me(), hashes), shown)


@door.get("/second-factor/off", needs=Permission.OWN_ACCOUNT)
def ask_off():
    return page("everyone/factor_proof.html", form=ProofForm(), purpose="off")


@door.post("/second-factor/off", needs=Permission.OWN_ACCOUNT, ahead=hash_ahead)
def drop_second_factor():
    if sessions.must_have_second_factor(me()):
        raise Refused(MUST_STAY)
    return _proven("off", lambda: accounts.drop_second_factor(me(), me(), g.sign_in))


def _proven(purpose: str, act, shown=None):
    """Do it for whoever proves to be the owner of the account, under a new session reference."""
    if (wait := held_back()) is not None:
        return wait
    form = ProofForm()
    if not form.validate() or not form.proves():
        return page("everyone/factor_proof.html", 422, form=form, purpose=purpose)
    act()
    sessions.renew()
    if shown is not None:
        return shown
    if purpose == "off":
        say(N_("The second factor is off."))
    return redirect(url_for("account.second_factor"), 303)


def _shown(form: ConfirmForm, status: int = 200):
    secret = me().totp_secret if not me().has_second_factor else None
    address = second_factor.address_of(me(), secret) if secret else None
    return page(
        "everyone/second_factor.html", status, form=form, secret=secret, must=sessions.must_have_second_factor(me()),
        square=second_factor.square(address) if address else None,
    )  # fmt: skip
