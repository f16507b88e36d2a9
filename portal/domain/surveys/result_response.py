"""Who took part in a survey and who did not (R29): how asking ended and AAPOR's rates, accounts and contacts, whether those
who stayed silent are other customers than those who answered, and what the result is when each group counts as asked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Select, func, select

from portal.domain.people import sales
from portal.domain.people.models import Customer
from portal.domain.statistics import (
    PER_ANSWER,
    NonResponse,
    Outcomes,
    PostStratified,
    Response,
    Stratum,
    nonresponse_by_amount,
    nonresponse_by_group,
    percent_shown,
    post_stratified,
    response,
    rounded,
)
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.fatigue import NEVER_ASKED
from portal.domain.surveys.outcomes import OUTCOMES
from portal.domain.surveys.result_lines import Line
from portal.domain.surveys.result_rows import rows_of, sales_year
from portal.domain.surveys.results import results
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

NO_REPLY_YET = "waiting"
LETTERS = {
    "I": "complete", "P": "partial", "R": "refused", "NC": "not_reached", "O": "other", "UH": "unknown", "UO": "unknown_other",
    "X": "ineligible",
}  # fmt: skip
COMPARED = {"tier": N_("Tier"), "card": N_("Card level"), "region": N_("Region")}
COMPLAINTS = N_("Complaints of the year before")
BEFORE = timedelta(days=365)
RATES = {
    "RR1": N_("Response rate (RR1)"), "RR2": N_("Response rate (RR2)"), "COOP1": N_("Cooperation (COOP1)"),
    "CON1": N_("Contact (CON1)"), "REF1": N_("Refusal (REF1)"),
}  # fmt: skip
"""What AAPOR's rates are called."""
FORMULAS = {
    "RR1": N_("full answers ÷ all who were asked and are eligible, whoever may not be eligible counted too"),
    "RR2": N_("the same, answers in part counted as answers"),
    "COOP1": N_("full answers ÷ all who were spoken to"),
    "CON1": N_("spoken to ÷ all who were asked"),
    "REF1": N_("refusals and break-offs ÷ all who were asked"),
}


@dataclass(frozen=True)
class Contrast:
    """Those who answered beside those who did not, in customers: by group, or by an amount."""

    label: str
    answered: Mapping[str, int]
    silent: Mapping[str, int]
    test: NonResponse

    @property
    def p_shown(self) -> str:
        return "" if self.test.p is None else "< 0.001" if self.test.p < 0.001 else f"{self.test.p:.3f}"


@dataclass(frozen=True)
class TakingPart:
    """How asking ended, counted in contacts, and who is behind it, counted in customers."""

    outcomes: Outcomes
    how: tuple[tuple[str, int], ...]
    """(outcome, how many), the most frequent first; `waiting` has not replied yet."""
    response: Response
    contrasts: dict[str, Contrast] = field(default_factory=dict)
    contacts: dict[str, Counter] = field(default_factory=dict)
    """Contacts asked, by group of each sort."""

    @property
    def asked(self) -> int:
        one = self.outcomes
        return one.eligible + one.unknown + one.unknown_other

    def rate(self, name: str) -> str:
        """One of FORMULAS in percent, as it is shown."""
        one = self.outcomes
        value = {
            "RR1": one.response_rate(1), "RR2": one.response_rate(2), "COOP1": one.cooperation, "CON1": one.contact,
            "REF1": one.refusal,
        }[name]  # fmt: skip
        return percent_shown(None if value is None else rounded(value * 100, 1 if self.asked >= 100 else 0))

    @property
    def differs(self) -> list[str]:
        """By what those who answered differ from those who did not, beyond chance."""
        return [name for name, one in self.contrasts.items() if one.test.differs]


