"""Liability (责任认定, R19): who decides it, one appeal, and what counts in the end.

Decided about closed complaints by a quality supervisor who had no hand in the ticket; the party may appeal once
within the policy's days; another supervisor decides that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import files, journal, outbox, settings
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.queries import handlers_of, supervisors
from portal.domain.people.roles import Role
from portal.domain.quality.models import Liability
from portal.domain.refusals import Refused
from portal.domain.tickets.lifecycle import handled_by
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.orders import orders
from portal.domain.tickets.states import State
from portal.i18n import N_, Words

KIND = "complaint"
"""Liability is decided about complaints; repairs, enquiries and the rest have none (R31 counts them apart)."""

LIABLE = and_(Liability.is_liable, Liability.is_upheld.is_not(False))
"""What counts, as a condition on rows: found liable, and not overturned by an appeal."""

STAGES = {
    "decided": N_("Judged"),
    "appealed": N_("Appealed"),
    "upheld": N_("Upheld on appeal"),
    "overturned": N_("Overturned on appeal"),
}
TONES = {"decided": "", "appealed": "warn", "upheld": "", "overturned": "info"}

TOLD = {
    "liability.decided": N_("{by} decided on liability: {party}, {became}; the reason: {why}"),
    "liability.appealed": N_("{by} appealed for {party}: {why}"),
    "liability.appeal_decided": N_("{by} decided on the appeal of {party}: {became}; the reason: {why}"),
}
WORDS = {True: N_("Liable"), False: N_("Not liable")}


@dataclass(frozen=True)
class Final:
    """What counts for a ticket: is somebody liable, which party, who of it, in which degree; and can it still change?"""

    is_liable: bool
    department_id: int | None
    provider_id: int | None
    person_id: int | None
    degree: str | None
    decided_at: datetime
    is_settled: bool
    """No appeal is possible or open any more."""


def of(ticket: Ticket) -> Liability | None:
    """The decision about this ticket, with everybody it names; none while there is none."""
    rows = db.select(Liability).where(Liability.ticket_id == ticket.id).options(*map(joinedload, ALONG))
    return db.session.scalar(rows)


ALONG = (
    Liability.department, Liability.provider, Liability.person, Liability.decided_by, Liability.appealed_by,
    Liability.appeal_decided_by,
)  # fmt: skip


def final(ticket: Ticket) -> Final | None:
    """What counts for this ticket; none while nothing is decided."""
    row = db.session.scalar(db.select(Liability).where(Liability.ticket_id == ticket.id))
    if row is None:
        return None
    settled = row.appeal_decided_at is not None or (row.appealed_at is None and not may_still_be_appealed(row))
    return Final(
        row.counts, row.department_id, row.provider_id, row.person_id, row.degree if row.counts else None,
        row.appeal_decided_at or row.decided_at, settled,
    )  # fmt: skip


def may_still_be_appealed(row: Liability) -> bool:
    """Found liable, not appealed yet, and the days for it are not over."""
    return row.is_liable and row.appealed_at is None and clock.now() <= row.appeal_until


DECIDED = N_("Liability for this ticket is decided already.")


def why_not_decide(ticket: Ticket, by: Person, hands: set[int] | None = None) -> str | None:
    """Why this person cannot decide about this ticket now, as a marked sentence; none if they can.

    `hands`: everybody who had a hand in it, where the caller knows them.
    """
    if not by.has(Role.SUPERVISOR):
        return N_("Only a quality supervisor decides on liability.")
    if ticket.kind != KIND:
        return N_("Liability is decided about complaints only.")
    if ticket.state != State.CLOSED:
        return N_("Liability is decided once the complaint is closed.")
    if by.id in (handled_by(ticket) if hands is None else hands):
        return N_("You had a hand in this ticket; another supervisor has to decide.")
    return None


def decide(
    ticket: Ticket, by: Person, party: Department | Provider, is_liable: bool, reason: str, *,
    degree: str | None = None, person: Person | None = None,
) -> Liability:  # fmt: skip
    """Decide whether this party is liable, and say why. Its people hear of it, with the last moment to appeal."""
    if (no := why_not_decide(ticket, by)) is not None:
        raise Refused(no)
    if db.session.scalar(db.select(Liability.id).where(Liability.ticket_id == ticket.id)):
        raise Refused(DECIDED)
    rules, at = settings.policy().liability, clock.now()
    if is_liable and rules.degrees and degree not in {one.code for one in rules.degrees}:
        raise Refused(N_("Please say in which degree the party is liable.")).beside("degree")
    if not _had_it(ticket, party):
        raise Refused(N_("{name} never had an order of this ticket; only who had one can be judged."), name=party.name)
    if person is not None and not party.is_party_of(person):
        raise Refused(N_("{name} does not belong to {party}."), name=person.name, party=party.name)
    row = Liability(
        ticket_id=ticket.id, department=party if isinstance(party, Department) else None,
        provider=party if isinstance(party, Provider) else None, person=person if is_liable else None,
        is_liable=is_liable, degree=degree if is_liable and rules.degrees else None, reason=reason, decided_by=by,
        decided_at=at, appeal_until=settings.calendar().after(at, rules.appeal), appeal="", appeal_reason="",
    )  # fmt: skip
    ticket.judged_at = at
    db.session.add(row)
    db.session.flush()
    journal.write(
        "liability.decided", row, by, became=WORDS[is_liable], why=reason, party=party.name, number=ticket.number,
    )  # fmt: skip
    for one in _concerned(row):
        _letter(
            "liability_decided", one, row, ticket, "decided", liable=is_liable, reason=reason[:500],
            until=row.appeal_until.isoformat() if is_liable else "",
        )  # fmt: skip
    return row


def _had_it(ticket: Ticket, party: Department | Provider) -> bool:
    """Had this party an order of the ticket? Of one that was never dispatched the desk itself had it: any department may."""
    had = [one.party for one in orders(ticket)]
    return party in had if had else isinstance(party, Department)


def why_not_appeal(row: Liability, by: Person) -> str | None:
    """Why this person cannot appeal, as a marked sentence; none if they can."""
    if not by.has(Role.HANDLER) or not row.party.is_party_of(by):
        return N_("Only people of the party itself can appeal.")
    if not row.is_liable:
        return N_("The party was found not liable; there is nothing to appeal.")
    if row.appealed_at is not None:
        return N_("There is one appeal, and it was made already.")
    return None if may_still_be_appealed(row) else N_("The days to appeal are over.")


def appeal(row: Liability, ticket: Ticket, by: Person, words: str, attached: Sequence[files.StoredFile] = ()) -> None:
    """The party thinks otherwise and says why, once (申诉). The other supervisors hear of it."""
    if (no := why_not_appeal(row, by)) is not None:
        raise Refused(no)
    row.appealed_by, row.appealed_at, row.appeal = by, clock.now(), words
    for file in attached:
        db.session.add(files.Attachment(file=file, ticket_id=ticket.id, liability_id=row.id))
    journal.write("liability.appealed", row, by, why=words, party=row.party.name, number=ticket.number)
    for one in supervisors():
        if one.id != row.decided_by_id:
            _letter("liability_appealed", one, row, ticket, "appealed", by=by.name, words=words[:500])


def why_not_decide_appeal(row: Liability, ticket: Ticket, by: Person) -> str | None:
    """Why this person cannot decide on the appeal, as a marked sentence; none if they can."""
    if row.appealed_at is None or row.appeal_decided_at is not None:
        return N_("There is no appeal to decide.")
    if by.id == row.decided_by_id:
        return N_("You decided on liability; another supervisor decides on the appeal.")
    return why_not_decide(ticket, by)


def decide_appeal(row: Liability, ticket: Ticket, by: Person, is_upheld: bool, reason: str) -> None:
    """Another supervisor lets the decision stand, or finds the party not liable; that is the end of it."""
    if (no := why_not_decide_appeal(row, ticket, by)) is not None:
        raise Refused(no)
    row.appeal_decided_by, row.appeal_decided_at = by, clock.now()
    row.is_upheld, row.appeal_reason = is_upheld, reason
    became = STAGES["upheld" if is_upheld else "overturned"]
    journal.write(
        "liability.appeal_decided", row, by, became=became, why=reason, party=row.party.name, number=ticket.number
    )
    told = {one.id: one for one in (*_concerned(row), row.decided_by, row.appealed_by) if one is not None}
    for one in told.values():
        if one.id != by.id:
            _letter("liability_appeal_decided", one, row, ticket, "appeal", upheld=is_upheld, reason=reason[:500])


def degree_words(code: str) -> Words:
    """A degree in words; the code itself where the policy no longer has it."""
    known = {one.code: one.words for one in settings.policy().liability.degrees}
    return known.get(code, Words(code, code))


def files_of(row: Liability) -> list[files.Attachment]:
    """What came with the appeal, oldest first."""
    rows = db.select(files.Attachment).where(files.Attachment.liability_id == row.id)
    return list(db.session.scalars(rows.order_by(files.Attachment.id)))


def _concerned(row: Liability) -> list[Person]:
    """The party's handlers, and whoever is named."""
    people = handlers_of(row.party)
    named = [row.person] if row.person and row.person.is_active and row.person not in people else []
    return people + named


def _letter(template: str, to: Person, row: Liability, ticket: Ticket, event: str, **facts) -> None:
    outbox.post(
        template, to, key=f"liability:{row.id}:{event}", ticket=ticket, liability=row.id, number=ticket.number,
        subject=ticket.subject, party=row.party.name, **facts,
    )  # fmt: skip
