"""The states of a ticket and of a dispatch order, in the words of staff and of customers."""

import enum

from portal.i18n import N_


class State(enum.StrEnum):
    """Where a ticket stands. Closed, withdrawn and merged tickets are no longer worked on."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    VERIFYING = "verifying"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


LIVE = (State.NEW, State.OPEN, State.WAITING, State.VERIFYING)

FOR_STAFF = {
    State.NEW: N_("To be accepted"),
    State.OPEN: N_("In hand"),
    State.WAITING: N_("With the customer"),
    State.VERIFYING: N_("To be verified"),
    State.CLOSED: N_("Closed"),
    State.WITHDRAWN: N_("Withdrawn"),
    State.MERGED: N_("Merged"),
}

FOR_CUSTOMERS = {
    State.NEW: N_("We have received it"),
    State.OPEN: N_("We are working on it"),
    State.WAITING: N_("We need a word from you"),
    State.VERIFYING: N_("Please confirm the result"),
    State.CLOSED: N_("Solved"),
    State.WITHDRAWN: N_("Withdrawn"),
    State.MERGED: N_("Continued in another ticket"),
}

FORCED = "forced"
"""The outcome of a ticket that we closed by force (R17)."""

TONES = {
    State.NEW: "info",
    State.OPEN: "info",
    State.WAITING: "warn",
    State.VERIFYING: "warn",
    State.CLOSED: "good",
    State.WITHDRAWN: "quiet",
    State.MERGED: "quiet",
}


def as_customers_read(state: str, outcome: str | None = None) -> tuple[str, str]:
    """The word a customer reads for where a ticket stands, and its tone; what was closed by force is not called solved."""
    if outcome == FORCED and state == State.CLOSED:
        return N_("Closed by us"), "quiet"
    return FOR_CUSTOMERS[State(state)], TONES[State(state)]
