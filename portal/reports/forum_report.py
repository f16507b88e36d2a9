"""The report on a forum (座谈会总结报告, R38): who was invited, came, what was raised and what became of it, the minutes."""

from dataclasses import dataclass
from datetime import datetime

from portal.i18n import N_, Words
from portal.reports.facts import Facts, Said, Shown

CODE, TITLE = "forum-report", N_("Report on the customer forum")
TEMPLATE = "reports/forum_report.html"


@dataclass(frozen=True)
class Count:
    """A figure: how many, of how many where that says something."""

    label: Said
    count: int
    of: int | None = None


@dataclass(frozen=True)
class Organisation:
    """An organisation's part: registered and there, and who."""

    name: str
    tier: Words
    registered: int
    there: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class SessionLine:
    """A session people signed up for."""

    title: Words
    chosen: int
    capacity: int


@dataclass(frozen=True)
class TopicLine:
    """A topic with its owner and what became of it."""

    title: str
    customer: str
    source: Said
    owner: str
    state: Said
    ticket: str = ""
    answer: Shown = ""


@dataclass(frozen=True)
class ForumReport(Facts):
    """Everything about one forum, as it stands when the report is made."""

    number: str
    event: Words
    place: Words
    begins_at: datetime
    ends_at: datetime
    counts: tuple[Count, ...]
    organisations: tuple[Organisation, ...]
    sessions: tuple[SessionLine, ...]
    topics: tuple[TopicLine, ...]
    made_at: datetime
    zone: str = "Asia/Shanghai"
    minutes: str = ""
    minutes_by: str = ""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")
