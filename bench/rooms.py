"""Rows for the rooms around the tickets: orders, call-backs, liability, major cases, ratings, the weekly list; by INSERT … SELECT."""

from datetime import timedelta

from sqlalchemy import String, case, cast, func, insert, literal, select
from sqlalchemy.sql import null

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Department
from portal.domain.quality.days import monday, today
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.models import Liability
from portal.domain.quality.records import UnclosedLine, UnclosedWeek
from portal.domain.ratings.models import Rating
from portal.domain.tickets.models import CallBack, Dispatch, Ticket
from portal.domain.tickets.states import State

STAFF, SUPERVISOR, PROVIDERS = 30, 31, 60
"""People with the numbers 1 … STAFF work on tickets; so many providers there are, and every fifth ticket is theirs."""


def provider_of(ticket: int) -> int | None:
    """Every fifth ticket is worked on by a provider."""
    return 1 + ticket % PROVIDERS if ticket % 5 == 0 else None


def fill() -> None:
    """Every room, each in a transaction of its own."""
    at, ticket = clock.now(), Ticket.__table__.c
    is_complaint, is_closed = ticket.kind == "complaint", ticket.state == State.CLOSED
    departments = db.session.scalar(select(func.count(Department.id)))
    mine = 1 + ticket.id % STAFF
    to_provider = ticket.id % 5 == 0
    _copied(Dispatch, {
        "ticket_id": ticket.id, "number": literal("PG-") + cast(ticket.id, String), "is_lead": literal(True),
        "department_id": case((to_provider, null()), else_=1 + ticket.id % departments),
        "provider_id": case((to_provider, 1 + ticket.id % PROVIDERS), else_=null()), "suggestion": literal("请先联系客户。"),
        "by_id": mine, "at": ticket.opened_at, "handler_id": mine, "is_recalled": literal(False),
        "done_at": case((is_closed, ticket.opened_at), else_=null()),
    }, ticket.state != State.NEW)  # fmt: skip
    _copied(CallBack, {
        "ticket_id": ticket.id, "round": literal(1), "by_id": mine, "by_name": literal("回访"), "at": ticket.closed_at,
        "means": literal("phone"), "outcome": literal("solved_satisfied"), "body": literal("客户确认已解决。"),
        "false_reply": literal(False), "false_reply_reason": literal(""),
    }, is_closed)  # fmt: skip
    _copied(Liability, {
        "version": literal(1), "ticket_id": ticket.id, "department_id": 1 + ticket.id % departments, "person_id": null(),
        "is_liable": ticket.id % 3 == 0, "degree": null(), "reason": literal("按记录认定。"), "decided_by_id": literal(SUPERVISOR),
        "decided_at": ticket.closed_at, "appeal_until": ticket.closed_at, "appeal": literal(""), "appeal_reason": literal(""),
        "appealed_at": case((ticket.id % 900 == 0, ticket.closed_at), else_=null()),
    }, is_complaint, is_closed, ticket.id % 4 == 0)  # fmt: skip
    _copied(MajorCase, {
        "version": literal(1), "ticket_id": ticket.id, "number": literal("ZD-") + cast(ticket.id, String),
        "state": case((is_closed, "closed"), else_="accepted"), "signs": literal([], MajorCase.__table__.c.signs.type),
        "reason": literal("影响重大。"), "proposed_at": ticket.opened_at, "decision": literal("受理"), "review": literal(""),
        "lessons": literal(""), "improvement": literal(""), "decided_at": ticket.opened_at, "closed_at": ticket.closed_at,
    }, is_complaint, ticket.id % 50 == 0)  # fmt: skip
    _copied(Rating, {
        "kind": literal("ticket"), "customer_id": ticket.customer_id, "ticket_id": ticket.id, "round": literal(1),
        "owner_id": ticket.owner_id, "by_id": ticket.asked_by_id, "at": ticket.closed_at, "by_link": literal(False),
        "department_id": 1 + ticket.id % departments, "stars": 5 - ticket.id % 3, "comment": literal("谢谢。"),
        "dimensions": literal({}, Rating.__table__.c.dimensions.type),
    }, is_closed, ticket.id % 3 == 0)  # fmt: skip
    with transaction():
        week = UnclosedWeek(monday=monday(today()), made_at=at, count=0)
        db.session.add(week)
        db.session.flush()
        kept = week.id
    _copied(UnclosedLine, {
        "week_id": literal(kept), "ticket_id": ticket.id, "days": literal(9), "state": ticket.state, "class_code": ticket.class_code,
        "party": literal("网络部"), "party_en": literal("Network"), "why": literal("等待备件。"), "report": literal("已派人。"),
        "report_at": literal(at - timedelta(days=1), UnclosedLine.__table__.c.report_at.type), "is_project": literal(False),
    }, is_complaint, ticket.is_live)  # fmt: skip
    with transaction():
        db.session.get_one(UnclosedWeek, kept).count = db.session.scalar(
            select(func.count(UnclosedLine.id)).where(UnclosedLine.week_id == kept)
        )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")


def _copied(model, columns: dict, *which) -> None:
    """A row of this table for each ticket of which this holds."""
    with transaction():
        db.session.execute(
            insert(model).from_select([*columns], select(*columns.values()).where(*which), include_defaults=False)
        )
