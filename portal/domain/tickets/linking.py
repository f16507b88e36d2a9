"""Tickets that belong together (R21): merged with a way back, linked, put under one problem."""

from datetime import datetime

from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines, problems
from portal.domain.tickets.models import Problem, Ticket, TicketLink
from portal.domain.tickets.orders import end_running, rerun
from portal.domain.tickets.states import State
from portal.domain.tickets.steps import expect, move, need_desk, touch
from portal.i18n import N_


def merge(ticket: Ticket, into: Ticket, by: Person, why: str = "", *, version: int | None = None) -> None:
    """Go on in another ticket of the same customer: its thread shows both, later words go there."""
    if ticket.id == into.id or ticket.customer_id != into.customer_id:
        raise Refused(N_("Only two different tickets of the same customer can be merged."))
    if not into.is_live:
        raise Refused(N_("{number} is over; merge into a ticket that is still worked on."), number=into.number)
    at = clock.now()
    expect(ticket, version)
    move(ticket, "merge", by, why=why, at=at.isoformat())
    ticket.merged_into = into
    deadlines.drop(ticket, at)
    end_running(ticket, at)
    journal.write("ticket.merged_here", into, by, became=ticket.number)
    touch(into, at)
    if ticket.asked_by:
        outbox.post(
            "ticket_merged", ticket.asked_by, key=f"ticket:{ticket.id}:merged:{into.id}", ticket=ticket,
            number=ticket.number, subject=ticket.subject, into=into.number,
        )  # fmt: skip


def unmerge(ticket: Ticket, by: Person) -> None:
    """Undo a merge: the ticket stands where it stood, its promises and orders of then hold again.

    How it stood is read from what the journal says of the merge.
    """
    into, told = ticket.merged_into, _merge_told(ticket)
    move(ticket, "unmerge", by, back_to=State(told.was) if told is not None else None)
    ticket.merged_into = None
    if told is not None:
        merged_at = datetime.fromisoformat(told.facts["at"])
        deadlines.revive(ticket, merged_at)
        rerun(ticket, merged_at)
    outbox.cancel(ticket, ":merged:")
    if into is not None:
        touch(into)
        journal.write("ticket.unmerged_here", into, by, was=ticket.number)


def _merge_told(ticket: Ticket) -> journal.Entry | None:
    of = (journal.Entry.record == "ticket", journal.Entry.record_id == ticket.id, journal.Entry.verb == "ticket.merge")
    return db.session.scalars(db.select(journal.Entry).where(*of).order_by(journal.Entry.id.desc()).limit(1)).first()


def link(ticket: Ticket, other: Ticket, by: Person) -> None:
    """Say that two tickets have to do with each other."""
    need_desk(ticket, by)
    if ticket.id == other.id:
        raise Refused(N_("A ticket cannot be linked with itself."))
    one, two = sorted((ticket.id, other.id))
    if db.session.scalar(db.select(TicketLink.id).where(TicketLink.one_id == one, TicketLink.other_id == two)):
        return
    db.session.add(TicketLink(one_id=one, other_id=two, by_id=by.id, at=clock.now()))
    touch(ticket)
    journal.write("ticket.linked", ticket, by, became=other.number)


def unlink(ticket: Ticket, other: Ticket, by: Person) -> None:
    """Take a link away."""
    need_desk(ticket, by)
    one, two = sorted((ticket.id, other.id))
    for row in db.session.scalars(db.select(TicketLink).where(TicketLink.one_id == one, TicketLink.other_id == two)):
        db.session.delete(row)
        journal.write("ticket.unlinked", ticket, by, was=other.number)
    touch(ticket)


def linked(ticket: Ticket) -> list[Ticket]:
    """The tickets this one is linked with, newest first."""
    ids = (
        db.select(TicketLink.other_id).where(TicketLink.one_id == ticket.id)
        .union(db.select(TicketLink.one_id).where(TicketLink.other_id == ticket.id))
    )  # fmt: skip
    return list(db.session.scalars(db.select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id.desc())))


def merged_here(ticket: Ticket) -> list[Ticket]:
    """The tickets that were merged into this one, oldest first."""
    return list(db.session.scalars(db.select(Ticket).where(Ticket.merged_into_id == ticket.id).order_by(Ticket.id)))


def put_under(ticket: Ticket, problem: Problem | None, by: Person, title: str = "") -> Problem | None:
    """Put a ticket under a problem (热点问题), a new one if a title is given; under none to take it away."""
    need_desk(ticket, by)
    if problem is None and title:
        problem = problems.open_problem(by, title, class_code=ticket.class_code)
    if problem is not None and problem.merged_into_id is not None:
        raise Refused(N_("This problem was merged into another one; choose that one."))
    was = ticket.problem.title if ticket.problem else None
    ticket.problem = problem
    touch(ticket)
    journal.write("ticket.problem", ticket, by, was=was, became=problem.title if problem else "—")
    if problem is not None:
        problems.tell_of(problem, ticket)
    return problem


def unsolved(rows: Select, limit: int = 100) -> list[Problem]:
    """Of these problems (visible ones) those that are not solved, the newest first."""
    alone = rows.where(Problem.solved_at.is_(None), Problem.merged_into_id.is_(None))
    return list(db.session.scalars(alone.order_by(Problem.id.desc()).limit(limit)))
