"""What both editions of a record and the orders read alike, as facts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain import settings
from portal.domain.files import Attachment
from portal.domain.people.models import Person
from portal.domain.policy import CAUSE_KIND, Ask, AskType, ReplyField
from portal.domain.policy_calls import FORCED
from portal.domain.quality.days import zone
from portal.domain.ratings.models import Rating
from portal.domain.tickets import deadlines, dispatching
from portal.domain.tickets.models import Deadline, Dispatch, Ticket
from portal.i18n import N_, Words
from portal.reports.facts import Filled, Said, Shown
from portal.reports.registry import House
from portal.reports.ticket_record import Answer, AttachedFile, PauseFact, Promise, RatingFact, Stars
from portal.reports.wording import Wording
from portal.working_time import Unit

SORTS: dict[str, Said] = {
    "question": N_("A question to you"),
    "solution": N_("The result"),
    "forced": N_("Closed by us"),
    "confirmation": N_("Solved, confirmed"),
    "rejection": N_("Not solved"),
    "withdrawal": N_("Withdrawn"),
    "reopening": N_("Reopened"),
    "preliminary": N_("Our first reply"),
    "final": N_("Our reply"),
    "progress": N_("Progress"),
}
SORTS_FOR_STAFF: dict[str, Said] = SORTS | {
    "question": N_("Question to the customer"),
    "solution": N_("Solution, closure applied for"),
    "forced": N_("Closed by force"),
    "preliminary": N_("Preliminary reply"),
    "final": N_("Final reply"),
}
"""What a message is, on paper as on the page of its reader."""


def house() -> House:
    """The company as it stands on its paper now."""
    company = settings.company()
    logo = current_app.extensions["files"].path(company.logo).read_bytes() if company.logo else b""
    return House(company.name, company.short_name, company.accent, logo, company.hotline)


def ticket_among(tickets: Select, ticket_id: int) -> Ticket | None:
    along = (Ticket.customer, Ticket.project, Ticket.owner, Ticket.opened_by, Ticket.asked_by)
    rows = tickets.where(Ticket.id == ticket_id).options(*map(joinedload, along))
    return db.session.scalar(rows.execution_options(populate_existing=True))


def plain_facts(ticket: Ticket, at: datetime) -> dict:
    """Facts that customers and staff read alike."""
    policy, customer = settings.policy(), ticket.customer
    asked = ticket.asked_by
    return {
        "number": ticket.number,
        "kind": policy.called("kinds", ticket.kind),
        "subject": ticket.subject,
        "customer_name": customer.name,
        "customer_short": customer.short_name,
        "opened_at": ticket.opened_at,
        "made_at": at,
        "zone": settings.company().zone,
        "class_name": policy.called("classes", ticket.class_code) if ticket.class_code else "",
        "service": policy.called("services", ticket.service_code) if ticket.service_code else "",
        "channel": policy.called("channels", ticket.channel),
        "severity": policy.called("severities", ticket.severity),
        "project": ticket.project.name if ticket.project else "",
        "contact_name": ticket.contact_name or (asked.name if asked else ""),
        "contact_phone": ticket.contact_phone or (asked.phone if asked else ""),
        "opened_by": author_of(ticket, ticket.opened_by)[0],
        "owner": ticket.owner.name if ticket.owner else "",
        "owner_phone": ticket.owner.phone if ticket.owner else "",
        "closed_at": ticket.closed_at,
        "outcome": outcome_words(ticket.outcome) if ticket.outcome else "",
        "solution": ticket.solution,
        "wish": ticket.wish,
        "answers": _answers(ticket),
        "rating": _rating(ticket),
    }


def _answers(ticket: Ticket) -> tuple[Answer, ...]:
    """What the form asked and what was answered."""
    policy = settings.policy()
    asks: list[Ask] = []
    for listed, code in (
        ("kinds", ticket.kind),
        ("services", ticket.service_code),
        ("classes", ticket.class_code),
    ):
        if code and code in {one.code for one in policy.known(listed)}:
            asks += policy.find(listed, code).asks
    given = {ask.name: ask for ask in asks if ticket.answers.get(ask.name) not in (None, "")}
    return tuple(Answer(ask.words, as_read(ask, ticket.answers[name])) for name, ask in given.items())


def as_read(ask: Ask | ReplyField, value) -> Shown:
    """An answer as it is read: a choice, yes or no, a day, a moment; everything else as it was typed."""
    if isinstance(value, bool) or (ask.type is AskType.YES_NO and value in ("yes", "no")):
        return Words("是", "Yes") if value in (True, "yes") else Words("否", "No")
    if chosen := next((one for one in ask.choices if one.code == value), None):
        return chosen.words
    if ask.type is AskType.DATE:
        return Filled("{on}", {"on": date.fromisoformat(value)})
    if ask.type is AskType.DATETIME:
        moment = datetime.fromisoformat(value)
        return Filled("{at}", {"at": moment if moment.tzinfo else moment.replace(tzinfo=UTC)})
    return str(value)


def day_words(on: date) -> Words:
    """A day in both languages, for a column or among words of the company."""
    return Words(*(Wording(language, zone()).short_day(on) for language in ("zh_Hans_CN", "en")))


def shape_read(shape: dict) -> tuple[Answer, ...]:
    asked = settings.policy().known("reply_fields")
    known = {one.code: one for one in asked if one.code != CAUSE_KIND}  # counted, not told
    return tuple(
        Answer(known[code].words, as_read(known[code], value)) for code, value in shape.items() if code in known
    )


def _rating(ticket: Ticket) -> RatingFact | None:
    rows = select(Rating).where(Rating.ticket_id == ticket.id, Rating.withdrawn_at.is_(None))
    row = db.session.scalars(rows.options(joinedload(Rating.by)).order_by(Rating.round.desc()).limit(1)).first()
    if row is None:
        return None
    known = {one.code: one.words for one in settings.policy().known("rating_dimensions")}
    sides = tuple(Stars(known[code], stars) for code, stars in row.dimensions.items() if code in known)
    return RatingFact(row.stars, row.at, row.by.name, row.comment, sides)


def promise_fact(deadline: Deadline, at: datetime) -> Promise:
    rule = deadlines.rule_of(deadline)
    end = deadline.met_at or deadline.dropped_at or deadline.paused_at or at
    late = settings.calendar(deadline.policy_id).between(deadline.due_at, end) if end > deadline.due_at else None
    return Promise(
        rule.words,
        deadline.started_at,
        deadline.due_at,
        deadline.met_at,
        deadline.dropped_at,
        late_by=late or None,
        pauses=tuple(PauseFact(one.began_at, one.ended_at, one.reason) for one in deadline.pauses_kept),
        rule=rule_as_kept(deadline),
        state=deadline.standing(at),
    )


WITHIN: dict[Unit, str] = {
    Unit.HOURS: N_("Within {amount} hours by the clock; shortened because of: {who}"),
    Unit.WORKING_HOURS: N_("Within {amount} working hours; shortened because of: {who}"),
    Unit.WORKING_DAYS: N_("Within {amount} working days; shortened because of: {who}"),
    Unit.SAME_DAY: N_("The same day; shortened because of: {who}"),
}


def rule_as_kept(deadline: Deadline) -> Said:
    """The rule a promise was given under; where it was given for less time than the rule says, that time and why."""
    who, promise = deadlines.shortened_for(deadline), deadlines.promise_of(deadline)
    if who is None:
        return deadlines.rule_of(deadline).rule_words
    return Filled(WITHIN[promise.unit], {"amount": promise.amount, "who": who})


def outcome_words(code: str) -> Said:
    policy = settings.policy()
    known = {one.code: one.words for one in policy.known("outcomes")} | {FORCED.code: FORCED.words}
    return known.get(code, code)


def outcome_for_customers(ticket: Ticket) -> Said:
    """What came of it as its customer reads it: what was closed by force is told plainly, not in our terms."""
    if ticket.outcome == FORCED.code:
        return N_("Closed by us, without agreement")
    return outcome_words(ticket.outcome) if ticket.outcome else ""


def means_words(code: str) -> Said:
    return dispatching.MEANS.get(code, code)


def file_fact(row: Attachment, at: datetime, by: str | None = "") -> AttachedFile:
    return AttachedFile(row.file.name, row.file.size, by or "", at, row.file.key if row.file.is_photo else "")


def author_of(ticket: Ticket, by: Person) -> tuple[str, Said]:
    """Their own people by name; ours as the owner or as the company: who else is no matter of theirs."""
    if by.customer_id is not None:
        return by.name, ""
    if by.id == ticket.owner_id:
        return by.name, N_("responsible for you")
    return settings.company().short_name or settings.company().name, N_("customer service")


def orders_among(rows: Select) -> Sequence[Dispatch]:
    along = (Dispatch.department, Dispatch.provider, Dispatch.by, Dispatch.handler)
    return db.session.scalars(rows.options(*map(joinedload, along)).order_by(Dispatch.id)).all()
