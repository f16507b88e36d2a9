"""How a figure is said, in one way everywhere (formulas.md 3.1): marked sentences with their facts, told by the page in
the reader's language."""

from dataclasses import dataclass
from decimal import Decimal

from portal.domain.statistics.comparisons import DOWN, FLAT, UP, Comparison
from portal.domain.statistics.scores import Mean, Nps
from portal.domain.statistics.shares import Interval, Share, places, rounded
from portal.i18n import N_

NONE = "—"
NO_ANSWERS = N_("no answers")
TOO_FEW = N_("too few answers (n = {n})")
COUNTED, BASED = N_("{figure} ({hits}/{n})"), N_("{figure} (n = {n})")
NPS_BETWEEN = N_("{figure}, between {low} and {high} (n = {n})")
POINTS = {
    UP: N_("up {amount} points"),
    DOWN: N_("down {amount} points"),
    FLAT: N_("no reliable change ({amount} points)"),
}
NOT_TESTED = N_("{amount} points, too few answers for a test")
SIGNED = {True: "+", False: "−"}


@dataclass(frozen=True)
class Said:
    """A marked sentence and the facts that fill it."""

    text: str
    facts: dict[str, str]


def percent_shown(percent: Decimal | None) -> str:
    """87%, 94.5%; a dash of nothing."""
    return NONE if percent is None else f"{percent}%"


def part_shown(part: float | None, digits: int = 0) -> str:
    """87%, 87.4% of a part of one; a dash of nothing."""
    return percent_shown(None if part is None else rounded(part * 100, digits))


def interval_shown(interval: Interval | None, n: int) -> str:
    """60–98%: where the true share lies, in the places of the percent itself; nothing where there is none."""
    if interval is None:
        return ""
    return f"{rounded(interval.low * 100, places(n))}–{rounded(interval.high * 100, places(n))}%"


def said_share(share: Share) -> Said:
    """90% (18/20) below a hundred answers, 94.5% (n = 128) from there on; too few, or none."""
    if share.is_too_few:
        return _few(share.n)
    facts = {"figure": percent_shown(share.percent), "n": f"{share.n:,}"}
    if share.n < 100 and share.hits is not None:
        return Said(COUNTED, {**facts, "hits": f"{share.hits:,}"})
    return Said(BASED, facts)


def said_mean(mean: Mean) -> Said:
    """78.2 (n = 90); too few, or none."""
    if mean.is_too_few or mean.value is None:
        return _few(mean.n)
    return Said(BASED, {"figure": f"{rounded(mean.value, 1)}", "n": f"{mean.n:,}"})


def said_nps(nps: Nps) -> Said:
    """40, between 22 and 55 (n = 67): never without its interval, never with a percent sign."""
    if nps.is_too_few or nps.value is None or nps.interval is None:
        return _few(nps.n)
    ends = {"low": _whole(nps.interval.low), "high": _whole(nps.interval.high)}
    return Said(NPS_BETWEEN, {"figure": _whole(nps.value), **ends, "n": f"{nps.n:,}"})


def said_difference(found: Comparison) -> Said | None:
    """The difference of two shares in points (百分点), up or down only if a test bears it out; none without one."""
    if found.difference is None:
        return None
    amount = f"{rounded(abs(found.difference) * 100, 1)}"
    if found.direction is None:
        return Said(NOT_TESTED, {"amount": signed(found.difference, amount)})
    return said_moved(found.direction, found.difference, amount)


def said_moved(direction: str, difference: float | Decimal, amount: str, words: dict[str, str] = POINTS) -> Said:
    """Up or down by an amount; level with the amount signed where chance explains it."""
    return Said(words[direction], {"amount": signed(difference, amount) if direction == FLAT else amount})


def signed(difference: float | Decimal, amount: str) -> str:
    """An amount with the sign of the difference, with ± where there is none."""
    return f"{SIGNED[difference > 0] if difference else '±'}{amount}"


def _few(n: int) -> Said:
    return Said(TOO_FEW, {"n": f"{n:,}"}) if n else Said(NO_ANSWERS, {})


def _whole(value: float) -> str:
    return f"{rounded(value)}".replace("-", "−")
