"""Calling for a survey (电话调查, R28): a case in hand, how the call went, when to call again. Answers are kept by answering.py.

Whoever is not reached is tried on several days at different hours; what was agreed comes first; what was said stays, and
somebody else can go on with it, or the contact by the link.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.people.models import Person
from portal.domain.quality.days import zone
from portal.domain.refusals import Refused
from portal.domain.surveys import answering, letters
from portal.domain.surveys.answer_models import LINK, PHONE
from portal.domain.surveys.campaign_models import CallAttempt, Invitation
from portal.domain.surveys.outcomes import BY_PHONE, OUTCOMES, VAIN, Outcome, stronger
from portal.domain.tickets import call_times
from portal.i18n import N_

HOLD = timedelta(minutes=60)
"""So long a case stays in the hands of whoever took it up."""
LATEST = timedelta(days=31)
ASKED = ("invited", "begun")
A_DAY = 2
"""So often at most one contact is called in vain on a day."""


def take(row: Invitation, by: Person) -> None:
    """The case is in this person's hands; refused where somebody else has it."""
    lock(row)
    need_open(row, by)
    row.held_at, row.caller_id = clock.now(), by.id


def put_back(row: Invitation, by: Person) -> None:
    """Not called after all: whoever comes next gets it."""
    if row.caller_id == by.id:
        row.held_at = None


def is_with_another(row: Invitation, by: Person) -> bool:
    """Has somebody else this case in hand?"""
    return row.held_at is not None and row.caller_id != by.id and row.held_at > clock.now() - HOLD


def attempts(row: Invitation) -> list[CallAttempt]:
    """The calls so far, the newest first, with who made them."""
    rows = db.select(CallAttempt).where(CallAttempt.invitation_id == row.id).options(joinedload(CallAttempt.by))
    return list(db.session.scalars(rows.order_by(CallAttempt.id.desc())))


def tried(outcome: str, at: datetime) -> CallAttempt:
    """A call that would end so now; it is kept nowhere."""
    return CallAttempt(outcome=outcome, at=at)


def days_in_vain(past: Sequence[CallAttempt]) -> int:
    """On how many days nobody could be asked."""
    return len({one.at.astimezone(zone()).date() for one in past if one.outcome in VAIN})


def record(row: Invitation, by: Person, outcome: str, note: str = "", call_at: datetime | None = None) -> CallAttempt:
    """How the call went; what follows from it: another call, at an agreed time or by the outcome's rule, or none.

    The row comes with links.along(). Who refuses is not asked again in this campaign; who wants no more surveys, in none.
    """
    lock(row)
    need_open(row, by)
    if outcome not in BY_PHONE:
        raise Refused(N_("Please say how the call went."))
    chosen, at, past = OUTCOMES[outcome], clock.now(), attempts(row)
    if chosen.needs_note and not note.strip():
        raise Refused(N_("Please note what was said: this outcome needs it."))
    one = _kept(row, by, outcome, note, at)
    one.is_appointment = outcome == "appointment"
    is_last = outcome in VAIN and days_in_vain([one, *past]) >= settings.policy().surveys.phone_days
    one.next_at = None if is_last else next_call(chosen, [one, *past], at, call_at)
    row.outcome = stronger(row.outcome, "most_tried" if is_last else outcome)
    row.next_call_at, row.call_agreed = one.next_at, one.is_appointment
    journal.write("survey.called", row, by, became=chosen.label, contact=row.contact.name)
    if outcome == "opted_out":
        answering.opt_out(row, PHONE, note, by)
    elif outcome == "refused":
        row.state = "refused"
    elif outcome == "link_wanted":
        _send_link(row, by, at)
    if chosen.final:
        letters.take_back(row.campaign, row)
    db.session.flush()
    return one


def completed(row: Invitation, by: Person) -> None:
    """The answers were taken down in full: a call like the others, the last one."""
    _kept(row, by, "complete", "", clock.now())
    row.call_agreed = False
    journal.write("survey.taken_down", row, by, contact=row.contact.name)


def has_taken_down(row: Invitation, by: Person) -> bool:
    """Was it this person who took the answers down in full?"""
    mine = db.select(CallAttempt.id).where(
        CallAttempt.invitation_id == row.id, CallAttempt.by_id == by.id, CallAttempt.outcome == "complete"
    )
    return row.state == "answered" and db.session.scalar(mine.limit(1)) is not None


def _kept(row: Invitation, by: Person, outcome: str, note: str, at: datetime) -> CallAttempt:
    since = row.held_at if row.caller_id == by.id else None
    seconds = int((at - since).total_seconds()) if since and at - since < HOLD else None
    one = CallAttempt(invitation_id=row.id, by=by, at=at, seconds=seconds, outcome=outcome, note=note)
    db.session.add(one)
    row.held_at, row.caller_id = None, by.id
    return one


def next_call(
    chosen: Outcome, past: Sequence[CallAttempt], at: datetime, agreed: datetime | None = None
) -> datetime | None:
    """When to call again, this call being the first of `past`; none after what is final.

    A time that was agreed holds. In vain: after the outcome's delay, at the hours of the day tried least, on another day
    where it was tried often enough today. Otherwise the first sensible moment after the delay.
    """
    if agreed is not None and not chosen.final:
        if agreed <= at:
            raise Refused(N_("That time is over; please choose a later one."))
        if agreed > at + LATEST:
            raise Refused(N_("Please choose a time within the next {days} days."), days=LATEST.days)
        return agreed
    if chosen.code == "appointment":
        raise Refused(N_("Please say when to call again."))
    if chosen.final or chosen.again_after is None:
        return None
    earliest = at + chosen.again_after
    if chosen.code not in VAIN:
        return call_times.next_good(earliest)
    vain = [one.at for one in past if one.outcome in VAIN]
    tried = Counter(call_times.stretch_of(one) for one in vain)
    today = at.astimezone(zone()).date()
    if sum(one.astimezone(zone()).date() == today for one in vain) >= A_DAY:
        earliest = max(earliest, call_times.next_good(at, another_day=True))
    free = [(tried[n], begins) for n, begins, _ in call_times.stretches(earliest, 2)]
    return min(free)[1] if free else call_times.next_good(earliest)


def _send_link(row: Invitation, by: Person, at: datetime) -> None:
    """They answer by the link: it goes to them once more, where it can reach them."""
    reachable = row.contact.person_id or row.contact.email
    if LINK in row.campaign.channels and reachable:
        row.reminders, row.reminded_at = row.reminders + 1, at
        letters.remind(row, row.campaign, by)


def lock(row: Invitation) -> None:
    """Whoever else writes about this case waits meanwhile."""
    db.session.execute(db.select(Invitation.id).where(Invitation.id == row.id).with_for_update())
    db.session.refresh(row, ["state", "outcome", "held_at", "caller_id", "next_call_at"])


def need_open(row: Invitation, by: Person) -> None:
    """Raises Refused where nothing can be written down for them now, or somebody else does it just then."""
    _need_open(row)
    if is_with_another(row, by):
        raise Refused(N_("Somebody else is calling them just now."))


def _need_open(row: Invitation) -> None:
    if row.state == "answered":
        raise Refused(N_("They have answered meanwhile."))
    if not row.campaign.is_open(clock.now()) or PHONE not in row.campaign.channels:
        raise Refused(N_("This survey is not asked by telephone now."))
    if row.state not in ASKED:
        raise Refused(N_("They are not asked any more."))
