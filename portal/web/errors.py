"""When it does not go on: a refusal says why, a mistake of ours shows a number that is in the log."""

import secrets
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.db import db
from portal.domain import files
from portal.domain.refusals import Refused
from portal.i18n import N_
from portal.web.filters import told
from portal.web.pages import by_htmx, page, say, word
from portal.web.words import gettext

log = structlog.get_logger()

SAID = {
    400: (N_("That did not arrive as it should"), N_("Please go back, load the page again and try once more.")),
    403: (N_("This is not open to you"), N_("Your role does not include it. If you need it, ask your administrator.")),
    404: (N_("There is nothing here"), N_("The address may be wrong, or it is not meant for you.")),
    405: (N_("That cannot be done here"), N_("Please use the buttons of the page.")),
    413: (
        N_("That was too large"),
        N_("One file may be {one} MiB, all together {all} MiB. Nothing was stored."),
    ),
    429: (N_("A little slower, please"), N_("There were too many tries in a short time. Please wait a moment.")),
    503: (
        N_("We are busy just now"),
        N_("Nothing was lost: what you typed is still here. Please try again in a moment."),
    ),
}
STALE = N_("Somebody changed this meanwhile. Nothing was overwritten: look at the news and send again.")


def install(app: Flask) -> None:
    """Answer every refusal and every failure of this application."""

    @app.errorhandler(Refused)
    def _refused(refusal):
        db.session.rollback()
        return _said(refusal.text, refusal.facts, 409)

    @app.errorhandler(StaleDataError)
    def _stale(_):
        db.session.rollback()
        return _said(STALE, {}, 409)

    @app.errorhandler(CSRFError)
    def _csrf(_):
        return _error(
            400, gettext("This page had lain open too long"), gettext("Please load it again; drafts are kept.")
        )

    @app.errorhandler(HTTPException)
    def _http(error):
        code = error.code or 500
        title, text = SAID.get(code, SAID[400])
        answer = _error(code, gettext(title), told(text, _facts(code)))
        for name, value in error.get_headers():
            if name in ("Retry-After", "Allow"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(OperationalError)
    def _database(error):
        db.session.rollback()
        number = _logged(error)
        answer = _error(503, gettext(SAID[503][0]), gettext(SAID[503][1]), number)
        answer.headers["Retry-After"] = "5"
        return answer

    @app.errorhandler(Exception)
    def _unexpected(error):
        if app.testing and not isinstance(error, (ValueError,)):
            raise error
        db.session.rollback()
        text = gettext("It is our mistake, and it is noted. Quote this number if you tell us about it.")
        return _error(500, gettext("Something went wrong on our side"), text, _logged(error))


def _facts(code: int) -> dict:
    """What fills the words of an answer."""
    if code != 413:
        return {}
    limits = files.room()
    return {"one": limits.one // files.MIB, "all": limits.all // files.MIB}


def _logged(error: Exception) -> str:
    number = secrets.token_hex(4)
    rule = str(request.url_rule or "")  # never the address itself: one-time secrets are part of some
    log.exception("unexpected", number=number, rule=rule, method=request.method, exc_info=error)
    return number


def _said(text: str, facts: dict, status: int):
    if by_htmx():
        say(text, "bad", **facts)
        return word(status)
    return _error(status, gettext("This cannot be done now"), told(text, facts))


def _error(status: int, title: str, text: str, number: str | None = None):
    if by_htmx() and status not in (404,):
        say(text, "bad")
        return word(status)
    return page(
        "layout/error.html", status, title=title, text=text, number=number, status_code=status, back=_came_from()
    )


def _came_from() -> str | None:
    """The page this was asked from, if it is one of ours that can be looked at."""
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host or (request.method == "GET" and before.path == request.path):
        return None
    try:
        current_app.url_map.bind(request.host).match(before.path, "GET")
    except HTTPException:
        return None
    return f"{before.path}?{before.query}" if before.query else before.path
