"""Promises to a moment (R14): begun, kept, paused and dropped by the events of a ticket's life, as the policy says.

Whoever is told that time runs out stands in reminders.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.policy import ClockRule, Service, TicketClass
from portal.domain.tickets.lifecycle import PAUSED_IN
from portal.domain.tickets.models import NEVER, Deadline, Dispatch, Pause, Ticket
from portal.i18n import N_, Words
from portal.working_time import Promise, Reckoning, Step, Unit

# Events of the ticket as a whole: they reach the promises of its orders too, whoever caused them.
OF_THE_WHOLE = ("applied", "closed")


def of(ticket: Ticket) -> list[Deadline]:
    """All promises of a ticket, oldest first."""
    db.session.flush()
    return list(db.session.scalars(db.select(Deadline).where(Deadline.ticket_id == ticket.id).order_by(Deadline.id)))


def with_pauses(ticket: Ticket) -> list[Deadline]:
    """All promises of a ticket with the stretches in which they did not run, oldest first; one statement."""
    return list(db.session.scalars(_WITH_PAUSES, {"ticket": ticket.id}).unique())


_WITH_PAUSES = (
    db.select(Deadline).where(Deadline.ticket_id == bindparam("ticket")).options(joinedload(Deadline.pauses_kept))
    .order_by(Deadline.id)
)  # fmt: skip


def rule_of(deadline: Deadline) -> ClockRule:
    """The rule a promise was given under, as it was then."""
    return settings.policy(deadline.policy_id).clock(deadline.code)


def happen(ticket: Ticket, event: str, at: datetime, order: Dispatch | None = None) -> None:
    """An event of the ticket's life: promises it keeps are kept, those that lapse with it end without being kept,
    promises it begins are begun; then wind the ticket.

    A promise is judged by the rule it was given under; what begins now begins by the policy of now. What the desk
    does (no `order`) keeps no order's promise; what one party does keeps its own.
    """
    known = of(ticket)
    for deadline in [d for d in known if not d.is_over and _concerns(d, event, order)]:
        rule = rule_of(deadline)
        if event in rule.lapses:
            _end(deadline, at)
        if event != rule.met and event not in rule.stops_too:
            continue
        _keep(deadline, at)
        if rule.repeats and event == rule.met and event not in rule.stops_too:
            known.append(_begin(ticket, rule, at, deadline.dispatch_id))
    for rule in settings.policy().clocks_for(ticket.kind, ticket.class_code):
        if event == rule.starts:
            known.append(_begin(ticket, rule, at, order.id if order else None))
    wind(ticket, known)


def _concerns(deadline: Deadline, event: str, order: Dispatch | None) -> bool:
    if deadline.dispatch_id is None or event in OF_THE_WHOLE:
        return True
    return order is not None and deadline.dispatch_id == order.id


def _keep(deadline: Deadline, at: datetime) -> None:
    _resume(deadline, at)
    deadline.met_at, deadline.is_open = at, False


def _end(deadline: Deadline, at: datetime) -> None:
    """It ends without being kept; one that was late by now stays missed."""
    _resume(deadline, at)
    deadline.dropped_at, deadline.is_open = at, False


def _begin(ticket: Ticket, rule: ClockRule, at: datetime, dispatch_id: int | None = None) -> Deadline:
    reckoning = _reckon(ticket, rule, at, settings.policy_id())
    deadline = Deadline(
        ticket_id=ticket.id, dispatch_id=dispatch_id, code=rule.code, round=ticket.round,
        policy_id=settings.policy_id(), amount=reckoning.promise.amount, unit=reckoning.promise.unit,
        pauses=rule.pauses, started_at=at, due_at=reckoning.due, is_open=True,
    )  # fmt: skip
    db.session.add(deadline)
    if rule.pauses and ticket.state in PAUSED_IN:
        db.session.flush()
        _pause(deadline, at, "")
    return deadline


def _reckon(ticket: Ticket, rule: ClockRule, start: datetime, policy_id: int) -> Reckoning:
    customer = ticket.customer
    return rule.reckon(
        settings.calendar(policy_id), start, class_of(ticket), customer.tier, customer.card, ticket.severity
    )


def class_of(ticket: Ticket) -> TicketClass | Service | None:
    """The ticket's service or class; none if it has none yet, or the policy no longer knows it."""
    return class_or_service(ticket.class_code, ticket.service_code)


