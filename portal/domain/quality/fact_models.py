"""Tables of the figures (R31): a narrow row a complaint or repair, and the kept snapshots of closed months."""

from datetime import date

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Person

COUNTED, WITHDRAWN, MERGED = "counted", "withdrawn", "merged"


class TicketFacts(Base):
    """What the figures need to know of one complaint or repair (指标事实), reckoned anew whenever it changes.

    A month's figures are sums over these rows, never over tickets, promises and call-backs. `*_kept` is empty until
    it is decided; `*_due_at` says until when an undecided promise may still be kept.
    """

    __tablename__ = "ticket_facts"
    __table_args__ = (
        Index("ix_ticket_facts_month", "month", "kind", "ticket_id"),
        Index("ix_ticket_facts_department", "department_id", "month", "kind", "customer_id"),
        Index("ix_ticket_facts_provider", "provider_id", "month", "kind", "customer_id"),
        Index("ix_ticket_facts_manager", "account_manager_id", "month", "kind", "customer_id"),
        Index("ix_ticket_facts_customer", "customer_id", "month", "kind"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    month: Mapped[date]
    """The first day of the month it was opened in, by the company's zone: the month it counts for."""
    kind: Mapped[str] = mapped_column(String(20))
    standing: Mapped[str] = mapped_column(String(10), default=COUNTED)
    """counted · withdrawn (counted apart) · merged (counts as the ticket it goes on in)"""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    """The party it counts for: the first that had the lead (R32), wherever it went later."""
    account_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who cared for the customer when it was opened."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    class_code: Mapped[str | None] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(20))
    reply_kept: Mapped[bool | None]
    """Answered in time; of a repair: its result reported in time."""
    reply_due_at: Mapped[Moment | None]
    contact_kept: Mapped[bool | None]
    contact_due_at: Mapped[Moment | None]
    closed_in_limit: Mapped[bool] = mapped_column(default=False)
    """The first round was closed within the limit of its class."""
    closed_in_month: Mapped[bool] = mapped_column(default=False)
    """It stood closed at the end of its month; in the running month: it stands closed now."""
    is_closed: Mapped[bool] = mapped_column(default=False)
    all_kept: Mapped[bool] = mapped_column(default=False)
    """No promise that the customer was told was missed."""
    called_back: Mapped[bool] = mapped_column(default=False)
    """The customer was really asked about the result at least once, or said it here."""
    unreachable: Mapped[bool] = mapped_column(default=False)
    forced: Mapped[bool] = mapped_column(default=False)
    """It stands closed by force (R17): closed, not satisfied, and that is no call-back."""
    satisfied: Mapped[bool] = mapped_column(default=False)
    sent_back: Mapped[bool] = mapped_column(default=False)
    reopened: Mapped[bool] = mapped_column(default=False)
    false_reply: Mapped[bool] = mapped_column(default=False)
    liable: Mapped[bool] = mapped_column(default=False)
    liable_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    liable_provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"), index=True)
    """Whose liability it was found to be: for this party it counts as liable, whoever had the complaint first."""


class FigureSnapshot(Base):
    """A closed month's figures as they were kept (月度快照); never changed. A correction (更正) is the next revision."""

    __tablename__ = "figure_snapshot"
    __table_args__ = (UniqueConstraint("month", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    revision: Mapped[int]
    """1 as the month was closed, then one more each correction."""
    at: Mapped[Moment]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Nobody: the portal closed the month by itself."""
    why: Mapped[str] = mapped_column(Text, default="")
    policy_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    formulas: Mapped[dict] = mapped_column(JSON)
    """The formula of each measure in words, as it was then."""
    targets: Mapped[dict] = mapped_column(JSON)

    by: Mapped[Person | None] = relationship(lazy="raise")


class SnapshotLine(Base):
    """What a snapshot counted for one scope: every tally by its code."""

    __tablename__ = "snapshot_line"
    __table_args__ = (Index("ix_snapshot_line_scope", "sort", "scope_id", "snapshot_id"),)

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("figure_snapshot.id"), primary_key=True)
    sort: Mapped[str] = mapped_column(String(12), primary_key=True)
    """total · provider · department · manager · customer"""
    scope_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[dict] = mapped_column(JSON)


class CountedTicket(Base):
    """A ticket that a snapshot counted, and for what: a bit for each tally it was in, and whose it was then."""

    __tablename__ = "counted_ticket"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("figure_snapshot.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    bits: Mapped[int] = mapped_column(BigInteger)
    department_id: Mapped[int | None]
    provider_id: Mapped[int | None]
    liable_department_id: Mapped[int | None]
    liable_provider_id: Mapped[int | None]
    account_manager_id: Mapped[int | None]
    customer_id: Mapped[int]
