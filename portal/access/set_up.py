"""Setting up a new portal, once, by the link that bin/run prints. Until then every page leads here."""

from flask import abort, current_app, redirect, request, url_for
from wtforms import EmailField, MultipleFileField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from portal.access import passwords
from portal.access.door import Door
from portal.access.links import NewPasswordForm
from portal.access.permissions import Permission
from portal.domain import files, installation, settings
from portal.domain.people import links as one_time
from portal.domain.policy import PACKS
from portal.domain.refusals import Refused
from portal.i18n import LANGUAGES, N_
from portal.web.forms import Uploads, refuse
from portal.web.pages import page, say
from portal.web.words import chinese

door = Door("set_up", __name__, url_prefix="/set-up")

OPEN = ("set_up.", "look.", "health.", "switches.")
PACK_WORDS = {"telecom": N_("Telecom operator"), "cars": N_("Car maker")}
ADDRESS = Regexp(r"[^@\s<>,;]+@[^@\s<>,;]+\Z", message=N_("This is no e-mail address."))


class SetUpForm(NewPasswordForm):
    company = StringField(N_("Name of the company"), [DataRequired(), Length(max=80)])
    short_name = StringField(N_("Short name"), [DataRequired(), Length(max=20)])
    logo = MultipleFileField(N_("Logo"), [Uploads()])
    language = SelectField(N_("Language"), choices=dict(LANGUAGES))
    zone = SelectField(N_("Time zone"), choices={zone: zone for zone in settings.ZONES})
    mail_from = EmailField(N_("Letters are sent from"), [DataRequired(), Length(max=120), ADDRESS])
    pack = RadioField(N_("Rules to begin with"), [DataRequired()], choices={code: PACK_WORDS[code] for code in PACKS})
    name = StringField(N_("Your name"), [DataRequired(), Length(max=60)])
    email = EmailField(N_("Your e-mail address"), [DataRequired(), Length(max=120), ADDRESS])


@door.before_app_request
def _not_yet():
    """Before set-up everything leads here; after it, and with a wrong link, nothing is taken in, no file either."""
    if request.endpoint is None:
        return None
    if request.endpoint.startswith("set_up."):
        wrong = request.method == "POST" and one_time.find(one_time.SET_UP, request.view_args.get("secret")) is None
        return abort(404) if wrong or installation.is_set_up() else None
    if request.endpoint.startswith(OPEN) or installation.is_set_up():
        return None
    return redirect(url_for("set_up.index"), 303)


@door.get("", needs=Permission.PUBLIC)
def index():
    return page("access/not_set_up.html")


@door.get("/<secret>", needs=Permission.PUBLIC)
def show(secret):
    if one_time.find(one_time.SET_UP, secret) is None:
        return page("access/gone.html", 404)
    return page("access/set_up.html", form=_fresh(), secret=secret)


def _fresh() -> SetUpForm:
    """The form as it is met first; the portal's language is taken to be the one its page is read in."""
    return SetUpForm(pack=PACKS[0], language="zh_Hans_CN" if chinese() else "en")


@door.post("/<secret>", needs=Permission.PUBLIC, files=True, ahead=passwords.hash_ahead)
def create(secret):
    form = SetUpForm()
    if not form.validate() or not _logo_fits(form):
        return page("access/set_up.html", 422, form=form, secret=secret)
    first = installation.first_person(
        form.name.data, form.email.data, passwords.hash_of(form.new_password.data), form.language.data
    )
    installation.set_up(_opening(form, first), first)
    say(N_("The portal is set up. Please sign in."))
    return redirect(url_for("sign_in.new"), 303)


def _opening(form: SetUpForm, first) -> installation.Opening:
    logo = files.keep(form.logo.data[0], first) if form.logo.data else None
    return installation.Opening(
        name=form.company.data, short_name=form.short_name.data, pack=form.pack.data, language=form.language.data,
        zone=form.zone.data, mail_from=form.mail_from.data, logo=logo,
    )  # fmt: skip


def _logo_fits(form: SetUpForm) -> bool:
    """A logo is kept as a small PNG, whatever picture it was."""
    try:
        form.logo.data = [files.as_logo(current_app.extensions["files"], one) for one in form.logo.data[:1]]
    except Refused as no:
        refuse(form, "logo", no)
        return False
    return True
