"""How many answered, and whether those who did not are different (formulas.md 3.7, 3.8; AAPOR's standard definitions)."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.domain.statistics.comparisons import REAL, mann_whitney
from portal.domain.statistics.crosstabs import chi_square
from portal.domain.statistics.shares import Share, share


@dataclass(frozen=True)
class Outcomes:
    """How the cases of a survey ended. Ineligible ones are in no rate: wrong numbers, contacts that left."""

    complete: int = 0
    """I"""
    partial: int = 0
    """P"""
    refused: int = 0
    """R: refusals and break-offs"""
    not_reached: int = 0
    """NC"""
    other: int = 0
    """O: eligible, not heard for another reason"""
    unknown: int = 0
    """UH: is there anybody at all?"""
    unknown_other: int = 0
    """UO: is who is there eligible?"""
    ineligible: int = 0

    @property
    def eligible(self) -> int:
        return self.complete + self.partial + self.refused + self.not_reached + self.other

    @property
    def likely(self) -> float:
        """e: of the unknown cases so large a part is likely eligible, as among the known ones; 1 when none is known."""
        known = self.eligible + self.ineligible
        return self.eligible / known if known else 1.0

    def response_rate(self, number: int, e: float | None = None) -> float | None:
        """RR1 to RR6. RR1, all unknown cases counted as eligible, is the one reported for a list of named customers.

        Even numbers count partial answers as answers; 3 and 4 count the part `e` of the unknown cases, 5 and 6 none.
        """
        if not 1 <= number <= 6:
            raise ValueError(f"RR{number}")
        likely = (1.0, self.likely if e is None else e, 0.0)[(number - 1) // 2]
        answered = self.complete + (self.partial if number % 2 == 0 else 0)
        return _part(answered, self._below(likely))

    @property
    def cooperation(self) -> float | None:
        """COOP1: of those who were spoken to."""
        return _part(self.complete, self.complete + self.partial + self.refused + self.other)

    @property
    def refusal(self) -> float | None:
        """REF1"""
        return _part(self.refused, self._below(1.0))

    @property
    def contact(self) -> float | None:
        """CON1"""
        return _part(self.complete + self.partial + self.refused + self.other, self._below(1.0))

    def _below(self, likely: float) -> float:
        return self.eligible + likely * (self.unknown + self.unknown_other)


def _part(above: float, below: float) -> float | None:
    return above / below if below else None


@dataclass(frozen=True)
class Response:
    """The response rates of accounts and of contacts, which are not the same figure."""

    accounts: Share
    contacts: Share


def response(contacts: Iterable[tuple[Hashable, bool]]) -> Response:
    """Of eligible contacts, each with its account and whether its answer is complete; one is enough for an account."""
    contacts = list(contacts)
    heard = {account for account, complete in contacts if complete}
    accounts = share(len(heard), len({account for account, _ in contacts}))
    return Response(accounts, share(sum(complete for _, complete in contacts), len(contacts)))


@dataclass(frozen=True)
class NonResponse:
    """Are those who answered another sort of customers than those who did not? None where it cannot be tested."""

    p: float | None

    @property
    def differs(self) -> bool:
        """Then raw and post-stratified figures are shown side by side."""
        return self.p is not None and self.p < REAL


def nonresponse_by_group(answered: Mapping[Hashable, int], silent: Mapping[Hashable, int]) -> NonResponse:
    """Compared by tier, region, industry: how many of each group answered and how many did not."""
    groups = sorted({*answered, *silent}, key=str)
    table = [[answered.get(group, 0), silent.get(group, 0)] for group in groups]
    return NonResponse(chi_square(table).p)


def nonresponse_by_amount(answered: Sequence[float], silent: Sequence[float]) -> NonResponse:
    """Compared by an amount of each customer: sales, complaints of the period. By ranks, for amounts are lopsided."""
    return NonResponse(mann_whitney(answered, silent).p)
