"""Changing a document part by part: sections, questions, their order, the choices of a question."""

from collections.abc import Sequence
from dataclasses import replace

from portal.domain.refusals import Refused
from portal.domain.surveys import rules
from portal.domain.surveys.document import Document, Option, Question, Section
from portal.i18n import N_, Words

MOVES = ("up", "down", "away")
MOST = 200
"""So many questions a questionnaire may have."""


def free(document: Document, wanted: str = "", prefix: str = "q") -> str:
    """A code nothing in the document bears: the wanted one, or the next number."""
    taken = set(document.by_code) | {one.code for one in document.sections}
    if wanted and wanted not in taken:
        return wanted
    n = len(taken) + 1
    while f"{prefix}{n}" in taken:
        n += 1
    return f"{prefix}{n}"


def put_section(document: Document, code: str | None, words: Words, about: Words) -> Document:
    """The words of a section; a new one at the end where no code is given."""
    old = document.section(code) if code else None
    if code and old is None:
        raise Refused(N_("This section is no longer there."))
    section = old or Section(free(document, prefix="s"), words)
    return document.with_section(replace(section, words=words, about=about))


def put_question(document: Document, section_code: str, question: Question) -> Document:
    """The question in the place of the one of its code, or at the end of the section with a new code."""
    if question.code in document.by_code:
        section = document.section_of(question.code)
        kept = tuple(question if one.code == question.code else one for one in section.questions)
        return document.with_section(replace(section, questions=kept))
    section = document.section(section_code)
    if section is None:
        raise Refused(N_("This section is no longer there."))
    if len(document.by_code) >= MOST:
        raise Refused(N_("A questionnaire has at most {most} questions."), most=MOST)
    added = replace(question, code=free(document, question.code))
    return document.with_section(replace(section, questions=(*section.questions, added)))


def moved(document: Document, code: str, move: str) -> Document:
    """A question or a section one place up or down among its like, or away."""
    if code in document.by_code:
        section = document.section_of(code)
        return document.with_section(replace(section, questions=_moved(section.questions, code, move)))
    if document.section(code) is None:
        raise Refused(N_("This part is no longer there."))
    return replace(document, sections=_moved(document.sections, code, move))


def _moved(parts: Sequence, code: str, move: str) -> tuple:
    found = list(parts)
    at = next(n for n, one in enumerate(found) if one.code == code)
    one = found.pop(at)
    if move != "away":
        found.insert(max(0, at + (-1 if move == "up" else 1)), one)
    return tuple(found)


def before(document: Document, code: str | None) -> list[Question]:
    """The questions before this one, on whose answers it may depend; all of them for a new one."""
    found = []
    for one in document.questions():
        if one.code == code:
            break
        found.append(one)
    return found


def options(zh: str, en: str, known: Sequence[Option]) -> tuple[Option, ...]:
    """A choice a line, in both languages line by line. A choice keeps its code as long as its Chinese words stay, or as
    long as it stands in the same place of as many."""
    lines = [line.strip() for line in zh.splitlines() if line.strip()]
    others = [line.strip() for line in en.splitlines() if line.strip()]
    by_words = {one.words.zh: one.code for one in known}
    in_place = [one.code for one in known] if len(known) == len(lines) else []
    taken: set[str] = {by_words[line] for line in lines if line in by_words}
    found = []
    for n, line in enumerate(lines):
        code = by_words.pop(line, None)
        if code is None and in_place and in_place[n] not in taken:
            code = in_place[n]
        code = code or _fresh(taken | {one.code for one in known})
        taken.add(code)
        found.append(Option(code, Words(line, others[n] if n < len(others) else "")))
    return tuple(found)


def _fresh(taken: set[str]) -> str:
    n = 1
    while f"o{n}" in taken:
        n += 1
    return f"o{n}"


def values(asked: Question, how: str, said: str) -> tuple[str, ...]:
    """What was typed as the answers a rule names: words or codes of options, or numbers, between commas."""
    if how == "answered":
        return ()
    by_words = {text: one.code for one in asked.options for text in (one.words.zh, one.words.en, one.code) if text}
    parts = [part.strip() for part in said.replace("，", ",").replace("、", ",").split(",") if part.strip()]
    if how in rules.OF_NUMBERS:
        return tuple(parts[:1])
    known = {code for code, _ in rules.values_of(asked)}
    found = tuple(by_words.get(part, part) for part in parts)
    if wrong := [part for part, code in zip(parts, found, strict=True) if code not in known]:
        raise Refused(N_("“{value}” is no answer of that question."), value=wrong[0])
    return found
