"""Keeps the facts that figures count (R31): whatever changes a ticket, its row follows before the commit.

Nothing has to be called for it: a session that changed a ticket or a promise remembers which, and reckons those anew
last thing before the journal is sealed. `rebuild` does all of them, for data that came another way.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.quality.fact_models import COUNTED, MERGED, WITHDRAWN, TicketFacts
from portal.domain.quality.models import Liability
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import NEVER, CallBack, Deadline, Dispatch, Ticket
from portal.domain.tickets.states import FORCED, State

KINDS = ("complaint", "repair")
STANDING = {State.WITHDRAWN: WITHDRAWN, State.MERGED: MERGED}
DECIDES = ("due_at", "met_at", "dropped_at", "paused_at")
CHUNK = 500


def concern(session: Session, ticket_id: int) -> None:
    """The facts of this ticket are to be reckoned anew before the commit."""
    session.info.setdefault("facts", set()).add(ticket_id)


def refresh(ids: Collection[int]) -> None:
    """Reckon the facts of these tickets anew; of those that are neither complaint nor repair there are none."""
    rows = db.select(Ticket, Customer.account_manager_id).join(Customer, Customer.id == Ticket.customer_id)
    wanted = rows.where(Ticket.id.in_(ids), Ticket.kind.in_(KINDS)).execution_options(autoflush=False)
    found = {ticket.id: (ticket, manager) for ticket, manager in map(tuple, db.session.execute(wanted))}
    if gone := set(ids) - found.keys():
        db.session.execute(_not_any_longer(gone))
    if not found:
        return
    known = {row.ticket_id: row for row in db.session.scalars(_of(TicketFacts, found))}
    promises, calls, orders, judged = (_by_ticket(one, found) for one in (Deadline, CallBack, Dispatch, Liability))
    for key, (ticket, manager) in found.items():
        told = reckoned(ticket, promises[key], calls[key], orders[key]) | _liable(judged[key])
        if key not in known:
            db.session.add(TicketFacts(ticket_id=key, account_manager_id=manager, **told))
            continue
        for name, value in told.items():
            setattr(known[key], name, value)
    db.session.flush()


def _not_any_longer(ids: Collection[int]):
    """The facts of tickets whose kind was put right into one that is not counted."""
    return db.delete(TicketFacts).where(TicketFacts.ticket_id.in_(ids))


def rebuild(say=lambda done: None) -> int:
    """Reckon the facts of every ticket anew, some hundred at a time; gives how many were looked at."""
    last = done = 0
    while ids := list(
        db.session.scalars(db.select(Ticket.id).where(Ticket.id > last).order_by(Ticket.id).limit(CHUNK))
    ):
        with transaction():
            refresh(ids)
        db.session.expunge_all()
        last, done = ids[-1], done + len(ids)
        say(done)
    return done


def reckoned(
    ticket: Ticket, promises: Sequence[Deadline], calls: Sequence[CallBack], orders: Sequence[Dispatch]
) -> dict:
    """What the figures need to know of this ticket, by column."""
    rules = [(promise, deadlines.rule_of(promise)) for promise in promises]
    first = {
        rule.met: promise for promise, rule in rules if rule.starts == "opened" and promise.dispatch_id is None
        and not rule.repeats
    }  # fmt: skip
    led = [order for order in orders if not _was_a_slip(order)]
    led = [order for order in led if order.is_lead or order is led[0]]
    policy, month = settings.policy(), month_of(ticket.opened_at)
    reply = first.get("replied" if ticket.kind == "complaint" else "reported")
    contact, closure = first.get("contacted"), first.get("closed")
    outcome = next((one for one in policy.outcomes if one.code == ticket.outcome), None)
    tried = {one.code for one in policy.outcomes if one.again}
    return {
        "month": month, "kind": ticket.kind, "standing": STANDING.get(State(ticket.state), COUNTED),
        "department_id": next((order.department_id for order in led if order.department_id), None),
        "provider_id": next((order.provider_id for order in led if order.provider_id), None),
        "customer_id": ticket.customer_id, "class_code": ticket.class_code, "channel": ticket.channel,
        "reply_kept": _kept(reply), "reply_due_at": _until(reply),
        "contact_kept": False if (unmade := _was_never_made(contact)) else _kept(contact), "contact_due_at": _until(contact),
        "closed_in_limit": _kept(closure) is True,
        "closed_in_month": _stood_closed(ticket, rules, min(clock.now(), end_of(month))),
        "is_closed": ticket.state == State.CLOSED,
        "all_kept": not unmade and not any(rule.shown_to_customer and one.is_late(one.due_at) for one, rule in rules),
        "called_back": any(call.outcome not in tried for call in calls),
        "unreachable": ticket.outcome in tried, "forced": ticket.outcome == FORCED,
        "satisfied": outcome is not None and outcome.satisfied,
        "sent_back": ticket.sent_back > 0, "reopened": ticket.round > 1,
        "false_reply": any(call.false_reply for call in calls),
    }  # fmt: skip


def _liable(judged: Sequence[Liability]) -> dict:
    """Is somebody liable in the end, and who (R19)?"""
    one = next((row for row in judged if row.counts), None)
    return {
        "liable": one is not None, "liable_department_id": one.department_id if one else None,
        "liable_provider_id": one.provider_id if one else None,
    }  # fmt: skip


def month_of(at: datetime) -> date:
    """The first day of the month a moment lies in, by the company's zone."""
    return at.astimezone(ZoneInfo(settings.company().zone)).date().replace(day=1)


