"""The table of links by which a customer says, without signing in, whether it is solved (R16)."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class ConfirmLink(Base):
    """What a one-time link of the letter «is it solved?» is bound to: a ticket, its round, and to whom it was sent.

    It goes with its secret link, which is deleted a while after it has run out.
    """

    __tablename__ = "confirm_link"

    link_id: Mapped[int] = mapped_column(ForeignKey("secret_link.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    round: Mapped[int]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    """The solution that was reported."""
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    """Whom it was sent to, where that is somebody without an account."""
