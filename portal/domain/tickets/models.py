"""Tables of the tickets' room: Ticket, its conversation, notes, dispatch orders, contacts, call-backs, deadlines."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Customer, Department, Person, Project, Provider
from portal.domain.tickets.states import LIVE, State

if TYPE_CHECKING:
    from portal.domain.tickets.proxies import Proxy

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The due moment of a ticket that waits for nothing of ours: sorts last, and keeps the queue's index whole."""
_UNJUDGED = text("closed_at is not null and judged_at is null")
_AGREED = text("call_at is not null")


class Ticket(Base):
    """A ticket (诉求 / 工单). Its promises are rows of their own; `due_at` keeps the nearest one for the queue."""

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("(state in ('closed')) = (closed_at is not null)", "closed_at_if_closed"),
        CheckConstraint("(state = 'merged') = (merged_into_id is not null)", "merged_into_if_merged"),
        Index("ix_ticket_due", "due_at", "id"),
        Index("ix_ticket_queue", "is_live", "due_at", "id"),
        Index("ix_ticket_state_queue", "state", "due_at", "id"),
        Index("ix_ticket_owner_queue", "owner_id", "is_live", "due_at", "id"),
        Index("ix_ticket_customer", "customer_id", "id"),
        Index("ix_ticket_customer_queue", "customer_id", "is_live", "due_at", "id"),
        Index("ix_ticket_kind_queue", "kind", "is_live", "due_at", "id"),
        Index("ix_ticket_opened", "opened_at", "id"),
        Index("ix_ticket_month", "kind", "opened_at", "class_code", "customer_id"),
        Index("ix_ticket_again", "customer_id", "class_code", "closed_at"),
        Index("ix_ticket_queue_opened", "is_live", "opened_at", "id"),
        Index("ix_ticket_queue_touched", "is_live", "touched_at", "id"),
        Index("ix_ticket_closed", "closed_at", "id"),
        Index("ix_ticket_touched", "touched_at", "id"),
        Index("ix_ticket_merged_into", "merged_into_id"),
        Index("ix_ticket_call", "call_at", sqlite_where=_AGREED, postgresql_where=_AGREED),
        Index("ix_ticket_unjudged", "kind", "closed_at", "id", sqlite_where=_UNJUDGED, postgresql_where=_UNJUDGED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    """Unique for ever, never reused: prefix of the kind, day, running number (TS-261122-0007)."""
    kind: Mapped[str] = mapped_column(String(20))
    kind_was: Mapped[str | None] = mapped_column(String(20))
    """What it was taken for at first; set when the desk put the kind right, once."""
    class_code: Mapped[str | None] = mapped_column(String(60))
    service_code: Mapped[str | None] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(20), default="portal")
    severity: Mapped[str] = mapped_column(String(20), default="normal")
    state: Mapped[str] = mapped_column(String(20), default=State.NEW)
    is_live: Mapped[bool] = mapped_column(default=True)
    subject: Mapped[str] = mapped_column(String(200))
    wish: Mapped[str] = mapped_column(Text, default="")
    """The outcome the customer wishes for (期望的处理结果)."""
    answers: Mapped[dict] = mapped_column(JSON, default=dict)
    """What the kind and class asked, by name of the question."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The customer's person it belongs to; none if entered for somebody without a login."""
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_email: Mapped[str] = mapped_column(String(120), default="")
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Shown to the organisation's other members when its sharing is «shared»."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """First-asked responsibility (首问责任人, R12): whoever accepted it, shown to the customer until closure."""
    is_major: Mapped[bool] = mapped_column(default=False)
    major_state: Mapped[str | None] = mapped_column(String(10))
    """How the major case about it stands (R20): kept here, so that nothing is asked where there is none."""
    judged_at: Mapped[Moment | None]
    """When its liability was decided (R19): kept here for the list of those that wait for it."""
    round: Mapped[int] = mapped_column(default=1)
    """Reopening starts a new round with its own closing promise (R21)."""
    sent_back: Mapped[int] = mapped_column(default=0)
    """How often the verification found it not solved (R16)."""
    outcome: Mapped[str | None] = mapped_column(String(30))
    cause_code: Mapped[str | None] = mapped_column(String(60))
    """The sort of cause that the last solution named, of the policy's list."""
    solution: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[Moment]
    accepted_at: Mapped[Moment | None]
    replied_at: Mapped[Moment | None]
    applied_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    touched_at: Mapped[Moment]
    due_at: Mapped[Moment] = mapped_column(default=NEVER)
    due_code: Mapped[str | None] = mapped_column(String(40))
    call_at: Mapped[Moment | None]
    """When the call-back desk calls again (约定回访时间, R16); none once it has, or verification is over."""
    forced_asked_at: Mapped[Moment | None]
    """When closing it by force was asked for (R17), while that waits for a manager."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"), index=True)

    customer: Mapped[Customer] = relationship(lazy="raise")
    project: Mapped[Project | None] = relationship(lazy="raise")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id], lazy="raise")
    opened_by: Mapped[Person] = relationship(foreign_keys=[opened_by_id], lazy="raise")
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id], lazy="raise")
    merged_into: Mapped["Ticket | None"] = relationship(remote_side=[id], lazy="raise")
    problem: Mapped["Problem | None"] = relationship(lazy="raise")
    proxy: Mapped["Proxy | None"] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def active_owner(self) -> Person | None:
        """The owner, unless that account is closed: then nobody looks after it, and the desk has to."""
        return self.owner if self.owner and self.owner.is_active else None

    def enters(self, state: State, at: datetime) -> None:
        """Set the state and what the database keeps with it: the flag of the queue's index, the moment of closing."""
        self.state, self.is_live = state, state in LIVE
        self.closed_at = at if state == State.CLOSED else None
        self.call_at = self.call_at if state == State.VERIFYING else None


