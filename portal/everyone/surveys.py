"""A survey by its one-time link (R27), without signing in. Looking at it changes nothing and uses nothing up."""

from flask import g, redirect, request, url_for

from portal.access import guesses
from portal.access.door import Door
from portal.access.permissions import Permission as P
from portal.domain.surveys import answering, links
from portal.domain.surveys.answer_models import LINK
from portal.domain.surveys.campaign_models import Invitation
from portal.i18n import LANGUAGES
from portal.web import survey_sheet
from portal.web.pages import page
from portal.web.survey_sheet import OptOutForm, Ways

door = Door("surveys", __name__, url_prefix="/surveys/link")


def _ways(secret: str) -> Ways:
    return Ways(LINK, "surveys", {"secret": secret})


def _asked(secret: str) -> Invitation | None:
    """The invitation of this link; its page is in the language of its contact, unless another was chosen here."""
    row = links.behind(secret)
    if row is not None and request.cookies.get("language") not in LANGUAGES:
        g.language = row.language
    return row


def _gone(secret: str):
    """Unknown, mistyped, withdrawn, renewed, over: all look alike. Whoever had a real one is not taken for a guesser."""
    guessed = links.sent(secret) is None
    return (guessed and guesses.rest()) or survey_sheet.no_more("everyone/survey_gone.html", 404)


@door.get("/<secret>", needs=P.PUBLIC)
def show(secret):
    """The questions, from where one left off."""
    row = _asked(secret)
    return _gone(secret) if row is None else survey_sheet.show(row, _ways(secret))


@door.post("/<secret>", needs=P.PUBLIC)
def answer(secret):
    """A section, or all of it."""
    row = _asked(secret)
    return _gone(secret) if row is None else survey_sheet.answer(row, _ways(secret))


@door.post("/<secret>/kept", needs=P.PUBLIC)
def keep(secret):
    """What is being typed."""
    row = _asked(secret)
    return _gone(secret) if row is None else survey_sheet.keep(row, _ways(secret))


@door.get("/<secret>/thanks", needs=P.PUBLIC)
def thanks(secret):
    """Thanks, and what happens next."""
    row = _asked(secret)
    return _gone(secret) if row is None else survey_sheet.thanks(row, _ways(secret))


@door.get("/<secret>/opt-out", needs=P.PUBLIC)
def leave(secret):
    """No more surveys? Asked once more, so that a scanner that follows the link takes nobody off."""
    row = _asked(secret)
    if row is None:
        return _gone(secret)
    return page("everyone/survey_opt_out.html", form=OptOutForm(), ways=_ways(secret))


@door.post("/<secret>/opt-out", needs=P.PUBLIC)
def opt_out(secret):
    """No more surveys."""
    row = _asked(secret)
    if row is None:
        return _gone(secret)
    form = OptOutForm()
    if not form.validate():
        return page("everyone/survey_opt_out.html", 422, form=form, ways=_ways(secret))
    answering.opt_out(row, LINK, form.why.data or "")
    return redirect(url_for(".opted_out"), 303)


@door.get("/opted-out", needs=P.PUBLIC)
def opted_out():
    """It is noted."""
    return page("everyone/survey_opted_out.html")
