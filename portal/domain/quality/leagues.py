"""League tables of providers, departments and account managers (formulas.md §3.9): the counts behind statistics/ranking.py.

Closed months are read from their snapshots, running ones from the facts; customers are counted once over both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select, union_all

from portal import clock
from portal.db import db
from portal.domain.people.models import Department, Person, Provider
from portal.domain.quality.counting import TOTAL, column_of
from portal.domain.quality.fact_models import CountedTicket, TicketFacts
from portal.domain.quality.facts import before
from portal.domain.quality.measures import DENOMINATOR, MEASURES, NUMERATOR, TALLIES, Measure
from portal.domain.quality.snapshots import kept
from portal.domain.statistics import League, Unit, league

UNITS = {"provider": Provider, "department": Department, "manager": Person}
PERIODS = {"month": 1, "quarter": 3, "year": 12}
COMPARED = tuple(code for code, measure in MEASURES.items() if measure.denominator)
"""What can be compared: shares. A count says more about how much work a unit has than how well it does it."""


@dataclass(frozen=True)
class Table:
    """A league table with its names: who each place is."""

    league: League
    names: dict[int, tuple[str, str]]
    """Name in Chinese and in English."""
    months: tuple[date, ...]


def months_of(period: str, last: date) -> tuple[date, ...]:
    """The months of the calendar quarter or year that a month lies in, up to it; a month alone."""
    length = PERIODS[period]
    first = date(last.year, (last.month - 1) // length * length + 1, 1)
    return tuple(before(last, back) for back in reversed(range(12)) if before(last, back) >= first)


def table(sort: str, measure: Measure, period: str, last: date) -> Table:
    """The league table of a sort of units for a measure, over the months of a period that ends with `last`."""
    months = months_of(period, last)
    units = [Unit(*row) for row in db.session.execute(_units(sort, measure, months))]
    return Table(league(units), _names(sort, [unit.key for unit in units]), months)


def _units(sort: str, measure: Measure, months: Iterable[date]):
    """Per unit: hits, tickets, customers; one statement over snapshots and facts."""
    snapshots = kept(months, TOTAL)
    running = [month for month in months if month not in snapshots]
    name, at = column_of(sort).key, clock.now()
    above, below = TALLIES[measure.numerator], TALLIES[measure.denominator or ""]
    bits = CountedTicket.bits
    mine = getattr(CountedTicket, name)
    closed = select(mine.label("unit"), CountedTicket.customer_id.label("customer"),
                    case((bits.op("&")(1 << above.bit) != 0, 1), else_=0).label("hit")).where(
        CountedTicket.snapshot_id.in_([one.snapshot_id for one in snapshots.values()]),
        bits.op("&")(1 << below.bit) != 0, mine.is_not(None),
    )  # fmt: skip
    column = column_of(sort)
    live = select(column.label("unit"), TicketFacts.customer_id.label("customer"),
                  case((measure.tally(NUMERATOR).rule(at), 1), else_=0).label("hit")).where(
        TicketFacts.month.in_(running), measure.tally(DENOMINATOR).rule(at), column.is_not(None)
    )  # fmt: skip
    rows = union_all(closed, live).subquery()
    counted = select(rows.c.unit, func.sum(rows.c.hit), func.count(), func.count(rows.c.customer.distinct()))
    return counted.group_by(rows.c.unit).order_by(rows.c.unit)


def _names(sort: str, ids: list) -> dict[int, tuple[str, str]]:
    model = UNITS[sort]
    english = Department.name_en if model is Department else model.name
    rows = db.session.execute(select(model.id, model.name, english).where(model.id.in_(ids)))
    return {key: (name, other or name) for key, name, other in rows}
