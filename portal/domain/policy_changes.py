"""Changing the policy: one change at a time, for now or for a day to come, never behind anybody's back.

A promise that was given stays as it was given (its row names its revision); what begins later begins by the policy
of then. A change for an earlier day is carried into what is planned for later ones, or refused where that says
something else about the same thing.
"""

from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal import clock
from portal.db import db
from portal.domain import revisions, settings
from portal.domain.differences import name_of
from portal.domain.people import parties
from portal.domain.people.models import Person
from portal.domain.policy import INHERITED, Policy, dump, read_policy
from portal.domain.policy_checks import mistakes
from portal.domain.policy_reading import Mistake, write
from portal.domain.refusals import Refused, Stale
from portal.domain.settings import Revision
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

AHEAD = timedelta(days=2 * 366)


class PlannedOtherwise(Refused):
    """Something else is planned for a later day: the day decides which of the two holds."""


@dataclass(frozen=True)
class Change:
    """One change of the policy.

    put: an item of a list, new where `code` is empty · set: a whole section · order: the items' codes in their new
    order · retire: no longer offer an item · offer: offer it again · restore: what revision `value` says.
    """

    verb: str
    section: str = ""
    code: str = ""
    value: Any = None

    def kept(self) -> dict:
        """As a document, for a draft; `Change(**it)` makes it again."""
        return asdict(self)

    def applied(self, document: dict) -> dict:
        """A policy's document with this change. Raises Refused where its item is not there."""
        fresh = _following_groups(deepcopy(document))
        getattr(self, f"_{self.verb}")(fresh)
        return _following_groups(fresh) if self.section == "classes" else fresh

    def touched(self, document: dict) -> Any:
        """What it takes the place of: where two documents agree on that, it means the same in both."""
        if self.verb == "restore":
            return document
        if self.verb == "order":
            return [name_of(item) for item in document[self.section]]
        if self.verb == "set":
            return document.get(self.section)
        return next((item for item in _all(document, self.section) if name_of(item) == self.code), None)

    def _put(self, document: dict) -> None:
        items = document.setdefault(self.section, [])
        if not self.code:
            items.append(self.value)
            return
        items[self._at(items)] = self.value

    def _set(self, document: dict) -> None:
        document[self.section] = self.value

    def _order(self, document: dict) -> None:
        wanted = {code: number for number, code in enumerate(self.value)}
        document[self.section].sort(key=lambda item: wanted.get(str(name_of(item)), len(wanted)))

    def _retire(self, document: dict) -> None:
        items = document[self.section]
        at = self._at(items)
        if "code" in items[at]:
            whole = write(getattr(read_policy(document), self.section)[at])
            document.setdefault("retired", {}).setdefault(self.section, []).append(whole)
        del items[at]

    def _offer(self, document: dict) -> None:
        items = document.get("retired", {}).get(self.section, [])
        document[self.section].append(items.pop(self._at(items)))

    def _restore(self, document: dict) -> None:
        document.clear()
        document.update(deepcopy(settings.document_of(self.value)))

    def _at(self, items: list[dict]) -> int:
        found = next((number for number, item in enumerate(items) if name_of(item) == self.code), None)
        if found is None:
            raise Refused(N_("This item is no longer there."))
        return found


def _all(document: dict, section: str) -> list[dict]:
    return [*document.get(section, []), *document.get("retired", {}).get(section, [])]


def _following_groups(document: dict) -> dict:
    """A class that says the same as its group says nothing: it follows the group when that changes."""
    try:
        policy = read_policy(document)
    except Mistake:
        return document
    groups = {group.code: group for group in policy.classes if group.is_group}
    for raw, klass in zip(document["classes"], policy.classes, strict=True):
        if group := groups.get(klass.parent or ""):
            for name in INHERITED:
                if getattr(klass, name) == getattr(group, name):
                    raw.pop(name, None)
    return document


def proposed(change: Change, on: date | None = None) -> tuple[Policy, dict]:
    """The policy that would be changed, as it will hold on that day, and the document it would become."""
    base = settings.policy_id() if on is None else revisions.in_force_at("policy", begins(on) or clock.now())
    return settings.policy(base), change.applied(settings.document_of(base))


def wrong(document: dict) -> list[Mistake]:
    """Everything in a document that does not fit; nothing where it can be decided."""
    try:
        return list(mistakes(read_policy(document)))
    except Mistake as first:
        return [first]


def begins(on: date) -> datetime | None:
    """The moment from which a decision for this day holds: its midnight here; none for today, which is at once."""
    zone = ZoneInfo(settings.company().zone)
    today = clock.now().astimezone(zone).date()
    if on < today:
        raise Refused(N_("A day that is over cannot be decided about; choose today or a day to come.")).beside("on")
    if on > today + AHEAD:
        raise Refused(N_("This is too far ahead: two years at most.")).beside("on")
    return None if on == today else datetime.combine(on, time(), zone)


def decide(by: Person, why: str, change: Change, drawn_from: int, on: date | None = None) -> int:
    """Decide a change, for today or a day to come. Gives its revision. `drawn_from`: the newest its writer knew of."""
    if drawn_from != revisions.head("policy"):
        raise Stale(revisions.CHANGED)
    holds_from = begins(on) if on else None
    base = revisions.in_force_at("policy", holds_from or clock.now())
    later = [
        plan for plan in revisions.plans("policy") if plan.holds_from and plan.holds_from > (holds_from or clock.now())
    ]
    before = settings.document_of(base)
    ends = [*(plan.holds_from for plan in later), None]
    number = _laid_down(by, why, change.applied(before), base, holds_from, ends[0])
    for plan, until in zip(later, ends[1:], strict=True):
        number = _carried(by, change, before, plan, number, until)
    parties.found_departments(settings.policy(number).departments, by)
    return number


def _laid_down(
    by: Person, why: str, document: dict, base: int, holds_from: datetime | None, until: datetime | None
) -> int:
    for mistake in wrong(document):
        raise Refused(N_("This does not fit the other rules: {wrong}"), wrong=str(mistake))
    if dump(settings.parsed(document)) == dump(settings.policy(base)):
        raise Refused(N_("Nothing would change."))
    parties.need_open_leads(settings.parsed(document), until)
    return settings.adopt("policy", document, by, why, holds_from, base)


def _carried(by: Person, change: Change, before: dict, plan: Revision, base: int, until: datetime | None) -> int:
    """What is planned for later, with this change in it too."""
    planned = settings.document_of(plan.id)
    day = plan.holds_from.astimezone(ZoneInfo(settings.company().zone)).date() if plan.holds_from else None
    if change.touched(planned) != change.touched(before):
        raise PlannedOtherwise(
            N_("A change of the same part is planned for {day}; this one would be undone by it. Choose {day} or a later day, or withdraw that plan first."),
            day=day,
        )  # fmt: skip
    document = change.applied(planned)
    if wrong(document):
        raise PlannedOtherwise(N_("This does not fit what is planned for {day}. Withdraw that plan first."), day=day)
    parties.need_open_leads(settings.parsed(document), until)
    return settings.adopt("policy", document, by, plan.why, plan.holds_from, base)


def open_tickets() -> int:
    """How many tickets are worked on now: they keep the promises they were given."""
    return db.session.scalar(db.select(db.func.count(Ticket.id)).where(Ticket.is_live)) or 0
