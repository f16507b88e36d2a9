"""The parts of a policy about quality supervision: liability, limits and support of providers, major complaints."""

from dataclasses import dataclass

from portal.domain.policy_parts import Named
from portal.i18n import Words
from portal.working_time import Promise


@dataclass(frozen=True)
class LiabilityRules:
    """How liability is decided (R19): how long a party may appeal, and the degrees of being liable, if there are any."""

    appeal: Promise
    degrees: tuple[Named, ...] = ()


@dataclass(frozen=True)
class LimitStep:
    """From so many visits a month on, so many complaints are allowed for every 100 of them (R32)."""

    visits_from: int
    per_hundred: float


@dataclass(frozen=True)
class SupportRules:
    """The limits of complaints and the support of handling costs (抱怨限值, 抱怨处理费用支持, R32).

    `groups` are the classes that count against the limit; `month_yuan` is what a month that keeps every condition
    earns; penalties in yuan; `stars` the most a provider can have. `web_carries`: a web complaint that is still open
    when its month ends counts in the next month's web condition again.
    """

    groups: tuple[str, ...]
    steps: tuple[LimitStep, ...]
    month_yuan: int
    objection: Promise
    penalty_from_yuan: int
    penalty_to_yuan: int
    stars: int
    web_carries: bool = False


@dataclass(frozen=True)
class Sign:
    """A sign of a major complaint (R20). `hints`: words that may mean it, told to a person and never decisive.

    `answers`: questions of the forms (yes or no) whose yes is this sign; `proxies`: who speaking for the customer is.
    """

    code: str
    words: Words
    hints: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Major:
    """When a complaint is a major one, and what its dossier must hold (R20). The amount is in yuan.

    `amounts`: questions of the forms whose answer is an amount in dispute.
    """

    amount_yuan: int
    report: Promise
    signs: tuple[Sign, ...]
    checklist: tuple[Named, ...]
    photos: tuple[Named, ...]
    papers: tuple[Named, ...]
    amounts: tuple[str, ...] = ()
