"""What ratings say together (评价结果): stars, share of the satisfied with n and interval; by kind, department, account manager.

Withdrawn ratings count nowhere. Supervisors open the ratings behind every figure; whoever was rated reads a result
from the policy's smallest group on, of whole months, without names (R29).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, func, select, true
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain import settings
from portal.domain.people.masking import known_names, masked
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.quality.days import begins, first, following, today
from portal.domain.ratings.kinds import KINDS, LOADED
from portal.domain.ratings.models import Rating
from portal.domain.statistics import Interval, wilson
from portal.i18n import N_, Words

SATISFIED = 4
"""From so many stars on somebody is satisfied (满意率, formulas 3.2)."""
MONTHS = 12


@dataclass(frozen=True)
class Result:
    """So many ratings with 1, 2, 3, 4, 5 stars."""

    stars: tuple[int, int, int, int, int]

    @property
    def n(self) -> int:
        return sum(self.stars)

    @property
    def satisfied(self) -> int:
        return sum(self.stars[SATISFIED - 1 :])

    @property
    def share(self) -> float | None:
        return self.satisfied / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        return wilson(self.satisfied, self.n)

    @property
    def mean(self) -> float | None:
        return sum(n * count for n, count in enumerate(self.stars, 1)) / self.n if self.n else None

    @property
    def is_small(self) -> bool:
        """Too few for a figure: the smallest group of the policy."""
        return self.n < settings.policy().ratings.least_group


@dataclass(frozen=True)
class Side:
    """A way to group ratings: its word, and the column that says where one belongs."""

    label: str
    column: Callable


SIDES: dict[str, Side] = {
    "kind": Side(N_("By what was rated"), lambda: Rating.kind),
    "department": Side(N_("By department"), lambda: Rating.department_id),
    "provider": Side(N_("By provider"), lambda: Rating.provider_id),
    "manager": Side(N_("By account manager"), lambda: Rating.manager_id),
}


def since(months: int) -> date:
    """The first day of a stretch of so many months, the running one among them."""
    return following(first(today()), 1 - months)


def counting(begin: date, kind: str | None = None) -> ColumnElement[bool]:
    """Ratings that count, from a day on, of a kind."""
    of_kind = Rating.kind == kind if kind in KINDS else true()
    return and_(Rating.withdrawn_at.is_(None), Rating.at >= begins(begin), of_kind)


_STARS = tuple(func.sum(case((Rating.stars == n, 1), else_=0)) for n in range(1, 6))


def _result(counts) -> Result:
    one, two, three, four, five = (int(value or 0) for value in counts)
    return Result((one, two, three, four, five))


def all_in_all(rows: Select, which: ColumnElement[bool]) -> Result:
    """The result of these ratings (of the visible ones) together."""
    return _result(db.session.execute(rows.where(which).with_only_columns(*_STARS)).one())


def by(rows: Select, side: str, which: ColumnElement[bool]) -> list[tuple[str | int, Result]]:
    """Results by the parts of a side, those with most ratings first; what belongs nowhere is left out."""
    column = SIDES[side].column()
    grouped = rows.where(which, column.is_not(None)).with_only_columns(column, *_STARS).group_by(column)
    found = [(row[0], _result(row[1:])) for row in db.session.execute(grouped)]
    return sorted(found, key=lambda pair: (-pair[1].n, str(pair[0])))


def names(side: str, keys: list) -> dict[str | int, str | Words]:
    """What the parts of a side are called; kinds as marked words."""
    if side == "kind":
        return {code: KINDS[code].label for code in keys}
    model = {"department": Department, "provider": Provider, "manager": Person}[side]
    found = db.session.scalars(select(model).where(model.id.in_(keys))) if keys else ()
    return {one.id: one.name if isinstance(one, Person) else one.words for one in found}


def of_part(side: str, key: str) -> ColumnElement[bool] | None:
    """Ratings of one part of a side, as a condition; none for what is no such part."""
    column = SIDES[side].column() if side in SIDES else None
    if column is None or not key:
        return None
    if side == "kind":
        return column == key if key in KINDS else None
    return column == int(key) if key.isascii() and key.isdigit() and len(key) < 10 else None


def listing(rows: Select, which: ColumnElement[bool], before: int | None, limit: int) -> list[Rating]:
    """These ratings (of the visible ones), newest first, with what they are about and who gave them."""
    found = rows.where(which).options(*map(joinedload, (*LOADED, Rating.by, Rating.department)))
    if before is not None:
        found = found.where(Rating.id < before)
    return list(db.session.scalars(found.order_by(Rating.id.desc()).limit(limit)))


def of_customer(customer: Customer) -> ColumnElement[bool]:
    """All ratings of a customer's people, withdrawn ones too: the history."""
    return Rating.customer_id == customer.id


@dataclass(frozen=True)
class Own:
    """What somebody reads of the ratings of the own work; from the smallest group on, words without names later still."""

    label: str
    result: Result
    words: tuple[str, ...] = ()


OWN = {
    "owner": N_("Tickets you own"),
    "manager": N_("Customers you care for"),
    "department": N_("Orders of your department"),
    "provider": N_("Orders of your company"),
}


def own(person: Person) -> list[Own]:
    """The results of the own work over the last whole months; the running one would tell who spoke just now."""
    until = first(today())
    whole = and_(counting(following(until, -MONTHS)), Rating.at < begins(until))
    found = []
    for code, mine in _own(person).items():
        result = all_in_all(select(Rating), and_(whole, mine))
        found.append(Own(OWN[code], result, _words(and_(whole, mine)) if _many(result) else ()))
    return found


def _own(person: Person) -> dict[str, ColumnElement[bool]]:
    ways: dict[str, ColumnElement[bool]] = {}
    if person.has(Role.AGENT, Role.SUPERVISOR):
        ways["owner"] = Rating.owner_id == person.id
    if person.has(Role.ACCOUNT_MANAGER):
        ways["manager"] = Rating.manager_id == person.id
    if person.has(Role.HANDLER) and person.provider_id:
        ways["provider"] = Rating.provider_id == person.provider_id
    elif person.has(Role.HANDLER) and person.department_id:
        ways["department"] = Rating.department_id == person.department_id
    return ways


def _many(result: Result) -> bool:
    """Are there enough for words: twice the smallest group?"""
    return result.n >= 2 * settings.policy().ratings.least_group


def _words(which: ColumnElement[bool], limit: int = 20) -> tuple[str, ...]:
    """What was written, in no order that tells when, and without the names in it: of the company, its people, ours."""
    rows = select(Rating.comment).where(which, Rating.comment != "")
    texts = list(db.session.scalars(rows.order_by(Rating.id.desc()).limit(limit)))
    names = known_names(select(Rating.customer_id).where(which)) if texts else []
    return tuple(sorted((masked(one, names) for one in texts), key=len))
