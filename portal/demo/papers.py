"""The demo's papers, made by the real worker's hands at the end of its year: service reports, the report on a major complaint."""

from datetime import datetime, timedelta

from portal import clock
from portal.access import papers
from portal.db import db, transaction
from portal.demo.lives import Troupe
from portal.domain.documents import actions, queries
from portal.domain.people.models import Customer, Person
from portal.domain.quality.days import first, following, zone
from portal.reports import making

CUSTOMERS = 2
"""How many customers have their reports of the last two months."""


def make(at: datetime) -> None:
    """Make all that was asked for, at this moment."""
    with clock.frozen_at(at):
        while making.make_next(papers):
            pass


def published(troupe: Troupe, until: datetime) -> None:
    """Service reports: asked for, made, published; the first of each customer is confirmed as read."""
    at = until - timedelta(minutes=50)
    make(at)
    with clock.frozen_at(at):
        month = first(until.astimezone(zone()).date())
        for key, _ in troupe.customers[:CUSTOMERS]:
            for back in (2, 1):
                with transaction():
                    customer = db.session.get_one(Customer, key)
                    manager = db.session.get_one(Person, customer.account_manager_id or troupe.first("supervisor"))
                    actions.ask_for_report(customer, following(month, -back), manager, "zh_Hans_CN")
                make(at)
    with clock.frozen_at(until - timedelta(minutes=20)), transaction():
        for key, _ in troupe.customers[:CUSTOMERS]:
            _publish(key, month, troupe)


def _publish(key: int, month, troupe: Troupe) -> None:
    customer = db.session.get_one(Customer, key)
    manager = db.session.get_one(Person, customer.account_manager_id or troupe.first("supervisor"))
    for back in (2, 1):
        report = queries.last_version(customer, following(month, -back))
        if report is not None and report.state == "ready":
            actions.publish(report, manager)
            if back == 2:
                actions.acknowledge(report, db.session.get_one(Person, troupe.people[key][0]))
