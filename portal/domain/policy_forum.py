"""The part of a policy about the annual customer forum (R38): places by tier, offers, reminders, what people are asked."""

from dataclasses import dataclass

from portal.domain.policy_parts import Named


@dataclass(frozen=True)
class TierSeats:
    """Places of an organisation of this tier; a tier that is not named has none, unless given by hand."""

    tier: str
    seats: int


@dataclass(frozen=True)
class ForumRules:
    """What a new event begins with, and when people are reminded.

    `offer_hours`: working hours for which a seat is held for a waiting party. Days are calendar days: `change_days`
    before the event parties can no longer change by themselves; an invitation that nobody answered is reminded of
    every `remind_after_days`, `reminders` times at most; those who come are reminded `remind_before_days` before it;
    `purge_days` after it diet, needs, travel and hotel are deleted.
    """

    seats: tuple[TierSeats, ...]
    offer_hours: int
    change_days: int
    remind_after_days: int
    reminders: int
    remind_before_days: int
    companions: int
    purge_days: int
    diets: tuple[Named, ...]
    transports: tuple[Named, ...]

    def seats_by_tier(self) -> dict[str, int]:
        return {one.tier: one.seats for one in self.seats}
