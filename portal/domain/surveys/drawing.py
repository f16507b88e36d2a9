"""The draw (抽样, formulas 3.6): strata, how many of each, and the lots, which a stored seed makes again at any time.

A customer's lot is the SHA-256 of seed and number: anybody can reckon it after us, and it does not depend on who else
was in the drum. Gold-card customers are never drawn but all taken.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

CENSUS_CARDS = ("gold",)
"""Card levels of which everybody is asked (R25)."""
BETWEEN = "|"


@dataclass(frozen=True)
class Stratum:
    """One part of the population: how many are in it, how many of them are drawn."""

    key: str
    size: int
    drawn: int

    @property
    def is_census(self) -> bool:
        """Is everybody taken? Then there is no sampling error."""
        return self.drawn >= self.size


def lot(seed: int, number: str) -> str:
    """The lot of the customer with this number."""
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


def in_order(seed: int, numbers: Sequence[str]) -> list[str]:
    """Numbers of customers as they are drawn, one after the other."""
    return sorted(numbers, key=lambda number: (lot(seed, number), number))


def card_of(key: str) -> str:
    """The card level of a stratum: the first part of its key."""
    return key.split(BETWEEN)[0]


def divided(sizes: Mapping[str, int], drawn: int | None, census: Collection[str] = CENSUS_CARDS) -> dict[str, Stratum]:
    """How many are drawn of each stratum. `drawn`: how many in all, beside those of whom all are taken; none: all.
    `census`: the card levels of which everybody is taken.

    In proportion to their sizes by the largest remainder; no stratum is passed over while there are enough lots.
    """
    whole = {key for key in sizes if drawn is None or card_of(key) in census}
    rest = {key: size for key, size in sizes.items() if key not in whole and size}
    shares = proportional(rest, drawn or 0)
    return {
        key: Stratum(key, size, size if key in whole else shares.get(key, 0)) for key, size in sorted(sizes.items())
    }


def proportional(sizes: Mapping[str, int], drawn: int) -> dict[str, int]:
    """So many out of all, in proportion; each gets one first, if there are enough, and none more than it has."""
    total = sum(sizes.values())
    drawn = min(drawn, total)
    if not drawn:
        return dict.fromkeys(sizes, 0)
    exact = {key: drawn * size / total for key, size in sizes.items()}
    shares = {key: int(share) for key, share in exact.items()}
    if drawn >= len(sizes):
        shares = {key: max(1, share) for key, share in shares.items()}
    by_need = sorted(sizes, key=lambda key: (shares[key] - exact[key], key))
    while sum(shares.values()) < drawn:
        key = next(key for key in by_need if shares[key] < sizes[key])
        shares[key] += 1
        by_need.sort(key=lambda key: (shares[key] - exact[key], key))
    while sum(shares.values()) > drawn:
        key = next(key for key in reversed(by_need) if shares[key] > 1)
        shares[key] -= 1
        by_need.sort(key=lambda key: (shares[key] - exact[key], key))
    return shares
