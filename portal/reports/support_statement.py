"""The statement of a provider's support for a month (抱怨处理费用支持结算单, R32) on paper, with signature rows."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.i18n import N_
from portal.reports.facts import Facts, Said

CODE, TITLE = "support-statement", N_("Statement of support")
TEMPLATE = "reports/support_statement.html"


@dataclass(frozen=True)
class ConditionRow:
    """One condition: its rule, whether it was kept, and its evidence: tickets as «number subject».

    For the limit these are all that count, kept or not; for a share those that miss.
    """

    name: Said
    rule: Said
    holds: bool
    found: str
    waived: str = ""
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Objection:
    """What the provider objected to, and what it was answered; of this revision or of one before."""

    revision: int
    words: str
    by: str
    at: datetime
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True)
class SupportStatement(Facts):
    """What a month was found to be, how that stands, who reckoned and approved it, the objections and their answers."""

    number: str
    provider: str
    month: date
    revision: int
    holds: bool
    amount_yuan: int
    conditions: tuple[ConditionRow, ...]
    reckoned_at: datetime
    made_at: datetime
    zone: str = "Asia/Shanghai"
    provider_closed_on: date | None = None
    reckoned_by: str = ""
    why: str = ""
    approved_at: datetime | None = None
    approved_by: str = ""
    stage: Said = ""
    objections: tuple[Objection, ...] = ()
    address: str = ""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")
