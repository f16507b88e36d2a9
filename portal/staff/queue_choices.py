"""What can be chosen in the queue's filters, in the reader's language, and how a choice is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.tickets.queue_filters import ANY, FILTERS, RAISED, Values
from portal.domain.tickets.states import FOR_STAFF
from portal.i18n import N_
from portal.staff.queue_address import Address
from portal.web.filters import words_in
from portal.web.words import gettext

STAGES = {"live": N_("Still open"), "over": N_("No longer open"), ANY: N_("All, open and over")}
DUE = {"late": N_("Overdue"), "soon": N_("Due soon"), "today": N_("Due later today")}
OWNERS = {"me": N_("Me"), "none": N_("Nobody yet")}
QUICK = ("state", "kind", "severity")
"""Filters that stand in the title row of the queue."""
FEW = ("state", "kind", "severity", "channel", "tier", "card", "region")
"""Filters with few choices, drawn as boxes to tick; several may be ticked."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """One filter as a form offers it: its name and word, what can be chosen, what is."""

    name: str
    label: str
    pairs: Pairs
    chosen: Values
    of_view: bool
    """Whether the view narrows to something here, so that nothing chosen must be said."""

    @property
    def shape(self) -> str:
        """ticks · select · day · name"""
        if self.name in FEW:
            return "ticks"
        return {"from": "day", "to": "day", "customer": "name", "provider": "name"}.get(self.name, "select")


def pairs_of(name: str, owners: Sequence[tuple[int, str]] = ()) -> Pairs:
    """The choices of one filter as (value, word)."""
    if name == "state":
        return [(state.value, gettext(word)) for state, word in FOR_STAFF.items()]
    if name == "owner":
        return _said(OWNERS) + [(str(key), person) for key, person in owners]
    if name == "class":
        return _classes()
    if listed := FILTERS[name].listed:
        return [(one.code, words_in(one.words)) for one in getattr(settings.policy(), listed)]
    return _said({"stage": STAGES, "due": DUE}.get(name, {"yes": N_("Yes"), "us": N_("With us")}))


def _classes() -> Pairs:
    """Groups and their classes, a class after the group it belongs to."""
    policy, pairs = settings.policy(), []
    for group in policy.groups():
        pairs.append((group.code, words_in(group.words)))
        pairs += [(one.code, f"　{words_in(one.words)}") for one in policy.classes_in(group.code)]
    return pairs


def _said(words: dict) -> Pairs:
    return [(value, gettext(word)) for value, word in words.items()]


def quick(address: Address) -> list[Choice]:
    """The filters of the title row; several values chosen elsewhere are one choice more."""
    found = []
    for name in QUICK:
        choice = _choice(address, name, pairs_of(name))
        several = ",".join(choice.chosen)
        if several and several not in dict(choice.pairs):
            choice.pairs.append((several, tell(name, choice.chosen)))
        found.append(choice)
    return found


def choices(address: Address, person: Person, owners, providers: Sequence, customers: Sequence) -> list[Choice]:
    """Every filter this person is offered, in the order of the table."""
    offered = [one.name for one in FILTERS.values() if one.for_handlers or not person.only_handles]
    named = {"provider": [(name, code) for code, name in providers], "customer": list(customers)}
    skipped = {"with", "watched", "my_customers", "lately"}
    return [
        _choice(address, name, named.get(name) or pairs_of(name, owners)) for name in offered if name not in skipped
    ]


def _choice(address: Address, name: str, pairs: Pairs) -> Choice:
    chosen = tuple(value for value in address.filters.get(name, ()) if value != ANY)
    return Choice(name, gettext(FILTERS[name].label), pairs, chosen, name in address.view.filters)


def chips(address: Address, owners: Iterable[tuple[int, str]]) -> list[dict]:
    """What the address narrows to beyond its view: each as words, with the way to take it away."""
    return [
        {
            "label": gettext(FILTERS[name].label),
            "words": tell(name, values, list(owners)),
            "url": address.without(name),
        }
        for name, values in address.own.items()
    ]


def tell(name: str, values: Values, owners: Sequence[tuple[int, str]] = ()) -> str:
    """Values of a filter in words; what is not known is shown as it came."""
    if ANY in values:
        return gettext("any")
    known = dict(pairs_of(name, owners)) | {RAISED: gettext("Raised")}
    return gettext(", ").join(known.get(value, value).strip("　") for value in values)
