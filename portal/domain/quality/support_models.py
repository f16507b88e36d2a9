"""Tables of limits and support accounting (R32): visits, limits, standings, harm, penalties, stars, results."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.models import Person, Provider
from portal.domain.tickets.models import Ticket


class ProviderVisits(Base):
    """How many visits a provider had in a month (进站台次 / 服务台次); the limit of a quarter comes from them."""

    __tablename__ = "provider_visits"
    __table_args__ = (UniqueConstraint("provider_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    month: Mapped[date]
    """The first day of the month."""
    visits: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]


class ComplaintLimit(Base):
    """How many complaints a provider may have in each month of a quarter (抱怨限值); the newest row holds."""

    __tablename__ = "complaint_limit"
    __table_args__ = (Index("ix_complaint_limit_quarter", "quarter", "provider_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    quarter: Mapped[date]
    """The first day of the quarter."""
    average: Mapped[float | None]
    """Average monthly visits of the quarter before; none if it was set by hand without them."""
    per_hundred: Mapped[float | None]
    limit: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    why: Mapped[str] = mapped_column(Text, default="")
    """Why it differs from the table; empty if it does not."""

    provider: Mapped[Provider] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(lazy="raise")


class ProviderStanding(Base):
    """A stretch in which a provider has no right to support (过渡服务, 暂停服务)."""

    __tablename__ = "provider_standing"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    sort: Mapped[str] = mapped_column(String(20))
    """transition 过渡 · suspended 暂停"""
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """The last day of it; none while it goes on."""
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]


class MarketHarm(Base):
    """Severe harm to the market or in the media by a provider's neglect (市场恶劣影响), in a month."""

    __tablename__ = "market_harm"
    __table_args__ = (Index("ix_market_harm_provider", "provider_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    month: Mapped[date]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    what: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    withdrawn_at: Mapped[Moment | None]
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")

    ticket: Mapped[Ticket | None] = relationship(lazy="raise")


class Penalty(Base):
    """A penalty for a mishandled major complaint (考核): proposed by a supervisor, granted or declined by a manager."""

    __tablename__ = "penalty"
    __table_args__ = (Index("ix_penalty_open", "decided_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    sort: Mapped[str] = mapped_column(String(20))
    """fine 罚款 · star_down 降星 · stars_removed 取消星级 · removal 撤站"""
    amount_yuan: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    is_granted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(Text, default="")

    provider: Mapped[Provider] = relationship(lazy="raise")
    ticket: Mapped[Ticket | None] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="raise")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")


class StarRating(Base):
    """The stars of a provider (星级) from a day on; the newest row holds, the older ones are its history."""

    __tablename__ = "star_rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    stars: Mapped[int]
    why: Mapped[str] = mapped_column(Text)
    penalty_id: Mapped[int | None] = mapped_column(ForeignKey("penalty.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Moment]

    by: Mapped[Person] = relationship(lazy="raise")


class SupportResult(Base):
    """What the month's reckoning of a provider's support found (抱怨处理费用支持核算); kept with its evidence.

    Never changed in what it found: a reckoning that finds something else is the next revision.
    """

    __tablename__ = "support_result"
    __table_args__ = (
        UniqueConstraint("provider_id", "month", "revision"),
        Index("ix_support_result_month", "month", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    month: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    is_newest: Mapped[bool] = mapped_column(default=True)
    holds: Mapped[bool]
    """Were all conditions kept?"""
    amount_yuan: Mapped[int]
    conditions: Mapped[list] = mapped_column(JSON)
    """[{"code", "holds", "count", "of", "tickets": [ids], "waived": reason}] in the order of the table."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who had it reckoned; none for the worker."""
    at: Mapped[Moment]
    why: Mapped[str] = mapped_column(Text, default="")
    objection_until: Mapped[Moment]
    objected_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    objected_at: Mapped[Moment | None]
    objection: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[Moment | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[Moment | None]

    provider: Mapped[Provider] = relationship(lazy="raise")
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id], lazy="raise")
    objected_by: Mapped[Person | None] = relationship(foreign_keys=[objected_by_id], lazy="raise")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id], lazy="raise")
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id], lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def stage(self) -> str:
        """«reckoned», «objected» (waits for an answer), «answered», «approved»; «followed» by a newer revision."""
        if not self.is_newest:
            return "followed"
        if self.approved_at is not None:
            return "approved"
        if self.objected_at is not None:
            return "answered" if self.answered_at is not None else "objected"
        return "reckoned"
