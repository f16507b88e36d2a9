"""Closed months (月度快照, R31): figures kept once and for all, with every ticket they counted. A correction is a new revision.

What is kept: each tally for everybody, each provider, department, account manager and customer; each counted ticket
with a bit for every tally it was in; the formulas in words, the targets, the policy that held.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, Select, case, func, insert, literal
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, in_turn, transaction
from portal.domain import journal, settings
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.quality.counting import SCOPES, TOTAL, Scope, by_unit, sums
from portal.domain.quality.fact_models import CountedTicket, FigureSnapshot, SnapshotLine, TicketFacts
from portal.domain.quality.facts import after, end_of, month_of
from portal.domain.quality.measures import MEASURES, MISSING, NUMERATOR, TALLIES, Measure
from portal.domain.refusals import Refused, Stale
from portal.i18n import N_
from portal.working_time import Promise, Unit

TOLD = {
    "figures.closed": N_("The figures of {became} were closed"),
    "figures.corrected": N_("{by} corrected the figures of {became}: {why}"),
}
OF_A_TICKET = ("ticket_id", "department_id", "provider_id", "liable_department_id", "liable_provider_id",
               "account_manager_id", "customer_id")  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What a snapshot says of one scope."""

    snapshot_id: int
    revision: int
    at: datetime
    targets: dict[str, float]
    counts: dict[str, int]


def closes_at(month: date) -> datetime:
    """When a month's figures are closed: so many working days after its end, as the policy says."""
    days = settings.policy().limits.snapshot_working_days
    return settings.calendar().after(end_of(month), Promise(days, Unit.WORKING_DAYS))


def due() -> list[date]:
    """The months whose figures are to be closed by now and are not, oldest first."""
    month = db.session.scalar(db.select(func.min(TicketFacts.month)))
    closed = set(db.session.scalars(db.select(FigureSnapshot.month).distinct()))
    found, this = [], month_of(clock.now())
    while month is not None and month < this:
        if month not in closed and closes_at(month) <= clock.now():
            found.append(month)
        month = after(month)
    return found


def close_due() -> int:
    """Close every month that is due, each in a transaction of its own; gives how many."""
    months = due()
    for month in months:
        with transaction():
            close(month)
    return len(months)


def close(month: date) -> None:
    """Keep a month's figures as they stand now, unless that was done."""
    _in_turn(month)
    if newest(month) is None:
        row = _keep(month, None, "")
        journal.write("figures.closed", row, None, became=f"{month:%Y-%m}")


def correct(month: date, by: Person, why: str, *, revision: int) -> FigureSnapshot:
    """Reckon a closed month anew from what is known today: the next revision, with its reason. The old one stays.

    Refused where it would say the same; the caller undoes what was written until then.

    `revision`: the one the supervisor looked at; Stale when there is a newer one meanwhile.
    """
    if not by.has(Role.SUPERVISOR):
        raise Refused(N_("Only a quality supervisor corrects the figures of a closed month."))
    _in_turn(month)
    last = newest(month)
    if last is None:
        raise Refused(N_("This month is not closed yet; its figures are live."))
    if last.revision != revision:
        raise Stale(N_("These figures were corrected meanwhile. Look at what holds now; what you typed is kept."))
    if not why.strip():
        raise Refused(N_("Please say why the figures are corrected."))
    row = _keep(month, by, why.strip(), last.revision + 1)
    if _says(row) == _says(last) and not _counts_otherwise(row, last):
        raise Refused(N_("Nothing would change: what is known today gives the same figures of the same tickets."))
    journal.write("figures.corrected", row, by, became=f"{month:%Y-%m}", why=why.strip())
    return row


def _in_turn(month: date) -> None:
    """Whoever closes or corrects a month sees what was kept of it before."""
    in_turn(f"figures:{month:%Y-%m}")


def _says(of: FigureSnapshot) -> tuple:
    """What a revision says of everybody, beside which tickets it counted: lines, targets, formulas."""
    lines = db.select(SnapshotLine.sort, SnapshotLine.scope_id, SnapshotLine.counts)
    rows = db.session.execute(lines.where(SnapshotLine.snapshot_id == of.id))
    counts = {(row.sort, row.scope_id): row.counts for row in rows}
    return counts, of.targets, of.formulas


def _counts_otherwise(row: FigureSnapshot, other: FigureSnapshot) -> bool:
    """Does one of them count a ticket that the other does not, or for something else?"""
    columns = [CountedTicket.bits, *(getattr(CountedTicket, name) for name in OF_A_TICKET)]
    one, two = (db.select(*columns).where(CountedTicket.snapshot_id == key) for key in (row.id, other.id))
    return any(db.session.execute(a.except_(b).limit(1)).first() for a, b in ((one, two), (two, one)))


def newest(month: date) -> FigureSnapshot | None:
    """The snapshot that holds for a month; none while it is not closed."""
    rows = db.select(FigureSnapshot).where(FigureSnapshot.month == month)
    return db.session.scalars(rows.order_by(FigureSnapshot.revision.desc()).limit(1)).first()


