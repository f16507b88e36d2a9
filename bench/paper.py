"""Service reports of a customer's month on paper: `python -m bench.paper /tmp/bench/100k`.

Of the customers with the most tickets in the last month but one: what it takes to gather the facts, to write the page and
to typeset it, how many pages it has, and the most memory the typesetter held. The first pays for loading the fonts.
"""

import argparse
import json
import os
import time
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.app import create_app
from portal.config import from_environment
from portal.db import db
from portal.domain.journal import Entry
from portal.domain.people.models import Customer
from portal.domain.quality.days import bounds
from portal.domain.quality.facts import before, month_of
from portal.domain.ratings.models import Rating
from portal.domain.tickets.models import Message, Ticket
from portal.reports import pdf, registry
from portal.reports.gathering.month_rows import Rows
from portal.reports.gathering.plain import house
from portal.reports.gathering.service_month import service_month

MANY = 5


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("data", type=Path)
    given = asked.parse_args()
    facts = json.loads((given.data / "bench.json").read_text())
    os.environ.update(PORTAL_DATA=str(given.data), PORTAL_DATABASE_URL=facts["url"])
    app = create_app(from_environment(data=given.data, testing=True))
    with app.app_context():
        _measure()
        db.session.remove()
        db.engine.dispose()


def _measure() -> None:
    month = before(month_of(clock.now()), 2)
    begin, end = bounds(month)
    most = select(Ticket.customer_id).where(Ticket.opened_at >= begin, Ticket.opened_at < end)
    most = most.group_by(Ticket.customer_id).order_by(func.count().desc(), Ticket.customer_id).limit(MANY)
    rows = Rows(*(select(model) for model in (Ticket, Message, Rating, Entry)))
    print(f"{'tickets':>7} {'pages':>5} {'gathered s':>10} {'written s':>9} {'typeset s':>9} {'MB':>5}")
    for key in db.session.scalars(most).all():
        customer = db.session.get_one(Customer, key, options=[joinedload(Customer.account_manager)])
        begun = time.perf_counter()
        report = service_month(rows, customer, month, number=f"FW-{month:%Y%m}-{customer.number}-01", snapshot_id="1")
        gathered = time.perf_counter()
        html = registry.render_html("service-month", report, "zh", house())
        written = time.perf_counter()
        paper = pdf.print_paper(html, title="月度服务报告", language="zh")
        print(
            f"{report.opened:>7} {paper.pages:>5} {gathered - begun:>10.2f} {written - gathered:>9.2f} "
            f"{paper.seconds:>9.2f} {paper.memory / 1e6:>5.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
