"""What another table of limits would mean for the providers (R32): their limits by the visits known, their last month's count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.people.models import Provider
from portal.domain.policy import Policy
from portal.domain.quality import limits, support_facts
from portal.domain.quality.days import first, following, today


@dataclass(frozen=True)
class LimitEffect:
    """A provider: its limit by the old and the new table, what counted last month by the old and the new groups.

    A limit is missing while visits are.
    """

    provider: Provider
    average: float | None
    limit: int | None
    limit_then: int | None
    count: int
    count_then: int

    @property
    def differs(self) -> bool:
        return self.limit != self.limit_then or self.count != self.count_then


def changes_something(old: Policy, new: Policy) -> bool:
    """May limits or counts differ between these two at all?"""
    return old.support.steps != new.support.steps or support_facts.counting(old) != support_facts.counting(new)


def of(old: Policy, new: Policy, providers: Sequence[Provider]) -> list[LimitEffect]:
    """These providers, as far as they have a contract, by the visits of the three months that are over; those it changes first."""
    month, counted = last_month(), (support_facts.counting(old), support_facts.counting(new))
    here = [one for one in providers if one.is_there_in(month, following(month))]
    ids, months = [one.id for one in here], [following(month, -back) for back in range(3)]
    visits, classes = limits.visits_of(ids, months), support_facts.classes_of(ids, month)

    def line(one: Provider) -> LimitEffect:
        known = [visits.get((one.id, each)) for each in months]
        table, then = (limits.proposed(known, policy.support.steps) for policy in (old, new))
        counts = [sum(code in group for code in classes.get(one.id, ())) for group in counted]
        return LimitEffect(one, table.average, table.limit, then.limit, counts[0], counts[1])

    return sorted(map(line, here), key=lambda one: (not one.differs, one.provider.name))


def last_month() -> date:
    """The month whose complaints are counted."""
    return following(first(today()), -1)
