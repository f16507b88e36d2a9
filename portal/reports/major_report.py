"""The report on a major complaint 《关于××客户抱怨的报告》 (R20): the dossier as it stood, for whoever decides."""

from dataclasses import dataclass
from datetime import datetime

from portal.i18n import N_
from portal.reports.facts import Facts, Filled, Said

CODE, TITLE = "major-report", N_("Report on a major complaint")
TEMPLATE = "reports/major_report.html"


@dataclass(frozen=True)
class Known:
    """A line of the checklist: what is known, who wrote it when; empty where nothing is."""

    label: Said
    body: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Happening:
    """A line of the timeline."""

    at: datetime
    body: str
    by: str


@dataclass(frozen=True)
class Photo:
    """A photo in its named position: `key` names the kept file; without one, `note` says why there is none."""

    label: Said
    key: str = ""
    name: str = ""
    by: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Paper:
    """A paper for special compensation: its copies by name, or where the original is."""

    label: Said
    files: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_there(self) -> bool:
        return bool(self.files or self.note)


@dataclass(frozen=True)
class Approval:
    """What was asked of a manager, and what came of it."""

    what: Said
    state: Said
    asked_by: str
    asked_at: datetime
    words: str = ""
    amount_yuan: int | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class MajorReport(Facts):
    """All that the report says."""

    number: str
    """Of this version: ZD-261122-0001-01."""
    case_number: str
    ticket_number: str
    subject: str
    customer_name: str
    customer_short: str
    kind: Said
    made_at: datetime
    zone: str = "Asia/Shanghai"
    version: int = 1
    class_name: Said = ""
    severity: Said = ""
    tier: Said = ""
    contact_name: str = ""
    contact_phone: str = ""
    owner: str = ""
    account_manager: str = ""
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str = ""
    decision: str = ""
    due_at: datetime | None = None
    signs: tuple[Said, ...] = ()
    amount_yuan: int | None = None
    parties: tuple[str, ...] = ()
    description: str = ""
    wish: str = ""
    information: tuple[Known, ...] = ()
    findings: Known | None = None
    cause: Known | None = None
    plan: Known | None = None
    timeline: tuple[Happening, ...] = ()
    photos: tuple[Photo, ...] = ()
    papers: tuple[Paper, ...] = ()
    approvals: tuple[Approval, ...] = ()
    prepared_by: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    address: str = ""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")

    @property
    def heading(self) -> Said:
        """What it is called on its paper and as a file."""
        return Filled(N_("Report on the complaint of {customer}"), {"customer": self.customer_short})

    @property
    def pictures(self) -> tuple[str, ...]:
        """The kept files that are shown in it."""
        return tuple(one.key for one in self.photos if one.key)