def class_or_service(class_code: str | None, service_code: str | None) -> TicketClass | Service | None:
    """The service of this code, else the class; none where there is none, or the policy no longer knows it."""
    policy = settings.policy()
    listed, code = ("services", service_code) if service_code else ("classes", class_code)
    try:
        return policy.find(listed, code) if code else None
    except KeyError:
        return None


def promise_of(deadline: Deadline) -> Promise:
    """What was promised, as it was given."""
    amount = int(deadline.amount) if deadline.amount == int(deadline.amount) else deadline.amount
    return Promise(amount, Unit(deadline.unit))


def explain(deadline: Deadline) -> Reckoning:
    """How its due moment came about, day by day, before any pause; what made it shorter stands first (R14)."""
    told = settings.calendar(deadline.policy_id).explain(deadline.started_at, promise_of(deadline))
    return replace(told, steps=(*_shortened(deadline), *told.steps))


def shortened_for(deadline: Deadline) -> Words | None:
    """For whom the rule promises less time than it does to everybody, if this promise is such a one."""
    rule, promise, policy = rule_of(deadline), promise_of(deadline), settings.policy(deadline.policy_id)
    fitting = next((one for one in rule.shorter if one.promise == promise), None)
    if fitting is None or (promise == rule.promise and not rule.by_class):
        return None
    named = (("tiers", fitting.tier), ("cards", fitting.card), ("severities", fitting.severity))
    who = [policy.called(listed, code) for listed, code in named if code]
    return Words("、".join(one.zh for one in who), ", ".join(one.en for one in who))


def _shortened(deadline: Deadline) -> list[Step]:
    rule, promise, words = rule_of(deadline), promise_of(deadline), shortened_for(deadline)
    if words is None:
        return []
    if rule.by_class:
        return [Step(N_("Shortened to {promise}, because of: {who}"), {"promise": promise, "who": words})]
    facts = {"ordinary": rule.promise, "promise": promise, "who": words}
    return [Step(N_("By the rule {ordinary}; shortened to {promise}, because of: {who}"), facts)]


def first_due(deadline: Deadline) -> datetime:
    """The moment as it was promised, before any pause; its pauses are loaded."""
    return deadline.pauses_kept[0].due_was if deadline.pauses_kept else deadline.due_at


def recounted(deadline: Deadline, reckoning: Reckoning) -> datetime | None:
    """Where today's calendar or class would lead, if elsewhere than what was promised: the promise is what counts."""
    return reckoning.due if reckoning.due != first_due(deadline) else None


def pause(ticket: Ticket, at: datetime, reason: str) -> None:
    """From now on we wait for the customer: promises that pause stop running, and it is kept that they did."""
    known = of(ticket)
    for deadline in known:
        if deadline.pauses and not deadline.is_over and deadline.paused_at is None:
            _pause(deadline, at, reason)
    wind(ticket, known)


def _pause(deadline: Deadline, at: datetime, reason: str) -> None:
    deadline.paused_at, deadline.is_open = at, False
    db.session.add(Pause(deadline_id=deadline.id, began_at=at, due_was=deadline.due_at, reason=reason))


def resume(ticket: Ticket, at: datetime) -> None:
    """We go on: the due moments move by the working time that passed while we waited."""
    known = of(ticket)
    for deadline in known:
        if not deadline.is_over:
            _resume(deadline, at)
    wind(ticket, known)


def _resume(deadline: Deadline, at: datetime) -> None:
    if deadline.paused_at is None:
        return
    calendar = settings.calendar(deadline.policy_id)
    due = calendar.stretched(deadline.due_at, promise_of(deadline), deadline.paused_at, at)
    for row in _pauses(deadline, Pause.ended_at.is_(None)):
        row.ended_at, row.due_became = at, due
    deadline.due_at, deadline.paused_at, deadline.is_open = due, None, True


def _pauses(deadline: Deadline, which) -> list[Pause]:
    db.session.flush()
    rows = db.select(Pause).where(Pause.deadline_id == deadline.id, which).order_by(Pause.id)
    return list(db.session.scalars(rows))


