"""Following up a low rating (低分跟进, R24): somebody takes it, speaks with the customer, writes what was done."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.people.models import Person
from portal.domain.people.queries import supervisors
from portal.domain.ratings.kinds import LOADED, label, subject, told_of
from portal.domain.ratings.models import OF_MANAGER, FollowUp, Rating
from portal.domain.refusals import Refused
from portal.i18n import N_

# How the history of a ticket, or of a customer, tells of it.
SENTENCES = {
    "follow_up_opened": N_("A follow-up of the low rating was opened"),
    "follow_up_taken": N_("{by} took the follow-up of the low rating"),
    "follow_up_done": N_("{by} followed up the low rating: {why}"),
}


def open_for(rating: Rating) -> FollowUp | None:
    """Open one for this rating and tell whoever it concerns; nothing where it has one."""
    db.session.flush()
    if db.session.scalar(select(FollowUp.id).where(FollowUp.rating_id == rating.id)):
        return None
    row = FollowUp(rating=rating, opened_at=clock.now(), done="")
    db.session.add(row)
    db.session.flush()
    _write(row, "follow_up_opened", None)
    for person in concerned(rating):
        outbox.post(
            "rating_low", person, key=f"rating:{rating.id}", ticket=rating.ticket, stars=rating.stars,
            comment=rating.comment[:300], follow_up=row.id, **_facts(rating),
        )  # fmt: skip
    return row


def concerned(rating: Rating) -> list[Person]:
    """The supervisors and the customer's account manager, unless it is the account manager who was rated, or whose
    ticket: nobody follows up a rating of oneself."""
    manager = rating.manager_id if rating.kind not in OF_MANAGER and rating.owner_id != rating.manager_id else None
    people = supervisors() + ([db.session.get_one(Person, manager)] if manager else [])
    return [one for one in dict.fromkeys(people) if one.is_active]


def _facts(rating: Rating) -> dict:
    return {"what": label(rating), "subject": subject(rating), "customer": rating.customer.short_name}


def _write(row: FollowUp, verb: str, by: Person | None, **facts) -> None:
    about = told_of(row.rating)
    journal.write(f"{about.__tablename__}.{verb}", about, by, **facts)


def take(row: FollowUp, by: Person) -> None:
    """I see to it; also from somebody who does not come to it."""
    _need_open(row)
    if row.owner_id == by.id:
        raise Refused(N_("You see to it already."))
    was = row.owner.name if row.owner else None
    row.owner, row.taken_at = by, clock.now()
    _write(row, "follow_up_taken", by, was=was, became=by.name)


def finish(row: FollowUp, by: Person, done: str) -> None:
    """What was done, and with that it is over; the others whom it concerns hear of it."""
    _need_open(row)
    if not done.strip():
        raise Refused(N_("Please write down what was done."))
    if row.owner is None:
        row.owner, row.taken_at = by, clock.now()
    if row.owner_id not in (None, by.id):
        raise Refused(N_("{name} sees to it; take it over first."), name=row.owner.name)
    row.done, row.done_at = done, clock.now()
    _write(row, "follow_up_done", by, why=done[:500])
    for person in concerned(row.rating):
        if person.id != by.id:
            outbox.post(
                "follow_up_done", person, key=f"follow_up:{row.id}:done", ticket=row.rating.ticket, by=by.name, done=done[:500],
                follow_up=row.id, **_facts(row.rating),
            )  # fmt: skip


def _need_open(row: FollowUp) -> None:
    if row.done_at is not None:
        raise Refused(N_("It is followed up already."))


def listing(rows: Select, over: bool, before: int | None = None, limit: int = 50) -> list[FollowUp]:
    """Follow-ups (visible ones) with rating, customer and who sees to them; open ones or those that are over."""
    rows = rows.where(FollowUp.done_at.is_not(None) if over else FollowUp.done_at.is_(None))
    if before is not None:
        rows = rows.where(FollowUp.id < before)
    rating = contains_eager(FollowUp.rating)
    joined = rows.join(FollowUp.rating).options(
        rating, *(rating.joinedload(part) for part in LOADED), joinedload(FollowUp.owner)
    )
    return list(db.session.scalars(joined.order_by(FollowUp.id.desc()).limit(limit)))


def whole(row: FollowUp) -> FollowUp:
    """The same with its rating, what it is about and who rated: for its own page."""
    rating = joinedload(FollowUp.rating)
    along = [rating.joinedload(part) for part in (*LOADED, Rating.by)]
    rows = select(FollowUp).where(FollowUp.id == row.id).options(*along, joinedload(FollowUp.owner))
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def open_ones(rows: Select) -> Select:
    """How many of these (visible ones) nobody has finished, 100 at most; as a statement."""
    some = rows.where(FollowUp.done_at.is_(None)).with_only_columns(FollowUp.id).limit(100).subquery()
    return select(func.count()).select_from(some)
