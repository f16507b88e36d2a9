"""The parts of a policy about closing: what call-backs find, when they are made and what is said; reasons for closing by force."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from portal.i18n import Words

# What a line of the script may be filled with.
SCRIPT_PLACES = frozenset({"customer", "contact", "number", "subject", "solution", "company", "officer"})


@dataclass(frozen=True)
class Outcome:
    """What a call-back found (R16): it closes the ticket, sends it back, or asks for another try.

    `appointment`: another try at a time agreed with the customer, which is not one in vain.
    """

    code: str
    words: Words
    help: Words
    closes: bool = False
    back: bool = False
    again: bool = False
    satisfied: bool = False
    appointment: bool = False


FORCED = Outcome(
    "forced", Words("强制关闭", "Closed by force"),
    Words("经未参与处理的领导批准，由我方关闭；客户未认可", "Closed by us, approved by a manager who had no part in it; the customer does not agree"),
    closes=True,
)  # fmt: skip
"""What a forced closure is kept as (R17): the portal's own outcome, which no call-back finds."""


class ScriptPart(StrEnum):
    """Where in a call a line is said."""

    GREETING = "greeting"
    QUESTION = "question"
    PARTING = "parting"


@dataclass(frozen=True)
class ScriptLine:
    """A line of the call-back's script (话术, R16). Its body may hold the places of SCRIPT_PLACES.

    `classes`: only for these groups or classes; none: for all of its kinds.
    """

    code: str
    words: Words
    body: Words
    part: ScriptPart
    kinds: tuple[str, ...]
    classes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Calls:
    """When customers are called back (R16): sensible hours of working days; and what follows from an appointment.

    `remind_minutes`: how long before an appointment its officer hears of it. `link_days`: how long the link works
    by which the customer says without a login whether it is solved.
    """

    call_hours: tuple[tuple[time, time], ...]
    remind_minutes: int
    link_days: int


@dataclass(frozen=True)
class ForcedReason:
    """For what a ticket may be closed by force (强制关闭, R17)."""

    code: str
    words: Words
    help: Words
