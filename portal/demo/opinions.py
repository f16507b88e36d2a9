"""What customers of the demo company rate beside their tickets (随时评价): the service as a whole and their account managers."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from portal.db import db
from portal.demo.lives import Troupe
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.ratings import actions, follow_ups
from portal.domain.ratings.models import MANAGER, FollowUp, Rating


def rated(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Opinion by opinion over the year, in the order of time; a low one of long ago was followed up."""
    dice, said = random.Random("opinions"), troupe.told("deeds")["opinions"]
    buyers = [key for key, _ in troupe.customers if troupe.people.get(key)]
    planned = []
    for give, opinions in ((actions.rate_service, said["service"]), (actions.rate_manager, said["managers"])):
        for n, opinion in enumerate(opinions):
            person = troupe.people[buyers[(3 * n + 1) % len(buyers)]][0]
            planned.append((dice.uniform(4, 300), give, person, opinion))
    for days, give, person, (stars, words) in sorted(planned, key=lambda one: -one[0]):
        yield until - timedelta(days=days)
        low = stars <= settings.policy().limits.low_score
        row = give(_who(person), stars, words)
        if low and days > 20:
            yield until - timedelta(days=days - 2)
            _follow_up(row, troupe, said["done"])


def _who(key: int) -> Person:
    rows = db.select(Person).where(Person.id == key).options(joinedload(Person.customer))
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def _follow_up(rating: Rating, troupe: Troupe, said: str) -> None:
    key = db.session.scalar(db.select(FollowUp.id).where(FollowUp.rating_id == rating.id))
    row = follow_ups.whole(db.session.get_one(FollowUp, key))
    manager = row.rating.manager_id if row.rating.kind != MANAGER else None
    follow_ups.finish(row, db.session.get_one(Person, manager or troupe.first("supervisor")), said)
