"""What is read while somebody of staff enters a ticket: customers by name, their projects, the questions to ask."""

from sqlalchemy import Select, or_

from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Contact, Customer, Project
from portal.domain.policy import Ask, Kind

FOUND = 20


def named(rows: Select, wanted: str) -> list[Customer]:
    """Of these customers (visible ones) those whose name, short name or number holds what is typed."""
    if wanted:
        like = f"%{wanted.replace('%', '').replace('_', '')}%"
        rows = rows.where(
            or_(*(column.ilike(like) for column in (Customer.name, Customer.short_name, Customer.number)))
        )
    return list(db.session.scalars(rows.where(Customer.closed_on.is_(None)).order_by(Customer.name).limit(FOUND)))


def projects(rows: Select, customer: Customer) -> list[Project]:
    """Of these projects (visible ones) the customer's, the newest first."""
    return list(db.session.scalars(rows.where(Project.customer_id == customer.id).order_by(Project.id.desc())))


def contacts(rows: Select, customer: Customer) -> list[Contact]:
    """Of these contacts (visible ones) the customer's, by name."""
    return list(db.session.scalars(rows.where(Contact.customer_id == customer.id).order_by(Contact.name).limit(100)))


def is_catalogue(kind: Kind) -> bool:
    """Is this the kind whose tickets are requests from the catalogue of services (R10)?"""
    return kind.code == "service"


def asks(kind: Kind, class_code: str | None, service_code: str | None, channel: str | None) -> list[Ask]:
    """Everything to be asked for this choice, each name once; what is not known yet asks nothing."""
    policy = settings.policy()
    chosen = (
        ("classes", class_code if kind.takes_class else None),
        ("services", service_code if is_catalogue(kind) else None),
        ("channels", channel),
    )
    found = {ask.name: ask for ask in kind.asks_of_staff}
    for listed, code in chosen:
        item = next((one for one in getattr(policy, listed) if one.code == code), None)
        for ask in item.asks if item else ():
            found.setdefault(ask.name, ask)
    return list(found.values())