def corrections(month: date) -> Sequence[FigureSnapshot]:
    """The corrections of a month, the oldest first."""
    rows = db.select(FigureSnapshot).where(FigureSnapshot.month == month, FigureSnapshot.revision > 1)
    return db.session.scalars(rows.order_by(FigureSnapshot.revision)).all()


def revision_before(snapshot: FigureSnapshot) -> FigureSnapshot | None:
    """The revision that this one corrected; none of a first one."""
    return db.session.scalar(
        db.select(FigureSnapshot).where(
            FigureSnapshot.month == snapshot.month, FigureSnapshot.revision == snapshot.revision - 1
        )
    )


def revisions(rows: Select, limit: int = 60) -> Sequence[FigureSnapshot]:
    """Of these snapshots (visible ones) the newest months first, each with all its revisions, the newest first."""
    ordered = rows.options(joinedload(FigureSnapshot.by)).order_by(
        FigureSnapshot.month.desc(), FigureSnapshot.revision.desc()
    )
    return db.session.scalars(ordered.limit(limit)).all()


def kept(months: Iterable[date], scope: Scope) -> dict[date, Kept]:
    """What the newest snapshots of these months say of a scope, by month; one statement."""
    last = (
        db.select(FigureSnapshot.month, func.max(FigureSnapshot.revision).label("revision"))
        .where(FigureSnapshot.month.in_(list(months))).group_by(FigureSnapshot.month).subquery()
    )  # fmt: skip
    mine = (
        SnapshotLine.snapshot_id == FigureSnapshot.id,
        SnapshotLine.sort == scope.sort,
        SnapshotLine.scope_id == scope.id,
    )
    rows = (
        db.select(FigureSnapshot.month, FigureSnapshot.id, FigureSnapshot.revision, FigureSnapshot.at,
                  FigureSnapshot.targets, SnapshotLine.counts)
        .join(last, (last.c.month == FigureSnapshot.month) & (last.c.revision == FigureSnapshot.revision))
        .outerjoin(SnapshotLine, db.and_(*mine))
    )  # fmt: skip
    found = map(tuple, db.session.execute(rows))
    return {
        month: Kept(key, revision, at, targets, counts or {}) for month, key, revision, at, targets, counts in found
    }


def counts_of(snapshot: FigureSnapshot, scope: Scope = TOTAL) -> dict[str, int]:
    """What one snapshot, newest or not, counted for a scope."""
    return db.session.scalar(db.select(SnapshotLine.counts).where(
        SnapshotLine.snapshot_id == snapshot.id, SnapshotLine.sort == scope.sort, SnapshotLine.scope_id == scope.id
    )) or {}  # fmt: skip


def ids(snapshot_id: int, scope: Scope, measure: Measure, side: str) -> Select:
    """The ids of exactly the tickets that a snapshot counted on this side of a measure."""
    above = 1 << TALLIES[measure.numerator].bit
    mask = 1 << TALLIES[measure.denominator].bit if measure.denominator and side != NUMERATOR else above
    wanted = CountedTicket.bits.op("&")(mask) != 0
    if side == MISSING:
        wanted = wanted & (CountedTicket.bits.op("&")(above) == 0)
    mine = scope.condition(measure.numerator, CountedTicket)
    return db.select(CountedTicket.ticket_id).where(CountedTicket.snapshot_id == snapshot_id, mine, wanted)


def _keep(month: date, by: Person | None, why: str, revision: int = 1) -> FigureSnapshot:
    at = clock.now()
    row = FigureSnapshot(
        month=month, revision=revision, at=at, by_id=by.id if by else None, why=why, policy_id=settings.policy_id(),
        formulas={code: measure.formula for code, measure in MEASURES.items()},
        targets={target.code: target.value for target in settings.policy().targets},
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    lines = [("total", 0, sums((month,), TOTAL, at).get(month, {}))]
    for sort in SCOPES:
        lines += [(sort, unit, counted) for unit, counted in by_unit(month, sort, at).items()]
    db.session.execute(insert(SnapshotLine), [
        {"snapshot_id": row.id, "sort": sort, "scope_id": unit, "counts": counted} for sort, unit, counted in lines
    ])  # fmt: skip
    _keep_tickets(row, month, at)
    return row


def _keep_tickets(row: FigureSnapshot, month: date, at: datetime) -> None:
    """Which tickets were counted, and for what, copied in one statement."""
    bits = literal(0, BigInteger)
    for tally in TALLIES.values():
        bits = bits + case((tally.rule(at), 1 << tally.bit), else_=0)
    columns = [getattr(TicketFacts, name) for name in OF_A_TICKET]
    counted = db.select(literal(row.id), bits, *columns).where(TicketFacts.month == month)
    db.session.execute(insert(CountedTicket).from_select(["snapshot_id", "bits", *OF_A_TICKET], counted))
