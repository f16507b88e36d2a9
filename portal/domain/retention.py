"""How long the portal keeps what only it needed: keys of forms, tries, presence, ended sessions, slots."""

from datetime import timedelta
from typing import cast

from sqlalchemy import CursorResult

from portal import clock
from portal.db import db
from portal.domain.drafts import Submission
from portal.domain.people.models import Attempt, SignIn
from portal.domain.slots import JobRun
from portal.domain.tickets.models import Presence

SUBMISSIONS, ATTEMPTS, PRESENCE = timedelta(days=7), timedelta(days=2), timedelta(days=1)
SESSIONS, RUNS = timedelta(days=180), timedelta(days=30)


def prune() -> int:
    """Delete what is past its time; gives how many rows. Call in a transaction of its own.

    Sessions stay half a year after their end: that is how long the law wants sign-ins to be traceable.
    """
    at = clock.now()
    old = (
        db.delete(Submission).where(Submission.at < at - SUBMISSIONS),
        db.delete(Attempt).where(Attempt.at < at - ATTEMPTS),
        db.delete(Presence).where(Presence.seen_at < at - PRESENCE),
        db.delete(SignIn).where(db.func.coalesce(SignIn.ended_at, SignIn.seen_at) < at - SESSIONS),
        db.delete(JobRun).where(JobRun.at < at - RUNS),
    )
    found = (db.session.execute(rows, execution_options={"synchronize_session": False}) for rows in old)
    return sum(cast(CursorResult, gone).rowcount for gone in found)
