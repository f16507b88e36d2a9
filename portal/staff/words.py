"""The words of surveys (R29): comments read by hand, coded into issues with suggestions by cue words."""

from flask import redirect, request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.refusals import Stale
from portal.domain.savepoint import savepoint
from portal.domain.surveys import words as rules
from portal.domain.surveys.answer_models import Response
from portal.i18n import N_
from portal.web.pages import page, say
from portal.web.paging import key_of, row_number
from portal.web.words import gettext

door = Door("words", __name__, url_prefix="/staff/surveys/words")

PAGE = 15


@door.get("", needs=P.SURVEY_RUN)
def index():
    """Comments to be read, or those read, by survey and issue."""
    which = request.args.get("which", rules.OPEN)
    which = which if which in rules.CHOICES else rules.OPEN
    campaign, issue = row_number(request.args.get("campaign")), row_number(request.args.get("issue"))
    found = rules.comments(
        visible(Response, me()), which, campaign, issue, row_number(request.args.get("after")), PAGE + 1
    )
    known = rules.issues()
    chosen = {"campaign": campaign, "issue": issue}
    return page(
        "staff/words.html", rows=found[:PAGE], mark=rules.mark, issues=known, which=which, campaign=campaign, issue=issue, first="after" not in request.args,
        suggested={one.key: rules.suggested(one.text, known) for one in found[:PAGE] if not one.is_read},
        campaigns=rules.campaigns_with_words(visible(Response, me())), waiting=rules.waiting(visible(Response, me())),
        chips=[
            {"label": gettext(label), "url": url_for(".index", which=code, **chosen), "on": code == which}
            for code, label in rules.CHOICES.items()
        ],
        older=url_for(".index", which=which, after=key_of(found[PAGE - 1].response.id), **chosen) if len(found) > PAGE else None,
    )  # fmt: skip


@door.post("/<int:response>/<question>", needs=P.SURVEY_RUN)
def code(response, question):
    """This comment is read: it raises the ticked issues, or none."""
    ticked = {key for key in map(row_number, request.form.getlist("issue")) if key}
    try:
        with savepoint():
            rules.code(response, question, ticked, me(), request.form.get("seen"))
    except Stale as no:
        say(no.text, "warn")
    else:
        say(N_("The comment is read.") if not ticked else N_("The comment is coded."))
    where = {name: request.args.get(name) for name in ("which", "campaign", "issue") if request.args.get(name)}
    return redirect(url_for(".index", **where), 303)