def drop(ticket: Ticket, at: datetime, order: Dispatch | None = None) -> None:
    """What is still open stops to matter: the ticket is closed, withdrawn or merged, or the order handed back.

    A pause that runs at that moment ends with it.
    """
    _drop(ticket, at, lambda d: order is None or d.dispatch_id == order.id)


def drop_begun_by(ticket: Ticket, event: str, at: datetime) -> None:
    """The event was taken back: the promises that it began stop to matter."""
    _drop(ticket, at, lambda d: rule_of(d).starts == event)


def _drop(ticket: Ticket, at: datetime, which) -> None:
    known = of(ticket)
    for deadline in known:
        if not deadline.is_over and which(deadline):
            _end(deadline, at)
    wind(ticket, known)


def revive(ticket: Ticket, dropped_at: datetime) -> None:
    """Undo a drop: a merge was undone. The promises of then hold again, paused where they were paused."""
    known = of(ticket)
    for deadline in known:
        if deadline.dropped_at == dropped_at:
            deadline.dropped_at, deadline.is_open = None, True
            _pause_again(deadline, dropped_at, ticket)
    wind(ticket, known)


def unmeet(ticket: Ticket, at: datetime) -> None:
    """Undo what a reply of exactly this moment kept, ended and began: it was taken back before anybody saw it."""
    for deadline in of(ticket):
        if deadline.started_at == at and not deadline.is_over:
            for row in _pauses(deadline, Pause.id > 0):
                db.session.delete(row)
            db.session.flush()
            db.session.delete(deadline)
        elif at in (deadline.met_at, deadline.dropped_at):
            deadline.met_at, deadline.dropped_at, deadline.is_open = None, None, True
            _pause_again(deadline, at, ticket)
    db.session.flush()
    wind(ticket)


def _pause_again(deadline: Deadline, ended_at: datetime, ticket: Ticket) -> None:
    """The pause that ended at that moment runs on, as if it had never ended."""
    if ticket.state not in PAUSED_IN:
        return
    for row in _pauses(deadline, Pause.ended_at == ended_at):
        deadline.due_at, deadline.paused_at, deadline.is_open = row.due_was, row.began_at, False
        row.ended_at, row.due_became = None, None


def begin(ticket: Ticket, rule: ClockRule, at: datetime) -> None:
    """Promise something that no event of the ticket's life begins by itself; not twice at a time."""
    known = of(ticket)
    if not any(d.code == rule.code and not d.is_over for d in known):
        known.append(_begin(ticket, rule, at))
        wind(ticket, known)


def owe_again(ticket: Ticket, at: datetime) -> None:
    """Not solved after all: what is told again and again until closure is applied for begins anew (R14).

    What a party owes for its order, only where that order is running again.
    """
    known = of(ticket)
    running = db.session.scalars(
        db.select(Dispatch.id).where(Dispatch.ticket_id == ticket.id, Dispatch.done_at.is_(None))
    )
    whose = {None, *running}
    owed = {(d.code, d.dispatch_id) for d in known if d.round == ticket.round and d.dispatch_id in whose}
    owed -= {(d.code, d.dispatch_id) for d in known if not d.is_over}
    for rule in settings.policy().clocks_for(ticket.kind, ticket.class_code):
        if rule.repeats and "applied" in rule.stops_too:
            known += [_begin(ticket, rule, at, order) for code, order in sorted(owed, key=str) if code == rule.code]
    wind(ticket, known)


def try_again(ticket: Ticket, at: datetime, from_when: datetime) -> None:
    """We called and nothing is decided: the call promised was made, the next one is promised from then on (R16)."""
    known = of(ticket)
    for deadline in [d for d in known if not d.is_over and rule_of(d).met == "verified"]:
        _keep(deadline, at)
        known.append(_begin(ticket, rule_of(deadline), from_when))
    wind(ticket, known)


def class_known(ticket: Ticket) -> None:
    """A ticket without a class got one: promises by class, given before it was known, are reckoned anew.

    From the same start, with the same pauses; every other promise stays as it was given.
    """
    known = of(ticket)
    for deadline in known:
        rule = rule_of(deadline)
        if deadline.is_over or not rule.by_class:
            continue
        reckoning = _reckon(ticket, rule, deadline.started_at, deadline.policy_id)
        deadline.amount, deadline.unit, deadline.due_at = (
            reckoning.promise.amount,
            reckoning.promise.unit,
            reckoning.due,
        )
        for row in _pauses(deadline, Pause.ended_at.is_not(None)):
            _stretch(deadline, row)
    wind(ticket, known)


