"""Which figures somebody wants to see, as it travels in the address: a month and whom it is about."""

from dataclasses import dataclass, replace
from datetime import date

from flask import abort, request, url_for

from portal import clock
from portal.access.door import me
from portal.access.scopes import visible
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.quality import units
from portal.domain.quality.counting import SCOPES, TOTAL, Scope
from portal.domain.quality.facts import month_of
from portal.domain.quality.units import EVERYBODY, Named
from portal.i18n import N_
from portal.web import filters, months
from portal.web.filters import words_in
from portal.web.paging import row_number, typed
from portal.web.words import gettext

MONTHS = 25
"""How far back the choice of months goes."""
GROUPS = {
    "department": N_("Departments"),
    "provider": N_("Providers"),
    "manager": N_("Account managers"),
}


@dataclass(frozen=True)
class Address:
    """A month (its first day), a scope and its name; `choices`: what else could be chosen."""

    month: date
    named: Named
    choices: tuple[Named, ...] = ()
    unknown: str = ""
    """A customer that was typed and is not there."""

    @property
    def scope(self) -> Scope:
        return self.named.scope

    @property
    def name(self) -> str:
        return words_in(self.named.words)

    @property
    def code(self) -> str:
        return code_of(self.scope)

    @property
    def is_running(self) -> bool:
        return self.month >= month_of(clock.now())

    def args(self, **more) -> dict:
        """The arguments of an address that means the same."""
        given = {"month": months.code_of(self.month), "of": None if self.scope == TOTAL else self.code}
        return {name: value for name, value in (given | more).items() if value is not None}

    def url(self, endpoint: str = "figures.index", **more) -> str:
        return url_for(endpoint, **self.args(**more))

    def at(self, month: date) -> "Address":
        return replace(self, month=month)


def code_of(scope: Scope) -> str:
    """total, provider-3."""
    return scope.sort if scope == TOTAL else f"{scope.sort}-{scope.id}"


def read() -> Address:
    """What the address asks for; 404 for a scope that is not there. One or two statements."""
    this = month_of(clock.now())
    month = min(months.month_of(request.args.get("month")) or this, this)
    choices = tuple(units.choices(visible(Department, me()), visible(Provider, me()), visible(Person, me())))
    wanted = typed(request.args.get("customer"))
    if wanted and (found := units.customer(visible(Customer, me()), wanted)):
        return Address(month, found, choices)
    return Address(month, _named(request.args.get("of", "total"), choices), choices, wanted)


def read_month() -> Address:
    """Only the month that the address asks for; asks the database nothing."""
    this = month_of(clock.now())
    return Address(min(months.month_of(request.args.get("month")) or this, this), EVERYBODY)


def _named(code: str, choices: tuple[Named, ...]) -> Named:
    sort, _, key = code.partition("-")
    if sort not in SCOPES:
        return EVERYBODY
    number = row_number(key) or 0
    if sort == "customer":
        return units.customer_of(visible(Customer, me()), number) or abort(404)
    return next((one for one in choices if one.scope == Scope(sort, number)), None) or abort(404)


def month_choices(address: Address) -> list[tuple[str, str]]:
    """The months that can be chosen, the newest first."""
    return months.choices(month_of(clock.now()), address.month, MONTHS)


def _called(one: Named) -> str:
    """Its name; of what is no more since when."""
    if one.closed_on is None:
        return words_in(one.words)
    return f"{words_in(one.words)} ({filters.ended(one.closed_on)})"


def scope_choices(address: Address) -> list[tuple[str, list[tuple[str, str]]]]:
    """Whom figures can be about, by group: (group, [(code, name)])."""
    return [
        (
            gettext(label),
            [(code_of(one.scope), _called(one)) for one in address.choices if one.scope.sort == sort],
        )
        for sort, label in GROUPS.items()
    ]
