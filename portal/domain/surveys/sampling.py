"""The sample of a campaign (样本): drawn by its seed, with a numbered reserve; who is skipped and why is seen before it runs."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.forum import attended
from portal.domain.forum.models import Event
from portal.domain.people.models import Contact, Customer, Person, Project
from portal.domain.quality.days import today
from portal.domain.refusals import Refused
from portal.domain.surveys import drawing, fatigue
from portal.domain.surveys import population as populations
from portal.domain.surveys.answer_models import PHONE
from portal.domain.surveys.campaign_models import DRAFT, Campaign, Invitation
from portal.domain.surveys.drawing import BETWEEN, Stratum
from portal.domain.surveys.population import Population
from portal.i18n import N_

LARGEST_SEED = 10**9
LANGUAGE = "zh_Hans_CN"
"""Of a contact without an account; whoever has one is written to in their own (letters.py)."""


@dataclass
class Drum:
    """What a draw is made from: the customers meant, their contacts in order, the rules that keep contacts back."""

    rule: Population
    customers: list[Customer]
    contacts: dict[int, list[Contact]]
    hit: dict[int, str]
    unheard: set[int]
    """Customers of whom nobody answered for a year."""
    projects: dict[int, int]
    """The project each is asked about, by customer."""


@dataclass
class Chosen:
    """One customer as drawn: whom of its contacts we ask, whom we pass over and by which rule."""

    customer: Customer
    asked: list[tuple[Contact, str]] = field(default_factory=list)
    """With why they are asked although a rule says no."""
    skipped: list[tuple[Contact, str]] = field(default_factory=list)


def drum_of(campaign: Campaign, at: datetime) -> Drum:
    """Read all of it, in few statements however many customers there are."""
    rule = populations.read(campaign.population)
    meant = populations.customers(rule, db.select(Customer))
    found = list(db.session.scalars(meant.order_by(Customer.number)))
    ids = meant.with_only_columns(Customer.id)
    theirs = populations.contacts(rule, db.select(Contact).where(Contact.customer_id.in_(ids)))
    contacts: dict[int, list[Contact]] = {}
    for one in db.session.scalars(theirs):
        contacts.setdefault(one.customer_id, []).append(one)
    contacts = {key: populations.in_order(rule, some) for key, some in contacts.items()}
    hit = fatigue.rules_hit(
        theirs.with_only_columns(Contact.id), at, PHONE in campaign.channels, campaign.id, rule.attended
    )
    heard = set(db.session.scalars(populations.heard_since(today() - populations.YEAR)))
    return Drum(rule, found, contacts, hit, {one.id for one in found} - heard, _projects(rule, ids))


def _projects(rule: Population, ids) -> dict[int, int]:
    """Of each customer the project that was finished last."""
    if not rule.of_projects:
        return {}
    rows = db.select(Project).where(*populations.finished(rule), Project.customer_id.in_(ids))
    return {one.customer_id: one.id for one in db.session.scalars(rows.order_by(Project.finished_on, Project.id))}


def stratum_of(customer: Customer, rule: Population) -> str:
    """The key of the stratum a customer belongs to: card level first, then what the campaign is divided by."""
    values = {"region": customer.region, "tier": customer.tier, "manager": f"{customer.account_manager_id or ''}"}
    return BETWEEN.join((customer.card, *(values[name] for name in rule.divided_by)))


def chosen_of(customer: Customer, drum: Drum) -> Chosen:
    """Whom of this customer we ask. Whoever a rule keeps back is passed over for the next one; where nobody would be
    left of a customer not heard for a year, the cool-down gives way (R25)."""
    one = Chosen(customer)
    for contact in drum.contacts.get(customer.id, ()):
        if len(one.asked) == drum.rule.most_of_one:
            break
        rule = drum.hit.get(contact.id)
        if rule is None:
            one.asked.append((contact, ""))
        else:
            one.skipped.append((contact, rule))
    if not one.asked and customer.id in drum.unheard:
        kept = next((pair for pair in one.skipped if pair[1] == fatigue.COOL_DOWN), None)
        if kept is not None:
            one.skipped.remove(kept)
            one.asked.append((kept[0], fatigue.COVERAGE))
    return one


def draw(campaign: Campaign, by: Person | None, seed: int | None = None) -> None:
    """Draw (again): the old sample goes, the new one is kept with its seed. None given, the seed comes by lot."""
    if campaign.state != DRAFT:
        raise Refused(N_("The campaign has begun; its sample stays as it was drawn."))
    at = clock.now()
    campaign.seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
    db.session.execute(db.delete(Invitation).where(Invitation.campaign_id == campaign.id))
    if event := populations.read(campaign.population).attended:
        attended.note_contacts(db.session.get_one(Event, event), by)
    drum = drum_of(campaign, max(at, campaign.opens_at or at))
    if not drum.customers:
        raise Refused(N_("No customer fits this rule; nobody would be asked."))
    inside: dict[str, list[Customer]] = {}
    for customer in drum.customers:
        inside.setdefault(stratum_of(customer, drum.rule), []).append(customer)
    sizes = {key: len(some) for key, some in inside.items()}
    strata = drawing.divided(sizes, campaign.sample_size, () if drum.rule.of_projects else drawing.CENSUS_CARDS)
    reserves = drawing.proportional(
        {key: one.size - one.drawn for key, one in strata.items() if not one.is_census}, campaign.reserve_size
    )
    filled = [_fill(campaign, strata[key], some, reserves.get(key, 0), drum, at) for key, some in inside.items()]
    campaign.strata = sorted(filled, key=lambda one: one["key"])
    campaign.drawn_at = at
    db.session.flush()
    asked = sum(one["asked"] for one in filled)
    journal.write("survey.drawn", campaign, by, became=str(campaign.seed), number=asked, size=len(drum.customers))


def _fill(
    campaign: Campaign, stratum: Stratum, inside: Sequence[Customer], reserve: int, drum: Drum, at: datetime
) -> dict:
    """Go through a stratum lot by lot until it is filled, then on for the reserve; says how it stands."""
    numbers = {one.number: one for one in inside}
    asked = kept = 0
    rows: list[Invitation] = []
    for place, number in enumerate(drawing.in_order(campaign.seed or 0, list(numbers)), 1):
        if asked == stratum.drawn and kept == reserve:
            break
        one = chosen_of(numbers[number], drum)
        is_reserve = asked == stratum.drawn
        rows += _kept(campaign, one, stratum, place, is_reserve, drum, at)
        asked, kept = asked + (bool(one.asked) and not is_reserve), kept + (bool(one.asked) and is_reserve)
    for row in rows:
        row.weight *= stratum.size / asked if asked else 0.0
    db.session.add_all(rows)
    return {"key": stratum.key, "size": stratum.size, "drawn": stratum.drawn, "asked": asked, "reserve": kept}


def _kept(
    campaign: Campaign, one: Chosen, stratum: Stratum, place: int, is_reserve: bool, drum: Drum, at: datetime
) -> list[Invitation]:
    """The invitations of one customer; their weights share it among its contacts."""
    along = {
        "campaign_id": campaign.id, "customer_id": one.customer.id, "project_id": drum.projects.get(one.customer.id),
        "stratum": stratum.key, "draw_order": place, "is_reserve": is_reserve, "made_at": at, "language": LANGUAGE,
    }  # fmt: skip
    asked = [
        Invitation(contact_id=contact.id, state="drawn", weight=1 / len(one.asked), kept_why=why, **along)
        for contact, why in one.asked
    ]
    return asked + [
        Invitation(contact_id=contact.id, state="skipped", skipped=rule, weight=0.0, **along)
        for contact, rule in one.skipped
    ]


def look_again(campaign: Campaign, at: datetime) -> Counter:
    """Who was drawn and is kept back by a rule by now is skipped, and the reserve moves up; gives how many by rule."""
    rows = _drawn(campaign)
    ids = db.select(Invitation.contact_id).where(Invitation.campaign_id == campaign.id)
    about = populations.read(campaign.population).attended
    hit = fatigue.rules_hit(ids, at, PHONE in campaign.channels, campaign.id, about)
    found: Counter = Counter()
    for row in rows:
        rule = hit.get(row.contact_id)
        if rule is None or (row.kept_why and not fatigue.RULES[rule].stands):
            continue
        row.state, row.skipped = "skipped", rule
        found[rule] += 1
        if not row.is_reserve:
            move_up(rows, row)
    db.session.flush()
    return found


def move_up(rows: Sequence[Invitation], row: Invitation) -> list[Invitation]:
    """The next customer in reserve of the same stratum comes in for this one; gives its invitations."""
    waiting = [one for one in rows if one.is_reserve and one.state == "drawn" and one.stratum == row.stratum]
    if not waiting:
        return []
    customer = min(waiting, key=lambda one: (one.draw_order, one.id)).customer_id
    came = [one for one in waiting if one.customer_id == customer]
    for one in came:
        one.is_reserve, one.replaces_id = False, row.id
    return came


def _drawn(campaign: Campaign) -> list[Invitation]:
    rows = db.select(Invitation).where(Invitation.campaign_id == campaign.id, Invitation.state == "drawn")
    return list(db.session.scalars(rows.order_by(Invitation.draw_order, Invitation.id)))


def in_words(key: str, rule: Population, managers: Mapping[int, str]) -> list[tuple[str, str]]:
    """What a stratum is made of: lists of the policy and codes, a manager by name."""
    parts = key.split(BETWEEN)
    named = {"region": "regions", "tier": "tiers"}
    said = [("cards", parts[0])]
    for name, value in zip(rule.divided_by, parts[1:], strict=False):
        called = managers.get(int(value), "") if name == "manager" and value else value
        said.append((named.get(name, ""), called))
    return [one for one in said if one[1]]
