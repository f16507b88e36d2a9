"""Questionnaires (问卷, R26): the list, one with its versions, beginning one, publishing, the next version."""

from flask import abort, redirect, request, url_for
from wtforms import IntegerField, SelectField, StringField, TextAreaField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.surveys import checking, questionnaires, rules
from portal.domain.surveys.document import LAYOUTS, SCALES, Document, read
from portal.domain.surveys.models import Questionnaire, QuestionnaireVersion
from portal.domain.surveys.questions import KINDS
from portal.i18n import N_, Words
from portal.web import filters
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.words import gettext

door = Door("questionnaires", __name__, url_prefix="/staff/surveys/questionnaires")

LONG = 2000


class TitleForm(Form):
    """What it is called."""

    title = StringField(N_("Title in Chinese"), [Needed(), AtMost(120)])
    title_en = StringField(N_("Title in English"), [AtMost(160)])


class HeadForm(TitleForm):
    """Its title, first and last words, how it is laid out and counted."""

    intro = TextAreaField(N_("First words in Chinese"), [AtMost(LONG)])
    intro_en = TextAreaField(N_("First words in English"), [AtMost(LONG)])
    thanks = TextAreaField(N_("Thanks in Chinese"), [AtMost(LONG)])
    thanks_en = TextAreaField(N_("Thanks in English"), [AtMost(LONG)])
    layout = SelectField(N_("Layout"), choices=LAYOUTS)
    scale = SelectField(N_("Points of a rating of one to five"), choices={code: one[0] for code, one in SCALES.items()})
    version = IntegerField()


class PublishForm(Form):
    """What was changed and why, from the second version on."""

    change = TextAreaField(N_("What was changed and why"), [AtMost(LONG)])


def words_of(zh: str | None, en: str | None) -> Words:
    return Words(zh or "", en or "")


def draft_or_404(row: Questionnaire) -> QuestionnaireVersion:
    """The version that is worked on."""
    return questionnaires.draft_of(row) or abort(404)


@door.get("", needs=P.SURVEY_READ)
def index():
    """All of them, with how their newest version stands."""
    found = questionnaires.listed(visible(Questionnaire, me()))
    return page("staff/questionnaires.html", rows=found, runs=may(me(), P.SURVEY_RUN))


@door.get("/new", needs=P.SURVEY_RUN)
def new():
    """A new one, by its title."""
    return page("staff/questionnaire_new.html", form=TitleForm())


@door.post("/new", needs=P.SURVEY_RUN)
def create():
    """Begin it."""
    form = TitleForm()
    if not form.validate():
        return page("staff/questionnaire_new.html", 422, form=form)
    draft = questionnaires.make(me(), form.title.data or "", form.title_en.data or "")
    say(N_("The questionnaire is begun. Add a section, then its questions."))
    return redirect(url_for(".show", questionnaire=draft.questionnaire_id), 303)


@door.get("/<int:questionnaire>", needs=P.SURVEY_READ)
def show(questionnaire):
    """The draft as it stands with what is still to be put right, or the newest version; and all versions."""
    found = questionnaires.versions(questionnaire)
    return _version_page(questionnaire, found, found[0])


@door.get("/<int:questionnaire>/versions/<int:number>", needs=P.SURVEY_READ)
def version(questionnaire, number):
    """One version as it was asked."""
    found = questionnaires.versions(questionnaire)
    return _version_page(questionnaire, found, next((one for one in found if one.number == number), None) or abort(404))


def _version_page(row: Questionnaire, found: list[QuestionnaireVersion], shown: QuestionnaireVersion):
    document = read(shown.document)
    before = next((one for one in found if one.number < shown.number and one.is_published), None)
    return page(
        "staff/questionnaire.html", **_compared(document, before), row=row, versions=found, shown=shown, document=document, kinds=KINDS,
        runs=may(me(), P.SURVEY_RUN), edits=may(me(), P.SURVEY_RUN) and not shown.is_published,
        problems=[] if shown.is_published else checking.problems(document), minutes=shown.minutes or checking.minutes(document),
        when=lambda rule: filters.told(*rules.in_words(document, rule)), scales=SCALES, layouts=LAYOUTS,
        sides={one.code: one.words for one in settings.policy().surveys.sides},
    )  # fmt: skip


