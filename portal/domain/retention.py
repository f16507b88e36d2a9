"""How long the portal keeps what only it needed: keys of forms, tries, presence, ended sessions, slots, links, letters."""

from datetime import timedelta
from typing import cast

from sqlalchemy import CursorResult

from portal import clock
from portal.db import db
from portal.domain.drafts import Submission
from portal.domain.outbox import Letter
from portal.domain.people.models import Attempt, SecretLink, SignIn
from portal.domain.ratings.models import RatingRequest
from portal.domain.slots import JobRun
from portal.domain.tickets.models import Presence

SUBMISSIONS, ATTEMPTS, PRESENCE = timedelta(days=7), timedelta(days=2), timedelta(days=1)
SESSIONS, RUNS = timedelta(days=180), timedelta(days=30)
LINKS, LETTERS = timedelta(days=30), timedelta(days=400)
OVER = ("sent", "kept", "cancelled")
"""Letters whose time is over; one that failed stays until somebody has dealt with it."""


def prune() -> int:
    """Delete what is past its time; gives how many rows. Call in a transaction of its own.

    Sessions stay half a year after their end: that is how long the law wants sign-ins to be traceable. Letters stay
    a year and a month as notices; what happened is in the journal.
    """
    at = clock.now()
    asked = db.select(RatingRequest.id).where(RatingRequest.link_id == SecretLink.id)  # who was asked stays known
    links = (SecretLink.expires_at < at - LINKS) & ~asked.exists()
    old = (
        db.delete(Submission).where(Submission.at < at - SUBMISSIONS),
        db.delete(Attempt).where(Attempt.at < at - ATTEMPTS),
        db.delete(Presence).where(Presence.seen_at < at - PRESENCE),
        db.delete(SignIn).where(db.func.coalesce(SignIn.ended_at, SignIn.seen_at) < at - SESSIONS),
        db.delete(JobRun).where(JobRun.at < at - RUNS),
        db.delete(SecretLink).where(links),
        db.delete(Letter).where(Letter.state.in_(OVER), Letter.due_at < at - LETTERS),
    )
    found = (db.session.execute(rows, execution_options={"synchronize_session": False}) for rows in old)
    return sum(cast(CursorResult, gone).rowcount for gone in found)
