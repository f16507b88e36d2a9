"""What keeps a questionnaire from being published, and how long it takes; what a version makes incomparable."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.domain.surveys import piping, rules
from portal.domain.surveys.document import CODE, Document, Question, Rule
from portal.domain.surveys.questions import KINDS, seconds
from portal.i18n import N_

START = 20
"""Seconds to read what it is about."""
READING = 10
"""And each section's head."""


@dataclass(frozen=True)
class Problem:
    """A marked sentence with its facts, about a question or a section, or the whole where both are empty."""

    text: str
    facts: dict = field(default_factory=dict)
    question: str = ""
    section: str = ""


def problems(document: Document) -> list[Problem]:
    """Everything that has to be put right before it is published, in its order."""
    found = list(_of_whole(document))
    before: dict[str, Question] = {}
    for section in document.sections:
        if not section.words.zh:
            found.append(Problem(N_("A section has no title."), section=section.code))
        if not section.questions:
            found.append(Problem(N_("A section has no question."), section=section.code))
        for question in section.questions:
            found += [Problem(text, facts, question=question.code) for text, facts in _of(question, before)]
            before[question.code] = question
    return found


def _of_whole(document: Document) -> Iterator[Problem]:
    if not document.sections:
        yield Problem(N_("There is no section yet."))
    codes = [one.code for one in document.questions()]
    if len(set(codes)) < len(codes) or any(not CODE.fullmatch(code) for code in codes):
        yield Problem(N_("Two questions bear the same code, or a code is none."))
    for text in piping.texts(document):
        for said, facts in piping.wrong(text):
            yield Problem(said, facts)


def _of(question: Question, before: dict[str, Question]) -> Iterator[tuple[str, dict]]:
    takes = KINDS[question.kind].takes
    if not question.words.zh:
        yield N_("The question has no words."), {}
    if not question.words.en:
        yield N_("The English words are missing."), {}
    parts = question.options if takes == "options" else question.rows if takes == "rows" else ()
    if takes in ("options", "rows"):
        if len(parts) < (1 if takes == "rows" else 2):
            yield N_("There is not enough to choose from."), {}
        if any(not one.words.zh or not one.words.en for one in parts):
            yield N_("A choice lacks its words in one of the languages."), {}
    if question.least is not None and question.most is not None and question.least >= question.most:
        yield N_("The least is not below the most."), {}
    if question.show_if is not None:
        yield from _of_rule(question.show_if, before)


def _of_rule(rule: Rule, before: dict[str, Question]) -> Iterator[tuple[str, dict]]:
    asked = before.get(rule.question)
    if asked is None:
        yield N_("It depends on a question that does not come before it."), {}
        return
    known = {code for code, _ in rules.values_of(asked)}
    if rule.how != "answered" and not rule.values:
        yield N_("It does not say on which answer it depends."), {}
    elif rule.how in rules.OF_NUMBERS and not _is_number(rule.values[0]):
        yield N_("It depends on a number that is none."), {}
    elif rule.how in ("any", "none") and not set(rule.values) <= known:
        yield N_("It depends on an answer that is not offered."), {}


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def minutes(document: Document) -> int:
    """How long it takes with all questions shown, in whole minutes, one at least."""
    return max(1, math.ceil((START + READING * len(document.sections) + sum(map(seconds, document.questions()))) / 60))


REASONS = {
    "new": N_("New: there is nothing before it"),
    "gone": N_("No longer asked"),
    "kind": N_("Asked in another way"),
    "words": N_("Asked in other words"),
    "options": N_("Other answers are offered"),
    "rows": N_("Other rows are rated"),
    "range": N_("Another range"),
    "scale": N_("Another scale of points"),
    "shown": N_("Asked of others: the rule when it is shown changed"),
    "not_applicable": N_("“Not applicable” is offered, or no longer"),
}


def broken(before: Document, after: Document) -> dict[str, list[str]]:
    """The questions whose answers cannot be put beside those of the version before, each with why (REASONS).

    Other help, order of questions, being required, weight or English words break nothing.
    """
    found: dict[str, list[str]] = {}
    for new in after.questions():
        old = before.by_code.get(new.code)
        reasons = ["new"] if old is None else _changed(old, new, before.values != after.values)
        if reasons:
            found[new.code] = reasons
    return found | {code: ["gone"] for code in before.by_code if code not in after.by_code}


def _changed(old: Question, new: Question, other_scale: bool) -> list[str]:
    differs = {
        "kind": old.kind != new.kind,
        "words": _bare(old.words.zh) != _bare(new.words.zh),
        "options": [(o.code, o.words.zh) for o in old.options] != [(o.code, o.words.zh) for o in new.options],
        "rows": [(o.code, o.words.zh) for o in old.rows] != [(o.code, o.words.zh) for o in new.rows],
        "range": (old.least, old.most) != (new.least, new.most),
        "scale": other_scale and new.kind in ("stars", "matrix"),
        "shown": old.show_if != new.show_if,
        "not_applicable": old.may_not_apply != new.may_not_apply,
    }
    return [reason for reason, it_does in differs.items() if it_does]


def _bare(text: str) -> str:
    return "".join(text.split())
