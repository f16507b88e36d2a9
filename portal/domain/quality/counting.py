"""Counts facts (R31): every tally of some months for a scope, and the tickets behind each; live, in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, not_, true
from sqlalchemy.orm import InstrumentedAttribute

from portal.db import UTCDateTime, db
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.quality.fact_models import TicketFacts
from portal.domain.quality.measures import MISSING, NUMERATOR, TALLIES, Measure

# What a figure may be about, and the column of the facts that says so.
SCOPES: dict[str, InstrumentedAttribute] = {
    "provider": TicketFacts.provider_id,
    "department": TicketFacts.department_id,
    "manager": TicketFacts.account_manager_id,
    "customer": TicketFacts.customer_id,
}
# Liability is the party's that was found liable, not the one's that had the complaint first.
LIABLE = "liable"
LIABLE_SCOPES = {"provider": TicketFacts.liable_provider_id, "department": TicketFacts.liable_department_id}


@dataclass(frozen=True)
class Scope:
    """Whom figures are about: everybody, or one provider, department, account manager or customer."""

    sort: str = "total"
    id: int = 0

    def condition(self, tally: str = "", columns: type = TicketFacts) -> ColumnElement[bool]:
        """Which rows are this scope's; those of a tally, where it has its own way of saying whose they are."""
        return true() if self == TOTAL else getattr(columns, column_of(self.sort, tally).key) == self.id


TOTAL = Scope()


def column_of(sort: str, tally: str = "") -> InstrumentedAttribute:
    """The column of the facts that names this sort of scope."""
    return LIABLE_SCOPES[sort] if tally == LIABLE and sort in LIABLE_SCOPES else SCOPES[sort]


Counting = Select
"""A statement that counts something; a door hands it on without asking it."""


def at_once(counts: Sequence[Counting]) -> list[int]:
    """What each of these statements counts, in one statement."""
    if not counts:
        return []
    return [number or 0 for number in db.session.execute(db.select(*(one.scalar_subquery() for one in counts))).one()]


def scope_of(
    party: Provider | Department | None = None, account_manager: Person | None = None, customer: Customer | None = None
) -> Scope:
    """The scope of whichever is named; of nothing named, everybody."""
    if party is not None:
        return Scope("provider" if isinstance(party, Provider) else "department", party.id)
    if account_manager is not None:
        return Scope("manager", account_manager.id)
    return Scope("customer", customer.id) if customer is not None else TOTAL


def sums(months: Iterable[date], scope: Scope, at: datetime) -> dict[date, dict[str, int]]:
    """Every tally of these months for a scope, counted now; one statement, for a party one more for its liability."""
    in_time = TicketFacts.month.in_(list(months))
    rows = db.select(TicketFacts.month, *counters()).where(in_time, scope.condition())
    found = {row[0]: tallied(row[1:]) for row in db.session.execute(rows.group_by(TicketFacts.month), {"at": at})}
    if scope.sort in LIABLE_SCOPES:
        rule = TALLIES[LIABLE].rule(at)
        liable = db.select(TicketFacts.month, func.count()).where(in_time, scope.condition(LIABLE), rule)
        for counted in found.values():
            counted[LIABLE] = 0
        for first, count in map(tuple, db.session.execute(liable.group_by(TicketFacts.month))):
            found.setdefault(first, {})[LIABLE] = count
    return found


def by_unit(month: date, sort: str, at: datetime) -> dict[int, dict[str, int]]:
    """Every tally of a month for each provider (department, manager, customer) that has any; by id."""
    column = column_of(sort)
    rows = db.select(column, *counters()).where(TicketFacts.month == month, column.is_not(None)).group_by(column)
    found = {row[0]: tallied(row[1:]) for row in db.session.execute(rows, {"at": at})}
    if sort in LIABLE_SCOPES:
        for counted in found.values():
            counted[LIABLE] = 0
        column = column_of(sort, LIABLE)
        liable = db.select(column, func.count()).where(TicketFacts.month == month, TALLIES[LIABLE].rule(at))
        for unit, count in map(tuple, db.session.execute(liable.where(column.is_not(None)).group_by(column))):
            found.setdefault(unit, {})[LIABLE] = count
    return found


@cache
def counters() -> list:
    """A column of a statement for each tally, made once; the statement is sent with the moment as `at`."""
    at: Any = bindparam("at", type_=UTCDateTime)
    return [func.sum(case((tally.rule(at), 1), else_=0)).label(code) for code, tally in TALLIES.items()]


def tallied(row: Iterable) -> dict[str, int]:
    """What those columns counted, by code of the tally; what is nothing is left out."""
    return {code: int(count) for code, count in zip(TALLIES, row, strict=True) if count}


def rule_of(measure: Measure, side: str, at: datetime) -> ColumnElement[bool]:
    """The facts of the tickets on this side of a measure; «missing»: counted below the line and not above it."""
    if side != MISSING:
        return measure.tally(side).rule(at)
    above, below = measure.tally(NUMERATOR).rule(at), measure.tally("denominator").rule(at)
    return and_(below, not_(func.coalesce(above, False)))


def ids(month: date, scope: Scope, measure: Measure, side: str, at: datetime) -> Select:
    """The ids of the tickets that stand on this side of a live figure."""
    mine = scope.condition(measure.numerator)
    return db.select(TicketFacts.ticket_id).where(TicketFacts.month == month, mine, rule_of(measure, side, at))
