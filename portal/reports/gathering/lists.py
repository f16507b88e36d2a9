"""The facts of lists on paper: a week's unclosed complaints, a month's complaints, a customer's complaint card."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer, Person
from portal.domain.quality import forced_list, projects, register, unclosed
from portal.domain.quality.days import today, zone
from portal.domain.quality.records import SupervisedProject, UnclosedLine, UnclosedWeek
from portal.domain.tickets.forced import reason_words
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, State
from portal.i18n import N_, Words
from portal.reports.facts import Filled, Shown
from portal.reports.gathering.plain import day_words, outcome_words
from portal.reports.listing import MOST_ROWS, About, Column, Listing, Row

NUMBER = Column(N_("Number"), "nowrap", "w4")
CUSTOMER = Column(N_("Customer"), "text", "w4")
CLASS = Column(N_("Class"), "text", "w4")
PARTY = Column(N_("Handled by"), "text", "w4")
DAYS = Column(N_("Days"), "number", "w1")


def _listing(document: Document, **facts) -> Listing:
    return Listing(number=document.number, made_at=clock.now(), zone=settings.company().zone, **facts)


def unclosed_week(document: Document, asker: Person, rows) -> Listing | None:
    """A week's list as it was kept."""
    week = db.session.scalar(rows(UnclosedWeek).where(UnclosedWeek.id == document.params.get("week", 0)))
    if week is None:
        return None
    lines = unclosed.lines(week, None, MOST_ROWS)
    return _listing(
        document,
        subtitle=Filled("{on}", {"on": week.monday}),
        table=N_("Complaints not closed, the longest open first"),
        about=(
            About(N_("Not closed"), str(week.count)),
            About(N_("Longest open"), Filled(N_("{days} days"), {"days": week.oldest_days})),
            About(N_("Supervised projects"), str(week.projects)),
        ),
        columns=(
            NUMBER, CUSTOMER, CLASS, PARTY, DAYS, Column(N_("Why not closed")), Column(N_("Last state report")),
        ),
        rows=tuple(_unclosed_row(line) for line in lines),
        total=week.count,
        none=N_("On this Monday every complaint was closed."),
    )  # fmt: skip


def _unclosed_row(line: UnclosedLine) -> Row:
    ticket = line.ticket
    said: Shown | None = (
        Filled("{on} {report}", {"on": line.report_at.astimezone(zone()).date(), "report": line.report[:160]})
        if line.report_at
        else None
    )
    why: Shown = line.why[:160] or Filled(FOR_STAFF[State(line.state)])
    return Row((
        ticket.number, ticket.customer.short_name, _class(line.class_code), line.party_words if line.party else None,
        str(line.days), why, said,
    ))  # fmt: skip


def project_list(document: Document, asker: Person, rows) -> Listing | None:
    """The supervised projects that the reader may see: those in hand, or those that are over; with their milestones."""
    state = document.params.get("state", "open")
    seen: Select = rows(SupervisedProject)
    found, total = projects.listing(seen, state, None, MOST_ROWS), projects.counted(seen, state)
    steps = [step for one in found for step in one.milestones]
    return _listing(
        document,
        subtitle=Filled(PROJECTS[state]),
        table=N_("Complaints open too long, the newest project first"),
        about=(
            About(N_("Supervised projects"), str(total)),
            About(N_("Milestones reached"), f"{sum(step.done_at is not None for step in steps)} / {len(steps)}"),
            About(N_("Milestones late"), str(sum(step.is_late(today()) for step in steps) if state == "open" else 0)),
        ),
        columns=(
            NUMBER, CUSTOMER, Column(N_("Subject"), "text", "w4"), Column(N_("Owner of the project"), "text", "w3"),
            Column(N_("Project since"), "nowrap", "w4"), Column(N_("Plan")), Column(N_("Milestones")),
        ),
        rows=tuple(_project_row(one) for one in found),
        total=total,
        none=N_("There is no such project."),
    )  # fmt: skip


PROJECTS = {"open": N_("In hand"), "closed": N_("Over")}
STEP = {
    "reached": (" 已完成", " reached"), "late": (" 已超期", " late"), "ahead": ("", ""),
}  # fmt: skip


def _project_row(one: SupervisedProject) -> Row:
    ticket = one.ticket
    said = [
        Words(f"{on.zh} {step.title}{zh}", f"{on.en} {step.title}{en}")
        for step in one.milestones
        for (zh, en), on in [(STEP[step.state(today())], day_words(step.due_on))]
    ]
    listed = Words("；".join(step.zh for step in said), "; ".join(step.en for step in said)) if said else None
    return Row((
        ticket.number, ticket.customer.short_name, ticket.subject, one.owner.name if one.owner else None,
        _day(one.opened_at), one.plan[:400] or None, listed,
    ))  # fmt: skip


