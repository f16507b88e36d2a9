"""What a manager approves of a major complaint, its report, the closing review; and its place on a ticket's page (R20)."""

from collections.abc import Iterable

from flask import abort, url_for
from wtforms import TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import find
from portal.domain import drafts
from portal.domain.quality import major as rules
from portal.domain.quality import major_approvals
from portal.domain.quality.major_approvals import COMPENSATION, PLAN_OF, REPORT
from portal.domain.quality.major_models import MajorCase
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.thread import Item
from portal.i18n import N_
from portal.staff.major import WORDS, door
from portal.staff.major_page import CloseForm, CompensationForm, case_page, to_case
from portal.web.forms import AtMost, Form
from portal.web.pages import say


class ApprovalForm(Form):
    """A word with the approval; nothing is declined without one."""

    reason = TextAreaField(N_("Reason"), [AtMost(WORDS)])


@door.post("/<int:major>/approvals/<what>", needs=P.DESK_HANDLE)
def ask(major, what):
    """Ask a manager to approve the plan or a special compensation."""
    if what not in (PLAN_OF, COMPENSATION):
        abort(404)
    ticket, form = _ticket(major), CompensationForm()
    if what == PLAN_OF:
        major_approvals.ask(major, ticket, me(), what)
    elif not form.validate() or attempted(form, "amount", _ask, major, ticket, form) is False:
        return case_page(major, 422, compensation_form=form)
    else:
        drafts.discard(me(), f"major/{major.id}/compensation")
    say(N_("Asked; the managers were told."))
    return to_case(major, "approvals")


def _ask(case: MajorCase, ticket: Ticket, form: CompensationForm) -> None:
    major_approvals.ask(case, ticket, me(), COMPENSATION, words=form.words.data, amount=form.amount.data)


def _ticket(case: MajorCase) -> Ticket:
    return find("ticket", case.ticket_id, me())


@door.post("/approvals/<int:major_approval>/<verb>", needs=P.MAJOR_APPROVE)
def decide_approval(major_approval, verb):
    """A manager approves, or says why not."""
    if verb not in ("approve", "decline"):
        abort(404)
    case, form = find("major", major_approval.case_id, me()), ApprovalForm()
    facts = (major_approval, _ticket(case), me(), verb == "approve", form.reason.data or "")
    if not form.validate() or attempted(form, "reason", major_approvals.decide, *facts) is False:
        typed = (form.reason.data or "", form.reason.errors[0])
        return case_page(case, 422, wrong_approval={major_approval.id: typed})
    say(N_("Approved.") if verb == "approve" else N_("Not approved; whoever asked hears why."))
    return to_case(case, "approvals")


@door.post("/<int:major>/report", needs=P.DESK_HANDLE)
def make_report(major):
    """Have the report made as a PDF, a further version."""
    if me().provider_id is not None:
        abort(404)
    major_approvals.make_report(major, _ticket(major), me())
    say(N_("The report is being made; it appears here in a moment."))
    return to_case(major, "report")


@door.post("/<int:major>/report/<int:document>", needs=P.DESK_HANDLE)
def send_up(major, document):
    """Send a version up: a manager approves it."""
    major_approvals.ask(major, _ticket(major), me(), REPORT, document=document)
    say(N_("The report is sent up; the managers were told."))
    return to_case(major, "report")


@door.post("/<int:major>/closing", needs=P.MAJOR_DECIDE)
def close(major):
    """The closing review."""
    form = CloseForm()
    facts = (form.review.data, form.lessons.data, form.improvement.data or "")
    if (
        not form.validate()
        or attempted(form, "review", major_approvals.close, major, _ticket(major), me(), *facts) is False
    ):
        return case_page(major, 422, close_form=form)
    drafts.discard(me(), f"major/{major.id}/closing")
    say(N_("The major complaint is closed."))
    return to_case(major, "closing")


def box(ticket: Ticket, items: Iterable[Item]) -> dict | None:
    """What a ticket's page says about a major complaint; none where nothing was proposed and nothing may be.

    `items`: what was said, where the page has read it; the customer's words may hint at one.
    """
    if ticket.kind not in rules.KINDS or not (ticket.major_state or ticket.is_live):
        return None
    known = ticket.major_state if not me().only_handles or ticket.is_major else None
    theirs = [item.body for item in items if item.part == "message" and item.is_customer]
    opening = [item.body for item in items if item.kind == "opening"]
    hinted = [] if ticket.major_state else rules.hints_in([ticket.subject, ticket.wish, *theirs, *opening])
    return {
        "state": known, "words": rules.STATES.get(known or ""), "tone": rules.TONES.get(known or "", ""), "hints": hinted,
        "url": url_for("major.of", ticket=ticket.id) if known else None,
        "propose_url": url_for("major.new", ticket=ticket.id) if known in (None, rules.REJECTED) and ticket.is_live else None,
    }  # fmt: skip
