"""The parts of a policy: kinds, classes, clocks and the rest, frozen; policy.py puts them together."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from portal.i18n import Words
from portal.working_time import Promise, Reckoning, WorkingCalendar

# What a ticket's life tells the clocks.
EVENTS = (
    "opened",
    "accepted",
    "dispatched",
    "order_confirmed",
    "contacted",
    "replied",
    "reported",
    "told",
    "stated",
    "applied",
    "verified",
    "closed",
    "reopened",
)
# What a reply template may be filled with.
TEMPLATE_PLACES = frozenset({"customer", "contact", "number", "subject", "owner", "due"})

NO_WORDS = Words("")
CONDITION, WHICH_CONDITION = "reason", Words("属于此类的情形", "What makes it one of this kind")
"""The question which condition of a kind holds: its name among the answers, and its words."""


class AskType(StrEnum):
    """What kind of answer a question takes."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    YES_NO = "yes_no"
    PHONE = "phone"
    NUMBER = "number"
    URL = "url"


class Closing(StrEnum):
    """What closes a ticket: a call-back that asks the customer (R16), or the answer itself."""

    CALLBACK = "callback"
    ANSWER = "answer"


@dataclass(frozen=True)
class Named:
    """A code and its words: the plainest entry of a list."""

    code: str
    words: Words


@dataclass(frozen=True)
class Ask:
    """One thing a form wants to know beyond subject and body."""

    name: str
    words: Words
    help: Words = NO_WORDS
    type: AskType = AskType.TEXT
    choices: tuple[Named, ...] = ()
    required: bool = False
    past: bool = False
    """A day or moment that must be over when it is told."""


@dataclass(frozen=True)
class Kind:
    """A kind of ticket (R10). `prefix` begins its number; `department` leads without class or service.

    `conditions`: any of them makes a ticket one of this kind; asked of staff who enter one or put one right (报修情形).
    """

    code: str
    words: Words
    help: Words
    icon: str
    prefix: str
    closing: Closing
    takes_class: bool
    department: str
    asks: tuple[Ask, ...] = ()
    conditions: tuple[Named, ...] = ()

    @property
    def asks_of_staff(self) -> tuple[Ask, ...]:
        """The questions as staff answer them: which condition holds first, in place of a question of its name."""
        if not self.conditions:
            return self.asks
        which = Ask(CONDITION, WHICH_CONDITION, type=AskType.CHOICE, choices=self.conditions, required=True)
        return (which, *(ask for ask in self.asks if ask.name != CONDITION))


@dataclass(frozen=True)
class Service:
    """A form of the service catalogue, with its own questions and required documents (R10)."""

    code: str
    words: Words
    help: Words
    department: str
    closure: Promise
    asks: tuple[Ask, ...] = ()
    documents: tuple[Words, ...] = ()


@dataclass(frozen=True)
class TicketClass:
    """A class of two levels (R11): a group, or a class in it. Tickets take classes, never groups.

    What a class leaves out in the document, it takes from its group. `first_suggestion` begins its orders (R13).
    """

    code: str
    words: Words
    department: str
    kinds: tuple[str, ...]
    closure: Promise
    severity: str
    parent: str | None = None
    help: Words = NO_WORDS
    first_suggestion: Words = NO_WORDS
    reply_shape: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()

    @property
    def is_group(self) -> bool:
        return self.parent is None


@dataclass(frozen=True)
class ReplyField:
    """A part of a reply's required shape (R15). `when_open`: asked if the ticket cannot be closed yet."""

    code: str
    words: Words
    help: Words = NO_WORDS
    type: AskType = AskType.LONG
    required: bool = True
    choices: tuple[Named, ...] = ()
    when_open: bool = False


@dataclass(frozen=True)
class Shorter:
    """A shorter promise for a tier, card or severity; all that are named must fit."""

    promise: Promise
    tier: str | None = None
    card: str | None = None
    severity: str | None = None

    def fits(self, tier: str | None, card: str | None, severity: str | None) -> bool:
        wanted = ((self.tier, tier), (self.card, card), (self.severity, severity))
        return all(asked is None or asked == given for asked, given in wanted)


