"""Answers to whoever asked for one on a survey (R30): who waits, what they said, what they are told."""

from flask import abort, redirect, request, url_for
from wtforms import TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.surveys import replies as rules
from portal.domain.surveys.answer_models import Response
from portal.i18n import N_
from portal.staff.words import door
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import key_of, row_number

PAGE = 30


class ReplyForm(Form):
    """What they are told."""

    answer = TextAreaField(N_("Our answer"), [Needed(), AtMost(3000)])


@door.get("/answers", needs=P.SURVEY_RUN)
def replies():
    """Who waits for an answer, the longest first; and who has one."""
    which = "given" if request.args.get("which") == "given" else "owed"
    key, rows = row_number(request.args.get("after")), visible(Response, me())
    found = (
        rules.given(rows, key, PAGE + 1)
        if which == "given"
        else [(one, None) for one in rules.owed(rows, key, PAGE + 1)]
    )
    more = url_for(".replies", which=which, after=key_of(found[PAGE - 1][0].id)) if len(found) > PAGE else None
    return page("staff/word_replies.html", rows=found[:PAGE], which=which, older=more, first=key is None)


@door.get("/answers/<int:response>", needs=P.SURVEY_RUN)
def show_reply(response):
    """What they said, and our answer."""
    return _reply_page(response.id, ReplyForm(formdata=None))


@door.post("/answers/<int:response>", needs=P.SURVEY_RUN)
def reply(response):
    """Tell them."""
    form, row = ReplyForm(), _case(response.id)
    if form.validate() and attempted(form, "answer", rules.answer, row, me(), form.answer.data) is not False:
        say(N_("The answer is kept and leaves by letter."))
        return redirect(url_for(".replies"), 303)
    return _reply_page(response.id, form, 422)


def _case(key: int) -> Response:
    row = rules.case(visible(Response, me()), key)
    return row if row is not None and row.wants_answer and row.invitation is not None else abort(404)


def _reply_page(key: int, form: ReplyForm, status: int = 200):
    row = _case(key)
    return page("staff/word_reply.html", status, row=row, form=form, said=rules.said(row), reply=rules.of(row))
