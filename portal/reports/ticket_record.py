"""The record of one ticket on paper: one edition for the customer, a fuller one for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.i18n import N_
from portal.reports.facts import Facts, Said, Shown

CODE, TITLE = "ticket-record", N_("Service ticket record")
TEMPLATE = "reports/ticket_record.html"


@dataclass(frozen=True)
class Answer:
    """One field of a form: what was asked, what was answered (a person's words, or one of the choices)."""

    label: Said
    value: Shown


@dataclass(frozen=True)
class AttachedFile:
    name: str
    size: int
    """Bytes."""
    by: str = ""
    at: datetime | None = None
    key: str = ""
    """Of a photo: the kept file that is shown."""


@dataclass(frozen=True)
class PauseFact:
    """A stretch in which a promise did not run."""

    from_at: datetime
    until_at: datetime | None
    why: str = ""


@dataclass(frozen=True)
class Promise:
    """One promised moment. `late_by` is working time, none when in time or not known."""

    label: Said
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    dropped_at: datetime | None = None
    late_by: timedelta | None = None
    pauses: tuple[PauseFact, ...] = ()
    rule: Said = ""
    state: str = "running"
    """met · missed · dropped · paused · late · running, judged at the moment the record was made."""


@dataclass(frozen=True)
class Folded:
    """Promises of one kind that all ended alike, told in one line: the last of them, and since when how often."""

    last: Promise
    since: datetime
    times: int = 1


def folded(promises: Sequence[Promise]) -> list[Folded]:
    """The promises for a table: what was kept, or no longer due, again and again stands in one line."""
    lines: list[Folded] = []
    for one in promises:
        alike = next((n for n, line in enumerate(lines) if _is_alike(line.last, one)), None)
        if alike is None:
            lines.append(Folded(one, one.started_at))
        else:
            lines[alike] = Folded(one, lines[alike].since, lines[alike].times + 1)
    return lines


def _is_alike(one: Promise, other: Promise) -> bool:
    is_plain = other.state in ("met", "dropped") and not (one.pauses or other.pauses)
    return is_plain and (one.label, one.rule, one.state) == (other.label, other.rule, other.state)


@dataclass(frozen=True)
class Step:
    """A step of the ticket's way in the customer's words; `at` none: not yet reached."""

    label: Said
    at: datetime | None = None
    promised_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One word of the conversation. `side`: customer or company."""

    author: str
    role: Said
    side: str
    at: datetime
    text: str
    stage: Said = ""
    answers: tuple[Answer, ...] = ()
    files: tuple[AttachedFile, ...] = ()


@dataclass(frozen=True)
class Verification:
    """A call-back, or the customer's own confirmation (R16)."""

    at: datetime
    by: str
    means: Said
    outcome: Said
    text: str = ""


@dataclass(frozen=True)
class Stars:
    """A rating of 1 to 5."""

    label: Said
    stars: int


@dataclass(frozen=True)
class RatingFact:
    stars: int
    at: datetime
    by: str = ""
    text: str = ""
    dimensions: tuple[Stars, ...] = ()


@dataclass(frozen=True)
class Happened:
    """A line of the history; `what` is made of marked words and facts."""

    at: datetime
    who: str
    what: Said


@dataclass(frozen=True)
class TicketRecord(Facts):
    """What a customer may read of its ticket. Nothing internal has a place in it."""

    number: str
    kind: Said
    subject: str
    customer_name: str
    customer_short: str
    state: Said
    opened_at: datetime
    made_at: datetime
    """When these facts were gathered; deadlines are judged at this moment."""
    zone: str = "Asia/Shanghai"
    class_name: Said = ""
    service: Said = ""
    channel: Said = ""
    severity: Said = ""
    project: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    opened_by: str = ""
    owner: str = ""
    owner_phone: str = ""
    closed_at: datetime | None = None
    outcome: Said = ""
    solution: str = ""
    wish: str = ""
    description: str = ""
    answers: tuple[Answer, ...] = ()
    steps: tuple[Step, ...] = ()
    promises: tuple[Promise, ...] = ()
    conversation: tuple[Entry, ...] = ()
    files: tuple[AttachedFile, ...] = ()
    verifications: tuple[Verification, ...] = ()
    rating: RatingFact | None = None
    history: tuple[Happened, ...] = ()
    address: str = ""
    """Where the ticket is found in the portal; printed as a QR code when given."""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def pictures(self) -> tuple[str, ...]:
        """The kept files of its photos."""
        return tuple(dict.fromkeys(one.key for one in self.files if one.key))

    @property
    def promise_lines(self) -> list[Folded]:
        """The promises as the table tells them."""
        return folded(self.promises)

    @property
    def secrecy(self) -> Said:
        return N_("For the customer and us only")


@dataclass(frozen=True)
class NoteFact:
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class ContactFact:
    """A contact with the customer: who spoke with whom, how, what was said."""

    at: datetime
    by: str
    means: Said
    reached: bool
    spoke_with: str = ""
    text: str = ""


@dataclass(frozen=True)
class DispatchFact:
    number: str
    to: str
    is_lead: bool
    at: datetime
    by: str
    handler: str = ""
    suggestion: str = ""
    confirmed_at: datetime | None = None
    contacted_at: datetime | None = None
    replied_at: datetime | None = None
    done_at: datetime | None = None
    handed_back: str = ""
    is_recalled: bool = False
    """It was called back by the desk; `handed_back` says why."""


@dataclass(frozen=True)
class ForcedFact:
    """A request to close it by force (R17), and what a manager decided."""

    reason: Said
    words: str
    asked_by: str
    asked_at: datetime
    state: Said
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: str = ""


@dataclass(frozen=True)
class StaffTicketRecord(TicketRecord):
    """The staff's edition: the same, and what is ours alone."""

    is_major: bool = False
    sent_back: int = 0
    round: int = 1
    notes: tuple[NoteFact, ...] = ()
    contacts: tuple[ContactFact, ...] = ()
    dispatches: tuple[DispatchFact, ...] = ()
    false_replies: tuple[NoteFact, ...] = ()
    forced: tuple[ForcedFact, ...] = ()
    liability: Said = ""
    liability_reason: str = ""

    @property
    def secrecy(self) -> Said:
        return N_("Internal")
