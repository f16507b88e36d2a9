"""The dispatch order (服务派工单, R13) on paper: one page a department or provider works from and signs."""

from dataclasses import dataclass
from datetime import datetime

from portal.i18n import N_
from portal.reports.facts import Facts, Said, Shown

CODE, TITLE = "dispatch-order", N_("Service dispatch order")
TEMPLATE = "reports/dispatch_order.html"


@dataclass(frozen=True)
class Required:
    """One thing to be done by a moment: confirm, contact, reply, close. `rule` says the limit in words."""

    label: Said
    due_at: datetime
    rule: Said = ""
    met_at: datetime | None = None


@dataclass(frozen=True)
class ReplyField:
    """One part of the required reply (R15); empty `value`: lines to write on."""

    label: Said
    value: Shown = ""
    lines: int = 1


@dataclass(frozen=True)
class DispatchOrder(Facts):
    """What the party that does the work needs to know, and no more."""

    number: str
    ticket_number: str
    issued_at: datetime
    issued_by: str
    to: str
    """Name of the department or provider."""
    is_lead: bool
    kind: Said
    subject: str
    description: str
    suggestion: str
    made_at: datetime
    zone: str = "Asia/Shanghai"
    issued_by_phone: str = ""
    is_provider: bool = False
    handler: str = ""
    others: tuple[str, ...] = ()
    """The other parties; a provider is not told whom else we work with."""
    """Names of the other parties of this ticket."""
    class_name: Said = ""
    severity: Said = ""
    is_urgent: bool = False
    is_major: bool = False
    customer_name: str = ""
    customer_short: str = ""
    card: Said = ""
    contact_name: str = ""
    contact_phone: str = ""
    project: str = ""
    place: str = ""
    wish: str = ""
    opened_at: datetime | None = None
    files: tuple[str, ...] = ()
    required: tuple[Required, ...] = ()
    reply: tuple[ReplyField, ...] = ()
    replied_at: datetime | None = None
    replied_by: str = ""
    handed_back: str = ""
    is_recalled: bool = False
    """It was called back by the desk; `handed_back` says why."""
    address: str = ""
    """Where the order is answered in the portal; printed as a QR code when given."""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")
