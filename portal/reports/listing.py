"""A list on paper: what it is about, a wide table, what it has no room for. Several reports are lists and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.i18n import N_
from portal.reports.facts import Facts, Said, Shown

TEMPLATE = "reports/listing.html"
MOST_ROWS = 1500
"""A PDF beyond so many rows is for nobody to read; the workbook holds them all."""


@dataclass(frozen=True)
class Column:
    """One column: its word, how it stands (text, number, nowrap) and how wide (w1 to w6; empty: what is left)."""

    label: Said
    kind: str = "text"
    width: str = ""


@dataclass(frozen=True)
class About:
    """Something said above the table: a word and its value."""

    label: Said
    value: Shown


@dataclass(frozen=True)
class Row:
    """The cells of a row; None prints a dash."""

    cells: tuple[Shown | None, ...]


@dataclass(frozen=True)
class Listing(Facts):
    """The facts of a list."""

    number: str
    about: tuple[About, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    made_at: datetime
    zone: str = "Asia/Shanghai"
    subtitle: Shown = ""
    table: Said = ""
    """What the table is called."""
    total: int = 0
    """How many rows there are; more than `rows` where some have no room."""
    of_people: bool = False
    """Is each row a person?"""
    none: Said = ""
    """What is said instead of an empty table."""
    note: Said = ""

    @property
    def report_number(self) -> str:
        return self.number

    @property
    def secrecy(self) -> Said:
        return N_("Internal")

    @property
    def left_out(self) -> int:
        return max(0, self.total - len(self.rows))
