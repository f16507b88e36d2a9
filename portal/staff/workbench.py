"""The workbench (工作台): what waits for this person, most pressing first, by the roles they hold."""

from datetime import datetime, timedelta

from flask import url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.people.roles import Role
from portal.domain.quality import days, forced_list, improvement, improvement_list
from portal.domain.quality.improvement_models import Improvement, Revisit
from portal.domain.ratings import follow_ups, kinds
from portal.domain.ratings.models import FollowUp, Rating
from portal.domain.tickets import workbench
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import NEVER, Ticket
from portal.domain.tickets.queue_filters import Asked
from portal.domain.tickets.workbench import SHOWN, STEPS, WAITS, WATCHING
from portal.staff.desk_states import LONGEST, READERS
from portal.staff.lines import Line, Lines
from portal.web.pages import page

door = Door("workbench", __name__, url_prefix="/staff")


@door.get("/", needs=P.DESK_READ)
def index():
    asked, lines = Asked(me()), Lines(me())
    found = workbench.lists(visible(Ticket, me()), asked)
    facts = (
        _of_the_desk(found, lines, asked.at) | _of_the_handler(found, lines, asked) | _of_the_watch(found, lines, asked)
    )
    facts |= _improvements()
    facts |= {"verifying": lines.of(found.get("verifying", ())), "cared_for": lines.of(found.get("cared_for", ()))}
    return page(
        "staff/workbench.html",
        parts=found,
        works=may(me(), P.DESK_WORK),
        roles=_roles(),
        shown=SHOWN,
        today=_today(lines),
        **facts,
    )


def _today(lines: Lines) -> str:
    """The day and its weekday: 11月22日 周日."""
    times = lines.times
    on = times.today
    return (
        f"{on.month}月{on.day}日 {times.weekday(on)}"
        if times.chinese
        else f"{times.weekday(on)} {times.stamp(times.now).partition(',')[0]}"
    )


def _roles() -> dict[str, bool]:
    """Which kinds of work this person has here."""
    return {
        "agent": me().has(Role.AGENT),
        "desk": me().has(Role.AGENT, Role.SUPERVISOR),
        "calls": me().has(Role.CALLER),
        "watch": me().has(*WATCHING),
        "care": me().has(Role.ACCOUNT_MANAGER),
        "handle": me().has(Role.HANDLER),
    }


def _of_the_desk(found: dict, lines: Lines, at: datetime) -> dict:
    """Own tickets in three: those that wait for me, the overdue ones, the next; and those that have no owner."""
    mine = found.get("mine", [])
    why = workbench.waiting([row.id for row in mine])
    waits = [row for row in mine if row.id in why]
    others = [row for row in mine if row.id not in why]
    late = [row for row in others if row.due_at < at]
    marks = {ticket: lines.said(WAITS[reason]) for ticket, reason in why.items()}
    return {
        "waits": lines.of(waits[: 2 * SHOWN], marks=marks),
        "waits_count": len(waits),
        "late": lines.of(late[:SHOWN]),
        "late_count": len(late),
        "next": lines.of([row for row in others if at <= row.due_at < NEVER][:SHOWN]),
        "still": sum(row.due_at >= NEVER for row in others),
        "unowned": lines.of(found.get("unowned", ())),
    }


def _of_the_handler(found: dict, lines: Lines, asked: Asked) -> dict:
    """Running orders of the own party by the next step; each with the promise that is its own.

    Those whose state is to be reported today, or should have been, stand above (R15).
    """
    rows = {row.id: row for row in found.get("ours", ())}
    steps, reports = {step: [] for step in STEPS}, []
    for task in workbench.tasks(me(), list(rows.values())):
        line = Line(rows[task.ticket_id], lines)
        line.due = lines.chip(task.due_code, task.due_at) if task.due_at < NEVER else None
        steps[task.step].append(line)
        if task.report_at and task.report_at < asked.begin_of(asked.today + timedelta(days=1)):
            reports.append({"line": line, "order": task.order_id, "due_at": task.report_at})
    return {
        "steps": {step: (lines.said(STEPS[step]), tasks) for step, tasks in steps.items()},
        "reports": sorted(reports, key=lambda one: one["due_at"])[:SHOWN],
        "state_readers": READERS,
        "state_limit": LONGEST,
    }


def _of_the_watch(found: dict, lines: Lines, asked: Asked) -> dict:
    """What went wrong: promises missed today, escalated ones, low ratings of late."""
    follows = may(me(), P.FOLLOW_UP)
    ratings = workbench.low_ratings(visible(Rating, me()), asked) if me().has(*WATCHING) and not follows else []
    return {
        "missed": _missed(found.get("missed", ()), lines),
        "follows": follows,
        "rating_kinds": kinds,
        "to_follow": follow_ups.listing(visible(FollowUp, me()), over=False, limit=8) if follows else [],
        "escalated": _missed(found.get("escalated", ()), lines),
        "to_force": forced_list.to_decide(visible(ForcedClosure, me()), me())[:SHOWN]
        if may(me(), P.FORCE_DECIDE)
        else None,
        "ratings": [(row, url_for("desk.show", ticket=row.id), lines.when(row.at)) for row in ratings],
    }


def _improvements() -> dict:
    """Improvement actions that wait for this person, and customers to be asked again (R33)."""
    if not may(me(), P.IMPROVE):
        return {"actions": [], "to_revisit": []}
    asks = me().has(Role.CALLER, Role.ACCOUNT_MANAGER)
    found = improvement_list.waiting_for(visible(Improvement, me()), visible(Revisit, me()) if asks else None, me())
    return {
        "actions": found.actions, "to_revisit": found.to_revisit, "action_words": improvement, "on": days.today(),
    }  # fmt: skip


def _missed(rows, lines: Lines) -> list:
    """Lines whose chip is the missed promise itself, though another may be due before it."""
    shown = []
    for row in rows:
        line = Line(row, lines)
        line.due = lines.chip(row.missed_code, row.missed_at)
        shown.append(line)
    return shown
