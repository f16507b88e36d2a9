"""Asking again exactly the customers who raised it (整改回访, R30): who is on the list, what they say, what they are told."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import CLOSED, LIVE, WATCHED, Improvement, Revisit
from portal.domain.quality.improvement_sources import ByCustomer, raised_by
from portal.domain.refusals import Refused
from portal.i18n import N_

UNREACHABLE = "unreachable"
OUTCOMES = {
    "better": N_("It is better now"),
    "same": N_("Nothing has changed"),
    "worse": N_("It has become worse"),
    UNREACHABLE: N_("Could not be reached"),
}
TONES = {"better": "good", "same": "warn", "worse": "bad", UNREACHABLE: ""}
MEANS = {"call": N_("By telephone"), "visit": N_("By a visit")}
ASKS = (Role.SUPERVISOR, Role.CALLER)
"""Who asks any customer again; account managers ask their own."""


def list_again(row: Improvement, raised: ByCustomer) -> None:
    """Everybody who raised it stands on the list, once, and is to be asked in this round."""
    known = {
        one.customer_id: one for one in db.session.scalars(select(Revisit).where(Revisit.improvement_id == row.id))
    }
    for customer, found in raised.items():
        one = known.setdefault(customer, Revisit(improvement_id=row.id, customer_id=customer, spoke_with="", words=""))
        one.tickets = found.tickets
        db.session.add(one)
    for one in known.values():
        one.outcome = one.means = one.recorded_at = one.by_id = one.tried_on = None
        one.spoke_with, one.words, one.tries = "", "", 0


def listing(rows: Select, row: Improvement) -> list[Revisit]:
    """The customers on its list (of the visible rows), those still to be asked first; with customer and who asked."""
    mine = rows.where(Revisit.improvement_id == row.id).options(joinedload(Revisit.customer), joinedload(Revisit.by))
    return list(db.session.scalars(mine.order_by(Revisit.recorded_at.is_not(None), Revisit.customer_id)))


def open_ones(row: Improvement) -> int:
    """How many of its customers are still to be asked."""
    rows = select(func.count()).select_from(Revisit).where(Revisit.improvement_id == row.id)
    return db.session.scalar(rows.where(Revisit.recorded_at.is_(None))) or 0


def why_not_ask(row: Improvement, customer: Customer, by: Person) -> str | None:
    """Why this person may not record what this customer says, as a marked sentence; none if they may."""
    if row.state != WATCHED:
        return N_("Customers are asked again once the measure is verified.")
    if row.is_in_hands_of(by):
        return N_("You are responsible for the measure; somebody else asks the customer.")
    if by.has(*ASKS) or customer.account_manager_id == by.id:
        return None
    return N_("The call-back desk, the account manager and the supervisors ask the customers again.")


def record(
    revisit: Revisit, row: Improvement, by: Person, outcome: str, means: str, spoke_with: str, words: str
) -> None:
    """What the customer says now. Who cannot be reached is tried again, on as many days as a call-back."""
    if (no := why_not_ask(row, revisit.customer, by)) is not None:
        raise Refused(no)
    if outcome == UNREACHABLE:
        if revisit.tried_on == today():
            raise Refused(N_("They were tried today already; please try on another day."))
        revisit.tries, revisit.tried_on = revisit.tries + 1, today()
    elif not words.strip():
        raise Refused(N_("Please write down what the customer said."))
    settled = outcome != UNREACHABLE or revisit.tries >= settings.policy().limits.call_attempts
    revisit.outcome, revisit.means, revisit.spoke_with, revisit.words = outcome, means, spoke_with, words
    revisit.recorded_at, revisit.by = clock.now() if settled else None, by
    journal.write(
        "improvement.revisited", row, by, became=OUTCOMES[outcome], why=words[:500] or None, customer=revisit.customer.short_name
    )  # fmt: skip


def put_on(row: Improvement, customer: Customer, by: Person) -> None:
    """A customer who raised it elsewhere: on a survey, at a visit, at the forum."""
    _need_supervisor(row, by)
    if db.session.scalar(
        select(Revisit.id).where(Revisit.improvement_id == row.id, Revisit.customer_id == customer.id)
    ):
        raise Refused(N_("{customer} is on the list already."), customer=customer.short_name)
    db.session.add(Revisit(improvement_id=row.id, customer=customer, tickets=[], spoke_with="", words="", tries=0))
    journal.write("improvement.listed", row, by, became=customer.short_name)


def take_off(revisit: Revisit, row: Improvement, by: Person) -> None:
    """Put on by mistake; whoever raised it with a ticket stays, and so does what was said."""
    _need_supervisor(row, by)
    if revisit.tickets or revisit.recorded_at is not None or revisit.customer_id in raised_by(row):
        raise Refused(N_("Whoever raised it themselves, or was asked already, stays on the list."))
    journal.write("improvement.unlisted", row, by, was=revisit.customer.short_name)
    db.session.delete(revisit)


def _need_supervisor(row: Improvement, by: Person) -> None:
    if row.state not in LIVE:
        raise Refused(N_("This action is over."))
    if not by.has(Role.SUPERVISOR):
        raise Refused(N_("The quality supervisors keep the list."))


def readers(row: Improvement) -> list[Person]:
    """Everybody who raised it and can be written to, each once."""
    ids = {person for raised in raised_by(row).values() for person in raised.people}
    rows = select(Person).where(Person.id.in_(ids), Person.disabled_at.is_(None)).order_by(Person.id)
    return list(db.session.scalars(rows)) if ids else []


def tell(row: Improvement, by: Person, words: str) -> int:
    """One letter to each person who raised it: what was done about it; once a round. Gives how many were told."""
    if row.state not in (WATCHED, CLOSED):
        raise Refused(N_("The customers are told once the measure is verified."))
    if not by.has(Role.SUPERVISOR):
        raise Refused(N_("The quality supervisors answer the customers."))
    if row.answered_at is not None:
        raise Refused(N_("They were told already."))
    people = readers(row)
    if not people:
        raise Refused(N_("Nobody who raised it can be written to here."))
    row.answered_at, row.answer = clock.now(), words
    for one in people:
        outbox.post("improvement_told", one, key=f"improvement:{row.id}:{row.round}", words=words, number=row.number)
    journal.write("improvement.answered", row, by, number=len(people), why=words[:500])
    return len(people)
