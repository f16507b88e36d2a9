"""Tables of people and parties: Customer, Project, Contact, Person, Department, Provider."""

import enum
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, or_
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Moment
from portal.domain.people.roles import Role
from portal.domain.sealed import Sealed
from portal.i18n import Words


class Sharing(enum.StrEnum):
    """Whose tickets an organisation's members see, as its administrator sets it."""

    OWN = "own"
    SHARED = "shared"
    ALL = "all"


class Dispatchable:
    """Whom an order may go to: a department or a provider."""

    if TYPE_CHECKING:
        id: Mapped[int]
        name: Mapped[str]
        closed_on: Mapped[date | None]
        absences: Mapped[list]

    def is_party_of(self, person: "Person") -> bool:
        """Does this person belong to it?"""
        own = person.department_id if isinstance(self, Department) else person.provider_id
        return own is not None and own == self.id

    @hybrid_method
    def is_open_on(self, day: date) -> bool:
        """Does it take orders and work on them on this day? The last day is its own still."""
        return self.closed_on is None or day <= self.closed_on

    @is_open_on.expression
    @classmethod
    def _is_open_on(cls, day: date):
        return or_(cls.closed_on.is_(None), cls.closed_on >= day)

    def is_there_in(self, first: date, until: date) -> bool:
        """Was it there on any day from the first on and before `until`? The day it is closed on is its own still."""
        away = self.away if self.closed_on is None else [*self.away, (self.closed_on, until)]
        return not any(gone < first and back >= until for gone, back in away)

    @property
    def away(self) -> list[tuple[date, date]]:
        """The stretches it was closed for before it came back: the last day before each, the first day after."""
        return [(date.fromisoformat(gone), date.fromisoformat(back)) for gone, back in self.absences]


class Department(Dispatchable, Base):
    """A responsible department of the company (责任部门). `code` is the policy pack's."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    closed_on: Mapped[date | None]
    absences: Mapped[list] = mapped_column(JSON, default=list)
    """When it was closed before and came back: the last day before, the first day after."""

    @property
    def words(self) -> Words:
        """Its name in both languages."""
        return Words(self.name, self.name_en or self.name)


class Provider(Dispatchable, Base):
    """An outside service provider (服务商): sees only what was dispatched to it."""

    __tablename__ = "provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    region: Mapped[str] = mapped_column(String(40), default="")
    closed_on: Mapped[date | None]
    absences: Mapped[list] = mapped_column(JSON, default=list)
    """When it had no contract for a while: the last day before, the first day after."""

    @property
    def words(self) -> Words:
        """Its name, the same in both languages."""
        return Words(self.name, self.name)


class Customer(Base):
    """A key customer (大客户): the organisation that buys. Its own file card comes with the customers' room."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(40))
    industry: Mapped[str] = mapped_column(String(40), default="")
    tier: Mapped[str] = mapped_column(String(20), default="ordinary")
    card: Mapped[str] = mapped_column(String(20), default="standard")
    region: Mapped[str] = mapped_column(String(40), default="")
    account_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    sharing: Mapped[str] = mapped_column(String(10), default=Sharing.OWN)
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]

    account_manager: Mapped["Person | None"] = relationship(foreign_keys=[account_manager_id], lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Sales(Base):
    """What a customer spent with us in a year (年销售额), in ten thousand yuan (万元); what it was before stands in the journal."""

    __tablename__ = "customer_sales"
    __table_args__ = (
        UniqueConstraint("customer_id", "year"),
        CheckConstraint("amount >= 0", "not_below_nothing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    year: Mapped[int] = mapped_column(index=True)
    amount: Mapped[float]


class Project(Base):
    """A project (项目) done for a customer; a finished one is surveyed (R25)."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    finished_on: Mapped[date | None]


GONE = "gone"
"""The role of a contact who was taken out of the file: an empty row that surveys still count (customers.remove_contact)."""


class Contact(Base):
    """A contact (联系人) at a customer, with or without a login (`person_id`)."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60), default="")
    role: Mapped[str] = mapped_column(String(20), default="user")
    """principal 负责人 · buyer 采购决策人 · manager 经办人 · user 使用人"""
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(120), default="")


class Person(Base):
    """Whoever signs in: a customer's person (with `customer_id`) or staff (with roles, maybe a department or provider).

    `email` is the login name: lower case, unique. A person is never deleted, only disabled.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("not (department_id is not null and provider_id is not null)", "one_party"),
        CheckConstraint("customer_id is null or (department_id is null and provider_id is null)", "one_side"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    email: Mapped[str] = mapped_column(String(120), unique=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(60), default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id", use_alter=True), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"), index=True)
    roles: Mapped[list] = mapped_column(JSON, default=list)
    language: Mapped[str] = mapped_column(String(12), default="zh_Hans_CN")
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    preferences: Mapped[dict] = mapped_column(JSON, default=dict)
    """Small personal choices of pages: columns of the queue, letters wanted."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(Sealed("totp", 255))
    totp_confirmed_at: Mapped[Moment | None]
    totp_last_step: Mapped[int | None]
    recovery_hashes: Mapped[list] = mapped_column(JSON, default=list)
    invited_at: Mapped[Moment | None]
    disabled_at: Mapped[Moment | None]
    disabled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who disabled the account, while it is."""
    made_at: Mapped[Moment]

    customer: Mapped[Customer | None] = relationship(foreign_keys=[customer_id], lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")
    provider: Mapped[Provider | None] = relationship(lazy="raise")

    # What Flask-Login asks of a person.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    def may_sign_in_on(self, day: date) -> bool:
        """Is the account open, and for whoever only works on a party's orders that party too? Loaded along with it."""
        party = (self.department or self.provider) if self.only_handles else None
        return self.is_active and (party is None or party.is_open_on(day))

    def get_id(self) -> str:
        return str(self.id)

    @property
    def is_staff(self) -> bool:
        return self.customer_id is None

    def has(self, *roles: Role) -> bool:
        """Does this person hold one of these roles?"""
        return any(role in self.roles for role in roles)

    @property
    def is_org_admin(self) -> bool:
        return not self.is_staff and Role.ORG_ADMIN in self.roles

    @property
    def only_handles(self) -> bool:
        """A handler and nothing else: sees only what was dispatched to the own department or provider."""
        return self.is_staff and set(self.roles) == {Role.HANDLER}

    @property
    def has_second_factor(self) -> bool:
        return self.totp_confirmed_at is not None


class SignIn(Base):
    """A session (会话): the cookie holds a random reference, this row is what it is worth.

    `token_hash` is SHA-256 of the reference; ending the row ends the session at the next request.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    begun_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    proved_at: Mapped[Moment]
    """When the password (and code) was last given: delicate things ask that this be fresh."""
    ended_at: Mapped[Moment | None]
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person] = relationship(lazy="raise")


class SecretLink(Base):
    """A one-time secret sent to somebody: invitation, password reset, set-up of a new portal (security.md A)."""

    __tablename__ = "secret_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment] = mapped_column(index=True)
    used_at: Mapped[Moment | None]


class Approval(Base):
    """Something that takes two people of ours: asked for by one, granted or declined by another (security.md A).

    `purpose`: second_factor, the second factor of somebody who has lost it is taken off.
    """

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    why: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[Moment]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment | None]
    is_granted: Mapped[bool | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="raise")


class Attempt(Base):
    """Something tried that is limited by number: a failed sign-in, a code, a reset (security.md §6.1)."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), index=True)
    at: Mapped[Moment] = mapped_column(index=True)
