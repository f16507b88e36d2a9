"""What a version of a questionnaire says (R26): sections, questions, scale; read from its document and written to it.

The document is plain JSON, so that a version is kept whole and never changes by a change elsewhere. A question's
`code` stays the same through the versions: by it answers of different waves are put beside each other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portal.i18n import N_, Words

NO_WORDS = Words("")
CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")
SCALES: dict[str, tuple[str, tuple[int, ...]]] = {
    "common": (N_("100 / 80 / 60 / 30 / 0, the usual one"), (0, 30, 60, 80, 100)),
    "linear": (N_("100 / 75 / 50 / 25 / 0, in even steps"), (0, 25, 50, 75, 100)),
}
"""Points of one to five (formulas 3.2), kept in the version."""
LAYOUTS = {"sections": N_("Section by section"), "one": N_("All on one page")}


@dataclass(frozen=True)
class Option:
    """Something to choose, a row of a matrix, or something to be put in an order."""

    code: str
    words: Words


@dataclass(frozen=True)
class Rule:
    """A question is shown only if an earlier one was answered so. `how`: a key of rules.HOW."""

    question: str
    how: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question. `options` of a choice or ranking, `rows` of a matrix, `least` and `most` of a number.

    `dimension` is the side of the service it asks about; empty for none.
    """

    code: str
    kind: str
    words: Words
    help: Words = NO_WORDS
    required: bool = False
    may_not_apply: bool = False
    show_if: Rule | None = None
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    least: float | None = None
    most: float | None = None
    dimension: str = ""
    weight: float = 1.0

    def named(self, item: str = "") -> str:
        """The name of its field in a form."""
        return f"q.{self.code}.{item}" if item else f"q.{self.code}"


@dataclass(frozen=True)
class Section:
    """A part of the questionnaire with its questions."""

    code: str
    words: Words
    about: Words = NO_WORDS
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Document:
    """All of a version."""

    sections: tuple[Section, ...] = ()
    scale: str = "common"
    values: tuple[int, ...] = SCALES["common"][1]
    layout: str = "sections"
    intro: Words = NO_WORDS
    thanks: Words = NO_WORDS
    by_code: Mapping[str, Question] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "by_code", {one.code: one for one in self.questions()})

    def questions(self) -> Iterator[Question]:
        """Every question in its order."""
        for section in self.sections:
            yield from section.questions

    def section(self, code: str) -> Section | None:
        return next((one for one in self.sections if one.code == code), None)

    def section_of(self, code: str) -> Section:
        """The section that holds this question; StopIteration for one that is not there."""
        return next(one for one in self.sections if any(q.code == code for q in one.questions))

    def points(self, stars: float) -> int:
        """Points of a rating of one to five by the scale of this version."""
        return self.values[int(stars) - 1]

    def saying(self, intro: Words, thanks: Words, layout: str, scale: str) -> "Document":
        """The same with these first and last words, this layout and this scale."""
        return replace(self, intro=intro, thanks=thanks, layout=layout, scale=scale, values=SCALES[scale][1])

    def with_section(self, section: Section) -> "Document":
        """The same with this section in the place of the one of its code, or at the end."""
        if self.section(section.code) is None:
            return replace(self, sections=(*self.sections, section))
        return replace(self, sections=tuple(section if one.code == section.code else one for one in self.sections))


def read(document: Mapping[str, Any]) -> Document:
    """The document as it was kept. KeyError where it is none."""
    return Document(
        sections=tuple(_section(one) for one in document.get("sections", ())),
        scale=document.get("scale", "common"),
        values=tuple(document.get("values", SCALES["common"][1])),
        layout=document.get("layout", "sections"),
        intro=_words(document.get("intro")),
        thanks=_words(document.get("thanks")),
    )


def _section(kept: Mapping[str, Any]) -> Section:
    questions = tuple(question_from(one) for one in kept.get("questions", ()))
    return Section(kept["code"], _words(kept["title"]), _words(kept.get("about")), questions)


def question_from(kept: Mapping[str, Any]) -> Question:
    """A question as it is kept in a document or in the bank."""
    rule = kept.get("show_if")
    return Question(
        code=kept["code"], kind=kept["kind"], words=_words(kept["text"]), help=_words(kept.get("help")),
        required=bool(kept.get("required")), may_not_apply=bool(kept.get("may_not_apply")),
        show_if=Rule(rule["question"], rule["how"], tuple(rule.get("values", ()))) if rule else None,
        options=_options(kept.get("options")), rows=_options(kept.get("rows")),
        least=kept.get("least"), most=kept.get("most"), dimension=kept.get("dimension", ""), weight=kept.get("weight", 1.0),
    )  # fmt: skip


def _options(kept) -> tuple[Option, ...]:
    return tuple(Option(one["code"], _words(one)) for one in kept or ())


def _words(kept: Mapping[str, str] | None) -> Words:
    return Words(kept.get("zh", ""), kept.get("en", "")) if kept else NO_WORDS


def write(document: Document) -> dict:
    """As it is kept."""
    return {
        "sections": [
            {
                "code": one.code, "title": _kept(one.words), "about": _kept(one.about),
                "questions": [kept_question(each) for each in one.questions],
            }
            for one in document.sections
        ],
        "scale": document.scale, "values": list(document.values), "layout": document.layout,
        "intro": _kept(document.intro), "thanks": _kept(document.thanks),
    }  # fmt: skip


def kept_question(one: Question) -> dict:
    """A question as it is kept."""
    rule = one.show_if
    return {
        "code": one.code, "kind": one.kind, "text": _kept(one.words), "help": _kept(one.help), "required": one.required,
        "may_not_apply": one.may_not_apply,
        "show_if": {"question": rule.question, "how": rule.how, "values": list(rule.values)} if rule else None,
        "options": [{"code": each.code} | _kept(each.words) for each in one.options],
        "rows": [{"code": each.code} | _kept(each.words) for each in one.rows],
        "least": one.least, "most": one.most, "dimension": one.dimension, "weight": one.weight,
    }  # fmt: skip


def _kept(words: Words) -> dict:
    return {"zh": words.zh, "en": words.en}
