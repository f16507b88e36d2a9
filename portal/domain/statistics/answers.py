"""What counts as an answer (formulas.md 3.1): each figure has its own base, the valid answers to its question."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Missing(StrEnum):
    """Why there is no answer to a question; none of these is in its base."""

    NOT_APPLICABLE = "not_applicable"
    """不适用"""
    DONT_KNOW = "dont_know"
    """不了解"""
    REFUSED = "refused"
    """拒答"""
    SKIPPED = "skipped"
    """The questionnaire's logic never showed it."""
    UNANSWERED = "unanswered"
    """Left empty, or never reached: whoever broke off counts where there is an answer, and here where there is none."""


@dataclass(frozen=True)
class Base:
    """The base of a question: so many valid answers, and so many missing for each reason there was."""

    n: int
    missing: dict[Missing, int]


def valid(answers: Iterable[T | Missing]) -> list[T]:
    """The answers of a question that count, in their order."""
    return [one for one in answers if not isinstance(one, Missing)]


def base(answers: Iterable[object]) -> Base:
    """How many answers count, and why the others do not."""
    answers = list(answers)
    missing = [one for one in answers if isinstance(one, Missing)]
    return Base(len(answers) - len(missing), {why: missing.count(why) for why in Missing if why in missing})
