"""Hot issues (热点问题, R30): distinct customers by issue and month with control limits; taken up, or not, with a reason."""

from flask import redirect, request, url_for
from wtforms import HiddenField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import find
from portal.domain.quality.days import first, following, today
from portal.domain.surveys import hot_issues as rules
from portal.domain.surveys.word_models import HotIssue
from portal.i18n import N_
from portal.staff import word_why
from portal.staff.words import door
from portal.web.forms import AtMost, Form, Needed
from portal.web.months import code_of, month_of
from portal.web.months import month as month_in_words
from portal.web.pages import page, say

BACK = 12


class DismissForm(Form):
    """Why nothing is done."""

    reason = TextAreaField(N_("Why is nothing done about it?"), [Needed(), AtMost(1000)])
    version = HiddenField()


@door.get("/hot", needs=P.QUALITY_READ)
def hot():
    """A month: which issues are out of the ordinary, and what was done about them."""
    running = first(today())
    months = [following(running, -back) for back in range(BACK)]
    month = month_of(request.args.get("month")) or running
    month = month if month in months else running
    lines = rules.month_of(month)
    return page(
        "staff/word_hot.html", lines=[(one, word_why.of_line(one)) for one in lines], month=month, code_of=code_of,
        chips=[{"label": month_in_words(one), "url": url_for(".hot", month=code_of(one)), "on": one == month} for one in months[:6]], rules=rules.RULES,
        works=may(me(), P.QUALITY_WORK), base=[following(month, back) for back in range(-12, 1)], reads=may(me(), P.SURVEY_RUN),
    )  # fmt: skip


@door.post("/hot", needs=P.QUALITY_WORK)
def raise_hot():
    """Look at it: kept with its figures and with exactly the customers who raised it."""
    issue = find(
        "issue", int(request.form.get("issue", "0") or 0) if request.form.get("issue", "").isdigit() else 0, me()
    )
    month = month_of(request.form.get("month")) or first(today())
    row = rules.raise_it(issue, month, me())
    return redirect(url_for(".show_hot", hot_issue=row.id), 303)


@door.get("/hot/<int:hot_issue>", needs=P.QUALITY_READ)
def show_hot(hot_issue):
    """One: why it is hot, who raised it, what was done."""
    return _hot_page(hot_issue, DismissForm(formdata=None))


@door.post("/hot/<int:hot_issue>/dismissal", needs=P.QUALITY_WORK)
def dismiss_hot(hot_issue):
    """Nothing is done about it, and why."""
    form = DismissForm()
    if form.validate() and attempted(form, "reason", rules.dismiss, hot_issue, me(), form.reason.data) is not False:
        say(N_("Dismissed; the reason is kept."))
        return redirect(url_for(".hot", month=code_of(hot_issue.month)), 303)
    return _hot_page(hot_issue, form, 422)


def _hot_page(row: HotIssue, form: DismissForm, status: int = 200):
    return page(
        "staff/word_hot_one.html", status, row=row, form=form, why=word_why.why(row), customers=rules.customers(row), rules=rules.RULES,
        works=may(me(), P.QUALITY_WORK), reads=may(me(), P.SURVEY_RUN),
    )  # fmt: skip
