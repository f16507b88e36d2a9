"""Is it solved? The customer says so by the one-time link of a letter, without signing in (R16). Looking uses nothing up."""

from typing import cast

from flask import current_app, g, redirect, request, url_for
from wtforms import HiddenField, TextAreaField

from portal.access.door import attempted, me
from portal.access.guesses import gone
from portal.access.links import door
from portal.access.permissions import Permission
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.policy import CAUSE_KIND, Ask
from portal.domain.tickets import callback, confirm_links, deadlines, doubts
from portal.domain.tickets.confirm_links import Asked
from portal.i18n import N_
from portal.web.asks import answers_told
from portal.web.filters import stamp, words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.rating_form import SatisfactionForm
from portal.web.words import gettext

WORDS = 4_000
THANKS = ("solved", "not-solved")


class SolvedForm(SatisfactionForm):
    """It is solved; a word with it. Words that say the opposite are asked about once."""

    body = TextAreaField(N_("Anything you want to tell us"), [AtMost(WORDS)], id="solved-body")
    sure = HiddenField(id="solved-sure")


class NotSolvedForm(Form):
    """It is not, and why."""

    body = TextAreaField(N_("What is not solved"), [Needed(), AtMost(WORDS)], id="not-solved-body")


@door.get("/confirm/<secret>", needs=Permission.PUBLIC)
def confirming(secret):
    """What was reported as done, and the question."""
    if (asked := _open(secret)) is None:
        return gone()
    return _page(asked, secret)


@door.post("/confirm/<secret>", needs=Permission.PUBLIC)
def confirmed(secret):
    """Solved, or not and why: as on the ticket's own page; then the link is used."""
    if (asked := _open(secret, to_answer=True)) is None:
        return gone()
    if request.form.get("answer") == "not-solved":
        return _not_solved(asked, secret)
    form = SolvedForm()
    if not form.validate():
        return _page(asked, secret, 422, solved=form)
    if doubts.sounds_unsolved(form.body.data or "") and form.sure.data != "yes":
        return _page(asked, secret, 422, solved=form, doubt=True)
    facts = (asked.ticket, asked.who, form.body.data or "")
    if attempted(form, "body", callback.confirm, *facts, satisfied=form.is_satisfied, means=callback.LINK) is False:
        return _page(asked, secret, 422, solved=form)
    return _thank("solved")


def _not_solved(asked: Asked, secret: str):
    form, ticket = NotSolvedForm(), asked.ticket
    facts = (ticket, asked.who, form.body.data or "")
    if not form.validate() or attempted(form, "body", callback.reject, *facts, means=callback.LINK) is False:
        return _page(asked, secret, 422, not_solved=form)
    if (owed := deadlines.told_next(ticket)) is not None:
        say(
            N_("What comes next: {what}, {due} at the latest."),
            what=words_in(deadlines.rule_of(owed).words),
            due=stamp(owed.due_at),
        )
    return _thank("not-solved")


def _thank(what: str):
    """On to what happens next, in the language the question was asked in."""
    answer = redirect(url_for(".thanks", what=what), 303)
    if g.get("language"):
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie("language", g.language, secure=secure, httponly=True, samesite="Lax")
    return answer


@door.get("/confirm/thanks/<what>", needs=Permission.PUBLIC)
def thanks(what):
    """What happens next."""
    if what not in THANKS:
        return gone()
    return page("access/confirm_thanks.html", solved=what == "solved", reopen_days=settings.policy().limits.reopen_days)


def _open(secret: str, to_answer: bool = False) -> Asked | None:
    """What the link asks, for whoever is no one of ours: who handles does not close, not through a link either."""
    asked = confirm_links.find(secret, to_answer=to_answer)
    if asked is None or (me().is_authenticated and me().is_staff):
        return None
    if not me().is_authenticated and "language" not in request.cookies:
        known = asked.who.language if isinstance(asked.who, Person) else settings.company().language
        g.language = known
    return asked


def _page(asked: Asked, secret: str, status: int = 200, doubt: bool = False, solved=None, not_solved=None):
    shape = cast(dict, asked.solution.shape)
    parts = (
        Ask(f.code, f.words, f.help, f.type, f.choices) for f in settings.policy().known("reply_fields") if f.code != CAUSE_KIND
    )  # fmt: skip
    return page(
        "access/confirm.html", status, ticket=asked.ticket, solution=asked.solution, parts=answers_told(parts, shape),
        secret=secret, doubt=doubt, solved=solved or SolvedForm(formdata=None), not_solved=not_solved or NotSolvedForm(formdata=None),
        opened=not_solved is not None, portal=isinstance(asked.who, Person), title=gettext("Is it solved?"),
    )  # fmt: skip
