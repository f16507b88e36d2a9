"""Settling what asks for a look (R30): a signal of the complaints, a hot issue of the comments; once, by somebody."""

from portal import clock
from portal.db import db
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.i18n import N_


def settle(row, by: Person) -> None:
    """It was looked at, by whom and when; what came of it is written beside by whoever calls. Of two at once the first."""
    db.session.refresh(row, ["settled_at"], with_for_update=True)
    if row.settled_at is not None:
        raise Refused(N_("Somebody has settled this already."))
    row.settled_at, row.settled_by_id = clock.now(), by.id


def dismiss(row, by: Person, reason: str) -> None:
    """Look no further, and why; it stays in the list."""
    if not reason.strip():
        raise Refused(N_("Please say why nothing is done about it."))
    settle(row, by)
    row.reason = reason
