"""Lists of improvement actions: whose, how they stand, what waits for whom; counts for workbench and overview."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Integer, Select, cast, func, literal, null, or_, select, tuple_, union_all
from sqlalchemy.orm import contains_eager, joinedload

from portal.db import db
from portal.domain.files import Attachment
from portal.domain.journal import Entry
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import CLOSED, DONE, DROPPED, LIVE, OPEN, WATCHED, Improvement, Revisit
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

Rule = Callable[[Person], ColumnElement[bool]]


@dataclass(frozen=True)
class Choice:
    """A way to look at the list: its word, and which actions it shows to whom."""

    label: str
    rule: Rule
    for_all: bool = True
    """Also for those who see only what was given to them."""


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody: actions to carry out or verify, and customers to be asked again with their action."""

    actions: list[Improvement]
    to_revisit: list[Revisit]


def _late(_: Person) -> ColumnElement[bool]:
    return (Improvement.state == OPEN) & (Improvement.due_on < today())


CHOICES: dict[str, Choice] = {
    "live": Choice(N_("All live ones"), lambda _: Improvement.state.in_(LIVE)),
    "mine": Choice(N_("Mine"), lambda who: Improvement.state.in_(LIVE) & (Improvement.person_id == who.id)),
    "ours": Choice(
        N_("My department's"), lambda who: Improvement.state.in_(LIVE) & (Improvement.department_id == who.department_id)
    ),
    "late": Choice(N_("Overdue"), _late),
    "verify": Choice(N_("Waits for verification"), lambda _: Improvement.state == DONE),
    "watched": Choice(N_("Effect watched"), lambda _: Improvement.state == WATCHED),
    "closed": Choice(N_("Closed"), lambda _: Improvement.state == CLOSED),
    "dropped": Choice(N_("Dropped"), lambda _: Improvement.state == DROPPED),
}  # fmt: skip
_ALONG = tuple(map(joinedload, (Improvement.department, Improvement.person)))


def listing(rows: Select, which: str, by: Person, after: tuple[date, int] | None, limit: int) -> list[Improvement]:
    """Actions (visible ones), what is due first on top; those that are over the other way round. `after`: day and id."""
    rows = rows.where(CHOICES[which].rule(by)).options(*_ALONG)
    over = which in ("closed", "dropped")
    key = tuple_(Improvement.due_on, Improvement.id)
    if after:
        last = tuple_(literal(after[0]), after[1])
        rows = rows.where(key < last if over else key > last)
    order = (Improvement.due_on.desc(), Improvement.id.desc()) if over else (Improvement.due_on, Improvement.id)
    return list(db.session.scalars(rows.order_by(*order).limit(limit)))


def of_source(rows: Select, source: str, key: int) -> list[Improvement]:
    """The actions (visible ones) that were opened from this record, the newest first."""
    mine = rows.where(Improvement.source == source, Improvement.source_id == key).options(*_ALONG)
    return list(db.session.scalars(mine.order_by(Improvement.id.desc()).limit(20)))


def waiting_for(rows: Select, revisits: Select | None, by: Person, limit: int = 8) -> Waiting:
    """What waits for this person; one statement. `revisits`: the visible ones, of whoever asks customers again."""
    parts = [
        _to_act_on(rows, by)
        .with_only_columns(Improvement.id, cast(null(), Integer).label("revisit"))
        .limit(limit)
        .subquery()
    ]
    if revisits is not None:
        parts.append(
            _to_ask(revisits).with_only_columns(Improvement.id, Revisit.id.label("revisit")).limit(limit).subquery()
        )
    wanted = union_all(*map(select, parts)).subquery()
    found = (
        select(Improvement, Revisit)
        .join(wanted, wanted.c.id == Improvement.id)
        .outerjoin(Revisit, Revisit.id == wanted.c.revisit)
        .options(*_ALONG, contains_eager(Revisit.improvement), joinedload(Revisit.customer))
    )
    pairs = [(action, revisit) for action, revisit in db.session.execute(found)]
    return Waiting(
        sorted((action for action, revisit in pairs if revisit is None), key=lambda one: (one.due_on, one.id)),
        sorted((revisit for _, revisit in pairs if revisit), key=lambda one: (one.improvement.verified_at, one.id)),
    )


def _to_act_on(rows: Select, by: Person) -> Select:
    """What they or their department carry out; to supervisors also what is to be verified; what is due first on top."""
    own = [Improvement.person_id == by.id]
    if by.has(Role.HANDLER) and by.department_id and not by.provider_id:
        own.append((Improvement.department_id == by.department_id) & Improvement.person_id.is_(None))
    mine = (Improvement.state == OPEN) & or_(*own)
    ways = [mine]
    if by.has(Role.SUPERVISOR):
        ways += [(Improvement.state == DONE) & Improvement.person_id.is_distinct_from(by.id), _late(by)]
    return rows.where(or_(*ways)).order_by(Improvement.due_on, Improvement.id)


def late_ones() -> Select:
    """How many are overdue, as a statement."""
    return _count((Improvement.state == OPEN) & (Improvement.due_on < today()))


def to_verify() -> Select:
    """How many wait for a supervisor, as a statement."""
    return _count(Improvement.state == DONE)


def _count(rule: ColumnElement[bool]) -> Select:
    some = select(Improvement.id).where(rule).limit(100).subquery()
    return select(func.count()).select_from(some)


def _to_ask(rows: Select) -> Select:
    """Customers (of the visible rows) who are still to be asked again; the longest waiting first."""
    mine = rows.join(Revisit.improvement).where(Improvement.state == WATCHED, Revisit.recorded_at.is_(None))
    return mine.order_by(Improvement.verified_at, Revisit.id)


def customers_found(rows: Select, said: str, limit: int = 10) -> list[Customer]:
    """Customers (visible ones) of this name or number."""
    named = [
        column.icontains(said, autoescape=True) for column in (Customer.name, Customer.short_name, Customer.number)
    ]
    return list(db.session.scalars(rows.where(or_(*named)).order_by(Customer.number).limit(limit)))


def evidence(row: Improvement, rows: Select) -> dict[str, list[Attachment]]:
    """Its files (of the visible ones) by place: `step/7`, `done/1`."""
    found: dict[str, list[Attachment]] = {}
    mine = rows.where(Attachment.improvement_id == row.id).order_by(Attachment.id)
    for one in db.session.scalars(mine):
        found.setdefault(one.place or "", []).append(one)
    return found


def history(row: Improvement, entries: Select, limit: int = 60) -> list[Entry]:
    """What happened to it, newest first, with who did it."""
    of = (Entry.record == "improvement", Entry.record_id == row.id)
    rows = entries.where(*of).options(joinedload(Entry.by)).order_by(Entry.id.desc())
    return list(db.session.scalars(rows.limit(limit)))


def tickets_of(rows: Select, which: ColumnElement[bool], before: int | None, limit: int) -> list[Ticket]:
    """These tickets (of the visible ones), newest first, with customer."""
    found = rows.where(which).options(joinedload(Ticket.customer))
    if before is not None:
        found = found.where(Ticket.id < before)
    return list(db.session.scalars(found.order_by(Ticket.id.desc()).limit(limit)))
