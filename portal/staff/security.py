"""The rules of signing in: second factor, idle times, passwords, limits; every change with its history."""

from dataclasses import asdict

from flask import redirect, url_for
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.proof import freshly
from portal.domain import settings
from portal.i18n import N_
from portal.web.forms import Form
from portal.web.pages import page, say

door = Door("security", __name__, url_prefix="/staff/security")


class Figure(IntegerField):
    """A number of few digits; a longer one is no number here."""

    def process_formdata(self, valuelist):
        super().process_formdata([value if len(value) < 10 else "" for value in valuelist])


def _number(label: str, low: int, high: int) -> Figure:
    return Figure(label, [InputRequired(), NumberRange(low, high)])


class SecurityForm(Form):
    """Within what no company should leave: nobody switches the limits off here."""

    staff_second_factor = BooleanField(N_("Staff need a second factor"))
    customer_idle_minutes = _number(N_("Customers are signed out after … minutes without a click"), 5, 480)
    staff_idle_minutes = _number(N_("Staff are signed out after … minutes without a click"), 5, 240)
    admin_idle_minutes = _number(N_("Administrators are signed out after … minutes without a click"), 5, 60)
    absolute_hours = _number(N_("A session lasts at most … hours"), 1, 24)
    admin_absolute_hours = _number(N_("A session of an administrator lasts at most … hours"), 1, 12)
    sessions_at_once = _number(N_("Sessions of one person at once"), 1, 20)
    password_min = _number(N_("Shortest password, in characters"), 8, 64)
    words_refused = StringField(N_("Words no password may hold"), [Length(max=1000)])
    failures_allowed = _number(N_("Wrong passwords before waiting begins"), 3, 20)
    failure_window_minutes = _number(N_("Longest wait, in minutes"), 5, 60)
    failures_a_day = _number(N_("Wrong passwords a day, of one account from one network"), 10, 100)
    address_failures_allowed = _number(N_("Wrong passwords from one address within that time"), 10, 1000)
    invitation_hours = _number(N_("An invitation works for … hours"), 1, 72)
    reset_minutes = _number(N_("A link for a new password works for … minutes"), 5, 30)
    why = TextAreaField(N_("Why is this changed?"), [DataRequired(), Length(max=500)])

    def values(self) -> dict:
        """The new rules; the words as a tuple, small."""
        facts = self.facts()
        facts.pop("why")
        words = facts.pop("words_refused").replace("，", ",").replace("、", ",").split(",")
        return facts | {
            "words_refused": tuple(dict.fromkeys(word.strip().casefold() for word in words if word.strip()))
        }


GROUPS = (
    (N_("Second factor and sessions"), ("staff_second_factor", "customer_idle_minutes", "staff_idle_minutes", "admin_idle_minutes", "absolute_hours", "admin_absolute_hours", "sessions_at_once")),
    (N_("Passwords and links"), ("password_min", "words_refused", "invitation_hours", "reset_minutes")),
    (N_("Wrong tries"), ("failures_allowed", "failure_window_minutes", "failures_a_day", "address_failures_allowed")),
)  # fmt: skip


@door.get("", needs=Permission.SECURITY_RUN)
def index():
    rules = settings.security()
    form = SecurityForm(**asdict(rules) | {"words_refused": ", ".join(rules.words_refused)})
    return _page(form)


@door.post("", needs=Permission.SECURITY_RUN)
@freshly
def change():
    form = SecurityForm()
    if not form.validate():
        return _page(form, 422)
    settings.change("security", me(), form.why.data, **form.values())
    say(N_("Kept. It holds from now on."))
    return redirect(url_for(".index"), 303)


def _page(form: SecurityForm, status: int = 200):
    labels = {name: field.label.text for name, field in form._fields.items()}
    return page(
        "staff/security.html", status, form=form, groups=GROUPS, changes=settings.changes("security"), labels=labels
    )
