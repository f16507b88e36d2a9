"""How many to ask, and whom: sample size, allocation to strata, a draw that can be repeated (formulas.md 3.6, 3.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import TypeVar

from portal.domain.statistics.shares import Z95

Stratum = TypeVar("Stratum")


def sample_size(population: int, margin: float, share: float = 0.5, z: float = Z95) -> int:
    """How many answers of a population give a share to ± `margin` (0.05: five points); at worst, for a share of half."""
    if population <= 0:
        return 0
    endless = z * z * share * (1 - share) / (margin * margin)
    return min(population, ceil(endless / (1 + (endless - 1) / population) - 1e-9))


def allocate(sizes: Mapping[Stratum, int], n: int, least: int = 1) -> dict[Stratum, int]:
    """How many of `n` to ask in each stratum, in proportion to its size: largest remainders, first named first.

    From each at least `least`, or all it has, so that no stratum is unheard: that may make more than `n` together.
    Never more than a stratum has.
    """
    whole = sum(sizes.values())
    if not whole or n <= 0:
        return dict.fromkeys(sizes, 0)
    n = min(n, whole)
    given = {stratum: n * size // whole for stratum, size in sizes.items()}
    by_rest = sorted(sizes, key=lambda stratum: -(n * sizes[stratum] % whole))
    for stratum in by_rest[: n - sum(given.values())]:
        given[stratum] += 1
    lifted = {stratum: min(sizes[stratum], max(one, least)) for stratum, one in given.items()}
    spare = sum(lifted.values()) - n
    while spare > 0:  # who was lifted is paid for by the largest
        largest = max(lifted, key=lambda stratum: lifted[stratum])
        if lifted[largest] <= least:
            break
        lifted[largest] -= 1
        spare -= 1
    return lifted


@dataclass(frozen=True)
class Drawn:
    """What a draw gave in a stratum: whom to ask, and the reserve list in the order of its numbers, 1 first."""

    chosen: tuple[str, ...]
    reserve: tuple[str, ...]


def draw(strata: Mapping[str, Sequence[str]], wanted: Mapping[str, int], seed: str) -> dict[str, Drawn]:
    """Draw from each stratum so many of its members; the others are its reserve list, to be used in its order only.

    Each member has its place by a digest of seed, stratum and name: the same on every machine and every Python, however
    the list came; who joins or leaves a stratum changes nobody else's order.
    """
    found = {}
    for stratum, members in strata.items():
        if len(set(members)) != len(members):
            raise ValueError(f"{stratum}: somebody is there twice")
        order = sorted(members, key=lambda member, of=stratum: (_place(seed, of, member), member))
        found[stratum] = Drawn(tuple(order[: wanted.get(stratum, 0)]), tuple(order[wanted.get(stratum, 0) :]))
    return found


def _place(seed: str, stratum: str, member: str) -> bytes:
    parts = (f"{len(part.encode())}:{part}" for part in (seed, stratum, member))
    return sha256("".join(parts).encode()).digest()
