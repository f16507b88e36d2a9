"""The weekly list of unclosed complaints (未关闭投诉周报, R18): made each Monday, kept as it stood, told to those in charge."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, TextualSelect, func, insert, select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import IDS, db, spelled_out
from portal.domain import outbox
from portal.domain.people.models import Department, Provider
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.quality.days import begins, monday, today
from portal.domain.quality.records import SupervisedProject, UnclosedLine, UnclosedWeek
from portal.domain.tickets.lifecycle import OUR_WORDS
from portal.domain.tickets.models import Dispatch, Message, Ticket
from portal.i18n import Words

COMPLAINT = "complaint"
"""The kind of ticket that quality supervision watches (R10)."""
UNTIL = "until"
"""The reply field that says why it cannot be closed yet, and until when (R15)."""
AT_ONCE = 500
LONGEST = 500
"""Characters of a reason or report that a list keeps."""


def keep_week() -> UnclosedWeek | None:
    """This week's list, if it is not kept yet; the worker asks every hour. A letter to supervisors and managers.

    What stands in it are the complaints opened before Monday and still unclosed. Call in a transaction of its own.
    """
    first = monday(today())
    if db.session.scalar(select(UnclosedWeek.id).where(UnclosedWeek.monday == first)):
        return None
    at = clock.now()
    week = UnclosedWeek(monday=first, made_at=at, count=0, oldest_days=0, projects=0)
    db.session.add(week)
    db.session.flush()
    for tickets in _in_parts(_unclosed(begins(first))):
        lines = _lines(week, tickets, at)
        db.session.execute(insert(UnclosedLine), lines)
        week.count += len(lines)
        week.oldest_days = max(week.oldest_days, *(line["days"] for line in lines))
        week.projects += sum(line["is_project"] for line in lines)
    _tell(week)
    return week


def _unclosed(before: datetime) -> Select:
    """Complaints that live and were opened before, the oldest first."""
    live = select(Ticket).where(Ticket.kind == COMPLAINT, Ticket.is_live, Ticket.opened_at < before)
    return live.options(joinedload(Ticket.owner)).order_by(Ticket.opened_at, Ticket.id)


def _in_parts(rows: Select) -> Iterator[list[Ticket]]:
    found = list(db.session.scalars(rows))
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]


def _lines(week: UnclosedWeek, tickets: list[Ticket], at: datetime) -> list[dict]:
    ids = [ticket.id for ticket in tickets]
    parties, said, projects = leading(ids), _said(ids), _projects(ids)
    lines = []
    for ticket in tickets:
        party = parties.get(ticket.id) or (Words(ticket.owner.name, ticket.owner.name) if ticket.owner else Words(""))
        why, report = said.get(ticket.id, ("", None))
        lines.append({
            "week_id": week.id, "ticket_id": ticket.id, "days": (at - ticket.opened_at) // timedelta(days=1),
            "state": ticket.state, "class_code": ticket.class_code, "party": party.zh, "party_en": party.en,
            "why": why[:LONGEST], "report": report.body[:LONGEST] if report else "",
            "report_at": report.at if report else None, "is_project": ticket.id in projects,
        })  # fmt: skip
    return lines


def leading(ids: Iterable[int]) -> dict[int, Words]:
    """Who works on these tickets: the party of the running order, the one in the lead before those that assist.

    Of a ticket that is over: the party that last had the lead and did not hand it back.
    """
    rows = db.session.execute(_leading(db.engine.dialect.name), {"ids": list(ids)})
    return {row.ticket_id: Words(row.name, row.name_en or row.name) for row in rows}


@cache
def _leading(_dialect: str) -> TextualSelect:
    """The parties of the tickets given as «ids», the one that counts last; made once."""
    name = func.coalesce(Provider.name, Department.name).label("name")
    rows = select(Dispatch.ticket_id, name, Department.name_en).select_from(Dispatch)
    rows = rows.outerjoin(Department, Department.id == Dispatch.department_id)
    rows = rows.outerjoin(Provider, Provider.id == Dispatch.provider_id)
    return spelled_out(
        rows.where(Dispatch.ticket_id.in_(IDS), Dispatch.handed_back.is_(None)).order_by(Dispatch.is_lead, Dispatch.id)
    )


def _said(ids: list[int]) -> dict[int, tuple[str, Message | None]]:
    """Of each ticket why it cannot be closed yet, and what the customer was told last."""
    rows = select(Message).where(
        Message.ticket_id.in_(ids), Message.sort.in_(OUR_WORDS), Message.taken_back_at.is_(None)
    )
    found: dict[int, tuple[str, Message | None]] = {}
    for message in db.session.scalars(rows.order_by(Message.id)):
        why, _ = found.get(message.ticket_id, ("", None))
        found[message.ticket_id] = (str(message.shape.get(UNTIL) or why), message)
    return found


def _projects(ids: list[int]) -> set[int]:
    rows = select(SupervisedProject.ticket_id).where(SupervisedProject.ticket_id.in_(ids))
    return set(db.session.scalars(rows))


def _tell(week: UnclosedWeek) -> None:
    if not week.count:
        return
    for person in staff(Role.SUPERVISOR, Role.MANAGER):
        outbox.post(
            "unclosed_week", person, key=f"unclosed:{week.monday.isoformat()}", week=week.id, count=week.count,
            days=week.oldest_days, projects=week.projects, monday=week.monday.isoformat(),
        )  # fmt: skip


def weeks(rows: Select, before: date | None, limit: int) -> list[UnclosedWeek]:
    """The weeks that are kept, the newest first; `before`: a Monday."""
    if before is not None:
        rows = rows.where(UnclosedWeek.monday < before)
    return list(db.session.scalars(rows.order_by(UnclosedWeek.monday.desc()).limit(limit)))


def lines(week: UnclosedWeek, after: int | None, limit: int | None) -> list[UnclosedLine]:
    """The lines of a week, the longest open first, with ticket and customer; `after`: the last line seen."""
    rows = select(UnclosedLine).where(UnclosedLine.week_id == week.id)
    if after is not None:
        rows = rows.where(UnclosedLine.id > after)
    along = joinedload(UnclosedLine.ticket).joinedload(Ticket.customer)
    return list(db.session.scalars(rows.options(along).order_by(UnclosedLine.id).limit(limit)))
