"""Limits of complaints (抱怨限值, R32): set for a quarter from the visits of the quarter before, or by hand with a reason."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal import clock
from portal.db import db, in_turn
from portal.domain import journal, settings
from portal.domain.people.models import Person, Provider
from portal.domain.people.roles import Role
from portal.domain.policy_quality import LimitStep
from portal.domain.quality.days import begins, following
from portal.domain.quality.support_models import ComplaintLimit, ProviderVisits
from portal.domain.refusals import Refused
from portal.i18n import N_

MOST_VISITS = 1_000_000
TURN = "support"
"""What is decided about providers' visits, limits, stars and support is decided one after another (`in_turn`)."""

TOLD = {
    "provider.visits": N_("{by} entered the visits of {month}: {became}"),
    "provider.limit": N_("{by} set the limit of complaints from {month} on: {became} a month; {why}"),
}


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def months_of(quarter: date) -> list[date]:
    """The first days of its three months."""
    return [following(quarter, by) for by in range(3)]


def enter_visits(provider: Provider, month: date, visits: int, by: Person) -> None:
    """Keep how many visits a provider had in a month; what stood there before is in the journal."""
    need_supervisor(by)
    if not 0 <= visits <= MOST_VISITS:
        raise Refused(N_("Please give a number of visits between 0 and {most}."), most=MOST_VISITS)
    in_turn(TURN)
    known = (ProviderVisits.provider_id == provider.id, ProviderVisits.month == month)
    row = db.session.scalar(db.select(ProviderVisits).where(*known))
    if row is not None and row.visits == visits:
        return
    was = str(row.visits) if row else None
    row = row or ProviderVisits(provider_id=provider.id, month=month)
    row.visits, row.by_id, row.at = visits, by.id, clock.now()
    db.session.add(row)
    journal.write("provider.visits", provider, by, was=was, became=str(visits), month=f"{month:%Y-%m}")


def visits_of(providers: Iterable[int], months: Iterable[date]) -> dict[tuple[int, date], int]:
    """The visits of these providers in these months, where they are known."""
    rows = db.select(ProviderVisits).where(
        ProviderVisits.provider_id.in_(list(providers)), ProviderVisits.month.in_(list(months))
    )
    return {(row.provider_id, row.month): row.visits for row in db.session.scalars(rows)}


@dataclass(frozen=True)
class Proposed:
    """What the table says for a provider and quarter; none of it while a month's visits are missing."""

    average: float | None
    per_hundred: float | None
    limit: int | None


def steps_of(quarter: date) -> tuple[LimitStep, ...]:
    """The table a quarter goes by: the one that holds now, of a quarter to come the one planned for its first day, of a
    quarter that is over the one that held on its last."""
    now, opens, ends = clock.now(), begins(quarter), begins(following(quarter, 3))
    if opens <= now < ends:
        return settings.policy().support.steps
    return settings.policy_at(opens if now < opens else ends - timedelta.resolution).support.steps


def proposed(visits: Iterable[int | None], steps: Sequence[LimitStep]) -> Proposed:
    """The limit of a quarter from the monthly visits of the quarter before, by a table.

    average × complaints per 100 visits ÷ 100, rounded up to a whole complaint; the step is the last one that the
    average reaches.
    """
    known = list(visits)
    if not known or any(one is None for one in known):
        return Proposed(None, None, None)
    average = sum(one for one in known if one is not None) / len(known)
    step = [one for one in steps if average >= one.visits_from][-1]
    return Proposed(average, step.per_hundred, math.ceil(round(average * step.per_hundred / 100, 6)))


def set_limit(provider: Provider, quarter: date, by: Person, limit: int | None = None, why: str = "") -> ComplaintLimit:
    """Set the limit of a quarter: the table's, or another one with a reason. What held before stays as history."""
    need_supervisor(by)
    if not provider.is_there_in(quarter, following(quarter, 3)):
        raise Refused(N_("The contract with {name} ended before this quarter."), name=provider.name)
    before = months_of(following(quarter, -3))
    known = visits_of([provider.id], before)
    table = proposed([known.get((provider.id, month)) for month in before], steps_of(quarter))
    if limit is None:
        limit = table.limit
    if limit is None:
        raise Refused(N_("The visits of the quarter before are not all known yet."))
    if limit != table.limit and not why.strip():
        raise Refused(N_("Please say why the limit differs from the table."))
    if not 0 <= limit <= MOST_VISITS:
        raise Refused(N_("Please give a limit between 0 and {most}."), most=MOST_VISITS)
    row = ComplaintLimit(
        provider_id=provider.id, quarter=quarter, average=table.average, per_hundred=table.per_hundred, limit=limit,
        by_id=by.id, at=clock.now(), why=why if limit != table.limit else "",
    )  # fmt: skip
    db.session.add(row)
    journal.write("provider.limit", provider, by, became=str(limit), why=why, month=f"{quarter:%Y-%m}")
    return row


def set_by_table(providers: Iterable[Provider], quarter: date, by: Person) -> list[ComplaintLimit]:
    """Set what the table says for those of these whose visits are known and whose limit is not set yet."""
    need_supervisor(by)
    in_turn(TURN)
    asked, months = list(providers), months_of(following(quarter, -3))
    ids = [one.id for one in asked]
    given, known, steps = limits_of(ids, quarter), visits_of(ids, months), steps_of(quarter)
    ready = [
        one
        for one in asked
        if one.id not in given and proposed([known.get((one.id, month)) for month in months], steps).limit is not None
    ]
    return [set_limit(one, quarter, by) for one in ready]


def limits_of(providers: Iterable[int], quarter: date) -> dict[int, ComplaintLimit]:
    """The limits that hold in a quarter, by provider."""
    rows = db.select(ComplaintLimit).where(
        ComplaintLimit.quarter == quarter, ComplaintLimit.provider_id.in_(list(providers))
    )
    return {row.provider_id: row for row in db.session.scalars(rows.order_by(ComplaintLimit.id))}


def need_supervisor(by: Person) -> None:
    """Refuse whoever is no quality supervisor."""
    if not by.has(Role.SUPERVISOR):
        raise Refused(N_("Only a quality supervisor does this."))
