"""What the pages of settings share: their door, their tabs, the reason every decision needs."""

from flask import request, url_for
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from portal.access.door import Door
from portal.i18n import N_
from portal.web.forms import Form, Needed
from portal.web.words import gettext

door = Door("configuration", __name__, url_prefix="/staff/settings")

TABS = (
    (N_("Company"), "configuration.company"),
    (N_("Promises and classes"), "configuration.promises"),
    (N_("Working calendar"), "configuration.calendar"),
    (N_("History of changes"), "configuration.history"),
    (N_("The portal itself"), "configuration.system"),
)


class Decision(Form):
    """What every decision carries: why, and the revision it was drawn from."""

    why = StringField(N_("Why is this changed?"), [Needed(), Length(max=300)])
    revision = HiddenField()

    def drawn_from(self) -> int:
        """The revision its writer saw; 0, which never holds, when it is missing or wild."""
        return number_in(self.revision.data)


def number_in(text: str | None) -> int:
    """A revision's number as it was sent; 0, which never holds, when it is missing or wild."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def tabs() -> list[dict]:
    """The pages of settings, the present one lit."""
    return [
        {"label": gettext(label), "url": url_for(endpoint), "current": request.endpoint == endpoint}
        for label, endpoint in TABS
    ]
