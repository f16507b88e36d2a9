"""Complaints open too long (立项督办, R18): past three months one becomes a project with owner, plan and milestones.

A project lives as long as its ticket: closed, withdrawn or merged, it is over; reopened, it goes on.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal import clock
from portal.db import db
from portal.domain import files, journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import supervisors
from portal.domain.people.roles import Role
from portal.domain.quality.days import begins, today
from portal.domain.quality.records import Milestone, SupervisedProject
from portal.domain.quality.unclosed import COMPLAINT
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import actions
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

AT_ONCE = 500
STATES = {"reached": N_("reached"), "late": N_("late"), "ahead": N_("ahead")}
"""How a milestone stands."""

# How the journal tells what happened to a supervised project.
TOLD = {
    "supervised_project.opened": N_("{number} was open for {months} months and became a supervised project"),
    "supervised_project.planned": N_("{by} wrote the plan"),
    "supervised_project.given": N_("{by} made {became} the owner of the project"),
    "supervised_project.milestone": N_("{by} added the milestone “{became}”, due on {due}"),
    "supervised_project.dropped": N_("{by} dropped the milestone “{was}”"),
    "supervised_project.done": N_("{by} reached the milestone “{became}”: {why}"),
    "supervised_project.late": N_("The milestone “{became}” is late; the owner and the supervisors were told"),
}


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of that month where it has no such day."""
    number = day.year * 12 + day.month - 1 - months
    first = date(number // 12, number % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)


def open_due() -> int:
    """Complaints that are open past the policy's months become projects; gives how many. The worker's daily part."""
    months, at = settings.policy().limits.project_months, clock.now()
    limit = begins(months_before(today(), months))
    known = select(SupervisedProject.id).where(SupervisedProject.ticket_id == Ticket.id).exists()
    rows = select(Ticket).where(Ticket.kind == COMPLAINT, Ticket.is_live, Ticket.opened_at < limit, ~known)
    found = list(db.session.scalars(rows.options(joinedload(Ticket.owner)).order_by(Ticket.opened_at).limit(AT_ONCE)))
    for ticket in found:
        _open(ticket, months, at)
    return len(found)


def _open(ticket: Ticket, months: int, at: datetime) -> None:
    project = SupervisedProject(ticket=ticket, owner=ticket.owner, plan="", opened_at=at)
    db.session.add(project)
    db.session.flush()
    journal.write("supervised_project.opened", project, None, number=ticket.number, months=months)
    for person in _concerned(project):
        _post("project_opened", person, project, ticket, months=months)


def _concerned(project: SupervisedProject) -> list[Person]:
    """The owner and the supervisors, each once."""
    people = ([project.owner] if project.owner else []) + supervisors()
    return list({person.id: person for person in people}.values())


def _post(
    template: str, to: Person, project: SupervisedProject, ticket: Ticket, event: str = "opened", **facts
) -> None:
    outbox.post(
        template, to, key=f"project:{project.id}:{event}", project=project.id, number=ticket.number, subject=ticket.subject,
        **facts,
    )  # fmt: skip


def may_run(project: SupervisedProject, by: Person) -> bool:
    """Its owner and the supervisors run a project, as long as its ticket lives."""
    return project.ticket.is_live and (by.id == project.owner_id or by.has(Role.SUPERVISOR))


def need(project: SupervisedProject, by: Person) -> None:
    """Refuse whoever does not run the project, and whatever comes after its end."""
    if not project.ticket.is_live:
        raise Refused(N_("The complaint is over, and with it the project."))
    if not may_run(project, by):
        raise Refused(N_("The owner of the project and the supervisors run it."))


def plan(
    project: SupervisedProject, by: Person, owner: Person | None, words: str, *, version: int | None = None
) -> None:
    """Who owns it and how it is to be solved."""
    need(project, by)
    if version is not None and project.version != version:
        raise Stale(N_("Somebody changed this project while you were writing. Look at what is new; your text is kept."))
    if owner is not None and owner.id != project.owner_id:
        project.owner = owner
        journal.write("supervised_project.given", project, by, became=owner.name)
        if owner.id != by.id:
            _post("project_given", owner, project, project.ticket, f"given:{clock.now().isoformat()}", by=by.name)
    if words != project.plan:
        project.plan = words
        journal.write("supervised_project.planned", project, by, became=words[:500])


def add_milestone(project: SupervisedProject, by: Person, title: str, due_on: date) -> Milestone:
    """A step on the way, and until when."""
    need(project, by)
    if due_on < today():
        raise Refused(N_("A milestone lies ahead; please choose a later day."))
    row = Milestone(project_id=project.id, title=title, due_on=due_on, evidence="")
    db.session.add(row)
    db.session.flush()
    journal.write("supervised_project.milestone", project, by, became=title, due=due_on.isoformat())
    return row


def drop_milestone(milestone: Milestone, project: SupervisedProject, by: Person) -> None:
    """It is no step of the plan any more; one that was reached stays."""
    need(project, by)
    if milestone.done_at is not None:
        raise Refused(N_("A milestone that was reached stays."))
    journal.write("supervised_project.dropped", project, by, was=milestone.title)
    db.session.delete(milestone)


def reach(
    milestone: Milestone, project: SupervisedProject, by: Person, evidence: str, attached: Sequence[files.StoredFile] = ()
) -> None:  # fmt: skip
    """The step is done, and what shows it. The evidence is an internal note of the ticket, with its files."""
    need(project, by)
    if milestone.done_at is not None:
        raise Refused(N_("This milestone was reached already."))
    if not evidence.strip():
        raise Refused(N_("Please say what shows that it is done."))
    note = actions.note(project.ticket, by, f"{milestone.title}：{evidence}", attached=attached)
    milestone.done_at, milestone.done_by_id, milestone.evidence = clock.now(), by.id, evidence
    milestone.note_id = note.id
    journal.write("supervised_project.done", project, by, became=milestone.title, why=evidence[:500])


def raise_late() -> int:
    """Milestones past their day: owner and supervisors are told, once each. The worker's daily part."""
    late = Milestone.done_at.is_(None), Milestone.late_at.is_(None), Milestone.due_on < today()
    project = joinedload(Milestone.project)
    rows = (
        select(Milestone).join(Milestone.project).join(SupervisedProject.ticket).where(*late, Ticket.is_live)
        .options(project.joinedload(SupervisedProject.ticket), project.joinedload(SupervisedProject.owner))
        .order_by(Milestone.due_on).limit(AT_ONCE)
    )  # fmt: skip
    found = list(db.session.scalars(rows))
    for row in found:
        row.late_at = clock.now()
        journal.write("supervised_project.late", row.project, None, became=row.title)
        for person in _concerned(row.project):
            event = f"late:{row.id}"
            _post(
                "milestone_late",
                person,
                row.project,
                row.project.ticket,
                event,
                title=row.title,
                on=row.due_on.isoformat(),
            )
    return len(found)


def listing(rows: Select, state: str, before: int | None, limit: int) -> list[SupervisedProject]:
    """Projects (visible ones) «open» or «closed», the newest first, with ticket, customer, owner, milestones."""
    rows = rows.join(SupervisedProject.ticket).where(Ticket.is_live if state == "open" else ~Ticket.is_live)
    if before is not None:
        rows = rows.where(SupervisedProject.id < before)
    ticket = joinedload(SupervisedProject.ticket).joinedload(Ticket.customer)
    steps = selectinload(SupervisedProject.milestones).joinedload(Milestone.done_by)
    along = (ticket, joinedload(SupervisedProject.owner), steps)
    return list(db.session.scalars(rows.options(*along).order_by(SupervisedProject.id.desc()).limit(limit)))


def counted(rows: Select, state: str) -> int:
    """How many projects (visible ones) there are in a state."""
    mine = rows.join(SupervisedProject.ticket).where(Ticket.is_live if state == "open" else ~Ticket.is_live)
    return db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0


def milestones_of(project: SupervisedProject) -> list[Milestone]:
    """Its milestones in the order of their days, with who reached them."""
    rows = select(Milestone).where(Milestone.project_id == project.id).options(joinedload(Milestone.done_by))
    return list(db.session.scalars(rows.order_by(Milestone.due_on, Milestone.id)))


def evidence_files(milestones: Sequence[Milestone], rows: Select) -> dict[int, list[files.Attachment]]:
    """Of these attachments (visible ones) those that show a milestone is reached, by milestone."""
    by_note = {one.note_id: one.id for one in milestones if one.note_id}
    found: dict[int, list[files.Attachment]] = {}
    for row in db.session.scalars(rows.where(files.Attachment.note_id.in_(list(by_note)))) if by_note else ():
        found.setdefault(by_note[row.note_id], []).append(row)
    return found


def of_ticket(ticket: Ticket) -> SupervisedProject | None:
    """The project of a ticket, if it became one."""
    return db.session.scalar(select(SupervisedProject).where(SupervisedProject.ticket_id == ticket.id))


def history(project: SupervisedProject, entries: Select, limit: int = 40) -> list[journal.Entry]:
    """What happened to it, newest first, with who did it."""
    of = (journal.Entry.record == "supervised_project", journal.Entry.record_id == project.id)
    rows = entries.where(*of).options(joinedload(journal.Entry.by)).order_by(journal.Entry.id.desc())
    return list(db.session.scalars(rows.limit(limit)))


def late_ones() -> Select:
    """How many milestones are past their day, as a statement."""
    rows = select(func.count()).select_from(Milestone).join(Milestone.project).join(SupervisedProject.ticket)
    late = Milestone.done_at.is_(None), Milestone.due_on < today(), Ticket.is_live
    return rows.where(*late)


def without_plan() -> Select:
    """How many live projects have no plan yet, as a statement."""
    rows = select(func.count()).select_from(SupervisedProject).join(SupervisedProject.ticket)
    return rows.where(Ticket.is_live, SupervisedProject.plan == "")
