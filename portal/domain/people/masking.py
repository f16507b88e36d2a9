"""Own words made safe for readers who must not know whose they are (R29): names, addresses and numbers are struck out."""

import re
from collections.abc import Sequence

from sqlalchemy import Select, select

from portal.db import db
from portal.domain.people.models import Contact, Customer, Person

MASK = "×××"
_ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+|(https?://|www\.)[!-~]+", re.ASCII)
_NUMBERS = re.compile(r"\d(?:[\s-]?\d){4,}")


def known_names(customers: Select) -> list[str]:
    """Names that must not be read: of these customers (their keys), of their contacts and people, of ours."""
    companies = db.session.execute(select(Customer.name, Customer.short_name).where(Customer.id.in_(customers)))
    near = Person.customer_id.is_(None) | Person.customer_id.in_(customers)
    listed = [
        *db.session.scalars(select(Contact.name).where(Contact.customer_id.in_(customers))),
        *db.session.scalars(select(Person.name).where(near)),
        *(name for pair in companies for name in pair),
    ]
    return sorted({one for one in listed if one and len(one) > 1}, key=lambda one: (-len(one), one))


def masked(text: str, names: Sequence[str]) -> str:
    """The words without who is meant: names, addresses and numbers by which somebody could be reached or known."""
    text = _NUMBERS.sub(MASK, _ADDRESSES.sub(MASK, text))
    for name in names:
        if name in text:
            text = text.replace(name, MASK)
    return text
