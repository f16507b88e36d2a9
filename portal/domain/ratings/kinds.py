"""What can be rated (评价对象, R23): a row each. What it is called, what one of them is, where its history is kept."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.domain.people.models import Customer
from portal.domain.ratings.models import MANAGER, REPORT, SERVICE, TICKET, VISIT, Rating
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

LOADED = (Rating.customer, Rating.ticket, Rating.document, Rating.manager)
"""What has to be loaded to say what a rating is about."""


@dataclass(frozen=True)
class Kind:
    """A kind of rating: its word, what exactly was rated (in plain text), and how the journal tells of it."""

    label: str
    subject: Callable[[Rating], str]


KINDS: dict[str, Kind] = {
    TICKET: Kind(N_("A closed ticket"), lambda row: f"{row.ticket.number} {row.ticket.subject}" if row.ticket else ""),
    REPORT: Kind(N_("A service report"), lambda row: row.document.number if row.document else ""),
    MANAGER: Kind(N_("The account manager"), lambda row: row.manager.name if row.manager else ""),
    VISIT: Kind(N_("A visit of the account manager"), lambda row: row.manager.name if row.manager else ""),
    SERVICE: Kind(N_("Our service as a whole"), lambda row: row.customer.short_name),
}


def label(row: Rating) -> str:
    """The marked word of what was rated."""
    return KINDS[row.kind].label


def subject(row: Rating) -> str:
    """What exactly was rated, in plain text; the row comes LOADED."""
    return KINDS[row.kind].subject(row)


def told_of(row: Rating) -> Ticket | Customer:
    """In whose history it stands: the ticket's, where there is one, else the customer's."""
    return row.ticket or row.customer
