"""The kinds of questions (题型, R26): what each asks, how long it takes, how what was given becomes answers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.refusals import Refused
from portal.domain.surveys.document import Option, Question
from portal.i18n import N_

NOT_APPLICABLE = "na"
"""What a field says instead of an answer."""
LINE, LONG, LARGEST = 200, 4000, 10**12
STARS = (
    N_("Very dissatisfied"),
    N_("Fairly dissatisfied"),
    N_("Neither"),
    N_("Fairly satisfied"),
    N_("Very satisfied"),
)
"""One to five in words."""

Posted = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Given:
    """One answer as it is kept (Answer): of an item of the question, or of the question itself."""

    item: str = ""
    choice: str | None = None
    number: float | None = None
    text: str | None = None
    is_not_applicable: bool = False


NOTHING = Given(is_not_applicable=True)


class Kind:
    """A kind of question. `seconds`: how long an answer takes, per row of a matrix or thing to rank where it has several."""

    code = label = ""
    seconds = 8
    takes = ""
    """What it needs besides its words: options · rows · range · nothing."""

    def read(self, question: Question, posted: Posted) -> list[Given]:
        """What was given, as answers; none for no answer. Refused where it makes no sense."""
        if question.may_not_apply and NOT_APPLICABLE in (
            *_all(question, posted),
            *posted.get(f"na.{question.code}", ()),
        ):
            if _is_answered(question, posted):  # neither of the two is dropped unseen
                raise Refused(N_("Please either answer it, or say that it does not apply."))
            return [NOTHING]
        return self._read(question, posted)

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        raise NotImplementedError

    def is_complete(self, question: Question, given: Sequence[Given]) -> bool:
        """Is it answered as a required question must be?"""
        return bool(given)

    def open_items(self, question: Question, given: Sequence[Given]) -> list[Option]:
        """What of it is not answered yet, where it has several things to answer."""
        return []

    def effort(self, question: Question) -> int:
        """Seconds."""
        return self.seconds


class Points(Kind):
    """A number out of a few, side by side."""

    least, most = 1, 5

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        text = _one(question, posted)
        return [Given(number=_within(text, self.least, self.most))] if text else []

    def range(self) -> range:
        return range(self.least, self.most + 1)


class Stars(Points):
    code, label = "stars", N_("Satisfaction, one to five")


class Ten(Points):
    code, label, most = "ten", N_("Points, one to ten"), 10


class Nps(Points):
    code, label, least, most = "nps", N_("Recommendation, nought to ten (NPS)"), 0, 10


class Single(Kind):
    code, label, takes = "single", N_("One of several"), "options"

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        text = _one(question, posted)
        return [Given(choice=_among(text, question.options))] if text else []

    def effort(self, question: Question) -> int:
        return 5 + 2 * len(question.options)


class Several(Kind):
    code, label, takes = "several", N_("Several of a list"), "options"

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        codes = {_among(one, question.options) for one in _all(question, posted) if one}
        return [Given(one.code, choice=one.code) for one in question.options if one.code in codes]

    def effort(self, question: Question) -> int:
        return 6 + 2 * len(question.options)


class Matrix(Kind):
    """Each row is rated one to five, or does not apply."""

    code, label, takes, seconds = "matrix", N_("Several sides, each one to five"), "rows", 6

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        found = []
        for row in question.rows:
            text = next(iter(posted.get(question.named(row.code), ())), "").strip()
            if text == NOT_APPLICABLE and question.may_not_apply:
                found.append(Given(row.code, is_not_applicable=True))
            elif text:
                found.append(Given(row.code, number=_within(text, 1, 5)))
        return found

    def read(self, question: Question, posted: Posted) -> list[Given]:
        return self._read(question, posted)  # each row says for itself that it does not apply

    def is_complete(self, question: Question, given: Sequence[Given]) -> bool:
        return not self.open_items(question, given)

    def open_items(self, question: Question, given: Sequence[Given]) -> list[Option]:
        return _without(question.rows, given)

    def effort(self, question: Question) -> int:
        return self.seconds * len(question.rows)


class Text(Kind):
    code, label, seconds = "text", N_("Own words"), 30

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        text = _one(question, posted)
        if len(text) > LONG:
            raise Refused(N_("At most {most} characters fit here."), most=LONG)
        return [Given(text=text)] if text else []


class Number(Kind):
    code, label, takes = "number", N_("A number"), "range"

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        text = _one(question, posted)
        least = -LARGEST if question.least is None else question.least
        most = LARGEST if question.most is None else question.most
        return [Given(number=_within(text, least, most, whole=False))] if text else []


class Day(Kind):
    code, label = "date", N_("A day")

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        text = _one(question, posted)
        try:
            return [Given(text=date.fromisoformat(text).isoformat())] if text else []
        except ValueError:
            raise Refused(N_("Please give a day, for example 2026-03-15.")) from None


class Ranking(Kind):
    """Everything is put in an order: each option has a place, 1 is the first."""

    code, label, takes, seconds = "ranking", N_("An order of what matters most"), "options", 6

    def _read(self, question: Question, posted: Posted) -> list[Given]:
        found = []
        for one in question.options:
            text = next(iter(posted.get(question.named(one.code), ())), "").strip()
            if text:
                found.append(Given(one.code, number=_within(text, 1, len(question.options))))
        if len({one.number for one in found}) < len(found):
            raise Refused(N_("Please give each place only once."))
        return found

    def is_complete(self, question: Question, given: Sequence[Given]) -> bool:
        return NOTHING in given or not self.open_items(question, given)

    def open_items(self, question: Question, given: Sequence[Given]) -> list[Option]:
        return _without(question.options, given)

    def effort(self, question: Question) -> int:
        return self.seconds * len(question.options)


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (Stars(), Ten(), Nps(), Single(), Several(), Matrix(), Text(), Number(), Day(), Ranking())
}


def seconds(question: Question) -> int:
    """How long it takes: to read it (six characters a second) and to answer it."""
    return math.ceil(len(question.words.zh + question.help.zh) / 6) + KINDS[question.kind].effort(question)


def _all(question: Question, posted: Posted) -> list[str]:
    return [text.replace("\0", "").replace("\r\n", "\n").strip() for text in posted.get(question.named(), ())]


def _one(question: Question, posted: Posted) -> str:
    return next(iter(_all(question, posted)), "")


def _is_answered(question: Question, posted: Posted) -> bool:
    """Does any field of it say something besides that it does not apply?"""
    said = [
        *_all(question, posted),
        *(text for one in question.options for text in posted.get(question.named(one.code), ())),
    ]
    return any(text.strip() not in ("", NOT_APPLICABLE) for text in said)


def _without(items: Sequence[Option], given: Sequence[Given]) -> list[Option]:
    return [one for one in items if one.code not in {each.item for each in given}]


def _within(text: str, least: float, most: float, whole: bool = True) -> float:
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        value = math.nan
    if not least <= value <= most or (whole and value != int(value)):
        if least > -LARGEST and most < LARGEST:
            raise Refused(N_("Please give a number from {least} to {most}."), least=f"{least:g}", most=f"{most:g}")
        raise Refused(N_("Please give a number that fits here."))
    return value


def _among(text: str, options) -> str:
    if text not in {one.code for one in options}:
        raise Refused(N_("Please choose one of these."))
    return text
