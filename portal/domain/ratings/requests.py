"""Asking for a rating (评价邀请): at most once per contact in the policy's days, reminded once, by a link that works once."""

from datetime import timedelta

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import outbox, settings
from portal.domain.documents.models import Document
from portal.domain.people import links
from portal.domain.people.models import Person, SecretLink
from portal.domain.ratings.models import Rating, RatingRequest
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State
from portal.i18n import N_

RECENT = "recent"
SKIPPED = {RECENT: N_("Asked for another rating not long ago")}
"""Why somebody was not asked; a skip is no missing answer."""
AT_ONCE = 200


def ask(person: Person, *, ticket: Ticket | None = None, document: Document | None = None) -> int | None:
    """Ask this person to rate a ticket's round or a report: gives the link that goes into the letter; none where the
    rule says not now, and the rule is kept."""
    about = (
        {"ticket_id": ticket.id, "round": ticket.round}
        if ticket
        else {"document_id": document.id if document else None}
    )
    known = [getattr(RatingRequest, name) == value for name, value in about.items()]
    before = db.session.scalar(db.select(RatingRequest).where(RatingRequest.person_id == person.id, *known))
    if before is not None:
        return before.link_id
    row = RatingRequest(
        person_id=person.id, asked_at=clock.now(), skipped=RECENT if _was_asked(person) else "", **about
    )
    if not row.skipped:
        row.link_id = links.make(links.RATING, person, beside=True).id
    db.session.add(row)
    db.session.flush()
    return row.link_id


def _was_asked(person: Person) -> bool:
    since = clock.now() - timedelta(days=settings.policy().ratings.asked_every_days)
    lately = (RatingRequest.person_id == person.id, RatingRequest.skipped == "", RatingRequest.asked_at > since)
    return db.session.scalar(db.select(RatingRequest.id).where(*lately).limit(1)) is not None


def ask_for_report(document: Document, person: Person) -> None:
    """A day after a service report was published to them, by a letter of its own."""
    link = ask(person, document=document)
    if link is not None:
        outbox.post(
            "rating_asked", person, key=f"rating:{link}", at=clock.now() + timedelta(days=1), link_id=link, number=document.number,
            subject="", again=False,
        )  # fmt: skip


def behind(secret: object, lock: bool = False) -> RatingRequest | None:
    """The request of an open link, with its person and what it is about; unknown, used, run out, foreign: all alike.

    `lock`: whoever answers holds it, so that of many at once one is taken.
    """
    link = links.find(links.RATING, secret)
    if link is None:
        return None
    rows = db.select(RatingRequest).where(RatingRequest.link_id == link.id)
    if lock:
        db.session.execute(rows.with_only_columns(RatingRequest.id).with_for_update())
        db.session.refresh(link)
        if link.used_at is not None:
            return None
    row = db.session.scalar(rows.options(*_along()).execution_options(populate_existing=True))
    return row if row and row.person.is_active and _still_stands(row) else None


def _along() -> tuple:
    """Its person and what it is about."""
    person, ticket = joinedload(RatingRequest.person), joinedload(RatingRequest.ticket)
    return person.joinedload(Person.customer), ticket.joinedload(Ticket.customer), joinedload(RatingRequest.document)


def _still_stands(row: RatingRequest) -> bool:
    """Is there still something to be rated?"""
    if row.answered_at is not None or row.withdrawn_at is not None:
        return False
    return row.ticket is None or (row.ticket.state == State.CLOSED and row.ticket.round == row.round)


def answered(rating: Rating) -> None:
    """It was rated, by whichever way: its requests are answered, their links work no more."""
    db.session.flush()
    if rating.ticket_id is None and rating.document_id is None:
        return
    about = (
        (RatingRequest.ticket_id == rating.ticket_id) & (RatingRequest.round == rating.round)
        if rating.ticket_id
        else (RatingRequest.document_id == rating.document_id) & (RatingRequest.person_id == rating.by_id)
    )
    for row in db.session.scalars(db.select(RatingRequest).where(about, RatingRequest.answered_at.is_(None))):
        row.answered_at = clock.now()
        _end(row)


def withdraw_for(ticket: Ticket, rounds_before: int) -> None:
    """The ticket was reopened: nobody is asked about the rounds before any longer."""
    rows = db.select(RatingRequest).where(RatingRequest.ticket_id == ticket.id, RatingRequest.round <= rounds_before)
    for row in db.session.scalars(rows.where(RatingRequest.withdrawn_at.is_(None))):
        row.withdrawn_at = clock.now()
        _end(row)
        _keep_back(row)


def _end(row: RatingRequest) -> None:
    link = db.session.get(SecretLink, row.link_id) if row.link_id else None
    if link is not None and link.used_at is None:
        links.use(link)


def _keep_back(row: RatingRequest) -> None:
    """A letter that has not left yet does not leave."""
    waiting = db.select(outbox.Letter).where(outbox.Letter.key == _reminder_key(row), outbox.Letter.state == "waiting")
    for letter in db.session.scalars(waiting):
        letter.state = "cancelled"


def _reminder_key(row: RatingRequest) -> str:
    return f"rating_asked:rating:{row.link_id}:again:{row.person_id}"


def remind() -> int:
    """Whoever was asked some days ago and has not answered is reminded, once. The worker's daily part."""
    rules, at = settings.policy().ratings, clock.now()
    rows = db.session.scalars(_unanswered().where(
        RatingRequest.asked_at <= at - timedelta(days=rules.reminded_after_days),
        RatingRequest.asked_at > at - timedelta(days=rules.link_days),
    ).options(*_along()).order_by(RatingRequest.id).limit(AT_ONCE))  # fmt: skip
    told = 0
    for row in rows:
        row.reminded_at = at
        if not _still_stands(row) or not row.person.is_active:
            continue
        outbox.post(
            "rating_asked", row.person, key=f"rating:{row.link_id}:again", link_id=row.link_id, again=True,
            number=row.ticket.number if row.ticket else row.document.number if row.document else "",
            subject=row.ticket.subject if row.ticket else "",
        )  # fmt: skip
        told += 1
    return told


def _unanswered() -> Select:
    return db.select(RatingRequest).where(
        RatingRequest.reminded_at.is_(None), RatingRequest.answered_at.is_(None), RatingRequest.withdrawn_at.is_(None),
        RatingRequest.skipped == "",
    )  # fmt: skip
