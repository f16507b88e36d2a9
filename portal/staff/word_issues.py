"""The list of issues that comments are coded into, with the cue words that suggest them; the staff edit it."""

from flask import redirect, url_for
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people import parties
from portal.domain.people.models import Department
from portal.domain.surveys import words as rules
from portal.domain.surveys.word_models import Issue
from portal.i18n import N_
from portal.staff.words import door
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say


class IssueForm(Form):
    """An issue and its cue words."""

    title = StringField(N_("Name in Chinese"), [Needed(), AtMost(60)])
    title_en = StringField(N_("Name in English"), [AtMost(80)])
    cues = TextAreaField(
        N_("Cue words"), [AtMost(2000)], description=N_("One a line. A comment in which one of them stands is suggested for it.")
    )  # fmt: skip
    department = SelectField(N_("Department that would improve it"), coerce=int, default=0)
    class_code = SelectField(N_("Class of complaints it belongs to"), default="")
    version = HiddenField()

    def said(self, known: dict[int, Department]) -> dict:
        """As the issue keeps it."""
        return {
            "title": self.title.data, "title_en": self.title_en.data or "", "cues": (self.cues.data or "").splitlines(),
            "department": known.get(self.department.data or 0), "class_code": self.class_code.data or None,
        }  # fmt: skip


def _form(row: Issue | None = None) -> tuple[IssueForm, dict[int, Department]]:
    known = {one.id: one for one in parties.departments(visible(Department, me()))}
    standing = {
        "title": row.title, "title_en": row.title_en, "cues": "\n".join(row.cues), "department": row.department_id or 0,
        "class_code": row.class_code or "", "version": row.version,
    } if row else {}  # fmt: skip
    form = IssueForm(**standing)
    form.department.choices = [(0, "—"), *((key, words_in(one.words)) for key, one in known.items())]
    policy = settings.policy()
    form.class_code.choices = {"": [("", "—")]} | {
        words_in(group.words): [(one.code, words_in(one.words)) for one in policy.classes_in(group.code, "complaint")]
        for group in policy.groups("complaint")
    }
    return form, known


@door.get("/issues", needs=P.SURVEY_RUN)
def issues():
    """All of them, those no longer offered at the end."""
    found = sorted(rules.issues(with_retired=True), key=lambda one: one.retired_at is not None)
    return page("staff/word_issues.html", rows=found)


@door.get("/issues/new", needs=P.SURVEY_RUN)
def new_issue():
    """One more."""
    form, _ = _form()
    return page("staff/word_issue.html", form=form, row=None, action=url_for(".make_issue"))


@door.post("/issues/new", needs=P.SURVEY_RUN)
def make_issue():
    """Keep it."""
    form, known = _form()
    if form.validate() and attempted(form, "title", rules.make, me(), **form.said(known)) is not False:
        say(N_("The issue is on the list."))
        return redirect(url_for(".issues"), 303)
    return page("staff/word_issue.html", 422, form=form, row=None, action=url_for(".make_issue"))


@door.get("/issues/<int:issue>", needs=P.SURVEY_RUN)
def show_issue(issue):
    """Change it."""
    form, _ = _form(issue)
    return page("staff/word_issue.html", form=form, row=issue, action=url_for(".change_issue", issue=issue.id))


@door.post("/issues/<int:issue>", needs=P.SURVEY_RUN)
def change_issue(issue):
    """Keep it; what was coded stays."""
    form, known = _form(issue)
    version = int(form.version.data) if (form.version.data or "").isdigit() else None
    if (
        form.validate()
        and attempted(form, "title", rules.change, issue, me(), version, **form.said(known)) is not False
    ):
        say(N_("Kept."))
        return redirect(url_for(".issues"), 303)
    return page("staff/word_issue.html", 422, form=form, row=issue, action=url_for(".change_issue", issue=issue.id))


@door.post("/issues/<int:issue>/retirement", needs=P.SURVEY_RUN)
def retire_issue(issue):
    """Not offered any more."""
    rules.retire(issue, me())
    say(N_("The issue is no longer offered; what was coded stays."))
    return redirect(url_for(".issues"), 303)
