"""The kind of a ticket put right: once, by the desk, with a reason (R10, R14). What a kind is stands in the policy."""

from datetime import datetime

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.people.models import Person
from portal.domain.policy import Kind
from portal.domain.policy_parts import CONDITION
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines, entering
from portal.domain.tickets.models import ContactRecord, Message, Ticket
from portal.domain.tickets.states import State
from portal.domain.tickets.steps import expect, need_desk, tell_customer, touch
from portal.i18n import N_


def others(ticket: Ticket) -> list[Kind]:
    """The kinds this ticket could have been meant as; a request of the catalogue has its own form."""
    return [kind for kind in settings.policy().kinds if kind.code != ticket.kind and not entering.is_catalogue(kind)]


def correct(
    ticket: Ticket, by: Person, kind: str, why: str, *, condition: str | None = None, version: int | None = None
) -> None:
    """It was taken for another kind. The promises of the right one begin when it was opened; the number stays.

    `condition`: what makes it one of that kind, where the kind asks for it. A class that is none of the new kind's
    is taken off.
    """
    expect(ticket, version)
    need_desk(ticket, by)
    chosen = next((one for one in others(ticket) if one.code == kind), None)
    _refuse_where_it_cannot(ticket, chosen)
    assert chosen is not None  # noqa: S101  refused above
    if chosen.conditions:
        if condition not in {one.code for one in chosen.conditions}:
            raise Refused(N_("Please say what makes it a “{kind}”."), kind=chosen.words)
        ticket.answers = ticket.answers | {CONDITION: condition}
    at = clock.now()
    was, ticket.kind_was, ticket.kind = ticket.kind, ticket.kind, chosen.code
    klass = deadlines.class_of(ticket)
    if klass is not None and (not chosen.takes_class or chosen.code not in getattr(klass, "kinds", ())):
        ticket.class_code = None
    ticket.service_code = None
    touch(ticket, at)
    journal.write("ticket.kind", ticket, by, was=was, became=chosen.code, why=why)
    deadlines.kind_corrected(ticket, at, _happened(ticket))
    tell_customer("ticket_kind_corrected", ticket, f"kind:{chosen.code}", kind=chosen.code, why=why)


def why_not(ticket: Ticket) -> Refused | None:
    """Why its kind cannot be put right now, whichever is chosen; nothing where it can."""
    if ticket.kind_was is not None:
        return Refused(N_("The kind was put right once already; it stays."))
    if ticket.state not in (State.NEW, State.OPEN) or ticket.round > 1:
        return Refused(N_("The kind can be put right only while the ticket is first worked on."))
    return None


def _refuse_where_it_cannot(ticket: Ticket, chosen: Kind | None) -> None:
    if (no := why_not(ticket)) is not None:
        raise no
    if chosen is None:
        raise Refused(N_("It cannot become one of this kind."))


def _happened(ticket: Ticket) -> dict[str, list[datetime]]:
    """When what keeps promises happened in this ticket, by event, in order."""
    replies = db.session.execute(
        db.select(Message.at, Message.sort, Message.stage)
        .where(Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
        .where(Message.sort.in_(("reply", "question", "solution")))
        .order_by(Message.at)
    ).all()
    reached = db.select(ContactRecord.at).where(ContactRecord.ticket_id == ticket.id, ContactRecord.reached)
    return {
        "accepted": [ticket.accepted_at] if ticket.accepted_at else [],
        "contacted": list(db.session.scalars(reached.order_by(ContactRecord.at))),
        "told": [row.at for row in replies],
        "replied": [row.at for row in replies if row.stage in ("preliminary", "final")],
        "reported": [row.at for row in replies if row.stage == "final"],
    }
