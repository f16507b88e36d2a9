"""The programme of a forum (会议日程, R38) on paper, for whoever comes."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.i18n import N_, Words
from portal.reports.facts import Facts, Said

CODE, TITLE = "forum-programme", N_("Programme")
TEMPLATE = "reports/forum_programme.html"


@dataclass(frozen=True)
class Item:
    """One session: «10:00–11:00», its title, track, room and speakers."""

    time: str
    title: Words
    track: Words | None = None
    room: Words | None = None
    speakers: tuple[Words, ...] = ()
    about: Words | None = None


@dataclass(frozen=True)
class ProgrammeDay:
    """One day of it."""

    on: date
    items: tuple[Item, ...]


@dataclass(frozen=True)
class ForumProgramme(Facts):
    """What happens when and where, and how to get there."""

    number: str
    event: Words
    place: Words
    address: Words
    begins_at: datetime
    days: tuple[ProgrammeDay, ...]
    made_at: datetime
    zone: str = "Asia/Shanghai"
    travel: Words | None = None
    contact: Words | None = None
    summary: Words | None = None

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return ""
