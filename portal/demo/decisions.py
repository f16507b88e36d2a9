"""What the demo company's administrator decided in its year: some at once, one for a day to come, one not decided yet."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.domain import drafts, policy_changes, revisions, settings
from portal.domain.people.models import Person
from portal.domain.policy_changes import Change
from portal.domain.policy_reading import write

PATIENT, QUICK = 45, 12
"""Days in which a closed ticket may be reopened, from next month on; hours to the first contact, as proposed."""


def taken(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Decision by decision, each at its moment."""
    administrator, said = troupe.first("administrator"), troupe.told("deeds")["decisions"]
    yield hours.ago(until, 120, "region")
    _decide(administrator, said["region_why"], Change("put", "regions", value=said["region"]))
    yield hours.ago(until, 60, "hours")
    _tell_the_hours(administrator, said["hours_why"])
    yield hours.ago(until, 6, "patient")
    limits = write(settings.policy().limits) | {"reopen_days": PATIENT}
    _decide(administrator, said["patient_why"], Change("set", "limits", value=limits), _next_month())
    yield hours.work_day(until, 1, 16.2)
    _propose(administrator)


def _decide(by: int, why: str, change: Change, on=None) -> None:
    policy_changes.decide(db.session.get_one(Person, by), why, change, revisions.head("policy"), on)


def _tell_the_hours(by: int, why: str) -> None:
    who = db.session.get_one(Person, by)
    settings.change("company", who, why, hotline_hours="08:00–18:00")


def _propose(by: int) -> None:
    rule = write(settings.policy().clock("first_contact")) | {"promise": {"amount": QUICK, "unit": "hours"}}
    change = Change("put", "clocks", "first_contact", rule)
    proposal = {"change": change.kept(), "drawn_from": revisions.head("policy")}
    drafts.save(db.session.get_one(Person, by), "settings/clocks/first_contact", proposal)


def _next_month():
    today = settings.today()
    return (today.replace(day=1) + timedelta(days=40)).replace(day=1)
