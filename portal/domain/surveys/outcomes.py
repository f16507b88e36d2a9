"""How asking somebody ended (AAPOR Standard Definitions), one list for portal, link and telephone.

The letters enter the response rates of formulas 3.8: I complete, P partial, R refusal, NC non-contact, O other,
UH/UO unknown eligibility, X not eligible (out of every base).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from portal.domain import statistics
from portal.i18n import N_

LETTERS = {
    "I": N_("answered in full"),
    "P": N_("answered in part"),
    "R": N_("refused or broke off"),
    "NC": N_("not reached"),
    "O": N_("could not answer"),
    "UH": N_("unknown whether anybody is there"),
    "UO": N_("unknown, nothing was heard"),
    "X": N_("not to be asked, in no rate"),
}
"""What the letters mean to whoever reads a rate."""


@dataclass(frozen=True)
class Outcome:
    """One way it ended: AAPOR's number, its letters, whether it is final, when to try again, whether words are needed."""

    code: str
    label: str
    aapor: str
    letters: str
    final: bool = False
    again_after: timedelta | None = None
    needs_note: bool = False
    key: str = ""
    """The key of the telephone console; none for what no call finds."""

    @property
    def counts_as(self) -> str:
        """What its letters mean."""
        return LETTERS[self.letters]


def _in(hours: float) -> timedelta:
    return timedelta(hours=hours)


OUTCOMES: dict[str, Outcome] = {one.code: one for one in (
    Outcome("complete", N_("Answered in full"), "1.1", "I", final=True),
    Outcome("partial", N_("Answered in part"), "1.2", "P", final=True),
    Outcome("refused", N_("Does not want to answer"), "2.11", "R", final=True, needs_note=True, key="r"),
    Outcome("refused_by_other", N_("Somebody else declined for them"), "2.111", "R", again_after=_in(168), needs_note=True, key="o"),
    Outcome("break_off", N_("Broke off"), "2.12", "R", again_after=_in(24), key="b"),
    Outcome("opted_out", N_("Wants no more surveys"), "2.112", "R", final=True, key="w"),
    Outcome("away", N_("Away during the survey"), "2.21", "NC", final=True, key="y"),
    Outcome("no_answer", N_("Nobody answers"), "3.13", "UH", again_after=_in(3), key="a"),
    Outcome("busy", N_("Line busy"), "3.12", "UH", again_after=_in(0.5), key="s"),
    Outcome("machine", N_("Answering machine"), "3.14", "UH", again_after=_in(3), key="v"),
    Outcome("not_there", N_("Reached, but the person is not there"), "2.21", "NC", again_after=_in(4), key="t"),
    Outcome("appointment", N_("An appointment is made"), "2.20", "NC", key="p"),
    Outcome("call_later", N_("To be called later, no time given"), "2.20", "NC", again_after=_in(24), key="l"),
    Outcome("link_wanted", N_("Prefers to answer by the link"), "2.20", "NC", again_after=_in(48), key="i"),
    Outcome("ill", N_("Ill or unable to answer"), "2.32", "O", final=True, key="z"),
    Outcome("language", N_("No common language"), "2.33", "O", final=True, key="f"),
    Outcome("most_tried", N_("Tried as often as allowed"), "2.20", "NC", final=True),
    Outcome("bounced", N_("The letter came back"), "3.31", "UO", again_after=_in(0)),
    Outcome("no_reply", N_("No reply by the end"), "3.19", "UO", final=True),
    Outcome("wrong_number", N_("Wrong number or address"), "4.3", "X", final=True, needs_note=True, key="x"),
    Outcome("left", N_("No longer works there"), "4.7", "X", final=True, needs_note=True, key="q"),
    Outcome("quota", N_("Quota is full"), "4.8", "X", final=True),
)}  # fmt: skip

NOTHING_YET = Outcome("", N_("No reply yet"), "3.19", "UO")
"""Asked, and nothing was heard yet."""
BY_PHONE = tuple(code for code, one in OUTCOMES.items() if one.key)
"""What a call may find, beside answers in full."""
VAIN = ("no_answer", "machine", "not_there")
"""Nobody could be asked, and another day or hour may be better."""
FINAL = tuple(code for code, one in OUTCOMES.items() if one.final)
_TELLS = {"UH": 1, "UO": 1, "NC": 2, "O": 3, "R": 4, "P": 5, "X": 6, "I": 7}
"""How much an outcome tells of a case; what tells more stands, whatever was found later (AAPOR)."""
_FIELDS = {
    "I": "complete", "P": "partial", "R": "refused", "NC": "not_reached", "O": "other", "UH": "unknown", "UO": "unknown_other",
    "X": "ineligible",
}  # fmt: skip


def stronger(was: str, found: str) -> str:
    """Which of two outcomes of a case stands: one that refused and is not reached later has refused."""
    if was not in OUTCOMES:
        return found
    return was if _TELLS[OUTCOMES[was].letters] > _TELLS[OUTCOMES[found].letters] else found


def letters(state: str, outcome: str) -> str:
    """How a case counts as it stands: what was begun counts as a part, of what nothing is known as unknown."""
    if state == "answered":
        return "I"
    if outcome in OUTCOMES:
        return OUTCOMES[outcome].letters
    return {"begun": "P", "refused": "R"}.get(state, "UO")


def summed(cases: Iterable[tuple[str, str, int]]) -> statistics.Outcomes:
    """The cases of a campaign, each kind with its state, outcome and number, as response rates count them."""
    found: dict[str, int] = {}
    for state, outcome, number in cases:
        field = _FIELDS[letters(state, outcome)]
        found[field] = found.get(field, 0) + number
    return statistics.Outcomes(**found)