def _stretch(deadline: Deadline, row: Pause) -> None:
    """Move the due moment by a pause that is over."""
    calendar = settings.calendar(deadline.policy_id)
    ended = row.ended_at or row.began_at
    deadline.due_at = calendar.stretched(deadline.due_at, promise_of(deadline), row.began_at, ended)


def kind_corrected(ticket: Ticket, at: datetime, happened: Mapping[str, Sequence[datetime]]) -> None:
    """The ticket is of another kind (R14): promises that only the old one made stop to matter.

    Those of the new kind begin when the ticket was opened, with the pauses there were; what happened since
    (moments by event, in their order) has kept them. A promise of both kinds stays as it was given.
    """
    known = of(ticket)
    rules = {rule.code: rule for rule in settings.policy().clocks_for(ticket.kind, ticket.class_code)}
    waited = next((rows for one in known if (rows := _pauses(one, Pause.ended_at.is_not(None)))), [])
    for deadline in known:
        if not deadline.is_over and deadline.code not in rules:
            _end(deadline, at)
    given = {deadline.code for deadline in known}
    for rule in rules.values():
        if rule.starts == "opened" and rule.code not in given:
            known += _begin_in_hindsight(ticket, rule, waited, happened.get(rule.met, ()))
    db.session.flush()
    class_known(ticket)


def _begin_in_hindsight(
    ticket: Ticket, rule: ClockRule, waited: Sequence[Pause], kept: Sequence[datetime]
) -> list[Deadline]:
    first = _begin(ticket, rule, ticket.opened_at)
    db.session.flush()
    for row in waited if rule.pauses else ():
        was = first.due_at
        _stretch(first, row)
        db.session.add(Pause(
            deadline_id=first.id, began_at=row.began_at, ended_at=row.ended_at, due_was=was, due_became=first.due_at,
            reason=row.reason,
        ))  # fmt: skip
    if not kept:
        return [first]
    _keep(first, kept[0])
    return [first, _begin(ticket, rule, kept[-1])] if rule.repeats else [first]


def wind(ticket: Ticket, known: list[Deadline] | None = None) -> None:
    """Keep the nearest open due moment on the ticket, where the queue sorts by it."""
    running = [d for d in (of(ticket) if known is None else known) if d.is_open]
    nearest = min(running, key=lambda d: (d.due_at, d.id or 0), default=None)
    ticket.due_at = nearest.due_at if nearest else NEVER
    ticket.due_code = nearest.code if nearest else None


def nearest_for(ticket: Ticket, reader: Person) -> dict:
    """The nearest running promise this reader may know of, for a letter: {"promise": code, "due": ISO}, or nothing."""
    if reader.is_staff:
        return {"promise": ticket.due_code, "due": ticket.due_at.isoformat()} if ticket.due_code else {}
    nearest = told_next(ticket)
    return {"promise": nearest.code, "due": nearest.due_at.isoformat()} if nearest else {}


def stands_still(ticket: Ticket) -> bool:
    """Does every promise the customer knows of, and is still owed, stand still now?"""
    owed = [d for d in of(ticket) if not d.is_over and rule_of(d).shown_to_customer]
    return bool(owed) and all(d.paused_at is not None for d in owed)


def told_next(ticket: Ticket, *answers: str) -> Deadline | None:
    """The nearest running promise the customer knows of; one that these events keep comes first, if there is one."""
    shown = [d for d in of(ticket) if d.is_open and rule_of(d).shown_to_customer]
    order = {event: n for n, event in enumerate(answers)}
    return min(shown, key=lambda d: (order.get(rule_of(d).met, len(order)), d.due_at, d.id or 0), default=None)


def late_tickets(limit: int = 1000) -> list[Ticket]:
    """Live tickets that are past their nearest promise, the longest first."""
    past = db.select(Ticket).where(Ticket.is_live, Ticket.due_at < clock.now())
    return list(db.session.scalars(past.order_by(Ticket.due_at, Ticket.id).limit(limit)))
