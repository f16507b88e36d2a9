"""A campaign that runs (R27): reminders to whoever has not answered, letters that came back, quotas, replacement, its end."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Person
from portal.domain.people.queries import who_left
from portal.domain.quality.days import begins, today, zone
from portal.domain.refusals import Refused
from portal.domain.surveys import answering, campaigns, fatigue, letters, links, sampling
from portal.domain.surveys import population as populations
from portal.domain.surveys.answer_models import OPEN, PHONE, Response
from portal.domain.surveys.campaign_models import CLOSED, RUNNING, Campaign, Invitation, OptOut
from portal.domain.surveys.outcomes import FINAL, OUTCOMES
from portal.i18n import N_

ASKED = ("invited", "begun")
"""States of whoever has a link and has not answered."""
EVERYWHERE = "all"
EACH = "stratum"
"""The quotas of a campaign: answers in all, and of each stratum."""
FOR_REPLACEMENT = ("wrong_number", "left", "refused", "away", "ill", "language", "most_tried", "bounced")
"""Outcomes after which somebody else may be asked; of the first two another contact of the same customer."""
NOT_REMINDED = ("bounced", *FINAL)
"""Outcomes after which no reminder is written."""
SAME_CUSTOMER = ("wrong_number", "left", "bounced")
HOURS = (9, 17)
"""Reminders are written on working days between these hours."""
AT_ONCE = 500


def every_minute() -> int:
    """What the worker does: campaigns past their end are ended, quotas looked at, letters that came back noted."""
    return end_due() + fill_quotas() + note_bounces()


def every_hour() -> int:
    """Reminders."""
    return remind_due()


def remind_due() -> int:
    """Whoever has not answered on a day the campaign reminds is reminded; gives how many. Never on a day off."""
    at = clock.now()
    local = at.astimezone(zone())
    if not (settings.calendar().is_working_day(local.date()) and HOURS[0] <= local.hour < HOURS[1]):
        return 0
    return sum(_remind(row, at) for row in _open(at) if row.reminders)


def _open(at: datetime) -> Sequence[Campaign]:
    rows = db.select(Campaign.id).where(Campaign.state == RUNNING, Campaign.opens_at <= at, Campaign.closes_at > at)
    return [campaigns.of(key) for key in db.session.scalars(rows.order_by(Campaign.id))]


def _remind(row: Campaign, at: datetime) -> int:
    """Who has left hears nothing more, and whoever has a severe complaint open nothing until it is closed."""
    done = 0
    asked = db.select(Invitation.contact_id).where(Invitation.campaign_id == row.id)
    not_now = db.or_(Invitation.contact_id.in_(who_left()), Invitation.contact_id.in_(fatigue.severe(asked)))
    for number, days in enumerate(sorted(row.reminders)):
        due = db.select(Invitation).where(
            Invitation.campaign_id == row.id, Invitation.state.in_(ASKED), Invitation.reminders == number,
            Invitation.outcome.not_in(NOT_REMINDED), ~not_now, Invitation.sent_at <= begins(today() - timedelta(days=days)) + timedelta(days=1),
            db.func.coalesce(Invitation.reminded_at, Invitation.sent_at) <= at - timedelta(hours=20),
        )  # fmt: skip
        rows = db.session.scalars(due.options(*letters.along()).order_by(Invitation.id).limit(AT_ONCE)).all()
        done += remind(row, rows, at)
    if done:
        journal.write("survey.reminded", row, None, number=done)
    return done


def remind(row: Campaign, rows: Sequence[Invitation], at: datetime) -> int:
    """Remind these, of whom none has answered; the rows come with letters.along()."""
    host = db.session.get_one(Person, row.launched_by_id)
    for one in rows:
        one.reminders, one.reminded_at = one.reminders + 1, at
        letters.remind(one, row, host)
    return len(rows)


def note_bounces() -> int:
    """Letters of running campaigns that were refused for good or came back: noted once; the telephone takes over, where
    it is a channel. A letter that a newer one has followed says nothing any more. Gives how many."""
    return sum(_bounced(row) for row in _open(clock.now()))


def _bounced(row: Campaign) -> int:
    failed = db.select(Letter).where(Letter.state == "failed", letters.of_campaign(row))
    posted = {letter.facts["invitation"]: letter.posted_at for letter in db.session.scalars(failed.order_by(Letter.id))}
    waiting = db.select(Invitation).where(
        Invitation.campaign_id == row.id,
        Invitation.id.in_(posted),
        Invitation.state.in_(ASKED),
        Invitation.outcome == "",
    )
    rows = db.session.scalars(waiting.options(joinedload(Invitation.contact))).all() if posted else []
    found = [one for one in rows if one.reminded_at is None or posted[one.id] >= one.reminded_at]
    for one in found:
        one.outcome = "bounced"
        if PHONE in row.channels:
            one.next_call_at = clock.now()
        journal.write("survey.bounced", one, None, contact=one.contact.name)
    return len(found)


def fill_quotas() -> int:
    """Strata, or whole campaigns, that have the answers they wanted: nobody else of them is asked. Gives how many."""
    done = 0
    for row in _open(clock.now()):
        if not row.quotas:
            continue
        counted = db.select(Invitation.stratum, db.func.count()).where(
            Invitation.campaign_id == row.id, Invitation.state == "answered"
        )
        answered = Counter(dict(map(tuple, db.session.execute(counted.group_by(Invitation.stratum)))))
        full = [key for key, number in answered.items() if number >= row.quotas.get(EACH, number + 1)]
        waiting = db.select(Invitation).where(Invitation.campaign_id == row.id, Invitation.state == "invited")
        if sum(answered.values()) < row.quotas.get(EVERYWHERE, 10**9):
            waiting = waiting.where(Invitation.stratum.in_(full))
        rows = list(db.session.scalars(waiting))
        for one in rows:
            one.state, one.outcome, one.next_call_at = "ended", "quota", None
            letters.take_back(row, one)
        if rows:
            journal.write("survey.quota", row, None, number=len(rows))
        done += len(rows)
    return done


def end_due() -> int:
    """Campaigns whose last moment has come are ended; gives how many."""
    rows = db.select(Campaign.id).where(Campaign.state == RUNNING, Campaign.closes_at <= clock.now())
    due = list(db.session.scalars(rows))
    for key in due:
        _end(campaigns.of(key), None, "")
    return len(due)


def end(row: Campaign, by: Person, why: str) -> None:
    """End it before its last day; from now on nothing is answered, nobody reminded."""
    campaigns.need_runner(by)
    _need_running(row)
    if not why.strip():
        raise Refused(N_("Please say why it ends early."))
    _end(row, by, why)


def _end(row: Campaign, by: Person | None, why: str) -> None:
    at = clock.now()
    row.state, row.ended_at, row.ended_by_id, row.ended_why = CLOSED, at, by.id if by else None, why
    begun = db.select(Response).where(Response.campaign_id == row.id, Response.state == OPEN)
    partial = {one.invitation_id: one for one in db.session.scalars(begun).all() if answering.break_off(one)}
    rows = db.select(Invitation).where(Invitation.campaign_id == row.id, Invitation.state.in_(ASKED))
    for one in db.session.scalars(rows):
        one.state, one.next_call_at = "ended", None
        one.outcome = "partial" if one.id in partial else one.outcome or "no_reply"
    letters.take_back(row)
    db.session.flush()
    if row.is_anonymous:
        for response in partial.values():
            answering.part(response)
    journal.write("survey.ended" if why else "survey.ran_out", row, by, why=why)


def prolong(row: Campaign, by: Person, closes_at: datetime, why: str) -> None:
    """It ends later, or sooner, than was said; whoever gets a letter from now on reads the new day."""
    campaigns.need_runner(by)
    _need_running(row)
    if closes_at <= clock.now():
        raise Refused(N_("This day is over; please choose a later one."))
    journal.write("survey.prolonged", row, by, became=closes_at.astimezone(zone()).date().isoformat(), why=why)
    row.closes_at = closes_at


def replace(one: Invitation, row: Campaign, by: Person, outcome: str, why: str) -> list[Invitation]:
    """Whoever finally cannot be asked gives way: to another contact of the same customer where only they were wrong,
    else to the next customer in reserve of the same stratum (formulas 3.8). Gives the new invitations, sent at once."""
    campaigns.need_runner(by)
    _need_running(row)
    if one.state not in (*ASKED, "refused") or outcome not in FOR_REPLACEMENT:
        raise Refused(N_("Only somebody who was asked and finally cannot answer is replaced."))
    if not why.strip():
        raise Refused(N_("Please say what happened."))
    came = _colleague(one, row) if outcome in SAME_CUSTOMER else []
    if not came:
        sampling.look_again(row, clock.now())  # drawn some time ago: who of the reserve may be asked now?
        rows = db.select(Invitation).where(Invitation.campaign_id == row.id, Invitation.state == "drawn")
        came = sampling.move_up(list(db.session.scalars(rows)), one)
    if not came:
        raise Refused(N_("Neither another contact of this customer nor a reserve of its stratum is left."))
    one.state, one.outcome, one.next_call_at, one.withdrawn_at = "withdrawn", outcome, None, clock.now()
    letters.take_back(row, one)
    db.session.flush()
    read = db.select(Invitation).where(Invitation.id.in_([each.id for each in came])).options(*letters.along())
    fresh = list(db.session.scalars(read.execution_options(populate_existing=True)))
    campaigns.send(row, fresh, by, letters.leaves_at(clock.now()))
    names = "、".join(each.contact.name for each in fresh)
    was = db.session.get_one(Contact, one.contact_id).name
    journal.write("survey.replaced", row, by, was=was, became=names, why=why, outcome=OUTCOMES[outcome].label)
    return fresh


def _colleague(one: Invitation, row: Campaign) -> list[Invitation]:
    """Another contact of the same customer whom no rule keeps back, as an invitation of its own."""
    rule = populations.read(row.population)
    theirs = populations.contacts(rule, db.select(Contact).where(Contact.customer_id == one.customer_id))
    theirs = theirs.where(Contact.id.not_in(db.select(Invitation.contact_id).where(Invitation.campaign_id == row.id)))
    hit = fatigue.rules_hit(
        theirs.with_only_columns(Contact.id), clock.now(), PHONE in row.channels, row.id, rule.attended
    )
    ordered = populations.in_order(rule, list(db.session.scalars(theirs)))
    contact = next((each for each in ordered if each.id not in hit), None)
    if contact is None:
        return []
    fresh = Invitation(
        campaign_id=row.id, customer_id=one.customer_id, contact_id=contact.id, project_id=one.project_id, stratum=one.stratum,
        weight=one.weight, draw_order=one.draw_order, replaces_id=one.id, state="drawn", made_at=clock.now(),
    )  # fmt: skip
    db.session.add(fresh)
    db.session.flush()
    return [fresh]


def relink(one: Invitation, row: Campaign, by: Person) -> None:
    """A new link by a new letter; the one before works no more."""
    campaigns.need_runner(by)
    _need_running(row)
    if one.state not in ASKED:
        raise Refused(N_("Only whoever was asked and has not answered gets a new link."))
    links.renew(one)
    one.reminders, one.reminded_at = one.reminders + 1, clock.now()
    one.outcome = ""
    db.session.flush()
    read = db.select(Invitation).where(Invitation.id == one.id).options(*letters.along())
    fresh = db.session.scalars(read.execution_options(populate_existing=True)).one()
    letters.remind(fresh, row, by)
    journal.write("survey.relinked", one, by, contact=fresh.contact.name)


def opt_in(kept: OptOut, by: Person, why: str) -> None:
    """They told us that they may be asked again."""
    campaigns.need_runner(by)
    if kept.ended_at is not None:
        return
    if not why.strip():
        raise Refused(N_("Please say how they told us."))
    kept.ended_at = clock.now()
    contact = db.session.get_one(Contact, kept.contact_id)
    journal.write("survey.opted_in", kept, by, contact=contact.name, why=why)


def _need_running(row: Campaign) -> None:
    if row.state != RUNNING:
        raise Refused(N_("This campaign is “{state}”; that is not possible now."), state=campaigns.STATES[row.state])
