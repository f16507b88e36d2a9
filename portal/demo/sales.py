"""What the customers of the demo company spend: entered by their account managers at the beginning, and each January for the year before."""

import random
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from portal.db import db
from portal.demo.lives import Troupe
from portal.domain import settings
from portal.domain.people import sales
from portal.domain.people.models import Customer, Person

SPENT = {"strategic": (2600, 7800), "key": (620, 2100), "ordinary": (60, 480)}
"""In ten thousand yuan a year, by tier."""
GROWTH = (-0.12, 0.24)
EARLIER = 2
"""So many years are known at the beginning."""


def entered(troupe: Troupe, begins: datetime, until: datetime) -> Iterator[datetime]:
    """The years before the beginning, then each January the year that has ended."""
    dice = random.Random("sales")
    zone = ZoneInfo(settings.company().zone)
    first = begins.astimezone(zone).year
    amounts: dict[int, float] = {}
    yield begins
    for year in range(first - EARLIER, first):
        _enter(troupe, dice, amounts, year)
    for year in range(first, until.astimezone(zone).year):
        yield datetime(year + 1, 1, 12, 10, 30, tzinfo=zone)
        _enter(troupe, dice, amounts, year)


def _enter(troupe: Troupe, dice: random.Random, amounts: dict[int, float], year: int) -> None:
    for key, _ in troupe.customers:
        customer = db.session.get_one(Customer, key)
        manager = db.session.get(Person, customer.account_manager_id or 0)
        by = manager or db.session.get_one(Person, troupe.first("supervisor"))
        before = amounts.get(key)
        amount = dice.uniform(*SPENT[customer.tier]) if before is None else before * (1 + dice.uniform(*GROWTH))
        amounts[key] = round(amount)
        sales.enter(customer, by, year, amounts[key])
