"""Major complaints (重大投诉, R20): proposed by rule or by somebody, accepted or rejected by a supervisor or manager.

Accepted, managers, supervisors and the account manager are told at once, and the report is promised. What the
dossier holds stands in major_dossier.py, what is approved in major_approvals.py.
"""

from collections.abc import Iterable

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person
from portal.domain.people.queries import handlers_of, staff
from portal.domain.people.roles import Role
from portal.domain.policy import Words
from portal.domain.quality.major_models import MajorCase
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.numbers import next_number
from portal.domain.tickets.orders import running_orders
from portal.i18n import N_

KINDS = ("complaint", "repair")
"""What can be a major complaint: a repair request too, where it turns out to be one."""
PROPOSED, ACCEPTED, REJECTED, CLOSED = "proposed", "accepted", "rejected", "closed"
STATES = {
    PROPOSED: N_("To be decided"),
    ACCEPTED: N_("Being handled"),
    CLOSED: N_("Closed with a review"),
    REJECTED: N_("Not a major complaint"),
}
TONES = {PROPOSED: "warn", ACCEPTED: "bad", CLOSED: "good", REJECTED: ""}
DECIDES = (Role.SUPERVISOR, Role.MANAGER)

TOLD = {
    "major.proposed": N_("{by} proposed {number} as a major complaint: {why}"),
    "major.accepted": N_("{by} accepted {number} as a major complaint: {why}"),
    "major.rejected": N_("{by} found that {number} is no major complaint: {why}"),
    "major.written": N_("{by} wrote in the dossier of {number}: {place}"),
    "major.entered": N_("{by} added to the timeline of {number}"),
    "major.file_added": N_("{by} put {became} into the dossier of {number}: {place}"),
    "major.file_removed": N_("{by} took {was} out of the dossier of {number}: {place}"),
    "major.approval_asked": N_("{by} asked for approval in {number}: {what}"),
    "major.approved": N_("{by} approved in {number}: {what}; {why}"),
    "major.declined": N_("{by} did not approve in {number}: {what}; {why}"),
    "major.closed": N_("{by} closed {number} with a review"),
}


def of(ticket: Ticket) -> MajorCase | None:
    """The case about this ticket, with who proposed and decided it; none if nobody ever proposed one."""
    along = map(joinedload, (MajorCase.proposed_by, MajorCase.decided_by, MajorCase.closed_by))
    return db.session.scalar(db.select(MajorCase).where(MajorCase.ticket_id == ticket.id).options(*along))


def consider(
    ticket: Ticket, ticked: Iterable[str] = (), amount: int | None = None, proxy: str | None = None
) -> MajorCase | None:
    """A sign, or an amount from the limit on, proposes a ticket by rule: by the answers of its form, by who speaks for
    the customer (`proxy`), or as whoever entered it says (`ticked`, `amount`)."""
    rules, ticked = settings.policy().major, set(ticked)
    if ticket.kind not in KINDS or not (ticket.answers or ticked or amount or proxy):
        return None
    yes = {name for name, answer in ticket.answers.items() if answer in (True, "yes")}
    signs = [
        one.code for one in rules.signs if one.code in ticked or proxy in one.proxies or not yes.isdisjoint(one.answers)
    ]
    amount = max(amount or 0, *(_yuan(ticket.answers.get(name)) for name in rules.amounts), 0) or None
    if not signs and (amount or 0) < rules.amount_yuan:
        return None
    return propose(ticket, None, signs, amount, "")


def _yuan(answer) -> int:
    try:
        return int(float(answer))
    except (TypeError, ValueError, OverflowError):
        return 0


def hints(ticket: Ticket) -> list[tuple[Words, list[str]]]:
    """Words of the customer that may be a sign, by sign: for a person to look at, never decisive."""
    if ticket.kind not in KINDS:
        return []
    rows = db.select(Message.body).where(Message.ticket_id == ticket.id, Message.sort.in_(("opening", "addition")))
    return hints_in([ticket.subject, ticket.wish, *db.session.scalars(rows.limit(20))])


def hints_in(texts: Iterable[str]) -> list[tuple[Words, list[str]]]:
    """Which signs the words of these texts may mean, each with the words found."""
    said = "\n".join(texts)
    found = ((one.words, [word for word in one.hints if word in said]) for one in settings.policy().major.signs)
    return [(words, named) for words, named in found if named]


def signs_of(case: MajorCase) -> list[Words]:
    """The signs in words; the code itself where the policy no longer has one."""
    known = {one.code: one.words for one in settings.policy().major.signs}
    return [known.get(code, Words(code, code)) for code in case.signs]