def after(month: date) -> date:
    """The month after this one."""
    return (month + timedelta(days=31)).replace(day=1)


def before(month: date, back: int = 1) -> date:
    """The month so many months earlier."""
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def end_of(month: date) -> datetime:
    """The moment a month is over, by the company's zone."""
    first = after(month)
    return datetime(first.year, first.month, 1, tzinfo=ZoneInfo(settings.company().zone))


def _was_a_slip(order: Dispatch) -> bool:
    """Did the desk call it back before anybody of the party took it on? Then the complaint never was that party's.

    A party that hands it back unread refuses it; the complaint still counts for it (R32).
    """
    return order.is_recalled and order.confirmed_at is None


def _kept(promise: Deadline | None) -> bool | None:
    """Was it kept? Nothing while it is not decided, or was dropped before its time."""
    return {"met": True, "missed": False}.get(promise.standing(clock.now())) if promise else None


def _was_never_made(contact: Deadline | None) -> bool:
    """Did it end without anybody having contacted the customer? To apply for closure is no contact (R31)."""
    return contact is not None and contact.met_at is None and contact.dropped_at is not None


def _until(promise: Deadline | None) -> datetime | None:
    """Until when it may still be kept; a paused promise is not late however long it is paused."""
    if promise is None or promise.is_over:
        return None
    return NEVER if promise.paused_at else promise.due_at


def _stood_closed(ticket: Ticket, rules, at: datetime) -> bool:
    """Did it stand closed at this moment? Told by the closing promises of its rounds, and by how it stands now."""
    steps = [(promise.met_at, True) for promise, rule in rules if rule.met == "closed" and promise.met_at]
    steps += [(promise.started_at, False) for promise, rule in rules if rule.starts == "reopened"]
    steps += [(at, True) for at in _forced_before(ticket, [one for one, rule in rules if rule.met == "closed"])]
    if ticket.closed_at:
        steps.append((ticket.closed_at, True))
    steps = sorted(step for step in steps if step[0] <= at)
    return bool(steps) and steps[-1][1]


def _forced_before(ticket: Ticket, closings: Sequence[Deadline]) -> list[datetime]:
    """When earlier rounds were closed by force (R17): none of their closing promises was kept, the last was dropped then."""
    kept = {one.round for one in closings if one.met_at}
    ends = {one.round: one.dropped_at for one in closings if one.dropped_at}
    return [at for number, at in ends.items() if number < ticket.round and number not in kept]


def _of(model, found: Iterable[int]):
    return db.select(model).where(model.ticket_id.in_(list(found))).execution_options(autoflush=False)


def _by_ticket(model, found: Iterable[int]) -> dict[int, list]:
    rows = defaultdict(list)
    for row in db.session.scalars(_of(model, found).order_by(model.id)):
        rows[row.ticket_id].append(row)
    return rows


def _notice(session: Session, _) -> None:
    """Remember which tickets this flush changed."""
    for row in (*session.new, *session.dirty):
        if isinstance(row, Ticket):
            concern(session, row.id)
        elif isinstance(row, Liability) or (
            isinstance(row, Deadline) and any(inspect(row).attrs[name].history.has_changes() for name in DECIDES)
        ):
            concern(session, row.ticket_id)


def catch_up(session: Session) -> None:
    """Bring the facts of what this session changed up to date; the commit does so by itself."""
    session.flush()
    if ids := session.info.pop("facts", None):
        refresh(sorted(ids))


def _forget(session: Session) -> None:
    session.info.pop("facts", None)


def follow() -> None:
    """From now on the facts follow whatever changes, before the journal is sealed. May be said more than once."""
    for name, listener in (("after_flush", _notice), ("before_commit", catch_up), ("after_rollback", _forget)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener, insert=name == "before_commit")
