"""The parts of a draft: its sections and questions, in their order; questions of the bank (题库)."""

from dataclasses import replace
from decimal import Decimal

from flask import abort, redirect, request, url_for
from wtforms import (
    BooleanField,
    DecimalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.domain import settings
from portal.domain.surveys import editing, piping, questionnaires, rules
from portal.domain.surveys.document import Document, Question, Rule, Section, read
from portal.domain.surveys.models import Questionnaire
from portal.domain.surveys.questions import KINDS
from portal.i18n import N_, Words
from portal.staff.questionnaires import LONG, asked_section, door, draft_or_404, kinds_to_choose, words_of
from portal.web.filters import words_in
from portal.web.forms import AtMost, Between, Form, Needed
from portal.web.pages import page, say
from portal.web.words import gettext


class SectionForm(Form):
    """Its title and a word about it, in both languages."""

    title = StringField(N_("Title in Chinese"), [Needed(), AtMost(80)])
    title_en = StringField(N_("Title in English"), [AtMost(120)])
    about = TextAreaField(N_("About it, in Chinese"), [AtMost(LONG)])
    about_en = TextAreaField(N_("About it, in English"), [AtMost(LONG)])
    version = IntegerField()


class QuestionForm(Form):
    """All of a question, both languages side by side; what its kind does not take is left out."""

    kind = SelectField(N_("Kind"))
    text = TextAreaField(N_("Question in Chinese"), [Needed(), AtMost(300)])
    text_en = TextAreaField(N_("Question in English"), [AtMost(400)])
    help = StringField(N_("Help in Chinese"), [AtMost(300)])
    help_en = StringField(N_("Help in English"), [AtMost(400)])
    options = TextAreaField(N_("What is offered, in Chinese"), [AtMost(LONG)])
    options_en = TextAreaField(N_("What is offered, in English"), [AtMost(LONG)])
    least = DecimalField(N_("Least"), [Optional()], places=None)
    most = DecimalField(N_("Most"), [Optional()], places=None)
    dimension = SelectField(N_("Which side of the service it asks about"))
    weight = DecimalField(
        N_("Its weight in this side and in the index"),
        [Optional(), Between(Decimal("0.1"), 100)],
        places=None,
        default=1,
    )
    required = BooleanField(N_("Must be answered"))
    may_not_apply = BooleanField(N_("“Does not apply, or I do not know” is offered"))
    rule_of = SelectField(N_("Ask it only if"), default="")
    rule_how = SelectField(N_("has an answer that"), default="any", choices=rules.LABELS)
    rule_values = StringField(N_("Answers or number"), [AtMost(200)])
    version = IntegerField()


class BankForm(Form):
    """Which questions are taken."""

    items = SelectMultipleField(N_("Questions to take"), coerce=int)
    section = SelectField(N_("Into the section"))


def _show(row: Questionnaire, anchor: str = ""):
    return redirect(url_for(".show", questionnaire=row.id, _anchor=anchor or None), 303)


def _document(row: Questionnaire) -> tuple[Document, int]:
    draft = draft_or_404(row)
    return read(draft.document), draft.version


def _section(document: Document, code: str) -> Section:
    return document.section(code) or abort(404)


def _question(document: Document, code: str) -> Question:
    return document.by_code.get(code) or abort(404)


# Sections.


@door.get("/<int:questionnaire>/sections/new", needs=P.SURVEY_RUN)
def new_section(questionnaire):
    """A new section."""
    _, version = _document(questionnaire)
    return _section_page(questionnaire, SectionForm(version=version), None)


@door.post("/<int:questionnaire>/sections/new", needs=P.SURVEY_RUN)
def create_section(questionnaire):
    """Add it at the end."""
    return _keep_section(questionnaire, None)


@door.get("/<int:questionnaire>/sections/<code>", needs=P.SURVEY_RUN)
def section(questionnaire, code):
    """Its words."""
    document, version = _document(questionnaire)
    one = _section(document, code)
    form = SectionForm(
        title=one.words.zh, title_en=one.words.en, about=one.about.zh, about_en=one.about.en, version=version
    )
    return _section_page(questionnaire, form, one)


@door.post("/<int:questionnaire>/sections/<code>", needs=P.SURVEY_RUN)
def change_section(questionnaire, code):
    """Keep them."""
    return _keep_section(questionnaire, _section(_document(questionnaire)[0], code))


def _keep_section(row: Questionnaire, one: Section | None):
    form = SectionForm()

    def edit(document: Document) -> Document:
        words = words_of(form.title.data, form.title_en.data), words_of(form.about.data, form.about_en.data)
        return editing.put_section(document, one.code if one else None, *words)

    if (
        not form.validate()
        or attempted(form, "title", questionnaires.change, row, me(), edit, form.version.data) is False
    ):
        return _section_page(row, form, one, 422)
    return _show(row)


def _section_page(row: Questionnaire, form: SectionForm, one: Section | None, status: int = 200):
    return page("staff/questionnaire_section.html", status, row=row, form=form, section=one, known=piping.KNOWN)


# Questions.


@door.get("/<int:questionnaire>/questions/new", needs=P.SURVEY_RUN)
def new_question(questionnaire):
    """A new question at the end of a section, of the kind the address names; of the last one, where it names none."""
    document, version = _document(questionnaire)
    last = document.sections[-1].code if document.sections else ""
    section = _section(document, asked_section() or last)
    kind = request.args.get("kind", "stars")
    form = _form(document, None, kind=kind if kind in KINDS else "stars", required=True, version=version)
    return _question_page(questionnaire, document, form, None, section)


@door.post("/<int:questionnaire>/questions/new", needs=P.SURVEY_RUN)
def create_question(questionnaire):
    """Add it."""
    document, _ = _document(questionnaire)
    return _keep_question(questionnaire, document, None, _section(document, asked_section()))


@door.get("/<int:questionnaire>/questions/<code>", needs=P.SURVEY_RUN)
def question(questionnaire, code):
    """All of it."""
    document, version = _document(questionnaire)
    one = _question(document, code)
    parts = one.options or one.rows
    rule = one.show_if or Rule("", "any")
    form = _form(
        document, one, kind=one.kind, text=one.words.zh, text_en=one.words.en, help=one.help.zh, help_en=one.help.en,
        options="\n".join(each.words.zh for each in parts), options_en="\n".join(each.words.en for each in parts),
        least=_plain(one.least), most=_plain(one.most), dimension=one.dimension, weight=_plain(one.weight), required=one.required, may_not_apply=one.may_not_apply,
        rule_of=rule.question, rule_how=rule.how, rule_values=_values_said(document, rule), version=version,
    )  # fmt: skip
    return _question_page(questionnaire, document, form, one, document.section_of(code))


@door.post("/<int:questionnaire>/questions/<code>", needs=P.SURVEY_RUN)
def change_question(questionnaire, code):
    """Keep it."""
    document, _ = _document(questionnaire)
    return _keep_question(questionnaire, document, _question(document, code), document.section_of(code))


def _form(document: Document, one: Question | None, **beforehand) -> QuestionForm:
    form = QuestionForm(**beforehand)
    form.kind.choices = kinds_to_choose()
    sides = [(each.code, words_in(each.words)) for each in settings.policy().surveys.sides]
    form.dimension.choices = [("", gettext("none")), *sides]
    earlier = editing.before(document, one.code if one else None)
    form.rule_of.choices = [
        ("", gettext("always: no condition")),
        *((each.code, words_in(each.words)) for each in earlier),
    ]
    return form


def _keep_question(row: Questionnaire, document: Document, one: Question | None, section: Section):
    form = _form(document, one)

    def edit(current: Document) -> Document:
        return editing.put_question(current, section.code, _said(current, form, one))

    if (
        not form.validate()
        or attempted(form, "text", questionnaires.change, row, me(), edit, form.version.data) is False
    ):
        return _question_page(row, document, form, one, section, 422)
    say(N_("The question is kept."))
    return _show(row, f"section-{section.code}")


def _said(document: Document, form: QuestionForm, one: Question | None) -> Question:
    """The question as the form says it; what its kind does not take falls away."""
    kind = KINDS[form.kind.data]
    before = one.options or one.rows if one else ()
    parts = editing.options(form.options.data or "", form.options_en.data or "", before)
    asked = document.by_code.get(form.rule_of.data or "")
    rule = None
    if asked is not None:
        rule = Rule(
            asked.code, form.rule_how.data, editing.values(asked, form.rule_how.data, form.rule_values.data or "")
        )
    least, most = (None if each.data is None else float(each.data) for each in (form.least, form.most))
    return replace(
        one or Question("", kind.code, Words("")), kind=kind.code, words=words_of(form.text.data, form.text_en.data),
        help=words_of(form.help.data, form.help_en.data), required=bool(form.required.data),
        may_not_apply=bool(form.may_not_apply.data), show_if=rule, options=parts if kind.takes == "options" else (),
        rows=parts if kind.takes == "rows" else (), least=least if kind.takes == "range" else None,
        most=most if kind.takes == "range" else None, dimension=form.dimension.data or "", weight=float(form.weight.data or 1),
    )  # fmt: skip


def _plain(limit: float | None) -> Decimal | None:
    """A limit as it is typed: 365, not 365.0."""
    return None if limit is None else Decimal(f"{limit:g}")


def _values_said(document: Document, rule: Rule) -> str:
    """The values of a rule as they are typed: words of options, numbers."""
    asked = document.by_code.get(rule.question)
    words = {each.code: words_in(each.words) for each in asked.options} if asked else {}
    return ", ".join(words.get(value, value) for value in rule.values)


def _question_page(
    row, document: Document, form: QuestionForm, one: Question | None, section: Section, status: int = 200
):
    return page(
        "staff/questionnaire_question.html", status, row=row, form=form, question=one, section=section, known=piping.KNOWN,
        takes=KINDS[form.kind.data].takes if form.kind.data in KINDS else "",
    )  # fmt: skip


@door.post("/<int:questionnaire>/parts/<code>/<move>", needs=P.SURVEY_RUN)
def move(questionnaire, code, move):
    """A question or section goes up, down or away."""
    if move not in editing.MOVES:
        abort(404)
    questionnaires.change(questionnaire, me(), lambda document: editing.moved(document, code, move))
    return _show(questionnaire)


# The bank.


@door.get("/<int:questionnaire>/bank", needs=P.SURVEY_RUN)
def bank(questionnaire):
    """Questions to take from the bank."""
    return _bank_page(questionnaire)


@door.post("/<int:questionnaire>/bank", needs=P.SURVEY_RUN)
def take(questionnaire):
    """Take some."""
    form = _bank_form(_document(questionnaire)[0])
    if not form.validate():
        return _bank_page(questionnaire, 422)
    taken = questionnaires.from_bank(form.items.data or [])

    def edit(document: Document) -> Document:
        for one in taken:
            document = editing.put_question(
                document, form.section.data, replace(one, code=editing.free(document, one.code))
            )
        return document

    questionnaires.change(questionnaire, me(), edit)
    say(
        N_("{number} questions were taken from the bank."),
        number=len(taken),
    )
    return _show(questionnaire)


def _bank_form(document: Document) -> BankForm:
    form = BankForm()
    form.items.choices = [(one.id, words_in(question.words)) for one, question in questionnaires.bank_read()]
    form.section.choices = [(one.code, words_in(one.words)) for one in document.sections]
    return form


def _bank_page(row: Questionnaire, status: int = 200):
    document, _ = _document(row)
    return page(
        "staff/questionnaire_bank.html",
        status,
        row=row,
        form=_bank_form(document),
        items=questionnaires.bank_read(),
        kinds=KINDS,
    )


@door.post("/<int:questionnaire>/questions/<code>/bank", needs=P.SURVEY_RUN)
def keep_in_bank(questionnaire, code):
    """Put a question of this questionnaire into the bank."""
    version = questionnaires.versions(questionnaire)[0]
    questionnaires.put_in_bank(_question(read(version.document), code), me())
    say(N_("The question is in the bank."))
    return _show(questionnaire)


@door.post("/bank/<int:bank_item>/removal", needs=P.SURVEY_RUN)
def remove_from_bank(bank_item):
    """Offer it no more."""
    questionnaires.take_from_bank(bank_item, me())
    say(N_("The question is no longer in the bank."))
    return redirect(url_for(".index"), 303)