def complaint_register(document: Document, asker: Person, rows) -> Listing | None:
    """The complaints of a month that the reader may see: all, or those of one channel."""
    month, channel = date.fromisoformat(document.params.get("month", "2000-01-01")), document.params.get("channel")
    part, tickets = ("channel", channel) if channel else None, rows(Ticket)
    lines, total = register.register(tickets, month, None, MOST_ROWS, part), register.registered(tickets, month, part)
    return _listing(
        document,
        subtitle=Words(f"{month.year}年{month.month}月", f"{month:%b %Y}"),
        table=N_("Complaints in the order they came"),
        about=(About(N_("Web complaints") if channel == "web" else N_("Complaints"), str(total)),),
        columns=(
            NUMBER, CUSTOMER, CLASS, Column(N_("Subject")), PARTY, Column(N_("Opened on"), "nowrap", "w4"),
            Column(N_("Closed on"), "nowrap", "w4"), Column(N_("Outcome"), "text", "w4"),
        ),
        rows=tuple(_register_row(line) for line in lines),
        total=total,
        none=N_("No complaint was opened in this month."),
    )  # fmt: skip


def _register_row(line: register.Line) -> Row:
    ticket = line.ticket
    return Row((
        ticket.number, ticket.customer.short_name, _class(ticket.class_code), ticket.subject, _party(line),
        _day(ticket.opened_at), _day(ticket.closed_at), _outcome(ticket),
    ))  # fmt: skip


def forced_month(document: Document, asker: Person, rows) -> Listing | None:
    """The forced closures of a month that the reader may see."""
    month = date.fromisoformat(document.params.get("month", "2000-01-01"))
    seen: Select = rows(ForcedClosure)
    lines, total = forced_list.month_list(seen, month, None, MOST_ROWS), forced_list.listed(seen, month)
    return _listing(
        document,
        subtitle=Words(f"{month.year}年{month.month}月", f"{month:%b %Y}"),
        table=N_("Closed by force, in the order of approval"),
        about=(
            About(N_("Closed by force"), str(total)),
            About(N_("Reopened since"), str(sum(line.is_reopened for line in lines))),
        ),
        columns=(
            NUMBER, CUSTOMER, CLASS, Column(N_("Subject")), PARTY, Column(N_("Reason")), Column(N_("Requested by"), "text", "w3"),
            Column(N_("Who approved"), "text", "w3"), Column(N_("Approved on"), "nowrap", "w4"),
        ),
        rows=tuple(_forced_row(line) for line in lines),
        total=total,
        none=N_("In this month no ticket was closed by force."),
    )  # fmt: skip


def _forced_row(line: forced_list.Line) -> Row:
    row, ticket = line.row, line.row.ticket
    return Row((
        ticket.number, ticket.customer.short_name, _class(ticket.class_code), ticket.subject,
        line.party if line.party.zh else None, reason_words(row.reason_code), row.asked_by.name,
        row.decided_by.name if row.decided_by else None, _day(row.decided_at),
    ))  # fmt: skip


def complaint_card(document: Document, asker: Person, rows) -> Listing | None:
    """All complaints of a customer that the reader may see."""
    customer = db.session.scalar(rows(Customer).where(Customer.id == document.customer_id))
    if customer is None:
        return None
    tickets: Select = rows(Ticket)
    lines, total = register.card(tickets, customer, None, MOST_ROWS), register.on_card(tickets, customer)
    known = [line.amount for line in lines if line.amount is not None]
    policy = settings.policy()
    return _listing(
        document,
        subtitle=customer.name,
        table=N_("Complaints, the newest first"),
        about=(
            About(N_("Customer number"), customer.number),
            About(N_("Tier"), policy.called("tiers", customer.tier)),
            About(N_("Card"), policy.called("cards", customer.card)),
            About(N_("Complaints"), str(total)),
            About(N_("Compensated (yuan, as far as known)"), (_yuan(sum(known)) or "—") if known else "—"),
        ),
        columns=(
            NUMBER, Column(N_("Opened on"), "nowrap", "w4"), CLASS, Column(N_("Subject")), Column(N_("Cause")),
            Column(N_("Outcome"), "text", "w4"), Column(N_("Rounds"), "number", "w1"), DAYS,
            Column(N_("Compensation"), "number", "w3"),
        ),
        rows=tuple(_card_row(line) for line in lines),
        total=total,
        none=N_("This customer has never complained here."),
    )  # fmt: skip


def _card_row(line: register.CardLine) -> Row:
    ticket = line.ticket
    cause: Shown = line.cause[:160] or (settings.policy().cause_called(ticket.cause_code) if ticket.cause_code else "")
    return Row((
        ticket.number, _day(ticket.opened_at), _class(ticket.class_code), ticket.subject, cause, _outcome(ticket),
        str(ticket.round), str(line.days), _yuan(line.amount),
    ))  # fmt: skip


def _class(code: str | None) -> Shown | None:
    return settings.policy().called("classes", code) if code else None


def _party(line: register.Line) -> Shown | None:
    return line.party if line.party.zh else None


def _day(at) -> Shown | None:
    return day_words(at.astimezone(zone()).date()) if at else None


def _outcome(ticket: Ticket) -> Shown:
    """What came of it; of one that is not over, its state."""
    words = outcome_words(ticket.outcome) if ticket.outcome else ""
    return words if isinstance(words, Words) else Filled(FOR_STAFF[State(ticket.state)])


def _yuan(amount: Decimal | int | None) -> str | None:
    return None if amount is None else f"{amount:,.2f}"
