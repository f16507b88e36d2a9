"""The report on a major complaint, from the case its reader may see."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer, Person
from portal.domain.quality import major, major_approvals, major_dossier, major_list
from portal.domain.quality.major_dossier import CAUSE, FINDINGS, PLAN, Dossier, Part
from portal.domain.quality.major_models import MajorApproval, MajorCase
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.orders import orders
from portal.reports.facts import Facts
from portal.reports.major_report import Approval, Happening, Known, MajorReport, Paper, Photo

OWN_CHAPTERS = (FINDINGS, CAUSE, PLAN)


def major_report(cases: Select, document: Document, asker: Person, address: str) -> Facts | None:
    """What the report says: the dossier now; of an approved one, what the approved version said and who approved it.

    None if the case is not among `cases`.
    """
    along = joinedload(MajorCase.ticket)
    rows = cases.where(MajorCase.id == document.major_id).options(
        joinedload(MajorCase.decided_by), along.joinedload(Ticket.customer).joinedload(Customer.account_manager),
        along.joinedload(Ticket.owner), along.joinedload(Ticket.asked_by),
    )  # fmt: skip
    case = db.session.scalar(rows.execution_options(populate_existing=True))
    if case is None:
        return None
    if (approved := document.params.get("approved")) is not None:
        return _approved(document, db.session.get_one(Document, approved))
    return _gathered(case, document, asker, address)


def _approved(document: Document, before: Document) -> MajorReport:
    told = MajorReport.from_json((before.snapshot or {})["facts"])
    return replace(
        told, number=document.number, version=document.version, approved_by=document.params["by"],
        approved_at=datetime.fromisoformat(document.params["at"]),
    )  # fmt: skip


def _gathered(case: MajorCase, document: Document, asker: Person, address: str) -> MajorReport:
    ticket, policy, dossier = case.ticket, settings.policy(), major_dossier.of(case)
    customer, owed = ticket.customer, major_list.promises([case]).get(case.ticket_id)
    asked = ticket.asked_by
    return MajorReport(
        number=document.number, case_number=case.number, ticket_number=ticket.number, subject=ticket.subject,
        customer_name=customer.name, customer_short=customer.short_name, kind=policy.called("kinds", ticket.kind),
        made_at=clock.now(), zone=settings.company().zone, version=document.version,
        class_name=policy.called("classes", ticket.class_code) if ticket.class_code else "",
        severity=policy.called("severities", ticket.severity), tier=policy.called("tiers", customer.tier),
        contact_name=ticket.contact_name or (asked.name if asked else ""),
        contact_phone=ticket.contact_phone or (asked.phone if asked else ""),
        owner=ticket.owner.name if ticket.owner else "",
        account_manager=customer.account_manager.name if customer.account_manager else "", opened_at=ticket.opened_at,
        accepted_at=case.decided_at, accepted_by=case.decided_by.name if case.decided_by else "", decision=case.decision,
        due_at=owed.due_at if owed else None, signs=tuple(major.signs_of(case)), amount_yuan=case.amount_yuan,
        parties=tuple(dict.fromkeys(order.party.name for order in orders(ticket))), description=_opening(ticket),
        wish=ticket.wish, information=tuple(_known(one) for one in dossier.items if one.place not in OWN_CHAPTERS),
        findings=_chapter(dossier, FINDINGS), cause=_chapter(dossier, CAUSE), plan=_chapter(dossier, PLAN),
        timeline=tuple(Happening(one.happened_at, one.body, one.by.name) for one in dossier.entries),
        photos=tuple(photo for part in dossier.photos for photo in _photos(part)),
        papers=tuple(_paper(part) for part in dossier.papers if part.is_done or not part.place.endswith("/other")),
        approvals=tuple(_approval(one, dossier) for one in reversed(major_approvals.of(case))),
        prepared_by=asker.name, address=address,
    )  # fmt: skip


def _opening(ticket: Ticket) -> str:
    """What the customer said first."""
    first = (
        db.select(Message.body).where(Message.ticket_id == ticket.id, Message.sort == "opening").order_by(Message.id)
    )
    return db.session.scalar(first.limit(1)) or ""


def _known(part: Part) -> Known:
    if part.item is None:
        return Known(part.words)
    return Known(part.words, part.item.body, part.item.by.name, part.item.at)


def _chapter(dossier: Dossier, place: str) -> Known | None:
    part = dossier.part(place)
    return _known(part) if part else None


def _photos(part: Part) -> list[Photo]:
    """A position's photos, or why there is none; an «other» without any is left out."""
    shown = [
        Photo(part.words, row.file.key, row.file.name, row.file.by.name if row.file.by else "", row.file.at)
        for row in part.files
        if row.file.is_photo
    ]
    if shown or part.place.endswith("/other"):
        return shown
    return [Photo(part.words, note=part.item.body if part.item else "")]


def _paper(part: Part) -> Paper:
    return Paper(part.words, tuple(row.file.name for row in part.files), part.item.body if part.item else "")


def _approval(one: MajorApproval, dossier: Dossier) -> Approval:
    return Approval(
        what=major_approvals.WHAT[one.what], state=major_approvals.STANDS[major_approvals.stands(one, dossier)],
        asked_by=one.asked_by.name, asked_at=one.asked_at,
        words=one.words if one.what == major_approvals.COMPENSATION else "", amount_yuan=one.amount_yuan,
        decided_by=one.decided_by.name if one.decided_by else "", decided_at=one.decided_at, reason=one.reason,
    )  # fmt: skip
