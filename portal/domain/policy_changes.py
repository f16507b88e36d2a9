"""Single decisions about the policy that holds: limits, warnings, hours, closing promises. Each is a new revision.

A promise that was given stays as it was given (its row names its revision); what begins later begins by the new one.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import time

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.policy import ClockRule, Policy, dump, parse
from portal.domain.policy_reading import Mistake
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.working_time import Promise, Reckoning, Unit

LIMITS = ("reopen_days", "call_attempts", "undo_seconds", "low_score")
WARNINGS = ("before_hours", "escalate_after_hours")
CHANGED = N_("Somebody decided something here meanwhile. Look at what holds now; what you typed is kept.")


def set_limits(by: Person, why: str, revision: int, **figures: int) -> None:
    """The small figures of the rules, any of LIMITS. They hold for every ticket from now on."""
    _decide(by, why, revision, lambda policy: policy["limits"].update(figures))


def set_warnings(by: Person, why: str, revision: int, **hours: float) -> None:
    """When the owner is warned and when the supervisors are told: any of WARNINGS, in hours by the clock."""
    _decide(by, why, revision, lambda policy: policy["warnings"].update(hours))


def set_hours(by: Person, why: str, revision: int, hours: tuple[tuple[time, time], ...], cut_off: time) -> None:
    """The opening hours and the daily cut-off, in the policy's zone."""
    _decide(by, why, revision, lambda policy: policy.update(calendar=_with_hours(policy["calendar"], hours, cut_off)))


def set_closure(by: Person, why: str, revision: int, code: str, promise: Promise) -> None:
    """Within what a ticket of this class is closed. KeyError for a class there is not."""
    settings.policy().ticket_class(code)

    def change(policy: dict) -> None:
        klass = next(one for one in policy["classes"] if one["code"] == code)
        klass["closure"] = {"amount": promise.amount, "unit": str(promise.unit)}

    _decide(by, why, revision, change)


def _decide(by: Person, why: str, revision: int, change: Callable[[dict], None]) -> None:
    if revision != settings.policy_id():
        raise Stale(CHANGED)
    document = changed(change)
    if document == dump(settings.policy()):
        raise Refused(N_("Nothing would change."))
    settings.adopt("policy", document, by, why)


def changed(change: Callable[[dict], None]) -> dict:
    """The policy that holds, with this change. Raises Refused with the first thing that does not fit."""
    document = deepcopy(dump(settings.policy()))
    change(document)
    try:
        parse(document)
    except Mistake as wrong:
        raise Refused(N_("This does not fit the other rules: {wrong}"), wrong=str(wrong)) from wrong
    return document


def _with_hours(calendar: dict, hours: tuple[tuple[time, time], ...], cut_off: time) -> dict:
    pairs = [[begin.isoformat("minutes"), end.isoformat("minutes")] for begin, end in hours]
    return calendar | {"hours": pairs, "cut_off": cut_off.isoformat("minutes")}


def open_tickets() -> int:
    """How many tickets are worked on now: they keep the promises they were given."""
    return db.session.scalar(db.select(db.func.count(Ticket.id)).where(Ticket.is_live)) or 0


def closing_rule(policy: Policy, code: str) -> ClockRule | None:
    """The promise that a ticket of this class is closed in time; none where nothing of the kind is promised."""
    kinds = policy.ticket_class(code).kinds
    rules = (
        rule for kind in kinds for rule in policy.clocks_for(kind, code) if rule.by_class and rule.starts == "opened"
    )
    return next(rules, None)


def reckoned(code: str, promise: Promise) -> tuple[Reckoning, Reckoning]:
    """What an ordinary ticket of this class, opened now, is promised: as it holds, and with this promise."""
    calendar, at = settings.calendar(), clock.now()
    return calendar.explain(at, settings.policy().ticket_class(code).closure), calendar.explain(at, promise)


def with_hours(hours: tuple[tuple[time, time], ...], cut_off: time) -> tuple[Reckoning, Reckoning]:
    """When one working day given now ends: by the hours that hold, and by these. Raises Refused if they do not fit."""
    document = changed(lambda policy: policy.update(calendar=_with_hours(policy["calendar"], hours, cut_off)))
    holds, at, day = settings.calendar(), clock.now(), Promise(1, Unit.WORKING_DAYS)
    fresh = parse(document).calendar_of(holds.days.values(), holds.confirmed_years)
    return holds.explain(at, day), fresh.explain(at, day)