def _compared(document: Document, before: QuestionnaireVersion | None) -> dict:
    """What the page says of what cannot be compared with the version before."""
    was = read(before.document) if before else None
    return {
        "before": before, "broken": checking.broken(was, document) if was else {}, "reasons": checking.REASONS,
        "known": {**(was.by_code if was else {}), **document.by_code},
    }  # fmt: skip


@door.get("/<int:questionnaire>/head", needs=P.SURVEY_RUN)
def head(questionnaire):
    """Title, first and last words, layout, scale."""
    draft = draft_or_404(questionnaire)
    document = read(draft.document)
    form = HeadForm(
        title=questionnaire.title, title_en=questionnaire.title_en, intro=document.intro.zh, intro_en=document.intro.en,
        thanks=document.thanks.zh, thanks_en=document.thanks.en, layout=document.layout, scale=document.scale, version=draft.version,
    )  # fmt: skip
    return page("staff/questionnaire_head.html", row=questionnaire, form=form)


@door.post("/<int:questionnaire>/head", needs=P.SURVEY_RUN)
def change_head(questionnaire):
    """Keep them."""
    form = HeadForm()
    if not form.validate() or attempted(form, "title", _change_head, questionnaire, form) is False:
        return page("staff/questionnaire_head.html", 422, row=questionnaire, form=form)
    return redirect(url_for(".show", questionnaire=questionnaire.id), 303)


def _change_head(row: Questionnaire, form: HeadForm) -> None:
    def edit(document: Document) -> Document:
        return document.saying(
            words_of(form.intro.data, form.intro_en.data), words_of(form.thanks.data, form.thanks_en.data),
            form.layout.data, form.scale.data,
        )  # fmt: skip

    questionnaires.change(row, me(), edit, form.version.data)
    questionnaires.rename(row, me(), form.title.data or "", form.title_en.data or "")


@door.get("/<int:questionnaire>/publication", needs=P.SURVEY_RUN)
def publication(questionnaire):
    """What publishing it means: what is still missing, what becomes incomparable."""
    return _publish_page(questionnaire, PublishForm())


@door.post("/<int:questionnaire>/publication", needs=P.SURVEY_RUN)
def publish(questionnaire):
    """From now on this version never changes."""
    form = PublishForm()
    done = form.validate() and attempted(
        form, "change", questionnaires.publish, questionnaire, me(), form.change.data or ""
    )
    if not done:
        return _publish_page(questionnaire, form, 422)
    say(N_("Version {number} is published. Campaigns can take it now."), number=done.number)
    return redirect(url_for(".show", questionnaire=questionnaire.id), 303)


def _publish_page(row: Questionnaire, form: PublishForm, status: int = 200):
    draft = draft_or_404(row)
    document, before = read(draft.document), questionnaires.newest_published(row)
    return page(
        "staff/questionnaire_publish.html", status, row=row, form=form, draft=draft, problems=checking.problems(document),
        minutes=checking.minutes(document), **_compared(document, before),
    )  # fmt: skip


@door.post("/<int:questionnaire>/versions", needs=P.SURVEY_RUN)
def begin_version(questionnaire):
    """A next version, which begins as the newest stands."""
    draft = questionnaires.next_version(questionnaire, me())
    say(N_("Version {number} is begun as a draft; the published one stays as it is."), number=draft.number)
    return redirect(url_for(".show", questionnaire=questionnaire.id), 303)


@door.post("/<int:questionnaire>/retirement", needs=P.SURVEY_RUN)
def retire(questionnaire):
    """No campaign takes it any more."""
    questionnaires.retire(questionnaire, me())
    say(N_("The questionnaire is no longer used; what was answered stays."))
    return redirect(url_for(".index"), 303)


def kinds_to_choose() -> list[tuple[str, str]]:
    """The kinds of questions in the reader's words."""
    return [(code, gettext(kind.label)) for code, kind in KINDS.items()]


def asked_section() -> str:
    """The section the address names."""
    return request.args.get("section", "")[:40]
