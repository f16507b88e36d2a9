"""Which documents there are: under way, in a customer's list, of a month."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer

UNDER_WAY = ("waiting", "working")


def under_way(**about) -> list[Document]:
    """The documents about this (columns and their values) that are not made yet, oldest first."""
    rows = db.select(Document).filter_by(**about).where(Document.state.in_(UNDER_WAY))
    return list(db.session.scalars(rows.order_by(Document.id)))


def ahead(document: Document) -> int:
    """How many are made before this one."""
    before = (Document.state.in_(UNDER_WAY), Document.id < document.id)
    return db.session.scalar(db.select(db.func.count()).select_from(Document).where(*before)) or 0


def newest(documents: Select, by_id: int, reports: Iterable[str], **params: int) -> dict[str, Document]:
    """Of each of these reports the newest one this person asked for with these parameters, by report, with its file."""
    mine = documents.where(Document.by_id == by_id, Document.report.in_(reports))
    for name, value in params.items():
        mine = mine.where(Document.params[name].as_integer() == value)
    rows = mine.options(joinedload(Document.file)).order_by(Document.id)
    return {one.report: one for one in db.session.scalars(rows)}


def last_version(customer: Customer, period: date) -> Document | None:
    """The newest report about this customer's month, made or not."""
    rows = db.select(Document).where(Document.customer_id == customer.id, Document.period == period)
    return db.session.scalar(rows.order_by(Document.version.desc()).limit(1))


def last_major(major_id: int) -> Document | None:
    """The newest report about this major complaint, made or not."""
    rows = db.select(Document).where(Document.major_id == major_id).order_by(Document.version.desc())
    return db.session.scalar(rows.limit(1))


def service_reports(
    documents: Select, customer_id: int | None = None, before: int | None = None, limit: int = 50
) -> list[Document]:
    """Service reports among `documents`, the newest first, with customer, people and file; `before`: an id."""
    rows = documents.where(Document.period.is_not(None))
    if customer_id is not None:
        rows = rows.where(Document.customer_id == customer_id)
    if before is not None:
        rows = rows.where(Document.id < before)
    parts = (Document.customer, Document.by, Document.file, Document.published_by, Document.acknowledged_by)
    return list(db.session.scalars(rows.options(*map(joinedload, parts)).order_by(Document.id.desc()).limit(limit)))


def followed(reports: Iterable[Document], among: Select) -> dict[int, str]:
    """Of these reports the ones that a later version among `among` stands for: id → number of the newest."""
    reports = list(reports)
    months = {(one.customer_id, one.period) for one in reports}
    if not months:
        return {}
    rows = among.where(
        Document.customer_id.in_({customer for customer, _ in months}),
        Document.period.in_({period for _, period in months}),
        Document.state == "ready",
    ).with_only_columns(Document.customer_id, Document.period, Document.version, Document.number)
    newest: dict[tuple, tuple[int, str]] = {}
    for customer, period, version, number in db.session.execute(rows):
        newest[customer, period] = max(newest.get((customer, period), (0, "")), (version, number))
    latest = {one.id: newest.get((one.customer_id, one.period), (0, "")) for one in reports}
    return {one.id: latest[one.id][1] for one in reports if latest[one.id][0] > one.version}


def customers(rows: Select) -> list[tuple[int, str, str]]:
    """Id, number and name of these customers that are not closed, by name: what a report can be chosen for."""
    found = rows.where(Customer.closed_on.is_(None)).order_by(Customer.name)
    columns = found.with_only_columns(Customer.id, Customer.number, Customer.name)
    return [(key, number, name) for key, number, name in db.session.execute(columns)]
