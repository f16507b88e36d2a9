"""Sales of customers by year (年销售额, 万元): entered by staff, never shown to customers; whose voice a survey has heard, in money."""

from collections.abc import Sequence

from sqlalchemy import Select

from portal.db import db
from portal.domain import journal
from portal.domain.people.models import Customer, Person, Sales
from portal.domain.quality.days import today
from portal.domain.refusals import Refused
from portal.i18n import N_

EARLIEST = 2000
MOST = 10_000_000
"""In ten thousand yuan: a hundred billion."""


def enter(customer: Customer, by: Person, year: int, amount: float) -> None:
    """The sales of a year; what was entered before stands in the journal."""
    if not EARLIEST <= year <= today().year:
        raise Refused(N_("Please give a year from {earliest} to this one."), earliest=EARLIEST).beside("year")
    if not 0 <= amount <= MOST:
        raise Refused(N_("Please give an amount in ten thousand yuan, from 0 to {most}."), most=MOST).beside("amount")
    db.session.execute(db.select(Customer.id).where(Customer.id == customer.id).with_for_update())
    row = db.session.scalar(db.select(Sales).where(Sales.customer_id == customer.id, Sales.year == year))
    was = row.amount if row else None
    if was == amount:
        return
    if row is None:
        db.session.add(row := Sales(customer_id=customer.id, year=year, amount=amount))
    row.amount = amount
    told = {"was": "" if was is None else _said(was), "became": _said(amount)}
    journal.write("customer.sales_entered", customer, by, year=str(year), **told)


def _said(amount: float) -> str:
    """To the yuan, without noughts that say nothing."""
    return f"{amount:.4f}".rstrip("0").rstrip(".")


def of(customer: Customer) -> Sequence[Sales]:
    """The years of a customer, the newest first."""
    rows = db.select(Sales).where(Sales.customer_id == customer.id)
    return db.session.scalars(rows.order_by(Sales.year.desc())).all()


def year_before(year: int) -> int | None:
    """The year by which is weighed: the last one before this that has figures, else the first that has."""
    newest = db.select(db.func.max(Sales.year)).where(Sales.year < year)
    return db.session.scalar(newest) or db.session.scalar(db.select(db.func.min(Sales.year)))


def in_year(year: int | None, customers: Select) -> dict[int, float]:
    """The sales of these customers (a selection of their ids) in a year; nothing for those of whom none are known."""
    rows = db.select(Sales.customer_id, Sales.amount).where(Sales.year == year, Sales.customer_id.in_(customers))
    return dict(map(tuple, db.session.execute(rows)))
