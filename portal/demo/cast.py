"""Who lives in the demo world: the company, its staff, its service providers and its key customers."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.demo.reading import record, table


@dataclass(frozen=True, slots=True)
class Company:
    """The company that runs the portal; `accent` is the colour of its pages as #rrggbb."""

    name: str
    short_name: str
    accent: str
    hotline: str
    email: str
    address: str


@dataclass(frozen=True, slots=True)
class DepartmentOf:
    """A responsible department; `code` is the policy pack's."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Staff:
    """One of the company's people, or a handler of a provider (then `provider` holds its code)."""

    key: str
    name: str
    email: str
    phone: str
    title: str
    roles: tuple[str, ...] = ("handler",)
    department: str | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderOf:
    """A service provider: what it works at, its stars (1–5) as of today, its handlers."""

    code: str
    name: str
    region: str
    works: str
    stars: int
    handlers: tuple[Staff, ...]


@dataclass(frozen=True, slots=True)
class ContactOf:
    """A contact at a customer; `login` is a customer role, or none for somebody who cannot sign in."""

    name: str
    title: str
    role: str
    phone: str
    email: str
    login: str | None = None
    birthday: str | None = None
    """Month and day, MM-DD."""
    preference: str = ""


@dataclass(frozen=True, slots=True)
class CustomerOf:
    """A key customer; `share` is its part of a year's sales in percent, `manager` a key of staff."""

    key: str
    name: str
    short_name: str
    industry: str
    tier: str
    card: str
    region: str
    share: float
    manager: str
    sharing: str
    overview: str
    credit_limit: int
    """In yuan."""
    payment_terms: str
    projects: tuple[str, ...]
    contacts: tuple[ContactOf, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody. `staff` are the company's own; a provider's handlers stand with the provider."""

    company: Company
    departments: tuple[DepartmentOf, ...]
    staff: tuple[Staff, ...]
    providers: tuple[ProviderOf, ...]
    customers: tuple[CustomerOf, ...]


@cache
def cast(pack: str) -> Cast:
    """The cast of a pack's company as its cast.toml and customers.toml tell it. Raises ValueError naming the record that is wrong."""
    told = table(pack, "cast")
    return Cast(
        company=record(Company, told["company"], "company"),
        departments=tuple(record(DepartmentOf, one, "department") for one in told["department"]),
        staff=tuple(record(Staff, one, f"staff {one.get('key')}") for one in told["staff"]),
        providers=tuple(_provider(one) for one in told["provider"]),
        customers=tuple(_customer(one) for one in table(pack, "customers")["customer"]),
    )


def _provider(one: dict[str, Any]) -> ProviderOf:
    code = one["code"]
    handlers = [record(Staff, {**who, "provider": code}, f"provider {code}") for who in one["handlers"]]
    return record(ProviderOf, {**one, "handlers": handlers}, f"provider {code}")


def _customer(one: dict[str, Any]) -> CustomerOf:
    where = f"customer {one.get('key')}"
    contacts = [record(ContactOf, who, where) for who in one["contacts"]]
    return record(CustomerOf, {**one, "contacts": contacts}, where)
