"""Whom a campaign means (调查对象, R27): a rule told in words, the customers it finds, which of their contacts are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select

from portal.db import db
from portal.domain import settings
from portal.domain.forum import attended
from portal.domain.forum.models import Event
from portal.domain.people.models import GONE, Contact, Customer, Project
from portal.domain.quality.days import today
from portal.domain.surveys.answer_models import Participation
from portal.domain.surveys.campaign_models import RUNNING, Campaign, Invitation
from portal.domain.surveys.outcomes import FINAL
from portal.i18n import N_, Words

YEAR = timedelta(days=365)
ROLES = ("manager", "principal", "user", "buyer")
"""Who of a customer is asked first: whoever deals with us daily, then whoever answers for it."""
DIVISIONS = {"region": N_("Region"), "tier": N_("Tier"), "manager": N_("Account manager")}
"""What strata may be made of beside the card level."""
LISTED = {"tiers": "tiers", "cards": "cards", "regions": "regions"}


@dataclass(frozen=True)
class Population:
    """The rule: nothing said of a side means all of it. Kept as plain JSON in the campaign.

    `finished_from` and `finished_until` are days of finished projects (R25). `only_unheard`: nobody of the customer has
    answered within a year, and nobody is being asked now. `role`: whoever of this role is asked first; `per_customer`
    contacts of one customer are asked at most. `divided_by`: what the strata are made of, beside the card level.
    `attended`: whoever was at this forum, all of them and nobody else (R38).
    """

    tiers: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    managers: tuple[int, ...] = ()
    finished_from: date | None = None
    finished_until: date | None = None
    only_unheard: bool = False
    role: str = ""
    per_customer: int = 1
    divided_by: tuple[str, ...] = ("region",)
    attended: int | None = None

    @property
    def of_projects(self) -> bool:
        """Is each asked about a finished project?"""
        return self.finished_from is not None or self.finished_until is not None

    @property
    def most_of_one(self) -> int | None:
        """How many contacts of one customer are asked at most; none: as many as are meant."""
        return None if self.attended else self.per_customer

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of contacts in the order in which they are asked."""
        return (self.role, *(one for one in ROLES if one != self.role)) if self.role else ROLES


def write(rule: Population) -> dict:
    """As the campaign keeps it."""
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in asdict(rule).items()
    }


def read(kept: Mapping) -> Population:
    """As it was kept; what an older one does not say is as it begins."""
    known = {name: kept[name] for name in Population.__dataclass_fields__ if name in kept}
    for name, value in known.items():
        if isinstance(value, list):
            known[name] = tuple(value)
        elif name.startswith("finished_") and value:
            known[name] = date.fromisoformat(value)
    return Population(**known)


def customers(rule: Population, rows: Select) -> Select:
    """The customers (of these rows) that are meant."""
    rows = rows.where(Customer.closed_on.is_(None))
    for listed, column in (("tiers", Customer.tier), ("cards", Customer.card), ("regions", Customer.region)):
        if chosen := getattr(rule, listed):
            rows = rows.where(column.in_(chosen))
    if rule.managers:
        rows = rows.where(Customer.account_manager_id.in_(rule.managers))
    if rule.of_projects:
        rows = rows.where(Customer.id.in_(db.select(Project.customer_id).where(*finished(rule))))
    if rule.attended:
        rows = rows.where(Customer.id.in_(attended.customers(rule.attended)))
    if rule.only_unheard:
        rows = rows.where(Customer.id.not_in(heard_since(today() - YEAR)), Customer.id.not_in(asked_now()))
    return rows


def contacts(rule: Population, rows: Select) -> Select:
    """The contacts (of these rows) that are meant."""
    rows = rows.where(Contact.role != GONE)
    return rows.where(Contact.id.in_(attended.contacts(rule.attended))) if rule.attended else rows


def finished(rule: Population) -> list[ColumnElement[bool]]:
    """What holds of the projects that are asked about: finished in these days, not asked about before."""
    said: list[ColumnElement[bool]] = [
        Project.finished_on.is_not(None),
        Project.id.not_in(
            db.select(Invitation.project_id).where(Invitation.project_id.is_not(None), Invitation.sent_at.is_not(None))
        ),
    ]
    if rule.finished_from:
        said.append(Project.finished_on >= rule.finished_from)
    if rule.finished_until:
        said.append(Project.finished_on <= rule.finished_until)
    return said


def heard_since(day: date) -> Select:
    """Customers of whom somebody has answered a survey from this day on."""
    return db.select(Participation.customer_id).where(Participation.on >= day)


def asked_now() -> Select:
    """Customers of whom somebody is being asked by a campaign that runs, and can still answer."""
    rows = db.select(Invitation.customer_id).join(Invitation.campaign)
    asked = Invitation.state.in_(("invited", "begun")) & Invitation.outcome.not_in(FINAL)
    return rows.where(Campaign.state == RUNNING, asked)


def in_words(rule: Population, managers: Mapping[int, str]) -> list[tuple[str, dict]]:
    """The rule as marked sentences with their facts; `managers`: the names of those it speaks of."""
    said: list[tuple[str, dict]] = []
    for name, sentence in (
        ("cards", N_("with a card of level {names}")), ("tiers", N_("of the tier {names}")), ("regions", N_("in {names}")),
    ):  # fmt: skip
        if chosen := getattr(rule, name):
            said.append((sentence, {"names": _either([settings.policy().called(LISTED[name], one) for one in chosen])}))
    if rule.managers:
        names = [managers.get(one, "—") for one in rule.managers]
        said.append((N_("looked after by {names}"), {"names": _either([Words(one, one) for one in names])}))
    if rule.finished_from and rule.finished_until:
        days = {"begins": rule.finished_from, "ends": rule.finished_until}
        said.append((N_("with a project finished from {begins} to {ends} that nobody was asked about"), days))
    elif rule.of_projects:
        day = rule.finished_from or rule.finished_until
        since = N_("with a project finished since {day} that nobody was asked about")
        until = N_("with a project finished by {day} that nobody was asked about")
        said.append((since if rule.finished_from else until, {"day": day}))
    if rule.attended:
        event = db.session.get_one(Event, rule.attended).words
        said.append(
            (
                N_("of whom somebody was at “{event}”; whoever was checked in at its door is asked, and nobody else"),
                {"event": event},
            )
        )
    if rule.only_unheard:
        said.append((N_("of whom nobody has answered for a year and nobody is being asked now"), {}))
    return said


def _either(names: Sequence[Words]) -> Words:
    return Words("、".join(one.zh for one in names), " / ".join(one.en or one.zh for one in names))


def in_order(rule: Population, contacts: Sequence[Contact]) -> list[Contact]:
    """Contacts of one customer in the order in which they are asked."""
    places = {role: n for n, role in enumerate(rule.roles)}
    return sorted(contacts, key=lambda one: (places.get(one.role, len(places)), one.id))