def why_not_propose(ticket: Ticket, case: MajorCase | None) -> str | None:
    """Why it cannot be proposed now, as a marked sentence; none if it can. `case`: what was proposed of it before."""
    if ticket.kind not in KINDS or ticket.merged_into_id is not None:
        return N_("Only a complaint or a repair request can be a major complaint.")
    if case is not None and case.state in (ACCEPTED, CLOSED):
        return N_("This is a major complaint already.")
    return None


def propose(ticket: Ticket, by: Person | None, signs: Iterable[str], amount: int | None, reason: str) -> MajorCase:
    """Propose it as a major complaint: by somebody of staff with a reason, or by rule (`by` is None).

    Supervisors and managers hear of it at once. What is proposed already takes the further signs.
    """
    case, at = of(ticket), clock.now()
    if (no := why_not_propose(ticket, case)) is not None:
        raise Refused(no)
    if by is not None and not reason.strip():
        raise Refused(N_("Please say why this is a major complaint."))
    known = {one.code for one in settings.policy().major.signs}
    if case is None:
        case = MajorCase(
            ticket=ticket, number=next_number("ZD", at), state=PROPOSED, signs=[], review="", lessons="", improvement="",
        )  # fmt: skip
        db.session.add(case)
    case.state, case.proposed_by, case.proposed_at, case.reason = PROPOSED, by, at, reason
    case.decided_by, case.decided_at, case.decision = None, None, ""
    case.signs = sorted({*case.signs, *(code for code in signs if code in known)})
    case.amount_yuan = max(filter(None, (case.amount_yuan, amount)), default=None)
    ticket.major_state = PROPOSED
    db.session.flush()
    journal.write("major.proposed", case, by, became=PROPOSED, why=reason, number=case.number)
    for one in staff(*DECIDES):
        if by is None or one.id != by.id:
            letter(
                "major_proposed",
                one,
                case,
                ticket,
                f"proposed:{at.isoformat()}",
                by=by.name if by else "",
                why=reason[:500],
            )
    return case


def accept(case: MajorCase, ticket: Ticket, by: Person, reason: str) -> None:
    """It is a major complaint. Everybody who must know hears of it at once, once; the report is promised from now."""
    _need_decider(case, by)
    at = clock.now()
    case.state, case.decided_by, case.decided_at, case.decision = ACCEPTED, by, at, reason
    ticket.is_major, ticket.major_state = True, ACCEPTED
    journal.write("major.accepted", case, by, was=PROPOSED, became=ACCEPTED, why=reason, number=case.number)
    journal.write("ticket.made_major", ticket, by, why=reason)
    deadlines.begin(ticket, settings.policy().major_report, at)
    for one in alarmed(ticket):
        letter("major_accepted", one, case, ticket, "accepted", by=by.name, why=reason[:500])


def alarmed(ticket: Ticket) -> list[Person]:
    """Who is told at once of a major complaint: managers, supervisors, the account manager, and whoever handles it."""
    manager = db.session.get(Person, ticket.customer.account_manager_id) if ticket.customer.account_manager_id else None
    handling = [one for order in running_orders(ticket) for one in handlers_of(order.party)]
    people = [*staff(*DECIDES), manager, ticket.owner, *handling]
    return list({one.id: one for one in people if one is not None and one.is_active}.values())


def reject(case: MajorCase, ticket: Ticket, by: Person, reason: str) -> None:
    """It is no major complaint, for this reason; whoever proposed it hears so."""
    _need_decider(case, by)
    case.state, case.decided_by, case.decided_at, case.decision = REJECTED, by, clock.now(), reason
    ticket.is_major, ticket.major_state = False, REJECTED
    journal.write("major.rejected", case, by, was=PROPOSED, became=REJECTED, why=reason, number=case.number)
    if case.proposed_by is not None and case.proposed_by_id != by.id:
        letter(
            "major_rejected",
            case.proposed_by,
            case,
            ticket,
            f"rejected:{case.decided_at}",
            by=by.name,
            why=reason[:500],
        )


def why_not_decide(case: MajorCase, by: Person) -> str | None:
    """Why this person cannot decide whether it is one, as a marked sentence; none if they can."""
    if not by.has(*DECIDES):
        return N_("A supervisor or a manager decides whether it is a major complaint.")
    return None if case.state == PROPOSED else N_("This was decided already.")


def _need_decider(case: MajorCase, by: Person) -> None:
    if (no := why_not_decide(case, by)) is not None:
        raise Refused(no)


def letter(template: str, to: Person, case: MajorCase, ticket: Ticket, event: str, **facts) -> None:
    """A letter about a major case, once for each event and reader."""
    outbox.post(
        template, to, key=f"major:{case.id}:{event}", ticket=ticket, major=case.id, case=case.number, number=ticket.number,
        subject=ticket.subject, customer=ticket.customer.short_name, **facts,
    )  # fmt: skip
