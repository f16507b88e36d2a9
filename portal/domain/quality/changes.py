"""How a figure moved since another month: in points or tickets, and whether chance explains it (formulas.md §3.10)."""

from dataclasses import dataclass
from decimal import Decimal

from portal.domain.quality.figures import Figure
from portal.domain.statistics import DOWN, FLAT, POINTS, UP, count_moved, moved, said_moved
from portal.i18n import N_


@dataclass(frozen=True)
class Change:
    """A direction (up, flat, down), whether that is good, and a marked sentence with its facts."""

    direction: str
    good: bool | None
    text: str
    facts: dict[str, str]


WHOLE_BELOW = 100
"""Over fewer tickets a share is said in whole percents, and so is its change (formulas.md 3.1)."""
TICKETS = {UP: N_("up {amount}"), DOWN: N_("down {amount}"), FLAT: N_("no reliable change ({amount})")}


def since(now: Figure, last: Figure) -> Change | None:
    """Up or down only if a test at 95% bears it out, level otherwise; none where a share rests on nothing."""
    if now.denominator is None or last.denominator is None:
        more = now.numerator - last.numerator
        return _change(count_moved(now.numerator, last.numerator), now, TICKETS, more, f"{abs(more):,}")
    direction = moved(now.numerator, now.denominator, last.numerator, last.denominator)
    if direction is None:
        return None
    points = Decimal(now.numerator) * 100 / now.denominator - Decimal(last.numerator) * 100 / last.denominator
    digits = 0 if min(now.denominator, last.denominator) < WHOLE_BELOW else 1
    return _change(direction, now, POINTS, points, f"{abs(points):.{digits}f}")


def _change(direction: str, figure: Figure, words: dict[str, str], difference, amount: str) -> Change:
    good = None if direction == FLAT else (direction == UP) == figure.measure.more_is_better
    said = said_moved(direction, difference, amount, words)
    return Change(direction, good, said.text, said.facts)
