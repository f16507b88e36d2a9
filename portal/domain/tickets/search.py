"""Finding by words: Chinese in overlapping pairs, Latin and numbers whole; the same tokens in both databases."""

import re
import unicodedata

from sqlalchemy import ForeignKey, Select, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, db
from portal.domain.tickets.models import Ticket

_RUNS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[a-z0-9]+")
WORDS_LIMIT = 8
NEWEST = 1000
"""So many of the newest tickets that hold the words SQLite looks at: a word in every ticket costs no more than a rare
one. PostgreSQL chooses by itself between the words' index and walking along the order, as it knows how frequent they are."""


class TicketSearch(Base):
    """The words of a ticket, as tokens: what customers may find, and what only staff may."""

    __tablename__ = "ticket_search"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    shown: Mapped[str] = mapped_column(Text, default="")
    internal: Mapped[str] = mapped_column(Text, default="")


def _runs(said: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", said).lower())


def _is_han(run: str) -> bool:
    return not run[0].isascii()


def tokens(said: str) -> str:
    """What is kept to be found: 服务器 becomes 服务 务器 器; TS-2611 becomes ts 2611."""
    kept = []
    for run in _runs(said):
        kept += [run[i : i + 2] for i in range(len(run))] if _is_han(run) else [run]
    return " ".join(kept)


def remember(ticket_id: int, shown: str = "", internal: str = "") -> None:
    """Add words to what a ticket is found by; staff alone find by the internal ones."""
    row = db.session.get(TicketSearch, ticket_id)
    if row is None:
        row = TicketSearch(ticket_id=ticket_id, shown="", internal="")
        db.session.add(row)
    row.shown = f"{row.shown} {tokens(shown)}".strip() if shown else row.shown
    row.internal = f"{row.internal} {tokens(internal)}".strip() if internal else row.internal


def matching(rows: Select, wanted: str, internal: bool) -> Select:
    """Those of the rows (of tickets) that hold the wanted words; `internal`: notes too. Newest first by id is cheap."""
    phrases = _phrases(wanted)
    if not phrases:
        return rows.where(Ticket.id < 0)
    if db.engine.dialect.name == "postgresql":
        return rows.where(_in_postgresql(phrases, internal))
    return rows.where(_in_sqlite(phrases, internal))


def _phrases(wanted: str) -> list[list[str]]:
    """Each wanted run as the tokens that must follow each other; a single Han character is a beginning."""
    found = []
    for run in _runs(wanted)[:WORDS_LIMIT]:
        if _is_han(run):
            found.append([run[i : i + 2] for i in range(len(run) - 1)] or [f"{run}*"])
        else:
            found.append([f"{run}*"])
    return found


def _in_sqlite(phrases: list[list[str]], internal: bool):
    said = " AND ".join(
        f'"{phrase[0][:-1]}" *' if phrase[-1].endswith("*") else f'"{" ".join(phrase)}"' for phrase in phrases
    )
    column = "" if internal else "{shown} : "
    newest = f"where ticket_search_fts match :wanted order by rowid desc limit {NEWEST}"
    found = text(f"select rowid from ticket_search_fts {newest}")  # noqa: S608
    return Ticket.id.in_(found.bindparams(wanted=f"{column}({said})").columns(TicketSearch.ticket_id))


def _in_postgresql(phrases: list[list[str]], internal: bool):
    said = " & ".join(
        f"'{phrase[0][:-1]}':*" if phrase[-1].endswith("*") else "(" + " <-> ".join(f"'{t}'" for t in phrase) + ")"
        for phrase in phrases
    )
    column = "found_by_all" if internal else "found_by"
    found = text(f"ticket.id in (select ticket_id from ticket_search where {column} @@ to_tsquery('simple', :wanted))")  # noqa: S608
    return found.bindparams(wanted=said)
