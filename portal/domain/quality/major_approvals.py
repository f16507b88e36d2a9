"""What a manager approves of a major complaint (R20): plan, special compensation, report; and the closing review.

Whoever handled the complaint, or asked, never approves it. An approval is of what was there when it was asked for.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.documents import actions as documents
from portal.domain.documents.models import Document
from portal.domain.people.models import Person
from portal.domain.people.queries import staff
from portal.domain.people.roles import Role
from portal.domain.quality import major_dossier as dossiers
from portal.domain.quality.major import ACCEPTED, CLOSED, DECIDES, letter
from portal.domain.quality.major_dossier import PLAN, Dossier
from portal.domain.quality.major_models import COMPENSATION, PLAN_OF, REPORT, MajorApproval, MajorCase
from portal.domain.refusals import Refused
from portal.domain.tickets import deadlines
from portal.domain.tickets.lifecycle import handled_by
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.steps import touch
from portal.i18n import N_

WHAT = {PLAN_OF: N_("Plan of action"), COMPENSATION: N_("Special compensation"), REPORT: N_("Report")}
STANDS = {
    "open": N_("Waits for a manager"),
    "approved": N_("Approved"),
    "declined": N_("Not approved"),
    "changed": N_("Changed since it was approved"),
}
TONES = {"open": "warn", "approved": "good", "declined": "bad", "changed": "warn"}


def of(case: MajorCase) -> list[MajorApproval]:
    """Everything that was asked for, the newest first, with people and report."""
    db.session.flush()
    along = map(
        joinedload, (MajorApproval.case, MajorApproval.asked_by, MajorApproval.decided_by, MajorApproval.document)
    )
    rows = db.select(MajorApproval).where(MajorApproval.case_id == case.id).options(*along)
    return list(db.session.scalars(rows.order_by(MajorApproval.id.desc())))


def last(approvals: Iterable[MajorApproval], what: str) -> MajorApproval | None:
    """The newest of these that asks for this."""
    return next((one for one in approvals if one.what == what), None)


def stands(approval: MajorApproval, dossier: Dossier) -> str:
    """How it stands now, as a code of STANDS: an approved plan that was changed since has to be approved again."""
    if approval.decided_at is None:
        return "open"
    if not approval.is_granted:
        return "declined"
    plan = dossier.part(PLAN)
    is_other = approval.what == PLAN_OF and (plan is None or plan.item is None or plan.item.body != approval.words)
    return "changed" if is_other else "approved"


def ask(
    case: MajorCase, ticket: Ticket, by: Person, what: str, *, words: str = "", amount: int | None = None,
    document: Document | None = None,
) -> MajorApproval:  # fmt: skip
    """Ask a manager for approval; the managers hear of it. A report that is sent up keeps its promise."""
    dossiers._need(case, by)
    approvals = of(case)
    if (before := last(approvals, what)) is not None and before.decided_at is None:
        raise Refused(N_("This waits for a manager already."))
    if what == PLAN_OF:
        plan = dossiers.of(case).part(PLAN)
        if plan is None or plan.item is None:
            raise Refused(N_("Please write the plan first."))
        words = plan.item.body
    elif what == COMPENSATION and (not amount or not words.strip()):
        raise Refused(N_("Please say how much, and what for."))
    elif what == REPORT:
        _need_report(case, document)
    at = clock.now()
    row = MajorApproval(
        case=case, what=what, words=words, amount_yuan=amount if what == COMPENSATION else None, document=document,
        asked_by=by, asked_at=at, reason="",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    journal.write(
        "major.approval_asked", case, by, became=words or None, number=case.number, what=WHAT[what], amount=amount
    )
    if what == REPORT and case.reported_at is None:
        case.reported_at = at
        deadlines.happen(ticket, "major_reported", at)
        touch(ticket, at)
    for one in staff(Role.MANAGER):
        if one.id != by.id:
            letter(
                "major_to_approve", one, case, ticket, f"approval:{row.id}", by=by.name, what=WHAT[what], amount=amount
            )
    return row


def _need_report(case: MajorCase, document: Document | None) -> None:
    if document is None or document.major_id != case.id or document.state != "ready":
        raise Refused(N_("Please make the report first."))
    if document.params.get("approved"):
        raise Refused(N_("This version is approved already."))


def why_not_decide(approval: MajorApproval, ticket: Ticket, by: Person, hands: set[int] | None = None) -> str | None:
    """Why this person cannot decide, as a marked sentence; none if they can. `hands`: who handled it, where known."""
    if not by.has(Role.MANAGER):
        return N_("A manager approves.")
    if approval.decided_at is not None:
        return N_("This was decided already.")
    if approval.case.state != ACCEPTED:
        return N_("This major complaint is not being handled.")
    if by.id == approval.asked_by_id or by.id in (handled_by(ticket) if hands is None else hands):
        return N_("Whoever handled the complaint, or asked, does not approve; another manager does.")
    return None


def decide(approval: MajorApproval, ticket: Ticket, by: Person, is_granted: bool, reason: str) -> None:
    """A manager approves, or says why not. An approved report gets a last version that says who approved it."""
    case = approval.case
    db.session.execute(db.select(MajorCase.id).where(MajorCase.id == case.id).with_for_update())
    if (no := why_not_decide(approval, ticket, by)) is not None:
        raise Refused(no)
    if not is_granted and not reason.strip():
        raise Refused(N_("Please say why it is not approved."))
    is_compensation = is_granted and approval.what == COMPENSATION
    if is_compensation and not reason.strip() and (missing := dossiers.missing_papers(dossiers.of(case))):
        raise Refused(
            N_("{count} papers are missing in the dossier; please say why it is approved all the same."),
            count=len(missing),
        )
    at = clock.now()
    approval.decided_by, approval.decided_at, approval.is_granted, approval.reason = by, at, is_granted, reason
    verb = "major.approved" if is_granted else "major.declined"
    journal.write(verb, case, by, why=reason, number=case.number, what=WHAT[approval.what], amount=approval.amount_yuan)
    if is_granted and approval.document is not None:
        documents.ask_for_approved(approval.document, by, at)
    if approval.asked_by.is_active:
        letter(
            "major_approval_decided", approval.asked_by, case, ticket, f"decided:{approval.id}", by=by.name,
            what=WHAT[approval.what], granted=is_granted, why=reason[:500], amount=approval.amount_yuan,
        )  # fmt: skip


def make_report(case: MajorCase, ticket: Ticket, by: Person) -> Document:
    """Have the report made as a PDF, a further version of it; the dossier as it stands then is frozen in it."""
    dossiers._need(case, by)
    return documents.ask_for_major_report(case.id, ticket, case.number, by)


def reports(case: MajorCase) -> list[Document]:
    """The versions of the report, the newest first."""
    rows = db.select(Document).where(Document.major_id == case.id).options(joinedload(Document.by))
    return list(db.session.scalars(rows.order_by(Document.version.desc())))


def why_not_close(
    case: MajorCase, ticket: Ticket, by: Person, approvals: Iterable[MajorApproval], hands: set[int] | None = None
) -> str | None:
    """Why this person cannot close the case now, as a marked sentence; none if they can. `hands`: who handled it."""
    approvals = list(approvals)
    if not by.has(*DECIDES):
        return N_("A supervisor or a manager closes a major complaint.")
    if case.state != ACCEPTED:
        return N_("This major complaint is not being handled.")
    if ticket.is_live:
        return N_("The complaint itself has to be closed first.")
    if any(one.decided_at is None for one in approvals):
        return N_("Something still waits for a manager's approval.")
    if not any(one.what == REPORT and one.is_granted for one in approvals):
        return N_("The report has to be approved first.")
    if by.id in (handled_by(ticket) if hands is None else hands):
        return N_("Whoever handled the complaint does not close it; another supervisor or manager does.")
    return None


def close(case: MajorCase, ticket: Ticket, by: Person, review: str, lessons: str, improvement: str) -> None:
    """The closing review: how it went, what is learnt, what is improved; then the case is closed."""
    if (no := why_not_close(case, ticket, by, of(case))) is not None:
        raise Refused(no)
    at: datetime = clock.now()
    case.review, case.lessons, case.improvement = review, lessons, improvement
    case.state, case.closed_by, case.closed_at = CLOSED, by, at
    ticket.major_state = CLOSED
    journal.write("major.closed", case, by, was=ACCEPTED, became=CLOSED, why=lessons, number=case.number)
    journal.write("ticket.major_closed", ticket, by)
