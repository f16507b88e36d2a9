"""The table of who speaks for a customer: Proxy."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Proxy(Base):
    """Who speaks for the customer in a ticket (代理客户, R10): a lawyer, the media, an association, an institution."""

    __tablename__ = "proxy"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    """A code of the policy's proxies."""
    name: Mapped[str] = mapped_column(String(60))
    office: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    has_power: Mapped[bool] = mapped_column(default=False)
    """The power of attorney (授权委托书) is on file; only then is the customer told who it is."""
