"""The open request for a forced closure: whatever ends the ticket ends it too."""

from portal import clock
from portal.db import db
from portal.domain import outbox
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import Ticket

ASKED = "forced-asked"
"""Stands in the keys of the letters that ask managers."""


def lapse(ticket: Ticket) -> None:
    """The ticket is over: nothing is asked for any longer. What is decided already stays as it is."""
    is_open = (ForcedClosure.decided_at.is_(None), ForcedClosure.ended_at.is_(None))
    with db.session.no_autoflush:  # the ticket is in the middle of its move
        for row in db.session.scalars(db.select(ForcedClosure).where(ForcedClosure.ticket_id == ticket.id, *is_open)):
            if row.decided_at is None:  # decided in this very transaction
                row.ended_at = clock.now()
        no_longer_asked(ticket)


def no_longer_asked(ticket: Ticket) -> None:
    """The ticket does not show it any more; letters that ask for a decision and have not left do not leave."""
    ticket.forced_asked_at = None
    outbox.cancel(ticket, f":{ASKED}:")