class Message(Base):
    """One word of the conversation with the customer (沟通记录). Internal notes are another table.

    Shown to the customer from `shown_at` on: a staff answer can be taken back until then.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(String(60), default="")
    """Who said it, where that is somebody of the customer's without an account (and so nobody in `by`)."""
    sort: Mapped[str] = mapped_column(String(20))
    """opening · addition · answer (of the customer) · reply · question · solution (of ours) · rejection · reopening"""
    stage: Mapped[str | None] = mapped_column(String(20))
    """preliminary 初步 · final 最终 · progress 进展, for replies"""
    body: Mapped[str] = mapped_column(Text)
    shape: Mapped[dict] = mapped_column(JSON, default=dict)
    """The required parts of a reply (R15), by code of the reply field."""
    at: Mapped[Moment]
    shown_at: Mapped[Moment]
    taken_back_at: Mapped[Moment | None]

    by: Mapped[Person | None] = relationship(lazy="raise")


class Note(Base):
    """An internal note (内部备注): never queried by a customer's page; a provider's people see the reports on their orders."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatch.id"), index=True)
    """The order whose state it reports (进展汇报, R15); none for a plain note."""
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    body: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list] = mapped_column(JSON, default=list)

    by: Mapped[Person] = relationship(lazy="raise")


class Dispatch(Base):
    """A dispatch order (服务派工单, R13) to a department or a provider; one of a ticket's is in the lead."""

    __tablename__ = "dispatch"
    __table_args__ = (
        CheckConstraint("(department_id is null) <> (provider_id is null)", "one_party"),
        Index("ix_dispatch_department", "department_id", "done_at", "ticket_id"),
        Index("ix_dispatch_provider", "provider_id", "done_at", "ticket_id"),
        Index("ix_dispatch_ticket", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    number: Mapped[str] = mapped_column(String(24), unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    is_lead: Mapped[bool] = mapped_column(default=True)
    suggestion: Mapped[str] = mapped_column(Text)
    """First handling suggestion (初步处理建议)."""
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    confirmed_at: Mapped[Moment | None]
    contacted_at: Mapped[Moment | None]
    replied_at: Mapped[Moment | None]
    done_at: Mapped[Moment | None]
    """When its work ended: solution applied for, handed back, or taken away."""
    handed_back: Mapped[str | None] = mapped_column(Text)
    """Why it came back before its end: handed back by its party, or called back by the desk; none if it did not."""
    is_recalled: Mapped[bool] = mapped_column(default=False)
    """It was the desk that called it back."""

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")
    provider: Mapped[Provider | None] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="raise")
    handler: Mapped[Person | None] = relationship(foreign_keys=[handler_id], lazy="raise")

    @property
    def party(self) -> Department | Provider:
        """To whom it went."""
        found = self.department or self.provider
        assert found is not None  # noqa: S101  the check constraint one_party
        return found


class ContactRecord(Base):
    """A contact with the customer (联系记录): who spoke with whom, how, what was said."""

    __tablename__ = "contact_record"
    __table_args__ = (Index("ix_contact_record_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatch.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    means: Mapped[str] = mapped_column(String(20))
    """phone · visit · chat · email"""
    reached: Mapped[bool]
    spoke_with: Mapped[str] = mapped_column(String(60), default="")
    body: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Person] = relationship(lazy="raise")


class CallBack(Base):
    """One verification of a solution (回访, R16): by an independent officer, or the customer's own word."""

    __tablename__ = "call_back"
    __table_args__ = (Index("ix_call_back_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(String(60), default="")
    at: Mapped[Moment] = mapped_column(index=True)
    means: Mapped[str] = mapped_column(String(20))
    """phone · portal · link"""
    outcome: Mapped[str] = mapped_column(String(30))
    body: Mapped[str] = mapped_column(Text, default="")
    false_reply: Mapped[bool] = mapped_column(default=False)
    false_reply_reason: Mapped[str] = mapped_column(Text, default="")
    call_at: Mapped[Moment | None]
    """When to call again: agreed with the customer, or what the officer intends."""

    by: Mapped[Person | None] = relationship(lazy="raise")


class Deadline(Base):
    """A promise to a moment (时限, R14): which rule of which policy, when it began, when it is due, when it was met.

    Late is late: `met_at` after `due_at`, or still open after it. A promise once given keeps its rule.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_ticket", "ticket_id", "id"),
        Index("ix_deadline_open", "is_open", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatch.id"))
    code: Mapped[str] = mapped_column(String(40))
    round: Mapped[int] = mapped_column(default=1)
    policy_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    amount: Mapped[float]
    unit: Mapped[str] = mapped_column(String(20))
    pauses: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[Moment]
    due_at: Mapped[Moment]
    met_at: Mapped[Moment | None]
    dropped_at: Mapped[Moment | None]
    """When it stopped to matter without being met: withdrawn, merged, handed back."""
    paused_at: Mapped[Moment | None]
    is_open: Mapped[bool] = mapped_column(default=True)
    """Kept: neither met, nor dropped, nor paused. The reminders' index reads it."""
    warned_at: Mapped[Moment | None]
    breached_at: Mapped[Moment | None]
    escalated_at: Mapped[Moment | None]

    ticket: Mapped[Ticket] = relationship(lazy="raise")
    pauses_kept: Mapped[list["Pause"]] = relationship(order_by="Pause.id", lazy="raise")

    def is_late(self, at: datetime) -> bool:
        """Was it, or is it by now, missed? A paused or dropped promise is judged at the moment it stopped."""
        return (self.met_at or self.dropped_at or self.paused_at or at) > self.due_at

    @property
    def is_over(self) -> bool:
        return self.met_at is not None or self.dropped_at is not None

    def standing(self, at: datetime) -> str:
        """How it stands: met · missed · dropped · paused · late · running. Dropped when it was late already: missed."""
        if self.is_over:
            return "missed" if self.is_late(at) else "met" if self.met_at is not None else "dropped"
        return "paused" if self.paused_at is not None else "late" if self.due_at < at else "running"


class Pause(Base):
    """A stretch in which a promise did not run, kept for ever (R14): the due moment before and after."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"), index=True)
    began_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    due_was: Mapped[Moment]
    due_became: Mapped[Moment | None]
    reason: Mapped[str] = mapped_column(Text, default="")


class Problem(Base):
    """A hot issue (热点问题, R21): one cause behind several tickets; solving it tells all their customers once."""

    __tablename__ = "problem"
    __table_args__ = (Index("ix_problem_open", "solved_at", "merged_into_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(200))
    class_code: Mapped[str | None] = mapped_column(String(60))
    """The class of complaints it was seen in, when a signal brought it up."""
    cause: Mapped[str] = mapped_column(Text, default="")
    measure: Mapped[str] = mapped_column(Text, default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who sees to it that the measure is taken."""
    due_on: Mapped[date | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    solved_at: Mapped[Moment | None]
    solution: Mapped[str] = mapped_column(Text, default="")
    """What the customers are told when it is solved."""
    round: Mapped[int] = mapped_column(default=1)
    """Reopened, it begins another round: whoever was told before is told again when it is solved again."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))

    department: Mapped[Department | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="raise")
    merged_into: Mapped["Problem | None"] = relationship(remote_side=[id], lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def state(self) -> str:
        """open · solved · merged"""
        return "merged" if self.merged_into_id else "solved" if self.solved_at else "open"


class TicketLink(Base):
    """Two tickets that belong together (关联工单); the smaller id stands first."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("one_id", "other_id"), CheckConstraint("one_id < other_id", "ordered"))

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]


class Watcher(Base):
    """Somebody of staff who wants to hear of a ticket (关注人)."""

    __tablename__ = "watcher"
    __table_args__ = (UniqueConstraint("ticket_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    person: Mapped[Person] = relationship(lazy="raise")


class Presence(Base):
    """Who has a ticket open just now (在场), by heartbeats; worth a minute."""

    __tablename__ = "presence"
    __table_args__ = (UniqueConstraint("ticket_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seen_at: Mapped[Moment]
    writing: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="raise")


class SavedView(Base):
    """A queue as somebody wants to see it (视图): filters, columns, order; personal or shared."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    is_shared: Mapped[bool] = mapped_column(default=False)
    filters: Mapped[dict] = mapped_column(JSON, default=dict)
    at: Mapped[Moment]
