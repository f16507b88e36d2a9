"""Who is left in peace (R27, formulas 3.14): a rule for each reason; every skip is kept with its rule and is no missing answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select

from portal.db import db
from portal.domain import settings
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee
from portal.domain.people.models import Contact
from portal.domain.people.queries import who_left
from portal.domain.quality.major_models import MajorCase
from portal.domain.surveys.campaign_models import Invitation, OptOut
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import LIVE
from portal.i18n import N_


@dataclass(frozen=True)
class Rule:
    """Why somebody is not asked. `stands`: nobody can be asked all the same, whatever the reason."""

    label: str
    stands: bool = False


RULES: dict[str, Rule] = {
    "opted_out": Rule(N_("Wants no more surveys"), stands=True),
    "left": Rule(N_("Has left: account closed, or out of the file"), stands=True),
    "no_address": Rule(N_("No way to reach them by this campaign"), stands=True),
    "severe": Rule(N_("A severe complaint is open: call instead")),
    "forum": Rule(N_("Takes part in a forum these days")),
    "recent": Rule(N_("Was surveyed not long ago")),
}
COOL_DOWN = "recent"
"""The rule that the promise to hear everybody once a year goes before (R25)."""
NEVER_ASKED = ("drawn", "skipped")
"""States of an invitation of which no letter left."""
COVERAGE = "coverage"
KEPT = {COVERAGE: N_("Not heard for a year: everybody is asked at least once a year")}
"""Why somebody is asked although they were surveyed not long ago; other reasons stand in somebody's own words."""


def rules_hit(
    contacts: Select, at: datetime, by_phone: bool, but: int | None = None, about: int | None = None
) -> dict[int, str]:
    """The first rule that keeps each of these contacts (a select of their ids) from being asked at this moment.

    `by_phone`: a telephone number is enough to be reached. `but`: the campaign itself, whose letters do not count.
    `about`: the forum that is asked about; asked for something that just happened, people need less rest.
    """
    found: dict[int, str] = {}
    for rule, rows in (
        ("opted_out", db.select(OptOut.contact_id).where(OptOut.ended_at.is_(None), OptOut.contact_id.in_(contacts))),
        ("left", who_left().where(Contact.id.in_(contacts))),
        ("no_address", _unreachable(contacts, by_phone)),
        ("severe", severe(contacts)),
        ("forum", _forum(contacts, at, about)),
        ("recent", _recent(contacts, at, but, about)),
    ):
        for key in db.session.scalars(rows):
            found.setdefault(key, rule)
    return found


def _unreachable(contacts: Select, by_phone: bool) -> Select:
    rows = db.select(Contact.id).where(Contact.id.in_(contacts), Contact.person_id.is_(None), Contact.email == "")
    return rows.where(Contact.phone == "") if by_phone else rows


def severe(contacts: Select) -> Select:
    """Of customers with an open complaint of the highest severity, or an accepted major one."""
    ranks = settings.policy().known("severities")
    highest = max(one.rank for one in ranks)
    major = db.select(MajorCase.ticket_id).where(MajorCase.state == "accepted")
    open_ones = db.select(Ticket.customer_id).where(
        Ticket.kind == "complaint", Ticket.state.in_(LIVE),
        db.or_(Ticket.severity.in_([one.code for one in ranks if one.rank == highest]), Ticket.id.in_(major)),
    )  # fmt: skip
    return db.select(Contact.id).where(Contact.id.in_(contacts), Contact.customer_id.in_(open_ones))


def _forum(contacts: Select, at: datetime, about: int | None) -> Select:
    days = timedelta(days=settings.policy().surveys.forum_days)
    coming = (
        db.select(Attendee.person_id, Attendee.email)
        .join(Event, Event.id == Attendee.event_id)
        .where(
            Attendee.cancelled_at.is_(None), Event.state != "cancelled", Event.begins_at < at + days,
            Event.ends_at > at - days, Event.id != (about or 0),
        )
        .subquery()
    )  # fmt: skip
    same = db.or_(
        Contact.person_id.in_(db.select(coming.c.person_id).where(coming.c.person_id.is_not(None))),
        db.and_(Contact.email != "", Contact.email.in_(db.select(coming.c.email))),
    )
    return db.select(Contact.id).where(Contact.id.in_(contacts), same)


def _recent(contacts: Select, at: datetime, but: int | None, about: int | None) -> Select:
    rules = settings.policy()
    since = at - timedelta(days=rules.ratings.asked_every_days if about else rules.surveys.contact_days)
    rows = db.select(Invitation.contact_id).where(
        Invitation.contact_id.in_(contacts), Invitation.sent_at > since, Invitation.state.not_in(NEVER_ASKED)
    )
    return rows.where(Invitation.campaign_id != but) if but else rows
