"""Invitations (邀请): whom we ask, the letters, the answer in one step, a substitute named by whoever was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.forum import letters, links, registering, seats
from portal.domain.forum.lifecycle import ANSWERS, INVITATION_STATES, IS_OVER, LIVE, UNANSWERED
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.forum.registering import Coming
from portal.domain.people.models import Customer, Person
from portal.domain.refusals import Refused
from portal.i18n import N_


@dataclass(frozen=True)
class Invited:
    """Whom we ask: with an account, or by name and address."""

    name: str
    customer_id: int
    person_id: int | None = None
    name_en: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    language: str = "zh_Hans_CN"


def add(event: Event, by: Person, people: Sequence[Invited]) -> list[Invitation]:
    """Put people on the list; whoever stands there already is passed over. Nothing is sent yet."""
    if event.state not in ("draft", "published"):
        raise Refused(N_("This cannot be done with the forum now."))
    rows = db.session.scalars(db.select(Invitation).where(Invitation.event_id == event.id))
    known = {_told_apart(row) for row in rows}
    made = []
    for one in people:
        if _told_apart(one) in known:
            continue
        known.add(_told_apart(one))
        made.append(_made(event, by, one))
        journal.write("forum.invited", made[-1], by, name=one.name)
    return made


def _told_apart(one: Invitation | Invited) -> tuple[int, str, str]:
    """What tells two people apart: organisation, name, and mailbox however it is written."""
    return one.customer_id, one.name, one.email.lower()


def _made(event: Event, by: Person | None, one: Invited, **facts) -> Invitation:
    row = Invitation(
        event_id=event.id, customer_id=one.customer_id, person_id=one.person_id, name=one.name, name_en=one.name_en,
        title=one.title, email=one.email, phone=one.phone, language=one.language, made_at=clock.now(),
        made_by_id=by.id if by else None, **{"state": "draft"} | facts,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    links.give(row)
    return row


def remove(invitation: Invitation, by: Person) -> None:
    """Take somebody off the list to whom nothing was sent yet."""
    if invitation.state != "draft":
        raise Refused(N_("The invitation was sent already; it can only be answered now."))
    journal.write("forum.invitation_removed", db.session.get_one(Event, invitation.event_id), by, was=invitation.name)
    db.session.delete(invitation)


def send(event: Event, rows: Sequence[Invitation], by: Person) -> int:
    """Send the invitations that were not sent yet; gives how many. The event must be published."""
    if event.state != "published":
        raise Refused(N_("Publish the forum first: the invitation leads to its page."))
    sent = 0
    for row in rows:
        if row.state != "draft":
            continue
        row.state, row.sent_at = "sent", clock.now()
        letters.to_invited("forum_invitation", row, event, "sent", reminder=False)
        journal.write("forum.invitation_sent", row, by, name=row.name)
        sent += 1
    return sent


def remind(event: Event, rows: Sequence[Invitation], by: Person | None = None) -> int:
    """Remind of invitations that nobody answered; gives how many. There must be something to come to."""
    if event.state != "published" or clock.now() >= event.begins_at:
        raise Refused(N_("This cannot be done with the forum now."))
    done = 0
    for row in rows:
        if row.state not in UNANSWERED:
            continue
        row.reminded_at, row.reminders = clock.now(), row.reminders + 1
        letters.to_invited("forum_invitation", row, event, f"reminded:{row.reminders}", reminder=True)
        journal.write("forum.reminded", row, by, name=row.name)
        done += 1
    return done


def due_for_reminder(event: Event) -> list[Invitation]:
    """Invitations without an answer whose time for a reminder has come, by the policy; whoever decides later is left alone until then."""
    rules, at = settings.policy().forum, clock.now()
    before = at - timedelta(days=rules.remind_after_days)
    rows = db.select(Invitation).where(
        Invitation.event_id == event.id, Invitation.state.in_(UNANSWERED), Invitation.reminders < rules.reminders,
        db.func.coalesce(Invitation.reminded_at, Invitation.answered_at, Invitation.sent_at) <= before,
        db.or_(Invitation.decides_on.is_(None), Invitation.decides_on <= at.date()),
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(Invitation.id)))


def why_not_answer(event: Event) -> str | None:
    """Why an invitation can no longer be answered, as a marked sentence; none if it can."""
    if event.state == "cancelled":
        return N_("The forum was called off.")
    if event.is_over(clock.now()):
        return IS_OVER
    if event.state != "published" or clock.now() >= event.begins_at:
        return N_("The event has begun; please speak to your account manager.")
    return None


def answer(
    invitation: Invitation, by: Person | None, said: str, *, how: str, words: str = "", decides_on: date | None = None,
) -> Registration | None:  # fmt: skip
    """Coming (registers at once), not coming (gives the seat back), not sure yet; gives the registration, if there is one."""
    event = seats.lock(invitation.event_id)
    db.session.refresh(invitation)
    if said not in ANSWERS:
        raise Refused(N_("Please say whether you are coming."))
    if (no := why_not_answer(event)) is not None:
        raise Refused(no)
    if said != "not_coming":
        _need_nobody_instead(invitation)
    if said == "unsure" and decides_on is not None:
        _need_day(event, decides_on)
    _answered(invitation, by, said, how, words, decides_on)
    attendee = attending(invitation)
    if said == "coming" and attendee is None:
        customer = db.session.get_one(Customer, invitation.customer_id)
        return registering.register(event, by, customer, [_coming(invitation)], invited=True)
    if said != "coming" and attendee is not None:
        registering.cancel_attendee(attendee, by, words)
    return None


def _answered(
    invitation: Invitation, by: Person | None, said: str, how: str, words: str, decides_on: date | None = None
) -> None:
    invitation.state, invitation.answered_at, invitation.answered_how = said, clock.now(), how
    invitation.answered_by_id = by.id if by else None
    invitation.said, invitation.decides_on = words[:500], decides_on if said == "unsure" else None
    db.session.flush()
    told = f"{INVITATION_STATES[said]}"
    journal.write("forum.answered", invitation, by, name=invitation.name, became=told, why=words, how=how)
    _tell_manager(invitation, by)


def _tell_manager(invitation: Invitation, by: Person | None) -> None:
    customer = db.session.get_one(Customer, invitation.customer_id)
    if customer.account_manager_id and customer.account_manager_id != (by.id if by else 0):
        event = db.session.get_one(Event, invitation.event_id)
        manager = db.session.get_one(Person, customer.account_manager_id)
        letters.to_staff(
            "forum_answered", manager, event, f"answered:{invitation.id}:{invitation.answered_at}", name=invitation.name,
            customer=customer.short_name, answer=invitation.state, words=invitation.said[:200],
        )  # fmt: skip


def substitute(invitation: Invitation, by: Person | None, one: Invited, *, how: str) -> Registration:
    """Whoever was asked names somebody else of the organisation, who is registered at once, in their seat if they had one."""
    event = seats.lock(invitation.event_id)
    db.session.refresh(invitation)
    if (no := why_not_answer(event)) is not None:
        raise Refused(no)
    _need_nobody_instead(invitation)
    attendee = attending(invitation)
    row = _known(event, one)
    if row is not None and row.id == invitation.id:
        raise Refused(N_("This is yourself. Say that you are coming instead."))
    _answered(invitation, by, "not_coming", how, "")
    at, known = clock.now(), row is not None
    row = row or _made(event, by, one)
    row.state, row.answered_at, row.answered_how, row.sent_at = "coming", at, "substitute", row.sent_at or at
    row.substitute_of_id, row.answered_by_id = invitation.id, by.id if by else None
    db.session.flush()
    if known and attending(row) is not None:
        raise Refused(N_("{name} is registered already."), name=one.name)
    journal.write("forum.substituted", row, by, name=invitation.name, became=one.name)
    if attendee is not None:
        new = registering.replace(attendee, by, _coming(row))
        return db.session.get_one(Registration, new.registration_id)
    customer = db.session.get_one(Customer, row.customer_id)
    return registering.register(event, by, customer, [_coming(row)], invited=True)


def _need_nobody_instead(invitation: Invitation) -> None:
    """Raises Refused while somebody named by this invitation comes: one invitation is one seat."""
    rows = db.select(Invitation).where(Invitation.substitute_of_id == invitation.id, Invitation.state == "coming")
    for one in db.session.scalars(rows.order_by(Invitation.id)):
        if attending(one) is not None:
            raise Refused(N_("{name} is registered in your place already. They give the seat up first."), name=one.name)


def _need_day(event: Event, day: date) -> None:
    """Raises Refused for a day on which nothing can be told any more."""
    first, last = (at.astimezone(ZoneInfo(settings.company().zone)).date() for at in (clock.now(), event.begins_at))
    if not first <= day <= last:
        raise Refused(N_("Please give a day between today and the event, {last}."), last=last).beside("decides_on")


def _known(event: Event, one: Invited) -> Invitation | None:
    """Who of the organisation stands on the list already by this name and mailbox."""
    rows = db.select(Invitation).where(
        Invitation.event_id == event.id, Invitation.customer_id == one.customer_id, Invitation.name == one.name,
        db.func.lower(Invitation.email) == one.email.lower(),
    )  # fmt: skip
    return db.session.scalar(rows.order_by(Invitation.id).limit(1))


def _coming(row: Invitation) -> Coming:
    return Coming(
        name=row.name, name_en=row.name_en, title=row.title, email=row.email, phone=row.phone, language=row.language,
        person_id=row.person_id, invitation_id=row.id,
    )  # fmt: skip


def attending(invitation: Invitation) -> Attendee | None:
    """The live place of whoever was invited by this: by the invitation, or registered otherwise under their account."""
    same = [Attendee.invitation_id == invitation.id]
    if invitation.person_id:
        same.append(Attendee.person_id == invitation.person_id)
    rows = (
        db.select(Attendee)
        .join(Registration)
        .where(
            Attendee.event_id == invitation.event_id,
            db.or_(*same),
            Attendee.cancelled_at.is_(None),
            Registration.state.in_(LIVE),
        )
    )
    return db.session.scalar(rows.order_by(Attendee.id.desc()).limit(1))
