"""The desk of the telephone survey (R28): which case comes next, what is agreed, how far each campaign and interviewer is."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Contact, Person
from portal.domain.quality.days import begins, today
from portal.domain.statistics import Outcomes
from portal.domain.surveys import outcomes
from portal.domain.surveys.answer_models import PHONE
from portal.domain.surveys.calling import ASKED, HOLD
from portal.domain.surveys.campaign_models import RUNNING, CallAttempt, Campaign, Invitation
from portal.domain.surveys.links import along


def campaigns(rows: Select) -> list[Campaign]:
    """The campaigns (of these rows) that are asked by telephone now, the one that ends first on top."""
    at = clock.now()
    open_ones = rows.where(Campaign.state == RUNNING, Campaign.opens_at <= at, Campaign.closes_at > at)
    found = db.session.scalars(open_ones.order_by(Campaign.closes_at, Campaign.id))
    return [one for one in found if PHONE in one.channels]


def _reached() -> ColumnElement[bool]:
    """Is a number known?"""
    own = db.select(Contact.id).where(Contact.phone != "")
    theirs = db.select(Contact.id).join(Person, Person.id == Contact.person_id).where(Person.phone != "")
    return db.or_(Invitation.contact_id.in_(own), Invitation.contact_id.in_(theirs))


def _its_turn(row: Campaign, at: datetime) -> ColumnElement[bool]:
    """Called when their time has come; whoever got all letters and kept silent, some days after the last one. Whoever has
    begun to answer by themselves is left to it as long."""
    wait = timedelta(days=settings.policy().surveys.remind_after_days)
    written = set(row.channels) - {PHONE}
    silent = (
        (Invitation.reminders >= len(row.reminders))
        & (db.func.coalesce(Invitation.reminded_at, Invitation.sent_at) <= at - wait)
        & (Invitation.begun_at.is_(None) | (Invitation.begun_at <= at - wait) | Invitation.caller_id.is_not(None))
        if written
        else Invitation.sent_at <= at
    )
    never = Invitation.next_call_at.is_(None) & (Invitation.outcome == "") & silent
    return (Invitation.campaign_id == row.id) & ((Invitation.next_call_at <= at) | never)


def waiting(rows: Select, campaigns: Sequence[Campaign], at: datetime) -> Select:
    """The cases (of these rows) that may be called now."""
    turns = [_its_turn(one, at) for one in campaigns]
    return rows.where(Invitation.state.in_(ASKED), db.or_(db.false(), *turns), _reached())


def next_case(rows: Select, campaigns: Sequence[Campaign], by: Person, but: int = 0) -> Invitation | None:
    """The case to take up next: what was agreed with this person, or by somebody who lets it wait, else whose turn came first.

    Nobody is given what another has in hand; called in a transaction, the row is locked against it.
    """
    at = clock.now()
    late = at - timedelta(minutes=settings.policy().calls.remind_minutes)
    free = Invitation.held_at.is_(None) | (Invitation.held_at <= at - HOLD) | (Invitation.caller_id == by.id)
    theirs = Invitation.call_agreed.is_(False) | (Invitation.caller_id == by.id) | (Invitation.next_call_at <= late)
    found = waiting(rows, campaigns, at).where(free, theirs, Invitation.id != but)
    order = (Invitation.call_agreed.desc(), Invitation.next_call_at.is_(None), Invitation.next_call_at, Invitation.id)
    return db.session.scalar(found.order_by(*order).limit(1).with_for_update(skip_locked=True, of=Invitation))


def case(key: int) -> Invitation:
    """A case with all that is read along."""
    rows = db.select(Invitation).where(Invitation.id == key).options(*along(), joinedload(Invitation.caller))
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def find(rows: Select, key: int) -> Invitation | None:
    """One of these cases."""
    return db.session.scalar(rows.where(Invitation.id == key))


def numbers(row: Invitation) -> list[str]:
    """Where the contact can be called: as the card says, then as their account says."""
    own = db.select(Person.phone).where(Person.id == row.contact.person_id)
    theirs = db.session.scalar(own) if row.contact.person_id else ""
    return list(dict.fromkeys(filter(None, (row.contact.phone, theirs))))


def agreed(rows: Select, campaigns: Sequence[Campaign], limit: int = 50) -> list[Invitation]:
    """What was agreed, the earliest first, with whom and by whom."""
    ids = [one.id for one in campaigns]
    found = rows.where(
        Invitation.campaign_id.in_(ids), Invitation.state.in_(ASKED), Invitation.call_agreed, Invitation.next_call_at.is_not(None)
    )  # fmt: skip
    found = found.options(
        joinedload(Invitation.contact), joinedload(Invitation.customer), joinedload(Invitation.caller)
    )
    return list(db.session.scalars(found.order_by(Invitation.next_call_at, Invitation.id).limit(limit)))


def counts(rows: Select, campaigns: Sequence[Campaign]) -> dict[int, int]:
    """How many of each campaign may be called now."""
    if not campaigns:
        return {}
    ready: Any = waiting(rows, campaigns, clock.now()).with_only_columns(Invitation.campaign_id, db.func.count())
    return dict(map(tuple, db.session.execute(ready.group_by(Invitation.campaign_id))))


def of_today(by: Person) -> Counter:
    """How this person's calls of today ended, by outcome."""
    mine = db.select(CallAttempt.outcome, db.func.count()).where(
        CallAttempt.by_id == by.id, CallAttempt.at >= begins(today())
    )
    return Counter(dict(map(tuple, db.session.execute(mine.group_by(CallAttempt.outcome)))))


