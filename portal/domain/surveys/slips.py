"""A wrong key on the telephone (R28): the last outcome one wrote down is taken back for a moment, and the case stands as before.

The call goes from the list of calls, as it never ended so; the journal keeps both, the outcome and that it was taken back.
What stood before follows from the calls that remain.
"""

from datetime import timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.surveys import answering, calling, letters
from portal.domain.surveys.answer_models import PHONE
from portal.domain.surveys.campaign_models import CallAttempt, Invitation, OptOut
from portal.domain.surveys.outcomes import BY_PHONE, OUTCOMES, VAIN, stronger
from portal.i18n import N_

MOMENT = timedelta(minutes=10)
"""So long the last outcome can be taken back."""


def last_of(by: Person) -> CallAttempt | None:
    """What this person wrote down last and may still take back, with the contact; nothing where another call came since."""
    mine = db.select(CallAttempt).where(CallAttempt.by_id == by.id).order_by(CallAttempt.id.desc()).limit(1)
    along = joinedload(CallAttempt.invitation)
    one = db.session.scalar(mine.options(along.joinedload(Invitation.contact), along.joinedload(Invitation.campaign)))
    if one is None or one.outcome not in BY_PHONE or one.at <= clock.now() - MOMENT:
        return None
    return one if _stands(one, one.invitation) else None


def _stands(one: CallAttempt, row: Invitation) -> bool:
    """Is the case as this call left it: asked or declined by it, and in nobody's hands since?"""
    left = "refused" if one.outcome in ("refused", "opted_out") else None
    is_as_left = row.state == left if left else row.state in calling.ASKED
    return is_as_left and row.campaign.is_open(clock.now()) and row.held_at is None and row.caller_id == one.by_id


def take_back(row: Invitation, by: Person) -> CallAttempt:
    """The last outcome never was; the case is in this person's hands again. The row comes with links.along().

    A letter that waited and was held back leaves after all; one that was sent stays sent.
    """
    calling.lock(row)
    one = last_of(by)
    if one is None or one.invitation_id != row.id:
        raise Refused(N_("This outcome cannot be taken back any more."))
    was = OUTCOMES[one.outcome]
    db.session.delete(one)
    db.session.flush()
    if one.outcome == "opted_out":
        _asks_again(row, one)
    if row.state == "refused":
        row.state = "begun" if row.begun_at else "invited"
    if was.final:
        letters.give_back(row.campaign, row)
    _as_before(row)
    row.held_at, row.caller_id = clock.now(), by.id
    journal.write("survey.call_taken_back", row, by, was=was.label, contact=row.contact.name, note=one.note)
    db.session.flush()
    return one


def _as_before(row: Invitation) -> None:
    """Outcome and next call as the calls that remain left them."""
    row.outcome, row.next_call_at, row.call_agreed = "", None, False
    for one in reversed(calling.attempts(row)):
        is_last = one.outcome in VAIN and one.next_at is None
        row.outcome = stronger(row.outcome, "most_tried" if is_last else one.outcome)
        row.next_call_at, row.call_agreed = one.next_at, one.is_appointment


def _asks_again(row: Invitation, one: CallAttempt) -> None:
    """They never said that they want no more surveys: whatever asked them when they seemed to say so asks them still."""
    made = db.select(OptOut).where(
        OptOut.invitation_id == row.id, OptOut.how == PHONE, OptOut.by_id == one.by_id, OptOut.at >= one.at,
        OptOut.ended_at.is_(None),
    )  # fmt: skip
    for kept in db.session.scalars(made):
        kept.ended_at = clock.now()
        before = db.select(db.func.max(OptOut.at)).where(OptOut.contact_id == kept.contact_id, OptOut.id != kept.id)
        since = db.session.scalar(before)
        for other in answering.live_of(row.contact_id, "refused"):
            if (
                other.id != row.id
                and other.outcome == "opted_out"
                and (since is None or (other.sent_at or since) > since)
            ):
                other.state = "begun" if other.begun_at else "invited"
                letters.give_back(other.campaign, other)
                _as_before(other)