def taking_part(campaign: Campaign, invitations: Select | None = None) -> TakingPart:
    """Of everybody who got a letter or a call; `invitations`: only of these rows."""
    asked = select(Invitation) if invitations is None else invitations
    rows = list(
        rows_of(
            asked.join(Customer, Customer.id == Invitation.customer_id)
            .where(Invitation.campaign_id == campaign.id, Invitation.state.not_in(NEVER_ASKED))
            .with_only_columns(
                Invitation.customer_id, Invitation.state, Invitation.outcome, Customer.tier, Customer.card, Customer.region
            )
        )
    )  # fmt: skip
    how: Counter[str] = Counter()
    eligible: list[tuple[int, bool]] = []
    groups: dict[int, tuple[str, str, str]] = {}
    contacts: dict[str, Counter] = {name: Counter() for name in COMPARED}
    for customer, state, outcome, *of in rows:
        code = outcome_of(state, outcome)
        how[code] += 1
        if code in OUTCOMES and OUTCOMES[code].letters == "X":
            continue
        eligible.append((customer, state == "answered"))
        groups[customer] = tuple(of)  # type: ignore[assignment]
        for name, value in zip(COMPARED, of, strict=True):
            contacts[name][value] += 1
    counts = Counter()
    for code, number in how.items():
        letters = "UO" if code == NO_REPLY_YET else OUTCOMES[code].letters
        counts[LETTERS[letters]] += number
    heard = {customer for customer, complete in eligible if complete}
    return TakingPart(
        Outcomes(**counts), tuple(how.most_common()), response(eligible), _contrasts(campaign, groups, heard), contacts
    )


@dataclass(frozen=True)
class Money:
    """The sales of a year of all customers that were asked, and of those of whom somebody answered; in 10,000 yuan."""

    year: int | None
    heard: float
    of_all: float


def money(campaign: Campaign) -> Money:
    """Coverage of sales (formulas 3.7): how much of what those who were asked spend is theirs who answered."""
    year = sales_year(campaign)
    asked = select(Invitation.customer_id).where(
        Invitation.campaign_id == campaign.id, Invitation.state.not_in(NEVER_ASKED)
    )
    amounts, heard = sales.in_year(year, asked), sales.in_year(year, asked.where(Invitation.state == "answered"))
    return Money(year, sum(heard.values()), sum(amounts.values()))


def outcome_of(state: str, outcome: str) -> str:
    """The outcome of a case as it stands: nothing was heard of it yet, or what AAPOR calls it."""
    if state == "answered":
        return "complete"
    if outcome in OUTCOMES:
        return outcome
    return "refused" if state == "refused" else "no_reply" if state == "ended" else NO_REPLY_YET


def _contrasts(campaign: Campaign, groups: Mapping[int, tuple[str, str, str]], heard: set[int]) -> dict[str, Contrast]:
    found = {}
    for at, (name, label) in enumerate(COMPARED.items()):
        answered, silent = Counter(), Counter()
        for customer, of in groups.items():
            (answered if customer in heard else silent)[of[at]] += 1
        found[name] = Contrast(label, answered, silent, nonresponse_by_group(answered, silent))
    begun = campaign.opens_at or campaign.made_at
    rows = (
        select(Ticket.customer_id, func.count())
        .where(Ticket.kind == "complaint", Ticket.opened_at >= begun - BEFORE, Ticket.opened_at < begun)
        .group_by(Ticket.customer_id)
    )
    complaints = dict(rows_of(rows))
    mine = [complaints.get(one, 0) for one in groups if one in heard]
    theirs = [complaints.get(one, 0) for one in groups if one not in heard]
    found["complaints"] = Contrast(
        COMPLAINTS, _some(mine), _some(theirs), nonresponse_by_amount(mine, theirs)
    )  # fmt: skip
    return found


def _some(amounts: list[int]) -> dict[str, int]:
    """How many customers had none, one, two, three and more."""
    counted = Counter(f"{one}" if one < 3 else "3+" for one in amounts)
    return {key: counted[key] for key in ("0", "1", "2", "3+") if counted[key]}


def as_asked(campaign: Campaign, found: TakingPart, line: Line | None, by: str) -> PostStratified | None:
    """满意率 of a question as it came in, and as it is when each group counts as it was asked (formulas 3.8)."""
    if line is None or by not in COMPARED:
        return None
    split = results(campaign, PER_ANSWER, by, [line.code])
    strata = {}
    for group, asked in found.contacts[by].items():
        cell = split.cell(line, group)
        strata[group] = Stratum(max(asked, cell.rate.n), cell.rate.hits or 0, cell.rate.n)
    if split.asked.by != by or not any(one.n for one in strata.values()):
        return None
    done = post_stratified(strata)
    return None if done.raw.is_too_few else done
