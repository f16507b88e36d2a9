"""The own sessions: where one is signed in, and the end of any of them."""

from flask import abort, g, redirect, url_for

from portal.access import devices, sessions
from portal.access.door import me
from portal.access.permissions import Permission
from portal.access.proof import freshly
from portal.domain.people import accounts
from portal.everyone.account import door
from portal.i18n import N_
from portal.web.pages import page, say


@door.get("/sessions", endpoint="sessions", needs=Permission.OWN_ACCOUNT)
def index():
    rows = [(row, devices.called(row.device)) for row in sessions.live_of(me())]
    return page("everyone/sessions.html", rows=rows, this=g.sign_in)


@door.post("/sessions/<int:sign_in>/end", needs=Permission.OWN_ACCOUNT)
@freshly
def end_session(sign_in):
    if sign_in.person_id != me().id:
        abort(404)
    accounts.end_session(sign_in, me())
    say(N_("That session has ended."))
    return redirect(url_for(".sessions"), 303)


@door.post("/sessions/end-others", needs=Permission.OWN_ACCOUNT)
@freshly
def end_others():
    accounts.end_other_sessions(me(), g.sign_in)
    say(N_("You are signed out everywhere else."))
    return redirect(url_for(".sessions"), 303)
