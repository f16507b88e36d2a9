"""What customers of the demo company rate beside their tickets (随时评价): the service as a whole and their account managers."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy.orm import joinedload

from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.quality.days import zone
from portal.domain.ratings import actions, follow_ups
from portal.domain.ratings.models import MANAGER, FollowUp

LEFT = 5
"""Low ratings of so many last days may still wait for somebody."""


def rated(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Opinion by opinion over the year, in the order of time; the last low one came two days ago."""
    dice, said = random.Random("opinions"), troupe.told("deeds")["opinions"]
    buyers = [key for key, _ in troupe.customers if troupe.people.get(key)]
    planned = []
    for give, opinions in ((actions.rate_service, said["service"]), (actions.rate_manager, said["managers"])):
        for n, opinion in enumerate(opinions):
            person = troupe.people[buyers[(3 * n + 1) % len(buyers)]][0]
            is_last = give is actions.rate_manager and opinion[0] <= settings.policy().limits.low_score
            planned.append((2 if is_last else dice.uniform(4, 300), give, person, opinion))
    for days, give, person, (stars, words) in sorted(planned, key=lambda one: -one[0]):
        yield hours.as_customers_write(until - timedelta(days=days), dice, until)
        give(_who(person), stars, words)


def followed(troupe: Troupe, begins: datetime, until: datetime) -> Iterator[datetime]:
    """Twice a week whoever sees to low ratings has rung up those who gave them."""
    words, dice = cycle(troupe.told("deeds")["opinions"]["done"]), random.Random("followed")
    day = begins.astimezone(zone()).date()
    while (at := hours.at_desk_from(day, dice)) < until - timedelta(days=LEFT):
        yield at
        old = (FollowUp.done_at.is_(None), FollowUp.opened_at < at - timedelta(days=1))
        for key in db.session.scalars(db.select(FollowUp.id).where(*old).order_by(FollowUp.id)).all():
            _finish(follow_ups.whole(db.session.get_one(FollowUp, key)), troupe, next(words))
        day += timedelta(days=3 if day.weekday() < 3 else 4)


def _who(key: int) -> Person:
    rows = db.select(Person).where(Person.id == key).options(joinedload(Person.customer))
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def _finish(row: FollowUp, troupe: Troupe, said: str) -> None:
    manager = row.rating.manager_id if row.rating.kind != MANAGER else None
    follow_ups.finish(row, db.session.get_one(Person, manager or troupe.first("supervisor")), said)