@dataclass(frozen=True)
class ClockRule:
    """A promise about tickets (R14): what starts it, what keeps it, what ends it for good.

    `words` tell the customer what is promised, `desk` says it as the company's own people do, `rule_words` the rule. `met` keeps the promise; where it
    `repeats`, it also begins the next round. `stops_too` ends it for good, judged at that moment alike;
    `lapses` ends it without its being kept: to apply for closure is no contact with the customer.
    `by_class`: the promise is the closure limit of the class or service; `promise` until it is known.
    """

    code: str
    words: Words
    rule_words: Words
    kinds: tuple[str, ...]
    starts: str
    met: str
    promise: Promise
    classes: tuple[str, ...] | None = None
    stops_too: tuple[str, ...] = ()
    lapses: tuple[str, ...] = ()
    pauses: bool = False
    repeats: bool = False
    by_class: bool = False
    shown_to_customer: bool = True
    shorter: tuple[Shorter, ...] = ()
    desk: Words = NO_WORDS

    @property
    def desk_words(self) -> Words:
        """What the company's own people call it."""
        return self.desk if self.desk.zh else self.words

    def promises(
        self,
        klass: TicketClass | Service | None = None,
        tier: str | None = None,
        card: str | None = None,
        severity: str | None = None,
    ) -> tuple[Promise, ...]:
        """The ordinary promise, then the shorter ones that fit."""
        ordinary = klass.closure if self.by_class and klass else self.promise
        return (ordinary, *(one.promise for one in self.shorter if one.fits(tier, card, severity)))

    def reckon(
        self,
        calendar: WorkingCalendar,
        start: datetime,
        klass: TicketClass | Service | None = None,
        tier: str | None = None,
        card: str | None = None,
        severity: str | None = None,
    ) -> Reckoning:
        """When it is due, and why: the earliest of all that apply, so a shorter promise never ends later."""
        told = [calendar.explain(start, promise) for promise in self.promises(klass, tier, card, severity)]
        return min(told, key=lambda reckoning: (reckoning.due, reckoning.promise.roughly))


@dataclass(frozen=True)
class Hours:
    """The zone, the opening hours with their break, and the daily cut-off."""

    zone: str
    hours: tuple[tuple[time, time], ...]
    cut_off: time


@dataclass(frozen=True)
class Tier:
    """A tier by the share of annual sales in percent: from, and below (R1)."""

    code: str
    words: Words
    help: Words
    share_from: float
    share_below: float | None = None


@dataclass(frozen=True)
class Card:
    """A card level: it drives how often we ask and how fast we serve (R1)."""

    code: str
    words: Words
    help: Words


@dataclass(frozen=True)
class Severity:
    """How serious a ticket is; a higher rank is worse."""

    code: str
    words: Words
    help: Words
    rank: int


@dataclass(frozen=True)
class Channel:
    """The way a ticket came (R10). `asks` are for whoever enters it; `by_customer`: nobody else does.

    `evidence`: what must be attached, as the label of the files (the screenshot of a post); nothing if empty.
    """

    code: str
    words: Words
    by_customer: bool = False
    asks: tuple[Ask, ...] = ()
    evidence: Words = NO_WORDS


@dataclass(frozen=True)
class RatingDimension:
    """A side of the service that a customer may rate (R11, R23)."""

    code: str
    words: Words
    help: Words = NO_WORDS


@dataclass(frozen=True)
class ReplyTemplate:
    """A reply to begin from. Its body may hold the places of TEMPLATE_PLACES."""

    code: str
    words: Words
    body: Words
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class ReadyAnswer:
    """An answer given so often that it is offered before somebody submits (常见问答, R37).

    `words` is the question; `also` other words people use for it, not shown.
    """

    code: str
    words: Words
    body: Words
    kinds: tuple[str, ...]
    also: Words = NO_WORDS


@dataclass(frozen=True)
class FileType:
    """An attachment we take: its extension, and what its bytes may say it is."""

    extension: str
    media_types: tuple[str, ...]


@dataclass(frozen=True)
class Warnings:
    """Hours by the clock: warned so long before a deadline, passed up so long after it was missed."""

    before_hours: float
    escalate_after_hours: float


@dataclass(frozen=True)
class Limits:
    """Small figures of the rules: R16, R18, R21, R24; files in MiB."""

    reopen_days: int
    call_attempts: int
    low_score: int
    undo_seconds: int
    project_months: int
    attachment_mib: int
    attachments_mib: int
    attachment_count: int
    snapshot_working_days: int
    """So many working days after its end a month's figures are closed (R31)."""


@dataclass(frozen=True)
class Target:
    """What a measure of quality supervision shall reach (R31): percent, or a count; `code` is the measure's."""

    code: str
    value: float
