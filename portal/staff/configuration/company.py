"""The company's page: its names, colour, logo, hotline, and where its letters come from."""

from flask import current_app, redirect, request, url_for
from wtforms import BooleanField, ColorField, EmailField, MultipleFileField, SelectField, StringField
from wtforms.validators import Length, Regexp

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.domain import files, settings
from portal.domain.settings import Company
from portal.i18n import LANGUAGES, N_
from portal.staff.configuration.places import COMPANY
from portal.staff.configuration.ways import door, tabs
from portal.web import look
from portal.web.forms import Form, Needed, Uploads
from portal.web.pages import page, say

ADDRESS = r"[^@\s<>,;]+@[^@\s<>,;]+\Z"
SHOWN = (
    "name", "short_name", "accent", "hotline", "hotline_hours", "mail_from", "language", "zone",
)  # fmt: skip


class CompanyForm(Form):
    name = StringField(COMPANY["name"], [Needed(), Length(max=60)])
    short_name = StringField(
        COMPANY["short_name"], [Length(max=20)], description=N_("Stands before the subject of every letter.")
    )
    accent = ColorField(
        COMPANY["accent"], [Needed(), Regexp(look.HEX, message=N_("A colour is written like #1f5f8b."))]
    )
    logo = MultipleFileField(
        COMPANY["logo"], [Uploads()], description=N_("PNG, JPEG or WebP; made 160 pixels high at most.")
    )
    no_logo = BooleanField(N_("Take the logo away"))
    hotline = StringField(COMPANY["hotline"], [Length(max=40)])
    hotline_hours = StringField(COMPANY["hotline_hours"], [Length(max=60)])
    mail_from = EmailField(
        COMPANY["mail_from"], [Needed(), Length(max=120), Regexp(ADDRESS, message=N_("This is no e-mail address."))]
    )
    language = SelectField(COMPANY["language"], [Needed()], choices=LANGUAGES)
    zone = SelectField(COMPANY["zone"], [Needed()])
    why = StringField(N_("Why is this changed?"), [Length(max=300)])

    def __init__(self, *given, **facts):
        super().__init__(*given, **facts)
        present = settings.company().zone
        self.zone.choices = {zone: zone for zone in (present, *settings.ZONES)}
        self.accent.render_kw = {
            "hx-get": url_for("configuration.company"), "hx-target": "#colour", "hx-trigger": "input changed delay:300ms",
        }  # fmt: skip


@door.get("/company", needs=P.SETTINGS_RUN)
def company():
    form = CompanyForm(obj=settings.company())
    return _show(form, request.args.get("accent", settings.company().accent))


@door.post("/company", needs=P.SETTINGS_RUN, files=True)
def change_company():
    form = CompanyForm()
    if not form.validate() or not attempted(form, "logo", _change, form):
        return _show(form, form.accent.data or "", 422)
    say(N_("Kept. It holds from now on."))
    return redirect(url_for(".company"), 303)


def _change(form: CompanyForm) -> None:
    values = {name: getattr(form, name).data for name in SHOWN}
    if form.no_logo.data:
        values["logo"] = None
    if form.logo.data:
        staged = files.as_logo(current_app.extensions["files"], form.logo.data[0])
        values["logo"] = files.keep(staged, me()).key
    settings.change("company", me(), form.why.data or "", **values)


def _show(form: CompanyForm, accent: str, status: int = 200):
    history = settings.changes("company")
    return page(
        "staff/company.html",
        status,
        form=form,
        colour=look.judged(accent),
        history=history,
        tabs=tabs(),
        fields=Company,
    )
