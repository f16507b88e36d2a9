"""Departments and providers: whom an order may go to."""

from flask import redirect, url_for
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people import parties
from portal.domain.people.models import Department, Provider
from portal.domain.tickets import bulk, dispatching
from portal.domain.tickets.states import FOR_STAFF, TONES
from portal.i18n import N_
from portal.staff import bulk as several
from portal.staff import desk_parties
from portal.staff.customers import named
from portal.staff.desk_dispatch import warn_of_ends
from portal.web.forms import Form
from portal.web.pages import page, say
from portal.web.words import gettext

door = Door("parties", __name__, url_prefix="/staff/parties")


class DepartmentForm(Form):
    name = StringField(N_("Name"), [DataRequired(), Length(max=80)])
    name_en = StringField(N_("Name in English"), [Length(max=80)])


class ProviderForm(Form):
    name = StringField(N_("Name"), [DataRequired(), Length(max=80)])
    region = SelectField(N_("Region"), choices=lambda: {"": gettext("none")} | named("regions"))


class NewProviderForm(ProviderForm):
    code = StringField(
        N_("Code"),
        [DataRequired(), Length(max=40), Regexp(r"[A-Za-z0-9-]+\Z", message=N_("Letters, figures and hyphens only."))],
    )


class CloseForm(Form):
    on = DateField(N_("Last day"), [DataRequired()])
    why = TextAreaField(N_("Why?"), [DataRequired(), Length(max=500)])


class HandOverForm(Form):
    """Who takes over what is still worked on. Beside the form of closing on the same page, so its names are its own."""

    to = SelectField(N_("Who takes over"), validators=[DataRequired()])
    reason = TextAreaField(N_("Why do they take over?"), [DataRequired(), Length(max=500)])


@door.get("", needs=P.SETTINGS_RUN)
def index():
    return page(
        "staff/parties.html", departments=parties.departments(visible(Department, me())),
        providers=parties.providers(visible(Provider, me())), in_departments=parties.heads("department"),
        in_providers=parties.heads("provider"), regions=named("regions"), today=settings.today(),
    )  # fmt: skip


@door.get("/providers/new", needs=P.SETTINGS_RUN)
def new_provider():
    return page("staff/party_form.html", form=NewProviderForm(), party=None, action=url_for(".register"))


@door.post("/providers/new", needs=P.SETTINGS_RUN)
def register():
    form = NewProviderForm()
    if form.validate() and attempted(form, "code", parties.register_provider, me(), **form.facts()):
        return _kept()
    return page("staff/party_form.html", 422, form=form, party=None, action=url_for(".register"))


def edit(**url):
    """Its names, to be changed."""
    (party,) = url.values()
    form = DepartmentForm(obj=party) if isinstance(party, Department) else ProviderForm(obj=party)
    return page("staff/party_form.html", form=form, party=party, action=_to("change", party))


def change(**url):
    """Keep other names."""
    (party,) = url.values()
    form = DepartmentForm() if isinstance(party, Department) else ProviderForm()
    if not form.validate():
        return page("staff/party_form.html", 422, form=form, party=party, action=_to("change", party))
    (parties.change_department if isinstance(party, Department) else parties.change_provider)(
        party, me(), **form.facts()
    )
    return _kept()


def ask_close(**url):
    """When it ends and why, what it still works on, and who could take that over."""
    (party,) = url.values()
    return _closing_page(party)


def close(**url):
    """Note its last day."""
    (party,) = url.values()
    form = CloseForm()
    noting = (parties.close, party, me(), form.on.data, form.why.data)
    if not form.validate() or attempted(form, "on", *noting) is False:
        return _closing_page(party, form=form)
    ends = N_("{name} ends on {day}; until then everything is as before.")
    ended = N_("{name} has ended; whoever only worked on its orders can no longer sign in.")
    say(ends if party.is_open_on(settings.today()) else ended, name=party.words, day=party.closed_on)
    return redirect(url_for(".index"), 303)


def hand_over(**url):
    """All it works on goes to another party, as it is listed on the page; a word about each that does not."""
    (party,) = url.values()
    form, others = _hand_over_form(party)
    if not form.validate():
        return _closing_page(party, handing=form)
    to, drawn = others[form.to.data], several.ticked()
    chosen = [
        bulk.Chosen(order.ticket, drawn[order.ticket_id])
        for order in dispatching.running_of(party) if order.ticket_id in drawn
    ]  # fmt: skip
    result = bulk.hand_over(chosen, me(), party, to, form.reason.data or "")
    if gone := len(drawn) - len(chosen):
        say(N_("{count} of them were no longer with {name}."), "info", count=gone, name=party.words)
    warn_of_ends((to, ticket) for ticket in result.done)
    if chosen:
        several.tell(result, N_("{count} handed over to {name}."), name=to.words)
    return redirect(_to("ask_close", party), 303)


def open_again(**url):
    """There again, or its end taken back."""
    (party,) = url.values()
    parties.open_again(party, me())
    return _kept()


ROUTES = (
    ("GET", "", edit), ("POST", "", change), ("GET", "/close", ask_close), ("POST", "/close", close),
    ("POST", "/hand-over", hand_over), ("POST", "/open", open_again),
)  # fmt: skip
"""What can be done to either, by the same views: `edit_department` and `edit_provider`, and so on."""
for method, path, view in ROUTES:
    for kind in ("department", "provider"):
        rule, endpoint = f"/{kind}s/<int:{kind}>{path}", f"{view.__name__}_{kind}"
        door.add_url_rule(rule, endpoint, view, needs=P.SETTINGS_RUN, methods=[method])


def _to(verb: str, party: Department | Provider) -> str:
    """The address of one of these views for this party."""
    kind = party.__tablename__
    return url_for(f".{verb}_{kind}", **{kind: party.id})


def _hand_over_form(party: Department | Provider) -> tuple[HandOverForm, dict[str, Department | Provider]]:
    """The form, and whom it offers: every other party that is open, by key."""
    form, others = HandOverForm(), desk_parties.parties()
    others.pop(desk_parties.key_of(party), None)
    form.to.choices = [
        ("", gettext("Please choose")),
        *((key, desk_parties.name_of(one)) for key, one in others.items()),
    ]
    return form, others


def _closing_page(party: Department | Provider, form: CloseForm | None = None, handing: HandOverForm | None = None):
    """Both forms, the orders the second one is about, and what stands in the way of the first."""
    refused, last = form is not None or handing is not None, party.closed_on or settings.today()
    if form is None:
        form = CloseForm()
        form.on.data = last
    return page(
        "staff/party_close.html", 422 if refused else 200, party=party, is_department=isinstance(party, Department),
        form=form, handing=handing or _hand_over_form(party)[0],
        no=parties.why_not_close(party, last), today=settings.today(),
        orders=dispatching.running_of(party, bulk.AT_ONCE), count=dispatching.count_of(party), at_once=bulk.AT_ONCE,
        to_close=_to("close", party), to_hand_over=_to("hand_over", party), to_open=_to("open_again", party),
        state_words=FOR_STAFF, state_tones=TONES,
    )  # fmt: skip


def _kept():
    say(N_("Kept."))
    return redirect(url_for(".index"), 303)
