"""Lists and figures of campaigns (R27): which there are, whom one asks and how far it is, who wants no more surveys."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.journal import Entry
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.surveys.campaign_models import DRAFT, RUNNING, Campaign, Invitation, OptOut
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.outcomes import OUTCOMES
from portal.i18n import N_

CHOICES = {
    "live": N_("Running and being prepared"), "running": N_("Under way"), "draft": N_("Being prepared"), "closed": N_("Ended"),
    "cancelled": N_("Called off"),
}  # fmt: skip
PEOPLE = {
    "open": N_("Not answered yet"), "answered": N_("Answered"), "drawn": N_("To be asked"), "reserve": N_("Reserve"),
    "skipped": N_("Passed over"), "kept": N_("Asked all the same"), "trouble": N_("Could not be asked"), "all": N_("All"),
}  # fmt: skip
STATES = {
    "drawn": N_("To be asked"), "skipped": N_("Passed over"), "invited": N_("Invited"), "begun": N_("Has begun"),
    "answered": N_("Answered"), "refused": N_("Declined to answer"), "withdrawn": N_("Replaced"), "ended": N_("Not answered"),
}  # fmt: skip
TONES = {"invited": "info", "begun": "info", "answered": "good", "refused": "bad", "ended": "warn"}


@dataclass
class Figures:
    """How far a campaign is, counted in contacts, but for `customers` and `customers_heard`."""

    by_state: Counter = field(default_factory=Counter)
    reserve: int = 0
    ineligible: int = 0
    """Left, wrong address, quota: out of every base (formulas 3.8)."""
    bounced: int = 0
    strata: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    """By stratum: asked, answered, reserve, skipped."""

    @property
    def asked(self) -> int:
        """Whoever got a letter or a call, also who was replaced, but for those no longer eligible: the base of RR1."""
        return sum(self.by_state[one] for one in ("invited", "begun", "answered", "refused", "ended", "withdrawn"))

    @property
    def answered(self) -> int:
        return self.by_state["answered"]

    @property
    def rate(self) -> float | None:
        """RR1: full answers by all who were asked and are eligible, as a share of one (formulas 3.8)."""
        return self.answered / self.asked if self.asked else None


def listing(rows: Select, which: str, before: int | None, limit: int) -> list[Campaign]:
    """Campaigns (of these rows), the newest first."""
    states = (DRAFT, RUNNING) if which == "live" else (which,)
    found = rows.where(Campaign.state.in_(states)).options(joinedload(Campaign.made_by))
    if before is not None:
        found = found.where(Campaign.id < before)
    return list(db.session.scalars(found.order_by(Campaign.id.desc()).limit(limit)))


def figures(rows: Select, keys: Iterable[int]) -> dict[int, Figures]:
    """How far these campaigns are, counted among these invitations, in one statement."""
    found = {key: Figures() for key in keys}
    counted = (
        rows.where(Invitation.campaign_id.in_(found))
        .with_only_columns(
            Invitation.campaign_id, Invitation.stratum, Invitation.state, Invitation.is_reserve, Invitation.outcome,
            db.func.count(),
        )
        .group_by(
            Invitation.campaign_id, Invitation.stratum, Invitation.state, Invitation.is_reserve, Invitation.outcome
        )
    )  # fmt: skip
    for key, stratum, state, is_reserve, outcome, number in db.session.execute(counted) if found else ():
        one = found[key]
        part = one.strata[stratum]
        if state == "drawn" and is_reserve:
            one.reserve += number
            part["reserve"] += number
            continue
        if outcome in OUTCOMES and OUTCOMES[outcome].letters == "X":
            one.ineligible += number
            continue
        one.by_state[state] += number
        one.bounced += number if outcome == "bounced" else 0
        name = {"skipped": "skipped", "drawn": "drawn"}.get(state, "asked")
        part[name] += number
        part["answered"] += number if state == "answered" else 0
    return found


def people(rows: Select, campaign: Campaign, which: str, after: int | None, limit: int) -> list[Invitation]:
    """Whom the campaign asks (of the visible rows), in the order of the draw, with contact and customer."""
    rows = rows.where(Invitation.campaign_id == campaign.id)
    rows = rows.options(joinedload(Invitation.contact), joinedload(Invitation.customer), joinedload(Invitation.project))
    shown = {
        "open": Invitation.state.in_(("invited", "begun")),
        "answered": Invitation.state == "answered",
        "drawn": (Invitation.state == "drawn") & Invitation.is_reserve.is_(False),
        "reserve": (Invitation.state == "drawn") & Invitation.is_reserve.is_(True),
        "skipped": Invitation.state == "skipped",
        "kept": Invitation.kept_why != "",
        "trouble": Invitation.state.in_(("withdrawn", "refused")) | (Invitation.outcome == "bounced"),
    }
    if which in shown:
        rows = rows.where(shown[which])
    if after is not None:
        rows = rows.where(Invitation.id > after)
    return list(db.session.scalars(rows.order_by(Invitation.id).limit(limit)))


def sample_letter(rows: Select, campaign: Campaign) -> Invitation | None:
    """The first who is to be asked, for the letter before it leaves."""
    rows = rows.where(Invitation.campaign_id == campaign.id, Invitation.state != "skipped")
    customer = joinedload(Invitation.customer).joinedload(Customer.account_manager)
    rows = rows.options(customer, joinedload(Invitation.contact), joinedload(Invitation.project))
    return db.session.scalar(rows.order_by(Invitation.is_reserve, Invitation.id).limit(1))


def opt_outs(rows: Select, before: int | None, limit: int) -> list[tuple[OptOut, Contact, Customer]]:
    """Who wants no more surveys (of the visible rows), the newest first."""
    found = (
        rows.where(OptOut.ended_at.is_(None))
        .join(Contact, Contact.id == OptOut.contact_id)
        .join(Customer, Customer.id == Contact.customer_id)
        .add_columns(Contact, Customer)
    )
    if before is not None:
        found = found.where(OptOut.id < before)
    return [tuple(one) for one in db.session.execute(found.order_by(OptOut.id.desc()).limit(limit))]


def history(campaign: Campaign, limit: int = 40) -> list[Entry]:
    """What happened to it, newest first, with who did it."""
    of = (Entry.record == "campaign", Entry.record_id == campaign.id)
    rows = db.select(Entry).where(*of).options(joinedload(Entry.by)).order_by(Entry.id.desc())
    return list(db.session.scalars(rows.limit(limit)))


def names(ids: Sequence[int]) -> dict[int, str]:
    """People by their numbers."""
    rows = db.select(Person.id, Person.name).where(Person.id.in_(ids))
    return dict(map(tuple, db.session.execute(rows))) if ids else {}


def version_of(campaign: Campaign) -> QuestionnaireVersion:
    """The version of the questionnaire it asks, with the questionnaire."""
    rows = db.select(QuestionnaireVersion).where(QuestionnaireVersion.id == campaign.questionnaire_version_id)
    return db.session.scalars(rows.options(joinedload(QuestionnaireVersion.questionnaire))).one()
