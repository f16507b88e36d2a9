"""Language and light: small choices of everybody, kept with the person, or in the browser of nobody in particular."""

from flask import current_app, redirect, request

from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.domain.people import accounts
from portal.i18n import LANGUAGES
from portal.web.pages import own_path

door = Door("switches", __name__)

THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600


@door.post("/language", needs=Permission.PUBLIC)
def language():
    return _switched("language", LANGUAGES)


@door.post("/theme", needs=Permission.PUBLIC)
def theme():
    return _switched("theme", THEMES)


def _switched(name: str, known):
    """Keep the choice and go back to where it was made; anything else than what we know changes nothing."""
    choice = request.form.get(name)
    response = redirect(own_path(request.form.get("next"), "sign_in.start"), 303)
    if choice in known:
        if me().is_authenticated:
            accounts.prefer(me(), **{name: choice})
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(name, choice, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
