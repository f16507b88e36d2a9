"""The way in: e-mail and password, then a code where there is a second factor; and the way out."""

from urllib.parse import urlsplit

import structlog
from flask import abort, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from portal.access import attempts, devices, navigation, passwords, second_factor, sessions
from portal.access.door import Door, me
from portal.access.permissions import Permission, may
from portal.access.proof import WRONG_CODE
from portal.domain import settings
from portal.domain.people import accounts, queries
from portal.domain.people import links as one_time
from portal.domain.people.models import Person
from portal.domain.people.roles import LABELS, Role
from portal.i18n import N_
from portal.web.forms import Form
from portal.web.pages import by_htmx, own_path, page
from portal.web.words import gettext

door = Door("sign_in", __name__)
log = structlog.get_logger()

HALF = "half"
WRONG = N_("The e-mail address or the password is not right.")

OF_PROVIDER, ANOTHER_SUPERVISOR = "handler_of_provider", "another_supervisor"
BESIDES = {
    Role.HANDLER: [(OF_PROVIDER, N_("Provider's handler"))],
    Role.SUPERVISOR: [(ANOTHER_SUPERVISOR, N_("Second quality supervisor"))],
}
CALLED = LABELS | {Role.HANDLER: N_("Department's handler")}
EYES = [pair for role in Role for pair in [(role, CALLED[role]), *BESIDES.get(role, ())]]
"""Whose eyes the demo world is seen with: what a button sends, and what it says; a customer's two first.

A complaint's whole way needs a provider's handler, and a supervisor who did not judge to decide the appeal (R19).
"""


class SignInForm(Form):
    email = EmailField(N_("E-mail address"), [DataRequired(), Length(max=120)])
    password = PasswordField(N_("Password"), [DataRequired()])
    next = HiddenField()


class CodeForm(Form):
    code = StringField(N_("Code from your app"), [DataRequired(), Length(max=60)])
    next = HiddenField()


def _check_password() -> None:
    """The slow comparison, before the database is held; what is over its limit costs nothing."""
    form = SignInForm()
    if form.validate() and not attempts.sign_in_wait(form.email.data, devices.is_known()):
        passwords.matches(queries.by_email(form.email.data), form.password.data)


@door.get("/sign-in", needs=Permission.PUBLIC)
def new():
    if me().is_authenticated:
        return redirect(home_of(me()), 303)
    return _sign_in_page(SignInForm(next=request.args.get("next")))


@door.post("/sign-in", needs=Permission.PUBLIC, ahead=_check_password)
def create():
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, 422)
    if wait := attempts.sign_in_wait(form.email.data, devices.is_known()):
        return attempts.too_often(wait)
    person = queries.by_email(form.email.data)
    if not passwords.matches(person, form.password.data) or not person.may_sign_in_on(settings.today()):
        return _refused(form)
    passwords.strengthen(person, form.password.data)
    return _second_step(person, form.next.data) if person.has_second_factor else let_in(person, form.next.data)


@door.get("/sign-in/code", needs=Permission.PUBLIC)
def code():
    if _half() is None:
        return redirect(url_for(".new"), 303)
    return page("access/code.html", form=CodeForm(next=request.args.get("next")))


@door.post("/sign-in/code", needs=Permission.PUBLIC)
def prove():
    link, form = _half(), CodeForm()
    if link is None:
        return redirect(url_for(".new"), 303)
    person = queries.person(link.person_id)
    if wait := attempts.wait(attempts.code(person), *attempts.CODES):
        return attempts.too_often(wait)
    if not form.validate():
        return page("access/code.html", 422, form=form)
    if not person.may_sign_in_on(settings.today()) or not second_factor.proves(person, form.code.data):
        form.code.errors = [gettext(WRONG_CODE)]
        return page("access/code.html", 422, form=form)
    one_time.use(link)
    return let_in(person, form.next.data)


@door.post("/sign-in/demo", needs=Permission.PUBLIC)
def demo():
    if not is_demo():
        abort(404)
    return let_in(_whose_eyes(request.form.get("role", "")) or abort(404), request.form.get("next"))


@door.post("/sign-out", needs=Permission.PUBLIC)
def end():
    if me().is_authenticated:
        accounts.signed_out(me())
    sessions.end_current()
    response = redirect(url_for(".new"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@sessions.login.unauthorized_handler
def to_sign_in():
    """Whoever is not signed in goes there, and comes back to the page they wanted."""
    if by_htmx():
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        wanted = f"{here.path}?{here.query}" if here.query else here.path
        return Response(status=401, headers={"HX-Redirect": url_for("sign_in.new", next=wanted)})
    wanted = request.full_path.rstrip("?") if request.method == "GET" else urlsplit(request.referrer or "").path
    return redirect(url_for("sign_in.new", next=wanted if wanted not in ("", "/") else None), 303)


def is_demo() -> bool:
    """Is this the demo world, where people come in by a button?"""
    return current_app.extensions["portal"].demo


def let_in(person: Person, wanted: str | None) -> Response:
    """A session for this person, on to where they wanted to go; a letter if the browser is a new one."""
    is_new = not devices.knows(person) and queries.has_been_here(person) and not is_demo()
    attempts.forget(attempts.account(person.email))
    attempts.forget(attempts.code(person))
    sessions.begin(person)
    browser, system = devices.called(request.user_agent.string)
    accounts.signed_in(person, request.remote_addr or "", browser, system, is_new)
    response = redirect(own_path(wanted, "sign_in.start"), 303)
    devices.remember(response, person)
    return response


@door.get("/start", needs=Permission.OWN_ACCOUNT)
def start():
    """Where a person's day begins."""
    return redirect(home_of(me()), 303)


def home_of(person: Person) -> str:
    """The first page of this person's navigation; the own account where there is none."""
    rows = navigation.STAFF if person.is_staff else navigation.CUSTOMER
    views = current_app.view_functions
    ways = [row.endpoint for row in rows if may(person, row.needs) and row.endpoint in views]
    return (
        url_for(ways[0]) if ways else url_for("account.index") if "account.index" in views else url_for("sign_in.new")
    )


def _sign_in_page(form: SignInForm, status: int = 200, wrong: str = ""):
    roles = EYES if is_demo() else []
    return page("access/sign_in.html", status, form=form, roles=roles, wrong=wrong)


def _whose_eyes(name: str) -> Person | None:
    """Who is meant by a button of the demo world: the first of a role, or another one of it where a walk needs two."""
    if name == OF_PROVIDER:
        return queries.first_of(Role.HANDLER, of_provider=True)
    if name == ANOTHER_SUPERVISOR:
        return queries.first_of(Role.SUPERVISOR, besides=queries.first_of(Role.SUPERVISOR))
    return queries.first_of(Role(name)) if name in set(Role) else None


def _refused(form: SignInForm):
    attempts.sign_in_failed(form.email.data)
    log.warning("sign-in failed", account=attempts.account(form.email.data), address=request.remote_addr)
    return _sign_in_page(form, 422, gettext(WRONG))


def _second_step(person: Person, wanted: str | None):
    """The password was right; the code is asked of this very attempt, kept on the server, for five minutes."""
    link = one_time.make(one_time.SECOND_STEP, person)
    session.clear()
    session[HALF] = one_time.secret_of(link)
    return redirect(url_for(".code", next=wanted or None), 303)


def _half():
    return one_time.find(one_time.SECOND_STEP, session.get(HALF))
