"""How asking somebody ended (AAPOR Standard Definitions), one list for portal, link and telephone.

The letters enter the response rates of formulas 3.8: I complete, P partial, R refusal, NC non-contact, O other,
UH/UO unknown eligibility, X not eligible (out of every base).
"""

from dataclasses import dataclass
from datetime import timedelta

from portal.i18n import N_


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


def _in(hours: float) -> timedelta:
    return timedelta(hours=hours)


OUTCOMES: dict[str, Outcome] = {one.code: one for one in (
    Outcome("complete", N_("Answered in full"), "1.1", "I", final=True),
    Outcome("partial", N_("Answered in part"), "1.2", "P", final=True),
    Outcome("refused", N_("Does not want to answer"), "2.11", "R", final=True, needs_note=True),
    Outcome("refused_by_other", N_("Somebody else declined for them"), "2.111", "R", again_after=_in(168), needs_note=True),
    Outcome("break_off", N_("Broke off"), "2.12", "R", again_after=_in(24)),
    Outcome("opted_out", N_("Wants no more surveys"), "2.112", "R", final=True),
    Outcome("away", N_("Away during the survey"), "2.21", "NC", final=True),
    Outcome("no_answer", N_("Nobody answers"), "3.13", "UH", again_after=_in(3)),
    Outcome("busy", N_("Line busy"), "3.12", "UH", again_after=_in(0.5)),
    Outcome("machine", N_("Answering machine"), "3.14", "UH", again_after=_in(3)),
    Outcome("not_there", N_("Reached, but the person is not there"), "2.21", "NC", again_after=_in(4)),
    Outcome("appointment", N_("An appointment is made"), "2.20", "NC"),
    Outcome("call_later", N_("To be called later, no time given"), "2.20", "NC", again_after=_in(24)),
    Outcome("link_wanted", N_("Prefers to answer by the link"), "2.20", "NC", again_after=_in(48)),
    Outcome("ill", N_("Ill or unable to answer"), "2.32", "O", final=True),
    Outcome("language", N_("No common language"), "2.33", "O", final=True),
    Outcome("most_tried", N_("Tried as often as allowed"), "2.20", "NC", final=True),
    Outcome("bounced", N_("The letter came back"), "3.31", "UO", again_after=_in(0)),
    Outcome("no_reply", N_("No reply by the end"), "3.19", "UO", final=True),
    Outcome("wrong_number", N_("Wrong number or address"), "4.3", "X", final=True, needs_note=True),
    Outcome("left", N_("No longer works there"), "4.7", "X", final=True, needs_note=True),
    Outcome("quota", N_("Quota is full"), "4.8", "X", final=True),
)}  # fmt: skip
