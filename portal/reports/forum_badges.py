"""Badges of a forum (胸牌, R38): four of A6 on a sheet, names as large as they fit, in Chinese and Latin letters."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from portal.i18n import N_, Words
from portal.reports.facts import Facts, Said

CODE, TITLE = "forum-badges", N_("Badges")
TEMPLATE = "reports/forum_badges.html"

SIZES = ((6, "xl"), (9, "l"), (14, "m"), (22, "s"))
"""Up to so many widths of a Latin letter (a Han character has two): the class of the letters; longer ones are smallest."""


@dataclass(frozen=True)
class Guest:
    """Somebody who comes, as it stands on badge and table card."""

    name: str
    organisation: str
    number: str
    name_en: str = ""
    title: str = ""

    @property
    def size(self) -> str:
        return size_of(self.name)

    @property
    def organisation_size(self) -> str:
        return size_of(self.organisation, 3)

    @property
    def speech(self) -> str:
        """The language by whose rules the name is divided where it does not fit on a line."""
        return speech_of(self.name)

    @property
    def organisation_speech(self) -> str:
        return speech_of(self.organisation)

    @property
    def title_size(self) -> str:
        return size_of(self.title, 1.6)

    @property
    def title_speech(self) -> str:
        return speech_of(self.title)

    @property
    def is_short(self) -> bool:
        """Two Han characters are set with a space's width between them."""
        return len(self.name) == 2 and all("\u4e00" <= sign <= "\u9fff" for sign in self.name)


def speech_of(text: str) -> str:
    """Chinese where there is a Han character, else English: Latin words are divided with a hyphen."""
    return "zh-CN" if any("\u3400" <= sign <= "\u9fff" for sign in text) else "en"


def size_of(text: str, times: float = 1) -> str:
    """How large a text may be set: the class for its width; `times` as much room as a name has."""
    width = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return next((size for most, size in SIZES if width <= most * times), "xs")


@dataclass(frozen=True)
class ForumNames(Facts):
    """Everybody with a confirmed seat, by organisation."""

    number: str
    event: Words
    place: Words
    begins_at: datetime
    guests: tuple[Guest, ...]
    made_at: datetime
    zone: str = "Asia/Shanghai"

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")