@dataclass
class Interviewer:
    """What one interviewer did for a campaign."""

    name: str
    outcomes: Counter = field(default_factory=Counter)
    cases: int = 0
    seconds: float | None = None
    """How long an interview in full took, on average."""
    last_at: datetime | None = None

    @property
    def calls(self) -> int:
        return self.outcomes.total()

    @property
    def spoke(self) -> int:
        """Calls in which the contact decided: answered, declined, broke off."""
        return sum(n for code, n in self.outcomes.items() if outcomes.OUTCOMES[code].letters in ("I", "P", "R", "O"))

    @property
    def declined(self) -> int:
        return sum(n for code, n in self.outcomes.items() if outcomes.OUTCOMES[code].letters == "R")

    @property
    def in_full(self) -> int:
        return self.outcomes["complete"]


def interviewers(rows: Select, campaign: Campaign) -> list[Interviewer]:
    """Who called for it (calls of these invitations), whoever did most first; three statements."""
    keys = rows.where(Invitation.campaign_id == campaign.id).with_only_columns(Invitation.id)
    mine = CallAttempt.invitation_id.in_(keys)
    by_outcome = (
        db.select(CallAttempt.by_id, Person.name, CallAttempt.outcome, db.func.count(), db.func.max(CallAttempt.at))
        .join(Person, Person.id == CallAttempt.by_id)
        .where(mine)
        .group_by(CallAttempt.by_id, Person.name, CallAttempt.outcome)
    )
    found: dict[int, Interviewer] = {}
    for key, name, outcome, number, last in map(tuple, db.session.execute(by_outcome)):
        one = found.setdefault(key, Interviewer(name))
        one.outcomes[outcome] += number
        one.last_at = max(filter(None, (one.last_at, last)))
    seconds = db.case((CallAttempt.outcome == "complete", CallAttempt.seconds))
    sums = db.select(
        CallAttempt.by_id, db.func.count(db.distinct(CallAttempt.invitation_id)), db.func.avg(seconds)
    ).where(mine)
    for key, cases, average in map(tuple, db.session.execute(sums.group_by(CallAttempt.by_id))):
        found[key].cases, found[key].seconds = cases, float(average) if average is not None else None
    return sorted(found.values(), key=lambda one: (-one.in_full, -one.calls, one.name))


@dataclass
class Standing:
    """How the cases of a campaign stand, by outcome, and the rates that follow from it."""

    by_outcome: dict[str, int]
    rates: Outcomes
    calls: int

    @property
    def cases(self) -> int:
        return sum(self.by_outcome.values())


def standing(rows: Select, campaign: Campaign) -> Standing:
    """The cases that were asked, those replaced among them (AAPOR keeps them in the base)."""
    was_asked = Invitation.state.in_(("invited", "begun", "answered", "refused", "withdrawn", "ended"))
    counted = (
        rows.where(Invitation.campaign_id == campaign.id, was_asked)
        .with_only_columns(Invitation.state, Invitation.outcome, db.func.count())
        .group_by(Invitation.state, Invitation.outcome)
    )
    cases: list[Any] = list(map(tuple, db.session.execute(counted)))
    by_outcome: dict[str, int] = defaultdict(int)
    for state, outcome, number in cases:
        by_outcome["complete" if state == "answered" else outcome] += number
    keys = rows.where(Invitation.campaign_id == campaign.id).with_only_columns(Invitation.id)
    calls = db.select(db.func.count()).select_from(CallAttempt).where(CallAttempt.invitation_id.in_(keys))
    return Standing(dict(by_outcome), outcomes.summed(cases), db.session.scalar(calls) or 0)
