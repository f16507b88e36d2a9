"""When a question is shown (R26): a rule on an earlier answer, told in words, checked on the server."""

from collections.abc import Mapping, Sequence

from portal.domain.surveys.document import Document, Question, Rule
from portal.domain.surveys.questions import STARS, Given
from portal.i18n import N_, Words

HOW = {
    "any": N_("Only if “{question}” is {values}"),
    "none": N_("Only if “{question}” is answered, but not {values}"),
    "at_most": N_("Only if “{question}” is at most {values}"),
    "at_least": N_("Only if “{question}” is at least {values}"),
    "answered": N_("Only if “{question}” is answered"),
}
LABELS = {
    "any": N_("is one of these"), "none": N_("is answered, but none of these"), "at_most": N_("is at most"),
    "at_least": N_("is at least"), "answered": N_("is answered"),
}  # fmt: skip
OF_NUMBERS = ("at_most", "at_least")
Answers = Mapping[str, Sequence[Given]]


def shown(document: Document, answers: Answers) -> set[str]:
    """The codes of the questions that are asked, given these answers; one behind a hidden one is hidden too."""
    found: set[str] = set()
    for question in document.questions():
        rule = question.show_if
        if rule is None or (rule.question in found and holds(rule, answers.get(rule.question, ()))):
            found.add(question.code)
    return found


def holds(rule: Rule, given: Sequence[Given]) -> bool:
    """Was it answered so? «Not applicable» is no answer."""
    said = [one for one in given if not one.is_not_applicable]
    if not said:
        return False
    if rule.how == "answered":
        return True
    numbers = [one.number for one in said if one.number is not None]
    if rule.how in OF_NUMBERS:
        limit = float(rule.values[0])
        return any(one <= limit if rule.how == "at_most" else one >= limit for one in numbers)
    named = {f"{one.choice or ''}" for one in said} | {f"{one:g}" for one in numbers}
    return bool(named & set(rule.values)) == (rule.how == "any")


def in_words(document: Document, rule: Rule) -> tuple[str, dict]:
    """The rule as a marked sentence with its facts."""
    asked = document.by_code.get(rule.question)
    if asked is None:
        return N_("Never: the question it depends on is not there"), {}
    return HOW[rule.how], {"question": asked.words, "values": _either(asked, rule)}


def _either(asked: Question, rule: Rule) -> Words:
    """The values as one text in both languages: «A» or «B»."""
    known = {one.code: one.words for one in asked.options}
    words = [known.get(value, Words(value, value)) for value in rule.values]
    return Words("、".join(one.zh for one in words), " / ".join(one.en or one.zh for one in words))


def values_of(question: Question) -> list[tuple[str, str | Words]]:
    """What a rule on this question may name: its options, or its points with their words."""
    if question.options:
        return [(one.code, one.words) for one in question.options]
    if question.kind == "stars":
        return [(str(n), f"{n}") for n in range(1, len(STARS) + 1)]
    most = {"ten": range(1, 11), "nps": range(11)}.get(question.kind, ())
    return [(str(n), f"{n}") for n in most]
